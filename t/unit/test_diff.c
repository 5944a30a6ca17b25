/*
 * Differences of documents: what is written, what is taken back, and that the
 * one undoes the other.
 */

#include "unit.h"

#include "scim/scim_diff.h"
#include "scim/scim_resource.h"
#include "scim/scim_schema_load.h"

#define N(array)  (sizeof(array) / sizeof((array)[0]))
#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define G    "urn:ietf:params:scim:schemas:core:2.0:Group"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define S    "'schemas':['urn:ietf:params:scim:schemas:core:2.0:Schema']"
#define T    "'schemas':['urn:ietf:params:scim:schemas:core:2.0:ResourceType']"
#define SAFE  "urn:x:safe:2.0:Safe"

static scim_pool_t     *pool;
static scim_schemas_t  *schemas;

/* A type with secrets, with attributes that are relations elsewhere, and with
 * extensions one of whose URNs begins with the other's. */
static const char  safe[] =
    "[{" T ",'name':'Safe','endpoint':'/Safes','schema':'" SAFE "',"
    "'schemaExtensions':[{'schema':'" SAFE ":more'},"
    "{'schema':'" SAFE ":more:still'}]},"
    "{" S ",'id':'" SAFE "','name':'Safe','attributes':["
    "{'name':'label'},{'name':'pin','returned':'never'},"
    "{'name':'groups','multiValued':true},"
    "{'name':'lock','type':'complex','subAttributes':["
    "{'name':'code','returned':'never'},{'name':'hint'},"
    "{'name':'years','type':'integer','multiValued':true}]},"
    "{'name':'keys','type':'complex','multiValued':true,'subAttributes':["
    "{'name':'value'},{'name':'code','returned':'never'}]}]},"
    "{" S ",'id':'" SAFE ":more','name':'More','attributes':["
    "{'name':'label'},{'name':'owner','type':'complex','subAttributes':["
    "{'name':'value'},{'name':'since','type':'dateTime'}]}]},"
    "{" S ",'id':'" SAFE ":more:still','name':'Still','attributes':["
    "{'name':'label'}]}]";


static int
setup(void **state)
{
    char         *text;
    scim_error_t  err;

    (void) state;

    pool = scim_pool_create(0);
    if (pool == NULL || scim_schemas_new(pool, &schemas) != SCIM_OK) {
        return 1;
    }

    text = scim_palloc(pool, sizeof(safe));
    if (text == NULL) {
        return 1;
    }

    for (size_t i = 0; i < sizeof(safe); i++) {
        text[i] = safe[i] == '\'' ? '"' : safe[i];
    }

    return scim_schemas_add_built_in(schemas, &err) != SCIM_OK
           || scim_schemas_add(schemas, "safe.json", scim_str_from(text),
                               &err) != SCIM_OK
           || scim_schemas_link(schemas, &err) != SCIM_OK;
}


static int
teardown(void **state)
{
    (void) state;

    scim_pool_destroy(pool);
    return 0;
}


static const scim_resource_type_t *
type_of(const char *name)
{
    const scim_resource_type_t  *type;

    type = scim_schemas_type(schemas, scim_str_from(name));
    assert_non_null(type);

    return type;
}


/* The changes, as an array. */
static scim_rc_t
diff(scim_pool_t *p, const scim_resource_type_t *type, const scim_json_t *old,
    const scim_json_t *doc, scim_str_t *out)
{
    scim_buf_t  buf;

    scim_buf_init(&buf, p, 0);
    scim_buf_char(&buf, '[');
    scim_diff_write(&buf, type, old, doc);
    scim_buf_char(&buf, ']');

    return scim_buf_done(&buf, out);
}


static scim_json_t *
json_or_null(const char *text)
{
    return text == NULL ? NULL : unit_json(pool, text);
}


static void
written(void **state)
{
    static const struct {
        const char *type, *old, *doc, *changes;
    } rows[] = {
        /* nothing, and what follows from the rest */
        { "User", "{'userName':'a'}", "{'userName':'a'}", "" },
        { "User", NULL, NULL, "" },
        { "User", "{'schemas':['" U "'],'id':'1','userName':'a',"
          "'meta':{'created':'x'}}", "{'schemas':['" U "','" ENT "'],"
          "'id':'2','userName':'a'}", "" },
        { "User", "{'emails':[{'value':'a','type':'b'}]}",
          "{'emails':[{'type':'b','value':'a'}]}", "" },

        /* simple ones: changed, new, gone, of each type */
        { "User", "{'userName':'A'}", "{'userName':'B'}",
          "{'path':'userName','old':'A','new':'B'}" },
        { "User", "{}", "{'active':false}", "{'path':'active','new':false}" },
        { "User", "{'active':true,'userName':'a'}", "{'userName':'a'}",
          "{'path':'active','old':true}" },
        { "User", "{'externalId':'1'}", "{'externalId':'2','title':'T'}",
          "{'path':'externalId','old':'1','new':'2'},"
          "{'path':'title','new':'T'}" },
        { "User", "{'title':'a','userName':'x','active':true}",
          "{'active':true,'title':'b','userName':'x'}",
          "{'path':'title','old':'a','new':'b'}" },

        /* parts, and values as a whole */
        { "User", "{'name':{'givenName':'A','familyName':'F'}}",
          "{'name':{'givenName':'B','formatted':'x'}}",
          "{'path':'name.givenName','old':'A','new':'B'},"
          "{'path':'name.familyName','old':'F'},"
          "{'path':'name.formatted','new':'x'}" },
        { "User", "{}", "{'name':{'givenName':'A','familyName':'F'}}",
          "{'path':'name.givenName','new':'A'},"
          "{'path':'name.familyName','new':'F'}" },
        { "User", "{'emails':[{'value':'a'}]}",
          "{'emails':[{'value':'a'},{'value':'b'}]}",
          "{'path':'emails','old':[{'value':'a'}],"
          "'new':[{'value':'a'},{'value':'b'}]}" },
        { "Safe", "{'lock':{'years':[1,2]}}", "{'lock':{'years':[2]}}",
          "{'path':'lock.years','old':[1,2],'new':[2]}" },

        /* extensions, come and gone as a whole too */
        { "User", "{'" ENT "':{'department':'D','manager':{'value':'1'}}}",
          "{'" ENT "':{'manager':{'value':'2'}}}",
          "{'path':'" ENT ":department','old':'D'},"
          "{'path':'" ENT ":manager.value','old':'1','new':'2'}" },
        { "User", NULL, "{'userName':'a','" ENT "':{'department':'D'}}",
          "{'path':'userName','new':'a'},"
          "{'path':'" ENT ":department','new':'D'}" },
        { "User", "{'userName':'a','" ENT "':{'department':'D'}}", NULL,
          "{'path':'userName','old':'a'},"
          "{'path':'" ENT ":department','old':'D'}" },

        /* what nothing tells once it is gone */
        { "User", "{'id':'1','userName':'a','meta':{'resourceType':'User',"
          "'created':'2020-01-01T00:00:00.000Z'}}", NULL,
          "{'path':'userName','old':'a'},{'path':'meta.created',"
          "'old':'2020-01-01T00:00:00.000Z'}" },
        { "User", NULL, "{'userName':'a','meta':{'created':'x'}}",
          "{'path':'userName','new':'a'}" },

        /* what was kept, under names that might be something else */
        { "User", "{'shoeSize':{'eu':38}}", "{'shoeSize':{'eu':39}}",
          "{'path':'shoeSize','old':{'eu':38},'new':{'eu':39}}" },
        { "User", "{'urn:x:y':{'a':1},'" ENT "':{'badge':1,'userName':2}}",
          "{}", "{'path':'urn:x:y','old':{'a':1}},"
          "{'path':'" ENT ":badge','old':1},"
          "{'path':'" ENT ":userName','old':2}" },
        { "User", "{'':1,'x.y':2,'name.nick':3,'emails.x':4,'groups.x':5}",
          "{}", "{'path':'','old':1},{'path':'x.y','old':2},"
          "{'path':'" U "::name.nick','old':3},"
          "{'path':'" U "::emails.x','old':4},"
          "{'path':'" U "::groups.x','old':5}" },
        { "User", "{'" ENT ":badge':1,'" ENT ":':2,'" U ":x':3,':y':4}", "{}",
          "{'path':'" U "::" ENT ":badge','old':1},"
          "{'path':'" U "::" ENT ":','old':2},"
          "{'path':'" U "::" U ":x','old':3},{'path':':y','old':4}" },
        { "User", "{'" ENT "':{':x':1,'':2}}", "{}",
          "{'path':'" ENT ":::x','old':1},{'path':'" ENT ":','old':2}" },
        { "Group", "{'groups':[1]}", "{}",
          "{'path':'" G "::groups','old':[1]}" },
        { "Safe", "{'groups':['a'],'members':[1]}", "{}",
          "{'path':'groups','old':['a']},"
          "{'path':'" SAFE "::members','old':[1]}" },
        { "Safe", "{'" SAFE ":more':{'label':'a','still:label':1},"
          "'" SAFE ":more:still':{'label':'c'}}", "{}",
          "{'path':'" SAFE ":more:label','old':'a'},"
          "{'path':'" SAFE ":more::still:label','old':1},"
          "{'path':'" SAFE ":more:still:label','old':'c'}" },

        /* another schema than the document was made under */
        { "User", "{'name':'x','" ENT "':3}", "{'name':{'formatted':'y'}}",
          "{'path':'name','old':'x','new':{'formatted':'y'}},"
          "{'path':'" ENT "','old':3}" },

        /* secrets */
        { "Safe", "{'pin':'s3cret','label':'a'}", "{'pin':'0ther'}",
          "{'path':'pin'},{'path':'label','old':'a'}" },
        { "Safe", NULL, "{'pin':'s3cret'}", "{'path':'pin'}" },
        { "Safe", "{'lock':{'code':'s3cret','hint':'a'}}",
          "{'lock':{'code':'0ther','hint':'b'}}",
          "{'path':'lock.code'},{'path':'lock.hint','old':'a','new':'b'}" },
        { "Safe", "{'keys':[{'value':'a','code':'s3cret'}]}",
          "{'keys':[{'value':'a','code':'0ther'}]}", "{'path':'keys'}" },
        { "Safe", "{'keys':[{'value':'a','code':'s3cret'}]}",
          "{'keys':[{'value':'b','code':'s3cret'}]}",
          "{'path':'keys','old':[{'value':'a'}],'new':[{'value':'b'}]}" },
        { "Safe", "{'lock':'x','keys':'y'}", "{'lock':{'code':'s3cret'}}",
          "{'path':'lock','old':'x','new':{}},{'path':'keys','old':'y'}" },
    };
    size_t       i;
    scim_str_t   text;
    const char  *changes;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        assert_int_equal(diff(pool, type_of(rows[i].type),
                              json_or_null(rows[i].old),
                              json_or_null(rows[i].doc), &text), SCIM_OK);

        text.len--;
        changes = unit_quotes(pool, scim_str_skip(text, 1));
        if (strcmp(changes, rows[i].changes) != 0) {
            fail_msg("row %zu:\n%s\n%s", i, changes, rows[i].changes);
        }
    }
}


static void
taken_back(void **state)
{
    static const struct {
        const char *type, *changes, *doc, *old;
    } rows[] = {
        { "User", "[]", "{'a':1}", "{'a':1}" },
        { "User", "[{'path':'userName','old':'a','new':'b'}]",
          "{'userName':'b'}", "{'userName':'a'}" },
        { "User", "[{'path':'userName','old':'a'},{'path':'name.givenName',"
          "'old':'g'},{'path':'" ENT ":manager.value','old':'m'}]", "{}",
          "{'userName':'a','name':{'givenName':'g'},"
          "'" ENT "':{'manager':{'value':'m'}}}" },

        /* what becomes empty goes */
        { "User", "[{'path':'name.givenName','new':'g'},"
          "{'path':'" ENT ":manager.value','new':'m'}]",
          "{'name':{'givenName':'g'},'" ENT "':{'manager':{'value':'m'}}}",
          "{}" },
        { "User", "[{'path':'name.givenName','new':'g'},"
          "{'path':'" ENT ":department','new':'m'}]",
          "{'name':{'givenName':'g','familyName':'f'},"
          "'" ENT "':{'department':'m','badge':1}}",
          "{'name':{'familyName':'f'},'" ENT "':{'badge':1}}" },

        { "User", "[{'path':'meta.created','old':'x'}]", "{}",
          "{'meta':{'created':'x'}}" },

        /* nothing to be taken away */
        { "User", "[{'path':'name.givenName','new':'g'},{'path':'title',"
          "'new':'t'},{'path':'" ENT ":department','new':'m'}]", "{}", "{}" },

        /* passed over: relations, secrets, parts of what has none, meta */
        { "Group", "[{'path':'members','old':['a'],'new':[]},"
          "{'path':'groups','old':['g']}]", "{'displayName':'x'}",
          "{'displayName':'x'}" },
        { "User", "[{'path':'groups','old':['g']},{'path':'members',"
          "'old':1}]", "{}", "{}" },
        { "Safe", "[{'path':'pin'},{'path':'keys'},{'path':'lock.code'}]",
          "{'pin':'a','keys':[{'code':'b'}],'lock':{'code':'c'}}",
          "{'pin':'a','keys':[{'code':'b'}],'lock':{'code':'c'}}" },
        { "User", "[{'path':'emails.value','old':'a'},{'path':'name.nick',"
          "'old':'n'},{'path':'userName.x','old':'y'},{'path':'id',"
          "'old':'i'},{'path':'meta','old':{}},{'path':'schemas','old':[]},"
          "{'path':'meta.version','old':'3'},"
          "{'path':'" U "::id','old':'i'}]", "{}", "{}" },

        /* in the way of what was there */
        { "User", "[{'path':'name.givenName','old':'g'},"
          "{'path':'" ENT ":badge','old':1}]", "{'name':'x','" ENT "':2}",
          "{'name':{'givenName':'g'},'" ENT "':{'badge':1}}" },
        { "User", "[{'path':'title','old':'g','new':'h'}]", "{'Title':'h'}",
          "{'Title':'g'}" },

        /* names that are something else */
        { "User", "[{'path':'" U "::name.nick','old':1},"
          "{'path':'" U "::" ENT ":x','old':2},{'path':':y','old':3}]", "{}",
          "{'name.nick':1,'" ENT ":x':2,':y':3}" },
        { "Safe", "[{'path':'groups','old':['a']},"
          "{'path':'" SAFE "::members','old':1},"
          "{'path':'" SAFE ":more:still:label','old':'x'}]", "{}",
          "{'groups':['a'],'members':1,'" SAFE ":more:still':"
          "{'label':'x'}}" },
    };
    size_t        i;
    scim_rc_t     rc;
    const char   *text;
    scim_json_t  *doc;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        doc = unit_json(pool, rows[i].doc);
        rc = scim_diff_undo(pool, type_of(rows[i].type),
                            unit_json(pool, rows[i].changes), doc, &err);
        assert_int_equal(rc, SCIM_OK);

        text = unit_text(pool, doc);
        if (strcmp(text, rows[i].old) != 0) {
            fail_msg("row %zu:\n%s\n%s", i, text, rows[i].old);
        }
    }
}


static void
damaged(void **state)
{
    static const char *const  rows[] = {
        "{}", "'x'", "[1]", "[{'old':1}]", "[{'path':3,'old':1}]", "[null]"
    };
    size_t        i;
    scim_error_t  err;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        assert_int_equal(scim_diff_undo(pool, type_of("User"),
                                        unit_json(pool, rows[i]),
                                        unit_json(pool, "{}"), &err),
                         SCIM_REFUSED);
        assert_int_equal(err.status, 500);
        assert_non_null(strstr(err.detail, "history is damaged"));
    }

    assert_int_equal(scim_diff_undo(pool, type_of("User"), NULL,
                                    unit_json(pool, "{}"), &err),
                     SCIM_REFUSED);
}


/* --- documents by chance -------------------------------------------------- */

static uint32_t  chance_state;

/* 0 to n - 1 */
static size_t
chance(size_t n)
{
    chance_state = chance_state * 1664525u + 1013904223u;

    return (chance_state >> 8) % n;
}


static scim_json_t *
random_simple(scim_pool_t *p, const scim_attr_t *attr)
{
    static const char *const  texts[] = {
        "a", "b", "A", "", "{", "é\n\"\\", "\xf0\x9f\x98\x80", "null"
    };
    static const char *const  numbers[] = { "0", "1", "-7", "12", "1.0" };

    switch (attr->type) {
    case SCIM_BOOLEAN:
        return scim_json_bool(p, chance(2) == 0);
    case SCIM_INTEGER:
    case SCIM_DECIMAL:
        return scim_json_number(p, scim_str_from(
                   numbers[chance(attr->type == SCIM_INTEGER ? 4 : 5)]));
    case SCIM_DATETIME:
        return scim_json_string(p, chance(2) == 0
                                   ? scim_str("2020-01-01T00:00:00Z")
                                   : scim_str("2021-01-01T00:00:00+01:00"));
    case SCIM_BINARY:
        return scim_json_string(p, chance(2) == 0 ? scim_str("AAAA")
                                                  : scim_str("BBBB"));
    case SCIM_REFERENCE:
        return scim_json_string(p, chance(2) == 0 ? scim_str("urn:a:b")
                                                  : scim_str("https://x/"));
    default:
        return scim_json_string(p, scim_str_from(texts[chance(N(texts))]));
    }
}


static scim_json_t *
random_value(scim_pool_t *p, const scim_attr_t *attr, bool one)
{
    size_t        i, n;
    scim_json_t  *value;

    if (attr->multi_valued && !one) {
        value = scim_json_array(p);
        n = chance(3);

        for (i = 0; i < n; i++) {
            (void) scim_json_append(value, random_value(p, attr, true));
        }

        return value;
    }

    if (attr->type != SCIM_COMPLEX) {
        return random_simple(p, attr);
    }

    value = scim_json_object(p);

    for (i = 0; i < attr->nsubs; i++) {
        if (chance(3) == 0 && !scim_str_eq(attr->subs[i].name,
                                           scim_str("primary")))
        {
            (void) scim_json_add(value, attr->subs[i].name,
                                 random_value(p, &attr->subs[i], false));
        }
    }

    return value;
}


/* Names that no schema has, but that look as if. */
static void
random_unknown(scim_pool_t *p, scim_json_t *object)
{
    static const char *const  names[] = {
        "shoeSize", "ShoeSize", "", "x.y", "name.nick", "lock.nick", ":y",
        "groups", "members", "groups.x", "a:b", "still:label", "urn:x:y",
        ENT ":badge", ENT ":", U ":x", SAFE ":x", SAFE ":more:x", ":" SAFE,
        SAFE ":more:still:x", "label.x", "userName.x", "::", "department"
    };
    static const char *const  values[] = {
        "1", "'x'", "{'a':[1,null]}", "['y']", "false"
    };

    (void) scim_json_set(object, scim_str_from(names[chance(N(names))]),
                         unit_json(p, values[chance(N(values))]));
}


static void
random_schema(scim_pool_t *p, const scim_schema_t *schema,
    scim_json_t *object)
{
    size_t              i, n;
    const scim_attr_t  *attr;

    for (i = 0; i < schema->nattrs; i++) {
        attr = &schema->attrs[i];

        if ((chance(4) == 0 || attr->required)
            && attr->returned != SCIM_RETURNED_NEVER
            && !scim_str_eq(attr->name, scim_str("members")))
        {
            (void) scim_json_set(object, attr->name,
                                 attr->required
                                 ? scim_json_string(p, chance(2) == 0
                                                       ? scim_str("x")
                                                       : scim_str("y"))
                                 : random_value(p, attr, false));
        }
    }

    n = chance(3);

    for (i = 0; i < n; i++) {
        random_unknown(p, object);
    }
}


/* A canonical document without secrets; NULL if chance has made none. */
static scim_json_t *
random_document(scim_pool_t *p, const scim_resource_type_t *type)
{
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *input, *doc, *inner;
    scim_error_t  err;

    input = scim_json_object(p);
    random_schema(p, type->schema, input);

    for (i = 0; i < type->nextensions; i++) {
        if (chance(2) == 0) {
            inner = scim_json_object(p);
            random_schema(p, type->extensions[i], inner);
            (void) scim_json_set(input, type->extensions[i]->id, inner);
        }
    }

    rc = scim_resource_accept(p, type, SCIM_UNKNOWN_KEEP, input, &doc, NULL,
                              &err);
    if (rc == SCIM_OK) {
        rc = scim_resource_settle(p, type, doc, &err);
    }

    return rc == SCIM_OK ? doc : NULL;
}


static void
strip_secrets(const scim_resource_type_t *type, scim_json_t *doc)
{
    scim_json_t  *value, *secret;

    if (!scim_str_eq(type->name, scim_str("Safe"))) {
        return;
    }

    value = scim_json_get(doc, scim_str("lock"));
    secret = scim_json_get(value, scim_str("code"));

    if (secret != NULL) {
        scim_json_remove(value, secret);
    }

    value = scim_json_get(doc, scim_str("keys"));
    value = value == NULL ? NULL : value->first;

    for ( /* void */ ; value != NULL; value = value->next) {
        secret = scim_json_get(value, scim_str("code"));
        if (secret != NULL) {
            scim_json_remove(value, secret);
        }
    }
}


/* The document before, from the one after; stamped if settled. */
static scim_rc_t
undo(scim_pool_t *p, const scim_resource_type_t *type, scim_str_t text,
    scim_json_t *doc, scim_error_t *err)
{
    scim_rc_t     rc;
    scim_json_t  *changes;

    rc = scim_json_parse(p, text, NULL, &changes, err);

    if (rc == SCIM_OK) {
        rc = scim_diff_undo(p, type, changes, doc, err);
    }

    return rc == SCIM_OK ? scim_resource_settle(p, type, doc, err) : rc;
}


static void
check_undone(scim_pool_t *p, const scim_resource_type_t *type,
    const scim_json_t *a, const scim_json_t *b)
{
    scim_str_t    text;
    scim_json_t  *doc;
    scim_error_t  err;

    assert_int_equal(diff(p, type, a, b, &text), SCIM_OK);
    assert_true(b == NULL || (text.len == 2) == scim_json_equal(a, b));

    doc = b == NULL ? scim_json_object(p) : scim_json_copy(p, b);

    if (undo(p, type, text, doc, &err) != SCIM_OK
        || !scim_json_equal(doc, a))
    {
        fail_msg("%s\n%s\n%s\n%s", unit_quotes(p, text), unit_text(p, doc),
                 unit_text(p, a), b == NULL ? "" : unit_text(p, b));
    }
}


static void
undone(void **state)
{
    static const char *const     types[] = { "User", "Group", "Safe" };
    size_t                       i, n;
    scim_json_t                 *a, *b;
    scim_pool_t                 *p;
    const scim_resource_type_t  *type;

    (void) state;

    chance_state = 1;
    n = 0;

    for (i = 0; i < 6000; i++) {
        p = scim_pool_create(0);
        type = type_of(types[i % N(types)]);
        a = random_document(p, type);
        b = random_document(p, type);

        if (a != NULL && b != NULL) {
            strip_secrets(type, a);
            strip_secrets(type, b);
            assert_int_equal(scim_resource_settle(p, type, a, NULL), SCIM_OK);
            assert_int_equal(scim_resource_settle(p, type, b, NULL), SCIM_OK);

            check_undone(p, type, a, b);
            check_undone(p, type, a, a);
            check_undone(p, type, a, NULL);
            n++;
        }

        scim_pool_destroy(p);
    }

    assert_true(n > 3000);
}


static scim_rc_t
there_and_back(void *data)
{
    scim_rc_t     rc;
    scim_str_t    text;
    scim_json_t **docs = data, *doc, *changes;
    scim_pool_t  *p;
    scim_error_t  err;

    p = scim_pool_create(0);
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    changes = NULL;
    doc = scim_json_copy(p, docs[1]);
    rc = doc == NULL ? SCIM_NOMEM
                     : diff(p, type_of("Safe"), docs[0], docs[1], &text);

    if (rc == SCIM_OK) {
        rc = scim_json_parse(p, text, NULL, &changes, &err);
    }

    if (rc == SCIM_OK) {
        rc = scim_diff_undo(p, type_of("Safe"), changes, doc, &err);
    }

    scim_pool_destroy(p);

    return rc;
}


static void
short_of_memory(void **state)
{
    scim_json_t  *docs[2];

    (void) state;

    docs[0] = unit_json(pool, "{'label':'a','lock':{'hint':'h'},'x.y':1,"
                        "'keys':[{'value':'k','code':'c'}],"
                        "'" SAFE ":more':{'owner':{'value':'o'}}}");
    docs[1] = unit_json(pool, "{'keys':[{'value':'l','code':'c'}],"
                        "'label':'b','" SAFE ":y':2}");

    unit_fail_allocations(there_and_back, docs);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(written),
        cmocka_unit_test(taken_back),
        cmocka_unit_test(damaged),
        cmocka_unit_test(undone),
        cmocka_unit_test(short_of_memory),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
