/*
 * The store without a Redis: names, the form of commands, what errors mean,
 * indexes, entries and ranges.
 */

#include <stdlib.h>

#include "store/scim_store.h"
#include "store/scim_store_scripts.h"
#include "unit.h"
#include "unit_redis.h"


static void
names(void **state)
{
    static const struct { const char *name; bool valid; } rows[] = {
        { "a", true }, { "A-z_0.9", true }, { "..", true },
        { "0123456789012345678901234567890123456789012345678901234567890123",
          true },
        { "01234567890123456789012345678901234567890123456789012345678901234",
          false },
        { "", false }, { "a b", false }, { "a:b", false }, { "{a}", false },
        { "a/b", false }, { "\xc3\xa4", false }, { "a\n", false },
    };

    size_t i;

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(scim_store_name_valid(scim_str_from(rows[i].name)),
                         rows[i].valid);
    }

    assert_false(scim_store_name_valid(scim_str_absent));
    assert_false(scim_store_name_valid((scim_str_t) { "a\0b", 3 }));
}


static void
wire_form(void **state)
{
    static const scim_script_t script = {
        "s", SCIM_STR("return 1"), "0123456789012345678901234567890123456789"
    };

    scim_str_t       argv[2] = { SCIM_STR("a\0b"), SCIM_STR("") };
    scim_store_cmd_t cmd = { &script, SCIM_STR("k"), argv, 2, false };

    char   *out;
    size_t  len, i;

    const struct {
        bool                 eval;
        const scim_script_t *script;
        scim_str_t           text;
    } rows[] = {
        { false, &script, SCIM_STR("*6\r\n$7\r\nEVALSHA\r\n$40\r\n"
          "0123456789012345678901234567890123456789\r\n$1\r\n1\r\n$1\r\nk\r\n"
          "$3\r\na\0b\r\n$0\r\n\r\n") },
        { true, &script, SCIM_STR("*6\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n"
          "$1\r\n1\r\n$1\r\nk\r\n$3\r\na\0b\r\n$0\r\n\r\n") },
        { false, NULL, SCIM_STR("*2\r\n$3\r\na\0b\r\n$0\r\n\r\n") },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cmd.script = rows[i].script;
        out = unit_format(&cmd, rows[i].eval, &len);
        assert_int_equal(len, rows[i].text.len);
        assert_memory_equal(out, rows[i].text.data, len);
        free(out);
    }
}


static void
wire_form_long(void **state)
{
    enum { MANY = 5000 };

    char             *out;
    size_t            len, i;
    scim_str_t       *argv;
    scim_store_cmd_t  cmd = { NULL, SCIM_STR("k"), NULL, MANY, false };

    (void) state;

    argv = malloc(MANY * sizeof(*argv));
    assert_non_null(argv);
    for (i = 0; i < MANY; i++) {
        argv[i] = scim_str("x");
    }

    cmd.argv = argv;
    out = unit_format(&cmd, false, &len);
    assert_int_equal(len, sizeof("*5000\r\n") - 1 + MANY * 7);
    free(out);
    free(argv);
}


static void
errors(void **state)
{
    static const struct {
        const char *resp;
        int         status;     /* 0: no error */
        bool        retry;
        bool        noscript;
    } rows[] = {
        { "+OK\r\n", 0, false, false },
        { "*0\r\n", 0, false, false },
        { "$3\r\nOOM\r\n", 0, false, false },
        { "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
          507, false, false },
        { "-LOADING Redis is loading the dataset in memory\r\n",
          503, true, false },
        { "-READONLY You can't write against a read only replica.\r\n",
          503, true, false },
        { "-BUSY Redis is busy running a script.\r\n", 503, true, false },
        { "-NOAUTH Authentication required.\r\n", 503, true, false },
        { "-WRONGPASS invalid username-password pair\r\n", 503, true, false },
        { "-NOPERM this user has no permissions\r\n", 503, true, false },
        { "-MASTERDOWN Link with MASTER is down\r\n", 503, true, false },
        { "-MISCONF Redis is configured to save RDB snapshots\r\n",
          503, true, false },
        { "-NOREPLICAS Not enough good replicas to write.\r\n",
          503, true, false },
        { "-CLUSTERDOWN The cluster is down\r\n", 503, true, false },
        { "-MOVED 3999 127.0.0.1:6381\r\n", 503, true, false },
        { "-ASK 3999 127.0.0.1:6381\r\n", 503, true, false },
        { "-TRYAGAIN Multiple keys request\r\n", 503, true, false },
        { "-NOSCRIPT No matching script.\r\n", 503, true, true },
        { "-ERR max number of clients reached\r\n", 503, true, false },
        { "-ERR unknown command\r\n", 500, false, false },
        { "-WRONGTYPE Operation against a key\r\n", 500, false, false },
        { "-OOMPH\r\n", 500, false, false },
        { "-\r\n", 500, false, false },
    };

    size_t        i;
    redisReply   *reply;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        reply = unit_reply(rows[i].resp);
        memset(&err, 0, sizeof(err));

        assert_int_equal(scim_store_error(reply, &err),
                         rows[i].status == 0 ? SCIM_OK : SCIM_REFUSED);
        assert_int_equal(err.status, rows[i].status);
        assert_int_equal(err.retry_after > 0, rows[i].retry);
        assert_int_equal(err.detail[0] != '\0', rows[i].status != 0);
        assert_int_equal(scim_store_noscript(reply), rows[i].noscript);
        freeReplyObject(reply);
    }

    assert_int_equal(scim_store_error(NULL, &err), SCIM_REFUSED);
    assert_int_equal(err.status, 503);
    assert_true(err.retry_after > 0);
    assert_false(scim_store_noscript(NULL));
}


static void
default_indexes(void **state)
{
    static const struct {
        const char *type;
        bool        unique_display;
        const char *indexes;        /* "!" marks a unique one */
    } rows[] = {
        { "User", false, "userName! externalId displayName emails.value" },
        { "User", true, "userName! externalId displayName emails.value" },
        { "Group", false, "externalId displayName" },
        { "Group", true, "externalId displayName!" },
    };

    size_t          i, j;
    scim_buf_t      buf;
    scim_str_t      text;
    scim_pool_t    *pool;
    scim_indexes_t  indexes;

    (void) state;
    pool = scim_pool_create(0);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(scim_store_indexes(pool, unit_type(rows[i].type),
                                            rows[i].unique_display, &indexes),
                         SCIM_OK);
        scim_buf_init(&buf, pool, 0);
        for (j = 0; j < indexes.nindexes; j++) {
            scim_buf_str(&buf, j == 0 ? scim_str("") : scim_str(" "));
            scim_buf_str(&buf, indexes.indexes[j].name);
            scim_buf_str(&buf, indexes.indexes[j].unique ? scim_str("!")
                                                         : scim_str(""));
        }
        scim_buf_char(&buf, '\0');
        assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);
        assert_string_equal(text.data, rows[i].indexes);
    }

    scim_pool_destroy(pool);
}


static void
index_of_path(void **state)
{
    static const struct {
        const char *path;
        const char *index;          /* NULL: none */
    } rows[] = {
        { "userName", "userName" }, { "USERNAME", "userName" },
        { "emails", "emails.value" }, { "emails.value", "emails.value" },
        { "emails.type", NULL }, { "nickName", NULL }, { "name", NULL },
        { "urn:ietf:params:scim:schemas:core:2.0:User:externalId",
          "externalId" },
        { "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", NULL },
    };

    size_t              i;
    scim_pool_t        *pool;
    scim_indexes_t      indexes;
    scim_attr_path_t    path;
    const scim_index_t *index;

    (void) state;
    pool = scim_pool_create(0);
    assert_int_equal(scim_store_indexes(pool, unit_type("User"), false,
                                        &indexes), SCIM_OK);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(scim_attr_path_parse(unit_type("User"),
                                              scim_str_from(rows[i].path),
                                              &path), SCIM_OK);
        index = scim_store_index(&indexes, &path);
        assert_int_equal(index != NULL, rows[i].index != NULL);
        if (index != NULL) {
            assert_true(scim_str_eq(index->name,
                                    scim_str_from(rows[i].index)));
        }
    }

    scim_pool_destroy(pool);
}


/* "attr=value" of each entry, "!" behind unique ones. */
static const char *
entries_text(scim_pool_t *pool, const scim_index_entry_t *entries, size_t n)
{
    size_t     i;
    scim_buf_t buf;
    scim_str_t text;

    scim_buf_init(&buf, pool, 0);
    for (i = 0; i < n; i++) {
        scim_buf_str(&buf, i == 0 ? scim_str("") : scim_str(" "));
        scim_buf_str(&buf, entries[i].attr);
        scim_buf_char(&buf, '=');
        scim_buf_str(&buf, entries[i].value.data[0] == '\xff'
                           ? scim_str("-") : entries[i].value);
        scim_buf_str(&buf, entries[i].unique ? scim_str("!") : scim_str(""));
    }
    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return text.data;
}


static const struct {
    const char *old;
    const char *new;
    const char *entries;        /* of new */
    const char *add;
    const char *remove;
} entry_rows[] = {
    { "{}", "{}", "displayName=- emails.value=- externalId=- userName=-", "",
      "" },
    { "{}", "{'userName':'Ann','active':true}",
      "displayName=- emails.value=- externalId=- userName=ann!",
      "userName=ann!", "userName=-" },
    { "{'userName':'Ann'}", "{'userName':'ANN'}",
      "displayName=- emails.value=- externalId=- userName=ann!", "", "" },
    { "{'userName':'a','externalId':'X'}", "{'userName':'b'}",
      "displayName=- emails.value=- externalId=- userName=b!",
      "externalId=- userName=b!", "externalId=X userName=a!" },
    { "{'emails':[{'value':'A'},{'value':'b'}]}",
      "{'emails':[{'value':'c'},{'type':'work'},{'value':'a'},"
          "{'value':'C'}],'displayName':'D'}",
      "displayName=d emails.value=a emails.value=c externalId=- userName=-",
      "displayName=d emails.value=c", "displayName=- emails.value=b" },
    { "{'emails':[]}", "{'emails':[{'type':'work'}]}",
      "displayName=- emails.value=- externalId=- userName=-", "", "" },
};


static void
entries_and_diff(void **state)
{
    size_t                    i, nold, nnew, nadd, nremove;
    scim_pool_t              *pool;
    scim_indexes_t            indexes;
    scim_index_entry_t       *old, *new;
    const scim_index_entry_t *add, *remove;

    (void) state;
    pool = scim_pool_create(0);
    assert_int_equal(scim_store_indexes(pool, unit_type("User"), false,
                                        &indexes), SCIM_OK);

    for (i = 0; i < sizeof(entry_rows) / sizeof(entry_rows[0]); i++) {
        assert_int_equal(scim_store_entries(
                             pool, &indexes,
                             unit_json(pool, entry_rows[i].old), &old, &nold),
                         SCIM_OK);
        assert_int_equal(scim_store_entries(
                             pool, &indexes,
                             unit_json(pool, entry_rows[i].new), &new, &nnew),
                         SCIM_OK);
        assert_int_equal(scim_store_entries_diff(pool, old, nold, new, nnew,
                                                 &add, &nadd, &remove,
                                                 &nremove), SCIM_OK);
        assert_string_equal(entries_text(pool, new, nnew),
                            entry_rows[i].entries);
        assert_string_equal(entries_text(pool, add, nadd), entry_rows[i].add);
        assert_string_equal(entries_text(pool, remove, nremove),
                            entry_rows[i].remove);
    }

    assert_int_equal(scim_store_entries(pool, &indexes, NULL, &old, &nold),
                     SCIM_OK);
    assert_int_equal(nold, 0);

    scim_pool_destroy(pool);
}


static scim_rc_t
entries_and_diff_once(void *data)
{
    size_t                    n, nadd, nremove;
    scim_rc_t                 rc;
    scim_pool_t              *pool;
    scim_indexes_t            indexes;
    scim_index_entry_t       *entries;
    const scim_index_entry_t *add, *remove;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_store_indexes(pool, unit_type("User"), false, &indexes);
    if (rc == SCIM_OK) {
        rc = scim_store_entries(pool, &indexes, data, &entries, &n);
    }
    if (rc == SCIM_OK) {
        rc = scim_store_entries_diff(pool, NULL, 0, entries, n, &add, &nadd,
                                     &remove, &nremove);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    scim_pool_t *pool;

    (void) state;
    pool = scim_pool_create(0);
    (void) unit_type("User");
    unit_fail_allocations(entries_and_diff_once,
                          unit_json(pool, "{'userName':'\xc3\x84','emails':"
                                    "[{'value':'A'},{'value':'B'}]}"));
    scim_pool_destroy(pool);
}


/* Does a member lie within bounds, as ZRANGEBYLEX has it? */
static bool
within(scim_str_t member, const scim_store_range_t *range)
{
    int low, high;

    low = range->min.data[0] == '-'
          ? 1 : scim_str_cmp(member, scim_str_skip(range->min, 1));
    high = range->max.data[0] == '+'
           ? -1 : scim_str_cmp(member, scim_str_skip(range->max, 1));

    return (low > 0 || (low == 0 && range->min.data[0] == '['))
           && (high < 0 || (high == 0 && range->max.data[0] == '['));
}


static bool
holds(scim_filter_op_e op, scim_str_t value, scim_str_t key)
{
    int order;

    order = scim_str_cmp(value, key);

    switch (op) {
    case SCIM_F_EQ:
        return order == 0;
    case SCIM_F_SW:
        return scim_str_starts(value, key);
    case SCIM_F_GT:
        return order > 0;
    case SCIM_F_GE:
        return order >= 0;
    case SCIM_F_LT:
        return order < 0;
    default:
        return order <= 0;
    }
}


/* Every operator on every pair of values that could come into conflict: the
 * range holds the entry exactly when the comparison holds. */
static void
ranges(void **state)
{
    static const char *const values[] = {
        "", "\1", "a", "a\1", "a\1z", "aa", "ab", "b", "a\x7f",
        "a\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf",
    };
    static const char *const ids[] = { "-", "0", "zz" };

    static const scim_filter_op_e ops[] = {
        SCIM_F_EQ, SCIM_F_SW, SCIM_F_GT, SCIM_F_GE, SCIM_F_LT, SCIM_F_LE
    };

    enum { OPS = sizeof(ops) / sizeof(ops[0]),
           VALUES = sizeof(values) / sizeof(values[0]),
           IDS = sizeof(ids) / sizeof(ids[0]) };

    size_t              i;
    scim_str_t          key, value, entry;
    scim_pool_t        *pool;
    scim_index_t        index = { .name = SCIM_STR("x") };
    scim_filter_op_e    op;
    scim_store_range_t  range;

    (void) state;
    pool = scim_pool_create(0);

    for (i = 0; i < (size_t) OPS * VALUES * VALUES * IDS; i++) {
        op = ops[i % OPS];
        key = scim_str_from(values[i / OPS % VALUES]);
        value = scim_str_from(values[i / OPS / VALUES % VALUES]);
        assert_int_equal(scim_str_printf(pool, &entry, "%.*s%c%s",
                                         SCIM_FMT(value), '\0',
                                         ids[i / OPS / VALUES / VALUES]),
                         SCIM_OK);
        assert_int_equal(scim_store_range(pool, &index, op, key, &range),
                         SCIM_OK);
        assert_int_equal(within(entry, &range), holds(op, value, key));
    }

    assert_int_equal(scim_store_range(pool, &index, SCIM_F_CO, scim_str("a"),
                                      &range), SCIM_NONE);
    scim_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(wire_form),
        cmocka_unit_test(wire_form_long),
        cmocka_unit_test(errors),
        cmocka_unit_test(default_indexes),
        cmocka_unit_test(index_of_path),
        cmocka_unit_test(entries_and_diff),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(ranges),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
