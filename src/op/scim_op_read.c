/*
 * GET of one resource.
 *
 *     scim_op_read        the query, with members or groups if shown
 *     got                 404, 412, 304, or the row
 *     [members …]         those beyond the first chunk
 *     show                the answer
 */

#include "scim_op_view.h"


typedef struct {
    scim_op_view_t      view;
    scim_store_query_t  query;
    scim_row_t          row;        /* a copy, when members come after it */
    int                 status;
} read_t;

static scim_rc_t got(scim_op_t *op, const redisReply *reply);


static scim_rc_t
ask(scim_op_t *op, read_t *read)
{
    op->state = read;

    scim_op_query_one(op, read->view.relations, &read->query);

    return scim_op_query(op, op->pool, &read->query, got);
}


scim_rc_t
scim_op_read(scim_op_t *op, const redisReply *reply)
{
    read_t        *read;
    scim_rc_t      rc;
    scim_error_t   err;

    (void) reply;

    read = scim_pcalloc(op->pool, sizeof(read_t));
    if (read == NULL) {
        return SCIM_NOMEM;
    }

    read->status = 200;

    rc = scim_op_view(op, &read->view, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return ask(op, read);
}


scim_rc_t
scim_op_read_back(scim_op_t *op, int status, const scim_op_view_t *view)
{
    read_t  *read;

    read = scim_pcalloc(op->pool, sizeof(read_t));
    if (read == NULL) {
        return SCIM_NOMEM;
    }

    read->status = status;
    read->view = *view;

    /* The precondition was the write's: it does not concern what it made. */
    op->request.if_match = scim_str_absent;
    op->request.if_none_match = scim_str_absent;

    /* what is written is not to be written again */
    op->gen = scim_str_absent;

    return ask(op, read);
}


static scim_rc_t
show(scim_op_t *op, const redisReply *reply)
{
    read_t  *read = op->state;

    (void) reply;

    return scim_op_show(op, read->status, &read->view, &read->row);
}


static scim_rc_t
got(scim_op_t *op, const redisReply *reply)
{
    read_t             *read = op->state;
    scim_rc_t           rc;
    scim_row_t         *row;
    scim_str_t          match = op->request.if_match;
    scim_str_t          unless = op->request.if_none_match;
    scim_error_t        err;
    scim_store_page_t   page;

    rc = scim_store_query_reply(op->pool, &read->query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.nrows == 0) {
        return scim_op_not_found(op);
    }

    row = &page.rows[0];

    if (match.data != NULL && !scim_etag_match(match, row->version)) {
        return scim_op_other_version(op, row->version, "If-Match",
                                     "read it without that header");
    }

    if (unless.data != NULL && scim_etag_match(unless, row->version)) {
        return scim_op_show_none(op, 304, row->version);
    }

    if (read->view.relations && op->request.type->members != NULL
        && page.members_total[0] > row->nrelations)
    {
        if (scim_op_row_copy(op->pool, row, &read->row) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        return scim_op_load_members(op, op->pool, &read->row,
                                    page.members_total[0], show);
    }

    return scim_op_show(op, read->status, &read->view, row);
}
