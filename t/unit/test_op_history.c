/*
 * The admin API's history over a real Redis: what entries look like, each
 * condition and several, paging, bounds on what one request looks at.
 */

#include <stdio.h>
#include <stdlib.h>

#include "unit_history.h"
#include "unit_redis.h"
#include "unit_store.h"


#define HISTORY  "GET /tenants/acme/history"


static void
an_entry(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = unit_admin(HISTORY, NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.text, "{'entries':[]}");

    unit_entry(&(unit_entry_t) { .place = 1, .operation = "create",
                                 .version = 1 });
    freeReplyObject(redisCommand(unit_redis_connection(),
        "XADD scim:{acme}:history 1700000000002-5 op delete type Group id g1 "
        "name %s ver 12 at 2026-01-01T00:00:00.000Z actor SCIM addr %s req %s "
        "tok t1 changes %s was 1 more x", "", "", "",
        "[{\"path\":\"members\",\"count\":5}]"));

    answer = unit_admin(HISTORY, NULL);
    assert_string_equal(answer.text,
        "{'entries':[{'id':'1700000000002-5',"
        "'time':'2023-11-14T22:13:20.002Z','actor':'SCIM',"
        "'operation':'delete','resourceType':'Group','resourceId':'g1',"
        "'version':12,'tokenId':'t1',"
        "'changes':[{'path':'members','count':5}]},"
        "{'id':'1700000000001-0','time':'2023-11-14T22:13:20.001Z',"
        "'actor':'SCIM','operation':'create','resourceType':'User',"
        "'resourceId':'u1','resourceName':'Ada \\'L\\'','version':1,"
        "'address':'10.0.0.1','requestId':'req-1',"
        "'changes':[{'path':'title','new':'x'}]}]}");

    assert_int_equal(unit_admin("HEAD /tenants/acme/history",
                                NULL).status, 200);
}


#define DEPARTMENT "urn:ietf:params:scim:schemas:extension:enterprise:2.0:" \
                   "User:department"

static void
fill(void)
{
    size_t                     i;
    static const unit_entry_t  entries[] = {
        { 1, "create", NULL, "u1", 1, NULL, "[{'path':'name.givenName'},"
          "{'path':'emails','new':[{'value':'x'}]}]", NULL },
        { 2, "create", NULL, "u2", 1, NULL, "[{'path':'nameX'}]", NULL },
        { 3, "create", "Group", "g1", 1, NULL,
          "[{'path':'members','new':[{'value':'u1'}]}]", NULL },
        { 4, "update", NULL, "u1", 2, "ann", "[{'path':'" DEPARTMENT "'}]",
          NULL },
        { 5, "update", NULL, "u1", 3, NULL, "[{'path':'active'}]", NULL },
        { 6, "update", "Group", "g1", 2, "ann",
          "[{'path':'members','count':3000}]", "1" },
        { 7, "delete", NULL, "u1", 4, "ann", "[{'path':'name.givenName'},"
          "{'path':'groups','old':[{'value':'g1'}]}]", NULL },
        { 8, "restore", NULL, "u1", 5, "ann", "[{'path':'userName'}]", NULL },
    };

    for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        unit_entry(&entries[i]);
    }
}


static void
conditions(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char  *query;     /* behind /tenants/acme/ */
        const char  *places;
    } cases[] = {
        { "history", "8 7 6 5 4 3 2 1" },
        { "history?", "8 7 6 5 4 3 2 1" },
        { "history?actor=&cursor=", "8 7 6 5 4 3 2 1" },
        { "history?count=3", "8 7 6" },
        { "history?count=5000", "8 7 6 5 4 3 2 1" },
        { "history?resource=u1", "8 7 5 4 1" },
        { "history?resource=u1&count=2", "8 7" },
        { "history?resource=u1&type=user", "8 7 5 4 1" },
        { "history?resource=u1&type=Group", "" },
        { "history?resource=g1", "6 3" },
        { "history?resource=nobody", "" },
        { "history?type=Group", "6 3" },
        { "history?type=User", "8 7 5 4 2 1" },
        { "history?actor=ann", "8 7 6 4" },
        { "history?actor=an", "" },
        { "history?operation=create", "3 2 1" },
        { "history?operation=delete", "7" },
        { "history?operation=restore", "8" },
        { "history?attribute=emails", "1" },
        { "history?attribute=emails.value", "1" },
        { "history?attribute=name", "7 1" },
        { "history?attribute=NAME.givenname", "7 1" },
        { "history?attribute=name.familyName", "" },
        { "history?attribute=nameX", "2" },
        { "history?attribute=members", "6 3" },
        { "history?attribute=members.value", "6 3" },
        { "history?attribute=groups", "7" },
        { "history?attribute=" DEPARTMENT, "4" },
        { "history?attribute=urn:ietf:params:scim:schemas:extension:"
          "enterprise:2.0:User", "4" },
        { "history?attribute=urn:ietf:params:scim:schemas:core:2.0:User:"
          "userName", "8" },
        { "history?from=2023-11-14T22:13:20.006Z", "8 7 6" },
        { "history?from=2023-11-14T22:13:20.0051Z", "8 7 6" },
        { "history?to=2023-11-14T22:13:20.002Z", "2 1" },
        { "history?to=2023-11-14T22:13:20.0029Z", "2 1" },
        { "history?from=2023-11-14T22:13:20.004Z&to=2023-11-14T22:13:20.004Z",
          "4" },
        { "history?to=1960-01-01T00:00:00Z", "" },
        { "history?from=1960-01-01T00:00:00Z&count=1", "8" },
        { "history?resource=u1&to=2023-11-14T22:13:20.006Z", "5 4 1" },
        { "history?resource=u1&from=2023-11-14T22:13:20.005Z", "8 7 5" },
        { "history?resource=u1&from=2023-11-14T22:13:20.002Z"
          "&to=2023-11-14T22:13:20.006Z", "5 4" },
        { "history?resource=u1&actor=ann&operation=update", "4" },
        { "history?resource=u1&actor=ann&attribute=name", "7" },
        { "history?type=User&actor=ann&from=2023-11-14T22:13:20.005Z&count=1",
          "8" },
        { "history?type=Group&attribute=members&actor=SCIM", "3" },
        { "Users/u1/history", "8 7 5 4 1" },
        { "users/u1/history?operation=update&count=1", "5" },
        { "Groups/g1/history", "6 3" },
    };

    (void) state;
    fill();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_admin(unit_printf("GET /tenants/acme/%s",
                                        cases[i].query), NULL);

        if (answer.status != 200
            || strcmp(unit_places(&answer, "entries"), cases[i].places) != 0)
        {
            fail_msg("%s: %d %s", cases[i].query, answer.status, answer.text);
        }
    }
}


static void
what_is_refused(void **state)
{
    size_t         i;
    const char    *next;
    unit_answer_t  answer;

    static const struct {
        const char  *query;
        int          status;
        const char  *detail;
    } cases[] = {
        { "nobody/history", 404, "\"nobody\"" },
        { "acme/history?resource=a/b", 400, "\"resource\"" },
        { "acme/history?type=Robot", 400, "\"type\"" },
        { "acme/history?operation=read", 400, "restore" },
        { "acme/history?attribute=emails[type eq 'x']", 400, "name.givenName" },
        { "acme/history?from=yesterday", 400, "\"from\"" },
        { "acme/history?to=2026-01-01", 400, "\"to\"" },
        { "acme/history?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
          400, "later" },
        { "acme/history?count=0", 400, "\"count\"" },
        { "acme/history?count=-1", 400, "\"count\"" },
        { "acme/history?count=many", 400, "\"count\"" },
        { "acme/history?cursor=x", 400, "\"cursor\"" },
        { "acme/history?user=u1", 400, "resource, type, actor" },
        { "acme/history?actor=a&actor=b", 400, "once" },
        { "acme/history?actor=%FF", 400, "UTF-8" },
        { "acme/Users/u1/history?resource=u2", 400, "actor, operation" },
        { "acme/Users/u9/history", 404, "\"u9\"" },
        { "acme/Groups/u1/history", 404, "no history" },
        { "acme/Robots/u1/history", 404, "/Users/{id}" },
    };

    (void) state;
    fill();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_admin(unit_printf("GET /tenants/%s", cases[i].query),
                            NULL);

        if (answer.status != cases[i].status
            || strstr(unit_get(&answer, "detail"), cases[i].detail) == NULL)
        {
            fail_msg("%s: %d %s", cases[i].query, answer.status, answer.text);
        }
    }

    /* a cursor goes with the query it came from */
    answer = unit_admin(HISTORY "?actor=ann&count=1", NULL);
    next = unit_get(&answer, "nextCursor");

    answer = unit_admin(unit_printf(HISTORY "?actor=ann&count=9&cursor=%s",
                                    next), NULL);
    assert_string_equal(unit_places(&answer, "entries"), "7 6 4");

    answer = unit_admin(unit_printf(HISTORY "?cursor=%s", next), NULL);
    assert_int_equal(answer.status, 400);
    assert_int_equal(answer.result->type, SCIM_INVALID_CURSOR);

    answer = unit_admin("POST /tenants/acme/history", "{}");
    assert_int_equal(answer.status, 405);
    assert_string_equal(answer.result->allow, "GET, HEAD");
}


/* All pages of a query, as places. */
static const char *
pages(const char *query, void (*between)(unsigned page))
{
    unsigned       page;
    const char    *all, *next;
    unit_answer_t  answer;

    all = "";
    next = "";

    for (page = 1; page < 100; page++) {
        answer = unit_admin(unit_printf(HISTORY "?%s&cursor=%s", query, next),
                            NULL);
        all = unit_printf("%s%s%s", all, (page == 1) ? "" : " | ",
                          unit_places(&answer, "entries"));
        next = unit_get(&answer, "nextCursor");

        if (strcmp(next, "(none)") == 0) {
            return all;
        }

        if (between != NULL) {
            between(page);
        }
    }

    fail_msg("%s: no end", query);

    return NULL;
}


static void
one_more(unsigned page)
{
    static unsigned  last = 20;

    (void) page;
    last++;
    unit_entry(&(unit_entry_t) { .place = last, .version = last });
}


static void
one_less(unsigned page)
{
    if (page == 1) {
        unit_entry_trim(1, "User", "u1");
        unit_entry_trim(2, "User", "u1");
        unit_entry_trim(5, "User", "u1");
    }
}


static void
pages_to_the_end(void **state)
{
    (void) state;

    unit_entries(1, 8);

    assert_string_equal(pages("count=8", NULL), "8 7 6 5 4 3 2 1");
    assert_string_equal(pages("count=4", NULL), "8 7 6 5 | 4 3 2 1");
    assert_string_equal(pages("count=3", NULL), "8 7 6 | 5 4 3 | 2 1");
    assert_string_equal(pages("count=3&resource=u1", NULL),
                        "8 7 6 | 5 4 3 | 2 1");
    assert_string_equal(pages("count=3&from=2023-11-14T22:13:20.003Z", NULL),
                        "8 7 6 | 5 4 3");

    assert_string_equal(pages("count=3", one_more), "8 7 6 | 5 4 3 | 2 1");
    assert_string_equal(pages("count=5&resource=u1", one_more),
                        "22 21 8 7 6 | 5 4 3 2 1");

    /* the entry that the cursor stands at is not needed */
    assert_string_equal(pages("count=6&to=2023-11-14T22:13:20.010Z&"
                              "resource=u1", NULL), "8 7 6 5 4 3 | 2 1");
    assert_string_equal(pages("count=4&to=2023-11-14T22:13:20.010Z&"
                              "resource=u1", one_less), "8 7 6 5 | 4 3");
    assert_string_equal(pages("count=4&to=2023-11-14T22:13:20.010Z", NULL),
                        "8 7 6 4 | 3");

    /* a place without an entry is passed over */
    (void) unit_redis_int("XDEL scim:{acme}:history 1700000000006-0");
    assert_string_equal(pages("count=4&to=2023-11-14T22:13:20.010Z&"
                              "resource=u1", NULL), "8 7 4 3");
}


/* Redis' commands since the reset that read the history, those of scripts
 * among them. */
static unsigned long
commands(void)
{
    size_t         i;
    const char    *at;
    redisReply    *reply;
    unsigned long  n;

    static const char *const  names[] = {
        "cmdstat_xrange:calls=", "cmdstat_xrevrange:calls=",
        "cmdstat_zrange:calls="
    };

    reply = redisCommand(unit_redis_connection(), "INFO commandstats");
    n = 0;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        at = strstr(reply->str, names[i]);
        n += (at == NULL) ? 0 : strtoul(at + strlen(names[i]), NULL, 10);
    }

    freeReplyObject(reply);

    return n;
}


static unsigned long
cost(const char *query, const char *places)
{
    unit_answer_t  answer;

    freeReplyObject(redisCommand(unit_redis_connection(), "CONFIG RESETSTAT"));
    answer = unit_admin(unit_printf(HISTORY "?%s", query), NULL);
    assert_string_equal(unit_places(&answer, "entries"), places);
    assert_int_equal(answer.trips, 1);

    return commands();
}


/* 10,500 entries of u1, and four of u2 near the beginning. */
static void
a_long_history(void **state)
{
    size_t         i;
    unsigned       n, trips;
    const char    *next;
    unsigned long  few[4];
    unit_answer_t  answer;

    static const struct {
        const char  *query;
        const char  *places[2];     /* of the short history and the long one */
    } cases[] = {
        { "count=2", { "100 99", "10500 10499" } },
        { "count=2&to=2023-11-14T22:13:20.050Z", { "50 49", "50 49" } },
        { "resource=u2", { "13 12 11 10", "13 12 11 10" } },
        { "count=2&resource=u1&to=2023-11-14T22:13:20.050Z",
          { "50 49", "50 49" } },
    };

    (void) state;

    unit_entries(1, 9);

    for (n = 10; n < 14; n++) {
        unit_entry(&(unit_entry_t) { .place = n, .id = "u2", .version = n });
    }

    unit_entries(14, 100);

    for (i = 0; i < 4; i++) {
        few[i] = cost(cases[i].query, cases[i].places[0]);
    }

    unit_entries(101, 10500);

    for (i = 0; i < 4; i++) {
        /* halving finds a place among 10,000 in fourteen steps */
        assert_in_range(cost(cases[i].query, cases[i].places[1]), 1,
                        few[i] + 7);
    }

    /* what is not found is not looked for without end */
    answer = unit_admin(HISTORY "?actor=nobody", NULL);
    assert_string_equal(unit_places(&answer, "entries"), "");
    assert_int_equal(answer.trips, 20);
    next = unit_get(&answer, "nextCursor");
    answer = unit_admin(unit_printf(HISTORY "?actor=nobody&cursor=%s", next),
                        NULL);
    assert_string_equal(answer.text, "{'entries':[]}");
    assert_true(answer.trips <= 2);

    /* a thousand at once, all of them in pages */
    for (n = 0, trips = 0, next = ""; strcmp(next, "(none)") != 0; ) {
        answer = unit_admin(unit_printf(HISTORY "?count=1000&cursor=%s",
                                        next), NULL);
        n += (unsigned) scim_json_get(answer.json,
                                      scim_str("entries"))->count;
        trips += answer.trips;
        next = unit_get(&answer, "nextCursor");
    }

    assert_int_equal(n, 10500);
    assert_in_range(trips, 21, 22);
}


/* Entries of 200 kB: three are more than a call reads, and six more than an
 * answer takes. */
static void
large_entries(void **state)
{
    size_t       len;
    unsigned     trips;
    scim_op_t   *op;
    const char  *at;

    (void) state;

    len = 200000;
    unit_history_large(30, len);

    op = scim_op_admin(unit_op_pool(), &unit_env, SCIM_GET,
                       scim_str("/tenants/acme/history"), scim_str_absent,
                       NULL);
    assert_int_equal(unit_op_drive(op, &trips), SCIM_OK);
    assert_int_equal(op->result.status, 200);
    assert_in_range(op->result.body.len, 6 * len, 6 * len + 2000);
    assert_int_equal(trips, 2);

    at = op->result.body.data + op->result.body.len - 100;
    assert_non_null(strstr(unit_printf("%.100s", at), "],\"nextCursor\":"));
}


static void
retention_by_age(void **state)
{
    unit_answer_t  answer;

    (void) state;

    unit_entries(1, 3);
    unit_entry(&(unit_entry_t) { .version = 4 });
    answer = unit_admin(HISTORY, NULL);
    assert_int_equal(scim_json_get(answer.json,
                                   scim_str("entries"))->count, 4);

    unit_conf.policy.history_age = 3600;
    answer = unit_admin(HISTORY, NULL);
    assert_int_equal(scim_json_get(answer.json,
                                   scim_str("entries"))->count, 1);
    answer = unit_admin(HISTORY "?resource=u1", NULL);
    assert_int_equal(scim_json_get(answer.json,
                                   scim_str("entries"))->count, 1);
    answer = unit_admin(HISTORY "?to=2024-01-01T00:00:00Z", NULL);
    assert_string_equal(answer.text, "{'entries':[]}");
}


/* A tenant that is switched off, a resource from before there was a history. */
static void
what_else_there_is(void **state)
{
    unit_answer_t  answer;

    (void) state;

    unit_entries(1, 1);
    (void) unit_redis_int("HSET scim:{acme}:tenant enabled 0");
    (void) unit_redis_int("HSET scim:{acme}:r:User:u5 doc {}");

    answer = unit_admin(HISTORY, NULL);
    assert_string_equal(unit_places(&answer, "entries"), "1");

    answer = unit_admin("GET /tenants/acme/Users/u5/history", NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.text, "{'entries':[]}");
}


static void
replies_of_a_wrong_shape(void **state)
{
    size_t         i;
    unit_answer_t  answer;

#define BULK(n, text)  "$" #n "\r\n" text "\r\n"
#define OK  BULK(2, "ok") ":1\r\n" BULK(0, "")

    static const char *const  replies[] = {
        "+OK\r\n",
        "*0\r\n",
        "*1\r\n:1\r\n",
        "*2\r\n" BULK(2, "ok") ":1\r\n",
        "*3\r\n" BULK(2, "ok") "+x\r\n" BULK(0, ""),
        "*3\r\n" BULK(2, "ok") ":1\r\n:2\r\n",
        "*4\r\n" OK ":1\r\n",
        "*4\r\n" OK "*1\r\n" BULK(3, "1-1"),
        "*4\r\n" OK "*2\r\n" BULK(1, "1") "*0\r\n",
        "*4\r\n" OK "*2\r\n" BULK(3, "1-1") ":1\r\n",
        "*4\r\n" OK "*2\r\n" BULK(3, "1-1") "*2\r\n:1\r\n:1\r\n",
        "*4\r\n" OK "*2\r\n" BULK(3, "1-1") "*0\r\n",
        "*4\r\n" OK "*2\r\n" BULK(3, "1-1") "*4\r\n" BULK(3, "ver")
        BULK(1, "1") BULK(2, "id") BULK(1, "x"),
        "*4\r\n" OK "*2\r\n" BULK(3, "1-1") "*6\r\n" BULK(3, "ver")
        BULK(1, "1") BULK(2, "id") BULK(1, "x") BULK(7, "changes")
        BULK(2, "{}"),
        "*4\r\n" OK "*2\r\n" BULK(3, "1-1") "*6\r\n" BULK(3, "ver")
        BULK(1, "x") BULK(2, "id") BULK(1, "x") BULK(7, "changes")
        BULK(2, "[]"),
        "*4\r\n" OK "*2\r\n" BULK(17, "999999999999999-1") "*6\r\n"
        BULK(3, "ver") BULK(1, "1") BULK(2, "id") BULK(1, "x")
        BULK(7, "changes") BULK(2, "[]"),
        "*4\r\n" OK "*2\r\n" BULK(3, "1-1") "*6\r\n" BULK(3, "ver")
        BULK(1, "1") BULK(2, "id") BULK(1, "x") BULK(7, "changes")
        BULK(3, "[,]"),
    };

    (void) state;

    for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        unit_op_say(replies[i]);
        answer = unit_admin(HISTORY "?attribute=x", NULL);

        if (answer.status != 503) {
            fail_msg("%zu: %d %s", i, answer.status, answer.text);
        }
    }
}


static scim_rc_t
search_once(void *data)
{
    scim_pool_t  *pool;

    pool = scim_pool_create(0);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool,
                            scim_op_admin(pool, &unit_env, SCIM_GET,
                                          scim_str("/tenants/acme/history"),
                                          scim_str_from(data), NULL),
                            200, 400);
}


static void
without_memory(void **state)
{
    unit_answer_t  answer;

    (void) state;

    fill();
    answer = unit_admin(HISTORY "?count=1&attribute=name", NULL);

    unit_fail_allocations(search_once, (void *) (uintptr_t)
        unit_printf("count=1&attribute=name&cursor=%s",
                    unit_get(&answer, "nextCursor")));
    unit_fail_allocations(search_once, (void *) (uintptr_t) "user=x");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(an_entry),
        TEST(conditions),
        TEST(what_is_refused),
        TEST(pages_to_the_end),
        TEST(a_long_history),
        TEST(large_entries),
        TEST(retention_by_age),
        TEST(what_else_there_is),
        TEST(replies_of_a_wrong_shape),
        TEST(without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
