/*
 * The admin API's own: the state its operations share, and their first steps.
 */

#ifndef SCIM_OP_ADMIN_H
#define SCIM_OP_ADMIN_H

#include "scim_op_int.h"

typedef struct {
    scim_str_t       tenant;    /* of the path, or the one made */
    scim_str_t       part[2];   /* what the path names within the tenant: a
                                   token; an endpoint and an id */
    scim_str_t       args;      /* of the query, undecoded */
    scim_buf_t       out;
    int              status;    /* of the answer to come */
    scim_op_step_pt  next;      /* once the tenant is found, its tokens
                                   listed, or the token revoked */

    scim_str_t      *names;     /* a list being gone through */
    scim_token_t    *tokens;
    size_t           n;
    size_t           at;

    scim_tenant_t    found;
    int              enabled;   /* a tenant's change: the switch, -1 as it is */
    const scim_json_t *change;  /* of its settings; NULL: none */
    bool             existed;   /* the tenant, or one listed before */
    void            *work;      /* of an operation that needs more */
} scim_admin_t;

/* The names a body may have: refused are others, and what is no object. */
scim_rc_t scim_admin_members(const scim_json_t *body, const char *const *names,
    scim_error_t *err);

/* The decoded values of the query's arguments of those names (the last is
 * NULL); absent: not given, or empty.  Refused, 400: others, and one given
 * twice. */
scim_rc_t scim_admin_args(const scim_op_t *op, const char *const *names,
    scim_str_t *values, scim_error_t *err);

/* 404 for the tenant of the path. */
scim_rc_t scim_admin_no_tenant(scim_op_t *op);

/* 409 for the same when it is switched off. */
scim_rc_t scim_admin_switched_off(scim_op_t *op);

/* Asks for the tenant of the path; next finds it in `found`, or the answer is
 * 404. */
scim_rc_t scim_admin_tenant(scim_op_t *op, scim_op_step_pt next);

/* What applies to the tenant in `found`; refused, 400, as by
 * scim_policy_parse(). */
scim_rc_t scim_admin_policy(const scim_op_t *op, scim_policy_t *policy,
    scim_error_t *err);

/* A last step: 204, unless the reply is an error. */
scim_rc_t scim_admin_done(scim_op_t *op, const redisReply *reply);

/* Asks for the tenant's list of tokens; next finds them in `tokens`, as they
 * were made. */
scim_rc_t scim_admin_tokens(scim_op_t *op, scim_op_step_pt next);

/* Lets the tenant's users join its default group, if it has one and is switched
 * on; then calls next(op, NULL). */
scim_rc_t scim_admin_everyone(scim_op_t *op, scim_op_step_pt next);

/* Revokes the token in hand, `tokens[at]`. */
scim_rc_t scim_admin_revoke(scim_op_t *op, scim_op_step_pt next);

/* The calls' first steps, docs/admin-api.md; the table in scim_op_admin.c leads
 * to them. */
scim_rc_t scim_admin_tenants_list(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_tenants_create(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_tenant_get(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_tenant_patch(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_tenant_delete(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_tokens_list(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_tokens_create(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_token_get(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_token_patch(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_token_rotate(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_token_delete(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_restore(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_export(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_import(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_failures_list(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_failures_clear(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_history(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_resource_history(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_changes(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_dry_run(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_dry_run_clear(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_admin_breaker_release(scim_op_t *op, const redisReply *reply);

#endif /* SCIM_OP_ADMIN_H */
