/*
 * What the tests of PATCH share: rows of a document, operations and what comes
 * out.
 */

#ifndef UNIT_PATCH_H
#define UNIT_PATCH_H

#include "unit.h"

#include "scim/scim_patch.h"
#include "scim/scim_resource.h"

#define N(array)  (sizeof(array) / sizeof((array)[0]))
#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

/*
 * Texts have ' for " (^ for the \" that a path in JSON needs) and leave out
 * the braces, `schemas` and the required attribute.  members is the delta:
 * "-a +b", with "0" first when all present ones go; NULL: no change.
 */
typedef struct {
    const char        *label;
    const char        *doc;
    const char        *operations;
    const char        *expected;    /* NULL: refused */
    scim_error_type_e  type;
    const char        *members;
    scim_no_target_e   no_target;
} unit_patch_t;

#define OP(op, path, value) \
    "{'op':'" op "','path':'" path "','value':" value "}"
#define DEL(op, path)      "{'op':'" op "','path':'" path "'}"
#define KEYS(op, value)    "{'op':'" op "','value':" value "}"

#define WORK    "'emails':[{'value':'a@x','type':'work','primary':true}]"
#define MOBILE  "phoneNumbers[type eq ^mobile^].value"
#define ROLE    "roles[primary eq ^True^]"
#define SEL(value)  "members[value eq ^" value "^]"

/* The document of a row, in canonical form. */
scim_json_t *unit_patch_document(scim_pool_t *pool, const char *type,
    const char *text);

/* The body of a PATCH with these operations. */
scim_json_t *unit_patch_body(scim_pool_t *pool, const char *operations);

/* Runs a row's operations on doc and members. */
scim_rc_t unit_patch_run(scim_pool_t *pool, const char *type,
    const unit_patch_t *row, scim_json_t *doc, scim_members_t *members,
    scim_error_t *err);

/* Fails the test unless the rows give what they say. */
void unit_patch_check(const char *type, const unit_patch_t *rows, size_t n);

#endif /* UNIT_PATCH_H */
