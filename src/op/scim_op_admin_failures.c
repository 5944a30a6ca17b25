/*
 * The admin API's failures: a tenant's, and those of requests whose tenant is
 * not known.
 *
 *     list      the tenant (if it is one's), a page of the list
 *     clear     the tenant (if it is one's), the list
 */

#include "scim_op_admin.h"
#include "scim_op_entry.h"
#include "../store/scim_store_failure.h"


static scim_rc_t list(scim_op_t *op, const redisReply *reply);
static scim_rc_t listed(scim_op_t *op, const redisReply *reply);
static scim_rc_t clear(scim_op_t *op, const redisReply *reply);


static scim_rc_t
read_args(const scim_op_t *op, size_t *count, scim_str_t *cursor,
    scim_error_t *err)
{
    scim_rc_t   rc;
    scim_str_t  values[2];

    static const char *const  names[] = { "count", "cursor", NULL };

    rc = scim_admin_args(op, names, values, err);

    if (rc == SCIM_OK) {
        rc = scim_op_entry_count(values[0], "count", count, err);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    *cursor = values[1];

    if (cursor->data != NULL && !scim_store_place_valid(*cursor)) {
        return scim_refuse(err, 400, SCIM_INVALID_CURSOR,
                           "The cursor \"%.*s\" is none: take nextCursor of "
                           "the page before, or begin anew without one",
                           SCIM_FMT(*cursor));
    }

    return SCIM_OK;
}


/* What is to be done, once the tenant of the path, if there is one, is
 * found. */
static scim_rc_t
of_tenant(scim_op_t *op, scim_op_step_pt next)
{
    const scim_admin_t  *admin = op->state;

    return (admin->tenant.len == 0) ? next(op, NULL)
                                    : scim_admin_tenant(op, next);
}


scim_rc_t
scim_admin_failures_list(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return of_tenant(op, list);
}


static scim_rc_t
list(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_str_t     cursor;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    (void) reply;

    rc = read_args(op, &admin->n, &cursor, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    /* one more tells whether there are more */
    return scim_op_ask(op,
                       scim_store_failures(op->pool, admin->tenant, cursor,
                                           admin->n + 1, &op->cmd),
                       listed);
}


static void
write_failure(scim_buf_t *buf, const scim_failure_t *failure, bool whose)
{
    scim_buf_lit(buf, "{\"id\":");
    scim_json_write_string(buf, failure->id);
    scim_op_entry_time(buf, "time", failure->time);

    if (whose) {
        scim_op_entry_text(buf, "tenant", failure->tenant);
    }

    scim_op_entry_text(buf, "method", failure->method);
    scim_op_entry_text(buf, "path", failure->path);

    scim_buf_lit(buf, ",\"status\":");
    scim_buf_str(buf, failure->status.len == 0 ? scim_str("0")
                                               : failure->status);

    scim_op_entry_text(buf, "scimType", failure->type);
    scim_op_entry_text(buf, "detail", failure->detail);
    scim_op_entry_text(buf, "requestId", failure->request);
    scim_op_entry_text(buf, "tokenId", failure->token);
    scim_op_entry_text(buf, "address", failure->address);
    scim_op_entry_text(buf, "userAgent", failure->agent);
    scim_buf_char(buf, '}');
}


static scim_rc_t
listed(scim_op_t *op, const redisReply *reply)
{
    size_t           i, n;
    scim_rc_t        rc;
    scim_error_t     err;
    scim_admin_t    *admin = op->state;
    scim_failure_t  *failures;

    rc = scim_store_failures_reply(op->pool, reply, &failures, &n, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    scim_buf_lit(&admin->out, "{\"failures\":[");

    for (i = 0; i < n && i < admin->n; i++) {
        if (i > 0) {
            scim_buf_char(&admin->out, ',');
        }

        write_failure(&admin->out, &failures[i], admin->tenant.len == 0);
    }

    scim_buf_char(&admin->out, ']');

    if (n > admin->n) {
        scim_op_entry_text(&admin->out, "nextCursor",
                           failures[admin->n - 1].id);
    }

    scim_buf_char(&admin->out, '}');

    return scim_op_body(op, 200, &admin->out);
}


scim_rc_t
scim_admin_failures_clear(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return of_tenant(op, clear);
}


static scim_rc_t
clear(scim_op_t *op, const redisReply *reply)
{
    const scim_admin_t  *admin = op->state;

    (void) reply;

    return scim_op_ask(op,
                       scim_store_failures_clear(op->pool, admin->tenant,
                                                 &op->cmd),
                       scim_admin_done);
}
