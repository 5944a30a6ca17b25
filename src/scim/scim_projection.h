/*
 * attributes and excludedAttributes (RFC 7644 section 3.9), with `returned`.
 */

#ifndef SCIM_PROJECTION_H
#define SCIM_PROJECTION_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_filter.h"
#include "scim_json.h"
#include "scim_schema.h"

typedef struct scim_projection_s scim_projection_t;

/*
 * Both lists are comma-separated and may be absent.  Unknown names are
 * ignored (RFC 7644 section 3.9 asks for no error), and so is a filter behind
 * a name in attributes.  Both present: 400 invalidValue.  *out is NULL when
 * everything default is wanted, so that stored bytes can be sent as they are.
 */
scim_rc_t scim_projection_parse(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t attributes,
    scim_str_t excluded, scim_projection_t **out, scim_error_t *err);

/* Whether any part of a top-level attribute is wanted; a NULL projection
 * wants what is returned by default. */
bool scim_projection_wants(const scim_projection_t *p,
    const scim_attr_t *attr);

/* True if the projection does nothing but leave out `attr` (members, groups):
 * the stored bytes serve then. */
bool scim_projection_only_excludes(const scim_projection_t *p,
    const scim_attr_t *attr);

/* Removes from the tree, in place, what is not wanted. */
void scim_projection_apply(const scim_projection_t *p, scim_json_t *resource);

#endif /* SCIM_PROJECTION_H */
