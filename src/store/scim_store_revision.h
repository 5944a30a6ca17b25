/*
 * The revisions of one resource, as the history has them: what a restore
 * reads.
 */

#ifndef SCIM_STORE_REVISION_H
#define SCIM_STORE_REVISION_H

#include "scim_store.h"

typedef struct {
    uint64_t    version;    /* that the change made */
    scim_str_t  stream;     /* id of the entry in the stream */
    scim_str_t  operation;  /* "create", "update", "delete", "restore",
                               "deactivate", "reactivate" */
    bool        was;        /* the members before it: scim_store_was() */
    scim_str_t  changes;    /* JSON array, as scim_diff_write() makes it */
} scim_store_revision_t;

typedef struct {
    uint64_t               first;       /* the lowest and highest version */
    uint64_t               last;        /* there are, whatever was asked for;
                                           0: there is none */
    bool                   more;        /* below the last one here */
    scim_store_revision_t *revisions;   /* newest first */
    size_t                 nrevisions;
} scim_store_revisions_t;

/* The highest version there can be. */
#define SCIM_STORE_NEWEST  0

/*
 * Revisions of a resource from version `high` (SCIM_STORE_NEWEST: the newest)
 * down to `low`, both included: some of them, in one round trip that is short
 * whatever they hold.
 */
scim_rc_t scim_store_revisions(scim_pool_t *pool, scim_str_t tenant,
    const scim_resource_type_t *type, scim_str_t id, uint64_t low,
    uint64_t high, scim_store_cmd_t *cmd);

/* *out borrows from the reply.  Refused as scim_store_query(). */
scim_rc_t scim_store_revisions_reply(scim_pool_t *pool,
    const redisReply *reply, scim_store_revisions_t *out, scim_error_t *err);

/* The members of a group before a change that was too large to be listed, from
 * the offset-th on, SCIM_STORE_MEMBERS_CHUNK at most; fewer: those are all. */
scim_rc_t scim_store_was(scim_pool_t *pool, scim_str_t tenant,
    scim_str_t stream, size_t offset, scim_store_cmd_t *cmd);

/* *ids borrow from the reply. */
scim_rc_t scim_store_was_reply(scim_pool_t *pool, const redisReply *reply,
    scim_str_t **ids, size_t *n, scim_error_t *err);

#endif /* SCIM_STORE_REVISION_H */
