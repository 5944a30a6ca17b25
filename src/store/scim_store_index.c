/*
 * Indexes: which attributes have one, the entries of a document, and the
 * bounds of ranges within an index.
 */

#include <stdlib.h>
#include <string.h>

#include "scim_store_parts.h"
#include "../scim/scim_value.h"


static const char *const default_paths[] = {
    "userName", "externalId", "displayName", "emails.value"
};

#define DEFAULT_PATHS  (sizeof(default_paths) / sizeof(default_paths[0]))


/* The next index of the type, of which there is room for one more. */
static scim_rc_t
append_index(scim_pool_t *pool, scim_indexes_t *indexes,
    const scim_attr_path_t *path, bool unique, bool late)
{
    size_t        size;
    scim_index_t *index;

    size = indexes->nindexes * sizeof(scim_index_t);

    indexes->indexes = scim_prealloc(pool, indexes->indexes, size,
                                     size + sizeof(scim_index_t));
    if (indexes->indexes == NULL) {
        return SCIM_NOMEM;
    }

    index = &indexes->indexes[indexes->nindexes++];
    *index = (scim_index_t) {
        .path = *path,
        .unique = unique,
        .late = late,
        .sorts = !path->attr->multi_valued
    };

    return scim_attr_name(pool, indexes->type, scim_attr_path_leaf(path),
                          &index->name);
}


/* Attributes that must be unique; `id`, which all resources have, is. */
static scim_rc_t
append_unique(scim_pool_t *pool, scim_indexes_t *indexes,
    const scim_schema_t *schema)
{
    size_t            i, j;
    scim_rc_t         rc;
    scim_attr_path_t  path = { .schema = schema };

    path.extension = schema != indexes->type->schema;
    rc = SCIM_OK;

    for (i = 0; rc == SCIM_OK && i < schema->nattrs; i++) {

        path.attr = &schema->attrs[i];
        path.sub = NULL;

        if (path.attr->uniqueness != SCIM_UNIQUE_NONE
            && scim_store_index(indexes, &path) == NULL)
        {
            rc = append_index(pool, indexes, &path, true, true);
        }

        for (j = 0; rc == SCIM_OK && j < path.attr->nsubs; j++) {

            path.sub = &path.attr->subs[j];

            if (path.sub->uniqueness != SCIM_UNIQUE_NONE
                && scim_store_index(indexes, &path) == NULL)
            {
                rc = append_index(pool, indexes, &path, true, true);
            }
        }
    }

    return rc;
}


scim_rc_t
scim_store_indexes(scim_pool_t *pool, const scim_resource_type_t *type,
    bool unique_display, scim_indexes_t *out)
{
    bool              unique;
    size_t            i;
    scim_rc_t         rc;
    scim_str_t        text;
    scim_attr_path_t  path;

    *out = (scim_indexes_t) { .type = type };

    for (i = 0; i < DEFAULT_PATHS; i++) {
        text = scim_str_from(default_paths[i]);

        if (scim_attr_path_parse(type, text, &path) != SCIM_OK) {
            continue;
        }

        unique = scim_attr_path_leaf(&path)->uniqueness != SCIM_UNIQUE_NONE
                 || (unique_display && type->members != NULL
                     && scim_str_eq(text, scim_str("displayName")));

        if (append_index(pool, out, &path, unique, false) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    rc = append_unique(pool, out, type->schema);

    for (i = 0; rc == SCIM_OK && i < type->nextensions; i++) {
        rc = append_unique(pool, out, type->extensions[i]);
    }

    return rc;
}


scim_rc_t
scim_store_indexes_add(scim_pool_t *pool, scim_indexes_t *indexes,
    scim_str_t text, scim_error_t *err)
{
    scim_attr_path_t   path;
    const scim_attr_t *attr;

    if (scim_attr_path_parse(indexes->type, text, &path) != SCIM_OK
        || path.attr == NULL)
    {
        return SCIM_NONE;
    }

    attr = scim_attr_path_leaf(&path);

    /* What is computed, kept apart or thrown away is not in documents, and no
     * filter may ask for a secret. */
    if (attr->type == SCIM_COMPLEX || attr->mutability == SCIM_WRITE_ONLY
        || scim_attr_secret(attr)
        || (attr->parent != NULL && attr->multi_valued)
        || path.attr->mutability == SCIM_READ_ONLY
        || path.attr == indexes->type->members
        || path.attr->schema == indexes->type->common)
    {
        return scim_store_index(indexes, &path) != NULL
               ? SCIM_OK
               : scim_refuse(err, 500, SCIM_TYPE_NONE,
                             "the attribute \"%.*s\" of a %.*s cannot be "
                             "indexed: it must be a simple one that is kept "
                             "in the document, and returned", SCIM_FMT(text),
                             SCIM_FMT(indexes->type->name));
    }

    return scim_store_index(indexes, &path) != NULL
           ? SCIM_OK : append_index(pool, indexes, &path, false, true);
}


const scim_index_t *
scim_store_index(const scim_indexes_t *indexes, const scim_attr_path_t *path)
{
    size_t             i;
    const scim_attr_t *attr;

    attr = scim_attr_path_leaf(path);
    if (attr == NULL) {
        return NULL;
    }

    for (i = 0; i < indexes->nindexes; i++) {
        if (scim_attr_path_leaf(&indexes->indexes[i].path) == attr) {
            return &indexes->indexes[i];
        }
    }

    return NULL;
}


/* --- entries ------------------------------------------------------------- */

/* Entries as they are found; grows on the pool. */
typedef struct {
    scim_pool_t        *pool;
    scim_index_entry_t *items;
    size_t              n;
    size_t              cap;
} entries_t;


static scim_rc_t
entries_add(entries_t *entries, const scim_index_t *index, scim_str_t value)
{
    size_t              cap;
    scim_index_entry_t *items;

    if (entries->n == entries->cap) {
        cap = entries->cap == 0 ? 16 : 2 * entries->cap;
        items = scim_palloc(entries->pool, cap * sizeof(scim_index_entry_t));
        if (items == NULL) {
            return SCIM_NOMEM;
        }

        if (entries->n > 0) {
            memcpy(items, entries->items,
                   entries->n * sizeof(scim_index_entry_t));
        }
        entries->items = items;
        entries->cap = cap;
    }

    items = &entries->items[entries->n++];
    items->attr = index->name;
    items->value = value;
    items->unique = index->unique;
    items->late = index->late;

    return SCIM_OK;
}


/* One value of the attribute, or the sub-attribute of one of its elements;
 * NULL: none that has a key. */
static const scim_json_t *
simple_value(const scim_index_t *index, const scim_json_t *value)
{
    const scim_attr_t *attr;

    attr = scim_attr_path_leaf(&index->path);

    if (attr != index->path.attr) {
        value = scim_json_get(value, attr->name);
    }

    return value == NULL || value->type == SCIM_JSON_OBJECT
           || value->type == SCIM_JSON_ARRAY || value->type == SCIM_JSON_NULL
           ? NULL : value;
}


static scim_rc_t
entries_add_value(entries_t *entries, const scim_index_t *index,
    const scim_json_t *value)
{
    scim_str_t         key;
    const scim_attr_t *attr;

    attr = scim_attr_path_leaf(&index->path);
    value = simple_value(index, value);

    if (value == NULL) {
        return SCIM_OK;
    }

    if (scim_value_key(entries->pool, attr, value, &key) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return entries_add(entries, index, key);
}


static scim_rc_t
entries_of_index(entries_t *entries, const scim_index_t *index,
    const scim_json_t *doc)
{
    size_t             n = entries->n;
    scim_rc_t          rc;
    const scim_json_t *value, *element;

    value = scim_attr_path_value(&index->path, doc);
    element = value;

    if (value != NULL && value->type == SCIM_JSON_ARRAY) {
        element = value->first;
    }

    while (element != NULL) {
        rc = entries_add_value(entries, index, element);
        if (rc != SCIM_OK) {
            return rc;
        }

        element = (element == value) ? NULL : element->next;
    }

    if (entries->n != n) {
        return SCIM_OK;
    }

    rc = entries_add(entries, index, scim_str(SCIM_STORE_MISSING));
    if (rc == SCIM_OK) {
        entries->items[n].unique = false;
    }

    return rc;
}


static scim_rc_t
find_value(scim_pool_t *pool, const scim_index_t *index,
    const scim_json_t *doc, scim_str_t wanted, const scim_json_t **out)
{
    scim_str_t         key;
    const scim_json_t *whole, *element, *value;

    whole = scim_attr_path_value(&index->path, doc);
    element = whole != NULL && whole->type == SCIM_JSON_ARRAY ? whole->first
                                                              : whole;

    while (element != NULL) {
        value = simple_value(index, element);

        if (value != NULL) {
            if (scim_value_key(pool, scim_attr_path_leaf(&index->path), value,
                               &key) != SCIM_OK)
            {
                return SCIM_NOMEM;
            }

            if (scim_str_eq(key, wanted)) {
                *out = value;
                return SCIM_OK;
            }
        }

        element = (element == whole) ? NULL : element->next;
    }

    return SCIM_OK;
}


scim_rc_t
scim_store_entry_value(scim_pool_t *pool, const scim_indexes_t *indexes,
    const scim_json_t *doc, scim_str_t attr, scim_str_t value,
    const scim_json_t **out)
{
    size_t i;

    *out = NULL;

    for (i = 0; i < indexes->nindexes; i++) {
        if (scim_str_eq(indexes->indexes[i].name, attr)) {
            return find_value(pool, &indexes->indexes[i], doc, value, out);
        }
    }

    return SCIM_OK;
}


static int
compare(const void *a, const void *b)
{
    int                       order;
    const scim_index_entry_t *x, *y;

    x = a;
    y = b;
    order = scim_str_cmp(x->attr, y->attr);

    return order != 0 ? order : scim_str_cmp(x->value, y->value);
}


static size_t
drop_doubles(scim_index_entry_t *items, size_t n)
{
    size_t i, kept;

    for (kept = 0, i = 0; i < n; i++) {
        if (kept == 0 || compare(&items[kept - 1], &items[i]) != 0) {
            items[kept++] = items[i];
        }
    }

    return kept;
}


scim_rc_t
scim_store_entries(scim_pool_t *pool, const scim_indexes_t *indexes,
    const scim_json_t *doc, scim_index_entry_t **out, size_t *n)
{
    size_t    i;
    scim_rc_t rc;
    entries_t entries = { .pool = pool };

    for (i = 0; doc != NULL && i < indexes->nindexes; i++) {
        rc = entries_of_index(&entries, &indexes->indexes[i], doc);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (entries.n > 1) {
        qsort(entries.items, entries.n, sizeof(scim_index_entry_t), compare);
    }

    *out = entries.items;
    *n = drop_doubles(entries.items, entries.n);

    return SCIM_OK;
}


scim_rc_t
scim_store_entries_diff(scim_pool_t *pool, const scim_index_entry_t *old,
    size_t nold, const scim_index_entry_t *new, size_t nnew,
    const scim_index_entry_t **add, size_t *nadd,
    const scim_index_entry_t **remove, size_t *nremove)
{
    int                 order;
    size_t              i, j;
    scim_index_entry_t *added, *removed;

    added = scim_palloc(pool, nnew * sizeof(scim_index_entry_t));
    removed = scim_palloc(pool, nold * sizeof(scim_index_entry_t));
    if (added == NULL || removed == NULL) {
        return SCIM_NOMEM;
    }

    *add = added;
    *nadd = 0;
    *remove = removed;
    *nremove = 0;

    i = 0;
    j = 0;

    while (i < nold || j < nnew) {
        order = i == nold ? 1 : j == nnew ? -1 : compare(&old[i], &new[j]);

        if (order < 0) {
            removed[(*nremove)++] = old[i];
        } else if (order > 0 || new[j].late) {
            added[(*nadd)++] = new[j];
        }

        i += order <= 0;
        j += order >= 0;
    }

    return SCIM_OK;
}


/* --- ranges -------------------------------------------------------------- */

/* One end of a range: mark, key, tail; without a mark there is no bound. */
typedef struct {
    char       mark;
    scim_str_t tail;
} bound_t;

typedef struct {
    scim_filter_op_e op;
    bound_t          min;
    bound_t          max;
} range_form_t;


/*
 * Entries are "value NUL id" in byte order.  Everything with the value `key`
 * lies from key NUL to key SOH, SOH being the byte after NUL: greater values
 * come later, smaller ones (a prefix of key too) earlier.  No UTF-8 text has
 * a byte 0xff, so what begins with key ends before key 0xff, and all values end
 * before 0xff, where the entries of resources without value are.
 */
static const range_form_t range_forms[] = {
    { SCIM_F_EQ, { '[', SCIM_STR("\0") }, { '(', SCIM_STR("\1") } },
    { SCIM_F_SW, { '[', SCIM_STR("") }, { '(', SCIM_STR("\xff") } },
    { SCIM_F_GT, { '[', SCIM_STR("\1") }, { 0, SCIM_STR("(\xff") } },
    { SCIM_F_GE, { '[', SCIM_STR("\0") }, { 0, SCIM_STR("(\xff") } },
    { SCIM_F_LT, { 0, SCIM_STR("-") }, { '(', SCIM_STR("\0") } },
    { SCIM_F_LE, { 0, SCIM_STR("-") }, { '(', SCIM_STR("\1") } },
};


static scim_rc_t
make_bound(scim_pool_t *pool, const bound_t *bound, scim_str_t key,
    scim_str_t *out)
{
    scim_buf_t buf;

    if (bound->mark == 0) {
        *out = bound->tail;
        return SCIM_OK;
    }

    scim_buf_init(&buf, pool, key.len + bound->tail.len + 1);
    scim_buf_char(&buf, bound->mark);
    scim_buf_str(&buf, key);
    scim_buf_str(&buf, bound->tail);

    return scim_buf_done(&buf, out);
}


scim_rc_t
scim_store_range(scim_pool_t *pool, const scim_index_t *index,
    scim_filter_op_e op, scim_str_t key, scim_store_range_t *out)
{
    size_t              i;
    const range_form_t *form;

    for (i = 0; i < sizeof(range_forms) / sizeof(range_forms[0]); i++) {
        form = &range_forms[i];

        if (form->op == op) {
            out->attr = index->name;
            if (make_bound(pool, &form->min, key, &out->min) != SCIM_OK) {
                return SCIM_NOMEM;
            }
            return make_bound(pool, &form->max, key, &out->max);
        }
    }

    return SCIM_NONE;
}


scim_store_range_t
scim_store_range_all(const scim_index_t *index)
{
    return (scim_store_range_t) {
        .attr = index->name, .min = scim_str("-"), .max = scim_str("+")
    };
}
