/*
 * Runs a bulk's items, each as an operation with a pool of its own that goes
 * when it ends; what stays is the item's outcome.
 *
 *     WAITING   for items it refers to or follows; then in the heap of those
 *               that are ready, the lowest rank first
 *     RUNNING   in a lane
 *     MADE      created, as a part of a circle: due to be completed when the
 *               whole circle is made, or to be deleted when one of it fails
 *     DONE      with an outcome
 *
 * With failOnErrors an item begins only when it would have been reached even
 * if all that are still to end before it should fail: what is processed is
 * what would be, were it one after another.
 *
 * Items on different resources may overtake each other, and one that takes a
 * unique value may so come before the one that frees it: it is tried once
 * more when those before it have ended.
 */

#include <string.h>

#include "scim_op_bulk.h"


static void fail_circle(scim_bulk_t *bulk, scim_bulk_circle_t *circle,
    uint32_t culprit);


static uint32_t
number_of(const scim_bulk_t *bulk, const scim_bulk_item_t *item)
{
    return (uint32_t) (item - bulk->items);
}


/* --- circles and outcomes ------------------------------------------------- */

static void
add_due(scim_bulk_t *bulk, scim_bulk_item_t *item)
{
    uint32_t  i = number_of(bulk, item);

    if (item->due) {
        return;
    }

    item->due = true;
    item->next_due = SCIM_BULK_NONE;

    if (bulk->first_due == SCIM_BULK_NONE) {
        bulk->first_due = i;
    } else {
        bulk->items[bulk->last_due].next_due = i;
    }

    bulk->last_due = i;
}


/* Those who wait for the item: of its circle, or all others. */
static void
release(scim_bulk_t *bulk, const scim_bulk_item_t *item, bool circle)
{
    uint32_t           e;
    scim_bulk_item_t  *other;

    for (e = item->edges; e != SCIM_BULK_NONE; e = bulk->edges[e].next) {
        other = &bulk->items[bulk->edges[e].item];

        if ((item->circle != SCIM_BULK_NONE && other->circle == item->circle)
            != circle)
        {
            continue;
        }

        if (bulk->edges[e].needs && item->status >= 400
            && other->culprit == SCIM_BULK_NONE)
        {
            other->culprit = number_of(bulk, item);
        }

        if (--other->waits == 0) {
            scim_bulk_push(bulk, other->rank);
        }
    }
}


/* It has its outcome. */
static void
settle(scim_bulk_t *bulk, scim_bulk_item_t *item)
{
    scim_bulk_state_e  state = item->state;

    item->state = SCIM_BULK_DONE;

    if (item->status >= 400) {
        bulk->errors++;
    }

    /* Those of its circle did not wait for more than that it is made. */
    if (state != SCIM_BULK_MADE) {
        release(bulk, item, true);
    }

    release(bulk, item, false);

    if (item->circle != SCIM_BULK_NONE && item->status >= 400) {
        fail_circle(bulk, &bulk->circles[item->circle],
                    number_of(bulk, item));
    }
}


/* 409, as RFC 7644 section 3.7.1 has it for a reference that cannot be
 * resolved. */
static void
refuse_needing(scim_bulk_t *bulk, scim_bulk_item_t *item, uint32_t culprit,
    const char *undone)
{
    scim_error_t             err;
    const scim_bulk_item_t  *other;

    if (culprit == SCIM_BULK_NONE) {
        scim_refuse(&err, 409, SCIM_TYPE_NONE,
                    "The operation is one of several that refer to each "
                    "other, and the bulk ended before all of them were "
                    "done%s", undone);

    } else {
        other = &bulk->items[culprit];

        scim_refuse(&err, 409, SCIM_TYPE_NONE,
                    "The operation refers to \"bulkId:%.*s\", directly or "
                    "through others, and the operation with that bulkId has "
                    "failed with the status %d: correct that one and send "
                    "both again%s", SCIM_FMT(other->bulk_id), other->status,
                    undone);
    }

    scim_bulk_refuse(bulk, item, &err);
}


static void
fail_circle(scim_bulk_t *bulk, scim_bulk_circle_t *circle, uint32_t culprit)
{
    uint32_t           i;
    scim_bulk_item_t  *item;

    if (circle->failed) {
        return;
    }

    circle->failed = true;
    circle->culprit = culprit;

    for (i = circle->first; i != SCIM_BULK_NONE; i = item->in_circle) {
        item = &bulk->items[i];

        if (item->state == SCIM_BULK_MADE) {
            add_due(bulk, item);
        }
    }
}


/* All are there and complete. */
static void
settle_circle(scim_bulk_t *bulk, const scim_bulk_circle_t *circle)
{
    uint32_t  i;

    for (i = circle->first; i != SCIM_BULK_NONE;
         i = bulk->items[i].in_circle)
    {
        settle(bulk, &bulk->items[i]);
    }
}


static void
made(scim_bulk_t *bulk, scim_bulk_item_t *item)
{
    uint32_t             i;
    scim_bulk_circle_t  *circle = &bulk->circles[item->circle];

    item->state = SCIM_BULK_MADE;
    release(bulk, item, true);

    if (circle->failed) {
        add_due(bulk, item);
        return;
    }

    if (++circle->made < circle->size) {
        return;
    }

    for (i = circle->first; i != SCIM_BULK_NONE; i = item->in_circle) {
        item = &bulk->items[i];

        if (item->lacks) {
            circle->lacking++;
            add_due(bulk, item);
        }
    }
}


/* --- parts ---------------------------------------------------------------- */

/* NULL: there was no memory for it. */
static void
take_error(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_result_t *result)
{
    scim_error_t  err;

    if (result != NULL
        && scim_str_dup(bulk->op->pool, result->body, &item->body) == SCIM_OK)
    {
        item->status = result->status;
        item->retry_after = result->retry_after;
        item->etag[0] = '\0';
        return;
    }

    scim_refuse(&err, 500, SCIM_TYPE_NONE,
                "This service is short of memory. Try again later.");
    scim_bulk_refuse(bulk, item, &err);
}


/* Whether the value it wants may be one that an item before it is about to
 * free. */
static bool
to_be_tried_again(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_result_t *result)
{
    if (result == NULL || result->type != SCIM_UNIQUENESS || item->again
        || scim_bulk_before(bulk, item, false, 1) == 0)
    {
        return false;
    }

    item->again = true;
    item->state = SCIM_BULK_WAITING;
    scim_bulk_push(bulk, item->rank);

    return true;
}


/* A POST may have found its user there; without memory for that nobody could
 * refer to it, so that it counts as failed. */
static bool
takes_id(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_result_t *result)
{
    if (item->request.method != SCIM_POST
        || scim_str_eq(result->id, item->request.id))
    {
        return true;
    }

    item->revived = true;

    return scim_bulk_rename(bulk, item, result->id) == SCIM_OK;
}


static void
was_run(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_result_t *result)
{
    if (result != NULL && result->status < 400
        && !takes_id(bulk, item, result))
    {
        result = NULL;
    }

    if (result != NULL && result->status < 400) {
        item->status = result->status;
        memcpy(item->etag, result->etag, sizeof(item->etag));

        if (item->circle != SCIM_BULK_NONE) {
            made(bulk, item);
            return;
        }

    } else if (to_be_tried_again(bulk, item, result)) {
        return;

    } else {
        take_error(bulk, item, result);
    }

    settle(bulk, item);
}


static void
was_completed(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_result_t *result)
{
    scim_bulk_circle_t  *circle = &bulk->circles[item->circle];

    item->state = SCIM_BULK_MADE;

    if (result == NULL || result->status >= 400) {
        take_error(bulk, item, result);
        fail_circle(bulk, circle, number_of(bulk, item));
        add_due(bulk, item);
        return;
    }

    memcpy(item->etag, result->etag, sizeof(item->etag));

    if (circle->failed) {
        add_due(bulk, item);

    } else if (--circle->lacking == 0) {
        settle_circle(bulk, circle);
    }
}


static void
was_deleted(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_result_t *result)
{
    bool  gone;

    gone = result != NULL && (result->status == 204 || result->status == 404);
    item->state = SCIM_BULK_MADE;

    if (item->status < 400) {
        refuse_needing(bulk, item, bulk->circles[item->circle].culprit,
                       gone ? "" : "; what it had created could not be "
                       "deleted again and stays");
    }

    settle(bulk, item);
}


static void
ended(scim_bulk_t *bulk, scim_bulk_item_t *item, scim_bulk_step_e step,
    const scim_result_t *result)
{
    switch (step) {

    case SCIM_BULK_RUN:
        was_run(bulk, item, result);
        break;

    case SCIM_BULK_COMPLETE:
        was_completed(bulk, item, result);
        break;

    case SCIM_BULK_UNDO:
        was_deleted(bulk, item, result);
        break;
    }
}


void
scim_bulk_stopped(scim_bulk_t *bulk, scim_op_t *part, scim_rc_t rc)
{
    scim_op_lane_t  *lane;

    lane = scim_op_lanes_stopped(&bulk->lanes, part, rc);

    if (lane != NULL) {
        ended(bulk, &bulk->items[lane->item], (scim_bulk_step_e) lane->step,
              (rc == SCIM_OK) ? &part->result : NULL);
        scim_op_lanes_free(&bulk->lanes, lane);
    }
}


/* What the step asks of an operation; the body may be made in pool. */
static scim_rc_t
request_of(const scim_bulk_t *bulk, const scim_bulk_item_t *item,
    scim_bulk_step_e step, scim_pool_t *pool, scim_request_t *request)
{
    if (step != SCIM_BULK_RUN) {
        *request = (scim_request_t) {
            .method = (step == SCIM_BULK_UNDO) ? SCIM_DELETE : SCIM_PUT,
            .target = SCIM_TARGET_RESOURCE,
            .type = item->request.type,
            .id = item->request.id,
            .body = (step == SCIM_BULK_UNDO) ? NULL : item->request.body,
            .brief = true,
            .undo = step == SCIM_BULK_UNDO && !item->revived
        };

        return SCIM_OK;
    }

    *request = item->request;

    if (item->lacks) {
        request->body = scim_bulk_trim(pool, bulk, item);
        return (request->body == NULL) ? SCIM_NOMEM : SCIM_OK;
    }

    return SCIM_OK;
}


static void
begin(scim_bulk_t *bulk, scim_bulk_item_t *item, scim_bulk_step_e step)
{
    scim_op_t       *part = NULL;
    scim_pool_t     *pool;
    scim_request_t   request;

    pool = scim_pool_create(0);

    if (pool != NULL
        && request_of(bulk, item, step, pool, &request) == SCIM_OK)
    {
        part = scim_op_start(pool, bulk->op->env, &request);
    }

    if (part == NULL) {
        if (pool != NULL) {
            scim_pool_destroy(pool);
        }

        ended(bulk, item, step, NULL);
        return;
    }

    item->state = SCIM_BULK_RUNNING;

    scim_op_lanes_add(&bulk->lanes, part, number_of(bulk, item), step);
    scim_bulk_stopped(bulk, part, scim_op_run(part));
}


/* --- on ------------------------------------------------------------------- */

static void
begin_due(scim_bulk_t *bulk)
{
    scim_bulk_item_t  *item = &bulk->items[bulk->first_due];

    bulk->first_due = item->next_due;
    item->due = false;

    begin(bulk, item, bulk->circles[item->circle].failed
                      ? SCIM_BULK_UNDO : SCIM_BULK_COMPLETE);
}


/* False: the next one may not begin yet, or not at all. */
static bool
begin_ready(scim_bulk_t *bulk)
{
    uint32_t                   culprit;
    scim_bulk_item_t          *item;
    const scim_bulk_circle_t  *circle;

    if (bulk->nready == 0 || bulk->left || bulk->errors >= bulk->fail_on) {
        return false;
    }

    item = &bulk->items[bulk->by_rank[bulk->ready[0]]];

    if (!scim_bulk_may_begin(bulk, item)) {
        return false;
    }

    scim_bulk_pop(bulk);

    circle = (item->circle == SCIM_BULK_NONE)
             ? NULL : &bulk->circles[item->circle];
    culprit = item->culprit;

    if (culprit == SCIM_BULK_NONE && circle != NULL && circle->failed) {
        culprit = circle->culprit;
    }

    if (item->status != 0) {
        settle(bulk, item);

    } else if (culprit != SCIM_BULK_NONE) {
        refuse_needing(bulk, item, culprit, "");
        settle(bulk, item);

    } else {
        begin(bulk, item, SCIM_BULK_RUN);
    }

    return true;
}


/* Circles that the end of the bulk has left open. */
static bool
give_up(scim_bulk_t *bulk)
{
    bool                 any;
    uint32_t             i;
    scim_bulk_circle_t  *circle;

    any = false;

    for (i = 0; i < bulk->ncircles; i++) {
        circle = &bulk->circles[i];

        if (circle->made != 0 && circle->made < circle->size
            && !circle->failed)
        {
            fail_circle(bulk, circle, SCIM_BULK_NONE);
            any = true;
        }
    }

    return any;
}


scim_rc_t
scim_bulk_go(scim_bulk_t *bulk)
{
    do {
        while (bulk->lanes.running < SCIM_OP_LANES) {

            if (bulk->first_due != SCIM_BULK_NONE) {
                begin_due(bulk);

            } else if (!begin_ready(bulk)) {
                break;
            }
        }

        if (bulk->lanes.running != 0) {
            return SCIM_AGAIN;
        }

    } while (give_up(bulk));

    return SCIM_OK;
}
