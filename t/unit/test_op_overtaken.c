/*
 * Large changes of a group's members while others change the same things
 * between their steps.
 */

#include "unit_large.h"
#include "unit_redis.h"


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

    answer = large_patch(others.group, "add",
                         large_values(others.user, others.user + 2));
    assert_int_equal(answer.status, 204);
}


static void
others_remove(void)
{
    unit_answer_t  answer;

    answer = large_patch(others.group, "remove",
                         large_values(others.user, others.user + 2));
    assert_int_equal(answer.status, 204);
}


static void
others_merge(void)
{
    unit_answer_t  answer;

    answer = large_patch(others.group, "add", large_values(40000, 42000));
    assert_int_equal(answer.status, 204);
}


static void
others_lose(void)
{
    (void) unit_redis_int("EVAL %s 0",
                          "for _, key in ipairs(redis.call('KEYS', "
                          "'scim:{acme}:stage*')) do redis.call('DEL', key) "
                          "end return 1");
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
        others.group = large_group(0, 2000);
        between(cases[i].trip, cases[i].act, cases[i].user);

        answer = (strcmp(cases[i].op, "put") == 0)
                 ? large_put(others.group, large_values(1000, cases[i].to))
                 : large_patch(others.group, cases[i].op,
                               large_values(1000, cases[i].to));

        if (unit_op_hook != NULL || answer.status != cases[i].status
            || large_count(others.group) != cases[i].count
            || large_wrongs() != 0
            || (cases[i].trips != 0 && answer.trips != cases[i].trips)
            || unit_redis_int("EVAL %s 0", "return #redis.call('KEYS', "
                              "'scim:{acme}:stage*')") != 0)
        {
            fail_msg("%zu: %d in %u, %lld members: %s", i, answer.status,
                     answer.trips, large_count(others.group), answer.text);
        }

        answer = unit_op(unit_printf("DELETE /Groups/%s", others.group), NULL);
        assert_int_equal(answer.status, 204);
        large_users(others.user, others.user + 1);
    }
}


static void
before_any_trip(unsigned trip, int to, const char *op, void (*act)(void),
    int user, int less)
{
    int            count;
    long long      found;
    unit_answer_t  answer;

    others.group = large_group(0, 1500);
    between(trip, act, user);
    answer = large_patch(others.group, op, large_values(1000, to));
    found = large_count(others.group);
    count = (answer.status == 400) ? 1500 : (*op == 'a') ? to : to - 1000;

    if (large_wrongs() != 0
        || (answer.status != 204 && answer.status != 400)
        || (found != count && found != count - less))
    {
        fail_msg("%s to %d before %u: %d, %lld members, %lld wrong", op, to,
                 trip, answer.status, found, large_wrongs());
    }

    unit_op_hook = NULL;
    answer = unit_op(unit_printf("DELETE /Groups/%s", others.group), NULL);
    assert_int_equal(answer.status, 204);
    large_users(user, user + 1);
}


/* Whenever others come, no member is wrong, and all is done or nothing. */
static void
others_come_at_any_time(void **state)
{
    size_t    i, j;
    unsigned  trip;

    static const struct {
        const char *op;
        int         to;
        unsigned    trips;
    } changes[] = {
        { "add", 2500, 3 }, { "replace", 2500, 5 }, { "add", 5500, 12 },
    };

    static const struct {
        void      (*act)(void);
        int         user;
        int         less;       /* members, if it counts */
    } acts[] = {
        { others_delete, 2000, 1 },     /* to be one */
        { others_delete, 1200, 1 },     /* is one, and to be one */
        { others_delete, 10, 1 },       /* is one */
        { others_remove, 10, 2 },
        { others_remove, 2000, 2 },
        { others_add, 30000, -2 },
    };

    (void) state;

    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        for (j = 0; j < sizeof(acts) / sizeof(acts[0]); j++) {
            for (trip = 1; trip <= changes[i].trips; trip++) {
                before_any_trip(trip, changes[i].to, changes[i].op,
                                acts[j].act, acts[j].user, acts[j].less);
            }
        }
    }
}


static void
others_fill(void)
{
    (void) unit_redis_int("CONFIG SET maxmemory 100kb");
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

    others.group = large_group(0, 2000);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        between(cases[i].trip, others_fill, 0);
        answer = large_patch(others.group, cases[i].op,
                             large_values(1000, cases[i].to));
        (void) unit_redis_int("CONFIG SET maxmemory 0");

        assert_int_equal(answer.status, 507);
        assert_int_equal(large_count(others.group), 2000);
        assert_int_equal(large_version(others.group), 1);
        assert_int_equal(large_flaws(), 0);
    }

    answer = large_patch(others.group, "replace", large_values(1000, 4000));
    assert_int_equal(answer.status, 204);
    assert_int_equal(large_flaws(), 0);
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
                                              scim_str_absent, scim_str_absent,
                                              &cmds[0]),
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

    (void) unit_redis_int("EVAL %s 0",
                          "for _, key in ipairs(redis.call('KEYS', "
                          "'scim:{acme}:r:User:*')) do redis.call('DEL', key) "
                          "end return 1");
}


static void
a_stage_ends_with_its_tenant(void **state)
{
    unit_answer_t  answer;

    (void) state;

    between(4, others_end_the_tenant, 0);
    answer = large_post("g", large_values(0, 3000));
    assert_int_equal(answer.status, 400);
    assert_int_equal(large_flaws(), 0);
}


/* What was staged under other settings is cleared away, and staged anew. */
static void
others_change_a_setting(void)
{
    static unsigned  n;

    assert_int_equal(unit_admin("PATCH /tenants/acme",
                                unit_printf("{'settings':{'history':{'count':"
                                            "%u}}}", ++n + 1000)).status, 200);
}


static void
settings_change_at_any_time(void **state)
{
    unsigned       trip;
    unit_answer_t  answer;

    (void) state;

    for (trip = 1; trip <= 6; trip++) {
        others.group = large_group(0, 2000);
        between(trip, others_change_a_setting, 0);
        answer = large_patch(others.group, "add", large_values(1000, 5000));
        assert_int_equal(answer.status, 204);
        assert_int_equal(large_count(others.group), 5000);
        assert_int_equal(large_version(others.group), 2);
        assert_int_equal(large_flaws(), 0);
        assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s",
                                             others.group), NULL).status, 204);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, large_start, unit_op_end)
        TEST(others_come_in_between),
        TEST(others_come_at_any_time),
        TEST(a_full_store_changes_nothing),
        TEST(a_stage_ends_with_its_tenant),
        TEST(settings_change_at_any_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
