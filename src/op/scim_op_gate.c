/*
 * The gate: whether a bearer token opens the door, and of which tenant.
 *
 *     start       the token's form; its record
 *     record      unknown, expired; the tenant's switch
 *     tenant      off; the use is noted, at most once a minute
 *     touched     200
 *
 * Every refusal tells an administrator what to look at.
 */

#include "scim_op_int.h"


/* How fine `last used` is, in ms: a busy token would otherwise write once for
 * each request. */
#define TOUCH_EVERY  60000

static scim_rc_t start(scim_op_t *op, const redisReply *reply);
static scim_rc_t record(scim_op_t *op, const redisReply *reply);
static scim_rc_t tenant(scim_op_t *op, const redisReply *reply);
static scim_rc_t touched(scim_op_t *op, const redisReply *reply);


scim_op_t *
scim_op_gate(scim_pool_t *pool, const scim_op_env_t *env, scim_gate_t *gate)
{
    scim_op_t  *op;

    op = scim_op_create_op(pool, env, start);
    if (op != NULL) {
        op->state = gate;
    }

    return op;
}


static scim_rc_t
start(scim_op_t *op, const redisReply *reply)
{
    char          hex[SCIM_SHA256_HEX + 1];
    scim_str_t    hash;
    scim_gate_t  *gate = op->state;

    (void) reply;

    if (gate->token.len == 0) {
        return scim_op_error(op, 401, SCIM_TYPE_NONE,
                             "The request carries no token: put the token "
                             "made for this tenant into the identity "
                             "provider's settings (\"Secret Token\", \"API "
                             "token\", \"SCIM bearer token\"); it is to come "
                             "as \"Authorization: Bearer TOKEN\"");
    }

    if (!scim_token_wellformed(gate->token)) {
        return scim_op_error(op, 401, SCIM_TYPE_NONE,
                             "What was sent does not look like a token of "
                             "this service: check that it was pasted whole, "
                             "and without \"Bearer\" or blanks around it");
    }

    if (scim_token_hash(gate->token, hex) != SCIM_OK
        || scim_str_dup(op->pool, scim_str_from(hex), &hash) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    gate->found.hash = hash;

    return scim_op_ask(op, scim_store_token_get(op->pool, hash, &op->cmd),
                       record);
}


static scim_rc_t
record(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t             rc;
    scim_str_t            hash;
    scim_gate_t          *gate = op->state;
    scim_error_t          err;
    const scim_op_env_t  *env = op->env;

    hash = gate->found.hash;

    rc = scim_store_token_get_reply(op->pool, reply, &gate->found, &err);

    if (rc == SCIM_NONE) {
        return scim_op_error(op, 401, SCIM_TYPE_NONE,
                             "The token is unknown or was revoked: make a new "
                             "one for the tenant and paste it as Secret "
                             "Token");
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    gate->found.hash = hash;

    if (gate->found.expires != 0 && gate->found.expires <= env->now) {
        return scim_op_error(op, 401, SCIM_TYPE_NONE,
                             "The token \"%.*s\" has expired: make a new one "
                             "for the tenant and paste it as Secret Token",
                             SCIM_FMT(gate->found.name));
    }

    return scim_op_ask(op, scim_store_tenant_get(op->pool, gate->found.tenant,
                                                 &op->cmd),
                       tenant);
}


static scim_rc_t
tenant(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t             rc;
    scim_gate_t          *gate = op->state;
    scim_error_t          err;
    scim_tenant_t         found;
    const scim_op_env_t  *env = op->env;

    rc = scim_store_tenant_get_reply(op->pool, reply, &found, &err);

    if (rc == SCIM_NONE) {
        return scim_op_error(op, 403, SCIM_TYPE_NONE,
                             "The tenant \"%.*s\" of this token is no longer "
                             "there", SCIM_FMT(gate->found.tenant));
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    gate->enabled = found.enabled;

    if (!found.enabled) {
        return scim_op_error(op, 403, SCIM_TYPE_NONE,
                             "Provisioning is switched off for the tenant "
                             "\"%.*s\": an administrator of this service can "
                             "switch it on", SCIM_FMT(gate->found.tenant));
    }

    if (env->now < gate->found.used + TOUCH_EVERY) {
        return touched(op, NULL);
    }

    gate->touched = env->now;

    return scim_op_ask(op, scim_store_token_touch(op->pool, gate->found.hash,
                                                  env->now, &op->cmd),
                       touched);
}


/* A note that could not be taken is no reason to keep anybody out. */
static scim_rc_t
touched(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    op->result.status = 200;

    return SCIM_OK;
}
