/*
 * Requests that wait for changes of their tenant: any number of them, and the
 * store is asked once per tenant and interval.
 */

#ifndef NGX_HTTP_SCIM_WAIT_H
#define NGX_HTTP_SCIM_WAIT_H

#include "ngx_http_scim.h"


/*
 * Goes on with the request: sends an answer and finalises it, or redirects it
 * and finalises with NGX_DONE.  The reference that waiting has held is then
 * given back.  `news`: the feed is no longer where it was; else the time is
 * over, or the worker is about to quit.
 */
typedef void (*ngx_http_scim_waited_pt)(ngx_http_scim_call_t *call,
    ngx_uint_t news);

/*
 * Waits until the feed of wait->tenant has another tip than wait->tip or
 * ngx_current_msec is `until`.  *wait lives as long as the request.  With
 * call->env.admin the tenant may be switched off.  NGX_DONE: a
 * reference to the request is held, and `waited` is called later, once, unless
 * the client goes away before.  NGX_ERROR: no memory.
 *
 * What keeps a worker that quits alive is the timer; it lets everybody go when
 * it fires.
 */
ngx_int_t ngx_http_scim_wait(ngx_http_scim_call_t *call,
    const scim_wait_t *wait, ngx_msec_t until, ngx_http_scim_waited_pt waited);

/*
 * Redis has answered a command of this worker: if it was a write, whoever waits
 * for changes of its tenant need not wait for the next time that they are asked
 * for.  cmd is only looked at.
 */
void ngx_http_scim_wait_answered(const scim_store_cmd_t *cmd);

#endif /* NGX_HTTP_SCIM_WAIT_H */
