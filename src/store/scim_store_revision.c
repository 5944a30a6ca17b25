/*
 * The revisions of one resource: calls of revisions.lua, and the old members
 * of groups.
 */

#include "scim_store_parts.h"
#include "scim_store_revision.h"


/* Elements of the reply before the revisions, and of each. */
#define HEAD   4
#define WIDTH  5


scim_rc_t
scim_store_revisions(scim_pool_t *pool, scim_str_t tenant,
    const scim_resource_type_t *type, scim_str_t id, uint64_t low,
    uint64_t high, scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 4);
    scim_args_str(&args, type->name);
    scim_args_str(&args, id);
    scim_args_uint(&args, low);

    if (high == SCIM_STORE_NEWEST) {
        scim_args_lit(&args, "+inf");
    } else {
        scim_args_uint(&args, high);
    }

    return scim_store_script(cmd, &args, &scim_script_revisions, tenant,
                             false);
}


static bool
read_revision(const redisReply *reply, size_t at, scim_store_revision_t *out)
{
    scim_str_t was;

    if (!scim_store_number(reply, at, &out->version)
        || !scim_store_text(reply, at + 1, &out->stream)
        || !scim_store_text(reply, at + 2, &out->operation)
        || !scim_store_text(reply, at + 3, &was)
        || !scim_store_text(reply, at + 4, &out->changes))
    {
        return false;
    }

    out->was = was.len > 0;

    return true;
}


scim_rc_t
scim_store_revisions_reply(scim_pool_t *pool, const redisReply *reply,
    scim_store_revisions_t *out, scim_error_t *err)
{
    size_t     i;
    uint64_t   more;
    scim_rc_t  rc;
    scim_str_t word;

    rc = scim_store_word(reply, &word, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (reply->elements < HEAD || (reply->elements - HEAD) % WIDTH != 0
        || !scim_store_number(reply, 1, &out->first)
        || !scim_store_number(reply, 2, &out->last)
        || !scim_store_number(reply, 3, &more))
    {
        return scim_store_odd(err);
    }

    out->more = more != 0;
    out->nrevisions = (reply->elements - HEAD) / WIDTH;
    out->revisions = scim_palloc(pool, out->nrevisions
                                       * sizeof(scim_store_revision_t));
    if (out->revisions == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < out->nrevisions; i++) {
        if (!read_revision(reply, HEAD + i * WIDTH, &out->revisions[i])) {
            return scim_store_odd(err);
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_store_was(scim_pool_t *pool, scim_str_t tenant, scim_str_t stream,
    size_t offset, scim_store_cmd_t *cmd)
{
    scim_str_t  name, key;
    scim_args_t args;

    if (scim_str_printf(pool, &name, "was:%.*s", SCIM_FMT(stream)) != SCIM_OK
        || scim_store_key(pool, tenant, name.data, &key) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    scim_args_init(&args, pool, 4);
    scim_args_lit(&args, "ZRANGE");
    scim_args_str(&args, key);
    scim_args_uint(&args, offset);
    scim_args_uint(&args, offset + SCIM_STORE_MEMBERS_CHUNK - 1);

    return scim_store_plain(cmd, &args, key, false);
}


scim_rc_t
scim_store_was_reply(scim_pool_t *pool, const redisReply *reply,
    scim_str_t **ids, size_t *n, scim_error_t *err)
{
    size_t      i;
    scim_str_t *list;

    if (scim_store_array(reply, 0, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    list = scim_palloc(pool, reply->elements * sizeof(scim_str_t));
    if (list == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < reply->elements; i++) {
        if (!scim_store_text(reply, i, &list[i])) {
            return scim_store_odd(err);
        }
    }

    *ids = list;
    *n = reply->elements;

    return SCIM_OK;
}
