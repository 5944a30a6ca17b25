/*
 * From an operation's result to an HTTP response.
 */

#include "ngx_http_scim.h"


static ngx_str_t  ngx_http_scim_type_scim = ngx_string("application/scim+json");
static ngx_str_t  ngx_http_scim_type_json = ngx_string("application/json");


/* Accept names application/json and does not name application/scim+json. */
static ngx_flag_t
ngx_http_scim_accepts_json(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_flag_t        json;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    json = 0;

    for (part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len != sizeof("accept") - 1
                || ngx_strncasecmp(h[i].key.data, (u_char *) "accept",
                                   sizeof("accept") - 1) != 0)
            {
                continue;
            }

            if (ngx_strcasestrn(h[i].value.data, "application/scim+json",
                                sizeof("application/scim+json") - 2) != NULL)
            {
                return 0;
            }

            if (ngx_strcasestrn(h[i].value.data, "application/json",
                                sizeof("application/json") - 2) != NULL)
            {
                json = 1;
            }
        }
    }

    return json;
}


static ngx_str_t *
ngx_http_scim_response_type(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    const scim_result_t *result)
{
    scim_media_e               media;
    ngx_http_scim_loc_conf_t  *slcf;

    if (ctx->plain) {
        return &ngx_http_scim_type_json;
    }

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);

    media = (result->choice != SCIM_MEDIA_UNSET) ? result->choice
                                                 : slcf->op.policy.media;
    switch (media) {

    case SCIM_MEDIA_SCIM:
        return &ngx_http_scim_type_scim;

    case SCIM_MEDIA_JSON:
        return &ngx_http_scim_type_json;

    default:
        return ngx_http_scim_accepts_json(r) ? &ngx_http_scim_type_json
                                             : &ngx_http_scim_type_scim;
    }
}


/* name and value must live as long as the request. */
static ngx_table_elt_t *
ngx_http_scim_add_header(ngx_http_request_t *r, const char *name,
    const char *value, size_t len)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = (u_char *) value;
    h->value.len = len;

    return h;
}


static ngx_int_t
ngx_http_scim_add_retry_after(ngx_http_request_t *r, ngx_uint_t seconds)
{
    u_char  *p, *last;

    p = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_sprintf(p, "%ui", seconds);

    if (ngx_http_scim_add_header(r, "Retry-After", (char *) p,
                                 (size_t) (last - p)) == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Who has sent a token is told that it was that (RFC 6750 section 3.1). */
static ngx_int_t
ngx_http_scim_add_challenge(ngx_http_request_t *r)
{
    const char  *challenge;

    /* auth_request has copied the gate's already */
    if (r->headers_out.www_authenticate != NULL) {
        return NGX_OK;
    }

    challenge = (ngx_http_scim_bearer(r).len == 0)
                ? "Bearer realm=\"scim\""
                : "Bearer realm=\"scim\", error=\"invalid_token\"";

    r->headers_out.www_authenticate =
        ngx_http_scim_add_header(r, "WWW-Authenticate", challenge,
                                 ngx_strlen(challenge));

    return r->headers_out.www_authenticate == NULL ? NGX_ERROR : NGX_OK;
}


/* What would do instead (RFC 9110 section 15.5.16, RFC 5789 section 2.2). */
static ngx_int_t
ngx_http_scim_add_accepted(ngx_http_request_t *r)
{
    static const char  types[] = "application/scim+json, application/json";

    return ngx_http_scim_add_header(r, r->method == NGX_HTTP_PATCH
                                       ? "Accept-Patch" : "Accept",
                                    types, sizeof(types) - 1) == NULL
           ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_scim_add_validators(ngx_http_request_t *r, const scim_result_t *result)
{
    ngx_str_t  etag;

    ngx_http_clear_etag(r);
    ngx_http_clear_location(r);

    if (result->etag[0] != '\0') {
        etag.len = ngx_strlen(result->etag);
        etag.data = ngx_pnalloc(r->pool, etag.len);
        if (etag.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(etag.data, result->etag, etag.len);

        r->headers_out.etag = ngx_http_scim_add_header(r, "ETag",
                                                       (char *) etag.data,
                                                       etag.len);
        if (r->headers_out.etag == NULL) {
            return NGX_ERROR;
        }
    }

    if (result->location.data != NULL) {
        r->headers_out.location = ngx_http_scim_add_header(r, "Location",
                                                       result->location.data,
                                                       result->location.len);
        if (r->headers_out.location == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_scim_add_headers(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    const scim_result_t *result)
{
    if (ngx_http_scim_add_validators(r, result) != NGX_OK) {
        return NGX_ERROR;
    }

    if (result->allow != NULL
        && ngx_http_scim_add_header(r, "Allow", result->allow,
                                    ngx_strlen(result->allow)) == NULL)
    {
        return NGX_ERROR;
    }

    if (result->dry_run
        && ngx_http_scim_add_header(r, "SCIM-Dry-Run", "true",
                                    sizeof("true") - 1) == NULL)
    {
        return NGX_ERROR;
    }

    if (result->retry_after != 0
        && ngx_http_scim_add_retry_after(r, result->retry_after) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->plain
        && ngx_http_scim_add_header(r, "Cache-Control", "no-store",
                                    sizeof("no-store") - 1) == NULL)
    {
        return NGX_ERROR;
    }

    if (result->status == NGX_HTTP_UNSUPPORTED_MEDIA_TYPE && !ctx->plain) {
        return ngx_http_scim_add_accepted(r);
    }

    /* the admin API is guarded by whatever the operator has put before it */
    if (result->status == NGX_HTTP_UNAUTHORIZED && !ctx->plain) {
        return ngx_http_scim_add_challenge(r);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_scim_send_body(ngx_http_request_t *r, const scim_str_t *body)
{
    ngx_buf_t    *b;
    ngx_chain_t   out;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->start = (u_char *) body->data;
    b->pos = b->start;
    b->last = b->pos + body->len;
    b->end = b->last;
    b->memory = 1;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/* For the log's variables, and for the list of failures. */
static void
ngx_http_scim_send_note(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    const scim_result_t *result)
{
    if (result->id.len != 0) {
        ctx->resource.data = (u_char *) result->id.data;
        ctx->resource.len = result->id.len;
    }

    ctx->error = result->type;

    if (r == r->main
        && (result->status >= NGX_HTTP_BAD_REQUEST || result->partly))
    {
        ctx->error_body = result->body;
        ctx->partly = result->partly;
    }
}


static void
ngx_http_scim_send_type(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    const scim_result_t *result, off_t length)
{
    if (length == 0) {
        r->header_only = 1;
        ngx_str_null(&r->headers_out.content_type);

    } else if (result->media != NULL) {
        r->headers_out.content_type.data = (u_char *) result->media;
        r->headers_out.content_type.len = ngx_strlen(result->media);

    } else {
        r->headers_out.content_type = *ngx_http_scim_response_type(r, ctx,
                                                                   result);
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
}


/*
 * The status never becomes the value returned: ngx_http_finalize_request()
 * would make a response of its own out of it.
 */
ngx_int_t
ngx_http_scim_send_head(ngx_http_request_t *r, const scim_result_t *result,
    off_t length)
{
    ngx_http_scim_ctx_t  *ctx;

    ctx = ngx_http_scim_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_scim_send_note(r, ctx, result);

    r->headers_out.status = (ngx_uint_t) result->status;
    r->headers_out.content_length_n = length;

    if (result->status == NGX_HTTP_NOT_MODIFIED) {
        /* the length would be that of what 200 brings */
        r->headers_out.content_length_n = -1;
    }

    if (r->err_status != 0) {
        r->err_status = (ngx_uint_t) result->status;
    }

    /* If-Match has been dealt with, and the new ETag is not to be held against
     * it once more */
    r->disable_not_modified = 1;
    r->allow_ranges = 0;
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);

    if (ngx_http_scim_add_headers(r, ctx, result) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_scim_send_type(r, ctx, result, length);

    return ngx_http_send_header(r);
}


ngx_int_t
ngx_http_scim_send(ngx_http_request_t *r, const scim_result_t *result)
{
    ngx_int_t  rc;

    if (r->header_sent) {
        return ngx_http_scim_stream_last(r, result);
    }

    rc = ngx_http_scim_send_head(r, result, (off_t) result->body.len);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_scim_send_body(r, &result->body);
}


ngx_int_t
ngx_http_scim_send_error(ngx_http_request_t *r, const scim_error_t *err)
{
    ngx_str_t      copy;
    scim_str_t     body;
    scim_buf_t     buf;
    scim_pool_t   *pool;
    scim_result_t  result;

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    scim_buf_init(&buf, pool, SCIM_ERROR_DETAIL);
    scim_error_write(&buf, err);

    if (scim_buf_done(&buf, &body) != SCIM_OK) {
        scim_pool_destroy(pool);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    copy.len = body.len;
    copy.data = ngx_pnalloc(r->pool, body.len);

    if (copy.data != NULL) {
        ngx_memcpy(copy.data, body.data, body.len);
    }

    scim_pool_destroy(pool);

    if (copy.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&result, sizeof(scim_result_t));

    result.status = err->status;
    result.type = err->type;
    result.retry_after = err->retry_after;
    result.body.data = (char *) copy.data;
    result.body.len = copy.len;

    return ngx_http_scim_send(r, &result);
}
