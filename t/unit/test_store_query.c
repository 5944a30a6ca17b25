/*
 * query.lua and members.lua against a real Redis: sources, pages, relations,
 * limits, and replies of a wrong shape.
 */

#include <stdio.h>

#include "unit_store.h"


enum { WITH = 1, ALL = 100 };


/* u1 … u4; g1 {u1 u2 g2}, g2 {u1 g3}, g3 {u3 g1}: a ring; g4 {u4}. */
static void
make_world(void)
{
    unit_make("User", "u2", "bob");
    unit_make("User", "u1", "ann");
    unit_make("User", "u3", "bobby");
    unit_make("User", "u4", "cy");
    unit_make("Group", "g1", "One");
    unit_make("Group", "g2", "Two");
    unit_make("Group", "g3", "Three");
    unit_make("Group", "g4", "Four");
    (void) unit_members("g1", "+u1 +u2 +g2");
    (void) unit_members("g2", "+u1 +g3");
    (void) unit_members("g3", "+u3 +g1");
    (void) unit_members("g4", "+u4");
}


/* For that one alone; the id is read when the query is made. */
static scim_store_query_t
query_for(const char *type, const scim_str_t *id)
{
    return (scim_store_query_t) {
        .type = unit_type(type), .ids = id, .nids = 1, .count = 1
    };
}


/* Blank-separated words into list. */
static size_t
words(const char *text, scim_str_t *list, size_t max)
{
    size_t n, len;

    for (n = 0; *text != '\0' && n < max; n++) {
        len = strcspn(text, " ");
        assert_int_equal(scim_str_dup(unit_pool, (scim_str_t) { text, len },
                                      &list[n]), SCIM_OK);
        text += len + (text[len] == ' ');
    }

    return n;
}


static void
sources_and_pages(void **state)
{
    static const struct {
        const char         *type;
        scim_store_source_e source;
        const char         *ids;
        size_t              offset;
        size_t              count;
        bool                relations;
        const char         *page;
    } rows[] = {
        { "User", SCIM_STORE_IDS, "u1", 0, 1, false, "1:u1" },
        { "User", SCIM_STORE_IDS, "u1", 0, 0, false, "1:" },
        { "User", SCIM_STORE_IDS, "no", 0, 1, false, "0:" },
        { "User", SCIM_STORE_IDS, "g1", 0, 1, false, "0:" },
        { "User", SCIM_STORE_IDS, "u3 no u1", 0, ALL, false, "2:u3 u1" },
        { "User", SCIM_STORE_IDS, "u3 no u1 u2", 1, 1, false, "3:u1" },
        { "User", SCIM_STORE_IDS, "u4", 0, 1, WITH, "1:u4(g4=Four)" },
        { "User", SCIM_STORE_IDS, "u1", 0, 1, WITH,
          "1:u1(g1=One g2=Two g3*=Three)" },
        { "User", SCIM_STORE_IDS, "u3", 0, 1, WITH,
          "1:u3(g3=Three g2*=Two g1*=One)" },
        { "Group", SCIM_STORE_IDS, "g1", 0, 1, WITH,
          "1:g1(u1=ann u2=bob g2=Two)" },
        { "User", SCIM_STORE_LIST, "", 0, ALL, false, "4:u2 u1 u3 u4" },
        { "User", SCIM_STORE_LIST, "", 1, 2, false, "4:u1 u3" },
        { "User", SCIM_STORE_LIST, "", 4, 2, false, "4:" },
        { "User", SCIM_STORE_LIST, "", 0, 0, false, "4:" },
        { "User", SCIM_STORE_LIST, "", 0, (size_t) -1, false,
          "4:u2 u1 u3 u4" },
        { "User", SCIM_STORE_LIST, "", (size_t) -1, 5, false, "4:" },
        { "Group", SCIM_STORE_LIST, "", 2, 2, WITH,
          "4:g3(u3=bobby g1=One) g4(u4=cy)" },
        { "User", SCIM_STORE_MEMBER_OF, "g1", 0, ALL, false, "2:u2 u1" },
        { "User", SCIM_STORE_MEMBER_OF, "no", 0, ALL, false, "0:" },
        { "Group", SCIM_STORE_MEMBER_OF, "g1", 0, ALL, false, "1:g2" },
        { "User", SCIM_STORE_MEMBER_OF, "g1", 1, 1, WITH,
          "2:u1(g1=One g2=Two g3*=Three)" },
        { "Group", SCIM_STORE_HOLDING, "u1", 0, ALL, false, "2:g1 g2" },
        { "Group", SCIM_STORE_HOLDING, "g1", 0, ALL, false, "1:g3" },
        { "Group", SCIM_STORE_HOLDING, "no", 0, ALL, false, "0:" },
    };

    size_t             i;
    scim_str_t         ids[8];
    scim_store_page_t  page;
    scim_store_query_t query;

    (void) state;
    make_world();

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(&query, 0, sizeof(query));
        query.type = unit_type(rows[i].type);
        query.source = rows[i].source;
        query.ids = ids;
        query.nids = words(rows[i].ids, ids, 8);
        query.offset = rows[i].offset;
        query.count = rows[i].count;
        query.scan_limit = ALL;
        query.relations = rows[i].relations;

        page = unit_query(&query);
        assert_string_equal(unit_page(&page), rows[i].page);
    }
}


static void
row_fields(void **state)
{
    scim_str_t         id = scim_str("u1");
    scim_store_page_t  page;
    scim_store_query_t query;

    (void) state;
    make_world();

    query = query_for("User", &id);

    page = unit_query(&query);
    assert_int_equal(page.nrows, 1);
    assert_true(scim_str_eq(page.rows[0].doc, scim_str("{\"id\":\"u1\"}")));
    assert_true(scim_str_eq(page.rows[0].modified,
                            scim_str("2026-01-01T00:00:00.000Z")));
    assert_int_equal(page.rows[0].version, 1);
    assert_int_equal(page.members_total[0], 0);
}


/* Rows as text, and all else that a page tells. */
static const char *
whole_page(scim_str_t *ids, size_t n, bool relations)
{
    scim_str_t          text;
    scim_row_t         *row;
    scim_store_page_t   page;
    scim_store_query_t  query;

    memset(&query, 0, sizeof(query));
    query.type = unit_type("User");
    query.ids = ids;
    query.nids = n;
    query.count = 1;
    query.relations = relations;

    page = unit_query(&query);
    if (page.nrows == 0) {
        return unit_page(&page);
    }

    row = &page.rows[0];
    assert_int_equal(
        scim_str_printf(unit_pool, &text, "%s %.*s %d %.*s %.*s %zu next %.*s",
                        unit_page(&page), SCIM_FMT(row->doc),
                        (int) row->version, SCIM_FMT(row->modified),
                        SCIM_FMT(page.positions[0]), page.members_total[0],
                        SCIM_FMT(page.next)), SCIM_OK);

    return text.data;
}


/* One id in no group takes a short way through the script, which tells what
 * the long way does. */
static void
one_alone(void **state)
{
    static const struct {
        const char *id;
        bool        relations;
        const char *page;
    } rows[] = {
        { "u5", false, "1:u5 {\"id\":\"u5\"} 1 2026-01-01T00:00:00.000Z 1 0 "
                       "next 1" },
        { "u5", WITH, "1:u5 {\"id\":\"u5\"} 1 2026-01-01T00:00:00.000Z 1 0 "
                      "next 1" },
        { "u4", WITH, "1:u4(g4=Four) {\"id\":\"u4\"} 1 "
                      "2026-01-01T00:00:00.000Z 1 1 next 1" },
        { "u6", WITH, "0:" },
    };

    size_t      i;
    scim_str_t  ids[2];

    (void) state;
    make_world();
    unit_make("User", "u5", "dan");

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ids[0] = scim_str_from(rows[i].id);
        ids[1] = scim_str("no");

        assert_string_equal(whole_page(ids, 1, rows[i].relations),
                            rows[i].page);
        assert_string_equal(whole_page(ids, 2, rows[i].relations),
                            rows[i].page);
    }
}


static void
index_ranges(void **state)
{
    static const struct {
        scim_filter_op_e op;
        const char      *key;
        scim_filter_op_e op2;       /* joined with this, unless key2 is NULL */
        const char      *key2;
        const char      *page;
    } rows[] = {
        { SCIM_F_EQ, "bob", 0, NULL, "1:u2" },
        { SCIM_F_EQ, "bo", 0, NULL, "0:" },
        { SCIM_F_EQ, "", 0, NULL, "0:" },
        { SCIM_F_SW, "bob", 0, NULL, "2:u2 u3" },
        { SCIM_F_SW, "", 0, NULL, "4:u2 u1 u3 u4" },
        { SCIM_F_GT, "bob", 0, NULL, "2:u3 u4" },
        { SCIM_F_GE, "bob", 0, NULL, "3:u2 u3 u4" },
        { SCIM_F_LT, "bob", 0, NULL, "1:u1" },
        { SCIM_F_LE, "bob", 0, NULL, "2:u2 u1" },
        { SCIM_F_EQ, "cy", SCIM_F_EQ, "bob", "2:u2 u4" },
        { SCIM_F_SW, "b", SCIM_F_LE, "bob", "3:u2 u1 u3" },
    };

    size_t             i;
    scim_index_t       index = { .name = SCIM_STR("displayName") };
    scim_store_page_t  page;
    scim_store_query_t query;
    scim_store_range_t ranges[2];

    (void) state;
    make_world();

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(&query, 0, sizeof(query));
        query.type = unit_type("User");
        query.source = SCIM_STORE_RANGES;
        query.ranges = ranges;
        query.nranges = rows[i].key2 == NULL ? 1 : 2;
        query.count = ALL;
        query.scan_limit = ALL;

        assert_int_equal(scim_store_range(unit_pool, &index, rows[i].op,
                                          scim_str_from(rows[i].key),
                                          &ranges[0]), SCIM_OK);
        if (rows[i].key2 != NULL) {
            assert_int_equal(scim_store_range(unit_pool, &index, rows[i].op2,
                                              scim_str_from(rows[i].key2),
                                              &ranges[1]), SCIM_OK);
        }

        page = unit_query(&query);
        assert_string_equal(unit_page(&page), rows[i].page);
    }
}


static void
limits(void **state)
{
    static const struct {
        scim_store_source_e source;
        const char         *type;
        const char         *id;
        size_t              candidates;
    } rows[] = {
        { SCIM_STORE_RANGES, "User", "", 4 },
        { SCIM_STORE_MEMBER_OF, "User", "g1", 3 },
        { SCIM_STORE_HOLDING, "Group", "u1", 2 },
    };

    size_t             i;
    scim_str_t         id;
    scim_error_t       err;
    scim_index_t       index = { .name = SCIM_STR("displayName") };
    scim_store_page_t  page;
    scim_store_query_t query;
    scim_store_range_t range;

    (void) state;
    make_world();
    assert_int_equal(scim_store_range(unit_pool, &index, SCIM_F_SW,
                                      scim_str(""), &range), SCIM_OK);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        id = scim_str_from(rows[i].id);
        memset(&query, 0, sizeof(query));
        query.type = unit_type(rows[i].type);
        query.source = rows[i].source;
        query.ids = &id;
        query.nids = 1;
        query.ranges = &range;
        query.nranges = 1;
        query.count = 1;

        query.scan_limit = rows[i].candidates;
        assert_int_equal(unit_try_query(&query, &page, &err), SCIM_OK);

        query.scan_limit--;
        assert_int_equal(unit_try_query(&query, &page, &err), SCIM_REFUSED);
        assert_int_equal(err.status, 400);
        assert_int_equal(err.type, SCIM_TOO_MANY);
    }
}


static void
probing(void **state)
{
    scim_str_t         id = scim_str("g1"), probe[8];
    scim_store_page_t  page;
    scim_store_query_t query;

    (void) state;
    make_world();

    query = query_for("Group", &id);
    query.probe = probe;
    query.nprobe = words("g2 u3 no u2", probe, 8);

    page = unit_query(&query);
    assert_string_equal(unit_page(&page), "1:g1(g2=Two u2=bob)");
    assert_int_equal(page.members_total[0], 2);

    query.nprobe = 0;
    page = unit_query(&query);
    assert_string_equal(unit_page(&page), "1:g1");
}


/* Where each row costs much, a call gives fewer than asked for, and says where
 * to go on. */
static void
few_rows_at_once(void **state)
{
    static const struct {
        scim_store_source_e source;
        bool                back;
        const char         *pages[3];
    } cases[] = {
        { SCIM_STORE_IDS, false, { "4:g1 g2", "4:g3 g4", "4:" } },
        { SCIM_STORE_IDS, true, { "4:g4 g3", "4:g2 g1", "4:" } },
        { SCIM_STORE_LIST, false, { "4:g1 g2", "4:g3 g4", "4:" } },
        { SCIM_STORE_LIST, true, { "4:g4 g3", "4:g2 g1", "4:" } },
        { SCIM_STORE_INDEX, false, { "4:g4 g1", "4:g3 g2", "4:" } },
        { SCIM_STORE_INDEX, true, { "4:g2 g3", "4:g1 g4", "4:" } },
        { SCIM_STORE_RANGES, false, { "4:g1 g2", "4:g3 g4", "4:" } },
        { SCIM_STORE_RANGES, true, { "4:g4 g3", "4:g2 g1", "4:" } },
    };

    size_t             i, j;
    scim_str_t         ids[4], probe[2500];
    scim_index_t       index = { .name = SCIM_STR("displayName") };
    scim_store_page_t  page;
    scim_store_query_t query;
    scim_store_range_t range = scim_store_range_all(&index);

    (void) state;
    make_world();

    for (i = 0; i < sizeof(probe) / sizeof(probe[0]); i++) {
        probe[i] = scim_str("no");
    }

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(&query, 0, sizeof(query));
        query.type = unit_type("Group");
        query.source = cases[i].source;
        query.back = cases[i].back;
        query.ids = ids;
        query.nids = words("g1 g2 g3 g4", ids, 4);
        query.ranges = &range;
        query.nranges = 1;
        query.count = ALL;
        query.scan_limit = ALL;
        query.probe = probe;
        query.nprobe = sizeof(probe) / sizeof(probe[0]);

        for (j = 0; j < 3; j++) {
            page = unit_query(&query);
            assert_string_equal(unit_page(&page), cases[i].pages[j]);
            assert_int_equal(page.next.len == 0, j == 2);
            query.after = page.next;
        }
    }
}


/* Nor are many large documents one reply. */
static void
large_documents(void **state)
{
    size_t             i;
    char              *doc;
    scim_store_page_t  page;
    scim_store_query_t query;

    static const char *const users[] = { "u1", "u2", "u3", "u4" };
    static const char *const pages[] = { "4:u2 u1", "4:u3 u4", "4:" };

    (void) state;
    make_world();

    doc = scim_palloc(unit_pool, 3000000);
    assert_non_null(doc);
    memset(doc, 'x', 3000000);

    for (i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        (void) unit_redis_int("HSET scim:{t}:r:User:%s doc %b", users[i], doc,
                              (size_t) 3000000);
    }

    memset(&query, 0, sizeof(query));
    query.type = unit_type("User");
    query.source = SCIM_STORE_LIST;
    query.count = ALL;

    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        page = unit_query(&query);
        assert_string_equal(unit_page(&page), pages[i]);
        query.after = page.next;
    }
}


/* Groups that all hold each other are not followed without end: a user is in
 * so many of them, the last of which is in one more. */
static void
dense_groups(void **state)
{
    static const struct {
        const char *user;
        int         groups;
        size_t      found;
    } cases[] = {
        { "few", 90, 91 },
        { "many", 102, 102 },
    };

    size_t             i;
    scim_str_t         id;
    scim_store_page_t  page;
    scim_store_query_t query;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unit_make("User", cases[i].user, cases[i].user);
        (void) unit_redis_int(
            "EVAL %s 0 %s %d",
            "local user, n = ARGV[1], ARGV[2] "
            "local function add(group, id) "
            "    redis.call('ZADD', 'scim:{t}:members:' .. group, 1, id) "
            "    redis.call('SADD', 'scim:{t}:groups:' .. id, group) "
            "end "
            "for i = 1, n do "
            "    local group = user .. (1000 + i) "
            "    add(group, user) "
            "    for j = 1, n do add(group, user .. (1000 + j)) end "
            "end "
            "add('top', user .. (1000 + n)) "
            "return 1", cases[i].user, cases[i].groups);

        id = scim_str_from(cases[i].user);
        query = query_for("User", &id);
        query.relations = true;

        page = unit_query(&query);
        assert_int_equal(page.rows[0].nrelations, cases[i].found);
    }
}


/* Ranges that find the same again and again are no way around the limit: of
 * four entries each, so many are 16,000. */
#define RANGES  4000

static void
overlapping_ranges(void **state)
{
    size_t              i;
    scim_error_t        err;
    scim_index_t        index = { .name = SCIM_STR("displayName") };
    scim_store_page_t   page;
    scim_store_query_t  query;
    scim_store_range_t *ranges;

    (void) state;
    make_world();

    ranges = scim_palloc(unit_pool, (RANGES + 1) * sizeof(*ranges));
    assert_non_null(ranges);

    for (i = 0; i <= RANGES; i++) {
        ranges[i] = scim_store_range_all(&index);
    }

    memset(&query, 0, sizeof(query));
    query.type = unit_type("User");
    query.source = SCIM_STORE_RANGES;
    query.ranges = ranges;
    query.scan_limit = 4;
    query.count = 1;

    query.nranges = RANGES;
    assert_int_equal(unit_try_query(&query, &page, &err), SCIM_OK);
    assert_int_equal(page.total, 4);

    query.nranges++;
    assert_int_equal(unit_try_query(&query, &page, &err), SCIM_REFUSED);
    assert_int_equal(err.type, SCIM_TOO_MANY);
}


/* Who has many values in a range does not hide others there. */
static void
many_values(void **state)
{
    int                 len;
    char                entry[16];
    size_t              i;
    scim_index_t        index = { .name = SCIM_STR("emails.value") };
    scim_store_page_t   page;
    scim_store_query_t  query;
    scim_store_range_t  range = scim_store_range_all(&index);

    (void) state;
    make_world();

    for (i = 0; i < 30; i++) {
        len = snprintf(entry, sizeof(entry), "a%02zu%cu%d", i, '\0',
                       i < 29 ? 1 : 2);
        (void) unit_redis_int("ZADD scim:{t}:index:User:emails.value 0 %b",
                              entry, (size_t) len);
    }

    memset(&query, 0, sizeof(query));
    query.type = unit_type("User");
    query.source = SCIM_STORE_RANGES;
    query.ranges = &range;
    query.nranges = 1;
    query.scan_limit = 4;
    query.count = 4;

    page = unit_query(&query);
    assert_int_equal(page.total, 2);
    assert_string_equal(unit_page(&page), "2:u2 u1");
}


/* A hint that is wrong is not believed, in either direction of reading. */
static void
stale_hints(void **state)
{
    scim_str_t         id = scim_str("u4");
    scim_store_page_t  page;
    scim_store_query_t query;

    (void) state;
    make_world();
    (void) unit_redis_int("SADD scim:{t}:groups:u4 g1 g2 deleted");

    query = query_for("User", &id);
    query.relations = true;
    page = unit_query(&query);
    assert_string_equal(unit_page(&page), "1:u4(g4=Four)");

    query.type = unit_type("Group");
    query.source = SCIM_STORE_HOLDING;
    query.relations = false;
    query.scan_limit = ALL;
    page = unit_query(&query);
    assert_string_equal(unit_page(&page), "1:g4");
}


static const char *
next_member(scim_str_t group, scim_str_t last)
{
    size_t                 n;
    scim_str_t             id;
    redisReply            *reply;
    scim_error_t           err;
    scim_store_cmd_t       cmd;
    const scim_relation_t *rest;

    assert_int_equal(scim_store_members(unit_pool, scim_str("t"), group, last,
                                        SCIM_STORE_MEMBERS_CHUNK, &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_members_reply(unit_pool, reply, &rest, &n,
                                              &err), SCIM_OK);
    assert_true(n > 0);
    assert_int_equal(scim_str_dup(unit_pool, rest[0].id, &id), SCIM_OK);
    freeReplyObject(reply);

    return id.data;
}


/* The first chunk comes with the row, the rest by scim_store_members(). */
static void
many_members(void **state)
{
    enum { MANY = SCIM_STORE_MEMBERS_CHUNK + 3 };

    int                    i;
    char                   id[16];
    size_t                 n;
    scim_str_t             group = scim_str("g"), last;
    redisReply            *reply;
    scim_error_t           err;
    scim_store_cmd_t       cmd;
    scim_store_page_t      page;
    scim_store_query_t     query;
    const scim_relation_t *rest;

    (void) state;
    unit_make("Group", "g", "Gee");
    for (i = 0; i < MANY; i++) {
        (void) snprintf(id, sizeof(id), "u%04d", i);
        unit_make("User", id, id);
        (void) unit_members("g", id);
    }

    query = query_for("Group", &group);
    query.relations = true;
    page = unit_query(&query);
    assert_int_equal(page.rows[0].nrelations, SCIM_STORE_MEMBERS_CHUNK);
    assert_int_equal(page.members_total[0], MANY);
    last = page.rows[0].relations[SCIM_STORE_MEMBERS_CHUNK - 1].id;

    assert_int_equal(scim_store_members(unit_pool, scim_str("t"), group,
                                        last,
                                        page.rows[0].nrelations, &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_members_reply(unit_pool, reply, &rest, &n,
                                              &err), SCIM_OK);
    assert_int_equal(n, 3);
    assert_true(scim_str_eq(rest[0].id, scim_str("u1000")));
    assert_true(scim_str_eq(rest[2].display, scim_str("u1002")));
    assert_true(scim_str_eq(rest[2].type, scim_str("User")));
    freeReplyObject(reply);

    /* who goes meanwhile hides nobody: one read before, then the last one */
    unit_delete("User", "u0007", "u0007");
    assert_string_equal(next_member(group, last), "u1000");
    unit_delete("User", "u0999", "u0999");
    unit_make("User", "u0007", "u0007");
    (void) unit_members("g", "u0007");
    assert_string_equal(next_member(group, last), "u1000");
}


static void
tenant_states(void **state)
{
    size_t                 n;
    redisReply            *reply;
    scim_error_t           err;
    scim_store_cmd_t       cmd, members;
    scim_store_page_t      page;
    scim_store_query_t     query;
    const scim_relation_t *relations;

    (void) state;

    memset(&query, 0, sizeof(query));
    query.type = unit_type("User");
    query.source = SCIM_STORE_LIST;
    assert_int_equal(scim_store_members(unit_pool, scim_str("t"),
                                        scim_str("g"), scim_str_absent, 0,
                                        &members), SCIM_OK);

    assert_int_equal(scim_store_tenant_update(unit_pool, scim_str("t"), 0,
                                              scim_str_absent, scim_str_absent,
                                              &cmd), SCIM_OK);
    freeReplyObject(unit_command(&cmd));

    assert_int_equal(unit_try_query(&query, &page, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 403);
    reply = unit_command(&members);
    assert_int_equal(scim_store_members_reply(unit_pool, reply, &relations, &n,
                                              &err), SCIM_REFUSED);
    assert_int_equal(err.status, 403);
    freeReplyObject(reply);

    (void) unit_redis();
    assert_int_equal(unit_try_query(&query, &page, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 404);
    reply = unit_command(&members);
    assert_int_equal(scim_store_members_reply(unit_pool, reply, &relations, &n,
                                              &err), SCIM_REFUSED);
    assert_int_equal(err.status, 404);
    freeReplyObject(reply);
}


static void
wrong_shapes(void **state)
{
    static const char *const shapes[] = {
        ":1\r\n",
        "+OK\r\n",
        "$-1\r\n",
        "$2\r\nok\r\n",
        "*0\r\n",
        "*-1\r\n",
        "*1\r\n:1\r\n",
        "*1\r\n$2\r\nok\r\n",
        "*1\r\n$2\r\nno\r\n",
        "*2\r\n$2\r\nok\r\n$1\r\nx\r\n",
        "*2\r\n$2\r\nok\r\n:-1\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n$1\r\nx\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n*0\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n*5\r\n$1\r\ni\r\n$1\r\nd\r\n"
            ":1\r\n$1\r\nm\r\n"
            "$0\r\n\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n"
            "*6\r\n$1\r\ni\r\n$-1\r\n:1\r\n$1\r\nm\r\n$0\r\n\r\n:0\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n"
            "*6\r\n$1\r\ni\r\n$1\r\nd\r\n$1\r\nv\r\n$1\r\nm\r\n$0\r\n\r\n"
            ":0\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n"
            "*7\r\n$1\r\ni\r\n$1\r\nd\r\n:1\r\n$1\r\nm\r\n$0\r\n\r\n"
            ":1\r\n$1\r\nr\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n"
            "*9\r\n$1\r\ni\r\n$1\r\nd\r\n:1\r\n$1\r\nm\r\n$0\r\n\r\n:1\r\n"
            "$1\r\nr\r\n$1\r\n2\r\n$-1\r\n",
        "*2\r\n$2\r\nok\r\n:1\r\n",
        "*3\r\n$2\r\nok\r\n:1\r\n:1\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n"
            "*6\r\n$1\r\ni\r\n$1\r\nd\r\n:1\r\n$1\r\nm\r\n$-1\r\n:0\r\n",
    };

    size_t              i;
    redisReply         *reply;
    scim_error_t        err;
    scim_store_page_t   page;
    scim_store_query_t  query;

    (void) state;
    memset(&query, 0, sizeof(query));

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        reply = unit_reply(shapes[i]);
        assert_int_equal(scim_store_query_reply(unit_pool, &query, reply,
                                                &page, &err), SCIM_REFUSED);
        assert_int_equal(err.status, 503);
        assert_true(err.retry_after > 0);
        freeReplyObject(reply);
    }
}


static scim_rc_t
read_and_query(void *data)
{
    scim_rc_t           rc;
    scim_pool_t        *pool;
    scim_error_t        err;
    scim_store_cmd_t    cmd;
    scim_store_page_t   page;
    scim_store_query_t *query = data;
    redisReply         *reply;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_store_query(pool, scim_str("t"), query, &cmd);
    if (rc == SCIM_OK) {
        reply = unit_reply("*4\r\n$2\r\nok\r\n:1\r\n$0\r\n\r\n*9\r\n"
                           "$1\r\ni\r\n$1\r\nd\r\n:1\r\n$1\r\nm\r\n"
                           "$0\r\n\r\n:1\r\n$1\r\nr\r\n$1\r\n1\r\n"
                           "$-1\r\n");
        rc = scim_store_query_reply(pool, query, reply, &page, &err);
        freeReplyObject(reply);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    enum { MANY = 200 };

    size_t             i;
    scim_str_t         ids[MANY];
    scim_store_query_t query;

    (void) state;

    for (i = 0; i < MANY; i++) {
        ids[i] = scim_str("id");
    }

    memset(&query, 0, sizeof(query));
    query.type = unit_type("User");
    query.ids = ids;
    query.nids = MANY;
    unit_fail_allocations(read_and_query, &query);
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, unit_store_setup, \
                                                 unit_store_teardown)
    const struct CMUnitTest tests[] = {
        test(sources_and_pages),
        test(row_fields),
        test(one_alone),
        test(index_ranges),
        test(limits),
        test(probing),
        test(few_rows_at_once),
        test(large_documents),
        test(dense_groups),
        test(overlapping_ranges),
        test(many_values),
        test(stale_hints),
        test(many_members),
        test(tenant_states),
        test(wrong_shapes),
        test(without_memory),
    };

    return cmocka_run_group_tests_name("store query", tests, NULL, NULL);
}
