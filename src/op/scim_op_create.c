/*
 * POST: a new resource.
 *
 *     scim_op_create      accepts the document, commits it
 *     created             201; a group with members is read back for their
 *                         types and names
 *
 * Where a DELETE deactivates, what an inactive user is found to have goes on
 * in scim_op_revive.c.
 */

#include "scim_op_user.h"


static scim_rc_t created(scim_op_t *op, const redisReply *reply);


/* A new id, unless a bulk or an import has chosen one already. */
static scim_rc_t
choose_id(scim_op_t *op)
{
    char                 *id;
    uint8_t               random[16];
    const scim_op_env_t  *env = op->env;

    if (op->request.id.data != NULL) {
        return SCIM_OK;
    }

    id = scim_palloc(op->pool, SCIM_UUID_LEN + 1);
    if (id == NULL) {
        return SCIM_NOMEM;
    }

    env->random(env->random_data, random, sizeof(random));
    scim_uuid_format(random, id);

    op->request.id = scim_str_from(id);

    return SCIM_OK;
}


/* The id and the time of a resource that begins now, or that is brought here
 * with its own. */
static scim_rc_t
stamp(scim_op_t *op, scim_op_write_t *w)
{
    char                  now[SCIM_TIME_LEN + 1];
    scim_str_t            text;
    const scim_op_env_t  *env = op->env;

    if (choose_id(op) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    op->result.id = op->request.id;

    text = op->request.created;

    if (text.len == 0) {
        scim_time_format((int64_t) env->now, now);

        if (scim_str_dup(op->pool, scim_str_from(now), &text) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    return scim_resource_stamp(op->pool, op->request.type, w->doc,
                               op->request.id, text);
}


scim_rc_t
scim_op_create(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t                    rc;
    scim_error_t                 err;
    scim_op_write_t             *w;
    const scim_resource_type_t  *type = op->request.type;

    (void) reply;

    rc = scim_op_write_begin(op, true, &w);
    if (w == NULL) {
        return rc;
    }

    /* There is no version yet that a precondition could be about. */
    w->pinned = false;

    if (type->members != NULL) {
        w->members = scim_members_create(op->pool);
        if (w->members == NULL) {
            return SCIM_NOMEM;
        }
    }

    rc = scim_resource_accept(op->pool, type, op->policy->unknown,
                              op->request.body, &w->doc, w->members, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    rc = scim_op_user_display(op, NULL, w->doc, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (stamp(op, w) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (scim_op_user_deactivates(op)) {
        w->taken = scim_op_revive;
    }

    w->commit.verb = SCIM_STORE_CREATE;

    rc = scim_op_write_document(op, NULL, w->doc, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return scim_op_write_commit(op, created);
}


static scim_rc_t
created(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_op_write_show(op, 201);
}
