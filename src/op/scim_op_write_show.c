/*
 * The answer of a write: the resource as it stands after the commit.
 */

#include <string.h>

#include "scim_op_write.h"


/* What a dry run would have read back: as the request has it. */
static scim_rc_t
rehearsed_members(scim_op_t *op, const scim_op_write_t *w, scim_row_t *row)
{
    size_t            i, n;
    scim_str_t       *ids;
    scim_relation_t  *members;

    if (scim_members_added(w->members, &ids, &n) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    members = scim_pcalloc(op->pool, n * sizeof(scim_relation_t));
    if (members == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < n; i++) {
        members[i].id = ids[i];
        members[i].type = scim_str("User");
    }

    row->relations = members;
    row->nrelations = n;

    return SCIM_OK;
}


/* The groups that were read, and those that the commit has added. */
static scim_rc_t
add_joined(scim_op_t *op, const scim_op_write_t *w, scim_row_t *row)
{
    size_t            n = row->nrelations;
    scim_relation_t  *groups;

    groups = scim_palloc(op->pool, (n + w->committed.njoined)
                                   * sizeof(scim_relation_t));
    if (groups == NULL) {
        return SCIM_NOMEM;
    }

    if (n != 0) {
        memcpy(groups, row->relations, n * sizeof(scim_relation_t));
    }

    memcpy(&groups[n], w->committed.joined,
           w->committed.njoined * sizeof(scim_relation_t));

    row->relations = groups;
    row->nrelations = n + w->committed.njoined;

    return SCIM_OK;
}


scim_rc_t
scim_op_write_show(scim_op_t *op, int status)
{
    bool                    members;
    scim_row_t              row;
    const scim_op_write_t  *w = op->state;

    members = w->view.relations && w->members != NULL
              && scim_members_changed(w->members);

    if ((members && !w->commit.dry)
        || (w->view.relations && w->committed.nested))
    {
        return scim_op_read_back(op, status, &w->view);
    }

    row = w->old;
    row.id = op->request.id;
    row.version = w->committed.version;
    row.modified = w->committed.modified;

    if (w->commit.doc.data != NULL) {
        row.doc = w->commit.doc;
    }

    if (members && rehearsed_members(op, w, &row) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (w->view.relations && w->members == NULL && w->committed.njoined != 0
        && add_joined(op, w, &row) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return scim_op_show(op, status, &w->view, &row);
}
