/*
 * A tenant's settings in operations: found in a cache or read, and obeyed
 * from the moment on that they are changed.
 */

#include "unit_op.h"
#include "unit_redis.h"
#include "store/scim_store_token.h"


/* A cache of one place, and how often it was given something. */
static scim_settings_t  *cached;
static unsigned          kept;


static scim_settings_t *
find(void *data, const scim_op_conf_t *conf, scim_str_t tenant)
{
    (void) data;

    return (cached != NULL && cached->conf == conf
            && scim_str_eq(cached->tenant, tenant)) ? cached : NULL;
}


static void
keep(void *data, scim_settings_t *settings)
{
    (void) data;

    scim_settings_hold(settings);

    if (cached != NULL) {
        scim_settings_release(cached);
    }

    cached = settings;
    kept++;
}


static const scim_settings_cache_t  cache = { find, keep, NULL };


/* What an administrator does meanwhile. */
static void
set(const char *settings)
{
    scim_store_cmd_t  cmd;
    redisReply       *reply;

    assert_int_equal(scim_store_tenant_update(
                         unit_op_pool(), scim_str("acme"), -1,
                         scim_str_from(unit_printf("%s", settings)),
                         scim_str_absent, &cmd), SCIM_OK);

    reply = unit_command(&cmd);
    assert_int_equal(reply->integer, 1);
    freeReplyObject(reply);
}


static int
start(void **state)
{
    (void) unit_op_start(state);

    unit_env.settings = &cache;
    kept = 0;

    return 0;
}


static int
end(void **state)
{
    if (cached != NULL) {
        scim_settings_release(cached);
        cached = NULL;
    }

    return unit_op_end(state);
}


#define STRANGE  "{'userName':'u%u','shoeSize':'44'}"
#define REFUSE   "{\"unknownAttributes\":\"refuse\"}"
#define IGNORE   "{\"unknownAttributes\":\"ignore\"}"


static unit_answer_t
strange(void)
{
    static unsigned  n;

    return unit_op("POST /Users", unit_printf(STRANGE, ++n));
}


static void
read_when_they_are_others(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    /* nobody has set anything: nothing is read, nothing is kept */
    id = unit_user("ada");
    answer = unit_op(unit_printf("GET /Users/%s", id), NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 1);
    assert_int_equal(kept, 0);

    /* once by the first that comes, then they are known */
    set(REFUSE);
    answer = unit_op(unit_printf("GET /Users/%s", id), NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 3);
    answer = unit_op(unit_printf("GET /Users/%s", id), NULL);
    assert_int_equal(answer.trips, 1);
    assert_int_equal(kept, 1);

    /* an error that they lead to is borne out by the store */
    answer = strange();
    assert_int_equal(answer.status, 400);
    assert_int_equal(answer.trips, 1);
    assert_int_equal(kept, 1);

    set(IGNORE);
    answer = strange();
    assert_int_equal(answer.status, 201);
    assert_int_equal(answer.trips, 2);
    assert_int_equal(kept, 2);

    set("{}");
    assert_int_equal(strange().status, 201);
    assert_int_equal(kept, 3);
}


static void
without_a_cache(void **state)
{
    unit_answer_t  answer;

    (void) state;

    unit_env.settings = NULL;
    set(REFUSE);

    answer = unit_op("GET /Users", NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 3);
}


static void
change_later(unsigned trip)
{
    if (trip == 5) {
        set(REFUSE);
    }
}


static void
change_always(unsigned trip)
{
    set((trip % 2 == 0) ? IGNORE : REFUSE);
}


/* The settings of an administrator who never stops are not waited for. */
static void
changed_in_between(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("ada");
    set(IGNORE);
    assert_int_equal(unit_op("GET /Users", NULL).status, 200);

    unit_op_hook = change_always;
    answer = unit_op(unit_printf("GET /Users/%s", id), NULL);
    assert_int_equal(answer.status, 503);
    assert_int_equal(answer.result->retry_after, 1);
    assert_non_null(strstr(answer.text, "kept changing"));
}


static void
the_switch_counts(void **state)
{
    scim_store_cmd_t  cmd;

    (void) state;

    /* decided without the store, which is asked nevertheless */
    unit_env.tenant = scim_str("nobody");
    assert_int_equal(unit_op("POST /Users", "{}").status, 404);
    unit_env.tenant = scim_str("acme");
    assert_int_equal(unit_op("POST /Users", "{}").status, 400);

    assert_int_equal(scim_store_tenant_update(unit_op_pool(), scim_str("acme"),
                                              0, scim_str_absent,
                                              scim_str_absent, &cmd), SCIM_OK);
    freeReplyObject(unit_command(&cmd));
    assert_int_equal(unit_op("POST /Users", "{}").status, 403);
    assert_int_equal(unit_op("PUT /Schemas", "{}").status, 405);
}


static void
not_for_this_configuration(void **state)
{
    unit_answer_t  answer;

    (void) state;

    set("{\"colour\":\"red\"}");
    answer = unit_op("GET /Users", NULL);
    assert_int_equal(answer.status, 500);
    assert_non_null(strstr(answer.text, "colour"));
    assert_int_equal(kept, 0);
}


static void
in_a_bulk(void **state)
{
    unsigned       i;
    scim_buf_t     buf;
    scim_str_t     body;
    unit_answer_t  answer;

    (void) state;

    scim_buf_init(&buf, unit_op_pool(), 0);
    scim_buf_lit(&buf, "{'Operations':[");

    for (i = 0; i < 100; i++) {
        scim_buf_str(&buf, scim_str_from(
            unit_printf("%s{'method':'POST','path':'/Users','bulkId':'%u',"
                        "'data':{'userName':'b%u','shoeSize':1}}",
                        (i == 0) ? "" : ",", i, i)));
    }

    scim_buf_lit(&buf, "]}");
    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &body), SCIM_OK);

    set("{\"unknownAttributes\":\"refuse\",\"responseType\":\"json\"}");
    answer = unit_op("POST /Bulk", body.data);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.text, "'201'"));
    assert_int_equal(answer.result->choice, SCIM_MEDIA_JSON);

    /* in the middle of one: what begins later obeys */
    set(IGNORE);
    unit_op_hook = change_later;
    answer = unit_op("POST /Bulk", body.data);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, "'201'"));
    assert_non_null(strstr(answer.text, "shoeSize"));
}


#define GROUP_URN  "urn:ietf:params:scim:schemas:core:2.0:Group"

static void
groups_off(void **state)
{
    size_t          i;
    const char     *user, *group;
    unit_answer_t   answer;

    static const struct {
        const char *request;
        const char *body;
        int         status;
        const char *has;
        const char *has_not;
    } cases[] = {
        { "GET /Groups", NULL, 404, "switched off", "scimType" },
        { "POST /Groups", "{'displayName':'x'}", 404, "switched off", NULL },
        { "POST /Groups", "{}", 404, "switched off", NULL },
        { "POST /Groups/.search", "{}", 404, "switched off", NULL },
        { "GET /Groups/@G", NULL, 404, "switched off", NULL },
        { "PUT /Groups/@G", "{'displayName':'x'}", 404, "switched off", NULL },
        { "PATCH /Groups/@G", "{'Operations':[{'op':'remove','path':"
          "'members'}]}", 404, "switched off", NULL },
        { "DELETE /Groups/@G", NULL, 404, "switched off", NULL },
        { "GET /Users/@U", NULL, 200, "ada", "groups" },
        { "GET /Users/@U?attributes=groups,userName", NULL, 200, "ada",
          "groups" },
        { "GET /Users", NULL, 200, "ada", "groups" },
        { "GET /Users?filter=groups pr", NULL, 400, "invalidFilter", NULL },
        { "GET /Users?filter=userName eq 'x' or groups.value eq '@G'", NULL,
          400, "invalidFilter", NULL },
        { "GET /?filter=groups pr", NULL, 400, "invalidFilter", NULL },
        { "GET /", NULL, 200, "'totalResults':1,", "team" },
        { "POST /.search", "{'sortBy':'displayName'}", 200,
          "'totalResults':1,", "team" },
        { "PATCH /Users/@U", "{'Operations':[{'op':'add','path':'title',"
          "'value':'x'}]}", 200, "'title':'x'", "groups" },
        { "GET /ResourceTypes", NULL, 200, "'totalResults':1,", "Group" },
        { "GET /ResourceTypes/Group", NULL, 404, NULL, NULL },
        { "GET /Schemas", NULL, 200, "'totalResults':2,", "roups" },
        { "GET /Schemas/" GROUP_URN, NULL, 404, NULL, NULL },
        { "POST /Bulk", "{'Operations':[{'method':'POST','bulkId':'1','path':"
          "'/Groups','data':{'displayName':'y'}}]}", 200, "'404'", "'201'" },
    };

    (void) state;

    user = unit_user("ada");
    group = unit_group("team", user);
    set("{\"groups\":false}");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_fill(cases[i].request, "UG", user, group),
                         cases[i].body);

        if (answer.status != cases[i].status
            || (cases[i].has != NULL
                && strstr(answer.text, cases[i].has) == NULL)
            || (cases[i].has_not != NULL
                && strstr(answer.text, cases[i].has_not) != NULL))
        {
            fail_msg("%s: %d %s", cases[i].request, answer.status,
                     answer.text);
        }
    }

    /* administrators see what is there, and so does everybody afterwards */
    unit_env.admin = true;
    answer = unit_op(unit_printf("GET /Groups/%s", group), NULL);
    assert_non_null(strstr(answer.text, user));
    answer = unit_op(unit_printf("GET /Users/%s", user), NULL);
    assert_non_null(strstr(answer.text, "team"));
    unit_env.admin = false;

    set("{\"groups\":true}");
    answer = unit_op("GET /?filter=groups pr", NULL);
    assert_non_null(strstr(answer.text, "'totalResults':1,"));
    answer = unit_op(unit_printf("GET /Groups/%s", group), NULL);
    assert_int_equal(answer.status, 200);
}


static void
rules(void **state)
{
    const char     *id;
    unit_answer_t   answer;

    (void) state;

    id = unit_user("old");
    set("{\"require\":[{\"attribute\":\"externalId\",\"pattern\":"
        "\"[a-f]+\",\"message\":\"Map objectId to externalId\"},"
        "{\"type\":\"Group\",\"attribute\":\"displayName\",\"pattern\":"
        "\"\\\\w{1,36}\"}]}");

    answer = unit_op("POST /Users", "{'userName':'new'}");
    assert_int_equal(answer.status, 400);
    assert_string_equal(unit_get(&answer, "scimType"), "invalidValue");
    assert_string_equal(unit_get(&answer, "detail"),
                        "Map objectId to externalId");
    assert_int_equal(unit_op("POST /Users", "{'userName':'new','externalId':"
                             "'abc'}").status, 201);

    /* what was there before can be suspended, and not be made worse */
    answer = unit_op(unit_printf("PATCH /Users/%s", id),
                     "{'Operations':[{'op':'replace','path':'active',"
                     "'value':false}]}");
    assert_int_equal(answer.status, 200);
    answer = unit_op(unit_printf("PATCH /Users/%s", id),
                     "{'Operations':[{'op':'add','path':'externalId',"
                     "'value':'xyz'}]}");
    assert_int_equal(answer.status, 400);
    answer = unit_op(unit_printf("PUT /Users/%s", id),
                     "{'userName':'old','externalId':'a'}");
    assert_int_equal(answer.status, 200);
    answer = unit_op(unit_printf("PUT /Users/%s", id), "{'userName':'old'}");
    assert_int_equal(answer.status, 400);

    answer = unit_op("POST /Groups", "{'displayName':'a b'}");
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.text, "displayName must match"));
    assert_int_equal(unit_op("POST /Groups",
                             "{'displayName':'a_b'}").status, 201);
}


static scim_rc_t
scarce(void *data)
{
    scim_pool_t  *pool;

    const scim_request_t  request = {
        .method = SCIM_GET, .target = SCIM_TARGET_COLLECTION, .type = data
    };

    pool = scim_pool_create(0);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool, scim_op_start(pool, &unit_env, &request),
                            200, 200);
}


static void
memory_may_run_short(void **state)
{
    (void) state;

    set("{\"defaultGroup\":\"Everyone\",\"groups\":true}");
    unit_env.settings = NULL;
    unit_fail_allocations(scarce,
                          (void *) (uintptr_t)
                          scim_schemas_type(unit_schemas(),
                                            scim_str("User")));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, start, end)
        TEST(read_when_they_are_others),
        TEST(without_a_cache),
        TEST(changed_in_between),
        TEST(the_switch_counts),
        TEST(not_for_this_configuration),
        TEST(in_a_bulk),
        TEST(groups_off),
        TEST(rules),
        TEST(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
