/*
 * Failures: noted by an operation, listed and cleared by the admin API.
 */

#include "unit_op.h"
#include "unit_redis.h"
#include "op/scim_op_failure.h"


static scim_failure_t
failure_of(const char *tenant, const char *path)
{
    return (scim_failure_t) {
        .tenant = scim_str_from(tenant), .method = scim_str("POST"),
        .path = scim_str_from(path), .status = scim_str("409"),
        .type = scim_str("uniqueness"), .detail = scim_str("taken: \"x\""),
        .request = scim_str("r-1"), .token = scim_str("t-1"),
        .address = scim_str("10.0.0.1"), .agent = scim_str("agent/1")
    };
}


static unsigned
note(const scim_failure_t *failure)
{
    scim_op_t      *op;
    unit_answer_t   answer;

    op = scim_op_failure(unit_op_pool(), &unit_env, failure, 1);
    assert_non_null(op);

    answer = unit_op_run(op);
    assert_int_equal(answer.status, 204);

    return answer.trips;
}


static void
note_path(const char *tenant, const char *path)
{
    scim_failure_t  failure = failure_of(tenant, path);

    (void) note(&failure);
}


static size_t
count_of(const unit_answer_t *answer)
{
    size_t        n;
    scim_json_t  *item;

    item = scim_json_get(answer->json, scim_str("failures"));
    assert_non_null(item);

    for (n = 0, item = item->first; item != NULL; item = item->next) {
        n++;
    }

    return n;
}


static void
all_fields_come_back(void **state)
{
    const char      *at;
    unit_answer_t    answer;
    scim_failure_t   failure;

    (void) state;

    failure = failure_of("acme", "/scim/v2/Users?a=b");
    assert_int_equal(note(&failure), 1);

    answer = unit_admin("GET /tenants/acme/failures", NULL);
    assert_int_equal(answer.status, 200);
    assert_int_equal(count_of(&answer), 1);

    at = strstr(answer.text, ",'method'");
    assert_non_null(at);
    assert_string_equal(at, ",'method':'POST','path':'/scim/v2/Users?a=b',"
                        "'status':409,'scimType':'uniqueness',"
                        "'detail':'taken: \\'x\\'','requestId':'r-1',"
                        "'tokenId':'t-1','address':'10.0.0.1',"
                        "'userAgent':'agent/1'}]}");

    /* what is not known is left out */
    failure = (scim_failure_t) {
        .tenant = scim_str("acme"), .status = scim_str("429")
    };
    assert_int_equal(note(&failure), 1);

    answer = unit_admin("GET /tenants/acme/failures?count=1", NULL);
    assert_non_null(strstr(answer.text, "Z','status':429}],'nextCursor':"));
}


static void
each_tenant_has_its_own(void **state)
{
    unit_answer_t   answer;
    scim_failure_t  failure;

    (void) state;

    assert_int_equal(unit_admin("POST /tenants", "{'name':'b'}").status, 201);

    note_path("acme", "/a");
    note_path("b", "/b");
    note_path("", "/nobody");

    /* there is none of that name, or it is no name */
    failure = failure_of("gone", "/gone");
    assert_int_equal(note(&failure), 2);
    failure = failure_of("a:b}", "/odd");
    assert_int_equal(note(&failure), 1);

    answer = unit_admin("GET /tenants/acme/failures", NULL);
    assert_int_equal(count_of(&answer), 1);
    assert_non_null(strstr(answer.text, "'path':'/a'"));
    assert_null(strstr(answer.text, "'tenant'"));

    answer = unit_admin("GET /tenants/b/failures", NULL);
    assert_int_equal(count_of(&answer), 1);
    assert_non_null(strstr(answer.text, "'path':'/b'"));

    answer = unit_admin("GET /failures", NULL);
    assert_int_equal(count_of(&answer), 3);
    assert_non_null(strstr(answer.text, "'tenant':'gone','method':'POST',"
                           "'path':'/gone'"));
    assert_non_null(strstr(answer.text, "'tenant':'a:b}'"));

    assert_int_equal(unit_admin("DELETE /tenants/b/failures", NULL).status,
                     204);
    answer = unit_admin("GET /tenants/b/failures", NULL);
    assert_string_equal(answer.text, "{'failures':[]}");
    answer = unit_admin("GET /tenants/acme/failures", NULL);
    assert_int_equal(count_of(&answer), 1);

    assert_int_equal(unit_admin("DELETE /failures", NULL).status, 204);
    answer = unit_admin("GET /failures", NULL);
    assert_string_equal(answer.text, "{'failures':[]}");
}


static void
several_at_once(void **state)
{
    unit_answer_t   answer;
    scim_failure_t  failures[3] = {
        failure_of("acme", "/1"), failure_of("acme", "/2"),
        failure_of("acme", "/3")
    };

    (void) state;

    answer = unit_op_run(scim_op_failure(unit_op_pool(), &unit_env, failures,
                                         3));
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 3);

    answer = unit_admin("GET /tenants/acme/failures", NULL);
    assert_int_equal(count_of(&answer), 3);
    assert_non_null(strstr(strstr(answer.text, "'/3'"), "'/1'"));
}


/* Newest first, to the end, each once. */
static void
pages(void **state)
{
    int            i, n;
    size_t         k;
    const char    *cursor;
    unit_answer_t  answer;

    (void) state;

    for (i = 0; i < 25; i++) {
        note_path("acme", unit_printf("/%d;", i));
    }

    cursor = "";

    for (i = 24, n = 0; strcmp(cursor, "(none)") != 0; n++) {
        answer = unit_admin(unit_printf("GET /tenants/acme/failures?count=10%s%s",
                                        n == 0 ? "" : "&cursor=", cursor),
                            NULL);
        assert_int_equal(answer.status, 200);

        for (k = count_of(&answer); k > 0; k--, i--) {
            assert_non_null(strstr(answer.text, unit_printf("'/%d;'", i)));
        }

        /* what comes in between is on no later page */
        note_path("acme", "/later");

        cursor = unit_get(&answer, "nextCursor");

    }

    assert_int_equal(i, -1);
    assert_int_equal(n, 3);
}


static void
they_are_bounded(void **state)
{
    int            i;
    redisReply    *reply;

    (void) state;

    for (i = 0; i < 1300; i++) {
        note_path("acme", "/scim/v2/Users");
        note_path("", "/scim/v2/Users");
    }

    reply = redisCommand(unit_redis_connection(), "XLEN scim:{acme}:failures");
    assert_in_range(reply->integer, 1000, 1120);
    freeReplyObject(reply);

    reply = redisCommand(unit_redis_connection(), "XLEN scim:failures");
    assert_in_range(reply->integer, 1000, 1120);
    freeReplyObject(reply);
}


static void
arguments_are_checked(void **state)
{
    static const struct { const char *request; int status; } cases[] = {
        { "GET /tenants/acme/failures?count=1000", 200 },
        { "GET /tenants/acme/failures?count=9999", 200 },
        { "GET /tenants/acme/failures?count=0", 400 },
        { "GET /tenants/acme/failures?count=-1", 400 },
        { "GET /tenants/acme/failures?count=1x", 400 },
        { "GET /failures?counts=1", 400 },
        { "GET /failures?cursor=1-1", 200 },
        { "GET /failures?cursor=1", 400 },
        { "GET /failures?cursor=1-", 400 },
        { "GET /failures?cursor=-1", 400 },
        { "GET /failures?cursor=1-1-1", 400 },
        { "GET /failures?cursor=+", 400 },
        { "GET /tenants/gone/failures", 404 },
        { "DELETE /tenants/gone/failures", 404 },
        { "POST /failures", 405 },
    };

    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (unit_admin(cases[i].request, NULL).status != cases[i].status) {
            fail_msg("%s", cases[i].request);
        }
    }
}


static void
gone_with_the_tenant(void **state)
{
    redisReply  *reply;

    (void) state;

    note_path("acme", "/scim/v2/Users");
    assert_int_equal(unit_admin("DELETE /tenants/acme", NULL).status, 204);

    reply = redisCommand(unit_redis_connection(), "KEYS scim:{acme}:*");
    assert_int_equal(reply->elements, 0);
    freeReplyObject(reply);
}


static scim_rc_t
with_little_memory(void *data)
{
    scim_op_t       *op;
    scim_rc_t        rc;
    unsigned         trips;
    scim_pool_t     *pool;
    scim_failure_t   failures[2] = {
        failure_of("gone", "/x"), failure_of("gone", "/y")
    };

    (void) data;

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    op = scim_op_failure(pool, &unit_env, failures, 2);
    rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);

    if (rc == SCIM_OK) {
        op = scim_op_admin(pool, &unit_env, SCIM_GET, scim_str("/failures"),
                           scim_str("count=3"), NULL);
        rc = (op == NULL) ? SCIM_NOMEM : unit_op_drive(op, &trips);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
memory_may_be_short(void **state)
{
    (void) state;

    unit_fail_allocations(with_little_memory, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(all_fields_come_back),
        TEST(each_tenant_has_its_own),
        TEST(several_at_once),
        TEST(pages),
        TEST(they_are_bounded),
        TEST(arguments_are_checked),
        TEST(gone_with_the_tenant),
        TEST(memory_may_be_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
