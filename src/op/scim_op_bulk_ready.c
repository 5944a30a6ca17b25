/*
 * Which item of a bulk is next: a heap of those that wait for nobody, by
 * rank, and who must have ended before one may begin.
 */

#include "scim_op_bulk.h"


void
scim_bulk_push(scim_bulk_t *bulk, uint32_t rank)
{
    uint32_t  at, up, *heap = bulk->ready;

    for (at = bulk->nready++; at != 0; at = up) {
        up = (at - 1) / 2;

        if (heap[up] <= rank) {
            break;
        }

        heap[at] = heap[up];
    }

    heap[at] = rank;
}


void
scim_bulk_pop(scim_bulk_t *bulk)
{
    uint32_t  at, down, rank, *heap = bulk->ready;

    rank = heap[--bulk->nready];

    for (at = 0; (down = 2 * at + 1) < bulk->nready; at = down) {

        if (down + 1 < bulk->nready && heap[down + 1] < heap[down]) {
            down++;
        }

        if (heap[down] >= rank) {
            break;
        }

        heap[at] = heap[down];
    }

    heap[at] = rank;
}


size_t
scim_bulk_before(scim_bulk_t *bulk, const scim_bulk_item_t *item, bool running,
    size_t enough)
{
    size_t             n;
    uint32_t           rank;
    scim_bulk_state_e  state;

    while (bulk->low < item->rank
           && bulk->items[bulk->by_rank[bulk->low]].state == SCIM_BULK_DONE)
    {
        bulk->low++;
    }

    n = 0;

    for (rank = bulk->low; rank < item->rank && n < enough; rank++) {
        state = bulk->items[bulk->by_rank[rank]].state;

        if (state == SCIM_BULK_RUNNING
            || (state == SCIM_BULK_WAITING && !running))
        {
            n++;
        }
    }

    return n;
}


bool
scim_bulk_may_begin(scim_bulk_t *bulk, const scim_bulk_item_t *item)
{
    size_t  left;

    if (item->again && scim_bulk_before(bulk, item, true, 1) != 0) {
        return false;
    }

    if (bulk->fail_on == SIZE_MAX) {
        return true;
    }

    left = bulk->fail_on - bulk->errors;

    return scim_bulk_before(bulk, item, false, left) < left;
}


void
scim_bulk_begin(scim_bulk_t *bulk)
{
    uint32_t  rank;

    bulk->first_due = SCIM_BULK_NONE;

    for (rank = 0; rank < bulk->n; rank++) {
        if (bulk->items[bulk->by_rank[rank]].waits == 0) {
            scim_bulk_push(bulk, rank);
        }
    }
}
