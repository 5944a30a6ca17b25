/*
 * /Me (RFC 7644 section 3.11): the user behind the request under a name of
 * its own.
 *
 *     scim_op_me          who that is; goes on as the operation on the user
 */

#include "scim_op_int.h"


static const scim_op_step_pt steps[SCIM_OTHER + 1] = {
    [SCIM_GET] = scim_op_read,
    [SCIM_HEAD] = scim_op_read,
    [SCIM_PUT] = scim_op_replace,
    [SCIM_PATCH] = scim_op_patch,
    [SCIM_DELETE] = scim_op_delete,
};


/* Every answer names the user's own URL. */
static scim_rc_t
locate(scim_op_t *op)
{
    return scim_op_url(op, op->request.type, op->request.id,
                       &op->result.location);
}


scim_rc_t
scim_op_me(scim_op_t *op, const redisReply *reply)
{
    scim_str_t  me = op->env->me;

    if (me.len == 0) {
        return scim_op_error(op, 501, SCIM_TYPE_NONE,
                             "/Me is not served to this client, who is no "
                             "user: ask for /Users/ID, or use a token that is "
                             "bound to a user");
    }

    op->request.type = scim_schemas_type(op->env->conf->schemas,
                                         scim_str("User"));
    op->request.target = SCIM_TARGET_RESOURCE;
    op->request.id = me;

    if (!scim_store_name_valid(me)) {
        return scim_op_not_found(op);
    }

    op->result.id = me;

    if (locate(op) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (steps[op->request.method] == NULL) {
        return scim_op_error(op, 403, SCIM_TYPE_NONE,
                             "/Me is a user that is there already: new users "
                             "are made by POST to /Users");
    }

    return steps[op->request.method](op, reply);
}
