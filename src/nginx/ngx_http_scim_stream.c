/*
 * Answers in pieces.  A piece is not copied: it is the operation's until nginx
 * has handed all of it to the system, and the next one comes only then.  So a
 * client that reads slowly holds one piece, and blocks nobody.
 *
 *     piece       posts an event
 *     event       header, piece into the output filters
 *     writer      the rest of it, as the client reads
 *     event       all is sent: taken()
 */

#include "ngx_http_scim.h"


/* ms: what becomes of an event that is posted hardly takes so long. */
#define NGX_HTTP_SCIM_STREAM_KEEP  1000


static void ngx_http_scim_stream_event(ngx_event_t *ev);
static ngx_int_t ngx_http_scim_stream_send(ngx_http_scim_stream_t *stream);
static ngx_int_t ngx_http_scim_stream_wait(ngx_http_request_t *r);
static void ngx_http_scim_stream_writer(ngx_http_request_t *r);


void
ngx_http_scim_stream_piece(ngx_http_scim_stream_t *stream,
    ngx_http_request_t *r, const scim_op_t *op, ngx_http_scim_taken_pt taken,
    void *data)
{
    if (stream->busy) {
        return;
    }

    stream->request = r;
    stream->op = op;
    stream->taken = taken;
    stream->data = data;
    stream->busy = 1;
    stream->sent = 0;

    stream->event.handler = ngx_http_scim_stream_event;
    stream->event.data = r->connection;
    stream->event.log = r->connection->log;

    ngx_post_event(&stream->event, &ngx_posted_next_events);

    /* a worker that quits waits for timers, not for what is posted */
    ngx_add_timer(&stream->event, NGX_HTTP_SCIM_STREAM_KEEP);
}


void
ngx_http_scim_stream_stop(ngx_http_scim_stream_t *stream)
{
    if (stream->event.posted) {
        ngx_delete_posted_event(&stream->event);
    }

    if (stream->event.timer_set) {
        ngx_del_timer(&stream->event);
    }
}


static void
ngx_http_scim_stream_event(ngx_event_t *ev)
{
    ngx_int_t                rc;
    ngx_connection_t        *c;
    ngx_http_request_t      *r;
    ngx_http_scim_stream_t  *stream;

    stream = ngx_queue_data(ev, ngx_http_scim_stream_t, event);
    r = stream->request;
    c = r->connection;

    ngx_http_scim_stream_stop(stream);
    ngx_http_set_log_request(c->log, r);

    if (!stream->sent) {
        rc = ngx_http_scim_stream_send(stream);

        if (rc == NGX_AGAIN) {
            return;
        }

        if (rc != NGX_OK) {
            ngx_http_finalize_request(r, rc);
            ngx_http_run_posted_requests(c);
            return;
        }
    }

    stream->busy = 0;
    stream->taken(stream->data);
}


/* NGX_OK: all is sent; NGX_AGAIN: the writer goes on; else what to finalise
 * with. */
static ngx_int_t
ngx_http_scim_stream_send(ngx_http_scim_stream_t *stream)
{
    ngx_int_t             rc;
    ngx_buf_t            *b;
    ngx_http_request_t   *r;
    ngx_http_scim_ctx_t  *ctx;

    r = stream->request;

    if (stream->op->piece.len == 0) {
        return NGX_OK;
    }

    ctx = ngx_http_scim_get_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->stream = stream;

    if (!r->header_sent) {
        rc = ngx_http_scim_send_head(r, &stream->op->result, -1);

        if (rc == NGX_ERROR || rc > NGX_OK) {
            return rc;
        }
    }

    b = &stream->buf;

    ngx_memzero(b, sizeof(ngx_buf_t));

    b->start = (u_char *) stream->op->piece.data;
    b->pos = b->start;
    b->last = b->pos + stream->op->piece.len;
    b->end = b->last;
    b->memory = 1;
    b->flush = 1;

    stream->link.buf = b;
    stream->link.next = NULL;

    if (ngx_http_output_filter(r, &stream->link) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_http_scim_stream_wait(r);
}


/* NGX_OK: nothing is left in the output filters. */
static ngx_int_t
ngx_http_scim_stream_wait(ngx_http_request_t *r)
{
    ngx_event_t               *wev;
    ngx_connection_t          *c;
    ngx_http_core_loc_conf_t  *clcf;

    c = r->connection;
    wev = c->write;

    if (!r->buffered && !r->postponed && !c->buffered) {

        if (wev->timer_set && !wev->delayed) {
            ngx_del_timer(wev);
        }

        r->write_event_handler = ngx_http_request_empty_handler;

        return NGX_OK;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    r->write_event_handler = ngx_http_scim_stream_writer;

    if (!wev->delayed) {
        ngx_add_timer(wev, clcf->send_timeout);
    }

    return (ngx_handle_write_event(wev, clcf->send_lowat) == NGX_OK)
           ? NGX_AGAIN : NGX_ERROR;
}


static void
ngx_http_scim_stream_writer(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_event_t             *wev;
    ngx_connection_t        *c;
    ngx_http_scim_stream_t  *stream;

    c = r->connection;
    wev = c->write;

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, c->log, NGX_ETIMEDOUT,
                      "client timed out");
        c->timedout = 1;
        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    rc = (wev->delayed) ? NGX_OK : ngx_http_output_filter(r, NULL);

    if (rc != NGX_ERROR) {
        rc = ngx_http_scim_stream_wait(r);
    }

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    if (rc == NGX_OK) {
        stream = ngx_http_scim_find_ctx(r)->stream;
        stream->sent = 1;
        ngx_post_event(&stream->event, &ngx_posted_events);
    }
}


ngx_int_t
ngx_http_scim_stream_last(ngx_http_request_t *r, const scim_result_t *result)
{
    ngx_str_t  body;

    if (result->status >= NGX_HTTP_SPECIAL_RESPONSE) {
        body.data = (u_char *) result->body.data;
        body.len = result->body.len;

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "scim: an answer is cut off, for the rest of it cannot "
                      "be had: %V", &body);

        return NGX_ERROR;
    }

    return ngx_http_scim_send_body(r, &result->body);
}
