/*
 * Schemas and resource types (RFC 7643 sections 6 and 7), read from JSON
 * files: src/scim/schemas/ holds those compiled in.  Everything that depends on
 * an attribute's type, case, mutability or spelling asks here.
 *
 * Built once, at configuration time, in a pool that lives as long as the
 * configuration; read-only afterwards, so any number of requests share it.
 */

#ifndef SCIM_SCHEMA_H
#define SCIM_SCHEMA_H

#include "scim_core.h"
#include "scim_error.h"
#include "scim_json.h"

typedef enum {
    SCIM_STRING = 0,
    SCIM_BOOLEAN,
    SCIM_DECIMAL,
    SCIM_INTEGER,
    SCIM_DATETIME,
    SCIM_BINARY,
    SCIM_REFERENCE,
    SCIM_COMPLEX
} scim_attr_type_e;

typedef enum {
    SCIM_READ_WRITE = 0,
    SCIM_READ_ONLY,
    SCIM_IMMUTABLE,
    SCIM_WRITE_ONLY
} scim_mutability_e;

typedef enum {
    SCIM_RETURNED_DEFAULT = 0,
    SCIM_RETURNED_ALWAYS,
    SCIM_RETURNED_NEVER,
    SCIM_RETURNED_REQUEST
} scim_returned_e;

typedef enum {
    SCIM_UNIQUE_NONE = 0,
    SCIM_UNIQUE_SERVER,
    SCIM_UNIQUE_GLOBAL
} scim_uniqueness_e;

typedef struct scim_schema_s         scim_schema_t;
typedef struct scim_attr_s           scim_attr_t;
typedef struct scim_resource_type_s  scim_resource_type_t;
typedef struct scim_schemas_s        scim_schemas_t;

struct scim_attr_s {
    scim_str_t           name;       /* canonical spelling */
    const scim_schema_t *schema;     /* where it is defined */
    const scim_attr_t   *parent;     /* of a sub-attribute, else NULL */
    scim_attr_type_e     type;
    scim_mutability_e    mutability;
    scim_returned_e      returned;
    scim_uniqueness_e    uniqueness;
    bool                 multi_valued;
    bool                 required;
    bool                 case_exact;
    scim_str_t          *canonical;  /* canonicalValues */
    size_t               ncanonical;
    scim_attr_t         *subs;       /* of a complex attribute */
    size_t               nsubs;
};

struct scim_schema_s {
    scim_str_t         id;           /* URN; "common" for the attributes that
                                        every resource has */
    scim_str_t         name;
    scim_attr_t       *attrs;
    size_t             nattrs;
    const scim_json_t *json;         /* as /Schemas shows it, less meta and
                                        what is never returned (password) */
};

struct scim_resource_type_s {
    scim_str_t            name;      /* "User" */
    scim_str_t            endpoint;  /* "Users", without the slash */
    scim_str_t            description;
    const scim_schema_t  *schema;
    const scim_schema_t  *common;    /* schemas, id, externalId, meta */
    const scim_schema_t **extensions;
    bool                 *ext_required;
    size_t                nextensions;
    const scim_attr_t    *members;   /* the attribute kept apart from the
                                        document: Group "members", else NULL */
    const scim_attr_t    *groups;    /* the computed one: User "groups" */
    bool                  hides;     /* has stored attributes that are returned
                                        on request only, or never */
};

/* The built-in User, Group and Enterprise User; SCIM_REFUSED would be a
 * broken build. */
scim_rc_t scim_schemas_create(scim_pool_t *pool, scim_schemas_t **out,
    scim_error_t *err);

/* Iteration: NULL past the end.  The common attributes are not among them. */
const scim_schema_t *scim_schemas_at(const scim_schemas_t *schemas, size_t i);
const scim_resource_type_t *scim_schemas_type_at(const scim_schemas_t *schemas,
    size_t i);

/* By URN without case, old aliases included (OneLogin's
 * "urn:scim:schemas:core:1.0" and its kin); NULL if unknown. */
const scim_schema_t *scim_schemas_find(const scim_schemas_t *schemas,
    scim_str_t urn);

/* By name ("User"), exactly; by endpoint ("Users"), without case. */
const scim_resource_type_t *scim_schemas_type(const scim_schemas_t *schemas,
    scim_str_t name);
const scim_resource_type_t *scim_schemas_endpoint(const scim_schemas_t *schemas,
    scim_str_t endpoint);

/* The schema of that URN if it is the type's core schema or one of its
 * extensions, aliases included; else NULL. */
const scim_schema_t *scim_type_schema(const scim_resource_type_t *type,
    scim_str_t urn);

/* A top-level attribute by name without case: of the schema given, and for
 * the type's core schema (or schema NULL) also the common attributes of
 * RFC 7643 section 3.1: schemas, id, externalId, meta.  NULL if unknown. */
const scim_attr_t *scim_type_attr(const scim_resource_type_t *type,
    const scim_schema_t *schema, scim_str_t name);

/* A sub-attribute by name without case; NULL if unknown. */
const scim_attr_t *scim_attr_sub(const scim_attr_t *attr, scim_str_t name);

/* The sub-attribute a multi-valued or reference-like complex attribute is
 * compared by when none is named: "value" if it has one, else NULL. */
const scim_attr_t *scim_attr_value_sub(const scim_attr_t *attr);

/* Whether it is never returned, or is a part of what is not: nobody may learn
 * of its values by filters, orders or conflicts either. */
bool scim_attr_secret(const scim_attr_t *attr);

/*
 * The full name, for messages and `path` of records: "userName",
 * "name.givenName", "urn:…:enterprise:2.0:User:manager.value".
 */
scim_rc_t scim_attr_name(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, scim_str_t *out);

#endif /* SCIM_SCHEMA_H */
