/*
 * The handshake of the Redis connection, and what error replies say about the
 * connection as a whole.
 */

#include "ngx_http_scim_redis_int.h"


/* The handshake; its commands leave in one write. */
enum {
    NGX_HTTP_SCIM_REDIS_AUTH = 0,
    NGX_HTTP_SCIM_REDIS_SELECT,
    NGX_HTTP_SCIM_REDIS_SETNAME,
    NGX_HTTP_SCIM_REDIS_PING        /* refused while loading or masterless */
};


typedef struct {
    const char                   *prefix;
    ngx_http_scim_redis_cause_e   cause;
    ngx_uint_t                    where;
} ngx_http_scim_redis_error_t;


static ngx_int_t ngx_http_scim_redis_hello_commands(
    ngx_http_scim_redis_t *redis);
static ngx_int_t ngx_http_scim_redis_hello_add(ngx_http_scim_redis_t *redis,
    ngx_uint_t step, const ngx_str_t *args, ngx_uint_t n);
static void ngx_http_scim_redis_ready_now(ngx_http_scim_redis_t *redis);


static const ngx_http_scim_redis_error_t  ngx_http_scim_redis_errors[] = {

    { "NOAUTH", NGX_HTTP_SCIM_REDIS_PASSWORD,
      NGX_HTTP_SCIM_REDIS_IN_HELLO|NGX_HTTP_SCIM_REDIS_IN_USE },

    { "WRONGPASS", NGX_HTTP_SCIM_REDIS_PASSWORD,
      NGX_HTTP_SCIM_REDIS_IN_HELLO },

    { "ERR invalid password", NGX_HTTP_SCIM_REDIS_PASSWORD,
      NGX_HTTP_SCIM_REDIS_IN_HELLO },

    { "ERR Client sent AUTH", NGX_HTTP_SCIM_REDIS_PASSWORD,
      NGX_HTTP_SCIM_REDIS_IN_HELLO },

    { "ERR AUTH", NGX_HTTP_SCIM_REDIS_PASSWORD,
      NGX_HTTP_SCIM_REDIS_IN_HELLO },

    { "LOADING", NGX_HTTP_SCIM_REDIS_LOADING,
      NGX_HTTP_SCIM_REDIS_IN_HELLO|NGX_HTTP_SCIM_REDIS_IN_USE },

    { "READONLY", NGX_HTTP_SCIM_REDIS_READONLY,
      NGX_HTTP_SCIM_REDIS_IN_USE },

    { "MASTERDOWN", NGX_HTTP_SCIM_REDIS_NOT_READY,
      NGX_HTTP_SCIM_REDIS_IN_HELLO|NGX_HTTP_SCIM_REDIS_IN_USE },

    { "BUSY", NGX_HTTP_SCIM_REDIS_NOT_READY,
      NGX_HTTP_SCIM_REDIS_IN_HELLO },

    { "ERR max number of clients", NGX_HTTP_SCIM_REDIS_CLIENTS,
      NGX_HTTP_SCIM_REDIS_IN_HELLO },

    { "DENIED", NGX_HTTP_SCIM_REDIS_PROTECTED,
      NGX_HTTP_SCIM_REDIS_IN_HELLO },

    { NULL, 0, 0 }
};


void
ngx_http_scim_redis_hello(ngx_http_scim_redis_t *redis)
{
    ngx_int_t  rc;

    redis->state = NGX_HTTP_SCIM_REDIS_HELLO;
    redis->hellos = 0;
    redis->hello_next = 0;

    rc = ngx_http_scim_redis_reader(redis);

    if (rc == NGX_OK && redis->peer.sockaddr->sa_family != AF_UNIX) {
        rc = ngx_tcp_nodelay(redis->peer.connection);
    }

    if (rc != NGX_OK
        || ngx_http_scim_redis_hello_commands(redis) != NGX_OK)
    {
        ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_NOMEM,
                                 "the handshake cannot be made");
        return;
    }

    ngx_http_scim_redis_write(redis);

    if (redis->peer.connection->read->ready) {
        /* came together with the end of connecting, and will not be
         * reported again */
        ngx_post_event(redis->peer.connection->read, &ngx_posted_next_events);
    }
}


static ngx_int_t
ngx_http_scim_redis_hello_commands(ngx_http_scim_redis_t *redis)
{
    u_char                             buf[NGX_INT64_LEN
                                           + sizeof("nginx-scim:")];
    ngx_str_t                          auth[3], select[2], name[3], ping[1];
    ngx_uint_t                         n;
    const ngx_http_scim_redis_conf_t  *conf;

    conf = redis->conf;

    if (conf->password.len != 0) {
        n = 0;
        ngx_str_set(&auth[n], "AUTH");
        n++;

        if (conf->user.len != 0) {
            auth[n++] = conf->user;
        }

        auth[n++] = conf->password;

        if (ngx_http_scim_redis_hello_add(redis, NGX_HTTP_SCIM_REDIS_AUTH,
                                          auth, n)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (conf->db != 0) {
        ngx_str_set(&select[0], "SELECT");
        select[1].data = buf;
        select[1].len = (size_t) (ngx_sprintf(buf, "%ui", conf->db) - buf);

        if (ngx_http_scim_redis_hello_add(redis, NGX_HTTP_SCIM_REDIS_SELECT,
                                          select, 2)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_str_set(&name[0], "CLIENT");
    ngx_str_set(&name[1], "SETNAME");
    name[2].data = buf;
    name[2].len = (size_t) (ngx_sprintf(buf, "nginx-scim:%P", ngx_pid) - buf);

    ngx_str_set(&ping[0], "PING");

    if (ngx_http_scim_redis_hello_add(redis, NGX_HTTP_SCIM_REDIS_SETNAME,
                                      name, 3)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_scim_redis_hello_add(redis, NGX_HTTP_SCIM_REDIS_PING,
                                         ping, 1);
}


static ngx_int_t
ngx_http_scim_redis_hello_add(ngx_http_scim_redis_t *redis, ngx_uint_t step,
    const ngx_str_t *args, ngx_uint_t n)
{
    ngx_uint_t        i;
    scim_str_t        argv[3];
    scim_store_cmd_t  cmd;

    for (i = 0; i < n; i++) {
        argv[i].data = (const char *) args[i].data;
        argv[i].len = args[i].len;
    }

    ngx_memzero(&cmd, sizeof(scim_store_cmd_t));
    cmd.argv = argv;
    cmd.argc = n;

    redis->hello[redis->hellos++] = step;

    return ngx_http_scim_redis_out(redis, &cmd, 0);
}


ngx_int_t
ngx_http_scim_redis_hello_reply(ngx_http_scim_redis_t *redis,
    redisReply *reply)
{
    ngx_uint_t                   step;
    ngx_http_scim_redis_cause_e  cause;

    step = redis->hello[redis->hello_next++];

    if (reply->type == REDIS_REPLY_ERROR) {
        cause = NGX_HTTP_SCIM_REDIS_NOT_READY;

        /* a user that may not name its connection, or ping, is fine; so is a
         * Redis that cannot save: it still serves reads */

        if (ngx_http_scim_redis_error_cause(reply,
                                            NGX_HTTP_SCIM_REDIS_IN_HELLO,
                                            &cause)
            == NGX_OK
            || step == NGX_HTTP_SCIM_REDIS_AUTH
            || step == NGX_HTTP_SCIM_REDIS_SELECT)
        {
            ngx_http_scim_redis_lost(redis, cause, "%s", reply->str);
            freeReplyObject(reply);
            return NGX_ERROR;
        }

    } else if (reply->type != REDIS_REPLY_STATUS) {
        freeReplyObject(reply);
        ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_GARBAGE,
                                 "no Redis reply to the handshake");
        return NGX_ERROR;
    }

    freeReplyObject(reply);

    if (redis->hello_next == redis->hellos) {
        ngx_http_scim_redis_ready_now(redis);
    }

    return NGX_OK;
}


static void
ngx_http_scim_redis_ready_now(ngx_http_scim_redis_t *redis)
{
    redis->state = NGX_HTTP_SCIM_REDIS_READY;
    redis->ready_since = ngx_current_msec;
    redis->down = 0;
    redis->reason[0] = '\0';

    ngx_del_timer(&redis->connect_timer);

    ngx_log_error(NGX_LOG_NOTICE, &redis->log, 0, "connected to redis");

    ngx_post_event(&redis->flush, &ngx_posted_events);
}


ngx_int_t
ngx_http_scim_redis_error_cause(const redisReply *reply, ngx_uint_t where,
    ngx_http_scim_redis_cause_e *cause)
{
    const ngx_http_scim_redis_error_t  *row;

    for (row = ngx_http_scim_redis_errors; row->prefix != NULL; row++) {

        if ((row->where & where)
            && ngx_strncmp(reply->str, row->prefix, ngx_strlen(row->prefix))
               == 0)
        {
            *cause = row->cause;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}
