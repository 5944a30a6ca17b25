/*
 * POST of a user that is there already, but inactive, where a DELETE has only
 * deactivated it: as PUT, under the id it has.
 *
 *     scim_op_revive      what the commit of the new user has found taken
 *     find                reads who has it
 *     found               an inactive user becomes what was sent; an active
 *                         one keeps it (409)
 *     revived             201
 *
 * A conflict leads back to the read; nobody found, to the beginning.
 */

#include "scim_op_user.h"


typedef struct {
    scim_store_committed_t  taken;      /* as the first commit has told */
    scim_store_range_t      range;      /* who has the value */
} revive_t;

static scim_rc_t find(scim_op_t *op, const redisReply *reply);
static scim_rc_t found(scim_op_t *op, const redisReply *reply);
static scim_rc_t revived(scim_op_t *op, const redisReply *reply);


/* What tells who a user is.  Another value that must be unique, of a badge
 * say, may pass from one person to the next, with whom groups must not. */
static bool
identifies(scim_str_t attr)
{
    return scim_str_eq(attr, scim_str("userName"))
           || scim_str_eq(attr, scim_str("externalId"));
}


static scim_rc_t
value_range(scim_op_t *op, const scim_store_committed_t *taken,
    scim_store_range_t *range)
{
    scim_rc_t             rc;
    scim_attr_path_t      path;
    const scim_index_t   *index;

    rc = scim_attr_path_parse(op->request.type, taken->attr, &path);
    if (rc != SCIM_OK) {
        return rc;
    }

    index = scim_store_index(scim_op_indexes(op), &path);

    return (index == NULL) ? SCIM_NONE
                           : scim_store_range(op->pool, index, SCIM_F_EQ,
                                              taken->value, range);
}


scim_rc_t
scim_op_revive(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t         rc;
    revive_t         *r;
    scim_op_write_t  *w = op->state;

    if (!identifies(w->committed.attr)) {
        return scim_op_write_taken(op, reply);
    }

    r = scim_palloc(op->pool, sizeof(revive_t));
    if (r == NULL) {
        return SCIM_NOMEM;
    }

    r->taken = w->committed;

    rc = value_range(op, &r->taken, &r->range);
    if (rc != SCIM_OK) {
        return (rc == SCIM_NONE) ? scim_op_write_taken(op, reply) : rc;
    }

    w->own = r;
    w->operation = scim_str("reactivate");
    w->taken = scim_op_write_taken;
    w->again = find;

    /* whoever is gone by the commit is looked for again too */
    w->absent = find;

    return find(op, NULL);
}


static scim_rc_t
find(scim_op_t *op, const redisReply *reply)
{
    revive_t         *r;
    scim_op_write_t  *w = op->state;

    (void) reply;

    r = w->own;

    w->query = (scim_store_query_t) {
        .type = op->request.type,
        .source = SCIM_STORE_RANGES,
        .ranges = &r->range,
        .nranges = 1,
        .count = 1,
        .scan_limit = op->env->conf->scan_limit,
        .relations = w->view.relations
    };

    return scim_op_query(op, op->pool, &w->query, found);
}


/* The value is free by now: the user is new. */
static scim_rc_t
begin_anew(scim_op_t *op)
{
    op->request.id = op->sent.id;

    return scim_op_create(op, NULL);
}


static scim_rc_t
refuse(scim_op_t *op, scim_op_write_t *w)
{
    const revive_t  *r = w->own;

    w->committed = r->taken;

    return scim_op_write_taken(op, NULL);
}


static scim_rc_t
found(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t           rc;
    scim_error_t        err;
    scim_op_write_t    *w = op->state;
    scim_store_page_t   page;

    rc = scim_store_query_reply(op->pool, &w->query, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (page.nrows == 0) {
        return (++op->attempts < SCIM_OP_ATTEMPTS) ? begin_anew(op)
                                                   : refuse(op, w);
    }

    if (scim_op_row_copy(op->pool, &page.rows[0], &w->old) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    rc = scim_op_document(op->pool, &w->old, &w->old_doc, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (scim_resource_active(w->old_doc)) {
        return refuse(op, w);
    }

    op->request.id = w->old.id;
    op->result.id = w->old.id;

    rc = scim_op_replacement(op, &err);

    if (rc == SCIM_OK
        && scim_json_get(w->doc, scim_str("active")) == NULL)
    {
        rc = scim_op_user_activate(op, w->doc, true, &err);
    }

    return (rc == SCIM_OK) ? scim_op_write_update(op, revived)
                           : scim_op_stop(op, rc, &err);
}


static scim_rc_t
revived(scim_op_t *op, const redisReply *reply)
{
    (void) reply;

    return scim_op_write_show(op, 201);
}
