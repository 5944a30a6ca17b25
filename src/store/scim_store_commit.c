/*
 * Writing: commits as calls of commit.lua and delete.lua, and their outcome.
 */

#include <string.h>

#include "scim_store_parts.h"


#define BEGIN  19       /* arguments of both scripts */
#define OWN    11       /* of commit.lua, without entries and ids */

#define RETRY_HELD  3600    /* seconds: somebody has to look at it */


static void
add_doc(scim_args_t *args, const scim_store_commit_t *commit)
{
    if (commit->doc.data == NULL) {
        scim_args_lit(args, "0");
        scim_args_lit(args, "");
        scim_args_lit(args, "");
        return;
    }

    scim_args_lit(args, "1");
    scim_args_str(args, commit->doc);
    scim_args_str(args, commit->display);
}


static void
add_removed_entries(scim_args_t *args, const scim_store_commit_t *commit)
{
    size_t i;

    for (i = 0; i < commit->nremove; i++) {
        scim_args_str(args, commit->remove[i].attr);
        scim_args_str(args, commit->remove[i].value);
    }
}


static void
add_entries(scim_args_t *args, const scim_store_commit_t *commit)
{
    size_t                    i;
    const scim_index_entry_t *entry;

    scim_args_uint(args, commit->nadd);
    for (i = 0; i < commit->nadd; i++) {
        entry = &commit->add[i];
        scim_args_str(args, entry->attr);
        scim_args_str(args, entry->value);
        scim_args_str(args, entry->unique ? scim_str("1") : scim_str("0"));
    }

    scim_args_uint(args, commit->nremove);
    add_removed_entries(args, commit);
}


/* The default group's name, and what it is made of if it has to be. */
static void
add_everyone(scim_args_t *args, const scim_store_commit_t *commit)
{
    size_t                    i;
    const scim_store_group_t *group = commit->fallback;

    scim_args_str(args, commit->everyone);

    if (group == NULL) {
        scim_args_lit(args, "0");
        return;
    }

    scim_args_uint(args, 4 + 2 * group->nentries);
    scim_args_str(args, group->id);
    scim_args_str(args, group->doc);
    scim_args_str(args, group->display);
    scim_args_str(args, group->changes);

    for (i = 0; i < group->nentries; i++) {
        scim_args_str(args, group->entries[i].attr);
        scim_args_str(args, group->entries[i].value);
    }
}


static scim_str_t
members_mode(const scim_store_commit_t *commit)
{
    const scim_members_t *members = commit->members;

    if (commit->stage != SCIM_STAGE_NONE) {
        return commit->dry ? scim_str("many")
                           : scim_store_stage_word(commit->stage);
    }

    if (members == NULL || !scim_members_changed(members)) {
        return scim_str("none");
    }

    return scim_members_replaces(members) ? scim_str("replace")
                                          : scim_str("delta");
}


/* Only the ids that were not staged: of a merge those to remove. */
static scim_rc_t
add_members(scim_args_t *args, const scim_store_commit_t *commit)
{
    size_t      n;
    scim_str_t *ids;

    n = 0;
    ids = NULL;

    if (commit->members != NULL && commit->stage == SCIM_STAGE_NONE
        && scim_members_added(commit->members, &ids, &n) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    scim_args_uint(args, n);
    scim_args_list(args, ids, n);

    if (commit->members == NULL || commit->stage > SCIM_STAGE_MERGE) {
        return SCIM_OK;
    }

    if (scim_members_removed(commit->members, &ids, &n) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_list(args, ids, n);

    return SCIM_OK;
}


/* What parts/begin.lua takes. */
static void
add_begin(scim_args_t *args, const scim_store_commit_t *commit)
{
    const scim_store_event_t          *event = commit->event;
    const scim_store_breaker_t        *breaker = commit->breaker;
    static const scim_store_event_t    none;
    static const scim_store_breaker_t  unlimited;

    static const scim_str_t verbs[] = {
        [SCIM_STORE_CREATE] = SCIM_STR("create"),
        [SCIM_STORE_UPDATE] = SCIM_STR("update"),
        [SCIM_STORE_DELETE] = SCIM_STR("delete")
    };

    scim_args_str(args, commit->op_id);
    scim_args_str(args, verbs[commit->verb]);
    scim_args_str(args, commit->type->name);
    scim_args_str(args, commit->id);
    scim_args_uint(args, commit->expected);
    scim_args_str(args, commit->modified);
    scim_args_str(args, commit->generation);

    if (event == NULL) {
        event = &none;
    }

    scim_args_str(args, event->operation);
    scim_args_str(args, event->origin.actor);
    scim_args_str(args, event->origin.address);
    scim_args_str(args, event->origin.request);
    scim_args_str(args, event->origin.token);
    scim_args_str(args, event->changes);
    scim_args_uint(args, event->keep_count);
    scim_args_uint(args, event->keep_age);

    if (breaker == NULL) {
        breaker = &unlimited;
    }

    scim_args_uint(args, breaker->count);
    scim_args_uint(args, breaker->percent);
    scim_args_uint(args, breaker->window);
    scim_args_str(args, commit->dry ? scim_str("1") : scim_str("0"));
}


scim_rc_t
scim_store_commit(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_commit_t *commit, scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, BEGIN + OWN + 3 * commit->nadd
                                + 2 * commit->nremove);
    add_begin(&args, commit);

    if (commit->verb == SCIM_STORE_DELETE) {
        add_removed_entries(&args, commit);

        return scim_store_script(cmd, &args, &scim_script_delete, tenant,
                                 true);
    }

    add_doc(&args, commit);
    scim_args_str(&args, members_mode(commit));
    scim_args_uint(&args, commit->staged);
    scim_args_str(&args, scim_store_missing_word(commit));
    add_everyone(&args, commit);
    add_entries(&args, commit);

    if (add_members(&args, commit) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_store_script(cmd, &args, &scim_script_commit, tenant, true);
}


static bool
read_outcome(scim_str_t word, scim_store_outcome_e *out)
{
    static const scim_str_t words[] = {
        [SCIM_COMMITTED] = SCIM_STR("ok"),
        [SCIM_COMMIT_GONE] = SCIM_STR("gone"),
        [SCIM_COMMIT_CONFLICT] = SCIM_STR("conflict"),
        [SCIM_COMMIT_TAKEN] = SCIM_STR("taken"),
        [SCIM_COMMIT_NO_MEMBER] = SCIM_STR("member"),
        [SCIM_COMMIT_RESTAGE] = SCIM_STR("stage"),
        [SCIM_COMMIT_KEPT] = SCIM_STR("kept"),
        [SCIM_COMMIT_CROWD] = SCIM_STR("crowd")
    };

    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (scim_str_eq(word, words[i])) {
            *out = (scim_store_outcome_e) i;
            return true;
        }
    }

    return false;
}


/* "attribute NUL value" */
static void
read_entry(scim_str_t text, scim_store_committed_t *out)
{
    const char *end;

    end = text.len == 0 ? NULL : memchr(text.data, '\0', text.len);
    out->attr = text;

    if (end != NULL) {
        out->attr.len = (size_t) (end - text.data);
        out->value = scim_str_skip(text, out->attr.len + 1);
    }
}


/* Ids and names, by turns. */
static scim_rc_t
read_joined(scim_pool_t *pool, const redisReply *reply,
    scim_store_committed_t *out, scim_error_t *err)
{
    size_t            i, n;
    uint64_t          nested;
    scim_str_t        id, name;
    scim_relation_t  *group;
    const redisReply *list = reply->element[5];

    if (list->type != REDIS_REPLY_ARRAY || list->elements % 2 != 0
        || !scim_store_number(reply, 6, &nested))
    {
        return scim_store_odd(err);
    }

    out->nested = nested != 0;

    n = list->elements / 2;

    out->joined = scim_pcalloc(pool, n * sizeof(scim_relation_t));
    if (out->joined == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < n; i++) {
        group = &out->joined[i];
        group->type = scim_str("Group");

        if (!scim_store_text(list, 2 * i, &id)
            || !scim_store_text(list, 2 * i + 1, &name))
        {
            return scim_store_odd(err);
        }

        if (scim_str_dup(pool, id, &group->id) != SCIM_OK
            || (name.len != 0
                && scim_str_dup(pool, name, &group->display) != SCIM_OK))
        {
            return SCIM_NOMEM;
        }
    }

    out->njoined = n;

    return SCIM_OK;
}


/* 503 and not 429: it is no rate that the client could keep to. */
static scim_rc_t
held(scim_error_t *err)
{
    (void) scim_refuse(err, 503, SCIM_TYPE_NONE,
                       "Nothing was changed: more users were deleted or "
                       "deactivated of late than this tenant's breaker lets "
                       "through, and further ones are held. If they are "
                       "meant, an administrator of the application releases "
                       "the breaker in the admin API (POST "
                       "/tenants/NAME/breaker/release); if not, correct the "
                       "assignment in the identity provider. Everything else "
                       "goes on");
    err->retry_after = RETRY_HELD;

    return SCIM_REFUSED;
}


scim_rc_t
scim_store_commit_reply(scim_pool_t *pool, const redisReply *reply,
    scim_store_committed_t *out, scim_error_t *err)
{
    uint64_t   changed;
    scim_str_t word, modified, detail;

    if (scim_store_array(reply, 5, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (!scim_store_text(reply, 0, &word)
        || !scim_store_number(reply, 1, &out->version)
        || !scim_store_number(reply, 2, &changed)
        || !scim_store_text(reply, 3, &modified)
        || !scim_store_text(reply, 4, &detail))
    {
        return scim_store_odd(err);
    }

    if (scim_store_tenant_state(word, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (scim_str_eq(word, scim_str("held"))) {
        return held(err);
    }

    if (!read_outcome(word, &out->outcome)) {
        return scim_store_odd(err);
    }

    out->changed = changed != 0;
    out->dropped = (size_t) changed;
    out->sweep = out->outcome == SCIM_COMMITTED
                 && scim_str_eq(detail, scim_str("trash"));
    out->attr = scim_str_absent;
    out->value = scim_str_absent;
    out->member = scim_str_absent;

    if (scim_str_dup(pool, modified, &out->modified) != SCIM_OK
        || scim_str_dup(pool, detail, &detail) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    if (out->outcome == SCIM_COMMIT_TAKEN) {
        read_entry(detail, out);

    } else if (out->outcome == SCIM_COMMIT_NO_MEMBER
               || out->outcome == SCIM_COMMIT_CROWD)
    {
        out->member = detail;
    }

    out->njoined = 0;
    out->nested = false;

    return (reply->elements > 5) ? read_joined(pool, reply, out, err)
                                 : SCIM_OK;
}
