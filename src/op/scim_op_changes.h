/*
 * The change feed: what was changed after a place, oldest first.
 *
 *     {"changes":[{…an entry of the history…,"cursor":"…"}…],
 *      "nextCursor":"…","more":false}
 *
 * docs/changes.md.
 */

#ifndef SCIM_OP_CHANGES_H
#define SCIM_OP_CHANGES_H

#include "scim_op.h"

/* What is asked for. */
typedef struct {
    scim_str_t after;       /* a cursor; "now": nothing, but where the end is;
                               absent or empty: from the oldest that is kept */
    scim_str_t limit;       /* entries, as text; absent: 100; 1,000 at most */
    scim_str_t wait;        /* seconds, as text; absent or empty: 0; 60 at
                               most */
} scim_changes_t;

/*
 * Reads the feed of env->tenant; *changes outlives the operation.  Waiting is
 * the driver's: with nothing new, result.wait is set if the reader asked for
 * it, other than by after=now.
 *
 * Result: 200; 400 for a cursor, limit or wait that is none; 403, 404 as
 * elsewhere; 410 when entries after the cursor are gone, the detail says how to
 * begin anew.  With env->admin a tenant that is switched off is read all the same.
 */
scim_op_t *scim_op_changes(scim_pool_t *pool, const scim_op_env_t *env,
    const scim_changes_t *changes);

#endif /* SCIM_OP_CHANGES_H */
