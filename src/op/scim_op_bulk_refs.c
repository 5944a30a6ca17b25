/*
 * What in a bulk's paths and data refers to another item.
 *
 * A reference is the text "bulkId:NAME" where an id belongs: a member named
 * value, members or manager, whatever it is qualified with, a bare element of
 * an array, and within the quotes of a PATCH's value filter; or where a URL
 * belongs: $ref, and what the schema calls a reference.  Anywhere else it is
 * text.
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

typedef struct {
    scim_bulk_t                 *bulk;
    scim_bulk_names_t           *names;
    const scim_resource_type_t  *type;      /* of the data */
    bool                         patch;     /* `path` is one of a PATCH */
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


/* Recurses once, into sub-attributes. */
static bool
names_reference(const scim_attr_t *attrs, size_t n, scim_str_t name)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if ((attrs[i].type == SCIM_REFERENCE
             && scim_str_caseeq(attrs[i].name, name))
            || names_reference(attrs[i].subs, attrs[i].nsubs, name))
        {
            return true;
        }
    }

    return false;
}


static bool
is_reference(const scim_resource_type_t *type, scim_str_t name)
{
    size_t  i;

    if (names_reference(type->schema->attrs, type->schema->nattrs, name)) {
        return true;
    }

    for (i = 0; i < type->nextensions; i++) {
        if (names_reference(type->extensions[i]->attrs,
                            type->extensions[i]->nattrs, name))
        {
            return true;
        }
    }

    return false;
}


static bool
is_marked(scim_str_t text)
{
    return scim_str_casestarts(text, scim_str(PREFIX));
}


/* What replaces a reference that is this member of an object, or in its array.
 * Most are none, which is told without a look into the schema. */
static put_e
put_for(const reader_t *reader, const scim_json_t *member)
{
    size_t      i;
    scim_str_t  name = member->name;

    static const scim_str_t  names[] = {
        SCIM_STR("value"), SCIM_STR("members"), SCIM_STR("manager"),
    };

    if (member->type == SCIM_JSON_OBJECT
        || (member->type == SCIM_JSON_STRING && !is_marked(member->text)))
    {
        return PUT_NOTHING;
    }

    for (i = name.len; i > 0; i--) {
        if (name.data[i - 1] == '.' || name.data[i - 1] == ':') {
            name = scim_str_skip(name, i);
            break;
        }
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (scim_str_caseeq(name, names[i])) {
            return PUT_ID;
        }
    }

    return (scim_str_caseeq(name, scim_str("$ref"))
            || is_reference(reader->type, name)) ? PUT_URL : PUT_NOTHING;
}


scim_rc_t
scim_bulk_url(const scim_bulk_t *bulk, const scim_bulk_item_t *item,
    scim_str_t *url)
{
    return scim_str_printf(bulk->op->pool, url, "%.*s/%.*s/%.*s",
                           SCIM_FMT(bulk->op->env->base),
                           SCIM_FMT(item->request.type->endpoint),
                           SCIM_FMT(item->request.id));
}


static scim_rc_t
resolve_text(reader_t *reader, scim_json_t *node, put_e put)
{
    uint32_t                 target = SCIM_BULK_NONE;
    scim_rc_t                rc;
    const scim_bulk_item_t  *maker;

    if (!is_marked(node->text)) {
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


/* Recurses once per level of nesting, which the parser has bounded. */
static scim_rc_t
resolve(reader_t *reader, scim_json_t *node, put_e put)
{
    put_e         element = (put == PUT_URL) ? PUT_URL : PUT_ID;
    scim_rc_t     rc;
    scim_json_t  *child;

    if (node->type == SCIM_JSON_STRING) {
        return (put != PUT_NOTHING) ? resolve_text(reader, node, put)
                                    : SCIM_OK;
    }

    for (child = node->first; child != NULL; child = child->next) {

        if (node->type == SCIM_JSON_OBJECT
            && child->type == SCIM_JSON_STRING
            && reader->patch
            && scim_str_caseeq(child->name, scim_str("path")))
        {
            rc = resolve_path(reader, child);

        } else {
            rc = resolve(reader, child, node->type == SCIM_JSON_ARRAY
                                        ? element
                                        : put_for(reader, child));
        }

        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_bulk_resolve(scim_bulk_t *bulk, scim_bulk_names_t *names,
    const scim_bulk_item_t *item, scim_error_t *err)
{
    reader_t  reader = {
        bulk, names, item->request.type, item->request.method == SCIM_PATCH,
        err
    };

    /* The tree is this request's own, and nobody else reads it. */
    return resolve(&reader, (scim_json_t *) (uintptr_t) item->request.body,
                   PUT_NOTHING);
}


/* The path with an id for "bulkId:NAME", and without our own base URL. */
scim_rc_t
scim_bulk_location(scim_bulk_t *bulk, scim_bulk_names_t *names,
    scim_bulk_item_t *item, scim_str_t *path, scim_error_t *err)
{
    size_t        i, end;
    reader_t      reader = { bulk, names, NULL, false, err };
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


/* --- a copy without late references ---------------------------------------- */

typedef struct {
    scim_pool_t            *pool;
    const scim_bulk_ref_t  *at;     /* the next one of the data */
    const scim_bulk_ref_t  *end;
} trim_t;


/* Whether a complex value goes with the reference in it; the resource and an
 * extension stay. */
static bool
goes_whole(const scim_json_t *object, bool root)
{
    return !root && !scim_str_casestarts(object->name, scim_str("urn:"));
}


static scim_json_t *trim(trim_t *t, const scim_json_t *node, bool root,
    bool *late);

/* With the children that stay. */
static scim_json_t *
trim_children(trim_t *t, const scim_json_t *node, bool root, bool *late)
{
    bool                gone;
    scim_rc_t           rc;
    scim_json_t        *copy, *child;
    const scim_json_t  *from;
    bool                object = node->type == SCIM_JSON_OBJECT;

    copy = object ? scim_json_object(t->pool) : scim_json_array(t->pool);
    if (copy == NULL) {
        return NULL;
    }

    for (from = node->first; from != NULL; from = from->next) {
        child = trim(t, from, false, &gone);

        if (child == NULL) {
            return NULL;
        }

        if (gone) {
            *late = *late || (object && goes_whole(node, root));
            continue;
        }

        rc = object ? scim_json_add(copy, from->name, child)
                    : scim_json_append(copy, child);
        if (rc != SCIM_OK) {
            return NULL;
        }
    }

    return copy;
}


/* Recurses once per level of nesting, in the order the references were
 * found. */
static scim_json_t *
trim(trim_t *t, const scim_json_t *node, bool root, bool *late)
{
    *late = false;

    if (node->type == SCIM_JSON_ARRAY || node->type == SCIM_JSON_OBJECT) {
        return trim_children(t, node, root, late);
    }

    if (t->at != t->end && t->at->node == node) {
        *late = t->at->late;
        t->at++;
    }

    return scim_json_copy(t->pool, node);
}


scim_json_t *
scim_bulk_trim(scim_pool_t *pool, const scim_bulk_t *bulk,
    const scim_bulk_item_t *item)
{
    bool    late;
    trim_t  t = {
        pool, bulk->refs + item->ref_from, bulk->refs + item->ref_to
    };

    return trim(&t, item->request.body, true, &late);
}
