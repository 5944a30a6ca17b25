/*
 * Large changes of members around a commit: staged before it in steps, cleared
 * away after it, so that no step holds Redis for long.
 */

#ifndef SCIM_OP_STAGE_H
#define SCIM_OP_STAGE_H

#include "scim_op_int.h"

typedef struct {
    bool                held;       /* Redis has it: to be put in force by a
                                       commit, or swept */
    bool                begun;      /* the first call has been made */
    scim_str_t          op_id;      /* the commit's */
    scim_store_stage_e  kind;
    scim_str_t         *add;
    size_t              nadd;
    scim_str_t         *remove;
    size_t              nremove;
    size_t              at;         /* ids of the step that were sent */
    size_t              taken;      /* ids it has, or will have if none is
                                       left out */
    scim_store_stage_t  call;
    scim_op_step_pt     next;
} scim_op_stage_t;

struct scim_op_write_s;

/*
 * Says in w->commit how its members are to be staged.  What an earlier attempt
 * has staged is kept, with its operation id, if it is the same change: what
 * can be overtaken then is only the commit.
 */
scim_rc_t scim_op_stage_plan(struct scim_op_write_s *w);

/* Stages from the beginning, then calls next(op, NULL): w->committed or
 * w->refused says how it went. */
scim_rc_t scim_op_stage(scim_op_t *op, scim_op_step_pt next);

/* Clears away what the stage or the commit has left, then calls next(op,
 * NULL); what fails here changes nothing for readers and is passed over. */
scim_rc_t scim_op_sweep(scim_op_t *op, scim_op_step_pt next);

#endif /* SCIM_OP_STAGE_H */
