/*
 * The store: what SCIM needs of Redis, as commands and rows.  This floor is
 * the only place that names a key; docs/data-model.md describes them all.
 *
 * A request of an operation becomes one command (a script, as a rule, so that
 * it is one round trip and atomic), a reply becomes rows.  Sending, waiting and
 * retrying are the driver's.
 *
 * Keys of a tenant begin with "scim:{tenant}:" and so share a cluster slot:
 *
 *   tenant               hash   enabled, created, settings, seq, gen, trimmed
 *   r:TYPE:ID            hash   doc, ver, mod, name
 *   order:TYPE           zset   id by creation sequence
 *   index:TYPE:ATTR      zset   "value NUL id", all of score 0; the value is
 *                               the byte 0xff for a resource without one
 *   members:ID           zset   member id; score 0 a User, 1 a Group: the truth
 *   groups:ID            set    groups that may hold ID: a hint, to be checked
 *                               against members:GROUP when it is read
 *   sorted               set    names of the order: and index: keys there are
 *   op:OPID              string outcome of a commit, for a while
 *   stages               hash   operation id -> what it is preparing
 *   stage:OPID           zset   members prepared for a large change
 *   fixed:OPID           zset   ids that change decides about
 *   trash:OPID           zset   ids whose hints are to be looked at
 *   left:OPID            string where in a was: set such ids are
 *   history              stream one entry per commit
 *   history:TYPE:ID      zset   ids of its entries, scored by version
 *   was:ENTRY            zset   members before a change too large to be listed
 *   parking:GROUP        set    values of members that a group waits for
 *   parked:VALUE         set    the groups that wait for it
 *   parks:OPID           set    values a large change is going to park
 *   breaker              zset   users deprovisioned of late
 *   dryrun               stream what dry runs would have written, as history
 *   tokens               hash   token id -> JSON
 *   failures             stream requests that failed
 *
 * Without a tenant: scim:tenants (set of names), scim:token:SHA256 (hash),
 * scim:failures (stream: requests that failed and whose tenant is not known).
 */

#ifndef SCIM_STORE_H
#define SCIM_STORE_H

#include <hiredis/hiredis.h>

#include "../scim/scim_core.h"
#include "../scim/scim_error.h"
#include "../scim/scim_filter.h"
#include "../scim/scim_json.h"
#include "../scim/scim_members.h"
#include "../scim/scim_policy.h"
#include "../scim/scim_resource.h"
#include "../scim/scim_schema.h"

/* A Lua script compiled in from src/store/scripts/NAME.lua. */
typedef struct {
    const char *name;
    scim_str_t  text;
    const char *sha1;       /* 40 hex digits, for EVALSHA */
} scim_script_t;

/* One command.  With a script, argv are its ARGV and key its only KEYS;
 * without, argv is the whole command.  key tells the cluster slot.  Lives in
 * the pool of the operation that asked for it. */
typedef struct {
    const scim_script_t *script;
    scim_str_t           key;
    scim_str_t          *argv;
    size_t               argc;
    bool                 write;     /* changes something: goes on when the
                                       client has gone away */
} scim_store_cmd_t;

/*
 * The command in RESP: EVALSHA, or EVAL when `eval` is set (after a NOSCRIPT
 * reply).  Written at `to`, where scim_store_size() bytes must have room;
 * returns the end.  hiredis' formatter would print each length by sprintf()
 * into memory of its own, which was a fifth of the instructions of a GET.
 */
size_t scim_store_size(const scim_store_cmd_t *cmd, bool eval);
char *scim_store_format(const scim_store_cmd_t *cmd, bool eval, char *to);

/* Whether the reply says that the script must be sent whole. */
bool scim_store_noscript(const redisReply *reply);

/*
 * What an error reply means to a client: 507 for OOM, 503 with Retry-After for
 * LOADING, READONLY, BUSY, NOAUTH, MASTERDOWN, MISCONF, CLUSTERDOWN, …; 500
 * otherwise.  SCIM_OK if it is no error reply.  A missing reply is 503.
 */
scim_rc_t scim_store_error(const redisReply *reply, scim_error_t *err);

/* Whether a script has refused because the tenant's settings are of another
 * generation than the command goes by. */
bool scim_store_stale(const redisReply *reply);

/* What a tenant that is not there, or is switched off, means to a client: 404,
 * 403. */
scim_rc_t scim_store_tenant_refuse(bool there, scim_error_t *err);

/* The generation of settings that nobody has ever changed: there are none. */
#define SCIM_STORE_GEN  "0"

/* Tenant and resource ids as keys hold them: 1 to 64 of [A-Za-z0-9._-]. */
bool scim_store_name_valid(scim_str_t name);


/* --- reading ------------------------------------------------------------ */

typedef struct {
    scim_str_t attr;        /* index name: the full attribute name */
    scim_str_t min;         /* ZRANGEBYLEX bounds, with their '[' or '(' … */
    scim_str_t max;
} scim_store_range_t;

typedef enum {
    SCIM_STORE_IDS = 0,     /* these ids, in that order */
    SCIM_STORE_LIST,        /* all, in creation order */
    SCIM_STORE_INDEX,       /* ranges[0], in the order of the index */
    SCIM_STORE_RANGES,      /* union of index ranges, in creation order */
    SCIM_STORE_MEMBER_OF,   /* resources that are direct members of ids[0] */
    SCIM_STORE_HOLDING      /* groups that directly hold ids[0] */
} scim_store_source_e;

typedef struct {
    const scim_resource_type_t *type;
    scim_str_t                  generation; /* of the settings that the asker
                                               goes by; absent: any.  Another
                                               one: scim_store_stale() */
    scim_store_source_e         source;
    const scim_str_t           *ids;
    size_t                      nids;
    const scim_store_range_t   *ranges;
    size_t                      nranges;
    scim_str_t                  after;      /* rows behind this position;
                                               absent: from the first. Not with
                                               an offset */
    bool                        back;       /* from the last one backwards */
    size_t                      offset;     /* rows to pass over */
    size_t                      count;      /* rows wanted, 0: only the total */
    size_t                      scan_limit; /* RANGES, MEMBER_OF, HOLDING: with
                                               more candidates SCIM_REFUSED,
                                               tooMany */
    bool                        relations;  /* members or groups, as the type
                                               has them */
    const scim_str_t           *probe;      /* or only these members, as far as
                                               they are some */
    size_t                      nprobe;
} scim_store_query_t;

/* Members one query brings with each row, and no more than ten times that with
 * all of them; the rest, from nrelations on, by scim_store_members(). */
#define SCIM_STORE_MEMBERS_CHUNK  1000

typedef struct {
    scim_row_t *rows;
    size_t     *members_total;      /* per row: how many there are in all; more
                                       than nrelations: ask for the rest */
    scim_str_t *positions;          /* per row: where it stands, for `after` */
    size_t      nrows;
    size_t      total;              /* of the source, before offset and count */
    scim_str_t  next;               /* to go on after, even if rows are fewer
                                       than wanted; empty: that is all */
} scim_store_page_t;

/*
 * One round trip.  The reply's rows borrow the reply's memory: they are valid
 * until the reply is freed.  Ids that do not exist give no row and do not
 * count in `total`.  Of groups a row has 1,000 at most, direct ones first.
 * SCIM_NONE: all of an index was asked for, but it lacks resources from before
 * it was there.
 *
 * Refused: 403 tenant switched off, 404 no such tenant, 400 tooMany, and all
 * of scim_store_error().
 */
scim_rc_t scim_store_query(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_query_t *query, scim_store_cmd_t *cmd);
scim_rc_t scim_store_query_reply(scim_pool_t *pool,
    const scim_store_query_t *query, const redisReply *reply,
    scim_store_page_t *page, scim_error_t *err);

/* Members of a group behind the `offset` read already, of which `last` was the
 * last (empty: none), SCIM_STORE_MEMBERS_CHUNK at most. */
scim_rc_t scim_store_members(scim_pool_t *pool, scim_str_t tenant,
    scim_str_t id, scim_str_t last, size_t offset, scim_store_cmd_t *cmd);
scim_rc_t scim_store_members_reply(scim_pool_t *pool, const redisReply *reply,
    const scim_relation_t **relations, size_t *n, scim_error_t *err);


/* --- writing ------------------------------------------------------------ */

typedef enum {
    SCIM_STORE_CREATE = 0,
    SCIM_STORE_UPDATE,
    SCIM_STORE_DELETE
} scim_store_verb_e;

typedef struct {
    scim_str_t attr;        /* full attribute name */
    scim_str_t value;       /* scim_value_key() */
    bool       unique;      /* no other resource of the type may have it */
    bool       late;        /* as its index */
} scim_index_entry_t;

/*
 * What a change of members needs before the commit: one of a few ids nothing;
 * a large one is prepared by calls of scim_store_stage(), so that no call holds
 * Redis for long, and the commit puts it in force.
 */
typedef enum {
    SCIM_STAGE_NONE = 0,
    SCIM_STAGE_MERGE,       /* additions; the commit adds them */
    SCIM_STAGE_WHOLE,       /* all members there are to be */
    SCIM_STAGE_COPY         /* a copy of the present members, changed */
} scim_store_stage_e;

/* Who a change is by and where it comes from, for the history. */
typedef struct {
    scim_str_t  actor;
    scim_str_t  address;    /* of the client */
    scim_str_t  request;    /* id of the request, as in the access log */
    scim_str_t  token;      /* id of the token; empty: none */
} scim_origin_t;

/* The entry a commit makes in the history.  Changes of members, and who a
 * deleted one takes leave of, are the script's to tell. */
typedef struct {
    scim_str_t     operation;   /* create, update, delete, restore,
                                   deactivate, reactivate */
    scim_origin_t  origin;
    scim_str_t     changes;     /* scim_diff_write(); empty: none */
    uint64_t       keep_count;  /* entries the history keeps; 0: any number */
    uint64_t       keep_age;    /* seconds it keeps them; 0: for good */
} scim_store_event_t;

/* How many users may be deprovisioned before further ones are held. */
typedef struct {
    uint64_t count;         /* 0: any number */
    uint64_t percent;       /* of the tenant's users, but 5 in any case; 0: any
                               number */
    uint64_t window;        /* seconds within which; from 1 */
} scim_store_breaker_t;

/* The default group, as it is made if there is none of the name. */
typedef struct {
    scim_str_t                id;
    scim_str_t                doc;
    scim_str_t                display;
    scim_str_t                changes;  /* scim_diff_write(); empty: none */
    const scim_index_entry_t *entries;
    size_t                    nentries;
} scim_store_group_t;

typedef struct {
    scim_store_verb_e           verb;
    const scim_resource_type_t *type;
    scim_str_t                  id;
    scim_str_t                  op_id;      /* random; makes a retry safe */
    uint64_t                    expected;   /* version read, which `remove`
                                               comes from; 0: any, for changes
                                               of members alone.  CREATE: the
                                               version of a resource that was
                                               deleted, which this follows */
    scim_str_t                  generation; /* of the tenant's settings, for
                                               the store to refuse what goes by
                                               others; absent: any */
    scim_str_t                  doc;        /* canonical JSON; absent: as is */
    scim_str_t                  display;    /* with doc */
    scim_str_t                  modified;   /* dateTime text */
    const scim_index_entry_t   *add;        /* entries new in doc */
    size_t                      nadd;
    const scim_index_entry_t   *remove;     /* entries no longer in doc */
    size_t                      nremove;
    const scim_members_t       *members;    /* or NULL */
    scim_missing_e              missing;    /* members that do not exist */
    scim_str_t                  everyone;   /* index value of the default
                                               group's displayName.  The user
                                               joins that group; or it is this
                                               group that no member may leave
                                               if it is that one.  Empty:
                                               neither */
    const scim_store_group_t   *fallback;   /* made if there is none for the
                                               user to join; NULL: he joins
                                               none then */
    const scim_store_event_t   *event;      /* NULL: no history */
    const scim_store_breaker_t *breaker;    /* the commit deprovisions a user,
                                               and this limits it; else NULL */
    bool                        dry;        /* nothing is written but the event
                                               to the stream of dry runs;
                                               members need not exist */
    scim_store_stage_e          stage;      /* how op_id has staged them */
    size_t                      staged;     /* ids its stage has taken */
} scim_store_commit_t;

typedef enum {
    SCIM_COMMITTED = 0,     /* version is the new one, or, if nothing had to
                               change, the present one (changed false) */
    SCIM_COMMIT_GONE,       /* no such resource */
    SCIM_COMMIT_CONFLICT,   /* version is not `expected`; version says which.
                               CREATE: the id is in use */
    SCIM_COMMIT_TAKEN,      /* attr, value: of the entry another one has */
    SCIM_COMMIT_NO_MEMBER,  /* member: the id that does not exist */
    SCIM_COMMIT_RESTAGE,    /* the stage is not whole (any more): stage anew */
    SCIM_COMMIT_KEPT,       /* `everyone`: members would leave that group */
    SCIM_COMMIT_CROWD       /* member: the value that cannot be parked, because
                               SCIM_STORE_PARKED are, or SCIM_STORE_PARKERS
                               have */
} scim_store_outcome_e;

/* So many values of members may be parked by a group, and so many groups may
 * park one value (scripts/parts/parked.lua). */
#define SCIM_STORE_PARKED   1000
#define SCIM_STORE_PARKERS  500

typedef struct {
    scim_store_outcome_e outcome;
    uint64_t             version;
    bool                 changed;
    size_t               dropped;   /* by scim_store_stage(): ids left out */
    bool                 sweep;     /* call scim_store_sweep() */
    scim_str_t           modified;  /* of the resource as it now stands */
    scim_str_t           attr;      /* copied into the pool, as the next two */
    scim_str_t           value;
    scim_str_t           member;
    scim_relation_t     *joined;    /* groups that the commit has put the
                                       resource into by itself, in the pool */
    size_t               njoined;
    bool                 nested;    /* one of them may be in other groups */
} scim_store_committed_t;

/* One round trip, all or nothing.  Refused as scim_store_query(), and 503, with
 * an hour to wait, what the breaker holds. */
scim_rc_t scim_store_commit(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_commit_t *commit, scim_store_cmd_t *cmd);
scim_rc_t scim_store_commit_reply(scim_pool_t *pool, const redisReply *reply,
    scim_store_committed_t *out, scim_error_t *err);

/* Ids of members that a dry run names.  Of a change of more it tells how many
 * there are: stage is SCIM_STAGE_WHOLE then, though nothing is staged. */
#define SCIM_STORE_DRY_IDS  4000

/* Ids one call stages or sweeps. */
#define SCIM_STORE_STAGE_CHUNK  1000

/* How a change of so many members is to be staged. */
scim_store_stage_e scim_store_stage_kind(bool create, bool replaces,
    size_t nadd, size_t nremove);

typedef enum {
    SCIM_STAGE_ADD = 0,     /* ids that are to be members */
    SCIM_STAGE_REMOVE,      /* ids that are to be none: SCIM_STAGE_COPY */
    SCIM_STAGE_TAKE         /* present members, from cursor: SCIM_STAGE_COPY */
} scim_store_step_e;

typedef struct {
    const scim_store_commit_t *commit;  /* verb, id, op_id, stage, missing and
                                           generation */
    bool                       first;   /* begins anew */
    scim_store_step_e          step;    /* in this order */
    uint64_t                   cursor;
    const scim_str_t          *ids;
    size_t                     n;       /* SCIM_STORE_STAGE_CHUNK at most */
} scim_store_stage_t;

/*
 * One round trip, seen by no reader.  The outcome is SCIM_COMMITTED, GONE,
 * NO_MEMBER or RESTAGE; version is the cursor to go on with, 0 at the end.  An
 * operation that does not come to a commit of its stage calls
 * scim_store_sweep(); what is left of one that was cut off expires.
 */
scim_rc_t scim_store_stage(scim_pool_t *pool, scim_str_t tenant,
    const scim_store_stage_t *stage, scim_store_cmd_t *cmd);

/* Takes back hints a change has left, a chunk of them; `more` says whether to
 * call again.  Not needed for what readers see. */
scim_rc_t scim_store_sweep(scim_pool_t *pool, scim_str_t tenant,
    scim_str_t op_id, scim_str_t group, scim_store_cmd_t *cmd);
scim_rc_t scim_store_sweep_reply(const redisReply *reply, bool *more,
    scim_error_t *err);

/*
 * Which attributes are indexed, and the entries of a document.  The list is
 * made at configuration time; `unique` follows the schema, groups' displayName
 * by setting.
 */
typedef struct {
    scim_attr_path_t path;
    scim_str_t       name;      /* full name: the index's */
    bool             unique;
    bool             late;      /* a configuration's own: there may be
                                   resources from before, so that each write
                                   puts all of its entries there */
    bool             sorts;     /* one value at most: its order is that of the
                                   resources, those without value last */
} scim_index_t;

typedef struct {
    const scim_resource_type_t *type;
    scim_index_t               *indexes;
    size_t                      nindexes;
} scim_indexes_t;

/* Default set: userName, externalId, displayName, emails.value, those of them
 * that the type has, and what its schemas declare unique.  unique_display
 * concerns types with members only. */
scim_rc_t scim_store_indexes(scim_pool_t *pool,
    const scim_resource_type_t *type, bool unique_display,
    scim_indexes_t *out);

/* One more, unless there is one already.  SCIM_NONE: the type has no such
 * attribute.  Refused: one whose values no index can hold. */
scim_rc_t scim_store_indexes_add(scim_pool_t *pool, scim_indexes_t *indexes,
    scim_str_t path, scim_error_t *err);
const scim_index_t *scim_store_index(const scim_indexes_t *indexes,
    const scim_attr_path_t *path);

/* Entries of a canonical document (NULL: none), no two alike, sorted by
 * attribute and value: scim_store_entries_diff() relies on it. */
scim_rc_t scim_store_entries(scim_pool_t *pool, const scim_indexes_t *indexes,
    const scim_json_t *doc, scim_index_entry_t **out, size_t *n);

/* What of the old entries is not in the new ones, and the other way round;
 * what is late is always added. */
scim_rc_t scim_store_entries_diff(scim_pool_t *pool,
    const scim_index_entry_t *old, size_t nold,
    const scim_index_entry_t *new, size_t nnew,
    const scim_index_entry_t **add, size_t *nadd,
    const scim_index_entry_t **remove, size_t *nremove);

/* What a resource without value has in an index: greater than any value, for
 * no UTF-8 text has that byte. */
#define SCIM_STORE_MISSING  "\xff"

/* Of the values of a canonical document that which has the entry, as it stands
 * there: an index has it in another form.  NULL: none. */
scim_rc_t scim_store_entry_value(scim_pool_t *pool,
    const scim_indexes_t *indexes, const scim_json_t *doc, scim_str_t attr,
    scim_str_t value, const scim_json_t **out);

/* A range of all there is in an index, and its order the resources'. */
scim_store_range_t scim_store_range_all(const scim_index_t *index);

/* Bounds for values equal to (EQ), beginning with (SW), or ordered against
 * (GT, GE, LT, LE) key; SCIM_NONE for an operator that is no range. */
scim_rc_t scim_store_range(scim_pool_t *pool, const scim_index_t *index,
    scim_filter_op_e op, scim_str_t key, scim_store_range_t *out);

#endif /* SCIM_STORE_H */
