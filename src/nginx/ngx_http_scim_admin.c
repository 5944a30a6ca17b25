/*
 * The content handler of a location with `scim_admin`: the admin API, and in it
 * each tenant's SCIM endpoint.  Who may use it is what the location's
 * auth_basic, or its like, says.
 */

#include "ngx_http_scim.h"


static ngx_int_t
ngx_http_scim_admin_start(ngx_http_scim_call_t *call)
{
    scim_op_t  *op;

    op = scim_op_admin(call->pool, &call->env, call->method, call->path,
                       call->args, call->body);

    if (op == NULL
        || ngx_http_scim_copy_header(call->pool,
                                     call->request->headers_in.if_match,
                                     &op->request.if_match)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (call->lines) {
        op->input = &call->input;
    }

    return ngx_http_scim_call_run(call, op, ngx_http_scim_changes_answer);
}


/* What comes after the path's first segment; empty segments are none. */
static scim_str_t
ngx_http_scim_admin_next(scim_str_t path, scim_str_t *segment)
{
    size_t  from, to;

    for (from = 0; from < path.len && path.data[from] == '/'; from++) {
        /* counts */
    }

    for (to = from; to < path.len && path.data[to] != '/'; to++) {
        /* counts */
    }

    segment->data = path.data + from;
    segment->len = to - from;

    return scim_str_skip(path, to);
}


/* Whether the call is for /tenants/TENANT/scim/v2; then tenant is what stands
 * there, encoded, and rest what comes after it. */
static ngx_flag_t
ngx_http_scim_admin_is_scim(const ngx_http_scim_call_t *call,
    scim_str_t *tenant, scim_str_t *rest)
{
    scim_str_t  tenants, scim, version;

    *rest = ngx_http_scim_admin_next(call->path, &tenants);
    *rest = ngx_http_scim_admin_next(*rest, tenant);
    *rest = ngx_http_scim_admin_next(*rest, &scim);
    *rest = ngx_http_scim_admin_next(*rest, &version);

    return scim_str_eq(tenants, scim_str("tenants"))
           && scim_str_eq(scim, scim_str("scim"))
           && scim_str_eq(version, scim_str("v2"));
}


/* The SCIM endpoint of the path's tenant.  Whether there is such a tenant the
 * store knows. */
static ngx_int_t
ngx_http_scim_admin_scim(ngx_http_scim_call_t *call, scim_str_t tenant,
    scim_str_t path)
{
    size_t          n;
    scim_error_t    err;
    scim_op_env_t  *env = &call->env;

    switch (scim_request_segments(call->pool, tenant, &env->tenant, 1, &n,
                                  &err))
    {
    case SCIM_OK:
        break;

    case SCIM_REFUSED:
        return ngx_http_scim_refuse(call->request, &err);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (!scim_store_name_valid(env->tenant)) {
        (void) scim_refuse(&err, NGX_HTTP_NOT_FOUND, SCIM_TYPE_NONE,
                           "There is no tenant \"%.*s\"",
                           SCIM_FMT(env->tenant));
        return ngx_http_scim_refuse(call->request, &err);
    }

    if (scim_str_printf(call->pool, &env->base, "%.*s/tenants/%.*s/scim/v2",
                        SCIM_FMT(env->base), SCIM_FMT(env->tenant))
        != SCIM_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->path = path;
    call->ctx->tenant.data = (u_char *) env->tenant.data;
    call->ctx->tenant.len = env->tenant.len;

    return ngx_http_scim_serve(call);
}


ngx_int_t
ngx_http_scim_admin_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    scim_str_t             tenant, rest;
    ngx_http_scim_call_t  *call;

    if (r != r->main) {
        return NGX_HTTP_NOT_FOUND;
    }

    call = ngx_http_scim_call_create(r);
    if (call == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->env.admin = true;

    rc = ngx_http_scim_path(r, call->pool, &call->path);

    if (rc == NGX_DECLINED) {
        call->path = scim_str("/");

    } else if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_scim_copy(call->pool, &r->args, &call->args) != NGX_OK
        || ngx_http_scim_base_url(r, call->pool, &call->env.base) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_scim_admin_is_scim(call, &tenant, &rest)) {
        return ngx_http_scim_admin_scim(call, tenant, rest);
    }

    call->ctx->plain = 1;

    if (ngx_http_scim_origin(call) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (call->method == SCIM_POST || call->method == SCIM_PUT
        || call->method == SCIM_PATCH)
    {
        call->lines = scim_op_admin_lines(call->pool, call->method,
                                          call->path);
        return ngx_http_scim_call_body(call, ngx_http_scim_admin_start);
    }

    rc = ngx_http_scim_discard_body(r);

    return rc == NGX_OK ? ngx_http_scim_admin_start(call) : rc;
}
