/*
 * Short ways to a tenant "t" with users and groups in the private Redis, for
 * the tests of the store.
 */

#ifndef UNIT_STORE_H
#define UNIT_STORE_H

#include "store/scim_store.h"
#include "store/scim_store_token.h"

#include "unit.h"
#include "unit_redis.h"

/* The pool of the running test, made by setup, gone with teardown; setup also
 * leaves an otherwise empty Redis with the tenant. */
extern scim_pool_t *unit_pool;

int unit_store_setup(void **state);
int unit_store_teardown(void **state);

/* Sends a command and reads its reply with the function of the name. */
scim_store_committed_t unit_commit(const scim_store_commit_t *commit);
scim_rc_t unit_try_commit(const scim_store_commit_t *commit,
    scim_store_committed_t *out, scim_error_t *err);

/* The rows' memory lives in unit_pool's cleanup. */
scim_store_page_t unit_query(const scim_store_query_t *query);
scim_rc_t unit_try_query(const scim_store_query_t *query,
    scim_store_page_t *page, scim_error_t *err);

/* A user or group with {"id":"ID"} as document and a displayName entry. */
void unit_make(const char *type, const char *id, const char *name);
void unit_delete(const char *type, const char *id, const char *name);

/* Changes members: "+a -b" adds a and removes b, "=a b" replaces. */
scim_store_committed_t unit_members(const char *group, const char *change);

/* A plain command; the integer, or the length of an array. */
long long unit_redis_int(const char *format, ...);

/* Rows as text: "total:id id(rel rel)"; a relation is "id", "id*" if it is
 * indirect, with "=display" if it has one. */
const char *unit_page(const scim_store_page_t *page);

#endif /* UNIT_STORE_H */
