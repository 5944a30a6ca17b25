/*
 * commit.lua and delete.lua against a real Redis: what is refused leaves
 * nothing behind, what is done is done everywhere.
 */

#include <stdio.h>
#include <stdlib.h>

#include "unit_store.h"


static scim_store_commit_t
user(scim_store_verb_e verb, const char *id)
{
    scim_store_commit_t commit;

    memset(&commit, 0, sizeof(commit));
    commit.verb = verb;
    commit.type = unit_type("User");
    commit.id = scim_str_from(id);
    commit.doc = scim_str("{\"a\":1}");
    commit.display = scim_str("Ann");
    commit.modified = scim_str("m1");

    return commit;
}


/* Everything the tenant holds, as one text: equal before and after means
 * nothing was written. */
static const char *
digest(void)
{
    scim_str_t  text;
    redisReply *reply;

    reply = redisCommand(unit_redis_connection(), "DEBUG DIGEST");
    assert_int_equal(reply->type, REDIS_REPLY_STATUS);
    assert_int_equal(scim_str_dup(unit_pool, scim_str_from(reply->str), &text),
                     SCIM_OK);
    freeReplyObject(reply);

    return text.data;
}


static const char *
group_of(const char *id)
{
    scim_str_t         ids = scim_str_from(id);
    scim_store_page_t  page;
    scim_store_query_t query;

    memset(&query, 0, sizeof(query));
    query.type = unit_type("Group");
    query.ids = &ids;
    query.nids = 1;
    query.count = 1;
    query.relations = true;
    page = unit_query(&query);

    return unit_page(&page);
}


static void
create_update_versions(void **state)
{
    scim_store_commit_t    commit;
    scim_store_committed_t out;

    (void) state;

    commit = user(SCIM_STORE_CREATE, "u1");
    out = unit_commit(&commit);
    assert_int_equal(out.outcome, SCIM_COMMITTED);
    assert_int_equal(out.version, 1);
    assert_true(out.changed);
    assert_true(scim_str_eq(out.modified, scim_str("m1")));

    out = unit_commit(&commit);
    assert_int_equal(out.outcome, SCIM_COMMIT_CONFLICT);

    commit = user(SCIM_STORE_UPDATE, "u1");
    commit.modified = scim_str("m2");
    commit.expected = 1;
    out = unit_commit(&commit);
    assert_int_equal(out.outcome, SCIM_COMMITTED);
    assert_int_equal(out.version, 2);

    out = unit_commit(&commit);
    assert_int_equal(out.outcome, SCIM_COMMIT_CONFLICT);
    assert_int_equal(out.version, 2);
    assert_true(scim_str_eq(out.modified, scim_str("m2")));

    commit.expected = 0;
    assert_int_equal(unit_commit(&commit).version, 3);

    commit.id = scim_str("nobody");
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_GONE);

    commit.verb = SCIM_STORE_DELETE;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_GONE);

    commit.id = scim_str("u1");
    commit.expected = 2;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_CONFLICT);

    commit.expected = 3;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_GONE);
}


static void
operation_id_makes_retry_safe(void **state)
{
    scim_store_commit_t    commit;
    scim_store_committed_t out;

    (void) state;

    commit = user(SCIM_STORE_CREATE, "u1");
    commit.op_id = scim_str("op1");
    assert_int_equal(unit_commit(&commit).version, 1);

    out = unit_commit(&commit);
    assert_int_equal(out.outcome, SCIM_COMMITTED);
    assert_int_equal(out.version, 1);
    assert_true(out.changed);
    assert_true(scim_str_eq(out.modified, scim_str("m1")));
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:order:User"), 1);
    assert_in_range(unit_redis_int("PTTL scim:{t}:op:op1"), 1, 60000);

    commit.verb = SCIM_STORE_DELETE;
    commit.op_id = scim_str("op2");
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);

    commit.op_id = scim_str("op3");
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMIT_GONE);
}


static void
unique_values(void **state)
{
    const char            *before;
    scim_index_entry_t     entry, longer;
    scim_store_commit_t    commit;
    scim_store_committed_t out;

    (void) state;

    entry.attr = scim_str("userName");
    entry.value = scim_str("ann");
    entry.unique = true;
    longer = entry;
    longer.value = scim_str("ann\1");

    commit = user(SCIM_STORE_CREATE, "u1");
    commit.add = &entry;
    commit.nadd = 1;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);

    before = digest();
    commit.id = scim_str("u2");
    commit.op_id = scim_str("op");
    out = unit_commit(&commit);
    assert_int_equal(out.outcome, SCIM_COMMIT_TAKEN);
    assert_true(scim_str_eq(out.attr, scim_str("userName")));
    assert_true(scim_str_eq(out.value, scim_str("ann")));
    assert_string_equal(before, digest());

    /* a value that another one begins with is not taken by it */
    commit.add = &longer;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);

    /* one's own value is not taken */
    commit = user(SCIM_STORE_UPDATE, "u1");
    commit.add = &entry;
    commit.nadd = 1;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);

    /* a deleted resource frees it */
    commit = user(SCIM_STORE_DELETE, "u1");
    commit.remove = &entry;
    commit.nremove = 1;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
    commit = user(SCIM_STORE_CREATE, "u3");
    commit.add = &entry;
    commit.nadd = 1;
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
}


static void
member_deltas(void **state)
{
    static const struct {
        const char *change;
        const char *after;      /* "!ID": refused for that id */
        bool        changed;
    } rows[] = {
        { "+a", "1:g(a=Ann)", true },
        { "+a", "1:g(a=Ann)", false },
        { "+a +b", "1:g(a=Ann b=Bob)", true },
        { "-zz", "1:g(a=Ann b=Bob)", false },
        { "-a +n", "1:g(b=Bob n=Nest)", true },
        { "+a +nobody", "!nobody", false },
        { "=a b", "1:g(a=Ann b=Bob)", true },
        { "=b a", "1:g(a=Ann b=Bob)", false },
        { "=a nobody", "!nobody", false },
        { "=", "1:g", true },
        { "=", "1:g", false },
        { "=g a n", "1:g(a=Ann g=Gee n=Nest)", true },
    };

    size_t                 i;
    uint64_t               version;
    const char            *before;
    scim_store_committed_t out;

    (void) state;

    unit_make("User", "a", "Ann");
    unit_make("User", "b", "Bob");
    unit_make("Group", "g", "Gee");
    unit_make("Group", "n", "Nest");

    for (version = 1, i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        before = digest();
        out = unit_members("g", rows[i].change);

        if (!rows[i].changed) {
            assert_string_equal(before, digest());
        }

        if (rows[i].after[0] == '!') {
            assert_int_equal(out.outcome, SCIM_COMMIT_NO_MEMBER);
            assert_true(scim_str_eq(out.member,
                                    scim_str_from(rows[i].after + 1)));
            continue;
        }

        version += rows[i].changed;
        assert_int_equal(out.outcome, SCIM_COMMITTED);
        assert_int_equal(out.changed, rows[i].changed);
        assert_int_equal(out.version, version);
        assert_string_equal(group_of("g"), rows[i].after);
    }

    assert_int_equal(unit_members("nogroup", "+a").outcome, SCIM_COMMIT_GONE);
}


static void
hints_follow_members(void **state)
{
    (void) state;

    unit_make("User", "a", "Ann");
    unit_make("Group", "g", "Gee");

    (void) unit_members("g", "+a");
    assert_int_equal(unit_redis_int("SISMEMBER scim:{t}:groups:a g"), 1);
    (void) unit_members("g", "-a");
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:groups:a"), 0);
    (void) unit_members("g", "+a");
    unit_delete("Group", "g", "Gee");
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:groups:a"), 0);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:members:g"), 0);
}


static void
deleting_leaves_groups(void **state)
{
    (void) state;

    unit_make("User", "a", "Ann");
    unit_make("User", "b", "Bob");
    unit_make("Group", "g", "Gee");
    unit_make("Group", "n", "Nest");
    (void) unit_members("g", "+a +b +n +g");
    (void) unit_members("n", "+a");

    unit_delete("User", "a", "Ann");
    assert_string_equal(group_of("g"), "1:g(b=Bob g=Gee n=Nest)");
    assert_string_equal(group_of("n"), "1:n");
    assert_int_equal(unit_members("g", "+b").version, 3);
    assert_int_equal(unit_members("n", "-b").version, 3);
    assert_true(scim_str_eq(unit_members("n", "-b").modified,
                            scim_str("2026-01-01T00:00:00.000Z")));

    /* a group in a group, and one that holds itself */
    unit_delete("Group", "n", "Nest");
    assert_string_equal(group_of("g"), "1:g(b=Bob g=Gee)");
    unit_delete("Group", "g", "Gee");
    unit_delete("User", "b", "Bob");

    /* nothing is left but the tenant and the names of its sorted sets */
    assert_int_equal(unit_redis_int("KEYS *"), 2);
}


/* More members than one chunk, one step and the hints that are taken back. */
static void
large_groups(void **state)
{
    enum { MANY = 2500 };

    int         i;
    char        id[16];
    scim_buf_t  change;
    scim_str_t  text;

    (void) state;

    unit_make("Group", "g", "Gee");
    scim_buf_init(&change, unit_pool, 0);
    for (i = 0; i < MANY; i++) {
        (void) snprintf(id, sizeof(id), "u%d", i);
        unit_make("User", id, id);
        scim_buf_str(&change, scim_str_from(id));
        scim_buf_char(&change, i == MANY - 1 ? '\0' : ' ');
    }
    assert_int_equal(scim_buf_done(&change, &text), SCIM_OK);

    assert_int_equal(unit_members("g", text.data).version, 2);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:members:g"), MANY);
    assert_false(unit_members("g", text.data).changed);

    /* hints stay, and do no harm */
    assert_true(unit_members("g", "=u7").changed);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:members:g"), 1);
    assert_int_equal(unit_redis_int("SCARD scim:{t}:groups:u8"), 1);
    unit_delete("User", "u8", "u8");
    assert_int_equal(unit_members("g", "+u7").version, 3);

    /* a missing one is found behind a thousand others */
    (void) unit_members("g", text.data);
    assert_int_equal(unit_members("g", "=").outcome, SCIM_COMMITTED);
    unit_make("User", "u8", "u8");
    unit_delete("User", "u2000", "u2000");
    assert_true(scim_str_eq(unit_members("g", text.data).member,
                            scim_str("u2000")));
}


static void
tenant_switch(void **state)
{
    scim_error_t           err;
    scim_store_cmd_t       cmd;
    scim_store_commit_t    commit;
    scim_store_committed_t out;

    (void) state;

    assert_int_equal(scim_store_tenant_update(unit_pool, scim_str("t"), 0,
                                              scim_str_absent, scim_str_absent,
                                              &cmd), SCIM_OK);
    freeReplyObject(unit_command(&cmd));

    commit = user(SCIM_STORE_CREATE, "u1");
    assert_int_equal(unit_try_commit(&commit, &out, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 403);

    commit.verb = SCIM_STORE_DELETE;
    assert_int_equal(unit_try_commit(&commit, &out, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 403);

    (void) unit_redis();
    assert_int_equal(unit_try_commit(&commit, &out, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 404);
    assert_int_equal(unit_redis_int("DBSIZE"), 0);
}


/* Full before it starts: refused, nothing written, but deleting goes on.
 * Full in the middle: finished. */
static void
out_of_memory(void **state)
{
    const char             *before;
    scim_error_t            err;
    scim_store_commit_t     commit, removal;
    scim_store_committed_t  out;

    (void) state;

    unit_make("User", "a", "Ann");
    commit = user(SCIM_STORE_CREATE, "u1");
    removal = user(SCIM_STORE_DELETE, "a");
    before = digest();

    (void) unit_redis_int("CONFIG SET maxmemory 100kb");
    assert_int_equal(unit_try_commit(&commit, &out, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 507);
    assert_string_equal(before, digest());

    out = unit_commit(&removal);
    assert_int_equal(out.outcome, SCIM_COMMITTED);

    (void) unit_redis_int("CONFIG SET maxmemory 0");
    assert_int_equal(unit_commit(&commit).outcome, SCIM_COMMITTED);
}


static long long
used_memory(void)
{
    long long   used;
    redisReply *reply;

    reply = redisCommand(unit_redis_connection(), "INFO memory");
    assert_int_equal(reply->type, REDIS_REPLY_STRING);
    used = atoll(strstr(reply->str, "used_memory:") + 12);
    freeReplyObject(reply);

    return used;
}


/*
 * Redis takes little more than the request itself: the script is let in, its
 * first write goes beyond the limit, and what comes after is written all the
 * same.  The limit is raised in steps much smaller than the document until
 * the request gets in; before, nothing may have been written.
 */
static void
out_of_memory_midway(void **state)
{
    enum { BIG = 8 << 20, STEP = BIG / 16, STEPS = 200 };

    int                     i;
    char                   *big;
    scim_rc_t               rc;
    long long               used;
    const char             *before;
    scim_error_t            err;
    scim_index_entry_t      entry;
    scim_store_commit_t     commit;
    scim_store_committed_t  out;

    (void) state;

    big = scim_palloc(unit_pool, BIG);
    assert_non_null(big);
    memset(big, 'x', BIG);

    entry.attr = scim_str("userName");
    entry.value = scim_str("ann");
    entry.unique = true;

    commit = user(SCIM_STORE_CREATE, "u1");
    commit.doc = (scim_str_t) { big, BIG };
    commit.op_id = scim_str("op");
    commit.add = &entry;
    commit.nadd = 1;

    before = digest();
    used = used_memory();

    for (rc = SCIM_REFUSED, i = 1; rc != SCIM_OK && i < STEPS; i++) {
        (void) unit_redis_int("CONFIG SET maxmemory %lld",
                              used + (long long) i * STEP);
        rc = unit_try_commit(&commit, &out, &err);
        if (rc != SCIM_OK) {
            assert_int_equal(err.status, 507);
            assert_string_equal(before, digest());
        }
    }

    (void) unit_redis_int("CONFIG SET maxmemory 0");
    assert_in_range(i, 3, STEPS - 1);
    assert_int_equal(out.outcome, SCIM_COMMITTED);
    assert_int_equal(unit_redis_int("HLEN scim:{t}:r:User:u1"), 4);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:order:User"), 1);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:index:User:userName"), 1);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:op:op"), 1);
}


static scim_rc_t
format_and_read(void *data)
{
    scim_rc_t               rc;
    scim_pool_t            *pool;
    redisReply             *reply;
    scim_error_t            err;
    scim_members_t         *members;
    scim_store_cmd_t        cmd;
    scim_store_commit_t     commit;
    scim_store_committed_t  out;

    commit = *(scim_store_commit_t *) data;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    members = scim_members_create(pool);
    commit.members = members;

    rc = members == NULL ? SCIM_NOMEM
                         : scim_members_add(members, scim_str("a"));
    if (rc == SCIM_OK) {
        rc = scim_members_remove(members, scim_str("b"));
    }
    if (rc == SCIM_OK) {
        rc = scim_store_commit(pool, scim_str("t"), &commit, &cmd);
    }
    if (rc == SCIM_OK) {
        reply = unit_reply("*5\r\n$5\r\ntaken\r\n:0\r\n:0\r\n$0\r\n\r\n"
                           "$8\r\nuserName\r\n");
        rc = scim_store_commit_reply(pool, reply, &out, &err);
        freeReplyObject(reply);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    enum { MANY = 100 };

    size_t              i;
    scim_index_entry_t  entries[MANY];
    scim_store_commit_t commit;

    (void) state;

    for (i = 0; i < MANY; i++) {
        entries[i].attr = scim_str("emails.value");
        entries[i].value = scim_str("a");
        entries[i].unique = false;
    }

    commit = user(SCIM_STORE_UPDATE, "g");
    commit.add = entries;
    commit.nadd = MANY;
    commit.remove = entries;
    commit.nremove = MANY;
    unit_fail_allocations(format_and_read, &commit);

    commit.verb = SCIM_STORE_DELETE;
    unit_fail_allocations(format_and_read, &commit);
}


/* Replies no Redis of ours gives: refused, whatever is wrong with them. */
static void
wrong_shapes(void **state)
{
    static const char *const shapes[] = {
        ":1\r\n",
        "+OK\r\n",
        "$-1\r\n",
        "*0\r\n",
        "*4\r\n$2\r\nok\r\n:1\r\n:1\r\n$1\r\nm\r\n",
        "*5\r\n:1\r\n:1\r\n:1\r\n$1\r\nm\r\n$0\r\n\r\n",
        "*5\r\n$2\r\nok\r\n:-1\r\n:1\r\n$1\r\nm\r\n$0\r\n\r\n",
        "*5\r\n$2\r\nok\r\n:1\r\n$1\r\nx\r\n$1\r\nm\r\n$0\r\n\r\n",
        "*5\r\n$2\r\nok\r\n:1\r\n:1\r\n$-1\r\n$0\r\n\r\n",
        "*5\r\n$2\r\nok\r\n:1\r\n:1\r\n$1\r\nm\r\n*0\r\n",
        "*5\r\n$3\r\nnew\r\n:1\r\n:1\r\n$1\r\nm\r\n$0\r\n\r\n",
    };

    size_t                  i;
    redisReply             *reply;
    scim_error_t            err;
    scim_store_committed_t  out;

    (void) state;

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        reply = unit_reply(shapes[i]);
        assert_int_equal(scim_store_commit_reply(unit_pool, reply, &out, &err),
                         SCIM_REFUSED);
        assert_int_equal(err.status, 503);
        freeReplyObject(reply);
    }
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, unit_store_setup, \
                                                 unit_store_teardown)
    const struct CMUnitTest tests[] = {
        test(create_update_versions),
        test(operation_id_makes_retry_safe),
        test(unique_values),
        test(member_deltas),
        test(hints_follow_members),
        test(deleting_leaves_groups),
        test(large_groups),
        test(tenant_switch),
        test(out_of_memory),
        test(out_of_memory_midway),
        test(wrong_shapes),
        test(without_memory),
    };

    return cmocka_run_group_tests_name("store commit", tests, NULL, NULL);
}
