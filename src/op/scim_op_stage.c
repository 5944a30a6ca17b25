/*
 * Large changes of members around a commit.
 *
 *     scim_op_stage       the ids to add, then for a copy those to remove and
 *                         the present members, a chunk of each in a call
 *     scim_op_sweep       hints of who is no member, a chunk in a call
 */

#include "scim_op_write.h"


static scim_rc_t stage_got(scim_op_t *op, const redisReply *reply);
static scim_rc_t sweep_got(scim_op_t *op, const redisReply *reply);


static bool
same_ids(const scim_str_t *a, size_t na, const scim_str_t *b, size_t nb)
{
    size_t  i;

    for (i = 0; na == nb && i < na; i++) {
        if (!scim_str_eq(a[i], b[i])) {
            return false;
        }
    }

    return na == nb;
}


static bool
same_change(const scim_op_stage_t *a, const scim_op_stage_t *b)
{
    return a->kind == b->kind
           && same_ids(a->add, a->nadd, b->add, b->nadd)
           && same_ids(a->remove, a->nremove, b->remove, b->nremove);
}


/* A dry run has none, but tells how many members it is about. */
static scim_store_stage_e
kind_of(const scim_op_write_t *w, const scim_op_stage_t *stage)
{
    if (w->commit.dry) {
        return (stage->nadd + stage->nremove > SCIM_STORE_DRY_IDS)
               ? SCIM_STAGE_WHOLE : SCIM_STAGE_NONE;
    }

    return scim_store_stage_kind(w->commit.verb == SCIM_STORE_CREATE,
                                 scim_members_replaces(w->members),
                                 stage->nadd, stage->nremove);
}


/* Ids that are to be given to the stage. */
static size_t
to_stage(const scim_op_stage_t *stage)
{
    switch (stage->kind) {

    case SCIM_STAGE_NONE:
        return 0;

    case SCIM_STAGE_COPY:
        return stage->nadd + stage->nremove;

    default:
        return stage->nadd;
    }
}


scim_rc_t
scim_op_stage_plan(scim_op_write_t *w)
{
    scim_op_stage_t       plan = { .held = false };
    scim_store_commit_t  *commit = &w->commit;

    if (w->members != NULL) {
        if (scim_members_added(w->members, &plan.add, &plan.nadd) != SCIM_OK
            || scim_members_removed(w->members, &plan.remove, &plan.nremove)
               != SCIM_OK)
        {
            return SCIM_NOMEM;
        }

        plan.kind = kind_of(w, &plan);
    }

    /* Another change than before is rare: what it had staged expires. */
    if (!w->stage.held || !same_change(&w->stage, &plan)) {
        plan.op_id = commit->op_id;
        plan.taken = commit->dry ? plan.nadd + plan.nremove : to_stage(&plan);
        w->stage = plan;
    }

    commit->op_id = w->stage.op_id;
    commit->stage = plan.kind;
    commit->staged = w->stage.taken;

    return SCIM_OK;
}


static scim_rc_t
stage_ask(scim_op_t *op, scim_op_write_t *w)
{
    size_t               n;
    const scim_str_t    *ids;
    scim_op_stage_t     *stage = &w->stage;
    scim_store_stage_t  *call = &stage->call;

    ids = (call->step == SCIM_STAGE_ADD) ? stage->add : stage->remove;
    n = (call->step == SCIM_STAGE_ADD) ? stage->nadd : stage->nremove;

    if (call->step == SCIM_STAGE_TAKE) {
        n = 0;
        stage->at = 0;
    }

    n -= stage->at;
    if (n > SCIM_STORE_STAGE_CHUNK) {
        n = SCIM_STORE_STAGE_CHUNK;
    }

    call->commit = &w->commit;
    call->first = !stage->begun;
    call->ids = ids + stage->at;
    call->n = n;

    stage->at += n;
    stage->begun = true;
    stage->held = true;
    op->undo = scim_op_sweep;

    return scim_op_ask(op, scim_store_stage(op->pool, op->env->tenant, call,
                                            &op->cmd),
                       stage_got);
}


/* The step of the next call; false when there is none. */
static bool
stage_step(scim_op_stage_t *stage)
{
    scim_store_stage_t  *call = &stage->call;

    if (call->step == SCIM_STAGE_TAKE) {
        return call->cursor != 0;
    }

    if (call->step == SCIM_STAGE_ADD && stage->at == stage->nadd) {
        call->step = SCIM_STAGE_REMOVE;
        stage->at = 0;
    }

    if (stage->kind != SCIM_STAGE_COPY) {
        return call->step == SCIM_STAGE_ADD;
    }

    if (call->step == SCIM_STAGE_REMOVE && stage->at == stage->nremove) {
        call->step = SCIM_STAGE_TAKE;
    }

    return true;
}


scim_rc_t
scim_op_stage(scim_op_t *op, scim_op_step_pt next)
{
    scim_op_write_t  *w = op->state;

    w->stage.next = next;
    w->stage.begun = false;
    w->stage.at = 0;
    w->stage.taken = to_stage(&w->stage);
    w->stage.call = (scim_store_stage_t) { .step = SCIM_STAGE_ADD };

    /* there may be nothing to add */
    (void) stage_step(&w->stage);

    return stage_ask(op, w);
}


static scim_rc_t
stage_got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_op_write_t  *w = op->state;

    rc = scim_store_commit_reply(op->pool, reply, &w->committed, &w->err);
    if (rc == SCIM_NOMEM) {
        return rc;
    }

    w->refused = rc == SCIM_REFUSED;

    if (w->refused || w->committed.outcome != SCIM_COMMITTED) {
        return w->stage.next(op, NULL);
    }

    w->stage.call.cursor = w->committed.version;
    w->stage.taken -= w->committed.dropped;
    w->commit.staged = w->stage.taken;

    return stage_step(&w->stage) ? stage_ask(op, w) : w->stage.next(op, NULL);
}


static scim_rc_t
sweep_ask(scim_op_t *op, const scim_op_write_t *w)
{
    return scim_op_ask(op, scim_store_sweep(op->pool, op->env->tenant,
                                            w->commit.op_id, w->commit.id,
                                            &op->cmd),
                       sweep_got);
}


scim_rc_t
scim_op_sweep(scim_op_t *op, scim_op_step_pt next)
{
    scim_op_write_t  *w = op->state;

    w->stage.next = next;

    return sweep_ask(op, w);
}


static scim_rc_t
sweep_got(scim_op_t *op, const redisReply *reply)
{
    bool              more;
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;

    rc = scim_store_sweep_reply(reply, &more, &err);

    return (rc == SCIM_OK && more) ? sweep_ask(op, w)
                                   : w->stage.next(op, NULL);
}
