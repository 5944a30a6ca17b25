/*
 * What the two halves of a list share: scim_op_list.c plans and asks for
 * chunks of rows, scim_op_list_rows.c goes through them.
 */

#ifndef SCIM_OP_LIST_H
#define SCIM_OP_LIST_H

#include "scim_op_plan.h"
#include "scim_op_view.h"

typedef struct {
    scim_op_view_t      view;
    scim_filter_t      *filter;     /* NULL: everything */
    scim_op_plan_t      plan;
    size_t              start;      /* from 1 */
    size_t              count;
    scim_buf_t          out;
    size_t              total;      /* of what matches, so far */
    size_t              shown;

    scim_store_query_t  query;
    scim_pool_t        *scratch;    /* of the chunk */
    scim_store_page_t   page;
    size_t              read;       /* rows that have come, all chunks */
    size_t              related;    /* and what they brought along */
    size_t              at;         /* the row in hand */
    bool                held;       /* rows no longer borrow from the reply */
    bool                judged;     /* the row in hand is to be shown */
    bool                complete;   /* it has all its members */
} scim_op_list_t;

/* Goes through the chunk from the row in hand on. */
scim_rc_t scim_op_list_rows(scim_op_t *op);

/* Asks for the next chunk, or ends. */
scim_rc_t scim_op_list_next(scim_op_t *op);

#endif /* SCIM_OP_LIST_H */
