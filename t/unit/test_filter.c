/*
 * Filters: the grammar, what is refused and where, evaluation.
 */

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "scim/scim_filter.h"

#define N(array)  (sizeof(array) / sizeof((array)[0]))
#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

typedef struct {
    const char  *filter;        /* ' stands for " */
    bool         matches;
} match_t;

static const char  user[] =
    "{'schemas':['" U "','" ENT "'],"
    "'id':'2819c223','externalId':'Abc-1','userName':'Bj\xc3\xb8rn@x.com',"
    "'name':{'givenName':'Bj\xc3\xb8rn','familyName':'O\\'Malley'},"
    "'displayName':'','title':'null','active':true,"
    "'emails':[{'value':'work@x.com','type':'work','primary':true},"
              "{'value':'home@y.org','type':'home'}],"
    "'roles':[{'value':'admin','primary':true}],"
    "'groups':[{'value':'g1','display':'Staff'}],"
    "'x509Certificates':[{'value':'MIIB'}],"
    "'" ENT "':{'employeeNumber':'701984','department':'Tools',"
               "'manager':{'value':'m1'}},"
    "'meta':{'resourceType':'User','created':'2011-08-01T18:29:49Z',"
            "'lastModified':'2011-08-01T21:29:49.5+01:00',"
            "'version':'W/\\'7\\''}}";

static const match_t  matches[] = {
    /* RFC 7644 figure 2, and its neighbours */
    { "userName eq 'bj\xc3\xb8rn@X.COM'", true },
    { "userName eq 'bj\\u00d8rn@x.com'", true },
    { "userName eq 'bjorn@x.com'", false },
    { "name.familyName co 'O\\'mall'", true },
    { "userName sw 'B'", true },
    { U ":userName sw 'BJ'", true },
    { "userName ew '.com'", true },
    { "userName ew '.org'", false },
    { "userName co ''", true },
    { "title pr", true },
    { "nickName pr", false },
    { "displayName pr", false },
    { "name pr", true },
    { "emails pr", true },
    { "phoneNumbers pr", false },
    { "meta.lastModified gt '2011-05-13T04:42:34Z'", true },
    { "meta.lastModified ge '2011-08-01T20:29:49.500Z'", true },
    { "meta.lastModified le '2011-08-01T20:29:49.5Z'", true },
    { "meta.lastModified lt '2011-08-01T20:29:49.5Z'", false },
    { "meta.lastModified eq '2011-08-01T22:29:49.5+02:00'", true },
    { "meta.created eq '2011-08-01T18:29:49Z'", true },
    { "meta.version eq 'W/\\'7\\''", true },
    { "meta.resourceType eq 'User'", true },
    { "title pr and active eq true", true },
    { "title pr and active eq false", false },
    { "nickName pr or active eq true", true },
    { "schemas eq '" ENT "'", true },
    { "schemas eq '" ENT "2'", false },
    { "emails co 'x.com' or emails.value co 'y.org'", true },
    { "active eq true and (emails co 'z.org' or emails.value co 'y.org')",
      true },
    { "active eq true and not (emails co 'y.org')", false },
    { "not(userName sw 'z')", true },
    { "emails[type eq 'work' and value co '@x.com']", true },
    { "emails[type eq 'home' and value co '@x.com']", false },
    { "emails[type eq 'home' and value co '@x.com'] or"
      " roles[value eq 'admin']", true },
    { "emails[not (type eq 'work')]", true },
    { "emails[(type eq 'x' or type eq 'home') and primary pr]", false },

    /* not binds tighter than and, and tighter than or */
    { "active eq true or nickName pr and nickName pr", true },
    { "(active eq true or nickName pr) and nickName pr", false },
    { "nickName pr and nickName pr or active eq true", true },
    { "not (active eq true) or active eq true", true },
    { "not (active eq true or active eq false)", false },

    /* case and absence */
    { "id eq '2819c223'", true },
    { "id eq '2819C223'", false },
    { "externalId eq 'abc-1'", false },
    { "externalId eq 'Abc-1'", true },
    { "USERNAME EQ 'bj\xc3\xb8rn@x.com' AND Active Eq TRUE", true },
    { "nickName ne 'x'", true },
    { "nickName eq ''", false },
    { "title ne 'null'", false },
    { "emails.type ne 'work'", true },
    { "phoneNumbers.type ne 'work'", true },
    { "roles.type ne 'x'", true },
    { "nickName gt 'a'", false },
    { "nickName eq null", true },
    { "nickName ne null", false },
    { "userName eq null", false },
    { "userName ne NULL", true },
    { "title eq 'null'", true },
    { "manager eq null", false },
    { "addresses ne null", false },
    { "emails[type eq 'home'].primary eq null", true },

    /* order */
    { "userName gt 'bj'", true },
    { "userName lt 'c'", true },
    { "userName le 'bj'", false },
    { ENT ":employeeNumber ge '701984'", true },

    /* extensions and relations */
    { ENT ":department eq 'tools'", true },
    { "URN:IETF:PARAMS:scim:schemas:extension:enterprise:2.0:user:manager"
      ".value eq 'm1'", true },
    { ENT ":manager eq 'm1'", true },
    { "manager eq 'm1'", true },
    { "department eq 'Tools'", true },
    { "groups.value eq 'g1'", true },
    { "groups eq 'g2'", false },

    /* what identity providers send */
    { "externalId eq Abc-1", true },
    { "active eq 'True'", true },
    { "active eq False", false },
    { "active eq 'FALSE'", false },
    { "emails eq 'home@y.org'", true },
    { "emails[type eq 'work'] eq 'work@x.com'", true },
    { "emails[type eq 'work'] eq 'home@y.org'", false },
    { "emails[type eq 'work'].value eq 'work@x.com'", true },
    { "emails[type eq 'work'].Value eq 'home@y.org'", false },
    { "emails[type eq 'home'].primary pr", false },
    { "emails[type eq 'work'] pr", true },
    { "roles[primary eq 'True'].value eq 'admin'", true },
    { "roles[primary eq true]", true },
    { "emails[type eq work].value eq work@x.com", true },
    { "  userName   pr\t", true },
    { "x509Certificates.value eq 'MIIB'", true },
    { "externalId eq 123", false },
    { "userName eq true", false },
    { "userName eq '\\ud83d\\ude00'", false },
    { "userName eq 'a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t'", false }
};


/* The text with ' for ", in which \' is the quote a JSON string needs. */
static scim_str_t
text(scim_pool_t *pool, const char *with)
{
    size_t      i;
    char       *p;
    scim_str_t  copy;

    assert_int_equal(scim_str_dup(pool, scim_str_from(with), &copy), SCIM_OK);

    for (p = (char *) copy.data, i = 0; i < copy.len; i++) {
        p[i] = p[i] == '\'' ? '"' : p[i];
    }

    return copy;
}


static scim_filter_t *
parse(scim_pool_t *pool, const char *type, const char *filter)
{
    scim_rc_t       rc;
    scim_error_t    err;
    scim_filter_t  *out = NULL;

    rc = scim_filter_parse(pool, unit_type(type), text(pool, filter), &out,
                           &err);
    if (rc != SCIM_OK) {
        fail_msg("%s: %s", filter, rc == SCIM_REFUSED ? err.detail : "?");
    }

    return out;
}


static void
filters_match(void **state)
{
    size_t         i;
    scim_rc_t      rc;
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *resource = unit_json(pool, user);

    (void) state;

    for (i = 0; i < N(matches); i++) {
        rc = scim_filter_match(pool, parse(pool, "User", matches[i].filter),
                               resource);

        if (rc != (matches[i].matches ? SCIM_OK : SCIM_NONE)) {
            fail_msg("%s: %d", matches[i].filter, rc);
        }
    }

    scim_pool_destroy(pool);
}


/* What a long text is compared by is kept for further terms, and is used. */
static void
long_texts_are_folded_once(void **state)
{
    char               body[200], filter[200];
    scim_pool_t       *pool = scim_pool_create(0);
    scim_json_t       *resource, *title;
    static const char  a[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                             "AAAAAAAAAAAAAAAA";
    scim_str_t         other = SCIM_STR("b");

    (void) state;

    (void) snprintf(body, sizeof(body), "{'title':'%s','nickName':'B'}", a);
    (void) snprintf(filter, sizeof(filter), "title eq '%s' and nickName eq 'b'",
                    a);
    resource = unit_json(pool, body);
    title = scim_json_get(resource, scim_str("title"));

    assert_int_equal(scim_filter_match(pool, parse(pool, "User", filter),
                                       resource), SCIM_OK);
    assert_non_null(title->key);
    assert_int_equal(title->key->data[0], 'a');
    assert_null(scim_json_get(resource, scim_str("nickName"))->key);

    title->key = &other;
    assert_int_equal(scim_filter_match(pool, parse(pool, "User",
                                                   "title eq 'b'"),
                                       resource),
                     SCIM_OK);

    scim_pool_destroy(pool);
}


typedef struct {
    const char  *type;
    const char  *filter;
    const char  *detail;        /* part of it */
} refused_t;

static const refused_t  refused[] = {
    { "User", "", "position 1: the filter ends where an attribute" },
    { "User", "   ", "position 4: the filter ends" },
    { "User", "userName", "position 9: the filter ends where one of" },
    { "User", "userName eq", "position 12: the filter ends where a value" },
    { "User", "userName is 'x'", "position 10: one of the operators" },
    { "User", "userName eq 'x' userName", "position 17: 'and', 'or' or the"
      " end is expected, found 'userName'" },
    { "User", "userName eq 'x' and", "position 20: the filter ends" },
    { "User", "and userName pr", "position 1: a User has no attribute 'and'" },
    { "User", "colour eq 'x'", "position 1: a User has no attribute 'colour'" },
    { "User", "active eq true and name.colour pr",
      "position 20: a User has no attribute 'name.colour'" },
    { "User", "emails[colour eq 'x']",
      "position 8: 'emails' has no sub-attribute 'colour'" },
    { "User", "emails[type eq 'x'].colour pr", "'emails' has no sub-attribute"
      " 'colour'" },
    { "User", "emails[type eq 'work'", "'and', 'or' or ']'" },
    { "User", "emails[]", "position 8: an attribute" },
    { "User", "emails[emails[type pr]]", "no sub-attribute 'emails'" },
    { "User", "emails[type[x pr]]", "position 12: one of the operators" },
    { "User", "emails.type[value pr]", "position 12: an operator" },
    { "User", "userName[value eq 'x']", "position 9: an operator is expected,"
      " found '['" },
    { "User", "externalId[value pr]", "position 11: an operator" },
    { "User", U ":active[value eq true]", "an operator" },
    { "User", ENT ":department[value pr]", "an operator" },
    { "User", "not (title[value pr] or id pr)", "position 11: an operator" },
    { "User", "name.givenName[value pr]", "position 15: an operator" },
    { "User", "name[givenName pr] eq 'x'", "the name of a sub-attribute" },
    { "User", ENT " pr", "has no attribute" },
    { "User", "urn:x:y:userName pr", "has no attribute" },
    { "User", ENT ":userName pr", "has no attribute" },
    { "User", "name.givenName.x pr", "has no attribute" },
    { "User", ".value pr", "has no attribute" },
    { "User", "(userName pr", "'and', 'or' or ')'" },
    { "User", "userName pr)", "position 12: 'and', 'or' or the end" },
    { "User", "()", "position 2: an attribute" },
    { "User", "not userName pr", "position 5: '(' after 'not'" },
    { "User", "'x' eq userName", "position 1: an attribute" },
    { "User", "userName eq 'x", "position 13: the string has no closing" },
    { "User", "userName eq 'a\\x'", "position 15: no valid JSON escape" },
    { "User", "userName eq '\\ud800'", "no valid JSON escape" },
    { "User", "userName eq '\\ud800\\u0041'", "no valid JSON escape" },
    { "User", "userName eq '\\udc00'", "no valid JSON escape" },
    { "User", "userName eq '\\u0000'", "no valid JSON escape" },
    { "User", "userName eq '\\u00g0'", "no valid JSON escape" },
    { "User", "userName eq 'a\nb'", "control character" },
    { "User", "userName eq '\xff'", "not valid UTF-8" },
    { "User", "userName eq (", "position 13: a value" },
    { "User", "active gt true", "'active' is a boolean" },
    { "User", "active co 'tr'", "'active' is a boolean" },
    { "User", "x509Certificates.value ge 'MI'", "is binary" },
    { "User", "meta.created sw '2011'", "is a dateTime" },
    { "User", "active eq 'yes'", "position 11" },
    { "User", "active eq ''", "position 11" },
    { "User", "meta.created gt 'yesterday'", "position 17" },
    { "User", "userName gt null", "only 'eq' and 'ne' take null" },
    { "User", "name eq 'x'", "'name' is complex: compare" },
    { "User", "addresses co 'x'", "'addresses' is complex" },
    { "User", "password eq 'x'", "secret" },
    { "Group", "userName eq 'x'", "a Group has no attribute 'userName'" }
};


static void
filters_are_refused(void **state)
{
    size_t          i;
    scim_rc_t       rc;
    scim_pool_t    *pool = scim_pool_create(0);
    scim_error_t    err;
    scim_filter_t  *out;

    (void) state;

    for (i = 0; i < N(refused); i++) {
        rc = scim_filter_parse(pool, unit_type(refused[i].type),
                               text(pool, refused[i].filter), &out, &err);

        if (rc != SCIM_REFUSED || err.status != 400
            || err.type != SCIM_INVALID_FILTER
            || strstr(err.detail, refused[i].detail) == NULL)
        {
            fail_msg("%s: %d %s", refused[i].filter, rc,
                     rc == SCIM_REFUSED ? err.detail : "");
        }
    }

    scim_pool_destroy(pool);
}


static void
single_quotes_are_refused(void **state)
{
    scim_pool_t    *pool = scim_pool_create(0);
    scim_error_t    err;
    scim_filter_t  *out;

    (void) state;
    assert_int_equal(scim_filter_parse(pool, unit_type("User"),
                                       scim_str("userName eq 'x'"), &out,
                                       &err), SCIM_REFUSED);
    assert_non_null(strstr(err.detail, "double quotes"));
    scim_pool_destroy(pool);
}


/* n times a part between a beginning and an end. */
static scim_rc_t
parse_repeated(const char *part, size_t n, const char *middle,
    const char *end, size_t nend)
{
    size_t          i;
    scim_rc_t       rc;
    scim_buf_t      buf;
    scim_str_t      filter;
    scim_pool_t    *pool = scim_pool_create(0);
    scim_error_t    err;
    scim_filter_t  *out;

    scim_buf_init(&buf, pool, 0);

    for (i = 0; i < n; i++) {
        scim_buf_str(&buf, scim_str_from(part));
    }

    scim_buf_str(&buf, scim_str_from(middle));

    for (i = 0; i < nend; i++) {
        scim_buf_str(&buf, scim_str_from(end));
    }

    assert_int_equal(scim_buf_done(&buf, &filter), SCIM_OK);
    rc = scim_filter_parse(pool, unit_type("User"), filter, &out, &err);
    assert_true(rc == SCIM_OK
                || (rc == SCIM_REFUSED && err.type == SCIM_INVALID_FILTER));
    scim_pool_destroy(pool);

    return rc;
}


static void
filters_have_limits(void **state)
{
    (void) state;

    assert_int_equal(parse_repeated("(", SCIM_FILTER_DEPTH, "title pr", ")",
                                    SCIM_FILTER_DEPTH), SCIM_OK);
    assert_int_equal(parse_repeated("(", SCIM_FILTER_DEPTH + 1, "title pr",
                                    ")", SCIM_FILTER_DEPTH + 1), SCIM_REFUSED);
    assert_int_equal(parse_repeated("not (", 1000, "title pr", ")", 1000),
                     SCIM_REFUSED);
    assert_int_equal(parse_repeated("(title pr) or ", SCIM_FILTER_TERMS - 1,
                                    "title pr", "", 0), SCIM_OK);
    assert_int_equal(parse_repeated("title pr or ", SCIM_FILTER_TERMS,
                                    "title pr", "", 0), SCIM_REFUSED);
    assert_int_equal(parse_repeated(" ", SCIM_FILTER_LENGTH - 8, "title pr",
                                    "", 0), SCIM_OK);
    assert_int_equal(parse_repeated(" ", SCIM_FILTER_LENGTH - 7, "title pr",
                                    "", 0), SCIM_REFUSED);
    assert_int_equal(parse_repeated("title eq \"", 1, "x", "x", 9000),
                     SCIM_REFUSED);
}


/* The planner relies on the shape. */
static void
filters_have_a_shape(void **state)
{
    scim_pool_t          *pool = scim_pool_create(0);
    scim_filter_t        *f;
    const scim_attr_t    *emails;

    (void) state;
    emails = scim_type_attr(unit_type("User"), NULL, scim_str("emails"));

    f = parse(pool, "User", "emails[type eq 'Work'].value eq 'A@X'");
    assert_int_equal(f->op, SCIM_F_VALUE_PATH);
    assert_ptr_equal(f->path.attr, emails);
    assert_int_equal(f->left->op, SCIM_F_AND);
    assert_ptr_equal(f->left->left->path.attr->parent, emails);
    assert_null(f->left->right->path.sub);
    assert_true(scim_str_eq(f->left->right->key, scim_str("a@x")));
    assert_true(scim_str_eq(f->left->right->value->text, scim_str("A@X")));
    assert_true(scim_filter_uses(f, emails));

    f = parse(pool, "Group", "id eq 'g' and members eq 'u'");
    assert_int_equal(f->op, SCIM_F_AND);
    assert_true(scim_filter_uses(f, unit_type("Group")->members));
    assert_false(scim_filter_uses(f, emails));
    assert_true(scim_str_eq(f->right->path.sub->name, scim_str("value")));

    f = parse(pool, "User", "active eq 'True'");
    assert_int_equal(f->value->type, SCIM_JSON_BOOL);
    assert_true(f->value->boolean);

    f = parse(pool, "User", "manager eq 'm'");
    assert_true(f->path.extension);

    scim_pool_destroy(pool);
}


static scim_rc_t
parse_and_match(void *data)
{
    scim_rc_t       rc;
    scim_pool_t    *pool;
    scim_error_t    err;
    scim_filter_t  *filter;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_filter_parse(pool, unit_type("User"),
                           scim_str("not (userName eq \"\\u00d8x\" or "
                                    "nickName eq null) and emails[type eq "
                                    "\"work\"].value co \"\\n\xc3\x98\" and "
                                    "meta.created gt \"2011-05-13T04:42:34Z\" "
                                    "and active eq \"True\""),
                           &filter, &err);
    if (rc == SCIM_OK) {
        rc = scim_filter_match(pool, filter, data);
        rc = rc == SCIM_NONE ? SCIM_OK : rc;
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
memory_may_be_short(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);

    (void) state;
    (void) unit_type("User");
    unit_fail_allocations(parse_and_match, unit_json(pool, user));
    scim_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(filters_match),
        cmocka_unit_test(long_texts_are_folded_once),
        cmocka_unit_test(filters_are_refused),
        cmocka_unit_test(single_quotes_are_refused),
        cmocka_unit_test(filters_have_limits),
        cmocka_unit_test(filters_have_a_shape),
        cmocka_unit_test(memory_may_be_short)
    };

    return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
