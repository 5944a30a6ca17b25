/*
 * stage.lua, sweep.lua and commits of what they prepare, call by call.
 */

#include <stdio.h>

#include "unit_store.h"


static scim_store_commit_t
commit_of(const char *op_id, scim_store_stage_e stage, size_t staged)
{
    return (scim_store_commit_t) {
        .verb = SCIM_STORE_UPDATE, .type = unit_type("Group"),
        .id = scim_str("g"), .op_id = scim_str_from(op_id),
        .modified = scim_str("2026-01-02T00:00:00.000Z"), .stage = stage,
        .staged = staged
    };
}


/* "a b c" as ids; at most eight. */
static size_t
split(const char *text, scim_str_t *ids)
{
    size_t  n, len;

    for (n = 0; *text != '\0'; n++) {
        assert_true(n < 8);
        len = strcspn(text, " ");
        ids[n] = (scim_str_t) { text, len };
        text += len + (text[len] == ' ');
    }

    return n;
}


static scim_store_outcome_e
stage(const scim_store_commit_t *commit, bool first, scim_store_step_e step,
    const char *text)
{
    scim_rc_t               rc;
    scim_str_t              ids[8];
    redisReply             *reply;
    scim_error_t            err;
    scim_store_cmd_t        cmd;
    scim_store_stage_t      call;
    scim_store_committed_t  out;

    call = (scim_store_stage_t) {
        .commit = commit, .first = first, .step = step, .ids = ids,
        .n = split(text, ids)
    };

    assert_int_equal(scim_store_stage(unit_pool, scim_str("t"), &call, &cmd),
                     SCIM_OK);
    assert_true(cmd.write);
    reply = unit_command(&cmd);
    rc = scim_store_commit_reply(unit_pool, reply, &out, &err);
    freeReplyObject(reply);

    if (rc != SCIM_OK) {
        fail_msg("%s: %s", text, err.detail);
    }

    return out.outcome;
}


static bool
sweep(const char *op_id)
{
    bool              more;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_sweep(unit_pool, scim_str("t"),
                                      scim_str_from(op_id), scim_str("g"),
                                      &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_sweep_reply(reply, &more, &err), SCIM_OK);
    freeReplyObject(reply);

    return more;
}


static long long
hinted(const char *user)
{
    return unit_redis_int("SISMEMBER scim:{t}:groups:%s g", user);
}


static long long
members(void)
{
    return unit_redis_int("ZCARD scim:{t}:members:g");
}


static int
setup(void **state)
{
    int          rc;
    size_t       i;
    static const char *const users[] = { "a", "b", "c", "d" };

    rc = unit_store_setup(state);
    unit_make("Group", "g", "Gee");

    for (i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        unit_make("User", users[i], users[i]);
    }

    (void) unit_members("g", "+a +b");

    return rc;
}


/* Nothing is seen before the commit; sent again, it says the same. */
static void
commit_puts_in_force(void **state)
{
    size_t                  i;
    scim_store_commit_t     commit;
    scim_store_committed_t  out;

    static const struct {
        scim_store_stage_e  kind;
        const char         *add;
        const char         *remove;
        long long           count;
        bool                trash;
    } rows[] = {
        { SCIM_STAGE_MERGE, "b c", NULL, 3, false },
        { SCIM_STAGE_WHOLE, "c d", NULL, 2, true },
        { SCIM_STAGE_COPY, "a d", "c", 2, true },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        commit = commit_of(rows[i].add, rows[i].kind,
                           rows[i].remove != NULL ? 3 : 2);
        assert_int_equal(stage(&commit, true, SCIM_STAGE_ADD, rows[i].add),
                         SCIM_COMMITTED);
        assert_in_range(unit_redis_int("PTTL scim:{t}:stages"), 1, 600000);

        if (rows[i].remove != NULL) {
            assert_int_equal(stage(&commit, false, SCIM_STAGE_REMOVE,
                                   rows[i].remove), SCIM_COMMITTED);
            assert_int_equal(stage(&commit, false, SCIM_STAGE_TAKE, ""),
                             SCIM_COMMITTED);
        }

        assert_int_equal(members(), i == 0 ? 2 : rows[i - 1].count);

        out = unit_commit(&commit);
        assert_int_equal(out.outcome, SCIM_COMMITTED);
        assert_true(out.changed);
        assert_int_equal(out.version, 3 + i);
        assert_int_equal(out.sweep, rows[i].trash);
        assert_int_equal(members(), rows[i].count);
        assert_int_equal(unit_redis_int("PTTL scim:{t}:members:g"), -1);

        /* the reply was lost */
        out = unit_commit(&commit);
        assert_int_equal(out.outcome, SCIM_COMMITTED);
        assert_int_equal(out.version, 3 + i);
        assert_int_equal(out.sweep, rows[i].trash);
        assert_int_equal(members(), rows[i].count);

        if (rows[i].trash) {
            assert_in_range(unit_redis_int("PTTL scim:{t}:trash:%s",
                                           rows[i].add), 1, 600000);
        }

        assert_false(sweep(rows[i].add));
        assert_int_equal(unit_redis_int("KEYS *:trash:*"), 0);
        assert_int_equal(unit_redis_int("KEYS *:stage*"), 0);
        assert_int_equal(unit_redis_int("KEYS *:fixed:*"), 0);
    }

    assert_int_equal(hinted("a"), 1);
    assert_int_equal(hinted("b"), 0);
    assert_int_equal(hinted("c"), 0);
    assert_int_equal(hinted("d"), 1);
}


/* A commit never takes half of what was to be staged. */
static void
stages_are_whole_or_anew(void **state)
{
    scim_store_commit_t  commit;

    (void) state;

    commit = commit_of("op", SCIM_STAGE_WHOLE, 3);
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_RESTAGE);
    assert_int_equal(stage(&commit, false, SCIM_STAGE_ADD, "c"),
                     SCIM_COMMIT_RESTAGE);
    assert_int_equal(stage(&commit, true, SCIM_STAGE_ADD, "a b"),
                     SCIM_COMMITTED);
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_RESTAGE);
    assert_int_equal(stage(&commit, false, SCIM_STAGE_ADD, "zz"),
                     SCIM_COMMIT_NO_MEMBER);
    assert_int_equal(stage(&commit, true, SCIM_STAGE_ADD, "a c d"),
                     SCIM_COMMITTED);

    unit_delete("User", "d", "d");
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_RESTAGE);
    assert_int_equal(stage(&commit, true, SCIM_STAGE_ADD, "a c d"),
                     SCIM_COMMIT_NO_MEMBER);
    assert_int_equal(members(), 2);

    /* given up: the hints go with it */
    assert_int_equal(stage(&commit, true, SCIM_STAGE_ADD, "a c"),
                     SCIM_COMMITTED);
    assert_int_equal(hinted("c"), 1);
    assert_false(sweep("op"));
    assert_int_equal(hinted("a"), 1);
    assert_int_equal(hinted("c"), 0);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:stages"), 0);

    commit.id = scim_str("nobody");
    assert_int_equal(stage(&commit, true, SCIM_STAGE_ADD, "a"),
                     SCIM_COMMIT_GONE);
}


/* What one has staged keeps its hints, whatever others remove or sweep. */
static void
hints_of_a_stage_stay(void **state)
{
    scim_store_commit_t  one, two;

    (void) state;

    one = commit_of("one", SCIM_STAGE_MERGE, 2);
    two = commit_of("two", SCIM_STAGE_MERGE, 2);
    assert_int_equal(stage(&one, true, SCIM_STAGE_ADD, "a c"),
                     SCIM_COMMITTED);
    assert_int_equal(stage(&two, true, SCIM_STAGE_ADD, "c d"),
                     SCIM_COMMITTED);

    (void) unit_members("g", "-a");
    assert_false(sweep("two"));
    assert_int_equal(hinted("a"), 1);
    assert_int_equal(hinted("c"), 1);
    assert_int_equal(hinted("d"), 0);

    assert_int_equal(unit_commit(&one).outcome, SCIM_COMMITTED);
    assert_int_equal(members(), 3);

    /* nor does one that was left behind stay listed for ever */
    assert_int_equal(stage(&two, true, SCIM_STAGE_ADD, "c d"),
                     SCIM_COMMITTED);
    assert_int_equal(unit_redis_int("DEL scim:{t}:stage:two"), 1);
    assert_int_equal(stage(&one, true, SCIM_STAGE_ADD, "d"), SCIM_COMMITTED);
    assert_int_equal(unit_redis_int("HLEN scim:{t}:stages"), 1);
}


/* A copy that was abandoned expires, also when others went on telling it what
 * changes. */
static void
an_abandoned_copy_expires(void **state)
{
    scim_store_commit_t  copy = commit_of("copy", SCIM_STAGE_COPY, 1);

    (void) state;

    assert_int_equal(stage(&copy, true, SCIM_STAGE_REMOVE, "a"),
                     SCIM_COMMITTED);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:stage:copy"), 0);

    (void) unit_members("g", "+c");
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:stage:copy"), 1);
    assert_true(unit_redis_int("PTTL scim:{t}:stage:copy") > 0);

    /* as an hour later, while others have kept the list of stages */
    (void) unit_redis_int("DEL scim:{t}:stage:copy scim:{t}:fixed:copy");
    (void) unit_members("g", "+d");
    assert_true(unit_redis_int("PTTL scim:{t}:stage:copy") > 0);
}


static void
the_kind_follows_the_size(void **state)
{
    size_t  i;

    static const struct {
        bool                create;
        bool                replaces;
        size_t              nadd;
        size_t              nremove;
        scim_store_stage_e  kind;
    } rows[] = {
        { true, false, 0, 0, SCIM_STAGE_NONE },
        { true, false, 1000, 0, SCIM_STAGE_NONE },
        { true, false, 1001, 0, SCIM_STAGE_WHOLE },
        { false, true, 1000, 0, SCIM_STAGE_NONE },
        { false, true, 1001, 0, SCIM_STAGE_WHOLE },
        { false, false, 1000, 3000, SCIM_STAGE_NONE },
        { false, false, 1001, 2999, SCIM_STAGE_MERGE },
        { false, false, 4001, 0, SCIM_STAGE_COPY },
        { false, false, 0, 4000, SCIM_STAGE_NONE },
        { false, false, 0, 4001, SCIM_STAGE_COPY },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(scim_store_stage_kind(rows[i].create,
                                               rows[i].replaces, rows[i].nadd,
                                               rows[i].nremove), rows[i].kind);
    }
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, setup, unit_store_teardown)
    const struct CMUnitTest tests[] = {
        test(commit_puts_in_force),
        test(stages_are_whole_or_anew),
        test(hints_of_a_stage_stay),
        test(an_abandoned_copy_expires),
        test(the_kind_follows_the_size),
    };

    return cmocka_run_group_tests_name("store stage", tests, NULL, NULL);
}
