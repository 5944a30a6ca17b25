/*
 * What in a bulk's paths and data refers to another item.
 *
 * A reference is the text "bulkId:NAME" where an id belongs: in `value`, in
 * place of an object that has `value` and `$ref` (members, manager), as a bare
 * element of an array, and within the quotes of a PATCH's value filter; or
 * where a URL belongs: $ref, and what the schema calls a reference.  Anywhere
 * else it is text.
 */

#include <string.h>

#include "scim_op_bulk.h"
#include "../scim/scim_text.h"


#define PREFIX  "bulkId:"

/* What takes the place of a reference. */
typedef enum {
    PUT_NOTHING = 0,    /* it is text */
    PUT_ID,
    PUT_URL
} put_e;

/* What a part of the data is. */
typedef enum {
    AT_NOTHING = 0,     /* that the type knows */
    AT_RESOURCE,        /* attributes of any schema, by their paths */
    AT_SCHEMA,          /* attributes of one schema */
    AT_ATTRIBUTE,       /* a value, or values */
    AT_PATCH,
    AT_OPERATIONS       /* of a PATCH, or one of them */
} at_e;

typedef struct {
    at_e                  at;
    scim_str_t            name;     /* AT_NOTHING */
    const scim_schema_t  *schema;   /* AT_SCHEMA */
    const scim_attr_t    *attr;     /* AT_ATTRIBUTE */
} place_t;

typedef struct {
    scim_bulk_t                 *bulk;
    scim_bulk_names_t           *names;
    const scim_resource_type_t  *type;      /* of the data */
    scim_error_t                *err;
} reader_t;


/* The item that makes what `name` stands for. */
static scim_rc_t
find_maker(reader_t *reader, scim_str_t name, uint32_t *item)
{
    bool    added;
    size_t  number;

    if (scim_set_put(&reader->names->set, name, &number, &added) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (number < reader->names->n) {
        *item = reader->names->makers[number];
        return SCIM_OK;
    }

    return scim_refuse(reader->err, 400, SCIM_INVALID_VALUE,
                       "\"bulkId:%.*s\" refers to no operation of this "
                       "request: it takes one with the method POST and the "
                       "bulkId \"%.*s\"", SCIM_FMT(name), SCIM_FMT(name));
}


static scim_rc_t
add_ref(reader_t *reader, scim_json_t *node, uint32_t target)
{
    uint32_t      cap;
    scim_bulk_t  *bulk = reader->bulk;

    if (bulk->nrefs == bulk->refs_cap) {
        cap = (bulk->refs_cap == 0) ? 64 : 2 * bulk->refs_cap;

        bulk->refs = scim_prealloc(bulk->op->pool, bulk->refs,
                                   bulk->refs_cap * sizeof(scim_bulk_ref_t),
                                   cap * sizeof(scim_bulk_ref_t));
        if (bulk->refs == NULL) {
            return SCIM_NOMEM;
        }

        bulk->refs_cap = cap;
    }

    bulk->refs[bulk->nrefs++] = (scim_bulk_ref_t) { node, target, false };

    return SCIM_OK;
}


static bool
is_marked(const scim_json_t *node)
{
    return node->type == SCIM_JSON_STRING
           && scim_str_casestarts(node->text, scim_str(PREFIX));
}


/* Names that stand for an id wherever they are found. */
static bool
names_id(scim_str_t name)
{
    return scim_str_caseeq(name, scim_str("value"))
           || scim_str_caseeq(name, scim_str("members"))
           || scim_str_caseeq(name, scim_str("manager"));
}


static const scim_attr_t *
ref_sub(const scim_attr_t *attr)
{
    return scim_attr_sub(attr, scim_str("$ref"));
}


/* `element`: it stands in an array. */
static put_e
put_for_attr(const scim_attr_t *attr, bool element)
{
    bool                id;
    const scim_attr_t  *value = attr;

    if (attr->type == SCIM_COMPLEX) {
        value = scim_attr_value_sub(attr);
        id = value != NULL && ref_sub(attr) != NULL;

    } else {
        id = names_id(attr->name);
    }

    if (value == NULL) {
        return PUT_NOTHING;
    }

    if (value->type == SCIM_REFERENCE) {
        return PUT_URL;
    }

    return (id || element) ? PUT_ID : PUT_NOTHING;
}


static put_e
put_for(const place_t *place, bool element)
{
    switch (place->at) {

    case AT_ATTRIBUTE:
        return put_for_attr(place->attr, element);

    case AT_NOTHING:
        if (element || names_id(place->name)) {
            return PUT_ID;
        }

        return scim_str_caseeq(place->name, scim_str("$ref")) ? PUT_URL
                                                              : PUT_NOTHING;

    default:
        return PUT_NOTHING;
    }
}


static void
place_at(place_t *place, const scim_attr_path_t *path)
{
    place->at = (path->attr == NULL) ? AT_SCHEMA : AT_ATTRIBUTE;
    place->schema = path->schema;
    place->attr = (path->sub != NULL) ? path->sub : path->attr;
}


/* Where a PATCH's path, or a member of a resource, leads. */
static scim_rc_t
follow_path(const reader_t *reader, scim_str_t text, place_t *place)
{
    scim_rc_t     rc;
    scim_path_t   path;
    scim_error_t  why;

    rc = scim_path_parse(reader->bulk->op->pool, reader->type, text, &path,
                         &why);

    if (rc == SCIM_OK) {
        place_at(place, &path.path);
    }

    return (rc == SCIM_NOMEM) ? SCIM_NOMEM : SCIM_OK;
}


static scim_rc_t
enter(const reader_t *reader, const place_t *from, scim_str_t name,
    place_t *place)
{
    scim_attr_path_t  path;

    *place = (place_t) { .at = AT_NOTHING, .name = name };

    switch (from->at) {

    case AT_RESOURCE:
        return follow_path(reader, name, place);

    case AT_SCHEMA:
        if (scim_attr_path_within(reader->type, from->schema, name, &path)
            == SCIM_OK)
        {
            place_at(place, &path);
        }

        break;

    case AT_ATTRIBUTE:
        place->attr = scim_attr_sub(from->attr, name);
        place->at = (place->attr != NULL) ? AT_ATTRIBUTE : AT_NOTHING;
        break;

    case AT_PATCH:
        if (scim_str_caseeq(name, scim_str("Operations"))) {
            place->at = AT_OPERATIONS;
        }

        break;

    case AT_OPERATIONS:
    case AT_NOTHING:
        break;
    }

    return SCIM_OK;
}


scim_rc_t
scim_bulk_url(const scim_bulk_t *bulk, const scim_bulk_item_t *item,
    scim_str_t *url)
{
    return scim_op_url(bulk->op, item->request.type, item->request.id, url);
}


static scim_rc_t
resolve_text(reader_t *reader, scim_json_t *node, put_e put)
{
    uint32_t                 target = SCIM_BULK_NONE;
    scim_rc_t                rc;
    const scim_bulk_item_t  *maker;

    if (put == PUT_NOTHING || !is_marked(node)) {
        return SCIM_OK;
    }

    rc = find_maker(reader, scim_str_skip(node->text, sizeof(PREFIX) - 1),
                    &target);
    if (rc != SCIM_OK) {
        return rc;
    }

    maker = &reader->bulk->items[target];
    node->text = maker->request.id;

    /* One that could not be read makes nothing that has a URL. */
    if (put == PUT_URL && maker->request.type != NULL
        && scim_bulk_url(reader->bulk, maker, &node->text) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    return add_ref(reader, node, target);
}


/* members[value eq "bulkId:NAME"] */
static scim_rc_t
resolve_path(reader_t *reader, scim_json_t *node)
{
    uint32_t     target = SCIM_BULK_NONE;
    scim_rc_t    rc;
    scim_buf_t   buf;
    scim_str_t   rest = node->text, name;
    const char  *end;

    static const scim_str_t  quoted = SCIM_STR("\"" PREFIX);

    scim_buf_init(&buf, reader->bulk->op->pool, node->text.len + 64);

    while (rest.len != 0) {

        if (!scim_str_casestarts(rest, quoted)) {
            scim_buf_char(&buf, rest.data[0]);
            rest = scim_str_skip(rest, 1);
            continue;
        }

        name = scim_str_skip(rest, quoted.len);
        end = (name.len != 0) ? memchr(name.data, '"', name.len) : NULL;
        name.len = (end == NULL) ? name.len : (size_t) (end - name.data);

        rc = find_maker(reader, name, &target);
        if (rc != SCIM_OK) {
            return rc;
        }

        if (add_ref(reader, node, target) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        scim_buf_char(&buf, '"');
        scim_buf_str(&buf, reader->bulk->items[target].request.id);
        rest = scim_str_skip(rest, quoted.len + name.len);
    }

    return scim_buf_done(&buf, &node->text);
}


/* Who is referred to by `$ref` alone gets the `value` that goes with it. */
static scim_rc_t
complete(const reader_t *reader, scim_json_t *object, const scim_attr_t *attr)
{
    scim_pool_t        *pool = reader->bulk->op->pool;
    scim_json_t        *value;
    const scim_json_t  *ref;

    if (scim_attr_value_sub(attr) == NULL || ref_sub(attr) == NULL) {
        return SCIM_OK;
    }

    ref = scim_json_get_ci(object, scim_str("$ref"));
    value = scim_json_get_ci(object, scim_str("value"));

    if (ref == NULL || !is_marked(ref)
        || (value != NULL && value->type != SCIM_JSON_NULL))
    {
        return SCIM_OK;
    }

    if (value != NULL) {
        scim_json_remove(object, value);
    }

    return scim_json_add(object, scim_str("value"),
                         scim_json_string(pool, ref->text));
}


static scim_rc_t resolve(reader_t *reader, scim_json_t *node,
    const place_t *place, bool element);

/* What the value of an operation is, its path says; without one it is a
 * resource's attributes. */
static scim_rc_t
resolve_operation(reader_t *reader, scim_json_t *operation)
{
    scim_rc_t     rc = SCIM_OK;
    place_t       place = { .at = AT_RESOURCE };
    scim_json_t  *child;
    scim_str_t    path;

    path = scim_json_get_text(operation, scim_str("path"));

    if (path.len != 0) {
        place = (place_t) { .at = AT_NOTHING, .name = scim_str("value") };
        rc = follow_path(reader, path, &place);
    }

    for (child = operation->first;
         rc == SCIM_OK && child != NULL;
         child = child->next)
    {
        if (scim_str_caseeq(child->name, scim_str("value"))) {
            rc = resolve(reader, child, &place, false);

        } else if (child->type == SCIM_JSON_STRING
                   && scim_str_caseeq(child->name, scim_str("path")))
        {
            rc = resolve_path(reader, child);
        }
    }

    return rc;
}


/* Most members are no references, which is told without a look into the
 * schema. */
static bool
may_refer(const scim_json_t *node)
{
    return node->type == SCIM_JSON_OBJECT || node->type == SCIM_JSON_ARRAY
           || is_marked(node);
}


/* Recurses once per level of nesting, which the parser has bounded. */
static scim_rc_t
resolve(reader_t *reader, scim_json_t *node, const place_t *place,
    bool element)
{
    place_t       inner = *place;
    scim_rc_t     rc = SCIM_OK;
    scim_json_t  *child;
    bool          object = node->type == SCIM_JSON_OBJECT;

    if (node->type == SCIM_JSON_STRING) {
        return resolve_text(reader, node, put_for(place, element));
    }

    if (object && place->at == AT_OPERATIONS) {
        return resolve_operation(reader, node);
    }

    if (object && place->at == AT_ATTRIBUTE) {
        rc = complete(reader, node, place->attr);
    }

    for (child = node->first;
         rc == SCIM_OK && child != NULL;
         child = child->next)
    {
        if (!may_refer(child)) {
            continue;
        }

        if (object) {
            rc = enter(reader, place, child->name, &inner);
        }

        if (rc == SCIM_OK) {
            rc = resolve(reader, child, &inner, !object);
        }
    }

    return rc;
}


scim_rc_t
scim_bulk_resolve(scim_bulk_t *bulk, scim_bulk_names_t *names,
    const scim_bulk_item_t *item, scim_error_t *err)
{
    place_t   place = {
        .at = (item->request.method == SCIM_PATCH) ? AT_PATCH : AT_RESOURCE
    };
    reader_t  reader = { bulk, names, item->request.type, err };

    /* The tree is this request's own, and nobody else reads it. */
    return resolve(&reader, (scim_json_t *) (uintptr_t) item->request.body,
                   &place, false);
}


/* The path with an id for "bulkId:NAME", and without our own base URL. */
scim_rc_t
scim_bulk_location(scim_bulk_t *bulk, scim_bulk_names_t *names,
    scim_bulk_item_t *item, scim_str_t *path, scim_error_t *err)
{
    size_t        i, end;
    reader_t      reader = { bulk, names, NULL, err };
    scim_rc_t     rc;
    scim_str_t    name, base = bulk->op->env->base;
    scim_pool_t  *pool = bulk->op->pool;

    static const scim_str_t  marked = SCIM_STR("/" PREFIX);

    *path = item->path;

    if (base.len != 0 && scim_str_starts(*path, base)) {
        *path = scim_str_skip(*path, base.len);
    }

    for (i = 0; i < path->len && path->data[i] != '?'; i++) {

        if (!scim_str_casestarts(scim_str_skip(*path, i), marked)) {
            continue;
        }

        name = scim_str_skip(*path, i + marked.len);

        for (end = 0; end < name.len; end++) {
            if (name.data[end] == '/' || name.data[end] == '?') {
                break;
            }
        }

        name.len = end;

        if (scim_uri_decode(pool, name, false, &name) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        rc = find_maker(&reader, name, &item->path_ref);
        if (rc != SCIM_OK) {
            return rc;
        }

        return scim_str_printf(pool, path, "%.*s/%.*s%.*s", (int) i,
                               path->data,
                               SCIM_FMT(bulk->items[item->path_ref].request
                                        .id),
                               SCIM_FMT(scim_str_skip(*path, i + marked.len
                                                             + end)));
    }

    return SCIM_OK;
}


/* The text with `id` for each `old`. */
static scim_rc_t
put_id(scim_pool_t *pool, scim_str_t old, scim_str_t id, scim_str_t *text)
{
    scim_buf_t  buf;
    scim_str_t  rest = *text;

    scim_buf_init(&buf, pool, text->len);

    while (rest.len != 0) {

        if (scim_str_starts(rest, old)) {
            scim_buf_str(&buf, id);
            rest = scim_str_skip(rest, old.len);

        } else {
            scim_buf_char(&buf, rest.data[0]);
            rest = scim_str_skip(rest, 1);
        }
    }

    return scim_buf_done(&buf, text);
}


scim_rc_t
scim_bulk_rename(scim_bulk_t *bulk, scim_bulk_item_t *item, scim_str_t id)
{
    uint32_t    i, number = (uint32_t) (item - bulk->items);
    scim_str_t  old = item->request.id;

    if (scim_str_dup(bulk->op->pool, id, &id) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < bulk->nrefs; i++) {
        if (bulk->refs[i].target == number
            && put_id(bulk->op->pool, old, id, &bulk->refs[i].node->text)
               != SCIM_OK)
        {
            return SCIM_NOMEM;
        }
    }

    for (i = 0; i < bulk->n; i++) {
        if (bulk->items[i].path_ref == number) {
            bulk->items[i].request.id = id;
        }
    }

    item->request.id = id;

    return SCIM_OK;
}
