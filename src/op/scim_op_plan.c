/*
 * The planner.
 *
 * Each term of a filter has a way to what it may match; of two joined by
 * `and` the cheaper one serves, of two joined by `or` both are needed, which
 * works for ways of a kind.  Everything else reads all resources.
 *
 * Recursion is bounded by the parser's limits on depth and terms.
 */

#include <string.h>

#include "scim_op_plan.h"


/* Cheapest first. */
typedef enum {
    WAY_IDS = 0,
    WAY_EQUAL,          /* index ranges of one value each */
    WAY_RELATION,       /* by membership */
    WAY_RANGES,
    WAY_ALL
} way_cost_e;

typedef struct {
    way_cost_e          cost;
    bool                exact;
    scim_str_t         *ids;        /* IDS, RELATION */
    scim_store_range_t *ranges;     /* EQUAL, RANGES */
    size_t              n;
} way_t;

typedef struct {
    scim_pool_t                *pool;
    const scim_resource_type_t *type;
    const scim_indexes_t       *indexes;
} planner_t;

static const way_t way_all = { .cost = WAY_ALL };

static scim_rc_t find_way(const planner_t *p, const scim_filter_t *filter,
    const scim_filter_t *within, way_t *out);


/* Whether it is of another type than the one that is listed. */
static bool
is_foreign(const scim_resource_type_t *type, const scim_attr_path_t *path)
{
    return path->schema != type->common
           && scim_type_schema(type, path->schema->id) != path->schema;
}


/* The attribute of a term, also of one in the brackets of `within`. */
static scim_attr_path_t
term_path(const scim_filter_t *term, const scim_filter_t *within)
{
    scim_attr_path_t  path;

    path = term->path;

    if (within != NULL) {
        path = within->path;
        path.sub = term->path.attr;
    }

    return path;
}


static bool
is_value_of(const scim_attr_path_t *path, const scim_attr_t *attr)
{
    return attr != NULL && path->attr == attr && path->sub != NULL
           && path->sub == scim_attr_value_sub(attr);
}


static scim_rc_t
way_id(const planner_t *p, way_cost_e cost, scim_str_t id, way_t *out)
{
    *out = (way_t) { .cost = cost, .exact = true, .n = 1 };

    /* What is no id can be nobody's: no row comes from no id. */
    if (!scim_store_name_valid(id)) {
        out->cost = WAY_IDS;
        out->n = 0;
    }

    out->ids = scim_palloc(p->pool, sizeof(scim_str_t));
    if (out->ids == NULL) {
        return SCIM_NOMEM;
    }

    *out->ids = id;

    return SCIM_OK;
}


static scim_rc_t
way_index(const planner_t *p, const scim_index_t *index,
    const scim_filter_t *term, way_t *out)
{
    *out = (way_t) {
        .cost = (term->op == SCIM_F_EQ) ? WAY_EQUAL : WAY_RANGES,
        .exact = true,
        .n = 1
    };

    out->ranges = scim_palloc(p->pool, sizeof(scim_store_range_t));
    if (out->ranges == NULL) {
        return SCIM_NOMEM;
    }

    return scim_store_range(p->pool, index, term->op, term->key, out->ranges);
}


static bool
ranged(scim_filter_op_e op)
{
    switch (op) {
    case SCIM_F_EQ:
    case SCIM_F_SW:
    case SCIM_F_GT:
    case SCIM_F_GE:
    case SCIM_F_LT:
    case SCIM_F_LE:
        return true;
    default:
        return false;
    }
}


/* A term that says the same of all resources of the type. */
static bool
is_constant(const planner_t *p, const scim_filter_t *term,
    const scim_attr_path_t *path, bool *matches)
{
    static const scim_str_t  type_name = SCIM_STR("resourceType");

    if (is_foreign(p->type, path)) {
        *matches = term->op == SCIM_F_NE;
        return true;
    }

    if (path->sub == NULL || !scim_str_eq(path->sub->name, type_name)
        || path->attr != scim_type_attr(p->type, NULL, scim_str("meta"))
        || (term->op != SCIM_F_EQ && term->op != SCIM_F_NE))
    {
        return false;
    }

    *matches = scim_str_eq(term->value->text, p->type->name)
               == (term->op == SCIM_F_EQ);

    return path->sub->case_exact && term->value->type == SCIM_JSON_STRING;
}


static scim_rc_t
way_term(const planner_t *p, const scim_filter_t *term,
    const scim_filter_t *within, way_t *out)
{
    bool                 matches;
    scim_attr_path_t     path;
    const scim_index_t  *index;

    *out = way_all;
    path = term_path(term, within);

    if (is_constant(p, term, &path, &matches)) {
        out->exact = true;
        out->cost = matches ? WAY_ALL : WAY_IDS;
        return SCIM_OK;
    }

    if (!ranged(term->op) || term->value == NULL
        || term->value->type == SCIM_JSON_NULL)
    {
        return SCIM_OK;
    }

    if (term->op == SCIM_F_EQ && term->value->type == SCIM_JSON_STRING) {

        if (path.sub == NULL
            && path.attr == scim_type_attr(p->type, NULL, scim_str("id")))
        {
            return way_id(p, WAY_IDS, term->value->text, out);
        }

        if (is_value_of(&path, p->type->members)
            || is_value_of(&path, p->type->groups))
        {
            return way_id(p, WAY_RELATION, term->value->text, out);
        }
    }

    index = scim_store_index(p->indexes, &path);

    return (index == NULL) ? SCIM_OK : way_index(p, index, term, out);
}


static scim_rc_t
way_and(const planner_t *p, const scim_filter_t *filter,
    const scim_filter_t *within, way_t *out)
{
    way_t      right;
    scim_rc_t  rc;

    rc = find_way(p, filter->left, within, out);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = find_way(p, filter->right, within, &right);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (right.cost < out->cost) {
        *out = right;
    }

    out->exact = false;

    return SCIM_OK;
}


static scim_rc_t
unite_ids(const planner_t *p, const way_t *left, const way_t *right,
    way_t *out)
{
    size_t  i, j;

    out->ids = scim_palloc(p->pool, (left->n + right->n) * sizeof(scim_str_t));
    if (out->ids == NULL) {
        return SCIM_NOMEM;
    }

    for (out->n = 0; out->n < left->n; out->n++) {
        out->ids[out->n] = left->ids[out->n];
    }

    for (i = 0; i < right->n; i++) {

        for (j = 0; j < out->n; j++) {
            if (scim_str_eq(out->ids[j], right->ids[i])) {
                break;
            }
        }

        if (j == out->n) {
            out->ids[out->n++] = right->ids[i];
        }
    }

    return SCIM_OK;
}


static scim_rc_t
unite_ranges(const planner_t *p, const way_t *left, const way_t *right,
    way_t *out)
{
    out->n = left->n + right->n;
    out->ranges = scim_palloc(p->pool, out->n * sizeof(scim_store_range_t));

    if (out->ranges == NULL) {
        return SCIM_NOMEM;
    }

    memcpy(out->ranges, left->ranges, left->n * sizeof(scim_store_range_t));
    memcpy(out->ranges + left->n, right->ranges,
           right->n * sizeof(scim_store_range_t));

    return SCIM_OK;
}


static bool
has_ranges(const way_t *way)
{
    return way->cost == WAY_EQUAL || way->cost == WAY_RANGES;
}


static scim_rc_t
way_or(const planner_t *p, const scim_filter_t *filter,
    const scim_filter_t *within, way_t *out)
{
    way_t      left, right;
    scim_rc_t  rc;

    rc = find_way(p, filter->left, within, &left);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = find_way(p, filter->right, within, &right);
    if (rc != SCIM_OK) {
        return rc;
    }

    *out = (way_t) {
        .cost = (left.cost > right.cost) ? left.cost : right.cost,
        .exact = left.exact && right.exact
    };

    if (left.cost == WAY_IDS && right.cost == WAY_IDS) {
        return unite_ids(p, &left, &right, out);
    }

    if (has_ranges(&left) && has_ranges(&right)) {
        return unite_ranges(p, &left, &right, out);
    }

    *out = way_all;

    return SCIM_OK;
}


static scim_rc_t
find_way(const planner_t *p, const scim_filter_t *filter,
    const scim_filter_t *within, way_t *out)
{
    switch (filter->op) {

    case SCIM_F_AND:
        return way_and(p, filter, within, out);

    case SCIM_F_OR:
        return way_or(p, filter, within, out);

    case SCIM_F_NOT:
        *out = way_all;
        return SCIM_OK;

    case SCIM_F_VALUE_PATH:
        return find_way(p, filter->left, filter, out);

    default:
        return way_term(p, filter, within, out);
    }
}


/* Whether a term within `members[…]` says by its id which member is meant. */
static const scim_filter_t *
names_member(const planner_t *p, const scim_filter_t *filter)
{
    const scim_filter_t  *named;

    if (filter->op == SCIM_F_AND) {
        named = names_member(p, filter->left);
        return (named != NULL) ? named : names_member(p, filter->right);
    }

    if (filter->op == SCIM_F_EQ
        && filter->path.attr == scim_attr_value_sub(p->type->members)
        && filter->value->type == SCIM_JSON_STRING)
    {
        return filter;
    }

    return NULL;
}


/* The members the filter asks after by id; out->relations when it asks after
 * them in another way. */
static scim_rc_t
find_probe(const planner_t *p, const scim_filter_t *filter, scim_str_t *probe,
    scim_op_plan_t *out)
{
    scim_rc_t             rc;
    const scim_filter_t  *named;

    named = NULL;

    switch (filter->op) {

    case SCIM_F_AND:
    case SCIM_F_OR:
        rc = find_probe(p, filter->left, probe, out);
        return (rc == SCIM_OK) ? find_probe(p, filter->right, probe, out) : rc;

    case SCIM_F_NOT:
        return find_probe(p, filter->left, probe, out);

    case SCIM_F_VALUE_PATH:
        if (filter->path.attr != p->type->members) {
            return SCIM_OK;
        }

        named = names_member(p, filter->left);
        break;

    default:
        if (filter->path.attr != p->type->members) {
            return SCIM_OK;
        }

        if (filter->op == SCIM_F_EQ
            && is_value_of(&filter->path, p->type->members)
            && filter->value->type == SCIM_JSON_STRING)
        {
            named = filter;
        }
    }

    if (named == NULL) {
        out->relations = true;

    } else if (scim_store_name_valid(named->value->text)) {
        probe[out->nprobe++] = named->value->text;
    }

    return SCIM_OK;
}


static scim_rc_t
plan_relations(const planner_t *p, const scim_filter_t *filter,
    scim_op_plan_t *out)
{
    scim_str_t  *probe;

    if (p->type->groups != NULL) {
        out->relations = scim_filter_uses(filter, p->type->groups);
    }

    if (p->type->members == NULL
        || !scim_filter_uses(filter, p->type->members))
    {
        return SCIM_OK;
    }

    probe = scim_palloc(p->pool, SCIM_FILTER_TERMS * sizeof(scim_str_t));
    if (probe == NULL) {
        return SCIM_NOMEM;
    }

    if (find_probe(p, filter, probe, out) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    out->probe = probe;

    return SCIM_OK;
}


scim_rc_t
scim_op_plan(scim_pool_t *pool, const scim_indexes_t *indexes,
    const scim_filter_t *filter, scim_op_plan_t *out)
{
    way_t      way;
    scim_rc_t  rc;
    planner_t  p = { pool, indexes->type, indexes };

    *out = (scim_op_plan_t) { .source = SCIM_STORE_LIST };

    rc = find_way(&p, filter, NULL, &way);
    if (rc != SCIM_OK) {
        return rc;
    }

    out->exact = way.exact;

    switch (way.cost) {

    case WAY_IDS:
        out->source = SCIM_STORE_IDS;
        break;

    case WAY_RELATION:
        out->source = (indexes->type->members != NULL)
                      ? SCIM_STORE_HOLDING : SCIM_STORE_MEMBER_OF;
        break;

    case WAY_EQUAL:
    case WAY_RANGES:
        out->source = SCIM_STORE_RANGES;
        out->ranges = way.ranges;
        out->nranges = way.n;
        break;

    case WAY_ALL:
        break;
    }

    if (way.ids != NULL) {
        out->ids = way.ids;
        out->nids = way.n;
    }

    return out->exact ? SCIM_OK : plan_relations(&p, filter, out);
}


static const scim_filter_t *
first_unindexed(const scim_indexes_t *indexes, const scim_filter_t *filter,
    const scim_filter_t *within, scim_attr_path_t *path)
{
    const scim_filter_t  *found;

    switch (filter->op) {

    case SCIM_F_AND:
    case SCIM_F_OR:
        found = first_unindexed(indexes, filter->left, within, path);
        return (found != NULL)
               ? found
               : first_unindexed(indexes, filter->right, within, path);

    case SCIM_F_NOT:
        return first_unindexed(indexes, filter->left, within, path);

    case SCIM_F_VALUE_PATH:
        return first_unindexed(indexes, filter->left, filter, path);

    default:
        *path = term_path(filter, within);

        return (ranged(filter->op) && scim_store_index(indexes, path) != NULL)
               ? NULL : filter;
    }
}


scim_rc_t
scim_op_plan_unindexed(scim_pool_t *pool, const scim_indexes_t *indexes,
    const scim_filter_t *filter, scim_str_t *name)
{
    scim_attr_path_t  path = { .attr = NULL };

    (void) first_unindexed(indexes, filter, NULL, &path);

    return scim_attr_name(pool, indexes->type,
                          (path.sub != NULL) ? path.sub : path.attr, name);
}


scim_rc_t
scim_op_plan_indexed(scim_pool_t *pool, const scim_indexes_t *indexes,
    scim_str_t *names)
{
    size_t      i;
    scim_buf_t  buf;

    scim_buf_init(&buf, pool, 128);

    for (i = 0; i < indexes->nindexes; i++) {
        if (i != 0) {
            scim_buf_lit(&buf, ", ");
        }

        scim_buf_str(&buf, indexes->indexes[i].name);
    }

    return scim_buf_done(&buf, names);
}
