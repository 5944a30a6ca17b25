/*
 * sortBy (RFC 7644 section 3.4.2.3): which attribute it names, what a resource
 * is sorted under, and resources gathered to be sorted here because no index
 * has them in order.
 *
 * What is sorted are texts "key NUL id", those of an index: so it makes no
 * difference to the order, or to a cursor, who sorts.  Missing values are
 * greater than any; resources of equal value are in the order of their ids.
 */

#ifndef SCIM_OP_SORT_H
#define SCIM_OP_SORT_H

#include "scim_op_int.h"

/* Bytes of keys that are gathered for one list. */
#define SCIM_SORT_BYTES  (16 * 1024 * 1024)

typedef struct {
    scim_str_t entry;       /* "key NUL id" */
    scim_str_t id;          /* the end of it */
    unsigned   leg;         /* which type */
} scim_sorted_t;

typedef struct {
    scim_pool_t   *pool;
    scim_sorted_t *items;
    size_t         n;
    size_t         cap;
    size_t         bytes;
} scim_sorting_t;

/*
 * The attribute of sortBy.  SCIM_NONE if the type does not have it.  Refused,
 * invalidValue: the attribute cannot be sorted by.
 */
scim_rc_t scim_op_sort_by(const scim_resource_type_t *type, scim_str_t name,
    scim_attr_path_t *out, scim_error_t *err);

/* Refused for what is neither "ascending" nor "descending". */
scim_rc_t scim_op_sort_order(scim_str_t order, bool *descending,
    scim_error_t *err);

/* Adds a resource; tree is made in scratch, path->attr NULL: its type does not
 * have the attribute.  SCIM_NONE: more than SCIM_SORT_BYTES. */
scim_rc_t scim_op_sort_add(scim_sorting_t *sorting, scim_pool_t *scratch,
    const scim_attr_path_t *path, const scim_json_t *tree, scim_str_t id,
    unsigned leg);

/* Puts them in order; descending is ascending the other way round. */
void scim_op_sort_done(scim_sorting_t *sorting, bool descending);

/* How many come before the position, or at it if `at`. */
size_t scim_op_sort_find(const scim_sorting_t *sorting, bool descending,
    scim_str_t position, bool at);

#endif /* SCIM_OP_SORT_H */
