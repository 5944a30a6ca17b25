/*
 * Tenants in the store: their record, their names, their end.
 */

#include "scim_store_parts.h"
#include "scim_store_token.h"


static const scim_str_t names_key = SCIM_STR("scim:tenants");

/* Elements of tenant_get.lua's reply. */
enum { T_ENABLED, T_CREATED, T_SETTINGS, T_USERS, T_GROUPS, T_GEN,
       T_TRIPPED, T_RECENT, TENANT };

/* tenant_update.lua's reply: others have changed the settings. */
#define CHANGED  2


scim_rc_t
scim_store_tenant_get(scim_pool_t *pool, scim_str_t name,
    scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 0);

    return scim_store_script(cmd, &args, &scim_script_tenant_get, name,
                             false);
}


scim_rc_t
scim_store_tenant_get_reply(scim_pool_t *pool, const redisReply *reply,
    scim_tenant_t *tenant, scim_error_t *err)
{
    scim_str_t enabled, settings, gen;

    if (scim_store_array(reply, 0, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->elements == 0) {
        return SCIM_NONE;
    }

    if (reply->elements < TENANT
        || !scim_store_text(reply, T_ENABLED, &enabled)
        || !scim_store_number(reply, T_CREATED, &tenant->created)
        || !scim_store_text(reply, T_SETTINGS, &settings)
        || !scim_store_number(reply, T_USERS, &tenant->users)
        || !scim_store_number(reply, T_GROUPS, &tenant->groups)
        || !scim_store_text(reply, T_GEN, &gen)
        || !scim_store_number(reply, T_TRIPPED, &tenant->tripped)
        || !scim_store_number(reply, T_RECENT, &tenant->recent))
    {
        return scim_store_odd(err);
    }

    tenant->enabled = scim_str_eq(enabled, scim_str("1"));

    return (scim_str_dup(pool, gen, &tenant->gen) == SCIM_OK)
           ? scim_str_dup(pool, settings, &tenant->settings) : SCIM_NOMEM;
}


scim_rc_t
scim_store_done(const redisReply *reply, scim_error_t *err)
{
    if (scim_store_error(reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->type != REDIS_REPLY_INTEGER || reply->integer < 0
        || reply->integer > 1)
    {
        return scim_store_odd(err);
    }

    return reply->integer == 1 ? SCIM_OK : SCIM_NONE;
}


scim_rc_t
scim_store_tenant_create(scim_pool_t *pool, scim_str_t name, uint64_t now,
    scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 1);
    scim_args_uint(&args, now);

    return scim_store_script(cmd, &args, &scim_script_tenant_create, name,
                             true);
}


scim_rc_t
scim_store_tenant_create_reply(const redisReply *reply, scim_error_t *err)
{
    return scim_store_done(reply, err);
}


scim_rc_t
scim_store_tenant_register(scim_pool_t *pool, scim_str_t name, bool there,
    scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 3);
    scim_args_str(&args, there ? scim_str("SADD") : scim_str("SREM"));
    scim_args_str(&args, names_key);
    scim_args_str(&args, name);

    return scim_store_plain(cmd, &args, names_key, true);
}


scim_rc_t
scim_store_tenant_update(scim_pool_t *pool, scim_str_t name, int enabled,
    scim_str_t settings, scim_str_t gen, scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 3);

    scim_args_str(&args, (enabled < 0) ? scim_str("")
                                       : enabled ? scim_str("1")
                                                 : scim_str("0"));
    scim_args_str(&args, settings);
    scim_args_str(&args, gen);

    return scim_store_script(cmd, &args, &scim_script_tenant_update, name,
                             true);
}


scim_rc_t
scim_store_tenant_update_reply(const redisReply *reply, scim_error_t *err)
{
    if (scim_store_error(reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->type == REDIS_REPLY_INTEGER && reply->integer == CHANGED) {
        return SCIM_AGAIN;
    }

    return scim_store_done(reply, err);
}


scim_rc_t
scim_store_breaker_release(scim_pool_t *pool, scim_str_t name,
    scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 0);

    return scim_store_script(cmd, &args, &scim_script_breaker_release, name,
                             true);
}


scim_rc_t
scim_store_breaker_release_reply(const redisReply *reply, scim_error_t *err)
{
    return scim_store_done(reply, err);
}


scim_rc_t
scim_store_tenant_sweep(scim_pool_t *pool, scim_str_t name, size_t count,
    scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 1);
    scim_args_uint(&args, count);

    return scim_store_script(cmd, &args, &scim_script_tenant_sweep, name,
                             true);
}


scim_rc_t
scim_store_tenant_sweep_reply(const redisReply *reply, bool *left,
    scim_error_t *err)
{
    scim_str_t word;

    if (scim_store_error(reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    if (reply->type != REDIS_REPLY_STRING || reply->str == NULL) {
        return scim_store_odd(err);
    }

    word.data = reply->str;
    word.len = (size_t) reply->len;

    if (scim_str_eq(word, scim_str("on"))) {
        return scim_refuse(err, 409, SCIM_TYPE_NONE,
                           "The tenant is switched on; switch it off before "
                           "deleting it");
    }

    if (scim_str_eq(word, scim_str("tokens"))) {
        return scim_refuse(err, 409, SCIM_TYPE_NONE,
                           "The tenant still has tokens; revoke them before "
                           "deleting it");
    }

    *left = scim_str_eq(word, scim_str("more"));

    return *left || scim_str_eq(word, scim_str("done")) ? SCIM_OK
                                                        : scim_store_odd(err);
}


scim_rc_t
scim_store_tenant_names(scim_pool_t *pool, scim_store_cmd_t *cmd)
{
    scim_args_t args;

    /* sorted there; SORT counts as a write, which a full Redis refuses */
    scim_args_init(&args, pool, 3);
    scim_args_lit(&args, "SORT_RO");
    scim_args_str(&args, names_key);
    scim_args_lit(&args, "ALPHA");

    return scim_store_plain(cmd, &args, names_key, false);
}


scim_rc_t
scim_store_tenant_names_reply(scim_pool_t *pool, const redisReply *reply,
    scim_str_t **names, size_t *n, scim_error_t *err)
{
    size_t     i;
    scim_str_t name;

    if (scim_store_array(reply, 0, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    *n = reply->elements;
    *names = scim_palloc(pool, *n * sizeof(scim_str_t));
    if (*names == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < *n; i++) {
        if (!scim_store_text(reply, i, &name)) {
            return scim_store_odd(err);
        }
        if (scim_str_dup(pool, name, &(*names)[i]) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    return SCIM_OK;
}
