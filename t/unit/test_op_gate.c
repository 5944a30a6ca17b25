/*
 * The gate over a real Redis: who is let in, and what the others are told.
 */

#include "unit_op.h"
#include "unit_redis.h"


static scim_gate_t  gate;


static unit_answer_t
check(const char *token)
{
    gate = (scim_gate_t) { .token = scim_str_from(token) };

    return unit_op_run(scim_op_gate(unit_op_pool(), &unit_env, &gate));
}


/* A token of the tenant. */
static const char *
make(const char *tenant, const char *body)
{
    unit_answer_t  answer;

    answer = unit_admin(unit_printf("POST /tenants/%s/tokens", tenant), body);
    assert_int_equal(answer.status, 201);

    return unit_get(&answer, "token");
}


static void
a_token_opens(void **state)
{
    const char    *token;
    unit_answer_t  answer;

    (void) state;

    token = make("acme", "{'name':'Entra','scope':'read'}");

    answer = check(token);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 3);
    assert_int_equal(answer.result->body.len, 0);
    assert_true(scim_str_eq(gate.found.tenant, scim_str("acme")));
    assert_true(scim_str_eq(gate.found.scope, scim_str("read")));
    assert_true(scim_str_eq(gate.found.name, scim_str("Entra")));
    assert_int_equal(gate.found.id.len, 16);
    assert_true(gate.enabled);
    assert_int_equal(gate.touched, unit_env.now);

    /* the use is noted once a minute */
    unit_env.now += 59999;
    answer = check(token);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 2);
    assert_int_equal(gate.touched, 0);

    unit_env.now += 1;
    answer = check(token);
    assert_int_equal(answer.trips, 3);
    assert_int_equal(gate.touched, unit_env.now);
}


static void
others_are_told_why(void **state)
{
    size_t         i;
    char           cut[SCIM_TOKEN_LEN + 1], unknown[SCIM_TOKEN_LEN + 1];
    uint8_t        bytes[32] = { 1 };
    const char    *token;
    unit_answer_t  answer;

    (void) state;

    token = make("acme", "{}");
    (void) strcpy(cut, token);
    cut[SCIM_TOKEN_LEN - 1] = '\0';
    scim_token_format(bytes, unknown);

    {
        const struct {
            const char *token;
            unsigned    trips;
            const char *detail;
        } cases[] = {
            { "", 0, "carries no token" },
            { cut, 0, "pasted whole" },
            { "Bearer x", 0, "pasted whole" },
            { "scim_", 0, "pasted whole" },
            { unknown, 1, "unknown or was revoked" },
        };

        for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            answer = check(cases[i].token);

            if (answer.status != 401 || answer.trips != cases[i].trips
                || strstr(unit_get(&answer, "detail"), cases[i].detail)
                   == NULL)
            {
                fail_msg("%s: %d in %u: %s", cases[i].token, answer.status,
                         answer.trips, answer.text);
            }

            assert_string_equal(unit_get(&answer, "status"), "401");
            assert_string_equal(unit_get(&answer, "schemas"),
                                "['urn:ietf:params:scim:api:messages:2.0:"
                                "Error']");
        }
    }
}


static void
a_token_expires(void **state)
{
    const char    *token;
    unit_answer_t  answer;

    (void) state;

    token = make("acme", "{'name':'old','expires':'2023-11-14T22:14:00Z'}");
    assert_int_equal(check(token).status, 200);

    unit_env.now = 1700000040000;
    answer = check(token);
    assert_int_equal(answer.status, 401);
    assert_int_equal(answer.trips, 1);
    assert_non_null(strstr(unit_get(&answer, "detail"),
                           "\"old\" has expired"));
}


static void
a_tenant_may_be_off_or_gone(void **state)
{
    const char        *token;
    redisReply        *reply;
    scim_store_cmd_t   cmd;
    unit_answer_t      answer;

    (void) state;

    token = make("acme", "{}");

    assert_int_equal(scim_store_tenant_update(unit_op_pool(), scim_str("acme"),
                                              0, scim_str_absent,
                                              scim_str_absent, &cmd),
                     SCIM_OK);
    freeReplyObject(unit_command(&cmd));

    answer = check(token);
    assert_int_equal(answer.status, 403);
    assert_false(gate.enabled);
    assert_non_null(strstr(unit_get(&answer, "detail"), "switched off"));
    assert_non_null(strstr(unit_get(&answer, "detail"), "\"acme\""));

    reply = redisCommand(unit_redis_connection(), "DEL scim:{acme}:tenant");
    assert_non_null(reply);
    freeReplyObject(reply);

    answer = check(token);
    assert_int_equal(answer.status, 403);
    assert_non_null(strstr(unit_get(&answer, "detail"), "no longer there"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(a_token_opens),
        TEST(others_are_told_why),
        TEST(a_token_expires),
        TEST(a_tenant_may_be_off_or_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
