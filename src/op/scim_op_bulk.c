/*
 * POST /Bulk.
 *
 *     scim_op_bulk    reads the items, plans, begins as many as may run
 *     answered        each reply leads one of them on, or begins another
 *     answer          200 with one row for each item that was processed
 */

#include "scim_op_bulk.h"


#define RESPONSE_URN  "urn:ietf:params:scim:api:messages:2.0:BulkResponse"


static scim_op_t *
asker(scim_op_t *op)
{
    scim_bulk_t  *bulk = op->state;

    return scim_op_lanes_asker(&bulk->lanes);
}


static void
leave(scim_op_t *op)
{
    scim_bulk_t  *bulk = op->state;

    bulk->left = true;
}


static void
write_member(scim_buf_t *buf, const char *name, scim_str_t value)
{
    if (value.data != NULL) {
        scim_buf_lit(buf, ",\"");
        scim_buf_str(buf, scim_str_from(name));
        scim_buf_lit(buf, "\":");
        scim_json_write_string(buf, value);
    }
}


/* Of whatever exists or is meant to; a POST that has failed made nothing. */
static void
write_location(scim_buf_t *buf, const scim_bulk_t *bulk,
    const scim_bulk_item_t *item)
{
    scim_str_t             location;
    const scim_request_t  *request = &item->request;

    if (request->type == NULL || request->id.data == NULL
        || (request->method == SCIM_POST && item->status >= 400))
    {
        return;
    }

    if (scim_bulk_url(bulk, item, &location) != SCIM_OK) {
        buf->failed = true;
        return;
    }

    write_member(buf, "location", location);
}


static void
write_item(scim_buf_t *buf, const scim_bulk_t *bulk,
    const scim_bulk_item_t *item)
{
    scim_buf_lit(buf, "{\"status\":\"");
    scim_buf_uint(buf, (uint64_t) item->status);
    scim_buf_char(buf, '"');

    write_member(buf, "method", item->method);
    write_member(buf, "bulkId", item->bulk_id);
    write_location(buf, bulk, item);

    if (item->etag[0] != '\0') {
        write_member(buf, "version", scim_str_from(item->etag));
    }

    if (item->body.data != NULL) {
        scim_buf_lit(buf, ",\"response\":");
        scim_buf_str(buf, item->body);
    }

    scim_buf_char(buf, '}');
}


/* When the store refuses every item alike (down, full, the tenant switched
 * off), so it does the bulk. */
static const scim_bulk_item_t *
refused_alike(const scim_bulk_t *bulk)
{
    uint32_t  i;
    int       status;

    if (bulk->n == 0) {
        return NULL;
    }

    status = bulk->items[0].status;

    if (status != 403 && status != 503 && status != 507) {
        return NULL;
    }

    for (i = 1; i < bulk->n; i++) {
        if (bulk->items[i].state == SCIM_BULK_DONE
            && bulk->items[i].status != status)
        {
            return NULL;
        }
    }

    return &bulk->items[0];
}


static scim_rc_t
answer(scim_op_t *op)
{
    bool                     any;
    uint32_t                 i;
    scim_buf_t               buf;
    scim_bulk_t             *bulk = op->state;
    const scim_bulk_item_t  *item;

    item = refused_alike(bulk);

    if (item != NULL) {
        op->result.status = item->status;
        op->result.body = item->body;
        op->result.retry_after = item->retry_after;

        return SCIM_OK;
    }

    any = false;
    scim_buf_init(&buf, op->pool, 128 + (size_t) bulk->n * 160);
    scim_buf_lit(&buf, "{\"schemas\":[\"" RESPONSE_URN "\"],"
                       "\"Operations\":[");

    for (i = 0; i < bulk->n; i++) {
        item = &bulk->items[i];

        if (item->state != SCIM_BULK_DONE) {
            continue;
        }

        if (any) {
            scim_buf_char(&buf, ',');
        }

        write_item(&buf, bulk, item);
        any = true;

        if (item->status >= 400) {
            op->result.partly = true;
        }
    }

    scim_buf_lit(&buf, "]}");

    return scim_op_body(op, 200, &buf);
}


static scim_rc_t
go_on(scim_op_t *op)
{
    scim_rc_t     rc;
    scim_bulk_t  *bulk = op->state;

    rc = scim_bulk_go(bulk);

    return (rc == SCIM_OK) ? answer(op) : rc;
}


static scim_rc_t
answered(scim_op_t *op, scim_op_t *part, scim_rc_t rc)
{
    scim_bulk_stopped(op->state, part, rc);

    return go_on(op);
}


static const scim_op_many_t  many = { asker, answered, leave };


scim_rc_t
scim_op_bulk(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_bulk_t   *bulk;
    scim_error_t   err;

    (void) reply;

    /* Each part looks for itself whether the settings are still the same. */
    op->gen = scim_str_absent;

    if (op->env->conf->bulk_operations == 0) {
        return scim_op_error(op, 501, SCIM_TYPE_NONE,
                             "/Bulk is not served here: send each operation "
                             "as a request of its own");
    }

    if (op->request.body == NULL) {
        return scim_op_no_body(op);
    }

    bulk = scim_pcalloc(op->pool, sizeof(scim_bulk_t));

    if (bulk == NULL
        || scim_op_lanes_init(&bulk->lanes, op) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    bulk->op = op;

    rc = scim_bulk_read(bulk, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (scim_bulk_order(bulk) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    scim_bulk_begin(bulk);

    op->state = bulk;
    op->many = &many;

    return go_on(op);
}
