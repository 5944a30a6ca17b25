/*
 * How the Redis connection comes to be and ends, and when to try again.
 *
 *   idle -> (resolving ->) connecting -> hello -> ready
 *
 * From any of them ngx_http_scim_redis_lost() leads back: to a new attempt at
 * once when a connection broke that worked, else to back-off, in which commands
 * are refused at once until an attempt succeeds: one made by the timer, or by a
 * command that comes a while after the last one failed.
 */

#include "ngx_http_scim_redis_int.h"


#define NGX_HTTP_SCIM_REDIS_BACKOFF_MIN  50
#define NGX_HTTP_SCIM_REDIS_BACKOFF_MAX  5000

/* ms: so soon after an attempt that failed no command makes another one. */
#define NGX_HTTP_SCIM_REDIS_PROBE_AFTER  100

/* How many connections may break young before that counts as being down. */
#define NGX_HTTP_SCIM_REDIS_BREAKS       2


static u_char *ngx_http_scim_redis_log(ngx_log_t *log, u_char *buf,
    size_t len);
static void ngx_http_scim_redis_dial_known(ngx_http_scim_redis_t *redis);
static void ngx_http_scim_redis_connect_timeout(ngx_event_t *ev);
static void ngx_http_scim_redis_retry_handler(ngx_event_t *ev);
static void ngx_http_scim_redis_resolve(ngx_http_scim_redis_t *redis);
static void ngx_http_scim_redis_resolved(ngx_resolver_ctx_t *ctx);
static void ngx_http_scim_redis_dial(ngx_http_scim_redis_t *redis,
    ngx_err_t err);
static ngx_int_t ngx_http_scim_redis_dial_one(ngx_http_scim_redis_t *redis,
    ngx_addr_t *addr, ngx_err_t *err);
static void ngx_http_scim_redis_write_handler(ngx_event_t *ev);
static ngx_uint_t ngx_http_scim_redis_again(ngx_http_scim_redis_t *redis);
static void ngx_http_scim_redis_back_off(ngx_http_scim_redis_t *redis);


void
ngx_http_scim_redis_conn_init(ngx_http_scim_redis_t *redis, ngx_log_t *log)
{
    /* a log of its own: its level is raised while connecting */
    redis->log = *log;
    redis->log.handler = ngx_http_scim_redis_log;
    redis->log.data = redis;

    redis->ident.data = redis;
    redis->ident.fd = (ngx_socket_t) -1;

    /* cancelable: none of these keeps a worker that quits; commands that wait
     * for the connection have their own timer */

    redis->connect_timer.handler = ngx_http_scim_redis_connect_timeout;
    redis->connect_timer.data = &redis->ident;
    redis->connect_timer.log = &redis->log;
    redis->connect_timer.cancelable = 1;

    redis->retry_timer.handler = ngx_http_scim_redis_retry_handler;
    redis->retry_timer.data = &redis->ident;
    redis->retry_timer.log = &redis->log;
    redis->retry_timer.cancelable = 1;
}


static u_char *
ngx_http_scim_redis_log(ngx_log_t *log, u_char *buf, size_t len)
{
    ngx_http_scim_redis_t  *redis;

    redis = log->data;

    return ngx_snprintf(buf, len, ", redis: \"%V\"", &redis->conf->url.url);
}


void
ngx_http_scim_redis_connect(ngx_http_scim_redis_t *redis)
{
    ngx_add_timer(&redis->connect_timer, redis->conf->connect_timeout);

    if (redis->conf->resolver != NULL) {
        ngx_http_scim_redis_resolve(redis);
        return;
    }

    ngx_http_scim_redis_dial_known(redis);
}


/* The addresses found at start. */
static void
ngx_http_scim_redis_dial_known(ngx_http_scim_redis_t *redis)
{
    redis->resolved = 0;
    redis->tries = redis->conf->url.naddrs;
    ngx_http_scim_redis_dial(redis, 0);
}


static void
ngx_http_scim_redis_connect_timeout(ngx_event_t *ev)
{
    ngx_connection_t       *ident;
    ngx_http_scim_redis_t  *redis;

    ident = ev->data;
    redis = ident->data;

    ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_UNREACHABLE,
                             redis->state == NGX_HTTP_SCIM_REDIS_RESOLVING
                             ? "its name is not resolved in time"
                             : redis->state == NGX_HTTP_SCIM_REDIS_HELLO
                             ? "no answer to the handshake in time"
                             : "connect timed out");
}


static void
ngx_http_scim_redis_retry_handler(ngx_event_t *ev)
{
    ngx_connection_t  *ident;

    ident = ev->data;
    ngx_http_scim_redis_connect(ident->data);
}


ngx_uint_t
ngx_http_scim_redis_probe(ngx_http_scim_redis_t *redis)
{
    if (redis->state != NGX_HTTP_SCIM_REDIS_BACKOFF || ngx_exiting
        || ngx_current_msec - redis->failed_at
           < NGX_HTTP_SCIM_REDIS_PROBE_AFTER)
    {
        return 0;
    }

    ngx_del_timer(&redis->retry_timer);
    ngx_http_scim_redis_connect(redis);

    return redis->state != NGX_HTTP_SCIM_REDIS_BACKOFF;
}


static void
ngx_http_scim_redis_resolve(ngx_http_scim_redis_t *redis)
{
    ngx_resolver_ctx_t  *ctx;

    redis->state = NGX_HTTP_SCIM_REDIS_RESOLVING;

    ctx = ngx_resolve_start(redis->conf->resolver, NULL);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_NOMEM,
                                 "cannot ask the resolver");
        return;
    }

    ctx->name = redis->conf->url.host;
    ctx->handler = ngx_http_scim_redis_resolved;
    ctx->data = redis;
    ctx->timeout = redis->conf->resolver_timeout;
    ctx->cancelable = 1;

    redis->resolving = ctx;

    /* the handler may be called from within; on an error ctx is freed */

    if (ngx_resolve_name(ctx) != NGX_OK) {
        redis->resolving = NULL;
        ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_NOMEM,
                                 "cannot ask the resolver");
    }
}


static void
ngx_http_scim_redis_resolved(ngx_resolver_ctx_t *ctx)
{
    ngx_int_t               state;
    ngx_resolver_addr_t    *addr;
    ngx_http_scim_redis_t  *redis;

    redis = ctx->data;
    state = ctx->state;

    if (state == 0) {
        addr = &ctx->addrs[redis->next_addr++ % ctx->naddrs];

        ngx_memcpy(&redis->sockaddr, addr->sockaddr, addr->socklen);
        ngx_inet_set_port(&redis->sockaddr.sockaddr, redis->conf->url.port);

        redis->addr.sockaddr = &redis->sockaddr.sockaddr;
        redis->addr.socklen = addr->socklen;
        redis->addr.name.data = redis->addr_text;
        redis->addr.name.len = ngx_sock_ntop(&redis->sockaddr.sockaddr,
                                             addr->socklen, redis->addr_text,
                                             NGX_SOCKADDR_STRLEN, 1);
    }

    redis->resolving = NULL;
    ngx_resolve_name_done(ctx);

    if (state != 0 && redis->conf->url.naddrs != 0) {
        ngx_http_scim_redis_dial_known(redis);
        return;
    }

    if (state != 0) {
        ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_UNREACHABLE,
                                 "its name cannot be resolved: %s",
                                 ngx_resolver_strerror(state));
        return;
    }

    redis->resolved = 1;
    redis->tries = 1;
    ngx_http_scim_redis_dial(redis, 0);
}


/* Tries the addresses that are left, one after the other; err is what became
 * of the last one. */
static void
ngx_http_scim_redis_dial(ngx_http_scim_redis_t *redis, ngx_err_t err)
{
    u_char            text[NGX_MAX_CONF_ERRSTR], *end;
    ngx_int_t         rc;
    ngx_addr_t       *addr;
    const ngx_url_t  *url;

    url = &redis->conf->url;

    while (redis->tries > 0) {
        redis->tries--;

        addr = redis->resolved
               ? &redis->addr
               : &url->addrs[redis->next_addr++ % url->naddrs];

        rc = ngx_http_scim_redis_dial_one(redis, addr, &err);

        if (rc == NGX_OK) {
            ngx_http_scim_redis_hello(redis);
            return;
        }

        if (rc == NGX_AGAIN) {
            return;
        }
    }

    if (err == 0) {
        ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_NOMEM,
                                 "no connection left in the worker");
        return;
    }

    end = ngx_strerror(err, text, sizeof(text) - 1);
    *end = '\0';

    ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_UNREACHABLE,
                             "connect failed (%d: %s)", err, text);
}


static ngx_int_t
ngx_http_scim_redis_dial_one(ngx_http_scim_redis_t *redis, ngx_addr_t *addr,
    ngx_err_t *err)
{
    ngx_int_t               rc;
    ngx_uint_t              level;
    ngx_connection_t       *c;
    ngx_peer_connection_t  *peer;

    redis->state = NGX_HTTP_SCIM_REDIS_CONNECTING;

    peer = &redis->peer;
    ngx_memzero(peer, sizeof(ngx_peer_connection_t));

    peer->sockaddr = addr->sockaddr;
    peer->socklen = addr->socklen;
    peer->name = &addr->name;
    peer->get = ngx_event_get_peer;
    peer->log = &redis->log;
    peer->log_error = NGX_ERROR_INFO;
    peer->so_keepalive = (addr->sockaddr->sa_family != AF_UNIX);

    /* that nobody listens is said once, by us, not with each attempt */

    level = redis->log.log_level;

    if (!(level & NGX_LOG_DEBUG_ALL)) {
        redis->log.log_level = ngx_min(level, NGX_LOG_ALERT);
    }

    ngx_set_errno(0);
    rc = ngx_event_connect_peer(peer);
    *err = ngx_socket_errno;

    redis->log.log_level = level;

    c = peer->connection;

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        peer->connection = NULL;
        return NGX_ERROR;
    }

    c->data = redis;
    c->read->handler = ngx_http_scim_redis_read_handler;
    c->write->handler = ngx_http_scim_redis_write_handler;

    return rc;
}


static void
ngx_http_scim_redis_write_handler(ngx_event_t *ev)
{
    int                     err;
    socklen_t               len;
    ngx_connection_t       *c;
    ngx_http_scim_redis_t  *redis;

    c = ev->data;
    redis = c->data;

    if (redis->state != NGX_HTTP_SCIM_REDIS_CONNECTING) {
        ngx_http_scim_redis_write(redis);
        return;
    }

    err = 0;
    len = sizeof(int);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, (void *) &err, &len) == -1) {
        err = ngx_socket_errno;
    }

    if (err != 0) {
        ngx_close_connection(c);
        redis->peer.connection = NULL;
        ngx_http_scim_redis_dial(redis, err);
        return;
    }

    ngx_http_scim_redis_hello(redis);
}


void
ngx_http_scim_redis_lost(ngx_http_scim_redis_t *redis,
    ngx_http_scim_redis_cause_e cause, const char *fmt, ...)
{
    u_char       text[NGX_HTTP_SCIM_REDIS_REASON], *end;
    va_list      args;
    ngx_uint_t   again, level;
    ngx_queue_t  failed;

    va_start(args, fmt);
    end = ngx_vslprintf(text, text + sizeof(text) - 1, fmt, args);
    va_end(args);
    *end = '\0';

    ngx_queue_init(&failed);

    again = ngx_http_scim_redis_again(redis);

    ngx_http_scim_redis_disconnect(redis);
    redis->cause = cause;

    if (again) {
        /* a Redis may close idle connections: no error */
        level = redis->records != 0 ? NGX_LOG_ERR : NGX_LOG_NOTICE;

        ngx_log_error(level, &redis->log, 0, "connection to redis ended: %s",
                      text);

        redis->state = NGX_HTTP_SCIM_REDIS_IDLE;
        ngx_http_scim_redis_unsend(redis,
                                   cause != NGX_HTTP_SCIM_REDIS_TIMEOUT,
                                   &failed);

    } else {
        if (ngx_strcmp(text, redis->reason) != 0) {
            ngx_log_error(NGX_LOG_ERR, &redis->log, 0, "redis is down: %s",
                          text);
            ngx_memcpy(redis->reason, text, sizeof(text));
        }

        ngx_http_scim_redis_back_off(redis);
        ngx_http_scim_redis_unsend(redis, 0, &failed);

        if (!ngx_queue_empty(&redis->waiting)) {
            ngx_queue_add(&failed, &redis->waiting);
            ngx_queue_init(&redis->waiting);
        }
    }

    ngx_http_scim_redis_fail(redis, &failed, cause);

    if (redis->state == NGX_HTTP_SCIM_REDIS_IDLE
        && (!ngx_exiting || !ngx_queue_empty(&redis->waiting)))
    {
        ngx_http_scim_redis_connect(redis);
    }
}


/* Whether to connect again at once: if it worked, but not if it keeps breaking
 * as soon as it works. */
static ngx_uint_t
ngx_http_scim_redis_again(ngx_http_scim_redis_t *redis)
{
    if (redis->state != NGX_HTTP_SCIM_REDIS_READY) {
        return 0;
    }

    if (ngx_current_msec - redis->ready_since >= NGX_HTTP_SCIM_REDIS_SETTLED) {
        redis->failures = 0;
        redis->breaks = 0;
    }

    return redis->breaks++ < NGX_HTTP_SCIM_REDIS_BREAKS;
}


static void
ngx_http_scim_redis_back_off(ngx_http_scim_redis_t *redis)
{
    ngx_msec_t  delay;

    delay = (ngx_msec_t) NGX_HTTP_SCIM_REDIS_BACKOFF_MIN
            << ngx_min(redis->failures, 10);
    delay = ngx_min(delay, NGX_HTTP_SCIM_REDIS_BACKOFF_MAX);

    /* workers, and hosts, must not all come back in the same instant */
    delay = delay / 2 + (ngx_msec_t) ngx_random() % (delay / 2 + 1);

    redis->failures++;
    redis->failed_at = ngx_current_msec;
    redis->down = 1;
    redis->state = NGX_HTTP_SCIM_REDIS_BACKOFF;

    ngx_add_timer(&redis->retry_timer, delay);
}


ngx_uint_t
ngx_http_scim_redis_retry_after(ngx_http_scim_redis_t *redis)
{
    ngx_msec_int_t  left;

    if (!redis->retry_timer.timer_set) {
        return 1;
    }

    left = (ngx_msec_int_t) (redis->retry_timer.timer.key - ngx_current_msec);

    return left > 1000 ? (ngx_uint_t) (left + 999) / 1000 : 1;
}


void
ngx_http_scim_redis_disconnect(ngx_http_scim_redis_t *redis)
{
    if (redis->resolving != NULL) {
        ngx_resolve_name_done(redis->resolving);
        redis->resolving = NULL;
    }

    if (redis->peer.connection != NULL) {
        ngx_close_connection(redis->peer.connection);
        redis->peer.connection = NULL;
    }

    if (redis->reader != NULL) {
        redisReaderFree(redis->reader);
        redis->reader = NULL;
    }

    if (redis->out.data != NULL) {
        ngx_free(redis->out.data);
    }

    ngx_memzero(&redis->out, sizeof(ngx_http_scim_redis_out_t));

    if (redis->connect_timer.timer_set) {
        ngx_del_timer(&redis->connect_timer);
    }

    if (redis->retry_timer.timer_set) {
        ngx_del_timer(&redis->retry_timer);
    }

    redis->broken = 0;
    redis->resetting = 0;
}
