/*
 * The admin API's end of a tenant: switched off, its tokens revoked one by one,
 * swept in steps, taken out of the list of names.
 *
 * What was cut off in between is done again by another DELETE: the name stays
 * in the list until all else is gone.
 */

#include "scim_op_admin.h"


/* Resources per step of a sweep. */
#define SWEEP  1000

static scim_rc_t switched_off(scim_op_t *op, const redisReply *reply);
static scim_rc_t revoke(scim_op_t *op, const redisReply *reply);
static scim_rc_t revoked(scim_op_t *op, const redisReply *reply);
static scim_rc_t sweep(scim_op_t *op);
static scim_rc_t swept(scim_op_t *op, const redisReply *reply);
static scim_rc_t deregistered(scim_op_t *op, const redisReply *reply);


scim_rc_t
scim_admin_tenant_delete(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    return scim_op_ask(op, scim_store_tenant_update(op->pool, admin->tenant,
                                                    0, scim_str_absent,
                                                    scim_str_absent, &op->cmd),
                       switched_off);
}


/* What is not there is swept all the same: its end may have been cut off. */
static scim_rc_t
switched_off(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_tenant_update_reply(reply, &err);

    if (rc != SCIM_OK && rc != SCIM_NONE) {
        return scim_op_stop(op, rc, &err);
    }

    admin->existed = rc == SCIM_OK;

    return scim_admin_tokens(op, revoke);
}


static scim_rc_t
revoke(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    if (admin->at == admin->n) {
        return sweep(op);
    }

    return scim_admin_revoke(op, revoked);
}


static scim_rc_t
revoked(scim_op_t *op, const redisReply *reply)
{
    scim_admin_t  *admin = op->state;

    (void) reply;

    admin->at++;

    return revoke(op, NULL);
}


static scim_rc_t
sweep(scim_op_t *op)
{
    scim_admin_t  *admin = op->state;

    return scim_op_ask(op, scim_store_tenant_sweep(op->pool, admin->tenant,
                                                   SWEEP, &op->cmd),
                       swept);
}


static scim_rc_t
swept(scim_op_t *op, const redisReply *reply)
{
    bool           left;
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_tenant_sweep_reply(reply, &left, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (left) {
        return sweep(op);
    }

    return scim_op_ask(op, scim_store_tenant_register(op->pool, admin->tenant,
                                                      false, &op->cmd),
                       deregistered);
}


static scim_rc_t
deregistered(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_admin_t  *admin = op->state;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (!admin->existed) {
        return scim_admin_no_tenant(op);
    }

    op->result.status = 204;

    return SCIM_OK;
}
