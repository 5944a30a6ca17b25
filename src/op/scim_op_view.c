/*
 * How a resource is shown.
 */

#include <string.h>

#include "scim_op_view.h"


/* Lives in the pool the row lives in. */
struct scim_op_load_s {
    scim_pool_t      *pool;
    scim_row_t       *row;
    scim_relation_t  *relations;
    size_t            cap;
    scim_op_step_pt   done;
};

static scim_rc_t load_got(scim_op_t *op, const redisReply *reply);


static const scim_attr_t *
relation_attr(const scim_resource_type_t *type)
{
    return (type->members != NULL) ? type->members : type->groups;
}


scim_rc_t
scim_op_view(scim_op_t *op, scim_op_view_t *view, scim_error_t *err)
{
    scim_rc_t              rc;
    const scim_attr_t     *attr;
    const scim_request_t  *request = &op->request;

    view->type = request->type;

    rc = scim_projection_parse(op->pool, request->type, request->attributes,
                               request->excluded, &view->projection, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    attr = relation_attr(request->type);

    view->relations = attr != NULL && !request->brief
                      && scim_op_groups(op)
                      && scim_projection_wants(view->projection, attr);
    view->stored = view->projection == NULL
                   || (attr != NULL
                       && scim_projection_only_excludes(view->projection,
                                                        attr));
    return SCIM_OK;
}


static scim_rc_t
broken(const scim_row_t *row, scim_error_t *err)
{
    return scim_refuse(err, 500, SCIM_TYPE_NONE,
                       "The stored document of \"%.*s\" cannot be read",
                       SCIM_FMT(row->id));
}


scim_rc_t
scim_op_view_write(const scim_op_view_t *view, scim_pool_t *pool,
    scim_str_t base, const scim_row_t *row, scim_buf_t *buf,
    scim_error_t *err)
{
    scim_rc_t     rc;
    scim_row_t    shown;
    scim_json_t  *tree;

    shown = *row;

    if (!view->relations) {
        shown.nrelations = 0;
    }

    if (view->stored) {
        scim_resource_write(buf, view->type, base, &shown);
        return SCIM_OK;
    }

    rc = scim_resource_tree(pool, view->type, base, &shown, &tree, err);
    if (rc != SCIM_OK) {
        return (rc == SCIM_REFUSED) ? broken(row, err) : rc;
    }

    scim_projection_apply(view->projection, tree);
    scim_json_write(buf, tree);

    return SCIM_OK;
}


scim_rc_t
scim_op_show(scim_op_t *op, int status, const scim_op_view_t *view,
    const scim_row_t *row)
{
    scim_rc_t       rc;
    scim_buf_t      buf;
    scim_error_t    err;
    scim_result_t  *result = &op->result;

    if (op->request.brief) {
        return scim_op_show_none(op, status, row->version);
    }

    /* What is spliced in is short but for the relations. */
    scim_buf_init(&buf, op->pool, row->doc.len + 2 * op->env->base.len + 320
                                  + row->nrelations * 256);

    rc = scim_op_view_write(view, op->pool, op->env->base, row, &buf, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    rc = scim_op_url(op, view->type, row->id, &result->location);
    if (rc != SCIM_OK) {
        return rc;
    }

    scim_etag_format(row->version, result->etag);

    return scim_op_body(op, status, &buf);
}


scim_rc_t
scim_op_show_none(scim_op_t *op, int status, uint64_t version)
{
    op->result.status = status;
    scim_etag_format(version, op->result.etag);

    return SCIM_OK;
}


scim_rc_t
scim_op_document(scim_pool_t *pool, const scim_row_t *row, scim_json_t **doc,
    scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_resource_parse(pool, row->doc, doc, err);

    return (rc == SCIM_OK || rc == SCIM_NOMEM) ? rc : broken(row, err);
}


static scim_rc_t
relation_copy(scim_pool_t *pool, const scim_relation_t *from,
    scim_relation_t *to)
{
    *to = *from;

    if (scim_str_dup(pool, from->id, &to->id) != SCIM_OK
        || scim_str_dup(pool, from->type, &to->type) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return (from->display.data == NULL)
           ? SCIM_OK : scim_str_dup(pool, from->display, &to->display);
}


scim_rc_t
scim_op_row_copy(scim_pool_t *pool, const scim_row_t *row, scim_row_t *out)
{
    size_t            i;
    scim_relation_t  *relations;

    *out = *row;

    if (scim_str_dup(pool, row->doc, &out->doc) != SCIM_OK
        || scim_str_dup(pool, row->id, &out->id) != SCIM_OK
        || scim_str_dup(pool, row->modified, &out->modified) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    relations = scim_palloc(pool, row->nrelations * sizeof(scim_relation_t));
    if (relations == NULL) {
        return SCIM_NOMEM;
    }

    out->relations = relations;

    for (i = 0; i < row->nrelations; i++) {
        if (relation_copy(pool, &row->relations[i], &relations[i]) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    return SCIM_OK;
}


static scim_rc_t
load_ask(scim_op_t *op, struct scim_op_load_s *load)
{
    scim_str_t         last = scim_str_absent;
    const scim_row_t  *row = load->row;

    if (row->nrelations != 0) {
        last = row->relations[row->nrelations - 1].id;
    }

    return scim_op_ask(op, scim_store_members(load->pool, op->env->tenant,
                                              row->id, last, row->nrelations,
                                              &op->cmd),
                       load_got);
}


static scim_rc_t
load_append(struct scim_op_load_s *load, const scim_relation_t *more,
    size_t n)
{
    size_t            i, cap;
    scim_row_t       *row = load->row;
    scim_relation_t  *relations;

    if (row->nrelations + n > load->cap) {
        cap = 2 * (row->nrelations + n);

        relations = scim_palloc(load->pool, cap * sizeof(scim_relation_t));
        if (relations == NULL) {
            return SCIM_NOMEM;
        }

        if (row->nrelations != 0) {
            memcpy(relations, row->relations,
                   row->nrelations * sizeof(scim_relation_t));
        }

        load->relations = relations;
        load->cap = cap;
        row->relations = relations;
    }

    for (i = 0; i < n; i++) {
        if (relation_copy(load->pool, &more[i],
                          &load->relations[row->nrelations]) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }

        row->nrelations++;
    }

    return SCIM_OK;
}


static scim_rc_t
load_got(scim_op_t *op, const redisReply *reply)
{
    size_t                  n;
    scim_rc_t               rc;
    scim_error_t            err;
    const scim_relation_t  *more;
    struct scim_op_load_s  *load = op->load;

    rc = scim_store_members_reply(load->pool, reply, &more, &n, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    if (load_append(load, more, n) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (n < SCIM_STORE_MEMBERS_CHUNK) {
        return load->done(op, NULL);
    }

    return load_ask(op, load);
}


scim_rc_t
scim_op_load_members(scim_op_t *op, scim_pool_t *pool, scim_row_t *row,
    size_t total, scim_op_step_pt done)
{
    struct scim_op_load_s  *load;

    load = scim_pcalloc(pool, sizeof(struct scim_op_load_s));
    if (load == NULL) {
        return SCIM_NOMEM;
    }

    load->pool = pool;
    load->row = row;
    load->done = done;
    load->cap = (total > row->nrelations) ? total : row->nrelations;

    load->relations = scim_palloc(pool, load->cap * sizeof(scim_relation_t));
    if (load->relations == NULL) {
        return SCIM_NOMEM;
    }

    if (row->nrelations != 0) {
        memcpy(load->relations, row->relations,
               row->nrelations * sizeof(scim_relation_t));
    }

    row->relations = load->relations;
    op->load = load;

    return load_ask(op, load);
}
