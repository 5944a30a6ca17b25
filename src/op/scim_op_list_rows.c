/*
 * Lists: the rows of a chunk, tested and shown one by one.
 */

#include "scim_op_list.h"


static scim_rc_t loaded(scim_op_t *op, const redisReply *reply);


static int
compare_numbers(scim_str_t a, scim_str_t b)
{
    return (a.len != b.len) ? (a.len < b.len ? -1 : 1) : scim_str_cmp(a, b);
}


/* Whether the row in hand lies beyond the cursor, in the direction of the
 * rows. */
static bool
beyond_cursor(const scim_op_list_t *list)
{
    int         order = scim_op_list_leg_at(list);
    scim_str_t  position = list->page.positions[list->at];

    if (order != 0 || list->seeks) {
        return order >= 0;
    }

    order = list->sorted
            ? scim_str_cmp(position, list->cursor.position)
            : compare_numbers(position, list->cursor.position);

    return scim_op_list_back(list) ? order < 0 : order > 0;
}


/* Whether what matches is for the page. */
static scim_rc_t
of_page(scim_op_list_t *list)
{
    if (list->skip > 0) {
        list->skip--;
        return SCIM_NONE;
    }

    if (list->paged && !beyond_cursor(list)) {
        return SCIM_NONE;
    }

    if (list->shown == list->count) {
        list->more = true;
        return SCIM_NONE;
    }

    return SCIM_OK;
}


/* What is to be sorted is shown later. */
static scim_rc_t
gather(scim_op_list_t *list, const scim_row_t *row, const scim_json_t *tree,
    scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_op_sort_add(&list->sorting, list->scratch,
                          &scim_op_leg(list)->sort, tree, row->id, list->leg);

    if (rc == SCIM_NONE) {
        return scim_refuse(err, 400, SCIM_TOO_MANY,
                           "The values to sort by have more than %d bytes in "
                           "all: add a filter", SCIM_SORT_BYTES);
    }

    return (rc == SCIM_OK) ? SCIM_NONE : rc;
}


/* Whether the row in hand is one to show; it is counted. */
static scim_rc_t
judge(scim_op_t *op, scim_op_list_t *list, const scim_row_t *row,
    scim_error_t *err)
{
    scim_rc_t             rc;
    scim_json_t          *tree = NULL;
    const scim_op_leg_t  *leg = scim_op_leg(list);

    if (list->fetches) {
        return SCIM_OK;
    }

    if (!leg->plan.exact || list->gathers) {
        rc = scim_resource_tree(list->scratch, leg->type, op->env->base, row,
                                &tree, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (!leg->plan.exact) {
        rc = scim_filter_match(list->scratch, leg->filter, tree);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (list->gathers) {
        return gather(list, row, tree, err);
    }

    list->total += leg->plan.exact ? 0 : 1;

    return of_page(list);
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
            != SCIM_OK
            || scim_str_dup(list->scratch, list->page.positions[i],
                            &list->page.positions[i]) != SCIM_OK)
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
needs_members(const scim_op_list_t *list, bool wanted)
{
    if (!wanted || list->complete || scim_op_leg(list)->type->members == NULL) {
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
        if (needs_members(list, scim_op_leg(list)->plan.relations)) {
            return load(op, list);
        }

        rc = judge(op, list, row, err);
        if (rc != SCIM_OK) {
            return (rc == SCIM_NONE) ? SCIM_OK : rc;
        }

        list->judged = true;
    }

    if (needs_members(list, scim_op_leg(list)->view.relations)) {
        return load(op, list);
    }

    return scim_op_page_add(op, list, row, err);
}


scim_rc_t
scim_op_list_rows(scim_op_t *op)
{
    scim_rc_t        rc;
    scim_error_t     err = { .type = SCIM_TYPE_NONE };
    scim_op_list_t  *list = op->state;

    while (list->at < list->page.nrows) {

        rc = row_in_hand(op, list, &err);

        if (rc == SCIM_AGAIN) {
            return rc;
        }

        if (rc == SCIM_REFUSED && err.type != SCIM_TOO_MANY) {
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
