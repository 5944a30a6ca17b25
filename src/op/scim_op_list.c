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
 * Either the store pages (nothing is left to test) or rows are counted here.
 * Only what is shown outlives its chunk.
 */

#include <stdio.h>
#include <string.h>

#include "scim_op_plan.h"
#include "scim_op_view.h"
#include "scim_request.h"


/* Rows of one trip; fewer when each may bring a thousand members, so that
 * Redis is never held long. */
#define CHUNK          200
#define CHUNK_MEMBERS  20

/* Where the head of the response is put once the totals are known. */
#define HEAD_ROOM      192

#define NUMBER_MAX     1000000000

typedef struct {
    scim_op_view_t      view;
    scim_filter_t      *filter;     /* NULL: everything */
    scim_op_plan_t      plan;
    size_t              start;      /* from 1 */
    size_t              count;
    scim_buf_t          out;
    size_t              total;      /* of what matches, so far */
    size_t              shown;

    scim_store_query_t  query;
    scim_pool_t        *scratch;    /* of the chunk */
    scim_store_page_t   page;
    size_t              at;         /* the row in hand */
    bool                held;       /* rows no longer borrow from the reply */
    bool                judged;     /* the row in hand is to be shown */
    bool                complete;   /* it has all its members */
} list_t;

static scim_rc_t nested(scim_op_t *op, const redisReply *reply);
static scim_rc_t ask(scim_op_t *op, list_t *list);
static scim_rc_t got(scim_op_t *op, const redisReply *reply);
static scim_rc_t rows(scim_op_t *op);
static scim_rc_t done(scim_op_t *op, list_t *list);


static void
cleanup(void *data)
{
    list_t  *list = data;

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
paging(const scim_op_t *op, list_t *list, scim_error_t *err)
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
filtering(const scim_op_t *op, list_t *list, scim_error_t *err)
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


/* Whether the store counts and pages: then a page is what it gives.  Ids it
 * does not have are not counted, so those are counted here. */
static bool
store_pages(const list_t *list)
{
    return list->plan.exact && list->plan.source != SCIM_STORE_IDS;
}


/* Whether rows bring all their members or groups along. */
static bool
with_relations(const scim_op_t *op, const list_t *list)
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
make_query(const scim_op_t *op, list_t *list)
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

    if (store_pages(list)) {
        list->query.offset = list->start - 1;
    }
}


static scim_rc_t
nested_ask(scim_op_t *op, list_t *list)
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
    list_t             *list = op->state;
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
    list_t        *list;
    scim_rc_t      rc;
    scim_error_t   err;

    (void) reply;

    list = scim_pcalloc(op->pool, sizeof(list_t));
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


static scim_rc_t
ask(scim_op_t *op, list_t *list)
{
    size_t                chunk;
    scim_store_query_t   *query = &list->query;

    chunk = (query->relations && op->request.type->members != NULL)
            ? CHUNK_MEMBERS : CHUNK;

    if (store_pages(list) && chunk > list->count - list->shown) {
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
too_many(scim_op_t *op, const list_t *list)
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
    list_t        *list = op->state;
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

    if (store_pages(list)) {
        list->total = list->page.total;
    }

    list->at = 0;
    list->held = false;
    list->judged = false;
    list->complete = false;

    return rows(op);
}


/* Whether the row in hand is one to show; it is counted. */
static scim_rc_t
judge(scim_op_t *op, list_t *list, const scim_row_t *row, scim_error_t *err)
{
    scim_rc_t     rc;
    scim_json_t  *tree;

    if (store_pages(list)) {
        return SCIM_OK;
    }

    if (!list->plan.exact) {
        rc = scim_resource_tree(list->scratch, op->request.type,
                                op->env->base, row, &tree, err);
        if (rc != SCIM_OK) {
            return rc;
        }

        rc = scim_filter_match(list->scratch, list->filter, tree);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    list->total++;

    return (list->total >= list->start && list->shown < list->count)
           ? SCIM_OK : SCIM_NONE;
}


static scim_rc_t
show(scim_op_t *op, list_t *list, const scim_row_t *row, scim_error_t *err)
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
hold(list_t *list)
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
    list_t  *list = op->state;

    (void) reply;

    list->complete = true;

    return rows(op);
}


static bool
needs_members(const scim_op_t *op, const list_t *list, bool wanted)
{
    if (!wanted || list->complete || op->request.type->members == NULL) {
        return false;
    }

    return !list->query.relations
           || list->page.members_total[list->at]
              > list->page.rows[list->at].nrelations;
}


static scim_rc_t
load(scim_op_t *op, list_t *list)
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
row_in_hand(scim_op_t *op, list_t *list, scim_error_t *err)
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


static scim_rc_t
rows(scim_op_t *op)
{
    list_t        *list = op->state;
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

    list->query.offset += list->query.count;

    if (list->query.offset >= list->page.total
        || (store_pages(list) && list->shown >= list->count))
    {
        return done(op, list);
    }

    return ask(op, list);
}


static scim_rc_t
done(scim_op_t *op, list_t *list)
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
