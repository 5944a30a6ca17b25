/*
 * Users, from request to answer, over a real Redis: what is answered, what is
 * kept, and in how many round trips.
 */

#include "unit_op.h"

#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


static unit_answer_t
patch(const char *id, const char *operations)
{
    return unit_op(unit_printf("PATCH /Users/%s", id),
                   unit_printf("{'schemas':['urn:ietf:params:scim:api:"
                               "messages:2.0:PatchOp'],'Operations':%s}",
                               operations));
}


static unit_answer_t
get(const char *id)
{
    return unit_op(unit_printf("GET /Users/%s", id), NULL);
}


static void
a_user_is_created_and_read(void **state)
{
    const char     *id;
    unit_answer_t   made, got;

    (void) state;

    made = unit_op("POST /Users",
                   "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User',"
                   "'" ENT "'],'userName':'Ada@X','active':'True',"
                   "'name':{'givenName':'Ada','familyName':'L'},"
                   "'addresses':null,'roles':[],'id':'mine',"
                   "'password':'secret','groups':[],"
                   "'emails':[{'primary':true,'type':'work','value':'a@x'}],"
                   "'meta':{'resourceType':'User'},"
                   "'" ENT "':{'department':'R','manager':null}}");

    assert_int_equal(made.status, 201);
    assert_int_equal(made.trips, 1);

    id = unit_get(&made, "id");
    assert_int_equal(strlen(id), 36);
    assert_string_equal(unit_get(&made, "userName"), "Ada@X");
    assert_string_equal(unit_get(&made, "active"), "true");
    assert_string_equal(unit_get(&made, "password"), "(none)");
    assert_string_equal(unit_get(&made, "meta.resourceType"), "User");
    assert_string_equal(unit_get(&made, "meta.created"),
                        "2023-11-14T22:13:21.000Z");
    assert_string_equal(unit_get(&made, "meta.lastModified"),
                        "2023-11-14T22:13:21.000Z");
    assert_string_equal(unit_get(&made, "meta.version"), "W/\"1\"");
    assert_string_equal(made.result->etag, "W/\"1\"");
    assert_string_equal(unit_get(&made, "meta.location"),
                        unit_printf("https://x/scim/v2/Users/%s", id));
    assert_string_equal(unit_printf("%.*s", SCIM_FMT(made.result->location)),
                        unit_get(&made, "meta.location"));

    got = get(id);
    assert_int_equal(got.status, 200);
    assert_int_equal(got.trips, 1);
    assert_string_equal(got.text, made.text);
    assert_string_equal(got.result->etag, "W/\"1\"");
    assert_string_equal(unit_printf("%.*s", SCIM_FMT(got.result->id)), id);
}


static void
what_is_refused(void **state)
{
    size_t         i;
    const char    *id;
    unit_answer_t  answer;

    static const struct {
        const char *request;
        const char *body;
        int         status;
        const char *type;
        const char *detail;     /* part of it */
    } cases[] = {
        { "POST /Users", NULL, 400, "invalidSyntax", "no body" },
        { "POST /Users", "[]", 400, "invalidSyntax", "" },
        { "POST /Users", "{}", 400, "invalidValue", "userName" },
        { "POST /Users", "{'userName':'ADA'}", 409, "uniqueness",
          "userName \"ADA\"" },
        { "POST /Users?attributes=id&excludedAttributes=name",
          "{'userName':'new'}", 400, "invalidValue", "" },
        { "PUT /Users/nobody", "{'userName':'x'}", 404, "(none)", "nobody" },
        { "PUT /Users/nobody", NULL, 400, "invalidSyntax", "no body" },
        { "PATCH /Users/nobody", NULL, 400, "invalidSyntax", "no body" },
        { "PATCH /Users/nobody",
          "{'Operations':[{'op':'replace','value':{'active':false}}]}", 404,
          "(none)", "nobody" },
        { "PATCH /Users/nobody", "{'Operations':[]}", 400, "invalidSyntax",
          "" },
        { "PATCH /Users/nobody",
          "{'Operations':[{'op':'alter','value':{}}]}", 400, "invalidSyntax",
          "" },
        { "DELETE /Users/nobody", NULL, 404, "(none)", "nobody" },
        { "GET /Users/nobody", NULL, 404, "(none)", "nobody" },
        { "GET /Users/nobody?attributes=a&excludedAttributes=b", NULL, 400,
          "invalidValue", "" },
        { "DELETE /Users", NULL, 405, "(none)", "POST" },
        { "POST /Users/nobody", "{}", 405, "(none)", "PATCH" },
        { "GET /Users/.search", NULL, 405, "(none)", "POST" },
        { "TRACE /Users", NULL, 405, "(none)", "" },
    };

    (void) state;

    id = unit_user("ada");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(cases[i].request, cases[i].body);

        if (answer.status != cases[i].status
            || strcmp(unit_get(&answer, "scimType"), cases[i].type) != 0
            || strstr(unit_get(&answer, "detail"), cases[i].detail) == NULL)
        {
            fail_msg("%s %s: %d %s", cases[i].request, cases[i].body,
                     answer.status, answer.text);
        }

        assert_true(answer.result->allow == NULL
                    || answer.status == 405);
    }

    /* none of which has left anything */
    answer = unit_op("GET /Users", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    assert_string_equal(unit_get(&(unit_answer_t) {
        .json = scim_json_get(answer.json, scim_str("Resources"))->first },
        "id"), id);
}


static void
etags_are_honoured(void **state)
{
    size_t         i;
    const char    *id;
    unit_answer_t  answer;

    static const struct {
        const char *request;
        const char *header;
        const char *body;
        int         status;
        unsigned    trips;
    } cases[] = {
        { "GET /Users/%s", "!W/\"1\"", NULL, 304, 1 },
        { "GET /Users/%s", "!\"1\"", NULL, 304, 1 },
        { "GET /Users/%s", "!*", NULL, 304, 1 },
        { "GET /Users/%s", "!W/\"2\"", NULL, 200, 1 },
        { "PATCH /Users/%s", "W/\"2\"",
          "{'Operations':[{'op':'add','path':'title','value':'a'}]}", 412, 1 },
        { "PATCH /Users/%s", "nonsense",
          "{'Operations':[{'op':'add','path':'title','value':'a'}]}", 412, 1 },
        { "PATCH /Users/%s", "!*",
          "{'Operations':[{'op':'add','path':'title','value':'a'}]}", 412, 1 },
        { "PUT /Users/%s", "\"7\"", "{'userName':'b'}", 412, 1 },
        { "DELETE /Users/%s", "W/\"2\"", NULL, 412, 1 },
        { "PATCH /Users/%s", "W/\"9\", W/\"1\"",
          "{'Operations':[{'op':'add','path':'title','value':'a'}]}", 200, 2 },
        { "PUT /Users/%s", "*", "{'userName':'ada','title':'b'}", 200, 2 },
        { "PUT /Users/%s", "W/\"3\"", "{'userName':'ada','title':'c'}", 200,
          2 },
        { "DELETE /Users/%s", "\"4\"", NULL, 204, 2 },
        { "PATCH /Users/%s", "*",
          "{'Operations':[{'op':'add','path':'title','value':'a'}]}", 404, 1 },
        { "PUT /Users/%s", "*", "{'userName':'b'}", 404, 1 },
    };

    (void) state;

    id = unit_user("ada");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op_if(strncmp(cases[i].request, "GET", 3) == 0
                            ? unit_printf("GET /Users/%s", id)
                            : unit_printf("%.*s/Users/%s",
                                  (int) (strchr(cases[i].request, '/')
                                         - cases[i].request),
                                  cases[i].request, id),
                            cases[i].header, cases[i].body);

        if (answer.status != cases[i].status
            || answer.trips != cases[i].trips)
        {
            fail_msg("%zu: %s %s: %d in %u: %s", i, cases[i].request,
                     cases[i].header, answer.status, answer.trips,
                     answer.text);
        }

        assert_true(answer.status != 304 || answer.result->body.len == 0);
    }
}


static void
a_put_replaces(void **state)
{
    const char    *id;
    unit_answer_t  answer;

    (void) state;

    answer = unit_op("POST /Users", "{'userName':'ada','title':'t',"
                     "'externalId':'e','nickName':'n'}");
    id = unit_get(&answer, "id");

    answer = unit_op(unit_printf("PUT /Users/%s", id),
                     "{'userName':'ada2','title':'t','id':'x',"
                     "'meta':{'version':'7'}}");
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 2);
    assert_string_equal(unit_get(&answer, "userName"), "ada2");
    assert_string_equal(unit_get(&answer, "nickName"), "(none)");
    assert_string_equal(unit_get(&answer, "id"), id);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");
    assert_string_equal(unit_get(&answer, "meta.created"),
                        "2023-11-14T22:13:21.000Z");
    assert_string_equal(unit_get(&answer, "meta.lastModified"),
                        "2023-11-14T22:13:22.000Z");
    assert_string_equal(answer.text, get(id).text);

    /* the old name is free, the indexes follow */
    answer = unit_op("GET /Users?filter=userName eq 'ada'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "0");
    answer = unit_op("GET /Users?filter=externalId eq 'e'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "0");
    answer = unit_op("GET /Users?filter=userName eq 'ADA2'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    (void) unit_user("ada");

    /* the same again is no change */
    answer = unit_op(unit_printf("PUT /Users/%s", id),
                     "{'title':'t','userName':'ada2'}");
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 1);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");

    /* a name somebody else has */
    answer = unit_op(unit_printf("PUT /Users/%s", id), "{'userName':'Ada'}");
    assert_int_equal(answer.status, 409);
    assert_string_equal(unit_get(&answer, "scimType"), "uniqueness");
    assert_non_null(strstr(unit_get(&answer, "detail"),
                           "userName eq \"Ada\""));
}


static void
a_patch_changes(void **state)
{
    size_t         i;
    const char    *id;
    unit_answer_t  answer;

    static const struct {
        const char *operations;
        const char *path;
        const char *value;
        const char *version;
        unsigned    trips;
    } cases[] = {
        { "[{'op':'Replace','path':'active','value':'False'}]", "active",
          "false", "W/\"2\"", 2 },
        { "[{'op':'replace','value':{'active':false}}]", "active", "false",
          "W/\"2\"", 1 },
        { "[{'op':'replace','value':{'name.givenName':'G','" ENT
          ":employeeNumber':'7'}}]", ENT, "(none)", "W/\"3\"", 2 },
        { "[{'op':'Add','path':'emails[type eq \\'work\\'].value',"
          "'value':'w@x'}]", "emails", "[{'value':'w@x','type':'work'}]",
          "W/\"4\"", 2 },
        { "[{'op':'remove','path':'emails'}]", "emails", "(none)", "W/\"5\"",
          2 },
        { "[{'op':'Replace','path':'userName','value':'Ada2'}]", "userName",
          "Ada2", "W/\"6\"", 2 },
        { "[{'op':'replace','path':'userName','value':'Ada2'}]", "userName",
          "Ada2", "W/\"6\"", 1 },
    };

    (void) state;

    id = unit_user("ada");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = patch(id, cases[i].operations);

        if (answer.status != 200 || answer.trips != cases[i].trips
            || strcmp(unit_get(&answer, "meta.version"), cases[i].version)
               != 0
            || (strcmp(cases[i].path, ENT) != 0
                && strcmp(unit_get(&answer, cases[i].path), cases[i].value)
                   != 0))
        {
            fail_msg("%s: %d in %u: %s", cases[i].operations, answer.status,
                     answer.trips, answer.text);
        }

        assert_string_equal(answer.result->etag, cases[i].version);
        assert_string_equal(answer.text, get(id).text);
    }

    assert_non_null(strstr(answer.text, "'employeeNumber':'7'"));
    assert_string_equal(unit_get(&answer, "name.givenName"), "G");

    answer = unit_op("GET /Users?filter=userName eq 'ada2'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
}


static void
a_refused_patch_leaves_all_as_it_was(void **state)
{
    const char    *id;
    unit_answer_t  before, answer;

    (void) state;

    id = unit_user("ada");
    (void) unit_user("bob");
    before = get(id);

    answer = patch(id, "[{'op':'add','path':'title','value':'t'},"
                       "{'op':'replace','path':'userName','value':'BOB'}]");
    assert_int_equal(answer.status, 409);

    answer = patch(id, "[{'op':'add','path':'title','value':'t'},"
                       "{'op':'remove','path':'userName'}]");
    assert_int_equal(answer.status, 400);

    answer = patch(id, "[{'op':'add','path':'title','value':'t'},"
                       "{'op':'replace','path':'active','value':'perhaps'}]");
    assert_int_equal(answer.status, 400);

    assert_string_equal(get(id).text, before.text);
}


static void
a_deleted_user_is_gone(void **state)
{
    const char    *id, *group;
    unit_answer_t  answer;

    (void) state;

    id = unit_user("ada");
    group = unit_group("team", id);

    answer = unit_op(unit_printf("DELETE /Users/%s", id), NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 2);
    assert_int_equal(answer.result->body.len, 0);

    assert_int_equal(get(id).status, 404);
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", id),
                             NULL).status, 404);
    assert_int_equal(patch(id, "[{'op':'add','path':'title','value':'t'}]")
                     .status, 404);

    answer = unit_op(unit_printf("GET /Groups/%s", group), NULL);
    assert_string_equal(unit_get(&answer, "members"), "(none)");

    assert_string_not_equal(unit_user("ada"), id);
}


static void
what_is_asked_for_is_shown(void **state)
{
    const char    *id;
    unit_answer_t  answer;

    (void) state;

    answer = unit_op("POST /Users?attributes=userName",
                     "{'userName':'ada','title':'t'}");
    assert_int_equal(answer.status, 201);
    assert_string_equal(unit_get(&answer, "title"), "(none)");
    assert_string_equal(unit_get(&answer, "userName"), "ada");
    assert_string_equal(answer.result->etag, "W/\"1\"");

    id = unit_get(&answer, "id");
    (void) unit_group("team", id);

    answer = unit_op(unit_printf("GET /Users/%s?attributes=title", id), NULL);
    assert_string_equal(unit_get(&answer, "title"), "t");
    assert_string_equal(unit_get(&answer, "userName"), "(none)");
    assert_string_equal(unit_get(&answer, "groups"), "(none)");

    answer = unit_op(unit_printf("GET /Users/%s?attributes=groups", id), NULL);
    assert_non_null(strstr(answer.text, "'display':'team'"));

    answer = unit_op(unit_printf("GET /Users/%s?excludedAttributes=groups,"
                                 "aadOptscim", id), NULL);
    assert_null(strstr(answer.text, "team"));
    assert_string_equal(unit_get(&answer, "title"), "t");

    answer = get(id);
    assert_non_null(strstr(answer.text, "'display':'team'"));

    /* groups stay in the answer of what changes something else */
    answer = patch(id, "[{'op':'add','path':'title','value':'u'}]");
    assert_non_null(strstr(answer.text, "'display':'team'"));
    assert_int_equal(answer.trips, 2);
}


/* Another writer, at the moment it hurts. */
static const char *victim;
static unsigned    meddling, meddled;

static void
meddle(unsigned trip)
{
    void         (*hook)(unsigned) = unit_op_hook;
    unit_answer_t  answer;

    if (trip % 2 == 1 || meddling == 0) {
        return;
    }

    meddling--;
    unit_op_hook = NULL;
    answer = patch(victim, unit_printf("[{'op':'add','path':'nickName',"
                                       "'value':'n%u'}]", ++meddled));
    assert_int_equal(answer.status, 200);
    unit_op_hook = hook;
}


static void
conflicts_are_tried_again(void **state)
{
    unit_answer_t  answer;

    (void) state;

    meddled = 0;
    victim = unit_user("ada");
    unit_op_hook = meddle;

    meddling = 3;
    answer = patch(victim, "[{'op':'add','path':'title','value':'t'}]");
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 8);
    assert_string_equal(unit_get(&answer, "title"), "t");
    assert_string_equal(unit_get(&answer, "nickName"), "n3");

    meddling = 1;
    answer = unit_op(unit_printf("PUT /Users/%s", victim),
                     "{'userName':'ada'}");
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 4);
    assert_string_equal(unit_get(&answer, "nickName"), "(none)");

    meddling = 1;
    answer = unit_op_if(unit_printf("PUT /Users/%s", victim), "W/\"7\"",
                        "{'userName':'ada','title':'t'}");
    assert_int_equal(answer.status, 412);
    assert_int_equal(answer.trips, 2);

    meddling = 1000;
    answer = patch(victim, "[{'op':'add','path':'title','value':'t'}]");
    assert_int_equal(answer.status, 503);
    assert_int_equal(answer.result->retry_after, 1);

    meddling = 1;
    answer = unit_op(unit_printf("DELETE /Users/%s", victim), NULL);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 4);
}


static void
without_a_tenant_nobody_gets_in(void **state)
{
    unit_answer_t  answer;

    (void) state;

    unit_env.tenant = scim_str("");
    answer = unit_op("GET /Users", NULL);
    assert_int_equal(answer.status, 403);
    assert_int_equal(answer.trips, 0);

    unit_env.tenant = scim_str("a}:b");
    assert_int_equal(unit_op("GET /Users/x", NULL).status, 403);

    unit_env.tenant = scim_str("nobody");
    assert_int_equal(unit_op("GET /Users/x", NULL).status, 404);
    assert_int_equal(unit_op("POST /Users", "{'userName':'x'}").status, 404);
}


/* Short values make a document of more nodes than a request may have. */
static void
what_was_stored_can_be_changed(void **state)
{
    int            i, n;
    scim_buf_t     body;
    scim_str_t     text;
    const char    *id;
    unit_answer_t  answer;

    (void) state;

    scim_buf_init(&body, unit_op_pool(), 1024 * 1024);
    scim_buf_lit(&body, "{'userName':'x','entitlements':['x'");

    for (i = 1; i < 131072; i++) {
        scim_buf_lit(&body, ",'");

        for (n = i; n > 0; n = (n - 1) / 64) {
            scim_buf_char(&body, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"
                                 "rstuvwxyz0123456789-_"[(n - 1) % 64]);
        }

        scim_buf_char(&body, '\'');
    }

    scim_buf_add(&body, "]}", sizeof("]}"));
    assert_int_equal(scim_buf_done(&body, &text), SCIM_OK);

    answer = unit_op("POST /Users?attributes=id", text.data);
    assert_int_equal(answer.status, 201);
    id = unit_get(&answer, "id");

    answer = unit_op(unit_printf("PATCH /Users/%s?attributes=id", id),
                     "{'Operations':[{'op':'remove','path':'active'},"
                     "{'op':'add','path':'title','value':'t'}]}");
    assert_int_equal(answer.status, 200);

    answer = unit_op(unit_printf("DELETE /Users/%s", id), NULL);
    assert_int_equal(answer.status, 204);
}


/* What was stored before there was an index may have more values than one
 * takes: they can be fewer, not more. */
static void
an_index_that_came_late(void **state)
{
    size_t         i;
    scim_buf_t     body;
    scim_str_t     text;
    const char    *patch;
    scim_error_t   err;
    unit_answer_t  answer;

    static const struct {
        const char *operation;
        int         status;
    } changes[] = {
        { "'op':'replace','path':'active','value':false", 200 },
        { "'op':'add','path':'entitlements','value':['more']", 400 },
        { "'op':'remove','path':'entitlements','value':['v1','v2']", 200 },
        { "'op':'add','path':'entitlements','value':['v1']", 400 },
    };

    (void) state;

    scim_buf_init(&body, unit_op_pool(), 16384);
    scim_buf_lit(&body, "{'userName':'x','entitlements':['v0'");

    for (i = 1; i < 1100; i++) {
        scim_buf_lit(&body, ",'v");
        scim_buf_uint(&body, i);
        scim_buf_char(&body, '\'');
    }

    scim_buf_add(&body, "]}", sizeof("]}"));
    assert_int_equal(scim_buf_done(&body, &text), SCIM_OK);

    answer = unit_op("POST /Users?attributes=id", text.data);
    patch = unit_printf("PATCH /Users/%s?attributes=id",
                        unit_get(&answer, "id"));

    assert_int_equal(scim_store_indexes_add(unit_op_pool(),
                                            &unit_conf.indexes[0],
                                            scim_str("entitlements"), &err),
                     SCIM_OK);

    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        answer = unit_op(patch, unit_printf("{'Operations':[{%s}]}",
                                            changes[i].operation));
        assert_int_equal(answer.status, changes[i].status);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(a_user_is_created_and_read),
        TEST(what_is_refused),
        TEST(etags_are_honoured),
        TEST(a_put_replaces),
        TEST(a_patch_changes),
        TEST(a_refused_patch_leaves_all_as_it_was),
        TEST(a_deleted_user_is_gone),
        TEST(what_is_asked_for_is_shown),
        TEST(conflicts_are_tried_again),
        TEST(without_a_tenant_nobody_gets_in),
        TEST(what_was_stored_can_be_changed),
        TEST(an_index_that_came_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
