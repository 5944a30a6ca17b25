/*
 * Lists: GET of a collection with filter and paging, and POST to .search.
 *
 *     scim_op_list        paging, view, filter, plan
 *     [nested]            whether direct members are all there are
 *     ask, got            a chunk of rows
 *     rows                tests and shows them one by one
 *     [members …]         of a row that needs more than came with it
 *     done                the ListResponse
 *
 * Either the store pages, if the plan is exact, or rows are counted here.
 * Only what is shown outlives its chunk.
 */

#include <stdio.h>
#include <string.h>

#include "scim_op_list.h"
#include "scim_request.h"


/* Rows of one trip; fewer when each may bring a thousand members or groups, so
 * that Redis is never held long: what the first rows bring tells how many. */
#define CHUNK            200
#define FIRST_MEMBERS    20
#define FIRST_GROUPS     100
#define CHUNK_RELATIONS  10000

/* Where the head of the response is put once the totals are known. */
#define HEAD_ROOM      192

#define NUMBER_MAX     1000000000


static scim_rc_t nested(scim_op_t *op, const redisReply *reply);
static scim_rc_t ask(scim_op_t *op, scim_op_list_t *list);
static scim_rc_t got(scim_op_t *op, const redisReply *reply);
static scim_rc_t done(scim_op_t *op, scim_op_list_t *list);


static void
cleanup(void *data)
{
    scim_op_list_t  *list = data;

    if (list->scratch != NULL) {
        scim_pool_destroy(list->scratch);
    }
}


/* An integer of any size, brought into min … NUMBER_MAX; absent: def. */
static scim_rc_t
number(scim_str_t text, const char *name, size_t min, size_t def, size_t *out,
    scim_error_t *err)
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
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "%s must be a whole number, not \"%.*s\"", name,
                           SCIM_FMT(text));
    }

    *out = (negative || n < min) ? min : n;

    return SCIM_OK;
}


static scim_rc_t
paging(const scim_op_t *op, scim_op_list_t *list, scim_error_t *err)
{
    scim_rc_t              rc;
    const scim_op_conf_t  *conf = op->env->conf;

    rc = number(op->request.start_index, "startIndex", 1, 1, &list->start,
                err);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = number(op->request.count, "count", 0, conf->default_count,
                &list->count, err);

    if (list->count > conf->max_count) {
        list->count = conf->max_count;
    }

    return rc;
}


static scim_rc_t
filtering(const scim_op_t *op, scim_op_list_t *list, scim_error_t *err)
{
    scim_rc_t              rc;
    const scim_request_t  *request = &op->request;

    list->plan.source = SCIM_STORE_LIST;
    list->plan.exact = true;

    if (request->filter.data == NULL) {
        return SCIM_OK;
    }

    rc = scim_filter_parse(op->pool, request->type, request->filter,
                           &list->filter, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    return scim_op_plan(op->pool, scim_op_indexes(op), list->filter,
                        &list->plan);
}


/* Whether rows bring all their members or groups along. */
static bool
with_relations(const scim_op_t *op, const scim_op_list_t *list)
{
    if (list->plan.relations) {
        return true;
    }

    if (!list->view.relations) {
        return false;
    }

    /* A scan passes by many groups for each one it shows. */
    return op->request.type->members == NULL
           || (list->plan.nprobe == 0
               && (list->plan.exact || list->plan.source != SCIM_STORE_LIST));
}


static void
make_query(const scim_op_t *op, scim_op_list_t *list)
{
    const scim_op_plan_t  *plan = &list->plan;

    list->query = (scim_store_query_t) {
        .type = op->request.type,
        .source = plan->source,
        .ids = plan->ids,
        .nids = plan->nids,
        .ranges = plan->ranges,
        .nranges = plan->nranges,
        .scan_limit = op->env->conf->scan_limit,
        .relations = with_relations(op, list)
    };

    if (!list->query.relations) {
        list->query.probe = plan->probe;
        list->query.nprobe = plan->nprobe;
    }

    if (list->plan.exact) {
        list->query.offset = list->start - 1;
    }
}


static scim_rc_t
nested_ask(scim_op_t *op, scim_op_list_t *list)
{
    size_t                       i;
    const scim_resource_type_t  *type;

    for (i = 0; ; i++) {
        type = scim_schemas_type_at(op->env->conf->schemas, i);

        if (type == NULL || type->members != NULL) {
            break;
        }
    }

    if (type == NULL || list->plan.nids == 0) {
        return ask(op, list);
    }

    list->query.type = type;
    list->query.offset = 0;
    list->query.count = 0;
    list->query.relations = false;

    return scim_op_ask(op, scim_store_query(op->pool, op->env->tenant,
                                            &list->query, &op->cmd),
                       nested);
}


static scim_rc_t
nested(scim_op_t *op, const redisReply *reply)
{
    scim_op_list_t             *list = op->state;
    scim_rc_t           rc;
    scim_error_t        err;
    scim_store_page_t   page;

    rc = scim_store_query_reply(op->pool, &list->query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.total != 0) {
        list->plan = (scim_op_plan_t) {
            .source = SCIM_STORE_LIST, .relations = true
        };
    }

    make_query(op, list);

    return ask(op, list);
}


scim_rc_t
scim_op_list(scim_op_t *op, const redisReply *reply)
{
    scim_op_list_t        *list;
    scim_rc_t      rc;
    scim_error_t   err;

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
        rc = scim_op_view(op, &list->view, &err);
    }

    if (rc == SCIM_OK) {
        rc = filtering(op, list, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    scim_buf_init(&list->out, op->pool, 4096);
    scim_buf_add(&list->out, (char [HEAD_ROOM]) { 0 }, HEAD_ROOM);

    make_query(op, list);

    return (list->plan.source == SCIM_STORE_MEMBER_OF)
           ? nested_ask(op, list) : ask(op, list);
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


/* As many rows as bring CHUNK_RELATIONS, if they are like those so far. */
static size_t
related_chunk(const scim_op_t *op, const scim_op_list_t *list)
{
    size_t  chunk;

    if (list->read == 0) {
        return (op->request.type->members != NULL) ? FIRST_MEMBERS
                                                   : FIRST_GROUPS;
    }

    chunk = CHUNK_RELATIONS / (1 + list->related / list->read);

    return (chunk > CHUNK) ? CHUNK : (chunk == 0) ? 1 : chunk;
}


/* What a chunk brought, for the size of the next one. */
static void
count_related(scim_op_list_t *list)
{
    size_t                    i;
    const scim_store_page_t  *page = &list->page;

    list->read += page->nrows;

    for (i = 0; i < page->nrows; i++) {
        list->related += page->rows[i].nrelations;
    }
}


static scim_rc_t
ask(scim_op_t *op, scim_op_list_t *list)
{
    size_t                chunk;
    scim_store_query_t   *query = &list->query;

    chunk = query->relations ? related_chunk(op, list) : CHUNK;

    if (list->plan.exact && chunk > list->count - list->shown) {
        chunk = list->count - list->shown;
    }

    query->count = chunk;

    if (list->scratch != NULL) {
        scim_pool_destroy(list->scratch);
    }

    list->scratch = scim_pool_create(0);
    if (list->scratch == NULL) {
        return SCIM_NOMEM;
    }

    return scim_op_ask(op, scim_store_query(list->scratch, op->env->tenant,
                                            query, &op->cmd),
                       got);
}


static scim_rc_t
too_many(scim_op_t *op, const scim_op_list_t *list)
{
    scim_str_t             name, names;
    const scim_indexes_t  *indexes = scim_op_indexes(op);

    if (scim_op_plan_unindexed(op->pool, indexes, list->filter, &name)
        != SCIM_OK
        || scim_op_plan_indexed(op->pool, indexes, &names) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_op_error(op, 400, SCIM_TOO_MANY,
                         "No index serves this condition on %.*s, so that all "
                         "%zu resources would have to be read; the limit "
                         "(scim_scan_limit) is %zu. Add a condition on an "
                         "indexed attribute with eq or sw: %.*s",
                         SCIM_FMT(name), list->page.total,
                         op->env->conf->scan_limit, SCIM_FMT(names));
}


static scim_rc_t
got(scim_op_t *op, const redisReply *reply)
{
    scim_op_list_t        *list = op->state;
    scim_rc_t      rc;
    scim_error_t   err;

    rc = scim_store_query_reply(list->scratch, &list->query, reply,
                                &list->page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (list->filter != NULL && list->plan.source == SCIM_STORE_LIST
        && list->page.total > op->env->conf->scan_limit)
    {
        return too_many(op, list);
    }

    if (list->plan.exact) {
        list->total = list->page.total;
    }

    count_related(list);

    list->at = 0;
    list->held = false;
    list->judged = false;
    list->complete = false;

    return scim_op_list_rows(op);
}


/* Asks for the next chunk, or ends. */
scim_rc_t
scim_op_list_next(scim_op_t *op)
{
    scim_op_list_t  *list = op->state;

    list->query.offset += list->query.count;

    if (list->query.offset >= list->page.total
        || (list->plan.exact && list->shown >= list->count))
    {
        return done(op, list);
    }

    return ask(op, list);
}


static scim_rc_t
done(scim_op_t *op, scim_op_list_t *list)
{
    int         len;
    char        head[HEAD_ROOM + 1];
    scim_rc_t   rc;
    scim_str_t  body;

    scim_buf_lit(&list->out, "]}");

    rc = scim_buf_done(&list->out, &body);
    if (rc != SCIM_OK) {
        return rc;
    }

    len = snprintf(head, sizeof(head),
                   "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:"
                   "ListResponse\"],\"totalResults\":%zu,\"startIndex\":%zu,"
                   "\"itemsPerPage\":%zu,\"Resources\":[",
                   list->total, list->start, list->shown);

    /* Three numbers of twenty digits fit, and they have no more. */
    memcpy(list->out.data + HEAD_ROOM - len, head, (size_t) len);

    op->result.status = 200;
    op->result.body = scim_str_skip(body, (size_t) (HEAD_ROOM - len));

    return SCIM_OK;
}
