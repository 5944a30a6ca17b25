/*
 * A request's body as an operation reads it, bit by bit: from nginx's buffers
 * and from the temporary file that takes what is large.
 */

#include "ngx_http_scim.h"


/* The first buffer of the body that has something left. */
static ngx_buf_t *
ngx_http_scim_lines_buf(ngx_http_scim_call_t *call, off_t *left)
{
    for ( /* void */ ; call->in != NULL; call->in = call->in->next) {

        *left = ngx_buf_size(call->in->buf) - call->in_at;

        if (*left > 0) {
            return call->in->buf;
        }

        call->in_at = 0;
    }

    return NULL;
}


static scim_rc_t
ngx_http_scim_lines_read(void *data, char *buf, size_t cap, size_t *n,
    scim_error_t *err)
{
    off_t                  left;
    ssize_t                size;
    ngx_buf_t             *b;
    ngx_http_scim_call_t  *call = data;

    *n = 0;

    b = ngx_http_scim_lines_buf(call, &left);
    if (b == NULL) {
        return SCIM_OK;
    }

    size = (ssize_t) ngx_min(left, (off_t) cap);

    if (ngx_buf_in_memory(b)) {
        ngx_memcpy(buf, b->pos + call->in_at, (size_t) size);

    } else {
        size = ngx_read_file(b->file, (u_char *) buf, (size_t) size,
                             b->file_pos + call->in_at);

        if (size <= 0) {
            return scim_refuse(err, 500, SCIM_TYPE_NONE,
                               "The request body was buffered in a file that "
                               "nginx cannot read: see its error log");
        }
    }

    call->in_at += size;
    *n = (size_t) size;

    return SCIM_OK;
}


static uint64_t
ngx_http_scim_lines_now(void *data)
{
    ngx_time_t  *tp = ngx_timeofday();

    (void) data;

    return (uint64_t) tp->sec * 1000 + tp->msec;
}


void
ngx_http_scim_lines(ngx_http_scim_call_t *call)
{
    call->in_at = 0;

    call->input.read = ngx_http_scim_lines_read;
    call->input.now = ngx_http_scim_lines_now;
    call->input.data = call;
    call->input.max_line = call->max_body;
    call->input.max_depth = (unsigned) call->max_depth;
}
