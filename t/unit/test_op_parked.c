/*
 * Members that do not exist yet: parked, and members from the commit on in
 * which they appear.
 */

#include "unit_history.h"
#include "unit_large.h"


static int
start(void **state)
{
    (void) unit_op_start(state);

    unit_conf.policy.unknown_members = SCIM_MISSING_PARK;

    return 0;
}


static int
large(void **state)
{
    (void) large_start(state);

    unit_conf.policy.unknown_members = SCIM_MISSING_PARK;

    return 0;
}


static int
end(void **state)
{
    unit_op_hook = NULL;

    return unit_op_end(state);
}


/* --- what is there ------------------------------------------------------- */

/* Values parked in one direction and not in the other. */
static const char  one_sided[] =
    "local p, n = 'scim:{acme}:', 0 "
    "for _, key in ipairs(redis.call('KEYS', p .. 'parking:*')) do "
    "local group = string.sub(key, #p + 9) "
    "if redis.call('EXISTS', p .. 'r:Group:' .. group) == 0 then n = n + 1 end "
    "for _, value in ipairs(redis.call('SMEMBERS', key)) do "
    "if redis.call('SISMEMBER', p .. 'parked:' .. value, group) == 0 then "
    "n = n + 1 end end end "
    "for _, key in ipairs(redis.call('KEYS', p .. 'parked:*')) do "
    "local value = string.sub(key, #p + 8) "
    "for _, group in ipairs(redis.call('SMEMBERS', key)) do "
    "if redis.call('SISMEMBER', p .. 'parking:' .. group, value) == 0 then "
    "n = n + 1 end end end "
    "return n";


static long long
members(const char *group)
{
    return unit_redis_int("ZCARD scim:{acme}:members:%s", group);
}


/* How many the group waits for. */
static long long
waits(const char *group)
{
    assert_int_equal(unit_redis_int("EVAL %s 0", one_sided), 0);

    return unit_redis_int("SCARD scim:{acme}:parking:%s", group);
}


static bool
waits_for(const char *group, const char *value)
{
    return unit_redis_int("SISMEMBER scim:{acme}:parking:%s %s", group, value)
           == 1;
}


static bool
is_in(const char *group, const char *user)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /Users/%s", user), NULL);

    return strstr(answer.text, group) != NULL;
}


static unit_answer_t
change(const char *group, const char *op, const char *value)
{
    return unit_op(unit_printf("PATCH /Groups/%s", group),
                   unit_printf("{'Operations':[{'op':'%s','path':'members',"
                               "'value':[{'value':'%s'}]}]}", op, value));
}


static void
park(const char *group, const char *value)
{
    assert_int_equal(change(group, "add", value).status, 204);
    assert_true(waits_for(group, value));
}


static const char *
user_with(const char *external)
{
    unit_answer_t  answer;

    answer = unit_op("POST /Users",
                     unit_printf("{'userName':'u-%s','externalId':'%s'}",
                                 external, external));
    assert_int_equal(answer.status, 201);
    assert_int_equal(answer.trips, 1);

    return unit_get(&answer, "id");
}


/* A resource that comes with its id. */
static void
import(const char *type, const char *id)
{
    unit_answer_t  answer;

    answer = unit_lines("POST /tenants/acme/import", unit_fill(
        "{'nginx-scim':'export','version':1}\n"
        "{'type':'@T','resource':{'id':'@I','@N':'@I'}}\n", "TIN", type, id,
        (type[0] == 'U') ? "userName" : "displayName"));

    if (unit_redis_int("EXISTS scim:{acme}:r:%s:%s", type, id) != 1) {
        fail_msg("%s", answer.text);
    }
}


/* --- arriving ------------------------------------------------------------ */

static void
by_external_id(void **state)
{
    const char     *group, *id;
    unit_answer_t   answer;

    (void) state;

    group = unit_group("g", NULL);
    park(group, "E-1");

    /* what waits is no member, and nothing has changed */
    assert_int_equal(members(group), 0);
    assert_int_equal(large_version(group), 1);
    assert_int_equal(unit_redis_int("XLEN scim:{acme}:history"), 1);
    answer = unit_op(unit_printf("GET /Groups/%s", group), NULL);
    assert_null(strstr(answer.text, "E-1"));
    assert_int_equal(change(group, "add", "E-1").status, 204);
    assert_int_equal(waits(group), 1);

    answer = unit_op("POST /Users", "{'userName':'ann','externalId':'E-1'}");
    assert_int_equal(answer.status, 201);
    assert_int_equal(answer.trips, 1);
    assert_non_null(strstr(answer.text, "'display':'g'"));
    id = unit_get(&answer, "id");
    assert_true(is_in(group, id));
    assert_int_equal(waits(group), 0);
    assert_int_equal(unit_redis_int("XLEN scim:{acme}:history"), 3);
    assert_string_equal(unit_entry_text(0), unit_fill(
        "update Group v2 g: [{'path':'members','new':[{'value':'@U',"
        "'display':'ann'}]}]", "U", id));
    assert_non_null(strstr(unit_entry_text(1), "create User v1 ann"));

    /* another with the same comes too late */
    answer = unit_op("POST /Users", "{'userName':'bob','externalId':'E-1'}");
    assert_int_equal(answer.status, 201);
    assert_int_equal(members(group), 1);
}


static void
by_a_new_external_id(void **state)
{
    const char     *group, *id;
    unit_answer_t   answer;

    (void) state;

    group = unit_group("g", NULL);
    id = unit_user("ann");
    park(group, "E-1");
    park(group, "e-1");

    answer = unit_op(unit_printf("PATCH /Users/%s", id),
                     "{'Operations':[{'op':'add','path':'externalId',"
                     "'value':'E-1'}]}");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, "'display':'g'"));
    assert_true(is_in(group, id));
    assert_int_equal(waits(group), 1);

    /* he is a member already */
    answer = unit_op(unit_printf("PUT /Users/%s", id),
                     "{'userName':'ann','externalId':'e-1'}");
    assert_int_equal(answer.status, 200);
    assert_int_equal(waits(group), 0);
    assert_int_equal(large_version(group), 2);

    /* a group's does not count */
    park(group, "E-3");
    assert_int_equal(unit_op("POST /Groups", "{'displayName':'x',"
                             "'externalId':'E-3'}").status, 201);
    assert_int_equal(waits(group), 1);
}


static void
by_id(void **state)
{
    const char     *group, *id, *other;
    unit_answer_t   answer;

    (void) state;

    group = unit_group("g", NULL);
    other = unit_group("h", NULL);

    park(group, "ann-1");
    park(other, "ann-1");
    park(group, "team-1");
    import("User", "ann-1");
    assert_true(is_in(group, "ann-1"));
    assert_true(is_in(other, "ann-1"));
    assert_int_equal(waits(group), 1);
    assert_int_equal(waits(other), 0);

    import("Group", "team-1");
    assert_int_equal(waits(group), 0);
    answer = unit_op(unit_printf("GET /Groups/%s", group), NULL);
    assert_non_null(strstr(answer.text, "/Groups/team-1','type':'Group'"));

    /* who comes back */
    id = unit_user("bob");
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", id),
                             NULL).status, 204);
    park(group, id);
    answer = unit_admin(unit_printf("POST /tenants/acme/Users/%s/restore"
                                    "?revision=1", id), NULL);
    assert_int_equal(answer.status, 200);
    assert_true(is_in(group, id));
    assert_int_equal(waits(group), 0);
}


/* Who is there already is known by either. */
static void
who_is_there(void **state)
{
    const char     *group, *ann, *bob;
    unit_answer_t   answer;

    (void) state;

    ann = user_with("E-1");
    bob = user_with("E-2");

    answer = unit_op("POST /Groups", unit_printf(
        "{'displayName':'g','members':[{'value':'E-1'},{'value':'%s'},"
        "{'value':'E-9'}]}", ann));
    assert_int_equal(answer.status, 201);
    group = unit_get(&answer, "id");
    assert_int_equal(members(group), 1);
    assert_true(is_in(group, ann));
    assert_int_equal(waits(group), 1);
    assert_true(waits_for(group, "E-9"));

    assert_int_equal(change(group, "add", "E-1").status, 204);
    assert_int_equal(large_version(group), 1);
    assert_int_equal(change(group, "remove", "E-1").status, 204);
    assert_int_equal(members(group), 0);

    assert_int_equal(change(group, "replace", "E-2").status, 204);
    assert_true(is_in(group, bob));
    assert_int_equal(large_version(group), 3);
    assert_int_equal(waits(group), 0);
    assert_int_equal(change(group, "replace", "E-2").status, 204);
    assert_int_equal(large_version(group), 3);
}


/* --- giving up ----------------------------------------------------------- */

static const struct {
    const char  *request;
    const char  *body;
    int          left;          /* of v1 and v2; -1: with the group */
} ends[] = {
    { "PATCH", "{'Operations':[{'op':'remove','path':'members','value':"
      "[{'value':'v1'}]}]}", 1 },
    { "PATCH", "{'Operations':[{'op':'remove',"
      "'path':'members[value eq \\'v2\\']'}]}", 1 },
    { "PATCH", "{'Operations':[{'op':'remove','path':'members'}]}", 0 },
    { "PATCH", "{'Operations':[{'op':'replace','path':'members','value':"
      "[{'value':'v2'}]}]}", 1 },
    { "PATCH", "{'Operations':[{'op':'add','path':'members','value':"
      "[{'value':'v2'}]}]}", 2 },
    { "PATCH", "{'Operations':[{'op':'remove','path':'members','value':"
      "[{'value':'v3'}]}]}", 2 },
    { "PATCH", "{'Operations':[{'op':'replace','path':'displayName',"
      "'value':'h'}]}", 2 },
    { "PUT", "{'displayName':'h'}", 0 },
    { "PUT", "{'displayName':'h','members':[{'value':'v1'}]}", 1 },
    { "DELETE", NULL, -1 },
};


static void
given_up(void **state)
{
    int          left;
    size_t       i;
    const char  *group;

    (void) state;

    for (i = 0; i < 2 * sizeof(ends) / sizeof(ends[0]); i++) {

        left = ends[i / 2].left;
        unit_conf.policy.unknown_members = SCIM_MISSING_PARK;
        group = unit_group(unit_printf("g%zu", i), NULL);
        park(group, "v1");
        park(group, "v2");

        /* where the policy has been taken back as well; nobody new waits */
        if (i % 2 != 0) {
            unit_conf.policy.unknown_members = SCIM_MISSING_REFUSE;

            if (ends[i / 2].body != NULL
                && strstr(ends[i / 2].body, "'value':'v") != NULL
                && strstr(ends[i / 2].body, "'remove'") == NULL)
            {
                continue;
            }
        }

        assert_in_range(unit_op(unit_printf("%s /Groups/%s",
                                            ends[i / 2].request, group),
                                ends[i / 2].body).status, 200, 204);

        if (waits(group) != (left < 0 ? 0 : left)) {
            fail_msg("%zu: %lld", i, waits(group));
        }

        (void) unit_op(unit_printf("DELETE /Groups/%s", group), NULL);
    }
}


/* --- bounds -------------------------------------------------------------- */

static void
what_cannot_wait(void **state)
{
    size_t          i;
    const char     *group;
    unit_answer_t   answer;

    static const char *const bad[] = {
        "a b", "a:b", "{x}", "ä", "*",
        "0123456789012345678901234567890123456789012345678901234567890123x"
    };

    (void) state;

    group = unit_group("g", NULL);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        answer = change(group, "add", bad[i]);
        assert_int_equal(answer.status, 400);
        assert_non_null(strstr(answer.text, "there is no User or Group"));
    }

    park(group, "0123456789012345678901234567890123456789012345678901234567890"
         "123");
    park(group, "A-b_c.9");
    assert_int_equal(waits(group), 2);

    /* a dry run asks nobody to exist */
    unit_conf.policy.dry_run = true;
    assert_int_equal(change(group, "add", "later").status, 204);
    assert_int_equal(waits(group), 2);
    unit_conf.policy.dry_run = false;

    unit_conf.policy.unknown_members = SCIM_MISSING_REFUSE;
    assert_int_equal(change(group, "add", "later").status, 400);
    assert_int_equal(waits(group), 2);

    /* what waits still arrives */
    assert_true(is_in(group, user_with("A-b_c.9")));
}


static const char *
values(int from, int to)
{
    int         i;
    scim_buf_t  buf;

    scim_buf_init(&buf, unit_op_pool(), 1024);

    for (i = from; i < to; i++) {
        scim_buf_str(&buf, scim_str_from(unit_printf(
            "%s{'value':'w%d'}", i == from ? "" : ",", i)));
    }

    scim_buf_char(&buf, '\0');

    return buf.data;
}


static void
too_many(void **state)
{
    const char     *group;
    unit_answer_t   answer;

    (void) state;

    group = unit_group("g", NULL);

    assert_int_equal(large_patch(group, "add", values(0, 999)).status, 204);
    assert_int_equal(waits(group), 999);
    answer = large_patch(group, "add", values(998, 1001));
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.text, "w1000"));
    assert_non_null(strstr(answer.text, "it cannot be waited for: a group "
                           "waits for 1000 members at most"));
    assert_int_equal(waits(group), 999);
    assert_int_equal(large_patch(group, "add", values(997, 1000)).status,
                     204);
    assert_int_equal(waits(group), 1000);

    /* others in their place */
    assert_int_equal(large_patch(group, "replace", values(500, 1500)).status,
                     204);
    assert_int_equal(waits(group), 1000);

    /* more than a commit takes at once */
    answer = large_patch(group, "replace", values(0, 1001));
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.text, "cannot be waited for"));
    assert_int_equal(waits(group), 1000);
    assert_int_equal(large_flaws(), 0);

    /* so many groups for one */
    (void) unit_redis_int("EVAL %s 0", "for i = 1, 500 do "
                          "redis.call('SADD', 'scim:{acme}:parked:v', i) end");
    assert_int_equal(change(group, "replace", "v").status, 400);
    (void) unit_redis_int("SREM scim:{acme}:parked:v 500");
    assert_int_equal(change(group, "replace", "v").status, 204);
}


/* --- large changes ------------------------------------------------------- */

/* u00001 has the externalId x1. */
static void
make_external(void)
{
    (void) unit_redis_int("EVAL %s 0", "redis.call('ZADD', "
                          "'scim:{acme}:index:User:externalId', 0, "
                          "'x1\\0u00001')");
}


static const struct {
    const char  *op;
    int          before;    /* members: u00000 … */
    int          from, to;  /* those of the request, with x1, v1 and v2 */
    int          after;
    int          waits;     /* of v0 and v1, which waited, v1 and v2 */
} larges[] = {
    { "add", 0, 0, 1500, 1500, 3 },
    { "add", 0, 2, 1500, 1499, 3 },
    { "add", 1000, 2, 1500, 1500, 3 },
    { "add", 1000, 500, 5500, 5500, 3 },
    { "add", 0, 2, 5500, 5499, 3 },
    { "replace", 1000, 500, 1900, 1401, 2 },
    { "replace", 0, 0, 1900, 1900, 2 },
    { "replace", 1500, 0, 3, 3, 2 },
    { "remove", 1500, 2, 1000, 501, 1 },
    { "remove", 6000, 2, 5000, 1001, 1 },
};


static void
by_the_thousand(void **state)
{
    size_t          i;
    const char     *group;
    unit_answer_t   answer;

    (void) state;

    make_external();

    for (i = 0; i < sizeof(larges) / sizeof(larges[0]); i++) {

        group = (larges[i].before == 0)
                ? unit_group("g", NULL) : large_group(0, larges[i].before);
        park(group, "v0");
        park(group, "v1");

        answer = large_patch(group, larges[i].op, unit_fill(
            "@V,{'value':'x1'},{'value':'v1'},{'value':'v2'}", "V",
            large_values(larges[i].from, larges[i].to)));

        if (answer.status != 204 || members(group) != larges[i].after
            || waits(group) != larges[i].waits)
        {
            fail_msg("%zu: %d %s, %lld members, %lld wait", i, answer.status,
                     answer.text, members(group), waits(group));
        }

        assert_int_equal(large_flaws(), 0);
        assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", group),
                                 NULL).status, 204);
    }
}


static const char  *arrived;


static void
v1_arrives(unsigned trip)
{
    if (trip == 4) {
        unit_op_hook = NULL;
        arrived = user_with("v1");
    }
}


/* After it was found missing, before the commit. */
static void
appears_meanwhile(void **state)
{
    size_t       i;
    const char  *group;

    static const char *const ops[] = { "add", "replace" };

    (void) state;

    for (i = 0; i < 2; i++) {
        group = unit_group(ops[i], NULL);
        unit_op_hook = v1_arrives;
        assert_int_equal(large_patch(group, ops[i], unit_fill(
            "{'value':'v1'},{'value':'v2'},@V", "V",
            large_values(0, 4500))).status, 204);
        assert_null(unit_op_hook);
        assert_int_equal(members(group), 4501);
        assert_true(is_in(group, arrived));
        assert_int_equal(waits(group), 1);
        assert_int_equal(large_flaws(), 0);
        assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", arrived),
                                 NULL).status, 204);
    }
}


static void
v2_copied(unsigned trip)
{
    if (trip == 6) {
        unit_op_hook = NULL;
        arrived = user_with("v9");
    }
}


/* What waited for the group while its members are being copied. */
static void
arrives_in_a_copy(void **state)
{
    const char  *group;

    (void) state;

    group = large_group(0, 6000);
    park(group, "v9");
    unit_op_hook = v2_copied;
    assert_int_equal(large_patch(group, "remove",
                                 large_values(0, 4500)).status, 204);
    assert_null(unit_op_hook);
    assert_int_equal(members(group), 1501);
    assert_true(is_in(group, arrived));
    assert_int_equal(waits(group), 0);
    assert_int_equal(large_flaws(), 0);
}


/* --- and all the rest ---------------------------------------------------- */

/* Everything one commit can bring about, within bounds. */
static void
with_a_default_group(void **state)
{
    int          i;
    const char  *group[12], *id;

    (void) state;

    unit_conf.policy.default_group = scim_str("Everyone");
    (void) unit_user("first");

    for (i = 0; i < 12; i++) {
        group[i] = unit_group(unit_printf("g%d", i), NULL);
        park(group[i], "E-1");
    }

    unit_conf.policy.history_count = 3;
    id = user_with("E-1");
    assert_int_equal(members(group[11]), 1);
    assert_int_equal(unit_redis_int("SCARD scim:{acme}:groups:%s", id), 13);
    assert_int_equal(unit_redis_int("XLEN scim:{acme}:history"), 7);
    assert_int_equal(unit_redis_int("EXISTS scim:{acme}:parked:E-1"), 0);
}


static void
end_of_a_tenant(void **state)
{
    const char  *group;

    (void) state;

    group = unit_group("g", NULL);
    assert_int_equal(large_patch(group, "add", values(0, 900)).status, 204);
    group = unit_group("h", NULL);
    assert_int_equal(large_patch(group, "add", values(800, 1600)).status, 204);
    assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", group),
                             NULL).status, 204);
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:parked:*"), 900);

    group = unit_group("h", NULL);
    assert_int_equal(large_patch(group, "add", values(800, 1600)).status, 204);
    assert_int_equal(unit_admin("DELETE /tenants/acme", NULL).status, 204);
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:pa*"), 0);
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:r:*"), 0);
}


static scim_rc_t
with_little_memory(void *data)
{
    scim_pool_t  *pool;

    pool = scim_pool_create(64);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool, scim_op_start(pool, &unit_env, data),
                            400, 400);
}


static void
memory_runs_short(void **state)
{
    const char      *group;
    scim_request_t   request = { .method = SCIM_PATCH,
                                 .target = SCIM_TARGET_RESOURCE };

    (void) state;

    group = unit_group("g", NULL);
    assert_int_equal(large_patch(group, "add", values(0, 1000)).status, 204);

    request.type = unit_type("Group");
    request.id = scim_str_from(group);
    request.body = unit_json(unit_op_pool(),
                             "{'Operations':[{'op':'add','path':'members',"
                             "'value':[{'value':'more'}]}]}");
    unit_fail_allocations(with_little_memory, &request);
    assert_int_equal(waits(group), 1000);
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, start, end)
#define large(f)  cmocka_unit_test_setup_teardown(f, large, end)
    const struct CMUnitTest tests[] = {
        test(by_external_id),
        test(by_a_new_external_id),
        test(by_id),
        test(who_is_there),
        test(given_up),
        test(what_cannot_wait),
        test(too_many),
        large(by_the_thousand),
        large(appears_meanwhile),
        large(arrives_in_a_copy),
        test(with_a_default_group),
        test(end_of_a_tenant),
        test(memory_runs_short),
    };

    return cmocka_run_group_tests_name("op parked", tests, NULL, NULL);
}
