/*
 * Operations: one SCIM request (or one call of the gate or the admin API) as
 * a state machine without I/O.
 *
 *     op = scim_op_start(…);
 *     rc = scim_op_run(op);
 *     while (rc == SCIM_AGAIN) {
 *         reply = … send op->cmd, wait …
 *         rc = scim_op_reply(op, reply);      (reply may be freed now)
 *     }
 *     op->result is the answer.
 *
 * The nginx driver does this in its event loop, the unit tests with a
 * blocking connection.  An operation lives in its pool and needs no end.
 *
 * An operation that runs others (a bulk) asks for several commands at once,
 * so that a driver sends what each of its askers wants; an operation without
 * parts is its own only asker:
 *
 *     rc = scim_op_run(op);
 *     while (rc == SCIM_AGAIN) {
 *         for (asker = NULL; (asker = scim_op_asker(op, asker)) != NULL; ) {
 *             send asker->cmd
 *         }
 *         wait for a reply to any of them
 *         rc = scim_op_reply(asker, reply);   (asker may be gone now)
 *     }
 *
 * An operation whose answer is long gives it in pieces.  op->piece, when it is
 * there after SCIM_AGAIN, is to be sent, and when the client has taken it, in
 * a later turn of the event loop, scim_op_taken() leads on; until then an
 * operation without parts asks for nothing.  The last piece is op->result,
 * after SCIM_OK; an error there means that the answer is cut off.
 */

#ifndef SCIM_OP_H
#define SCIM_OP_H

#include "../scim/scim_core.h"
#include "../scim/scim_error.h"
#include "../scim/scim_json.h"
#include "../scim/scim_patch.h"
#include "../scim/scim_policy.h"
#include "../scim/scim_schema.h"
#include "../store/scim_store.h"
#include "../store/scim_store_token.h"

/* What a configuration gives to every operation: made once, shared. */
typedef struct {
    const scim_schemas_t *schemas;
    scim_indexes_t       *indexes;      /* one per resource type, in the
                                           order of scim_schemas_type_at() */
    size_t                default_count;
    size_t                max_count;
    size_t                scan_limit;   /* resources read for a filter that no
                                           index serves */
    scim_policy_t         policy;       /* where a tenant has none of its own */
    bool                  deep;         /* bodies may be deeper than documents
                                           that are read back: nothing unknown
                                           can be kept */
    unsigned              cursor_timeout;   /* seconds */
    size_t                bulk_operations;  /* in one bulk; 0: no bulks */
    size_t                bulk_payload;     /* bytes of its body: announced
                                               here, checked by the driver */
} scim_op_conf_t;

/*
 * The settings of a tenant over the policy of a configuration, as they were
 * in one generation.  Shared by reference count among the operations that go
 * by them and a cache; read-only.
 */
typedef struct {
    scim_pool_t          *pool;     /* its own; all below lives there */
    unsigned              refs;
    const scim_op_conf_t *conf;
    scim_str_t            tenant;
    scim_str_t            gen;
    scim_policy_t         policy;
} scim_settings_t;

/* One reference more; one less, and the settings go with the last. */
void scim_settings_hold(scim_settings_t *settings);
void scim_settings_release(scim_settings_t *settings);

/*
 * Where operations find the settings that others before them have read: none
 * needs to be there, and none needs to be true still, as the store is asked in
 * the same commands that read and write.
 */
typedef struct {
    /* Those of the tenant under the configuration, not held; or NULL. */
    scim_settings_t *(*find)(void *data, const scim_op_conf_t *conf,
        scim_str_t tenant);

    /* In the place of those that are there; holds them if it keeps them. */
    void             (*keep)(void *data, scim_settings_t *settings);
    void              *data;
} scim_settings_cache_t;

/* What comes from outside with each request. */
typedef struct {
    const scim_op_conf_t *conf;
    const scim_settings_cache_t *settings;  /* NULL: each operation reads its
                                               tenant's, if there are any */
    scim_str_t            tenant;
    scim_str_t            base;         /* base URL, no slash at the end */
    scim_str_t            me;           /* id of the user behind the request;
                                           empty: none, or not known */
    scim_origin_t         origin;
    bool                  admin;        /* an administrator, to whom policies
                                           for identity providers yield */
    uint64_t              now;          /* ms since the epoch */
    void                (*random)(void *data, uint8_t *buf, size_t len);
    void                 *random_data;
} scim_op_env_t;

typedef enum {
    SCIM_GET = 0,
    SCIM_POST,
    SCIM_PUT,
    SCIM_PATCH,
    SCIM_DELETE,
    SCIM_HEAD,
    SCIM_OTHER
} scim_method_e;

/* A request as the mapper (scim_request.h) reads it from a URL. */
typedef enum {
    SCIM_TARGET_COLLECTION = 0,     /* /Users */
    SCIM_TARGET_RESOURCE,           /* /Users/ID */
    SCIM_TARGET_SEARCH,             /* /Users/.search */
    SCIM_TARGET_ME,                 /* /Me */
    SCIM_TARGET_ROOT,               /* / : all types */
    SCIM_TARGET_ROOT_SEARCH,        /* /.search */
    SCIM_TARGET_CONFIG,             /* /ServiceProviderConfig */
    SCIM_TARGET_TYPES,              /* /ResourceTypes[/NAME] */
    SCIM_TARGET_SCHEMAS,            /* /Schemas[/URN] */
    SCIM_TARGET_BULK                /* /Bulk */
} scim_target_e;

typedef struct {
    scim_method_e               method;
    scim_target_e               target;
    const scim_resource_type_t *type;       /* NULL: none, or all */
    scim_str_t                  id;         /* or name, or URN */
    scim_str_t                  filter;     /* decoded; absent: none */
    scim_str_t                  attributes;
    scim_str_t                  excluded;
    scim_str_t                  start_index;    /* as text: checked later */
    scim_str_t                  count;
    scim_str_t                  sort_by;
    scim_str_t                  sort_order;
    scim_str_t                  cursor;         /* empty: the first page */
    scim_str_t                  if_match;
    scim_str_t                  if_none_match;
    scim_str_t                  created;    /* dateTime text, of a resource
                                               that was made elsewhere; empty:
                                               it is made now */
    scim_missing_e              missing;    /* members that do not exist */
    const scim_json_t          *body;       /* NULL: none */
    bool                        brief;      /* part of a bulk: a resource in
                                               the answer is not wanted */
    bool                        import;     /* a line of an import, which has
                                               the groups as well */
    bool                        undo;       /* DELETE of what this bulk has
                                               made: it goes, also where a
                                               DELETE deactivates */
} scim_request_t;

/* A body that an operation reads itself, line by line, and a clock for as long
 * as that takes.  Neither is used any more after scim_op_leave(). */
typedef struct {
    /* Puts up to cap bytes into buf; *n 0: the end.  Refused: it cannot be
     * read. */
    scim_rc_t (*read)(void *data, char *buf, size_t cap, size_t *n,
                      scim_error_t *err);
    uint64_t  (*now)(void *data);       /* ms since the epoch */
    void       *data;
    size_t      max_line;               /* bytes */
    unsigned    max_depth;
} scim_op_input_t;

/* The reader of a feed would rather wait than have an answer without news. */
typedef struct {
    scim_str_t tenant;      /* whose feed */
    scim_str_t tip;         /* as long as this is what scim_store_tip() says
                               there is nothing new; then the same operation
                               again */
    size_t     seconds;     /* at most, from 1 */
} scim_wait_t;

/* The answer.  Strings live in the operation's pool or are literals. */
typedef struct {
    int          status;
    scim_str_t   body;          /* empty: none (204, 304) */
    scim_str_t   location;      /* header; absent: none */
    char         etag[SCIM_ETAG_LEN + 1];   /* header; "": none */
    const char  *media;         /* Content-Type; NULL: as `choice` says */
    const char  *allow;         /* 405: header */
    unsigned     retry_after;
    bool         partly;        /* a bulk: some of its operations failed, as
                                   the body says */
    scim_str_t   id;            /* resource concerned, for the log */
    scim_error_type_e type;     /* scimType of an error, for the log */
    bool         dry_run;       /* what the tenant's clients write is only
                                   rehearsed */
    scim_media_e choice;        /* the tenant's; UNSET: as its location has
                                   it */
    const scim_wait_t *wait;    /* this answer may be kept so long; NULL: it
                                   is awaited now */
} scim_result_t;

typedef struct scim_op_s scim_op_t;
typedef struct scim_op_many_s scim_op_many_t;

struct scim_op_s {
    scim_pool_t         *pool;
    const scim_op_env_t *env;
    const scim_policy_t *policy;        /* the tenant's */
    scim_str_t           gen;           /* of the settings the policy is from,
                                           for the store to check; absent: it
                                           does not matter any more */
    scim_request_t       request;
    scim_store_cmd_t     cmd;           /* when SCIM_AGAIN */
    scim_str_t           piece;         /* when SCIM_AGAIN: of the answer, may
                                           be empty; absent: none */
    scim_result_t        result;        /* when SCIM_OK */
    const scim_op_input_t *input;       /* set by the driver before the run,
                                           if scim_op_admin_lines() */

    /* the rest belongs to the operation */
    scim_rc_t          (*resume)(scim_op_t *op, const redisReply *reply);
    scim_rc_t          (*first)(scim_op_t *op, const redisReply *reply);
    scim_request_t       sent;          /* the request, before first */
    scim_settings_t     *settings;      /* held; NULL: there are none */
    unsigned             refreshed;     /* how often they were read anew */
    scim_rc_t          (*undo)(scim_op_t *op, scim_rc_t (*next)(scim_op_t *op,
                                                  const redisReply *reply));
                                        /* before it begins anew; NULL: there
                                           is nothing */
    bool                 sure;          /* the store has seen the policy's
                                           generation */
    void                *state;
    void                *load;          /* members still coming in */
    unsigned             attempts;      /* of a commit, after conflicts */

    const scim_op_many_t *many;         /* of an operation with parts */
    scim_op_t            *whole;        /* what this one is a part of */
    scim_op_t            *next;         /* among the whole's askers */
};

/*
 * Picks the operation for the request; method errors (405, 501) are results
 * too.  NULL without memory.  env and request's memory outlive the operation.
 */
scim_op_t *scim_op_start(scim_pool_t *pool, const scim_op_env_t *env,
    const scim_request_t *request);

/* Whether the operation for the request reads its body: one that refuses the
 * method, say, needs none. */
bool scim_op_takes_body(const scim_request_t *request);

/* SCIM_AGAIN: send op->cmd.  SCIM_OK: op->result.  SCIM_NOMEM. */
scim_rc_t scim_op_run(scim_op_t *op);
scim_rc_t scim_op_reply(scim_op_t *op, const redisReply *reply);

/* Who asks for a command, after prev (NULL: the first); NULL: nobody more
 * until another reply has come.  Each is given once. */
scim_op_t *scim_op_asker(scim_op_t *op, scim_op_t *prev);

/* The piece has been taken: in the place of scim_op_reply(). */
scim_rc_t scim_op_taken(scim_op_t *op);

/* In the place of scim_op_reply() when there is no reply, and err says why. */
scim_rc_t scim_op_no_reply(scim_op_t *op, const scim_error_t *err);

/* Nobody waits for the result any more.  Whether the operation is to go on
 * nevertheless, with what it has begun; if not, its commands may be dropped
 * and it with them. */
bool scim_op_leave(scim_op_t *op);

/* An error as result. */
scim_rc_t scim_op_fail(scim_op_t *op, const scim_error_t *err);


/* --- the gate ------------------------------------------------------------ */

typedef struct {
    scim_str_t   token;         /* as presented, without "Bearer " */
    scim_token_t found;         /* when allowed */
    bool         enabled;       /* the tenant's switch */
    uint64_t     touched;       /* ms: the use noted by this check, or 0 */
} scim_gate_t;

/*
 * Checks a token: record, expiry, then the tenant's switch; notes the use when
 * the last note is older than a minute.  result.status is 200, 401 or 403,
 * with the SCIM error as body.  *gate is filled as it goes.
 */
scim_op_t *scim_op_gate(scim_pool_t *pool, const scim_op_env_t *env,
    scim_gate_t *gate);

/* --- the admin API ------------------------------------------------------- */

/*
 * path is what follows the admin location, as "/tenants/{t}/tokens"; args the
 * query, undecoded.  Bodies and errors are JSON (errors in SCIM's form).
 * request.if_match may be set before the first step: a restore goes by it.
 * docs/admin-api.md.
 */
scim_op_t *scim_op_admin(scim_pool_t *pool, const scim_op_env_t *env,
    scim_method_e method, scim_str_t path, scim_str_t args,
    const scim_json_t *body);

/* Whether the call reads its body line by line, from op->input. */
bool scim_op_admin_lines(scim_pool_t *pool, scim_method_e method,
    scim_str_t path);

#endif /* SCIM_OP_H */
