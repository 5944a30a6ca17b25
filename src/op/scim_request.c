/*
 * From the parts of an HTTP request to a SCIM request.
 */

#include <string.h>

#include "scim_request.h"
#include "../scim/scim_text.h"


#define SEARCH_URN  "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

/* "/Users/ID": more than that is nothing here. */
#define SEGMENTS    2

/* The places of the mapper in scim_request_t, by the names of query arguments
 * and of a SearchRequest's members alike. */
#define LIST    1   /* several may be given */
#define NUMBER  2
#define EMPTY   4   /* empty is not the same as absent */

static const struct {
    scim_str_t         name;
    size_t             offset;
    scim_error_type_e  type;
    unsigned           kind;
} params[] = {
    { SCIM_STR("filter"), offsetof(scim_request_t, filter),
      SCIM_INVALID_FILTER, 0 },
    { SCIM_STR("attributes"), offsetof(scim_request_t, attributes),
      SCIM_INVALID_VALUE, LIST },
    { SCIM_STR("excludedAttributes"), offsetof(scim_request_t, excluded),
      SCIM_INVALID_VALUE, LIST },
    { SCIM_STR("startIndex"), offsetof(scim_request_t, start_index),
      SCIM_INVALID_VALUE, NUMBER },
    { SCIM_STR("count"), offsetof(scim_request_t, count),
      SCIM_INVALID_VALUE, NUMBER },
    { SCIM_STR("sortBy"), offsetof(scim_request_t, sort_by),
      SCIM_INVALID_VALUE, 0 },
    { SCIM_STR("sortOrder"), offsetof(scim_request_t, sort_order),
      SCIM_INVALID_VALUE, 0 },
    { SCIM_STR("cursor"), offsetof(scim_request_t, cursor),
      SCIM_INVALID_CURSOR, EMPTY },
};

#define NPARAMS  (sizeof(params) / sizeof(params[0]))

/* Endpoints that are no resource type's. */
static const struct {
    scim_str_t     name;
    scim_target_e  target;
    bool           named;       /* takes a name or URN after it */
} endpoints[] = {
    { SCIM_STR("Me"), SCIM_TARGET_ME, false },
    { SCIM_STR("ServiceProviderConfig"), SCIM_TARGET_CONFIG, false },
    { SCIM_STR("ResourceTypes"), SCIM_TARGET_TYPES, true },
    { SCIM_STR("Schemas"), SCIM_TARGET_SCHEMAS, true },
    { SCIM_STR("Bulk"), SCIM_TARGET_BULK, false },
};

#define NENDPOINTS  (sizeof(endpoints) / sizeof(endpoints[0]))


static scim_str_t *
param_at(scim_request_t *request, size_t i)
{
    return (scim_str_t *) (void *) ((char *) request + params[i].offset);
}


/* The next piece of *rest before a `c`, which is taken too. */
static scim_str_t
next_piece(scim_str_t *rest, char c)
{
    const char  *end;
    scim_str_t   piece;

    piece = *rest;
    end = (rest->len != 0) ? memchr(rest->data, c, rest->len) : NULL;

    if (end == NULL) {
        *rest = scim_str_absent;
        return piece;
    }

    piece.len = (size_t) (end - rest->data);
    *rest = scim_str_skip(*rest, piece.len + 1);

    return piece;
}


scim_rc_t
scim_request_segments(scim_pool_t *pool, scim_str_t path, scim_str_t *out,
    size_t max, size_t *n, scim_error_t *err)
{
    scim_str_t  piece;

    *n = 0;

    while (path.len != 0) {
        piece = next_piece(&path, '/');

        if (piece.len == 0) {
            continue;
        }

        if (*n == max) {
            ++*n;
            return SCIM_OK;
        }

        if (scim_uri_decode(pool, piece, false, &out[*n]) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        if (!scim_utf8_valid(out[*n])) {
            return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                               "The path of the URL is not UTF-8");
        }

        ++*n;
    }

    return SCIM_OK;
}


/* Names what there is, so that a base URL with something missing or too much
 * shows itself. */
static scim_rc_t
nothing_here(scim_pool_t *pool, const scim_schemas_t *schemas,
    scim_str_t path, scim_error_t *err)
{
    size_t                       i;
    scim_buf_t                   buf;
    scim_str_t                   names;
    const scim_resource_type_t  *type;

    scim_buf_init(&buf, pool, 128);

    for (i = 0; ; i++) {
        type = scim_schemas_type_at(schemas, i);
        if (type == NULL) {
            break;
        }

        scim_buf_char(&buf, '/');
        scim_buf_str(&buf, type->endpoint);
        scim_buf_lit(&buf, ", ");
    }

    for (i = 0; i < NENDPOINTS; i++) {
        scim_buf_lit(&buf, "/");
        scim_buf_str(&buf, endpoints[i].name);

        if (i + 1 < NENDPOINTS) {
            scim_buf_lit(&buf, ", ");
        }
    }

    if (scim_buf_done(&buf, &names) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_refuse(err, 404, SCIM_TYPE_NONE,
                       "There is nothing at \"%.*s\" below the tenant URL; "
                       "there are %.*s: check the tenant URL",
                       SCIM_FMT(path), SCIM_FMT(names));
}


static scim_rc_t
map_resource(const scim_str_t *segment, size_t n, scim_request_t *out,
    scim_error_t *err)
{
    if (n == 1) {
        out->target = SCIM_TARGET_COLLECTION;
        return SCIM_OK;
    }

    if (scim_str_caseeq(segment[1], scim_str(".search"))) {
        out->target = SCIM_TARGET_SEARCH;
        return SCIM_OK;
    }

    if (!scim_store_name_valid(segment[1])) {
        return scim_refuse(err, 404, SCIM_TYPE_NONE,
                           "There is no %.*s with the id \"%.*s\": no id here "
                           "looks like that", SCIM_FMT(out->type->name),
                           SCIM_FMT(segment[1]));
    }

    out->target = SCIM_TARGET_RESOURCE;
    out->id = segment[1];

    return SCIM_OK;
}


static scim_rc_t
map_path(scim_pool_t *pool, const scim_schemas_t *schemas, scim_str_t path,
    scim_request_t *out, scim_error_t *err)
{
    size_t      i, n;
    scim_rc_t   rc;
    scim_str_t  segment[SEGMENTS];

    rc = scim_request_segments(pool, path, segment, SEGMENTS, &n, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (n > SEGMENTS) {
        return nothing_here(pool, schemas, path, err);
    }

    if (n == 0) {
        out->target = SCIM_TARGET_ROOT;
        return SCIM_OK;
    }

    if (n == 1 && scim_str_caseeq(segment[0], scim_str(".search"))) {
        out->target = SCIM_TARGET_ROOT_SEARCH;
        return SCIM_OK;
    }

    out->type = scim_schemas_endpoint(schemas, segment[0]);
    if (out->type != NULL) {
        return map_resource(segment, n, out, err);
    }

    for (i = 0; i < NENDPOINTS; i++) {
        if (scim_str_caseeq(segment[0], endpoints[i].name)
            && (n == 1 || endpoints[i].named))
        {
            out->target = endpoints[i].target;
            out->id = (n == 2) ? segment[1] : scim_str_absent;
            return SCIM_OK;
        }
    }

    return nothing_here(pool, schemas, path, err);
}


static scim_rc_t
take(scim_pool_t *pool, scim_request_t *out, size_t i, scim_str_t value,
    scim_error_t *err)
{
    scim_str_t  *place = param_at(out, i);

    /* An argument without a value asks for nothing. */
    if (value.len == 0) {
        if ((params[i].kind & EMPTY) && place->data == NULL) {
            *place = scim_str("");
        }

        return SCIM_OK;
    }

    if (!scim_utf8_valid(value)) {
        return scim_refuse(err, 400, params[i].type,
                           "The argument %.*s of the URL is not UTF-8",
                           SCIM_FMT(params[i].name));
    }

    if (place->data == NULL) {
        *place = value;
        return SCIM_OK;
    }

    if ((params[i].kind & LIST) == 0) {
        return scim_refuse(err, 400, params[i].type,
                           "The argument %.*s is given twice",
                           SCIM_FMT(params[i].name));
    }

    return scim_str_printf(pool, place, "%.*s,%.*s", SCIM_FMT(*place),
                           SCIM_FMT(value));
}


static scim_rc_t
map_args(scim_pool_t *pool, scim_str_t args, scim_request_t *out,
    scim_error_t *err)
{
    size_t      i;
    scim_rc_t   rc;
    scim_str_t  name, value;

    while (args.len != 0) {
        value = next_piece(&args, '&');
        name = next_piece(&value, '=');

        if (scim_uri_decode(pool, name, true, &name) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        for (i = 0; i < NPARAMS; i++) {

            if (!scim_str_caseeq(name, params[i].name)) {
                continue;
            }

            if (scim_uri_decode(pool, value, true, &value) != SCIM_OK) {
                return SCIM_NOMEM;
            }

            rc = take(pool, out, i, value, err);
            if (rc != SCIM_OK) {
                return rc;
            }
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_request_map(scim_pool_t *pool, const scim_schemas_t *schemas,
    const scim_http_t *http, scim_request_t *out, scim_error_t *err)
{
    scim_rc_t  rc;

    *out = (scim_request_t) {
        .method = http->method,
        .if_match = http->if_match,
        .if_none_match = http->if_none_match
    };

    rc = map_path(pool, schemas, http->path, out, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    return map_args(pool, http->args, out, err);
}


scim_rc_t
scim_request_arg(scim_pool_t *pool, scim_str_t args, scim_str_t name,
    scim_str_t *value, scim_error_t *err)
{
    scim_str_t  key, text;

    while (args.len != 0) {
        text = next_piece(&args, '&');
        key = next_piece(&text, '=');

        if (scim_uri_decode(pool, key, true, &key) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        if (!scim_str_caseeq(key, name)) {
            continue;
        }

        if (scim_uri_decode(pool, text, true, value) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        return scim_utf8_valid(*value)
               ? SCIM_OK
               : scim_refuse(err, 400, SCIM_INVALID_VALUE,
                             "The argument %.*s of the URL is not UTF-8",
                             SCIM_FMT(name));
    }

    return SCIM_NONE;
}


/* A list of names as `attributes` of a URL has it. */
static scim_rc_t
join(scim_pool_t *pool, const scim_json_t *array, scim_str_t *out,
    bool *strings)
{
    scim_buf_t          buf;
    const scim_json_t  *item;

    *strings = true;
    scim_buf_init(&buf, pool, 64);

    for (item = array->first; item != NULL; item = item->next) {

        if (item->type != SCIM_JSON_STRING) {
            *strings = false;
            return SCIM_OK;
        }

        if (item != array->first) {
            scim_buf_char(&buf, ',');
        }

        scim_buf_str(&buf, item->text);
    }

    return scim_buf_done(&buf, out);
}


static scim_rc_t
search_param(scim_pool_t *pool, const scim_json_t *value, size_t i,
    scim_str_t *out, scim_error_t *err)
{
    bool       fits;
    scim_rc_t  rc;

    *out = scim_str_absent;

    switch (value->type) {

    case SCIM_JSON_NULL:
        return SCIM_OK;

    case SCIM_JSON_STRING:
        fits = true;
        *out = value->text;
        break;

    case SCIM_JSON_NUMBER:
        fits = (params[i].kind & NUMBER) != 0;
        *out = value->text;
        break;

    case SCIM_JSON_ARRAY:
        fits = (params[i].kind & LIST) != 0;

        if (fits) {
            rc = join(pool, value, out, &fits);
            if (rc != SCIM_OK) {
                return rc;
            }
        }

        break;

    default:
        fits = false;
    }

    if (!fits) {
        return scim_refuse(err, 400, params[i].type,
                           "%.*s of the search request has a value of the "
                           "wrong type (RFC 7644 section 3.4.3)",
                           SCIM_FMT(params[i].name));
    }

    if (out->len == 0) {
        *out = (params[i].kind & EMPTY) ? scim_str("") : scim_str_absent;
    }

    return SCIM_OK;
}


/* A body of another message, or of none, is one sent to the wrong place. */
static bool
is_search(const scim_json_t *body)
{
    const scim_json_t  *schemas, *item;

    schemas = scim_json_get_ci(body, scim_str("schemas"));

    if (schemas == NULL || schemas->type != SCIM_JSON_ARRAY) {
        return schemas == NULL;
    }

    for (item = schemas->first; item != NULL; item = item->next) {
        if (item->type == SCIM_JSON_STRING
            && scim_str_caseeq(item->text, scim_str(SEARCH_URN)))
        {
            return true;
        }
    }

    return false;
}


scim_rc_t
scim_request_search(scim_pool_t *pool, const scim_json_t *body,
    scim_request_t *request, scim_error_t *err)
{
    size_t              i;
    scim_rc_t           rc;
    const scim_json_t  *value;

    if (body->type != SCIM_JSON_OBJECT || !is_search(body)) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "A search request is a JSON object with the schema "
                           "%s", SEARCH_URN);
    }

    for (i = 0; i < NPARAMS; i++) {
        value = scim_json_get_ci(body, params[i].name);

        if (value == NULL) {
            continue;
        }

        rc = scim_json_once(body, &params[i].name, 1, err);
        if (rc != SCIM_OK) {
            return rc;
        }

        rc = search_param(pool, value, i, param_at(request, i), err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* Whether a Content-Type is one of n, or absent. */
static bool
is_type(scim_str_t value, const scim_str_t *types, size_t n)
{
    size_t  i;

    value = next_piece(&value, ';');

    while (value.len != 0 && (value.data[0] == ' ' || value.data[0] == '\t'))
    {
        value = scim_str_skip(value, 1);
    }

    while (value.len != 0 && (value.data[value.len - 1] == ' '
                              || value.data[value.len - 1] == '\t'))
    {
        value.len--;
    }

    for (i = 0; i < n; i++) {
        if (scim_str_caseeq(value, types[i])) {
            return true;
        }
    }

    return value.len == 0;
}


bool
scim_request_content_type(scim_str_t value)
{
    static const scim_str_t  types[] = {
        SCIM_STR("application/scim+json"),
        SCIM_STR("application/json"),
        SCIM_STR("text/json"),
    };

    return is_type(value, types, sizeof(types) / sizeof(types[0]));
}


bool
scim_request_lines_type(scim_str_t value)
{
    static const scim_str_t  types[] = {
        SCIM_STR("application/x-ndjson"),
        SCIM_STR("application/ndjson"),
        SCIM_STR("application/jsonl"),
        SCIM_STR("application/json"),
        SCIM_STR("application/octet-stream"),
    };

    return is_type(value, types, sizeof(types) / sizeof(types[0]));
}
