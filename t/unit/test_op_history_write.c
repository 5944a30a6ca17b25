/*
 * What operations leave in the history: an entry for each change, none for
 * what changes nothing or is refused.
 */

#include <stdlib.h>

#include "unit_large.h"


/* Fields of an entry, in their order. */
enum {
    OP, TYPE, ID, NAME, VER, AT, ACTOR, ADDR, REQ, TOK, CHANGES, WAS, FIELDS
};

static const char *const fields[FIELDS] = {
    "op", "type", "id", "name", "ver", "at", "actor", "addr", "req", "tok",
    "changes", "was"
};

typedef struct {
    const char *entry;              /* its id */
    const char *value[FIELDS];      /* ' for " */
} entry_t;


static const char *
single_quoted(const char *text)
{
    size_t      i;
    scim_buf_t  buf;

    scim_buf_init(&buf, unit_op_pool(), 64);

    for (i = 0; text[i] != '\0'; i++) {
        scim_buf_char(&buf, text[i] == '"' ? '\'' : text[i]);
    }

    scim_buf_char(&buf, '\0');
    assert_false(buf.failed);

    return buf.data;
}


/* The entry that many before the newest. */
static entry_t
entry_at(int back)
{
    int          i;
    entry_t      entry;
    redisReply  *reply, *place, *list;

    reply = redisCommand(unit_redis_connection(),
                         "XREVRANGE scim:{acme}:history + - COUNT %d",
                         back + 1);
    assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
    assert_true(reply->elements > (size_t) back);

    place = reply->element[back];
    entry.entry = unit_printf("%s", place->element[0]->str);
    list = place->element[1];
    assert_int_equal(list->elements, 2 * FIELDS);

    for (i = 0; i < FIELDS; i++) {
        assert_string_equal(list->element[2 * i]->str, fields[i]);
        entry.value[i] = single_quoted(list->element[2 * i + 1]->str);
    }

    freeReplyObject(reply);

    return entry;
}


/* "op type ID vVERSION name: changes", with " was" if that is set. */
static const char *
entry_text(int back)
{
    entry_t  e = entry_at(back);

    return unit_printf("%s %s %s v%s %s: %s%s", e.value[OP], e.value[TYPE],
                       e.value[ID], e.value[VER], e.value[NAME],
                       e.value[CHANGES],
                       e.value[WAS][0] == '\0' ? "" : " was");
}


static long long
entries(void)
{
    return unit_redis_int("XLEN scim:{acme}:history");
}


/* The place of the newest entry among those of its resource. */
static long long
placed(int back)
{
    long long    score;
    entry_t      e = entry_at(back);
    redisReply  *reply;

    reply = redisCommand(unit_redis_connection(),
                         "ZSCORE scim:{acme}:history:%s:%s %s", e.value[TYPE],
                         e.value[ID], e.entry);
    assert_int_equal(reply->type, REDIS_REPLY_STRING);
    score = atoll(reply->str);
    freeReplyObject(reply);

    return score;
}


static void
patch(const char *path, const char *operation, int status)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("PATCH %s", path),
                     unit_printf("{'Operations':[%s]}", operation));
    if (answer.status != status) {
        fail_msg("%s %s: %d %s", path, operation, answer.status, answer.text);
    }
}


static void
each_change_has_its_entry(void **state)
{
    const char  *ann, *bob, *gee;

    (void) state;

    ann = unit_user("ann");
    assert_string_equal(entry_text(0), unit_fill(
        "create User @A v1 ann: [{'path':'userName','new':'ann'}]", "A",
        ann));

    bob = unit_user("bob");
    gee = unit_group("gee /\xc3\xa9 \\\\", ann);
    assert_string_equal(entry_text(0), unit_fill(
        "create Group @G v1 gee /\xc3\xa9 \\: ["
        "{'path':'displayName','new':'gee /\xc3\xa9 \\\\'},"
        "{'path':'members','new':[{'value':'@A','display':'ann'}]}]", "GA",
        gee, ann));

    patch(unit_printf("/Users/%s", ann),
          "{'op':'replace','path':'active','value':false}", 200);
    assert_string_equal(entry_text(0), unit_fill(
        "update User @A v2 ann: [{'path':'active','new':false}]", "A", ann));
    assert_int_equal(placed(0), 2);

    patch(unit_printf("/Groups/%s", gee), unit_printf(
          "{'op':'add','path':'members','value':[{'value':'%s'}]}", bob), 204);
    assert_string_equal(entry_text(0), unit_fill(
        "update Group @G v2 gee /\xc3\xa9 \\: [{'path':'members','new':["
        "{'value':'@B','display':'bob'}]}]", "GB", gee, bob));

    assert_int_equal(unit_op(unit_printf("PUT /Groups/%s", gee), unit_printf(
        "{'displayName':'new','members':[{'value':'%s'}]}", ann)).status, 200);
    assert_string_equal(entry_text(0), unit_fill(
        "update Group @G v3 new: ["
        "{'path':'displayName','old':'gee /\xc3\xa9 \\\\','new':'new'},"
        "{'path':'members','old':[{'value':'@B','display':'bob'}]}]", "GB",
        gee, bob));

    assert_int_equal(entries(), 6);
}


/* Each group that loses the member tells so too. */
static void
what_is_deleted_is_told_everywhere(void **state)
{
    const char  *ann, *inner, *outer;

    (void) state;

    ann = unit_user("ann");
    inner = unit_group("inner", ann);
    outer = unit_group("outer", inner);

    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", ann),
                             NULL).status, 204);
    assert_string_equal(entry_text(1), unit_fill(
        "update Group @I v2 inner: [{'path':'members','old':["
        "{'value':'@A','display':'ann'}]}]", "IA", inner, ann));
    assert_int_equal(placed(1), 2);
    assert_string_equal(entry_text(0), unit_fill(
        "delete User @A v2 ann: [{'path':'userName','old':'ann'},"
        "{'path':'meta.created','old':'2023-11-14T22:13:21.000Z'},"
        "{'path':'groups','old':[{'value':'@I','display':'inner'}]}]", "AI",
        ann, inner));
    assert_int_equal(placed(0), 2);

    /* a group that is its own member is told once */
    patch(unit_printf("/Groups/%s", inner), unit_printf(
          "{'op':'add','path':'members','value':[{'value':'%s'}]}", inner),
          204);
    assert_int_equal(entries(), 6);
    assert_int_equal(unit_op(unit_printf("DELETE /Groups/%s", inner),
                             NULL).status, 204);
    assert_int_equal(entries(), 8);
    assert_string_equal(entry_text(1), unit_fill(
        "update Group @O v2 outer: [{'path':'members','old':["
        "{'value':'@I','display':'inner'}]}]", "OI", outer, inner));
    assert_string_equal(entry_at(0).value[CHANGES], unit_fill(
        "[{'path':'displayName','old':'inner'},"
        "{'path':'meta.created','old':'2023-11-14T22:13:22.000Z'},"
        "{'path':'members','old':[{'value':'@I','display':'inner'}]},"
        "{'path':'groups','old':[{'value':'@O','display':'outer'}]}]", "IO",
        inner, outer));
}


static void
an_entry_tells_who_and_where_from(void **state)
{
    entry_t  e;

    (void) state;

    unit_env.origin = (scim_origin_t) {
        scim_str("Scim System User"), scim_str("192.0.2.1"), scim_str("r1"),
        scim_str("t1")
    };
    (void) unit_user("ann");

    e = entry_at(0);
    assert_string_equal(e.value[ACTOR], "Scim System User");
    assert_string_equal(e.value[ADDR], "192.0.2.1");
    assert_string_equal(e.value[REQ], "r1");
    assert_string_equal(e.value[TOK], "t1");
    assert_string_equal(e.value[AT], "2023-11-14T22:13:21.000Z");
}


static void
what_changes_nothing_is_not_told(void **state)
{
    const char  *ann, *gee;

    (void) state;

    ann = unit_user("ann");
    gee = unit_group("gee", ann);

    patch(unit_printf("/Users/%s", ann),
          "{'op':'replace','path':'userName','value':'ann'}", 200);
    patch(unit_printf("/Groups/%s", gee), unit_printf(
          "{'op':'add','path':'members','value':[{'value':'%s'}]}", ann), 204);
    patch(unit_printf("/Groups/%s", gee),
          "{'op':'add','path':'members','value':[{'value':'none'}]}", 400);
    assert_int_equal(unit_op("POST /Users", "{'userName':'Ann'}").status, 409);
    assert_int_equal(unit_op("DELETE /Users/none", NULL).status, 404);
    assert_int_equal(entries(), 2);

    unit_conf.policy.history_off = true;
    (void) unit_user("bob");
    assert_int_equal(unit_op(unit_printf("DELETE /Users/%s", ann),
                             NULL).status, 204);
    assert_int_equal(entries(), 2);
}


static void
each_item_of_a_bulk_is_told(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = unit_op("POST /Bulk", "{'Operations':["
        "{'method':'POST','path':'/Users','bulkId':'a',"
        "'data':{'userName':'ann'}},"
        "{'method':'POST','path':'/Users','bulkId':'b',"
        "'data':{'userName':'ANN'}},"
        "{'method':'POST','path':'/Groups','bulkId':'g',"
        "'data':{'displayName':'gee','members':[{'value':'bulkId:a'}]}}]}");
    assert_int_equal(answer.status, 200);
    assert_int_equal(entries(), 2);
    assert_string_equal(entry_at(1).value[NAME], "ann");
    assert_string_equal(entry_at(0).value[NAME], "gee");
}


/* How often a text is in another. */
static int
count(const char *text, const char *part)
{
    int  n;

    for (n = 0; (text = strstr(text, part)) != NULL; n++) {
        text += strlen(part);
    }

    return n;
}


/* Deltas as long as they are looked at one by one; else the set there was. */
static void
members_of_all_sizes(void **state)
{
    size_t       i;
    entry_t      e;
    const char  *group, *members, *changes;

    static const struct {
        const char *op;         /* "put", "delete", or of a PATCH */
        int         had;
        int         from;
        int         to;
        int         listed;
        bool        named;
        int         count;      /* of the whole; -1: deltas */
        int         was;
    } cases[] = {
        { "add", 100, 50, 150, 50, true, -1, 0 },
        { "add", 100, 100, 1100, 1000, true, -1, 0 },
        { "add", 100, 50, 3000, 2900, false, -1, 0 },
        { "add", 2000, 50, 2010, 10, true, -1, 0 },
        { "add", 100, 50, 5000, 0, false, 5000, 100 },
        { "remove", 2000, 0, 2500, 2000, false, -1, 0 },
        { "remove", 6000, 100, 5000, 0, false, 1100, 6000 },
        { "replace", 2000, 10, 20, 0, false, 10, 2000 },
        { "replace", 900, 0, 20, 880, true, -1, 0 },
        { "put", 2000, 1000, 3000, 0, false, 2000, 2000 },
        { "put", 1500, 0, 0, 0, false, 0, 1500 },
        { "delete", 1000, 0, 0, 1000, true, -1, 0 },
        { "delete", 1500, 0, 0, 0, false, 0, 1500 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        group = large_group(0, cases[i].had);
        members = large_values(cases[i].from, cases[i].to);

        if (strcmp(cases[i].op, "put") == 0) {
            (void) large_put(group, members);

        } else if (strcmp(cases[i].op, "delete") == 0) {
            (void) unit_op(unit_printf("DELETE /Groups/%s", group), NULL);

        } else {
            (void) large_patch(group, cases[i].op, members);
        }

        e = entry_at(0);
        changes = e.value[CHANGES];

        if (count(changes, "{'value':'u") != cases[i].listed
            || count(changes, "'display':'u")
               != (cases[i].named ? cases[i].listed : 0)
            || (strstr(changes, unit_printf("{'path':'members','count':%d}",
                                            cases[i].count)) != NULL)
               != (cases[i].count >= 0)
            || (e.value[WAS][0] == '1') != (cases[i].was > 0)
            || unit_redis_int("ZCARD scim:{acme}:was:%s", e.entry)
               != cases[i].was
            || unit_redis_int("PTTL scim:{acme}:was:%s", e.entry) > 0
            || atoi(e.value[VER]) != 2
            || large_flaws() != 0)
        {
            fail_msg("%zu: %.300s, was %s, %lld flaws", i, changes,
                     e.value[WAS], large_flaws());
        }

        (void) unit_op(unit_printf("DELETE /Groups/%s", group), NULL);
    }
}


/* An entry of long ago, with the members there were. */
static void
ancient(int ms)
{
    (void) unit_redis_int("EVAL %s 0 %d",
        "local p, e = 'scim:{acme}:', ARGV[1] .. '-0' "
        "redis.call('XADD', p .. 'history', e, 'op', 'update', 'type', "
        "'Group', 'id', 'old', 'name', '', 'ver', '1', 'at', '', 'actor', '',"
        " 'addr', '', 'req', '', 'tok', '', 'changes', '[]', 'was', '1') "
        "redis.call('ZADD', p .. 'was:' .. e, 0, 'u') "
        "redis.call('ZADD', p .. 'history:Group:old', 1, e) return 1", ms);
}


static bool
trimmed_is(const char *entry)
{
    bool         same;
    redisReply  *reply;

    reply = redisCommand(unit_redis_connection(),
                         "HGET scim:{acme}:tenant trimmed");
    same = reply->type == REDIS_REPLY_STRING ? strcmp(reply->str, entry) == 0
                                             : entry[0] == '\0';
    freeReplyObject(reply);

    return same;
}


static void
the_oldest_go(void **state)
{
    size_t       i;
    int          ms;
    long long    left, was, places;

    static const struct {
        uint64_t    count;
        uint64_t    age;
        int         old;        /* entries that there were */
        int         left;       /* of them after one more change */
        const char *trimmed;
    } cases[] = {
        { 0, 0, 20, 20, "" },
        { 100, 0, 20, 20, "" },
        { 21, 0, 20, 20, "" },
        { 20, 0, 20, 19, "1-0" },
        { 15, 0, 20, 14, "6-0" },
        { 1, 0, 20, 12, "8-0" },
        { 1, 0, 5, 0, "5-0" },
        { 0, 86400, 5, 0, "5-0" },
        { 0, 86400, 20, 12, "8-0" },
        { 18, 86400, 20, 12, "8-0" },
        { 0, UINT64_MAX, 20, 20, "" },
        { UINT64_MAX, 0, 20, 20, "" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) unit_op_end(state);
        (void) unit_op_start(state);

        for (ms = 1; ms <= cases[i].old; ms++) {
            ancient(ms);
        }

        unit_conf.policy.history_count = cases[i].count;
        unit_conf.policy.history_age = cases[i].age;
        (void) unit_user("ann");

        left = entries() - 1;
        was = unit_redis_int("KEYS scim:{acme}:was:*");
        places = unit_redis_int("ZCARD scim:{acme}:history:Group:old");

        if (left != cases[i].left || was != left || places != left
            || !trimmed_is(cases[i].trimmed))
        {
            fail_msg("%zu: %lld left, %lld was, %lld places", i, left, was,
                     places);
        }

        assert_string_equal(entry_at(0).value[NAME], "ann");
    }
}


/* The sweep after a change that retention has overtaken. */
static void
a_short_history_does_no_harm(void **state)
{
    const char  *group;

    (void) state;

    unit_conf.policy.history_count = 1;
    group = large_group(0, 3000);
    (void) large_put(group, large_values(0, 1));
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:was:*"), 1);
    assert_int_equal(large_flaws(), 0);

    (void) large_put(group, large_values(0, 2));
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:was:*"), 0);
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:history:*"), 1);
    assert_int_equal(entries(), 1);
}


static void
a_tenant_leaves_no_history(void **state)
{
    const char  *group;

    (void) state;

    group = large_group(0, 1500);
    (void) large_put(group, large_values(0, 1));
    (void) unit_op(unit_printf("DELETE /Groups/%s", group), NULL);
    (void) unit_user("ann");

    assert_int_equal(unit_admin("DELETE /tenants/acme", NULL).status, 204);
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:*history*"), 0);
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:was:*"), 0);
    assert_int_equal(unit_redis_int("KEYS scim:{acme}:tenant"), 0);
}


int
main(void)
{
#define test(f)  cmocka_unit_test_setup_teardown(f, unit_op_start, unit_op_end)
#define large(f)  cmocka_unit_test_setup_teardown(f, large_start, unit_op_end)
    const struct CMUnitTest tests[] = {
        test(each_change_has_its_entry),
        test(what_is_deleted_is_told_everywhere),
        test(an_entry_tells_who_and_where_from),
        test(what_changes_nothing_is_not_told),
        test(each_item_of_a_bulk_is_told),
        large(members_of_all_sizes),
        test(the_oldest_go),
        large(a_short_history_does_no_harm),
        large(a_tenant_leaves_no_history),
    };

    return cmocka_run_group_tests_name("op history write", tests, NULL, NULL);
}
