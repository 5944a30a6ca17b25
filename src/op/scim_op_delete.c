/*
 * DELETE.
 *
 *     scim_op_delete      reads the resource for its index entries
 *     leave               commits; memberships go with it
 *     deactivate          or, if that is the policy for users, commits it
 *                         with `active` false; memberships stay
 *     left                204
 *
 * A conflict leads back to the read.
 */

#include "scim_op_user.h"


static scim_rc_t leave(scim_op_t *op, const redisReply *reply);
static scim_rc_t deactivate(scim_op_t *op, const redisReply *reply);


scim_rc_t
scim_op_delete(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_op_write_t  *w;

    (void) reply;

    rc = scim_op_write_begin(op, false, &w);
    if (w == NULL) {
        return rc;
    }

    return scim_op_write_read(op, false,
                              (scim_op_user_deactivates(op)
                               && !op->request.undo) ? deactivate : leave);
}


static scim_rc_t
left(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    op->result.status = 204;

    return SCIM_OK;
}


static scim_rc_t
leave(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;

    (void) reply;

    w->commit = (scim_store_commit_t) {
        .verb = SCIM_STORE_DELETE,
        .expected = w->old.version
    };

    rc = scim_op_write_document(op, w->old_doc, NULL, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_write_commit(op, left);
}


static scim_rc_t
deactivate(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;

    (void) reply;

    w->operation = scim_str("deactivate");

    w->doc = scim_json_copy(op->pool, w->old_doc);
    if (w->doc == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_op_user_activate(op, w->doc, false, &err);

    return (rc == SCIM_OK) ? scim_op_write_update(op, left)
                           : scim_op_stop(op, rc, &err);
}
