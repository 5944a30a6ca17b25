/*
 * One pipelined connection per worker to a Redis, over nginx's own
 * connections; hiredis only reads replies.  Knows commands and replies, not
 * SCIM and not HTTP.
 */

#ifndef NGX_HTTP_SCIM_REDIS_H
#define NGX_HTTP_SCIM_REDIS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "../store/scim_store.h"


typedef struct {
    ngx_url_t        url;           /* host:port or unix:path; addrs is empty
                                       when only the resolver can tell */
    ngx_resolver_t  *resolver;      /* asked for a name at each connect; if
                                       it has no answer, or is NULL, the
                                       addresses found at start are used */
    ngx_msec_t       resolver_timeout;
    ngx_str_t        user;          /* AUTH; empty: none */
    ngx_str_t        password;      /* read from the password file */
    ngx_uint_t       db;            /* SELECT; 0: none */
    ngx_msec_t       connect_timeout;   /* until ready for commands */
    ngx_msec_t       timeout;       /* of a command, from send to reply */
    ngx_uint_t       queue;         /* commands waiting or in flight */
} ngx_http_scim_redis_conf_t;

/* For create_main_conf: all unset. */
void ngx_http_scim_redis_conf_create(ngx_http_scim_redis_conf_t *conf);

/* For init_main_conf: defaults (127.0.0.1:6379, 1s, 2s, 4096), names to
 * addresses, http{}'s resolver. */
char *ngx_http_scim_redis_conf_init(ngx_conf_t *cf,
    ngx_http_scim_redis_conf_t *conf);

/*
 * Directive handlers; cmd->offset is that of the ngx_http_scim_redis_conf_t in
 * the main configuration.  The other directives take nginx's own handlers:
 * scim_redis_user (user: str), scim_redis_db (db: num), scim_redis_timeout and
 * scim_redis_connect_timeout (msec), scim_redis_queue (queue: num).
 */
char *ngx_http_scim_redis_address(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_scim_redis_password_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


typedef struct ngx_http_scim_redis_s  ngx_http_scim_redis_t;
typedef struct ngx_http_scim_cmd_s    ngx_http_scim_cmd_t;

/*
 * Called once per command: with the reply, which is freed afterwards, or with
 * NULL and the reason (503: down, timed out, queue full, going away).  Never
 * called from within ngx_http_scim_redis_send().
 */
typedef void (*ngx_http_scim_redis_pt)(void *data, redisReply *reply,
    const scim_error_t *err);

/* The worker's connection object; connects when first used, and from then on
 * by itself.  NULL: no memory.  Lives as long as the worker's cycle. */
ngx_http_scim_redis_t *ngx_http_scim_redis_create(ngx_cycle_t *cycle,
    const ngx_http_scim_redis_conf_t *conf);

/*
 * Queues a command; all that is queued in one turn of the event loop leaves in
 * one write.  cmd and its strings stay the caller's and must live until the
 * handler is called or the command is detached (they are needed again after a
 * NOSCRIPT and when a connection breaks).  NULL with *err filled when the
 * queue is full, Redis is known to be down, or there is no memory.
 */
ngx_http_scim_cmd_t *ngx_http_scim_redis_send(ngx_http_scim_redis_t *redis,
    const scim_store_cmd_t *cmd, ngx_http_scim_redis_pt handler, void *data,
    scim_error_t *err);

/* The caller is no longer interested; the handler will not be called. */
void ngx_http_scim_redis_detach(ngx_http_scim_cmd_t *cmd);

/* Ends the connection (worker exit): what is in flight is answered with an
 * error; a command record that remains is an [alert] in the log. */
void ngx_http_scim_redis_close(ngx_http_scim_redis_t *redis);

#endif /* NGX_HTTP_SCIM_REDIS_H */
