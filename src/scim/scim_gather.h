/*
 * The values of a resource on their way to the canonical document, one slot
 * per attribute.  Internal to scim_resource.c.
 */

#ifndef SCIM_GATHER_H
#define SCIM_GATHER_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_members.h"
#include "scim_schema.h"
#include "scim_unknown.h"

/* The values of one schema's attributes, in the order of the schema. */
typedef struct {
    const scim_schema_t  *schema;
    scim_json_t         **values;
    scim_json_t          *kept;         /* of other names; NULL: none */
    bool                  required;     /* an extension that must be there */
} scim_slots_t;

typedef struct {
    scim_pool_t                *pool;
    const scim_resource_type_t *type;
    scim_error_t               *err;
    scim_members_t             *members;    /* NULL: not wanted */
    scim_unknown_e              unknown;
    scim_slots_t               *slots;      /* common, core, extensions */
    size_t                      nslots;
} scim_gather_t;

/* Empty slots, for the pool, type, err and members that are set. */
scim_rc_t scim_gather_start(scim_gather_t *g);

/* Puts the members of an object into their slots, in canonical form; what only
 * the server sets is passed over. */
scim_rc_t scim_gather_input(scim_gather_t *g, const scim_json_t *input);

#endif /* SCIM_GATHER_H */
