/*
 * The admin API's history: entries newest first, of a tenant or of one
 * resource, with conditions.
 *
 * Most conditions are the store's; the one for an attribute is checked here,
 * where the changes can be parsed.  What one request looks at is bounded: it
 * ends with a cursor then, though it may have found nothing.
 */

#include "scim_op_admin_search.h"


/* Calls of the store for one request, each of which looks at
 * SCIM_STORE_HISTORY_LOOK entries at most: 10,000 in all. */
#define CALLS  20

static scim_rc_t got(scim_op_t *op, const redisReply *reply);


/* --- the condition for an attribute -------------------------------------- */

/* Whether path is the other, or a part of it. */
static bool
within(scim_str_t path, scim_str_t other)
{
    return scim_str_casestarts(path, other)
           && (path.len == other.len || path.data[other.len] == '.'
               || path.data[other.len] == ':');
}


/* A multi-valued attribute changes as a whole, so that a part of it is found
 * there. */
static bool
names_attribute(const scim_json_t *changes, scim_str_t attribute)
{
    scim_str_t          path;
    const scim_json_t  *change;

    for (change = changes->first; change != NULL; change = change->next) {
        path = scim_json_get_text(change, scim_str("path"));

        if (path.len != 0
            && (within(path, attribute) || within(attribute, path)))
        {
            return true;
        }
    }

    return false;
}


/* SCIM_NONE: the entry does not change the attribute.  An entry may be large
 * and many may be looked at: each has memory of its own. */
static scim_rc_t
check_attribute(const scim_search_t *s, const scim_store_entry_t *entry,
    scim_error_t *err)
{
    scim_rc_t           rc;
    scim_json_t        *changes;
    scim_pool_t        *pool;
    scim_json_limits_t  limits = {
        .size = entry->changes.len + 1, .values = entry->changes.len
    };

    if (s->attribute.len == 0) {
        return SCIM_OK;
    }

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_json_parse(pool, entry->changes, &limits, &changes, err);

    if (rc == SCIM_OK) {
        rc = names_attribute(changes, s->attribute) ? SCIM_OK : SCIM_NONE;

    } else if (rc != SCIM_NOMEM) {
        rc = scim_refuse(err, 503, SCIM_TYPE_NONE,
                         "The changes of the entry \"%.*s\" of the history "
                         "are no JSON; the server's operator has to check "
                         "what else writes to Redis", SCIM_FMT(entry->id));
    }

    scim_pool_destroy(pool);

    return rc;
}


/* --- reading ------------------------------------------------------------- */

static scim_rc_t
ask(scim_op_t *op, scim_search_t *s)
{
    scim_admin_t  *admin = op->state;

    s->history.count = s->count;
    s->calls++;

    return scim_op_ask(op, scim_store_history(op->pool, admin->tenant,
                                              &s->history, &op->cmd),
                       got);
}


static scim_rc_t
start(scim_op_t *op, scim_search_t *s)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    admin->work = s;

    rc = scim_search_read(op, s, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    scim_buf_lit(&admin->out, "{\"entries\":[");

    return ask(op, s);
}


static scim_rc_t
write_entries(scim_op_t *op, scim_search_t *s,
    const scim_store_history_page_t *page, scim_error_t *err)
{
    size_t         i;
    scim_rc_t      rc;
    scim_admin_t  *admin = op->state;

    for (i = 0; i < page->n; i++) {
        rc = check_attribute(s, &page->entries[i], err);

        if (rc == SCIM_NONE) {
            continue;
        }

        if (rc != SCIM_OK) {
            return rc;
        }

        if (s->any) {
            scim_buf_char(&admin->out, ',');
        }

        scim_op_entry_write(&admin->out, &page->entries[i], scim_str_absent);
        s->any = true;
        s->count--;
    }

    return scim_str_dup(op->pool, page->next, &s->history.after);
}


static scim_rc_t
finish(scim_op_t *op, const scim_search_t *s)
{
    scim_str_t     cursor;
    scim_admin_t  *admin = op->state;

    scim_buf_char(&admin->out, ']');

    if (s->history.after.len != 0) {
        if (scim_search_cursor(op, s, &cursor) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        scim_buf_lit(&admin->out, ",\"nextCursor\":");
        scim_json_write_string(&admin->out, cursor);
    }

    scim_buf_char(&admin->out, '}');

    return scim_op_body(op, 200, &admin->out);
}


static scim_rc_t
got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t                  rc;
    scim_error_t               err;
    scim_admin_t              *admin = op->state;
    scim_search_t             *s = admin->work;
    scim_store_history_page_t  page;

    rc = scim_store_history_reply(op->pool, reply, &page, &err);

    if (rc == SCIM_REFUSED && err.status == 404) {
        return scim_admin_no_tenant(op);
    }

    if (rc == SCIM_OK && s->must_exist && !page.known) {
        return scim_op_error(op, 404, SCIM_TYPE_NONE,
                             "There is no %.*s with the id \"%.*s\", and no "
                             "history of one", SCIM_FMT(s->history.type),
                             SCIM_FMT(s->history.resource));
    }

    if (rc == SCIM_OK) {
        rc = write_entries(op, s, &page, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.next.len != 0 && s->count != 0 && s->calls < CALLS
        && admin->out.len < SCIM_ENTRIES_BYTES)
    {
        return ask(op, s);
    }

    return finish(op, s);
}


/* --- what is asked for --------------------------------------------------- */

static scim_rc_t
list(scim_op_t *op, scim_store_stream_e stream)
{
    scim_rc_t       rc;
    scim_error_t    err;
    scim_search_t  *s;

    s = scim_pcalloc(op->pool, sizeof(scim_search_t));
    if (s == NULL) {
        return SCIM_NOMEM;
    }

    s->history.stream = stream;

    rc = scim_admin_args(op, scim_search_names, s->args, &err);

    return rc == SCIM_OK ? start(op, s) : scim_op_stop(op, rc, &err);
}


scim_rc_t
scim_admin_history(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return list(op, SCIM_STORE_HISTORY);
}


scim_rc_t
scim_admin_dry_run(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return list(op, SCIM_STORE_DRY_RUN);
}


/* The path says the type and the id: they cannot be asked for as well. */
scim_rc_t
scim_admin_resource_history(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t                    rc;
    scim_error_t                 err;
    scim_admin_t                *admin = op->state;
    scim_search_t               *s;
    const scim_resource_type_t  *type;

    (void) reply;

    type = scim_schemas_endpoint(op->env->conf->schemas, admin->part[0]);

    if (type == NULL || !scim_store_name_valid(admin->part[1])) {
        return scim_op_error(op, 404, SCIM_TYPE_NONE,
                             "There is nothing at this path: a history is "
                             "that of /Users/{id}, /Groups/{id} or another "
                             "endpoint and an id");
    }

    s = scim_pcalloc(op->pool, sizeof(scim_search_t));
    if (s == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_admin_args(op, scim_search_names + SCIM_SEARCH_ACTOR,
                         s->args + SCIM_SEARCH_ACTOR, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    s->args[SCIM_SEARCH_RESOURCE] = admin->part[1];
    s->args[SCIM_SEARCH_TYPE] = type->name;
    s->must_exist = true;

    return start(op, s);
}
