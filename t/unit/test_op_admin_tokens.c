/*
 * The admin API's tokens over a real Redis: made, changed, rotated, replaced,
 * revoked, and what is valid in between.
 */

#include "unit_op.h"
#include "unit_redis.h"


/* One that was made; the strings are in the tests' pool. */
typedef struct {
    const char *id;
    const char *secret;
} made_t;


static unit_answer_t
on(const char *method, const char *id, const char *more, const char *body)
{
    return unit_admin(unit_printf("%s /tenants/acme/tokens/%s%s", method, id,
                                  more), body);
}


static made_t
made(unit_answer_t answer)
{
    if (answer.status != 201) {
        fail_msg("%d %s", answer.status, answer.text);
    }

    return (made_t) { unit_get(&answer, "id"), unit_get(&answer, "token") };
}


static made_t
make(const char *body)
{
    return made(unit_admin("POST /tenants/acme/tokens", body));
}


/* What the gate says. */
static int
gate(made_t token)
{
    scim_gate_t  check = { .token = scim_str_from(token.secret) };

    return unit_op_run(scim_op_gate(unit_op_pool(), &unit_env,
                                    &check)).status;
}


static size_t
listed(void)
{
    unit_answer_t  answer;

    answer = unit_admin("GET /tenants/acme/tokens", NULL);
    assert_int_equal(answer.status, 200);

    return scim_json_get(answer.json, scim_str("tokens"))->count;
}


/* As many records as entries, so that nothing is valid that is not listed. */
static void
nothing_else_is_valid(void)
{
    redisReply  *reply;

    reply = redisCommand(unit_redis_connection(), "KEYS scim:token:*");
    assert_non_null(reply);
    assert_int_equal(reply->elements, listed());
    freeReplyObject(reply);
}


static void
a_life(void **state)
{
    made_t         token;
    unit_answer_t  answer;

    (void) state;

    answer = unit_admin("POST /tenants/acme/tokens",
                        "{'name':'Entra','actor':'Entra ID',"
                        "'expires':'2030-01-01T00:00:00Z'}");
    token = made(answer);
    assert_int_equal(strlen(token.id), 16);
    assert_int_equal(strlen(token.secret), SCIM_TOKEN_LEN);
    assert_string_equal(unit_get(&answer, "scope"), "provision");
    assert_string_equal(unit_get(&answer, "name"), "Entra");
    assert_string_equal(unit_get(&answer, "actor"), "Entra ID");
    assert_string_equal(unit_get(&answer, "expires"),
                        "2030-01-01T00:00:00.000Z");

    /* tenant; entry, record, entry */
    assert_int_equal(answer.trips, 4);

    (void) make("{'scope':'read','name':null}");

    answer = unit_admin("GET /tenants/acme/tokens", NULL);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.text, token.secret));
    assert_null(strstr(answer.text, "lastUsed"));
    assert_null(strstr(answer.text, "rotatedTo"));
    assert_null(strstr(answer.text, "null"));
    assert_non_null(strstr(answer.text, "'scope':'read'"));
    assert_int_equal(listed(), 2);

    assert_int_equal(gate(token), 200);
    answer = on("GET", token.id, "", NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 2);
    assert_string_equal(answer.text,
        unit_printf("{'id':'%s','name':'Entra','scope':'provision',"
                    "'actor':'Entra ID','created':'2023-11-14T22:13:21.000Z',"
                    "'expires':'2030-01-01T00:00:00.000Z',"
                    "'lastUsed':'2023-11-14T22:13:24.000Z'}", token.id));

    assert_int_equal(on("DELETE", token.id, "", NULL).status, 204);
    assert_int_equal(on("DELETE", token.id, "", NULL).status, 404);
    assert_int_equal(on("GET", token.id, "", NULL).status, 404);
    assert_int_equal(gate(token), 401);
    assert_int_equal(listed(), 1);
    nothing_else_is_valid();
}


static void
changes(void **state)
{
    size_t         i;
    made_t         token;
    unit_answer_t  answer;

    static const struct {
        const char *body;
        const char *shown;
    } cases[] = {
        { "{}", "'name':'a','scope':'provision','created':" },
        { "{'name':'b','actor':'Ada'}",
          "'name':'b','scope':'provision','actor':'Ada','created':" },
        { "{'expires':'2030-01-01T00:00:00Z'}",
          ",'expires':'2030-01-01T00:00:00.000Z'" },
        { "{'name':null,'expires':'2024-01-01T00:00:00Z'}",
          ",'expires':'2024-01-01T00:00:00.000Z'" },
        { "{'actor':null}", "'name':'','scope':'provision','created':" },
        { "{'actor':''}", "'name':'','scope':'provision','created':" },
        { "{'expires':null}", "00Z'}" },
    };

    (void) state;

    token = make("{'name':'a'}");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = on("PATCH", token.id, "", cases[i].body);

        if (answer.status != 200
            || strstr(answer.text, cases[i].shown) == NULL)
        {
            fail_msg("%s: %d %s", cases[i].body, answer.status, answer.text);
        }

        assert_string_equal(answer.text, on("GET", token.id, "", NULL).text);
    }

    assert_null(strstr(answer.text, "expires"));

    /* an earlier end is one */
    assert_int_equal(on("PATCH", token.id, "",
                        "{'expires':'2024-01-01T00:00:00Z'}").status, 200);
    assert_int_equal(gate(token), 200);
    unit_env.now = 1704067200000;
    assert_int_equal(gate(token), 401);
}


static void
rotated_with_an_overlap(void **state)
{
    made_t         old, new;
    unit_answer_t  answer;

    (void) state;

    old = make("{'name':'Entra','actor':'Entra ID',"
               "'expires':'2023-11-24T22:13:21Z'}");

    /* a day less a second later; its ten days begin anew */
    unit_env.now += 86399000;
    answer = on("POST", old.id, "/rotate", "{'overlap':60}");
    new = made(answer);
    assert_string_equal(unit_get(&answer, "name"), "Entra");
    assert_string_equal(unit_get(&answer, "actor"), "Entra ID");
    assert_string_equal(unit_get(&answer, "scope"), "provision");
    assert_string_equal(unit_get(&answer, "created"),
                        "2023-11-15T22:13:21.000Z");
    assert_string_equal(unit_get(&answer, "expires"),
                        "2023-11-25T22:13:21.000Z");
    assert_string_not_equal(old.id, new.id);

    answer = on("GET", old.id, "", NULL);
    assert_string_equal(unit_get(&answer, "rotatedTo"), new.id);
    assert_string_equal(unit_get(&answer, "expires"),
                        "2023-11-15T22:14:21.000Z");
    answer = unit_admin("GET /tenants/acme/tokens", NULL);
    assert_non_null(strstr(answer.text, unit_printf("'rotatedTo':'%s'",
                                                    new.id)));

    assert_int_equal(gate(old), 200);
    assert_int_equal(gate(new), 200);
    unit_env.now += 60000;
    assert_int_equal(gate(old), 401);
    assert_int_equal(gate(new), 200);

    /* one that has expired stays so, whatever the overlap */
    new = made(on("POST", old.id, "/rotate", NULL));
    assert_int_equal(gate(old), 401);
    assert_int_equal(gate(new), 200);
    nothing_else_is_valid();
}


/* The end that an overlap set is none that a token was made with.  Each request
 * comes a second after the one before. */
static void
rotated_again(void **state)
{
    size_t         i;
    made_t         old;
    unit_answer_t  answer;

    static const struct {
        const char *body;
        const char *expires;
    } cases[] = {
        { "{}", "(none)" },
        { "{'expires':'2023-11-24T22:13:20Z'}", "2023-11-24T22:13:22.000Z" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        old = make(cases[i].body);
        (void) made(on("POST", old.id, "/rotate", "{'overlap':60}"));

        answer = on("POST", old.id, "/rotate", "{'overlap':60}");
        (void) made(answer);
        assert_string_equal(unit_get(&answer, "expires"), cases[i].expires);
    }
}


static void
rotated_in_other_ways(void **state)
{
    const char    *user;
    made_t         old, new;
    unit_answer_t  answer;

    (void) state;

    user = unit_user("ada");
    old = make(unit_printf("{'user':'%s'}", user));

    /* without a body it goes on for a day; without an end, without an end */
    answer = on("POST", old.id, "/rotate", NULL);
    new = made(answer);
    assert_string_equal(unit_get(&answer, "expires"), "(none)");
    assert_string_equal(unit_get(&answer, "user"), user);
    assert_string_equal(unit_get(&answer, "scope"), "self");

    unit_env.now += 86398000;
    assert_int_equal(gate(old), 200);
    unit_env.now += 2000;
    assert_int_equal(gate(old), 401);

    /* at once */
    old = new;
    new = made(on("POST", old.id, "/rotate", "{'overlap':0}"));
    assert_int_equal(gate(old), 401);
    assert_int_equal(gate(new), 200);
    assert_int_equal(on("GET", old.id, "", NULL).status, 404);

    /* for nobody */
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", user),
                             NULL).status, 204);
    answer = on("POST", new.id, "/rotate", NULL);
    assert_int_equal(answer.status, 409);
    assert_non_null(strstr(answer.text, user));
    nothing_else_is_valid();
}


static void
replaced(void **state)
{
    const char  *ada, *bob;
    made_t       provision[3], read, self[3];

    (void) state;

    ada = unit_printf("{'user':'%s','replace':true}", unit_user("ada"));
    bob = unit_printf("{'user':'%s','replace':true}", unit_user("bob"));

    provision[0] = make("{}");
    provision[1] = make("{'replace':false}");
    read = make("{'scope':'read','replace':true}");
    self[0] = make(ada);
    self[1] = make(bob);
    self[2] = make(ada);
    provision[2] = make("{'replace':true}");

    assert_int_equal(gate(provision[0]), 401);
    assert_int_equal(gate(provision[1]), 401);
    assert_int_equal(gate(provision[2]), 200);
    assert_int_equal(gate(read), 200);
    assert_int_equal(gate(self[0]), 401);
    assert_int_equal(gate(self[1]), 200);
    assert_int_equal(gate(self[2]), 200);
    assert_int_equal(listed(), 4);
    nothing_else_is_valid();
}


static void
one_at_a_time(void **state)
{
    made_t         first, second, third;
    unit_answer_t  answer;

    (void) state;

    /* the tenant's setting goes before the location's */
    first = make("{}");
    second = make("{}");
    unit_conf.policy.single_token = true;
    assert_int_equal(unit_admin("PATCH /tenants/acme",
                                "{'settings':{'singleToken':false}}").status,
                     200);
    third = make("{}");
    assert_int_equal(gate(first), 200);
    assert_int_equal(unit_admin("PATCH /tenants/acme",
                                "{'settings':{'singleToken':true}}").status,
                     200);
    unit_conf.policy.single_token = false;
    first = make("{}");
    assert_int_equal(gate(third), 401);
    assert_int_equal(gate(second), 401);
    second = make("{}");
    assert_int_equal(gate(first), 401);
    assert_int_equal(gate(second), 200);

    answer = on("POST", second.id, "/rotate", "{'overlap':60}");
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.text, "one token at a time"));
    assert_int_equal(gate(second), 200);

    third = made(on("POST", second.id, "/rotate", "{'overlap':0}"));
    assert_int_equal(gate(second), 401);
    second = made(on("POST", third.id, "/rotate", NULL));
    assert_int_equal(gate(third), 401);
    assert_int_equal(gate(second), 200);
    assert_int_equal(listed(), 1);
    nothing_else_is_valid();
}


/* --- what others do meanwhile --------------------------------------------- */

static unsigned     meanwhile_trip;
static const char  *meanwhile_request, *meanwhile_body;
static made_t       meanwhile_made;


static void
meanwhile(unsigned trip)
{
    unit_answer_t  answer;

    if (trip != meanwhile_trip) {
        return;
    }

    unit_op_hook = NULL;
    answer = unit_admin(meanwhile_request, meanwhile_body);

    if (answer.status == 201) {
        meanwhile_made = made(answer);
    }
}


/* However two replacements interlock, one token is left, and it is the one
 * that one of the two was told. */
static void
two_at_once(void **state)
{
    made_t         old, mine;
    unsigned       trip, others, last;
    unit_answer_t  answer;

    (void) state;

    meanwhile_request = "POST /tenants/acme/tokens";
    meanwhile_body = "{'replace':true}";
    others = 0;
    last = 0;

    for (trip = 1; trip == 1 || last >= trip; trip++) {
        old = make("{'replace':true}");
        assert_int_equal(gate(old), 200);

        meanwhile_trip = trip;
        unit_op_hook = meanwhile;
        answer = unit_admin("POST /tenants/acme/tokens", "{'replace':true}");
        unit_op_hook = NULL;

        assert_int_equal(gate(old), 401);
        assert_int_equal(listed(), 1);
        nothing_else_is_valid();

        if (answer.status == 201) {
            mine = made(answer);
            assert_int_equal((gate(mine) == 200)
                             + (gate(meanwhile_made) == 200), 1);
        } else {
            assert_int_equal(answer.status, 409);
            assert_int_equal(gate(meanwhile_made), 200);
            others++;
        }

        last = (answer.trips > last) ? answer.trips : last;
    }

    assert_true(others > 0);
}


/* Nothing that is cut off leaves the administrator without, or anything valid
 * that is not listed. */
static void
cut_off(void **state)
{
    size_t         i;
    made_t         old;
    unsigned       n, trip;
    scim_op_t     *op;
    scim_rc_t      rc;
    redisReply    *reply;
    const char    *path;

    static const char *const  bodies[] = { "{'overlap':0}", "{'overlap':60}",
                                           "{'replace':true}" };

    (void) state;

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        for (rc = SCIM_AGAIN, n = 0; rc == SCIM_AGAIN; n++) {
            old = make("{'replace':true}");
            path = (i == 2) ? "/tenants/acme/tokens"
                            : unit_printf("/tenants/acme/tokens/%s/rotate",
                                          old.id);
            op = scim_op_admin(unit_op_pool(), &unit_env, SCIM_POST,
                               scim_str_from(path), scim_str_absent,
                               unit_json(unit_op_pool(), bodies[i]));
            rc = scim_op_run(op);

            for (trip = 0; rc == SCIM_AGAIN && trip < n; trip++) {
                reply = unit_command(&op->cmd);
                rc = scim_op_reply(op, reply);
                freeReplyObject(reply);
            }

            reply = redisCommand(unit_redis_connection(),
                                 "KEYS scim:token:*");
            assert_true(reply->elements > 0);
            assert_true(reply->elements <= listed());
            freeReplyObject(reply);
        }

        assert_int_equal(op->result.status, 201);
    }
}


static void
what_is_gone_meanwhile(void **state)
{
    size_t         i;
    made_t         token;
    unit_answer_t  answer;

    static const struct {
        unsigned    trip;
        const char *method, *more, *body, *other;
        int         status;
        size_t      left;
    } cases[] = {
        { 2, "PATCH", "", "{'name':'x'}", "DELETE", 404, 0 },
        { 3, "PATCH", "", "{'name':'x'}", "DELETE", 200, 0 },
        { 2, "GET", "", NULL, "DELETE", 200, 0 },
        { 2, "DELETE", "", NULL, "DELETE", 204, 0 },
        { 3, "POST", "/rotate", NULL, "DELETE", 201, 1 },
        { 7, "POST", "/rotate", NULL, "DELETE", 201, 1 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        token = make("{'replace':true}");
        meanwhile_trip = cases[i].trip;
        meanwhile_request = unit_printf("%s /tenants/acme/tokens/%s",
                                        cases[i].other, token.id);
        meanwhile_body = NULL;
        unit_op_hook = meanwhile;
        answer = on(cases[i].method, token.id, cases[i].more, cases[i].body);
        assert_null(unit_op_hook);

        if (answer.status != cases[i].status || listed() != cases[i].left) {
            fail_msg("%zu: %d %s, %zu left", i, answer.status, answer.text,
                     listed());
        }

        assert_int_equal(gate(token), 401);
        nothing_else_is_valid();
    }
}


static void
what_is_refused(void **state)
{
    size_t         i;
    made_t         token;
    unit_answer_t  answer;

#define LONG  "123456789 123456789 123456789 123456789 123456789 123456789 " \
              "123456789 123456789 123456789 123456789 123456789 123456789 " \
              "123456789"

    static const struct {
        const char *request;
        const char *body;
        int         status;
        const char *detail;
    } cases[] = {
        { "GET /tenants/nobody/tokens", NULL, 404, "\"nobody\"" },
        { "POST /tenants/nobody/tokens", "{}", 404, "\"nobody\"" },
        { "POST /tenants/nobody/tokens/x/rotate", NULL, 404, "\"nobody\"" },
        { "GET /tenants/nobody/tokens/x", NULL, 404, "\"nobody\"" },
        { "PATCH /tenants/acme/tokens", "{}", 405, "POST" },
        { "POST /tenants/acme/tokens/x", "{}", 405, "GET, HEAD, PATCH" },
        { "GET /tenants/acme/tokens/x/rotate", NULL, 405, "POST" },
        { "POST /tenants/acme/tokens/x/revoke", NULL, 404, "/tenants" },
        { "POST /tenants/acme/tokens", NULL, 400, "JSON object" },
        { "POST /tenants/acme/tokens", "{'scope':'all'}", 400, "scope" },
        { "POST /tenants/acme/tokens", "{'scope':'self'}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'user':''}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'user':'a b'}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'user':'nobody'}", 400,
          "\"nobody\"" },
        { "POST /tenants/acme/tokens", "{'user':1}", 400, "user" },
        { "POST /tenants/acme/tokens", "{'name':1}", 400, "name" },
        { "POST /tenants/acme/tokens", "{'name':'" LONG "'}", 400, "128" },
        { "POST /tenants/acme/tokens", "{'actor':1}", 400, "actor" },
        { "POST /tenants/acme/tokens", "{'actor':'" LONG "'}", 400, "128" },
        { "POST /tenants/acme/tokens", "{'actor':'a\\nb'}", 400, "control" },
        { "POST /tenants/acme/tokens", "{'replace':'yes'}", 400, "replace" },
        { "POST /tenants/acme/tokens", "{'expires':'soon'}", 400, "dateTime" },
        { "POST /tenants/acme/tokens", "{'expires':'2001-01-01T00:00:00Z'}",
          400, "future" },
        { "POST /tenants/acme/tokens", "{'token':'x'}", 400, "token" },
        { "DELETE /tenants/acme/tokens/x", NULL, 404, "\"x\"" },
        { "GET /tenants/acme/tokens/x", NULL, 404, "\"x\"" },
        { "PATCH /tenants/acme/tokens/x", "{}", 404, "\"x\"" },
        { "PATCH /tenants/acme/tokens/x", NULL, 400, "JSON object" },
        { "PATCH /tenants/acme/tokens/x", "{'scope':'read'}", 400, "scope" },
        { "PATCH /tenants/acme/tokens/x", "{'name':1}", 400, "name" },
        { "PATCH /tenants/acme/tokens/x", "{'actor':'\\u007f'}", 400,
          "control" },
        { "PATCH /tenants/acme/tokens/x", "{'expires':'2001-01-01T00:00:00Z'}",
          400, "future" },
        { "POST /tenants/acme/tokens/x/rotate", NULL, 404, "\"x\"" },
        { "POST /tenants/acme/tokens/x/rotate", "[]", 400, "JSON object" },
        { "POST /tenants/acme/tokens/x/rotate", "{'name':'x'}", 400, "name" },
        { "POST /tenants/acme/tokens/x/rotate", "{'overlap':'1'}", 400,
          "overlap" },
        { "POST /tenants/acme/tokens/x/rotate", "{'overlap':true}", 400,
          "overlap" },
        { "POST /tenants/acme/tokens/x/rotate", "{'overlap':-1}", 400,
          "overlap" },
        { "POST /tenants/acme/tokens/x/rotate", "{'overlap':1.5}", 400,
          "overlap" },
        { "POST /tenants/acme/tokens/x/rotate", "{'overlap':2592001}", 400,
          "2592000" },
        { "POST /tenants/acme/tokens/x/rotate",
          "{'overlap':99999999999999999999999999}", 400, "2592000" },
        { "POST /tenants/acme/tokens/x/rotate", "{'overlap':2592000}", 404,
          "\"x\"" },
    };

    (void) state;

    token = make("{}");

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

    assert_int_equal(gate(token), 200);
    assert_int_equal(listed(), 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(a_life),
        TEST(changes),
        TEST(rotated_with_an_overlap),
        TEST(rotated_again),
        TEST(rotated_in_other_ways),
        TEST(replaced),
        TEST(one_at_a_time),
        TEST(two_at_once),
        TEST(cut_off),
        TEST(what_is_gone_meanwhile),
        TEST(what_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
