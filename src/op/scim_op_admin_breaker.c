/*
 * The admin API's release of a tenant's breaker: what it held is let through,
 * and counted from nothing.
 */

#include "scim_op_admin.h"


static scim_rc_t
released(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_breaker_release_reply(reply, &err);

    if (rc == SCIM_NONE) {
        return scim_admin_no_tenant(op);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    op->result.status = 204;

    return SCIM_OK;
}


scim_rc_t
scim_admin_breaker_release(scim_op_t *op, const redisReply *reply)
{
    const scim_admin_t  *admin = op->state;

    (void) reply;

    return scim_op_ask(op, scim_store_breaker_release(op->pool, admin->tenant,
                                                      &op->cmd),
                       released);
}
