/*
 * Lists: the rows of a chunk, tested and shown one by one.
 */

#include "scim_op_list.h"


static scim_rc_t loaded(scim_op_t *op, const redisReply *reply);


/* Whether the row in hand is one to show; it is counted. */
static scim_rc_t
judge(scim_op_t *op, scim_op_list_t *list, const scim_row_t *row,
    scim_error_t *err)
{
    scim_rc_t     rc;
    scim_json_t  *tree;

    if (list->plan.exact) {
        return SCIM_OK;
    }

    rc = scim_resource_tree(list->scratch, op->request.type, op->env->base,
                            row, &tree, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = scim_filter_match(list->scratch, list->filter, tree);
    if (rc != SCIM_OK) {
        return rc;
    }

    list->total++;

    return (list->total >= list->start && list->shown < list->count)
           ? SCIM_OK : SCIM_NONE;
}


static scim_rc_t
show(scim_op_t *op, scim_op_list_t *list, const scim_row_t *row,
    scim_error_t *err)
{
    if (list->shown != 0) {
        scim_buf_char(&list->out, ',');
    }

    list->shown++;

    return scim_op_view_write(&list->view, list->scratch, op->env->base, row,
                              &list->out, err);
}


/* The rows of the chunk that are still to come must outlive the reply when
 * another command is sent in between. */
static scim_rc_t
hold(scim_op_list_t *list)
{
    size_t      i;
    scim_row_t  row;

    for (i = list->at; !list->held && i < list->page.nrows; i++) {
        row = list->page.rows[i];

        if (scim_op_row_copy(list->scratch, &row, &list->page.rows[i])
            != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    list->held = true;

    return SCIM_OK;
}


static scim_rc_t
loaded(scim_op_t *op, const redisReply *reply)
{
    scim_op_list_t  *list = op->state;

    (void) reply;

    list->complete = true;

    return scim_op_list_rows(op);
}


static bool
needs_members(const scim_op_t *op, const scim_op_list_t *list, bool wanted)
{
    if (!wanted || list->complete || op->request.type->members == NULL) {
        return false;
    }

    return !list->query.relations
           || list->page.members_total[list->at]
              > list->page.rows[list->at].nrelations;
}


static scim_rc_t
load(scim_op_t *op, scim_op_list_t *list)
{
    scim_row_t  *row = &list->page.rows[list->at];

    if (hold(list) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    /* What was probed for is a part of what comes now. */
    if (!list->query.relations) {
        row->nrelations = 0;
    }

    return scim_op_load_members(op, list->scratch, row,
                                list->query.relations
                                ? list->page.members_total[list->at] : 0,
                                loaded);
}


/* SCIM_OK: done with the row in hand.  SCIM_AGAIN: its members come first. */
static scim_rc_t
row_in_hand(scim_op_t *op, scim_op_list_t *list, scim_error_t *err)
{
    scim_rc_t    rc;
    scim_row_t  *row = &list->page.rows[list->at];

    if (!list->judged) {
        if (needs_members(op, list, list->plan.relations)) {
            return load(op, list);
        }

        rc = judge(op, list, row, err);
        if (rc != SCIM_OK) {
            return (rc == SCIM_NONE) ? SCIM_OK : rc;
        }

        list->judged = true;
    }

    if (needs_members(op, list, list->view.relations)) {
        return load(op, list);
    }

    return show(op, list, row, err);
}


scim_rc_t
scim_op_list_rows(scim_op_t *op)
{
    scim_op_list_t        *list = op->state;
    scim_rc_t      rc;
    scim_error_t   err;

    while (list->at < list->page.nrows) {

        rc = row_in_hand(op, list, &err);

        if (rc == SCIM_AGAIN) {
            return rc;
        }

        if (rc == SCIM_REFUSED) {
            err.status = 500;   /* it is the store's fault, not the client's */
        }

        if (rc != SCIM_OK) {
            return scim_op_stop(op, rc, &err);
        }

        list->at++;
        list->judged = false;
        list->complete = false;
    }

    return scim_op_list_next(op);
}
