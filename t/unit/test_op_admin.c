/*
 * The admin API over a real Redis: tenants and tokens.
 */

#include "unit_op.h"


static void
tenants(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = unit_admin("POST /tenants", "{'name':'b-1'}");
    assert_int_equal(answer.status, 201);
    assert_string_equal(answer.text,
                        "{'name':'b-1','enabled':true,'created':"
                        "'2023-11-14T22:13:21.000Z','settings':{},'users':0,"
                        "'groups':0}");

    answer = unit_admin("POST /tenants", "{'name':'b-1'}");
    assert_int_equal(answer.status, 409);
    answer = unit_admin("POST /tenants/", "{'name':'a'}");
    assert_int_equal(answer.status, 201);

    answer = unit_admin("GET /tenants", NULL);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, "{'tenants':[{'name':'a',"));
    assert_non_null(strstr(answer.text, ",{'name':'b-1',"));

    unit_env.tenant = scim_str("a");
    (void) unit_group("g", unit_user("u"));

    answer = unit_admin("GET /tenants/a", NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "users"), "1");
    assert_string_equal(unit_get(&answer, "groups"), "1");

    answer = unit_admin("PATCH /tenants/a", "{'enabled':false}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "enabled"), "false");
    assert_int_equal(unit_op("GET /Users", NULL).status, 403);
    assert_int_equal(unit_op("GET /Schemas", NULL).status, 403);
    assert_int_equal(unit_op("POST /Users", "{'userName':'x'}").status, 403);

    answer = unit_admin("PATCH /tenants/a", "{'enabled':true,'settings':{}}");
    assert_int_equal(answer.status, 200);
    answer = unit_admin("PATCH /tenants/a", "{}");
    assert_string_equal(unit_get(&answer, "enabled"), "true");
    assert_int_equal(unit_op("GET /Users", NULL).status, 200);
}


/* Each change on top of those before it. */
static void
settings(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *change;
        const char *settings;
    } cases[] = {
        { "{'groups':false}", "{'groups':false}" },
        { "{}", "{'groups':false}" },
        { "{'history':{'count':5,'days':9},'dryRun':true}",
          "{'groups':false,'history':{'count':5,'days':9},'dryRun':true}" },
        { "{'history':{'count':null,'enabled':false},'groups':true}",
          "{'groups':true,'history':{'days':9,'enabled':false},"
          "'dryRun':true}" },
        { "{'history':{'days':null,'enabled':null},'dryRun':null,'x':null}",
          "{'groups':true}" },
        { "{'breaker':{}}", "{'groups':true}" },
        { "{'groups':null}", "{}" },
        { "{'displayName':'derived'}", "{'displayName':'derived'}" },
        { "null", "{}" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_admin("PATCH /tenants/acme",
                            unit_printf("{'settings':%s}", cases[i].change));

        if (answer.status != 200
            || strcmp(unit_get(&answer, "settings"), cases[i].settings) != 0)
        {
            fail_msg("%s: %d %s", cases[i].change, answer.status, answer.text);
        }
    }

    /* both or none */
    answer = unit_admin("PATCH /tenants/acme",
                        "{'enabled':false,'settings':{'x':1}}");
    assert_int_equal(answer.status, 400);
    answer = unit_admin("GET /tenants/acme", NULL);
    assert_string_equal(unit_get(&answer, "enabled"), "true");
}


static unsigned  others;


/* Between the reading and the writing of the first `others` attempts. */
static void
another_setting(unsigned trip)
{
    if (trip % 2 == 0 && trip / 2 <= others) {
        unit_op_hook = NULL;
        assert_int_equal(unit_admin("PATCH /tenants/acme",
                                    unit_printf("{'settings':{'history':{"
                                                "'count':%u}}}", trip)).status,
                         200);
        unit_op_hook = another_setting;
    }
}


static void
settings_of_several_administrators(void **state)
{
    unit_answer_t  answer;

    (void) state;

    others = 3;
    unit_op_hook = another_setting;
    answer = unit_admin("PATCH /tenants/acme",
                        "{'settings':{'history':{'days':3}}}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "settings"),
                        "{'history':{'count':6,'days':3}}");

    others = 1000;
    unit_op_hook = another_setting;
    answer = unit_admin("PATCH /tenants/acme",
                        "{'settings':{'history':{'days':4}}}");
    assert_int_equal(answer.status, 503);
}


static void
deleting_leaves_nothing(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    (void) state;

    assert_int_equal(unit_admin("POST /tenants", "{'name':'a'}").status, 201);
    unit_env.tenant = scim_str("a");

    for (i = 0; i < 1100; i++) {
        (void) unit_user(unit_printf("u%zu", i));
    }

    assert_int_equal(unit_admin("POST /tenants/a/tokens", "{}").status, 201);
    assert_int_equal(unit_admin("POST /tenants/a/tokens", "{}").status, 201);

    /* off, list, twice two halves, three steps, name */
    answer = unit_admin("DELETE /tenants/a", NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 1 + 1 + 4 + 3 + 1);

    assert_int_equal(unit_admin("GET /tenants/a", NULL).status, 404);
    assert_int_equal(unit_admin("DELETE /tenants/a", NULL).status, 404);
    answer = unit_admin("GET /tenants", NULL);
    assert_string_equal(answer.text, "{'tenants':[]}");

    /* a new one of that name finds nothing of the old */
    assert_int_equal(unit_admin("POST /tenants", "{'name':'a'}").status, 201);
    answer = unit_op("GET /Users", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "0");
    (void) unit_user("u1");
    answer = unit_admin("GET /tenants/a/tokens", NULL);
    assert_string_equal(answer.text, "{'tokens':[]}");
}


static void
tokens(void **state)
{
    const char    *id, *secret;
    scim_gate_t    gate;
    unit_answer_t  answer;

    (void) state;

    answer = unit_admin("POST /tenants/acme/tokens",
                   "{'name':'Entra','expires':'2030-01-01T00:00:00Z'}");
    assert_int_equal(answer.status, 201);

    id = unit_get(&answer, "id");
    secret = unit_get(&answer, "token");
    assert_int_equal(strlen(id), 16);
    assert_int_equal(strlen(secret), SCIM_TOKEN_LEN);
    assert_string_equal(unit_get(&answer, "scope"), "provision");
    assert_string_equal(unit_get(&answer, "name"), "Entra");
    assert_string_equal(unit_get(&answer, "expires"),
                        "2030-01-01T00:00:00.000Z");

    assert_int_equal(unit_admin("POST /tenants/acme/tokens",
                           "{'scope':'read','name':null}").status, 201);

    answer = unit_admin("GET /tenants/acme/tokens", NULL);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.text, secret));
    assert_null(strstr(answer.text, "lastUsed"));
    assert_null(strstr(answer.text, "null"));
    assert_non_null(strstr(answer.text, "'scope':'read'"));
    assert_int_equal(scim_json_get(answer.json, scim_str("tokens"))->count, 2);

    gate = (scim_gate_t) { .token = scim_str_from(secret) };
    assert_int_equal(unit_op_run(scim_op_gate(unit_op_pool(), &unit_env,
                                              &gate)).status, 200);

    answer = unit_admin("GET /tenants/acme/tokens", NULL);
    assert_non_null(strstr(answer.text, "'lastUsed':'2023-11-14T22:13:23.000Z"
                           "'"));

    assert_int_equal(unit_admin(unit_printf("DELETE /tenants/acme/tokens/"
                                            "%s", id), NULL).status, 204);
    assert_int_equal(unit_admin(unit_printf("DELETE /tenants/acme/tokens/"
                                            "%s", id), NULL).status, 404);

    gate = (scim_gate_t) { .token = scim_str_from(secret) };
    assert_int_equal(unit_op_run(scim_op_gate(unit_op_pool(), &unit_env,
                                              &gate)).status, 401);

    answer = unit_admin("GET /tenants/acme/tokens", NULL);
    assert_int_equal(scim_json_get(answer.json, scim_str("tokens"))->count, 1);
}


static void
what_is_refused(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *request;
        const char *body;
        int         status;
        const char *detail;
    } cases[] = {
        { "GET /", NULL, 404, "/tenants" },
        { "GET /cats", NULL, 404, "/tenants" },
        { "GET /tenants/acme/cats", NULL, 404, "/tenants" },
        { "GET /tenants/acme/tokens/a/b", NULL, 404, "/tenants" },
        { "GET /tenants/%FF", NULL, 400, "UTF-8" },
        { "GET /tenants/nobody", NULL, 404, "\"nobody\"" },
        { "GET /tenants/no}body", NULL, 404, "\"no}body\"" },
        { "PUT /tenants", "{}", 405, "POST" },
        { "POST /tenants/acme", "{}", 405, "PATCH" },
        { "PATCH /tenants/acme/tokens", "{}", 405, "POST" },
        { "GET /tenants/acme/tokens/a", NULL, 405, "DELETE" },
        { "POST /tenants", NULL, 400, "JSON object" },
        { "POST /tenants", "[]", 400, "JSON object" },
        { "POST /tenants", "{}", 400, "name" },
        { "POST /tenants", "{'name':7}", 400, "name" },
        { "POST /tenants", "{'name':'a b'}", 400, "name" },
        { "POST /tenants", "{'name':''}", 400, "name" },
        { "POST /tenants", "{'name':'.'}", 400, "dots" },
        { "POST /tenants", "{'name':'..'}", 400, "dots" },
        { "POST /tenants", "{'name':'x','color':'red'}", 400, "color" },
        { "PATCH /tenants/acme", NULL, 400, "JSON object" },
        { "PATCH /tenants/acme", "{'enabled':'no'}", 400, "enabled" },
        { "PATCH /tenants/acme", "{'settings':[]}", 400, "settings" },
        { "PATCH /tenants/acme", "{'settings':{'x':1}}", 400, "\"x\"" },
        { "PATCH /tenants/acme", "{'settings':{'groups':1}}", 400,
          "\"groups\"" },
        { "PATCH /tenants/nobody", "{'settings':{'groups':true}}", 404,
          "\"nobody\"" },
        { "PATCH /tenants/acme", "{'name':'x'}", 400, "\"name\"" },
        { "PATCH /tenants/nobody", "{'enabled':true}", 404, "\"nobody\"" },
        { "GET /tenants/nobody/tokens", NULL, 404, "\"nobody\"" },
        { "POST /tenants/nobody/tokens", "{}", 404, "\"nobody\"" },
        { "POST /tenants/acme/tokens", NULL, 400, "JSON object" },
        { "POST /tenants/acme/tokens", "{'scope':'all'}", 400, "scope" },
        { "POST /tenants/acme/tokens", "{'scope':'self'}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'user':''}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'user':'a b'}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'user':1}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'name':1}", 400, "name" },
        { "POST /tenants/acme/tokens", "{'expires':'soon'}", 400, "dateTime" },
        { "POST /tenants/acme/tokens", "{'expires':'2001-01-01T00:00:00Z'}",
          400, "future" },
        { "POST /tenants/acme/tokens", "{'token':'x'}", 400, "token" },
        { "DELETE /tenants/acme/tokens/x", NULL, 404, "\"x\"" },
        { "DELETE /tenants/nobody", NULL, 404, "\"nobody\"" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_admin(cases[i].request, cases[i].body);

        if (answer.status != cases[i].status
            || strstr(unit_get(&answer, "detail"), cases[i].detail) == NULL)
        {
            fail_msg("%s %s: %d %s", cases[i].request, cases[i].body,
                     answer.status, answer.text);
        }

        assert_true((answer.status == 405) == (answer.result->allow != NULL));
    }

    answer = unit_admin("GET /tenants", NULL);
    assert_string_equal(answer.text, "{'tenants':[]}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(tenants),
        TEST(settings),
        TEST(settings_of_several_administrators),
        TEST(deleting_leaves_nothing),
        TEST(tokens),
        TEST(what_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
