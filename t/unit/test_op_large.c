/*
 * Large changes of a group's members, staged in steps: whole operations,
 * others in between, and what is left behind.
 */

#include <stdlib.h>

#include "unit_op.h"
#include "unit_redis.h"


enum { USERS = 45000 };


/* Users u00000 … with no more than members need of them. */
static const char make_users[] =
    "for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do "
    "local id = string.format('u%05d', i) "
    "redis.call('HSET', 'scim:{acme}:r:User:' .. id, 'doc', '{}', 'ver', '1',"
    " 'mod', 'm', 'name', id) end return 1";

/* What does not hold in the tenant: hints that miss, hints that are stale, and
 * keys of changes under way. */
static const char count_flaws[] =
    "local p, flaws = 'scim:{acme}:', 0 "
    "for _, key in ipairs(redis.call('KEYS', p .. 'members:*')) do "
    "local group = string.sub(key, #p + 9) "
    "for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do "
    "if redis.call('SISMEMBER', p .. 'groups:' .. id, group) == 0 "
    "or redis.call('EXISTS', p .. 'r:User:' .. id) == 0 then "
    "flaws = flaws + 1 end end end "
    "for _, key in ipairs(redis.call('KEYS', p .. 'groups:*')) do "
    "local id = string.sub(key, #p + 8) "
    "for _, group in ipairs(redis.call('SMEMBERS', key)) do "
    "if not redis.call('ZSCORE', p .. 'members:' .. group, id) then "
    "flaws = flaws + 1 end end end "
    "for _, name in ipairs({'stage', 'fixed', 'trash'}) do "
    "flaws = flaws + #redis.call('KEYS', p .. name .. '*') end "
    "return flaws";


static long long
redis_int(const char *format, ...)
{
    va_list      args;
    long long    n;
    redisReply  *reply;

    va_start(args, format);
    reply = redisvCommand(unit_redis_connection(), format, args);
    va_end(args);

    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_ERROR) {
        fail_msg("%s: %s", format, reply->str);
    }
    n = reply->integer;
    freeReplyObject(reply);

    return n;
}


static long long
flaws(void)
{
    return redis_int("EVAL %s 0", count_flaws);
}


static int
start(void **state)
{
    int  rc;

    rc = unit_op_start(state);
    (void) redis_int("EVAL %s 0 0 %d", make_users, USERS - 1);

    return rc;
}


/* "{'value':'u00005'},…" */
static const char *
values(int from, int to)
{
    int         i;
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, unit_op_pool(), (size_t) (to - from + 1) * 20);

    for (i = from; i < to; i++) {
        if (i != from) {
            scim_buf_char(&buf, ',');
        }

        scim_buf_str(&buf, scim_str_from(unit_printf("{'value':'u%05d'}", i)));
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return text.data;
}


/* The same with one that does not exist at the end. */
static const char *
values_and_stranger(int from, int to)
{
    return unit_fill("@V,{'value':'stranger'}", "V", values(from, to));
}


static unit_answer_t
change(const char *group, const char *op, const char *members)
{
    return unit_op(unit_printf("PATCH /Groups/%s", group),
                   unit_fill("{'Operations':[{'op':'@O','path':'members',"
                             "'value':[@M]}]}", "OM", op, members));
}


static unit_answer_t
put(const char *group, const char *members)
{
    return unit_op(unit_printf("PUT /Groups/%s?excludedAttributes=members",
                               group),
                   unit_fill("{'displayName':'g','members':[@M]}", "M",
                             members));
}


static unit_answer_t
post(const char *name, const char *members)
{
    return unit_op("POST /Groups?excludedAttributes=members",
                   unit_fill("{'displayName':'@N','members':[@M]}", "NM",
                             name, members));
}


/* A group of the users from … to - 1. */
static const char *
group_of(int from, int to)
{
    unit_answer_t  answer;

    answer = post("g", values(from, to));
    assert_int_equal(answer.status, 201);

    return unit_get(&answer, "id");
}


static long long
count(const char *group)
{
    return redis_int("ZCARD scim:{acme}:members:%s", group);
}


static bool
holds(const char *group, int user)
{
    return redis_int("ZCOUNT scim:{acme}:members:%s 0 1", group) > 0
           && redis_int("EVAL %s 0 %s u%05d",
                        "return redis.call('ZSCORE', 'scim:{acme}:members:' "
                        ".. ARGV[1], ARGV[2]) and 1 or 0", group, user) == 1;
}


static long long
version(const char *group)
{
    return redis_int("HINCRBY scim:{acme}:r:Group:%s ver 0", group);
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
        group = group_of(0, cases[i].had);
        members = values(cases[i].from, cases[i].to);

        for (twice = 0; twice < 2; twice++) {
            answer = (strcmp(cases[i].op, "put") == 0)
                     ? put(group, members)
                     : change(group, cases[i].op, members);

            if ((answer.status != 204 && answer.status != 200)
                || count(group) != cases[i].count || version(group) != 2
                || (cases[i].to != cases[i].from
                    && holds(group, cases[i].to - 1)
                       == (strcmp(cases[i].op, "remove") == 0))
                || redis_int("PTTL scim:{acme}:members:%s", group) > 0
                || flaws() != 0)
            {
                fail_msg("%zu, %u: %d, %lld members, version %lld, %lld "
                         "flaws: %s", i, twice, answer.status, count(group),
                         version(group), flaws(), answer.text);
            }

            if (twice == 0 && answer.trips != cases[i].trips) {
                fail_msg("%zu: %u trips", i, answer.trips);
            }
        }

        answer = unit_op(unit_printf("DELETE /Groups/%s", group), NULL);
        assert_int_equal(answer.status, 204);
        assert_int_equal(flaws(), 0);
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
                               values(0, 5000)));
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"1\"");
    members = scim_json_get(answer.json, scim_str("members"));
    assert_int_equal(members->count, 5000);
    assert_int_equal(flaws(), 0);

    id = unit_get(&answer, "id");
    answer = unit_op(unit_printf("DELETE /Groups/%s", id), NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(flaws(), 0);
}


static void
refusals_change_nothing(void **state)
{
    size_t         i;
    long long      keys;
    const char    *group;
    unit_answer_t  answer;

    static const struct {
        const char *op;
        int         to;
    } cases[] = {
        { "add", 2999 }, { "add", 19999 }, { "replace", 2999 },
        { "replace", 1005 }, { "put", 19999 }, { "post", 4999 },
    };

    (void) state;

    group = group_of(0, 2000);
    keys = redis_int("DBSIZE");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(cases[i].op, "put") == 0) {
            answer = put(group, values_and_stranger(1000, cases[i].to));
        } else if (strcmp(cases[i].op, "post") == 0) {
            answer = post("h", values_and_stranger(1000, cases[i].to));
        } else {
            answer = change(group, cases[i].op,
                            values_and_stranger(1000, cases[i].to));
        }

        assert_int_equal(answer.status, 400);
        assert_non_null(strstr(unit_get(&answer, "detail"), "stranger"));
        assert_int_equal(count(group), 2000);
        assert_int_equal(version(group), 1);
        assert_int_equal(flaws(), 0);
        assert_int_equal(redis_int("DBSIZE"), keys);
    }

    answer = post("G", values(0, 3000));
    assert_int_equal(answer.status, 409);
    answer = change("nobody", "add", values(0, 3000));
    assert_int_equal(answer.status, 404);
    assert_int_equal(flaws(), 0);
    assert_int_equal(redis_int("DBSIZE"), keys);
}


/* What others do, once, before the trip of a number. */
static struct {
    unsigned     trip;
    void       (*act)(void);
    const char  *group;
    int          user;
} others;


static void
others_in_between(unsigned trip)
{
    if (trip == others.trip) {
        unit_op_hook = NULL;
        others.act();
    }
}


static void
between(unsigned trip, void (*act)(void), int user)
{
    others.trip = trip;
    others.act = act;
    others.user = user;
    unit_op_hook = others_in_between;
}


static void
others_delete(void)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("DELETE /Users/u%05d", others.user), NULL);
    assert_int_equal(answer.status, 204);
}


static void
others_add(void)
{
    unit_answer_t  answer;

    answer = change(others.group, "add",
                    values(others.user, others.user + 2));
    assert_int_equal(answer.status, 204);
}


static void
others_remove(void)
{
    unit_answer_t  answer;

    answer = change(others.group, "remove",
                    values(others.user, others.user + 2));
    assert_int_equal(answer.status, 204);
}


static void
others_merge(void)
{
    unit_answer_t  answer;

    answer = change(others.group, "add", values(40000, 42000));
    assert_int_equal(answer.status, 204);
}


static void
others_lose(void)
{
    (void) redis_int("EVAL %s 0",
                     "for _, key in ipairs(redis.call('KEYS', "
                     "'scim:{acme}:stage*')) do redis.call('DEL', key) end "
                     "return 1");
}


/* The last trips before a commit see others change the same group. */
static void
others_come_in_between(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *op;
        int         to;         /* 1000 … to - 1; the group has 0 … 1999 */
        unsigned    trip;
        void      (*act)(void);
        int         user;
        int         status;
        int         count;
        unsigned    trips;
    } cases[] = {
        /* merged: 3 calls to stage, 4 to commit */
        { "add", 4000, 4, others_delete, 3500, 400, 2000, 0 },
        { "add", 4000, 4, others_delete, 500, 204, 3999, 4 },
        { "add", 4000, 4, others_add, 30000, 204, 4002, 4 },
        { "add", 4000, 4, others_remove, 10, 204, 3998, 4 },
        { "add", 4000, 4, others_remove, 1500, 204, 4000, 4 },
        { "add", 4000, 4, others_lose, 0, 204, 4000, 8 },
        /* all: 3 calls, 4 to commit, one to sweep until done */
        { "replace", 4000, 4, others_delete, 3500, 400, 2000, 0 },
        { "replace", 4000, 4, others_delete, 500, 204, 3000, 0 },
        { "replace", 4000, 4, others_add, 30000, 204, 3000, 0 },
        { "replace", 4000, 4, others_remove, 1500, 204, 3000, 0 },
        { "replace", 4000, 4, others_lose, 0, 204, 3000, 0 },
        /* a copy: 6 calls, 7 and 8 to take, 9 to commit */
        { "add", 7000, 9, others_delete, 6500, 400, 2000, 0 },
        { "add", 7000, 9, others_delete, 500, 204, 6999, 0 },
        { "add", 7000, 9, others_add, 30000, 204, 7002, 0 },
        { "add", 7000, 8, others_add, 30000, 204, 7002, 0 },
        { "add", 7000, 2, others_add, 6500, 204, 7000, 0 },
        { "add", 7000, 9, others_remove, 10, 204, 6998, 0 },
        { "add", 7000, 8, others_remove, 10, 204, 6998, 0 },
        { "add", 7000, 9, others_remove, 1500, 204, 7000, 0 },
        { "add", 7000, 9, others_merge, 0, 204, 9000, 0 },
        { "add", 7000, 9, others_lose, 0, 204, 7000, 0 },
        { "remove", 7000, 9, others_add, 6500, 204, 1000, 0 },
        { "remove", 7000, 2, others_add, 6500, 204, 1000, 0 },
        { "remove", 7000, 9, others_add, 30000, 204, 1002, 0 },
        { "remove", 7000, 9, others_remove, 10, 204, 998, 0 },
        { "remove", 7000, 9, others_merge, 0, 204, 3000, 0 },
        /* a read, 3 calls, 5 to commit */
        { "put", 4000, 5, others_delete, 3500, 400, 2000, 0 },
        { "put", 4000, 5, others_add, 30000, 200, 3000, 0 },
        { "put", 4000, 5, others_remove, 1500, 200, 3000,
          1 + 3 + 1 + 1 + 1 + 2 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        others.group = group_of(0, 2000);
        between(cases[i].trip, cases[i].act, cases[i].user);

        answer = (strcmp(cases[i].op, "put") == 0)
                 ? put(others.group, values(1000, cases[i].to))
                 : change(others.group, cases[i].op,
                          values(1000, cases[i].to));

        if (unit_op_hook != NULL || answer.status != cases[i].status
            || count(others.group) != cases[i].count
            || (cases[i].trips != 0 && answer.trips != cases[i].trips)
            || redis_int("EVAL %s 0", "return #redis.call('KEYS', "
                         "'scim:{acme}:stage*')") != 0)
        {
            fail_msg("%zu: %d in %u, %lld members: %s", i, answer.status,
                     answer.trips, count(others.group), answer.text);
        }

        answer = unit_op(unit_printf("DELETE /Groups/%s", others.group), NULL);
        assert_int_equal(answer.status, 204);
        (void) redis_int("EVAL %s 0 0 %d", make_users, USERS - 1);
    }
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

    group = group_of(0, 2);
    request = (scim_request_t) {
        .method = SCIM_PATCH, .target = SCIM_TARGET_RESOURCE,
        .type = unit_type("Group"), .id = scim_str_from(group),
        .body = unit_json(unit_op_pool(),
                          unit_fill("{'Operations':[{'op':'replace','path':"
                                    "'members','value':[@M]}]}", "M",
                                    values(1000, 2500)))
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
            assert_int_equal(count(group), (at < 4) ? 2 : 1500);
        }

        assert_int_equal(change(group, "replace", values(0, 2)).status, 204);
    }
}


static void
others_fill(void)
{
    (void) redis_int("CONFIG SET maxmemory 100kb");
}


/* Staging stops in the middle; clearing away goes on. */
static void
a_full_store_changes_nothing(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *op;
        int         to;
        unsigned    trip;
    } cases[] = {
        { "add", 4000, 2 }, { "add", 4000, 4 }, { "add", 8000, 9 },
        { "replace", 4000, 3 }, { "replace", 4000, 1 },
    };

    (void) state;

    others.group = group_of(0, 2000);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        between(cases[i].trip, others_fill, 0);
        answer = change(others.group, cases[i].op, values(1000, cases[i].to));
        (void) redis_int("CONFIG SET maxmemory 0");

        assert_int_equal(answer.status, 507);
        assert_int_equal(count(others.group), 2000);
        assert_int_equal(version(others.group), 1);
        assert_int_equal(flaws(), 0);
    }

    answer = change(others.group, "replace", values(1000, 4000));
    assert_int_equal(answer.status, 204);
    assert_int_equal(flaws(), 0);
}


/* The tenant's end, and a new one of its name: what was staged for the old one
 * names nobody. */
static void
others_end_the_tenant(void)
{
    unsigned          i;
    redisReply       *reply;
    scim_store_cmd_t  cmds[3];
    scim_str_t        name = unit_env.tenant;

    assert_int_equal(scim_store_tenant_update(unit_op_pool(), name, 0,
                                              scim_str_absent, &cmds[0]),
                     SCIM_OK);
    assert_int_equal(scim_store_tenant_sweep(unit_op_pool(), name, 100000,
                                             &cmds[1]), SCIM_OK);
    assert_int_equal(scim_store_tenant_create(unit_op_pool(), name, 1,
                                              &cmds[2]), SCIM_OK);

    for (i = 0; i < 3; i++) {
        reply = unit_command(&cmds[i]);
        assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
        freeReplyObject(reply);
    }

    (void) redis_int("EVAL %s 0",
                     "for _, key in ipairs(redis.call('KEYS', "
                     "'scim:{acme}:r:User:*')) do redis.call('DEL', key) end "
                     "return 1");
}


static void
a_stage_ends_with_its_tenant(void **state)
{
    unit_answer_t  answer;

    (void) state;

    between(4, others_end_the_tenant, 0);
    answer = post("g", values(0, 3000));
    assert_int_equal(answer.status, 400);
    assert_int_equal(flaws(), 0);
}


static scim_rc_t
scarce(void *data)
{
    scim_op_t    *op;
    scim_rc_t     rc;
    redisReply   *reply;
    scim_pool_t  *pool;

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    op = scim_op_start(pool, &unit_env, data);
    rc = (op == NULL) ? SCIM_NOMEM : scim_op_run(op);

    while (rc == SCIM_AGAIN) {
        reply = unit_command(&op->cmd);
        assert_non_null(reply);
        rc = scim_op_reply(op, reply);
        freeReplyObject(reply);
    }

    assert_true(rc == SCIM_NOMEM || op->result.status < 500);
    scim_pool_destroy(pool);

    return rc;
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

    group = group_of(2000, 2010);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        request = (scim_request_t) {
            .method = SCIM_PATCH, .target = SCIM_TARGET_RESOURCE,
            .type = unit_type("Group"), .id = scim_str_from(group),
            .body = unit_json(unit_op_pool(),
                              unit_fill("{'Operations':[{'op':'@O','path':"
                                        "'members','value':[@M]}]}", "OM",
                                        cases[i].op, values(0, cases[i].to)))
        };

        unit_fail_allocations(scarce, &request);
    }

    assert_int_equal(count(group), 1001);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, start, unit_op_end)
        TEST(changes_of_all_sizes),
        TEST(a_large_group_is_created),
        TEST(refusals_change_nothing),
        TEST(others_come_in_between),
        TEST(what_redis_says_is_checked),
        TEST(a_full_store_changes_nothing),
        TEST(a_stage_ends_with_its_tenant),
        TEST(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
