/*
 * Reading schemas and resource types from JSON files, those compiled in and
 * those of an administrator alike.
 *
 *     scim_schemas_new()
 *     scim_schemas_add_built_in()
 *     scim_schemas_add()               for each file of an administrator
 *     scim_schemas_link()
 *
 * scim_schemas_create() does it for what is compiled in.
 */

#ifndef SCIM_SCHEMA_LOAD_H
#define SCIM_SCHEMA_LOAD_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"
#include "scim_schema.h"

#define SCIM_SCHEMAS_MAX  64

/* A resource type as one file has it.  There may be several of a type: the
 * later ones add extensions. */
typedef struct {
    scim_resource_type_t  *type;
    const scim_json_t     *json;
    const char            *file;
} scim_type_source_t;

/* Everything a configuration knows.  Lives in `pool`, as all it points to but
 * the names of files. */
struct scim_schemas_s {
    scim_pool_t           *pool;
    const scim_schema_t   *common;
    const scim_schema_t   *schemas[SCIM_SCHEMAS_MAX];
    size_t                 nschemas;
    scim_resource_type_t  *types[SCIM_SCHEMAS_MAX];
    size_t                 ntypes;
    scim_type_source_t     sources[SCIM_SCHEMAS_MAX];    /* for link */
    size_t                 nsources;
};

scim_rc_t scim_schemas_new(scim_pool_t *pool, scim_schemas_t **out);

/* User, Group and Enterprise User, and what every resource has. */
scim_rc_t scim_schemas_add_built_in(scim_schemas_t *schemas,
    scim_error_t *err);

/*
 * Adds what one file holds: a Schema or a ResourceType (RFC 7643 sections 6
 * and 7), told apart by `schemas`, an array of them, or the ListResponse in
 * which a service provider shows them.  Resource types may name schemas that
 * come with later files; one whose name is known adds its extensions to the
 * type of that name.
 *
 * Refused with status 500 and a detail that names the file, the attribute and
 * what is wrong with it.
 */
scim_rc_t scim_schemas_add(scim_schemas_t *schemas, const char *file,
    scim_str_t text, scim_error_t *err);

/* Binds resource types to their schemas, after the last file. */
scim_rc_t scim_schemas_link(scim_schemas_t *schemas, scim_error_t *err);

#endif /* SCIM_SCHEMA_LOAD_H */
