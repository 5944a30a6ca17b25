/*
 * The content handler of a location with `scim_error`, which error_page points
 * to: what nginx itself refuses, said the way SCIM says it.
 */

#include "ngx_http_scim.h"


typedef struct {
    int          status;
    unsigned     retry_after;
    const char  *detail;
} ngx_http_scim_status_t;


static const ngx_http_scim_status_t  ngx_http_scim_statuses[] = {

    { 400, 0, "The HTTP request is malformed, its headers are too large, it "
              "came without TLS to a port of HTTPS, or a client certificate "
              "is missing or not valid: check that the tenant URL begins "
              "with https://, and the token and certificate set in the "
              "identity provider" },
    { 401, 0, "Authorization is needed: set the secret token of this "
              "tenant in the identity provider; the admin API asks for an "
              "administrator's name and password" },
    { 403, 0, "Access is denied: ask the administrator of this server "
              "whether the tenant is switched on and this address is let "
              "in" },
    { 404, 0, "There is nothing at this URL: check the tenant URL that "
              "is set in the identity provider" },
    { 405, 0, "This URL does not serve that method: check the tenant URL "
              "that is set in the identity provider" },
    { 408, 0, "The request did not arrive in time: try again, and check "
              "the connection between the identity provider and this "
              "server" },
    { 411, 0, "The request has a body but does not say how long it is: "
              "send Content-Length" },
    { 413, 0, "The request body is larger than this server takes "
              "(client_max_body_size): send fewer members or operations "
              "in a request" },
    { 414, 0, "The URL is too long: use a shorter filter, or POST to "
              "/.search" },
    { 415, 0, "The Content-Type is none of SCIM's: send "
              "application/scim+json or application/json" },
    { 429, 1, "Too many requests at once: wait as Retry-After says, then "
              "go on; the administrator of this server can raise the "
              "limit (limit_req)" },
    { 501, 0, "The body's Transfer-Encoding is not supported: send it "
              "chunked, or with Content-Length" },
    { 502, 5, "A service that this server depends on did not answer as "
              "it should: try again later; the administrator of this "
              "server finds the reason in its error log" },
    { 503, 5, "The server is busy or being maintained: try again later" },
    { 504, 5, "A service that this server depends on did not answer in "
              "time: try again later" },
    { 505, 0, "This version of HTTP is not supported: use HTTP/1.1 or "
              "HTTP/2" },
    { 500, 0, "The server failed: its administrator finds the reason in "
              "its error log" }
};


#define NGX_HTTP_SCIM_NSTATUSES                                               \
    (sizeof(ngx_http_scim_statuses) / sizeof(ngx_http_scim_statuses[0]))


/* auth_request has made 401, 403 or 500 of whatever the gate has said. */
static ngx_flag_t
ngx_http_scim_is_gate(const ngx_http_scim_ctx_t *ctx, ngx_uint_t status)
{
    return ctx->gate != NULL
           && (status == NGX_HTTP_UNAUTHORIZED
               || status == NGX_HTTP_FORBIDDEN
               || status == NGX_HTTP_INTERNAL_SERVER_ERROR);
}


void
ngx_http_scim_describe(int status, scim_error_t *err)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_SCIM_NSTATUSES; i++) {
        if (ngx_http_scim_statuses[i].status == status) {
            (void) scim_refuse(err, status, SCIM_TYPE_NONE, "%s",
                               ngx_http_scim_statuses[i].detail);
            err->retry_after = ngx_http_scim_statuses[i].retry_after;
            return;
        }
    }

    (void) scim_refuse(err, status, SCIM_TYPE_NONE,
                       "The server refused the request: its administrator "
                       "finds the reason in its error log");
}


/* nginx's own numbers, 494 to 499, are no matter of the client's; what is no
 * error (a redirect, say) is none of SCIM's answers. */
static int
ngx_http_scim_status(ngx_uint_t status)
{
    if (status >= NGX_HTTP_NGINX_CODES && status < 500) {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (status < 400 || status > 599) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return (int) status;
}


/* nginx has refused the body by client_max_body_size: RFC 7644 section 3.7.4
 * wants to be told how much that is. */
static void
ngx_http_scim_too_large(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    scim_error_t *err)
{
    off_t                         max;
    ngx_table_elt_t              *length;
    const ngx_http_scim_place_t  *place;

    place = ngx_http_scim_find_place(r);
    if (place == NULL) {
        return;
    }

    ngx_http_scim_failure_too_large(place, ctx);

    max = place->core->client_max_body_size;
    length = r->headers_in.content_length;

    /* A location within that one may have a limit of its own.  Of nginx's
     * number what has been discarded is taken off. */
    if (max == 0
        || (length != NULL
            && ngx_atoof(length->value.data, length->value.len) <= max))
    {
        return;
    }

    (void) scim_refuse(err, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, SCIM_TYPE_NONE,
                       "The request body is larger than the %lld bytes that "
                       "this server takes (client_max_body_size): send fewer "
                       "members or operations in a request",
                       (long long) max);
}


ngx_int_t
ngx_http_scim_error_handler(ngx_http_request_t *r)
{
    ngx_uint_t            status;
    scim_error_t          err;
    ngx_http_scim_ctx_t  *ctx;

    ctx = ngx_http_scim_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* a body that is no body either changes nothing about the answer */
    if (ngx_http_scim_discard_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    /* a location of its own, without error_page, is a place where nothing is */
    status = r->err_status == 0 ? NGX_HTTP_NOT_FOUND : r->err_status;

    if (ngx_http_scim_is_gate(ctx, status)) {
        return ngx_http_scim_send(r, ctx->gate);
    }

    ngx_http_scim_describe(ngx_http_scim_status(status), &err);

    if (status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        ngx_http_scim_too_large(r, ctx, &err);
    }

    return ngx_http_scim_send_error(r, &err);
}
