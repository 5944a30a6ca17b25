/*
 * The content handler of a location with `scim_health`: 200 while Redis
 * answers.
 */

#include "ngx_http_scim.h"


static scim_rc_t
ngx_http_scim_health_reply(scim_op_t *op, const redisReply *reply)
{
    scim_error_t  err;

    if (scim_store_error(reply, &err) != SCIM_OK) {
        return scim_op_fail(op, &err);
    }

    op->result.status = NGX_HTTP_OK;
    op->result.body = scim_str("{\"status\":\"ok\"}");

    return SCIM_OK;
}


static scim_rc_t
ngx_http_scim_health_ask(scim_op_t *op, const redisReply *reply)
{
    static scim_str_t  ping[] = { SCIM_STR("PING") };

    op->cmd.key = scim_str_absent;
    op->cmd.argv = ping;
    op->cmd.argc = 1;
    op->resume = ngx_http_scim_health_reply;

    return SCIM_AGAIN;
}


ngx_int_t
ngx_http_scim_health_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    scim_op_t             *op;
    ngx_http_scim_call_t  *call;

    rc = ngx_http_scim_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    call = ngx_http_scim_call_create(r);
    if (call == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->ctx->plain = 1;

    op = scim_pcalloc(call->pool, sizeof(scim_op_t));

    if (op != NULL) {
        op->pool = call->pool;
        op->env = &call->env;
        op->resume = ngx_http_scim_health_ask;
    }

    return ngx_http_scim_call_run(call, op, ngx_http_scim_call_send);
}
