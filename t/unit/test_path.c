/*
 * Attribute paths and the paths of PATCH.
 */

#include "unit.h"

#include "scim/scim_filter.h"

#define N(array)  (sizeof(array) / sizeof((array)[0]))
#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

typedef struct {
    const char  *text;
    const char  *attr;          /* NULL: none; "": the schema alone */
    const char  *sub;           /* NULL: none */
    bool         extension;
} attr_path_t;

static const attr_path_t  attr_paths[] = {
    { "userName", "userName", NULL, false },
    { "USERNAME", "userName", NULL, false },
    { "name.givenName", "name", "givenName", false },
    { "Name.FAMILYNAME", "name", "familyName", false },
    { "id", "id", NULL, false },
    { "schemas", "schemas", NULL, false },
    { "externalId", "externalId", NULL, false },
    { "meta.lastModified", "meta", "lastModified", false },
    { "emails.value", "emails", "value", false },
    { "groups.$ref", "groups", "$ref", false },
    { U, "", NULL, false },
    { U ":title", "title", NULL, false },
    { U ":name.givenName", "name", "givenName", false },
    { "URN:ietf:params:scim:schemas:CORE:2.0:user:TITLE", "title", NULL,
      false },
    { ENT, "", NULL, true },
    { ENT ":employeeNumber", "employeeNumber", NULL, true },
    { ENT ":manager.value", "manager", "value", true },
    { "manager", "manager", NULL, true },
    { "manager.displayName", "manager", "displayName", true },
    { "urn:scim:schemas:core:1.0:userName", "userName", NULL, false },
    { "urn:scim:schemas:extension:enterprise:2.0:department", "department",
      NULL, true },

    { "", NULL, NULL, false },
    { "colour", NULL, NULL, false },
    { "name.colour", NULL, NULL, false },
    { "name.", NULL, NULL, false },
    { ".name", NULL, NULL, false },
    { "userName.value", NULL, NULL, false },
    { "name.givenName.x", NULL, NULL, false },
    { ENT ":", NULL, NULL, false },
    { U ":", NULL, NULL, false },
    { ":", NULL, NULL, false },
    { ENT ":userName", NULL, NULL, false },
    { ENT ".manager", NULL, NULL, false },
    { "urn:ietf:params:scim:schemas:core:2.0:Group", NULL, NULL, false },
    { "urn:ietf:params:scim:schemas:core:2.0:Group:displayName", NULL, NULL,
      false },
    { "members", NULL, NULL, false }
};


static const char *
name_of(const scim_attr_t *attr)
{
    return attr != NULL ? attr->name.data : "";
}


static void
attribute_paths(void **state)
{
    size_t             i;
    scim_rc_t          rc;
    scim_attr_path_t   path;
    const attr_path_t *want;

    (void) state;

    for (i = 0; i < N(attr_paths); i++) {
        want = &attr_paths[i];
        rc = scim_attr_path_parse(unit_type("User"), scim_str_from(want->text),
                                  &path);

        if (rc != (want->attr != NULL ? SCIM_OK : SCIM_NONE)) {
            fail_msg("%s: %d", want->text, rc);
        }

        if (rc != SCIM_OK) {
            continue;
        }

        assert_non_null(path.schema);
        assert_int_equal(path.extension, want->extension);

        if (strncmp(name_of(path.attr), want->attr, strlen(want->attr)) != 0
            || (path.attr == NULL) != (want->attr[0] == '\0')
            || (path.sub == NULL) != (want->sub == NULL)
            || (want->sub != NULL
                && !scim_str_eq(path.sub->name, scim_str_from(want->sub))))
        {
            fail_msg("%s: %s %s", want->text, name_of(path.attr),
                     name_of(path.sub));
        }
    }
}


typedef struct {
    const char         *text;           /* ' stands for " */
    scim_error_type_e   type;           /* SCIM_TYPE_NONE: accepted */
    const char         *says;           /* refused: part of the detail;
                                           accepted: sub-attribute or NULL */
    bool                filter;
} patch_path_t;

static const patch_path_t  patch_paths[] = {
    { "displayName", SCIM_TYPE_NONE, NULL, false },
    { " displayName ", SCIM_TYPE_NONE, NULL, false },
    { "name.familyName", SCIM_TYPE_NONE, "familyName", false },
    { ENT ":manager", SCIM_TYPE_NONE, NULL, false },
    { ENT, SCIM_TYPE_NONE, NULL, false },
    { "emails[type eq 'work']", SCIM_TYPE_NONE, NULL, true },
    { "emails[type eq 'work'].value", SCIM_TYPE_NONE, "value", true },
    { "emails[type eq 'other'].Value", SCIM_TYPE_NONE, "value", true },
    { "emails[type eq \\'].\\'].value", SCIM_INVALID_FILTER, "", true },
    { "emails[type eq '].value'].value", SCIM_TYPE_NONE, "value", true },
    { U ":emails[type eq 'work' and primary eq true].display", SCIM_TYPE_NONE,
      "display", true },
    { "roles[primary eq 'True'].value", SCIM_TYPE_NONE, "value", true },

    { "", SCIM_INVALID_PATH, "does not begin", false },
    { "[type eq 'work']", SCIM_INVALID_PATH, "does not begin", false },
    { "'userName'", SCIM_INVALID_PATH, "does not begin", false },
    { "colour", SCIM_INVALID_PATH, "'colour' names an attribute that a User"
      " does not have", false },
    { "name..x", SCIM_INVALID_PATH, "does not have", false },
    { "userName eq 'x'", SCIM_INVALID_PATH, "goes on", false },
    { "userName[value eq 'x']", SCIM_INVALID_PATH, "without entries", false },
    { "name[givenName eq 'x']", SCIM_INVALID_PATH, "without entries", false },
    { ENT "[manager pr]", SCIM_INVALID_PATH, "without entries", false },
    { "emails.type[value pr]", SCIM_INVALID_PATH, "without entries", false },
    { "emails[type eq 'work'].colour", SCIM_INVALID_PATH, "schema does not",
      false },
    { "emails[type eq 'work']value", SCIM_INVALID_PATH, "goes on", false },
    { "emails[type eq 'work'].value x", SCIM_INVALID_PATH, "goes on", false },
    { "emails[type eq 'work'].", SCIM_INVALID_PATH, "schema does not", false },
    { "emails[type eq 'work'", SCIM_INVALID_FILTER, "']'", false },
    { "emails[", SCIM_INVALID_FILTER, "position 8", false },
    { "emails[]", SCIM_INVALID_FILTER, "position 8", false },
    { "emails[colour pr]", SCIM_INVALID_FILTER, "'emails' has no", false },
    { "emails[type gt]", SCIM_INVALID_FILTER, "a value", false },
    { "emails[primary gt true]", SCIM_INVALID_FILTER, "boolean", false },
    { "\xff", SCIM_INVALID_PATH, "UTF-8", false }
};


static void
check_path(scim_pool_t *pool, const patch_path_t *want)
{
    char          text[256];
    size_t        i;
    scim_rc_t     rc;
    scim_path_t   path;
    scim_error_t  err = { .type = SCIM_TYPE_NONE };

    for (i = 0; want->text[i] != '\0'; i++) {
        text[i] = want->text[i] == '\'' ? '"' : want->text[i];
    }

    rc = scim_path_parse(pool, unit_type("User"), (scim_str_t) { text, i },
                         &path, &err);

    if (want->type != SCIM_TYPE_NONE) {
        if (rc != SCIM_REFUSED || err.status != 400 || err.type != want->type
            || strstr(err.detail, want->says) == NULL)
        {
            fail_msg("%s: %d %s", want->text, rc, err.detail);
        }

        return;
    }

    if (rc != SCIM_OK || (path.filter != NULL) != want->filter
        || (path.path.sub != NULL) != (want->says != NULL)
        || (want->says != NULL
            && !scim_str_eq(path.path.sub->name, scim_str_from(want->says))))
    {
        fail_msg("%s: %d %s", want->text, rc, err.detail);
    }
}


static void
paths_of_patch(void **state)
{
    size_t        i;
    scim_pool_t  *pool = scim_pool_create(0);

    (void) state;

    for (i = 0; i < N(patch_paths); i++) {
        check_path(pool, &patch_paths[i]);
    }

    scim_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(attribute_paths),
        cmocka_unit_test(paths_of_patch)
    };

    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
