/*
 * A displayName that is made of the name when a user is, and is then not the
 * client's to change (SCIM_DISPLAY_DERIVED).  Documents are canonical, before
 * or after scim_resource_stamp().
 */

#ifndef SCIM_DERIVE_H
#define SCIM_DERIVE_H

#include "scim_resource.h"

/*
 * Sets displayName to the first of these that is there: name.givenName and
 * name.familyName with a blank between, if both are; name.formatted;
 * givenName; familyName; displayName as it was sent; userName.  White space at
 * the ends goes, and between words becomes one blank.
 *
 * Refused as scim_resource_put().
 */
scim_rc_t scim_display_derive(scim_pool_t *pool,
    const scim_resource_type_t *type, scim_json_t *doc, scim_error_t *err);

/* Sets displayName to that of the old document, or to none if that has none;
 * the value is copied.  Refused as scim_resource_put(). */
scim_rc_t scim_display_keep(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_json_t *old,
    scim_json_t *doc, scim_error_t *err);

#endif /* SCIM_DERIVE_H */
