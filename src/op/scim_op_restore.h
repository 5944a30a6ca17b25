/*
 * A revision of a resource, made again from what there is now, or was last, and
 * from the history.  Internal to the operation of restoring.
 */

#ifndef SCIM_OP_RESTORE_H
#define SCIM_OP_RESTORE_H

#include "scim_op_write.h"
#include "../store/scim_store_revision.h"

/* How far going back through the history has come. */
typedef enum {
    SCIM_RESTORE_WALKS = 0,
    SCIM_RESTORE_FOUND,
    SCIM_RESTORE_DELETED,   /* the revision is a deletion */
    SCIM_RESTORE_GAP,       /* a change behind it was not recorded, or its
                               entry is gone */
    SCIM_RESTORE_OVERTAKEN  /* somebody has written since the read */
} scim_restore_state_e;

typedef struct {
    scim_op_t            *op;
    uint64_t              revision;     /* to be restored */
    bool                  present;      /* there is such a resource now */
    uint64_t              top;          /* its version, or its deletion's */
    uint64_t              next;         /* version whose entry comes next;
                                           SCIM_STORE_NEWEST: the first */
    uint64_t              first;        /* versions the history has of it */
    uint64_t              last;
    bool                  known_before; /* by the last change taken back it is
                                           known that there was a revision
                                           before it */

    scim_pool_t          *pool;         /* of doc; another one after each page
                                           of the history, so that it grows
                                           with none of them */
    scim_json_t          *doc;
    scim_members_t       *members;      /* since the whole set below, if any */
    bool                  whole;        /* the members are given as a whole */
    scim_str_t            was;          /* by this entry; empty: none before */
    size_t                was_at;
    scim_members_t       *groups;       /* that a deletion took it from */
    scim_str_t           *rejoin;       /* these, in the end */
    size_t                nrejoin;
    size_t                at;
} scim_restore_t;

/* Back to the present: the row (NULL: there is none) is where to begin. */
scim_rc_t scim_restore_begin(scim_restore_t *r, const scim_row_t *row);

/* Takes back the changes of one page. */
scim_rc_t scim_restore_page(scim_restore_t *r,
    const scim_store_revisions_t *page, scim_restore_state_e *state,
    scim_error_t *err);

/* The document of the revision, in the operation's pool, settled by the schema
 * as it now is.  Refused when that does not allow it. */
scim_rc_t scim_restore_document(scim_restore_t *r, scim_json_t **doc,
    scim_error_t *err);

/* The members of the revision, as a change of the present ones; `was` are
 * those of r->was. */
scim_rc_t scim_restore_members(const scim_restore_t *r,
    const scim_members_t *was, scim_members_t **out);

/* Lets go of r->pool. */
void scim_restore_end(void *restore);

#endif /* SCIM_OP_RESTORE_H */
