/*
 * ServiceProviderConfig, ResourceTypes, Schemas.
 *
 *     scim_op_discovery   asks for the tenant's switch, if there is a tenant
 *     allowed             … which a query refuses when it is off
 *     tell                the document
 */

#include "scim_op_int.h"
#include "../scim/scim_discovery.h"


static scim_rc_t allowed(scim_op_t *op, const redisReply *reply);
static scim_rc_t tell(scim_op_t *op);


scim_rc_t
scim_op_discovery(scim_op_t *op, const redisReply *reply)
{
    scim_store_query_t   *query;
    const scim_op_env_t  *env = op->env;

    (void) reply;

    if (op->request.filter.data != NULL) {
        return scim_op_error(op, 403, SCIM_TYPE_NONE,
                             "Filters are not served here (RFC 7644 section "
                             "4): ask without");
    }

    if (env->tenant.len == 0) {
        return tell(op);
    }

    query = scim_pcalloc(op->pool, sizeof(scim_store_query_t));
    if (query == NULL) {
        return SCIM_NOMEM;
    }

    /* The cheapest that is refused when the tenant is switched off. */
    query->type = scim_schemas_type_at(env->conf->schemas, 0);
    query->source = SCIM_STORE_LIST;
    op->state = query;

    return scim_op_query(op, op->pool, query, allowed);
}


static scim_rc_t
allowed(scim_op_t *op, const redisReply *reply)
{
    scim_rc_t          rc;
    scim_error_t       err;
    scim_store_page_t  page;

    rc = scim_store_query_reply(op->pool, op->state, reply, &page, &err);
    if (rc != SCIM_OK) {
        return scim_op_stop(op, rc, &err);
    }

    return tell(op);
}


static scim_rc_t
tell_one(scim_op_t *op, scim_buf_t *buf)
{
    bool                   groups = scim_op_groups(op);
    scim_str_t             id = op->request.id;
    scim_str_t             base = op->env->base;
    const scim_schemas_t  *schemas = op->env->conf->schemas;

    if (op->request.target == SCIM_TARGET_TYPES) {
        return scim_discovery_type(buf, base, schemas, id, groups);
    }

    return scim_discovery_schema(buf, base, schemas, id, groups);
}


static scim_rc_t
tell(scim_op_t *op)
{
    scim_rc_t              rc;
    scim_buf_t             buf;
    scim_str_t             base = op->env->base;
    scim_features_t        features;
    const scim_op_conf_t  *conf = op->env->conf;

    scim_buf_init(&buf, op->pool, 4096);

    if (op->request.target == SCIM_TARGET_CONFIG) {
        features.max_results = (unsigned) conf->max_count;
        features.bulk_operations = conf->bulk_operations;
        features.bulk_payload = conf->bulk_payload;
        features.page_size = (unsigned) conf->default_count;
        features.cursor_timeout = conf->cursor_timeout;
        scim_discovery_config(&buf, base, &features);

    } else if (op->request.id.data != NULL) {
        rc = tell_one(op, &buf);

        if (rc == SCIM_NONE) {
            return scim_op_error(op, 404, SCIM_TYPE_NONE,
                                 "There is no %s \"%.*s\" here: the list "
                                 "without a name shows all",
                                 (op->request.target == SCIM_TARGET_TYPES)
                                 ? "resource type" : "schema",
                                 SCIM_FMT(op->request.id));
        }

        if (rc != SCIM_OK) {
            return rc;
        }

    } else if (op->request.target == SCIM_TARGET_TYPES) {
        scim_discovery_types(&buf, base, conf->schemas, scim_op_groups(op));

    } else {
        scim_discovery_schemas(&buf, base, conf->schemas, scim_op_groups(op));
    }

    return scim_op_body(op, 200, &buf);
}
