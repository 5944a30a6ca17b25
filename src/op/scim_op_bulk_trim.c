/*
 * The data of an item of a bulk without its late references.
 */

#include "scim_op_bulk.h"


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
