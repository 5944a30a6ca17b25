/*
 * Runs an operation for a request: sends its commands over the worker's Redis
 * connection, hands it the replies, and calls back when it has its answer.
 */

#ifndef NGX_HTTP_SCIM_RUN_H
#define NGX_HTTP_SCIM_RUN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../op/scim_op.h"
#include "ngx_http_scim_redis.h"


/*
 * op->result is the answer, always: also when the store is down (503) or there
 * was no memory (500).  Of an answer in pieces the others have been sent then,
 * and op->result is the last one, or an error.  The handler sends it and
 * finalises r; what that posts (the parent of a subrequest, the next pipelined
 * request) is run by the driver afterwards.
 */
typedef void (*ngx_http_scim_done_pt)(ngx_http_request_t *r, void *data,
    scim_op_t *op);

/*
 * Returns
 *   NGX_OK     the answer is there already (no store needed, store known to be
 *              down): op->result, and done is not called;
 *   NGX_DONE   suspended: done is called later, exactly once, unless the
 *              request dies before;
 *   NGX_ERROR  no memory to begin with: op and its pool are gone.
 *
 * The driver does not touch the reference count of the request.  While it is
 * suspended the caller holds one: a content handler takes it by
 * r->main->count++ and returns NGX_DONE, a body handler has that of
 * ngx_http_read_client_request_body().  Finalising r in done gives it back.
 *
 * From the call on the driver owns op->pool.  It is destroyed with r->pool,
 * after the log phase, so that a response may point into it; but when the
 * client goes away while a write is under way, the operation goes on to its
 * end without the request; a bulk with what it has begun.  Therefore everything
 * op reaches (env, tenant, base, the request's strings, the body, random_data)
 * must live in op->pool or as long as the cycle, never in r->pool.  data is the
 * caller's, r->pool is fine.
 */
ngx_int_t ngx_http_scim_run(ngx_http_request_t *r, scim_op_t *op,
    ngx_http_scim_done_pt done, void *data);

/*
 * The same without a request, whose result nobody waits for; r only leads to
 * the worker's connection.  op->pool, with all that op reaches, is destroyed at
 * the end, or at once when the store is known to be down.
 */
void ngx_http_scim_run_alone(ngx_http_request_t *r, scim_op_t *op);

/* The worker's connection, made when first asked for; NULL: no memory. */
ngx_http_scim_redis_t *ngx_http_scim_redis_get(ngx_http_request_t *r);

/* The module's exit_process: answers what is in flight, closes. */
void ngx_http_scim_run_exit(ngx_cycle_t *cycle);

#endif /* NGX_HTTP_SCIM_RUN_H */
