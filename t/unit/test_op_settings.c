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


static scim_rc_t
scarce(void *data)
{
    scim_rc_t     rc;
    unsigned      trips;
    scim_op_t    *op;
    scim_pool_t  *pool;

    const scim_request_t  request = {
        .method = SCIM_GET, .target = SCIM_TARGET_COLLECTION, .type = data
    };

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    op = scim_op_start(pool, &unit_env, &request);
    rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);

    if (rc == SCIM_OK) {
        assert_int_equal(op->result.status, 200);
    }

    scim_pool_destroy(pool);

    return rc;
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
        TEST(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
