/*
 * From a request to a run of an operation and back to a response: the frame
 * that every content handler of the module has in common.
 */

#include "ngx_http_scim.h"
#include "ngx_http_scim_run.h"
#include "ngx_http_scim_tenants.h"

#include <sys/random.h>
#include <openssl/rand.h>


static void
ngx_http_scim_call_cleanup(void *data)
{
    if (data != NULL) {
        scim_pool_destroy(data);
    }
}


/* Ids and secrets are made of this: it must never give less than it was asked
 * for. */
static void
ngx_http_scim_random(void *data, uint8_t *buf, size_t len)
{
    ssize_t  n;

    if (len <= NGX_MAX_INT32_VALUE && RAND_bytes(buf, (int) len) == 1) {
        return;
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0, "RAND_bytes() failed");

    while (len != 0) {
        n = getrandom(buf, len, 0);

        if (n > 0) {
            buf += n;
            len -= (size_t) n;
        }
    }
}


ngx_int_t
ngx_http_scim_copy(scim_pool_t *pool, const ngx_str_t *from, scim_str_t *to)
{
    scim_str_t  s;

    s.data = (char *) from->data;
    s.len = from->len;

    return scim_str_dup(pool, s, to) == SCIM_OK ? NGX_OK : NGX_ERROR;
}


static scim_method_e
ngx_http_scim_method(ngx_http_request_t *r)
{
    switch (r->method) {

    case NGX_HTTP_GET:
        return SCIM_GET;

    case NGX_HTTP_HEAD:
        return SCIM_HEAD;

    case NGX_HTTP_POST:
        return SCIM_POST;

    case NGX_HTTP_PUT:
        return SCIM_PUT;

    case NGX_HTTP_PATCH:
        return SCIM_PATCH;

    case NGX_HTTP_DELETE:
        return SCIM_DELETE;

    default:
        return SCIM_OTHER;
    }
}


ngx_http_scim_call_t *
ngx_http_scim_call_create(ngx_http_request_t *r)
{
    ngx_time_t            *tp;
    scim_pool_t           *pool;
    ngx_pool_cleanup_t    *cln;
    ngx_http_scim_ctx_t   *ctx;
    ngx_http_scim_call_t  *call;

    ctx = ngx_http_scim_get_ctx(r);
    cln = ngx_pool_cleanup_add(r->pool, 0);

    if (ctx == NULL || cln == NULL) {
        return NULL;
    }

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_scim_call_cleanup;
    cln->data = pool;

    call = scim_pcalloc(pool, sizeof(ngx_http_scim_call_t));
    if (call == NULL) {
        return NULL;
    }

    tp = ngx_timeofday();

    call->request = r;
    call->ctx = ctx;
    call->conf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);
    call->pool = pool;
    call->cleanup = cln;
    call->method = ngx_http_scim_method(r);
    call->max_body = call->conf->max_body;
    call->max_depth = call->conf->max_depth;

    call->env.conf = &call->conf->op;
    call->env.settings = &ngx_http_scim_tenants;
    call->env.now = (uint64_t) tp->sec * 1000 + tp->msec;
    call->env.random = ngx_http_scim_random;

    return call;
}


ngx_int_t
ngx_http_scim_call_send(ngx_http_scim_call_t *call, const scim_result_t *result)
{
    return ngx_http_scim_send(call->request, result);
}


static void
ngx_http_scim_call_done(ngx_http_request_t *r, void *data, scim_op_t *op)
{
    ngx_http_scim_call_t  *call = data;

    ngx_http_finalize_request(r, call->answer(call, &op->result));
}


ngx_int_t
ngx_http_scim_call_run(ngx_http_scim_call_t *call, scim_op_t *op,
    ngx_http_scim_answer_pt answer)
{
    ngx_int_t            rc;
    ngx_flag_t           counted;
    ngx_http_request_t  *r;

    if (op == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r = call->request;
    counted = call->counted;
    call->answer = answer;

    /* from here on the pool, and call within it, are the driver's */
    call->cleanup->data = NULL;

    rc = ngx_http_scim_run(r, op, ngx_http_scim_call_done, call);

    switch (rc) {

    case NGX_OK:
        return answer(call, &op->result);

    case NGX_DONE:
        if (!counted) {
            r->main->count++;
        }

        return NGX_DONE;

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}
