/*
 * The default group: every user is in it from the commit on that makes him,
 * and an identity provider cannot change that.
 */

#include "unit_history.h"
#include "unit_large.h"


static int
start(void **state)
{
    (void) unit_op_start(state);

    unit_conf.policy.default_group = scim_str("Everyone");

    return 0;
}


static int
end(void **state)
{
    unit_op_hook = NULL;

    return unit_op_end(state);
}


/* Id of the group of the name, of which there has to be one. */
static const char *
group_named(const char *name)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /Groups?filter=displayName eq '%s'",
                                 name), NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    answer.json = scim_json_get(answer.json, scim_str("Resources"))->first;

    return unit_get(&answer, "id");
}


static const char *
everyone(void)
{
    return group_named("Everyone");
}


static long long
members(const char *group)
{
    return unit_redis_int("ZCARD scim:{acme}:members:%s", group);
}


static bool
is_in(const char *group, const char *user)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET /Users/%s", user), NULL);

    return strstr(answer.text, group) != NULL;
}


static int
patch(const char *group, const char *operation)
{
    return unit_op(unit_printf("PATCH /Groups/%s", group),
                   unit_printf("{'Operations':[%s]}", operation)).status;
}


static void
who_comes_joins(void **state)
{
    const char     *group, *id;
    unit_answer_t   answer;

    (void) state;

    answer = unit_op("POST /Users", "{'userName':'ann','displayName':'Ann'}");
    assert_int_equal(answer.status, 201);
    assert_int_equal(answer.trips, 1);
    id = unit_get(&answer, "id");
    group = everyone();
    assert_non_null(strstr(answer.text, unit_fill(
        "'groups':[{'value':'@G','$ref':'https://x/scim/v2/Groups/@G',"
        "'type':'direct','display':'Everyone'}]", "G", group)));

    /* one entry of the user, one of the group, which is made with him */
    assert_int_equal(unit_redis_int("XLEN scim:{acme}:history"), 2);
    assert_string_equal(unit_entry_text(0), unit_fill(
        "create Group v1 Everyone: ["
        "{'path':'displayName','new':'Everyone'},"
        "{'path':'members','new':[{'value':'@U','display':'Ann'}]}]",
        "U", id));
    assert_non_null(strstr(unit_entry_text(1), "create User v1 Ann: ["));
    assert_true(is_in(group, id));

    /* the next one joins the same */
    id = unit_user("bob");
    assert_int_equal(unit_redis_int("XLEN scim:{acme}:history"), 4);
    assert_string_equal(unit_entry_text(0), unit_fill(
        "update Group v2 Everyone: ["
        "{'path':'members','new':[{'value':'@U','display':'bob'}]}]",
        "U", id));
    assert_string_equal(everyone(), group);

    answer = unit_op(unit_printf("GET /Groups/%s", group), NULL);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");
    assert_int_equal(members(group), 2);
    answer = unit_op("GET /Users?filter=groups.value pr", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "2");

    /* what it is in counts too */
    (void) unit_group("outer", group);
    answer = unit_op("POST /Users", "{'userName':'cyd'}");
    assert_int_equal(answer.status, 201);
    assert_int_equal(answer.trips, 2);
    assert_non_null(strstr(answer.text, "'type':'direct','display':'Every"));
    assert_non_null(strstr(answer.text, "'type':'indirect','display':'outer'"));
}


/* What the store may not say of groups that were joined. */
static void
odd_replies(void **state)
{
    size_t                  i;
    scim_error_t            err;
    redisReply             *reply;
    scim_store_committed_t  committed;

#define DONE  "$2\r\nok\r\n:1\r\n:1\r\n$1\r\nm\r\n$0\r\n\r\n"
    static const char *const odd[] = {
        "*7\r\n" DONE "*2\r\n$1\r\na\r\n$0\r\n\r\n:0\r\n",      /* well */
        "*7\r\n" DONE ":1\r\n:0\r\n",
        "*7\r\n" DONE "*1\r\n$1\r\na\r\n:0\r\n",
        "*7\r\n" DONE "*2\r\n:1\r\n:2\r\n:0\r\n",
        "*7\r\n" DONE "*0\r\n$1\r\nx\r\n",
        "*6\r\n" DONE "*0\r\n"
    };

    (void) state;

    for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        reply = unit_reply(odd[i]);
        assert_int_equal(scim_store_commit_reply(unit_op_pool(), reply,
                                                 &committed, &err),
                         (i == 0) ? SCIM_OK : SCIM_REFUSED);
        freeReplyObject(reply);
    }
}


/* A change of a user who has never joined; who leaves; what is no user. */
static void
who_is_in_it(void **state)
{
    const char     *ann, *group;
    unit_answer_t   answer;

    (void) state;

    unit_conf.policy.default_group = scim_str_absent;
    ann = unit_user("ann");
    unit_conf.policy.default_group = scim_str("Everyone");

    answer = unit_op(unit_printf("PATCH /Users/%s", ann),
                     "{'Operations':[{'op':'add','path':'title',"
                     "'value':'Dr'}]}");
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 2);
    assert_non_null(strstr(answer.text, "'display':'Everyone'"));
    group = everyone();
    assert_true(is_in(group, ann));

    /* once is enough */
    answer = unit_op(unit_printf("PUT /Users/%s", ann),
                     "{'userName':'ann','active':false}");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, "'display':'Everyone'"));
    assert_null(strstr(strstr(answer.text, "Everyone") + 1, "Everyone"));
    assert_int_equal(large_version(group), 1);
    assert_true(is_in(group, ann));

    (void) unit_group("others", ann);
    assert_int_equal(members(group), 1);

    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", ann),
                             NULL).status, 204);
    assert_int_equal(members(group), 0);
}


static void
the_group_there_is(void **state)
{
    const char  *mine, *ann;

    (void) state;

    mine = unit_group("EVERYone", NULL);
    ann = unit_user("ann");
    assert_true(is_in(mine, ann));
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:order:Group"), 1);

    /* a retry of a commit that was done adds nothing */
    unit_env.admin = true;
    assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", mine),
                             NULL).status, 204);
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:order:Group"), 0);
    (void) unit_user("bob");
    assert_string_not_equal(everyone(), mine);
    assert_int_equal(members(everyone()), 1);
}


static void
without_a_history(void **state)
{
    (void) state;

    unit_conf.policy.history_off = true;
    (void) unit_user("ann");
    (void) unit_user("bob");
    assert_int_equal(members(everyone()), 2);
    assert_int_equal(unit_redis_int("EXISTS scim:{acme}:history"), 0);
}


static void
rehearsed(void **state)
{
    (void) state;

    unit_conf.policy.dry_run = true;
    (void) unit_user("ann");
    assert_int_equal(unit_redis_int("EXISTS scim:{acme}:order:Group"), 0);
}


/* An import brings the group along, with its id. */
static void
imported(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = unit_lines("POST /tenants/acme/import",
        "{'nginx-scim':'export','version':1}\n"
        "{'type':'User','resource':{'id':'ann','userName':'ann'}}\n"
        "{'type':'Group','resource':{'id':'all','displayName':'Everyone'},"
        "'members':['ann']}\n");
    assert_int_equal(answer.status, 200);
    assert_string_equal(everyone(), "all");
    assert_true(is_in("all", "ann"));

    /* now it is there */
    answer = unit_lines("POST /tenants/acme/import",
        "{'nginx-scim':'export','version':1}\n"
        "{'type':'User','resource':{'id':'bob','userName':'bob'}}\n");
    assert_int_equal(answer.status, 200);
    assert_true(is_in("all", "bob"));
}


/* --- what an identity provider may do ------------------------------------ */

static const struct {
    const char  *request;       /* @G the group, @O another one */
    const char  *body;          /* @A, @B members; @N a user who is none */
    int          status;
    int          admin;
} deeds[] = {
    { "DELETE /Groups/@G", NULL, 403, 204 },
    { "PUT /Groups/@G", "{'displayName':'All','members':[{'value':'@A'},"
      "{'value':'@B'}]}", 400, 200 },
    { "PUT /Groups/@G", "{'displayName':'everyone','members':"
      "[{'value':'@A'},{'value':'@B'}]}", 200, 200 },
    { "PUT /Groups/@G", "{'displayName':'Everyone','members':"
      "[{'value':'@A'}]}", 400, 200 },
    { "PUT /Groups/@G", "{'displayName':'Everyone'}", 400, 200 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'replace',"
      "'path':'displayName','value':'All'}]}", 400, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'replace',"
      "'path':'displayName','value':'EVERYONE'}]}", 204, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'remove',"
      "'path':'members[value eq \\'@A\\']'}]}", 400, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'remove',"
      "'path':'members'}]}", 400, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'replace',"
      "'path':'members','value':[{'value':'@B'}]}]}", 400, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'remove',"
      "'path':'members','value':[{'value':'@N'}]}]}", 204, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'add',"
      "'path':'members','value':[{'value':'@A'}]}]}", 204, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'add',"
      "'path':'members','value':[{'value':'@N'}]}]}", 204, 204 },
    { "PATCH /Groups/@G", "{'Operations':[{'op':'add',"
      "'path':'members','value':[{'value':'nobody'}]}]}", 400, 400 },
    { "POST /Groups", "{'displayName':'everyONE'}", 409, 409 },
    { "PATCH /Groups/@O", "{'Operations':[{'op':'replace',"
      "'path':'displayName','value':'Everyone'}]}", 409, 409 },
    { "DELETE /Groups/@O", NULL, 204, 204 },
    { "PATCH /Groups/@O", "{'Operations':[{'op':'remove',"
      "'path':'members'}]}", 204, 204 },
};


static void
deed(size_t i, bool admin)
{
    int             status;
    const char     *a, *b, *n, *g, *o, *body, *request;
    unit_answer_t   answer;

    unit_conf.policy.default_group = scim_str_absent;
    n = unit_user(unit_printf("n%zu%d", i, admin));
    unit_conf.policy.default_group = scim_str("Everyone");
    a = unit_user(unit_printf("a%zu%d", i, admin));
    b = unit_user(unit_printf("b%zu%d", i, admin));
    g = everyone();
    o = unit_group(unit_printf("o%zu%d", i, admin), a);

    request = unit_fill(deeds[i].request, "GO", g, o);
    body = (deeds[i].body == NULL)
           ? NULL : unit_fill(deeds[i].body, "ABN", a, b, n);

    unit_env.admin = admin;
    answer = unit_op(request, body);
    unit_env.admin = false;

    status = admin ? deeds[i].admin : deeds[i].status;

    if (answer.status != status) {
        fail_msg("%s %s: %d, not %d: %s", request, body, answer.status,
                 status, answer.text);
    }

    if (!admin && (status == 403 || (status == 400
                                     && strstr(body, "nobody") == NULL)))
    {
        assert_non_null(strstr(answer.text, "every user of this tenant"));
        assert_true(is_in(g, a) && is_in(g, b));
    }

    if (!admin && status == 400 && strstr(body, "nobody") == NULL) {
        assert_non_null(strstr(answer.text, "'scimType':'mutability'"));
    }

    unit_env.admin = true;
    (void) unit_op(unit_printf("DELETE /Groups/%s", g), NULL);
    (void) unit_op(unit_printf("DELETE /Users/%s", a), NULL);
    (void) unit_op(unit_printf("DELETE /Users/%s", b), NULL);
    unit_env.admin = false;
}


static void
what_may_become_of_it(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        deed(i, false);
        deed(i, true);
    }
}


/* --- concurrency --------------------------------------------------------- */

static const char  *in_between;


static void
rename_it(unsigned trip)
{
    if (trip == 2) {
        unit_op_hook = NULL;
        unit_env.admin = true;
        assert_int_equal(patch(in_between, "{'op':'replace',"
                               "'path':'displayName','value':'Mine'}"), 204);
        unit_env.admin = false;
    }
}


/* Found by its name at the moment of the commit. */
static void
renamed_meanwhile(void **state)
{
    const char  *old, *ann;

    (void) state;

    unit_conf.policy.default_group = scim_str_absent;
    ann = unit_user("ann");
    unit_conf.policy.default_group = scim_str("Everyone");
    old = unit_group("Everyone", NULL);

    in_between = old;
    unit_op_hook = rename_it;
    assert_int_equal(unit_op(unit_printf("PATCH /Users/%s", ann),
                             "{'Operations':[{'op':'add','path':'title',"
                             "'value':'Dr'}]}").status, 200);
    assert_int_equal(members(old), 0);
    assert_string_not_equal(everyone(), old);
    assert_true(is_in(everyone(), ann));
}


static void
user_comes(unsigned trip)
{
    if (trip == 3) {
        unit_op_hook = NULL;
        in_between = unit_user("late");
    }
}


/* A large change of the group is being prepared when somebody joins. */
static void
joins_a_copy(void **state)
{
    const char  *group;

    (void) state;

    group = unit_group("Everyone", NULL);
    unit_env.admin = true;
    assert_int_equal(large_patch(group, "add", large_values(0, 900)).status,
                     204);

    unit_op_hook = user_comes;
    assert_int_equal(large_patch(group, "add", large_values(900, 7000)).status,
                     204);
    assert_null(unit_op_hook);
    assert_int_equal(members(group), 7001);
    assert_true(is_in(group, in_between));
    assert_int_equal(large_flaws(), 0);
}


static int
large(void **state)
{
    (void) large_start(state);

    unit_conf.policy.default_group = scim_str("Everyone");

    return 0;
}


/* An identity provider that sends all members does not send some. */
static void
large_changes_of_it(void **state)
{
    const char  *group;

    (void) state;

    group = unit_group("Everyone", NULL);
    assert_int_equal(large_patch(group, "add", large_values(0, 5000)).status,
                     204);
    assert_int_equal(members(group), 5000);
    assert_int_equal(large_patch(group, "add", large_values(0, 9000)).status,
                     204);
    assert_int_equal(members(group), 9000);
    assert_int_equal(large_patch(group, "remove",
                                 large_values(0, 4500)).status, 400);
    assert_int_equal(large_patch(group, "replace",
                                 large_values(0, 2000)).status, 400);
    assert_int_equal(large_patch(group, "replace",
                                 large_values(0, 9000)).status, 204);
    assert_int_equal(members(group), 9000);
    assert_int_equal(large_flaws(), 0);
}


/* --- switched on later --------------------------------------------------- */

static const char *
settings(const char *text)
{
    unit_answer_t  answer;

    answer = unit_admin("PATCH /tenants/acme", text);
    assert_int_equal(answer.status, 200);

    return unit_printf("%u", answer.trips);
}


#define SET_EVERYONE  "{'settings':{'defaultGroup':'Everyone'}}"


/* Users of those there are that have a place in the list. */
#define LISTED  1800

static int
later(void **state)
{
    (void) large_start(state);

    (void) unit_redis_int(
        "EVAL %s 0 %d",
        "local p = 'scim:{acme}:' "
        "for i = 0, ARGV[1] - 1 do "
        "local id = string.format('u%05d', i) "
        "redis.call('ZADD', p .. 'order:User', i + 1, id) "
        "redis.call('HSET', p .. 'r:User:' .. id, 'doc', "
        "'{\"id\":\"' .. id .. '\",\"meta\":{}}', 'mod', 'x') "
        "end "
        "redis.call('HSET', p .. 'tenant', 'seq', ARGV[1])", LISTED);

    return 0;
}


static void
users_there_are(void **state)
{
    long long    version;
    const char  *group;

    (void) state;

    unit_env.origin.actor = scim_str("eve");
    (void) settings(SET_EVERYONE);
    group = everyone();
    assert_int_equal(members(group), LISTED);
    assert_int_equal(large_wrongs(), 0);
    assert_non_null(strstr(unit_entry_text(0), "update Group v5 Everyone: "
                           "[{'path':'members','new':[{'value':'u01500"));

    /* again: nothing is new */
    version = large_version(group);
    assert_int_equal(version, 5);
    (void) settings(SET_EVERYONE);
    assert_int_equal(large_version(group), version);

    /* some are missing, as after a cut-off */
    assert_int_equal(unit_redis_int("ZREMRANGEBYRANK scim:{acme}:members:%s "
                                    "100 299", group), 200);
    (void) settings(SET_EVERYONE);
    assert_int_equal(members(group), LISTED);
    assert_int_equal(large_version(group), version + 1);

    /* others are not asked for */
    assert_string_equal(settings("{'settings':{'groups':true}}"), "3");
    assert_string_equal(settings("{'settings':{'defaultGroup':null}}"), "4");
}


static void
make_it(unsigned trip)
{
    if (trip == 5) {
        unit_op_hook = NULL;
        unit_conf.policy.default_group = scim_str("Everyone");
        (void) unit_user("ann");
        unit_conf.policy.default_group = scim_str_absent;
    }
}


static void
drop_it(unsigned trip)
{
    if (trip == 6) {
        unit_op_hook = NULL;
        unit_env.admin = true;
        assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", everyone()),
                                 NULL).status, 204);
        unit_env.admin = false;
    }
}


static void
others_make_and_delete_it(void **state)
{
    (void) state;

    (void) unit_user("bob");

    /* between looking for it and making it */
    unit_op_hook = make_it;
    (void) settings(SET_EVERYONE);
    assert_null(unit_op_hook);
    assert_int_equal(members(everyone()), 2);
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:order:Group"), 1);

    /* before its users join */
    unit_op_hook = drop_it;
    (void) settings(SET_EVERYONE);
    assert_null(unit_op_hook);
    assert_int_equal(members(everyone()), 2);

    /* another one; the old one is one like others now */
    (void) settings("{'settings':{'defaultGroup':'All'}}");
    assert_int_equal(members(group_named("All")), 2);
    assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", everyone()),
                             NULL).status, 204);
}


static void
switched_off(void **state)
{
    (void) state;

    (void) unit_user("ann");
    (void) settings("{'enabled':false,'settings':{'defaultGroup':'X'}}");
    assert_int_equal(unit_redis_int("EXISTS scim:{acme}:order:Group"), 0);
    (void) settings("{'enabled':true}");
    assert_int_equal(members(group_named("X")), 1);

    (void) settings("{'settings':{'dryRun':true,'defaultGroup':'Y'}}");
    assert_int_equal(unit_redis_int("ZCARD scim:{acme}:order:Group"), 1);
    (void) settings("{'settings':{'dryRun':false}}");
    assert_int_equal(members(group_named("Y")), 1);
}


/* --- memory -------------------------------------------------------------- */

static scim_rc_t
with_little_memory(void *data)
{
    scim_pool_t  *pool;

    pool = scim_pool_create(64);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool, scim_op_start(pool, &unit_env, data),
                            200, 299);
}


static void
memory_runs_short(void **state)
{
    scim_request_t  request = { .method = SCIM_PATCH,
                                .target = SCIM_TARGET_RESOURCE };

    (void) state;

    request.type = unit_type("User");
    request.id = scim_str_from(unit_user("ann"));
    request.body = unit_json(unit_op_pool(),
                             "{'Operations':[{'op':'add','path':'title',"
                             "'value':'Dr'}]}");
    unit_env.admin = true;
    (void) unit_op(unit_printf("DELETE /Groups/%s", everyone()), NULL);
    unit_env.admin = false;
    unit_fail_allocations(with_little_memory, &request);
    assert_int_equal(members(everyone()), 1);

    request.type = unit_type("Group");
    request.id = scim_str_from(everyone());
    request.body = unit_json(unit_op_pool(),
                             "{'Operations':[{'op':'replace',"
                             "'path':'displayName','value':'EVERYONE'}]}");
    unit_fail_allocations(with_little_memory, &request);
}


static scim_rc_t
settings_with_little_memory(void *data)
{
    scim_pool_t  *pool;

    pool = scim_pool_create(64);

    return (pool == NULL)
           ? SCIM_NOMEM
           : unit_op_scarce(pool, scim_op_admin(pool, &unit_env, SCIM_PATCH,
                                                scim_str("/tenants/acme"),
                                                scim_str_absent, data),
                            200, 200);
}


static void
memory_runs_short_later(void **state)
{
    (void) state;

    unit_conf.policy.default_group = scim_str_absent;
    (void) unit_user("ann");
    (void) unit_user("bob");
    unit_fail_allocations(settings_with_little_memory,
                          unit_json(unit_op_pool(), SET_EVERYONE));
    assert_int_equal(members(everyone()), 2);
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, start, end)
    const struct CMUnitTest tests[] = {
        test(who_comes_joins),
        test(odd_replies),
        test(who_is_in_it),
        test(the_group_there_is),
        test(without_a_history),
        test(rehearsed),
        test(imported),
        test(what_may_become_of_it),
        test(renamed_meanwhile),
        cmocka_unit_test_setup_teardown(joins_a_copy, large, end),
        cmocka_unit_test_setup_teardown(large_changes_of_it, large, end),
        cmocka_unit_test_setup_teardown(users_there_are, later, end),
        cmocka_unit_test_setup_teardown(others_make_and_delete_it,
                                        unit_op_start, end),
        cmocka_unit_test_setup_teardown(switched_off, unit_op_start, end),
        test(memory_runs_short),
        test(memory_runs_short_later),
    };

    return cmocka_run_group_tests_name("op everyone", tests, NULL, NULL);
}
