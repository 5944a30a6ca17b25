/*
 * Reading: queries as calls of query.lua and members.lua, their replies as
 * rows.
 */

#include "scim_store_parts.h"


/* No page is larger; keeps sums exact in Lua, whose numbers are doubles. */
#define PAGE_MAX  1000000000

/* Elements of a reply before its rows, of a row before its relations, and of
 * one relation. */
#define PAGE_HEAD  3
#define ROW_HEAD  6
#define RELATION  3


static const char *const sources[] = {
    "ids", "list", "index", "ranges", "memberof", "holding"
};


static scim_str_t
wanted_relations(const scim_store_query_t *query)
{
    if (query->type->members != NULL && query->probe != NULL) {
        return scim_str("probe");
    }

    if (!query->relations) {
        return scim_str("none");
    }

    if (query->type->members != NULL) {
        return scim_str("members");
    }

    return query->type->groups != NULL ? scim_str("groups")
                                       : scim_str("none");
}


static void
add_bounded(scim_args_t *args, size_t n)
{
    scim_args_uint(args, n < PAGE_MAX ? n : PAGE_MAX);
}


scim_rc_t
scim_store_query(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_query_t *query, scim_store_cmd_t *cmd)
{
    size_t      i;
    scim_args_t args;

    scim_args_init(&args, pool,
                   10 + query->nids + 3 * query->nranges + query->nprobe);

    scim_args_str(&args, query->type->name);
    scim_args_str(&args, scim_str_from(sources[query->source]));
    add_bounded(&args, query->offset);
    add_bounded(&args, query->count);
    add_bounded(&args, query->scan_limit);
    scim_args_str(&args, wanted_relations(query));
    scim_args_str(&args, query->after);
    scim_args_uint(&args, query->back ? 1 : 0);
    scim_args_str(&args, query->generation);

    if (query->source == SCIM_STORE_RANGES
        || query->source == SCIM_STORE_INDEX)
    {
        scim_args_uint(&args, 3 * query->nranges);
        for (i = 0; i < query->nranges; i++) {
            scim_args_str(&args, query->ranges[i].attr);
            scim_args_str(&args, query->ranges[i].min);
            scim_args_str(&args, query->ranges[i].max);
        }

    } else {
        scim_args_uint(&args, query->nids);
        scim_args_list(&args, query->ids, query->nids);
    }

    scim_args_list(&args, query->probe, query->nprobe);

    return scim_store_script(cmd, &args, &scim_script_query, tenant, false);
}


/* Kinds are members' scores, or how a group holds its member. */
static bool
read_kind(scim_str_t kind, scim_relation_t *relation)
{
    static const struct {
        scim_str_t kind;
        scim_str_t type;
        bool       indirect;
    } kinds[] = {
        { SCIM_STR("0"), SCIM_STR("User"), false },
        { SCIM_STR("1"), SCIM_STR("Group"), false },
        { SCIM_STR("direct"), SCIM_STR("Group"), false },
        { SCIM_STR("indirect"), SCIM_STR("Group"), true }
    };

    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (scim_str_eq(kind, kinds[i].kind)) {
            relation->type = kinds[i].type;
            relation->indirect = kinds[i].indirect;
            return true;
        }
    }

    return false;
}


static bool
read_relation(const redisReply *array, size_t at, scim_relation_t *relation)
{
    scim_str_t kind;

    if (!scim_store_text(array, at, &relation->id)
        || !scim_store_text(array, at + 1, &kind)
        || !scim_store_text_or_nil(array, at + 2, &relation->display)
        || !read_kind(kind, relation))
    {
        return false;
    }

    if (relation->display.len == 0) {
        relation->display = scim_str_absent;
    }

    return true;
}


/* What follows element `from` of the array, three for each relation. */
static scim_rc_t
read_relations(scim_pool_t *pool, const redisReply *array, size_t from,
    const scim_relation_t **out, size_t *n, scim_error_t *err)
{
    size_t           i, count;
    scim_relation_t *relations;

    count = (array->elements - from) / RELATION;
    if ((array->elements - from) % RELATION != 0) {
        return scim_store_odd(err);
    }

    relations = NULL;

    if (count > 0) {
        relations = scim_palloc(pool, count * sizeof(scim_relation_t));
        if (relations == NULL) {
            return SCIM_NOMEM;
        }
    }

    for (i = 0; i < count; i++) {
        if (!read_relation(array, from + i * RELATION, &relations[i])) {
            return scim_store_odd(err);
        }
    }

    *out = relations;
    *n = count;

    return SCIM_OK;
}


static scim_rc_t
read_row(scim_pool_t *pool, const redisReply *reply, size_t i,
    scim_store_page_t *page, scim_error_t *err)
{
    scim_row_t *row = &page->rows[i];

    uint64_t total;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < ROW_HEAD
        || !scim_store_text(reply, 0, &row->id)
        || !scim_store_text(reply, 1, &row->doc)
        || !scim_store_number(reply, 2, &row->version)
        || !scim_store_text(reply, 3, &row->modified)
        || !scim_store_text(reply, 4, &page->positions[i])
        || !scim_store_number(reply, 5, &total))
    {
        return scim_store_odd(err);
    }

    page->members_total[i] = (size_t) total;

    return read_relations(pool, reply, ROW_HEAD, &row->relations,
                          &row->nrelations, err);
}


static scim_rc_t
read_status(const scim_store_query_t *query, const redisReply *reply,
    scim_error_t *err)
{
    scim_rc_t  rc;
    scim_str_t word;

    rc = scim_store_word(reply, &word, err);

    if (rc != SCIM_OK || scim_str_eq(word, scim_str("ok"))) {
        return rc;
    }

    if (query != NULL && scim_str_eq(word, scim_str("many"))) {
        return scim_refuse(err, 400, SCIM_TOO_MANY,
                           "More than %zu resources would have to be looked "
                           "at for this filter; make it more specific, for "
                           "example with an eq on an identifying attribute",
                           query->scan_limit);
    }

    if (query != NULL && query->source == SCIM_STORE_INDEX
        && scim_str_eq(word, scim_str("partial")))
    {
        return SCIM_NONE;
    }

    return scim_store_odd(err);
}


scim_rc_t
scim_store_query_reply(scim_pool_t *pool, const scim_store_query_t *query,
    const redisReply *reply, scim_store_page_t *page, scim_error_t *err)
{
    size_t    i, n;
    uint64_t  total;
    scim_rc_t rc;

    rc = read_status(query, reply, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (reply->elements < PAGE_HEAD || !scim_store_number(reply, 1, &total)
        || !scim_store_text(reply, 2, &page->next))
    {
        return scim_store_odd(err);
    }

    n = reply->elements - PAGE_HEAD;

    page->nrows = n;
    page->total = (size_t) total;
    page->rows = scim_palloc(pool, n * sizeof(scim_row_t));
    page->members_total = scim_palloc(pool, n * sizeof(size_t));
    page->positions = scim_palloc(pool, n * sizeof(scim_str_t));
    if (page->rows == NULL || page->members_total == NULL
        || page->positions == NULL)
    {
        return SCIM_NOMEM;
    }

    for (i = 0; i < n; i++) {
        rc = read_row(pool, reply->element[i + PAGE_HEAD], i, page, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_store_members(scim_pool_t *pool, scim_str_t tenant, scim_str_t id,
    scim_str_t last, size_t offset, scim_store_cmd_t *cmd)
{
    scim_args_t args;

    scim_args_init(&args, pool, 4);
    scim_args_str(&args, id);
    scim_args_str(&args, last);
    add_bounded(&args, offset);
    scim_args_uint(&args, SCIM_STORE_MEMBERS_CHUNK);

    return scim_store_script(cmd, &args, &scim_script_members, tenant, false);
}


scim_rc_t
scim_store_members_reply(scim_pool_t *pool, const redisReply *reply,
    const scim_relation_t **relations, size_t *n, scim_error_t *err)
{
    if (read_status(NULL, reply, err) != SCIM_OK) {
        return SCIM_REFUSED;
    }

    return read_relations(pool, reply, 1, relations, n, err);
}
