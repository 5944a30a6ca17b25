/*
 * Large changes of a group's members, prepared and cleared away in bounded
 * steps: calls of stage.lua and sweep.lua.
 */

#include "scim_store_parts.h"


/* An id that joins costs a commit some 5 us, a staged one 3 us, one that leaves
 * 3.5 us, so that it ends within 16 ms; docs/data-model.md has the figures. */
#define JOIN_MAX   1000
#define MERGE_MAX  4000


scim_store_stage_e
scim_store_stage_kind(bool create, bool replaces, size_t nadd, size_t nremove)
{
    if (create || replaces) {
        return nadd > JOIN_MAX ? SCIM_STAGE_WHOLE : SCIM_STAGE_NONE;
    }

    if (nadd + nremove > MERGE_MAX) {
        return SCIM_STAGE_COPY;
    }

    return nadd > JOIN_MAX ? SCIM_STAGE_MERGE : SCIM_STAGE_NONE;
}


scim_str_t
scim_store_stage_word(scim_store_stage_e stage)
{
    static const scim_str_t words[] = {
        [SCIM_STAGE_NONE] = SCIM_STR("none"),
        [SCIM_STAGE_MERGE] = SCIM_STR("merge"),
        [SCIM_STAGE_WHOLE] = SCIM_STR("whole"),
        [SCIM_STAGE_COPY] = SCIM_STR("copy")
    };

    return words[stage];
}


scim_str_t
scim_store_missing_word(const scim_store_commit_t *commit)
{
    static const scim_str_t words[] = {
        [SCIM_MISSING_REFUSE] = SCIM_STR("0"),
        [SCIM_MISSING_DROP] = SCIM_STR("1"),
        [SCIM_MISSING_PARK] = SCIM_STR("2")
    };

    return words[commit->missing];
}


scim_rc_t
scim_store_stage(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_stage_t *stage, scim_store_cmd_t *cmd)
{
    scim_args_t                args;
    const scim_store_commit_t *commit = stage->commit;

    static const scim_str_t steps[] = {
        [SCIM_STAGE_ADD] = SCIM_STR("add"),
        [SCIM_STAGE_REMOVE] = SCIM_STR("remove"),
        [SCIM_STAGE_TAKE] = SCIM_STR("copy")
    };

    scim_args_init(&args, pool, 9 + stage->n);

    scim_args_str(&args, commit->op_id);
    scim_args_str(&args, commit->verb == SCIM_STORE_CREATE
                         ? scim_str("create") : scim_str("update"));
    scim_args_str(&args, commit->id);
    scim_args_str(&args, scim_store_stage_word(commit->stage));
    scim_args_str(&args, stage->first ? scim_str("1") : scim_str("0"));
    scim_args_str(&args, steps[stage->step]);
    scim_args_uint(&args, stage->cursor);
    scim_args_str(&args, commit->generation);
    scim_args_str(&args, scim_store_missing_word(commit));
    scim_args_list(&args, stage->ids, stage->n);

    return scim_store_script(cmd, &args, &scim_script_stage, tenant, true);
}


scim_rc_t
scim_store_sweep(scim_pool_t *pool, scim_str_t tenant, scim_str_t op_id,
    scim_str_t group, scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 3);
    scim_args_str(&args, op_id);
    scim_args_str(&args, group);
    scim_args_uint(&args, SCIM_STORE_STAGE_CHUNK);

    return scim_store_script(cmd, &args, &scim_script_sweep, tenant, true);
}


scim_rc_t
scim_store_sweep_reply(const redisReply *reply, bool *more, scim_error_t *err)
{
    if (scim_store_error(reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->type != REDIS_REPLY_INTEGER || reply->integer < 0
        || reply->integer > 1)
    {
        return scim_store_odd(err);
    }

    *more = reply->integer == 1;

    return SCIM_OK;
}
