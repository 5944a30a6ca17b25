/*
 * Requests to a location with `scim` that failed are noted in Redis, for the
 * administrator to see: after the answer, and nobody waits for it.
 *
 * A location is known while a request is in it; its error page is another.
 * Therefore the request is marked on its way in, and looked at in the log
 * phase, when its status is what the client has seen, whoever refused it.
 */

#include "ngx_http_scim.h"
#include "ngx_http_scim_run.h"
#include "../op/scim_op_failure.h"
#include "../scim/scim_text.h"


/* Notes under way; what fails beyond that is only counted. */
#define NGX_HTTP_SCIM_FAILURES  32

/* Of one bulk. */
#define NGX_HTTP_SCIM_FAILURES_BULK  100

/* Bytes; what is longer is cut. */
#define NGX_HTTP_SCIM_FAILURE_PATH   512
#define NGX_HTTP_SCIM_FAILURE_AGENT  256
#define NGX_HTTP_SCIM_FAILURE_TEXT   64


typedef struct {
    scim_op_env_t    env;
    scim_failure_t   failure;   /* the request's */
    scim_failure_t  *failures;  /* what is noted: that one, or its parts' */
    size_t           n;
} ngx_http_scim_note_t;


static ngx_uint_t  ngx_http_scim_failures_under_way;
static ngx_uint_t  ngx_http_scim_failures_missing;


static ngx_flag_t
ngx_http_scim_failure_wanted(const ngx_http_scim_loc_conf_t *slcf)
{
    return slcf->handler == ngx_http_scim_handler && slcf->failures;
}


static ngx_int_t
ngx_http_scim_failure_mark(ngx_http_request_t *r)
{
    ngx_http_scim_ctx_t       *ctx;
    ngx_http_scim_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);

    if (r != r->main || !ngx_http_scim_failure_wanted(slcf)) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_scim_get_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->noted = 1;

    return NGX_DECLINED;
}


void
ngx_http_scim_failure_too_large(const ngx_http_scim_place_t *place,
    ngx_http_scim_ctx_t *ctx)
{
    if (ngx_http_scim_failure_wanted(place->conf)) {
        ctx->noted = 1;
    }
}


static scim_rc_t
ngx_http_scim_failure_text(scim_pool_t *pool, const ngx_str_t *from,
    size_t max, scim_str_t *to)
{
    scim_str_t  s;

    s.data = (char *) from->data;
    s.len = from->len;

    return scim_utf8_excerpt(pool, s, max, to);
}


/* What the client was told; where that was no SCIM error, what would have
 * been said. */
static scim_rc_t
ngx_http_scim_failure_reason(scim_pool_t *pool, ngx_http_scim_ctx_t *ctx,
    ngx_uint_t status, scim_failure_t *failure)
{
    scim_rc_t      rc;
    scim_json_t   *body;
    scim_error_t   err;

    if (ctx->error_body.len != 0) {
        rc = scim_json_parse(pool, ctx->error_body, NULL, &body, &err);
        if (rc == SCIM_NOMEM) {
            return rc;
        }

        if (rc == SCIM_OK) {
            failure->type = scim_json_get_text(body, scim_str("scimType"));
            failure->detail = scim_json_get_text(body, scim_str("detail"));
        }
    }

    if (failure->detail.len != 0) {
        return SCIM_OK;
    }

    if (status == NGX_HTTP_CLIENT_CLOSED_REQUEST) {
        failure->detail = scim_str("The client went away before it had its "
                                   "answer: look at its time limit, and at "
                                   "those of what lies in between");
        return SCIM_OK;
    }

    ngx_http_scim_describe((int) status, &err);

    return scim_str_dup(pool, scim_str_from(err.detail), &failure->detail);
}


/* A tenant that the gate has named but not let in has its failures too. */
static scim_rc_t
ngx_http_scim_failure_who(scim_pool_t *pool, ngx_http_scim_ctx_t *ctx,
    scim_failure_t *failure)
{
    ngx_str_t  *tenant, *token;

    tenant = ctx->tenant.len != 0 ? &ctx->tenant
             : ctx->token_tenant.len != 0 ? &ctx->token_tenant
             : &ctx->denied_tenant;
    token = ctx->token_id.len != 0 ? &ctx->token_id : &ctx->denied_token;

    if (ngx_http_scim_failure_text(pool, tenant, NGX_HTTP_SCIM_FAILURE_TEXT,
                                   &failure->tenant) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return ngx_http_scim_failure_text(pool, token, NGX_HTTP_SCIM_FAILURE_TEXT,
                                      &failure->token);
}


static scim_rc_t
ngx_http_scim_failure_fill(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    ngx_uint_t status, scim_pool_t *pool, scim_failure_t *failure)
{
    ngx_str_t  id, agent;

    id = ngx_http_scim_request_id(r);
    ngx_str_null(&agent);

    if (r->headers_in.user_agent != NULL) {
        agent = r->headers_in.user_agent->value;
    }

    if (ngx_http_scim_failure_who(pool, ctx, failure) != SCIM_OK
        || (!ctx->partly
            && ngx_http_scim_failure_reason(pool, ctx, status, failure)
               != SCIM_OK)
        || scim_str_printf(pool, &failure->status, "%u", (unsigned) status)
           != SCIM_OK
        || ngx_http_scim_failure_text(pool, &r->method_name,
                                      NGX_HTTP_SCIM_FAILURE_TEXT,
                                      &failure->method)
           != SCIM_OK
        || ngx_http_scim_failure_text(pool, &r->unparsed_uri,
                                      NGX_HTTP_SCIM_FAILURE_PATH,
                                      &failure->path)
           != SCIM_OK
        || ngx_http_scim_failure_text(pool, &r->connection->addr_text,
                                      NGX_HTTP_SCIM_FAILURE_TEXT,
                                      &failure->address)
           != SCIM_OK
        || ngx_http_scim_failure_text(pool, &id, NGX_HTTP_SCIM_FAILURE_TEXT,
                                      &failure->request)
           != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return ngx_http_scim_failure_text(pool, &agent,
                                      NGX_HTTP_SCIM_FAILURE_AGENT,
                                      &failure->agent);
}


/* One operation of a bulk; its URL, or else what it calls itself. */
static scim_rc_t
ngx_http_scim_failure_part(scim_pool_t *pool, const scim_json_t *part,
    scim_failure_t *failure)
{
    scim_str_t          text, name;
    const scim_json_t  *response;

    failure->method = scim_json_get_text(part, scim_str("method"));
    failure->status = scim_json_get_text(part, scim_str("status"));

    response = scim_json_get(part, scim_str("response"));

    if (response != NULL) {
        failure->type = scim_json_get_text(response, scim_str("scimType"));
        failure->detail = scim_json_get_text(response, scim_str("detail"));
    }

    text = scim_json_get_text(part, scim_str("location"));

    if (text.len == 0) {
        name = scim_json_get_text(part, scim_str("bulkId"));

        if (scim_str_printf(pool, &text, "%.*s#%.*s", SCIM_FMT(failure->path),
                            SCIM_FMT(name)) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    return scim_utf8_excerpt(pool, text, NGX_HTTP_SCIM_FAILURE_PATH,
                             &failure->path);
}


/* What has failed of a bulk is said by its answer. */
static scim_rc_t
ngx_http_scim_failure_parts(scim_pool_t *pool, scim_str_t answer,
    ngx_http_scim_note_t *note)
{
    scim_rc_t     rc;
    scim_str_t    status;
    scim_json_t  *body, *part;
    scim_error_t  err;

    rc = scim_json_parse(pool, answer, NULL, &body, &err);
    if (rc != SCIM_OK) {
        return rc;
    }

    note->n = 0;
    note->failures = scim_palloc(pool, NGX_HTTP_SCIM_FAILURES_BULK
                                       * sizeof(scim_failure_t));
    part = scim_json_get(body, scim_str("Operations"));

    if (note->failures == NULL || part == NULL) {
        return SCIM_NOMEM;
    }

    for (part = part->first;
         part != NULL && note->n < NGX_HTTP_SCIM_FAILURES_BULK;
         part = part->next)
    {
        status = scim_json_get_text(part, scim_str("status"));

        if (status.len == 0 || status.data[0] < '4') {
            continue;
        }

        note->failures[note->n] = note->failure;

        if (ngx_http_scim_failure_part(pool, part,
                                       &note->failures[note->n++]) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    return note->n == 0 ? SCIM_NONE : SCIM_OK;
}


/* The note has been written, or will never be. */
static void
ngx_http_scim_failure_done(void *data)
{
    (void) data;

    ngx_http_scim_failures_under_way--;
}


static ngx_http_scim_note_t *
ngx_http_scim_failure_take(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    ngx_uint_t status, scim_pool_t *pool)
{
    ngx_http_scim_note_t      *note;
    ngx_http_scim_loc_conf_t  *slcf;

    note = scim_pcalloc(pool, sizeof(ngx_http_scim_note_t));

    if (note == NULL
        || ngx_http_scim_failure_fill(r, ctx, status, pool, &note->failure)
           != SCIM_OK)
    {
        return NULL;
    }

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_scim_module);
    note->env.conf = &slcf->op;
    note->failures = &note->failure;
    note->n = 1;

    if (ctx->partly
        && ngx_http_scim_failure_parts(pool, ctx->error_body, note) != SCIM_OK)
    {
        return NULL;
    }

    return note;
}


static void
ngx_http_scim_failure_note(ngx_http_request_t *r, ngx_http_scim_ctx_t *ctx,
    ngx_uint_t status)
{
    scim_op_t             *op;
    scim_pool_t           *pool;
    ngx_http_scim_note_t  *note;

    pool = scim_pool_create(0);
    if (pool == NULL) {
        return;
    }

    op = NULL;
    note = ngx_http_scim_failure_take(r, ctx, status, pool);

    if (note != NULL
        && scim_pool_cleanup(pool, ngx_http_scim_failure_done, NULL)
           == SCIM_OK)
    {
        ngx_http_scim_failures_under_way++;
        op = scim_op_failure(pool, &note->env, note->failures, note->n);
    }

    if (op == NULL) {
        scim_pool_destroy(pool);
        return;
    }

    ngx_http_scim_run_alone(r, op);
}


static ngx_int_t
ngx_http_scim_failure_log(ngx_http_request_t *r)
{
    ngx_uint_t            status;
    ngx_http_scim_ctx_t  *ctx;

    ctx = (r == r->main) ? ngx_http_scim_find_ctx(r) : NULL;

    if (ctx == NULL || !ctx->noted) {
        return NGX_OK;
    }

    status = r->err_status != 0 ? r->err_status : r->headers_out.status;

    if (status < NGX_HTTP_BAD_REQUEST && !ctx->partly) {
        return NGX_OK;
    }

    if (ngx_http_scim_failures_under_way >= NGX_HTTP_SCIM_FAILURES) {
        ngx_http_scim_failures_missing++;
        return NGX_OK;
    }

    if (ngx_http_scim_failures_missing != 0) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "scim: %ui failures came too fast to be noted",
                      ngx_http_scim_failures_missing);
        ngx_http_scim_failures_missing = 0;
    }

    ngx_http_scim_failure_note(r, ctx, status);

    return NGX_OK;
}


ngx_int_t
ngx_http_scim_failure_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *mark, *log;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    mark = ngx_array_push(&cmcf->phases[NGX_HTTP_REWRITE_PHASE].handlers);
    log = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);

    if (mark == NULL || log == NULL) {
        return NGX_ERROR;
    }

    *mark = ngx_http_scim_failure_mark;
    *log = ngx_http_scim_failure_log;

    return NGX_OK;
}
