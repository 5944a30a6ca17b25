/*
 * A request that failed is noted:
 *
 *     start     to its tenant's
 *     noted     204; no such tenant: to those of none
 */

#include "scim_op_failure.h"
#include "scim_op_int.h"


static scim_rc_t noted(scim_op_t *op, const redisReply *reply);
static scim_rc_t anywhere(scim_op_t *op, const redisReply *reply);


static scim_rc_t
start(scim_op_t *op, const redisReply *reply)
{
    const scim_failure_t  *failure = op->state;

    (void) reply;

    if (!scim_store_name_valid(failure->tenant)) {
        return anywhere(op, NULL);
    }

    return scim_op_ask(op,
                       scim_store_failure_add(op->pool, failure->tenant,
                                              failure, &op->cmd),
                       noted);
}


static scim_rc_t
noted(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_failure_add_reply(reply, &err);

    if (rc == SCIM_NONE) {
        return anywhere(op, NULL);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    op->result.status = 204;

    return SCIM_OK;
}


static scim_rc_t
anywhere(scim_op_t *op, const redisReply *reply)
{
    const scim_failure_t  *failure = op->state;

    (void) reply;

    return scim_op_ask(op,
                       scim_store_failure_add(op->pool, scim_str_absent,
                                              failure, &op->cmd),
                       noted);
}


scim_op_t *
scim_op_failure(scim_pool_t *pool, const scim_op_env_t *env,
    const scim_failure_t *failure)
{
    scim_op_t  *op;

    op = scim_op_create_op(pool, env, start);
    if (op != NULL) {
        op->state = (void *) failure;
    }

    return op;
}
