/*
 * The change feed over a real Redis: order, cursors, bounds, and readers whose
 * place is gone.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "op/scim_op_changes.h"
#include "store/scim_store_history.h"
#include "unit_history.h"
#include "unit_redis.h"
#include "unit_store.h"


static scim_changes_t  asked;

/* What the feed of the tenant answers to its client, who would wait. */
static unit_answer_t
follow(const char *after, const char *limit)
{
    asked = (scim_changes_t) { .wait = scim_str("50") };

    if (after != NULL) {
        asked.after = scim_str_from(after);
    }

    if (limit != NULL) {
        asked.limit = scim_str_from(limit);
    }

    return unit_op_run(scim_op_changes(unit_op_pool(), &unit_env, &asked));
}


static void
assert_waits(const unit_answer_t *answer, const char *tenant, size_t seconds,
    const char *tip)
{
    const scim_wait_t  *wait = answer->result->wait;

    assert_non_null(wait);
    assert_true(scim_str_eq(wait->tenant, scim_str_from(tenant)));
    assert_true(scim_str_eq(wait->tip, scim_str_from(tip)));
    assert_int_equal(wait->seconds, seconds);
}


static const char *
next_of(const unit_answer_t *answer)
{
    return unit_get(answer, "nextCursor");
}


static const char *
tip(void)
{
    redisReply        *reply;
    scim_str_t         id, copy;
    scim_error_t       err;
    scim_store_cmd_t   cmd;

    assert_int_equal(scim_store_tip(unit_op_pool(), scim_str("acme"), true,
                                    &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_tip_reply(reply, &id, &err), SCIM_OK);
    assert_int_equal(scim_str_dup(unit_op_pool(), id, &copy), SCIM_OK);
    freeReplyObject(reply);

    return copy.data;
}


static void
in_order_to_the_end(void **state)
{
    const char         *next;
    unit_answer_t       answer;
    const scim_json_t  *first;

    (void) state;

    answer = follow(NULL, NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_places(&answer, "changes"), "");
    assert_string_equal(unit_get(&answer, "more"), "false");
    assert_string_equal(tip(), "0-0");
    assert_waits(&answer, "acme", 50, "0-0");
    next = next_of(&answer);

    unit_entries(1, 5);

    /* whoever began before the first change sees it */
    answer = follow(next, "3");
    assert_string_equal(unit_places(&answer, "changes"), "1 2 3");
    assert_string_equal(unit_get(&answer, "more"), "true");
    assert_null(answer.result->wait);

    answer = follow(next_of(&answer), "3");
    assert_string_equal(unit_places(&answer, "changes"), "4 5");
    assert_string_equal(unit_get(&answer, "more"), "false");
    next = next_of(&answer);

    answer = follow(next, "3");
    assert_string_equal(unit_places(&answer, "changes"), "");
    assert_string_equal(next_of(&answer), next);
    assert_string_equal(tip(), "1700000000005-0");
    assert_waits(&answer, "acme", 50, "1700000000005-0");

    unit_entries(6, 6);
    answer = follow(next, "3");
    assert_string_equal(unit_places(&answer, "changes"), "6");
    assert_string_equal(tip(), "1700000000006-0");

    answer = follow("", "1000");
    assert_string_equal(unit_places(&answer, "changes"), "1 2 3 4 5 6");

    /* each change has its cursor, the last one that of the page */
    assert_non_null(strstr(answer.text,
                           unit_printf("'cursor':'%s'}],'nextCursor':",
                                       next_of(&answer))));

    first = scim_json_get(answer.json, scim_str("changes"))->first;
    next = unit_printf("%.*s", SCIM_FMT(scim_json_get_text(first,
                                            scim_str("cursor"))));
    answer = follow(next, NULL);
    assert_string_equal(unit_places(&answer, "changes"), "2 3 4 5 6");

    answer = unit_admin(unit_printf("GET /tenants/acme/changes?limit=2&"
                                    "after=%s", next), NULL);
    assert_string_equal(unit_places(&answer, "changes"), "2 3");
}


static void
from_now_on(void **state)
{
    const char     *next;
    unit_answer_t   answer;

    (void) state;

    unit_entries(1, 5);

    answer = follow("now", NULL);
    assert_string_equal(unit_places(&answer, "changes"), "");
    assert_null(answer.result->wait);
    next = next_of(&answer);

    answer = follow(next, NULL);
    assert_string_equal(unit_places(&answer, "changes"), "");
    assert_waits(&answer, "acme", 50, "1700000000005-0");

    unit_entries(6, 7);
    answer = follow(next, NULL);
    assert_string_equal(unit_places(&answer, "changes"), "6 7");
}


/* Who waits for what, at the admin API. */
static void
how_long(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char  *args;
        size_t       seconds;   /* 0: not at all */
        const char  *refused;
    } cases[] = {
        { "", 0, NULL },
        { "?wait=", 0, NULL },
        { "?wait=0", 0, NULL },
        { "?wait=1", 1, NULL },
        { "?limit=5&wait=0060", 60, NULL },
        { "?after=now&wait=60", 0, NULL },
        { "?wait=61", 0, "from 0 to 60" },
        { "?wait=18446744073709551617", 0, "from 0 to 60" },
        { "?wait=-1", 0, "from 0 to 60" },
        { "?wait=1.5", 0, "from 0 to 60" },
        { "?wait=soon", 0, "from 0 to 60" },
        { "?wait=1&wait=1", 0, "wait" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_admin(unit_printf("GET /tenants/acme/changes%s",
                                        cases[i].args), NULL);

        if (cases[i].refused != NULL) {
            assert_int_equal(answer.status, 400);
            assert_non_null(strstr(answer.text, cases[i].refused));
        } else {
            assert_int_equal(answer.status, 200);
        }

        if (cases[i].seconds != 0) {
            assert_waits(&answer, "acme", cases[i].seconds, "0-0");
        } else {
            assert_null(answer.result->wait);
        }
    }

    unit_entries(1, 1);
    answer = unit_admin("GET /tenants/acme/changes?wait=60", NULL);
    assert_null(answer.result->wait);
}


static void
assert_gone(const char *cursor, const char *why)
{
    unit_answer_t  answer;

    answer = follow(cursor, NULL);
    assert_int_equal(answer.status, 410);
    assert_non_null(strstr(answer.text, why));
    assert_non_null(strstr(answer.text, "after=now"));
}


static void
behind_retention(void **state)
{
    unsigned        i;
    const char     *next[6];
    unit_answer_t   answer;

    (void) state;

    answer = follow("now", NULL);
    next[0] = next_of(&answer);

    for (i = 1; i <= 5; i++) {
        unit_entries(i, i);
        answer = follow("now", NULL);
        next[i] = next_of(&answer);
    }

    unit_entry_trim(1, "User", "u1");
    unit_entry_trim(2, "User", "u1");

    assert_gone(next[0], "kept no longer");
    assert_gone(next[1], "kept no longer");

    /* who has seen the last one that is gone misses nothing */
    answer = follow(next[2], NULL);
    assert_string_equal(unit_places(&answer, "changes"), "3 4 5");
    answer = follow(NULL, NULL);
    assert_string_equal(unit_places(&answer, "changes"), "3 4 5");

    /* all are gone: only who is at the end is not behind */
    for (i = 3; i <= 5; i++) {
        unit_entry_trim(i, "User", "u1");
    }

    assert_gone(next[4], "kept no longer");
    answer = follow(next[5], NULL);
    assert_string_equal(unit_places(&answer, "changes"), "");
    answer = follow(NULL, NULL);
    assert_string_equal(next_of(&answer), next[5]);
}


static void
behind_the_age(void **state)
{
    const char     *old, *zero;
    unit_answer_t   answer;

    (void) state;

    answer = follow("now", NULL);
    zero = next_of(&answer);
    unit_entries(1, 1);
    answer = follow("now", NULL);
    old = next_of(&answer);
    unit_entry(&(unit_entry_t) { .version = 2 });

    unit_conf.policy.history_age = 3600;

    assert_gone(zero, "kept no longer");
    answer = follow(old, NULL);
    assert_int_equal(scim_json_get(answer.json,
                                   scim_str("changes"))->count, 1);
    answer = follow(NULL, NULL);
    assert_int_equal(scim_json_get(answer.json,
                                   scim_str("changes"))->count, 1);

    /* a tenant's own setting goes before: for good, and a day */
    (void) unit_redis_int("HSET scim:{acme}:tenant settings %s",
                          "{\"history\":{\"days\":0}}");
    answer = follow(zero, NULL);
    assert_int_equal(scim_json_get(answer.json,
                                   scim_str("changes"))->count, 2);

    unit_conf.policy.history_age = 0;
    (void) unit_redis_int("HSET scim:{acme}:tenant settings %s",
                          "{\"history\":{\"days\":1}}");
    assert_gone(zero, "kept no longer");
    answer = unit_admin("GET /tenants/acme/history", NULL);
    assert_int_equal(scim_json_get(answer.json,
                                   scim_str("entries"))->count, 1);

    (void) unit_redis_int("HSET scim:{acme}:tenant settings %s",
                          "{\"history\":{\"count\":1}}");
    answer = follow(zero, NULL);
    assert_int_equal(answer.status, 200);
}


/* A follower is told of each change that has no entry, and finds a place to go
 * on from at once. */
static void
while_the_history_is_off(void **state)
{
    size_t          i;
    const char     *next, *ann;
    unit_answer_t   answer;

    static const char *const  changes[] = {
        "POST /Users", "DELETE /Users/%s"
    };

    (void) state;

    ann = unit_user("ann");
    answer = follow("now", NULL);
    next = next_of(&answer);

    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        unit_conf.policy.history_off = true;
        answer = unit_op(unit_printf(changes[i], ann),
                         i == 0 ? "{'userName':'bob'}" : NULL);
        assert_true(answer.status < 300);
        assert_gone(next, "no entries");

        answer = follow("now", NULL);
        next = next_of(&answer);
        answer = follow(next, NULL);
        assert_string_equal(next_of(&answer), next);
        assert_waits(&answer, "acme", 50, tip());
    }

    /* what is not written leaves no gap */
    assert_int_equal(unit_op("POST /Users", "{'userName':'bob'}").status, 409);
    answer = follow(next, NULL);
    assert_int_equal(answer.status, 200);

    /* on again, and retention comes to what was before the gap */
    unit_conf.policy.history_off = false;
    unit_conf.policy.history_count = 1;
    usleep(2000);
    (void) unit_user("eve");

    answer = follow(next, NULL);
    assert_non_null(strstr(answer.text, "'new':'eve'"));
    assert_null(strstr(answer.text, "'new':'ann'"));
    answer = follow(NULL, NULL);
    assert_non_null(strstr(answer.text, "'new':'eve'"));
    assert_null(strstr(answer.text, "'new':'ann'"));
}


static void
lost_in_a_fail_over(void **state)
{
    const char     *two, *three;
    unit_answer_t   answer;

    (void) state;

    unit_entries(1, 2);
    answer = follow("now", NULL);
    two = next_of(&answer);
    unit_entries(3, 3);
    answer = follow("now", NULL);
    three = next_of(&answer);

    /* the new master has never seen the third */
    (void) unit_redis_int("DEL scim:{acme}:history");
    unit_entries(1, 2);
    assert_gone(three, "lost");
    assert_string_equal(tip(), "1700000000002-0");
    answer = follow(two, NULL);
    assert_string_equal(unit_places(&answer, "changes"), "");

    /* nor is it there when others have come since */
    unit_entries(4, 5);
    assert_gone(three, "lost");
    answer = follow(two, NULL);
    assert_string_equal(unit_places(&answer, "changes"), "4 5");

    (void) unit_redis_int("DEL scim:{acme}:history");
    assert_gone(two, "lost");
}


static void
another_tenant_of_that_name(void **state)
{
    const char     *next;
    unit_answer_t   answer;

    (void) state;

    unit_entries(1, 1);
    answer = follow("now", NULL);
    next = next_of(&answer);

    assert_int_equal(unit_admin("DELETE /tenants/acme", NULL).status, 204);
    assert_int_equal(follow(next, NULL).status, 404);
    assert_int_equal(unit_admin("POST /tenants", "{'name':'acme'}").status,
                     201);
    unit_entries(1, 3);

    assert_gone(next, "made anew");
}


static void
what_is_refused(void **state)
{
    size_t          i;
    const char     *next;
    unit_answer_t   answer;

    static const struct {
        const char  *after;
        const char  *limit;
        const char  *detail;
    } cases[] = {
        { "x", NULL, "after" },
        { "1700000000001-0", NULL, "after" },
        { "NOW", NULL, "after" },
        { NULL, "0", "limit" },
        { NULL, "", "limit" },
        { NULL, "ten", "limit" },
        { "now", "-1", "limit" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = follow(cases[i].after, cases[i].limit);
        assert_int_equal(answer.status, 400);
        assert_non_null(strstr(answer.text, cases[i].detail));
    }

    answer = follow("now", NULL);
    next = next_of(&answer);

    answer = unit_admin("GET /tenants/acme/changes?cursor=x", NULL);
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.text, "after, limit, wait"));
    answer = unit_admin("GET /tenants/nobody/changes", NULL);
    assert_int_equal(answer.status, 404);

    /* a cursor is its tenant's */
    assert_int_equal(unit_admin("POST /tenants", "{'name':'b'}").status, 201);
    answer = unit_admin(unit_printf("GET /tenants/b/changes?after=%s", next),
                        NULL);
    assert_int_equal(answer.status, 400);
    assert_int_equal(answer.result->type, SCIM_INVALID_CURSOR);

    /* switched off: for administrators only */
    (void) unit_redis_int("HSET scim:{acme}:tenant enabled 0");
    assert_int_equal(follow(next, NULL).status, 403);
    unit_env.admin = true;
    assert_int_equal(follow(next, NULL).status, 200);
    unit_env.admin = false;

    unit_env.tenant = scim_str("");
    assert_int_equal(follow(NULL, NULL).status, 403);
}


static void
many(void **state)
{
    unsigned        n, trips;
    const char     *next;
    unit_answer_t   answer;

    (void) state;

    unit_entries(1, 2500);

    for (n = 0, trips = 0, next = ""; ; next = next_of(&answer)) {
        answer = follow(next, "1000");
        n += (unsigned) scim_json_get(answer.json,
                                      scim_str("changes"))->count;
        trips += answer.trips;

        if (strcmp(unit_get(&answer, "more"), "false") == 0) {
            break;
        }
    }

    assert_int_equal(n, 2500);
    assert_int_equal(trips, 5);
}


/* Entries of 300 kB: two are more than a call reads, four more than an answer
 * takes. */
static void
large_entries(void **state)
{
    size_t      len;
    unsigned    trips;
    scim_op_t  *op;

    (void) state;

    len = 300000;
    unit_history_large(9, len);

    asked = (scim_changes_t) { .limit = scim_str_absent };
    op = scim_op_changes(unit_op_pool(), &unit_env, &asked);
    assert_int_equal(unit_op_drive(op, &trips), SCIM_OK);
    assert_int_equal(op->result.status, 200);
    assert_in_range(op->result.body.len, 4 * len, 4 * len + 2000);
    assert_int_equal(trips, 2);
}


static void
replies_of_a_wrong_shape(void **state)
{
    size_t         i;
    unit_answer_t  answer;

#define BULK(n, text)  "$" #n "\r\n" text "\r\n"

    static const char *const  replies[] = {
        "$2\r\nok\r\n",
        "*0\r\n",
        "*1\r\n" BULK(2, "ok"),
        "*1\r\n" BULK(6, "behind"),
        "*2\r\n" BULK(2, "ok") BULK(3, "1-1"),
        "*3\r\n" BULK(2, "ok") BULK(3, "1-1") ":1\r\n",
        "*4\r\n" BULK(2, "ok") BULK(3, "1-1") ":1\r\n+x\r\n",
        "*4\r\n" BULK(2, "ok") BULK(3, "1-x") ":1\r\n:0\r\n",
        "*4\r\n" BULK(2, "ok") BULK(3, "1-1") "+x\r\n:0\r\n",
        "*4\r\n" BULK(2, "no") BULK(3, "1-1") ":1\r\n:0\r\n",
        "*5\r\n" BULK(2, "ok") BULK(3, "1-1") ":1\r\n:0\r\n:7\r\n",
    };

    (void) state;

    for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        unit_op_say(replies[i]);
        answer = follow(NULL, NULL);

        if (answer.status != 503) {
            fail_msg("%zu: %d %s", i, answer.status, answer.text);
        }
    }
}


static void
tips(void **state)
{
    size_t             i;
    redisReply        *reply;
    scim_str_t         id;
    scim_error_t       err;
    scim_store_cmd_t   cmd;

    static const struct {
        const char  *reply;
        int          status;
    } cases[] = {
        { "*1\r\n" BULK(4, "none"), 404 },
        { "*1\r\n" BULK(3, "off"), 403 },
        { "*1\r\n" BULK(2, "ok"), 503 },
        { "*2\r\n" BULK(2, "ok") BULK(1, "1"), 503 },
        { "*2\r\n" BULK(2, "ok") ":1\r\n", 503 },
        { "-LOADING x\r\n", 503 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reply = unit_reply(cases[i].reply);
        assert_int_equal(scim_store_tip_reply(reply, &id, &err),
                         SCIM_REFUSED);
        assert_int_equal(err.status, cases[i].status);
        freeReplyObject(reply);
    }

    (void) unit_redis_int("HSET scim:{acme}:tenant enabled 0");
    assert_string_equal(tip(), "0-0");

    assert_int_equal(scim_store_tip(unit_op_pool(), scim_str("acme"), false,
                                    &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_tip_reply(reply, &id, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 403);
    freeReplyObject(reply);
}


static scim_rc_t
follow_once(void *data)
{
    unsigned      trips;
    scim_rc_t     rc;
    scim_op_t    *op;
    scim_pool_t  *pool;

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    asked = (scim_changes_t) { .after = scim_str_from(data) };
    op = scim_op_changes(pool, &unit_env, &asked);
    rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);

    if (rc == SCIM_OK) {
        op = scim_op_admin(pool, &unit_env, SCIM_GET,
                           scim_str("/tenants/acme/changes"),
                           scim_str("limit=1"), NULL);
        rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    unit_answer_t  answer;

    (void) state;

    unit_entries(1, 3);
    answer = follow(NULL, "1");
    unit_fail_allocations(follow_once, (void *) (uintptr_t) next_of(&answer));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(in_order_to_the_end),
        TEST(from_now_on),
        TEST(how_long),
        TEST(behind_retention),
        TEST(behind_the_age),
        TEST(while_the_history_is_off),
        TEST(lost_in_a_fail_over),
        TEST(another_tenant_of_that_name),
        TEST(what_is_refused),
        TEST(many),
        TEST(large_entries),
        TEST(replies_of_a_wrong_shape),
        TEST(tips),
        TEST(without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
