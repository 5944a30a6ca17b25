/*
 * The request's body, from memory and from its temporary file, piece by piece
 * into the JSON parser.
 */

#include "ngx_http_scim.h"


#define NGX_HTTP_SCIM_CHUNK  16384


ngx_int_t
ngx_http_scim_discard_body(ngx_http_request_t *r)
{
    /* a client that waits for 100 is not to send it now */
    r->expect_tested = 1;

    return ngx_http_discard_request_body(r);
}


ngx_int_t
ngx_http_scim_refuse(ngx_http_request_t *r, const scim_error_t *err)
{
    ngx_int_t  rc;

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "scim: request refused: %s", err->detail);

    rc = ngx_http_scim_discard_body(r);

    return rc == NGX_OK ? ngx_http_scim_send_error(r, err) : rc;
}


static scim_rc_t
ngx_http_scim_feed_file(ngx_http_scim_call_t *call, ngx_buf_t *b,
    scim_json_parser_t *parser, scim_error_t *err)
{
    off_t      offset;
    size_t     size;
    u_char    *chunk;
    ssize_t    n;
    scim_rc_t  rc;

    chunk = scim_palloc(call->pool, NGX_HTTP_SCIM_CHUNK);
    if (chunk == NULL) {
        return SCIM_NOMEM;
    }

    for (offset = b->file_pos; offset < b->file_last; offset += n) {
        size = (size_t) ngx_min(b->file_last - offset, NGX_HTTP_SCIM_CHUNK);

        n = ngx_read_file(b->file, chunk, size, offset);

        if (n <= 0) {
            return scim_refuse(err, 500, SCIM_TYPE_NONE,
                               "The request body was buffered in a file that "
                               "nginx cannot read: see its error log");
        }

        rc = scim_json_feed(parser, (char *) chunk, (size_t) n, err);

        if (rc == SCIM_NOMEM || rc == SCIM_REFUSED) {
            return rc;
        }
    }

    return SCIM_OK;
}


static scim_rc_t
ngx_http_scim_too_large(ngx_http_scim_call_t *call, scim_error_t *err)
{
    if (call->scim.target == SCIM_TARGET_BULK) {
        return scim_refuse(err, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                           SCIM_TYPE_NONE,
                           "The size of the bulk request exceeds "
                           "maxPayloadSize (%zu bytes): send its operations "
                           "in several requests", call->max_body);
    }

    return scim_refuse(err, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, SCIM_TYPE_NONE,
                       "The request body is larger than the %zu bytes that "
                       "this server takes (scim_max_body): send fewer members "
                       "or operations in a request", call->max_body);
}


/* The whole of the chain, then the end of the input. */
static scim_rc_t
ngx_http_scim_parse(ngx_http_scim_call_t *call, ngx_chain_t *in,
    scim_error_t *err)
{
    ngx_buf_t           *b;
    scim_rc_t            rc;
    scim_json_limits_t   limits;
    scim_json_parser_t  *parser;

    ngx_memzero(&limits, sizeof(scim_json_limits_t));

    limits.depth = (unsigned) call->max_depth;
    limits.size = call->max_body;

    parser = scim_json_parser_create(call->pool, &limits);
    if (parser == NULL) {
        return SCIM_NOMEM;
    }

    for ( /* void */ ; in != NULL; in = in->next) {
        b = in->buf;

        if (ngx_buf_in_memory(b)) {
            rc = scim_json_feed(parser, (char *) b->pos,
                                (size_t) (b->last - b->pos), err);

        } else if (b->in_file) {
            rc = ngx_http_scim_feed_file(call, b, parser, err);

        } else {
            continue;
        }

        if (rc == SCIM_NOMEM || rc == SCIM_REFUSED) {
            return rc;
        }
    }

    rc = scim_json_finish(parser, &call->body, err);

    if (rc == SCIM_NONE) {
        call->body = NULL;
        return SCIM_OK;
    }

    return rc;
}


static ngx_int_t
ngx_http_scim_take_body(ngx_http_scim_call_t *call)
{
    ngx_chain_t         *in;
    scim_error_t         err;
    ngx_http_request_t  *r;

    r = call->request;
    in = (r->request_body == NULL) ? NULL : r->request_body->bufs;

    if (call->lines) {
        call->in = in;
        ngx_http_scim_lines(call);
        return call->next(call);
    }

    switch (ngx_http_scim_parse(call, in, &err)) {

    case SCIM_OK:
        return call->next(call);

    case SCIM_REFUSED:
        if (err.status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
            (void) ngx_http_scim_too_large(call, &err);
        }

        return ngx_http_scim_refuse(call->request, &err);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


static void
ngx_http_scim_body_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_http_scim_ctx_t   *ctx;
    ngx_http_scim_call_t  *call;

    ctx = ngx_http_scim_find_ctx(r);
    call = ctx->call;
    ctx->call = NULL;

    call->counted = 1;

    rc = ngx_http_scim_take_body(call);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


/* What need not be read to be refused. */
static scim_rc_t
ngx_http_scim_check_body(ngx_http_scim_call_t *call, scim_error_t *err)
{
    scim_str_t           type;
    ngx_http_request_t  *r;

    r = call->request;

    if (r->headers_in.content_length_n > (off_t) call->max_body
        && !call->lines)
    {
        return ngx_http_scim_too_large(call, err);
    }

    type = scim_str_absent;

    if (r->headers_in.content_type != NULL) {
        type.data = (char *) r->headers_in.content_type->value.data;
        type.len = r->headers_in.content_type->value.len;
    }

    if (call->lines) {
        if (!scim_request_lines_type(type)) {
            return scim_refuse(err, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                               SCIM_TYPE_NONE,
                               "The Content-Type \"%.*s\" is none of lines of "
                               "JSON: send application/x-ndjson",
                               (int) ngx_min(type.len, 100), type.data);
        }

        return SCIM_OK;
    }

    if (!scim_request_content_type(type)) {
        return scim_refuse(err, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                           SCIM_TYPE_NONE,
                           "The Content-Type \"%.*s\" is none of SCIM's: send "
                           "application/scim+json or application/json",
                           (int) ngx_min(type.len, 100), type.data);
    }

    return SCIM_OK;
}


ngx_int_t
ngx_http_scim_call_body(ngx_http_scim_call_t *call, ngx_http_scim_next_pt next)
{
    ngx_int_t            rc;
    scim_error_t         err;
    ngx_http_request_t  *r;

    r = call->request;

    if (ngx_http_scim_check_body(call, &err) != SCIM_OK) {
        return ngx_http_scim_refuse(r, &err);
    }

    call->next = next;
    call->ctx->call = call;

    rc = ngx_http_read_client_request_body(r, ngx_http_scim_body_handler);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}
