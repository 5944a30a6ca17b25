/*
 * Commands of the Redis connection: queued, sent, answered, timed out.
 *
 * A command record is allocated on its own, outside every request's pool, and
 * freed right before its handler is called, or, when it was detached, when it
 * would have been.  Its strings stay with the operation that asked.
 *
 * No handler is ever called from within ngx_http_scim_redis_send(), and no
 * handler can end the connection: both come from the event loop alone.
 */

#include "ngx_http_scim_redis_int.h"


/* How often a command is sent again because its connection broke. */
#define NGX_HTTP_SCIM_REDIS_RESENDS  2


static void ngx_http_scim_redis_flush_handler(ngx_event_t *ev);
static void ngx_http_scim_redis_timeout_handler(ngx_event_t *ev);
static void ngx_http_scim_redis_send_waiting(ngx_http_scim_redis_t *redis);
static ngx_int_t ngx_http_scim_redis_send_one(ngx_http_scim_cmd_t *cmd);
static void ngx_http_scim_redis_note_error(ngx_http_scim_redis_t *redis,
    const redisReply *reply);
static void ngx_http_scim_redis_answer(ngx_http_scim_cmd_t *cmd,
    redisReply *reply, const scim_error_t *err);
static void ngx_http_scim_redis_free(ngx_http_scim_cmd_t *cmd);


static const char  *ngx_http_scim_redis_details[] = {
    [NGX_HTTP_SCIM_REDIS_UNREACHABLE] =
        "The user store cannot be reached. Try again later.",
    [NGX_HTTP_SCIM_REDIS_LOST] =
        "The connection to the user store broke before it answered. "
        "Try again later.",
    [NGX_HTTP_SCIM_REDIS_TIMEOUT] =
        "The user store did not answer in time. Try again later.",
    [NGX_HTTP_SCIM_REDIS_GARBAGE] =
        "What answers in the user store's place is no Redis: the "
        "administrator of this service must check scim_redis. "
        "Try again later.",
    [NGX_HTTP_SCIM_REDIS_PASSWORD] =
        "The store refuses our password: the administrator of this service "
        "must check scim_redis_user and scim_redis_password_file. "
        "Try again later.",
    [NGX_HTTP_SCIM_REDIS_LOADING] =
        "The user store is starting and still loads its data. "
        "Try again later.",
    [NGX_HTTP_SCIM_REDIS_CLIENTS] =
        "The user store has too many clients: the administrator of this "
        "service must raise maxclients of Redis. Try again later.",
    [NGX_HTTP_SCIM_REDIS_PROTECTED] =
        "The user store is in protected mode and refuses this host: the "
        "administrator of this service must give Redis a password. "
        "Try again later.",
    [NGX_HTTP_SCIM_REDIS_READONLY] =
        "The user store takes no changes at present. Try again later.",
    [NGX_HTTP_SCIM_REDIS_NOT_READY] =
        "The user store is not ready. Try again later.",
    [NGX_HTTP_SCIM_REDIS_NOMEM] =
        "This service is short of memory. Try again later.",
    [NGX_HTTP_SCIM_REDIS_FULL] =
        "Too many requests wait for the user store. Try again later.",
    [NGX_HTTP_SCIM_REDIS_LEAVING] =
        "This service is shutting down. Try again."
};


ngx_http_scim_redis_t *
ngx_http_scim_redis_create(ngx_cycle_t *cycle,
    const ngx_http_scim_redis_conf_t *conf)
{
    ngx_http_scim_redis_t  *redis;

    redis = ngx_pcalloc(cycle->pool, sizeof(ngx_http_scim_redis_t));
    if (redis == NULL) {
        return NULL;
    }

    redis->conf = conf;

    ngx_queue_init(&redis->waiting);
    ngx_queue_init(&redis->in_flight);
    ngx_queue_init(&redis->oldest);

    ngx_http_scim_redis_conn_init(redis, cycle->log);

    redis->flush.handler = ngx_http_scim_redis_flush_handler;
    redis->flush.data = &redis->ident;
    redis->flush.log = &redis->log;

    /* not cancelable: a worker that quits waits for what is in flight */
    redis->timer.handler = ngx_http_scim_redis_timeout_handler;
    redis->timer.data = &redis->ident;
    redis->timer.log = &redis->log;

    return redis;
}


ngx_http_scim_cmd_t *
ngx_http_scim_redis_send(ngx_http_scim_redis_t *redis,
    const scim_store_cmd_t *store_cmd, ngx_http_scim_redis_pt handler,
    void *data, scim_error_t *err)
{
    ngx_http_scim_cmd_t  *cmd;

    if (redis->state == NGX_HTTP_SCIM_REDIS_CLOSED) {
        ngx_http_scim_redis_refuse(NGX_HTTP_SCIM_REDIS_LEAVING, 1, err);
        return NULL;
    }

    if (redis->down && !ngx_http_scim_redis_probe(redis)) {
        ngx_http_scim_redis_refuse(redis->cause,
                                   ngx_http_scim_redis_retry_after(redis), err);
        return NULL;
    }

    if (redis->records >= redis->conf->queue) {
        ngx_http_scim_redis_refuse(NGX_HTTP_SCIM_REDIS_FULL, 1, err);
        return NULL;
    }

    cmd = ngx_calloc(sizeof(ngx_http_scim_cmd_t), &redis->log);
    if (cmd == NULL) {
        ngx_http_scim_redis_refuse(NGX_HTTP_SCIM_REDIS_NOMEM, 1, err);
        return NULL;
    }

    cmd->redis = redis;
    cmd->cmd = store_cmd;
    cmd->handler = handler;
    cmd->data = data;
    cmd->deadline = ngx_current_msec + redis->conf->timeout;

    ngx_queue_insert_tail(&redis->waiting, &cmd->link);
    ngx_queue_insert_tail(&redis->oldest, &cmd->age);
    redis->records++;

    if (!redis->timer.timer_set) {
        ngx_add_timer(&redis->timer, redis->conf->timeout);
    }

    ngx_post_event(&redis->flush, &ngx_posted_events);

    return cmd;
}


void
ngx_http_scim_redis_detach(ngx_http_scim_cmd_t *cmd)
{
    if (!cmd->sent) {
        ngx_http_scim_redis_free(cmd);
        return;
    }

    /* Redis will answer it: the record keeps its place in the order */
    cmd->handler = NULL;
    cmd->cmd = NULL;
}


void
ngx_http_scim_redis_close(ngx_http_scim_redis_t *redis)
{
    ngx_queue_t  failed;

    ngx_queue_init(&failed);

    redis->state = NGX_HTTP_SCIM_REDIS_CLOSED;
    ngx_http_scim_redis_disconnect(redis);

    if (redis->flush.posted) {
        ngx_delete_posted_event(&redis->flush);
    }

    ngx_http_scim_redis_unsend(redis, 0, &failed);
    ngx_http_scim_redis_fail(redis, &failed, NGX_HTTP_SCIM_REDIS_LEAVING);
    ngx_http_scim_redis_fail(redis, &redis->waiting,
                             NGX_HTTP_SCIM_REDIS_LEAVING);

    if (redis->records != 0) {
        ngx_log_error(NGX_LOG_ALERT, &redis->log, 0,
                      "%ui commands to redis left unanswered",
                      redis->records);
    }
}


void
ngx_http_scim_redis_refuse(ngx_http_scim_redis_cause_e cause,
    ngx_uint_t retry_after, scim_error_t *err)
{
    (void) scim_refuse(err, 503, SCIM_TYPE_NONE, "%s",
                       ngx_http_scim_redis_details[cause]);
    err->retry_after = (unsigned) retry_after;
}


static void
ngx_http_scim_redis_flush_handler(ngx_event_t *ev)
{
    ngx_connection_t  *ident;

    ident = ev->data;
    ngx_http_scim_redis_flush(ident->data);
}


void
ngx_http_scim_redis_flush(ngx_http_scim_redis_t *redis)
{
    if (ngx_queue_empty(&redis->waiting)) {
        return;
    }

    switch (redis->state) {

    case NGX_HTTP_SCIM_REDIS_IDLE:
        ngx_http_scim_redis_connect(redis);
        break;

    case NGX_HTTP_SCIM_REDIS_READY:
        ngx_http_scim_redis_send_waiting(redis);
        break;

    default:    /* under way: flushed again when ready */
        break;
    }
}


static void
ngx_http_scim_redis_send_waiting(ngx_http_scim_redis_t *redis)
{
    ngx_queue_t          *q, failed;
    ngx_http_scim_cmd_t  *cmd;

    ngx_queue_init(&failed);

    while (!ngx_queue_empty(&redis->waiting)) {
        q = ngx_queue_head(&redis->waiting);
        cmd = ngx_queue_data(q, ngx_http_scim_cmd_t, link);

        ngx_queue_remove(q);

        if (ngx_http_scim_redis_send_one(cmd) == NGX_OK) {
            ngx_queue_insert_tail(&redis->in_flight, q);

        } else {
            ngx_queue_insert_tail(&failed, q);
        }
    }

    ngx_http_scim_redis_write(redis);
    ngx_http_scim_redis_fail(redis, &failed, NGX_HTTP_SCIM_REDIS_NOMEM);
}


static ngx_int_t
ngx_http_scim_redis_send_one(ngx_http_scim_cmd_t *cmd)
{
    ngx_int_t  rc;

    rc = ngx_http_scim_redis_out(cmd->redis, cmd->cmd, cmd->eval);

    if (rc == NGX_OK) {
        cmd->sent = 1;
    }

    return rc;
}


ngx_int_t
ngx_http_scim_redis_reply(ngx_http_scim_redis_t *redis, redisReply *reply)
{
    ngx_queue_t          *q;
    ngx_http_scim_cmd_t  *cmd;

    if (ngx_queue_empty(&redis->in_flight)) {
        freeReplyObject(reply);
        return NGX_ERROR;
    }

    q = ngx_queue_head(&redis->in_flight);
    cmd = ngx_queue_data(q, ngx_http_scim_cmd_t, link);

    if (cmd->handler != NULL && !cmd->eval && scim_store_noscript(reply)) {
        freeReplyObject(reply);

        cmd->eval = 1;
        cmd->sent = 0;
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&redis->waiting, q);
        ngx_post_event(&redis->flush, &ngx_posted_events);

        return NGX_OK;
    }

    /* a script that nobody waits for any more need not be sent */
    if (!scim_store_noscript(reply)) {
        ngx_http_scim_redis_note_error(redis, reply);
    }

    ngx_http_scim_redis_answer(cmd, reply, NULL);

    freeReplyObject(reply);

    return NGX_OK;
}


/*
 * An error goes to the client in other words: Redis' own are for the log, the
 * same ones once a second.
 *
 * After READONLY another server may have become the master, after NOAUTH the
 * password has changed, after LOADING there is a check to wait for: connecting
 * anew finds out.  A young connection has just been through that.
 */
static void
ngx_http_scim_redis_note_error(ngx_http_scim_redis_t *redis,
    const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ERROR) {
        return;
    }

    if (ngx_current_msec - redis->error_time >= 1000
        || ngx_strncmp(redis->error, reply->str, sizeof(redis->error) - 1)
           != 0)
    {
        redis->error_time = ngx_current_msec;
        (void) ngx_cpystrn(redis->error, (u_char *) reply->str,
                           sizeof(redis->error));

        ngx_log_error(NGX_LOG_ERR, &redis->log, 0, "redis answered \"%s\"",
                      redis->error);
    }

    if (ngx_current_msec - redis->ready_since >= NGX_HTTP_SCIM_REDIS_SETTLED
        && ngx_http_scim_redis_error_cause(reply, NGX_HTTP_SCIM_REDIS_IN_USE,
                                           &redis->reset)
           == NGX_OK)
    {
        redis->resetting = 1;
    }
}


void
ngx_http_scim_redis_unsend(ngx_http_scim_redis_t *redis, ngx_uint_t resend,
    ngx_queue_t *failed)
{
    ngx_queue_t          *q, *prev;
    ngx_http_scim_cmd_t  *cmd;

    for (q = ngx_queue_last(&redis->in_flight);
         q != ngx_queue_sentinel(&redis->in_flight);
         q = prev)
    {
        prev = ngx_queue_prev(q);
        cmd = ngx_queue_data(q, ngx_http_scim_cmd_t, link);

        if (cmd->handler == NULL) {
            ngx_http_scim_redis_free(cmd);
            continue;
        }

        ngx_queue_remove(q);
        cmd->sent = 0;

        if (resend && cmd->resends < NGX_HTTP_SCIM_REDIS_RESENDS
            && (ngx_msec_int_t) (cmd->deadline - ngx_current_msec) > 0)
        {
            cmd->resends++;
            ngx_queue_insert_head(&redis->waiting, q);

        } else {
            ngx_queue_insert_head(failed, q);
        }
    }
}


void
ngx_http_scim_redis_fail(ngx_http_scim_redis_t *redis, ngx_queue_t *queue,
    ngx_http_scim_redis_cause_e cause)
{
    ngx_queue_t   mine;
    scim_error_t  err;

    if (ngx_queue_empty(queue)) {
        return;
    }

    /* a handler may queue a command: it is not one of those that fail */

    ngx_queue_init(&mine);
    ngx_queue_add(&mine, queue);
    ngx_queue_init(queue);

    ngx_http_scim_redis_refuse(cause, ngx_http_scim_redis_retry_after(redis),
                               &err);

    while (!ngx_queue_empty(&mine)) {
        ngx_http_scim_redis_answer(ngx_queue_data(ngx_queue_head(&mine),
                                                  ngx_http_scim_cmd_t, link),
                                   NULL, &err);
    }
}


static void
ngx_http_scim_redis_answer(ngx_http_scim_cmd_t *cmd, redisReply *reply,
    const scim_error_t *err)
{
    void                    *data;
    ngx_http_scim_redis_pt   handler;

    handler = cmd->handler;
    data = cmd->data;

    ngx_http_scim_redis_free(cmd);

    if (handler != NULL) {
        handler(data, reply, err);
    }
}


static void
ngx_http_scim_redis_free(ngx_http_scim_cmd_t *cmd)
{
    ngx_http_scim_redis_t  *redis;

    redis = cmd->redis;

    ngx_queue_remove(&cmd->link);
    ngx_queue_remove(&cmd->age);
    ngx_free(cmd);

    redis->records--;

    if (redis->records == 0 && redis->timer.timer_set) {
        ngx_del_timer(&redis->timer);
    }
}


/*
 * The timer is not moved with each reply: when it fires it looks for the
 * oldest command and sleeps on if that one still has time.
 */
static void
ngx_http_scim_redis_timeout_handler(ngx_event_t *ev)
{
    ngx_queue_t            *q, failed;
    ngx_msec_int_t          left;
    ngx_connection_t       *ident;
    ngx_http_scim_cmd_t    *cmd;
    ngx_http_scim_redis_t  *redis;

    ident = ev->data;
    redis = ident->data;

    ngx_queue_init(&failed);

    while (!ngx_queue_empty(&redis->oldest)) {
        q = ngx_queue_head(&redis->oldest);
        cmd = ngx_queue_data(q, ngx_http_scim_cmd_t, age);

        left = (ngx_msec_int_t) (cmd->deadline - ngx_current_msec);

        if (left > 0) {
            ngx_add_timer(&redis->timer, (ngx_msec_t) left);
            break;
        }

        if (cmd->sent) {
            /* no reply can be skipped: all that is in flight goes with it */
            ngx_http_scim_redis_lost(redis, NGX_HTTP_SCIM_REDIS_TIMEOUT,
                                     "no reply within %M ms",
                                     redis->conf->timeout);
            continue;
        }

        ngx_queue_remove(&cmd->link);
        ngx_queue_insert_tail(&failed, &cmd->link);

        /* leaves `oldest` here, and once more, harmlessly, when freed */
        ngx_queue_remove(&cmd->age);
        ngx_queue_init(&cmd->age);
    }

    ngx_http_scim_redis_fail(redis, &failed, NGX_HTTP_SCIM_REDIS_TIMEOUT);
}
