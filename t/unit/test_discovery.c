/*
 * Discovery: what is announced.
 */

#include "unit.h"

#include "scim/scim_discovery.h"

#define CORE  "urn:ietf:params:scim:schemas:core:2.0:"
#define ENT   "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define LIST  "urn:ietf:params:scim:api:messages:2.0:ListResponse"

static scim_pool_t  *pool;
static scim_str_t    base = SCIM_STR("https://h/s");


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


static scim_json_t *
tree(const scim_buf_t *buf)
{
    scim_str_t    text;
    scim_json_t  *root;
    scim_error_t  err;

    assert_int_equal(scim_buf_done(buf, &text), SCIM_OK);

    if (scim_json_parse(pool, text, NULL, &root, &err) != SCIM_OK) {
        fail_msg("%s", err.detail);
    }

    return root;
}


static void
config(void **state)
{
    scim_buf_t       buf;
    scim_features_t  features = {
        .max_results = 200, .bulk_operations = 30, .bulk_payload = 4096,
        .page_size = 100, .cursor_timeout = 60
    };

    (void) state;

    scim_buf_init(&buf, pool, 0);
    scim_discovery_config(&buf, base, &features);

    assert_string_equal(unit_text(pool, tree(&buf)),
        "{'schemas':['" CORE "ServiceProviderConfig'],"
        "'patch':{'supported':true},"
        "'bulk':{'supported':true,'maxOperations':30,"
        "'maxPayloadSize':4096},"
        "'filter':{'supported':true,'maxResults':200},"
        "'changePassword':{'supported':false},'sort':{'supported':true},"
        "'etag':{'supported':true},"
        "'pagination':{'cursor':true,'index':true,"
        "'defaultPaginationMethod':'index','defaultPageSize':100,"
        "'maxPageSize':200,'cursorTimeout':60},"
        "'authenticationSchemes':[{'type':'oauthbearertoken',"
        "'name':'Bearer token','description':'A token in the Authorization "
        "header of every request',"
        "'specUri':'https://www.rfc-editor.org/info/rfc6750',"
        "'primary':true}],"
        "'meta':{'resourceType':'ServiceProviderConfig',"
        "'location':'https://h/s/ServiceProviderConfig'}}");

    features.bulk_operations = 0;
    scim_buf_init(&buf, pool, 0);
    scim_discovery_config(&buf, base, &features);

    assert_non_null(strstr(unit_text(pool, tree(&buf)),
                           "'bulk':{'supported':false,'maxOperations':0,"
                           "'maxPayloadSize':0}"));
}


#define USER_TYPE \
    "{'schemas':['" CORE "ResourceType'],'id':'User','name':'User'," \
    "'endpoint':'/Users','description':'Accounts of people'," \
    "'schema':'" CORE "User','schemaExtensions':[{'schema':'" ENT "'," \
    "'required':false}],'meta':{'resourceType':'ResourceType'," \
    "'location':'https://h/s/ResourceTypes/User'}}"

#define GROUP_TYPE \
    "{'schemas':['" CORE "ResourceType'],'id':'Group','name':'Group'," \
    "'endpoint':'/Groups','description':'Groups of users and groups'," \
    "'schema':'" CORE "Group','schemaExtensions':[]," \
    "'meta':{'resourceType':'ResourceType'," \
    "'location':'https://h/s/ResourceTypes/Group'}}"

static void
types(void **state)
{
    scim_buf_t  buf;

    (void) state;

    scim_buf_init(&buf, pool, 0);
    scim_discovery_types(&buf, base, unit_schemas(), true);
    assert_string_equal(unit_text(pool, tree(&buf)),
        "{'schemas':['" LIST "'],'totalResults':2,'itemsPerPage':2,"
        "'startIndex':1,'Resources':[" USER_TYPE "," GROUP_TYPE "]}");

    scim_buf_init(&buf, pool, 0);
    assert_int_equal(scim_discovery_type(&buf, base, unit_schemas(),
                                         scim_str("Group"), true), SCIM_OK);
    assert_string_equal(unit_text(pool, tree(&buf)), GROUP_TYPE);

    scim_buf_init(&buf, pool, 0);
    assert_int_equal(scim_discovery_type(&buf, base, unit_schemas(),
                                         scim_str("Users"), true), SCIM_NONE);
    assert_int_equal(buf.len, 0);
}


/* Every characteristic that has a value, in the RFC's spelling; no nulls. */
static void
check_attributes(const scim_json_t *array, unsigned depth)
{
    static const char *const  names[] = {
        "name", "type", "multiValued", "description", "required",
        "mutability", "returned"
    };
    size_t              i;
    const scim_json_t  *attr, *member, *subs;

    assert_non_null(array);
    assert_true(depth < 2);

    for (attr = array->first; attr != NULL; attr = attr->next) {

        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            assert_non_null(scim_json_get(attr, scim_str_from(names[i])));
        }

        for (member = attr->first; member != NULL; member = member->next) {
            assert_int_not_equal(member->type, SCIM_JSON_NULL);
        }

        member = scim_json_get(attr, scim_str("name"));
        assert_false(scim_str_eq(member->text, scim_str("password")));

        subs = scim_json_get(attr, scim_str("subAttributes"));
        member = scim_json_get(attr, scim_str("type"));
        assert_int_equal(scim_str_eq(member->text, scim_str("complex")),
                         subs != NULL);

        if (subs != NULL) {
            check_attributes(subs, depth + 1);
        }
    }
}


static void
schemas(void **state)
{
    scim_buf_t          buf;
    const scim_json_t  *root, *one, *meta;

    (void) state;

    scim_buf_init(&buf, pool, 0);
    scim_discovery_schemas(&buf, base, unit_schemas(), true);
    root = tree(&buf);

    assert_string_equal(unit_text(pool, scim_json_get(root,
                                      scim_str("totalResults"))), "3");
    one = scim_json_get(root, scim_str("Resources"));
    assert_int_equal(one->count, 3);

    for (one = one->first; one != NULL; one = one->next) {
        check_attributes(scim_json_get(one, scim_str("attributes")), 0);
        meta = scim_json_get(one, scim_str("meta"));
        assert_true(scim_str_starts(scim_json_get_text(meta,
                        scim_str("location")),
                        scim_str("https://h/s/Schemas/urn:ietf:")));
    }
}


static void
schema(void **state)
{
    scim_buf_t          buf;
    const scim_json_t  *root;

    (void) state;

    scim_buf_init(&buf, pool, 0);
    assert_int_equal(scim_discovery_schema(&buf, base, unit_schemas(),
                         scim_str(CORE "User"), true), SCIM_OK);
    root = tree(&buf);
    assert_true(scim_str_eq(scim_json_get_text(root, scim_str("id")),
                            scim_str(CORE "User")));
    assert_int_equal(scim_json_get(root, scim_str("attributes"))->count, 20);

    assert_string_equal(unit_text(pool, scim_json_get(root,
                                      scim_str("meta"))),
        "{'resourceType':'Schema','location':'https://h/s/Schemas/"
        CORE "User'}");
    assert_string_equal(unit_text(pool, scim_json_get(root,
                                      scim_str("attributes"))->first),
        "{'name':'userName','type':'string','multiValued':false,"
        "'description':'The name a user signs in with; no two users share "
        "it, whatever its case.','required':true,'caseExact':false,"
        "'mutability':'readWrite','returned':'default',"
        "'uniqueness':'server'}");

    scim_buf_init(&buf, pool, 0);
    assert_int_equal(scim_discovery_schema(&buf, base, unit_schemas(),
                                           scim_str("common"), true),
                     SCIM_NONE);
    assert_int_equal(buf.len, 0);
}


static void
without_groups(void **state)
{
    scim_buf_t          buf;
    const scim_json_t  *root, *one;

    (void) state;

    scim_buf_init(&buf, pool, 0);
    scim_discovery_types(&buf, base, unit_schemas(), false);
    assert_string_equal(unit_text(pool, tree(&buf)),
        "{'schemas':['" LIST "'],'totalResults':1,'itemsPerPage':1,"
        "'startIndex':1,'Resources':[" USER_TYPE "]}");

    scim_buf_init(&buf, pool, 0);
    assert_int_equal(scim_discovery_type(&buf, base, unit_schemas(),
                                         scim_str("Group"), false), SCIM_NONE);
    assert_int_equal(scim_discovery_schema(&buf, base, unit_schemas(),
                                           scim_str(CORE "Group"), false),
                     SCIM_NONE);
    assert_int_equal(buf.len, 0);

    scim_discovery_schemas(&buf, base, unit_schemas(), false);
    root = tree(&buf);
    assert_null(strstr(unit_text(pool, root), "Group'"));
    assert_null(strstr(unit_text(pool, root), "'groups'"));
    one = scim_json_get(root, scim_str("Resources"));
    assert_int_equal(one->count, 2);

    scim_buf_init(&buf, pool, 0);
    assert_int_equal(scim_discovery_schema(&buf, base, unit_schemas(),
                                           scim_str(CORE "User"), false),
                     SCIM_OK);
    root = tree(&buf);
    check_attributes(scim_json_get(root, scim_str("attributes")), 0);
    assert_int_equal(scim_json_get(root, scim_str("attributes"))->count, 19);
}


static scim_rc_t
write_all(void *data)
{
    scim_buf_t       buf;
    scim_str_t       text;
    scim_rc_t        rc;
    scim_pool_t     *p;
    scim_features_t  features = { .max_results = 1 };

    (void) data;

    p = scim_pool_create(1);
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    scim_buf_init(&buf, p, 1);
    scim_discovery_config(&buf, base, &features);
    scim_discovery_types(&buf, base, unit_schemas(), true);
    scim_discovery_schemas(&buf, base, unit_schemas(), true);
    scim_discovery_schemas(&buf, base, unit_schemas(), false);
    rc = scim_buf_done(&buf, &text);
    scim_pool_destroy(p);

    return rc;
}


static void
no_memory(void **state)
{
    (void) state;

    unit_fail_allocations(write_all, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(config),
        cmocka_unit_test(types),
        cmocka_unit_test(schemas),
        cmocka_unit_test(schema),
        cmocka_unit_test(without_groups),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
