/*
 * How a resource is shown: the projection asked for, the stored bytes as they
 * are or the tree cut down, and the members that did not come with the row.
 */

#ifndef SCIM_OP_VIEW_H
#define SCIM_OP_VIEW_H

#include "scim_op_int.h"
#include "../scim/scim_projection.h"

typedef struct {
    const scim_resource_type_t *type;
    scim_projection_t          *projection;
    bool                        stored;     /* no parse: the stored bytes */
    bool                        relations;  /* members or groups are shown */
} scim_op_view_t;

/* Of the request's attributes and excludedAttributes. */
scim_rc_t scim_op_view(scim_op_t *op, scim_op_view_t *view,
    scim_error_t *err);

/* Appends the row as it is shown; trees are made in pool.  Refused: 500 when
 * the stored document cannot be read. */
scim_rc_t scim_op_view_write(const scim_op_view_t *view, scim_pool_t *pool,
    scim_str_t base, const scim_row_t *row, scim_buf_t *buf,
    scim_error_t *err);

/* Ends the operation with the row as its answer: body, ETag, Location. */
scim_rc_t scim_op_show(scim_op_t *op, int status, const scim_op_view_t *view,
    const scim_row_t *row);

/* Ends it without a body, with the version's ETag (204, 304). */
scim_rc_t scim_op_show_none(scim_op_t *op, int status, uint64_t version);

/* Reads op->request.id and ends with it as scim_op_show() does: the answer of
 * a write that does not know all it has to show (scim_op_read.c). */
scim_rc_t scim_op_read_back(scim_op_t *op, int status,
    const scim_op_view_t *view);

/* The stored document as a tree; refused: 500. */
scim_rc_t scim_op_document(scim_pool_t *pool, const scim_row_t *row,
    scim_json_t **doc, scim_error_t *err);

/* A copy in pool of a row that borrows from a reply. */
scim_rc_t scim_op_row_copy(scim_pool_t *pool, const scim_row_t *row,
    scim_row_t *out);

/*
 * Adds to row, which lives in pool as its relations do, the members from the
 * nrelations-th on; then calls done(op, NULL).  A group that changes meanwhile
 * is shown with some of its changes; when the last member read leaves it, one
 * more may be missing or shown twice.
 */
scim_rc_t scim_op_load_members(scim_op_t *op, scim_pool_t *pool,
    scim_row_t *row, size_t total, scim_op_step_pt done);

#endif /* SCIM_OP_VIEW_H */
