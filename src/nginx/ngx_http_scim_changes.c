/*
 * The content handler of a location with `scim_changes`: the change feed; and
 * its readers that wait for what is new, here and at the admin API
 * (docs/changes.md).
 *
 * A reader that has waited goes through the location's phases once more, so
 * that whoever guards it is asked anew: a token that has been revoked
 * meanwhile reads nothing.
 */

#include "ngx_http_scim.h"
#include "ngx_http_scim_wait.h"


/* nginx lets a request be redirected so often that it cannot go in circles;
 * some of it is left to error pages. */
#define NGX_HTTP_SCIM_CHANGES_REDIRECTS  4


static scim_rc_t
ngx_http_scim_changes_arg(const ngx_http_scim_call_t *call, const char *name,
    scim_str_t *value, scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_request_arg(call->pool, call->args, scim_str_from(name), value,
                          err);

    if (rc == SCIM_NONE || (rc == SCIM_OK && value->len == 0)) {
        *value = scim_str_absent;
        return SCIM_OK;
    }

    return rc;
}


static scim_rc_t
ngx_http_scim_changes_prepare(ngx_http_scim_call_t *call, scim_error_t *err)
{
    scim_rc_t  rc;

    if (ngx_http_scim_scope_is(call, "self")) {
        return scim_refuse(err, NGX_HTTP_FORBIDDEN, SCIM_TYPE_NONE,
                           "This token is a user's own and does not open the "
                           "change feed: make one of the scope \"read\"");
    }

    rc = ngx_http_scim_changes_arg(call, "after", &call->changes.after, err);

    if (rc == SCIM_OK) {
        rc = ngx_http_scim_changes_arg(call, "limit", &call->changes.limit,
                                       err);
    }

    if (rc == SCIM_OK) {
        rc = ngx_http_scim_changes_arg(call, "wait", &call->changes.wait,
                                       err);
    }

    return rc;
}


static void
ngx_http_scim_changes_go(ngx_http_scim_call_t *call, ngx_uint_t news)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = call->request;

    if (news) {
        call->ctx->waited = 1;
        call->ctx->plain = 0;

        rc = ngx_http_internal_redirect(r, &r->uri, &r->args);

    } else {
        rc = ngx_http_scim_send(r, call->idle);
    }

    ngx_http_finalize_request(r, rc);
}


/* An empty answer is kept until the reader's time is over. */
ngx_int_t
ngx_http_scim_changes_answer(ngx_http_scim_call_t *call,
    const scim_result_t *result)
{
    ngx_http_request_t   *r;
    ngx_http_scim_ctx_t  *ctx;

    r = call->request;
    ctx = call->ctx;

    if (result->wait == NULL) {
        return ngx_http_scim_send(r, result);
    }

    /* who comes back from waiting has what is left of it */
    if (!ctx->waited) {
        ctx->until = ngx_current_msec
                     + (ngx_msec_t) result->wait->seconds * 1000;
    }

    if (ngx_exiting
        || (ngx_msec_int_t) (ctx->until - ngx_current_msec) <= 0
        || r->uri_changes <= NGX_HTTP_SCIM_CHANGES_REDIRECTS)
    {
        return ngx_http_scim_send(r, result);
    }

    call->idle = result;

    if (ngx_http_scim_wait(call, result->wait, ctx->until,
                           ngx_http_scim_changes_go) != NGX_DONE)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DONE;
}


static ngx_int_t
ngx_http_scim_changes_not_allowed(ngx_http_scim_call_t *call)
{
    scim_buf_t      buf;
    scim_error_t    err;
    scim_result_t  *result;

    (void) scim_refuse(&err, NGX_HTTP_NOT_ALLOWED, SCIM_TYPE_NONE,
                       "The change feed is read by GET");

    result = ngx_pcalloc(call->request->pool, sizeof(scim_result_t));
    if (result == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    scim_buf_init(&buf, call->pool, SCIM_ERROR_DETAIL);
    scim_error_write(&buf, &err);

    if (scim_buf_done(&buf, &result->body) != SCIM_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    result->status = err.status;
    result->allow = "GET, HEAD";

    return ngx_http_scim_send(call->request, result);
}


ngx_int_t
ngx_http_scim_changes_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    scim_op_t             *op;
    scim_error_t           err;
    ngx_http_scim_call_t  *call;

    if (r != r->main) {
        return NGX_HTTP_NOT_FOUND;
    }

    rc = ngx_http_scim_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    call = ngx_http_scim_call_create(r);

    if (call == NULL
        || ngx_http_scim_find_tenant(call) != NGX_OK
        || ngx_http_scim_copy(call->pool, &r->args, &call->args) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->ctx->plain = 1;

    if (call->method != SCIM_GET && call->method != SCIM_HEAD) {
        return ngx_http_scim_changes_not_allowed(call);
    }

    switch (ngx_http_scim_changes_prepare(call, &err)) {

    case SCIM_OK:
        break;

    case SCIM_REFUSED:
        return ngx_http_scim_send_error(r, &err);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    op = scim_op_changes(call->pool, &call->env, &call->changes);

    return ngx_http_scim_call_run(call, op, ngx_http_scim_changes_answer);
}
