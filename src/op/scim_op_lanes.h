/*
 * Lanes: what an operation that runs others keeps of them.  Each runs in a
 * lane, as a part of the whole, until it ends; some of them ask for a command.
 */

#ifndef SCIM_OP_LANES_H
#define SCIM_OP_LANES_H

#include "scim_op_int.h"

/* Parts under way at the same time: enough to hide a round trip behind the
 * work of the others, few enough to leave the queue to other requests. */
#define SCIM_OP_LANES  32

typedef struct {
    scim_op_t  *part;       /* NULL: the lane is free.  Its pool is its own and
                               goes when it has ended. */
    uint32_t    item;       /* which of the whole's items, and what is done with
                               it: the whole knows */
    uint32_t    step;
} scim_op_lane_t;

typedef struct {
    scim_op_t      *whole;
    scim_op_lane_t  lane[SCIM_OP_LANES];
    uint32_t        running;    /* lanes in use */
    scim_op_t      *asking;     /* parts whose command is to be sent */
    scim_op_t      *asked;      /* the last of them */
} scim_op_lanes_t;

/* Fills zeroed lanes; parts that have not ended go with the whole's pool. */
scim_rc_t scim_op_lanes_init(scim_op_lanes_t *lanes, scim_op_t *whole);

/* The whole's asker(). */
scim_op_t *scim_op_lanes_asker(scim_op_lanes_t *lanes);

/* Puts the part into a free lane, of which there is one.  The caller runs it
 * then. */
void scim_op_lanes_add(scim_op_lanes_t *lanes, scim_op_t *part, uint32_t item,
    uint32_t step);

/* The part has come to a stop, as rc says.  NULL: it asks for a command; else
 * its lane, for scim_op_lanes_free() when the result has been looked at. */
scim_op_lane_t *scim_op_lanes_stopped(scim_op_lanes_t *lanes, scim_op_t *part,
    scim_rc_t rc);
void scim_op_lanes_free(scim_op_lanes_t *lanes, scim_op_lane_t *lane);

#endif /* SCIM_OP_LANES_H */
