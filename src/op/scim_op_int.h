/*
 * What the operations share among themselves: how a step asks for a command
 * and how it ends with an error.
 *
 * A step is a function that is called with the reply to the command the step
 * before it asked for (the first with NULL), and returns what scim_op_run()
 * returns.
 */

#ifndef SCIM_OP_INT_H
#define SCIM_OP_INT_H

#include "scim_op.h"

typedef scim_rc_t (*scim_op_step_pt)(scim_op_t *op, const redisReply *reply);

/* An operation whose first step is `first`; NULL: no memory. */
scim_op_t *scim_op_create_op(scim_pool_t *pool, const scim_op_env_t *env,
    scim_op_step_pt first);

/* Waits for the reply to op->cmd in `next`; rc is what the maker of the
 * command returned. */
scim_rc_t scim_op_ask(scim_op_t *op, scim_rc_t rc, scim_op_step_pt next);

/*
 * The same for a query, which the store refuses when the tenant's settings are
 * not those the operation goes by any more: then it begins anew.
 */
scim_rc_t scim_op_query(scim_op_t *op, scim_pool_t *pool,
    scim_store_query_t *query, scim_op_step_pt next);

/*
 * Makes op go by its tenant's settings (scim_op_settings.c): op->policy is
 * theirs from `first` on.  Its commands carry op->gen; on "stale", and before
 * an error that was decided when the store had seen no such command yet, the
 * settings are read anew, and if they are others the operation begins again at
 * `first`, with op->request as it is now.  What has had effects, and must not
 * be done again, sets op->gen to absent.
 */
void scim_op_follow(scim_op_t *op, scim_op_step_pt first);

/* A step: what scim_op_run() and scim_op_reply() have in common. */
scim_rc_t scim_op_step(scim_op_t *op, const redisReply *reply);

/* Whether this client sees groups. */
bool scim_op_groups(const scim_op_t *op);

/* Whether what this client writes is only rehearsed. */
bool scim_op_dry(const scim_op_t *op);

/* Ends with what a floor below returned and said. */
scim_rc_t scim_op_stop(scim_op_t *op, scim_rc_t rc, const scim_error_t *err);

/* Ends with an error of the operation's own. */
scim_rc_t scim_op_error(scim_op_t *op, int status, scim_error_type_e type,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* 404 for op->request.id. */
scim_rc_t scim_op_not_found(scim_op_t *op);

/* 405, saying what is allowed. */
scim_rc_t scim_op_not_allowed(scim_op_t *op, const char *allow);

/* 412: the resource is at another version than those headers want; the advice
 * ends the detail. */
scim_rc_t scim_op_other_version(scim_op_t *op, uint64_t version,
    const char *headers, const char *advice);

/* 400 when the request has no body. */
scim_rc_t scim_op_no_body(scim_op_t *op);

/* "BASE/ENDPOINT/ID": where the resource lies. */
scim_rc_t scim_op_url(const scim_op_t *op, const scim_resource_type_t *type,
    scim_str_t id, scim_str_t *url);

/* SCIM_OK, with the body in op->result. */
scim_rc_t scim_op_body(scim_op_t *op, int status, const scim_buf_t *buf);

/* The type's place in the configuration; that of the request's. */
const scim_indexes_t *scim_op_indexes_of(const scim_op_t *op,
    const scim_resource_type_t *type);
const scim_indexes_t *scim_op_indexes(const scim_op_t *op);

/* A query for op->request.id alone. */
void scim_op_query_one(const scim_op_t *op, bool relations,
    scim_store_query_t *query);

/* An operation with parts.  They live in pools of their own. */
struct scim_op_many_s {
    /* The next part whose command is to be sent; NULL: none. */
    scim_op_t *(*asker)(scim_op_t *op);

    /* What a reply has made of a part; returns what is to be said of the
     * whole. */
    scim_rc_t  (*answered)(scim_op_t *op, scim_op_t *part, scim_rc_t rc);

    /* No part that has not begun is to begin. */
    void       (*leave)(scim_op_t *op);
};

/* The first steps, one per operation. */
scim_rc_t scim_op_create(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_read(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_list(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_search(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_me(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_replace(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_patch(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_delete(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_discovery(scim_op_t *op, const redisReply *reply);
scim_rc_t scim_op_bulk(scim_op_t *op, const redisReply *reply);

/* The first step where env->tenant is none: it comes from the gate, so that
 * nobody has let the request in.  (Discovery tells the same to everybody.) */
scim_rc_t scim_op_refuse_tenant(scim_op_t *op, const redisReply *reply);

#endif /* SCIM_OP_INT_H */
