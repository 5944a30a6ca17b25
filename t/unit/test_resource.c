/*
 * Resources: what a client sends to what is stored, and what is stored to what
 * is answered.
 */

#include "unit.h"

#include "scim/scim_resource.h"

#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define G    "urn:ietf:params:scim:schemas:core:2.0:Group"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define SU   "'schemas':['" U "']"
#define SUE  "'schemas':['" U "','" ENT "']"
#define N(array)  (sizeof(array) / sizeof((array)[0]))

static scim_pool_t  *pool;


static int
setup(void **state)
{
    (void) state;

    pool = scim_pool_create(0);
    return pool == NULL;
}


static int
teardown(void **state)
{
    (void) state;

    scim_pool_destroy(pool);
    return 0;
}


static void
accepted(void **state)
{
    static const struct {
        const char *input, *output;
    } rows[] = {
        /* order, spelling, and what is dropped */
        { "{'active':true,'Title':'T','USERNAME':'a',"
          "'schemas':['" U "'],'externalId':'e','id':'x',"
          "'meta':{'resourceType':'User','location':'l'},"
          "'password':'secret','groups':[{'value':'g'}],'unknown':1}",
          "{" SU ",'externalId':'e','userName':'a','title':'T',"
          "'active':true}" },
        { "{'userName':'a','title':null,'emails':[],'addresses':null,"
          "'name':{}}", "{" SU ",'userName':'a'}" },
        { "{'userName':'a','name':{'formatted':null,'FamilyName':'F'}}",
          "{" SU ",'userName':'a','name':{'familyName':'F'}}" },

        /* schemas: missing, null, empty, text, aliases, unknown ones */
        { "{'schemas':null,'userName':'a'}", "{" SU ",'userName':'a'}" },
        { "{'schemas':[],'userName':'a'}", "{" SU ",'userName':'a'}" },
        { "{'schemas':'" U "','userName':'a'}", "{" SU ",'userName':'a'}" },
        { "{'Schemas':['urn:scim:schemas:core:1.0','urn:x',7],"
          "'userName':'a'}", "{" SU ",'userName':'a'}" },
        { "{'schemas':['urn:ietf:params:scim:api:messages:2.0:User'],"
          "'userName':'a'}", "{" SU ",'userName':'a'}" },
        { "{'schemas':['" U "','" ENT "'],'userName':'a'}",
          "{" SU ",'userName':'a'}" },
        { "{'schemas':['urn:x','" ENT "'],'userName':'a'}",
          "{" SU ",'userName':'a'}" },

        /* extensions: in schemas or not, aliases, case, empty */
        { "{'userName':'a','" ENT "':{'Department':'D',"
          "'Manager':{'Value':'m','displayName':'M'},'x':1}}",
          "{" SUE ",'userName':'a','" ENT "':{'department':'D',"
          "'manager':{'value':'m'}}}" },
        { "{'userName':'a','urn:scim:schemas:extension:enterprise:2.0':"
          "{'department':'D'}}",
          "{" SUE ",'userName':'a','" ENT "':{'department':'D'}}" },
        { "{'userName':'a','URN:IETF:params:scim:schemas:extension:"
          "enterprise:2.0:user':{'department':'D'}}",
          "{" SUE ",'userName':'a','" ENT "':{'department':'D'}}" },
        { "{'userName':'a','" ENT "':{'department':null,'manager':null}}",
          "{" SU ",'userName':'a'}" },
        { "{'userName':'a','" ENT "':null}", "{" SU ",'userName':'a'}" },
        { "{'userName':'a','" ENT "':[]}", "{" SU ",'userName':'a'}" },
        { "{'userName':'a','" ENT "':{'manager.value':'m'}}",
          "{" SUE ",'userName':'a','" ENT "':{'manager':{'value':'m'}}}" },
        { "{'userName':'a','" ENT "':{'manager':{'displayName':'M'}}}",
          "{" SU ",'userName':'a'}" },

        /* flat keys */
        { "{'" U ":userName':'a','" ENT ":department':'D',"
          "'" ENT ":manager.value':'m','" ENT ":manager':''}",
          "{" SUE ",'userName':'a','" ENT "':{'department':'D',"
          "'manager':{'value':'m'}}}" },
        { "{'userName':'a','name.givenName':'G','name.familyName':'F'}",
          "{" SU ",'userName':'a','name':{'givenName':'G',"
          "'familyName':'F'}}" },
        { "{'userName':'a','name.givenName':'G','name':{'familyName':'F'}}",
          "{" SU ",'userName':'a','name':{'givenName':'G',"
          "'familyName':'F'}}" },
        { "{'userName':'a','emails.value':'a@b','emails.type':'work'}",
          "{" SU ",'userName':'a','emails':[{'value':'a@b',"
          "'type':'work'}]}" },
        { "{'userName':'a','" U "':{'title':'T'}}",
          "{" SU ",'userName':'a','title':'T'}" },
        { "{'userName':'a','department':'x','" ENT "':{'department':'D'},"
          "'manager':'m'}",
          "{" SUE ",'userName':'a','" ENT "':{'department':'D',"
          "'manager':{'value':'m'}}}" },
        { "{'userName':'a','name.x':1,'x.y':1,'" ENT ":x':1}",
          "{" SU ",'userName':'a'}" },

        /* Entra's create, as strings */
        { "{'schemas':['" U "','" ENT "'],'externalId':'oid','active':'True',"
          "'userName':'Ada@X','roles':[{'primary':'True','value':'r'}],"
          "'emails':{'Primary':true,'type':'work','value':'ada@x'}}",
          "{" SU ",'externalId':'oid','userName':'Ada@X','active':true,"
          "'emails':[{'value':'ada@x','type':'work','primary':true}],"
          "'roles':[{'value':'r','primary':true}]}" },
    };
    size_t        i;
    scim_rc_t     rc;
    const char   *text;
    scim_json_t  *doc;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        rc = scim_resource_accept(pool, unit_type("User"),
                                  SCIM_UNKNOWN_IGNORE,
                                  unit_json(pool, rows[i].input), &doc, NULL,
                                  &err);
        if (rc != SCIM_OK) {
            fail_msg("%s: %s", rows[i].input, err.detail);
        }

        text = unit_text(pool, doc);
        if (strcmp(text, rows[i].output) != 0) {
            fail_msg("%s:\n%s\n%s", rows[i].input, text, rows[i].output);
        }
    }
}


static void
refused(void **state)
{
    static const struct {
        const char        *type, *input;
        scim_error_type_e  kind;
        const char        *detail;
    } rows[] = {
        { "User", "[]", SCIM_INVALID_SYNTAX, "the body must be a JSON object" },
        { "User", "'x'", SCIM_INVALID_SYNTAX,
          "the body must be a JSON object" },
        { "User", "{'schemas':['" G "'],'userName':'a'}", SCIM_INVALID_SYNTAX,
          "\"schemas\" names none of the schemas of a User: it must have \""
          U "\"" },
        { "User", "{'schemas':'urn:x','userName':'a'}", SCIM_INVALID_SYNTAX,
          "\"schemas\" names none" },
        { "User", "{'schemas':3,'userName':'a'}", SCIM_INVALID_SYNTAX,
          "\"schemas\" names none" },
        { "User", "{'schemas':{},'userName':'a'}", SCIM_INVALID_SYNTAX,
          "\"schemas\" names none" },
        { "User", "{}", SCIM_INVALID_VALUE,
          "\"userName\" is required: map an attribute to it in the identity "
          "provider's attribute mappings" },
        { "User", "{'userName':null}", SCIM_INVALID_VALUE,
          "\"userName\" is required" },
        { "User", "{'userName':''}", SCIM_INVALID_VALUE,
          "\"userName\" is required" },
        { "User", "{'userName':'a','active':'x'}", SCIM_INVALID_VALUE,
          "\"active\" must be true or false" },
        { "User", "{'userName':'a','" ENT "':'x'}", SCIM_INVALID_VALUE,
          "\"" ENT "\" must be an object" },
        { "User", "{'userName':'a','" ENT "':{'department':[1]}}",
          SCIM_INVALID_VALUE, "\"" ENT ":department\" must be text" },
        { "User", "{'userName':'a','emails':[{'primary':true,'value':'a'},"
          "{'primary':true,'value':'b'}]}", SCIM_INVALID_VALUE,
          "\"emails\" has 2 primary values" },
        { "User", "{'userName':'a','UserName':'b'}", SCIM_INVALID_SYNTAX,
          "\"userName\" is given twice" },
        { "User", "{'name.givenName':'a','name':{'givenName':'b'}}",
          SCIM_INVALID_SYNTAX, "\"name\" is given twice" },
        { "User", "{'userName':'a','name.givenName':[]," 
          "'name.familyName':{}}", SCIM_INVALID_VALUE,
          "\"name.familyName\" must be text" },
        { "Group", "{'members':[]}", SCIM_INVALID_VALUE,
          "\"displayName\" is required" },
        { "Group", "{'displayName':'a','members':[{'display':'x'}]}",
          SCIM_INVALID_VALUE, "each of \"members\" needs a \"value\"" },
        { "Group", "{'displayName':'a','members':3.5,'Members':true}",
          SCIM_INVALID_VALUE, "each of \"members\" needs a \"value\"" },
    };
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *doc;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        rc = scim_resource_accept(pool, unit_type(rows[i].type),
                                  SCIM_UNKNOWN_IGNORE,
                                  unit_json(pool, rows[i].input), &doc,
                                  scim_members_create(pool), &err);

        if (rc != SCIM_REFUSED || err.type != rows[i].kind
            || strncmp(err.detail, rows[i].detail, strlen(rows[i].detail)))
        {
            fail_msg("%s: %d %s", rows[i].input, rc,
                     rc == SCIM_REFUSED ? err.detail : "");
        }

        assert_int_equal(err.status, 400);
    }
}


static void
groups(void **state)
{
    size_t           n;
    scim_str_t      *ids;
    scim_json_t     *doc;
    scim_error_t     err;
    scim_members_t  *members = scim_members_create(pool);

    (void) state;

    assert_int_equal(scim_resource_accept(pool, unit_type("Group"),
                                          SCIM_UNKNOWN_IGNORE,
        unit_json(pool, "{'displayName':'T','members':[{'value':'a',"
                  "'$ref':null,'operation':'add'},'b',{'VALUE':'a'}]}"),
        &doc, members, &err), SCIM_OK);

    assert_string_equal(unit_text(pool, doc),
                        "{'schemas':['" G "'],'displayName':'T'}");
    assert_int_equal(scim_members_added(members, &ids, &n), SCIM_OK);
    assert_int_equal(n, 2);
    assert_true(scim_str_eq(ids[0], scim_str("a")));
    assert_true(scim_str_eq(ids[1], scim_str("b")));

    assert_int_equal(scim_resource_accept(pool, unit_type("Group"),
                                          SCIM_UNKNOWN_IGNORE,
        unit_json(pool, "{'displayName':'T','members':null}"), &doc,
        scim_members_create(pool), &err), SCIM_OK);
}


static void
settled(void **state)
{
    static const struct {
        const char *input, *output;     /* or the beginning of the detail */
    } rows[] = {
        /* what a patch appends goes where it belongs */
        { "{" SU ",'id':'1','userName':'a','meta':{'resourceType':'User',"
          "'created':'c'},'externalId':'e','" ENT "':{'manager':"
          "{'$ref':'r','value':'m'},'department':'D'},'name':{'givenName':"
          "'G','formatted':'F'}}",
          "{" SUE ",'id':'1','externalId':'e','userName':'a','name':"
          "{'formatted':'F','givenName':'G'},'" ENT "':{'department':'D',"
          "'manager':{'value':'m','$ref':'r'}},'meta':{'resourceType':'User',"
          "'created':'c'}}" },
        { "{" SUE ",'id':'1','userName':'a','emails':[{},{'value':'x'},"
          "{'value':'x'}],'name':{},'phoneNumbers':[],'" ENT "':{},"
          "'meta':{}}",
          "{" SU ",'id':'1','userName':'a','emails':[{'value':'x'}],"
          "'meta':{}}" },
        { "{" SU ",'id':'1'}", "\"userName\" is required" },
        { "{" SU ",'userName':'a','roles':[{'primary':true,'value':'a'},"
          "{'primary':true,'value':'b'}]}", "\"roles\" has 2 primary values" },
    };
    size_t        i;
    scim_rc_t     rc;
    const char   *text;
    scim_json_t  *doc;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        doc = unit_json(pool, rows[i].input);
        rc = scim_resource_settle(pool, unit_type("User"), doc, &err);
        text = rc == SCIM_OK ? unit_text(pool, doc) : err.detail;

        if ((rc == SCIM_OK) != (rows[i].output[0] == '{')
            || strncmp(text, rows[i].output, strlen(rows[i].output)) != 0)
        {
            fail_msg("%s:\n%s\n%s", rows[i].input, text, rows[i].output);
        }

        if (rc == SCIM_OK) {
            assert_int_equal(scim_resource_settle(pool, unit_type("User"),
                                                  doc, &err), SCIM_OK);
            assert_string_equal(unit_text(pool, doc), rows[i].output);
        }
    }
}


/* No built-in attribute outside members is immutable: a type made for it. */
static void
immutable(void **state)
{
    static const struct {
        const char *old, *doc, *output;
    } rows[] = {
        { "{'a':'x','b':'1'}", "{'b':'2'}", "{'b':'2','a':'x'}" },
        { "{'a':'x'}", "{'a':'X'}", "{'a':'X'}" },
        { "{'b':'1'}", "{'a':'y'}", "{'a':'y'}" },
        { "{'a':'x'}", "{'a':'y'}",
          "\"a\" cannot be changed once it is set" },
        { "{'c':{'d':'x','e':'1'}}", "{'c':{'e':'2'}}",
          "{'c':{'d':'x','e':'2'}}" },
        { "{'c':{'d':'x','e':'1'}}", "{}", "{'c':{'d':'x'}}" },
        { "{'c':{'d':'x'}}", "{'c':{'d':'y'}}",
          "\"c.d\" cannot be changed once it is set" },
        { "{'c':{'e':'x'}}", "{}", "{}" },
    };
    static scim_attr_t  subs[] = {
        { .name = SCIM_STR("d"), .mutability = SCIM_IMMUTABLE },
        { .name = SCIM_STR("e") },
    };
    static scim_attr_t  attrs[] = {
        { .name = SCIM_STR("b") },
        { .name = SCIM_STR("a"), .mutability = SCIM_IMMUTABLE },
        { .name = SCIM_STR("c"), .type = SCIM_COMPLEX, .subs = subs,
          .nsubs = 2 },
    };
    static scim_schema_t  schema = { .id = SCIM_STR("urn:i"),
                                     .attrs = attrs, .nattrs = 3 };
    size_t                i;
    scim_rc_t             rc;
    const char           *text;
    scim_json_t          *doc;
    scim_error_t          err;
    scim_resource_type_t  type = *unit_type("Group");

    (void) state;

    type.schema = &schema;
    type.members = NULL;

    for (i = 0; i < 3; i++) {
        attrs[i].schema = &schema;
    }

    subs[0].parent = subs[1].parent = &attrs[2];
    subs[0].schema = subs[1].schema = &schema;

    for (i = 0; i < N(rows); i++) {
        doc = unit_json(pool, rows[i].doc);
        rc = scim_resource_check_immutable(pool, &type,
                                           unit_json(pool, rows[i].old), doc,
                                           &err);

        if (rc == SCIM_OK) {
            scim_json_t  *schemas = scim_json_get(doc, scim_str("schemas"));

            if (schemas != NULL) {
                scim_json_remove(doc, schemas);
            }
            text = unit_text(pool, doc);

        } else {
            text = err.detail;
            assert_int_equal(err.status, 400);
            assert_int_equal(err.type, SCIM_MUTABILITY);
        }

        assert_string_equal(text, rows[i].output);
    }
}


static void
stamped(void **state)
{
    scim_json_t  *doc;

    (void) state;

    doc = unit_json(pool, "{" SU ",'userName':'a'}");
    assert_int_equal(scim_resource_stamp(pool, unit_type("User"), doc,
                                         scim_str("1"), scim_str("t")),
                     SCIM_OK);
    assert_string_equal(unit_text(pool, doc), "{" SU ",'id':'1','userName':"
                        "'a','meta':{'resourceType':'User','created':'t'}}");

    assert_int_equal(scim_resource_stamp(pool, unit_type("User"), doc,
                                         scim_str("2"), scim_str_absent),
                     SCIM_OK);
    assert_string_equal(unit_text(pool, doc), "{" SU ",'id':'2','userName':"
                        "'a','meta':{'resourceType':'User','created':'t'}}");
    assert_int_equal(doc->count, 4);
    assert_true(scim_str_eq(doc->last->name, scim_str("meta")));
}


static void
display(void **state)
{
    static const struct {
        const char *doc, *display;
    } rows[] = {
        { "{'displayName':'D','name':{'formatted':'F'},'userName':'u'}", "D" },
        { "{'displayName':'','name':{'formatted':'F'},'userName':'u'}", "F" },
        { "{'name':{'givenName':'F'},'userName':'u'}", "u" },
        { "{}", NULL },
    };
    size_t      i;
    scim_str_t  text;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        text = scim_resource_display(unit_json(pool, rows[i].doc));
        assert_int_equal(text.data == NULL, rows[i].display == NULL);
        assert_true(scim_str_eq(text, scim_str_from(rows[i].display)));
    }
}


static const scim_relation_t  relations[] = {
    { SCIM_STR("u1"), SCIM_STR("User"), SCIM_STR("A \"q\""), false },
    { SCIM_STR("g1"), SCIM_STR("Group"), { NULL, 0 }, true },
};


/* Bytes and tree are the same. */
static void
written(void **state)
{
    static const struct {
        const char *type, *doc, *base, *output;
        size_t      nrelations;
    } rows[] = {
        { "User", "{'id':'7','meta':{'created':'c'}}", "https://h/s",
          "{'id':'7','meta':{'created':'c','lastModified':'m','version':"
          "'W/\\'3\\'','location':'https://h/s/Users/7'}}", 0 },
        { "User", "{'id':'7','meta':{'created':'c'}}", "https://h/s",
          "{'id':'7','meta':{'created':'c','lastModified':'m','version':"
          "'W/\\'3\\'','location':'https://h/s/Users/7'},'groups':["
          "{'value':'u1','$ref':'https://h/s/Users/u1','type':'direct',"
          "'display':'A \\'q\\''},{'value':'g1','$ref':"
          "'https://h/s/Groups/g1','type':'indirect'}]}", 2 },
        { "Group", "{'id':'7','meta':{'created':'c'}}", "http://a\\\\b",
          "{'id':'7','meta':{'created':'c','lastModified':'m','version':"
          "'W/\\'3\\'','location':'http://a\\\\\\\\b/Groups/7'},'members':["
          "{'value':'u1','$ref':'http://a\\\\\\\\b/Users/u1','type':'User',"
          "'display':'A \\'q\\''},{'value':'g1','$ref':"
          "'http://a\\\\\\\\b/Groups/g1','type':'Group'}]}", 2 },
    };
    size_t                       i;
    scim_buf_t                   buf;
    scim_row_t                   row;
    scim_str_t                   text;
    scim_json_t                 *tree;
    scim_error_t                 err;
    const scim_resource_type_t  *type;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        type = unit_type(rows[i].type);

        scim_buf_init(&buf, pool, 0);
        scim_json_write(&buf, unit_json(pool, rows[i].doc));
        assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

        row = (scim_row_t) { text, SCIM_STR("7"), SCIM_STR("m"), 3, relations,
                             rows[i].nrelations };

        scim_buf_init(&buf, pool, 0);
        scim_resource_write(&buf, type, scim_str_from(rows[i].base), &row);
        assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);
        assert_string_equal(unit_quotes(pool, text), rows[i].output);

        assert_int_equal(scim_resource_tree(pool, type,
                             scim_str_from(rows[i].base), &row, &tree, &err),
                         SCIM_OK);
        assert_string_equal(unit_text(pool, tree), rows[i].output);
    }
}


static void
damaged(void **state)
{
    static const char *const  docs[] = { "", "}", "{", "{}", "[]",
                                         "{\"meta\":1}" };
    size_t        i;
    scim_buf_t    buf;
    scim_row_t    row;
    scim_str_t    text;
    scim_json_t  *tree;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(docs); i++) {
        row = (scim_row_t) { .doc = scim_str_from(docs[i]),
                             .id = SCIM_STR("7") };

        assert_int_equal(scim_resource_tree(pool, unit_type("User"),
                             scim_str("b"), &row, &tree, &err), SCIM_REFUSED);
        assert_int_equal(err.status, 500);

        scim_buf_init(&buf, pool, 0);
        scim_resource_write(&buf, unit_type("User"), scim_str("b"), &row);
        assert_int_equal(scim_buf_done(&buf, &text),
                         row.doc.len < 2 ? SCIM_NOMEM : SCIM_OK);
    }
}


static void
etags(void **state)
{
    static const struct {
        const char *header;
        bool        match;
    } rows[] = {
        { "W/\"3\"", true }, { "\"3\"", true }, { "*", true }, { " * ", true },
        { "W/\"2\", W/\"3\"", true }, { "\"2\",\"3\"", true },
        { "W/\"33\"", false }, { "\"03\"", false }, { "3", false },
        { "W/3", false }, { "", false }, { "\"3", false }, { "\"", false },
        { "\"2\",\"4\"", false }, { "\"\"", false }, { "\"*\"", false },
        { "\"2*\"", false },
    };
    char    etag[SCIM_ETAG_LEN + 1];
    size_t  i;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        if (scim_etag_match(scim_str_from(rows[i].header), 3)
            != rows[i].match)
        {
            fail_msg("%s", rows[i].header);
        }
    }

    assert_false(scim_etag_match(scim_str_absent, 3));

    scim_etag_format(7, etag);
    assert_string_equal(etag, "W/\"7\"");
    scim_etag_format(UINT64_MAX, etag);
    assert_string_equal(etag, "W/\"18446744073709551615\"");
    assert_true(scim_etag_match(scim_str_from(etag), UINT64_MAX));
}


static scim_rc_t
whole(void *data)
{
    scim_rc_t                    rc;
    scim_buf_t                   buf;
    scim_row_t                   row;
    scim_str_t                   text;
    scim_pool_t                 *p;
    scim_json_t                 *doc, *tree;
    scim_error_t                 err;
    const scim_resource_type_t  *type = unit_type("User");

    p = scim_pool_create(1);
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_resource_accept(p, type, SCIM_UNKNOWN_KEEP, data, &doc, NULL,
                              &err);

    if (rc == SCIM_OK) {
        rc = scim_resource_settle(p, type, doc, &err);
    }

    if (rc == SCIM_OK) {
        rc = scim_resource_stamp(p, type, doc, scim_str("1"), scim_str("t"));
    }

    if (rc == SCIM_OK) {
        rc = scim_resource_check_immutable(p, type, doc, doc, &err);
    }

    if (rc == SCIM_OK) {
        scim_buf_init(&buf, p, 1);
        scim_json_write(&buf, doc);
        rc = scim_buf_done(&buf, &text);
    }

    if (rc == SCIM_OK) {
        row = (scim_row_t) { text, SCIM_STR("1"), SCIM_STR("m"), 1, relations,
                             2 };
        rc = scim_resource_tree(p, type, scim_str("b"), &row, &tree, &err);
    }

    if (rc == SCIM_OK) {
        scim_buf_init(&buf, p, 1);
        scim_resource_write(&buf, type, scim_str("b"), &row);
        rc = scim_buf_done(&buf, &text);
    }

    scim_pool_destroy(p);

    return rc;
}


static void
no_memory(void **state)
{
    (void) state;

    unit_fail_allocations(whole, unit_json(pool,
        "{'userName':'a','name.givenName':'G','name':{'familyName':'F'},"
        "'emails':[{'value':'x','primary':'True'}],"
        "'" ENT "':{'manager':'m'}}"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(refused),
        cmocka_unit_test(groups),
        cmocka_unit_test(settled),
        cmocka_unit_test(immutable),
        cmocka_unit_test(stamped),
        cmocka_unit_test(display),
        cmocka_unit_test(written),
        cmocka_unit_test(damaged),
        cmocka_unit_test(etags),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
