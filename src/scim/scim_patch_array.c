/*
 * PATCH on multi-valued attributes: entries added, merged, selected by a
 * filter, made from one.
 */

#include "scim_patch_ops.h"
#include "scim_value.h"


static scim_rc_t
refuse_work(scim_patch_edit_t *ed, const scim_patch_op_t *op)
{
    return scim_refuse(ed->err, 400, SCIM_TOO_MANY,
                       "'%.*s': the PATCH request compares too many values; "
                       "send several requests with fewer operations",
                       SCIM_FMT(op->text));
}


/* So much text takes about as long to compare as an entry does at least. */
#define COMPARED_TEXT  64


static size_t
text_weight(const scim_json_t *entry)
{
    size_t             bytes = entry->text.len;
    const scim_json_t *member;

    for (member = entry->first; member != NULL; member = member->next) {
        bytes += member->text.len;
    }

    return bytes / COMPARED_TEXT;
}


/* Comparisons that looking at each entry costs, when each is compared with
 * `value` or, if that is NULL, with something short. */
static size_t
weight(const scim_json_t *array, const scim_json_t *value)
{
    size_t             n, each;
    const scim_json_t *entry;

    each = 1 + (value != NULL ? text_weight(value) : 0);
    n = array->count * each;

    for (entry = array->first; entry != NULL; entry = entry->next) {
        n += text_weight(entry);
    }

    return n;
}


static scim_rc_t
refuse_no_target(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    const char *why)
{
    return scim_refuse(ed->err, 400, SCIM_NO_TARGET,
                       "'%.*s' matches no value of the resource%s",
                       SCIM_FMT(op->text), why);
}


/* The array an operation writes to, made if absent. */
static scim_json_t *
make_array(scim_patch_edit_t *ed, const scim_attr_t *attr,
    scim_json_t *container)
{
    scim_json_t  *array;

    array = scim_json_get(container, attr->name);

    if (array == NULL) {
        array = scim_json_array(ed->pool);

        if (scim_json_add(container, attr->name, array) != SCIM_OK) {
            return NULL;
        }
    }

    return array;
}


static bool
is_primary(const scim_json_t *entry)
{
    const scim_json_t  *primary;

    primary = scim_json_get(entry, scim_str("primary"));

    return primary != NULL && primary->boolean;
}


/* An entry that has been made the primary one leaves no other primary (RFC
 * 7643 section 2.4). */
static scim_rc_t
settle_primary(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *array, const scim_json_t *chosen)
{
    scim_json_t  *entry, *primary;

    if (!scim_patch_afford(&ed->work, array->count)) {
        return refuse_work(ed, op);
    }

    for (entry = array->first; entry != NULL; entry = entry->next) {
        if (entry == chosen || !is_primary(entry)) {
            continue;
        }

        primary = scim_json_get(entry, scim_str("primary"));
        primary->boolean = false;
    }

    return SCIM_OK;
}


/* Removal walks the list, which is much cheaper a step than a comparison. */
static scim_rc_t
drop_entry(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *array, scim_json_t *entry)
{
    if (!scim_patch_afford(&ed->work, array->count / 64)) {
        return refuse_work(ed, op);
    }

    scim_json_remove(array, entry);

    return SCIM_OK;
}


/* Both have the sub-attribute, and it differs. */
static bool
differs(scim_patch_edit_t *ed, const scim_attr_t *sub, const scim_json_t *a,
    const scim_json_t *b)
{
    a = scim_json_get(a, sub->name);
    b = scim_json_get(b, sub->name);

    return a != NULL && b != NULL && !scim_value_equal(ed->pool, sub, a, b);
}


/*
 * Whether two entries are the same one: by `value` where both have it, unless
 * their `type` says otherwise; else by everything.
 */
static bool
same_entry(scim_patch_edit_t *ed, const scim_attr_t *attr,
    const scim_json_t *a, const scim_json_t *b)
{
    const scim_attr_t  *value, *type;

    value = scim_attr_value_sub(attr);

    if (value == NULL || scim_json_get(a, value->name) == NULL
        || scim_json_get(b, value->name) == NULL)
    {
        return scim_value_equal(ed->pool, attr, a, b);
    }

    type = scim_attr_sub(attr, scim_str("type"));

    return !differs(ed, value, a, b)
           && (type == NULL || !differs(ed, type, a, b));
}


/* Of several that are the same, one that is equal in everything, or the first:
 * what is there already must not change another entry. */
static scim_json_t *
find_entry(scim_patch_edit_t *ed, const scim_attr_t *attr,
    const scim_json_t *array, const scim_json_t *wanted)
{
    scim_json_t  *entry, *found;

    found = NULL;

    for (entry = array->first; entry != NULL; entry = entry->next) {

        if (!same_entry(ed, attr, entry, wanted)) {
            continue;
        }

        if (scim_value_equal(ed->pool, attr, entry, wanted)) {
            return entry;
        }

        if (found == NULL) {
            found = entry;
        }
    }

    return found;
}


static scim_rc_t
add_entry(scim_patch_edit_t *ed, const scim_patch_op_t *op, scim_json_t *array,
    const scim_json_t *value)
{
    scim_rc_t     rc;
    scim_json_t  *entry;

    if (!scim_patch_afford(&ed->work, weight(array, value))) {
        return refuse_work(ed, op);
    }

    entry = find_entry(ed, op->path.path.attr, array, value);

    if (entry == NULL) {
        entry = scim_json_copy(ed->pool, value);
        rc = scim_json_append(array, entry);

    } else {
        rc = scim_patch_merge(ed, op->path.path.attr, entry, value);
    }

    return rc == SCIM_OK && is_primary(value)
           ? settle_primary(ed, op, array, entry) : rc;
}


static scim_rc_t
add_entries(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *container)
{
    scim_rc_t          rc;
    scim_json_t       *array;
    const scim_json_t *value;

    array = make_array(ed, op->path.path.attr, container);
    if (array == NULL) {
        return SCIM_NOMEM;
    }

    for (value = op->value->first; value != NULL; value = value->next) {
        rc = add_entry(ed, op, array, value);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* Removes the entries that the operation lists. */
static scim_rc_t
remove_entries(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *array)
{
    scim_json_t       *entry;
    const scim_json_t *value;

    for (value = op->value->first; value != NULL; value = value->next) {
        do {
            if (!scim_patch_afford(&ed->work, weight(array, value))) {
                return refuse_work(ed, op);
            }

            entry = find_entry(ed, op->path.path.attr, array, value);

            if (entry != NULL) {
                scim_json_remove(array, entry);
            }

        } while (entry != NULL);
    }

    return SCIM_OK;
}


/*
 * Collects what a filter says an entry is: its `eq` terms joined by `and`.
 * False if it says anything else; then no entry can be made from it.
 */
static bool
only_equalities(const scim_filter_t *filter)
{
    if (filter->op == SCIM_F_AND) {
        return only_equalities(filter->left) && only_equalities(filter->right);
    }

    return filter->op == SCIM_F_EQ && filter->path.attr->parent != NULL;
}


static scim_rc_t
set_equalities(scim_patch_edit_t *ed, const scim_filter_t *filter,
    scim_json_t *entry)
{
    scim_rc_t  rc;

    if (filter->op == SCIM_F_AND) {
        rc = set_equalities(ed, filter->left, entry);
        return rc == SCIM_OK ? set_equalities(ed, filter->right, entry) : rc;
    }

    return scim_json_set(entry, filter->path.attr->name,
                         scim_json_copy(ed->pool, filter->value));
}


/* An entry as the filter (if any) and the value describe it. */
static scim_rc_t
describe_entry(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t **out)
{
    scim_rc_t  rc;

    if (op->value->type != SCIM_JSON_OBJECT && op->path.path.sub == NULL) {
        *out = scim_json_copy(ed->pool, op->value);
        return *out != NULL ? SCIM_OK : SCIM_NOMEM;
    }

    *out = scim_json_object(ed->pool);
    if (*out == NULL) {
        return SCIM_NOMEM;
    }

    if (op->path.filter != NULL && only_equalities(op->path.filter)) {
        rc = set_equalities(ed, op->path.filter, *out);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (op->path.path.sub != NULL) {
        return scim_json_set(*out, op->path.path.sub->name,
                             scim_json_copy(ed->pool, op->value));
    }

    return scim_patch_merge(ed, op->path.path.attr, *out, op->value);
}


static scim_rc_t
create_entry(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *container)
{
    scim_rc_t     rc;
    scim_json_t  *array, *entry;

    if (op->path.filter != NULL
        && op->path.path.attr->type == SCIM_COMPLEX
        && !only_equalities(op->path.filter))
    {
        return refuse_no_target(ed, op, ", and its filter does not tell what "
                                "to create: only 'eq' joined by 'and' does");
    }

    rc = describe_entry(ed, op, &entry);
    if (rc != SCIM_OK) {
        return rc;
    }

    array = make_array(ed, op->path.path.attr, container);
    rc = array != NULL ? scim_json_append(array, entry) : SCIM_NOMEM;

    return rc == SCIM_OK && is_primary(entry)
           ? settle_primary(ed, op, array, entry) : rc;
}


/* Takes over the content of `from`, in the place of `entry`. */
static void
overwrite(scim_json_t *entry, const scim_json_t *from)
{
    entry->type = from->type;
    entry->boolean = from->boolean;
    entry->count = from->count;
    entry->text = from->text;
    entry->first = from->first;
    entry->last = from->last;
}


/* Whether an entry says no more than what kind of entry it was. */
static bool
only_labels(const scim_json_t *entry)
{
    const scim_json_t  *member;

    for (member = entry->first; member != NULL; member = member->next) {
        if (!scim_str_eq(member->name, scim_str("type"))
            && !scim_str_eq(member->name, scim_str("primary")))
        {
            return false;
        }
    }

    return true;
}


/* A sub-attribute of a selected entry. */
static scim_rc_t
edit_sub(scim_patch_edit_t *ed, const scim_patch_op_t *op, scim_json_t *array,
    scim_json_t *entry)
{
    bool               was;
    scim_rc_t          rc;
    const scim_attr_t *sub;

    sub = op->path.path.sub;
    was = scim_json_get(entry, sub->name) != NULL;

    rc = scim_patch_put(ed, entry, sub, op->value);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (op->kind == SCIM_P_REMOVE && was && only_labels(entry)) {
        return drop_entry(ed, op, array, entry);
    }

    if (op->value != NULL && is_primary(entry)
        && scim_str_eq(sub->name, scim_str("primary")))
    {
        return settle_primary(ed, op, array, entry);
    }

    return SCIM_OK;
}


/* A selected entry as a whole. */
static scim_rc_t
edit_entry(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *array, scim_json_t *entry)
{
    scim_rc_t     rc;
    scim_json_t  *described;

    if (op->value == NULL) {
        return drop_entry(ed, op, array, entry);
    }

    if (op->kind == SCIM_P_ADD && op->value->type == SCIM_JSON_OBJECT) {
        rc = scim_patch_merge(ed, op->path.path.attr, entry, op->value);

    } else {
        rc = describe_entry(ed, op, &described);
        if (rc == SCIM_OK) {
            overwrite(entry, described);
        }
    }

    return rc == SCIM_OK && is_primary(op->value)
           ? settle_primary(ed, op, array, entry) : rc;
}


/* Edits each entry that the filter selects, all if there is none. */
static scim_rc_t
edit_selected(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *array, size_t *matches)
{
    scim_rc_t     rc;
    scim_json_t  *entry, *next;

    if (!scim_patch_afford(&ed->work, weight(array, NULL) * op->cost)) {
        return refuse_work(ed, op);
    }

    for (entry = array->first; entry != NULL; entry = next) {
        next = entry->next;
        rc = SCIM_OK;

        if (op->path.filter != NULL) {
            rc = scim_filter_match_value(ed->pool, op->path.filter,
                                         op->path.path.attr, entry);
        }

        if (rc == SCIM_OK) {
            (*matches)++;
            rc = op->path.path.sub != NULL
                 ? edit_sub(ed, op, array, entry)
                 : edit_entry(ed, op, array, entry);
        }

        if (rc != SCIM_OK && rc != SCIM_NONE) {
            return rc;
        }
    }

    return SCIM_OK;
}


static scim_rc_t
selection(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *container, scim_json_t *array)
{
    size_t     matches;
    scim_rc_t  rc;

    matches = 0;

    if (array != NULL) {
        rc = edit_selected(ed, op, array, &matches);
        if (rc != SCIM_OK || matches != 0) {
            return rc;
        }
    }

    if (op->path.filter != NULL && op->strict && op->kind != SCIM_P_ADD) {
        return refuse_no_target(ed, op, "");
    }

    return op->value != NULL ? create_entry(ed, op, container) : SCIM_OK;
}


static scim_rc_t
edit_array(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *container, scim_json_t *array)
{
    if (op->path.filter != NULL || op->path.path.sub != NULL) {
        return selection(ed, op, container, array);
    }

    if (op->kind == SCIM_P_ADD) {
        return add_entries(ed, op, container);
    }

    if (op->kind == SCIM_P_REMOVE && op->value != NULL) {
        return array != NULL ? remove_entries(ed, op, array) : SCIM_OK;
    }

    return scim_patch_put(ed, container, op->path.path.attr, op->value);
}


scim_rc_t
scim_patch_array(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *container)
{
    scim_rc_t     rc;
    scim_json_t  *array;

    array = scim_json_get(container, op->path.path.attr->name);

    rc = edit_array(ed, op, container, array);
    if (rc != SCIM_OK) {
        return rc;
    }

    array = scim_json_get(container, op->path.path.attr->name);

    if (array != NULL && array->count == 0) {
        scim_json_remove(container, array);
    }

    return SCIM_OK;
}
