/*
 * Policies: a tenant's settings over a location's, changes of them, and rules
 * for attributes.
 */

#include <stdio.h>

#include "unit.h"
#include "scim/scim_policy.h"


static scim_pool_t  *pool;


static int
start(void **state)
{
    (void) state;

    pool = scim_pool_create(0);

    return pool == NULL;
}


static int
end(void **state)
{
    (void) state;

    scim_pool_destroy(pool);

    return 0;
}


static const char *format(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));


static const char *
format(const char *fmt, ...)
{
    char        text[4096];
    va_list     args;
    scim_str_t  out;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    assert_int_equal(scim_str_dup(pool, scim_str_from(text), &out), SCIM_OK);

    return out.data;
}


/* ' stands for ". */
static scim_str_t
json_text(const char *text)
{
    size_t      i;
    char       *copy;
    scim_str_t  s = scim_str_from(text);

    copy = scim_palloc(pool, s.len + 1);
    assert_non_null(copy);

    for (i = 0; i <= s.len; i++) {
        copy[i] = (text[i] == '\'') ? '"' : text[i];
    }

    return (scim_str_t) { copy, s.len };
}


static scim_rc_t
parse(const char *settings, const scim_policy_t *base, scim_policy_t *out,
    scim_error_t *err)
{
    return scim_policy_parse(pool, unit_schemas(), json_text(settings), base,
                             out, err);
}


static scim_policy_t
good(const char *settings)
{
    scim_error_t   err;
    scim_policy_t  base, policy;

    scim_policy_init(&base);

    if (parse(settings, &base, &policy, &err) != SCIM_OK) {
        fail_msg("%s: %s", settings, err.detail);
    }

    return policy;
}


static void
each_setting(void **state)
{
    scim_policy_t  policy;

    (void) state;

    policy = good("{}");
    assert_int_equal(policy.unknown, SCIM_UNKNOWN_IGNORE);
    assert_int_equal(policy.media, SCIM_MEDIA_AUTO);
    assert_int_equal(policy.history_count, SCIM_HISTORY_COUNT);
    assert_int_equal(policy.breaker_window, 3600);
    assert_false(policy.groups_off);
    assert_null(policy.default_group.data);

    policy = good("{'unknownAttributes':'keep','groups':false,"
                  "'defaultGroup':'Everyone','displayName':'derived',"
                  "'delete':'deactivate','unknownMembers':'park',"
                  "'responseType':'json','singleToken':true,'dryRun':true,"
                  "'patchNoTarget':'error',"
                  "'history':{'enabled':false,'count':0,'days':365},"
                  "'breaker':{'count':20,'percent':5,'seconds':60}}");
    assert_int_equal(policy.unknown, SCIM_UNKNOWN_KEEP);
    assert_true(policy.groups_off);
    assert_true(scim_str_eq(policy.default_group, scim_str("Everyone")));
    assert_int_equal(policy.display, SCIM_DISPLAY_DERIVED);
    assert_true(policy.delete_deactivates);
    assert_int_equal(policy.unknown_members, SCIM_MISSING_PARK);
    assert_int_equal(policy.media, SCIM_MEDIA_JSON);
    assert_int_equal(policy.no_target, SCIM_NO_TARGET_ERROR);
    assert_true(policy.single_token);
    assert_true(policy.dry_run);
    assert_true(policy.history_off);
    assert_int_equal(policy.history_count, 0);
    assert_int_equal(policy.history_age, 365 * 86400);
    assert_int_equal(policy.breaker_count, 20);
    assert_int_equal(policy.breaker_percent, 5);
    assert_int_equal(policy.breaker_window, 60);

    policy = good("{'responseType':'auto','unknownAttributes':'ignore'}");
    assert_int_equal(policy.media, SCIM_MEDIA_AUTO);
}


static void
over_a_location(void **state)
{
    scim_error_t   err;
    scim_policy_t  base, policy;

    (void) state;

    base = good("{'groups':false,'unknownAttributes':'refuse',"
                "'history':{'count':7,'days':1},'require':[{'attribute':"
                "'title'}],'defaultGroup':'All'}");

    assert_int_equal(parse("{'groups':null,'history':{'days':2},"
                           "'displayName':'sent'}", &base, &policy, &err),
                     SCIM_OK);
    assert_true(policy.groups_off);
    assert_int_equal(policy.unknown, SCIM_UNKNOWN_REFUSE);
    assert_int_equal(policy.history_count, 7);
    assert_int_equal(policy.history_age, 2 * 86400);
    assert_int_equal(policy.nrules, 1);

    assert_int_equal(parse("{'groups':true,'require':[],'defaultGroup':'',"
                           "'unknownAttributes':'ignore'}", &base, &policy,
                           &err), SCIM_OK);
    assert_false(policy.groups_off);
    assert_int_equal(policy.nrules, 0);
    assert_int_equal(policy.default_group.len, 0);
    assert_int_equal(policy.unknown, SCIM_UNKNOWN_IGNORE);
}


static void
what_is_refused(void **state)
{
    size_t         i;
    scim_rc_t      rc;
    scim_error_t   err;
    scim_policy_t  base, policy;

    static const struct {
        const char *settings;
        const char *detail;
    } cases[] = {
        { "[]", "JSON object" },
        { "7", "JSON object" },
        { "{'colour':'red'}", "\"colour\" is no setting" },
        { "{'Groups':true}", "\"Groups\" is no setting" },
        { "{'groups':'on'}", "\"groups\" must be true or false" },
        { "{'singleToken':1}", "\"singleToken\" must be true" },
        { "{'dryRun':{}}", "\"dryRun\"" },
        { "{'unknownAttributes':'no'}", "ignore|keep|refuse" },
        { "{'unknownAttributes':true}", "ignore|keep|refuse" },
        { "{'unknownAttributes':''}", "ignore|keep|refuse" },
        { "{'unknownAttributes':'ignore|keep'}", "ignore|keep|refuse" },
        { "{'displayName':'x'}", "\"displayName\"" },
        { "{'delete':'x'}", "\"delete\"" },
        { "{'unknownMembers':'x'}", "\"unknownMembers\"" },
        { "{'responseType':'xml'}", "\"responseType\"" },
        { "{'patchNoTarget':'Create'}", "\"patchNoTarget\"" },
        { "{'defaultGroup':1}", "\"defaultGroup\" must be a string" },
        { "{'defaultGroup':'  '}", "not of blanks alone" },
        { "{'history':true}", "\"history\"" },
        { "{'history':{'size':1}}", "\"size\"" },
        { "{'history':{'enabled':1}}", "\"enabled\"" },
        { "{'history':{'count':-1}}", "\"count\"" },
        { "{'history':{'count':1.5}}", "\"count\"" },
        { "{'history':{'count':'1'}}", "\"count\"" },
        { "{'history':{'count':1000000001}}", "0 to 1000000000" },
        { "{'history':{'count':99999999999999999999999}}", "\"count\"" },
        { "{'history':{'days':20000}}", "\"days\"" },
        { "{'breaker':[]}", "\"breaker\"" },
        { "{'breaker':{'percent':101}}", "0 to 100" },
        { "{'breaker':{'seconds':0}}", "\"seconds\"" },
        { "{'require':{}}", "\"require\"" },
        { "{'require':['title']}", "\"require\"" },
        { "{'require':[{}]}", "no attribute" },
        { "{'require':[{'attribute':'title','color':'x'}]}", "\"color\"" },
        { "{'require':[{'attribute':7}]}", "\"attribute\"" },
        { "{'require':[{'attribute':'shoeSize'}]}", "\"shoeSize\"" },
        { "{'require':[{'type':'Cat','attribute':'title'}]}", "\"Cat\"" },
        { "{'require':[{'type':'Group','attribute':'members'}]}", "members" },
        { "{'require':[{'attribute':'groups'}]}", "groups" },
        { "{'require':[{'attribute':'password'}]}", "password" },
        { "{'require':[{'attribute':'meta.created'}]}", "meta.created" },
        { "{'require':[{'attribute':'id'}]}", "\"id\"" },
        { "{'require':[{'attribute':'schemas'}]}", "\"schemas\"" },
        { "{'require':[{'attribute':'urn:ietf:params:scim:schemas:extension:"
          "enterprise:2.0:User'}]}", "enterprise" },
        { "{'require':[{'attribute':'name','pattern':'a'}]}", "sub-attr" },
        { "{'require':[{'attribute':'title','pattern':'a('}]}", "byte 3" },
        { "{'require':[{'attribute':'title','pattern':'\\\\C'}]}", "byte" },
    };

    (void) state;

    scim_policy_init(&base);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rc = parse(cases[i].settings, &base, &policy, &err);

        if (rc != SCIM_REFUSED || err.status != 400
            || strstr(err.detail, cases[i].detail) == NULL)
        {
            fail_msg("%s: %d %s", cases[i].settings, rc,
                     (rc == SCIM_REFUSED) ? err.detail : "");
        }
    }
}


static void
what_a_change_makes(void **state)
{
    size_t        i;
    scim_rc_t     rc;
    scim_str_t    out;
    scim_error_t  err;

    static const struct {
        const char *before;
        const char *change;
        const char *after;      /* a detail, where it is no object */
    } cases[] = {
        { "{}", "{'groups':false}", "{\"groups\":false}" },
        { "{'groups':false}", "{'groups':null}", "{}" },
        { "{'groups':false}", "{'dryRun':null}", "{\"groups\":false}" },
        { "{'breaker':{'count':1,'percent':2}}",
          "{'breaker':{'count':null,'seconds':3}}",
          "{\"breaker\":{\"percent\":2,\"seconds\":3}}" },
        { "{'breaker':{'count':1}}", "{'breaker':{'count':null}}", "{}" },
        { "{}", "{'breaker':{}}", "{}" },
        { "{}", "{'groups':{}}", "{\"groups\":{}}" },
        { "{'require':[]}", "{'require':{}}", "{\"require\":{}}" },
        { "{}", "{'colour':null}", "\"colour\" is no setting" },
        { "{}", "{'colour':{}}", "\"colour\" is no setting" },
        { "{}", "{'Groups':null}", "\"Groups\" is no setting" },
        { "{}", "{'breaker':{'within':null}}", "\"within\" is no setting" },
        { "{'breaker':{'count':1}}", "{'breaker':{'within':null}}",
          "\"within\" is no setting" },
        { "{'colour':1,'history':{'size':1}}",
          "{'colour':null,'history':{'size':null}}", "{}" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rc = scim_policy_merge(pool, json_text(cases[i].before),
                               unit_json(pool, cases[i].change), &out, &err);

        if (rc == SCIM_REFUSED) {
            assert_non_null(strstr(err.detail, cases[i].after));
            continue;
        }

        assert_int_equal(rc, SCIM_OK);

        if (!scim_str_eq(out, scim_str_from(cases[i].after))) {
            fail_msg("%s: %.*s", cases[i].change, SCIM_FMT(out));
        }
    }
}


static void
too_much(void **state)
{
    unsigned       i;
    scim_rc_t      rc;
    scim_buf_t     buf;
    scim_str_t     text, out;
    scim_error_t   err;
    scim_policy_t  base, policy;

    (void) state;

    scim_policy_init(&base);
    scim_buf_init(&buf, pool, 0);
    scim_buf_lit(&buf, "{\"require\":[");

    for (i = 0; i <= SCIM_POLICY_RULES; i++) {
        if (i > 0) {
            scim_buf_char(&buf, ',');
        }

        scim_buf_lit(&buf, "{\"attribute\":\"title\",\"message\":\"");

        while (buf.len < (i + 1) * 500) {
            scim_buf_char(&buf, 'x');
        }

        scim_buf_lit(&buf, "\"}");
    }

    scim_buf_lit(&buf, "]}");
    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);
    text.len--;

    assert_int_equal(scim_policy_parse(pool, unit_schemas(), text, &base,
                                       &policy, &err), SCIM_REFUSED);
    assert_non_null(strstr(err.detail, "32 rules"));

    rc = scim_policy_merge(pool, scim_str("{}"),
                           unit_json(pool, text.data), &out, &err);
    assert_int_equal(rc, SCIM_REFUSED);
    assert_non_null(strstr(err.detail, "16384 bytes"));

    for (i = 0; i < 2; i++) {
        scim_buf_init(&buf, pool, 0);
        while (buf.len < SCIM_PATTERN_LENGTH + i) {
            scim_buf_char(&buf, 'a');
        }
        assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

        assert_int_equal(scim_policy_parse(
                             pool, unit_schemas(),
                             json_text(format(
                                 "{'require':[{'attribute':'title',"
                                 "'pattern':'%.*s'}]}", SCIM_FMT(text))),
                             &base, &policy, &err),
                         (i == 0) ? SCIM_OK : SCIM_REFUSED);
    }
}


#define GUID  "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#define ENTERPRISE  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static void
rules(void **state)
{
    size_t               i;
    scim_rc_t            rc;
    scim_error_t         err;
    scim_policy_t        policy;
    const scim_json_t   *old, *doc;

    static const struct {
        const char *rule;
        const char *old;        /* NULL: a new one */
        const char *doc;
        const char *detail;     /* NULL: accepted */
    } cases[] = {
        /* there at all */
        { "'attribute':'title'", NULL, "{'title':'x'}", NULL },
        { "'attribute':'TITLE'", NULL, "{}", "TITLE is required" },
        { "'attribute':'title','message':'Map jobTitle to title'", NULL, "{}",
          "Map jobTitle to title" },
        { "'attribute':'name.givenName'", NULL, "{'name':{'givenName':'A'}}",
          NULL },
        { "'attribute':'name.givenName'", NULL, "{'name':{'familyName':'A'}}",
          "name.givenName is required" },
        { "'attribute':'name'", NULL, "{'name':{'familyName':'A'}}", NULL },
        { "'attribute':'emails'", NULL, "{'emails':[{'type':'work'}]}",
          "required" },
        { "'attribute':'" ENTERPRISE ":department'", NULL, "{}", "required" },
        { "'attribute':'department'", NULL,
          "{'" ENTERPRISE "':{'department':'x'}}", NULL },

        /* of a form, all of it */
        { "'attribute':'externalId','pattern':'" GUID "'", NULL,
          "{'externalId':'2819c223-7f76-453a-919d-413861904646'}", NULL },
        { "'attribute':'externalId','pattern':'" GUID "'", NULL,
          "{'externalId':'x2819c223-7f76-453a-919d-413861904646'}",
          "must match the pattern" },
        { "'attribute':'externalId','pattern':'a|b'", NULL,
          "{'externalId':'ab'}", "\"ab\"" },
        { "'attribute':'externalId','pattern':'a'", NULL,
          "{'externalId':'a\\n'}", "must match" },
        { "'attribute':'externalId','pattern':'a$'", NULL,
          "{'externalId':'a\\n'}", "must match" },
        { "'attribute':'externalId','pattern':'.{1,3}'", NULL,
          "{'externalId':'\xc3\xa4\xc3\xb6\xc3\xbc'}", NULL },
        { "'attribute':'externalId','pattern':'(?i)a'", NULL,
          "{'externalId':'A'}", NULL },
        { "'attribute':'active','pattern':'true'", NULL,
          "{'active':false}", "\"false\"" },
        { "'attribute':'emails','pattern':'.*@x'", NULL,
          "{'emails':[{'value':'a@x'},{'value':'b@x'}]}", NULL },
        { "'attribute':'emails.value','pattern':'.*@x'", NULL,
          "{'emails':[{'value':'a@x'},{'value':'b@y'}]}", "\"b@y\"" },
        { "'attribute':'emails.type','pattern':'work'", NULL,
          "{'emails':[{'value':'a@x'},{'value':'b@y','type':'home'}]}",
          "\"home\"" },
        { "'attribute':'title','pattern':'b','message':'Only b'", NULL,
          "{'title':'a'}", "Only b" },

        /* what takes too long is none */
        { "'attribute':'title','pattern':'(a|aa)+'", NULL,
          "{'title':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'}",
          "must match" },

        /* of another type */
        { "'type':'Group','attribute':'displayName','pattern':'b'", NULL,
          "{'displayName':'a'}", NULL },

        /* what is as it was is left alone */
        { "'attribute':'title','pattern':'b'", "{'title':'a'}",
          "{'title':'a','active':false}", NULL },
        { "'attribute':'title','pattern':'b'", "{'title':'a'}",
          "{'title':'c'}", "\"c\"" },
        { "'attribute':'title','pattern':'b'", "{'title':'a'}",
          "{'title':'b'}", NULL },
        { "'attribute':'title'", "{'title':'a'}", "{}", "required" },
        { "'attribute':'title'", "{}", "{}", NULL },
        { "'attribute':'title','pattern':'b'", "{}", "{'title':'a'}",
          "must match" },
        { "'attribute':'name.givenName'", "{'name':{'familyName':'A'}}",
          "{'name':{'familyName':'B'}}", NULL },
        { "'attribute':'name.givenName'", "{'name':{'givenName':'A'}}",
          "{'name':{'familyName':'B'}}", "required" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        policy = good(format("{'require':[{%s}]}", cases[i].rule));
        old = (cases[i].old == NULL) ? NULL : unit_json(pool, cases[i].old);
        doc = unit_json(pool, cases[i].doc);

        rc = scim_policy_check(&policy, unit_type("User"), old, doc, &err);

        if (rc != ((cases[i].detail == NULL) ? SCIM_OK : SCIM_REFUSED)
            || (rc == SCIM_REFUSED
                && (err.status != 400 || err.type != SCIM_INVALID_VALUE
                    || strstr(err.detail, cases[i].detail) == NULL)))
        {
            fail_msg("%zu %s %s: %d %s", i, cases[i].rule, cases[i].doc, rc,
                     (rc == SCIM_REFUSED) ? err.detail : "");
        }
    }
}


/* Values that take long, though each could be borne alone. */
static void
many_slow_values(void **state)
{
    size_t         i, k;
    scim_buf_t     buf;
    scim_str_t     text;
    scim_error_t   err;
    scim_policy_t  policy;

    static const struct {
        size_t     n;
        scim_rc_t  rc;
    } cases[] = { { 3, SCIM_OK }, { 5000, SCIM_REFUSED } };

    (void) state;

    policy = good("{'require':[{'attribute':'emails.value',"
                  "'pattern':'(a|aa)+b|a+'}]}");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        scim_buf_init(&buf, pool, 1024);
        scim_buf_lit(&buf, "{'emails':[");

        for (k = 0; k < cases[i].n; k++) {
            scim_buf_lit(&buf, "{'value':'aaaaaaaaaaaaaaaa'},");
        }

        scim_buf_lit(&buf, "{'value':'a'}]}\0");
        assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);
        assert_int_equal(scim_policy_check(&policy, unit_type("User"), NULL,
                                           unit_json(pool, text.data), &err),
                         cases[i].rc);
    }
}


static scim_rc_t
scarce(void *data)
{
    scim_rc_t       rc;
    scim_str_t      out;
    scim_error_t    err;
    scim_pool_t    *small;
    scim_policy_t   base, policy;

    scim_policy_init(&base);

    small = scim_pool_create(0);
    if (small == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_policy_merge(small, scim_str("{\"dryRun\":true}"), data, &out,
                           &err);
    if (rc == SCIM_OK) {
        rc = scim_policy_parse(small, unit_schemas(), out, &base, &policy,
                               &err);
    }

    scim_pool_destroy(small);

    return rc;
}


static void
memory_may_run_short(void **state)
{
    (void) state;

    unit_fail_allocations(scarce, unit_json(pool,
        "{'defaultGroup':'x','require':[{'attribute':'title','pattern':'a'}],"
        "'history':{'count':1}}"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, start, end)
        TEST(each_setting),
        TEST(over_a_location),
        TEST(what_is_refused),
        TEST(what_a_change_makes),
        TEST(too_much),
        TEST(rules),
        TEST(many_slow_values),
        TEST(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
