/*
 * The content handler of a location with `scim_admin`: the admin API.  Who may
 * use it is what the location's auth_basic, or its like, says.
 */

#include "ngx_http_scim.h"


static ngx_int_t
ngx_http_scim_admin_start(ngx_http_scim_call_t *call)
{
    scim_op_t  *op;

    op = scim_op_admin(call->pool, &call->env, call->method, call->path,
                       call->args, call->body);

    return ngx_http_scim_call_run(call, op, ngx_http_scim_call_send);
}


ngx_int_t
ngx_http_scim_admin_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_http_scim_call_t  *call;

    if (r != r->main) {
        return NGX_HTTP_NOT_FOUND;
    }

    call = ngx_http_scim_call_create(r);
    if (call == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->ctx->plain = 1;
    call->env.admin = true;

    rc = ngx_http_scim_path(r, call->pool, &call->path);

    if (rc == NGX_DECLINED) {
        call->path = scim_str("/");

    } else if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_scim_copy(call->pool, &r->args, &call->args) != NGX_OK
        || ngx_http_scim_base_url(r, call->pool, &call->env.base) != NGX_OK
        || ngx_http_scim_origin(call) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (call->method == SCIM_POST || call->method == SCIM_PUT
        || call->method == SCIM_PATCH)
    {
        return ngx_http_scim_call_body(call, ngx_http_scim_admin_start);
    }

    rc = ngx_http_scim_discard_body(r);

    return rc == NGX_OK ? ngx_http_scim_admin_start(call) : rc;
}
