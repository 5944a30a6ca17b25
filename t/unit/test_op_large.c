/*
 * Large changes of a group's members, staged in steps: what comes of them, and
 * what is left behind.
 */

#include "unit_large.h"
#include "unit_redis.h"


static bool
holds(const char *group, int user)
{
    return unit_redis_int("ZCOUNT scim:{acme}:members:%s 0 1", group) > 0
           && unit_redis_int("EVAL %s 0 %s u%05d",
                             "return redis.call('ZSCORE', "
                             "'scim:{acme}:members:' .. ARGV[1], ARGV[2]) "
                             "and 1 or 0", group, user) == 1;
}


/* What a request does to a group of the users 0 … 99 or 0 … 11999, all that
 * there were and their number after it. */
static void
changes_of_all_sizes(void **state)
{
    size_t         i;
    unsigned       twice;
    const char    *group, *members;
    unit_answer_t  answer;

    static const struct {
        const char *op;         /* "put", or of a PATCH */
        int         had;
        int         from;
        int         to;
        int         count;
        unsigned    trips;
    } cases[] = {
        { "add", 100, 100, 1100, 1100, 1 },
        { "add", 100, 50, 3000, 3000, 4 },
        { "add", 12000, 11000, 14000, 14000, 4 },
        { "add", 100, 50, 20050, 20050, 20 + 1 + 1 + 20 },
        { "add", 12000, 11000, 31000, 31000, 20 + 12 + 1 + 20 },
        { "remove", 12000, 0, 4000, 8000, 1 },
        { "remove", 12000, 100, 12100, 100, 12 + 12 + 1 + 12 },
        { "remove", 12000, 0, 12000, 0, 12 + 12 + 1 + 12 },
        { "replace", 12000, 10, 20, 10, 1 + 12 },
        { "replace", 12000, 0, 0, 0, 1 + 12 },
        { "replace", 100, 50, 20050, 20000, 20 + 1 + 1 },
        { "replace", 12000, 6000, 18000, 12000, 12 + 1 + 12 },
        { "put", 12000, 6000, 18000, 12000, 1 + 12 + 1 + 12 },
        { "put", 12000, 0, 1, 1, 1 + 1 + 12 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        group = large_group(0, cases[i].had);
        members = large_values(cases[i].from, cases[i].to);

        for (twice = 0; twice < 2; twice++) {
            answer = (strcmp(cases[i].op, "put") == 0)
                     ? large_put(group, members)
                     : large_patch(group, cases[i].op, members);

            if ((answer.status != 204 && answer.status != 200)
                || large_count(group) != cases[i].count
                || large_version(group) != 2
                || (cases[i].to != cases[i].from
                    && holds(group, cases[i].to - 1)
                       == (strcmp(cases[i].op, "remove") == 0))
                || unit_redis_int("PTTL scim:{acme}:members:%s", group) > 0
                || large_flaws() != 0)
            {
                fail_msg("%zu, %u: %d, %lld members, version %lld, %lld "
                         "flaws: %s", i, twice, answer.status,
                         large_count(group), large_version(group),
                         large_flaws(), answer.text);
            }

            if (twice == 0 && answer.trips != cases[i].trips) {
                fail_msg("%zu: %u trips", i, answer.trips);
            }
        }

        answer = unit_op(unit_printf("DELETE /Groups/%s", group), NULL);
        assert_int_equal(answer.status, 204);
        assert_int_equal(large_flaws(), 0);
    }
}


static void
a_large_group_is_created(void **state)
{
    const char         *id;
    unit_answer_t       answer;
    const scim_json_t  *members;

    (void) state;

    answer = unit_op("POST /Groups",
                     unit_fill("{'displayName':'g','members':[@M]}", "M",
                               large_values(0, 5000)));
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"1\"");
    members = scim_json_get(answer.json, scim_str("members"));
    assert_int_equal(members->count, 5000);
    assert_int_equal(large_flaws(), 0);

    id = unit_get(&answer, "id");
    answer = unit_op(unit_printf("DELETE /Groups/%s", id), NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(large_flaws(), 0);
}


static void
refusals_change_nothing(void **state)
{
    size_t         i;
    long long      keys;
    const char    *group, *members;
    unit_answer_t  answer;

    static const struct {
        const char *op;
        int         to;
    } cases[] = {
        { "add", 2999 }, { "add", 19999 }, { "replace", 2999 },
        { "replace", 1005 }, { "put", 19999 }, { "post", 4999 },
    };

    (void) state;

    group = large_group(0, 2000);
    keys = unit_redis_int("DBSIZE");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        members = large_values_and_stranger(1000, cases[i].to);

        if (strcmp(cases[i].op, "put") == 0) {
            answer = large_put(group, members);
        } else if (strcmp(cases[i].op, "post") == 0) {
            answer = large_post("h", members);
        } else {
            answer = large_patch(group, cases[i].op, members);
        }

        assert_int_equal(answer.status, 400);
        assert_non_null(strstr(unit_get(&answer, "detail"), "stranger"));
        assert_int_equal(large_count(group), 2000);
        assert_int_equal(large_version(group), 1);
        assert_int_equal(large_flaws(), 0);
        assert_int_equal(unit_redis_int("DBSIZE"), keys);
    }

    answer = large_post("G", large_values(0, 3000));
    assert_int_equal(answer.status, 409);
    answer = large_patch("nobody", "add", large_values(0, 3000));
    assert_int_equal(answer.status, 404);
    assert_int_equal(large_flaws(), 0);
    assert_int_equal(unit_redis_int("DBSIZE"), keys);
}


/* Redis talks nonsense at each trip: an error before the commit is decided,
 * nothing to mind when it is. */
static void
what_redis_says_is_checked(void **state)
{
    size_t          i;
    unsigned        at, trips;
    scim_op_t      *op;
    scim_rc_t       rc;
    redisReply     *reply;
    const char     *group;
    scim_request_t  request;

    static redisReply  replies[] = {
        { .type = REDIS_REPLY_NIL },
        { .type = REDIS_REPLY_INTEGER, .integer = 2 },
        { .type = REDIS_REPLY_ARRAY },
    };

    (void) state;

    group = large_group(0, 2);
    request = (scim_request_t) {
        .method = SCIM_PATCH, .target = SCIM_TARGET_RESOURCE,
        .type = unit_type("Group"), .id = scim_str_from(group),
        .body = unit_json(unit_op_pool(),
                          unit_fill("{'Operations':[{'op':'replace','path':"
                                    "'members','value':[@M]}]}", "M",
                                    large_values(1000, 2500)))
    };

    /* staged in two calls, committed, swept in one */
    for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        for (at = 1; at <= 4; at++) {
            op = scim_op_start(unit_op_pool(), &unit_env, &request);
            assert_non_null(op);
            trips = 0;

            for (rc = scim_op_run(op); rc == SCIM_AGAIN; ) {
                if (++trips == at) {
                    rc = scim_op_reply(op, &replies[i]);
                    continue;
                }

                reply = unit_command(&op->cmd);
                rc = scim_op_reply(op, reply);
                freeReplyObject(reply);
            }

            assert_int_equal(rc, SCIM_OK);
            assert_int_equal(op->result.status, (at < 4) ? 503 : 204);
            assert_int_equal(large_count(group), (at < 4) ? 2 : 1500);
        }

        assert_int_equal(large_patch(group, "replace",
                                     large_values(0, 2)).status, 204);
    }
}


static scim_rc_t
scarce(void *data)
{
    scim_pool_t  *pool;

    pool = scim_pool_create(0);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool, scim_op_start(pool, &unit_env, data),
                            200, 499);
}


static void
memory_may_run_short(void **state)
{
    size_t          i;
    const char     *group;
    scim_request_t  request;

    static const struct {
        const char *op;
        int         to;
    } cases[] = {
        { "add", 1001 }, { "add", 5001 }, { "replace", 1001 },
    };

    (void) state;

    group = large_group(2000, 2010);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        request = (scim_request_t) {
            .method = SCIM_PATCH, .target = SCIM_TARGET_RESOURCE,
            .type = unit_type("Group"), .id = scim_str_from(group),
            .body = unit_json(unit_op_pool(),
                              unit_fill("{'Operations':[{'op':'@O','path':"
                                        "'members','value':[@M]}]}", "OM",
                                        cases[i].op,
                                        large_values(0, cases[i].to)))
        };

        unit_fail_allocations(scarce, &request);
    }

    assert_int_equal(large_count(group), 1001);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, large_start, unit_op_end)
        TEST(changes_of_all_sizes),
        TEST(a_large_group_is_created),
        TEST(refusals_change_nothing),
        TEST(what_redis_says_is_checked),
        TEST(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
