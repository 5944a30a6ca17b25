/*
 * Lists: paging, filters, which plan they take, .search.
 */

#include "unit_op.h"

#define SEARCH  "'schemas':['urn:ietf:params:scim:api:messages:2.0:" \
                "SearchRequest']"


/* The userNames of a list, in order: "a,b". */
static const char *
names(const unit_answer_t *answer)
{
    scim_buf_t          buf;
    scim_str_t          text;
    const scim_json_t  *user;

    scim_buf_init(&buf, unit_op_pool(), 64);
    user = scim_json_get(answer->json, scim_str("Resources"));
    assert_non_null(user);

    for (user = user->first; user != NULL; user = user->next) {
        if (buf.len != 0) {
            scim_buf_char(&buf, ',');
        }

        scim_buf_str(&buf, scim_json_get_text(user, scim_str("userName")));
    }

    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return unit_printf("%.*s", SCIM_FMT(text));
}


static void
pages(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *args;
        const char *total;
        const char *start;
        const char *items;
        const char *names;
    } cases[] = {
        { "", "5", "1", "3", "a,b,c" },
        { "?count=2", "5", "1", "2", "a,b" },
        { "?startIndex=3&count=2", "5", "3", "2", "c,d" },
        { "?startIndex=5&count=2", "5", "5", "1", "e" },
        { "?startIndex=6", "5", "6", "0", "" },
        { "?startIndex=99999999999999999999", "5", "1000000000", "0", "" },
        { "?startIndex=0&count=1", "5", "1", "1", "a" },
        { "?startIndex=-7&count=1", "5", "1", "1", "a" },
        { "?count=0", "5", "1", "0", "" },
        { "?count=-1", "5", "1", "0", "" },
        { "?count=100000", "5", "1", "4", "a,b,c,d" },
        { "?startIndex=&count=&attributes=&filter=", "5", "1", "3", "a,b,c" },
        { "?STARTINDEX=2&COUNT=1&aadOptscim062020&x=y&", "5", "2", "1", "b" },
        { "?filter=title pr", "4", "1", "3", "a,b,c" },
        { "?filter=title pr&startIndex=2&count=2", "4", "2", "2", "b,c" },
        { "?filter=title pr&startIndex=9", "4", "9", "0", "" },
        { "?filter=title pr&count=0", "4", "1", "0", "" },
        { "?filter=userName sw ''&count=2", "5", "1", "2", "a,b" },
        { "?filter=externalId eq 'x'&count=2", "3", "1", "2", "a,b" },
        { "?filter=externalId eq 'x'&startIndex=3", "3", "3", "1", "d" },
        { "?filter=externalId eq 'x'&count=0", "3", "1", "0", "" },
    };

    (void) state;

    unit_conf.default_count = 3;
    unit_conf.max_count = 4;

    unit_op("POST /Users", "{'userName':'a','title':'t','externalId':'x'}");
    unit_op("POST /Users", "{'userName':'b','title':'t','externalId':'x'}");
    unit_op("POST /Users", "{'userName':'c','title':'t','externalId':'y'}");
    unit_op("POST /Users", "{'userName':'d','externalId':'x'}");
    unit_op("POST /Users", "{'userName':'e','title':'t'}");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_printf("GET /Users%s", cases[i].args), NULL);

        if (answer.status != 200 || answer.trips != 1
            || strcmp(unit_get(&answer, "totalResults"), cases[i].total) != 0
            || strcmp(unit_get(&answer, "startIndex"), cases[i].start) != 0
            || strcmp(unit_get(&answer, "itemsPerPage"), cases[i].items) != 0
            || strcmp(names(&answer), cases[i].names) != 0)
        {
            fail_msg("%s: %d in %u: %s", cases[i].args, answer.status,
                     answer.trips, answer.text);
        }
    }

    answer = unit_op("GET /Groups", NULL);
    assert_string_equal(answer.text,
                        "{'schemas':['urn:ietf:params:scim:api:messages:2.0:"
                        "ListResponse'],'totalResults':0,'startIndex':1,"
                        "'itemsPerPage':0,'Resources':[]}");
}


static void
filters(void **state)
{
    size_t         i;
    const char    *id;
    unit_answer_t  answer;

    static const struct {
        const char *filter;         /* @I: Ada's id */
        const char *names;
    } cases[] = {
        { "userName eq 'ADA@X'", "Ada@X" },
        { "USERNAME EQ 'ada@x'", "Ada@X" },
        { "userName eq 'ada'", "" },
        { "userName eq 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "" },
        { "externalId eq 'E1'", "Ada@X" },
        { "externalId eq 'e1'", "" },
        { "emails.value eq 'W@x'", "Ada@X" },
        { "emails eq 'w@x'", "Ada@X" },
        { "emails[type eq 'work'].value eq 'w@x'", "Ada@X" },
        { "emails[type eq 'work'] eq 'w@x'", "Ada@X" },
        { "emails[type eq 'home'].value eq 'w@x'", "" },
        { "emails[value eq 'w@x']", "Ada@X" },
        { "emails[value eq 'w@x' or value eq 'b@x']", "Ada@X,bob" },
        { "displayName eq 'ada l'", "Ada@X" },
        { "id eq '@I'", "Ada@X" },
        { "id eq 'nobody'", "" },
        { "id eq 'no/body'", "" },
        { "id eq '@I' or id eq 'nobody' or id eq '@I'", "Ada@X" },
        { "id eq '@I' and title eq 'boss'", "Ada@X" },
        { "title eq 'boss' and id eq '@I'", "Ada@X" },
        { "id eq '@I' and title eq 'none'", "" },
        { "id eq '@I' and manager eq 'm1'", "Ada@X" },
        { "id eq '@I' or userName eq 'bob'", "Ada@X,bob" },
        { "userName eq 'bob' or externalId eq 'E1'", "Ada@X,bob" },
        { "userName eq 'bob' or title eq 'boss'", "Ada@X,bob" },
        { "userName sw 'a' and title pr", "Ada@X" },
        { "userName gt 'ada@x'", "bob,carol" },
        { "userName ge 'bob' and userName lt 'carol'", "bob" },
        { "not (userName eq 'bob')", "Ada@X,carol" },
        { "userName ne 'bob'", "Ada@X,carol" },
        { "userName co 'a'", "Ada@X,carol" },
        { "active eq true", "Ada@X" },
        { "active eq 'True'", "Ada@X" },
        { "externalId eq null", "bob,carol" },
        { "userName eq 'bob' and active eq true", "" },
        { "urn:ietf:params:scim:schemas:core:2.0:User:userName eq 'bob'",
          "bob" },
        { "groups pr", "Ada@X" },
        { "groups.display eq 'team'", "Ada@X" },
    };

    (void) state;

    answer = unit_op("POST /Users", "{'userName':'Ada@X','externalId':'E1',"
                     "'displayName':'Ada L','title':'boss','active':true,"
                     "'emails':[{'type':'work','value':'w@x'},"
                     "{'type':'home','value':'h@x'}],"
                     "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:"
                     "User':{'manager':'m1'}}");
    id = unit_get(&answer, "id");
    (void) unit_group("team", id);
    unit_op("POST /Users", "{'userName':'bob','emails':[{'value':'b@x'}]}");
    (void) unit_user("carol");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_printf("GET /Users?filter=%s",
                                     unit_fill(cases[i].filter, "I", id)),
                         NULL);

        if (answer.status != 200 || answer.trips != 1
            || strcmp(names(&answer), cases[i].names) != 0)
        {
            fail_msg("%s: %d in %u: %s", cases[i].filter, answer.status,
                     answer.trips, answer.text);
        }
    }
}


static void
what_is_refused(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *request;
        const char *body;
        const char *type;
        const char *detail;
    } cases[] = {
        { "GET /Users?startIndex=one", NULL, "invalidValue", "startIndex" },
        { "GET /Users?count=1.5", NULL, "invalidValue", "count" },
        { "GET /Users?count=-", NULL, "invalidValue", "count" },
        { "GET /Users?filter=userName", NULL, "invalidFilter", "" },
        { "GET /Users?filter=nothing eq 'x'", NULL, "invalidFilter",
          "nothing" },
        { "GET /Users?filter=%ff", NULL, "invalidFilter", "UTF-8" },
        { "GET /Users?filter=id pr&filter=id pr", NULL, "invalidFilter",
          "twice" },
        { "GET /Users?attributes=id&excludedAttributes=id", NULL,
          "invalidValue", "" },
        { "GET /Users?filter=title eq 'x'", NULL, "tooMany",
          "condition on title" },
        { "GET /Users?filter=userName sw 'a' or name.givenName eq 'x'", NULL,
          "tooMany", "name.givenName" },
        { "GET /Users?filter=userName sw 'a'", NULL, "tooMany", "" },
        { "POST /Users/.search", NULL, "invalidSyntax", "no body" },
        { "POST /Users/.search", "[]", "invalidSyntax", "object" },
        { "POST /Users/.search", "{'schemas':['x']}", "invalidSyntax",
          "SearchRequest" },
        { "POST /Users/.search", "{'filter':1}", "invalidFilter", "filter" },
        { "POST /Users/.search", "{'count':'x'}", "invalidValue", "count" },
        { "POST /Users/.search", "{'attributes':[1]}", "invalidValue",
          "attributes" },
        { "POST /Users/.search", "{'count':{}}", "invalidValue", "count" },
    };

    (void) state;

    unit_conf.scan_limit = 2;
    (void) unit_user("aa");
    (void) unit_user("ab");
    (void) unit_user("ac");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(cases[i].request, cases[i].body);

        if (answer.status != 400
            || (answer.json != NULL
                && strcmp(unit_get(&answer, "scimType"), cases[i].type) != 0)
            || strstr(answer.text, cases[i].detail) == NULL)
        {
            fail_msg("%s %s: %d %s", cases[i].request, cases[i].body,
                     answer.status, answer.text);
        }
    }

    /* what an index serves is not in the way of the limit */
    answer = unit_op("GET /Users?filter=userName eq 'ab'", NULL);
    assert_string_equal(names(&answer), "ab");
    answer = unit_op("GET /Users", NULL);
    assert_string_equal(names(&answer), "aa,ab,ac");
}


static void
search_is_a_list(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *body;
        const char *names;
    } cases[] = {
        { "{" SEARCH "}", "a,b,c" },
        { "{}", "a,b,c" },
        { "{" SEARCH ",'filter':'userName eq \\'B\\''}", "b" },
        { "{'startIndex':2,'count':1}", "b" },
        { "{'startIndex':'2','COUNT':'1'}", "b" },
        { "{'filter':null,'count':null,'attributes':[]}", "a,b,c" },
        { "{'attributes':['userName','id'],'filter':'title pr'}", "a" },
        { "{'attributes':'userName'}", "a,b,c" },
        { "{'sortBy':'userName','filter':''}", "a,b,c" },
    };

    (void) state;

    unit_op("POST /Users", "{'userName':'a','title':'t'}");
    (void) unit_user("b");
    (void) unit_user("c");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op("POST /Users/.search", cases[i].body);

        if (answer.status != 200 || answer.trips != 1
            || strcmp(names(&answer), cases[i].names) != 0)
        {
            fail_msg("%s: %d in %u: %s", cases[i].body, answer.status,
                     answer.trips, answer.text);
        }
    }

    answer = unit_op("POST /Users/.search", "{'attributes':['userName']}");
    assert_null(strstr(answer.text, "title"));
    assert_null(strstr(answer.text, "meta"));
}


/* More than one chunk, with and without a test of each row. */
static void
long_lists_come_in_chunks(void **state)
{
    size_t              i, seen;
    unit_answer_t       answer;
    const scim_json_t  *resources;

    (void) state;

    for (i = 0; i < 450; i++) {
        unit_op("POST /Users",
                unit_printf("{'userName':'u%03zu','title':'%s'}", i,
                            (i % 10 == 0) ? "ten" : "other"));
    }

    for (i = 1, seen = 0; i <= 450; i += 100) {
        answer = unit_op(unit_printf("GET /Users?startIndex=%zu&count=100",
                                     i), NULL);
        assert_int_equal(answer.trips, 1);
        assert_string_equal(unit_get(&answer, "totalResults"), "450");
        resources = scim_json_get(answer.json, scim_str("Resources"));
        seen += resources->count;
        assert_string_equal(unit_printf("%.*s",
            SCIM_FMT(scim_json_get_text(resources->first,
                                        scim_str("userName")))),
            unit_printf("u%03zu", i - 1));
    }

    assert_int_equal(seen, 450);

    answer = unit_op("GET /Users?count=1000", NULL);
    assert_int_equal(answer.trips, 3);
    assert_string_equal(unit_get(&answer, "itemsPerPage"), "450");

    answer = unit_op("GET /Users?filter=title eq 'ten'&startIndex=20&count=3",
                     NULL);
    assert_int_equal(answer.trips, 3);
    assert_string_equal(unit_get(&answer, "totalResults"), "45");
    assert_string_equal(names(&answer), "u190,u200,u210");

    answer = unit_op("GET /Users?filter=userName sw 'u' and title eq 'ten'"
                     "&startIndex=44", NULL);
    assert_int_equal(answer.trips, 3);
    assert_string_equal(names(&answer), "u430,u440");
}


/* The more each row brings along, the fewer rows a chunk has. */
static void
rows_with_much_come_in_small_chunks(void **state)
{
    size_t         i;
    scim_buf_t     members;
    scim_str_t     text, body;
    unit_answer_t  answer;

    (void) state;

    scim_buf_init(&members, unit_op_pool(), 16384);

    for (i = 0; i < 250; i++) {
        scim_buf_str(&members, scim_str_from(
            unit_printf("%s'%s'", (i == 0) ? "" : ",",
                        unit_user(unit_printf("u%zu", i)))));
    }

    assert_int_equal(scim_buf_done(&members, &text), SCIM_OK);

    for (i = 0; i < 150; i++) {
        assert_int_equal(scim_str_printf(unit_op_pool(), &body,
                                         "{'displayName':'g%zu',"
                                         "'members':[%.*s]}", i,
                                         SCIM_FMT(text)), SCIM_OK);

        answer = unit_op("POST /Groups?excludedAttributes=members", body.data);
        assert_int_equal(answer.status, 201);
    }

    /* 34 each: no further row after 5000 groups */
    answer = unit_op("GET /Users?count=1000&attributes=groups.type", NULL);
    assert_int_equal(answer.trips, 8);
    assert_string_equal(unit_get(&answer, "itemsPerPage"), "250");
}


/* What an index finds for a filter may be more than one call takes: all
 * resources are read then, in the same order, if there are not too many. */
static void
wide_filters(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *filter;
        const char *total;
        const char *names;
    } cases[] = {
        { "externalId eq 'x'&startIndex=2&count=2", "4001", "u1,u2" },
        { "externalId eq 'x' and userName eq 'u7'", "1", "u7" },
        { "externalId sw 'x' and title pr", "1", "u3000" },
        { "externalId eq 'y' or externalId eq 'x'&startIndex=4002", "4002",
          "y" },
        { "externalId eq 'y'", "1", "y" },
    };

    (void) state;

    for (i = 0; i <= 4000; i++) {
        unit_op("POST /Users", unit_printf(
            "{'userName':'u%zu','externalId':'x'%s}", i,
            (i == 3000) ? ",'title':'t'" : ""));
    }

    unit_op("POST /Users", "{'userName':'y','externalId':'y'}");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_printf("GET /Users?filter=%s", cases[i].filter),
                         NULL);

        if (answer.status != 200
            || strcmp(unit_get(&answer, "totalResults"), cases[i].total) != 0
            || strcmp(names(&answer), cases[i].names) != 0)
        {
            fail_msg("%s: %d in %u: %s", cases[i].filter, answer.status,
                     answer.trips, answer.text);
        }
    }

    unit_conf.scan_limit = 4001;
    answer = unit_op("GET /Users?filter=externalId eq 'x'", NULL);
    assert_int_equal(answer.status, 400);
    assert_string_equal(unit_get(&answer, "scimType"), "tooMany");
    assert_non_null(strstr(answer.text, "4000"));

    answer = unit_op("GET /Users?filter=externalId eq 'x'&cursor&count=2",
                     NULL);
    assert_string_equal(names(&answer), "u0,u1");
}


/* Groups found by a scan show their members, which no chunk brought. */
static void
scanned_groups_show_members(void **state)
{
    const char    *a;
    unit_answer_t  answer;

    (void) state;

    a = unit_user("ada");
    (void) unit_group("one", a);
    (void) unit_group("two", NULL);
    (void) unit_group("three", a);

    answer = unit_op("GET /Groups?filter=displayName co 'e'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "2");
    assert_int_equal(answer.trips, 3);
    assert_non_null(strstr(answer.text, "'display':'ada'"));

    answer = unit_op("GET /Groups?filter=displayName co 'e'"
                     "&excludedAttributes=members", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "2");
    assert_int_equal(answer.trips, 1);
    assert_null(strstr(answer.text, "members"));

    answer = unit_op("GET /Groups?excludedAttributes=members&filter="
                     "displayName+eq+%22ONE%22", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    assert_int_equal(answer.trips, 1);
    assert_null(strstr(answer.text, "members"));

    answer = unit_op("GET /Groups?filter=displayName eq 'one'", NULL);
    assert_int_equal(answer.trips, 1);
    assert_non_null(strstr(answer.text, "'display':'ada'"));
}


static void
discovery(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *request;
        int         status;
        unsigned    trips;
    } cases[] = {
        { "GET /ServiceProviderConfig", 200, 1 },
        { "HEAD /serviceproviderconfig/", 200, 1 },
        { "GET /ServiceProviderConfig/x", 404, 0 },
        { "GET /ServiceProviderConfig?filter=id pr", 403, 1 },
        { "POST /ServiceProviderConfig", 405, 0 },
        { "GET /ResourceTypes", 200, 1 },
        { "GET /ResourceTypes/User", 200, 1 },
        { "GET /ResourceTypes/Cat", 404, 1 },
        { "GET /ResourceTypes?filter=id pr", 403, 1 },
        { "DELETE /ResourceTypes/User", 405, 0 },
        { "GET /Schemas", 200, 1 },
        { "GET /Schemas/urn:ietf:params:scim:schemas:core:2.0:User", 200, 1 },
        { "GET /Schemas/urn%3aietf:params:scim:schemas:core:2.0:Group", 200,
          1 },
        { "GET /Schemas/urn:x", 404, 1 },
        { "PUT /Schemas/urn:x", 405, 0 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(cases[i].request, NULL);

        if (answer.status != cases[i].status
            || answer.trips != cases[i].trips)
        {
            fail_msg("%s: %d in %u: %s", cases[i].request, answer.status,
                     answer.trips, answer.text);
        }

        assert_true(answer.status != 405 || answer.result->allow != NULL);
    }

    unit_env.tenant = scim_str("");
    answer = unit_op("GET /ServiceProviderConfig", NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 0);

    unit_env.tenant = scim_str("nobody");
    assert_int_equal(unit_op("GET /Schemas", NULL).status, 404);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(pages),
        TEST(filters),
        TEST(what_is_refused),
        TEST(search_is_a_list),
        TEST(long_lists_come_in_chunks),
        TEST(rows_with_much_come_in_small_chunks),
        TEST(wide_filters),
        TEST(scanned_groups_show_members),
        TEST(discovery),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
