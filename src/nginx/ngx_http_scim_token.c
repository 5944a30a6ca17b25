/*
 * The content handler of a location with `scim_token`: the gate, asked by
 * auth_request.  What it finds goes into the main request's context.
 */

#include "ngx_http_scim.h"
#include "ngx_http_scim_token_cache.h"


scim_str_t
ngx_http_scim_bearer(ngx_http_request_t *r)
{
    size_t       len;
    u_char      *p;
    scim_str_t   token;

    token = scim_str_absent;

    if (r->headers_in.authorization == NULL) {
        return token;
    }

    p = r->headers_in.authorization->value.data;
    len = r->headers_in.authorization->value.len;

    if (len < sizeof("bearer ") - 1
        || ngx_strncasecmp(p, (u_char *) "bearer ", sizeof("bearer ") - 1) != 0)
    {
        return token;
    }

    p += sizeof("bearer ") - 1;
    len -= sizeof("bearer ") - 1;

    while (len != 0 && *p == ' ') {
        p++;
        len--;
    }

    while (len != 0 && p[len - 1] == ' ') {
        len--;
    }

    token.data = (char *) p;
    token.len = len;

    return token;
}


static ngx_int_t
ngx_http_scim_keep(ngx_http_request_t *r, ngx_str_t *to, const void *data,
    size_t len)
{
    if (len == 0) {
        ngx_str_null(to);
        return NGX_OK;
    }

    to->data = ngx_pnalloc(r->pool, len);
    if (to->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(to->data, data, len);
    to->len = len;

    return NGX_OK;
}


/*
 * auth_request looks at the status only (and takes over WWW-Authenticate from
 * a 401), so that a subrequest has no body; asked directly the answer is one
 * of SCIM.  Anything but 200, 401 and 403 becomes 500 there, and scim_error
 * makes of it what it was.
 */
static ngx_int_t
ngx_http_scim_token_send(ngx_http_request_t *r, const scim_result_t *result)
{
    scim_result_t  head;

    if (result->status != NGX_HTTP_OK) {
        /* auth_request has its own line for what is not the client's fault */
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "scim: the gate answers %d: %*s", result->status,
                      result->body.len, result->body.data);
    }

    if (r == r->main) {
        return ngx_http_scim_send(r, result);
    }

    head = *result;
    head.body = scim_str_absent;

    return ngx_http_scim_send(r, &head);
}


static ngx_int_t
ngx_http_scim_token_allow(ngx_http_request_t *r)
{
    scim_result_t  result;

    ngx_memzero(&result, sizeof(scim_result_t));
    result.status = NGX_HTTP_OK;

    return ngx_http_scim_token_send(r, &result);
}


/* A copy of the refusal, for scim_error; its body and whom it is about stay in
 * the pool of the operation, which lives as long as the request. */
static ngx_int_t
ngx_http_scim_token_deny(ngx_http_scim_call_t *call,
    const scim_result_t *result)
{
    scim_result_t  *gate;
    scim_token_t   *found;

    gate = ngx_palloc(call->request->pool, sizeof(scim_result_t));
    if (gate == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    *gate = *result;
    call->ctx->gate = gate;

    found = &call->gate.found;
    call->ctx->denied_tenant.data = (u_char *) found->tenant.data;
    call->ctx->denied_tenant.len = found->tenant.len;
    call->ctx->denied_token.data = (u_char *) found->id.data;
    call->ctx->denied_token.len = found->id.len;

    return ngx_http_scim_token_send(call->request, result);
}


static ngx_int_t
ngx_http_scim_token_answer(ngx_http_scim_call_t *call,
    const scim_result_t *result)
{
    scim_token_t         *token;
    ngx_http_request_t   *r;
    ngx_http_scim_ctx_t  *ctx;

    if (result->status != NGX_HTTP_OK) {
        return ngx_http_scim_token_deny(call, result);
    }

    r = call->request;
    ctx = call->ctx;
    token = &call->gate.found;

    if (ngx_http_scim_keep(r, &ctx->token_tenant, token->tenant.data,
                           token->tenant.len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_id, token->id.data,
                              token->id.len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_scope, token->scope.data,
                              token->scope.len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_user, token->user.data,
                              token->user.len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_actor, token->actor.data,
                              token->actor.len) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (call->hash[0] != '\0') {
        ngx_http_scim_token_cache_put(call->hash, token, call->asked);
    }

    return ngx_http_scim_token_allow(r);
}


/*
 * What a worker remembers costs neither a round trip nor a pool.  hash is
 * filled in when the answer is to be remembered.  NGX_DECLINED: not there.
 */
static ngx_int_t
ngx_http_scim_token_remembered(ngx_http_request_t *r, scim_str_t token,
    char *hash)
{
    ngx_time_t                    *tp;
    ngx_http_scim_ctx_t           *ctx;
    ngx_http_scim_loc_conf_t      *slcf;
    const ngx_http_scim_cached_t  *cached;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);
    hash[0] = '\0';

    if (slcf->token_cache == 0 || token.len != SCIM_TOKEN_LEN
        || scim_token_hash(token, hash) != SCIM_OK)
    {
        return NGX_DECLINED;
    }

    tp = ngx_timeofday();
    cached = ngx_http_scim_token_cache_get(hash, slcf->token_cache,
                                           (uint64_t) tp->sec * 1000
                                           + tp->msec);
    if (cached == NULL) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_scim_get_ctx(r);

    if (ctx == NULL
        || ngx_http_scim_keep(r, &ctx->token_tenant, cached->tenant,
                              cached->tenant_len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_id, cached->id,
                              cached->id_len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_scope, cached->scope,
                              cached->scope_len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_user, cached->user,
                              cached->user_len) != NGX_OK
        || ngx_http_scim_keep(r, &ctx->token_actor, cached->actor,
                              cached->actor_len) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_scim_token_allow(r);
}


ngx_int_t
ngx_http_scim_token_handler(ngx_http_request_t *r)
{
    char                   hash[SCIM_SHA256_HEX + 1];
    ngx_int_t              rc;
    scim_op_t             *op;
    scim_str_t             token;
    ngx_http_scim_call_t  *call;

    ngx_http_scim_loc_conf_t  *slcf;

    rc = ngx_http_scim_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    token = ngx_http_scim_bearer(r);
    slcf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);

    if (token.data == NULL && slcf->token_optional) {
        return ngx_http_scim_token_allow(r);
    }

    rc = ngx_http_scim_token_remembered(r, token, hash);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    call = ngx_http_scim_call_create(r);

    if (call == NULL
        || scim_str_dup(call->pool, token, &call->gate.token) != SCIM_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(call->hash, hash, sizeof(hash));
    call->asked = ngx_current_msec;

    op = scim_op_gate(call->pool, &call->env, &call->gate);

    return ngx_http_scim_call_run(call, op, ngx_http_scim_token_answer);
}
