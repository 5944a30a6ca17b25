/*
 * Who a change is by and where it comes from, for the history.
 */

#include "ngx_http_scim.h"
#include "../scim/scim_text.h"


/* Bytes; what is longer is cut. */
#define NGX_HTTP_SCIM_ACTOR    256
#define NGX_HTTP_SCIM_ADDRESS  64
#define NGX_HTTP_SCIM_ID       64


/* What nginx has is the client's to choose, in part: it is made text. */
static ngx_int_t
ngx_http_scim_excerpt(scim_pool_t *pool, const ngx_str_t *from, size_t max,
    scim_str_t *to)
{
    scim_str_t  s;

    s.data = (char *) from->data;
    s.len = from->len;

    return scim_utf8_excerpt(pool, s, max, to) == SCIM_OK ? NGX_OK : NGX_ERROR;
}


/*
 * At the admin API whoever has signed in; else what the token says, the
 * configuration, and the default.  An empty value is none.
 */
static ngx_int_t
ngx_http_scim_actor(ngx_http_scim_call_t *call, ngx_str_t *actor)
{
    ngx_http_request_t  *r;

    static ngx_str_t  administrator = ngx_string("administrator");
    static ngx_str_t  provisioning = ngx_string("Scim System User");

    r = call->request;
    ngx_str_null(actor);

    if (call->env.admin && ngx_http_auth_basic_user(r) == NGX_OK) {
        *actor = r->headers_in.user;
    }

    if (actor->len == 0) {
        *actor = call->ctx->token_actor;
    }

    if (actor->len == 0 && call->conf->actor != NULL
        && ngx_http_complex_value(r, call->conf->actor, actor) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (actor->len == 0) {
        *actor = call->env.admin ? administrator : provisioning;
    }

    return NGX_OK;
}


ngx_str_t
ngx_http_scim_request_id(ngx_http_request_t *r)
{
    ngx_str_t                   id;
    ngx_http_variable_value_t  *v;
    ngx_http_scim_main_conf_t  *smcf;

    ngx_str_null(&id);

    smcf = ngx_http_get_module_main_conf(r, ngx_http_scim_module);
    v = ngx_http_get_indexed_variable(r, (ngx_uint_t) smcf->request_id);

    if (v != NULL && !v->not_found) {
        id.data = v->data;
        id.len = v->len;
    }

    return id;
}


static ngx_flag_t
ngx_http_scim_may_change(ngx_http_scim_call_t *call)
{
    switch (call->method) {

    case SCIM_POST:
        return call->scim.target != SCIM_TARGET_SEARCH
               && call->scim.target != SCIM_TARGET_ROOT_SEARCH;

    case SCIM_PUT:
    case SCIM_PATCH:
    case SCIM_DELETE:
        return 1;

    default:
        return 0;
    }
}


ngx_int_t
ngx_http_scim_origin(ngx_http_scim_call_t *call)
{
    ngx_str_t            actor, id;
    scim_origin_t       *origin;
    ngx_http_request_t  *r;

    if (!ngx_http_scim_may_change(call)) {
        return NGX_OK;
    }

    r = call->request;
    origin = &call->env.origin;
    id = ngx_http_scim_request_id(r);

    if (ngx_http_scim_actor(call, &actor) != NGX_OK
        || ngx_http_scim_excerpt(call->pool, &actor, NGX_HTTP_SCIM_ACTOR,
                                 &origin->actor)
           != NGX_OK
        || ngx_http_scim_excerpt(call->pool, &r->connection->addr_text,
                                 NGX_HTTP_SCIM_ADDRESS, &origin->address)
           != NGX_OK
        || ngx_http_scim_excerpt(call->pool, &id, NGX_HTTP_SCIM_ID,
                                 &origin->request)
           != NGX_OK
        || ngx_http_scim_excerpt(call->pool, &call->ctx->token_id,
                                 NGX_HTTP_SCIM_ID, &origin->token)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}
