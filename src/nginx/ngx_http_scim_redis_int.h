/*
 * What the files of the Redis connection share: the connection object, its
 * commands, and who calls whom.
 *
 * ngx_http_scim_redis.c keeps the commands: their queues, their timer, their
 * answers.  The connection is in three files: how it comes to be and ends
 * (_conn.c), the handshake (_hello.c), bytes out and in (_io.c).
 */

#ifndef NGX_HTTP_SCIM_REDIS_INT_H
#define NGX_HTTP_SCIM_REDIS_INT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_event_connect.h>

#include "ngx_http_scim_redis.h"


/* Why the connection ended or a command has no reply; a row of a table says
 * what clients are told (ngx_http_scim_redis_refuse()). */
typedef enum {
    NGX_HTTP_SCIM_REDIS_UNREACHABLE = 0,
    NGX_HTTP_SCIM_REDIS_LOST,
    NGX_HTTP_SCIM_REDIS_TIMEOUT,
    NGX_HTTP_SCIM_REDIS_GARBAGE,
    NGX_HTTP_SCIM_REDIS_PASSWORD,
    NGX_HTTP_SCIM_REDIS_LOADING,
    NGX_HTTP_SCIM_REDIS_CLIENTS,
    NGX_HTTP_SCIM_REDIS_PROTECTED,
    NGX_HTTP_SCIM_REDIS_READONLY,
    NGX_HTTP_SCIM_REDIS_NOT_READY,
    NGX_HTTP_SCIM_REDIS_NOMEM,
    NGX_HTTP_SCIM_REDIS_FULL,
    NGX_HTTP_SCIM_REDIS_LEAVING
} ngx_http_scim_redis_cause_e;


typedef enum {
    NGX_HTTP_SCIM_REDIS_IDLE = 0,   /* no connection; the next command, or
                                       nobody, makes one */
    NGX_HTTP_SCIM_REDIS_RESOLVING,
    NGX_HTTP_SCIM_REDIS_CONNECTING,
    NGX_HTTP_SCIM_REDIS_HELLO,      /* AUTH, SELECT, …: replies awaited */
    NGX_HTTP_SCIM_REDIS_READY,
    NGX_HTTP_SCIM_REDIS_BACKOFF,    /* no connection; a timer makes one, or
                                       a command (see _probe()) */
    NGX_HTTP_SCIM_REDIS_CLOSED      /* the worker exits */
} ngx_http_scim_redis_state_e;


/* ms: a connection that has lived so long was a good one.  A younger one is not
 * given up for an error reply. */
#define NGX_HTTP_SCIM_REDIS_SETTLED  1000


struct ngx_http_scim_cmd_s {
    ngx_queue_t                 link;       /* in waiting or in flight */
    ngx_queue_t                 age;        /* in redis->oldest */
    ngx_http_scim_redis_t      *redis;
    const scim_store_cmd_t     *cmd;        /* not read once detached */
    ngx_http_scim_redis_pt      handler;    /* NULL: detached */
    void                       *data;
    ngx_msec_t                  deadline;
    ngx_uint_t                  resends;
    unsigned                    sent:1;     /* in flight */
    unsigned                    eval:1;     /* the script itself is sent */
};


typedef struct {
    u_char                     *data;
    size_t                      pos;
    size_t                      len;
    size_t                      cap;
} ngx_http_scim_redis_out_t;


/* How hiredis counts the elements of an array. */
#if (HIREDIS_MAJOR >= 1)
typedef size_t  ngx_http_scim_redis_elements_t;
#else
typedef int  ngx_http_scim_redis_elements_t;
#endif


#define NGX_HTTP_SCIM_REDIS_HELLOS  4
#define NGX_HTTP_SCIM_REDIS_REASON  256

struct ngx_http_scim_redis_s {
    const ngx_http_scim_redis_conf_t  *conf;
    ngx_http_scim_redis_state_e        state;

    /* Commands: in waiting until the connection is ready and the turn of the
     * event loop ends, then in flight, in the order Redis answers.  `oldest`
     * holds both by deadline: a timer for its head is a timer for all. */
    ngx_queue_t                        waiting;
    ngx_queue_t                        in_flight;
    ngx_queue_t                        oldest;
    ngx_uint_t                         records;
    ngx_event_t                        flush;       /* posted */
    ngx_event_t                        timer;

    /* The connection. */
    ngx_peer_connection_t              peer;
    ngx_resolver_ctx_t                *resolving;
    ngx_addr_t                         addr;        /* from the resolver */
    ngx_sockaddr_t                     sockaddr;
    u_char                             addr_text[NGX_SOCKADDR_STRLEN];
    ngx_uint_t                         next_addr;
    ngx_uint_t                         tries;       /* addresses left */
    redisReader                       *reader;
    redisReplyObjectFunctions          functions;   /* of the reader */
    void *(*create_array)(const redisReadTask *task,
        ngx_http_scim_redis_elements_t n);
    ngx_http_scim_redis_out_t          out;
    ngx_uint_t                         hello[NGX_HTTP_SCIM_REDIS_HELLOS];
    ngx_uint_t                         hellos;      /* replies awaited */
    ngx_uint_t                         hello_next;
    ngx_msec_t                         ready_since;
    ngx_event_t                        connect_timer;
    ngx_event_t                        retry_timer;
    ngx_uint_t                         failures;    /* attempts in a row */
    ngx_msec_t                         failed_at;   /* the last of them */
    ngx_uint_t                         breaks;      /* young connections in a
                                                       row */
    ngx_http_scim_redis_cause_e        cause;       /* of the last end */
    ngx_http_scim_redis_cause_e        reset;       /* asked for by a reply */
    u_char                             error[NGX_HTTP_SCIM_REDIS_REASON];
    ngx_msec_t                         error_time;  /* the error reply logged
                                                       last, and when */
    u_char                             reason[NGX_HTTP_SCIM_REDIS_REASON];
                                                    /* last one logged while
                                                       down; NUL at its end */

    ngx_log_t                          log;
    ngx_connection_t                   ident;       /* timers' debug log lines
                                                       read an fd here */
    unsigned                           down:1;      /* known not to work */
    unsigned                           resolved:1;  /* addr is to be used */
    unsigned                           broken:1;    /* sending failed */
    unsigned                           resetting:1;
};


/* --- ngx_http_scim_redis.c, called by the connection ---------------------- */

/* Fills *err with what clients are told. */
void ngx_http_scim_redis_refuse(ngx_http_scim_redis_cause_e cause,
    ngx_uint_t retry_after, scim_error_t *err);

/* The connection is ready: waiting commands are sent. */
void ngx_http_scim_redis_flush(ngx_http_scim_redis_t *redis);

/* A reply, which is freed.  NGX_ERROR: nobody asked for it. */
ngx_int_t ngx_http_scim_redis_reply(ngx_http_scim_redis_t *redis,
    redisReply *reply);

/*
 * The connection is gone: what was in flight goes back to the head of the
 * queue where it may be sent again, else into `failed`.
 */
void ngx_http_scim_redis_unsend(ngx_http_scim_redis_t *redis,
    ngx_uint_t resend, ngx_queue_t *failed);

/* Empties the queue: its commands are answered with the cause. */
void ngx_http_scim_redis_fail(ngx_http_scim_redis_t *redis, ngx_queue_t *queue,
    ngx_http_scim_redis_cause_e cause);


/* --- ngx_http_scim_redis_conn.c ------------------------------------------- */

void ngx_http_scim_redis_conn_init(ngx_http_scim_redis_t *redis,
    ngx_log_t *log);

/* Begins to connect.  The outcome may be there before it returns. */
void ngx_http_scim_redis_connect(ngx_http_scim_redis_t *redis);

/*
 * Called for a command while Redis is known to be down: may begin to connect
 * without waiting for the timer, which after a long outage is seconds away.
 * Returns 1 if the command is to wait for the outcome: it is the only one that
 * does, so that an outage which shows by silence alone delays one request for
 * each attempt.
 */
ngx_uint_t ngx_http_scim_redis_probe(ngx_http_scim_redis_t *redis);

/*
 * The connection, or the attempt to make one, is over: commands are put back
 * or answered, and it is decided when to connect again.  The text is the
 * reason for the log.
 */
void ngx_http_scim_redis_lost(ngx_http_scim_redis_t *redis,
    ngx_http_scim_redis_cause_e cause, const char *fmt, ...);

/* Frees all that a connection holds; says nothing to commands. */
void ngx_http_scim_redis_disconnect(ngx_http_scim_redis_t *redis);

/* Seconds until it is worth asking again. */
ngx_uint_t ngx_http_scim_redis_retry_after(ngx_http_scim_redis_t *redis);


/* --- ngx_http_scim_redis_io.c --------------------------------------------- */

/* Makes redis->reader. */
ngx_int_t ngx_http_scim_redis_reader(ngx_http_scim_redis_t *redis);

/* Appends the command to redis->out, with eval its whole script. */
ngx_int_t ngx_http_scim_redis_out(ngx_http_scim_redis_t *redis,
    const scim_store_cmd_t *cmd, ngx_uint_t eval);

/* Sends what redis->out holds; what ends the connection is left to reading. */
void ngx_http_scim_redis_write(ngx_http_scim_redis_t *redis);

void ngx_http_scim_redis_read_handler(ngx_event_t *ev);


/* --- ngx_http_scim_redis_hello.c ------------------------------------------ */

/* Connected: sends AUTH, SELECT, CLIENT SETNAME, PING. */
void ngx_http_scim_redis_hello(ngx_http_scim_redis_t *redis);

/* A reply of the handshake, which is freed.  NGX_ERROR: the connection is
 * gone. */
ngx_int_t ngx_http_scim_redis_hello_reply(ngx_http_scim_redis_t *redis,
    redisReply *reply);

/*
 * What an error reply says about the whole connection, in a handshake or to a
 * command; NGX_DECLINED if nothing.
 */
#define NGX_HTTP_SCIM_REDIS_IN_HELLO  1
#define NGX_HTTP_SCIM_REDIS_IN_USE    2

ngx_int_t ngx_http_scim_redis_error_cause(const redisReply *reply,
    ngx_uint_t where, ngx_http_scim_redis_cause_e *cause);

#endif /* NGX_HTTP_SCIM_REDIS_INT_H */
