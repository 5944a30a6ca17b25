/*
 * Variables, and the request's context they read.
 */

#include "ngx_http_scim.h"


static ngx_int_t ngx_http_scim_variable_str(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_scim_variable_error(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_scim_variable_round_trips(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/* None is cacheable: the gate and the operation set them while the request
 * goes on. */
static ngx_http_variable_t  ngx_http_scim_vars[] = {

    { ngx_string("scim_tenant"), NULL, ngx_http_scim_variable_str,
      offsetof(ngx_http_scim_ctx_t, tenant), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_token_tenant"), NULL, ngx_http_scim_variable_str,
      offsetof(ngx_http_scim_ctx_t, token_tenant),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_token_id"), NULL, ngx_http_scim_variable_str,
      offsetof(ngx_http_scim_ctx_t, token_id), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_token_scope"), NULL, ngx_http_scim_variable_str,
      offsetof(ngx_http_scim_ctx_t, token_scope), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_token_user"), NULL, ngx_http_scim_variable_str,
      offsetof(ngx_http_scim_ctx_t, token_user), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_token_actor"), NULL, ngx_http_scim_variable_str,
      offsetof(ngx_http_scim_ctx_t, token_actor), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_resource"), NULL, ngx_http_scim_variable_str,
      offsetof(ngx_http_scim_ctx_t, resource), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_error_type"), NULL, ngx_http_scim_variable_error,
      0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("scim_round_trips"), NULL, ngx_http_scim_variable_round_trips,
      0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_scim_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_scim_vars; v->name.len != 0; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static void
ngx_http_scim_variable_set(ngx_http_variable_value_t *v, u_char *data,
    size_t len)
{
    v->data = data;
    v->len = (unsigned) len & 0xfffffff;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
}


static ngx_int_t
ngx_http_scim_variable_str(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t            *s;
    ngx_http_scim_ctx_t  *ctx;

    ctx = ngx_http_scim_find_ctx(r);
    s = (ctx == NULL) ? NULL : (ngx_str_t *) (void *) ((char *) ctx + data);

    if (s == NULL || s->len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_scim_variable_set(v, s->data, s->len);

    return NGX_OK;
}


static ngx_int_t
ngx_http_scim_variable_error(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char           *name;
    ngx_http_scim_ctx_t  *ctx;

    ctx = ngx_http_scim_find_ctx(r);
    name = (ctx == NULL) ? NULL : scim_error_type_name(ctx->error);

    if (name == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_http_scim_variable_set(v, (u_char *) name, ngx_strlen(name));

    return NGX_OK;
}


static ngx_int_t
ngx_http_scim_variable_round_trips(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char               *p, *last;
    ngx_http_scim_ctx_t  *ctx;

    ctx = ngx_http_scim_find_ctx(r);

    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_sprintf(p, "%ui", ctx->round_trips);
    ngx_http_scim_variable_set(v, p, (size_t) (last - p));

    return NGX_OK;
}


/* Does nothing but mark the cleanup whose data is the context. */
static void
ngx_http_scim_ctx_cleanup(void *data)
{
    (void) data;
}


ngx_http_scim_ctx_t *
ngx_http_scim_find_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t   *cln;
    ngx_http_scim_ctx_t  *ctx;

    r = r->main;
    ctx = ngx_http_get_module_ctx(r, ngx_http_scim_module);

    if (ctx != NULL || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    for (cln = r->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == ngx_http_scim_ctx_cleanup) {
            ngx_http_set_ctx(r, cln->data, ngx_http_scim_module);
            return cln->data;
        }
    }

    return NULL;
}


ngx_http_scim_ctx_t *
ngx_http_scim_get_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t   *cln;
    ngx_http_scim_ctx_t  *ctx;

    ctx = ngx_http_scim_find_ctx(r);
    if (ctx != NULL) {
        return ctx;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_scim_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_scim_ctx_t));
    cln->handler = ngx_http_scim_ctx_cleanup;

    ngx_http_set_ctx(r->main, ctx, ngx_http_scim_module);

    return ctx;
}
