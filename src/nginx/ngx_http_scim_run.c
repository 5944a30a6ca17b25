/*
 * The driver: runs an operation over the worker's Redis connection.
 *
 * The record of a run lies in the operation's pool.  While the request lives
 * a cleanup of r->pool owns that pool; when the request dies during a write,
 * the run owns it and destroys it at its end.  Whoever comes first, the end of
 * the operation or that of the request, unhooks the other.  But a piece of an
 * answer may be on its way out, in a frame of HTTP/2, for longer than either:
 * then the pool is both's, and goes with the last of them.
 *
 * A command's record lies in the pool of who asks for it: the operation, or a
 * part of it, which may be gone when its reply has been handed over.
 */

#include "ngx_http_scim.h"
#include "ngx_http_scim_run.h"
#include "ngx_http_scim_wait.h"


typedef struct ngx_http_scim_run_s  ngx_http_scim_run_t;

typedef struct {
    ngx_http_scim_run_t    *run;
    scim_op_t              *asker;
    ngx_http_scim_cmd_t    *cmd;
} ngx_http_scim_asked_t;

struct ngx_http_scim_run_s {
    ngx_http_request_t     *r;          /* NULL: gone */
    scim_op_t              *op;
    ngx_http_scim_redis_t  *redis;
    ngx_uint_t              pending;    /* commands under way */
    ngx_http_scim_asked_t   asked;      /* the operation's own */
    ngx_http_scim_stream_t  stream;
    ngx_http_scim_done_pt   done;
    void                   *data;
    ngx_http_cleanup_t     *cleanup;    /* of the request: detaches */
    ngx_pool_cleanup_t     *owner;      /* of r->pool: destroys op->pool */
    unsigned                shared:1;   /* r->pool has not gone yet */
};


static ngx_http_scim_run_t *ngx_http_scim_run_create(ngx_http_request_t *r,
    scim_op_t *op);
static ngx_int_t ngx_http_scim_run_step(ngx_http_scim_run_t *run,
    scim_rc_t rc);
static ngx_int_t ngx_http_scim_run_send(ngx_http_scim_run_t *run,
    scim_op_t *asker, scim_error_t *err);
static void ngx_http_scim_run_watch(ngx_http_request_t *r, ngx_uint_t write);
static void ngx_http_scim_run_reply(void *data, redisReply *reply,
    const scim_error_t *err);
static void ngx_http_scim_run_taken(void *data);
static void ngx_http_scim_run_finish(ngx_http_scim_run_t *run);
static void ngx_http_scim_run_detach(void *data);
static void ngx_http_scim_run_left(void *data);
static void ngx_http_scim_run_destroy(void *data);


/* The only state of a worker: its connection. */
static ngx_http_scim_redis_t  *ngx_http_scim_worker_redis;

/* The answer when there is no memory to write one. */
static const scim_str_t  ngx_http_scim_run_no_memory = SCIM_STR(
    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
    "\"status\":\"500\","
    "\"detail\":\"This service is short of memory. Try again later.\"}");


ngx_int_t
ngx_http_scim_run(ngx_http_request_t *r, scim_op_t *op,
    ngx_http_scim_done_pt done, void *data)
{
    ngx_int_t             rc;
    ngx_http_scim_run_t  *run;

    run = ngx_http_scim_run_create(r, op);
    if (run == NULL) {
        return NGX_ERROR;
    }

    run->done = done;
    run->data = data;

    rc = ngx_http_scim_run_step(run, scim_op_run(op));

    if (rc == NGX_OK) {
        run->cleanup->handler = NULL;
        return NGX_OK;
    }

    /* a write event must not run the phases again */
    r->write_event_handler = ngx_http_request_empty_handler;

    return NGX_DONE;
}


void
ngx_http_scim_run_alone(ngx_http_request_t *r, scim_op_t *op)
{
    ngx_http_scim_run_t  *run;

    run = scim_pcalloc(op->pool, sizeof(ngx_http_scim_run_t));

    if (run != NULL) {
        run->redis = ngx_http_scim_redis_get(r);
    }

    if (run == NULL || run->redis == NULL) {
        scim_pool_destroy(op->pool);
        return;
    }

    run->op = op;

    if (ngx_http_scim_run_step(run, scim_op_run(op)) == NGX_OK) {
        scim_pool_destroy(op->pool);
    }
}


static ngx_http_scim_run_t *
ngx_http_scim_run_create(ngx_http_request_t *r, scim_op_t *op)
{
    ngx_pool_cleanup_t   *owner;
    ngx_http_scim_run_t  *run;

    owner = ngx_pool_cleanup_add(r->pool, 0);
    if (owner == NULL) {
        scim_pool_destroy(op->pool);
        return NULL;
    }

    owner->handler = ngx_http_scim_run_destroy;
    owner->data = op->pool;

    run = scim_pcalloc(op->pool, sizeof(ngx_http_scim_run_t));
    if (run == NULL) {
        return NULL;
    }

    run->redis = ngx_http_scim_redis_get(r);
    if (run->redis == NULL) {
        return NULL;
    }

    run->cleanup = ngx_http_cleanup_add(r, 0);
    if (run->cleanup == NULL) {
        return NULL;
    }

    run->cleanup->handler = ngx_http_scim_run_detach;
    run->cleanup->data = run;

    run->r = r;
    run->op = op;
    run->owner = owner;

    return run;
}


/* On from what the operation said: NGX_OK when op->result is the answer,
 * NGX_DONE when commands are under way. */
static ngx_int_t
ngx_http_scim_run_step(ngx_http_scim_run_t *run, scim_rc_t rc)
{
    scim_op_t     *op, *asker;
    scim_error_t   err;

    op = run->op;
    asker = NULL;

    while (rc == SCIM_AGAIN) {
        asker = scim_op_asker(op, asker);

        if (asker == NULL) {
            if (op->piece.data != NULL && run->r != NULL) {
                ngx_http_scim_stream_piece(&run->stream, run->r, op,
                                           ngx_http_scim_run_taken, run);
            }

            return NGX_DONE;
        }

        if (ngx_http_scim_run_send(run, asker, &err) != NGX_OK) {
            rc = scim_op_no_reply(asker, &err);
        }
    }

    if (rc != SCIM_OK) {
        ngx_memzero(&op->result, sizeof(scim_result_t));
        op->result.status = NGX_HTTP_INTERNAL_SERVER_ERROR;
        op->result.body = ngx_http_scim_run_no_memory;
    }

    return NGX_OK;
}


static ngx_http_scim_asked_t *
ngx_http_scim_run_asked(ngx_http_scim_run_t *run, scim_op_t *asker,
    scim_error_t *err)
{
    ngx_http_scim_asked_t  *asked;

    asked = (asker == run->op)
            ? &run->asked
            : scim_palloc(asker->pool, sizeof(ngx_http_scim_asked_t));

    if (asked == NULL) {
        (void) scim_refuse(err, NGX_HTTP_INTERNAL_SERVER_ERROR, SCIM_TYPE_NONE,
                           "This service is short of memory. "
                           "Try again later.");
        return NULL;
    }

    asked->run = run;
    asked->asker = asker;

    return asked;
}


static ngx_int_t
ngx_http_scim_run_send(ngx_http_scim_run_t *run, scim_op_t *asker,
    scim_error_t *err)
{
    ngx_http_request_t     *r;
    ngx_http_scim_ctx_t    *ctx;
    ngx_http_scim_asked_t  *asked;

    r = run->r;

    asked = ngx_http_scim_run_asked(run, asker, err);
    if (asked == NULL) {
        return NGX_ERROR;
    }

    asked->cmd = ngx_http_scim_redis_send(run->redis, &asker->cmd,
                                          ngx_http_scim_run_reply, asked, err);
    if (asked->cmd == NULL) {
        return NGX_ERROR;
    }

    run->pending++;

    if (r == NULL) {
        return NGX_OK;
    }

    ngx_http_scim_run_watch(r, asker == run->op && asker->cmd.write);

    /* the client may have gone when nobody was looking */
    if (asker != run->op && run->pending == 1 && r->connection->read->ready) {
        ngx_post_event(r->connection->read, &ngx_posted_events);
    }

    ctx = ngx_http_scim_get_ctx(r);
    if (ctx != NULL) {
        ctx->round_trips++;
    }

    return NGX_OK;
}


/*
 * A client that goes away ends a read at once.  A write is under way already:
 * its answer is written, to nobody perhaps.  A bulk is told, so that it begins
 * nothing more.  A body that is being discarded has its own reader.
 */
static void
ngx_http_scim_run_watch(ngx_http_request_t *r, ngx_uint_t write)
{
    if (!r->discard_body) {
        r->read_event_handler = write ? ngx_http_block_reading
                                      : ngx_http_test_reading;
    }
}


static void
ngx_http_scim_run_reply(void *data, redisReply *reply, const scim_error_t *err)
{
    scim_rc_t               rc;
    ngx_http_scim_run_t    *run;
    ngx_http_scim_asked_t  *asked;

    asked = data;
    run = asked->run;
    run->pending--;

    ngx_http_scim_wait_answered(&asked->asker->cmd);

    rc = (reply != NULL) ? scim_op_reply(asked->asker, reply)
                         : scim_op_no_reply(asked->asker, err);

    /* asked may be gone */

    if (ngx_http_scim_run_step(run, rc) == NGX_OK) {
        ngx_http_scim_run_finish(run);
    }
}


/* The client has taken a piece of the answer. */
static void
ngx_http_scim_run_taken(void *data)
{
    ngx_http_scim_run_t  *run = data;

    if (ngx_http_scim_run_step(run, scim_op_taken(run->op)) == NGX_OK) {
        ngx_http_scim_run_finish(run);
    }
}


static void
ngx_http_scim_run_finish(ngx_http_scim_run_t *run)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = run->r;

    if (r == NULL) {
        ngx_http_scim_run_left(run);
        return;
    }

    run->cleanup->handler = NULL;
    ngx_http_scim_stream_stop(&run->stream);

    c = r->connection;
    ngx_http_set_log_request(c->log, r);
    ngx_http_scim_run_watch(r, 1);

    run->done(r, run->data, run->op);

    /* run, and perhaps r, are gone */

    ngx_http_run_posted_requests(c);
}


/* The request is over before the operation. */
static void
ngx_http_scim_run_detach(void *data)
{
    ngx_http_scim_run_t  *run;

    run = data;
    run->r = NULL;
    ngx_http_scim_stream_stop(&run->stream);

    if (run->pending == 0) {
        return;
    }

    if (scim_op_leave(run->op)) {
        run->shared = run->stream.busy;
        run->owner->handler = run->shared ? ngx_http_scim_run_left : NULL;
        run->owner->data = run;
        return;
    }

    ngx_http_scim_redis_detach(run->asked.cmd);
}


/* The operation has ended without its request, or r->pool goes. */
static void
ngx_http_scim_run_left(void *data)
{
    ngx_http_scim_run_t  *run = data;

    if (run->shared) {
        run->shared = 0;
        return;
    }

    scim_pool_destroy(run->op->pool);
}


static void
ngx_http_scim_run_destroy(void *data)
{
    scim_pool_destroy(data);
}


ngx_http_scim_redis_t *
ngx_http_scim_redis_get(ngx_http_request_t *r)
{
    ngx_http_scim_main_conf_t  *smcf;

    if (ngx_http_scim_worker_redis == NULL) {
        smcf = ngx_http_get_module_main_conf(r, ngx_http_scim_module);

        ngx_http_scim_worker_redis =
            ngx_http_scim_redis_create((ngx_cycle_t *) ngx_cycle,
                                       &smcf->redis);
    }

    return ngx_http_scim_worker_redis;
}


void
ngx_http_scim_run_exit(ngx_cycle_t *cycle)
{
    if (ngx_http_scim_worker_redis != NULL) {
        ngx_http_scim_redis_close(ngx_http_scim_worker_redis);
        ngx_http_scim_worker_redis = NULL;
    }
}
