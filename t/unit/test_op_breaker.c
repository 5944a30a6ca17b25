/*
 * The breaker: how many users may be deleted or deactivated, what is held then,
 * and what goes on.
 */

#include "unit_op.h"
#include "unit_store.h"


static const char *
path_of(const char *id)
{
    return unit_printf("/Users/%s", id);
}


static int
set_active(const char *id, const char *active)
{
    return unit_op(unit_printf("PATCH %s", path_of(id)),
                   unit_printf("{'Operations':[{'op':'Replace',"
                               "'path':'active','value':%s}]}",
                               active)).status;
}


static int
delete(const char *id)
{
    return unit_op(unit_printf("DELETE %s", path_of(id)), NULL).status;
}


static const char *
user(int n)
{
    return unit_user(unit_printf("u%d", n));
}


static const char *
record(void)
{
    const char     *breaker;
    unit_answer_t   answer;

    answer = unit_admin("GET /tenants/acme", NULL);
    assert_int_equal(answer.status, 200);
    breaker = strstr(answer.text, "'breaker'");

    return breaker == NULL ? "none" : breaker;
}


static void
what_is_too_much_is_held(void **state)
{
    int             i;
    const char     *ids[6], *group;
    unit_answer_t   answer;

    (void) state;

    for (i = 0; i < 6; i++) {
        ids[i] = user(i);
    }

    group = unit_group("g", ids[3]);
    unit_conf.policy.breaker_count = 3;

    assert_string_equal(record(), "none");
    assert_int_equal(set_active(ids[0], "false"), 200);
    assert_int_equal(delete(ids[1]), 204);
    answer = unit_op(unit_printf("PUT %s", path_of(ids[2])),
                     "{'userName':'u2','active':false}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(record(), "'breaker':{'recent':3}}");

    /* and with it all further ones, while nothing else is */
    answer = unit_op(unit_printf("DELETE %s", path_of(ids[3])), NULL);
    assert_int_equal(answer.status, 503);
    assert_int_equal(answer.result->retry_after, 3600);
    assert_non_null(strstr(answer.text, "breaker"));
    assert_int_equal(unit_op(unit_printf("GET %s", path_of(ids[3])),
                             NULL).status, 200);
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:members:%s", group),
                     1);
    assert_non_null(strstr(record(), "'recent':3,'tripped':'20"));
    assert_int_equal(set_active(ids[3], "'False'"), 503);
    (void) user(7);
    assert_int_equal(set_active(ids[0], "true"), 200);
    assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", group),
                             NULL).status, 204);
    assert_int_equal(unit_op("DELETE /Users/none", NULL).status, 404);

    /* a tenant that asks for no breaker any more has none */
    unit_conf.policy.breaker_count = 0;
    assert_int_equal(delete(ids[3]), 204);
    unit_conf.policy.breaker_count = 3;
    assert_int_equal(delete(ids[4]), 503);

    answer = unit_admin("POST /tenants/acme/breaker/release", NULL);
    assert_int_equal(answer.status, 204);
    assert_string_equal(record(), "none");
    assert_int_equal(delete(ids[4]), 204);
    assert_string_equal(record(), "'breaker':{'recent':1}}");
}


static void
who_counts(void **state)
{
    const char  *ann, *bob;

    (void) state;

    unit_conf.policy.breaker_count = 100;
    ann = user(1);
    bob = user(2);

    /* nobody is deprovisioned */
    assert_int_equal(unit_op("POST /Users", "{'userName':'off',"
                             "'active':false}").status, 201);
    assert_int_equal(set_active(ann, "true"), 200);
    assert_int_equal(unit_op("DELETE /Users/none", NULL).status, 404);
    assert_int_equal(unit_op_if(unit_printf("DELETE %s", path_of(ann)),
                                "W/\"7\"", NULL).status, 412);
    assert_string_equal(record(), "none");

    /* once each, whatever is done to one */
    assert_int_equal(set_active(ann, "false"), 200);
    assert_int_equal(set_active(ann, "true"), 200);
    assert_int_equal(set_active(ann, "false"), 200);
    assert_int_equal(delete(ann), 204);
    assert_string_equal(record(), "'breaker':{'recent':1}}");
    unit_conf.policy.breaker_count = 1;
    assert_int_equal(delete(bob), 503);

    /* an administrator neither counts nor is held */
    unit_env.admin = true;
    assert_int_equal(set_active(bob, "false"), 200);
    assert_int_equal(delete(bob), 204);
    assert_non_null(strstr(record(), "'recent':1,"));
}


/* So many of so many users. */
static void
the_limit(void **state)
{
    size_t       i;
    uint64_t     n;
    const char  *id;

    static const struct {
        uint64_t count;
        uint64_t percent;
        int      users;
        uint64_t limit;
    } cases[] = {
        { 1, 0, 100, 1 },
        { 0, 10, 100, 9 },      /* 10 % of those that are left */
        { 0, 1, 100, 5 },
        { 0, 50, 6, 5 },
        { 7, 10, 100, 7 },
        { 20, 10, 100, 9 },
        { 2, 1, 100, 2 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) unit_op_end(state);
        (void) unit_op_start(state);

        (void) unit_redis_int("EVAL %s 0 %d",
            "for i = 1, tonumber(ARGV[1]) do redis.call('ZADD', "
            "'scim:{acme}:order:User', i, 'x' .. i) end return 1",
            cases[i].users);
        unit_conf.policy.breaker_count = cases[i].count;
        unit_conf.policy.breaker_percent = cases[i].percent;

        for (n = 0; n < 20; n++) {
            id = user((int) n);
            (void) unit_redis_int("ZREM scim:{acme}:order:User x%d",
                                  (int) n + 1);
            if (delete(id) != 204) {
                break;
            }
        }

        if (n != cases[i].limit) {
            fail_msg("%zu: %d let through", i, (int) n);
        }
    }
}


/* Those of long ago count no longer, and go. */
static void
the_window_moves(void **state)
{
    int  i;

    (void) state;

    unit_conf.policy.breaker_count = 2;
    unit_conf.policy.breaker_window = 60;

    assert_int_equal(delete(user(0)), 204);
    assert_int_equal(unit_redis_int("EVAL %s 0",
        "local s = redis.call('ZRANGE', 'scim:{acme}:breaker', 0, 0, "
        "'WITHSCORES')[2] local t = redis.call('TIME')[1] "
        "return s / 1000 - t > 55 and s / 1000 - t < 65 and 1 or 0"), 1);

    for (i = 1; i < 10; i++) {
        (void) unit_redis_int("ZADD scim:{acme}:breaker %d old%d", i, i);
    }

    assert_string_equal(record(), "'breaker':{'recent':1}}");
    assert_int_equal(delete(user(1)), 204);
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:breaker"), 3);
    assert_int_equal(delete(user(2)), 503);

    /* waiting does not release it */
    (void) unit_redis_int("DEL scim:{acme}:breaker");
    assert_int_equal(delete(user(3)), 503);
}


static void
a_bulk_is_held_from_there_on(void **state)
{
    int             i, done, held;
    const char     *items = "";
    unit_answer_t   answer;

    (void) state;

    unit_conf.policy.breaker_count = 2;

    for (i = 0; i < 5; i++) {
        items = unit_printf("%s%s{'method':'DELETE','path':'%s'}", items,
                            i == 0 ? "" : ",", path_of(user(i)));
    }

    answer = unit_op("POST /Bulk",
                     unit_printf("{'Operations':[%s]}", items));
    assert_int_equal(answer.status, 200);

    for (done = 0, items = answer.text;
         (items = strstr(items, "'status':'204'")) != NULL; done++, items++) {
        /* counts */
    }

    for (held = 0, items = answer.text;
         (items = strstr(items, "'status':'503'")) != NULL; held++, items++) {
        /* counts; also in the error itself */
    }

    assert_int_equal(done, 2);
    assert_int_equal(held, 6);
}


static void
releasing(void **state)
{
    size_t  i;

    static const struct {
        const char *request;
        int         status;
    } cases[] = {
        { "POST /tenants/acme/breaker/release", 204 },
        { "POST /tenants/none/breaker/release", 404 },
        { "GET /tenants/acme/breaker/release", 405 },
        { "POST /tenants/acme/breaker", 404 },
        { "POST /tenants/acme/breaker/trip", 404 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (unit_admin(cases[i].request, NULL).status != cases[i].status) {
            fail_msg("%s", cases[i].request);
        }
    }
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, unit_op_start, unit_op_end)
    const struct CMUnitTest tests[] = {
        test(what_is_too_much_is_held),
        test(who_counts),
        test(the_limit),
        test(the_window_moves),
        test(a_bulk_is_held_from_there_on),
        test(releasing),
    };

    return cmocka_run_group_tests_name("op breaker", tests, NULL, NULL);
}
