/*
 * PATCH.
 *
 *     scim_op_patch       reads the operations
 *     unseen              only members change: committed without a read
 *     seen                otherwise: applied to what was read, committed
 *     patched             a user is shown (200); a group is not (204), unless
 *                         `attributes` asks for it
 *
 * A conflict leads back to the read.
 */

#include "scim_op_user.h"


static scim_rc_t unseen(scim_op_t *op, uint64_t expected);
static scim_rc_t seen(scim_op_t *op, const redisReply *reply);
static scim_rc_t patched(scim_op_t *op, const redisReply *reply);


/* Whether the document is to change, be it by what the type does not know. */
static scim_rc_t
needs_document(scim_op_t *op, const scim_patch_t *patch, bool *needed,
    scim_error_t *err)
{
    scim_rc_t                    rc;
    const scim_resource_type_t  *type = op->request.type;

    *needed = scim_patch_needs_document(patch);

    switch (op->policy->unknown) {

    case SCIM_UNKNOWN_REFUSE:
        return scim_unknown_check_patch(op->pool, type, op->request.body, err);

    case SCIM_UNKNOWN_KEEP:
        rc = scim_unknown_keep_patch(op->pool, type, op->request.body, NULL);
        *needed = *needed || rc == SCIM_OK;
        return rc == SCIM_NONE ? SCIM_OK : rc;

    default:
        return SCIM_OK;
    }
}


scim_rc_t
scim_op_patch(scim_op_t *op, const redisReply *reply)
{
    bool                         relations, document = false;
    uint64_t                     expected;
    scim_rc_t                    rc;
    scim_error_t                 err;
    scim_op_write_t             *w;
    const scim_resource_type_t  *type = op->request.type;

    (void) reply;

    rc = scim_op_write_begin(op, true, &w);
    if (w == NULL) {
        return rc;
    }

    rc = scim_patch_parse(op->pool, type, op->request.body,
                          op->policy->no_target, &w->patch, &err);

    if (rc == SCIM_OK) {
        rc = needs_document(op, w->patch, &document, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    w->rests = scim_patch_needs_members(w->patch);

    if (type->members != NULL && !document
        && !w->rests && scim_op_write_expects(op, &expected))
    {
        return unseen(op, expected);
    }

    relations = (type->members != NULL) ? w->rests : w->view.relations;

    return scim_op_write_read(op, relations, seen);
}


static scim_rc_t
make_members(scim_op_t *op, scim_op_write_t *w)
{
    if (op->request.type->members == NULL) {
        return SCIM_OK;
    }

    w->members = scim_members_create(op->pool);

    return (w->members == NULL) ? SCIM_NOMEM : SCIM_OK;
}


static scim_rc_t
unseen(scim_op_t *op, uint64_t expected)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;

    if (make_members(op, w) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    rc = scim_patch_apply(op->pool, w->patch, NULL, NULL, w->members, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    /* Nothing to commit still has to find out whether the group is there. */
    if (!scim_members_changed(w->members)) {
        return scim_op_write_read(op, false, seen);
    }

    w->commit.verb = SCIM_STORE_UPDATE;
    w->commit.expected = expected;

    return scim_op_write_commit(op, patched);
}


/* The members, as a filter within `members[…]` sees them. */
static scim_rc_t
present_members(scim_op_t *op, const scim_op_write_t *w, scim_json_t **out)
{
    size_t     i;
    scim_rc_t  rc;

    *out = NULL;

    if (!w->rests) {
        return SCIM_OK;
    }

    *out = scim_json_array(op->pool);
    if (*out == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < w->old.nrelations; i++) {
        rc = scim_resource_tree_relation(op->pool, op->request.type,
                                         op->env->base,
                                         &w->old.relations[i], *out);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* The document the patch makes of the one that was read. */
static scim_rc_t
apply(scim_op_t *op, scim_op_write_t *w, scim_error_t *err)
{
    scim_rc_t                    rc;
    scim_json_t                 *present;
    const scim_json_t           *meta;
    const scim_resource_type_t  *type = op->request.type;

    rc = present_members(op, w, &present);
    if (rc != SCIM_OK) {
        return rc;
    }

    w->doc = scim_json_copy(op->pool, w->old_doc);
    if (w->doc == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_patch_apply(op->pool, w->patch, w->doc, present, w->members,
                          err);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (op->policy->unknown == SCIM_UNKNOWN_KEEP
        && scim_unknown_keep_patch(op->pool, type, op->request.body, w->doc)
           == SCIM_NOMEM)
    {
        return SCIM_NOMEM;
    }

    rc = scim_resource_settle(op->pool, type, w->doc, err);

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
seen(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_op_write_t  *w = op->state;

    (void) reply;

    if (make_members(op, w) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    rc = apply(op, w, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_write_update(op, patched);
}


static scim_rc_t
patched(scim_op_t *op, const redisReply *reply)
{
    const scim_op_write_t  *w = op->state;

    (void) reply;

    if (w->members == NULL) {
        return scim_op_write_show(op, 200);
    }

    return (op->request.attributes.data != NULL && !w->commit.dry)
           ? scim_op_read_back(op, 200, &w->view)
           : scim_op_show_none(op, 204, w->committed.version);
}
