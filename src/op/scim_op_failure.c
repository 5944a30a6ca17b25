/*
 * Requests that failed are noted, one after the other:
 *
 *     note      to its tenant's
 *     noted     no such tenant: to those of none; the next, 204
 */

#include "scim_op_failure.h"
#include "scim_op_int.h"


typedef struct {
    const scim_failure_t  *failures;
    size_t                 n;
    size_t                 at;
    bool                   none;    /* there is no such tenant */
} scim_notes_t;

static scim_rc_t noted(scim_op_t *op, const redisReply *reply);


static scim_rc_t
note(scim_op_t *op, const redisReply *reply)
{
    scim_str_t             tenant;
    scim_notes_t          *notes = op->state;
    const scim_failure_t  *failure = &notes->failures[notes->at];

    (void) reply;

    tenant = failure->tenant;

    if (notes->none || !scim_store_name_valid(tenant)) {
        tenant = scim_str_absent;
    }

    return scim_op_ask(op, scim_store_failure_add(op->pool, tenant, failure,
                                                  &op->cmd),
                       noted);
}


static scim_rc_t
noted(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_notes_t  *notes = op->state;

    rc = scim_store_failure_add_reply(reply, &err);

    if (rc == SCIM_NONE) {
        notes->none = true;
        return note(op, NULL);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (++notes->at < notes->n) {
        return note(op, NULL);
    }

    op->result.status = 204;

    return SCIM_OK;
}


scim_op_t *
scim_op_failure(scim_pool_t *pool, const scim_op_env_t *env,
    const scim_failure_t *failures, size_t n)
{
    scim_op_t     *op;
    scim_notes_t  *notes;

    op = scim_op_create_op(pool, env, note);
    notes = scim_pcalloc(pool, sizeof(scim_notes_t));

    if (op == NULL || notes == NULL) {
        return NULL;
    }

    notes->failures = failures;
    notes->n = n;
    op->state = notes;

    return op;
}
