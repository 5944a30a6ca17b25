/*
 * Imports over a real Redis: lines into resources, and what is said of those
 * that are wrong.
 */

#include <stdlib.h>

#include "unit_op.h"
#include "unit_redis.h"

#define HEAD  "{'nginx-scim':'export','version':1}\n"
#define USER(id, name)                                                       \
    "{'type':'User','resource':{'id':'" id "','userName':'" name "'}}\n"
#define GROUP(id, name, more)                                                \
    "{'type':'Group','resource':{'id':'" id "','displayName':'" name "'}"    \
    more "}\n"


static int
start(void **state)
{
    (void) unit_op_start(state);
    assert_int_equal(unit_admin("POST /tenants", "{'name':'b'}").status, 201);

    return 0;
}


/* The text without what an import does not keep: "version":…, modified and the
 * export's own time and tenant. */
static const char *
comparable(const char *text)
{
    size_t                    i, len;
    char                     *out, *to;
    static const char *const  less[] = {
        "'version':", "'modified':'", "'exported':'", "'tenant':'"
    };

    to = out = scim_palloc(unit_op_pool(), strlen(text) + 1);
    assert_non_null(out);

    while (*text != '\0') {

        for (i = 0; i < 4; i++) {
            len = strlen(less[i]);

            if (strncmp(text, less[i], len) == 0) {
                text += len + strcspn(text + len, ",}");
                break;
            }
        }

        if (i == 4) {
            *to++ = *text++;
        }
    }

    *to = '\0';

    return out;
}


static void
there_and_back(void **state)
{
    unsigned        i;
    const char     *ada, *bob, *inner, *outer;
    unit_answer_t   first, answer;

    (void) state;

    ada = unit_user("ada");
    bob = unit_user("Bob");
    outer = unit_group("outer", ada);
    inner = unit_group("inner", outer);

    for (i = 0; i < 100; i++) {
        (void) unit_user(unit_printf("u%u", i));
    }

    assert_int_equal(unit_op(unit_printf("PATCH /Groups/%s", outer),
                             unit_printf("{'Operations':[{'op':'add','path':"
                                         "'members','value':[{'value':'%s'},"
                                         "{'value':'%s'}]}]}", inner, bob))
                     .status, 204);

    first = unit_admin("GET /tenants/acme/export", NULL);
    answer = unit_lines("POST /tenants/b/import", first.text);

    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.text,
                        "{'end':true,'line':108,'created':104,'replaced':0,"
                        "'skipped':0,'failed':0,'incomplete':0,"
                        "'complete':true}\n");

    answer = unit_admin("GET /tenants/b/export", NULL);
    assert_string_equal(comparable(answer.text), comparable(first.text));

    /* what is there is found, and only once */
    unit_env.tenant = scim_str("b");
    answer = unit_op("GET /Users?filter=userName eq 'bob'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    assert_int_equal(unit_op("POST /Users", "{'userName':'BOB'}").status, 409);

    /* pipelined */
    assert_true(unit_admin("DELETE /tenants/b", NULL).status == 204
                && unit_admin("POST /tenants", "{'name':'b'}").status == 201);
    answer = unit_lines("POST /tenants/b/import", first.text);
    assert_in_range(answer.trips, 1, 20);
}


static const struct {
    const char  *line;          /* after user a-1, before user z-1 */
    const char  *said;          /* of line 3; "" if it is done */
} wrong[] = {
    { "", "" },
    { "\n \n", "" },
    { "{", "'status':400,'scimType':'invalidSyntax'" },
    { "7", "object" },
    { "{}", "resource" },
    { "{'type':'User'}", "resource" },
    { "{'type':'User','resource':[]}", "resource" },
    { "{'type':'Device','resource':{'id':'d-1'}}", "Device" },
    { "{'resource':{'id':'d-1','userName':'d'}}", "resource type" },
    { "{'type':'User','resource':{'userName':'d'}}", "'detail':'The" },
    { "{'type':'User','resource':{'id':'a b','userName':'d'}}", "id" },
    { "{'type':'User','resource':{'id':'a/b','userName':'d'}}", "id" },
    { "{'type':'User','resource':{'id':7,'userName':'d'}}", "id" },
    { "{'type':'User','resource':{'id':'d-1'}}",
      "'type':'User','id':'d-1','status':400,'scimType':'invalidValue'" },
    { "{'type':'User','resource':{'id':'d-1','userName':'A'}}",
      "'id':'d-1','status':409,'scimType':'uniqueness'" },
    { "{'type':'User','resource':{'id':'a-1','userName':'d'}}",
      "'id':'a-1','status':409,'detail'" },
    { "{'type':'User','resource':{'id':'d-1','userName':'d','userName':'e'}}",
      "invalidSyntax" },
    { "{'members-of':'a-1','members':[{'value':'a-1'}]}", "'status':404" },
    { "{'members-of':'g-1'}", "members-of" },
    { "{'members-of':'g-1','members':{}}", "members-of" },
    { "{'members-of':7,'members':[]}", "members-of" },
    { "{'members-of':'g-1','type':'User','members':[]}", "members-of" },
    { "{'nginx-scim':'export','version':1}", "another export" },
    { "{'type':'Group','resource':{'id':'g-1','displayName':'g'},"
      "'members':{}}", "'id':'g-1','status':400" }
};


static void
wrong_lines(void **state)
{
    size_t         i;
    bool           done;
    unit_answer_t  answer;

    (void) state;

    unit_env.tenant = scim_str("b");

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        answer = unit_lines("POST /tenants/b/import",
                            unit_printf(HEAD USER("a-1", "a") "%s\n"
                                        USER("z-1", "z"), wrong[i].line));
        done = wrong[i].said[0] == '\0';

        assert_int_equal(answer.status, 200);

        if ((strstr(answer.text, "{'line':3,") == NULL) != done
            || strstr(answer.text, wrong[i].said) == NULL
            || strstr(answer.text, done ? "'failed':0" : "'failed':1") == NULL
            || strstr(answer.text, "'created':2") == NULL
            || strstr(answer.text, "'complete':false}\n") == NULL)
        {
            fail_msg("%s: %s", wrong[i].line, answer.text);
        }

        assert_int_equal(unit_op("DELETE /Users/a-1", NULL).status, 204);
        assert_int_equal(unit_op("DELETE /Users/z-1", NULL).status, 204);
    }
}


static const struct {
    const char  *request;
    const char  *lines;
    int          status;
    const char  *said;
} refused[] = {
    { "POST /tenants/nix/import", HEAD, 404, "nix" },
    { "POST /tenants/off/import", HEAD, 409, "switched off" },
    { "POST /tenants/b/import", "", 400, "nginx-scim" },
    { "POST /tenants/b/import", "\n\n", 400, "nginx-scim" },
    { "POST /tenants/b/import", "{", 400, "nginx-scim" },
    { "POST /tenants/b/import", "{}\n" HEAD, 400, "nginx-scim" },
    { "POST /tenants/b/import", USER("u-1", "u"), 400, "nginx-scim" },
    { "POST /tenants/b/import", "{'nginx-scim':'export'}\n", 400, "version" },
    { "POST /tenants/b/import", "{'nginx-scim':'export','version':2}\n", 400,
      "version" },
    { "POST /tenants/b/import?existing=perhaps", HEAD, 400, "existing" },
    { "POST /tenants/b/import?exists=skip", HEAD, 400, "existing, settings" },
    { "POST /tenants/b/import?existing=skip&existing=replace", HEAD, 400,
      "once" },
    { "POST /tenants/b/import?settings=yes", HEAD, 400, "settings" },
    { "POST /tenants/b/import?settings=1", HEAD, 400, "settings" },
    { "POST /tenants/b/import?settings=1",
      "{'nginx-scim':'export','version':1,'settings':{'nix':1}}\n", 400,
      "nix" },
    { "GET /tenants/b/import", HEAD, 405, "POST" }
};


static void
refused_calls(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    (void) state;

    assert_int_equal(unit_admin("POST /tenants", "{'name':'off'}").status,
                     201);
    assert_int_equal(unit_admin("PATCH /tenants/off", "{'enabled':false}")
                     .status, 200);

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        answer = unit_lines(refused[i].request, refused[i].lines);
        assert_int_equal(answer.status, refused[i].status);
        assert_non_null(strstr(answer.text, refused[i].said));
    }
}


static void
settings(void **state)
{
    unit_answer_t      answer;
    static const char  lines[] =
        "{'nginx-scim':'export','version':1,"
        "'settings':{'unknownAttributes':'refuse'}}\n"
        USER("u-1", "u")
        "{'type':'User','resource':{'id':'u-2','userName':'v','pet':'cat'}}\n";

    (void) state;

    answer = unit_lines("POST /tenants/b/import", lines);
    assert_non_null(strstr(answer.text, "'created':2,"));
    answer = unit_admin("GET /tenants/b", NULL);
    assert_string_equal(unit_get(&answer, "settings"), "{}");

    /* they are in force for the lines that follow */
    assert_int_equal(unit_admin("POST /tenants", "{'name':'c'}").status, 201);
    answer = unit_lines("POST /tenants/c/import?settings=1", lines);
    assert_non_null(strstr(answer.text, "'created':1,"));
    assert_non_null(strstr(answer.text, "pet"));
    answer = unit_admin("GET /tenants/c", NULL);
    assert_string_equal(unit_get(&answer, "settings"),
                        "{'unknownAttributes':'refuse'}");
}


static const struct {
    const char  *query;
    const char  *totals;
    const char  *name;          /* of u-1 then */
    const char  *members;       /* of g-1 */
} existing[] = {
    { "", "'created':1,'replaced':0,'skipped':0,'failed':2", "old", "u-1" },
    { "?existing=conflict", "'created':1,'replaced':0,'skipped':0,'failed':2",
      "old", "u-1" },
    { "?existing=skip", "'created':1,'replaced':0,'skipped':2,'failed':0",
      "old", "u-1" },
    { "?existing=replace", "'created':1,'replaced':2,'skipped':0,'failed':0",
      "new", "u-2 u-3" }
};


static void
what_exists(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    (void) state;

    for (i = 0; i < sizeof(existing) / sizeof(existing[0]); i++) {
        unit_env.tenant = scim_str("b");
        assert_int_equal(unit_lines("POST /tenants/b/import",
                                    HEAD USER("u-1", "old") USER("u-2", "two")
                                    GROUP("g-1", "g",
                                          ",'members':[{'value':'u-1'}]"))
                         .status, 200);

        answer = unit_lines(unit_printf("POST /tenants/b/import%s",
                                        existing[i].query),
                            HEAD USER("u-1", "new") USER("u-3", "three")
                            GROUP("g-1", "g", ",'members':[{'value':'u-2'}]")
                            "{'members-of':'g-1','members':"
                            "[{'value':'u-3'}]}\n");
        assert_non_null(strstr(answer.text, existing[i].totals));

        answer = unit_op("GET /Users/u-1", NULL);
        assert_string_equal(unit_get(&answer, "userName"), existing[i].name);

        answer = unit_op("GET /Groups/g-1", NULL);
        assert_int_equal(strstr(answer.text, "'value':'u-1'") != NULL,
                         strstr(existing[i].members, "u-1") != NULL);
        assert_int_equal(strstr(answer.text, "'value':'u-3'") != NULL,
                         strstr(existing[i].members, "u-3") != NULL);

        assert_int_equal(unit_admin("DELETE /tenants/b", NULL).status, 204);
        assert_int_equal(unit_admin("POST /tenants", "{'name':'b'}").status,
                         201);
    }
}


static void
kept_and_made_anew(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = unit_lines("POST /tenants/b/import",
                        HEAD "{'type':'User','resource':{'id':'u-1',"
                        "'userName':'u','externalId':'x','password':'secret',"
                        "'groups':[{'value':'g'}],'meta':{'version':'7',"
                        "'resourceType':'Group',"
                        "'created':'2001-02-03T04:05:06.000Z'}},"
                        "'version':7}\n"
                        "{'type':'User','resource':{'id':'u-2',"
                        "'userName':'v','meta':{'created':'once'}}}\n");
    assert_non_null(strstr(answer.text, "'failed':1,"));
    assert_non_null(strstr(answer.text, "created"));

    unit_env.tenant = scim_str("b");
    answer = unit_op("GET /Users/u-1", NULL);
    assert_string_equal(unit_get(&answer, "meta.created"),
                        "2001-02-03T04:05:06.000Z");
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"1\"");
    assert_string_equal(unit_get(&answer, "meta.resourceType"), "User");
    assert_string_equal(unit_get(&answer, "externalId"), "x");
    assert_null(strstr(answer.text, "secret"));
    assert_null(strstr(answer.text, "'groups'"));
}


/* Members that are not there are left out, and it is said. */
static void
members_left_out(void **state)
{
    unit_answer_t  answer;

    (void) state;

    answer = unit_lines("POST /tenants/b/import",
                        HEAD USER("u-1", "u")
                        GROUP("g-1", "g", ",'members':[{'value':'u-1'},"
                                          "{'value':'u-2'}]")
                        "{'members-of':'g-1','members':[{'value':'u-3'},"
                        "{'value':'u-4'}]}\n{'end':true,'resources':2}\n");
    assert_non_null(strstr(answer.text, "{'line':3,'type':'Group','id':"
                                        "'g-1','missing':'members: there is "
                                        "no User or Group with the id \\'"
                                        "u-2\\'"));
    assert_non_null(strstr(answer.text, "{'line':4,'type':'Group','id':"
                                        "'g-1','missing':"));
    assert_non_null(strstr(answer.text,
                           "{'end':true,'line':5,'created':2,'replaced':0,"
                           "'skipped':0,'failed':0,'incomplete':2,"
                           "'complete':true}\n"));

    unit_env.tenant = scim_str("b");
    answer = unit_op("GET /Groups/g-1", NULL);
    assert_non_null(strstr(answer.text, "'value':'u-1'"));
    assert_null(strstr(answer.text, "'value':'u-2'"));
}


static void
ends(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const struct {
        const char  *lines;
        const char  *said;
    } rows[] = {
        { HEAD USER("u-1", "u"), "'failed':0,'incomplete':0,'complete':false}" },
        { HEAD USER("u-1", "u") "{'end':true,'resources':1}", ":true}" },
        { HEAD USER("u-1", "u") "{'end':true,'resources':1}\n\n", ":true}" },
        { HEAD USER("u-1", "u") "{'end':true,'resources':2}\n",
          "'complete':false}" },
        { HEAD USER("u-1", "u") "{'end':true}\n", "'complete':false}" },
        { HEAD "{'end':true,'resources':0}\n" USER("u-1", "u"),
          "'failed':1" }
    };

    (void) state;

    unit_env.tenant = scim_str("b");

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        answer = unit_lines("POST /tenants/b/import", rows[i].lines);
        assert_non_null(strstr(answer.text, rows[i].said));
        (void) unit_op("DELETE /Users/u-1", NULL);
    }
}


/* n lines by printf with their number, between the head and the end. */
static const char *
many(const char *format, unsigned n)
{
    unsigned    i;
    char        line[256];
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, unit_op_pool(), 0);
    scim_buf_lit(&buf, HEAD);

    for (i = 0; i < n; i++) {
        (void) snprintf(line, sizeof(line), format, i, i);
        scim_buf_str(&buf, scim_str_from(line));
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return text.data;
}


/* A client that reads as slowly as it can gets every word. */
static void
many_lines(void **state)
{
    int            slow;
    unsigned       i;
    const char    *at;
    unit_answer_t  answer;

    (void) state;

    for (slow = 0; slow < 2; slow++) {
        unit_op_slow = slow == 1;
        answer = unit_lines("POST /tenants/b/import",
                            many("{'type':'User','resource':{'id':'u-%u',"
                                 "'userName':'u%u'}}\n", 2500));
        assert_non_null(strstr(answer.text, slow ? "'failed':2500,"
                                                 : "'created':2500,"));

        for (i = 0, at = answer.text; (at = strstr(at, "'id':'u-")) != NULL;
             at++)
        {
            i++;
        }

        assert_int_equal(i, slow ? 2500 : 0);
        assert_non_null(strstr(answer.text, "{'line':1"));
        assert_non_null(strstr(answer.text, "{'line':2"));
    }

    /* what is not even read by an operation */
    answer = unit_lines("POST /tenants/b/import", many("%u\n", 3000));
    assert_non_null(strstr(answer.text, "'line':3001,"));
    assert_non_null(strstr(answer.text, "'failed':3000,"));

    answer = unit_lines("POST /tenants/b/import", many("\n", 5000));
    assert_non_null(strstr(answer.text, "'line':5001,"));
    assert_non_null(strstr(answer.text, "'failed':0,"));
}


static void
long_lines(void **state)
{
    size_t         n;
    char          *line;
    scim_str_t     text;
    unit_answer_t  answer;

    (void) state;

    /* the limit is 4,096; one is passed over that takes more than a turn */
    for (n = 5000; n < 1000000; n *= 60) {
        line = malloc(n + 1);
        assert_non_null(line);
        memset(line, ' ', n);
        line[n] = '\0';
        line[0] = '{';

        assert_int_equal(scim_str_printf(unit_op_pool(), &text,
                                         HEAD "%s\n" USER("u-1", "u"), line),
                         SCIM_OK);
        free(line);

        answer = unit_lines("POST /tenants/b/import?existing=skip", text.data);
        assert_non_null(strstr(answer.text, "{'line':2,'status':413,"));
        assert_non_null(strstr(answer.text, "'line':3,"));
        assert_non_null(strstr(answer.text, "'failed':1,"));
    }
}


static unsigned  good_replies;

static const redisReply *
down(const scim_store_cmd_t *cmd, const redisReply *reply)
{
    static redisReply  loading = {
        .type = REDIS_REPLY_ERROR, .str = (char *) (uintptr_t) "LOADING x",
        .len = 9
    };

    (void) cmd;

    if (good_replies == 0) {
        return &loading;
    }

    good_replies--;

    return reply;
}


static void
store_fails(void **state)
{
    size_t         i;
    unit_answer_t  answer;

    static const unsigned  after[] = { 1, 2, 50, 200 };

    (void) state;

    for (i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
        good_replies = after[i];
        unit_op_bad = down;
        answer = unit_lines("POST /tenants/b/import?existing=skip",
                            many("{'type':'User','resource':{'id':'u-%u',"
                                 "'userName':'u%u'}}\n", 250));
        unit_op_bad = NULL;

        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(answer.text, "{'end':false,'line':"));
        assert_non_null(strstr(answer.text, ",'status':503,'detail':"));
        assert_null(strstr(answer.text, "'complete'"));
    }
}


static void
leave(unsigned trip)
{
    if (trip == 3) {
        (void) scim_op_leave(unit_op_driven);
    }
}


/* Nobody waits any more: what has begun ends, nothing else is read. */
static void
left(void **state)
{
    unsigned       n;
    unit_answer_t  answer;

    (void) state;

    unit_op_hook = leave;
    answer = unit_lines("POST /tenants/b/import",
                        many("{'type':'User','resource':{'id':'u-%u',"
                             "'userName':'u%u'}}\n", 500));
    unit_op_hook = NULL;

    assert_null(strstr(answer.text, "end"));

    answer = unit_admin("GET /tenants/b", NULL);
    n = (unsigned) atoi(unit_get(&answer, "users"));
    assert_in_range(n, 32, 96);
}


static void
which_calls_read_lines(void **state)
{
    scim_pool_t  *pool = unit_op_pool();

    (void) state;

    assert_true(scim_op_admin_lines(pool, SCIM_POST,
                                    scim_str("/tenants/b/import")));
    assert_true(scim_op_admin_lines(pool, SCIM_POST,
                                    scim_str("//tenants/b%20/import/")));
    assert_false(scim_op_admin_lines(pool, SCIM_POST,
                                     scim_str("/tenants/b/tokens")));
    assert_false(scim_op_admin_lines(pool, SCIM_PUT,
                                     scim_str("/tenants/b/import")));
    assert_false(scim_op_admin_lines(pool, SCIM_POST,
                                     scim_str("/tenants/%ff/import")));
}


static scim_rc_t
import(void *data)
{
    char                  text[1024];
    size_t                i;
    scim_rc_t             rc;
    unsigned              trips;
    scim_op_t            *op;
    scim_str_t            rest;
    scim_pool_t          *pool;
    scim_op_input_t       input;
    static const char     lines[] =
        HEAD USER("u-1", "u") USER("u-2", "v") "x\n"
        GROUP("g-1", "g", ",'members':[{'value':'u-1'}]")
        "{'members-of':'g-1','members':[{'value':'u-2'}]}\n";

    (void) data;

    for (i = 0; lines[i] != '\0'; i++) {
        text[i] = (lines[i] == '\'') ? '"' : lines[i];
    }

    rest = (scim_str_t) { text, i };

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    input = unit_input(&rest);
    op = scim_op_admin(pool, &unit_env, SCIM_POST,
                       scim_str("/tenants/b/import"),
                       scim_str("existing=replace"), NULL);

    if (op == NULL) {
        scim_pool_destroy(pool);
        return SCIM_NOMEM;
    }

    op->input = &input;
    rc = unit_op_drive(op, &trips);

    /* what was short of memory for one line is said at the end */
    if (rc == SCIM_OK
        && (op->result.status != 200
            || scim_str_starts(op->result.body,
                               scim_str("{\"end\":false"))))
    {
        rc = SCIM_NOMEM;
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
without_memory(void **state)
{
    (void) state;

    unit_fail_allocations(import, NULL);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_and_back, start, unit_op_end),
        cmocka_unit_test_setup_teardown(wrong_lines, start, unit_op_end),
        cmocka_unit_test_setup_teardown(refused_calls, start, unit_op_end),
        cmocka_unit_test_setup_teardown(settings, start, unit_op_end),
        cmocka_unit_test_setup_teardown(what_exists, start, unit_op_end),
        cmocka_unit_test_setup_teardown(kept_and_made_anew, start,
                                        unit_op_end),
        cmocka_unit_test_setup_teardown(members_left_out, start, unit_op_end),
        cmocka_unit_test_setup_teardown(ends, start, unit_op_end),
        cmocka_unit_test_setup_teardown(many_lines, start, unit_op_end),
        cmocka_unit_test_setup_teardown(long_lines, start, unit_op_end),
        cmocka_unit_test_setup_teardown(store_fails, start, unit_op_end),
        cmocka_unit_test_setup_teardown(left, start, unit_op_end),
        cmocka_unit_test_setup_teardown(which_calls_read_lines, start,
                                        unit_op_end),
        cmocka_unit_test_setup_teardown(without_memory, start, unit_op_end)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
