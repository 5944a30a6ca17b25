/*
 * Dry runs: answers as if it had been written, nothing written but what would
 * have been.
 */

#include "unit_large.h"


static void
patch(const char *path, const char *operation, int status)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("PATCH %s", path),
                     unit_printf("{'Operations':[%s]}", operation));
    if (answer.status != status || !answer.result->dry_run) {
        fail_msg("%s %s: %d %s", path, operation, answer.status, answer.text);
    }
}


/* All keys but those of dry runs, as a text. */
static const char *
digest(void)
{
    scim_str_t   text;
    redisReply  *reply;

    reply = redisCommand(unit_redis_connection(), "EVAL %s 0",
        "local names, values = {}, {} "
        "for _, key in ipairs(redis.call('KEYS', '*')) do "
        "if key ~= 'scim:{acme}:dryrun' then names[#names + 1] = key end end "
        "table.sort(names) for i, key in ipairs(names) do "
        "values[i] = key .. redis.sha1hex(redis.call('DUMP', key)) end "
        "return table.concat(values)");
    assert_int_equal(reply->type, REDIS_REPLY_STRING);
    assert_int_equal(scim_str_dup(unit_op_pool(), scim_str_from(reply->str),
                                  &text), SCIM_OK);
    freeReplyObject(reply);

    return text.data;
}


static long long
rehearsed(void)
{
    return unit_redis_int("XLEN scim:{acme}:dryrun");
}


/* "operation type name vN changes" of the newest one. */
static const char *
newest(void)
{
    const char          *changes;
    unit_answer_t        answer;
    const scim_json_t   *entry;

    answer = unit_admin("GET /tenants/acme/dry-run?count=1", NULL);
    assert_int_equal(answer.status, 200);
    entry = scim_json_get(answer.json, scim_str("entries"))->first;
    assert_non_null(entry);
    changes = strstr(answer.text, "'changes':");
    assert_non_null(changes);

    return unit_printf("%.*s %.*s %.*s %.*s",
        SCIM_FMT(scim_json_get_text(entry, scim_str("operation"))),
        SCIM_FMT(scim_json_get_text(entry, scim_str("resourceType"))),
        SCIM_FMT(scim_json_get_text(entry, scim_str("resourceName"))),
        (int) (strstr(changes, "]}") - changes), changes);
}


static void
nothing_is_written(void **state)
{
    const char     *ann, *gee, *before, *made;
    unit_answer_t   answer;

    (void) state;

    ann = unit_user("ann");
    gee = unit_group("gee", ann);
    before = digest();
    unit_conf.policy.dry_run = true;

    answer = unit_op("POST /Users", "{'userName':'bob','title':'x'}");
    assert_int_equal(answer.status, 201);
    assert_true(answer.result->dry_run);
    assert_string_equal(unit_get(&answer, "title"), "x");
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"1\"");
    made = unit_get(&answer, "id");
    assert_string_equal(newest(), "create User bob 'changes':["
        "{'path':'userName','new':'bob'},{'path':'title','new':'x'}");
    assert_int_equal(unit_op(unit_printf("GET /Users/%s", made),
                             NULL).status, 404);

    answer = unit_op(unit_printf("PATCH /Users/%s", ann),
        "{'Operations':[{'op':'add','path':'active','value':false}]}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "active"), "false");
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");
    assert_string_equal(newest(), "update User ann 'changes':["
                                  "{'path':'active','new':false}");

    /* a member that was only rehearsed as well */
    answer = unit_op("POST /Groups", unit_printf(
        "{'displayName':'new','members':[{'value':'%s'}]}", made));
    assert_int_equal(answer.status, 201);
    assert_non_null(strstr(answer.text, unit_printf("'value':'%s'", made)));
    patch(unit_printf("/Groups/%s", gee), unit_printf(
          "{'op':'add','path':'members','value':[{'value':'%s'}]}", made),
          204);
    assert_string_equal(newest(), unit_printf(
        "update Group gee 'changes':[{'path':'members','new':["
        "{'value':'%s'}", made));

    answer = unit_op(unit_printf("PUT /Groups/%s", gee),
                     "{'displayName':'gee2','members':[]}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "displayName"), "gee2");

    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", ann),
                             NULL).status, 204);
    assert_non_null(strstr(newest(), "{'path':'groups','old':["));
    assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", gee),
                             NULL).status, 204);
    assert_non_null(strstr(newest(), "{'path':'members','old':["));

    assert_int_equal(rehearsed(), 7);
    assert_string_equal(digest(), before);
}


static void
what_is_refused_is_refused(void **state)
{
    const char  *ann, *before;

    (void) state;

    ann = unit_user("ann");
    before = digest();
    unit_conf.policy.dry_run = true;
    unit_conf.policy.breaker_count = 1;

    assert_int_equal(unit_op("POST /Users", "{'userName':'Ann'}").status, 409);
    assert_int_equal(unit_op("DELETE /Users/none", NULL).status, 404);
    assert_int_equal(unit_op_if(unit_printf("DELETE /Users/%s", ann),
                                "W/\"9\"", NULL).status, 412);
    assert_int_equal(unit_op("POST /Users", "{}").status, 400);
    patch(unit_printf("/Users/%s", ann),
          "{'op':'replace','path':'userName','value':'ann'}", 200);
    assert_int_equal(rehearsed(), 0);

    /* nobody is deprovisioned: the breaker is not asked */
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", ann),
                             NULL).status, 204);
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", ann),
                             NULL).status, 204);
    assert_string_equal(digest(), before);
    assert_int_equal(rehearsed(), 2);

    /* with no history too; an administrator writes */
    unit_conf.policy.history_off = true;
    (void) unit_user("bob");
    assert_int_equal(rehearsed(), 3);
    unit_env.admin = true;
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", ann),
                             NULL).status, 204);
    assert_int_equal(unit_op(unit_printf("GET /Users/%s", ann),
                             NULL).status, 404);
    assert_int_equal(rehearsed(), 3);
}


static int
count(const char *text, const char *part)
{
    int  n;

    for (n = 0; (text = strstr(text, part)) != NULL; n++) {
        text += strlen(part);
    }

    return n;
}


/* In one call, whatever the size. */
static void
members_of_all_sizes(void **state)
{
    size_t          i;
    const char     *group, *before, *changes;
    unit_answer_t   answer;

    static const struct {
        const char *op;
        int         had;
        int         from;
        int         to;
        int         listed;
        int         count;      /* -1: deltas */
    } cases[] = {
        { "add", 100, 50, 150, 50, -1 },
        { "add", 2000, 0, 4000, 2000, -1 },
        { "add", 100, 50, 4051, 0, 4001 },
        { "remove", 2000, 0, 4000, 2000, -1 },
        { "remove", 2000, 0, 5000, 0, 5000 },
        { "replace", 900, 10, 3000, 2110, -1 },
        { "put", 1500, 10, 3000, 0, 2990 },
        { "put", 1500, 0, 6000, 0, 6000 },
        { "put", 1500, 0, 0, 0, 0 },
        { "delete", 1500, 0, 0, 0, 0 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unit_conf.policy.dry_run = false;
        group = large_group(0, cases[i].had);
        before = digest();
        unit_conf.policy.dry_run = true;

        answer = strcmp(cases[i].op, "put") == 0
            ? large_put(group, large_values(cases[i].from, cases[i].to))
            : strcmp(cases[i].op, "delete") == 0
            ? unit_op(unit_printf("DELETE /Groups/%s", group), NULL)
            : large_patch(group, cases[i].op,
                          large_values(cases[i].from, cases[i].to));

        changes = unit_admin("GET /tenants/acme/dry-run?count=1", NULL).text;

        if (answer.status >= 300
            || count(changes, "{'value':'u") != cases[i].listed
            || (strstr(changes, unit_printf("{'path':'members','count':%d}",
                                            cases[i].count)) != NULL)
               != (cases[i].count >= 0)
            || strcmp(digest(), before) != 0)
        {
            fail_msg("%zu: %d, %.300s", i, answer.status, changes);
        }

        unit_conf.policy.dry_run = false;
        (void) unit_op(unit_printf("DELETE /Groups/%s", group), NULL);
    }
}


/* What one item makes, another may name. */
static void
a_bulk(void **state)
{
    const char     *before;
    unit_answer_t   answer;

    (void) state;

    before = digest();
    unit_conf.policy.dry_run = true;
    answer = unit_op("POST /Bulk", "{'Operations':["
        "{'method':'POST','path':'/Users','bulkId':'a',"
        "'data':{'userName':'ann'}},"
        "{'method':'POST','path':'/Groups','bulkId':'g',"
        "'data':{'displayName':'gee','members':[{'value':'bulkId:a'}]}}]}");
    assert_int_equal(answer.status, 200);
    assert_true(answer.result->dry_run);
    assert_int_equal(count(answer.text, "'status':'201'"), 2);
    assert_string_equal(digest(), before);
    assert_int_equal(rehearsed(), 2);
}


static void
listed_and_forgotten(void **state)
{
    unit_answer_t  answer;

    (void) state;

    unit_conf.policy.dry_run = true;
    (void) unit_user("ann");
    (void) unit_user("bob");

    answer = unit_admin("GET /tenants/acme/dry-run", NULL);
    assert_int_equal(count(answer.text, "'operation':'create'"), 2);
    assert_true(strstr(answer.text, "'bob'") < strstr(answer.text, "'ann'"));
    answer = unit_admin("GET /tenants/acme/history", NULL);
    assert_string_equal(answer.text, "{'entries':[]}");

    assert_int_equal(unit_admin("DELETE /tenants/none/dry-run", NULL).status,
                     404);
    assert_int_equal(unit_admin("POST /tenants/acme/dry-run", NULL).status,
                     405);
    assert_int_equal(unit_admin("DELETE /tenants/acme/dry-run", NULL).status,
                     204);
    answer = unit_admin("GET /tenants/acme/dry-run", NULL);
    assert_string_equal(answer.text, "{'entries':[]}");

    (void) unit_user("cyd");
    assert_int_equal(unit_admin("DELETE /tenants/acme", NULL).status, 204);
    assert_int_equal(rehearsed(), 0);
}


static scim_rc_t
scarce(void *data)
{
    scim_pool_t  *pool;

    pool = scim_pool_create(0);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool, scim_op_start(pool, &unit_env, data),
                            201, 201);
}


static void
memory_may_run_short(void **state)
{
    scim_request_t  request;

    (void) state;

    unit_conf.policy.dry_run = true;
    request = (scim_request_t) {
        .method = SCIM_POST, .target = SCIM_TARGET_COLLECTION,
        .type = unit_type("Group"),
        .body = unit_json(unit_op_pool(), "{'displayName':'g','members':["
                          "{'value':'u1'},{'value':'u2'}]}")
    };

    unit_fail_allocations(scarce, &request);
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, unit_op_start, unit_op_end)
#define large(f)  cmocka_unit_test_setup_teardown(f, large_start, unit_op_end)
    const struct CMUnitTest tests[] = {
        test(nothing_is_written),
        test(what_is_refused_is_refused),
        large(members_of_all_sizes),
        test(a_bulk),
        test(listed_and_forgotten),
        test(memory_may_run_short),
    };

    return cmocka_run_group_tests_name("op dry run", tests, NULL, NULL);
}
