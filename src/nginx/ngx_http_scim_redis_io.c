/*
 * Bytes out and in on the Redis connection: the output buffer, and replies
 * parsed by hiredis.
 *
 * The connection ends from the event loop alone, never while a reply is handed
 * to a command's handler.
 */

#include "ngx_http_scim_redis_int.h"


/* Read at a time, and in one turn of the event loop. */
#define NGX_HTTP_SCIM_REDIS_READ         16384
#define NGX_HTTP_SCIM_REDIS_READ_TURN    65536

/* Given to hiredis at a time: after each reply it moves what it has not read
 * yet to the front of its buffer. */
#define NGX_HTTP_SCIM_REDIS_FEED         4096

/* An output buffer that has grown beyond this is given back when empty. */
#define NGX_HTTP_SCIM_REDIS_OUT_KEEP     262144


/* No reply of the store is an array longer than this.  hiredis would reserve,
 * and visit when it frees, whatever length a peer announces. */
#define NGX_HTTP_SCIM_REDIS_ELEMENTS     (4 * 1024 * 1024)


static void *ngx_http_scim_redis_create_array(const redisReadTask *task,
    ngx_http_scim_redis_elements_t n);
static void ngx_http_scim_redis_shut(ngx_http_scim_redis_t *redis);
static ngx_int_t ngx_http_scim_redis_feed(ngx_http_scim_redis_t *redis,
    u_char *data, size_t len);
static ngx_int_t ngx_http_scim_redis_parse(ngx_http_scim_redis_t *redis,
    u_char *data, size_t len);


ngx_int_t
ngx_http_scim_redis_reader(ngx_http_scim_redis_t *redis)
{
    redisReader  *reader;

    reader = redisReaderCreate();
    if (reader == NULL) {
        return NGX_ERROR;
    }

    /* hiredis' own functions, but one */

    redis->create_array = reader->fn->createArray;
    redis->functions = *reader->fn;
    redis->functions.createArray = ngx_http_scim_redis_create_array;

    reader->fn = &redis->functions;
    reader->privdata = redis;

    redis->reader = reader;

    return NGX_OK;
}


static void *
ngx_http_scim_redis_create_array(const redisReadTask *task,
    ngx_http_scim_redis_elements_t n)
{
    ngx_http_scim_redis_t  *redis;

    redis = task->privdata;

    if (n > NGX_HTTP_SCIM_REDIS_ELEMENTS) {
        return NULL;
    }

    return redis->create_array(task, n);
}


/* Room for len more bytes in the output buffer; where they begin, or NULL. */
static u_char *
ngx_http_scim_redis_room(ngx_http_scim_redis_t *redis, size_t len)
{
    u_char                     *p;
    size_t                      cap;
    ngx_http_scim_redis_out_t  *out;

    out = &redis->out;

    if (out->cap - out->len < len) {
        cap = ngx_max(out->cap * 2, NGX_HTTP_SCIM_REDIS_READ);

        while (cap - out->len < len) {
            cap *= 2;
        }

        p = ngx_alloc(cap, &redis->log);
        if (p == NULL) {
            return NULL;
        }

        if (out->data != NULL) {
            ngx_memcpy(p, out->data, out->len);
            ngx_free(out->data);
        }

        out->data = p;
        out->cap = cap;
    }

    return out->data + out->len;
}


ngx_int_t
ngx_http_scim_redis_out(ngx_http_scim_redis_t *redis,
    const scim_store_cmd_t *cmd, ngx_uint_t eval)
{
    char    *end;
    u_char  *p;

    p = ngx_http_scim_redis_room(redis, scim_store_size(cmd, eval));
    if (p == NULL) {
        return NGX_ERROR;
    }

    end = scim_store_format(cmd, eval, (char *) p);
    redis->out.len += (size_t) ((u_char *) end - p);

    return NGX_OK;
}


void
ngx_http_scim_redis_write(ngx_http_scim_redis_t *redis)
{
    ssize_t                     n;
    ngx_connection_t           *c;
    ngx_http_scim_redis_out_t  *out;

    c = redis->peer.connection;
    out = &redis->out;

    if (redis->broken) {
        return;
    }

    while (out->pos < out->len && c->write->ready) {
        n = c->send(c, out->data + out->pos, out->len - out->pos);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n <= 0) {
            /* what Redis said before it hung up is worth reading: the end is
             * decided there, and never inside a handler's turn */
            redis->broken = 1;
            ngx_post_event(c->read, &ngx_posted_next_events);
            return;
        }

        out->pos += (size_t) n;
    }

    if (out->pos == out->len) {
        out->pos = 0;
        out->len = 0;

        if (out->cap > NGX_HTTP_SCIM_REDIS_OUT_KEEP) {
            ngx_free(out->data);
            out->data = NULL;
            out->cap = 0;
        }
    }

    if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
        redis->broken = 1;
        ngx_post_event(c->read, &ngx_posted_next_events);
    }

    c->idle = (redis->records == 0);
}


void
ngx_http_scim_redis_read_handler(ngx_event_t *ev)
{
    u_char                  buf[NGX_HTTP_SCIM_REDIS_READ];
    ssize_t                 n;
    size_t                  total;
    ngx_connection_t       *c;
    ngx_http_scim_redis_t  *redis;

    c = ev->data;
    redis = c->data;

    if (c->close) {
        ngx_http_scim_redis_shut(redis);
        return;
    }

    if (redis->state == NGX_HTTP_SCIM_REDIS_CONNECTING) {
        return;     /* the write event tells how connecting went */
    }

    for (total = 0; total < NGX_HTTP_SCIM_REDIS_READ_TURN; total += (size_t) n)
    {
        n = c->recv(c, buf, sizeof(buf));

        if (n == NGX_AGAIN && !redis->broken) {
            break;
        }

        if (n <= 0) {
            ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_LOST,
                                     n == 0 ? "closed by redis"
                                            : "the connection broke");
            return;
        }

        if (ngx_http_scim_redis_feed(redis, buf, (size_t) n) != NGX_OK) {
            return;
        }
    }

    if (redis->resetting) {
        ngx_http_scim_redis_lost(redis, redis->reset,
                                 "it answered \"%s\"", redis->error);
        return;
    }

    c->idle = (redis->state == NGX_HTTP_SCIM_REDIS_READY
               && redis->records == 0);

    if (ev->ready) {
        ngx_post_event(ev, &ngx_posted_next_events);
        return;
    }

    if (ngx_handle_read_event(ev, 0) != NGX_OK) {
        ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_LOST,
                                 "the event cannot be registered");
    }
}


/*
 * nginx wants the connection back: idle, because the worker quits and it is of
 * no use; else because shutting down took longer than allowed.
 */
static void
ngx_http_scim_redis_shut(ngx_http_scim_redis_t *redis)
{
    ngx_queue_t  failed;

    ngx_queue_init(&failed);

    ngx_http_scim_redis_disconnect(redis);
    redis->state = NGX_HTTP_SCIM_REDIS_IDLE;

    ngx_http_scim_redis_unsend(redis, 0, &failed);
    ngx_http_scim_redis_fail(redis, &failed, NGX_HTTP_SCIM_REDIS_LEAVING);
}


/* NGX_ERROR: the connection is gone. */
static ngx_int_t
ngx_http_scim_redis_feed(ngx_http_scim_redis_t *redis, u_char *data,
    size_t len)
{
    size_t  n;

    for ( /* void */ ; len > 0; data += n, len -= n) {
        n = ngx_min(len, NGX_HTTP_SCIM_REDIS_FEED);

        if (ngx_http_scim_redis_parse(redis, data, n) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Feeds bytes to the parser and hands out replies.  NGX_ERROR: the connection
 * is gone. */
static ngx_int_t
ngx_http_scim_redis_parse(ngx_http_scim_redis_t *redis, u_char *data,
    size_t len)
{
    void       *reply;
    ngx_int_t   rc;

    if (redisReaderFeed(redis->reader, (char *) data, len) != REDIS_OK) {
        goto garbage;
    }

    for ( ;; ) {
        reply = NULL;

        if (redisReaderGetReply(redis->reader, &reply) != REDIS_OK) {
            goto garbage;
        }

        if (reply == NULL) {
            return NGX_OK;
        }

        if (redis->state == NGX_HTTP_SCIM_REDIS_HELLO) {
            rc = ngx_http_scim_redis_hello_reply(redis, reply);

            if (rc != NGX_OK) {
                return NGX_ERROR;
            }

        } else if (ngx_http_scim_redis_reply(redis, reply) != NGX_OK) {
            ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_GARBAGE,
                                     "a reply nobody asked for");
            return NGX_ERROR;
        }
    }

garbage:

    ngx_http_scim_redis_lost(redis,
                             redis->reader->err == REDIS_ERR_OOM
                             ? NGX_HTTP_SCIM_REDIS_NOMEM
                             : NGX_HTTP_SCIM_REDIS_GARBAGE,
                             "unreadable reply: %s", redis->reader->errstr);
    return NGX_ERROR;
}
