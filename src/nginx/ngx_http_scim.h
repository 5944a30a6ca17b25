/*
 * The module's configurations and what its files share.
 */

#ifndef NGX_HTTP_SCIM_H
#define NGX_HTTP_SCIM_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../op/scim_op.h"
#include "../op/scim_op_changes.h"
#include "../op/scim_request.h"
#include "../scim/scim_schema_load.h"
#include "ngx_http_scim_redis.h"
#include "ngx_http_scim_stream.h"


extern ngx_module_t   ngx_http_scim_module;
extern ngx_command_t  ngx_http_scim_commands[];


/* http{}: one Redis, one set of schemas: what is stored means the same at
 * every location that serves it. */
typedef struct {
    ngx_http_scim_redis_conf_t  redis;
    scim_pool_t                *pool;       /* of schemas and indexes; goes
                                               with the cycle's pool */
    scim_schemas_t             *schemas;
    scim_indexes_t             *indexes[2]; /* one per resource type; by
                                               group_name_unique */
    ngx_array_t                *index_paths;    /* of scim_index; or NULL */
    ngx_int_t                   request_id;     /* the variable's index */
    ngx_array_t                 places;     /* of ngx_http_scim_place_t: the
                                               locations with `scim` */
} ngx_http_scim_main_conf_t;


/* Rules of scim_require: as they were written, and, from the first merge on,
 * as they are checked. */
typedef struct {
    ngx_array_t   given;        /* ngx_http_scim_require_t */
    scim_rule_t  *rules;        /* NULL: not yet */
} ngx_http_scim_rules_t;

typedef struct {
    ngx_flag_t    off;
    ngx_uint_t    count;
    time_t        age;
} ngx_http_scim_history_t;

typedef struct {
    ngx_uint_t    count;
    ngx_uint_t    percent;
    time_t        within;
} ngx_http_scim_breaker_t;

/* What becomes a scim_policy_t; pointers are NULL where nothing is said. */
typedef struct {
    ngx_uint_t                unknown;          /* scim_unknown_e */
    ngx_uint_t                display;          /* scim_display_e */
    ngx_uint_t                deactivates;      /* DELETE of a user */
    ngx_uint_t                unknown_members;  /* scim_missing_e */
    ngx_uint_t                media;            /* scim_media_e */
    ngx_uint_t                no_target;        /* scim_no_target_e */
    ngx_flag_t                groups;
    ngx_flag_t                single_token;
    ngx_str_t                 default_group;
    ngx_http_scim_rules_t    *rules;
    ngx_http_scim_history_t  *history;
    ngx_http_scim_breaker_t  *breaker;
} ngx_http_scim_policy_t;


/* A location. */
typedef struct {
    ngx_http_handler_pt         handler;    /* of the directive given here */
    ngx_http_complex_value_t   *tenant;     /* NULL: $scim_token_tenant */
    ngx_http_complex_value_t   *me;         /* NULL: $scim_token_user */
    ngx_http_complex_value_t   *actor;      /* NULL: nobody in particular */
    ngx_http_complex_value_t   *base_url;   /* NULL: from the request */
    ngx_http_complex_value_t   *prefix;     /* NULL: the location's name */
    ngx_str_t                   name;       /* of the location, no slash at
                                               the end */
    ngx_http_scim_policy_t      policy;
    ngx_flag_t                  group_name_unique;
    ngx_flag_t                  failures;   /* are noted */
    ngx_uint_t                  default_count;
    ngx_uint_t                  max_count;
    ngx_uint_t                  scan_limit;
    time_t                      cursor_timeout;
    size_t                      max_body;       /* bytes of JSON */
    ngx_uint_t                  max_depth;
    ngx_uint_t                  bulk_operations;
    size_t                      bulk_payload;   /* bytes of JSON */
    ngx_flag_t                  token_optional; /* the gate lets in who has
                                                   none */
    ngx_msec_t                  token_cache;    /* how long a worker trusts a
                                                   token it has looked up */
    scim_op_conf_t              op;             /* made of the above in merge */
} ngx_http_scim_loc_conf_t;


typedef struct {
    ngx_http_core_srv_conf_t   *server;
    ngx_http_scim_loc_conf_t   *conf;
    ngx_http_core_loc_conf_t   *core;
} ngx_http_scim_place_t;


typedef struct ngx_http_scim_call_s  ngx_http_scim_call_t;


/*
 * What the main request knows; subrequests (auth_request) write here.  Found
 * again after an internal redirect, which clears r->ctx, by its pool cleanup.
 */
typedef struct {
    ngx_str_t             tenant;           /* the effective one */
    ngx_str_t             token_tenant;     /* set by the gate */
    ngx_str_t             token_id;
    ngx_str_t             token_scope;
    ngx_str_t             token_user;       /* empty: not bound to one */
    ngx_str_t             token_actor;      /* empty: the token says none */
    const scim_result_t  *gate;             /* the gate's no; else NULL */
    ngx_str_t             denied_tenant;    /* whose token it said no to, as */
    ngx_str_t             denied_token;     /* far as it knows, and which */
    scim_str_t            error_body;       /* of the error answered, if one */
    ngx_str_t             resource;         /* id concerned, for the log */
    scim_error_type_e     error;            /* scimType answered */
    ngx_uint_t            round_trips;      /* commands sent for this request */
    ngx_http_scim_call_t *call;             /* whose body is being read */
    ngx_http_scim_stream_t *stream;         /* of an answer in pieces */
    ngx_msec_t            until;            /* how long the reader of a feed
                                               waits: ngx_current_msec */
    unsigned              waited:1;         /* it has, for a while */
    unsigned              noted:1;          /* when it fails */
    unsigned              partly:1;         /* some of a bulk has */
    unsigned              plain:1;          /* answers are no SCIM resources:
                                               JSON that no cache keeps */
} ngx_http_scim_ctx_t;

/* The main request's context, made when there is none; NULL: no memory. */
ngx_http_scim_ctx_t *ngx_http_scim_get_ctx(ngx_http_request_t *r);

/* The same, but NULL when there is none. */
ngx_http_scim_ctx_t *ngx_http_scim_find_ctx(ngx_http_request_t *r);


/*
 * One call of an operation.  It and all that the operation reaches live in
 * `pool`: the driver may finish a write after the request has gone.
 */
/* Returns what a content handler returns: NGX_DONE when the answer is still
 * to come, else what the request is finalised with. */
typedef ngx_int_t (*ngx_http_scim_next_pt)(ngx_http_scim_call_t *call);
typedef ngx_int_t (*ngx_http_scim_answer_pt)(ngx_http_scim_call_t *call,
    const scim_result_t *result);

struct ngx_http_scim_call_s {
    ngx_http_request_t        *request;
    ngx_http_scim_ctx_t       *ctx;
    ngx_http_scim_loc_conf_t  *conf;
    scim_pool_t               *pool;
    ngx_pool_cleanup_t        *cleanup; /* ends pool, until the driver does */
    scim_op_env_t              env;     /* conf, now and random are filled in */
    scim_method_e              method;
    scim_str_t                 path;    /* after the location, as sent */
    scim_str_t                 args;    /* of the query, as sent */
    scim_request_t             scim;    /* of a SCIM request */
    scim_gate_t                gate;    /* of a check of a token */
    char                       hash[SCIM_SHA256_HEX + 1];   /* of its token;
                                           "": not to be remembered */
    ngx_msec_t                 asked;   /* ngx_current_msec of that check */
    scim_changes_t             changes; /* of a reader of the change feed */
    const scim_result_t       *idle;    /* what it gets if nothing comes */
    size_t                     max_body;    /* bytes that a body may have */
    ngx_uint_t                 max_depth;
    scim_json_t               *body;    /* NULL: none */
    scim_op_input_t            input;   /* in its place, with `lines` */
    ngx_chain_t               *in;      /* what of it is still to be read */
    off_t                      in_at;   /* of the first, read already */
    ngx_http_scim_next_pt      next;    /* when the body is there */
    ngx_http_scim_answer_pt    answer;
    unsigned                   counted:1;   /* holds a reference already, that
                                               of reading the body */
    unsigned                   lines:1;     /* the operation reads the body */
};

/* A call with method, conf, now and random filled in; NULL: no memory. */
ngx_http_scim_call_t *ngx_http_scim_call_create(ngx_http_request_t *r);

/* Runs op (NULL: there was no memory for it); `answer` sends its result, at
 * once or later.  After it, call may be gone. */
ngx_int_t ngx_http_scim_call_run(ngx_http_scim_call_t *call, scim_op_t *op,
    ngx_http_scim_answer_pt answer);

/* Reads and parses the body, or with call->lines only reads it, then goes on
 * with next; a body that is refused is answered here. */
ngx_int_t ngx_http_scim_call_body(ngx_http_scim_call_t *call,
    ngx_http_scim_next_pt next);

/* Makes call->input of the body that has been read. */
void ngx_http_scim_lines(ngx_http_scim_call_t *call);

/* A body that nobody wants; NGX_OK or what to return. */
ngx_int_t ngx_http_scim_discard_body(ngx_http_request_t *r);

/* Serves the SCIM request that the call is: tenant, base URL and path are
 * known, and env.admin when the scope of a token does not matter.  Returns what
 * a content handler returns. */
ngx_int_t ngx_http_scim_serve(ngx_http_scim_call_t *call);

/* Answers with the error; a body that has not been read is not wanted. */
ngx_int_t ngx_http_scim_refuse(ngx_http_request_t *r, const scim_error_t *err);

/* Sends the result: the usual `answer`. */
ngx_int_t ngx_http_scim_call_send(ngx_http_scim_call_t *call,
    const scim_result_t *result);

/* The same, but a reader of changes for whom there are none yet waits, and then
 * goes through the location's phases once more. */
ngx_int_t ngx_http_scim_changes_answer(ngx_http_scim_call_t *call,
    const scim_result_t *result);


/* --- schemas -------------------------------------------------------------- */

/* Those compiled in, before any directive; the rest is bound together and
 * indexed when all of http{} has been read. */
char *ngx_http_scim_schemas_create(ngx_conf_t *cf,
    ngx_http_scim_main_conf_t *smcf);
char *ngx_http_scim_schemas_init(ngx_conf_t *cf,
    ngx_http_scim_main_conf_t *smcf);

/* scim_schema, scim_index */
char *ngx_http_scim_schema(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_scim_index(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


/* --- policies ------------------------------------------------------------- */

/* Of a location that says nothing yet. */
void ngx_http_scim_policy_create(ngx_http_scim_policy_t *policy);

/* Fills in what is not said, and conf->op.policy. */
char *ngx_http_scim_policy_merge(ngx_conf_t *cf,
    ngx_http_scim_loc_conf_t *prev, ngx_http_scim_loc_conf_t *conf);

/* scim_require, scim_history, scim_breaker */
char *ngx_http_scim_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_scim_history(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_scim_breaker(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


/* --- directives' handlers ------------------------------------------------- */

/* scim, scim_token, scim_error, scim_admin, scim_health, scim_changes */
ngx_int_t ngx_http_scim_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_scim_token_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_scim_error_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_scim_admin_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_scim_health_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_scim_changes_handler(ngx_http_request_t *r);

/* $scim_tenant and the others, for preconfiguration. */
ngx_int_t ngx_http_scim_add_variables(ngx_conf_t *cf);


/* --- requests ------------------------------------------------------------- */

/* A copy; an empty string stays apart from an absent one. */
ngx_int_t ngx_http_scim_copy(scim_pool_t *pool, const ngx_str_t *from,
    scim_str_t *to);

/* A copy of the header's value; absent without one (NULL). */
ngx_int_t ngx_http_scim_copy_header(scim_pool_t *pool,
    const ngx_table_elt_t *h, scim_str_t *to);

/* What of uri comes after prefix, which has no slash at the end; NGX_DECLINED
 * if that is not a path. */
ngx_int_t ngx_http_scim_after(const ngx_str_t *uri, const ngx_str_t *prefix,
    ngx_str_t *rest);

/* The location with `scim` that the request's URI is of, by the longest name;
 * NULL if none.  For those that nginx has refused before they were in one. */
const ngx_http_scim_place_t *ngx_http_scim_find_place(ngx_http_request_t *r);

/* What follows "Bearer" in the Authorization header, in place and less blanks
 * around it; absent when there is no such header. */
scim_str_t ngx_http_scim_bearer(ngx_http_request_t *r);

/* Sets call->env.tenant, to what scim_tenant says or the gate has found. */
ngx_int_t ngx_http_scim_find_tenant(ngx_http_scim_call_t *call);

/* Whether the token is of that scope; no token has none. */
ngx_flag_t ngx_http_scim_scope_is(ngx_http_scim_call_t *call,
    const char *name);

/* The path after the location, still percent-encoded; NGX_DECLINED when the
 * URI only begins like the location. */
ngx_int_t ngx_http_scim_path(ngx_http_request_t *r, scim_pool_t *pool,
    scim_str_t *path);

/* The base URL of the location, no slash at the end. */
ngx_int_t ngx_http_scim_base_url(ngx_http_request_t *r, scim_pool_t *pool,
    scim_str_t *base);

/* Fills call->env.origin, if the request may change anything: who reads is not
 * noted.  What is to be known first: the method, env.admin, the target of a
 * SCIM request. */
ngx_int_t ngx_http_scim_origin(ngx_http_scim_call_t *call);

/* $request_id, the same whenever it is asked for. */
ngx_str_t ngx_http_scim_request_id(ngx_http_request_t *r);


/* --- answers -------------------------------------------------------------- */

/* Sends; the value is what to return from a handler or to finalise with. */
ngx_int_t ngx_http_scim_send(ngx_http_request_t *r,
    const scim_result_t *result);
ngx_int_t ngx_http_scim_send_error(ngx_http_request_t *r,
    const scim_error_t *err);

/* The halves of ngx_http_scim_send().  length -1: not known yet; the body
 * follows in pieces. */
ngx_int_t ngx_http_scim_send_head(ngx_http_request_t *r,
    const scim_result_t *result, off_t length);
ngx_int_t ngx_http_scim_send_body(ngx_http_request_t *r,
    const scim_str_t *body);

/* What an error of nginx's own is called in SCIM. */
void ngx_http_scim_describe(int status, scim_error_t *err);


/* --- failures ------------------------------------------------------------- */

/* For postconfiguration. */
ngx_int_t ngx_http_scim_failure_init(ngx_conf_t *cf);

/* nginx has refused a body by its length, before the request was in any
 * location: this is where it would have been. */
void ngx_http_scim_failure_too_large(const ngx_http_scim_place_t *place,
    ngx_http_scim_ctx_t *ctx);

#endif /* NGX_HTTP_SCIM_H */
