/*
 * Lists: GET of a collection or of the root, with filter, order and paging,
 * and POST to .search.
 */

#include <string.h>

#include "scim_op_list.h"
#include "scim_request.h"


#define NUMBER_MAX  1000000000

/* A cursor has a byte for it. */
#define LEGS_MAX    256


static void
cleanup(void *data)
{
    scim_op_list_t  *list = data;

    if (list->scratch != NULL) {
        scim_pool_destroy(list->scratch);
    }
}


/* An integer of any size, at most NUMBER_MAX, 0 for less; absent: def. */
static scim_rc_t
number(scim_str_t text, const char *name, scim_error_type_e type, size_t def,
    size_t *out, scim_error_t *err)
{
    bool    negative;
    size_t  i, n;

    *out = def;

    if (text.data == NULL) {
        return SCIM_OK;
    }

    negative = text.len > 1 && text.data[0] == '-';

    n = 0;

    for (i = negative ? 1 : 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            break;
        }

        n = n * 10 + (size_t) (text.data[i] - '0');
        n = (n > NUMBER_MAX) ? NUMBER_MAX : n;
    }

    if (i < text.len || text.len == 0) {
        return scim_refuse(err, 400, type,
                           "%s must be a whole number, not \"%.*s\"", name,
                           SCIM_FMT(text));
    }

    *out = negative ? 0 : n;

    return SCIM_OK;
}


static scim_rc_t
paging(const scim_op_t *op, scim_op_list_t *list, scim_error_t *err)
{
    scim_rc_t              rc;
    const scim_op_conf_t  *conf = op->env->conf;
    const scim_request_t  *request = &op->request;

    list->paged = request->cursor.data != NULL;

    if (list->paged && request->start_index.data != NULL) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "startIndex and cursor are two ways of paging: "
                           "send one of them");
    }

    rc = number(request->start_index, "startIndex", SCIM_INVALID_VALUE, 1,
                &list->start, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    list->start = (list->start == 0) ? 1 : list->start;
    list->skip = list->start - 1;

    rc = number(request->count, "count",
                list->paged ? SCIM_INVALID_COUNT : SCIM_INVALID_VALUE,
                conf->default_count, &list->count, err);

    if (list->count > conf->max_count) {
        list->count = conf->max_count;
    }

    return rc;
}


/* Whatever makes another list out of it is what a cursor is bound to. */
static scim_rc_t
cursor(const scim_op_t *op, scim_op_list_t *list, scim_error_t *err)
{
    scim_buf_t             buf;
    scim_str_t             parts[5];
    size_t                 i;
    const scim_request_t  *request = &op->request;

    if (!list->paged) {
        return SCIM_OK;
    }

    parts[0] = op->env->tenant;
    parts[1] = (request->type != NULL) ? request->type->name
               : scim_op_groups(op) ? scim_str("") : scim_str("no groups");
    parts[2] = request->filter;
    parts[3] = request->sort_by;
    parts[4] = list->descending ? scim_str("down") : scim_str("up");

    scim_buf_init(&buf, op->pool, 128 + request->filter.len);

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        scim_buf_uint(&buf, parts[i].len);
        scim_buf_char(&buf, ':');
        scim_buf_str(&buf, parts[i]);
    }

    if (scim_buf_done(&buf, &list->query_text) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (request->cursor.len == 0) {
        return SCIM_OK;
    }

    return scim_cursor_read(op->pool, request->cursor, list->query_text,
                            op->env->now, op->env->conf->cursor_timeout,
                            &list->cursor, err);
}


static scim_rc_t
leg_filter(const scim_op_t *op, scim_op_list_t *list, scim_op_leg_t *leg,
    scim_error_t *err)
{
    scim_rc_t              rc;
    const scim_request_t  *request = &op->request;

    leg->plan.source = SCIM_STORE_LIST;
    leg->plan.exact = true;

    if (request->filter.data == NULL) {
        return SCIM_OK;
    }

    rc = scim_filter_parse_among(op->pool,
                                 (list->nlegs > 1) ? op->env->conf->schemas
                                                   : NULL,
                                 leg->type, request->filter, &leg->filter,
                                 err);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (leg->type->groups != NULL && !scim_op_groups(op)
        && scim_filter_uses(leg->filter, leg->type->groups))
    {
        return scim_refuse(err, 400, SCIM_INVALID_FILTER,
                           "Groups are switched off for this tenant: nothing "
                           "can be found by them");
    }

    return scim_op_plan(op->pool, scim_op_indexes(op), leg->filter,
                        &leg->plan);
}


/* The leg's type is that of the request for now. */
static scim_rc_t
make_leg(scim_op_t *op, scim_op_list_t *list, scim_op_leg_t *leg,
    scim_error_t *err)
{
    scim_rc_t  rc;

    op->request.type = leg->type;

    rc = scim_op_view(op, &leg->view, err);

    if (rc == SCIM_OK) {
        rc = leg_filter(op, list, leg, err);
    }

    if (rc != SCIM_OK || op->request.sort_by.data == NULL) {
        return rc;
    }

    rc = scim_op_sort_by(leg->type, op->request.sort_by, &leg->sort, err);

    if (rc == SCIM_NONE) {
        leg->sort.attr = NULL;
        return SCIM_OK;
    }

    list->sorted = (rc == SCIM_OK) ? true : list->sorted;

    return rc;
}


static size_t
count_types(const scim_schemas_t *schemas)
{
    size_t  n = 0;

    while (n < LEGS_MAX && scim_schemas_type_at(schemas, n) != NULL) {
        n++;
    }

    return n;
}


/* The type asked for, or all that this client sees. */
static scim_rc_t
choose_types(const scim_op_t *op, scim_op_list_t *list)
{
    size_t                       i, n;
    const scim_schemas_t        *schemas = op->env->conf->schemas;
    const scim_resource_type_t  *type = op->request.type;

    n = (type != NULL) ? 1 : count_types(schemas);

    list->legs = scim_pcalloc(op->pool, n * sizeof(scim_op_leg_t));
    if (list->legs == NULL) {
        return SCIM_NOMEM;
    }

    if (type != NULL) {
        list->legs[list->nlegs++].type = type;
        return SCIM_OK;
    }

    for (i = 0; i < n; i++) {
        type = scim_schemas_type_at(schemas, i);

        if (type->members == NULL || scim_op_groups(op)) {
            list->legs[list->nlegs++].type = type;
        }
    }

    return SCIM_OK;
}


static scim_rc_t
make_legs(scim_op_t *op, scim_op_list_t *list, scim_error_t *err)
{
    unsigned   i;
    scim_rc_t  rc = SCIM_OK;

    if (choose_types(op, list) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    for (i = 0; rc == SCIM_OK && i < list->nlegs; i++) {
        rc = make_leg(op, list, &list->legs[i], err);
    }

    if (rc == SCIM_OK && op->request.sort_by.data != NULL && !list->sorted) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "sortBy: there is no attribute \"%.*s\" to sort by",
                           SCIM_FMT(op->request.sort_by));
    }

    /* Without sortBy there is no order to turn round. */
    list->descending = list->descending && list->sorted;

    return rc;
}


/* The range of an index that gives the leg's rows in the order asked for. */
static bool
ordered_range(const scim_op_t *op, const scim_op_leg_t *leg,
    scim_store_range_t *range)
{
    const scim_index_t    *index;
    const scim_op_plan_t  *plan = &leg->plan;

    index = scim_store_index(scim_op_indexes(op), &leg->sort);

    if (index == NULL || !index->sorts) {
        return false;
    }

    if (plan->source == SCIM_STORE_LIST) {
        *range = scim_store_range_all(index);
        return true;
    }

    if (plan->source == SCIM_STORE_RANGES && plan->nranges == 1
        && scim_str_eq(plan->ranges->attr, index->name))
    {
        *range = *plan->ranges;
        return true;
    }

    return false;
}


/* Who brings the rows into the order: the store, or we. */
static scim_rc_t
choose_order(const scim_op_t *op, scim_op_list_t *list)
{
    scim_op_leg_t       *leg = &list->legs[0];
    scim_store_range_t  *range;

    if (!list->sorted) {
        return SCIM_OK;
    }

    range = scim_palloc(op->pool, sizeof(scim_store_range_t));
    if (range == NULL) {
        return SCIM_NOMEM;
    }

    if (list->nlegs == 1 && ordered_range(op, leg, range)) {
        leg->plan.source = SCIM_STORE_INDEX;
        leg->plan.ranges = range;
        leg->plan.nranges = 1;
        return SCIM_OK;
    }

    list->gathers = true;
    list->sorting.pool = op->pool;

    return SCIM_OK;
}


/* Positions that are no index entries are numbers. */
static scim_rc_t
check_position(const scim_op_list_t *list, scim_error_t *err)
{
    size_t      i;
    scim_str_t  position = list->cursor.position;

    if (list->cursor.leg >= list->nlegs) {
        return scim_refuse(err, 400, SCIM_INVALID_CURSOR,
                           "The cursor is of a configuration with more "
                           "resource types: begin anew with an empty one");
    }

    for (i = 0; !list->sorted && i < position.len; i++) {

        if (position.data[i] < '0' || position.data[i] > '9' || i > 15) {
            return scim_refuse(err, 400, SCIM_INVALID_CURSOR,
                               "The cursor names no position: begin anew with "
                               "an empty one");
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_op_list(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t              rc;
    scim_error_t           err;
    scim_op_list_t        *list;
    const scim_request_t   request = op->request;

    (void) reply;

    list = scim_pcalloc(op->pool, sizeof(scim_op_list_t));
    if (list == NULL
        || scim_pool_cleanup(op->pool, cleanup, list) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    op->state = list;

    rc = paging(op, list, &err);

    if (rc == SCIM_OK) {
        rc = scim_op_sort_order(request.sort_order, &list->descending, &err);
    }

    if (rc == SCIM_OK) {
        rc = make_legs(op, list, &err);
        op->request.type = request.type;
    }

    if (rc == SCIM_OK) {
        rc = cursor(op, list, &err);
    }

    if (rc == SCIM_OK) {
        rc = check_position(list, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    /* Of a page without rows the total is all there is to tell. */
    list->paged = list->paged && list->count != 0;

    op->request.type = list->legs[0].type;

    if (choose_order(op, list) != SCIM_OK
        || scim_op_page_start(op, list) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_op_list_walk(op);
}


scim_rc_t
scim_op_search(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    if (op->request.body == NULL) {
        return scim_op_no_body(op);
    }

    rc = scim_request_search(op->pool, op->request.body, &op->request, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_list(op, reply);
}
