/*
 * What a commit is apart from its data: its entry in the history (who changes
 * what, from what to what), and whether it deprovisions a user.
 */

#include "scim_op_write.h"
#include "../scim/scim_diff.h"


static scim_rc_t
changes(scim_op_t *op, const scim_op_write_t *w, scim_str_t *out)
{
    bool                 goes = w->commit.verb == SCIM_STORE_DELETE;
    scim_buf_t           buf;
    const scim_json_t   *doc = goes ? NULL : w->doc;

    *out = scim_str_absent;

    /* members alone are the store's to tell */
    if (!goes && w->commit.doc.data == NULL) {
        *out = w->note;
        return SCIM_OK;
    }

    scim_buf_init(&buf, op->pool, 512);
    scim_diff_write(&buf, op->request.type, w->old_doc, doc);

    if (buf.len > 0 && w->note.len > 0) {
        scim_buf_char(&buf, ',');
    }

    scim_buf_str(&buf, w->note);

    return scim_buf_done(&buf, out);
}


static bool
deprovisions(const scim_op_t *op, const scim_op_write_t *w)
{
    if (!scim_str_eq(op->request.type->name, scim_str("User"))
        || w->old_doc == NULL)
    {
        return false;
    }

    return w->commit.verb == SCIM_STORE_DELETE
           || (w->doc != NULL && scim_resource_active(w->old_doc)
               && !scim_resource_active(w->doc));
}


/* An administrator may do what he likes. */
static void
limit_deprovisioning(const scim_op_t *op, scim_op_write_t *w)
{
    const scim_policy_t  *policy = op->policy;

    if (op->env->admin || w->commit.dry
        || (policy->breaker_count == 0 && policy->breaker_percent == 0)
        || policy->breaker_window == 0 || !deprovisions(op, w))
    {
        return;
    }

    w->breaker = (scim_store_breaker_t) {
        .count = policy->breaker_count,
        .percent = policy->breaker_percent,
        .window = policy->breaker_window
    };
    w->commit.breaker = &w->breaker;
}


scim_rc_t
scim_op_event(scim_op_t *op)
{
    scim_op_write_t      *w = op->state;
    scim_store_event_t   *event = &w->event;
    const scim_policy_t  *policy = op->policy;

    static const scim_str_t words[] = {
        [SCIM_STORE_CREATE] = SCIM_STR("create"),
        [SCIM_STORE_UPDATE] = SCIM_STR("update"),
        [SCIM_STORE_DELETE] = SCIM_STR("delete")
    };

    w->commit.event = NULL;
    w->commit.breaker = NULL;
    limit_deprovisioning(op, w);

    if (policy->history_off && !w->commit.dry) {
        return SCIM_OK;
    }

    event->operation = (w->operation.len != 0) ? w->operation
                                               : words[w->commit.verb];
    event->origin = op->env->origin;
    event->keep_count = policy->history_count;
    event->keep_age = policy->history_age;
    w->commit.event = event;

    return changes(op, w, &event->changes);
}
