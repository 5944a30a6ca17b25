/*
 * What holds for the elements of a multi-valued attribute together: none
 * twice, at most one primary.
 */

#include "scim_set.h"
#include "scim_value_syntax.h"

/* Up to this many, each is compared with each. */
#define SCIM_LIST_FEW  8


static void
scim_list_unique_few(scim_json_t *array)
{
    scim_json_t  *item, *next, *other;

    for (item = array->first; item != NULL; item = next) {

        next = item->next;

        for (other = array->first; other != item; other = other->next) {
            if (scim_json_equal(other, item)) {
                scim_json_remove(array, item);
                break;
            }
        }
    }
}


/* The same in expected linear time, for a body may hold very many. */
static scim_rc_t
scim_list_unique_many(scim_pool_t *pool, scim_json_t *array)
{
    bool          added;
    size_t        number;
    scim_set_t    seen;
    scim_buf_t    buf;
    scim_str_t    text;
    scim_json_t  *item, *last, *next;

    scim_set_init(&seen, pool);
    last = NULL;

    for (item = array->first; item != NULL; item = next) {

        next = item->next;

        scim_buf_init(&buf, pool, 64);
        scim_json_write(&buf, item);

        if (scim_buf_done(&buf, &text) != SCIM_OK
            || scim_set_put(&seen, text, &number, &added) != SCIM_OK)
        {
            return SCIM_NOMEM;
        }

        if (added || last == NULL) {    /* the first is always new */
            last = item;
            continue;
        }

        /* scim_json_remove() would walk the list to find the one before. */
        last->next = next;
        array->count--;
    }

    array->last = last;

    return SCIM_OK;
}


static scim_rc_t
scim_list_primary(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, const scim_json_t *array, scim_error_t *err)
{
    size_t              n;
    scim_str_t          name;
    const scim_attr_t  *sub;
    const scim_json_t  *item, *primary;

    sub = scim_attr_sub(attr, scim_str("primary"));
    if (sub == NULL || sub->type != SCIM_BOOLEAN) {
        return SCIM_OK;
    }

    n = 0;

    for (item = array->first; item != NULL; item = item->next) {
        primary = scim_json_get(item, sub->name);
        n += primary != NULL && primary->boolean;
    }

    if (n < 2) {
        return SCIM_OK;
    }

    if (scim_attr_name(pool, type, attr, &name) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" has %zu primary values, but may have one",
                       SCIM_FMT(name), n);
}


scim_rc_t
scim_value_list_tidy(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, scim_json_t *array, scim_error_t *err)
{
    scim_rc_t  rc;

    if (array->count <= SCIM_LIST_FEW) {
        scim_list_unique_few(array);

    } else {
        rc = scim_list_unique_many(pool, array);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return scim_list_primary(pool, type, attr, array, err);
}
