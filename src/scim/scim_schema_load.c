/*
 * Schemas and resource types from JSON files into structures, refusing what is
 * wrong by file and attribute.
 */

#include <string.h>

#include "scim_schema_files.h"
#include "scim_schema_read.h"

#define SCIM_URN_SCHEMA  "urn:ietf:params:scim:schemas:core:2.0:Schema"
#define SCIM_URN_TYPE    "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
#define SCIM_URN_LIST    "urn:ietf:params:scim:api:messages:2.0:ListResponse"

static const char *const scim_schema_members[] = {
    "schemas", "id", "externalId", "meta", "name", "description",
    "attributes", NULL
};

static const char *const scim_type_members[] = {
    "schemas", "id", "externalId", "meta", "name", "description", "endpoint",
    "schema", "schemaExtensions", NULL
};

/* Endpoints that RFC 7644 section 3.2 has for something else. */
static const char *const scim_endpoints_taken[] = {
    "ServiceProviderConfig", "ResourceTypes", "Schemas", "Me", "Bulk", NULL
};


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


scim_rc_t
scim_schemas_add_built_in(scim_schemas_t *schemas, scim_error_t *err)
{
    size_t     i;
    scim_rc_t  rc;

    rc = SCIM_OK;

    for (i = 0; rc == SCIM_OK && scim_schema_files[i].name != NULL; i++) {
        rc = scim_schemas_add(schemas, scim_schema_files[i].name,
                              scim_schema_files[i].text, err);
    }

    return rc;
}


/* What is mistyped must not pass for absent. */
static scim_rc_t
scim_load_known(const scim_load_t *load, const scim_json_t *json,
    const char *const names[])
{
    size_t              i;
    const scim_json_t  *member;

    for (member = json->first; member != NULL; member = member->next) {

        for (i = 0; names[i] != NULL; i++) {
            if (scim_str_eq(member->name, scim_str_from(names[i]))) {
                break;
            }
        }

        if (names[i] == NULL) {
            return scim_load_bad(load, "unknown member \"%.*s\"",
                                 SCIM_FMT(member->name));
        }
    }

    return SCIM_OK;
}


/* A URN (RFC 8141): names of members and keys of Redis hold it as it is. */
static bool
scim_schema_id_valid(scim_str_t id)
{
    char    c;
    size_t  i, colons;

    if (!scim_str_casestarts(id, scim_str("urn:")) || id.len > 255) {
        return false;
    }

    for (i = 0, colons = 0; i < id.len; i++) {
        c = id.data[i];
        colons += c == ':';

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9') || (c != '\0' && i > 0
                                            && strchr(":.-_", c) != NULL)))
        {
            return false;
        }
    }

    return colons >= 2 && id.data[id.len - 1] != ':';
}


/* The id of a schema: a URN that no other has, or what the attributes of every
 * resource are called here, once. */
static scim_rc_t
scim_load_schema_id(scim_load_t *load, const scim_json_t *json,
    scim_str_t *id)
{
    scim_rc_t  rc;

    rc = scim_load_text(load, json, "id", id);
    if (rc != SCIM_OK) {
        return rc;
    }

    load->name = *id;

    if (scim_schemas_find(load->schemas, *id) != NULL) {
        return scim_load_bad(load, "there is one of that id already");
    }

    if (!scim_schema_id_valid(*id)
        && (load->schemas->common != NULL
            || !scim_str_eq(*id, scim_str("common"))))
    {
        return scim_load_bad(load, "the id must be a URN of letters, digits, "
                             "'.', '-' and '_', such as "
                             "\"urn:example:scim:schemas:2.0:Badge\"");
    }

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

    rc = scim_load_schema_id(load, json, &schema->id);

    if (rc == SCIM_OK) {
        rc = scim_load_known(load, json, scim_schema_members);
    }

    if (rc == SCIM_OK) {
        rc = scim_load_text(load, json, "name", &schema->name);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    attrs = scim_json_get(json, scim_str("attributes"));

    rc = scim_load_attrs(load, attrs, schema, NULL, &schema->attrs,
                         &schema->nattrs);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (scim_load_complete(schemas->pool, attrs, schema->attrs) != SCIM_OK) {
        return SCIM_NOMEM;
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


/* A letter, then letters, digits and what `others` has. */
static bool
scim_word_valid(scim_str_t word, const char *others)
{
    char    c;
    size_t  i;

    for (i = 0; i < word.len; i++) {

        c = word.data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            continue;
        }

        if (i == 0 || !((c >= '0' && c <= '9')
                        || (c != '\0' && strchr(others, c) != NULL)))
        {
            return false;
        }
    }

    return word.len > 0 && word.len <= 64;
}


static scim_rc_t
scim_load_endpoint(const scim_load_t *load, const scim_json_t *json,
    scim_str_t *endpoint)
{
    size_t     i;
    scim_rc_t  rc;

    rc = scim_load_text(load, json, "endpoint", endpoint);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (endpoint->data[0] == '/') {
        *endpoint = scim_str_skip(*endpoint, 1);
    }

    if (!scim_word_valid(*endpoint, "-_")) {
        return scim_load_bad(load, "\"endpoint\" must be one word, such as "
                             "\"/Devices\"");
    }

    for (i = 0; scim_endpoints_taken[i] != NULL; i++) {
        if (scim_str_caseeq(*endpoint,
                            scim_str_from(scim_endpoints_taken[i])))
        {
            return scim_load_bad(load, "\"/%s\" is an endpoint of SCIM's own",
                                 scim_endpoints_taken[i]);
        }
    }

    return SCIM_OK;
}


static scim_rc_t
scim_load_new_type(const scim_load_t *load, const scim_json_t *json,
    scim_str_t endpoint, scim_resource_type_t **out)
{
    scim_schemas_t        *schemas;
    scim_resource_type_t  *type;

    schemas = load->schemas;

    if (scim_schemas_endpoint(schemas, endpoint) != NULL) {
        return scim_load_bad(load, "there is one of that endpoint already");
    }

    if (schemas->ntypes == SCIM_SCHEMAS_MAX) {
        return scim_load_bad(load, "more than %d resource types",
                             SCIM_SCHEMAS_MAX);
    }

    type = scim_pcalloc(schemas->pool, sizeof(scim_resource_type_t));
    if (type == NULL) {
        return SCIM_NOMEM;
    }

    type->name = load->name;
    type->endpoint = endpoint;
    type->description = scim_json_get_text(json, scim_str("description"));

    schemas->types[schemas->ntypes++] = type;
    *out = type;

    return SCIM_OK;
}


/* The type of the name, which may be there already. */
static scim_rc_t
scim_load_find_type(const scim_load_t *load, const scim_json_t *json,
    scim_str_t endpoint, scim_resource_type_t **out)
{
    size_t           i;
    scim_schemas_t  *schemas;

    schemas = load->schemas;

    for (i = 0; i < schemas->ntypes; i++) {

        *out = schemas->types[i];

        if (!scim_str_caseeq((*out)->name, load->name)) {
            continue;
        }

        if (!scim_str_eq((*out)->name, load->name)
            || !scim_str_caseeq((*out)->endpoint, endpoint))
        {
            return scim_load_bad(load, "the type \"%.*s\" is there already, "
                                 "with the endpoint \"/%.*s\"",
                                 SCIM_FMT((*out)->name),
                                 SCIM_FMT((*out)->endpoint));
        }

        return SCIM_OK;
    }

    return scim_load_new_type(load, json, endpoint, out);
}


static scim_rc_t
scim_load_type(scim_load_t *load, const scim_json_t *json)
{
    scim_rc_t              rc;
    scim_str_t             endpoint = scim_str_absent;
    scim_schemas_t        *schemas;
    scim_type_source_t    *source;
    scim_resource_type_t  *type = NULL;

    schemas = load->schemas;
    load->kind = "resource type";

    rc = scim_load_text(load, json, "name", &load->name);
    if (rc != SCIM_OK) {
        load->name = scim_str_absent;
        return rc;
    }

    if (!scim_word_valid(load->name, "")) {
        return scim_load_bad(load, "the name must be a letter and then "
                             "letters and digits");
    }

    rc = scim_load_known(load, json, scim_type_members);

    if (rc == SCIM_OK) {
        rc = scim_load_endpoint(load, json, &endpoint);
    }

    if (rc == SCIM_OK) {
        rc = scim_load_find_type(load, json, endpoint, &type);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    if (schemas->nsources == SCIM_SCHEMAS_MAX) {
        return scim_load_bad(load, "more than %d resource types",
                             SCIM_SCHEMAS_MAX);
    }

    source = &schemas->sources[schemas->nsources++];
    *source = (scim_type_source_t) { type, json, load->file };

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


/* The documents within: of an array, or of the answer to GET /Schemas. */
static scim_json_t *
scim_load_documents(scim_json_t *json)
{
    const scim_json_t  *urn;

    if (json->type == SCIM_JSON_ARRAY) {
        return json;
    }

    urn = scim_json_get(json, scim_str("schemas"));
    urn = urn != NULL && urn->type == SCIM_JSON_ARRAY ? urn->first : NULL;

    return urn != NULL && scim_str_caseeq(urn->text, scim_str(SCIM_URN_LIST))
           ? scim_json_get(json, scim_str("Resources")) : NULL;
}


scim_rc_t
scim_schemas_add(scim_schemas_t *schemas, const char *file, scim_str_t text,
    scim_error_t *err)
{
    scim_rc_t     rc;
    scim_json_t  *json, *list, *next;
    scim_load_t   load = { schemas, file, NULL, { NULL, 0 }, NULL, err };
    scim_error_t  why;

    rc = scim_json_parse(schemas->pool, text, NULL, &json, &why);

    if (rc == SCIM_REFUSED) {
        return scim_load_bad(&load, "%s", why.detail);
    }

    if (rc == SCIM_NONE) {
        return scim_load_bad(&load, "the file is empty");
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    list = scim_load_documents(json);

    if (list == NULL || list->type != SCIM_JSON_ARRAY) {
        return scim_load_document(&load, json);
    }

    for (json = list->first; rc == SCIM_OK && json != NULL; json = next) {
        next = json->next;
        rc = scim_load_document(&load, json);
    }

    return rc;
}
