/*
 * Starts, runs and ends operations: which one a request means, and what all
 * of them do alike.
 */

#include <stdarg.h>
#include <stdio.h>

#include "scim_op_int.h"


typedef struct {
    const char      *allow;
    scim_op_step_pt  step[SCIM_OTHER + 1];
} scim_op_route_t;

static const scim_op_route_t routes[] = {
    [SCIM_TARGET_COLLECTION] = { "GET, HEAD, POST", {
        [SCIM_GET] = scim_op_list,
        [SCIM_HEAD] = scim_op_list,
        [SCIM_POST] = scim_op_create } },
    [SCIM_TARGET_RESOURCE] = { "GET, HEAD, PUT, PATCH, DELETE", {
        [SCIM_GET] = scim_op_read,
        [SCIM_HEAD] = scim_op_read,
        [SCIM_PUT] = scim_op_replace,
        [SCIM_PATCH] = scim_op_patch,
        [SCIM_DELETE] = scim_op_delete } },
    [SCIM_TARGET_SEARCH] = { "POST", {
        [SCIM_POST] = scim_op_search } },
    [SCIM_TARGET_ME] = { "GET, HEAD, PUT, PATCH, DELETE", {
        [SCIM_GET] = scim_op_me,
        [SCIM_HEAD] = scim_op_me,
        [SCIM_POST] = scim_op_me,
        [SCIM_PUT] = scim_op_me,
        [SCIM_PATCH] = scim_op_me,
        [SCIM_DELETE] = scim_op_me } },
    [SCIM_TARGET_ROOT] = { "GET, HEAD", {
        [SCIM_GET] = scim_op_list,
        [SCIM_HEAD] = scim_op_list } },
    [SCIM_TARGET_ROOT_SEARCH] = { "POST", {
        [SCIM_POST] = scim_op_search } },
    [SCIM_TARGET_CONFIG] = { "GET, HEAD", {
        [SCIM_GET] = scim_op_discovery,
        [SCIM_HEAD] = scim_op_discovery } },
    [SCIM_TARGET_TYPES] = { "GET, HEAD", {
        [SCIM_GET] = scim_op_discovery,
        [SCIM_HEAD] = scim_op_discovery } },
    [SCIM_TARGET_SCHEMAS] = { "GET, HEAD", {
        [SCIM_GET] = scim_op_discovery,
        [SCIM_HEAD] = scim_op_discovery } },
    [SCIM_TARGET_BULK] = { "POST", {
        [SCIM_POST] = scim_op_bulk } },
};


scim_op_t *
scim_op_create_op(scim_pool_t *pool, const scim_op_env_t *env,
    scim_op_step_pt first)
{
    scim_op_t  *op;

    op = scim_pcalloc(pool, sizeof(scim_op_t));
    if (op == NULL) {
        return NULL;
    }

    op->pool = pool;
    op->env = env;
    op->policy = &env->conf->policy;
    op->resume = first;

    return op;
}


static scim_rc_t
refuse_method(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_op_not_allowed(op, routes[op->request.target].allow);
}


scim_rc_t
scim_op_refuse_tenant(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_op_error(op, 403, SCIM_TYPE_NONE,
                         "The gate in front of this endpoint named no tenant, "
                         "or none of 1 to 64 letters, digits, '.', '_' and "
                         "'-': check the token, and scim_tenant in nginx's "
                         "configuration");
}


bool
scim_op_takes_body(const scim_request_t *request)
{
    switch (request->method) {
    case SCIM_POST:
    case SCIM_PUT:
    case SCIM_PATCH:
        return routes[request->target].step[request->method] != NULL;
    default:
        return false;
    }
}


scim_op_t *
scim_op_start(scim_pool_t *pool, const scim_op_env_t *env,
    const scim_request_t *request)
{
    scim_op_t        *op;
    scim_op_step_pt   step;

    step = routes[request->target].step[request->method];

    if (step == NULL) {
        step = refuse_method;

    } else if (step != scim_op_discovery
               && !scim_store_name_valid(env->tenant))
    {
        step = scim_op_refuse_tenant;
    }

    op = scim_op_create_op(pool, env, step);
    if (op == NULL) {
        return NULL;
    }

    op->request = *request;

    if (request->target == SCIM_TARGET_RESOURCE) {
        op->result.id = request->id;
    }

    if (step != refuse_method && scim_store_name_valid(env->tenant)) {
        scim_op_follow(op, step);
    }

    return op;
}


scim_rc_t
scim_op_run(scim_op_t *op)
{
    return scim_op_step(op, NULL);
}


/* What has become of op, to whom has the driver's ear. */
static scim_rc_t
told(scim_op_t *op, scim_rc_t rc)
{
    scim_op_t  *whole = op->whole;

    if (whole == NULL) {
        return rc;
    }

    rc = whole->many->answered(whole, op, rc);
    whole->result.choice = whole->policy->media;
    whole->result.dry_run = scim_op_dry(whole);

    return rc;
}


scim_rc_t
scim_op_reply(scim_op_t *op, const redisReply *reply)
{
    return told(op, scim_op_step(op, reply));
}


scim_rc_t
scim_op_no_reply(scim_op_t *op, const scim_error_t *err)
{
    return told(op, scim_op_fail(op, err));
}


scim_op_t *
scim_op_asker(scim_op_t *op, scim_op_t *prev)
{
    if (op->many != NULL) {
        return op->many->asker(op);
    }

    return (prev == NULL && op->piece.data == NULL) ? op : NULL;
}


scim_rc_t
scim_op_taken(scim_op_t *op)
{
    op->piece = scim_str_absent;

    return scim_op_step(op, NULL);
}


bool
scim_op_leave(scim_op_t *op)
{
    if (op->many == NULL) {
        return op->cmd.write;
    }

    op->many->leave(op);

    return true;
}


scim_rc_t
scim_op_ask(scim_op_t *op, scim_rc_t rc, scim_op_step_pt next)
{
    if (rc != SCIM_OK) {
        return SCIM_NOMEM;
    }

    op->resume = next;

    return SCIM_AGAIN;
}


scim_rc_t
scim_op_query(scim_op_t *op, scim_pool_t *pool, scim_store_query_t *query,
    scim_op_step_pt next)
{
    query->generation = op->gen;

    return scim_op_ask(op, scim_store_query(pool, op->env->tenant, query,
                                            &op->cmd),
                       next);
}


scim_rc_t
scim_op_url(const scim_op_t *op, const scim_resource_type_t *type,
    scim_str_t id, scim_str_t *url)
{
    scim_buf_t  buf;
    scim_str_t  base = op->env->base;

    scim_buf_init(&buf, op->pool, base.len + type->endpoint.len + id.len + 2);
    scim_buf_str(&buf, base);
    scim_buf_char(&buf, '/');
    scim_buf_str(&buf, type->endpoint);
    scim_buf_char(&buf, '/');
    scim_buf_str(&buf, id);

    return scim_buf_done(&buf, url);
}


scim_rc_t
scim_op_body(scim_op_t *op, int status, const scim_buf_t *buf)
{
    op->result.status = status;

    return scim_buf_done(buf, &op->result.body);
}


scim_rc_t
scim_op_fail(scim_op_t *op, const scim_error_t *err)
{
    scim_buf_t  buf;
    scim_str_t  id, location;

    id = op->result.id;
    location = op->result.location;
    op->result = (scim_result_t) {
        .id = id, .location = location, .retry_after = err->retry_after,
        .type = err->type
    };

    scim_buf_init(&buf, op->pool, 256 + SCIM_ERROR_DETAIL);
    scim_error_write(&buf, err);

    return scim_op_body(op, err->status, &buf);
}


scim_rc_t
scim_op_stop(scim_op_t *op, scim_rc_t rc, const scim_error_t *err)
{
    return (rc == SCIM_REFUSED) ? scim_op_fail(op, err) : SCIM_NOMEM;
}


scim_rc_t
scim_op_error(scim_op_t *op, int status, scim_error_type_e type,
    const char *fmt, ...)
{
    va_list       args;
    scim_error_t  err;
    char          detail[2 * SCIM_ERROR_DETAIL];

    va_start(args, fmt);
    (void) vsnprintf(detail, sizeof(detail), fmt, args);
    va_end(args);

    scim_refuse(&err, status, type, "%s", detail);

    /* The only 503 of an operation's own is contention, which is soon over. */
    err.retry_after = (status == 503) ? 1 : 0;

    return scim_op_fail(op, &err);
}


scim_rc_t
scim_op_not_found(scim_op_t *op)
{
    const scim_resource_type_t  *type = op->request.type;

    op->result.location = scim_str_absent;

    return scim_op_error(op, 404, SCIM_TYPE_NONE,
                         "There is no %.*s with the id \"%.*s\"",
                         SCIM_FMT(type->name), SCIM_FMT(op->request.id));
}


scim_rc_t
scim_op_not_allowed(scim_op_t *op, const char *allow)
{
    scim_rc_t  rc;

    rc = scim_op_error(op, 405, SCIM_TYPE_NONE,
                       "This endpoint does not serve that method: it serves "
                       "%s", allow);
    op->result.allow = allow;

    return rc;
}


scim_rc_t
scim_op_other_version(scim_op_t *op, uint64_t version, const char *headers,
    const char *advice)
{
    char  etag[SCIM_ETAG_LEN + 1];

    scim_etag_format(version, etag);

    return scim_op_error(op, 412, SCIM_TYPE_NONE,
                         "The %.*s \"%.*s\" is at version %s, which is not "
                         "what the request's %s asks for: %s",
                         SCIM_FMT(op->request.type->name),
                         SCIM_FMT(op->request.id), etag, headers, advice);
}


scim_rc_t
scim_op_no_body(scim_op_t *op)
{
    return scim_op_error(op, 400, SCIM_INVALID_SYNTAX,
                         "The request has no body: a JSON object is expected "
                         "(Content-Type application/scim+json)");
}


const scim_indexes_t *
scim_op_indexes_of(const scim_op_t *op, const scim_resource_type_t *type)
{
    size_t                       i;
    const scim_op_conf_t        *conf = op->env->conf;
    const scim_resource_type_t  *at;

    for (i = 0; ; i++) {
        at = scim_schemas_type_at(conf->schemas, i);

        if (at == NULL || at == type) {
            return &conf->indexes[i];
        }
    }
}


const scim_indexes_t *
scim_op_indexes(const scim_op_t *op)
{
    return scim_op_indexes_of(op, op->request.type);
}


void
scim_op_query_one(const scim_op_t *op, bool relations,
    scim_store_query_t *query)
{
    *query = (scim_store_query_t) {
        .type = op->request.type,
        .source = SCIM_STORE_IDS,
        .ids = &op->request.id,
        .nids = 1,
        .count = 1,
        .scan_limit = op->env->conf->scan_limit,
        .relations = relations
    };
}
