/*
 * What the writing operations share: the read before the commit, the commit
 * itself, and what follows from its outcome.
 *
 *     scim_op_write_begin     body, view
 *     scim_op_write_read      the resource as it is; 404, 412
 *     scim_op_write_update    compares, commits
 *     [stage …]               members that are many, before the commit
 *     …                       a conflict leads back to `again`
 *     [sweep …]               what a large change has left
 *     done                    the operation's answer
 */

#ifndef SCIM_OP_WRITE_H
#define SCIM_OP_WRITE_H

#include "scim_op_stage.h"
#include "scim_op_view.h"
#include "../scim/scim_patch.h"
#include "../scim/scim_text.h"

/* How often a commit is tried that others keep overtaking.  Each time one of
 * them has got through, so as many may change one resource at a time. */
#define SCIM_OP_ATTEMPTS  64

typedef struct scim_op_write_s {
    scim_op_view_t          view;
    bool                    pinned;     /* If-Match names versions: a conflict
                                           is the client's to solve */
    bool                    rests;      /* also a change of members alone
                                           rests on what was read */
    scim_patch_t           *patch;      /* PATCH's operations */
    scim_members_t         *members;    /* of this attempt; NULL: none */
    scim_row_t              old;        /* as read, in the pool */
    scim_json_t            *old_doc;
    scim_json_t            *doc;        /* as it is to be */
    char                    modified[SCIM_TIME_LEN + 1];
    scim_store_query_t      query;
    scim_store_commit_t     commit;
    scim_str_t              operation;  /* the history's word for it; empty:
                                           that of the commit's verb */
    scim_str_t              note;       /* an element of its own among the
                                           changes; empty: none */
    scim_store_event_t      event;
    scim_store_breaker_t    breaker;
    scim_missing_e          missing;    /* for the commit */
    scim_op_stage_t         stage;
    scim_store_committed_t  committed;
    bool                    refused;    /* by the store, as err says */
    scim_error_t            err;
    void                   *own;        /* the operation's */
    scim_op_step_pt         absent;     /* if there is nothing to be read;
                                           NULL: 404 */
    scim_op_step_pt         taken;      /* if a unique value is another's:
                                           scim_op_write_taken(), or what may
                                           lead there */
    scim_op_step_pt         again;      /* from where an attempt starts */
    scim_op_step_pt         next;       /* after the read */
    scim_op_step_pt         done;       /* after the commit */
} scim_op_write_t;

/* The state, as op->state too, with the view; ends the operation itself (then
 * *out is NULL) when the request is refused. */
scim_rc_t scim_op_write_begin(scim_op_t *op, bool body, scim_op_write_t **out);

/* Whether the commit alone can check If-Match: *expected is what it is to
 * expect.  If not, scim_op_write_read() checks. */
bool scim_op_write_expects(const scim_op_t *op, uint64_t *expected);

/* Reads op->request.id into w->old and w->old_doc, checks preconditions, calls
 * next(op, NULL).  A conflict will start here again. */
scim_rc_t scim_op_write_read(scim_op_t *op, bool relations,
    scim_op_step_pt next);

/* Commits w->commit, of which verb, expected, doc and entries are set; the
 * history tells of w->old_doc and w->doc. */
scim_rc_t scim_op_write_commit(scim_op_t *op, scim_op_step_pt done);

/* Commits w->doc and w->members in the place of what was read; nothing is
 * written if nothing changes. */
scim_rc_t scim_op_write_update(scim_op_t *op, scim_op_step_pt done);

/* A step: 409 for the unique value that w->committed names. */
scim_rc_t scim_op_write_taken(scim_op_t *op, const redisReply *reply);

/* w->doc, and w->members if there are some: the request's body in the place of
 * what was read (scim_op_replace.c).  Refused as PUT is. */
scim_rc_t scim_op_replacement(scim_op_t *op, scim_error_t *err);

/* The document's part of a commit: bytes, display, index entries.  old is NULL
 * for a new one, doc for one that goes. */
scim_rc_t scim_op_write_document(scim_op_t *op, const scim_json_t *old,
    const scim_json_t *doc, scim_error_t *err);

/* A random UUID, in the pool. */
scim_rc_t scim_op_random_id(scim_op_t *op, scim_str_t *out);

/* Fills w->commit.event, unless there is to be no history, and
 * w->commit.breaker if the commit deprovisions a user, which the tenant
 * limits. */
scim_rc_t scim_op_event(scim_op_t *op);

/*
 * The tenant's default group in w->commit (scim_op_everyone.c): a user is to
 * join it, and it is the only one of its name.  Refused: what an identity
 * provider may not do with it, 403 or 400 mutability; that no member leaves it
 * is the store's to see.
 */
scim_rc_t scim_op_everyone(scim_op_t *op, scim_error_t *err);

/* The group of that name, as one that begins now; strings live in the pool.
 * Refused: the schema asks for more of a group than a name. */
scim_rc_t scim_op_everyone_make(scim_op_t *op, scim_str_t name, bool history,
    scim_store_group_t *out, scim_error_t *err);

/* Ends with the resource as it stands after the commit: groups of a user as
 * read before, and those just joined (read back if these are in others); a
 * group read back for its members, or, after a dry run, with those of the
 * request (scim_op_write_show.c). */
scim_rc_t scim_op_write_show(scim_op_t *op, int status);

#endif /* SCIM_OP_WRITE_H */
