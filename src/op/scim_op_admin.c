/*
 * The admin API: from a path to an operation (docs/admin-api.md).
 */

#include "scim_op_admin.h"
#include "scim_request.h"
#include "../scim/scim_text.h"


/* "/tenants/T/tokens/ID" */
#define SEGMENTS  4

typedef struct {
    const char      *allow;
    scim_op_step_pt  step[SCIM_OTHER + 1];
} admin_route_t;

/* By the number of segments. */
static const admin_route_t routes[SEGMENTS + 1] = {
    [1] = { "GET, HEAD, POST", {
        [SCIM_GET] = scim_admin_tenants_list,
        [SCIM_HEAD] = scim_admin_tenants_list,
        [SCIM_POST] = scim_admin_tenants_create } },
    [2] = { "GET, HEAD, PATCH, DELETE", {
        [SCIM_GET] = scim_admin_tenant_get,
        [SCIM_HEAD] = scim_admin_tenant_get,
        [SCIM_PATCH] = scim_admin_tenant_patch,
        [SCIM_DELETE] = scim_admin_tenant_delete } },
    [3] = { "GET, HEAD, POST", {
        [SCIM_GET] = scim_admin_tokens_list,
        [SCIM_HEAD] = scim_admin_tokens_list,
        [SCIM_POST] = scim_admin_tokens_create } },
    [4] = { "DELETE", {
        [SCIM_DELETE] = scim_admin_token_delete } },
};


static scim_rc_t
nothing_here(scim_op_t *op)
{
    return scim_op_error(op, 404, SCIM_TYPE_NONE,
                         "There is nothing at this path of the admin API; "
                         "there are /tenants, /tenants/{tenant}, /tenants/"
                         "{tenant}/tokens and /tenants/{tenant}/tokens/{id}");
}


/* op->request.id is the path until it is read here. */
static scim_rc_t
route(scim_op_t *op, const redisReply *reply)
{
    size_t                n;
    scim_rc_t             rc;
    scim_str_t            segment[SEGMENTS];
    scim_error_t          err;
    scim_admin_t         *admin;
    const admin_route_t  *found;

    rc = scim_request_segments(op->pool, op->request.id, segment, SEGMENTS,
                               &n, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (n == 0 || n > SEGMENTS
        || !scim_str_eq(segment[0], scim_str("tenants"))
        || (n > 2 && !scim_str_eq(segment[2], scim_str("tokens"))))
    {
        return nothing_here(op);
    }

    admin = scim_pcalloc(op->pool, sizeof(scim_admin_t));
    if (admin == NULL) {
        return SCIM_NOMEM;
    }

    op->state = admin;
    scim_buf_init(&admin->out, op->pool, 256);

    admin->tenant = (n > 1) ? segment[1] : scim_str_absent;
    admin->token = (n > 3) ? segment[3] : scim_str_absent;

    found = &routes[n];

    if (found->step[op->request.method] == NULL) {
        return scim_op_not_allowed(op, found->allow);
    }

    if (n > 1 && !scim_store_name_valid(admin->tenant)) {
        return scim_admin_no_tenant(op);
    }

    return found->step[op->request.method](op, reply);
}


scim_op_t *
scim_op_admin(scim_pool_t *pool, const scim_op_env_t *env,
    scim_method_e method, scim_str_t path, const scim_json_t *body)
{
    scim_op_t  *op;

    op = scim_op_create_op(pool, env, route);
    if (op == NULL) {
        return NULL;
    }

    op->request.method = method;
    op->request.id = path;
    op->request.body = body;

    return op;
}


scim_rc_t
scim_admin_members(const scim_json_t *body, const char *const *names,
    scim_error_t *err)
{
    size_t              i;
    const scim_json_t  *member;

    if (body == NULL || body->type != SCIM_JSON_OBJECT) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "The body must be a JSON object");
    }

    for (member = body->first; member != NULL; member = member->next) {

        for (i = 0; names[i] != NULL; i++) {
            if (scim_str_eq(member->name, scim_str_from(names[i]))) {
                break;
            }
        }

        if (names[i] == NULL) {
            return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                               "\"%.*s\" is not known here (see "
                               "docs/admin-api.md)", SCIM_FMT(member->name));
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_admin_no_tenant(scim_op_t *op)
{
    const scim_admin_t  *admin = op->state;

    return scim_op_error(op, 404, SCIM_TYPE_NONE,
                         "There is no tenant \"%.*s\"",
                         SCIM_FMT(admin->tenant));
}


void
scim_admin_time(scim_buf_t *buf, const char *name, uint64_t ms)
{
    char  text[SCIM_TIME_LEN + 1];

    scim_time_format((int64_t) ms, text);

    scim_buf_lit(buf, ",\"");
    scim_buf_str(buf, scim_str_from(name));
    scim_buf_lit(buf, "\":\"");
    scim_buf_str(buf, scim_str_from(text));
    scim_buf_char(buf, '"');
}
