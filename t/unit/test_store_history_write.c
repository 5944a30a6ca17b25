/*
 * Commits with an entry of the history, call by call: sent again, by stale
 * settings, with members left out, after a resource of the same id.
 */

#include <stdio.h>

#include "unit_store.h"


static const scim_store_event_t event = {
    .operation = SCIM_STR("restore"),
    .origin = { .actor = SCIM_STR("me") },
    .changes = SCIM_STR("{\"path\":\"a\"}")
};


static scim_store_commit_t
commit_of(scim_store_verb_e verb, const char *type, const char *id)
{
    scim_store_commit_t  commit;

    memset(&commit, 0, sizeof(commit));
    commit.verb = verb;
    commit.type = unit_type(type);
    commit.id = scim_str_from(id);
    commit.doc = scim_str("{}");
    commit.display = scim_str("name");
    commit.modified = scim_str("m");
    commit.event = &event;

    return commit;
}


static scim_members_t *
members_of(const char *const *ids)
{
    size_t           i;
    scim_members_t  *members;

    members = scim_members_create(unit_pool);
    assert_non_null(members);
    scim_members_clear(members);

    for (i = 0; ids[i] != NULL; i++) {
        assert_int_equal(scim_members_add(members, scim_str_from(ids[i])),
                         SCIM_OK);
    }

    return members;
}


static long long
entries(void)
{
    return unit_redis_int("XLEN scim:{t}:history");
}


/* How many entries have the field with the value. */
static long long
told(const char *field, const char *value)
{
    return unit_redis_int("EVAL %s 0 %s %s",
        "local n = 0 "
        "for _, e in ipairs(redis.call('XRANGE', 'scim:{t}:history', '-', "
        "'+')) do for i = 1, #e[2], 2 do "
        "if e[2][i] == ARGV[1] and e[2][i + 1] == ARGV[2] then n = n + 1 end "
        "end end return n", field, value);
}


static void
sent_again_is_told_once(void **state)
{
    scim_store_commit_t  commit;

    (void) state;

    commit = commit_of(SCIM_STORE_CREATE, "User", "u");
    commit.op_id = scim_str("op1");
    assert_int_equal(unit_commit(&commit).version, 1);
    assert_int_equal(unit_commit(&commit).version, 1);
    assert_int_equal(entries(), 1);
    assert_int_equal(told("op", "restore"), 1);
    assert_int_equal(told("changes", "[{\"path\":\"a\"}]"), 1);

    commit = commit_of(SCIM_STORE_DELETE, "User", "u");
    commit.op_id = scim_str("op2");
    assert_int_equal(unit_commit(&commit).version, 1);
    assert_int_equal(unit_commit(&commit).version, 1);
    assert_int_equal(entries(), 2);
    assert_int_equal(told("ver", "2"), 1);
}


/* What is made anew under the id goes on from the version it had. */
static void
versions_go_on(void **state)
{
    scim_store_commit_t  commit;

    (void) state;

    commit = commit_of(SCIM_STORE_CREATE, "User", "u");
    assert_int_equal(unit_commit(&commit).version, 1);
    commit = commit_of(SCIM_STORE_DELETE, "User", "u");
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);

    commit = commit_of(SCIM_STORE_CREATE, "User", "u");
    commit.expected = 2;
    assert_int_equal(unit_commit(&commit).version, 3);
    assert_int_equal(told("ver", "3"), 1);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:history:User:u"), 3);
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_CONFLICT);

    /* also when it is not known to whom makes it */
    commit = commit_of(SCIM_STORE_DELETE, "User", "u");
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
    commit = commit_of(SCIM_STORE_CREATE, "User", "u");
    assert_int_equal(unit_commit(&commit).version, 5);
}


/* One who goes by other settings than the tenant's writes nothing. */
static void
stale_settings_write_nothing(void **state)
{
    size_t               i;
    redisReply          *reply;
    scim_store_cmd_t     cmd;
    scim_store_commit_t  commit;

    static const struct {
        const char        *present;
        const char        *generation;
        scim_store_verb_e  verb;
        const char        *outcome;
    } cases[] = {
        { NULL, NULL, SCIM_STORE_CREATE, "ok" },
        { NULL, "0", SCIM_STORE_UPDATE, "ok" },
        { NULL, "1", SCIM_STORE_UPDATE, "stale" },
        { "2", NULL, SCIM_STORE_UPDATE, "ok" },
        { "2", "2", SCIM_STORE_UPDATE, "ok" },
        { "2", "1", SCIM_STORE_UPDATE, "stale" },
        { "2", "0", SCIM_STORE_DELETE, "stale" },
        { "2", "2", SCIM_STORE_DELETE, "ok" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].present != NULL) {
            (void) unit_redis_int("HSET scim:{t}:tenant gen %s",
                                  cases[i].present);
        }

        commit = commit_of(cases[i].verb, "User", "u");
        if (cases[i].generation != NULL) {
            commit.generation = scim_str_from(cases[i].generation);
        }

        assert_int_equal(scim_store_commit(unit_pool, scim_str("t"), &commit,
                                           &cmd), SCIM_OK);
        reply = unit_command(&cmd);
        assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
        assert_string_equal(reply->element[0]->str, cases[i].outcome);
        freeReplyObject(reply);
    }

    assert_int_equal(entries(), 5);
}


static void
stale_settings_stage_nothing(void **state)
{
    scim_str_t           id = SCIM_STR("u");
    redisReply          *reply;
    scim_store_cmd_t     cmd;
    scim_store_stage_t   call;
    scim_store_commit_t  commit;

    (void) state;

    unit_make("User", "u", "u");
    commit = commit_of(SCIM_STORE_CREATE, "Group", "g");
    commit.stage = SCIM_STAGE_WHOLE;
    commit.op_id = scim_str("op");
    commit.generation = scim_str("1");
    call = (scim_store_stage_t) {
        .commit = &commit, .first = true, .ids = &id, .n = 1
    };

    assert_int_equal(scim_store_stage(unit_pool, scim_str("t"), &call, &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    assert_string_equal(reply->element[0]->str, "stale");
    freeReplyObject(reply);
    assert_int_equal(unit_redis_int("KEYS *stage*"), 0);
}


static void
who_does_not_exist_is_left_out(void **state)
{
    scim_store_commit_t       commit;
    static const char *const  some[] = { "gone", "u", "away", NULL };
    static const char *const  none[] = { "gone", NULL };

    (void) state;

    unit_make("User", "u", "u");
    commit = commit_of(SCIM_STORE_CREATE, "Group", "g");
    commit.members = members_of(some);
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_NO_MEMBER);
    assert_int_equal(entries(), 0);

    commit.missing = SCIM_MISSING_DROP;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:members:g"), 1);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:groups:gone"), 0);
    assert_int_equal(told("changes", "[{\"path\":\"a\"},{\"path\":\"members\","
                          "\"new\":[{\"value\":\"u\",\"display\":\"u\"}]}]"),
                     1);

    commit.verb = SCIM_STORE_UPDATE;
    commit.members = members_of(none);
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:members:g"), 0);
}


static scim_store_committed_t
stage(const scim_store_commit_t *commit, const char *const *ids)
{
    size_t                  n;
    scim_str_t              list[8];
    redisReply             *reply;
    scim_error_t            err;
    scim_store_cmd_t        cmd;
    scim_store_stage_t      call;
    scim_store_committed_t  out;

    for (n = 0; ids[n] != NULL; n++) {
        list[n] = scim_str_from(ids[n]);
    }

    call = (scim_store_stage_t) {
        .commit = commit, .first = true, .ids = list, .n = n
    };
    assert_int_equal(scim_store_stage(unit_pool, scim_str("t"), &call, &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_commit_reply(unit_pool, reply, &out, &err),
                     SCIM_OK);
    freeReplyObject(reply);

    return out;
}


/* A stage says how many it left out; it may come to hold nobody. */
static void
nor_staged(void **state)
{
    scim_store_commit_t       commit;
    scim_store_committed_t    out;
    static const char *const  some[] = { "gone", "u", "away", NULL };
    static const char *const  none[] = { "gone", NULL };

    (void) state;

    unit_make("User", "u", "u");
    unit_make("Group", "g", "g");
    (void) unit_members("g", "+u");

    commit = commit_of(SCIM_STORE_UPDATE, "Group", "g");
    commit.stage = SCIM_STAGE_WHOLE;
    commit.op_id = scim_str("op1");
    assert_int_equal(stage(&commit, some).outcome, SCIM_COMMIT_NO_MEMBER);

    commit.missing = SCIM_MISSING_DROP;
    out = stage(&commit, some);
    assert_int_equal(out.outcome, SCIM_COMMITTED);
    assert_int_equal(out.dropped, 2);
    commit.staged = 1;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:members:g"), 1);

    commit.op_id = scim_str("op2");
    out = stage(&commit, none);
    assert_int_equal(out.dropped, 1);
    commit.staged = 0;
    out = unit_commit(&commit);
    assert_int_equal(out.outcome, SCIM_COMMITTED);
    assert_true(out.sweep);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:members:g"), 0);
    assert_int_equal(unit_redis_int("KEYS scim:{t}:was:*"), 1);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:stages"), 0);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:left:op2"), 1);
}


/* The allocation that fails is any of them. */
static scim_rc_t
format_event(void *data)
{
    scim_rc_t         rc;
    scim_pool_t      *pool;
    scim_store_cmd_t  cmd;

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_store_commit(pool, scim_str("t"), data, &cmd);
    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    scim_store_commit_t  commit;

    (void) state;

    commit = commit_of(SCIM_STORE_CREATE, "User", "u");
    unit_fail_allocations(format_event, &commit);
    commit.verb = SCIM_STORE_DELETE;
    unit_fail_allocations(format_event, &commit);
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, unit_store_setup, \
                                                 unit_store_teardown)
    const struct CMUnitTest tests[] = {
        test(sent_again_is_told_once),
        test(versions_go_on),
        test(stale_settings_write_nothing),
        test(stale_settings_stage_nothing),
        test(who_does_not_exist_is_left_out),
        test(nor_staged),
        test(without_memory),
    };

    return cmocka_run_group_tests_name("store history write", tests, NULL,
                                       NULL);
}
