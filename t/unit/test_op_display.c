/*
 * A displayName that is derived from the name when a user is made, and that
 * only an administrator changes later.
 */

#include "unit_op.h"

#define URN  "urn:ietf:params:scim:schemas:core:2.0:User"
#define ADA  "'name':{'givenName':'Ada','familyName':'Lovelace'}"
#define N(array)  (sizeof(array) / sizeof((array)[0]))


static int
start(void **state)
{
    (void) unit_op_start(state);
    unit_conf.policy.display = SCIM_DISPLAY_DERIVED;

    return 0;
}


static unit_answer_t
get(const char *id)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /Users/%s", id), NULL);
    assert_int_equal(answer.status, 200);

    return answer;
}


/* Ada Lovelace, at version 1. */
static const char *
ada(void)
{
    unit_answer_t  answer;

    answer = unit_op("POST /Users", "{'userName':'ada','displayName':'sent',"
                     ADA "}");
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "displayName"), "Ada Lovelace");

    return unit_get(&answer, "id");
}


static void
assert_found(const char *display, const char *total)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /Users?filter=displayName eq '%s'",
                                 display), NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "totalResults"), total);
}


static const char *
latest(const char *id, const char *path)
{
    unit_answer_t       answer;
    const scim_json_t  *change;

    answer = unit_admin(unit_printf("GET /tenants/acme/Users/%s/history"
                                    "?count=1", id), NULL);
    assert_int_equal(answer.status, 200);

    change = scim_json_get(answer.json, scim_str("entries"))->first;
    change = scim_json_get(change, scim_str("changes"))->first;

    for ( ; change != NULL; change = change->next) {
        if (scim_str_eq(scim_json_get_text(change, scim_str("path")),
                        scim_str_from(path)))
        {
            return unit_text(unit_op_pool(), change);
        }
    }

    return "(none)";
}


static void
it_is_derived(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = ada();
    assert_found("ada lovelace", "1");
    assert_found("sent", "0");
    assert_string_equal(latest(id, "displayName"),
                        "{'path':'displayName','new':'Ada Lovelace'}");

    /* in groups too */
    (void) unit_group("crew", id);
    answer = unit_op("GET /Groups?filter=displayName eq 'crew'", NULL);
    assert_non_null(strstr(answer.text, "'display':'Ada Lovelace'"));

    answer = get(unit_user("eve"));
    assert_string_equal(unit_get(&answer, "displayName"), "eve");

    /* a group's name is the client's */
    answer = unit_op("POST /Groups", "{'displayName':' a  b '}");
    assert_string_equal(unit_get(&answer, "displayName"), " a  b ");
}


#define OP(text)  "{'Operations':[{" text "}]}"

/* In whatever way it is sent; `title` tells that the rest counts. */
static void
clients_do_not_change_it(void **state)
{
    size_t          i;
    const char     *id;
    unit_answer_t   answer;

    static const struct {
        const char *method;
        const char *body;
        const char *title;      /* NULL: a new version is not made */
    } cases[] = {
        { "PATCH", OP("'op':'replace','path':'displayName','value':'x'"),
          NULL },
        { "PATCH", OP("'op':'Add','path':'DISPLAYNAME','value':'x'"), NULL },
        { "PATCH", OP("'op':'remove','path':'displayName'"), NULL },
        { "PATCH", OP("'op':'replace','path':'" URN ":displayName',"
                      "'value':'x'"), NULL },
        { "PATCH", OP("'op':'replace','value':{'displayName':'x'}"), NULL },
        { "PATCH", OP("'op':'replace','value':{'displayname':null}"), NULL },
        { "PATCH", OP("'op':'replace','value':{'" URN ":displayName':'x'}"),
          NULL },
        { "PATCH", OP("'op':'replace','value':{'" URN "':"
                      "{'displayName':'x'}}"), NULL },
        { "PATCH", OP("'op':'replace','value':{'displayName':'x',"
                      "'title':'1'}"), "1" },
        { "PATCH", "{'Operations':[{'op':'remove','path':'displayName'},"
          "{'op':'replace','path':'title','value':'2'},"
          "{'op':'add','path':'displayName','value':'x'}]}", "2" },
        { "PATCH", OP("'op':'replace','value':{'name.givenName':'Augusta',"
                      "'displayName':'Augusta Lovelace','title':'3'}"), "3" },
        { "PUT", "{'userName':'ada','displayName':'x','title':'4'}", "4" },
        { "PUT", "{'userName':'ada','title':'5'}", "5" },
        { "PUT", "{'userName':'ada','displayName':null,'title':'5'}", NULL },
        { "PUT", "{'userName':'ada','displayName':'y','title':'5'}", NULL },
    };

    (void) state;

    id = ada();

    for (i = 0; i < N(cases); i++) {
        const char  *before, *after;

        answer = get(id);
        before = unit_get(&answer, "meta.version");

        answer = unit_op(unit_printf("%s /Users/%s", cases[i].method, id),
                         cases[i].body);

        if (answer.status != 200
            || strcmp(unit_get(&answer, "displayName"), "Ada Lovelace") != 0)
        {
            fail_msg("case %zu: %d %s", i, answer.status, answer.text);
        }

        answer = get(id);
        after = unit_get(&answer, "meta.version");
        assert_string_equal(unit_get(&answer, "displayName"), "Ada Lovelace");

        if ((strcmp(before, after) == 0) != (cases[i].title == NULL)) {
            fail_msg("case %zu: %s, then %s", i, before, after);
        }

        if (cases[i].title != NULL) {
            assert_string_equal(unit_get(&answer, "title"), cases[i].title);
        }

        assert_string_equal(latest(id, "displayName"),
                            (after[3] == '1') ? "{'path':'displayName',"
                                                "'new':'Ada Lovelace'}"
                                              : "(none)");
        assert_found("Ada Lovelace", "1");
        assert_found("x", "0");
    }
}


/* The order of a document's attributes stays the schema's. */
static void
the_place_is_kept(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = ada();
    answer = unit_op(unit_printf("PUT /Users/%s", id),
                     "{'title':'t','userName':'ada'}");
    assert_non_null(strstr(answer.text,
                           unit_printf("'id':'%s','userName':'ada',"
                                       "'displayName':'Ada Lovelace',"
                                       "'title':'t','meta':{", id)));
}


static void
an_administrator_changes_it(void **state)
{
    const char     *id, *path;
    unit_answer_t   answer;

    (void) state;

    id = ada();
    path = unit_printf("/Users/%s", id);

    answer = unit_op_as_admin(unit_printf("PATCH %s", path),
                      OP("'op':'replace','path':'displayName',"
                         "'value':'The Countess'"));
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "displayName"), "The Countess");
    assert_string_equal(latest(id, "displayName"),
                        "{'path':'displayName','old':'Ada Lovelace',"
                        "'new':'The Countess'}");
    assert_found("The Countess", "1");

    /* and that stays */
    answer = unit_op(unit_printf("PUT %s", path), "{'userName':'ada',"
                     "'displayName':'x','name':{'givenName':'A'}}");
    assert_string_equal(unit_get(&answer, "displayName"), "The Countess");

    /* none is also what an administrator has chosen */
    answer = unit_op_as_admin(unit_printf("PUT %s", path),
                              "{'userName':'ada'}");
    assert_string_equal(unit_get(&answer, "displayName"), "(none)");
    answer = unit_op(unit_printf("PUT %s", path), "{'userName':'ada',"
                     "'displayName':'x','title':'t'}");
    assert_string_equal(unit_get(&answer, "displayName"), "(none)");
    assert_string_equal(unit_get(&answer, "title"), "t");

    answer = unit_op_as_admin("POST /Users",
                              "{'userName':'eve','displayName':'E'}");
    assert_string_equal(unit_get(&answer, "displayName"), "E");
}


static void
bulks_and_me_too(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = ada();

    answer = unit_op("POST /Bulk", unit_fill(
        "{'schemas':['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],"
        "'Operations':[{'method':'PATCH','path':'/Users/@I','data':"
        OP("'op':'replace','path':'displayName','value':'x'") "},"
        "{'method':'POST','path':'/Users','bulkId':'b','data':"
        "{'userName':'eve','displayName':'x','name':{'formatted':'Eve'}}}]}",
        "I", id));
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, "'status':'201'"));
    assert_found("x", "0");
    assert_found("eve", "1");

    unit_env.me = scim_str_from(id);
    answer = unit_op("PUT /Me", "{'userName':'ada','displayName':'x'}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "displayName"), "Ada Lovelace");
}


/* Who is revived has the name that was there. */
static void
the_revived_keep_it(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    unit_conf.policy.delete_deactivates = true;
    id = ada();

    assert_int_equal(unit_op_as_admin(unit_printf("PATCH /Users/%s", id),
                              OP("'op':'replace','path':'displayName',"
                                 "'value':'The Countess'")).status, 200);
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", id),
                             NULL).status, 204);

    answer = unit_op("POST /Users", "{'userName':'ada','displayName':'x',"
                     "'name':{'givenName':'Augusta','familyName':'King'}}");
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "id"), id);
    assert_string_equal(unit_get(&answer, "displayName"), "The Countess");
    assert_string_equal(unit_get(&answer, "active"), "true");
}


/* Rules look at what is stored, and the tenant's settings count. */
static void
with_other_settings(void **state)
{
    unit_answer_t  answer;

    static const char  eve[] = "{'userName':'eve','displayName':'E',"
                               "'name':{'formatted':'eve'}}";

    (void) state;

    unit_conf.policy.display = SCIM_DISPLAY_SENT;

    assert_int_equal(unit_admin("PATCH /tenants/acme", "{'settings':"
                                "{'displayName':'derived','require':"
                                "[{'type':'User','attribute':'displayName',"
                                "'pattern':'[A-Z].*'}]}}").status, 200);

    answer = unit_op("POST /Users", eve);
    assert_int_equal(answer.status, 400);
    (void) ada();

    assert_int_equal(unit_admin("PATCH /tenants/acme", "{'settings':"
                                "{'displayName':'sent'}}").status, 200);
    answer = unit_op("POST /Users", eve);
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "displayName"), "E");
}


#define TEST(name)  cmocka_unit_test_setup_teardown(name, start, unit_op_end)

int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(it_is_derived),
        TEST(clients_do_not_change_it),
        TEST(the_place_is_kept),
        TEST(an_administrator_changes_it),
        TEST(bulks_and_me_too),
        TEST(the_revived_keep_it),
        TEST(with_other_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
