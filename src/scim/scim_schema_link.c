/*
 * Resource types and their schemas, bound together after the last file.
 */

#include <string.h>

#include "scim_schema_read.h"


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


/* Attributes of every resource would hide the schema's own. */
static scim_rc_t
scim_link_check_core(scim_load_t *load, const scim_schema_t *schema)
{
    size_t                i, j;
    const scim_schema_t  *common;

    common = load->schemas->common;

    for (i = 0; i < schema->nattrs; i++) {
        for (j = 0; j < common->nattrs; j++) {
            if (scim_str_caseeq(schema->attrs[i].name,
                                common->attrs[j].name))
            {
                return scim_load_bad(load, "the schema \"%.*s\" has an "
                                     "attribute \"%.*s\": every resource has "
                                     "one of that name already",
                                     SCIM_FMT(schema->id),
                                     SCIM_FMT(schema->attrs[i].name));
            }
        }
    }

    return SCIM_OK;
}


static scim_rc_t
scim_link_core(scim_load_t *load, const scim_json_t *json,
    scim_resource_type_t *type)
{
    scim_rc_t             rc;
    const scim_schema_t  *schema;

    rc = scim_link_schema(load, json, &schema);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (type->schema != NULL && type->schema != schema) {
        return scim_load_bad(load, "its schema is \"%.*s\" already",
                             SCIM_FMT(type->schema->id));
    }

    type->schema = schema;

    return scim_link_check_core(load, schema);
}


/* One more extension, or another `required` for one that is there. */
static scim_rc_t
scim_link_extension(scim_load_t *load, const scim_json_t *json,
    scim_resource_type_t *type)
{
    size_t                i;
    scim_rc_t             rc;
    const scim_json_t    *required;
    const scim_schema_t  *schema;

    rc = scim_link_schema(load, json, &schema);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (schema == type->schema) {
        return scim_load_bad(load, "\"%.*s\" is its schema, and cannot "
                             "extend it as well", SCIM_FMT(schema->id));
    }

    for (i = 0; i < type->nextensions; i++) {
        if (type->extensions[i] == schema) {
            break;
        }
    }

    type->extensions[i] = schema;
    type->nextensions += i == type->nextensions;

    required = scim_json_get(json, scim_str("required"));

    return required != NULL
           ? scim_load_flag(load, required, &type->ext_required[i]) : SCIM_OK;
}


static scim_rc_t
scim_link_extensions(scim_load_t *load, const scim_json_t *json,
    scim_resource_type_t *type)
{
    bool                 *required;
    size_t                n;
    scim_rc_t             rc;
    scim_pool_t          *pool;
    const scim_json_t    *list, *item;
    const scim_schema_t **extensions;

    list = scim_json_get(json, scim_str("schemaExtensions"));

    if (list != NULL && list->type != SCIM_JSON_ARRAY) {
        return scim_load_bad(load, "\"schemaExtensions\" must be an array");
    }

    pool = load->schemas->pool;
    n = type->nextensions + (list != NULL ? list->count : 0);

    extensions = scim_palloc(pool, n * sizeof(scim_schema_t *));
    required = scim_pcalloc(pool, n * sizeof(bool));
    if (extensions == NULL || required == NULL) {
        return SCIM_NOMEM;
    }

    if (type->nextensions > 0) {
        memcpy(extensions, type->extensions,
               type->nextensions * sizeof(scim_schema_t *));
        memcpy(required, type->ext_required,
               type->nextensions * sizeof(bool));
    }

    type->extensions = extensions;
    type->ext_required = required;

    rc = SCIM_OK;

    for (item = list != NULL ? list->first : NULL;
         rc == SCIM_OK && item != NULL;
         item = item->next)
    {
        rc = scim_link_extension(load, item, type);
    }

    return rc;
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


/* The two attributes that the store keeps apart from the document.  Of other
 * types, an attribute of such a name is one like any other. */
static void
scim_link_relations(scim_resource_type_t *type)
{
    const scim_attr_t  *attr;

    attr = scim_type_attr(type, type->schema, scim_str("members"));

    if (scim_str_eq(type->name, scim_str("Group")) && attr != NULL
        && attr->multi_valued && scim_attr_value_sub(attr) != NULL)
    {
        type->members = attr;
    }

    attr = scim_type_attr(type, type->schema, scim_str("groups"));

    if (scim_str_eq(type->name, scim_str("User")) && attr != NULL
        && attr->mutability == SCIM_READ_ONLY)
    {
        type->groups = attr;
    }
}


/* An extension that is required must have something to give. */
static scim_rc_t
scim_link_check_required(const scim_load_t *load,
    const scim_resource_type_t *type)
{
    size_t                i, j;
    const scim_schema_t  *schema;

    for (i = 0; i < type->nextensions; i++) {

        schema = type->extensions[i];

        for (j = 0; j < schema->nattrs; j++) {
            if (scim_attr_settable(&schema->attrs[j])) {
                break;
            }
        }

        if (type->ext_required[i] && j == schema->nattrs) {
            return scim_load_bad(load, "the extension \"%.*s\" cannot be "
                                 "required: nobody can set any of it",
                                 SCIM_FMT(schema->id));
        }
    }

    return SCIM_OK;
}


static scim_rc_t
scim_link_type(scim_load_t *load, const scim_json_t *json,
    scim_resource_type_t *type)
{
    size_t     i;
    scim_rc_t  rc;

    rc = scim_link_core(load, json, type);

    if (rc == SCIM_OK) {
        rc = scim_link_extensions(load, json, type);
    }

    if (rc == SCIM_OK) {
        rc = scim_link_check_required(load, type);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    type->common = load->schemas->common;
    scim_link_relations(type);

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
    size_t               i;
    scim_rc_t            rc;
    scim_load_t          load = { schemas, NULL, "resource type", { NULL, 0 },
                                  NULL, err };
    scim_type_source_t  *source;

    if (schemas->common == NULL) {
        return scim_refuse(err, 500, SCIM_TYPE_NONE,
                           "no schema \"common\" was loaded");
    }

    for (i = 0; i < schemas->nsources; i++) {

        source = &schemas->sources[i];
        load.file = source->file;
        load.name = source->type->name;

        rc = scim_link_type(&load, source->json, source->type);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}
