/*
 * Answers in pieces: sends a piece and tells when the client has taken it.
 */

#ifndef NGX_HTTP_SCIM_STREAM_H
#define NGX_HTTP_SCIM_STREAM_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../op/scim_op.h"


typedef void (*ngx_http_scim_taken_pt)(void *data);

/* Zeroed to begin with; lives as long as the request's operation. */
typedef struct {
    ngx_http_request_t      *request;
    const scim_op_t         *op;
    ngx_http_scim_taken_pt   taken;
    void                    *data;
    ngx_event_t              event;
    ngx_buf_t                buf;
    ngx_chain_t              link;
    unsigned                 busy:1;    /* with op->piece */
    unsigned                 sent:1;    /* all of it */
} ngx_http_scim_stream_t;

/*
 * Sends op->piece, before the first the header, as op->result has it; not now
 * but in the next turn of the event loop, so that others have theirs.  Then
 * taken(data) is called, from the event loop, unless the request dies before.
 * Does nothing while it is busy with a piece already.
 */
void ngx_http_scim_stream_piece(ngx_http_scim_stream_t *stream,
    ngx_http_request_t *r, const scim_op_t *op, ngx_http_scim_taken_pt taken,
    void *data);

/* The request, or its operation, is over. */
void ngx_http_scim_stream_stop(ngx_http_scim_stream_t *stream);

/* The last piece, of an answer whose header has been sent.  An error cuts the
 * answer off: the connection ends before the body does.  The value is what to
 * finalise with. */
ngx_int_t ngx_http_scim_stream_last(ngx_http_request_t *r,
    const scim_result_t *result);

#endif /* NGX_HTTP_SCIM_STREAM_H */
