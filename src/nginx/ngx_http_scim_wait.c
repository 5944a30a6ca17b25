/*
 * Requests that wait for changes.
 *
 * A worker has a list of tenants for whom somebody waits, each with its
 * readers.  While there are any, a timer asks for each tenant where its feed
 * ends, one cheap command whatever the number of readers, and lets those go on
 * who have seen another end.  What the worker itself writes makes it ask at
 * once.  With Redis away they wait on.
 *
 * Who is to go on is first taken out of the tenant's list into one of the
 * moment, as going on may end any request of the worker, or begin to wait
 * anew.  A request that ends takes itself out of the list it is in.
 */

#include "ngx_http_scim_wait.h"
#include "ngx_http_scim_run.h"
#include "../store/scim_store_history.h"


/* ms from a commit to the answer, at most: what there is to win by less is
 * small, and each tenant waited for costs a command each time. */
#define NGX_HTTP_SCIM_WAIT_EVERY  200


/* A tenant for whom somebody waits, who may know it switched off or not; lies
 * in its pool. */
typedef struct {
    ngx_queue_t              link;
    ngx_queue_t              readers;
    scim_pool_t             *pool;
    scim_str_t               tenant;
    bool                     off;       /* of those who may */
    scim_store_cmd_t         cmd;       /* the same each time */
    ngx_http_scim_redis_t   *redis;
    ngx_http_scim_cmd_t     *asked;     /* under way; else NULL */
} ngx_http_scim_feed_t;


typedef struct {
    ngx_queue_t              link;      /* among the feed's, or those that go
                                           on now */
    ngx_http_scim_feed_t    *feed;      /* NULL: goes on now */
    ngx_http_scim_call_t    *call;
    scim_str_t               tip;
    ngx_msec_t               until;
    ngx_http_scim_waited_pt  waited;
    ngx_http_cleanup_t      *cleanup;
} ngx_http_scim_reader_t;


static void ngx_http_scim_wait_timer_handler(ngx_event_t *ev);
static void ngx_http_scim_wait_reply(void *data, redisReply *reply,
    const scim_error_t *err);


static ngx_queue_t       ngx_http_scim_feeds;
static ngx_event_t       ngx_http_scim_wait_timer;

/* The timer's debug log lines read an fd here. */
static ngx_connection_t  ngx_http_scim_wait_ident;


/* --- tenants -------------------------------------------------------------- */

static void
ngx_http_scim_wait_init(void)
{
    ngx_queue_init(&ngx_http_scim_feeds);

    ngx_http_scim_wait_ident.fd = (ngx_socket_t) -1;

    /* not cancelable: a worker that quits has answers to give */
    ngx_http_scim_wait_timer.handler = ngx_http_scim_wait_timer_handler;
    ngx_http_scim_wait_timer.data = &ngx_http_scim_wait_ident;
    ngx_http_scim_wait_timer.log = ngx_cycle->log;
}


static ngx_http_scim_feed_t *
ngx_http_scim_wait_new_feed(ngx_http_scim_call_t *call, scim_str_t tenant)
{
    scim_pool_t           *pool;
    ngx_http_scim_feed_t  *feed;

    pool = scim_pool_create(1024);
    if (pool == NULL) {
        return NULL;
    }

    feed = scim_pcalloc(pool, sizeof(ngx_http_scim_feed_t));

    if (feed == NULL
        || scim_str_dup(pool, tenant, &feed->tenant) != SCIM_OK
        || scim_store_tip(pool, feed->tenant, call->env.admin, &feed->cmd)
           != SCIM_OK)
    {
        scim_pool_destroy(pool);
        return NULL;
    }

    feed->redis = ngx_http_scim_redis_get(call->request);
    if (feed->redis == NULL) {
        scim_pool_destroy(pool);
        return NULL;
    }

    feed->pool = pool;
    feed->off = call->env.admin;
    ngx_queue_init(&feed->readers);
    ngx_queue_insert_tail(&ngx_http_scim_feeds, &feed->link);

    return feed;
}


static ngx_http_scim_feed_t *
ngx_http_scim_wait_find_feed(ngx_http_scim_call_t *call, scim_str_t tenant)
{
    ngx_queue_t           *q;
    ngx_http_scim_feed_t  *feed;

    for (q = ngx_queue_head(&ngx_http_scim_feeds);
         q != ngx_queue_sentinel(&ngx_http_scim_feeds);
         q = ngx_queue_next(q))
    {
        feed = ngx_queue_data(q, ngx_http_scim_feed_t, link);

        if (feed->off == call->env.admin
            && scim_str_eq(feed->tenant, tenant))
        {
            return feed;
        }
    }

    return ngx_http_scim_wait_new_feed(call, tenant);
}


/* Somebody has left: nobody asks for a tenant for whom nobody waits. */
static void
ngx_http_scim_wait_left(ngx_http_scim_feed_t *feed)
{
    if (!ngx_queue_empty(&feed->readers)) {
        return;
    }

    if (feed->asked != NULL) {
        ngx_http_scim_redis_detach(feed->asked);
    }

    ngx_queue_remove(&feed->link);
    scim_pool_destroy(feed->pool);
}


/* --- readers -------------------------------------------------------------- */

/* The request ends while it waits. */
static void
ngx_http_scim_wait_cleanup(void *data)
{
    ngx_http_scim_reader_t  *reader;

    reader = data;
    ngx_queue_remove(&reader->link);

    if (reader->feed != NULL) {
        ngx_http_scim_wait_left(reader->feed);
    }
}


ngx_int_t
ngx_http_scim_wait(ngx_http_scim_call_t *call, const scim_wait_t *wait,
    ngx_msec_t until, ngx_http_scim_waited_pt waited)
{
    ngx_http_request_t      *r;
    ngx_http_scim_reader_t  *reader;

    if (ngx_http_scim_wait_timer.handler == NULL) {
        ngx_http_scim_wait_init();
    }

    r = call->request;

    reader = ngx_pcalloc(r->pool, sizeof(ngx_http_scim_reader_t));
    if (reader == NULL) {
        return NGX_ERROR;
    }

    reader->cleanup = ngx_http_cleanup_add(r, 0);
    if (reader->cleanup == NULL) {
        return NGX_ERROR;
    }

    reader->feed = ngx_http_scim_wait_find_feed(call, wait->tenant);
    if (reader->feed == NULL) {
        return NGX_ERROR;
    }

    reader->call = call;
    reader->tip = wait->tip;
    reader->until = until;
    reader->waited = waited;
    reader->cleanup->handler = ngx_http_scim_wait_cleanup;
    reader->cleanup->data = reader;
    ngx_queue_insert_tail(&reader->feed->readers, &reader->link);

    if (!ngx_http_scim_wait_timer.timer_set) {
        ngx_add_timer(&ngx_http_scim_wait_timer, NGX_HTTP_SCIM_WAIT_EVERY);
    }

    /* a client that goes away is seen; a write event must not run the phases
     * again */
    if (!r->discard_body) {
        r->read_event_handler = ngx_http_test_reading;
    }

    r->write_event_handler = ngx_http_request_empty_handler;
    r->main->count++;

    return NGX_DONE;
}


static void
ngx_http_scim_wait_take(ngx_http_scim_reader_t *reader, ngx_queue_t *going)
{
    reader->feed = NULL;
    ngx_queue_remove(&reader->link);
    ngx_queue_insert_tail(going, &reader->link);
}


static void
ngx_http_scim_wait_go(ngx_queue_t *going, ngx_uint_t news)
{
    ngx_connection_t        *c;
    ngx_http_request_t      *r;
    ngx_http_scim_reader_t  *reader;

    while (!ngx_queue_empty(going)) {
        reader = ngx_queue_data(ngx_queue_head(going), ngx_http_scim_reader_t,
                                link);
        ngx_queue_remove(&reader->link);
        reader->cleanup->handler = NULL;

        r = reader->call->request;
        c = r->connection;
        ngx_http_set_log_request(c->log, r);

        if (!r->discard_body) {
            r->read_event_handler = ngx_http_block_reading;
        }

        reader->waited(reader->call, news);

        /* r may be gone */

        ngx_http_run_posted_requests(c);
    }
}


/* --- asking --------------------------------------------------------------- */

/* With Redis away nobody is told: who reads then is. */
static void
ngx_http_scim_wait_ask(ngx_http_scim_feed_t *feed)
{
    scim_error_t  err;

    if (feed->asked == NULL) {
        feed->asked = ngx_http_scim_redis_send(feed->redis, &feed->cmd,
                                               ngx_http_scim_wait_reply, feed,
                                               &err);
    }
}


/* Replies come in the order of commands: what was asked for before the write
 * has been answered, and what is under way sees it. */
void
ngx_http_scim_wait_answered(const scim_store_cmd_t *cmd)
{
    ngx_queue_t           *q;
    ngx_http_scim_feed_t  *feed;

    if (!cmd->write || ngx_http_scim_wait_timer.handler == NULL) {
        return;
    }

    for (q = ngx_queue_head(&ngx_http_scim_feeds);
         q != ngx_queue_sentinel(&ngx_http_scim_feeds);
         q = ngx_queue_next(q))
    {
        feed = ngx_queue_data(q, ngx_http_scim_feed_t, link);

        if (scim_str_eq(feed->cmd.key, cmd->key)) {
            ngx_http_scim_wait_ask(feed);
        }
    }
}


static void
ngx_http_scim_wait_reply(void *data, redisReply *reply,
    const scim_error_t *err)
{
    scim_str_t               tip;
    ngx_queue_t             *q, *next, going;
    scim_error_t             refusal;
    ngx_http_scim_feed_t    *feed;
    ngx_http_scim_reader_t  *reader;

    (void) err;

    feed = data;
    feed->asked = NULL;

    if (reply == NULL) {
        return;
    }

    /* a tenant that is switched off or gone is news too; what is wrong with
     * Redis is not */
    if (scim_store_tip_reply(reply, &tip, &refusal) != SCIM_OK) {
        if (refusal.status >= 500) {
            return;
        }

        tip = scim_str_absent;
    }

    ngx_queue_init(&going);

    for (q = ngx_queue_head(&feed->readers);
         q != ngx_queue_sentinel(&feed->readers);
         q = next)
    {
        next = ngx_queue_next(q);
        reader = ngx_queue_data(q, ngx_http_scim_reader_t, link);

        if (!scim_str_eq(reader->tip, tip)) {
            ngx_http_scim_wait_take(reader, &going);
        }
    }

    ngx_http_scim_wait_left(feed);
    ngx_http_scim_wait_go(&going, 1);
}


/* Takes out those whose time is over; a worker that quits has none. */
static void
ngx_http_scim_wait_expire(ngx_http_scim_feed_t *feed, ngx_queue_t *going)
{
    ngx_queue_t             *q, *next;
    ngx_http_scim_reader_t  *reader;

    for (q = ngx_queue_head(&feed->readers);
         q != ngx_queue_sentinel(&feed->readers);
         q = next)
    {
        next = ngx_queue_next(q);
        reader = ngx_queue_data(q, ngx_http_scim_reader_t, link);

        if (ngx_exiting
            || (ngx_msec_int_t) (reader->until - ngx_current_msec) <= 0)
        {
            ngx_http_scim_wait_take(reader, going);
        }
    }
}


static void
ngx_http_scim_wait_timer_handler(ngx_event_t *ev)
{
    ngx_queue_t           *q, *next, going;
    ngx_http_scim_feed_t  *feed;

    ngx_queue_init(&going);

    for (q = ngx_queue_head(&ngx_http_scim_feeds);
         q != ngx_queue_sentinel(&ngx_http_scim_feeds);
         q = next)
    {
        next = ngx_queue_next(q);
        feed = ngx_queue_data(q, ngx_http_scim_feed_t, link);

        ngx_http_scim_wait_expire(feed, &going);

        if (!ngx_queue_empty(&feed->readers)) {
            ngx_http_scim_wait_ask(feed);
        }

        ngx_http_scim_wait_left(feed);
    }

    ngx_http_scim_wait_go(&going, 0);

    if (!ngx_queue_empty(&ngx_http_scim_feeds) && !ev->timer_set) {
        ngx_add_timer(ev, NGX_HTTP_SCIM_WAIT_EVERY);
    }
}
