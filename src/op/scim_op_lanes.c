/*
 * Lanes: the parts of an operation that runs others.
 */

#include "scim_op_lanes.h"


static void
drop(void *data)
{
    size_t            i;
    scim_op_lanes_t  *lanes = data;

    for (i = 0; i < SCIM_OP_LANES; i++) {
        if (lanes->lane[i].part != NULL) {
            scim_pool_destroy(lanes->lane[i].part->pool);
        }
    }
}


scim_rc_t
scim_op_lanes_init(scim_op_lanes_t *lanes, scim_op_t *whole)
{
    lanes->whole = whole;

    return scim_pool_cleanup(whole->pool, drop, lanes);
}


scim_op_t *
scim_op_lanes_asker(scim_op_lanes_t *lanes)
{
    scim_op_t  *part = lanes->asking;

    if (part != NULL) {
        lanes->asking = part->next;
    }

    return part;
}


static scim_op_lane_t *
lane_of(scim_op_lanes_t *lanes, const scim_op_t *part)
{
    scim_op_lane_t  *lane;

    for (lane = lanes->lane; lane->part != part; lane++) {
        /* there is one */
    }

    return lane;
}


void
scim_op_lanes_add(scim_op_lanes_t *lanes, scim_op_t *part, uint32_t item,
    uint32_t step)
{
    part->whole = lanes->whole;

    *lane_of(lanes, NULL) = (scim_op_lane_t) { part, item, step };
    lanes->running++;
}


scim_op_lane_t *
scim_op_lanes_stopped(scim_op_lanes_t *lanes, scim_op_t *part, scim_rc_t rc)
{
    if (rc != SCIM_AGAIN) {
        return lane_of(lanes, part);
    }

    part->next = NULL;

    if (lanes->asking == NULL) {
        lanes->asking = part;
    } else {
        lanes->asked->next = part;
    }

    lanes->asked = part;

    return NULL;
}


void
scim_op_lanes_free(scim_op_lanes_t *lanes, scim_op_lane_t *lane)
{
    scim_pool_destroy(lane->part->pool);

    lane->part = NULL;
    lanes->running--;
}
