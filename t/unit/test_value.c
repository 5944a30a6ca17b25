/*
 * Values: what is accepted and as what, what is refused and how, equality and
 * the order of keys.
 */

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "scim/scim_filter.h"
#include "scim/scim_schema_load.h"
#include "scim/scim_value.h"

#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define N(array)  (sizeof(array) / sizeof((array)[0]))

/* Attributes of the types that User does not have. */
static const char  kinds[] =
    "[{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],"
    "\"name\":\"Kind\",\"endpoint\":\"/Kinds\",\"schema\":\"urn:x:k\"},"
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],"
    "\"id\":\"urn:x:k\",\"name\":\"Kind\",\"attributes\":["
    "{\"name\":\"integer\",\"type\":\"integer\"},"
    "{\"name\":\"decimal\",\"type\":\"decimal\"},"
    "{\"name\":\"time\",\"type\":\"dateTime\"},"
    "{\"name\":\"binary\",\"type\":\"binary\"},"
    "{\"name\":\"exact\",\"caseExact\":true},"
    "{\"name\":\"texts\",\"multiValued\":true},"
    "{\"name\":\"flag\",\"type\":\"boolean\"},"
    "{\"name\":\"tree\",\"type\":\"complex\",\"subAttributes\":["
    "{\"name\":\"leaves\",\"multiValued\":true},"
    "{\"name\":\"secret\",\"mutability\":\"writeOnly\"}]}]}]";

static scim_pool_t                 *pool;
static const scim_resource_type_t  *kind;


static int
setup(void **state)
{
    scim_error_t     err;
    scim_schemas_t  *schemas;

    (void) state;

    pool = scim_pool_create(0);
    assert_int_equal(scim_schemas_create(pool, &schemas, &err), SCIM_OK);
    assert_int_equal(scim_schemas_add(schemas, "k", scim_str(kinds), &err),
                     SCIM_OK);
    assert_int_equal(scim_schemas_link(schemas, &err), SCIM_OK);
    kind = scim_schemas_type(schemas, scim_str("Kind"));

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    scim_pool_destroy(pool);
    return 0;
}


/* An attribute of User or, failing that, of Kind. */
static const scim_attr_t *
find(const char *name, const scim_resource_type_t **type)
{
    scim_attr_path_t  path;

    *type = unit_type("User");

    if (scim_attr_path_parse(*type, scim_str_from(name), &path) != SCIM_OK) {
        *type = kind;
        assert_int_equal(scim_attr_path_parse(kind, scim_str_from(name),
                                              &path), SCIM_OK);
    }

    return path.sub != NULL ? path.sub : path.attr;
}


static void
accepted(void **state)
{
    static const struct {
        const char *attr, *input, *output;      /* NULL: unassigned */
    } rows[] = {
        /* booleans */
        { "active", "true", "true" },
        { "active", "'True'", "true" },
        { "active", "'FALSE'", "false" },
        { "active", "''", NULL },
        { "active", "null", NULL },
        { "active", "[]", NULL },

        /* text */
        { "title", "'a'", "'a'" },
        { "title", "''", "''" },
        { "title", "12.50", "'12.50'" },
        { "title", "null", NULL },
        { "title", "[]", NULL },
        { "profileUrl", "''", NULL },
        { "profileUrl", "'https://a'", "'https://a'" },
        { "profileUrl", "'../Users/1?a=b#c'", "'../Users/1?a=b#c'" },
        { "profileUrl", "'urn:x:y'", "'urn:x:y'" },
        { "profileUrl", "'https://\xc3\xa4.example'",
          "'https://\xc3\xa4.example'" },
        { "title", "'{\\\"a\\\":1}'", "'{\\'a\\':1}'" },

        /* never stored */
        { "password", "'secret'", NULL },
        { "tree", "{'secret':'x'}", NULL },

        /* other simple types */
        { "integer", "-12", "-12" },
        { "integer", "'12'", "12" },
        { "integer", "''", NULL },
        { "decimal", "1.5e-3", "1.5e-3" },
        { "decimal", "'-0.5'", "-0.5" },
        { "time", "'2011-05-13T04:42:34Z'", "'2011-05-13T04:42:34Z'" },
        { "time", "'2011-05-13T04:42:34.5+02:00'",
          "'2011-05-13T04:42:34.5+02:00'" },
        { "time", "''", NULL },
        { "binary", "'AA=='", "'AA=='" },
        { "binary", "'AAA='", "'AAA='" },
        { "binary", "'-_8'", "'-_8'" },
        { "binary", "'AAAA'", "'AAAA'" },

        /* complex, of one value */
        { "name", "{'FAMILYNAME':'F','givenname':'G','x':1}",
          "{'familyName':'F','givenName':'G'}" },
        { "name", "{}", NULL },
        { "name", "{'familyName':null,'x':1}", NULL },
        { "name", "''", NULL },
        { "name", "{'familyName':[]}", NULL },
        { "name", "'{\\\"givenName\\\":\\\"G\\\"}'", "{'givenName':'G'}" },
        { "manager", "'m'", "{'value':'m'}" },
        { "manager", "7", "{'value':'7'}" },
        { "manager", "''", NULL },
        { "manager", "{'value':''}", NULL },
        { "manager", "{'Value':'m','$ref':null,'displayName':'M'}",
          "{'value':'m'}" },
        { "manager", "{'$ref':'../Users/m','value':'m'}",
          "{'value':'m','$ref':'../Users/m'}" },
        { "manager", "{'displayName':'M'}", NULL },
        { "manager", "[{'$ref':'r','value':'m'}]",
          "{'value':'m','$ref':'r'}" },
        { "manager", "[null]", NULL },
        { "tree", "{'leaves':'a'}", "{'leaves':['a']}" },
        { "tree", "{'leaves':['a',null,'b','a']}", "{'leaves':['a','b']}" },

        /* many values */
        { "texts", "'a'", "['a']" },
        { "texts", "['a',null,'b','a',1]", "['a','b','1']" },
        { "texts", "[null]", NULL },
        { "emails", "{'value':'a@b','type':'work'}",
          "[{'value':'a@b','type':'work'}]" },
        { "emails", "'a@b'", "[{'value':'a@b'}]" },
        { "emails", "['a@b',{'Value':'c@d','Primary':'True'}]",
          "[{'value':'a@b'},{'value':'c@d','primary':true}]" },
        { "emails", "[{},null,{'x':1},'',{'value':null}]", NULL },
        { "emails", "[{'value':'a','type':'work'},{'type':'work','value':'a'},"
          "{'value':'A','type':'work'}]",
          "[{'value':'a','type':'work'},{'value':'A','type':'work'}]" },
        { "emails", "[{'primary':true,'value':'a'},{'value':'b'},"
          "{'primary':false,'value':'c'}]",
          "[{'value':'a','primary':true},{'value':'b'},"
          "{'value':'c','primary':false}]" },
        { "emails", "[{'value':'','type':'work'}]",
          "[{'value':'','type':'work'}]" },
        { "addresses", "{'type':'work','city':'X','locality':'L'}",
          "[{'locality':'L','type':'work'}]" },

        /* Entra's JSON within text */
        { "roles", "[{'value':'{\\\"id\\\":\\\"1\\\",\\\"value\\\":\\\"adm\\\""
          ",\\\"displayName\\\":\\\"Admin\\\"}'}]",
          "[{'value':'adm','display':'Admin'}]" },
        { "roles", "[{'primary':'True','value':'{\\\"value\\\":\\\"a\\\"}'}]",
          "[{'value':'a','primary':true}]" },
        { "roles", "'[{\\\"value\\\":\\\"a\\\"},{\\\"value\\\":\\\"b\\\"}]'",
          "[{'value':'a'},{'value':'b'}]" },
        { "roles", "['{\\\"value\\\":\\\"a\\\",\\\"displayName\\\":\\\"A\\\"}']",
          "[{'value':'a','display':'A'}]" },
        { "roles", "[{'value':'{no json'}]", "[{'value':'{no json'}]" },
    };
    size_t                       i;
    scim_rc_t                    rc;
    scim_json_t                 *out;
    const char                  *text;
    scim_error_t                 err;
    const scim_attr_t           *attr;
    const scim_resource_type_t  *type;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        attr = find(rows[i].attr, &type);

        rc = scim_value_accept(pool, type, attr,
                               unit_json(pool, rows[i].input), &out, &err);
        if (rc != SCIM_OK) {
            fail_msg("%s %s: %s", rows[i].attr, rows[i].input, err.detail);
        }

        text = out != NULL ? unit_text(pool, out) : "unassigned";
        if (strcmp(text, rows[i].output ? rows[i].output : "unassigned")) {
            fail_msg("%s %s: %s", rows[i].attr, rows[i].input, text);
        }
    }
}


static void
refused(void **state)
{
    static const struct {
        const char *attr, *input, *detail;
    } rows[] = {
        { "active", "'maybe'",
          "\"active\" must be true or false, but is \"maybe\"" },
        { "active", "1", "\"active\" must be true or false, but is \"1\"" },
        { "active", "{}",
          "\"active\" must be true or false, but is an object" },
        { "title", "true", "\"title\" must be text, but is a boolean" },
        { "title", "{'value':'x'}", "\"title\" must be text, but is an object" },
        { "title", "['a']", "\"title\" must be text, but is an array" },
        { "name", "'Ada'", "\"name\" must be an object, but is \"Ada\"" },
        { "name", "true", "\"name\" must be an object, but is a boolean" },
        { "name", "[{},{}]", "\"name\" must be an object, but is an array" },
        { "name", "{'givenName':{}}",
          "\"name.givenName\" must be text, but is an object" },
        { "emails", "[[]]", "\"emails\" must be an object, but is an array" },
        { "emails", "[{'primary':'yes'}]",
          "\"emails.primary\" must be true or false, but is \"yes\"" },
        { "emails", "[{'primary':true,'value':'a'},{'primary':'true'}]",
          "\"emails\" has 2 primary values, but may have one" },
        { "addresses", "'x'", "\"addresses\" must be an object, but is \"x\"" },
        { "manager", "{'value':['m']}",
          "\"" ENT ":manager.value\" must be text, but is an array" },
        { "integer", "1.5", "\"integer\" must be a whole number" },
        { "integer", "1e3", "\"integer\" must be a whole number" },
        { "integer", "'012'", "\"integer\" must be a whole number" },
        { "integer", "'-'", "\"integer\" must be a whole number" },
        { "integer", "true", "\"integer\" must be a whole number" },
        { "decimal", "'1.'", "\"decimal\" must be a number" },
        { "decimal", "'1e'", "\"decimal\" must be a number" },
        { "decimal", "'1 '", "\"decimal\" must be a number" },
        { "time", "'yesterday'", "\"time\" must be a date like" },
        { "time", "1305261754", "\"time\" must be a date like" },
        { "profileUrl", "'https://a b'", "\"profileUrl\" must be a URI" },
        { "profileUrl", "'<a>'", "\"profileUrl\" must be a URI" },
        { "profileUrl", "'a\\u007f'", "\"profileUrl\" must be a URI" },
        { "profileUrl", "'a\\\\b'", "\"profileUrl\" must be a URI" },
        { "photos", "[{'value':' '}]", "\"photos.value\" must be a URI" },
        { "manager", "{'value':'m','$ref':'a\\n'}",
          "\"" ENT ":manager.$ref\" must be a URI" },
        { "binary", "'AA AA'", "\"binary\" must be base64" },
        { "binary", "'A'", "\"binary\" must be base64" },
        { "binary", "'A==='", "\"binary\" must be base64" },
        { "binary", "'AA='", "\"binary\" must be base64" },
        { "binary", "'AA*A'", "\"binary\" must be base64" },
        { "binary", "1", "\"binary\" must be base64" },
    };
    size_t                       i;
    scim_rc_t                    rc;
    scim_json_t                 *out;
    scim_error_t                 err;
    const scim_attr_t           *attr;
    const scim_resource_type_t  *type;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        attr = find(rows[i].attr, &type);

        rc = scim_value_accept(pool, type, attr,
                               unit_json(pool, rows[i].input), &out, &err);

        if (rc != SCIM_REFUSED
            || strncmp(err.detail, rows[i].detail, strlen(rows[i].detail)))
        {
            fail_msg("%s %s: %d %s", rows[i].attr, rows[i].input, rc,
                     rc == SCIM_REFUSED ? err.detail : "");
        }

        assert_int_equal(err.status, 400);
        assert_int_equal(err.type, SCIM_INVALID_VALUE);
    }
}


/* Long text is cut between characters in a message. */
static void
refused_long(void **state)
{
    char          text[512] = "{'a':'x";
    scim_json_t  *input, *out;
    scim_error_t  err;

    (void) state;

    for (size_t i = 7; i + 3 < 300; i += 2) {
        memcpy(text + i, "\xc3\xa9\0", 3);
    }
    strcat(text, "'}");

    input = unit_json(pool, text)->first;
    assert_int_equal(scim_value_accept(pool, kind,
                         scim_type_attr(kind, NULL, scim_str("flag")), input,
                         &out, &err), SCIM_REFUSED);
    assert_null(strchr(err.detail, '?'));
    assert_true(strlen(err.detail) < 200);
}


/* Repeated elements go from long lists as from short ones. */
static void
many(void **state)
{
    size_t              i;
    scim_buf_t          buf;
    scim_str_t          text;
    scim_json_t        *in, *out;
    scim_error_t        err;
    const scim_json_t  *item;

    (void) state;

    scim_buf_init(&buf, pool, 0);
    scim_buf_lit(&buf, "[\"5\"");
    for (i = 0; i < 60000; i++) {
        scim_buf_lit(&buf, ",\"");
        scim_buf_uint(&buf, i % 20000);
        scim_buf_char(&buf, '"');
    }
    scim_buf_char(&buf, ']');

    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);
    assert_int_equal(scim_json_parse(pool, text, NULL, &in, &err), SCIM_OK);
    assert_int_equal(scim_value_accept(pool, kind,
                         scim_type_attr(kind, NULL, scim_str("texts")), in,
                         &out, &err), SCIM_OK);

    assert_int_equal(out->count, 20000);
    assert_true(scim_str_eq(out->last->text, scim_str("19999")));

    for (i = 0, item = out->first; item != NULL; item = item->next) {
        i++;
    }
    assert_int_equal(i, 20000);
}


static void
members(void **state)
{
    static const struct {
        const char *input, *id;
    } rows[] = {
        { "{'value':'a'}", "a" },
        { "{'$ref':null,'VALUE':'a','x':1}", "a" },
        { "'a'", "a" },
        { "{'value':12}", "12" },
        { "{'display':'a'}", NULL },
        { "{'value':''}", NULL },
        { "{'value':null}", NULL },
        { "{'value':true}", NULL },
        { "{'value':{}}", NULL },
        { "null", NULL },
        { "[]", NULL },
    };
    size_t        i;
    scim_rc_t     rc;
    scim_str_t    id;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        rc = scim_value_member(unit_json(pool, rows[i].input), &id, &err);

        if (rows[i].id == NULL) {
            assert_int_equal(rc, SCIM_REFUSED);
            assert_int_equal(err.type, SCIM_INVALID_VALUE);
        } else {
            assert_int_equal(rc, SCIM_OK);
            assert_true(scim_str_eq(id, scim_str_from(rows[i].id)));
        }
    }
}


static void
equal(void **state)
{
    static const struct {
        const char *attr, *a, *b;
        bool        equal;
    } rows[] = {
        { "userName", "'Ada'", "'aDA'", true },
        { "userName", "'Stra\xc3\x9f""e'", "'STRASSE'", true },
        { "userName", "'a'", "'b'", false },
        { "exact", "'A'", "'a'", false },
        { "exact", "'A'", "'A'", true },
        { "active", "true", "true", true },
        { "active", "true", "false", false },
        { "integer", "10", "10", true },
        { "decimal", "1.50", "15e-1", true },
        { "decimal", "0", "-0.0", true },
        { "decimal", "1", "-1", false },
        { "time", "'2011-05-13T04:42:34Z'", "'2011-05-13T06:42:34+02:00'",
          true },
        { "time", "'2011-05-13T04:42:34Z'", "'2011-05-13T04:42:35Z'", false },
        { "name", "{'givenName':'A'}", "{'givenName':'a'}", true },
        { "name", "{'givenName':'A'}", "{'familyName':'A'}", false },
        { "name", "{'givenName':'A'}", "{'givenName':'A','title':'x'}",
          false },
        { "emails", "[{'value':'a','type':'work'}]",
          "[{'type':'Work','value':'A'}]", true },
        { "emails", "[{'value':'a'}]", "[{'value':'a'},{'value':'b'}]",
          false },
        { "emails", "{'value':'a'}", "{'value':'A'}", true },
        { "title", "'1'", "1", false },
    };
    size_t                       i;
    const scim_attr_t           *attr;
    const scim_resource_type_t  *type;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        attr = find(rows[i].attr, &type);

        if (scim_value_equal(pool, attr, unit_json(pool, rows[i].a),
                             unit_json(pool, rows[i].b)) != rows[i].equal)
        {
            fail_msg("%s: %s and %s", rows[i].attr, rows[i].a, rows[i].b);
        }
    }
}


static scim_str_t
key(const char *name, const char *value)
{
    scim_str_t                   out;
    const scim_attr_t           *attr;
    const scim_resource_type_t  *type;

    attr = find(name, &type);
    assert_int_equal(scim_value_key(pool, attr, unit_json(pool, value), &out),
                     SCIM_OK);

    return out;
}


static void
keys(void **state)
{
    static const struct {
        const char *attr, *value, *key;
    } rows[] = {
        { "userName", "'Ada@X'", "ada@x" },
        { "exact", "'Ada@X'", "Ada@X" },
        { "active", "true", "true" },
        { "active", "false", "false" },
        { "time", "'1970-01-01T00:00:00Z'", "8000000000000000" },
        { "time", "'1970-01-01T00:00:00.000016Z'", "8000000000000010" },
        { "integer", "0", "1" },
        { "integer", "12", "2500000000212" },
        { "integer", "-12", "0499999999787~" },
        { "title", "null", "" },
    };
    size_t  i;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        assert_string_equal(unit_quotes(pool, key(rows[i].attr,
                                                  rows[i].value)),
                            rows[i].key);
    }

    assert_null(key("title", "null").data);
}


/* Each is less than the one below it. */
static void
order(void **state)
{
    static const struct {
        const char *attr, *values[16];
    } rows[] = {
        { "decimal", { "-1e10", "-123", "-122.9", "-12.31", "-12.3", "-12",
                       "-1", "-0.001", "0", "1e-400", "0.05", "0.5", "1",
                       "1.01", "9", "10" } },
        { "decimal", { "99.999", "100", "1e999999999999",
                       NULL } },
        { "integer", { "-100", "-99", "-10", "-9", "0", "2", "10", "11",
                       "12345678901234567890", "12345678901234567891",
                       NULL } },
        { "time", { "'1969-12-31T23:59:59Z'", "'1970-01-01T00:00:00Z'",
                    "'2011-05-13T04:42:34Z'", "'2011-05-13T04:42:34.001Z'",
                    "'2011-05-13T04:42:34-01:00'", NULL } },
        { "userName", { "'A'", "'aa'", "'B'", NULL } },
    };
    size_t  i, j;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        for (j = 1; j < 16 && rows[i].values[j] != NULL; j++) {
            if (scim_str_cmp(key(rows[i].attr, rows[i].values[j - 1]),
                             key(rows[i].attr, rows[i].values[j])) >= 0)
            {
                fail_msg("%s is not less than %s", rows[i].values[j - 1],
                         rows[i].values[j]);
            }
        }
    }
}


/* Keys of random numbers against the order of doubles. */
static void
order_random(void **state)
{
    int     i;
    char    text_a[64], text_b[64];
    double  a, b;

    (void) state;

    srand(7);

    for (i = 0; i < 20000; i++) {
        snprintf(text_a, sizeof(text_a), "%s%d.%03de%d", rand() & 1 ? "-" : "",
                 rand() % 1000, rand() % 1000, rand() % 7 - 3);
        snprintf(text_b, sizeof(text_b), "%s%d.%03de%d", rand() & 1 ? "-" : "",
                 rand() % 1000, rand() % 1000, rand() % 7 - 3);
        a = strtod(text_a, NULL);
        b = strtod(text_b, NULL);

        if (a != b
            && (scim_str_cmp(key("decimal", text_a), key("decimal", text_b))
                < 0) != (a < b))
        {
            fail_msg("%s and %s", text_a, text_b);
        }
    }
}


static scim_rc_t
accept_all(void *data)
{
    bool                         same;
    scim_rc_t                    rc;
    scim_str_t                   text;
    scim_pool_t                 *p;
    scim_json_t                 *out;
    scim_error_t                 err;
    const scim_attr_t           *attr;
    const scim_resource_type_t  *type;

    attr = find("roles", &type);

    p = scim_pool_create(1);
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_value_accept(p, type, attr, data, &out, &err);

    if (rc == SCIM_OK) {
        rc = scim_value_key(p, &attr->subs[0], out->first->first, &text);
    }

    if (rc == SCIM_OK) {
        same = scim_value_equal(p, attr, out, out);
        rc = same ? SCIM_OK : SCIM_NOMEM;
    }

    scim_pool_destroy(p);

    return rc;
}


static void
no_memory(void **state)
{
    (void) state;

    unit_fail_allocations(accept_all, unit_json(pool,
        "[{'value':'{\\\"value\\\":\\\"Adm\\\",\\\"displayName\\\":\\\"A\\\"}'"
        ",'type':'t'},'b','c','d','e','f','g','h','i','j','b']"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(refused),
        cmocka_unit_test(refused_long),
        cmocka_unit_test(many),
        cmocka_unit_test(members),
        cmocka_unit_test(equal),
        cmocka_unit_test(keys),
        cmocka_unit_test(order),
        cmocka_unit_test(order_random),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
