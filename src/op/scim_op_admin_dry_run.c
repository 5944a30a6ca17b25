/*
 * The admin API's dry runs: what they would have written is forgotten.  It is
 * listed as the history is (scim_op_admin_history.c).
 */

#include "scim_op_admin.h"
#include "../store/scim_store_history.h"


static scim_rc_t clear(scim_op_t *op, const redisReply *reply);


scim_rc_t
scim_admin_dry_run_clear(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_admin_tenant(op, clear);
}


static scim_rc_t
clear(scim_op_t *op, const redisReply *reply)
{
    const scim_admin_t  *admin = op->state;

    (void) reply;

    return scim_op_ask(op, scim_store_dry_run_clear(op->pool, admin->tenant,
                                                    &op->cmd),
                       scim_admin_done);
}
