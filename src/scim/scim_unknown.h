/*
 * What a client sends that the resource type does not know: ignored, kept as
 * it is, or refused, as the configuration says.
 *
 * Kept are attributes of the resource and of its extensions, and whole objects
 * of unknown extensions: they are stored and shown, but no filter, path or
 * `attributes` names them.  Unknown sub-attributes are never kept, however they
 * are written ("name.x"): elements are merged and compared by what is known of
 * them.
 */

#ifndef SCIM_UNKNOWN_H
#define SCIM_UNKNOWN_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_schema.h"

typedef enum {
    SCIM_UNKNOWN_IGNORE = 0,
    SCIM_UNKNOWN_KEEP,
    SCIM_UNKNOWN_REFUSE
} scim_unknown_e;

/* Whether a name that the schema does not have may be kept below it: as a
 * whole it must be unknown, also when it is read back from there. */
bool scim_unknown_keeps(const scim_resource_type_t *type,
    const scim_schema_t *schema, scim_str_t name);

/* 400 invalidSyntax for the attribute of that name; schema is the one it was
 * looked for in, or NULL. */
scim_rc_t scim_unknown_refuse(const scim_resource_type_t *type,
    const scim_schema_t *schema, scim_str_t name, scim_error_t *err);

/* Refuses the first sub-attribute in a value (or values) sent for attr that
 * attr does not have. */
scim_rc_t scim_unknown_subs(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_attr_t *attr,
    const scim_json_t *value, scim_error_t *err);

/*
 * PATCH, whose paths have been read already: refuses what is unknown in the
 * values of its operations …
 */
scim_rc_t scim_unknown_check_patch(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_json_t *body,
    scim_error_t *err);

/* … or puts it into doc; doc NULL: SCIM_OK if there is something to be put,
 * else SCIM_NONE. */
scim_rc_t scim_unknown_keep_patch(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_json_t *body,
    scim_json_t *doc);

#endif /* SCIM_UNKNOWN_H */
