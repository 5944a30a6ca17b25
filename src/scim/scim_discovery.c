/*
 * Discovery documents.
 */

#include "scim_discovery.h"

#define SCIM_URN_CORE  "urn:ietf:params:scim:schemas:core:2.0:"
#define SCIM_URN_LIST  "urn:ietf:params:scim:api:messages:2.0:ListResponse"


/* ,"meta":{"resourceType":"Schema","location":"BASE/PATH/ID"} */
static void
scim_discovery_meta(scim_buf_t *buf, scim_str_t base, const char *resource,
    const char *path, scim_str_t id)
{
    scim_buf_t  location;
    scim_str_t  text;

    scim_buf_lit(buf, ",\"meta\":{\"resourceType\":\"");
    scim_buf_str(buf, scim_str_from(resource));
    scim_buf_lit(buf, "\",\"location\":");

    scim_buf_init(&location, buf->pool, base.len + id.len + 32);
    scim_buf_str(&location, base);
    scim_buf_str(&location, scim_str_from(path));
    scim_buf_str(&location, id);

    if (scim_buf_done(&location, &text) == SCIM_OK) {
        scim_json_write_string(buf, text);
    } else {
        buf->failed = true;
    }

    scim_buf_char(buf, '}');
}


static void
scim_discovery_list(scim_buf_t *buf, size_t n)
{
    scim_buf_lit(buf, "{\"schemas\":[\"" SCIM_URN_LIST "\"],"
                      "\"totalResults\":");
    scim_buf_uint(buf, n);
    scim_buf_lit(buf, ",\"itemsPerPage\":");
    scim_buf_uint(buf, n);
    scim_buf_lit(buf, ",\"startIndex\":1,\"Resources\":[");
}


void
scim_discovery_config(scim_buf_t *buf, scim_str_t base,
    const scim_features_t *features)
{
    scim_buf_lit(buf,
        "{\"schemas\":[\"" SCIM_URN_CORE "ServiceProviderConfig\"],"
        "\"patch\":{\"supported\":true},"
        "\"bulk\":{\"supported\":");

    scim_buf_str(buf, (features->bulk_operations != 0) ? scim_str("true")
                                                       : scim_str("false"));
    scim_buf_lit(buf, ",\"maxOperations\":");
    scim_buf_uint(buf, features->bulk_operations);
    scim_buf_lit(buf, ",\"maxPayloadSize\":");
    scim_buf_uint(buf, (features->bulk_operations != 0)
                       ? features->bulk_payload : 0);

    scim_buf_lit(buf,
        "},"
        "\"filter\":{\"supported\":true,\"maxResults\":");

    scim_buf_uint(buf, features->max_results);

    scim_buf_lit(buf,
        "},"
        "\"changePassword\":{\"supported\":false},"
        "\"sort\":{\"supported\":true},"
        "\"etag\":{\"supported\":true},"
        "\"pagination\":{\"cursor\":true,\"index\":true,"
        "\"defaultPaginationMethod\":\"index\",\"defaultPageSize\":");

    scim_buf_uint(buf, features->page_size);
    scim_buf_lit(buf, ",\"maxPageSize\":");
    scim_buf_uint(buf, features->max_results);
    scim_buf_lit(buf, ",\"cursorTimeout\":");
    scim_buf_uint(buf, features->cursor_timeout);

    scim_buf_lit(buf,
        "},"
        "\"authenticationSchemes\":[{"
        "\"type\":\"oauthbearertoken\","
        "\"name\":\"Bearer token\","
        "\"description\":\"A token in the Authorization header of every "
        "request\","
        "\"specUri\":\"https://www.rfc-editor.org/info/rfc6750\","
        "\"primary\":true}]");

    scim_discovery_meta(buf, base, "ServiceProviderConfig",
                        "/ServiceProviderConfig", scim_str_absent);
    scim_buf_char(buf, '}');
}


static void
scim_discovery_write_type(scim_buf_t *buf, scim_str_t base,
    const scim_resource_type_t *type)
{
    size_t  i;

    scim_buf_lit(buf, "{\"schemas\":[\"" SCIM_URN_CORE "ResourceType\"],"
                      "\"id\":");
    scim_json_write_string(buf, type->name);
    scim_buf_lit(buf, ",\"name\":");
    scim_json_write_string(buf, type->name);
    scim_buf_lit(buf, ",\"endpoint\":\"/");
    scim_buf_str(buf, type->endpoint);
    scim_buf_char(buf, '"');

    if (type->description.data != NULL) {
        scim_buf_lit(buf, ",\"description\":");
        scim_json_write_string(buf, type->description);
    }

    scim_buf_lit(buf, ",\"schema\":");
    scim_json_write_string(buf, type->schema->id);
    scim_buf_lit(buf, ",\"schemaExtensions\":[");

    for (i = 0; i < type->nextensions; i++) {

        if (i > 0) {
            scim_buf_char(buf, ',');
        }

        scim_buf_lit(buf, "{\"schema\":");
        scim_json_write_string(buf, type->extensions[i]->id);
        scim_buf_lit(buf, ",\"required\":");
        scim_buf_str(buf, type->ext_required[i] ? scim_str("true}")
                                                : scim_str("false}"));
    }

    scim_buf_char(buf, ']');
    scim_discovery_meta(buf, base, "ResourceType", "/ResourceTypes/",
                        type->name);
    scim_buf_char(buf, '}');
}


/* The i-th of those that are shown; NULL past the end. */
static const scim_resource_type_t *
scim_discovery_type_at(const scim_schemas_t *schemas, bool groups, size_t i)
{
    size_t                       at;
    const scim_resource_type_t  *type;

    for (at = 0; (type = scim_schemas_type_at(schemas, at)) != NULL; at++) {
        if ((groups || type->members == NULL) && i-- == 0) {
            break;
        }
    }

    return type;
}


void
scim_discovery_types(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, bool groups)
{
    size_t                       i, n;
    const scim_resource_type_t  *type;

    for (n = 0; scim_discovery_type_at(schemas, groups, n) != NULL; n++) {
        /* count */
    }

    scim_discovery_list(buf, n);

    for (i = 0; i < n; i++) {
        type = scim_discovery_type_at(schemas, groups, i);

        if (i > 0) {
            scim_buf_char(buf, ',');
        }

        scim_discovery_write_type(buf, base, type);
    }

    scim_buf_lit(buf, "]}");
}


scim_rc_t
scim_discovery_type(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, scim_str_t name, bool groups)
{
    const scim_resource_type_t  *type;

    type = scim_schemas_type(schemas, name);

    if (type == NULL || (!groups && type->members != NULL)) {
        return SCIM_NONE;
    }

    scim_discovery_write_type(buf, base, type);

    return SCIM_OK;
}


static bool
scim_discovery_has(const scim_resource_type_t *type,
    const scim_schema_t *schema)
{
    size_t  i;

    for (i = 0; i < type->nextensions && type->extensions[i] != schema; i++) {
        /* the next */
    }

    return type->schema == schema || i < type->nextensions;
}


/* Not if only types that are not shown have it. */
static bool
scim_discovery_shows(const scim_schemas_t *schemas, bool groups,
    const scim_schema_t *schema)
{
    bool                         hidden;
    size_t                       i;
    const scim_resource_type_t  *type;

    hidden = false;

    for (i = 0; (type = scim_schemas_type_at(schemas, i)) != NULL; i++) {

        if (!scim_discovery_has(type, schema)) {
            continue;
        }

        if (groups || type->members == NULL) {
            return true;
        }

        hidden = true;
    }

    return !hidden;
}


/* The schema without its attribute `groups`, where it is the computed one. */
static const scim_json_t *
scim_discovery_trim(scim_pool_t *pool, const scim_schemas_t *schemas,
    const scim_schema_t *schema)
{
    size_t                       i;
    scim_json_t                 *copy, *attr, *attrs;
    const scim_resource_type_t  *type;

    for (i = 0; (type = scim_schemas_type_at(schemas, i)) != NULL; i++) {
        if (type->groups != NULL && type->groups->schema == schema) {
            break;
        }
    }

    if (type == NULL) {
        return schema->json;
    }

    copy = scim_json_copy(pool, schema->json);
    attrs = scim_json_get(copy, scim_str("attributes"));

    for (attr = (attrs == NULL) ? NULL : attrs->first; attr != NULL;
         attr = attr->next)
    {
        if (scim_str_eq(scim_json_get_text(attr, scim_str("name")),
                        type->groups->name))
        {
            scim_json_remove(attrs, attr);
            break;
        }
    }

    return copy;
}


/* The schema as its file has it, and meta as the last member. */
static void
scim_discovery_write_schema(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, const scim_schema_t *schema, bool groups)
{
    const scim_json_t  *json;

    json = groups ? schema->json
                  : scim_discovery_trim(buf->pool, schemas, schema);
    if (json == NULL) {
        buf->failed = true;
        return;
    }

    scim_json_write(buf, json);

    if (!buf->failed) {
        buf->len--;
    }

    scim_discovery_meta(buf, base, "Schema", "/Schemas/", schema->id);
    scim_buf_char(buf, '}');
}


void
scim_discovery_schemas(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, bool groups)
{
    bool                  any;
    size_t                i, n;
    const scim_schema_t  *schema;

    n = 0;

    for (i = 0; (schema = scim_schemas_at(schemas, i)) != NULL; i++) {
        n += scim_discovery_shows(schemas, groups, schema);
    }

    scim_discovery_list(buf, n);
    any = false;

    for (i = 0; (schema = scim_schemas_at(schemas, i)) != NULL; i++) {

        if (!scim_discovery_shows(schemas, groups, schema)) {
            continue;
        }

        if (any) {
            scim_buf_char(buf, ',');
        }

        any = true;
        scim_discovery_write_schema(buf, base, schemas, schema, groups);
    }

    scim_buf_lit(buf, "]}");
}


scim_rc_t
scim_discovery_schema(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, scim_str_t urn, bool groups)
{
    const scim_schema_t  *schema;

    schema = scim_schemas_find(schemas, urn);

    if (schema == NULL || !scim_discovery_shows(schemas, groups, schema)) {
        return SCIM_NONE;
    }

    scim_discovery_write_schema(buf, base, schemas, schema, groups);

    return SCIM_OK;
}
