/*
 * Schemas and resource types from JSON files into structures, refusing what is
 * wrong by file and attribute.
 */

#include "scim_schema_read.h"

#define SCIM_URN_SCHEMA  "urn:ietf:params:scim:schemas:core:2.0:Schema"
#define SCIM_URN_TYPE    "urn:ietf:params:scim:schemas:core:2.0:ResourceType"


scim_rc_t
scim_schemas_new(scim_pool_t *pool, scim_schemas_t **out)
{
    *out = scim_pcalloc(pool, sizeof(scim_schemas_t));
    if (*out == NULL) {
        return SCIM_NOMEM;
    }

    (*out)->pool = pool;

    return SCIM_OK;
}


static scim_rc_t
scim_load_schema(scim_load_t *load, scim_json_t *json)
{
    scim_rc_t        rc;
    scim_json_t     *attrs, *meta;
    scim_schema_t   *schema;
    scim_schemas_t  *schemas;

    schemas = load->schemas;

    schema = scim_pcalloc(schemas->pool, sizeof(scim_schema_t));
    if (schema == NULL) {
        return SCIM_NOMEM;
    }

    load->kind = "schema";

    rc = scim_load_text(load, json, "id", &schema->id);
    if (rc != SCIM_OK) {
        return rc;
    }

    load->name = schema->id;

    if (scim_schemas_find(schemas, schema->id) != NULL) {
        return scim_load_bad(load, "there is one of that id already");
    }

    rc = scim_load_text(load, json, "name", &schema->name);
    if (rc != SCIM_OK) {
        return rc;
    }

    attrs = scim_json_get(json, scim_str("attributes"));

    rc = scim_load_attrs(load, attrs, schema, NULL, &schema->attrs,
                         &schema->nattrs);
    if (rc != SCIM_OK) {
        return rc;
    }

    scim_load_hide(attrs, schema->attrs);

    meta = scim_json_get(json, scim_str("meta"));
    if (meta != NULL) {
        scim_json_remove(json, meta);
    }

    schema->json = json;

    if (scim_str_eq(schema->id, scim_str("common"))) {
        schemas->common = schema;
        return SCIM_OK;
    }

    if (schemas->nschemas == SCIM_SCHEMAS_MAX) {
        return scim_load_bad(load, "more than %d schemas", SCIM_SCHEMAS_MAX);
    }

    schemas->schemas[schemas->nschemas++] = schema;

    return SCIM_OK;
}


static scim_rc_t
scim_load_type(scim_load_t *load, const scim_json_t *json)
{
    scim_rc_t              rc;
    scim_schemas_t        *schemas;
    scim_resource_type_t  *type;

    schemas = load->schemas;

    type = scim_pcalloc(schemas->pool, sizeof(scim_resource_type_t));
    if (type == NULL) {
        return SCIM_NOMEM;
    }

    load->kind = "resource type";

    rc = scim_load_text(load, json, "name", &type->name);
    if (rc != SCIM_OK) {
        return rc;
    }

    load->name = type->name;

    rc = scim_load_text(load, json, "endpoint", &type->endpoint);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (type->endpoint.data[0] == '/') {
        type->endpoint = scim_str_skip(type->endpoint, 1);
    }

    if (scim_schemas_type(schemas, type->name) != NULL
        || scim_schemas_endpoint(schemas, type->endpoint) != NULL)
    {
        return scim_load_bad(load, "there is one of that name or endpoint "
                             "already");
    }

    if (schemas->ntypes == SCIM_SCHEMAS_MAX) {
        return scim_load_bad(load, "more than %d resource types",
                             SCIM_SCHEMAS_MAX);
    }

    type->description = scim_json_get_text(json, scim_str("description"));

    schemas->type_files[schemas->ntypes] = load->file;
    schemas->type_json[schemas->ntypes] = json;
    schemas->types[schemas->ntypes++] = type;

    return SCIM_OK;
}


static scim_rc_t
scim_load_document(scim_load_t *load, scim_json_t *json)
{
    const scim_json_t  *urn;

    load->kind = NULL;
    load->name = scim_str_absent;
    load->attr = NULL;

    urn = scim_json_get(json, scim_str("schemas"));
    urn = urn != NULL && urn->type == SCIM_JSON_ARRAY ? urn->first : NULL;

    for ( /* void */ ; urn != NULL; urn = urn->next) {

        if (scim_str_caseeq(urn->text, scim_str(SCIM_URN_SCHEMA))) {
            return scim_load_schema(load, json);
        }

        if (scim_str_caseeq(urn->text, scim_str(SCIM_URN_TYPE))) {
            return scim_load_type(load, json);
        }
    }

    return scim_load_bad(load, "\"schemas\" must name \"%s\" or \"%s\"",
                         SCIM_URN_SCHEMA, SCIM_URN_TYPE);
}


scim_rc_t
scim_schemas_add(scim_schemas_t *schemas, const char *file, scim_str_t text,
    scim_error_t *err)
{
    scim_rc_t     rc;
    scim_json_t  *json, *next;
    scim_load_t   load = { schemas, file, NULL, { NULL, 0 }, NULL, err };
    scim_error_t  why;

    rc = scim_json_parse(schemas->pool, text, NULL, &json, &why);

    if (rc == SCIM_REFUSED) {
        return scim_load_bad(&load, "%s", why.detail);
    }

    if (rc == SCIM_NONE) {
        return scim_load_bad(&load, "the file is empty");
    }

    if (rc != SCIM_OK || json->type != SCIM_JSON_ARRAY) {
        return rc == SCIM_OK ? scim_load_document(&load, json) : rc;
    }

    for (json = json->first; rc == SCIM_OK && json != NULL; json = next) {
        next = json->next;
        rc = scim_load_document(&load, json);
    }

    return rc;
}


/* The schema that a member names, which must have been loaded. */
static scim_rc_t
scim_link_schema(scim_load_t *load, const scim_json_t *json,
    const scim_schema_t **out)
{
    scim_rc_t   rc;
    scim_str_t  urn;

    rc = scim_load_text(load, json, "schema", &urn);
    if (rc != SCIM_OK) {
        return rc;
    }

    *out = scim_schemas_find(load->schemas, urn);
    if (*out == NULL) {
        return scim_load_bad(load, "there is no schema \"%.*s\"",
                             SCIM_FMT(urn));
    }

    return SCIM_OK;
}


static scim_rc_t
scim_link_extensions(scim_load_t *load, const scim_json_t *json,
    scim_resource_type_t *type)
{
    size_t              i, n;
    scim_rc_t           rc;
    const scim_json_t  *list, *item, *required;

    list = scim_json_get(json, scim_str("schemaExtensions"));
    n = list != NULL && list->type == SCIM_JSON_ARRAY ? list->count : 0;

    type->extensions = scim_palloc(load->schemas->pool,
                                   n * sizeof(scim_schema_t *));
    type->ext_required = scim_pcalloc(load->schemas->pool, n * sizeof(bool));
    if (type->extensions == NULL || type->ext_required == NULL) {
        return SCIM_NOMEM;
    }

    item = n > 0 ? list->first : NULL;

    for (i = 0; item != NULL; item = item->next, i++) {

        rc = scim_link_schema(load, item, &type->extensions[i]);
        if (rc != SCIM_OK) {
            return rc;
        }

        required = scim_json_get(item, scim_str("required"));
        if (required != NULL) {
            rc = scim_load_flag(load, required, &type->ext_required[i]);
            if (rc != SCIM_OK) {
                return rc;
            }
        }
    }

    type->nextensions = n;

    return SCIM_OK;
}


/* Whether something is stored that is not shown by default.  What is
 * writeOnly is never stored. */
static bool
scim_attrs_hide(const scim_attr_t *attrs, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {

        if (attrs[i].mutability != SCIM_WRITE_ONLY
            && (attrs[i].returned == SCIM_RETURNED_NEVER
                || attrs[i].returned == SCIM_RETURNED_REQUEST
                || scim_attrs_hide(attrs[i].subs, attrs[i].nsubs)))
        {
            return true;
        }
    }

    return false;
}


static scim_rc_t
scim_link_type(scim_load_t *load, const scim_json_t *json,
    scim_resource_type_t *type)
{
    size_t              i;
    scim_rc_t           rc;
    const scim_attr_t  *attr;

    rc = scim_link_schema(load, json, &type->schema);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = scim_link_extensions(load, json, type);
    if (rc != SCIM_OK) {
        return rc;
    }

    type->common = load->schemas->common;

    /* The two that the store keeps apart, by their shape in RFC 7643. */
    attr = scim_type_attr(type, type->schema, scim_str("members"));
    if (attr != NULL && attr->multi_valued && scim_attr_value_sub(attr)) {
        type->members = attr;
    }

    attr = scim_type_attr(type, type->schema, scim_str("groups"));
    if (attr != NULL && attr->mutability == SCIM_READ_ONLY) {
        type->groups = attr;
    }

    type->hides = scim_attrs_hide(type->schema->attrs, type->schema->nattrs);

    for (i = 0; i < type->nextensions; i++) {
        type->hides = type->hides
                      || scim_attrs_hide(type->extensions[i]->attrs,
                                         type->extensions[i]->nattrs);
    }

    return SCIM_OK;
}


scim_rc_t
scim_schemas_link(scim_schemas_t *schemas, scim_error_t *err)
{
    size_t       i;
    scim_rc_t    rc;
    scim_load_t  load = { schemas, NULL, "resource type", { NULL, 0 }, NULL,
                          err };

    if (schemas->common == NULL) {
        return scim_refuse(err, 500, SCIM_TYPE_NONE,
                           "no schema \"common\" was loaded");
    }

    for (i = 0; i < schemas->ntypes; i++) {

        load.file = schemas->type_files[i];
        load.name = schemas->types[i]->name;

        rc = scim_link_type(&load, schemas->type_json[i], schemas->types[i]);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}
