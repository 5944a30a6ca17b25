/*
 * Requests that failed, of a tenant or of none, in a stream of bounded length:
 * what an administrator looks at first.
 */

#ifndef SCIM_STORE_FAILURE_H
#define SCIM_STORE_FAILURE_H

#include "scim_store.h"

/* How many are kept in each stream, about: the oldest go in blocks. */
#define SCIM_STORE_FAILURES  1000

/* Text is UTF-8; what is not known is absent or empty. */
typedef struct {
    scim_str_t tenant;      /* as the request has it, there or not */
    scim_str_t method;
    scim_str_t path;        /* with the query */
    scim_str_t status;      /* digits */
    scim_str_t type;        /* scimType */
    scim_str_t detail;
    scim_str_t request;     /* id of the request, as in the access log */
    scim_str_t token;       /* id of the token */
    scim_str_t address;     /* of the client */
    scim_str_t agent;       /* the client's User-Agent */

    scim_str_t id;          /* place in the stream; the store gives it */
    uint64_t   time;        /* ms since the epoch, by Redis' clock */
} scim_failure_t;

/* Adds it to the tenant's; tenant empty: to those of none. */
scim_rc_t scim_store_failure_add(scim_pool_t *pool, scim_str_t tenant,
    const scim_failure_t *failure, scim_store_cmd_t *cmd);

/* SCIM_NONE: there is no such tenant, nothing was noted. */
scim_rc_t scim_store_failure_add_reply(const redisReply *reply,
    scim_error_t *err);

/* Up to `count` of a tenant's (empty: of those without), newest first, those
 * before the place `before` (absent: from the newest).  The tenant's being
 * there is not looked at. */
scim_rc_t scim_store_failures(scim_pool_t *pool, scim_str_t tenant,
    scim_str_t before, size_t count, scim_store_cmd_t *cmd);

/* The texts are the reply's memory. */
scim_rc_t scim_store_failures_reply(scim_pool_t *pool,
    const redisReply *reply, scim_failure_t **failures, size_t *n,
    scim_error_t *err);

/* Forgets them all; any reply but an error is fine. */
scim_rc_t scim_store_failures_clear(scim_pool_t *pool, scim_str_t tenant,
    scim_store_cmd_t *cmd);

#endif /* SCIM_STORE_FAILURE_H */
