/*
 * The module's configurations and what its files share.
 */

#ifndef NGX_HTTP_SCIM_H
#define NGX_HTTP_SCIM_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../op/scim_op.h"
#include "../op/scim_request.h"
#include "ngx_http_scim_redis.h"


extern ngx_module_t  ngx_http_scim_module;


/* http{}: one Redis, one set of schemas. */
typedef struct {
    ngx_http_scim_redis_conf_t  redis;
    scim_pool_t                *pool;       /* of schemas and indexes; goes
                                               with the cycle's pool */
    scim_schemas_t             *schemas;
} ngx_http_scim_main_conf_t;


/* A location. */
typedef struct {
    ngx_http_complex_value_t   *tenant;     /* default: $scim_token_tenant */
    ngx_http_complex_value_t   *base_url;   /* default: from the request */
    ngx_uint_t                  no_target;
    ngx_flag_t                  group_name_unique;
    ngx_uint_t                  default_count;
    ngx_uint_t                  max_count;
    ngx_uint_t                  scan_limit;
    size_t                      max_body;       /* bytes of JSON */
    ngx_uint_t                  max_depth;
    ngx_msec_t                  token_cache;    /* how long a worker trusts a
                                                   token it has looked up */
    scim_op_conf_t              op;             /* made of the above in merge */
    ngx_str_t                   prefix;         /* of the location: what is cut
                                                   off the URI */
} ngx_http_scim_loc_conf_t;


/*
 * What the main request knows; subrequests (auth_request) write here.  Found
 * again after an internal redirect, which clears r->ctx, by its pool cleanup.
 */
typedef struct {
    ngx_str_t      token_tenant;        /* set by the gate */
    ngx_str_t      token_id;
    ngx_str_t      token_scope;
    scim_error_t  *gate_error;          /* why the gate said no; else NULL */
    ngx_str_t      resource;            /* id concerned, for the log */
    ngx_uint_t     round_trips;         /* commands sent for this request */
} ngx_http_scim_ctx_t;

/* The main request's context, made when there is none; NULL: no memory. */
ngx_http_scim_ctx_t *ngx_http_scim_get_ctx(ngx_http_request_t *r);

#endif /* NGX_HTTP_SCIM_H */
