/*
 * Schemas: look-ups in those compiled in, and what the loader refuses.
 */

#include "unit.h"

#include "scim/scim_schema_load.h"

#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define G    "urn:ietf:params:scim:schemas:core:2.0:Group"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define S    "'schemas':['urn:ietf:params:scim:schemas:core:2.0:Schema']"
#define T    "'schemas':['urn:ietf:params:scim:schemas:core:2.0:ResourceType']"


static void
urns(void **state)
{
    static const struct {
        const char *urn, *all, *user, *group;
    } rows[] = {
        { U, U, U, NULL },
        { "URN:IETF:params:scim:schemas:core:2.0:user", U, U, NULL },
        { G, G, NULL, G },
        { ENT, ENT, ENT, NULL },
        { "urn:scim:schemas:core:1.0", U, U, G },
        { "urn:scim:schemas:core:2.0", U, U, G },
        { "urn:scim:schemas:extension:enterprise:2.0", ENT, ENT, NULL },
        { "urn:scim:schemas:extension:enterprise:1.0", ENT, ENT, NULL },
        { "common", NULL, NULL, NULL },
        { "urn:x", NULL, NULL, NULL },
        { "", NULL, NULL, NULL },
    };
    size_t                i;
    scim_str_t            urn;
    const scim_schema_t  *found[3];

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char  *expected[3] = { rows[i].all, rows[i].user,
                                     rows[i].group };
        size_t       j;

        urn = scim_str_from(rows[i].urn);
        found[0] = scim_schemas_find(unit_schemas(), urn);
        found[1] = scim_type_schema(unit_type("User"), urn);
        found[2] = scim_type_schema(unit_type("Group"), urn);

        for (j = 0; j < 3; j++) {
            if (expected[j] == NULL) {
                assert_null(found[j]);
            } else {
                assert_non_null(found[j]);
                assert_true(scim_str_eq(found[j]->id,
                                        scim_str_from(expected[j])));
            }
        }
    }
}


static void
types(void **state)
{
    const scim_resource_type_t  *user = unit_type("User");
    const scim_resource_type_t  *group = unit_type("Group");

    (void) state;

    assert_ptr_equal(scim_schemas_type_at(unit_schemas(), 0), user);
    assert_ptr_equal(scim_schemas_type_at(unit_schemas(), 1), group);
    assert_null(scim_schemas_type_at(unit_schemas(), 2));
    assert_null(scim_schemas_at(unit_schemas(), 3));
    assert_ptr_equal(scim_schemas_endpoint(unit_schemas(), scim_str("users")),
                     user);
    assert_null(scim_schemas_endpoint(unit_schemas(), scim_str("user")));
    assert_null(scim_schemas_type(unit_schemas(), scim_str("user")));

    assert_null(user->members);
    assert_non_null(user->groups);
    assert_non_null(group->members);
    assert_null(group->groups);
    assert_false(user->hides);
    assert_false(group->hides);
    assert_int_equal(user->nextensions, 1);
    assert_false(user->ext_required[0]);
    assert_int_equal(group->nextensions, 0);
}


/* Characteristics that other floors stand on. */
static void
attributes(void **state)
{
    static const struct {
        const char         *type, *attr, *sub, *name;
        scim_attr_type_e    kind;
        scim_mutability_e   mutability;
        scim_returned_e     returned;
        scim_uniqueness_e   unique;
        bool                multi, required, exact;
    } rows[] = {
        { "User", "USERNAME", NULL, "userName", SCIM_STRING, SCIM_READ_WRITE,
          SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_SERVER, false, true, false },
        { "User", "externalid", NULL, "externalId", SCIM_STRING,
          SCIM_READ_WRITE, SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_NONE, false,
          false, true },
        { "Group", "id", NULL, "id", SCIM_STRING, SCIM_READ_ONLY,
          SCIM_RETURNED_ALWAYS, SCIM_UNIQUE_SERVER, false, false, true },
        { "Group", "meta", "lastModified", "meta.lastModified", SCIM_DATETIME,
          SCIM_READ_ONLY, SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_NONE, false,
          false, false },
        { "User", "password", NULL, "password", SCIM_STRING, SCIM_WRITE_ONLY,
          SCIM_RETURNED_NEVER, SCIM_UNIQUE_NONE, false, false, true },
        { "User", "emails", "PRIMARY", "emails.primary", SCIM_BOOLEAN,
          SCIM_READ_WRITE, SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_NONE, false,
          false, false },
        { "User", "groups", NULL, "groups", SCIM_COMPLEX, SCIM_READ_ONLY,
          SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_NONE, true, false, false },
        { "User", "x509Certificates", "value", "x509Certificates.value",
          SCIM_BINARY, SCIM_READ_WRITE, SCIM_RETURNED_DEFAULT,
          SCIM_UNIQUE_NONE, false, false, true },
        { "Group", "displayName", NULL, "displayName", SCIM_STRING,
          SCIM_READ_WRITE, SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_NONE, false,
          true, false },
        { "Group", "members", "$REF", "members.$ref", SCIM_REFERENCE,
          SCIM_IMMUTABLE, SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_NONE, false,
          false, true },
        { "Group", "members", "value", "members.value", SCIM_STRING,
          SCIM_IMMUTABLE, SCIM_RETURNED_DEFAULT, SCIM_UNIQUE_NONE, false,
          false, true },
    };
    size_t                       i;
    scim_str_t                   name;
    scim_pool_t                 *pool = scim_pool_create(0);
    const scim_attr_t           *attr;
    const scim_resource_type_t  *type;

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        type = unit_type(rows[i].type);
        attr = scim_type_attr(type, NULL, scim_str_from(rows[i].attr));
        assert_non_null(attr);

        if (rows[i].sub != NULL) {
            attr = scim_attr_sub(attr, scim_str_from(rows[i].sub));
            assert_non_null(attr);
        }

        assert_int_equal(scim_attr_name(pool, type, attr, &name), SCIM_OK);
        assert_string_equal(unit_quotes(pool, name), rows[i].name);
        assert_int_equal(attr->type, rows[i].kind);
        assert_int_equal(attr->mutability, rows[i].mutability);
        assert_int_equal(attr->returned, rows[i].returned);
        assert_int_equal(attr->uniqueness, rows[i].unique);
        assert_int_equal(attr->multi_valued, rows[i].multi);
        assert_int_equal(attr->required, rows[i].required);
        assert_int_equal(attr->case_exact, rows[i].exact);
    }

    scim_pool_destroy(pool);
}


static void
extension_attributes(void **state)
{
    scim_str_t                   name;
    scim_pool_t                 *pool = scim_pool_create(0);
    const scim_attr_t           *manager, *value;
    const scim_schema_t         *schema;
    const scim_resource_type_t  *user = unit_type("User");

    (void) state;

    schema = scim_type_schema(user, scim_str(ENT));
    assert_null(scim_type_attr(user, NULL, scim_str("manager")));
    assert_null(scim_type_attr(user, schema, scim_str("externalId")));

    manager = scim_type_attr(user, schema, scim_str("Manager"));
    assert_non_null(manager);
    value = scim_attr_value_sub(manager);
    assert_non_null(value);

    assert_int_equal(scim_attr_name(pool, user, value, &name), SCIM_OK);
    assert_string_equal(unit_quotes(pool, name), ENT ":manager.value");

    assert_null(scim_attr_value_sub(scim_type_attr(user, NULL,
                                                   scim_str("name"))));
    scim_pool_destroy(pool);
}


/* A schema with the attribute, in which ' stands for ". */
#define ATTR(json)  "{" S ",'id':'urn:x:y','name':'X','attributes':[" json "]}"

static void
refused_files(void **state)
{
    static const struct {
        const char *text, *detail;
    } rows[] = {
        { "", "x.json: the file is empty" },
        { "{", "x.json: " },
        { "{}", "x.json: \"schemas\" must name" },
        { "3", "x.json: \"schemas\" must name" },
        { "{'schemas':[3]}", "x.json: \"schemas\" must name" },
        { "{" S "}", "x.json: \"id\" must be a text" },
        { "{" S ",'id':'x'}",
          "x.json: schema \"x\": the id must be a URN" },
        { "{" S ",'id':'common'}",
          "x.json: schema \"common\": the id must be a URN" },
        { "{" S ",'id':'urn:a b:c'}",
          "x.json: schema \"urn:a b:c\": the id must be a URN" },
        { "{" S ",'id':'urn:a:b:'}",
          "x.json: schema \"urn:a:b:\": the id must be a URN" },
        { "{" S ",'id':'urn:x:y','name':'X','attribute':[]}",
          "x.json: schema \"urn:x:y\": unknown member \"attribute\"" },
        { "{" S ",'id':'urn:scim:schemas:core:1.0'}",
          "x.json: schema \"urn:scim:schemas:core:1.0\": there is one" },
        { "{" S ",'id':'" U "'}",
          "x.json: schema \"" U "\": there is one of that id already" },
        { "{" S ",'id':'urn:x:y'}",
          "x.json: schema \"urn:x:y\": \"name\" must be a text" },
        { "{" S ",'id':'urn:x:y','name':'X'}",
          "x.json: schema \"urn:x:y\": \"attributes\" must be an array" },
        { ATTR(""), "x.json: schema \"urn:x:y\": \"attributes\" must be" },
        { ATTR("1"), "x.json: schema \"urn:x:y\": an attribute must be" },
        { ATTR("{'name':'1a'}"),
          "x.json: schema \"urn:x:y\": \"1a\" is no name" },
        { ATTR("{'name':'a'},{'name':'A'}"),
          "x.json: schema \"urn:x:y\": two attributes are named \"A\"" },
        { ATTR("{'name':'a','type':'strin'}"),
          "x.json: attribute \"a\": \"type\" cannot be \"strin\"" },
        { ATTR("{'name':'a','mutability':'readwrite'}"),
          "x.json: attribute \"a\": \"mutability\" cannot be \"readwrite\"" },
        { ATTR("{'name':'a','returned':1}"),
          "x.json: attribute \"a\": \"returned\" cannot be \"1\"" },
        { ATTR("{'name':'a','uniqueness':true}"),
          "x.json: attribute \"a\": \"uniqueness\" cannot be \"\"" },
        { ATTR("{'name':'a','multiValued':'true'}"),
          "x.json: attribute \"a\": \"multiValued\" must be true or false" },
        { ATTR("{'name':'a','multivalued':true}"),
          "x.json: attribute \"a\": unknown characteristic" },
        { ATTR("{'name':'a','canonicalValues':[1]}"),
          "x.json: attribute \"a\": \"canonicalValues\" must be an array" },
        { ATTR("{'name':'a','type':'complex'}"),
          "x.json: attribute \"a\": \"subAttributes\" goes with" },
        { ATTR("{'name':'a','subAttributes':[{'name':'b'}]}"),
          "x.json: attribute \"a\": \"subAttributes\" goes with" },
        { ATTR("{'name':'a','type':'complex','subAttributes':[]}"),
          "x.json: attribute \"a\": \"subAttributes\" must be" },
        { ATTR("{'name':'a','type':'complex','subAttributes':[{'name':'b',"
               "'type':'x'}]}"),
          "x.json: attribute \"a.b\": \"type\" cannot be \"x\"" },
        { ATTR("{'name':'a','type':'complex','subAttributes':[{'name':'b',"
               "'type':'complex','subAttributes':[{'name':'c'}]}]}"),
          "x.json: attribute \"a.b\": a sub-attribute has none itself" },
        { ATTR("{'name':'a','type':'complex','subAttributes':[{'name':'b'},"
               "{'nam':'c'}]}"),
          "x.json: attribute \"a\": \"name\" must be a text" },
        { "{" T ",'name':'User'}",
          "x.json: resource type \"User\": \"endpoint\" must be a text" },
        { ATTR("{'name':'a','type':'complex','uniqueness':'server',"
               "'subAttributes':[{'name':'b'}]}"),
          "x.json: attribute \"a\": of the types \"complex\"" },
        { ATTR("{'name':'a','type':'boolean','uniqueness':'global'}"),
          "x.json: attribute \"a\": of the types \"complex\"" },
        { ATTR("{'name':'a','mutability':'writeOnly','uniqueness':'server'}"),
          "x.json: attribute \"a\": \"uniqueness\" cannot be kept" },
        { ATTR("{'name':'a','type':'complex','subAttributes':[{'name':'b',"
               "'multiValued':true,'uniqueness':'server'}]}"),
          "x.json: attribute \"a.b\": \"uniqueness\" cannot be kept" },
        { ATTR("{'name':'a','type':'complex','mutability':'writeOnly',"
               "'subAttributes':[{'name':'b','uniqueness':'server'}]}"),
          "x.json: attribute \"a.b\": \"uniqueness\" cannot be kept" },
        { ATTR("{'name':'a','uniqueness':'server','returned':'never'}"),
          "x.json: attribute \"a\": \"uniqueness\" would tell" },
        { ATTR("{'name':'a','type':'complex','subAttributes':[{'name':'c'},"
               "{'name':'b','uniqueness':'global'}],'returned':'never'}"),
          "x.json: attribute \"a.b\": \"uniqueness\" would tell" },
        { ATTR("{'name':'a','required':true,'mutability':'readOnly'}"),
          "x.json: attribute \"a\": \"required\" cannot be met" },
        { ATTR("{'name':'a','required':true,'mutability':'writeOnly'}"),
          "x.json: attribute \"a\": \"required\" cannot be met" },
        { ATTR("{'name':'a','type':'complex','subAttributes':[{'name':'c'},"
               "{'name':'b','required':true,'mutability':'readOnly'}]}"),
          "x.json: attribute \"a.b\": \"required\" cannot be met" },
        { ATTR("{'name':'a','type':'complex','required':true,'subAttributes':"
               "[{'name':'b','mutability':'readOnly'}]}"),
          "x.json: attribute \"a\": \"required\" cannot be met" },
        { ATTR("{'name':'a','mutability':'writeOnly','returned':'default'}"),
          "x.json: attribute \"a\": what is writeOnly is not stored" },
        { ATTR("{'returned':'request','name':'a','mutability':'writeOnly'}"),
          "x.json: attribute \"a\": what is writeOnly is not stored" },
        { ATTR("{'name':'a','type':'complex','returned':'never',"
               "'subAttributes':[{'name':'b','returned':'always'}]}"),
          "x.json: attribute \"a.b\": \"returned\" cannot be \"always\"" },
        { ATTR("{'name':'a','type':'binary','caseExact':false}"),
          "x.json: attribute \"a\": base64 has capital and small letters" },
        { "[{" S ",'id':'urn:x:y','name':'X','attributes':[{'name':'a',"
          "'mutability':'readOnly'},{'name':'b','mutability':'writeOnly'}]},"
          "{" T ",'name':'User','endpoint':'/Users','schema':'" U "',"
          "'schemaExtensions':[{'schema':'urn:x:y','required':true}]}]",
          "x.json: resource type \"User\": the extension \"urn:x:y\" cannot" },
        { "{" T "}", "x.json: \"name\" must be a text" },
        { "{" T ",'name':'a:b','endpoint':'/U'}",
          "x.json: resource type \"a:b\": the name must be a letter" },
        { "{" T ",'name':'1a','endpoint':'/U'}",
          "x.json: resource type \"1a\": the name must be a letter" },
        { "{" T ",'name':'V','endpoint':'/a/b'}",
          "x.json: resource type \"V\": \"endpoint\" must be one word" },
        { "{" T ",'name':'V','endpoint':'/'}",
          "x.json: resource type \"V\": \"endpoint\" must be one word" },
        { "{" T ",'name':'V','endpoint':'/me'}",
          "x.json: resource type \"V\": \"/Me\" is an endpoint of SCIM's" },
        { "{" T ",'name':'V','endpoint':'/V','schemaExtension':[]}",
          "x.json: resource type \"V\": unknown member \"schemaExtension" },
        { "{" T ",'name':'User','endpoint':'/U'}",
          "x.json: resource type \"User\": the type \"User\" is there" },
        { "{" T ",'name':'user','endpoint':'/Users'}",
          "x.json: resource type \"user\": the type \"User\" is there" },
        { "{" T ",'name':'V','endpoint':'/users'}",
          "x.json: resource type \"V\": there is one of that endpoint" },
        { "{" T ",'name':'User','endpoint':'/Users','schema':'" G "'}",
          "x.json: resource type \"User\": its schema is \"" U "\"" },
        { "{" T ",'name':'User','endpoint':'/Users','schema':'" U "',"
          "'schemaExtensions':[{'schema':'" U "'}]}",
          "x.json: resource type \"User\": \"" U "\" is its schema" },
        { "{" T ",'name':'User','endpoint':'/Users','schema':'" U "',"
          "'schemaExtensions':{}}",
          "x.json: resource type \"User\": \"schemaExtensions\" must be" },
        { "[{" S ",'id':'urn:x:y','name':'X','attributes':[{'name':'ID'}]},"
          "{" T ",'name':'V','endpoint':'/V','schema':'urn:x:y'}]",
          "x.json: resource type \"V\": the schema \"urn:x:y\" has an "
          "attribute \"ID\"" },
        { "{" T ",'name':'V','endpoint':'/V'}",
          "x.json: resource type \"V\": \"schema\" must be a text" },
        { "{" T ",'name':'V','endpoint':'/V','schema':'urn:y'}",
          "x.json: resource type \"V\": there is no schema \"urn:y\"" },
        { "{" T ",'name':'V','endpoint':'/V','schema':'" U "',"
          "'schemaExtensions':[{'schema':'urn:z'}]}",
          "x.json: resource type \"V\": there is no schema \"urn:z\"" },
        { "{" T ",'name':'V','endpoint':'/V','schema':'" U "',"
          "'schemaExtensions':[{'schema':'" ENT "','required':1}]}",
          "x.json: resource type \"V\": \"required\" must be true or" },
    };
    char             text[1024];
    size_t           i, j;
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_error_t     err;
    scim_schemas_t  *schemas;

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pool = scim_pool_create(0);
        assert_int_equal(scim_schemas_create(pool, &schemas, &err), SCIM_OK);

        assert_true(strlen(rows[i].text) < sizeof(text));

        for (j = 0; rows[i].text[j] != '\0'; j++) {
            text[j] = rows[i].text[j] == '\'' ? '"' : rows[i].text[j];
        }

        rc = scim_schemas_add(schemas, "x.json", (scim_str_t) { text, j },
                              &err);
        if (rc == SCIM_OK) {
            rc = scim_schemas_link(schemas, &err);
        }

        if (rc != SCIM_REFUSED
            || strncmp(err.detail, rows[i].detail, strlen(rows[i].detail)))
        {
            fail_msg("%s: %d %s", rows[i].text, rc,
                     rc == SCIM_REFUSED ? err.detail : "");
        }

        assert_int_equal(err.status, 500);
        scim_pool_destroy(pool);
    }
}


static void
own_files(void **state)
{
    scim_str_t                   text;
    scim_pool_t                 *pool = scim_pool_create(0);
    scim_error_t                 err;
    scim_schemas_t              *schemas;
    const scim_attr_t           *attr;
    const scim_resource_type_t  *type;

    (void) state;

    text = scim_str(
        "[{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\""
        "],\"name\":\"Device\",\"endpoint\":\"/Devices\","
        "\"schema\":\"urn:d:e\","
        "\"schemaExtensions\":[{\"schema\":\"" ENT "\",\"required\":true}]},"
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],"
        "\"id\":\"urn:d:e\",\"name\":\"Device\",\"attributes\":["
        "{\"name\":\"a\"},{\"name\":\"link\",\"type\":\"reference\"},{\"name\":\"pin\","
        "\"returned\":\"request\"},{\"name\":\"code\","
        "\"mutability\":\"writeOnly\"},{\"name\":\"seen\","
        "\"type\":\"complex\",\"mutability\":\"readOnly\","
        "\"subAttributes\":[{\"name\":\"at\",\"required\":true,"
        "\"mutability\":\"readOnly\"}]}]}]");

    assert_int_equal(scim_schemas_create(pool, &schemas, &err), SCIM_OK);
    assert_int_equal(scim_schemas_add(schemas, "d.json", text, &err), SCIM_OK);
    assert_int_equal(scim_schemas_link(schemas, &err), SCIM_OK);

    type = scim_schemas_endpoint(schemas, scim_str("Devices"));
    assert_non_null(type);
    assert_true(type->ext_required[0]);
    assert_true(type->hides);

    attr = scim_type_attr(type, NULL, scim_str("a"));
    assert_non_null(attr);
    assert_int_equal(attr->type, SCIM_STRING);
    assert_false(attr->case_exact);
    assert_true(scim_type_attr(type, NULL, scim_str("link"))->case_exact);
    assert_int_equal(scim_type_attr(type, NULL, scim_str("code"))->returned,
                     SCIM_RETURNED_NEVER);

    scim_pool_destroy(pool);
}


/* The file with ' for ". */
static scim_rc_t
add(scim_schemas_t *schemas, const char *file, const char *text)
{
    char          *copy;
    size_t         i, len = strlen(text);
    scim_error_t   err;

    copy = scim_palloc(schemas->pool, len);
    if (copy == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < len; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }

    return scim_schemas_add(schemas, file, (scim_str_t) { copy, len }, &err);
}


#define BADGE  "urn:example:badge:2.0:User"

/* Two files, the second as a service provider lists its schemas. */
static const char *const  extending[] = {
    "[{" T ",'name':'User','endpoint':'Users','schema':'" U "',"
    "'schemaExtensions':[{'schema':'" BADGE "'},"
    "{'schema':'" ENT "','required':true}]},"
    "{" T ",'name':'Crew','endpoint':'/Crews','schema':'" G "'}]",
    "{'schemas':['urn:ietf:params:scim:api:messages:2.0:ListResponse'],"
    "'totalResults':1,'Resources':["
    "{" S ",'id':'" BADGE "','name':'Badge','description':'B',"
    "'attributes':[{'name':'number','uniqueness':'server'},"
    "{'name':'keys','type':'complex','multiValued':true,"
    "'subAttributes':[{'name':'$ref','type':'reference'}]}]}]}",
};


static scim_rc_t
load_extending(scim_pool_t *pool, scim_schemas_t **schemas)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_schemas_new(pool, schemas);

    if (rc == SCIM_OK) {
        rc = scim_schemas_add_built_in(*schemas, &err);
    }

    if (rc == SCIM_OK) {
        rc = add(*schemas, "a.json", extending[0]);
    }

    if (rc == SCIM_OK) {
        rc = add(*schemas, "b.json", extending[1]);
    }

    return rc == SCIM_OK ? scim_schemas_link(*schemas, &err) : rc;
}


static void
extensions_are_added(void **state)
{
    scim_buf_t                   buf;
    scim_str_t                   text;
    scim_pool_t                 *pool = scim_pool_create(0);
    scim_schemas_t              *schemas;
    const scim_schema_t         *badge;
    const scim_resource_type_t  *user, *crew;

    (void) state;

    assert_int_equal(load_extending(pool, &schemas), SCIM_OK);
    assert_null(scim_schemas_type_at(schemas, 3));

    user = scim_schemas_type(schemas, scim_str("User"));
    badge = scim_type_schema(user, scim_str(BADGE));
    assert_non_null(badge);
    assert_int_equal(user->nextensions, 2);
    assert_true(user->ext_required[0]);
    assert_false(user->ext_required[1]);
    assert_ptr_equal(user->extensions[1], badge);
    assert_non_null(user->groups);

    /* The schema of groups, but no group. */
    crew = scim_schemas_endpoint(schemas, scim_str("crews"));
    assert_non_null(crew);
    assert_null(crew->members);
    assert_int_equal(crew->nextensions, 0);

    scim_buf_init(&buf, pool, 0);
    scim_json_write(&buf, badge->json);
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);
    assert_string_equal(unit_quotes(pool, text),
        "{" S ",'id':'" BADGE "','name':'Badge','description':'B',"
        "'attributes':[{'name':'number','uniqueness':'server',"
        "'type':'string','multiValued':false,'required':false,"
        "'mutability':'readWrite','returned':'default','caseExact':false},"
        "{'name':'keys','type':'complex','multiValued':true,"
        "'subAttributes':[{'name':'$ref','type':'reference',"
        "'multiValued':false,'required':false,'mutability':'readWrite',"
        "'returned':'default','uniqueness':'none','caseExact':true}],"
        "'required':false,'mutability':'readWrite','returned':'default',"
        "'uniqueness':'none'}]}");

    scim_pool_destroy(pool);
}


static scim_rc_t
extend(void *data)
{
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_schemas_t  *schemas;

    (void) data;

    pool = scim_pool_create(256);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = load_extending(pool, &schemas);
    scim_pool_destroy(pool);

    return rc;
}


static scim_rc_t
create(void *data)
{
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_error_t     err;
    scim_schemas_t  *schemas;

    (void) data;

    pool = scim_pool_create(256);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_schemas_create(pool, &schemas, &err);
    scim_pool_destroy(pool);

    return rc;
}


static void
no_memory(void **state)
{
    (void) state;

    unit_fail_allocations(create, NULL);
    unit_fail_allocations(extend, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(urns),
        cmocka_unit_test(types),
        cmocka_unit_test(attributes),
        cmocka_unit_test(extension_attributes),
        cmocka_unit_test(refused_files),
        cmocka_unit_test(own_files),
        cmocka_unit_test(extensions_are_added),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
