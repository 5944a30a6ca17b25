/*
 * The paths of changes (scim_diff.h has their form).  Internal to scim_diff.c.
 */

#ifndef SCIM_DIFF_PATH_H
#define SCIM_DIFF_PATH_H

#include "scim_core.h"
#include "scim_schema.h"

/* What a path stands for: a member of the document or of an extension in it,
 * or a part of that member. */
typedef struct {
    const scim_schema_t *home;      /* NULL: nothing that changes are taken
                                       back of */
    const scim_attr_t   *attr;      /* NULL: unknown, and kept */
    const scim_attr_t   *sub;
    scim_str_t           name;
} scim_diff_place_t;

/* The place a path stands for; the name is a part of it. */
void scim_diff_place(const scim_resource_type_t *type, scim_str_t path,
    scim_diff_place_t *place);

/* Sets path to that of a member of home as a whole, such that
 * scim_diff_place() finds it.  attr is what the schema has of that name, or
 * NULL. */
void scim_diff_path(const scim_resource_type_t *type,
    const scim_schema_t *home, const scim_attr_t *attr, scim_str_t name,
    scim_buf_t *path);

/* Members of a document that follow from the rest, or never change: id,
 * schemas, meta … */
bool scim_diff_is_derived(const scim_resource_type_t *type,
    const scim_schema_t *home, scim_str_t name);

/* … but for meta.created, which nothing else tells when the document is
 * gone. */
bool scim_diff_is_created(const scim_attr_t *attr, const scim_attr_t *sub);

#endif /* SCIM_DIFF_PATH_H */
