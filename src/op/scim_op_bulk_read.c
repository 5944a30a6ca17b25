/*
 * Reads a bulk: its items, the ids of what they create, and which resources
 * they are about.
 */

#include <string.h>

#include "scim_op_bulk.h"
#include "scim_request.h"
#include "../scim/scim_text.h"


#define REQUEST_URN  "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

typedef struct {
    scim_bulk_t        *bulk;
    scim_bulk_names_t   names;
    scim_set_t          places;     /* "User/ID" */
    uint32_t           *last;       /* by place: the item before */
    scim_error_t        err;
} reader_t;


void
scim_bulk_refuse(scim_bulk_t *bulk, scim_bulk_item_t *item,
    const scim_error_t *err)
{
    scim_buf_t               buf;
    static const scim_str_t  no_memory = SCIM_STR(
        "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
        "\"status\":\"500\","
        "\"detail\":\"This service is short of memory. Try again later.\"}");

    item->status = err->status;
    item->retry_after = err->retry_after;
    item->etag[0] = '\0';

    scim_buf_init(&buf, bulk->op->pool, 256);
    scim_error_write(&buf, err);

    if (scim_buf_done(&buf, &item->body) != SCIM_OK) {
        item->status = 500;
        item->body = no_memory;
    }
}


/* --- the request ---------------------------------------------------------- */

static bool
is_bulk(const scim_json_t *body)
{
    const scim_json_t  *schemas, *urn;

    schemas = scim_json_get_ci(body, scim_str("schemas"));

    if (schemas == NULL || schemas->type != SCIM_JSON_ARRAY) {
        return schemas == NULL;
    }

    for (urn = schemas->first; urn != NULL; urn = urn->next) {
        if (urn->type == SCIM_JSON_STRING
            && scim_str_caseeq(urn->text, scim_str(REQUEST_URN)))
        {
            return true;
        }
    }

    return false;
}


static scim_rc_t
read_fail_on(scim_bulk_t *bulk, const scim_json_t *body, scim_error_t *err)
{
    size_t              i, n;
    const scim_json_t  *value;

    bulk->fail_on = SIZE_MAX;
    value = scim_json_get_ci(body, scim_str("failOnErrors"));

    if (value == NULL || value->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    n = 0;

    if ((value->type == SCIM_JSON_NUMBER || value->type == SCIM_JSON_STRING)
        && value->text.len < 10)
    {
        for (i = 0; i < value->text.len; i++) {
            if (value->text.data[i] < '0' || value->text.data[i] > '9') {
                n = 0;
                break;
            }

            n = n * 10 + (size_t) (value->text.data[i] - '0');
        }
    }

    if (n == 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "failOnErrors is a number of errors, 1 or more; "
                           "left out, every operation is tried");
    }

    bulk->fail_on = n;

    return SCIM_OK;
}


static scim_rc_t
read_request(scim_bulk_t *bulk, const scim_json_t **operations,
    scim_error_t *err)
{
    size_t              max = bulk->op->env->conf->bulk_operations;
    scim_rc_t           rc;
    const scim_json_t  *body = bulk->op->request.body, *array;
    static const scim_str_t parts[] = {
        SCIM_STR("Operations"), SCIM_STR("failOnErrors")
    };

    if (body->type != SCIM_JSON_OBJECT || !is_bulk(body)) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "A bulk request is a JSON object with the schema "
                           "%s", REQUEST_URN);
    }

    rc = scim_json_once(body, parts, sizeof(parts) / sizeof(parts[0]), err);
    if (rc != SCIM_OK) {
        return rc;
    }

    array = scim_json_get_ci(body, scim_str("Operations"));

    if (array == NULL || array->type != SCIM_JSON_ARRAY) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "A bulk request has an array Operations");
    }

    if (array->count > max) {
        return scim_refuse(err, 413, SCIM_TYPE_NONE,
                           "The number of operations, %zu, exceeds "
                           "maxOperations (%zu): send them in several bulk "
                           "requests", array->count, max);
    }

    *operations = array;

    return read_fail_on(bulk, body, err);
}


/* --- one item, by itself -------------------------------------------------- */

static scim_rc_t
read_method(scim_bulk_item_t *item, scim_error_t *err)
{
    size_t  i;

    static const struct {
        scim_str_t     name;
        scim_method_e  method;
    } methods[] = {
        { SCIM_STR("POST"), SCIM_POST },
        { SCIM_STR("PUT"), SCIM_PUT },
        { SCIM_STR("PATCH"), SCIM_PATCH },
        { SCIM_STR("DELETE"), SCIM_DELETE },
    };

    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (scim_str_caseeq(item->method, methods[i].name)) {
            item->request.method = methods[i].method;
            return SCIM_OK;
        }
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "The method \"%.*s\" is none of a bulk operation's: "
                       "they are POST, PUT, PATCH and DELETE",
                       SCIM_FMT(item->method));
}


/* A condition that is not understood must not pass for none. */
static scim_rc_t
read_version(const scim_json_t *json, scim_request_t *request,
    scim_error_t *err)
{
    const scim_json_t  *version;

    version = scim_json_get_ci(json, scim_str("version"));

    if (version == NULL || version->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    if (version->type != SCIM_JSON_STRING) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The operation's version is a text, as the "
                           "resource has it in meta.version");
    }

    if (version->text.len != 0) {
        request->if_match = version->text;
    }

    return SCIM_OK;
}


/* The example of RFC 7644 section 3.7.3 has the operations of a PATCH without
 * the body around them. */
static scim_rc_t
wrap_operations(scim_pool_t *pool, const scim_json_t **body)
{
    scim_json_t  *list, *object;

    list = scim_palloc(pool, sizeof(scim_json_t));
    object = scim_json_object(pool);

    if (list == NULL || object == NULL) {
        return SCIM_NOMEM;
    }

    /* "data" itself keeps its place among its siblings */
    *list = **body;
    *body = object;

    return scim_json_add(object, scim_str("Operations"), list);
}


static scim_rc_t
read_data(scim_pool_t *pool, const scim_json_t *json, scim_bulk_item_t *item,
    scim_error_t *err)
{
    scim_request_t  *request = &item->request;

    if (request->method == SCIM_DELETE) {
        request->body = NULL;
        return SCIM_OK;
    }

    request->body = scim_json_get_ci(json, scim_str("data"));

    if (request->body == NULL) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The operation has no data: with %.*s it must "
                           "(RFC 7644 section 3.7)", SCIM_FMT(item->method));
    }

    if (request->method == SCIM_PATCH
        && request->body->type == SCIM_JSON_ARRAY)
    {
        return wrap_operations(pool, &request->body);
    }

    return SCIM_OK;
}


static scim_rc_t
read_item(scim_pool_t *pool, const scim_json_t *json, scim_bulk_item_t *item,
    scim_error_t *err)
{
    scim_rc_t        rc;
    scim_request_t  *request = &item->request;
    static const scim_str_t parts[] = {
        SCIM_STR("method"), SCIM_STR("path"), SCIM_STR("bulkId"),
        SCIM_STR("version"), SCIM_STR("data")
    };

    if (json->type != SCIM_JSON_OBJECT) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "A bulk operation is a JSON object with method "
                           "and path");
    }

    item->method = scim_json_get_text(json, scim_str("method"));
    item->path = scim_json_get_text(json, scim_str("path"));
    item->bulk_id = scim_json_get_text(json, scim_str("bulkId"));

    rc = scim_json_once(json, parts, sizeof(parts) / sizeof(parts[0]), err);

    if (rc == SCIM_OK) {
        rc = read_method(item, err);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    if (item->path.len == 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The operation has no path, such as /Users or "
                           "/Users/ID");
    }

    if (request->method == SCIM_POST && item->bulk_id.len == 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "The operation has no bulkId: with POST it must "
                           "(RFC 7644 section 3.7)");
    }

    rc = read_data(pool, json, item, err);

    if (rc != SCIM_OK) {
        return rc;
    }

    return (request->method == SCIM_POST) ? SCIM_OK
                                          : read_version(json, request, err);
}


/* A POST's id, and its name among the bulkIds. */
static scim_rc_t
name_item(reader_t *reader, scim_bulk_item_t *item)
{
    bool                  added;
    char                 *id;
    size_t                number;
    uint8_t               random[16];
    const scim_op_env_t  *env = reader->bulk->op->env;

    id = scim_palloc(reader->bulk->op->pool, SCIM_UUID_LEN + 1);

    if (id == NULL
        || scim_set_put(&reader->names.set, item->bulk_id, &number, &added)
           != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    env->random(env->random_data, random, sizeof(random));
    scim_uuid_format(random, id);
    item->request.id = scim_str_from(id);

    if (added) {
        reader->names.makers[number] = (uint32_t) (item
                                                   - reader->bulk->items);
        reader->names.n = (uint32_t) number + 1;
        return SCIM_OK;
    }

    return scim_refuse(&reader->err, 400, SCIM_INVALID_VALUE,
                       "The bulkId \"%.*s\" is that of an operation before: "
                       "it must be unique within the request",
                       SCIM_FMT(item->bulk_id));
}


/* --- one item, among the others ------------------------------------------- */

static scim_rc_t
map_item(reader_t *reader, scim_bulk_item_t *item)
{
    scim_rc_t       rc;
    scim_str_t      path, id = item->request.id;
    const char     *args;
    scim_http_t     http = { .method = item->request.method };
    scim_target_e   wanted;
    scim_request_t  mapped;

    rc = scim_bulk_location(reader->bulk, &reader->names, item, &path,
                            &reader->err);
    if (rc != SCIM_OK) {
        return rc;
    }

    args = memchr(path.data, '?', path.len);
    http.path = path;

    if (args != NULL) {
        http.path.len = (size_t) (args - path.data);
        http.args = scim_str_skip(path, http.path.len + 1);
    }

    http.if_match = item->request.if_match;

    rc = scim_request_map(reader->bulk->op->pool,
                          reader->bulk->op->env->conf->schemas, &http,
                          &mapped, &reader->err);
    if (rc != SCIM_OK) {
        return rc;
    }

    wanted = (mapped.method == SCIM_POST) ? SCIM_TARGET_COLLECTION
                                          : SCIM_TARGET_RESOURCE;

    if (mapped.target != wanted) {
        return scim_refuse(&reader->err, 400, SCIM_INVALID_VALUE,
                           "The path \"%.*s\" is none for %.*s in a bulk: "
                           "POST takes a resource type's, such as /Users, "
                           "the other methods that of a resource, such as "
                           "/Users/ID", SCIM_FMT(item->path),
                           SCIM_FMT(item->method));
    }

    mapped.body = item->request.body;
    mapped.brief = true;

    if (mapped.method == SCIM_POST) {
        mapped.id = id;
    }

    item->request = mapped;

    return SCIM_OK;
}


/* Operations on the same resource keep their order. */
static scim_rc_t
follow(reader_t *reader, scim_bulk_item_t *item)
{
    bool            added;
    size_t          number;
    scim_str_t      place;
    scim_request_t *request = &item->request;

    if (scim_str_printf(reader->bulk->op->pool, &place, "%.*s/%.*s",
                        SCIM_FMT(request->type->name), SCIM_FMT(request->id))
        != SCIM_OK
        || scim_set_put(&reader->places, place, &number, &added) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    if (!added) {
        item->follows = reader->last[number];
    }

    reader->last[number] = (uint32_t) (item - reader->bulk->items);

    return SCIM_OK;
}


/* Once all items are mapped, as what refers to a resource by its URL needs
 * the type of that. */
static scim_rc_t
link_item(reader_t *reader, scim_bulk_item_t *item)
{
    scim_rc_t     rc = SCIM_OK;
    scim_bulk_t  *bulk = reader->bulk;

    item->ref_from = bulk->nrefs;
    item->ref_to = bulk->nrefs;

    if (item->request.body != NULL) {
        rc = scim_bulk_resolve(bulk, &reader->names, item, &reader->err);
    }

    if (rc != SCIM_OK) {
        bulk->nrefs = item->ref_from;
        return rc;
    }

    item->ref_to = bulk->nrefs;

    /* What a POST makes nobody else can have made before. */
    return (item->request.method != SCIM_POST) ? follow(reader, item)
                                               : SCIM_OK;
}


/* --- all of them ---------------------------------------------------------- */

static scim_rc_t
read_items(reader_t *reader, const scim_json_t *operations)
{
    scim_rc_t           rc;
    scim_bulk_item_t   *item = reader->bulk->items;
    const scim_json_t  *json;

    for (json = operations->first; json != NULL; json = json->next, item++) {

        item->path_ref = SCIM_BULK_NONE;
        item->follows = SCIM_BULK_NONE;

        rc = read_item(reader->bulk->op->pool, json, item, &reader->err);

        if (item->request.method == SCIM_POST && item->bulk_id.len != 0
            && rc == SCIM_OK)
        {
            rc = name_item(reader, item);
        }

        if (rc == SCIM_NOMEM) {
            return rc;
        }

        if (rc != SCIM_OK) {
            scim_bulk_refuse(reader->bulk, item, &reader->err);
        }
    }

    return SCIM_OK;
}


/* A step with each item that has not been refused. */
static scim_rc_t
each_item(reader_t *reader,
    scim_rc_t (*step)(reader_t *reader, scim_bulk_item_t *item))
{
    uint32_t           i;
    scim_rc_t          rc;
    scim_bulk_t       *bulk = reader->bulk;
    scim_bulk_item_t  *item;

    for (i = 0; i < bulk->n; i++) {
        item = &bulk->items[i];

        if (item->status != 0) {
            continue;
        }

        rc = step(reader, item);

        if (rc == SCIM_NOMEM) {
            return rc;
        }

        /* What is refused waits for nobody. */
        if (rc != SCIM_OK) {
            item->path_ref = SCIM_BULK_NONE;
            scim_bulk_refuse(bulk, item, &reader->err);
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_bulk_read(scim_bulk_t *bulk, scim_error_t *err)
{
    scim_rc_t           rc;
    reader_t            reader = { .bulk = bulk };
    scim_pool_t        *pool = bulk->op->pool;
    const scim_json_t  *operations = NULL;

    rc = read_request(bulk, &operations, err);
    if (rc != SCIM_OK || operations == NULL) {
        return rc;
    }

    bulk->n = (uint32_t) operations->count;
    bulk->items = scim_pcalloc(pool, bulk->n * sizeof(scim_bulk_item_t));
    reader.names.makers = scim_palloc(pool, bulk->n * sizeof(uint32_t));
    reader.last = scim_palloc(pool, bulk->n * sizeof(uint32_t));

    if (bulk->items == NULL || reader.names.makers == NULL
        || reader.last == NULL)
    {
        return SCIM_NOMEM;
    }

    scim_set_init(&reader.names.set, pool);
    scim_set_init(&reader.places, pool);

    rc = read_items(&reader, operations);

    if (rc == SCIM_OK) {
        rc = each_item(&reader, map_item);
    }

    return (rc == SCIM_OK) ? each_item(&reader, link_item) : rc;
}
