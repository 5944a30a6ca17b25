/*
 * Failures in the store: one entry of a stream each, the same fields in the
 * same order always, so that Redis stores their names once.
 */

#include <stddef.h>

#include "scim_store_failure.h"
#include "scim_store_parts.h"


static const struct {
    scim_str_t  name;
    size_t      offset;
} fields[] = {
    { SCIM_STR("tenant"), offsetof(scim_failure_t, tenant) },
    { SCIM_STR("method"), offsetof(scim_failure_t, method) },
    { SCIM_STR("path"), offsetof(scim_failure_t, path) },
    { SCIM_STR("status"), offsetof(scim_failure_t, status) },
    { SCIM_STR("type"), offsetof(scim_failure_t, type) },
    { SCIM_STR("detail"), offsetof(scim_failure_t, detail) },
    { SCIM_STR("req"), offsetof(scim_failure_t, request) },
    { SCIM_STR("tok"), offsetof(scim_failure_t, token) },
    { SCIM_STR("addr"), offsetof(scim_failure_t, address) },
    { SCIM_STR("agent"), offsetof(scim_failure_t, agent) }
};

#define FIELDS  (sizeof(fields) / sizeof(fields[0]))


/* Of a tenant's failures, or of those of none. */
static scim_rc_t
failures_key(scim_pool_t *pool, scim_str_t tenant, scim_str_t *key)
{
    if (tenant.len == 0) {
        *key = scim_str("scim:failures");
        return SCIM_OK;
    }

    return scim_store_key(pool, tenant, "failures", key);
}


static void
put_fields(scim_args_t *args, const scim_failure_t *failure)
{
    size_t  i;

    for (i = 0; i < FIELDS; i++) {
        scim_args_str(args, fields[i].name);
        scim_args_str(args, *(const scim_str_t *) (const void *)
                            ((const char *) failure + fields[i].offset));
    }
}


scim_rc_t
scim_store_failure_add(scim_pool_t *pool, scim_str_t tenant,
    const scim_failure_t *failure, scim_store_cmd_t *cmd)
{
    scim_str_t   key;
    scim_args_t  args;

    scim_args_init(&args, pool, 6 + 2 * FIELDS);

    if (tenant.len > 0) {
        scim_args_uint(&args, SCIM_STORE_FAILURES);
        put_fields(&args, failure);

        return scim_store_script(cmd, &args, &scim_script_failure, tenant,
                                 true);
    }

    if (failures_key(pool, tenant, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_lit(&args, "XADD");
    scim_args_str(&args, key);
    scim_args_lit(&args, "MAXLEN");
    scim_args_lit(&args, "~");
    scim_args_uint(&args, SCIM_STORE_FAILURES);
    scim_args_lit(&args, "*");
    put_fields(&args, failure);

    return scim_store_plain(cmd, &args, key, true);
}


scim_rc_t
scim_store_failure_add_reply(const redisReply *reply, scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_store_error(reply, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    return reply->type == REDIS_REPLY_STRING
           && scim_str_eq((scim_str_t) { reply->str, reply->len },
                          scim_str("none"))
           ? SCIM_NONE : SCIM_OK;
}


scim_rc_t
scim_store_failures(scim_pool_t *pool, scim_str_t tenant, scim_str_t before,
    size_t count, scim_store_cmd_t *cmd)
{
    scim_str_t   key, from;
    scim_args_t  args;

    if (failures_key(pool, tenant, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    from = scim_str("+");

    if (before.data != NULL
        && scim_str_printf(pool, &from, "(%.*s", SCIM_FMT(before)) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    scim_args_init(&args, pool, 6);
    scim_args_lit(&args, "XREVRANGE");
    scim_args_str(&args, key);
    scim_args_str(&args, from);
    scim_args_lit(&args, "-");
    scim_args_lit(&args, "COUNT");
    scim_args_uint(&args, count);

    return scim_store_plain(cmd, &args, key, false);
}


/* What this version does not know of is passed over. */
static void
set_field(scim_failure_t *failure, scim_str_t name, scim_str_t value)
{
    size_t  i;

    for (i = 0; i < FIELDS; i++) {
        if (scim_str_eq(fields[i].name, name)) {
            *(scim_str_t *) (void *) ((char *) failure + fields[i].offset) =
                value;
        }
    }
}


/* {id, {name, value, …}} */
static bool
read_entry(const redisReply *entry, scim_failure_t *failure)
{
    size_t             i;
    scim_str_t         name, value;
    const redisReply  *pairs;

    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2
        || !scim_store_text(entry, 0, &failure->id)
        || !scim_store_place(failure->id, &failure->time))
    {
        return false;
    }

    pairs = entry->element[1];

    if (pairs->type != REDIS_REPLY_ARRAY || pairs->elements % 2 != 0) {
        return false;
    }

    for (i = 0; i < pairs->elements; i += 2) {
        if (!scim_store_text(pairs, i, &name)
            || !scim_store_text(pairs, i + 1, &value))
        {
            return false;
        }

        set_field(failure, name, value);
    }

    return true;
}


scim_rc_t
scim_store_failures_reply(scim_pool_t *pool, const redisReply *reply,
    scim_failure_t **failures, size_t *n, scim_error_t *err)
{
    size_t  i;

    if (scim_store_array(reply, 0, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    *n = reply->elements;
    *failures = scim_pcalloc(pool, *n * sizeof(scim_failure_t));
    if (*failures == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < *n; i++) {
        if (!read_entry(reply->element[i], &(*failures)[i])) {
            return scim_store_odd(err);
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_store_failures_clear(scim_pool_t *pool, scim_str_t tenant,
    scim_store_cmd_t *cmd)
{
    scim_str_t   key;
    scim_args_t  args;

    if (failures_key(pool, tenant, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_args_init(&args, pool, 2);
    scim_args_lit(&args, "UNLINK");
    scim_args_str(&args, key);

    return scim_store_plain(cmd, &args, key, true);
}
