/*
 * Lists: chunks of rows, leg by leg.
 *
 *     begin_leg     [nested]   whether direct members are all there are
 *     ask, got                 a chunk of rows
 *     rows                     tests and shows or gathers them one by one
 *     [members …]              of a row that needs more than came with it
 *     next                     the next chunk, or the next leg
 *
 * Each chunk begins behind the last row of the one before, wherever that is by
 * then.  Either the store pages, if the plan is exact, or all rows are read
 * and counted here; when there are more than scan_limit, a cursor still goes
 * on from its position, without a total.  Only what is shown outlives its
 * chunk.
 */

#include "scim_op_list.h"


/* Rows of one trip; fewer when each may bring a thousand members or groups, so
 * that Redis is never held long: what the first rows bring tells how many. */
#define CHUNK            200

/* Candidates one call puts into the order of creation: Redis is held for some
 * 10 ms.  More are looked for among all resources. */
#define CANDIDATES       4000

#define FIRST_MEMBERS    20
#define FIRST_GROUPS     100
#define CHUNK_RELATIONS  10000


static scim_rc_t nested(scim_op_t *op, const redisReply *reply);
static scim_rc_t ask(scim_op_t *op, scim_op_list_t *list);
static scim_rc_t got(scim_op_t *op, const redisReply *reply);


int
scim_op_list_leg_at(const scim_op_list_t *list)
{
    int  order;

    if (list->cursor.position.len == 0) {
        return 1;
    }

    order = (int) list->leg - (int) list->cursor.leg;

    return list->cursor.back ? -order : order;
}


/* Whether rows bring all their members or groups along. */
static bool
with_relations(const scim_op_list_t *list)
{
    const scim_op_leg_t  *leg = scim_op_leg(list);

    if (leg->plan.relations) {
        return true;
    }

    if (!leg->view.relations || list->gathers) {
        return false;
    }

    /* A scan passes by many groups for each one it shows. */
    return leg->type->members == NULL
           || (leg->plan.nprobe == 0
               && (leg->plan.exact
                   || (leg->plan.source != SCIM_STORE_LIST
                       && leg->plan.source != SCIM_STORE_INDEX)));
}


/* Where the store begins: with the page, if all it gives is for the page. */
static void
place_query(scim_op_list_t *list)
{
    const scim_op_plan_t  *plan = &scim_op_leg(list)->plan;

    if (list->gathers || list->fetches || !plan->exact) {
        return;
    }

    if (list->paged && scim_op_list_leg_at(list) == 0) {
        list->query.after = list->cursor.position;
        list->seeks = true;

    } else if (!list->paged) {
        list->query.offset = list->skip;
    }
}


static void
make_query(const scim_op_t *op, scim_op_list_t *list)
{
    const scim_op_plan_t  *plan = &scim_op_leg(list)->plan;

    list->query = (scim_store_query_t) {
        .type = scim_op_leg(list)->type,
        .source = plan->source,
        .ids = plan->ids,
        .nids = plan->nids,
        .ranges = plan->ranges,
        .nranges = plan->nranges,
        .scan_limit = (op->env->conf->scan_limit < CANDIDATES)
                      ? op->env->conf->scan_limit : CANDIDATES,
        .relations = with_relations(list)
    };

    list->fresh = true;
    list->seeks = false;
    list->read = 0;
    list->related = 0;
    list->fetched = 0;

    if (!list->query.relations) {
        list->query.probe = plan->probe;
        list->query.nprobe = plan->nprobe;
    }

    if (!list->gathers && !list->fetches) {
        list->query.back = scim_op_list_back(list);
    }

    place_query(list);
}


static scim_rc_t
nested_ask(scim_op_t *op, scim_op_list_t *list)
{
    size_t                       i;
    scim_store_query_t          *query = &list->query;
    const scim_resource_type_t  *type;

    for (i = 0; ; i++) {
        type = scim_schemas_type_at(op->env->conf->schemas, i);

        if (type == NULL || type->members != NULL) {
            break;
        }
    }

    if (type == NULL || query->nids == 0) {
        return ask(op, list);
    }

    *query = (scim_store_query_t) {
        .type = type,
        .source = SCIM_STORE_MEMBER_OF,
        .ids = query->ids,
        .nids = query->nids,
        .scan_limit = query->scan_limit
    };

    return scim_op_query(op, op->pool, query, nested);
}


static scim_rc_t
nested(scim_op_t *op, const redisReply *reply)
{
    bool                many;
    scim_rc_t           rc;
    scim_error_t        err;
    scim_op_list_t     *list = op->state;
    scim_store_page_t   page;

    rc = scim_store_query_reply(op->pool, &list->query, reply, &page, &err);
    many = rc == SCIM_REFUSED && err.type == SCIM_TOO_MANY;

    if (rc != SCIM_OK && !many) {
        return scim_op_stop(op, rc, &err);
    }

    if (many || page.total != 0) {
        scim_op_leg(list)->wide = many;
        scim_op_leg(list)->plan = (scim_op_plan_t) {
            .source = SCIM_STORE_LIST, .relations = true
        };
    }

    make_query(op, list);

    return ask(op, list);
}


static scim_rc_t
begin_leg(scim_op_t *op, scim_op_list_t *list)
{
    op->request.type = scim_op_leg(list)->type;
    make_query(op, list);

    return (scim_op_leg(list)->plan.source == SCIM_STORE_MEMBER_OF)
           ? nested_ask(op, list) : ask(op, list);
}


scim_rc_t
scim_op_list_walk(scim_op_t *op)
{
    scim_op_list_t  *list = op->state;

    list->leg = (list->paged && list->cursor.back && !list->gathers
                 && !list->fetches)
                ? list->nlegs - 1 : 0;

    return begin_leg(op, list);
}


/* As many rows as bring CHUNK_RELATIONS, if they are like those so far. */
static size_t
related_chunk(const scim_op_list_t *list)
{
    size_t  chunk;

    if (list->read == 0) {
        return (scim_op_leg(list)->type->members != NULL) ? FIRST_MEMBERS
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


/* Rows still wanted of what the store pages: with cursors one more, to know
 * whether there is more. */
static size_t
wanted(const scim_op_list_t *list)
{
    if (!list->paged) {
        return list->count - list->shown;
    }

    if (list->more || scim_op_list_leg_at(list) < 0) {
        return 0;
    }

    return list->count - list->shown + 1;
}


static scim_rc_t
ask(scim_op_t *op, scim_op_list_t *list)
{
    size_t               chunk, want;
    scim_store_query_t  *query = &list->query;

    chunk = query->relations ? related_chunk(list) : CHUNK;

    if (scim_op_leg(list)->plan.exact && !list->gathers && !list->fetches) {
        want = wanted(list);
        chunk = (chunk > want) ? want : chunk;
    }

    query->count = chunk;

    if (list->scratch != NULL) {
        scim_pool_destroy(list->scratch);
    }

    list->scratch = scim_pool_create(0);
    if (list->scratch == NULL) {
        return SCIM_NOMEM;
    }

    return scim_op_query(op, list->scratch, query, got);
}


static scim_rc_t
too_many(scim_op_t *op, const scim_op_list_t *list)
{
    size_t                 limit = op->env->conf->scan_limit;
    scim_str_t             name, names;
    const scim_op_leg_t   *leg = scim_op_leg(list);
    const scim_indexes_t  *indexes = scim_op_indexes(op);

    if (scim_op_plan_indexed(op->pool, indexes, &names) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (leg->wide) {
        return scim_op_error(op, 400, SCIM_TOO_MANY,
                             "What an index finds for this filter are more "
                             "than %zu resources, and all %zu are more than "
                             "the limit (scim_scan_limit) of %zu. Make the "
                             "filter more specific, or page with a cursor and "
                             "without sortBy",
                             list->query.scan_limit, list->page.total, limit);
    }

    if (leg->filter == NULL) {
        return scim_op_error(op, 400, SCIM_TOO_MANY,
                             "No index has this order, so that all %zu "
                             "resources would have to be sorted; the limit "
                             "(scim_scan_limit) is %zu. Add a filter, or sort "
                             "by one of %.*s",
                             list->page.total, limit, SCIM_FMT(names));
    }

    if (scim_op_plan_unindexed(op->pool, indexes, leg->filter, &name)
        != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_op_error(op, 400, SCIM_TOO_MANY,
                         "No index serves this condition on %.*s, so that all "
                         "%zu resources would have to be read; the limit "
                         "(scim_scan_limit) is %zu. Add a condition on an "
                         "indexed attribute with eq or sw: %.*s; or page with "
                         "a cursor and without sortBy",
                         SCIM_FMT(name), list->page.total, limit,
                         SCIM_FMT(names));
}


/* More rows than are read for one answer: on from the cursor, at least. */
static scim_rc_t
go_partial(scim_op_t *op, scim_op_list_t *list)
{
    int  at = scim_op_list_leg_at(list);

    list->partial = true;

    if (at == 0) {
        list->query.after = list->cursor.position;
        list->seeks = true;
        return ask(op, list);
    }

    if (at < 0) {
        list->page.nrows = 0;
        list->page.next = scim_str_absent;
    }

    return SCIM_OK;
}


/* The first reply of a leg says how many there are.  SCIM_NONE: go on with the
 * rows. */
static scim_rc_t
first_of_leg(scim_op_t *op, scim_op_list_t *list)
{
    scim_rc_t             rc;
    const scim_op_leg_t  *leg = scim_op_leg(list);
    size_t                limit = op->env->conf->scan_limit;
    size_t                total = list->page.total;

    list->fresh = false;

    if (list->fetches) {
        return SCIM_NONE;
    }

    if (list->gathers) {
        return (total + list->sorting.n > limit) ? too_many(op, list)
                                                 : SCIM_NONE;
    }

    if (leg->plan.exact) {
        list->total += total;
        list->skip -= (list->skip < total) ? list->skip : total;
        return SCIM_NONE;
    }

    if ((leg->plan.source != SCIM_STORE_LIST
         && leg->plan.source != SCIM_STORE_INDEX) || total <= limit)
    {
        return SCIM_NONE;
    }

    if (!list->paged) {
        return too_many(op, list);
    }

    rc = go_partial(op, list);

    return (rc == SCIM_OK) ? SCIM_NONE : rc;
}


/* The index does not have all resources (yet): they are sorted here, in the
 * same order. */
static scim_rc_t
without_index(scim_op_t *op, scim_op_list_t *list)
{
    scim_op_plan_t  *plan = &scim_op_leg(list)->plan;

    plan->source = SCIM_STORE_LIST;
    plan->nranges = 0;

    list->gathers = true;
    list->sorting.pool = op->pool;

    return begin_leg(op, list);
}


/* More candidates than one call takes: all resources, in the same order. */
static scim_rc_t
without_candidates(scim_op_t *op, scim_op_list_t *list)
{
    scim_op_leg_t   *leg = scim_op_leg(list);
    scim_op_plan_t  *plan = &leg->plan;

    if (plan->exact && plan->source == SCIM_STORE_MEMBER_OF) {
        plan->relations = true;

    } else if (plan->exact && plan->source == SCIM_STORE_HOLDING) {
        plan->probe = plan->ids;
        plan->nprobe = plan->nids;
    }

    plan->source = SCIM_STORE_LIST;
    plan->exact = false;
    leg->wide = true;

    return begin_leg(op, list);
}


static scim_rc_t
got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t        rc;
    scim_error_t     err;
    scim_op_list_t  *list = op->state;

    rc = scim_store_query_reply(list->scratch, &list->query, reply,
                                &list->page, &err);

    if (rc == SCIM_NONE) {
        return without_index(op, list);
    }

    if (rc == SCIM_REFUSED && err.type == SCIM_TOO_MANY) {
        return without_candidates(op, list);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    count_related(list);

    if (list->fresh) {
        rc = first_of_leg(op, list);
        if (rc != SCIM_NONE) {
            return rc;
        }
    }

    /* The next chunk begins behind this one, whose memory goes before. */
    if (scim_str_dup(op->pool, list->page.next, &list->query.after)
        != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    list->scanned += list->page.nrows;
    list->query.offset = 0;

    list->at = 0;
    list->held = false;
    list->judged = false;
    list->complete = false;

    return scim_op_list_rows(op);
}


/* Whether the leg in hand has nothing more for the page. */
static bool
leg_done(const scim_op_t *op, scim_op_list_t *list)
{
    const scim_op_leg_t  *leg = scim_op_leg(list);

    if (list->query.after.len == 0) {
        return true;
    }

    if (list->gathers || list->fetches) {
        return false;
    }

    if (leg->plan.exact) {
        return wanted(list) == 0;
    }

    if (!list->partial) {
        return false;
    }

    if (!list->more && list->scanned >= op->env->conf->scan_limit) {
        list->resume = list->query.after;
    }

    return list->more || list->resume.data != NULL;
}


scim_rc_t
scim_op_list_next(scim_op_t *op)
{
    bool             last;
    scim_op_list_t  *list = op->state;

    if (!leg_done(op, list)) {
        return ask(op, list);
    }

    if (list->paged && list->cursor.back && !list->gathers && !list->fetches) {
        last = list->leg == 0;
        list->leg -= last ? 0 : 1;

    } else {
        last = list->leg + 1 == list->nlegs;
        list->leg += last ? 0 : 1;
    }

    if (last || list->resume.data != NULL || (list->partial && list->more)) {
        return scim_op_page_done(op, list);
    }

    return begin_leg(op, list);
}
