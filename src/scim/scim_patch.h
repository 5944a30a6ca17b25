/*
 * PATCH (RFC 7644 section 3.5.2): parsed once, applied to a document, all or
 * nothing.  Operations on members become deltas and need no document.
 */

#ifndef SCIM_PATCH_H
#define SCIM_PATCH_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_filter.h"
#include "scim_json.h"
#include "scim_members.h"
#include "scim_schema.h"

/* What a replace does whose value path matches nothing: as the RFC says, as
 * Entra needs it, or by the casing of the op (docs/leniency.md). */
typedef enum {
    SCIM_NO_TARGET_AUTO = 0,
    SCIM_NO_TARGET_CREATE,
    SCIM_NO_TARGET_ERROR
} scim_no_target_e;

typedef struct scim_patch_s scim_patch_t;

/*
 * Reads a PatchOp body.  Paths are resolved here, so a wrong op, path or
 * missing value is refused before anything is read from the store:
 * invalidSyntax (no Operations, empty, unknown op), invalidPath,
 * invalidFilter, mutability (a read-only attribute, a required one removed),
 * noTarget (remove without a path), invalidValue, tooMany (more changes than
 * one request may ask for).  Read-only and unknown attributes in a path-less
 * value are passed over, as are members of an operation that the RFC does not
 * name.  docs/leniency.md tells what else is taken.
 */
scim_rc_t scim_patch_parse(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *body, scim_no_target_e no_target, scim_patch_t **out,
    scim_error_t *err);

/* Whether it changes anything but members: then the document must be read. */
bool scim_patch_needs_document(const scim_patch_t *patch);

/* Whether a filter on members needs more than `value eq`: then the present
 * members must be given to scim_patch_apply(). */
bool scim_patch_needs_members(const scim_patch_t *patch);

/*
 * Applies the operations in order to doc (changed in place; a copy of the
 * caller's) and *members.  doc may be NULL unless scim_patch_needs_document();
 * present, a JSON array of member objects, NULL unless
 * scim_patch_needs_members().  May be called again with a newer document.
 * Refused: noTarget, mutability (another value for an immutable attribute),
 * tooMany (more comparisons than a worker has time for).  The caller settles
 * the document (scim_resource_settle) and drops everything if refused.
 */
scim_rc_t scim_patch_apply(scim_pool_t *pool, const scim_patch_t *patch,
    scim_json_t *doc, const scim_json_t *present, scim_members_t *members,
    scim_error_t *err);

#endif /* SCIM_PATCH_H */
