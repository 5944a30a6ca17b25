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


void
scim_discovery_types(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas)
{
    size_t                       i, n;
    const scim_resource_type_t  *type;

    for (n = 0; scim_schemas_type_at(schemas, n) != NULL; n++) {
        /* count */
    }

    scim_discovery_list(buf, n);

    for (i = 0; (type = scim_schemas_type_at(schemas, i)) != NULL; i++) {

        if (i > 0) {
            scim_buf_char(buf, ',');
        }

        scim_discovery_write_type(buf, base, type);
    }

    scim_buf_lit(buf, "]}");
}


scim_rc_t
scim_discovery_type(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, scim_str_t name)
{
    const scim_resource_type_t  *type;

    type = scim_schemas_type(schemas, name);
    if (type == NULL) {
        return SCIM_NONE;
    }

    scim_discovery_write_type(buf, base, type);

    return SCIM_OK;
}


/* The schema as its file has it, and meta as the last member. */
static void
scim_discovery_write_schema(scim_buf_t *buf, scim_str_t base,
    const scim_schema_t *schema)
{
    scim_json_write(buf, schema->json);

    if (!buf->failed) {
        buf->len--;
    }

    scim_discovery_meta(buf, base, "Schema", "/Schemas/", schema->id);
    scim_buf_char(buf, '}');
}


void
scim_discovery_schemas(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas)
{
    size_t                i, n;
    const scim_schema_t  *schema;

    for (n = 0; scim_schemas_at(schemas, n) != NULL; n++) {
        /* count */
    }

    scim_discovery_list(buf, n);

    for (i = 0; (schema = scim_schemas_at(schemas, i)) != NULL; i++) {

        if (i > 0) {
            scim_buf_char(buf, ',');
        }

        scim_discovery_write_schema(buf, base, schema);
    }

    scim_buf_lit(buf, "]}");
}


scim_rc_t
scim_discovery_schema(scim_buf_t *buf, scim_str_t base,
    const scim_schemas_t *schemas, scim_str_t urn)
{
    const scim_schema_t  *schema;

    schema = scim_schemas_find(schemas, urn);
    if (schema == NULL) {
        return SCIM_NONE;
    }

    scim_discovery_write_schema(buf, base, schema);

    return SCIM_OK;
}
