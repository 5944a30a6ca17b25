/*
 * What the loader of schemas and its reader of attributes share; of no concern
 * to others.
 */

#ifndef SCIM_SCHEMA_READ_H
#define SCIM_SCHEMA_READ_H

#include "scim_schema_load.h"

/* What is being read, for messages. */
typedef struct {
    scim_schemas_t    *schemas;
    const char        *file;
    const char        *kind;    /* "schema", "resource type" */
    scim_str_t         name;    /* of that; absent until it is known */
    const scim_attr_t *attr;    /* the attribute within it, or NULL */
    scim_error_t      *err;
} scim_load_t;

/* Refuses what is being read, with status 500. */
scim_rc_t scim_load_bad(const scim_load_t *load, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The member `name` of json, a text that must be there and not empty. */
scim_rc_t scim_load_text(const scim_load_t *load, const scim_json_t *json,
    const char *name, scim_str_t *out);
scim_rc_t scim_load_flag(const scim_load_t *load, const scim_json_t *value,
    bool *out);

/* Attributes, or the sub-attributes of `parent`: no deeper than that. */
scim_rc_t scim_load_attrs(scim_load_t *load, const scim_json_t *json,
    const scim_schema_t *schema, const scim_attr_t *parent,
    scim_attr_t **out, size_t *n);

/* Refuses characteristics of an attribute, or of its sub-attributes, that
 * cannot be served together.  In scim_schema_check.c. */
scim_rc_t scim_load_check(scim_load_t *load, const scim_attr_t *attr);

/* Whether a client can give it a value that is stored. */
bool scim_attr_settable(const scim_attr_t *attr);

/* Puts into the JSON the characteristics that were left to their defaults:
 * clients that read /Schemas need not know those. */
scim_rc_t scim_load_complete(scim_pool_t *pool, scim_json_t *array,
    const scim_attr_t *attrs);

/* Takes out of the JSON what is never returned (password): of no use to a
 * client that maps attributes, and some would map it (docs/leniency.md). */
void scim_load_hide(scim_json_t *array, const scim_attr_t *attrs);

#endif /* SCIM_SCHEMA_READ_H */
