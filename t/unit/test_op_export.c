/*
 * Exports of a tenant over a real Redis: the lines, and what cuts them off.
 */

#include "unit_large.h"
#include "unit_op.h"
#include "unit_redis.h"

#define URN  "'urn:ietf:params:scim:schemas:core:2.0:"


/* How often the text has the word. */
static size_t
count(const char *text, const char *word)
{
    size_t  n = 0;

    for ( ; (text = strstr(text, word)) != NULL; text++) {
        n++;
    }

    return n;
}


static void
lines(void **state)
{
    const char     *ada, *inner, *outer;
    unit_answer_t   answer;

    (void) state;

    ada = unit_user("ada");
    outer = unit_group("outer", ada);
    inner = unit_group("inner", outer);

    /* a ring of groups, each with a user in it */
    assert_int_equal(unit_op(unit_printf("PATCH /Groups/%s", outer),
                             unit_printf("{'Operations':[{'op':'add','path':"
                                         "'members','value':[{'value':'%s'}]"
                                         "}]}", inner)).status, 204);

    answer = unit_admin("GET /tenants/acme/export", NULL);

    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.result->media, "application/x-ndjson");
    assert_string_equal(answer.text, unit_fill(
        "{'nginx-scim':'export','version':1,'tenant':'acme',"
        "'exported':'2023-11-14T22:13:25.000Z','settings':{},'users':1,"
        "'groups':2}\n"
        "{'type':'User','resource':{'schemas':[" URN "User'],'id':'@A',"
        "'userName':'ada','meta':{'resourceType':'User','created':"
        "'2023-11-14T22:13:21.000Z'}},'version':1,"
        "'modified':'2023-11-14T22:13:21.000Z'}\n"
        "{'type':'Group','resource':{'schemas':[" URN "Group'],'id':'@O',"
        "'displayName':'outer','meta':{'resourceType':'Group','created':"
        "'2023-11-14T22:13:22.000Z'}},'version':2,"
        "'modified':'2023-11-14T22:13:24.000Z','members':[{'value':'@A'}]}\n"
        "{'type':'Group','resource':{'schemas':[" URN "Group'],'id':'@I',"
        "'displayName':'inner','meta':{'resourceType':'Group','created':"
        "'2023-11-14T22:13:23.000Z'}},'version':1,"
        "'modified':'2023-11-14T22:13:23.000Z'}\n"
        "{'members-of':'@O','type':'Group','members':[{'value':'@I'}]}\n"
        "{'members-of':'@I','type':'Group','members':[{'value':'@O'}]}\n"
        "{'end':true,'users':1,'groups':2,'resources':3,'members':3}\n",
        "AOI", ada, outer, inner));
}


static void
pages(void **state)
{
    unsigned       i;
    unit_answer_t  answer;

    (void) state;

    for (i = 0; i < 450; i++) {
        (void) unit_user(unit_printf("u%u", i));
    }

    for (i = 0; i < 30; i++) {
        (void) unit_group(unit_printf("g%u", i), NULL);
    }

    answer = unit_admin("GET /tenants/acme/export", NULL);

    assert_int_equal(answer.status, 200);
    assert_int_equal(count(answer.text, "'userName':'u"), 450);
    assert_int_equal(count(answer.text, "'displayName':'g"), 30);
    assert_int_equal(count(answer.text, "\n"), 1 + 480 + 1);
    assert_non_null(strstr(answer.text, "{'end':true,'users':450,'groups':30,"
                                        "'resources':480,'members':0}\n"));

    for (i = 1; i < 450; i++) {
        assert_true(strstr(answer.text, unit_printf("'u%u'", i - 1))
                    < strstr(answer.text, unit_printf("'u%u'", i)));
    }

    /* the tenant; users: 16, then what fills a piece; groups; no more */
    assert_in_range(answer.trips, 1 + 3, 1 + 8);
}


static void
large_groups(void **state)
{
    size_t          i;
    const char     *at;
    unit_answer_t   answer;

    (void) state;

    large_users(0, 2500);
    (void) large_group(0, 2500);

    answer = unit_admin("GET /tenants/acme/export", NULL);

    assert_int_equal(answer.status, 200);
    assert_int_equal(count(answer.text, "{'value':"), 2500);
    assert_int_equal(count(answer.text, "\n{'members-of':"), 2);
    assert_non_null(strstr(answer.text, "'groups':1,'resources':1,"
                                        "'members':2500}\n"));

    /* no line is longer than its thousand */
    for (at = answer.text; *at != '\0'; at += i + 1) {
        i = strcspn(at, "\n");
        assert_true(i < 60000);
    }
}


static void
redis(const char *format, const char *id)
{
    redisReply  *reply;

    reply = redisCommand(unit_redis_connection(), format, id);
    assert_non_null(reply);
    freeReplyObject(reply);
}


/* A user that goes between two pages. */
static const char  *goes;

static void
meddle(unsigned trip)
{
    if (trip != 3) {
        return;
    }

    redis("DEL scim:{acme}:r:User:%s", goes);
    redis("ZREM scim:{acme}:order:User %s", goes);
}


static void
while_others_write(void **state)
{
    unsigned       i;
    const char    *last = NULL;
    unit_answer_t  answer;

    (void) state;

    for (i = 0; i < 40; i++) {
        last = unit_user(unit_printf("u%u", i));
    }

    goes = last;
    unit_op_hook = meddle;
    answer = unit_admin("GET /tenants/acme/export", NULL);

    assert_int_equal(answer.status, 200);
    assert_int_equal(count(answer.text, "'userName':'u"), 39);
    assert_non_null(strstr(answer.text, "'resources':39,"));
}


static unsigned  bad_trip;

static const redisReply *
after_some(const scim_store_cmd_t *cmd, const redisReply *reply)
{
    static redisReply  down = {
        .type = REDIS_REPLY_ERROR, .str = (char *) (uintptr_t) "LOADING x",
        .len = 9
    };

    (void) cmd;

    return (bad_trip-- == 0) ? &down : reply;
}


static void
cut_off(void **state)
{
    unsigned       i, trips;
    unit_answer_t  answer;

    (void) state;

    for (i = 0; i < 40; i++) {
        (void) unit_user(unit_printf("u%u", i));
    }

    answer = unit_admin("GET /tenants/acme/export", NULL);
    trips = answer.trips;

    for (i = 0; i < trips; i++) {
        bad_trip = i;
        unit_op_bad = after_some;
        answer = unit_admin("GET /tenants/acme/export", NULL);
        unit_op_bad = NULL;

        assert_int_equal(answer.status, 503);
        assert_null(strstr(answer.text, "{'end':"));
    }
}


static void
refused(void **state)
{
    (void) state;

    assert_int_equal(unit_admin("GET /tenants/nix/export", NULL).status, 404);
    assert_int_equal(unit_admin("POST /tenants/acme/export", "{}").status,
                     405);
    assert_int_equal(unit_admin("HEAD /tenants/acme/export", NULL).status,
                     405);

    assert_int_equal(unit_admin("PATCH /tenants/acme", "{'enabled':false}")
                     .status, 200);
    assert_int_equal(unit_admin("GET /tenants/acme/export", NULL).status, 409);
}


static scim_rc_t
export(void *data)
{
    scim_pool_t  *pool;

    (void) data;

    pool = scim_pool_create(0);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool,
                            scim_op_admin(pool, &unit_env, SCIM_GET,
                                          scim_str("/tenants/acme/export"),
                                          scim_str_absent, NULL),
                            200, 200);
}


static void
without_memory(void **state)
{
    (void) state;

    large_users(0, 1100);
    (void) large_group(0, 1100);
    (void) unit_group("outer", unit_group("inner", NULL));

    unit_fail_allocations(export, NULL);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines, unit_op_start, unit_op_end),
        cmocka_unit_test_setup_teardown(pages, unit_op_start, unit_op_end),
        cmocka_unit_test_setup_teardown(large_groups, unit_op_start,
                                        unit_op_end),
        cmocka_unit_test_setup_teardown(while_others_write, unit_op_start,
                                        unit_op_end),
        cmocka_unit_test_setup_teardown(cut_off, unit_op_start, unit_op_end),
        cmocka_unit_test_setup_teardown(refused, unit_op_start, unit_op_end),
        cmocka_unit_test_setup_teardown(without_memory, unit_op_start,
                                        unit_op_end)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
