/*
 * The history in the store, as it is read: backwards with conditions, forwards
 * as a feed of changes.  docs/data-model.md says how an entry is kept.
 *
 * An entry is named by its place in the tenant's stream, "MS-NUMBER".  The
 * first part is the time of the commit by Redis' clock, so that times, places
 * and the order of commits never contradict each other.
 */

#ifndef SCIM_STORE_HISTORY_H
#define SCIM_STORE_HISTORY_H

#include "scim_store.h"

/* Strings borrow the reply's memory; what has no value is empty. */
typedef struct {
    scim_str_t id;
    uint64_t   time;        /* ms since the epoch, of id */
    scim_str_t operation;   /* create, update, delete, restore,
                               deactivate, reactivate */
    scim_str_t type;        /* of the resource: its name */
    scim_str_t resource;    /* id */
    scim_str_t name;        /* display name at that time */
    uint64_t   version;     /* that the commit made */
    scim_str_t modified;    /* meta.lastModified that it made */
    scim_str_t actor;
    scim_str_t address;
    scim_str_t request;
    scim_str_t token;
    scim_str_t changes;     /* a JSON array (scim_diff.h; and members) */
    bool       members_kept;    /* the old set of members is not in changes:
                                   it is the key was:ID */
} scim_store_entry_t;

/* A place in a stream as text and back; false: it is none. */
bool scim_store_place_valid(scim_str_t id);


/* --- backwards ----------------------------------------------------------- */

typedef enum {
    SCIM_STORE_HISTORY = 0,
    SCIM_STORE_DRY_RUN          /* what would have been written */
} scim_store_stream_e;

/* So many entries are looked at in one call, so that Redis is not held. */
#define SCIM_STORE_HISTORY_LOOK  500

/* A condition that is empty or absent holds for all. */
typedef struct {
    scim_store_stream_e stream;
    scim_str_t          after;      /* older than this entry */
    uint64_t            from;       /* ms since the epoch; 0: any */
    uint64_t            to;         /* ms, that one too; 0: any */
    uint64_t            age;        /* seconds: nothing older, unless the tenant
                                       has a setting; 0: any */
    scim_str_t          type;
    scim_str_t          actor;
    scim_str_t          operation;
    scim_str_t          resource;   /* its own entries alone are looked at */
    const scim_str_t   *types;      /* with resource: that it may be of; not
                                       with `type`, which says it alone */
    size_t              ntypes;
    size_t              count;      /* entries wanted, from 1 */
} scim_store_history_t;

typedef struct {
    scim_store_entry_t *entries;    /* newest first; borrowed from the reply */
    size_t              n;
    scim_str_t          next;       /* `after` to go on with, also when there
                                       was nothing; empty: that is all */
    bool                known;      /* with resource: it has a history, or
                                       exists */
} scim_store_history_page_t;

/*
 * One round trip, whether the tenant is switched on or off.  A call ends after
 * `count` entries, after SCIM_STORE_HISTORY_LOOK that it looked at, or after
 * about half a megabyte of them.  With `resource` the cost is that of its own
 * entries, else that of those in the range.  `stream` DRY_RUN has no places of
 * single resources: `resource` is a condition there.
 *
 * Refused: 404 no such tenant, and all of scim_store_error().
 */
scim_rc_t scim_store_history(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_history_t *history, scim_store_cmd_t *cmd);
scim_rc_t scim_store_history_reply(scim_pool_t *pool,
    const redisReply *reply, scim_store_history_page_t *page,
    scim_error_t *err);

/* Forgets all entries of dry runs; the reply says nothing but
 * scim_store_error(). */
scim_rc_t scim_store_dry_run_clear(scim_pool_t *pool, scim_str_t tenant,
    scim_store_cmd_t *cmd);


/* --- forwards ------------------------------------------------------------ */

typedef struct {
    bool       off;         /* also of a tenant that is switched off */
    scim_str_t after;       /* newer than this entry; absent: from the oldest
                               that is kept */
    uint64_t   created;     /* with after: when the tenant was made that the
                               entry is of */
    uint64_t   age;         /* as above */
    size_t     count;       /* 0: only where the end is */
} scim_store_feed_t;

typedef enum {
    SCIM_FEED_OK = 0,
    SCIM_FEED_BEHIND,       /* changes after `after` have no entries (any
                             * more) */
    SCIM_FEED_LOST,         /* Redis does not know that entry, though it should:
                               a fail-over has lost it */
    SCIM_FEED_ANEW          /* it is of an earlier tenant of that name */
} scim_store_feed_e;

typedef struct {
    scim_store_feed_e   state;
    scim_store_entry_t *entries;    /* oldest first; borrowed from the reply */
    size_t              n;
    bool                more;       /* there are newer ones */
    scim_str_t          tip;        /* the newest entry there ever was: what
                                       scim_store_tip() says; "0-0": none */
    uint64_t            created;    /* the tenant */
} scim_store_feed_page_t;

/*
 * One round trip; it ends early after SCIM_STORE_HISTORY_LOOK entries or about
 * half a megabyte of them, with at least one.  Refused: 404 no such tenant, 403
 * switched off, and all of scim_store_error().
 */
scim_rc_t scim_store_feed(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_feed_t *feed, scim_store_cmd_t *cmd);
scim_rc_t scim_store_feed_reply(scim_pool_t *pool, const redisReply *reply,
    scim_store_feed_page_t *page, scim_error_t *err);

/*
 * Where the feed of a tenant ends, for those who wait for news: the id of the
 * newest entry, borrowed from the reply, "0-0" when there was none yet.  O(1).
 * It is news when it is another one than before, also a smaller one.  Refused
 * as scim_store_feed(), also for a tenant that is switched off unless `off`.
 */
scim_rc_t scim_store_tip(scim_pool_t *pool, scim_str_t tenant, bool off,
    scim_store_cmd_t *cmd);
scim_rc_t scim_store_tip_reply(const redisReply *reply, scim_str_t *tip,
    scim_error_t *err);

#endif /* SCIM_STORE_HISTORY_H */
