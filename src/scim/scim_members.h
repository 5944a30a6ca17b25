/*
 * Changes to the members of a group, as deltas: the members themselves are
 * not in the document.  Calls are made in the order of the operations and
 * folded into the net change: replace everything or not, ids to add, ids to
 * remove; no id twice, none both added and removed.
 */

#ifndef SCIM_MEMBERS_H
#define SCIM_MEMBERS_H

#include "scim_core.h"

typedef struct scim_members_s scim_members_t;

/* No change yet.  Lives in pool. */
scim_members_t *scim_members_create(scim_pool_t *pool);

/* id is copied by reference.  Expected O(1) each. */
scim_rc_t scim_members_add(scim_members_t *m, scim_str_t id);
scim_rc_t scim_members_remove(scim_members_t *m, scim_str_t id);

/* All present members go; what was added so far is forgotten. */
void scim_members_clear(scim_members_t *m);

bool scim_members_changed(const scim_members_t *m);

/* True if everything not added is to go. */
bool scim_members_replaces(const scim_members_t *m);

/* The net additions and removals, in order of first mention.  Arrays live in
 * the pool; removals are empty when scim_members_replaces(). */
scim_rc_t scim_members_added(const scim_members_t *m, scim_str_t **ids,
    size_t *n);
scim_rc_t scim_members_removed(const scim_members_t *m, scim_str_t **ids,
    size_t *n);

#endif /* SCIM_MEMBERS_H */
