/*
 * Fuzzes PATCH: a body is refused in good form, or gives the same canonical
 * document each time it is applied.
 *
 * The first byte of the input chooses the resource type and what becomes of a
 * path that matches nothing; the rest is a JSON body.
 */

#include "fuzz.h"
#include "scim/scim_patch.h"
#include "scim/scim_resource.h"


#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static const char  user[] =
    "{\"schemas\":[\"" U "\",\"" ENT "\"],\"userName\":\"Ada\","
    "\"name\":{\"givenName\":\"A\"},\"active\":true,"
    "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\",\"primary\":true},"
    "{\"value\":\"b@y\"}],\"" ENT "\":{\"manager\":{\"value\":\"m\"}}}";

static const char  group[] =
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],"
    "\"displayName\":\"Staff\"}";

static const char  present[] =
    "[{\"value\":\"a\",\"type\":\"User\",\"display\":\"A\"},"
    "{\"value\":\"b\"}]";

static scim_json_t *
json(scim_pool_t *pool, scim_str_t text)
{
    scim_json_t   *root;
    scim_error_t   err;

    must(scim_json_parse(pool, text, NULL, &root, &err) == SCIM_OK);

    return root;
}


/* The canonical document after the patch; NULL if refused. */
static scim_json_t *
apply(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_patch_t *patch, scim_error_t *err)
{
    scim_rc_t        rc;
    scim_json_t     *doc, *members;
    scim_members_t  *changes;

    doc = json(pool, type->members == NULL ? scim_str(user)
                                           : scim_str(group));
    members = json(pool, scim_str(present));
    changes = scim_members_create(pool);
    must(changes != NULL);

    rc = scim_patch_apply(pool, patch,
                          scim_patch_needs_document(patch) ? doc : NULL,
                          scim_patch_needs_members(patch) ? members : NULL,
                          changes, err);
    if (rc == SCIM_OK) {
        rc = scim_resource_settle(pool, type, doc, err);
    }

    must(rc == SCIM_OK || rc == SCIM_REFUSED);

    return rc == SCIM_OK ? doc : NULL;
}


/* Canonical: settling and accepting it change nothing. */
static void
check_canonical(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_json_t *doc)
{
    scim_json_t     *again;
    scim_error_t     err;
    scim_members_t  *members = scim_members_create(pool);

    again = scim_json_copy(pool, doc);
    must(scim_resource_settle(pool, type, again, &err) == SCIM_OK);
    must(scim_json_equal(doc, again));

    must(scim_resource_accept(pool, type, SCIM_UNKNOWN_REFUSE, doc, &again,
                              members, &err)
         == SCIM_OK);
    must(scim_json_equal(doc, again));
    must(!scim_members_changed(members));
}


static void
check_refusal(const scim_error_t *err)
{
    must(err->status == 400 && err->type != SCIM_TYPE_NONE);
    must(err->detail[0] != '\0');
    must(scim_utf8_valid(scim_str_from(err->detail)));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_rc_t                    rc;
    scim_str_t                   text;
    scim_json_t                 *body, *doc, *again;
    scim_pool_t                 *pool;
    scim_error_t                 err;
    scim_patch_t                *patch;
    const scim_resource_type_t  *type;

    if (size < 1) {
        return 0;
    }

    type = type_at(data[0]);
    text = (scim_str_t) { (const char *) data + 1, size - 1 };
    pool = scim_pool_create(0);
    must(pool != NULL);

    if (scim_json_parse(pool, text, NULL, &body, &err) == SCIM_OK) {
        rc = scim_patch_parse(pool, type, body,
                              (scim_no_target_e) (data[0] / 2 % 3), &patch,
                              &err);
        doc = rc == SCIM_OK ? apply(pool, type, patch, &err) : NULL;

        if (doc == NULL) {
            check_refusal(&err);

        } else {
            again = apply(pool, type, patch, &err);
            must(again != NULL && scim_json_equal(doc, again));
            check_canonical(pool, type, doc);
        }
    }

    scim_pool_destroy(pool);

    return 0;
}
