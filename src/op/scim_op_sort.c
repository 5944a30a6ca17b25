/*
 * sortBy: attributes, keys, and sorting.
 */

#include <stdlib.h>
#include <string.h>

#include "scim_op_sort.h"
#include "../scim/scim_value.h"


static scim_rc_t
no_order(const scim_resource_type_t *type, scim_str_t name, scim_error_t *err)
{
    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "A %.*s cannot be sorted by %.*s: sortBy names an "
                       "attribute with a value of its own, as userName, "
                       "name.familyName or meta.created",
                       SCIM_FMT(type->name), SCIM_FMT(name));
}


scim_rc_t
scim_op_sort_by(const scim_resource_type_t *type, scim_str_t name,
    scim_attr_path_t *out, scim_error_t *err)
{
    const scim_attr_t  *leaf;

    if (scim_attr_path_parse(type, name, out) != SCIM_OK) {
        return SCIM_NONE;
    }

    leaf = scim_attr_path_leaf(out);

    /* Members and groups are sets that are not in the document. */
    if (leaf == NULL || leaf->type == SCIM_COMPLEX
        || leaf->type == SCIM_BINARY || scim_attr_secret(leaf)
        || out->attr == type->members || out->attr == type->groups)
    {
        return no_order(type, name, err);
    }

    return SCIM_OK;
}


scim_rc_t
scim_op_sort_order(scim_str_t order, bool *descending, scim_error_t *err)
{
    *descending = scim_str_caseeq(order, scim_str("descending"));

    if (*descending || order.data == NULL
        || scim_str_caseeq(order, scim_str("ascending")))
    {
        return SCIM_OK;
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "sortOrder is \"ascending\" or \"descending\", not "
                       "\"%.*s\"", SCIM_FMT(order));
}


static const scim_json_t *
simple_value(const scim_attr_path_t *path, const scim_json_t *element)
{
    const scim_attr_t  *leaf = scim_attr_path_leaf(path);

    if (leaf != path->attr) {
        element = scim_json_get(element, leaf->name);
    }

    return (element == NULL || element->type == SCIM_JSON_NULL
            || element->type == SCIM_JSON_ARRAY
            || element->type == SCIM_JSON_OBJECT)
           ? NULL : element;
}


/* Of several values that of the primary element, else the first. */
static const scim_json_t *
sorting_value(const scim_attr_path_t *path, const scim_json_t *tree)
{
    const scim_json_t  *value, *element, *found, *primary;

    value = scim_attr_path_value(path, tree);

    if (value == NULL || value->type != SCIM_JSON_ARRAY) {
        return simple_value(path, value);
    }

    found = NULL;

    for (element = value->first; element != NULL; element = element->next) {
        value = simple_value(path, element);
        primary = scim_json_get(element, scim_str("primary"));

        if (value != NULL && primary != NULL
            && primary->type == SCIM_JSON_BOOL && primary->boolean)
        {
            return value;
        }

        found = (found == NULL) ? value : found;
    }

    return found;
}


static bool
grow(scim_sorting_t *sorting)
{
    size_t          cap;
    scim_sorted_t  *items;

    if (sorting->n < sorting->cap) {
        return true;
    }

    cap = (sorting->cap == 0) ? 256 : 2 * sorting->cap;

    items = scim_prealloc(sorting->pool, sorting->items,
                          sorting->n * sizeof(scim_sorted_t),
                          cap * sizeof(scim_sorted_t));
    if (items == NULL) {
        return false;
    }

    sorting->items = items;
    sorting->cap = cap;

    return true;
}


scim_rc_t
scim_op_sort_add(scim_sorting_t *sorting, scim_pool_t *scratch,
    const scim_attr_path_t *path, const scim_json_t *tree, scim_str_t id,
    unsigned leg)
{
    scim_str_t          key = scim_str(SCIM_STORE_MISSING);
    scim_buf_t          buf;
    scim_sorted_t      *item;
    const scim_json_t  *value;

    value = (path->attr != NULL) ? sorting_value(path, tree) : NULL;

    if ((value != NULL
         && scim_value_key(scratch, scim_attr_path_leaf(path), value, &key)
            != SCIM_OK)
        || !grow(sorting))
    {
        return SCIM_NOMEM;
    }

    sorting->bytes += key.len + id.len;

    if (sorting->bytes > SCIM_SORT_BYTES) {
        return SCIM_NONE;
    }

    scim_buf_init(&buf, sorting->pool, key.len + id.len + 1);
    scim_buf_str(&buf, key);
    scim_buf_char(&buf, '\0');
    scim_buf_str(&buf, id);

    item = &sorting->items[sorting->n++];
    item->leg = leg;

    if (scim_buf_done(&buf, &item->entry) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    item->id = scim_str_skip(item->entry, key.len + 1);

    return SCIM_OK;
}


static int
ascending(const void *a, const void *b)
{
    const scim_sorted_t  *x = a, *y = b;
    int                   order = scim_str_cmp(x->entry, y->entry);

    return (order != 0) ? order : (int) x->leg - (int) y->leg;
}


static int
descending(const void *a, const void *b)
{
    return ascending(b, a);
}


void
scim_op_sort_done(scim_sorting_t *sorting, bool down)
{
    if (sorting->n != 0) {
        qsort(sorting->items, sorting->n, sizeof(scim_sorted_t),
              down ? descending : ascending);
    }
}


size_t
scim_op_sort_find(const scim_sorting_t *sorting, bool down,
    scim_str_t position, bool at)
{
    int     order;
    size_t  low = 0, high = sorting->n, mid;

    while (low < high) {
        mid = low + (high - low) / 2;
        order = scim_str_cmp(sorting->items[mid].entry, position);
        order = down ? -order : order;

        if (order < 0 || (at && order == 0)) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }

    return low;
}
