/*
 * What the parts of a list share:
 *
 *     scim_op_list.c        what is asked for, and how it is found
 *     scim_op_list_walk.c   chunks of rows, type by type
 *     scim_op_list_rows.c   the rows of a chunk, one by one
 *     scim_op_list_page.c   the page and its answer
 *
 * A list goes through one leg for each resource type: one, or all of them at
 * the root.  Rows come in the order of the answer and are shown as they come,
 * or, when nobody has them in the order asked for, are first gathered and
 * sorted (scim_op_sort.h), and those of the page read by id.
 */

#ifndef SCIM_OP_LIST_H
#define SCIM_OP_LIST_H

#include "scim_cursor.h"
#include "scim_op_plan.h"
#include "scim_op_sort.h"
#include "scim_op_view.h"

typedef struct {
    const scim_resource_type_t *type;
    scim_op_view_t              view;
    scim_filter_t              *filter;     /* NULL: everything */
    scim_op_plan_t              plan;
    scim_attr_path_t            sort;       /* attr NULL: not by any of it */
    bool                        wide;       /* an index had too many for it */
} scim_op_leg_t;

/* Where a row of the page is in `out`. */
typedef struct {
    size_t begin;
    size_t len;         /* 0: none */
} scim_op_slot_t;

typedef struct {
    scim_op_leg_t      *legs;
    unsigned            nlegs;
    unsigned            leg;        /* the one in hand */

    size_t              start;      /* from 1 */
    size_t              count;
    bool                sorted;
    bool                descending;
    bool                paged;      /* by cursors; not if count is 0 */
    scim_cursor_t       cursor;     /* position empty: the first page */
    scim_str_t          query_text; /* what a cursor is bound to */

    size_t              skip;       /* that match, still to pass over */
    size_t              total;      /* of what matches, so far */
    bool                partial;    /* not all were counted */
    bool                more;       /* something matches beyond the page */
    scim_str_t          resume;     /* gave up here: absent: did not */

    scim_buf_t          out;
    scim_op_slot_t     *slots;      /* by place in the page */
    size_t              shown;
    unsigned            first_leg;  /* first and last row shown, as they came */
    scim_str_t          first;
    unsigned            last_leg;
    scim_str_t          last;

    bool                gathers;    /* rows go into `sorting` */
    bool                fetches;    /* rows are those of the page, by id */
    scim_sorting_t      sorting;
    size_t              from;       /* the page within `sorting` */
    size_t              fetched;    /* place of the next row by id */

    scim_store_query_t  query;
    bool                fresh;      /* nothing of this leg has come yet */
    bool                seeks;      /* it begins at the cursor */
    size_t              scanned;    /* rows read since */
    scim_pool_t        *scratch;    /* of the chunk */
    scim_store_page_t   page;
    size_t              read;       /* rows that have come, all chunks */
    size_t              related;    /* and what they brought along */
    size_t              at;         /* the row in hand */
    bool                held;       /* rows no longer borrow from the reply */
    bool                judged;     /* the row in hand is to be shown */
    bool                complete;   /* it has all its members */
} scim_op_list_t;

static inline scim_op_leg_t *
scim_op_leg(const scim_op_list_t *list)
{
    return &list->legs[list->leg];
}

/* The direction in which rows come. */
static inline bool
scim_op_list_back(const scim_op_list_t *list)
{
    return list->descending != (list->paged && list->cursor.back);
}

/* Begins with the first leg; a leg's rows, on and on, then the next one. */
scim_rc_t scim_op_list_walk(scim_op_t *op);

/* Goes through the chunk from the row in hand on. */
scim_rc_t scim_op_list_rows(scim_op_t *op);

/* Asks for the next chunk, or goes to the next leg, or ends. */
scim_rc_t scim_op_list_next(scim_op_t *op);

/* <0, 0, >0: the leg comes before the cursor's in the direction of the rows,
 * is the cursor's, comes after it; without position all come after. */
int scim_op_list_leg_at(const scim_op_list_t *list);

/* An empty page. */
scim_rc_t scim_op_page_start(scim_op_t *op, scim_op_list_t *list);

/* Puts the row in hand into the page. */
scim_rc_t scim_op_page_add(scim_op_t *op, scim_op_list_t *list,
    const scim_row_t *row, scim_error_t *err);

/* The list is through: the answer, or first the rows of what was sorted. */
scim_rc_t scim_op_page_done(scim_op_t *op, scim_op_list_t *list);

#endif /* SCIM_OP_LIST_H */
