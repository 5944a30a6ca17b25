/*
 * The admin API: from a path to an operation (docs/admin-api.md).
 */

#include "scim_op_admin.h"
#include "scim_request.h"


/* "/tenants/T/Users/ID/restore" */
#define SEGMENTS  5

#define READS(first)  [SCIM_GET] = (first), [SCIM_HEAD] = (first)

/* of methods that read the query's arguments */
#define NO_ARGS        0
#define ARGS_OF_READS  (1u << SCIM_GET | 1u << SCIM_HEAD)
#define ARGS_OF_POST   (1u << SCIM_POST)

/* A '*' stands for any segment: the first for the tenant's name, the others
 * for admin->part.  The first row that fits is taken. */
static const struct {
    scim_str_t       path[SEGMENTS];
    const char      *allow;
    scim_op_step_pt  step[SCIM_OTHER + 1];
    unsigned         args;
} routes[] = {
    { { SCIM_STR("tenants") }, "GET, HEAD, POST", {
        READS(scim_admin_tenants_list),
        [SCIM_POST] = scim_admin_tenants_create }, NO_ARGS },
    { { SCIM_STR("tenants"), SCIM_STR("*") }, "GET, HEAD, PATCH, DELETE", {
        READS(scim_admin_tenant_get),
        [SCIM_PATCH] = scim_admin_tenant_patch,
        [SCIM_DELETE] = scim_admin_tenant_delete }, NO_ARGS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("tokens") },
      "GET, HEAD, POST", {
        READS(scim_admin_tokens_list),
        [SCIM_POST] = scim_admin_tokens_create }, NO_ARGS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("tokens"),
        SCIM_STR("*") }, "GET, HEAD, PATCH, DELETE", {
        READS(scim_admin_token_get),
        [SCIM_PATCH] = scim_admin_token_patch,
        [SCIM_DELETE] = scim_admin_token_delete }, NO_ARGS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("tokens"),
        SCIM_STR("*"), SCIM_STR("rotate") }, "POST", {
        [SCIM_POST] = scim_admin_token_rotate }, NO_ARGS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("*"), SCIM_STR("*"),
        SCIM_STR("restore") }, "POST", {
        [SCIM_POST] = scim_admin_restore }, ARGS_OF_POST },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("export") }, "GET", {
        [SCIM_GET] = scim_admin_export }, NO_ARGS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("import") }, "POST", {
        [SCIM_POST] = scim_admin_import }, ARGS_OF_POST },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("failures") },
      "GET, HEAD, DELETE", {
        READS(scim_admin_failures_list),
        [SCIM_DELETE] = scim_admin_failures_clear }, ARGS_OF_READS },
    { { SCIM_STR("failures") }, "GET, HEAD, DELETE", {
        READS(scim_admin_failures_list),
        [SCIM_DELETE] = scim_admin_failures_clear }, ARGS_OF_READS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("dry-run") },
      "GET, HEAD, DELETE", {
        READS(scim_admin_dry_run),
        [SCIM_DELETE] = scim_admin_dry_run_clear }, ARGS_OF_READS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("breaker"),
        SCIM_STR("release") }, "POST", {
        [SCIM_POST] = scim_admin_breaker_release }, NO_ARGS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("history") },
      "GET, HEAD", {
        READS(scim_admin_history) }, ARGS_OF_READS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("changes") },
      "GET, HEAD", {
        READS(scim_admin_changes) }, ARGS_OF_READS },
    { { SCIM_STR("tenants"), SCIM_STR("*"), SCIM_STR("*"), SCIM_STR("*"),
        SCIM_STR("history") }, "GET, HEAD", {
        READS(scim_admin_resource_history) }, ARGS_OF_READS },
};

#define NROUTES  (sizeof(routes) / sizeof(routes[0]))


static scim_rc_t
nothing_here(scim_op_t *op)
{
    return scim_op_error(op, 404, SCIM_TYPE_NONE,
                         "There is nothing at this path of the admin API: "
                         "docs/admin-api.md lists what there is, beginning "
                         "with /tenants");
}


/* Whether the segments are those of routes[i]; sets what they name. */
static bool
fits(size_t i, const scim_str_t *segment, size_t n, scim_admin_t *admin)
{
    size_t             at, part;
    const scim_str_t  *path = routes[i].path;

    part = 0;

    for (at = 0; at < SEGMENTS && path[at].data != NULL; at++) {

        if (at == n) {
            return false;
        }

        if (!scim_str_eq(path[at], scim_str("*"))) {
            if (!scim_str_eq(path[at], segment[at])) {
                return false;
            }

        } else if (at == 1) {
            admin->tenant = segment[at];

        } else {
            admin->part[part++] = segment[at];
        }
    }

    return at == n;
}


/* NROUTES: there is none. */
static size_t
find(const scim_str_t *segment, size_t n, scim_admin_t *admin)
{
    size_t  i;

    for (i = 0; i < NROUTES && !fits(i, segment, n, admin); i++) {
        /* the next */
    }

    return i;
}


/* The first step of routes[i], of a tenant's or of all. */
static scim_rc_t
call(scim_op_t *op, size_t i, bool tenant, const redisReply *reply)
{
    scim_rc_t            rc;
    scim_error_t         err;
    scim_op_step_pt      step = routes[i].step[op->request.method];
    const scim_admin_t  *admin = op->state;

    static const char *const  none[] = { NULL };

    if (step == NULL) {
        return scim_op_not_allowed(op, routes[i].allow);
    }

    if (tenant && !scim_store_name_valid(admin->tenant)) {
        return scim_admin_no_tenant(op);
    }

    if ((routes[i].args & 1u << op->request.method) == 0) {
        rc = scim_admin_args(op, none, NULL, &err);
        if (rc != SCIM_OK) {
            return scim_op_stop(op, rc, &err);
        }
    }

    return step(op, reply);
}


/* op->request.id is the path until it is read here, and .filter the query. */
static scim_rc_t
route(scim_op_t *op, const redisReply *reply)
{
    size_t         i, n;
    scim_rc_t      rc;
    scim_str_t     segment[SEGMENTS];
    scim_error_t   err;
    scim_admin_t  *admin;

    rc = scim_request_segments(op->pool, op->request.id, segment, SEGMENTS,
                               &n, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    admin = scim_pcalloc(op->pool, sizeof(scim_admin_t));
    if (admin == NULL) {
        return SCIM_NOMEM;
    }

    i = find(segment, n, admin);

    if (i == NROUTES) {
        return nothing_here(op);
    }

    op->state = admin;
    admin->args = op->request.filter;
    scim_buf_init(&admin->out, op->pool, 256);

    return call(op, i, n > 1, reply);
}


scim_op_t *
scim_op_admin(scim_pool_t *pool, const scim_op_env_t *env,
    scim_method_e method, scim_str_t path, scim_str_t args,
    const scim_json_t *body)
{
    scim_op_t  *op;

    op = scim_op_create_op(pool, env, route);
    if (op == NULL) {
        return NULL;
    }

    op->request.method = method;
    op->request.id = path;
    op->request.filter = args;
    op->request.body = body;

    return op;
}


bool
scim_op_admin_lines(scim_pool_t *pool, scim_method_e method, scim_str_t path)
{
    size_t        i, n;
    scim_str_t    segment[SEGMENTS];
    scim_error_t  err;
    scim_admin_t  admin;

    if (scim_request_segments(pool, path, segment, SEGMENTS, &n, &err)
        != SCIM_OK)
    {
        return false;
    }

    i = find(segment, n, &admin);

    return i < NROUTES && routes[i].step[method] == scim_admin_import;
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


scim_rc_t
scim_admin_switched_off(scim_op_t *op)
{
    const scim_admin_t  *admin = op->state;

    return scim_op_error(op, 409, SCIM_TYPE_NONE,
                         "The tenant \"%.*s\" is switched off: nothing of it "
                         "can be read or written until it is switched on",
                         SCIM_FMT(admin->tenant));
}


scim_rc_t
scim_admin_policy(const scim_op_t *op, scim_policy_t *policy,
    scim_error_t *err)
{
    const scim_admin_t    *admin = op->state;
    const scim_op_conf_t  *conf = op->env->conf;

    return scim_policy_parse(op->pool, conf->schemas, admin->found.settings,
                             &conf->policy, policy, err);
}


scim_rc_t
scim_admin_done(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t     rc;
    scim_error_t  err;

    rc = scim_store_error(reply, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    op->result.status = 204;

    return SCIM_OK;
}
