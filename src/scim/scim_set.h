/*
 * A set of strings that numbers its elements from 0 in the order they came.
 * Internal to the lower floors: duplicate names of an object, members of a
 * group.
 */

#ifndef SCIM_SET_H
#define SCIM_SET_H

#include "scim_core.h"

typedef struct {
    uint32_t  hash;
    uint32_t  number;       /* of the element, from 1; 0: the slot is free */
} scim_set_slot_t;

/* Lives in the pool; the strings are not copied. */
typedef struct {
    scim_pool_t     *pool;
    scim_str_t      *items;
    size_t           count;
    size_t           cap;       /* of items; slots are twice as many */
    scim_set_slot_t *slots;
} scim_set_t;

/* Empty; takes memory with the first element. */
void scim_set_init(scim_set_t *set, scim_pool_t *pool);

/* Puts s into the set unless it is there; *number is its number, *added
 * whether it is new.  Expected O(1). */
scim_rc_t scim_set_put(scim_set_t *set, scim_str_t s, size_t *number,
    bool *added);

/* Expected O(1). */
bool scim_set_has(const scim_set_t *set, scim_str_t s);

#endif /* SCIM_SET_H */
