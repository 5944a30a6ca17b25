/*
 * PATCH: idempotence, immutable attributes, what is needed, bounds, memory.
 */

#include "unit_patch.h"

/* Rows of the table end where what follows is nought. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"


/* Applied to its own result, a patch that only states what is to be leaves it
 * as it is: the operation then makes no new version. */
static void
the_same_again_changes_nothing(void **state)
{
    scim_pool_t      *pool = scim_pool_create(0);
    scim_json_t      *once, *twice;
    scim_error_t      err;
    scim_members_t   *members = scim_members_create(pool);
    static const unit_patch_t  again = { .label = "again", .operations =
        OP("Add", MOBILE, "'1'") ","
        OP("Replace", "name", "{'givenName':'G'}") ","
        OP("Add", ENT ":manager", "{'value':'m'}") ","
        OP("add", "emails", "[{'value':'b','primary':true}]") ","
        OP("Add", "roles", "['r']") "," DEL("Remove", "title") ","
        DEL("Remove", ENT ":department") ","
        KEYS("Replace", "{'active':'True','" ENT "':{'costCenter':'c'}}") };

    (void) state;
    once = unit_patch_document(pool, "User", "'title':'T'," WORK);
    assert_int_equal(unit_patch_run(pool, "User", &again, once, members,
                                    &err), SCIM_OK);

    twice = scim_json_copy(pool, once);
    assert_int_equal(unit_patch_run(pool, "User", &again, twice, members,
                                    &err), SCIM_OK);

    if (!scim_json_equal(once, twice)) {
        fail_msg("%s", unit_text(pool, twice));
    }

    assert_false(scim_members_changed(members));
    scim_pool_destroy(pool);
}


static const unit_patch_t  immutables[] = {
    { "first value", "", OP("add", "nickName", "'N'"), "'nickName':'N'" },
    { "same value", "'nickName':'N'", OP("replace", "nickName", "'N'"),
      "'nickName':'N'" },
    { "other value", "'nickName':'N'", OP("replace", "nickName", "'M'"), NULL,
      SCIM_MUTABILITY },
    { "no value", "'nickName':'N'", DEL("remove", "nickName"), NULL,
      SCIM_MUTABILITY },
    { "other key", "'nickName':'N'", KEYS("replace", "{'nickName':'M'}"), NULL,
      SCIM_MUTABILITY },
    { "first part", "", OP("add", "name.givenName", "'G'"),
      "'name':{'givenName':'G'}" },
    { "another part", "'name':{'familyName':'F'}",
      OP("add", "name", "{'givenName':'G'}"), NULL, SCIM_MUTABILITY },
    { "part removed", "'name':{'familyName':'F'}",
      DEL("remove", "name.familyName"), NULL, SCIM_MUTABILITY },
    { "first entry", "", OP("add", "ims", "'i'"), "'ims':[{'value':'i'}]" },
    { "same entry", "'ims':[{'value':'i'}]", OP("add", "ims", "'i'"),
      "'ims':[{'value':'i'}]" },
    { "another entry", "'ims':[{'value':'i'}]", OP("add", "ims", "'j'"), NULL,
      SCIM_MUTABILITY },
    { "entry changed", "'ims':[{'value':'i'}]",
      OP("replace", "ims[value eq ^i^].value", "'j'"), NULL, SCIM_MUTABILITY },
    { "immutable part, same", "'photos':[{'value':'p','type':'t'}]",
      OP("replace", "photos.type", "'t'"), "'photos':[{'value':'p','type':'t'"
      "}]" },
    { "immutable part, other", "'photos':[{'value':'p','type':'t'}]",
      OP("replace", "photos.type", "'u'"), NULL, SCIM_MUTABILITY },
    { "extension without it", "'" ENT "':{'division':'D'}", DEL("remove", ENT),
      "" },
    { "extension with it", "'" ENT "':{'division':'D','costCenter':'C'}",
      DEL("remove", ENT), NULL, SCIM_MUTABILITY },
    { "extension with it, null", "'" ENT "':{'costCenter':'C'}",
      KEYS("replace", "{'" ENT "':null}"), NULL, SCIM_MUTABILITY }
};


/* The built-in schemas have none that PATCH could reach. */
static void
immutable_attributes_keep_their_value(void **state)
{
    size_t               i;
    const scim_attr_t   *type;
    const scim_schema_t *schema;
    static const char   *names[] = { "nickName", "name", "ims" };
    scim_attr_t         *attrs[5];

    (void) state;

    for (i = 0; i < 3; i++) {
        attrs[i] = (scim_attr_t *) scim_type_attr(unit_type("User"), NULL,
                                                  scim_str_from(names[i]));
    }

    type = scim_type_attr(unit_type("User"), NULL, scim_str("photos"));
    attrs[3] = (scim_attr_t *) scim_attr_sub(type, scim_str("type"));
    schema = scim_type_schema(unit_type("User"), scim_str(ENT));
    attrs[4] = (scim_attr_t *) scim_type_attr(unit_type("User"), schema,
                                              scim_str("costCenter"));

    for (i = 0; i < N(attrs); i++) {
        attrs[i]->mutability = SCIM_IMMUTABLE;
    }

    unit_patch_check("User", immutables, N(immutables));

    for (i = 0; i < N(attrs); i++) {
        attrs[i]->mutability = SCIM_READ_WRITE;
    }
}


typedef struct {
    const char  *type;
    const char  *operations;
    bool         document;
    bool         members;
} needs_t;

static const needs_t  needs[] = {
    { "Group", OP("add", "members", "['a']"), false, false },
    { "Group", DEL("remove", "members"), false, false },
    { "Group", DEL("remove", SEL("a")), false, false },
    { "Group", DEL("remove", "members[value eq ^a^ or value eq ^b^]"), false,
      false },
    { "Group", DEL("remove", "members[display eq ^a^]"), false, true },
    { "Group", DEL("remove", "members[value eq ^a^ and type eq ^User^]"), false,
      true },
    { "Group", KEYS("replace", "{'id':'g'}"), false, false },
    { "Group", KEYS("replace", "{'id':'g','members':['a']}"), false, false },
    { "Group", KEYS("replace", "{'id':'g','displayName':'N'}"), true, false },
    { "Group", OP("add", "members", "['a']") "," DEL("remove", "externalId"),
      true, false },
    { "User", OP("replace", "active", "false"), true, false },
    { "User", OP("replace", "password", "'x'"), false, false },
    { "User", DEL("remove", "roles"), true, false },
    { "User", DEL("remove", ENT), true, false }
};


static void
patches_need_no_more_than_they_use(void **state)
{
    size_t         i;
    scim_pool_t   *pool = scim_pool_create(0);
    scim_error_t   err;
    scim_patch_t  *patch;

    (void) state;

    for (i = 0; i < N(needs); i++) {
        assert_int_equal(scim_patch_parse(pool, unit_type(needs[i].type),
                                          unit_patch_body(pool,
                                                     needs[i].operations),
                                          SCIM_NO_TARGET_AUTO, &patch, &err),
                         SCIM_OK);

        if (scim_patch_needs_document(patch) != needs[i].document
            || scim_patch_needs_members(patch) != needs[i].members)
        {
            fail_msg("%s", needs[i].operations);
        }
    }

    scim_pool_destroy(pool);
}


/* A patch is applied again to a newer document after a conflict. */
static void
a_patch_may_be_applied_twice(void **state)
{
    scim_pool_t     *pool = scim_pool_create(0);
    scim_json_t     *first, *second;
    scim_error_t     err;
    scim_patch_t    *patch;
    const char      *operations =
        OP("Add", "emails", "[{'value':'b','primary':true}]") ","
        OP("Replace", "emails[value eq ^b^].type", "'home'") ","
        OP("Add", ENT ":manager", "'m'");

    (void) state;
    assert_int_equal(scim_patch_parse(pool, unit_type("User"),
                                      unit_patch_body(pool, operations),
                                      SCIM_NO_TARGET_AUTO, &patch, &err),
                     SCIM_OK);

    first = unit_patch_document(pool, "User", WORK);
    second = unit_patch_document(pool, "User", WORK);
    assert_int_equal(scim_patch_apply(pool, patch, first, NULL, NULL, &err),
                     SCIM_OK);
    assert_int_equal(scim_patch_apply(pool, patch, second, NULL, NULL, &err),
                     SCIM_OK);
    assert_true(scim_json_equal(first, second));
    scim_pool_destroy(pool);
}


static const char *const  bodies[] = {
    "{}", "{'Operations':[]}", "{'Operations':{}}", "{'Operations':null}",
    "[]", "'x'", "{'schemas':['x']}",
    "{'Operations':[" OP("add", "title", "'x'") "],'operations':["
        OP("add", "title", "'y'") "]}"
};


static void
bodies_are_refused(void **state)
{
    size_t         i;
    scim_pool_t   *pool = scim_pool_create(0);
    scim_error_t   err;
    scim_patch_t  *patch;

    (void) state;

    for (i = 0; i < N(bodies); i++) {
        if (scim_patch_parse(pool, unit_type("User"),
                             unit_json(pool, bodies[i]), SCIM_NO_TARGET_AUTO,
                             &patch, &err)
            != SCIM_REFUSED || err.status != 400
            || err.type != SCIM_INVALID_SYNTAX)
        {
            fail_msg("%s", bodies[i]);
        }
    }

    scim_pool_destroy(pool);
}


/* n times an operation; the number in it counts if it has one. */
static scim_rc_t
apply_many(const char *type, const char *operation, size_t n, scim_error_t *err)
{
    size_t           i;
    scim_rc_t        rc;
    scim_pool_t     *pool = scim_pool_create(0);
    scim_json_t     *body, *operations;
    scim_json_t     *doc = unit_patch_document(pool, type, "");
    scim_patch_t    *patch;
    scim_members_t  *members = scim_members_create(pool);

    body = unit_patch_body(pool, "");
    operations = scim_json_get(body, scim_str("operations"));

    for (i = 0; i < n; i++) {
        scim_json_t  *op = unit_json(pool, operation);
        scim_json_t  *value = scim_json_get(op, scim_str("value"));
        scim_str_t    text;

        if (value != NULL && value->type == SCIM_JSON_STRING) {
            assert_int_equal(scim_str_printf(pool, &text, "v%zu", i), SCIM_OK);
            value->text = text;
        }

        assert_int_equal(scim_json_append(operations, op), SCIM_OK);
    }

    rc = scim_patch_parse(pool, unit_type(type), body, SCIM_NO_TARGET_AUTO,
                          &patch, err);
    if (rc == SCIM_OK) {
        rc = scim_patch_apply(pool, patch, doc, NULL, members, err);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
work_is_bounded(void **state)
{
    scim_error_t  err;

    (void) state;

    assert_int_equal(apply_many("Group", OP("add", "members", "'x'"), 5000,
                                &err), SCIM_OK);
    assert_int_equal(apply_many("User", OP("add", "title", "'x'"), 1000, &err),
                     SCIM_OK);
    assert_int_equal(apply_many("User", OP("add", "title", "'x'"), 2000, &err),
                     SCIM_REFUSED);
    assert_int_equal(err.type, SCIM_TOO_MANY);
    assert_int_equal(apply_many("User", OP("add", "emails", "'x'"), 200, &err),
                     SCIM_OK);
    assert_int_equal(apply_many("User", OP("add", "emails", "'x'"), 1000,
                                &err), SCIM_REFUSED);
    assert_int_equal(err.type, SCIM_TOO_MANY);
    assert_int_equal(apply_many("User", "{'op':'add','path':'emails','value':"
                                "[{'value':'a','primary':true}]}", 1000, &err),
                     SCIM_OK);
}


/* A long text is not compared as often as a short one. */
static void
long_texts_are_work(void **state)
{
    char          operation[100000 + 100], *at = operation;
    scim_error_t  err;

    (void) state;

    at = stpcpy(at, "{'op':'add','path':'emails','value':[{'value':'");
    memset(at, 'a', 100000);
    (void) strcpy(at + 100000, "'}]}");

    assert_int_equal(apply_many("User", operation, 10, &err), SCIM_OK);
    assert_int_equal(apply_many("User", operation, 40, &err), SCIM_REFUSED);
    assert_int_equal(err.type, SCIM_TOO_MANY);
}


typedef struct {
    const char         *type;
    const scim_json_t  *doc;
    const scim_json_t  *body;
    const scim_json_t  *present;
} memory_t;


static scim_rc_t
parse_and_apply(void *data)
{
    memory_t        *m = data;
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_json_t     *doc;
    scim_error_t     err;
    scim_patch_t    *patch;
    scim_members_t  *members;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    doc = scim_json_copy(pool, m->doc);
    members = scim_members_create(pool);
    rc = doc != NULL && members != NULL ? SCIM_OK : SCIM_NOMEM;

    if (rc == SCIM_OK) {
        rc = scim_patch_parse(pool, unit_type(m->type), m->body,
                              SCIM_NO_TARGET_AUTO, &patch, &err);
    }

    if (rc == SCIM_OK) {
        rc = scim_patch_apply(pool, patch, doc, m->present, members, &err);
    }

    if (rc == SCIM_REFUSED) {
        fail_msg("%s", err.detail);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
memory_may_be_short(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    memory_t      user = { .type = "User" }, group = { .type = "Group" };

    (void) state;
    user.doc = unit_patch_document(pool, "User", WORK);
    group.doc = unit_patch_document(pool, "Group", "");
    group.present = unit_json(pool, "[{'value':'a','display':'A'}]");

    user.body = unit_patch_body(pool,
        OP("Add", MOBILE, "'1'") ","
        OP("Replace", "emails[type eq ^work^]", "{'value':'b'}") ","
        OP("Add", "roles", "[{'value':'r'},'s']") ","
        OP("Replace", "name", "{'givenName':'G','familyName':null}") ","
        OP("Replace", ENT ":manager", "'m'") ","
        KEYS("Replace", "{'" ENT "':{'department':'D'},'emails.type':'x'}"));
    unit_fail_allocations(parse_and_apply, &user);

    group.body = unit_patch_body(pool,
        OP("add", "members", "['b',{'value':'c'}]") ","
        DEL("remove", "members[value eq ^d^ or value eq ^e^]") ","
        DEL("remove", "members[display eq ^A^]") ","
        KEYS("replace", "{'displayName':'N'}"));
    unit_fail_allocations(parse_and_apply, &group);

    scim_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(immutable_attributes_keep_their_value),
        cmocka_unit_test(the_same_again_changes_nothing),
        cmocka_unit_test(patches_need_no_more_than_they_use),
        cmocka_unit_test(a_patch_may_be_applied_twice),
        cmocka_unit_test(bodies_are_refused),
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(long_texts_are_work),
        cmocka_unit_test(memory_may_be_short)
    };

    return cmocka_run_group_tests_name("patch", tests, NULL, NULL);
}
