/*
 * PUT: a resource in the place of another.
 *
 *     scim_op_replace     reads the old one
 *     replace             accepts the new one, commits the difference
 *     replaced            200; a group is read back for its members
 *
 * A conflict leads back to the read.
 */

#include "scim_op_user.h"


static scim_rc_t replace(scim_op_t *op, const redisReply *reply);
static scim_rc_t replaced(scim_op_t *op, const redisReply *reply);


scim_rc_t
scim_op_replace(scim_op_t *op, const redisReply *reply)
{
    bool              groups;
    scim_rc_t         rc;
    scim_op_write_t  *w;

    (void) reply;

    rc = scim_op_write_begin(op, true, &w);
    if (w == NULL) {
        return rc;
    }

    groups = op->request.type->members == NULL && w->view.relations;

    /* The whole resource is to be as sent, whatever of it changes. */
    w->rests = true;

    return scim_op_write_read(op, groups, replace);
}


/* Members that are not in the new resource go, all of them if it has none. */
static scim_rc_t
replace_members(scim_op_t *op, scim_op_write_t *w)
{
    if (op->request.type->members == NULL) {
        return SCIM_OK;
    }

    w->members = scim_members_create(op->pool);
    if (w->members == NULL) {
        return SCIM_NOMEM;
    }

    scim_members_clear(w->members);

    return SCIM_OK;
}


scim_rc_t
scim_op_replacement(scim_op_t *op, scim_error_t *err)
{
    scim_rc_t                    rc;
    scim_op_write_t             *w = op->state;
    const scim_json_t           *meta;
    const scim_resource_type_t  *type = op->request.type;

    rc = scim_resource_accept(op->pool, type, op->policy->unknown,
                              op->request.body, &w->doc, w->members, err);

    if (rc == SCIM_OK) {
        rc = scim_resource_check_immutable(op->pool, type, w->old_doc, w->doc,
                                           err);
    }

    if (rc == SCIM_OK) {
        rc = scim_op_user_display(op, w->old_doc, w->doc, err);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    meta = scim_json_get(w->old_doc, scim_str("meta"));

    return scim_resource_stamp(op->pool, type, w->doc, op->request.id,
                               scim_json_get_text(meta, scim_str("created")));
}


static scim_rc_t
replace(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;

    (void) reply;

    if (replace_members(op, w) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    rc = scim_op_replacement(op, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_write_update(op, replaced);
}


static scim_rc_t
replaced(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_op_write_show(op, 200);
}
