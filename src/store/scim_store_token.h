/*
 * Tokens and tenants in the store.  A token's record lies under the SHA-256 of
 * the token, which no tenant's slot can be derived from; the tenant's own
 * `tokens` hash lists them for the administrator.
 *
 * Making writes the list first, then the record; revoking removes the record
 * first: whatever is cut off in between, a token that is not listed is not
 * valid.  Two at once keep to it as well: who makes a token looks into the list
 * once more, and takes the record back when another has revoked it meanwhile;
 * who revokes one removes the record once more after the entry.
 *
 * The entry in the list is as it was made, and what changes is in the record
 * alone.
 */

#ifndef SCIM_STORE_TOKEN_H
#define SCIM_STORE_TOKEN_H

#include "scim_store.h"

#define SCIM_SHA256_HEX  64

#define SCIM_TOKEN_TEXT_MAX  128    /* bytes of a name or an actor */

typedef struct {
    scim_str_t id;          /* public, 16 hex digits */
    scim_str_t tenant;
    scim_str_t name;        /* the administrator's label */
    scim_str_t scope;       /* "provision", "read" or "self" */
    scim_str_t user;        /* id of the user it is bound to; absent: none */
    scim_str_t actor;       /* who its changes are by; absent: not said */
    scim_str_t rotated;     /* id of the token made in its place; absent:
                               none */
    scim_str_t hash;        /* SHA-256, hex */
    uint64_t   created;     /* ms since the epoch */
    uint64_t   expires;     /* ms; 0: never */
    uint64_t   used;        /* ms; 0: never */
} scim_token_t;

/* Lower-case hex SHA-256 (OpenSSL EVP) of a token; SCIM_NOMEM on failure. */
scim_rc_t scim_token_hash(scim_str_t token, char hex[SCIM_SHA256_HEX + 1]);

/* "scim_" + 43 base62 characters of 32 random bytes + 6 of CRC-32: a token
 * that was cut or mistyped is told apart from an unknown one. */
#define SCIM_TOKEN_LEN  54
void scim_token_format(const uint8_t random[32], char out[SCIM_TOKEN_LEN + 1]);
bool scim_token_wellformed(scim_str_t token);

/* Look-up at the gate.  SCIM_NONE: no such token. */
scim_rc_t scim_store_token_get(scim_pool_t *pool, scim_str_t hash,
    scim_store_cmd_t *cmd);
scim_rc_t scim_store_token_get_reply(scim_pool_t *pool,
    const redisReply *reply, scim_token_t *token, scim_error_t *err);

/* Notes the time of use, unless the token is gone. */
scim_rc_t scim_store_token_touch(scim_pool_t *pool, scim_str_t hash,
    uint64_t now, scim_store_cmd_t *cmd);

/* What is to change of a record. */
typedef struct {
    scim_str_t name;        /* absent: as it is, as of the next two */
    scim_str_t actor;
    scim_str_t rotated;
    uint64_t   expires;     /* ms; 0: never */
    bool       expiry;      /* expires is meant */
} scim_token_change_t;

/* One command, all or nothing; the reply is SCIM_NONE if there is no such
 * record.  A change of nothing tells whether there is one. */
scim_rc_t scim_store_token_update(scim_pool_t *pool, scim_str_t hash,
    const scim_token_change_t *change, scim_store_cmd_t *cmd);
scim_rc_t scim_store_token_update_reply(const redisReply *reply,
    scim_error_t *err);

/* The first half of making; with `others` the reply has the tokens that were
 * listed before, as scim_store_token_list_reply() gives them, else none.
 * SCIM_NONE: there is no such tenant. */
scim_rc_t scim_store_token_list_put(scim_pool_t *pool,
    const scim_token_t *token, bool others, scim_store_cmd_t *cmd);
scim_rc_t scim_store_token_list_put_reply(scim_pool_t *pool,
    const redisReply *reply, scim_token_t **tokens, size_t *n,
    scim_error_t *err);

/* The other half, and the two of revoking; any reply but an error is fine. */
scim_rc_t scim_store_token_record_put(scim_pool_t *pool,
    const scim_token_t *token, scim_store_cmd_t *cmd);
scim_rc_t scim_store_token_record_delete(scim_pool_t *pool, scim_str_t hash,
    scim_store_cmd_t *cmd);
scim_rc_t scim_store_token_list_delete(scim_pool_t *pool, scim_str_t tenant,
    scim_str_t id, scim_store_cmd_t *cmd);

/* All tokens of a tenant, oldest first, as they were made (no tenant, actor,
 * rotated and used: the record has them).  A list entry that is not understood
 * is 503. */
scim_rc_t scim_store_token_list(scim_pool_t *pool, scim_str_t tenant,
    scim_store_cmd_t *cmd);
scim_rc_t scim_store_token_list_reply(scim_pool_t *pool,
    const redisReply *reply, scim_token_t **tokens, size_t *n,
    scim_error_t *err);

/* One of them; SCIM_NONE: it is not listed. */
scim_rc_t scim_store_token_list_get(scim_pool_t *pool, scim_str_t tenant,
    scim_str_t id, scim_store_cmd_t *cmd);
scim_rc_t scim_store_token_list_get_reply(scim_pool_t *pool, scim_str_t id,
    const redisReply *reply, scim_token_t *token, scim_error_t *err);


typedef struct {
    scim_str_t name;
    bool       enabled;
    uint64_t   created;     /* ms */
    scim_str_t settings;    /* JSON object */
    scim_str_t gen;         /* generation of the settings */
    uint64_t   users;
    uint64_t   groups;
    uint64_t   tripped;     /* ms: when its breaker did; 0: it has not */
    uint64_t   recent;      /* users deprovisioned that the breaker counts */
} scim_tenant_t;

/* SCIM_NONE from the reply: no such tenant.  The reply has no name: the
 * caller's is left as it is. */
scim_rc_t scim_store_tenant_get(scim_pool_t *pool, scim_str_t name,
    scim_store_cmd_t *cmd);
scim_rc_t scim_store_tenant_get_reply(scim_pool_t *pool,
    const redisReply *reply, scim_tenant_t *tenant, scim_error_t *err);

/* Creates, switched on; the reply is SCIM_NONE if it is there already. */
scim_rc_t scim_store_tenant_create(scim_pool_t *pool, scim_str_t name,
    uint64_t now, scim_store_cmd_t *cmd);
scim_rc_t scim_store_tenant_create_reply(const redisReply *reply,
    scim_error_t *err);

/* Registers the name in the list of tenants, or takes it out. */
scim_rc_t scim_store_tenant_register(scim_pool_t *pool, scim_str_t name,
    bool there, scim_store_cmd_t *cmd);

/* Changes what is given: enabled (-1: as is), settings (absent: as is), if
 * they are still of the generation gen (absent: whatever they are). */
scim_rc_t scim_store_tenant_update(scim_pool_t *pool, scim_str_t name,
    int enabled, scim_str_t settings, scim_str_t gen, scim_store_cmd_t *cmd);

/* SCIM_NONE: no such tenant.  SCIM_AGAIN: the settings are of another
 * generation, and nothing is changed. */
scim_rc_t scim_store_tenant_update_reply(const redisReply *reply,
    scim_error_t *err);

/* Lets deprovisionings through again that the breaker holds, counted from
 * nothing.  SCIM_NONE: no such tenant. */
scim_rc_t scim_store_breaker_release(scim_pool_t *pool, scim_str_t name,
    scim_store_cmd_t *cmd);
scim_rc_t scim_store_breaker_release_reply(const redisReply *reply,
    scim_error_t *err);

/*
 * Removes up to `count` resources of a switched-off tenant, in the last call
 * the tenant itself; *left tells whether there are more.  Repeated until none
 * are left: Redis is never held long.  Refused, 409: the tenant is switched
 * on, or tokens are still listed (their records must go first).
 */
scim_rc_t scim_store_tenant_sweep(scim_pool_t *pool, scim_str_t name,
    size_t count, scim_store_cmd_t *cmd);
scim_rc_t scim_store_tenant_sweep_reply(const redisReply *reply, bool *left,
    scim_error_t *err);

/* The names of all tenants, sorted; copied into the pool. */
scim_rc_t scim_store_tenant_names(scim_pool_t *pool, scim_store_cmd_t *cmd);
scim_rc_t scim_store_tenant_names_reply(scim_pool_t *pool,
    const redisReply *reply, scim_str_t **names, size_t *n,
    scim_error_t *err);

#endif /* SCIM_STORE_TOKEN_H */
