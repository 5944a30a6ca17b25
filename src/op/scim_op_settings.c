/*
 * A tenant's settings in an operation: found without asking, checked by the
 * store within the commands that are sent anyway, read when they are others.
 *
 *     begin        the settings at hand; without any, those that a tenant has
 *                  who never had any
 *     first …      the operation itself
 *     [got]        reads them when a command was refused as "stale", or before
 *                  an error that no command has borne out
 *     begin        again, if they are others
 */

#include "scim_op_int.h"


/* So often an operation reads settings that others keep changing. */
#define ATTEMPTS  4

static scim_rc_t begin(scim_op_t *op, const redisReply *reply);
static scim_rc_t got(scim_op_t *op, const redisReply *reply);


void
scim_settings_hold(scim_settings_t *settings)
{
    settings->refs++;
}


void
scim_settings_release(scim_settings_t *settings)
{
    if (--settings->refs == 0) {
        scim_pool_destroy(settings->pool);
    }
}


static void
let_go(void *data)
{
    scim_op_t  *op = data;

    if (op->settings != NULL) {
        scim_settings_release(op->settings);
    }
}


/* The operation goes by them, and holds them until it goes or takes others. */
static scim_rc_t
take(scim_op_t *op, scim_settings_t *settings)
{
    scim_settings_t  *before = op->settings;

    if (before == NULL
        && scim_pool_cleanup(op->pool, let_go, op) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    scim_settings_hold(settings);
    op->settings = settings;
    op->policy = &settings->policy;

    if (before != NULL) {
        scim_settings_release(before);
    }

    return SCIM_OK;
}


/* What the tenant's record says, held once: by the caller. */
static scim_rc_t
settings_of(const scim_op_env_t *env, const scim_tenant_t *tenant,
    scim_settings_t **out, scim_error_t *err)
{
    scim_rc_t         rc;
    scim_pool_t      *pool;
    scim_settings_t  *settings;

    pool = scim_pool_create(512);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    settings = scim_pcalloc(pool, sizeof(scim_settings_t));

    if (settings == NULL
        || scim_str_dup(pool, env->tenant, &settings->tenant) != SCIM_OK
        || scim_str_dup(pool, tenant->gen, &settings->gen) != SCIM_OK)
    {
        scim_pool_destroy(pool);
        return SCIM_NOMEM;
    }

    settings->pool = pool;
    settings->refs = 1;
    settings->conf = env->conf;

    rc = scim_policy_parse(pool, env->conf->schemas, tenant->settings,
                           &env->conf->policy, &settings->policy, err);
    if (rc == SCIM_OK && env->conf->deep
        && settings->policy.unknown == SCIM_UNKNOWN_KEEP)
    {
        rc = scim_refuse(err, 400, SCIM_INVALID_VALUE,
                         "\"unknownAttributes\" cannot be \"keep\" where "
                         "scim_max_depth is above %d", SCIM_JSON_DEPTH);
    }

    if (rc != SCIM_OK) {
        scim_pool_destroy(pool);
        return rc;
    }

    *out = settings;

    return SCIM_OK;
}


static scim_settings_t *
at_hand(const scim_op_t *op)
{
    const scim_op_env_t          *env = op->env;
    const scim_settings_cache_t  *cache = env->settings;

    if (op->whole != NULL && op->whole->settings != NULL) {
        return op->whole->settings;
    }

    return (cache == NULL) ? NULL
                           : cache->find(cache->data, env->conf, env->tenant);
}


bool
scim_op_groups(const scim_op_t *op)
{
    return op->env->admin || !op->policy->groups_off;
}


bool
scim_op_dry(const scim_op_t *op)
{
    return op->policy->dry_run && !op->env->admin;
}


static scim_rc_t
begin(scim_op_t *op, const redisReply *reply)
{
    scim_settings_t  *settings;

    if (op->settings == NULL) {
        settings = at_hand(op);

        if (settings != NULL && take(op, settings) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    op->gen = (op->settings != NULL) ? op->settings->gen
                                     : scim_str(SCIM_STORE_GEN);

    if (op->request.type != NULL && op->request.type->members != NULL
        && !scim_op_groups(op))
    {
        return scim_op_error(op, 404, SCIM_TYPE_NONE,
                             "Groups are switched off for this tenant: switch "
                             "off the provisioning of groups in the identity "
                             "provider; users are provisioned without");
    }

    return op->first(op, reply);
}


void
scim_op_follow(scim_op_t *op, scim_op_step_pt first)
{
    op->first = first;
    op->sent = op->request;
    op->resume = begin;
}


/* With settings that were read just now: what follows from them is sure. */
static scim_rc_t
begin_anew(scim_op_t *op)
{
    op->request = op->sent;
    op->state = NULL;
    op->load = NULL;
    op->attempts = 0;
    op->result = (scim_result_t) { .status = 0 };

    if (op->sent.target == SCIM_TARGET_RESOURCE) {
        op->result.id = op->sent.id;
    }

    return begin(op, NULL);
}


static scim_rc_t
refresh(scim_op_t *op)
{
    op->sure = true;

    if (op->refreshed++ == ATTEMPTS) {
        return scim_op_error(op, 503, SCIM_TYPE_NONE,
                             "The settings of this tenant kept changing while "
                             "this request was served: send it again");
    }

    return scim_op_ask(op, scim_store_tenant_get(op->pool, op->env->tenant,
                                                 &op->cmd),
                       got);
}


static scim_rc_t
undone(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return refresh(op);
}


/* A command was refused: what was prepared for it goes first. */
static scim_rc_t
stale(scim_op_t *op)
{
    scim_rc_t  (*undo)(scim_op_t *op, scim_op_step_pt next) = op->undo;

    op->undo = NULL;

    return (undo != NULL) ? undo(op, undone) : refresh(op);
}


/* The record's settings are there, but not for this configuration. */
static scim_rc_t
unfit(scim_op_t *op, const scim_error_t *err)
{
    return scim_op_error(op, 500, SCIM_TYPE_NONE,
                         "The settings of this tenant do not fit the server's "
                         "configuration, and an administrator has to change "
                         "them: %s", err->detail);
}


/* For this operation, those of its bulk, and those to come. */
static scim_rc_t
spread(scim_op_t *op, scim_settings_t *settings)
{
    scim_op_t                    *whole = op->whole;
    const scim_settings_cache_t  *cache = op->env->settings;

    if (cache != NULL) {
        cache->keep(cache->data, settings);
    }

    if (whole != NULL && whole->first != NULL
        && take(whole, settings) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return take(op, settings);
}


static scim_rc_t
got(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    scim_error_t      err;
    scim_tenant_t     tenant;
    scim_settings_t  *settings;

    rc = scim_store_tenant_get_reply(op->pool, reply, &tenant, &err);

    if (rc == SCIM_NONE || (rc == SCIM_OK && !tenant.enabled)) {
        rc = scim_store_tenant_refuse(rc == SCIM_OK, &err);
    }

    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    /* the error was right */
    if (op->result.status != 0 && scim_str_eq(tenant.gen, op->gen)) {
        return SCIM_OK;
    }

    rc = settings_of(op->env, &tenant, &settings, &err);
    if (rc != SCIM_OK) {
        return (rc == SCIM_REFUSED) ? unfit(op, &err) : rc;
    }

    rc = spread(op, settings);
    scim_settings_release(settings);

    return (rc == SCIM_OK) ? begin_anew(op) : rc;
}


scim_rc_t
scim_op_step(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t  rc;

    if (reply != NULL && op->gen.data != NULL && op->resume != got) {

        if (op->cmd.script != NULL && scim_store_stale(reply)) {
            return stale(op);
        }

        op->sure = true;
    }

    rc = op->resume(op, reply);

    if (rc != SCIM_OK || op->first == NULL) {
        return rc;
    }

    if (op->result.status >= 400 && !op->sure && op->gen.data != NULL) {
        return refresh(op);
    }

    op->result.choice = op->policy->media;
    op->result.dry_run = scim_op_dry(op);

    return SCIM_OK;
}
