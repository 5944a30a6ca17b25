/*
 * sortBy over indexes and without, beside filters and pages; lists of all
 * types at the root; what indexes say against what a scan says.
 */

#include "unit_op.h"
#include "unit_redis.h"
#include "op/scim_request.h"

#define ENTERPRISE  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:" \
                    "User"


/* The nickNames, else displayNames, of a list, in order: "ab". */
static const char *
marks(const unit_answer_t *answer)
{
    scim_buf_t          buf;
    scim_str_t          text;
    const scim_json_t  *user;

    scim_buf_init(&buf, unit_op_pool(), 64);
    user = scim_json_get(answer->json, scim_str("Resources"));

    if (user == NULL) {
        return "?";
    }

    for (user = user->first; user != NULL; user = user->next) {
        text = scim_json_get_text(user, scim_str("nickName"));

        if (text.data == NULL) {
            text = scim_json_get_text(user, scim_str("displayName"));
        }

        scim_buf_str(&buf, text.data != NULL ? text : scim_str("-"));
    }

    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return unit_printf("%.*s", SCIM_FMT(text));
}


static void
make_people(void)
{
    unit_op("POST /Users", "{'nickName':'c','userName':'Carl','title':'Boss',"
            "'active':true,'externalId':'B','displayName':'Z',"
            "'name':{'familyName':'\xc3\x89" "clair'},"
            "'emails':[{'value':'z@x'},{'value':'a@x','primary':true}],"
            "'" ENTERPRISE "':{'employeeNumber':'10',"
            "'costCenter':'b'}}");
    unit_op("POST /Users", "{'nickName':'a','userName':'ada','title':'boss',"
            "'active':false,'displayName':'y','externalId':'b',"
            "'emails':[{'value':'M@x'},{'value':'b@x'}],"
            "'name':{'familyName':'zorn'},"
            "'" ENTERPRISE "':{'employeeNumber':'9','costCenter':'a'}}");
    unit_op("POST /Users", "{'nickName':'b','userName':'Bob',"
            "'active':true,'displayName':'X','externalId':'a'}");
    unit_op("POST /Users", "{'nickName':'d','userName':'dan','title':'Aide',"
            "'emails':[{'type':'work'},{'value':'c@x','primary':false}]}");
}


static void
orders(void **state)
{
    size_t         i, j;
    unit_answer_t  answer;

    static const struct {
        const char *by;
        const char *up;         /* descending is the other way round */
    } cases[] = {
        { "userName", "abcd" },
        { "USERNAME", "abcd" },
        { "urn:ietf:params:scim:schemas:core:2.0:User:userName", "abcd" },
        { "nickName", "abcd" },
        { "displayName", "bacd" },
        { "externalId", "cbad"  },       /* caseExact: B a b */
        { "emails", "cdab" },            /* a@x (primary) c@x M@x - */
        { "emails.value", "cdab" },
        { "name.familyName", "" },
        { "active", "" },
        { "meta.created", "" },
        { ENTERPRISE ":costCenter", "" },
        { "costCenter", "" },
    };

    (void) state;
    make_people();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char  *up, *down;
        size_t       n;

        answer = unit_op(unit_printf("GET /Users?sortBy=%s", cases[i].by),
                         NULL);
        up = marks(&answer);

        if (answer.status != 200 || strlen(up) != 4
            || (cases[i].up[0] != '\0' && strcmp(up, cases[i].up) != 0))
        {
            fail_msg("%s: %d %s %s", cases[i].by, answer.status, up,
                     answer.text);
        }

        answer = unit_op(unit_printf("GET /Users?sortBy=%s&sortOrder="
                                     "Descending", cases[i].by), NULL);
        down = marks(&answer);
        n = strlen(down);
        assert_int_equal(n, 4);

        for (j = 0; j < n; j++) {
            assert_int_equal(up[j], down[n - 1 - j]);
        }
    }

    /* by value, ties by id, the missing last */
    answer = unit_op("GET /Users?sortBy=active", NULL);
    assert_int_equal(marks(&answer)[0], 'a');
    assert_int_equal(marks(&answer)[3], 'd');
    answer = unit_op("GET /Users?sortBy=title", NULL);
    assert_int_equal(marks(&answer)[0], 'd');
    assert_int_equal(marks(&answer)[3], 'b');
    answer = unit_op("GET /Users?sortBy=costCenter&count=2", NULL);
    assert_string_equal(marks(&answer), "ac");
    answer = unit_op("GET /Users?sortBy=name.familyName&count=2", NULL);
    assert_string_equal(marks(&answer), "ac");      /* bytes: Z before E' */
    answer = unit_op("GET /Users?sortBy=meta.created&count=1"
                     "&attributes=nickName", NULL);
    assert_int_equal(strlen(marks(&answer)), 1);
}


static void
pages_and_filters(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char *args;
        const char *marks;
        const char *total;
        unsigned    trips;
    } cases[] = {
        { "sortBy=userName", "abcd", "4", 1 },
        { "sortBy=userName&startIndex=2&count=2", "bc", "4", 1 },
        { "sortBy=userName&sortOrder=descending&startIndex=2&count=2", "cb",
          "4", 1 },
        { "sortBy=userName&startIndex=9", "", "4", 1 },
        { "sortBy=userName&count=0", "", "4", 1 },
        { "sortBy=userName&filter=userName gt 'ada'", "bcd", "3", 1 },
        { "sortBy=userName&filter=userName gt 'ada'&startIndex=2&count=1",
          "c", "3", 1 },
        { "sortBy=userName&filter=userName gt 'ada'&startIndex=2&count=1"
          "&sortOrder=descending", "c", "3", 1 },
        { "sortBy=userName&filter=userName gt 'ada' and active eq true",
          "bc", "2", 1 },
        { "sortBy=userName&filter=title pr", "acd", "3", 1 },
        { "sortBy=userName&filter=title pr&startIndex=2&count=1", "c", "3",
          1 },
        { "sortBy=userName&sortOrder=descending&filter=title pr&startIndex=3",
          "a", "3", 1 },
        { "sortBy=nickName&startIndex=2&count=2", "bc", "4", 2 },
        { "sortBy=nickName&sortOrder=descending&startIndex=2&count=2", "cb",
          "4", 2 },
        { "sortBy=nickName&count=0", "", "4", 2 },
        { "sortBy=nickName&startIndex=5", "", "4", 2 },
        { "sortBy=nickName&filter=title pr", "acd", "3", 2 },
        { "sortBy=userName&filter=externalId eq 'b' or externalId eq 'B'",
          "ac", "2", 2 },
        { "sortBy=emails.value&filter=emails.value sw 'a'", "c", "1", 2 },
        { "sortOrder=descending", "cabd", "4", 1 },
        { "sortBy=&sortOrder=ascending", "cabd", "4", 1 },
    };

    (void) state;
    make_people();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_printf("GET /Users?%s", cases[i].args), NULL);

        if (answer.status != 200 || answer.trips != cases[i].trips
            || strcmp(marks(&answer), cases[i].marks) != 0
            || strcmp(unit_get(&answer, "totalResults"), cases[i].total) != 0)
        {
            fail_msg("%s: %d in %u: %s %s", cases[i].args, answer.status,
                     answer.trips, marks(&answer), answer.text);
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
        const char *type;
        const char *detail;
    } cases[] = {
        { "GET /Users?sortBy=nothing", "invalidValue", "nothing" },
        { "GET /Users?sortBy=name", "invalidValue", "name" },
        { "GET /Users?sortBy=name.", "invalidValue", "name." },
        { "GET /Users?sortBy=password", "invalidValue", "password" },
        { "GET /Users?sortBy=groups", "invalidValue", "groups" },
        { "GET /Groups?sortBy=members.value", "invalidValue", "members" },
        { "GET /Users?sortBy=x509Certificates.value", "invalidValue", "" },
        { "GET /Users?sortBy=" ENTERPRISE, "invalidValue", "" },
        { "GET /Users?sortBy=userName&sortOrder=up", "invalidValue", "up" },
        { "GET /Users?sortBy=userName&sortBy=id", "invalidValue", "twice" },
        { "GET /?sortBy=nothing", "invalidValue", "nothing" },
        { "GET /Users?sortBy=nickName", "tooMany", "sort by one of" },
        { "GET /Users?sortBy=userName&filter=title pr", "tooMany", "title" },
        { "GET /?sortBy=displayName", "tooMany", "" },
    };

    (void) state;
    make_people();
    unit_conf.scan_limit = 3;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(cases[i].request, NULL);

        if (answer.status != 400
            || (answer.json != NULL
                && strcmp(unit_get(&answer, "scimType"), cases[i].type) != 0)
            || strstr(answer.text, cases[i].detail) == NULL)
        {
            fail_msg("%s: %d %s", cases[i].request, answer.status,
                     answer.text);
        }
    }

    /* an index has the order, however many there are */
    answer = unit_op("GET /Users?sortBy=userName", NULL);
    assert_string_equal(marks(&answer), "abcd");
}


/* Changes move a resource in the order, and it stays there once. */
static void
changes(void **state)
{
    const char    *id;
    unit_answer_t  answer;

    (void) state;
    make_people();

    answer = unit_op("GET /Users?filter=userName eq 'dan'", NULL);
    id = unit_printf("%.*s", SCIM_FMT(scim_json_get_text(
        scim_json_get(answer.json, scim_str("Resources"))->first,
        scim_str("id"))));

    answer = unit_op(unit_printf("PATCH /Users/%s", id),
                     "{'schemas':['urn:ietf:params:scim:api:messages:2.0:"
                     "PatchOp'],'Operations':[{'op':'add','path':'externalId',"
                     "'value':'A'}]}");
    assert_int_equal(answer.status, 200);
    answer = unit_op("GET /Users?sortBy=externalId", NULL);
    assert_string_equal(marks(&answer), "dcba");

    answer = unit_op(unit_printf("PATCH /Users/%s", id),
                     "{'schemas':['urn:ietf:params:scim:api:messages:2.0:"
                     "PatchOp'],'Operations':[{'op':'remove',"
                     "'path':'externalId'}]}");
    assert_int_equal(answer.status, 200);
    answer = unit_op("GET /Users?sortBy=externalId", NULL);
    assert_string_equal(marks(&answer), "cbad");

    unit_op(unit_printf("DELETE /Users/%s", id), NULL);
    answer = unit_op("GET /Users?sortBy=externalId", NULL);
    assert_string_equal(marks(&answer), "cba");
}


static void
root(void **state)
{
    size_t         i;
    const char    *id;
    unit_answer_t  answer;

    static const struct {
        const char *request;    /* @B: Bob's id */
        const char *marks;
        const char *total;
    } cases[] = {
        { "GET /", "cabdpq", "6" },
        { "GET /?count=5", "cabdp", "6" },
        { "GET /?startIndex=4&count=2", "dp", "6" },
        { "GET /?startIndex=6", "q", "6" },
        { "GET /?startIndex=7", "", "6" },
        { "GET /?count=0", "", "6" },
        { "GET /?filter=meta.resourceType eq 'Group'", "pq", "2" },
        { "GET /?filter=meta.resourceType ne 'Group'", "cabd", "4" },
        { "GET /?filter=meta.resourceType eq 'Group'&startIndex=2", "q", "2" },
        { "GET /?filter=meta.resourceType eq 'Group' or userName eq 'bob'",
          "bpq", "3" },
        { "GET /?filter=userName eq 'bob'", "b", "1" },
        { "GET /?filter=userName eq 'bob' or members.value eq '@B'", "bp",
          "2" },
        { "GET /?filter=members[value eq '@B']", "p", "1" },
        { "GET /?filter=userName ne 'bob'", "cadpq", "5" },
        { "GET /?filter=not (userName eq 'bob')", "cadpq", "5" },
        { "GET /?filter=userName pr", "cabd", "4" },
        { "GET /?filter=members pr", "p", "1" },
        { "GET /?filter=displayName sw 'p' or displayName eq 'X'", "bp", "2" },
        { "GET /?filter=externalId eq null", "dpq", "3" },
        { "GET /?filter=emails[value sw 'a' and primary eq true]", "c", "1" },
        { "GET /?filter=" ENTERPRISE ":costCenter eq 'a'", "a", "1" },
        { "GET /?filter=id eq '@B'", "b", "1" },
        { "GET /?sortBy=displayName", "pqbacd", "6" },
        { "GET /?sortBy=displayName&sortOrder=descending", "dcabqp", "6" },
        { "GET /?sortBy=displayName&startIndex=2&count=3", "qba", "6" },
        { "GET /?sortBy=userName&filter=displayName pr&count=3", "abc", "5" },
    };

    static const struct {
        const char *request;
        const char *body;
        int         status;
        const char *text;
    } others[] = {
        { "POST /.search", "{'filter':'userName eq \\'bob\\''}", 200,
          "'totalResults':1" },
        { "POST /.SEARCH/", "{'sortBy':'displayName','count':1}", 200,
          "'displayName':'p'" },
        { "POST /.search", NULL, 400, "no body" },
        { "GET /.search", NULL, 405, "POST" },
        { "POST /", "{}", 405, "GET" },
        { "GET /?filter=nothing eq 'x'", NULL, 400, "nothing" },
        { "GET /?filter=active gt true", NULL, 400, "invalidFilter" },
        { "GET /?attributes=userName", NULL, 200, "'userName':'Bob'" },
    };

    (void) state;
    make_people();

    answer = unit_op("GET /Users?filter=userName eq 'bob'", NULL);
    id = unit_printf("%.*s", SCIM_FMT(scim_json_get_text(
        scim_json_get(answer.json, scim_str("Resources"))->first,
        scim_str("id"))));
    (void) unit_group("p", id);
    (void) unit_group("q", NULL);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_fill(cases[i].request, "B", id), NULL);

        if (answer.status != 200
            || strcmp(marks(&answer), cases[i].marks) != 0
            || strcmp(unit_get(&answer, "totalResults"), cases[i].total) != 0)
        {
            fail_msg("%s: %d: %s %s", cases[i].request, answer.status,
                     marks(&answer), answer.text);
        }
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        answer = unit_op(others[i].request, others[i].body);

        if (answer.status != others[i].status
            || strstr(answer.text, others[i].text) == NULL)
        {
            fail_msg("%s: %d: %s", others[i].request, answer.status,
                     answer.text);
        }
    }
}


/* What the planner takes from an index is what the filter says: the same with
 * `or`ed to something that no index serves and nobody has. */
static void
indexes_agree_with_scans(void **state)
{
    size_t         i, j, k;
    const char    *term, *plain, *scanned;
    unit_answer_t  answer;

    static const char *const attrs[] = {
        "userName", "externalId", "displayName", "emails.value", "emails"
    };
    static const char *const ops[] = {
        "eq", "sw", "gt", "ge", "lt", "le", "ne", "co", "ew"
    };
    static const char *const values[] = {
        "", "a", "B", "ada", "carl", "X", "a@x", "\x7f", "zz", "\xc3\xa9"
    };

    (void) state;
    make_people();
    unit_op("POST /Users", "{'nickName':'e','userName':'ad','externalId':'',"
            "'displayName':'\xc3\x89" "a','emails':[{'value':'a@xy'}]}");
    unit_op("POST /Users", "{'nickName':'f','userName':'adam',"
            "'displayName':'a\\u0001'}");

    for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
        for (j = 0; j < sizeof(ops) / sizeof(ops[0]); j++) {
            for (k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
                term = unit_printf("%s %s '%s'", attrs[i], ops[j], values[k]);

                answer = unit_op(unit_printf("GET /Users?filter=%s", term),
                                 NULL);
                plain = marks(&answer);
                answer = unit_op(unit_printf("GET /Users?filter=%s or "
                                             "userType eq 'x'", term), NULL);
                scanned = marks(&answer);

                if (strcmp(plain, scanned) != 0) {
                    fail_msg("%s: %s, scanned %s", term, plain, scanned);
                }
            }
        }
    }
}


static scim_rc_t
scarce(void *data)
{
    scim_op_t       *op;
    scim_rc_t        rc;
    redisReply      *reply;
    scim_pool_t     *pool;
    scim_error_t     err;
    scim_http_t      http = { .method = SCIM_GET };
    scim_request_t   request;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    http.path = scim_str("/Users");
    http.args = scim_str_from(data);

    rc = scim_request_map(pool, unit_conf.schemas, &http, &request, &err);

    if (rc == SCIM_OK) {
        op = scim_op_start(pool, &unit_env, &request);
        rc = (op == NULL) ? SCIM_NOMEM : scim_op_run(op);

        while (rc == SCIM_AGAIN) {
            reply = unit_command(&op->cmd);
            rc = scim_op_reply(op, reply);
            freeReplyObject(reply);
        }

        assert_true(rc != SCIM_OK || op->result.status == 200);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    size_t         i;
    static char    args[][64] = {
        "sortBy=nickName&cursor=", "sortBy=userName", "filter=title+pr&cursor",
        "sortBy=emails&sortOrder=descending&count=1&cursor="
    };

    (void) state;
    make_people();

    for (i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
        unit_fail_allocations(scarce, args[i]);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(orders),
        TEST(pages_and_filters),
        TEST(what_is_refused),
        TEST(changes),
        TEST(root),
        TEST(indexes_agree_with_scans),
        TEST(without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
