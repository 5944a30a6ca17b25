/*
 * The content handler of a location with `scim`, and what it has in common with
 * the administrator's SCIM endpoint.
 */

#include "ngx_http_scim.h"


ngx_int_t
ngx_http_scim_copy_header(scim_pool_t *pool, const ngx_table_elt_t *h,
    scim_str_t *to)
{
    if (h == NULL) {
        *to = scim_str_absent;
        return NGX_OK;
    }

    return ngx_http_scim_copy(pool, &h->value, to);
}


/* Fills call->scim from the request's line and headers. */
static scim_rc_t
ngx_http_scim_map(ngx_http_scim_call_t *call, scim_error_t *err)
{
    scim_http_t          http;
    ngx_http_request_t  *r;

    r = call->request;
    http.method = call->method;
    http.path = call->path;

    if (ngx_http_scim_copy(call->pool, &r->args, &http.args) != NGX_OK
        || ngx_http_scim_copy_header(call->pool, r->headers_in.if_match,
                                     &http.if_match)
           != NGX_OK
        || ngx_http_scim_copy_header(call->pool, r->headers_in.if_none_match,
                                     &http.if_none_match)
           != NGX_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_request_map(call->pool, call->conf->op.schemas, &http,
                            &call->scim, err);
}


ngx_int_t
ngx_http_scim_find_tenant(ngx_http_scim_call_t *call)
{
    ngx_str_t            tenant;
    ngx_http_request_t  *r;

    r = call->request;
    tenant = call->ctx->token_tenant;

    if (call->conf->tenant != NULL
        && ngx_http_complex_value(r, call->conf->tenant, &tenant) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_scim_copy(call->pool, &tenant, &call->env.tenant) != NGX_OK) {
        return NGX_ERROR;
    }

    /* what is no name may have any bytes, which a variable must not */
    if (!scim_store_name_valid(call->env.tenant)) {
        ngx_str_null(&tenant);
    }

    call->ctx->tenant = tenant;

    return NGX_OK;
}


static ngx_flag_t
ngx_http_scim_discovers(ngx_http_scim_call_t *call)
{
    scim_target_e  target;

    target = call->scim.target;

    return target == SCIM_TARGET_CONFIG || target == SCIM_TARGET_TYPES
           || target == SCIM_TARGET_SCHEMAS;
}


/* Discovery alone goes without. */
static void
ngx_http_scim_miss_tenant(ngx_http_scim_call_t *call)
{
    if (call->env.tenant.len == 0 && !ngx_http_scim_discovers(call)) {
        ngx_log_error(NGX_LOG_ERR, call->request->connection->log, 0,
                      "scim: no tenant: neither a location with "
                      "\"scim_token\", asked by \"auth_request\", nor "
                      "\"scim_tenant\" gave one");
    }
}


/* Who asks, when the request is about whoever asks. */
static ngx_int_t
ngx_http_scim_find_me(ngx_http_scim_call_t *call)
{
    ngx_str_t  me;

    if (call->scim.target != SCIM_TARGET_ME) {
        return NGX_OK;
    }

    me = call->ctx->token_user;

    if (call->conf->me != NULL
        && ngx_http_complex_value(call->request, call->conf->me, &me)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_scim_copy(call->pool, &me, &call->env.me);
}


ngx_flag_t
ngx_http_scim_scope_is(ngx_http_scim_call_t *call, const char *name)
{
    ngx_str_t  *scope;

    scope = &call->ctx->token_scope;

    return scope->len == ngx_strlen(name)
           && ngx_strncmp(scope->data, name, scope->len) == 0;
}


/* A token of scope "read" reads, be it by POST to /.search; one of "self" has
 * the user it is bound to, and what discovery tells everybody. */
static scim_rc_t
ngx_http_scim_check_scope(ngx_http_scim_call_t *call, scim_error_t *err)
{
    scim_target_e  target;

    target = call->scim.target;

    if (ngx_http_scim_scope_is(call, "read") && call->method != SCIM_GET
        && call->method != SCIM_HEAD && target != SCIM_TARGET_SEARCH
        && target != SCIM_TARGET_ROOT_SEARCH)
    {
        return scim_refuse(err, NGX_HTTP_FORBIDDEN, SCIM_TYPE_NONE,
                           "This token may only read: give the identity "
                           "provider a token of the scope \"provision\"");
    }

    if (ngx_http_scim_scope_is(call, "self") && target != SCIM_TARGET_ME
        && !ngx_http_scim_discovers(call))
    {
        return scim_refuse(err, NGX_HTTP_FORBIDDEN, SCIM_TYPE_NONE,
                           "This token is a user's own and opens /Me only: "
                           "an identity provider needs one of the scope "
                           "\"provision\"");
    }

    return SCIM_OK;
}


static scim_rc_t
ngx_http_scim_prepare(ngx_http_scim_call_t *call, scim_error_t *err)
{
    scim_rc_t  rc;

    rc = ngx_http_scim_map(call, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    ngx_http_scim_miss_tenant(call);

    /* a name of discovery may have any bytes, which a variable must not */
    if (call->scim.target == SCIM_TARGET_RESOURCE) {
        call->ctx->resource.data = (u_char *) call->scim.id.data;
        call->ctx->resource.len = call->scim.id.len;
    }

    if (ngx_http_scim_find_me(call) != NGX_OK
        || ngx_http_scim_origin(call) != NGX_OK)
    {
        return SCIM_NOMEM;
    }

    return call->env.admin ? SCIM_OK : ngx_http_scim_check_scope(call, err);
}


/* An operation's data is three levels deep in a bulk, and may itself be as
 * deep as the body of a request. */
static void
ngx_http_scim_limit_body(ngx_http_scim_call_t *call)
{
    if (call->scim.target == SCIM_TARGET_BULK) {
        call->max_body = call->conf->bulk_payload;
        call->max_depth = call->conf->max_depth + 3;
    }
}


static ngx_int_t
ngx_http_scim_start(ngx_http_scim_call_t *call)
{
    scim_op_t  *op;

    call->scim.body = call->body;

    op = scim_op_start(call->pool, &call->env, &call->scim);

    return ngx_http_scim_call_run(call, op, ngx_http_scim_call_send);
}


ngx_int_t
ngx_http_scim_serve(ngx_http_scim_call_t *call)
{
    ngx_int_t     rc;
    scim_error_t  err;

    switch (ngx_http_scim_prepare(call, &err)) {

    case SCIM_OK:
        break;

    case SCIM_REFUSED:
        return ngx_http_scim_refuse(call->request, &err);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (scim_op_takes_body(&call->scim)) {
        ngx_http_scim_limit_body(call);
        return ngx_http_scim_call_body(call, ngx_http_scim_start);
    }

    rc = ngx_http_scim_discard_body(call->request);

    return rc == NGX_OK ? ngx_http_scim_start(call) : rc;
}


ngx_int_t
ngx_http_scim_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    scim_error_t           err;
    ngx_http_scim_call_t  *call;

    /* a subrequest has no body and no headers of its own to answer with */
    if (r != r->main) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "scim: a subrequest cannot be served");
        return NGX_HTTP_NOT_FOUND;
    }

    call = ngx_http_scim_call_create(r);

    if (call == NULL
        || ngx_http_scim_find_tenant(call) != NGX_OK
        || ngx_http_scim_base_url(r, call->pool, &call->env.base) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_scim_path(r, call->pool, &call->path);

    if (rc == NGX_DECLINED) {
        (void) scim_refuse(&err, NGX_HTTP_NOT_FOUND, SCIM_TYPE_NONE,
                           "There is nothing at this URL: check the tenant "
                           "URL that is set in the identity provider");
        return ngx_http_scim_refuse(r, &err);
    }

    return rc == NGX_OK ? ngx_http_scim_serve(call)
                        : NGX_HTTP_INTERNAL_SERVER_ERROR;
}
