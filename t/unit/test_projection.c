/*
 * attributes and excludedAttributes.
 */

#include "unit.h"

#include "scim/scim_projection.h"
#include "scim/scim_schema_load.h"

#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define N(array)  (sizeof(array) / sizeof((array)[0]))

static const char  user[] =
    "{'schemas':['" U "'],'id':'1','externalId':'e','userName':'a',"
    "'name':{'givenName':'G','familyName':'F'},"
    "'emails':[{'value':'x','type':'work'},{'value':'y'}],"
    "'" ENT "':{'department':'D','manager':{'value':'m','$ref':'r'}},"
    "'meta':{'resourceType':'User','version':'v'},"
    "'groups':[{'value':'g','display':'T'}]}";

/* What every answer has. */
#define BASE  "{'schemas':['" U "'],'id':'1'"

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


static scim_projection_t *
parse(const scim_resource_type_t *type, const char *attributes,
    const char *excluded)
{
    scim_error_t        err;
    scim_projection_t  *p;

    assert_int_equal(scim_projection_parse(pool, type,
                                           scim_str_from(attributes),
                                           scim_str_from(excluded), &p, &err),
                     SCIM_OK);

    return p;
}


/* Elements of which nothing is left go from any place of a list; "t" has a
 * type, "v" has not. */
static void
elements_go(void **state)
{
    static const char *const rows[] = {
        "t", "v", "tv", "vt", "vtv", "tvt", "vvttvvttvv", "vvvv", "tttt"
    };

    size_t              i, j, kept;
    scim_json_t        *tree, *emails, *element;
    const scim_json_t  *last;
    scim_projection_t  *p = parse(unit_type("User"),
                                  "emails.type,EMAILS.type", NULL);

    (void) state;

    for (i = 0; i < N(rows); i++) {
        tree = unit_json(pool, "{'id':'1','emails':[]}");
        emails = scim_json_get(tree, scim_str("emails"));

        for (j = 0, kept = 0; rows[i][j] != '\0'; j++) {
            element = unit_json(pool, rows[i][j] == 't'
                                      ? "{'type':'work','value':'a'}"
                                      : "{'value':'a'}");
            assert_int_equal(scim_json_append(emails, element), SCIM_OK);
            kept += rows[i][j] == 't';
        }

        scim_projection_apply(p, tree);
        emails = scim_json_get(tree, scim_str("emails"));

        if (kept == 0) {
            assert_null(emails);
            continue;
        }

        assert_int_equal(emails->count, kept);
        last = NULL;

        for (element = emails->first; element != NULL;
             element = element->next)
        {
            assert_int_equal(element->count, 1);
            last = element;
            kept--;
        }

        assert_int_equal(kept, 0);
        assert_ptr_equal(emails->last, last);
    }
}


static void
projected(void **state)
{
    static const struct {
        const char *attributes, *excluded, *output;
    } rows[] = {
        { "userName", NULL, BASE ",'userName':'a'}" },
        { " USERNAME ,, id ", NULL, BASE ",'userName':'a'}" },
        { "nothing", NULL, BASE "}" },
        { "password", NULL, BASE "}" },
        { "name.givenName", NULL, BASE ",'name':{'givenName':'G'}}" },
        { "name.givenName,name", NULL,
          BASE ",'name':{'givenName':'G','familyName':'F'}}" },
        { "name.formatted", NULL, BASE "}" },
        { "emails.type", NULL, BASE ",'emails':[{'type':'work'}]}" },
        { U ":emails.VALUE", NULL,
          BASE ",'emails':[{'value':'x'},{'value':'y'}]}" },
        { "emails[type eq \"work\"],emails[type eq \"a,b\"].value", NULL,
          BASE ",'emails':[{'value':'x','type':'work'},{'value':'y'}]}" },
        { ENT, NULL, BASE ",'" ENT "':{'department':'D','manager':"
          "{'value':'m','$ref':'r'}}}" },
        { ENT ":department", NULL, BASE ",'" ENT "':{'department':'D'}}" },
        { ENT ":manager.value,externalId", NULL,
          BASE ",'externalId':'e','" ENT "':{'manager':{'value':'m'}}}" },
        { "meta.version,groups.value", NULL,
          BASE ",'meta':{'version':'v'},'groups':[{'value':'g'}]}" },

        { NULL, "groups[value eq \"g\"],userName,name,emails,meta," ENT,
          BASE ",'externalId':'e','groups':[{'value':'g','display':'T'}]}" },
        { NULL, "schemas,id,externalId,name,emails,groups,meta," ENT,
          BASE ",'userName':'a'}" },
        { NULL, "userName,externalId,name.givenName,emails.value,meta,"
          ENT ":manager.$ref," ENT ":department",
          BASE ",'name':{'familyName':'F'},'emails':[{'type':'work'}],"
          "'" ENT "':{'manager':{'value':'m'}},"
          "'groups':[{'value':'g','display':'T'}]}" },
    };
    size_t              i;
    const char         *text;
    scim_json_t        *tree;
    scim_projection_t  *p;

    (void) state;

    for (i = 0; i < N(rows); i++) {
        tree = unit_json(pool, user);
        p = parse(unit_type("User"), rows[i].attributes, rows[i].excluded);
        assert_non_null(p);
        scim_projection_apply(p, tree);
        text = unit_text(pool, tree);

        if (strcmp(text, rows[i].output) != 0) {
            fail_msg("%s / %s:\n%s\n%s", rows[i].attributes,
                     rows[i].excluded, text, rows[i].output);
        }
    }
}


static void
defaults(void **state)
{
    scim_json_t  *tree = unit_json(pool, user);

    (void) state;

    assert_null(parse(unit_type("User"), NULL, NULL));
    assert_null(parse(unit_type("User"), "", ""));
    assert_null(parse(unit_type("User"), NULL, "nothing"));

    scim_projection_apply(NULL, tree);
    assert_string_equal(unit_text(pool, tree), user);
}


static void
both(void **state)
{
    scim_error_t        err;
    scim_projection_t  *p;

    (void) state;

    assert_int_equal(scim_projection_parse(pool, unit_type("User"),
                         scim_str("id"), scim_str("name"), &p, &err),
                     SCIM_REFUSED);
    assert_int_equal(err.status, 400);
    assert_int_equal(err.type, SCIM_INVALID_VALUE);
}


/* What saves reading members. */
static void
wanted(void **state)
{
    static const struct {
        const char *attributes, *excluded;
        bool        wants, only;
    } rows[] = {
        { NULL, NULL, true, false },
        { NULL, "members", false, true },
        { NULL, "MEMBERS,members", false, true },
        { NULL, "members.display", true, false },
        { NULL, "members,displayName", false, false },
        { NULL, "displayName", true, false },
        { "members", NULL, true, false },
        { "members.value", NULL, true, false },
        { "displayName", NULL, false, false },
        { "id", NULL, false, false },
    };
    size_t                       i;
    scim_projection_t           *p;
    const scim_resource_type_t  *type = unit_type("Group");

    (void) state;

    for (i = 0; i < N(rows); i++) {
        p = parse(type, rows[i].attributes, rows[i].excluded);
        assert_int_equal(scim_projection_wants(p, type->members),
                         rows[i].wants);
        assert_int_equal(scim_projection_only_excludes(p, type->members),
                         rows[i].only);
    }
}


/* `returned` of all kinds. */
static void
returned(void **state)
{
    static const char  text[] =
        "[{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\""
        "],\"name\":\"R\",\"endpoint\":\"/Rs\",\"schema\":\"urn:x:r\"},"
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],"
        "\"id\":\"urn:x:r\",\"name\":\"R\",\"attributes\":["
        "{\"name\":\"always\",\"returned\":\"always\"},"
        "{\"name\":\"never\",\"returned\":\"never\"},"
        "{\"name\":\"request\",\"returned\":\"request\"},"
        "{\"name\":\"c\",\"type\":\"complex\",\"returned\":\"always\","
        "\"subAttributes\":[{\"name\":\"d\"},{\"name\":\"r\","
        "\"returned\":\"request\"},{\"name\":\"a\",\"returned\":\"always\"}]}"
        "]}]";
    static const char  all[] =
        "{'id':'1','always':'a','never':'n','request':'r',"
        "'c':{'d':'d','r':'r','a':'a'}}";
    static const struct {
        const char *attributes, *excluded, *output;
    } rows[] = {
        { NULL, NULL, "{'id':'1','always':'a','c':{'d':'d','a':'a'}}" },
        { "id", NULL, "{'id':'1','always':'a','c':{'d':'d','a':'a'}}" },
        { "request,never", NULL,
          "{'id':'1','always':'a','request':'r','c':{'d':'d','a':'a'}}" },
        { "c.r", NULL, "{'id':'1','always':'a','c':{'r':'r','a':'a'}}" },
        { NULL, "always,c.a", "{'id':'1','always':'a',"
          "'c':{'d':'d','a':'a'}}" },
        { NULL, "c.d", "{'id':'1','always':'a','c':{'a':'a'}}" },
    };
    size_t                       i;
    scim_json_t                 *tree;
    scim_error_t                 err;
    scim_schemas_t              *schemas;
    const scim_resource_type_t  *type;

    (void) state;

    assert_int_equal(scim_schemas_create(pool, &schemas, &err), SCIM_OK);
    assert_int_equal(scim_schemas_add(schemas, "r", scim_str(text), &err),
                     SCIM_OK);
    assert_int_equal(scim_schemas_link(schemas, &err), SCIM_OK);
    type = scim_schemas_type(schemas, scim_str("R"));

    for (i = 0; i < N(rows); i++) {
        tree = unit_json(pool, all);
        scim_projection_apply(parse(type, rows[i].attributes,
                                    rows[i].excluded), tree);
        assert_string_equal(unit_text(pool, tree), rows[i].output);
    }
}


static scim_rc_t
parse_all(void *data)
{
    scim_rc_t           rc;
    scim_pool_t        *p;
    scim_error_t        err;
    scim_projection_t  *projection;

    (void) data;

    p = scim_pool_create(1);
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_projection_parse(p, unit_type("User"),
                               scim_str("userName,emails.value," ENT),
                               scim_str_absent, &projection, &err);
    scim_pool_destroy(p);

    return rc;
}


static void
no_memory(void **state)
{
    (void) state;

    unit_fail_allocations(parse_all, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(elements_go),
        cmocka_unit_test(projected),
        cmocka_unit_test(defaults),
        cmocka_unit_test(both),
        cmocka_unit_test(wanted),
        cmocka_unit_test(returned),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
