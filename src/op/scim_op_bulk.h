/*
 * A bulk (RFC 7644 section 3.7): what the files that read, plan and run it
 * share.  An operation of the bulk is called an item here.
 *
 *     scim_op_bulk.c        from request to answer
 *     scim_op_bulk_read.c   items, their ids, the resources they are about
 *     scim_op_bulk_refs.c   references, out of paths and data
 *     scim_op_bulk_trim.c   the data without late references
 *     scim_op_bulk_order.c  who waits for whom, and which references are late
 *     scim_op_bulk_ready.c  who is next
 *     scim_op_bulk_run.c    runs the items, several at a time
 *
 * Each POST gets its id before anything is done, so that every reference is
 * known from the start and put in place of "bulkId:…" at once.  That does not
 * make the order free: a commit checks that members exist, and an item is not
 * to succeed when one it refers to fails.  So an item waits for those it
 * refers to.
 *
 * Where a POST revives an inactive user, that one's id takes the place of the
 * one it was given, before any that refer to it begin.
 *
 * Items that refer to each other are a circle.  Taking out a few of their
 * references, the late ones, leaves an order.  Each item of the circle is
 * created without its late references; once all are there, those that miss
 * some are replaced by what the client has sent.  If one fails they all fail,
 * since each depends on each, and what has been created is deleted again.
 */

#ifndef SCIM_OP_BULK_H
#define SCIM_OP_BULK_H

#include "scim_op_lanes.h"
#include "../scim/scim_set.h"

#define SCIM_BULK_NONE  UINT32_MAX

typedef struct {
    scim_json_t  *node;         /* the string in the data */
    uint32_t      target;       /* the item whose resource it names */
    bool          late;
} scim_bulk_ref_t;

/* Hangs at the item that is waited for. */
typedef struct {
    uint32_t  item;             /* who waits */
    uint32_t  next;
    bool      needs;            /* refers to it, and does not only follow it */
} scim_bulk_edge_t;

typedef enum {
    SCIM_BULK_WAITING = 0,
    SCIM_BULK_RUNNING,
    SCIM_BULK_MADE,             /* in a circle: created */
    SCIM_BULK_DONE
} scim_bulk_state_e;

typedef struct {
    scim_str_t         bulk_id;
    scim_str_t         path;        /* as sent */
    scim_str_t         method;
    scim_request_t     request;     /* type NULL: could not be read */

    uint32_t           ref_from;    /* of bulk->refs, in the data's order */
    uint32_t           ref_to;
    uint32_t           path_ref;    /* the item that makes its resource */
    uint32_t           follows;     /* the one before on the same resource */
    uint32_t           rank;        /* place in an order that serves all */
    uint32_t           circle;
    uint32_t           in_circle;   /* the next item of the circle */
    bool               lacks;       /* has late references */
    bool               revived;     /* a user that was there, inactive */

    uint32_t           edges;       /* first: those who wait for it */
    uint32_t           waits;       /* for how many */
    uint32_t           culprit;     /* one it needs that has failed */
    uint32_t           next_due;
    scim_bulk_state_e  state;
    bool               due;         /* to be completed or deleted */
    bool               again;       /* tried, and to be tried once more */

    int                status;      /* the outcome; 0: none yet */
    unsigned           retry_after;
    scim_str_t         body;        /* of an error */
    char               etag[SCIM_ETAG_LEN + 1];
} scim_bulk_item_t;

typedef struct {
    uint32_t  first;            /* item */
    uint32_t  size;
    uint32_t  made;
    uint32_t  lacking;          /* still to be completed */
    uint32_t  culprit;
    bool      failed;
} scim_bulk_circle_t;

typedef enum {
    SCIM_BULK_RUN = 0,
    SCIM_BULK_COMPLETE,         /* of a circle: puts in what is late */
    SCIM_BULK_UNDO              /* of a circle that failed: deletes */
} scim_bulk_step_e;

typedef struct {
    scim_op_t           *op;        /* the bulk itself; all lives in its pool */
    size_t               fail_on;   /* errors; SIZE_MAX: any number */

    scim_bulk_item_t    *items;
    uint32_t             n;
    scim_bulk_ref_t     *refs;
    uint32_t             nrefs;
    uint32_t             refs_cap;
    scim_bulk_edge_t    *edges;
    scim_bulk_circle_t  *circles;
    uint32_t             ncircles;
    uint32_t            *by_rank;   /* items */

    uint32_t            *ready;     /* heap of ranks */
    uint32_t             nready;
    uint32_t             low;       /* ranks below are done */
    uint32_t             first_due;
    uint32_t             last_due;
    size_t               errors;
    bool                 left;      /* nobody waits for the answer */

    scim_op_lanes_t      lanes;
} scim_bulk_t;

/* The bulkIds: those of items first, then what else was asked for. */
typedef struct {
    scim_set_t  set;
    uint32_t    n;              /* of items */
    uint32_t   *makers;         /* by number: the item */
} scim_bulk_names_t;

/* Fills items, refs and fail_on from the request's body, which is changed:
 * references become ids.  What is wrong with one item is its outcome. */
scim_rc_t scim_bulk_read(scim_bulk_t *bulk, scim_error_t *err);

/* The item's path with an id for "bulkId:NAME", which makes item->path_ref,
 * and without our own base URL; its data likewise, in place, with what refers
 * to others added to bulk->refs.  Refused: a NAME that no item has. */
scim_rc_t scim_bulk_location(scim_bulk_t *bulk, scim_bulk_names_t *names,
    scim_bulk_item_t *item, scim_str_t *path, scim_error_t *err);
scim_rc_t scim_bulk_resolve(scim_bulk_t *bulk, scim_bulk_names_t *names,
    const scim_bulk_item_t *item, scim_error_t *err);

/* The item's resource has another id than it was given: so have all paths and
 * data that refer to it.  The id is copied. */
scim_rc_t scim_bulk_rename(scim_bulk_t *bulk, scim_bulk_item_t *item,
    scim_str_t id);

/* The URL of its resource. */
scim_rc_t scim_bulk_url(const scim_bulk_t *bulk, const scim_bulk_item_t *item,
    scim_str_t *url);

/* A copy of the item's data without its late references; NULL: no memory. */
scim_json_t *scim_bulk_trim(scim_pool_t *pool, const scim_bulk_t *bulk,
    const scim_bulk_item_t *item);

/* Fills ranks, circles and edges. */
scim_rc_t scim_bulk_order(scim_bulk_t *bulk);

/* Makes ready what waits for nobody. */
void scim_bulk_begin(scim_bulk_t *bulk);

/* The heap of those that are ready: bulk->ready[0] is the lowest rank. */
void scim_bulk_push(scim_bulk_t *bulk, uint32_t rank);
void scim_bulk_pop(scim_bulk_t *bulk);

/* How many of those before the item are running, or have not ended at all,
 * `enough` at most.  What is made has as good as succeeded. */
size_t scim_bulk_before(scim_bulk_t *bulk, const scim_bulk_item_t *item,
    bool running, size_t enough);

/* Whether the first that is ready may begin now. */
bool scim_bulk_may_begin(scim_bulk_t *bulk, const scim_bulk_item_t *item);

/* Begins what can begin; SCIM_AGAIN while something is under way, SCIM_OK
 * when all is done. */
scim_rc_t scim_bulk_go(scim_bulk_t *bulk);

/* A part has come to a stop, as rc says. */
void scim_bulk_stopped(scim_bulk_t *bulk, scim_op_t *part, scim_rc_t rc);

/* The error is the item's outcome. */
void scim_bulk_refuse(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_error_t *err);

#endif /* SCIM_OP_BULK_H */
