/*
 * Tokens as text, and tokens and tenants in a real Redis.
 */

#include <stdio.h>

#include "unit_store.h"


#define HASH \
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


static void
hashes(void **state)
{
    static const char *const rows[][2] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
              "b855" },
        { "test", HASH },
    };

    size_t i;
    char   hex[SCIM_SHA256_HEX + 1];

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(scim_token_hash(scim_str_from(rows[i][0]), hex),
                         SCIM_OK);
        assert_string_equal(hex, rows[i][1]);
    }
}


static void
token_text(void **state)
{
    char       token[SCIM_TOKEN_LEN + 1], spoilt[SCIM_TOKEN_LEN + 1];
    size_t     i, fill;
    uint8_t    random[32];
    scim_str_t text = { token, SCIM_TOKEN_LEN };

    (void) state;

    for (fill = 0; fill < 256; fill += 51) {
        memset(random, (int) fill, sizeof(random));
        scim_token_format(random, token);
        assert_int_equal(strlen(token), SCIM_TOKEN_LEN);
        assert_true(scim_token_wellformed(text));
        assert_false(scim_token_wellformed(
                         (scim_str_t) { token, SCIM_TOKEN_LEN - 1 }));

        /* any one character changed is noticed */
        for (i = 0; i < SCIM_TOKEN_LEN; i++) {
            memcpy(spoilt, token, sizeof(token));
            spoilt[i] = spoilt[i] == 'a' ? 'b' : 'a';
            assert_false(scim_token_wellformed(
                             (scim_str_t) { spoilt, SCIM_TOKEN_LEN }));
        }
    }

    memset(random, 0, sizeof(random));
    scim_token_format(random, token);
    assert_memory_equal(token, "scim_0000000000000000000000000000000000000000"
                        "000", 48);

    random[31] = 61;
    scim_token_format(random, token);
    assert_memory_equal(token, "scim_0000000000000000000000000000000000000000"
                        "00z", 48);
    assert_false(scim_token_wellformed(scim_str_absent));
    assert_false(scim_token_wellformed(scim_str("Basic abc")));
}


static const scim_token_t sample = {
    .id = SCIM_STR("0123456789abcdef"),
    .tenant = SCIM_STR("t"),
    .name = SCIM_STR("Entra \"prod\"\n\xc3\xa9"),
    .scope = SCIM_STR("provision"),
    .user = SCIM_STR("ada-1"),
    .actor = SCIM_STR("Scim \"System\" User"),
    .hash = SCIM_STR(HASH),
    .created = 1700000000123,
    .expires = 1800000000456,
};


static void
send(const scim_store_cmd_t *cmd)
{
    redisReply *reply;

    reply = unit_command(cmd);
    assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
    freeReplyObject(reply);
}


static scim_rc_t
get(scim_token_t *token)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_token_get(unit_pool, sample.hash, &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_token_get_reply(unit_pool, reply, token, &err);
    freeReplyObject(reply);

    return rc;
}


static scim_rc_t
update(const scim_token_change_t *change)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_token_update(unit_pool, sample.hash, change,
                                             &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_token_update_reply(reply, &err);
    freeReplyObject(reply);

    return rc;
}


static size_t
list(scim_token_t **tokens)
{
    size_t            n;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_token_list(unit_pool, scim_str("t"), &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_token_list_reply(unit_pool, reply, tokens, &n,
                                                 &err), SCIM_OK);
    freeReplyObject(reply);

    return n;
}


static void
same(const scim_token_t *a, const scim_token_t *b)
{
    assert_true(scim_str_eq(a->id, b->id));
    assert_true(scim_str_eq(a->name, b->name));
    assert_true(scim_str_eq(a->scope, b->scope));
    assert_true(scim_str_eq(a->user, b->user));
    assert_int_equal(a->created, b->created);
    assert_int_equal(a->expires, b->expires);
    assert_int_equal(a->used, b->used);
}


static void
token_records(void **state)
{
    scim_token_t     token, used;
    scim_store_cmd_t cmd;

    (void) state;

    assert_int_equal(get(&token), SCIM_NONE);

    /* a use of a token that is gone does not bring it back */
    assert_int_equal(scim_store_token_touch(unit_pool, sample.hash, 5, &cmd),
                     SCIM_OK);
    send(&cmd);
    assert_int_equal(get(&token), SCIM_NONE);

    assert_int_equal(scim_store_token_record_put(unit_pool, &sample, &cmd),
                     SCIM_OK);
    send(&cmd);
    assert_int_equal(get(&token), SCIM_OK);
    same(&token, &sample);
    assert_true(scim_str_eq(token.tenant, scim_str("t")));
    assert_true(scim_str_eq(token.actor, sample.actor));
    assert_null(token.rotated.data);

    assert_int_equal(scim_store_token_touch(unit_pool, sample.hash, 5, &cmd),
                     SCIM_OK);
    send(&cmd);
    used = sample;
    used.used = 5;
    assert_int_equal(get(&token), SCIM_OK);
    same(&token, &used);

    assert_int_equal(scim_store_token_record_delete(unit_pool, sample.hash,
                                                    &cmd), SCIM_OK);
    send(&cmd);
    assert_int_equal(get(&token), SCIM_NONE);
}


static void
token_changes(void **state)
{
    size_t           i;
    scim_token_t     token, wanted;
    scim_store_cmd_t cmd;

    static const struct {
        scim_token_change_t change;
        scim_str_t          name, actor, rotated;
        uint64_t            expires;
    } rows[] = {
        { { .name = SCIM_STR("n") }, SCIM_STR("n"), SCIM_STR("a"),
          SCIM_STR(""), 9 },
        { { .expiry = true, .expires = 7 }, SCIM_STR("n"), SCIM_STR("a"),
          SCIM_STR(""), 7 },
        { { .name = SCIM_STR(""), .actor = SCIM_STR(""), .expiry = true },
          SCIM_STR(""), SCIM_STR(""), SCIM_STR(""), 0 },
        { { .rotated = SCIM_STR("r"), .expiry = true, .expires = 5 },
          SCIM_STR(""), SCIM_STR(""), SCIM_STR("r"), 5 },
        { { .expires = 3 }, SCIM_STR(""), SCIM_STR(""), SCIM_STR("r"), 5 },
    };

    (void) state;
    (void) unit_redis();

    /* one that is gone does not come back */
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(update(&rows[i].change), SCIM_NONE);
    }

    assert_int_equal(get(&token), SCIM_NONE);
    assert_int_equal(unit_redis_int("DBSIZE"), 0);

    wanted = sample;
    wanted.actor = scim_str("a");
    wanted.expires = 9;
    assert_int_equal(scim_store_token_record_put(unit_pool, &wanted, &cmd),
                     SCIM_OK);
    send(&cmd);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(update(&rows[i].change), SCIM_OK);
        assert_int_equal(get(&token), SCIM_OK);
        wanted.name = rows[i].name;
        wanted.actor = rows[i].actor;
        wanted.expires = rows[i].expires;
        same(&token, &wanted);
        assert_true(scim_str_eq(token.rotated, rows[i].rotated));
        assert_true(scim_str_eq(token.actor, rows[i].actor));
    }
}


static void
token_lists(void **state)
{
    scim_token_t      older, *tokens;
    scim_store_cmd_t  cmd;

    (void) state;

    assert_int_equal(list(&tokens), 0);

    older = sample;
    older.id = scim_str("ffff");
    older.created = 1;
    older.expires = 0;

    assert_int_equal(scim_store_token_list_put(unit_pool, &sample, false, &cmd),
                     SCIM_OK);
    send(&cmd);
    assert_int_equal(scim_store_token_list_put(unit_pool, &older, false, &cmd),
                     SCIM_OK);
    send(&cmd);

    assert_int_equal(list(&tokens), 2);
    same(&tokens[0], &older);
    same(&tokens[1], &sample);
    assert_true(scim_str_eq(tokens[1].hash, sample.hash));

    assert_int_equal(scim_store_token_list_delete(unit_pool, scim_str("t"),
                                                  sample.id, &cmd), SCIM_OK);
    send(&cmd);
    assert_int_equal(list(&tokens), 1);
    same(&tokens[0], &older);
}


static scim_rc_t
put(const scim_token_t *token, bool others, scim_token_t **tokens, size_t *n)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_token_list_put(unit_pool, token, others, &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_token_list_put_reply(unit_pool, reply, tokens, n, &err);
    freeReplyObject(reply);

    return rc;
}


static scim_rc_t
entry(scim_str_t id, scim_token_t *token)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_token_list_get(unit_pool, scim_str("t"), id,
                                               &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_token_list_get_reply(unit_pool, id, reply, token, &err);
    freeReplyObject(reply);

    return rc;
}


static void
token_entries(void **state)
{
    size_t        n;
    scim_token_t  token, other, *tokens;

    (void) state;

    other = sample;
    other.id = scim_str("ffff");

    assert_int_equal(put(&sample, true, &tokens, &n), SCIM_OK);
    assert_int_equal(n, 0);
    assert_int_equal(put(&other, true, &tokens, &n), SCIM_OK);
    assert_int_equal(n, 1);
    same(&tokens[0], &sample);
    assert_int_equal(put(&other, false, &tokens, &n), SCIM_OK);
    assert_int_equal(n, 0);

    assert_int_equal(entry(sample.id, &token), SCIM_OK);
    same(&token, &sample);
    assert_true(scim_str_eq(token.hash, sample.hash));
    assert_int_equal(entry(scim_str("nobody"), &token), SCIM_NONE);

    (void) unit_redis_int("HSET scim:{t}:tokens odd {}");
    assert_int_equal(entry(scim_str("odd"), &token), SCIM_REFUSED);

    /* none of a tenant that is not there */
    (void) unit_redis_int("DEL scim:{t}:tenant scim:{t}:tokens");
    assert_int_equal(put(&sample, true, &tokens, &n), SCIM_NONE);
    assert_int_equal(unit_redis_int("EXISTS scim:{t}:tokens"), 0);
}


/* Entries of the list that are no token of ours. */
static void
strange_lists(void **state)
{
    static const char *const rows[] = {
        "", "1", "{", "{}", "[]", "{\"name\":1}",
        "{\"name\":\"n\",\"scope\":\"s\",\"hash\":\"short\",\"created\":1,"
            "\"expires\":0}",
        "{\"name\":\"n\",\"scope\":\"s\",\"hash\":\"" HASH "\","
            "\"created\":-1,\"expires\":0}",
        "{\"name\":\"n\",\"scope\":\"s\",\"hash\":\"" HASH "\","
            "\"created\":1,\"expires\":99999999999999999999}",
    };

    size_t             i, n;
    redisReply        *reply;
    scim_error_t       err;
    scim_token_t      *tokens;
    scim_store_cmd_t   cmd;

    (void) state;

    assert_int_equal(scim_store_token_list(unit_pool, scim_str("t"), &cmd),
                     SCIM_OK);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void) unit_redis_int("HSET scim:{t}:tokens id %s", rows[i]);
        reply = unit_command(&cmd);
        assert_int_equal(scim_store_token_list_reply(unit_pool, reply, &tokens,
                                                     &n, &err), SCIM_REFUSED);
        assert_int_equal(err.status, 503);
        freeReplyObject(reply);
    }
}


static scim_rc_t
tenant_get(scim_tenant_t *tenant)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_tenant_get(unit_pool, scim_str("t"), &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_tenant_get_reply(unit_pool, reply, tenant, &err);
    freeReplyObject(reply);

    return rc;
}


static scim_rc_t
tenant_create(void)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_tenant_create(unit_pool, scim_str("t"), 77,
                                              &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_tenant_create_reply(reply, &err);
    freeReplyObject(reply);

    return rc;
}


static scim_rc_t
tenant_update(int enabled, const char *settings)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_tenant_update(
                         unit_pool, scim_str("t"), enabled,
                         settings == NULL ? scim_str_absent
                                          : scim_str_from(settings),
                         scim_str_absent, &cmd),
                     SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_tenant_update_reply(reply, &err);
    freeReplyObject(reply);

    return rc;
}


static void
tenant_records(void **state)
{
    scim_tenant_t tenant;

    (void) state;
    (void) unit_redis();

    assert_int_equal(tenant_get(&tenant), SCIM_NONE);
    assert_int_equal(tenant_update(0, NULL), SCIM_NONE);
    assert_int_equal(tenant_create(), SCIM_OK);
    assert_int_equal(tenant_create(), SCIM_NONE);

    unit_make("User", "a", "Ann");
    unit_make("User", "b", "Bob");
    unit_make("Group", "g", "Gee");

    assert_int_equal(tenant_get(&tenant), SCIM_OK);
    assert_true(tenant.enabled);
    assert_int_equal(tenant.created, 77);
    assert_true(scim_str_eq(tenant.settings, scim_str("{}")));
    assert_int_equal(tenant.users, 2);
    assert_int_equal(tenant.groups, 1);

    assert_int_equal(tenant_update(0, NULL), SCIM_OK);
    assert_int_equal(tenant_update(-1, "{\"a\":1}"), SCIM_OK);
    assert_int_equal(tenant_update(-1, NULL), SCIM_OK);
    assert_int_equal(tenant_get(&tenant), SCIM_OK);
    assert_false(tenant.enabled);
    assert_true(scim_str_eq(tenant.settings, scim_str("{\"a\":1}")));
}


static void
tenant_names(void **state)
{
    size_t             i, n;
    redisReply        *reply;
    scim_str_t        *names;
    scim_error_t       err;
    scim_store_cmd_t   cmd;
    static const struct { const char *name; bool there; } rows[] = {
        { "zeta", true }, { "alpha", true }, { "mid", true }, { "zeta", true },
        { "mid", false },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(scim_store_tenant_register(
                             unit_pool, scim_str_from(rows[i].name),
                             rows[i].there, &cmd), SCIM_OK);
        send(&cmd);
    }

    assert_int_equal(scim_store_tenant_names(unit_pool, &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    assert_int_equal(scim_store_tenant_names_reply(unit_pool, reply, &names,
                                                   &n, &err), SCIM_OK);
    freeReplyObject(reply);
    assert_int_equal(n, 2);
    assert_true(scim_str_eq(names[0], scim_str("alpha")));
    assert_true(scim_str_eq(names[1], scim_str("zeta")));
}


static scim_rc_t
sweep(size_t count, bool *left, scim_error_t *err)
{
    scim_rc_t         rc;
    redisReply       *reply;
    scim_store_cmd_t  cmd;

    assert_int_equal(scim_store_tenant_sweep(unit_pool, scim_str("t"), count,
                                             &cmd), SCIM_OK);
    reply = unit_command(&cmd);
    rc = scim_store_tenant_sweep_reply(reply, left, err);
    freeReplyObject(reply);

    return rc;
}


static void
tenant_sweep(void **state)
{
    enum { MANY = 25, STEP = 10 };

    int               i;
    bool              left;
    char              id[16];
    scim_error_t      err;
    scim_store_cmd_t  cmd;

    (void) state;

    unit_make("Group", "g", "Gee");
    for (i = 0; i < MANY; i++) {
        (void) snprintf(id, sizeof(id), "u%d", i);
        unit_make("User", id, id);
        (void) unit_members("g", id);
    }
    assert_int_equal(scim_store_token_list_put(unit_pool, &sample, false, &cmd),
                     SCIM_OK);
    send(&cmd);

    assert_int_equal(sweep(STEP, &left, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 409);
    assert_int_equal(tenant_update(0, NULL), SCIM_OK);
    assert_int_equal(sweep(STEP, &left, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 409);
    assert_int_equal(unit_redis_int("ZCARD scim:{t}:order:User"), MANY);

    assert_int_equal(scim_store_token_list_delete(unit_pool, scim_str("t"),
                                                  sample.id, &cmd), SCIM_OK);
    send(&cmd);

    for (i = 1, left = true; left; i++) {
        assert_int_equal(sweep(STEP, &left, &err), SCIM_OK);
        if (left) {
            assert_int_equal(unit_redis_int("KEYS scim:{t}:r:*"),
                             MANY + 1 - i * STEP);
        }
    }
    assert_int_equal(i, 4);
    assert_int_equal(unit_redis_int("DBSIZE"), 0);

    assert_int_equal(sweep(STEP, &left, &err), SCIM_OK);
    assert_false(left);
}


static scim_rc_t
make_token(void *data)
{
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_store_cmd_t cmd;

    static const scim_token_change_t change = {
        .name = SCIM_STR("n"), .expiry = true, .expires = 7
    };

    (void) data;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_store_token_list_put(pool, &sample, true, &cmd);
    if (rc == SCIM_OK) {
        rc = scim_store_token_record_put(pool, &sample, &cmd);
    }
    if (rc == SCIM_OK) {
        rc = scim_store_token_get(pool, sample.hash, &cmd);
    }
    if (rc == SCIM_OK) {
        rc = scim_store_token_touch(pool, sample.hash, 1, &cmd);
    }
    if (rc == SCIM_OK) {
        rc = scim_store_token_update(pool, sample.hash, &change, &cmd);
    }
    if (rc == SCIM_OK) {
        rc = scim_store_tenant_create(pool, sample.tenant, 1, &cmd);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    (void) state;
    unit_fail_allocations(make_token, NULL);
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, unit_store_setup, \
                                                 unit_store_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes),
        cmocka_unit_test(token_text),
        test(token_records),
        test(token_changes),
        test(token_lists),
        test(token_entries),
        test(strange_lists),
        test(tenant_records),
        test(tenant_names),
        test(tenant_sweep),
        cmocka_unit_test(without_memory),
    };

    return cmocka_run_group_tests_name("store token", tests, NULL, NULL);
}
