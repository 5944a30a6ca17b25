/*
 * The admin API over a real Redis: tenants.
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
        { "{'history':{'days':null,'enabled':null},'dryRun':null}",
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

    /* off, list, twice record, entry, record; three steps, name */
    answer = unit_admin("DELETE /tenants/a", NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 1 + 1 + 6 + 3 + 1);

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
        { "PATCH /tenants/acme", "{'settings':{'x':null}}", 400, "\"x\"" },
        { "PATCH /tenants/acme", "{'settings':{'groups':{}}}", 400,
          "\"groups\"" },
        { "PATCH /tenants/acme", "{'settings':{'groups':1}}", 400,
          "\"groups\"" },
        { "PATCH /tenants/nobody", "{'settings':{'groups':true}}", 404,
          "\"nobody\"" },
        { "PATCH /tenants/acme", "{'name':'x'}", 400, "\"name\"" },
        { "PATCH /tenants/nobody", "{'enabled':true}", 404, "\"nobody\"" },
        { "DELETE /tenants/nobody", NULL, 404, "\"nobody\"" },
        { "GET /tenants?count=2", NULL, 400, "no arguments" },
        { "POST /tenants?x", "{'name':'x'}", 400, "no arguments" },
        { "GET /tenants/acme?x=1", NULL, 400, "no arguments" },
        { "DELETE /tenants/acme?dryRun=1", NULL, 400, "no arguments" },
        { "DELETE /tenants/acme/dry-run?operation=delete", NULL, 400,
          "no arguments" },
        { "DELETE /failures?count=1", NULL, 400, "no arguments" },
        { "GET /tenants/acme/tokens?count=2", NULL, 400, "no arguments" },
        { "GET /tenants/acme/export?type=User", NULL, 400, "no arguments" },
        { "POST /tenants/acme/breaker/release?x=", NULL, 400,
          "no arguments" },
        { "GET /failures?x=1", NULL, 400, "count, cursor" },
        { "GET /tenants?&&", NULL, 200, "(none)" },
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
        TEST(what_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
