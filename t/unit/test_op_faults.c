/*
 * Operations when something fails under them: Redis answers with errors or
 * with nonsense, memory runs short.
 */

#include "unit_op.h"
#include "unit_redis.h"


/* Redis out of memory, or talking nonsense, at each of an operation's trips:
 * never a success, never a "not found". */
static unsigned
run_with_reply(const scim_request_t *request, unsigned at, redisReply *bad,
    int *status)
{
    unsigned      trips;
    scim_op_t    *op;
    scim_rc_t     rc;
    redisReply   *reply;

    op = scim_op_start(unit_op_pool(), &unit_env, request);
    assert_non_null(op);

    trips = 0;

    for (rc = scim_op_run(op); rc == SCIM_AGAIN; ) {

        if (++trips == at) {
            rc = scim_op_reply(op, bad);
            assert_int_equal(rc, SCIM_OK);
            break;
        }

        reply = unit_command(&op->cmd);
        assert_non_null(reply);
        rc = scim_op_reply(op, reply);
        freeReplyObject(reply);
    }

    assert_int_equal(rc, SCIM_OK);
    *status = op->result.status;

    return trips;
}


static const struct {
    scim_method_e  method;
    scim_target_e  target;
    const char    *type;
    const char    *body;        /* @N: a new name, @I: a user's id */
} misled[] = {
    { SCIM_GET, SCIM_TARGET_RESOURCE, "User", NULL },
    { SCIM_GET, SCIM_TARGET_COLLECTION, "User", NULL },
    { SCIM_GET, SCIM_TARGET_CONFIG, NULL, NULL },
    { SCIM_POST, SCIM_TARGET_COLLECTION, "User", "{'userName':'@N'}" },
    { SCIM_POST, SCIM_TARGET_COLLECTION, "Group",
      "{'displayName':'@N','members':[{'value':'@I'}]}" },
    { SCIM_PUT, SCIM_TARGET_RESOURCE, "User", "{'userName':'@N'}" },
    { SCIM_PATCH, SCIM_TARGET_RESOURCE, "User",
      "{'Operations':[{'op':'add','path':'title','value':'@N'}]}" },
    { SCIM_DELETE, SCIM_TARGET_RESOURCE, "User", NULL },
};


static void
misled_request(size_t i, const char *name, scim_request_t *request)
{
    const char  *id;

    id = unit_user(name);

    *request = (scim_request_t) {
        .method = misled[i].method,
        .target = misled[i].target,
        .type = (misled[i].type != NULL) ? unit_type(misled[i].type) : NULL,
        .id = (misled[i].target == SCIM_TARGET_RESOURCE)
              ? scim_str_from(id) : scim_str_absent
    };

    if (misled[i].body != NULL) {
        request->body = unit_json(unit_op_pool(),
                                  unit_fill(misled[i].body, "NI",
                                            unit_printf("new-%s", name), id));
    }
}


static void
what_redis_says_is_not_taken_for_an_answer(void **state)
{
    int             status;
    size_t          i, j;
    unsigned        at;
    scim_request_t  request;

    static char         oom[] = "OOM command not allowed";
    static redisReply   replies[] = {
        { .type = REDIS_REPLY_ERROR, .str = oom, .len = sizeof(oom) - 1 },
        { .type = REDIS_REPLY_NIL },
        { .type = REDIS_REPLY_INTEGER, .integer = 1 },
        { .type = REDIS_REPLY_STRING, .str = oom, .len = sizeof(oom) - 1 },
        { .type = REDIS_REPLY_ARRAY },
    };

    (void) state;

    for (i = 0; i < sizeof(misled) / sizeof(misled[0]); i++) {
        for (j = 0; j < sizeof(replies) / sizeof(replies[0]); j++) {
            for (at = 1; ; at++) {
                misled_request(i, unit_printf("n%zu.%zu.%u", i, j, at),
                               &request);

                if (run_with_reply(&request, at, &replies[j], &status) < at) {
                    break;
                }

                if ((j == 0) ? status != 507 : status != 500 && status != 503)
                {
                    fail_msg("case %zu, reply %zu at %u: %d", i, j, at,
                             status);
                }
            }

            assert_true(at > 1);
        }
    }
}


/* What one operation allocates may fail anywhere; Redis may have done its
 * part already, so that the next one finds it done. */
static scim_rc_t
scarce_request(void *data)
{
    scim_pool_t  *pool;

    pool = scim_pool_create(0);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool, scim_op_start(pool, &unit_env, data),
                            200, 499);
}


static void
memory_may_run_short(void **state)
{
    size_t          i;
    const char     *user, *group;
    scim_request_t  request;

    static const struct {
        scim_method_e  method;
        scim_target_e  target;
        const char    *type;
        const char    *body;
        const char    *filter;
        const char    *attributes;
    } cases[] = {
        { SCIM_GET, SCIM_TARGET_RESOURCE, "User", NULL, NULL, NULL },
        { SCIM_GET, SCIM_TARGET_RESOURCE, "User", NULL, NULL,
          "userName,groups" },
        { SCIM_POST, SCIM_TARGET_COLLECTION, "User", "{'userName':'eve'}",
          NULL, NULL },
        { SCIM_PUT, SCIM_TARGET_RESOURCE, "User",
          "{'userName':'ada','title':'x'}", NULL, NULL },
        { SCIM_PATCH, SCIM_TARGET_RESOURCE, "User",
          "{'Operations':[{'op':'add','path':'title','value':'y'}]}", NULL,
          NULL },
        { SCIM_PATCH, SCIM_TARGET_RESOURCE, "Group",
          "{'Operations':[{'op':'add','path':'members','value':'@I'}]}", NULL,
          "members" },
        { SCIM_PATCH, SCIM_TARGET_RESOURCE, "Group",
          "{'Operations':[{'op':'remove','path':"
          "'members[display eq \\'x\\']'}]}", NULL, NULL },
        { SCIM_PUT, SCIM_TARGET_RESOURCE, "Group",
          "{'displayName':'crew','members':[{'value':'@I'}]}", NULL, NULL },
        { SCIM_GET, SCIM_TARGET_COLLECTION, "User", NULL,
          "title pr or id eq \"a\"", NULL },
        { SCIM_GET, SCIM_TARGET_COLLECTION, "User", NULL, "userName sw \"a\"",
          NULL },
        { SCIM_GET, SCIM_TARGET_COLLECTION, "User", NULL,
          "groups.value eq \"g\"", NULL },
        { SCIM_GET, SCIM_TARGET_COLLECTION, "Group", NULL,
          "displayName co \"e\" and members eq \"u\"", NULL },
        { SCIM_GET, SCIM_TARGET_COLLECTION, "Group", NULL,
          "displayName co \"e\"", NULL },
        { SCIM_GET, SCIM_TARGET_SCHEMAS, NULL, NULL, NULL, NULL },
        { SCIM_DELETE, SCIM_TARGET_RESOURCE, "User", NULL, NULL, NULL },
    };

    (void) state;

    user = unit_user("ada");
    group = unit_group("team", user);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        request = (scim_request_t) {
            .method = cases[i].method, .target = cases[i].target
        };

        if (cases[i].type != NULL) {
            request.type = unit_type(cases[i].type);
            request.id = scim_str_from((*cases[i].type == 'U') ? user : group);
        }

        if (cases[i].body != NULL) {
            request.body = unit_json(unit_op_pool(),
                                     unit_fill(cases[i].body, "I", user));
        }

        if (cases[i].filter != NULL) {
            request.filter = scim_str_from(cases[i].filter);
        }

        if (cases[i].attributes != NULL) {
            request.attributes = scim_str_from(cases[i].attributes);
        }

        if (request.target != SCIM_TARGET_RESOURCE) {
            request.id = scim_str_absent;
        }

        unit_fail_allocations(scarce_request, &request);
    }
}


typedef struct {
    scim_method_e  method;
    const char    *path;
    scim_json_t   *body;
    const char    *token;       /* or a check of the gate */
} admin_call_t;


static scim_rc_t
scarce_admin(void *data)
{
    scim_gate_t    gate;
    scim_pool_t   *pool;
    admin_call_t  *call = data;

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    if (call->token != NULL) {
        unit_env.now += 60000;  /* so that each use is noted */
        gate = (scim_gate_t) { .token = scim_str_from(call->token) };
        return unit_op_scarce(pool, scim_op_gate(pool, &unit_env, &gate),
                              200, 499);
    }

    return unit_op_scarce(pool, scim_op_admin(pool, &unit_env, call->method,
                                              scim_str_from(call->path),
                                              scim_str_absent, call->body),
                          200, 499);
}


static void
memory_may_run_short_for_administrators(void **state)
{
    size_t         i;
    const char    *user, *path;
    unit_answer_t  made;
    admin_call_t   calls[] = {
        { SCIM_POST, "/tenants", NULL, NULL },
        { SCIM_GET, "/tenants", NULL, NULL },
        { SCIM_PATCH, "/tenants/acme", NULL, NULL },
        { SCIM_POST, "/tenants/acme/tokens", NULL, NULL },
        { SCIM_GET, "/tenants/acme/tokens", NULL, NULL },
        { SCIM_DELETE, "/tenants/acme/tokens/x", NULL, NULL },
        { SCIM_GET, NULL, NULL, NULL },
        { SCIM_POST, "/tenants/acme/tokens", NULL, NULL },
        { SCIM_GET, NULL, NULL, NULL },
        { SCIM_PATCH, NULL, NULL, NULL },
        { SCIM_POST, NULL, NULL, NULL },
        { SCIM_DELETE, "/tenants/acme", NULL, NULL },
    };

    (void) state;

    calls[0].body = unit_json(unit_op_pool(), "{'name':'b'}");
    calls[2].body = unit_json(unit_op_pool(), "{'enabled':true}");
    calls[3].body = unit_json(unit_op_pool(), "{'name':'t'}");

    made = unit_admin("POST /tenants/acme/tokens", "{'name':'t'}");
    calls[6].token = unit_get(&made, "token");

    user = unit_user("ada");
    path = unit_printf("/tenants/acme/tokens/%s", unit_get(&made, "id"));
    calls[7].body = unit_json(unit_op_pool(),
                              unit_fill("{'user':'@I','actor':'a'}", "I",
                                        user));
    calls[8].path = path;
    calls[9].path = path;
    calls[9].body = unit_json(unit_op_pool(), "{'actor':'a'}");
    calls[10].path = unit_printf("%s/rotate", path);
    calls[10].body = unit_json(unit_op_pool(), "{'overlap':60}");

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        unit_fail_allocations(scarce_admin, &calls[i]);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(what_redis_says_is_not_taken_for_an_answer),
        TEST(memory_may_run_short),
        TEST(memory_may_run_short_for_administrators),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
