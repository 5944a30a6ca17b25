/*
 * What policies make of requests about users.
 */

#include "scim_op_user.h"
#include "../scim/scim_derive.h"


static bool
is_provided(const scim_op_t *op)
{
    return !op->env->admin
           && scim_str_eq(op->request.type->name, scim_str("User"));
}


bool
scim_op_user_deactivates(const scim_op_t *op)
{
    return op->policy->delete_deactivates && is_provided(op);
}


scim_rc_t
scim_op_user_display(scim_op_t *op, const scim_json_t *old, scim_json_t *doc,
    scim_error_t *err)
{
    const scim_resource_type_t  *type = op->request.type;

    if (op->policy->display != SCIM_DISPLAY_DERIVED || !is_provided(op)) {
        return SCIM_OK;
    }

    return (old == NULL)
           ? scim_display_derive(op->pool, type, doc, err)
           : scim_display_keep(op->pool, type, old, doc, err);
}


scim_rc_t
scim_op_user_activate(scim_op_t *op, scim_json_t *doc, bool active,
    scim_error_t *err)
{
    scim_json_t  *value = scim_json_bool(op->pool, active);

    if (value == NULL) {
        return SCIM_NOMEM;
    }

    return scim_resource_put(op->pool, op->request.type, doc,
                             scim_str("active"), value, err);
}
