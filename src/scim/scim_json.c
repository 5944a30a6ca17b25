/*
 * JSON values: making, editing, looking up, comparing.
 *
 * Copying and comparing recurse once per level of nesting: the parser bounds
 * that by scim_json_limits_t.depth, and what the code builds is shallow.
 */

#include "scim_json.h"

#include <string.h>


static scim_json_t *
make(scim_pool_t *pool, scim_json_type_e type)
{
    scim_json_t  *value;

    value = scim_pcalloc(pool, sizeof(scim_json_t));
    if (value != NULL) {
        value->type = type;
    }

    return value;
}


static scim_json_t *
make_text(scim_pool_t *pool, scim_json_type_e type, scim_str_t text)
{
    scim_json_t  *value;

    value = make(pool, type);
    if (value != NULL) {
        value->text = text;
    }

    return value;
}


scim_json_t *
scim_json_null(scim_pool_t *pool)
{
    return make(pool, SCIM_JSON_NULL);
}


scim_json_t *
scim_json_bool(scim_pool_t *pool, bool boolean)
{
    scim_json_t  *value;

    value = make(pool, SCIM_JSON_BOOL);
    if (value != NULL) {
        value->boolean = boolean;
    }

    return value;
}


scim_json_t *
scim_json_number(scim_pool_t *pool, scim_str_t text)
{
    return make_text(pool, SCIM_JSON_NUMBER, text);
}


scim_json_t *
scim_json_uint(scim_pool_t *pool, uint64_t n)
{
    scim_buf_t  digits;
    scim_str_t  text;

    scim_buf_init(&digits, pool, 20);
    scim_buf_uint(&digits, n);

    return scim_buf_done(&digits, &text) == SCIM_OK
           ? scim_json_number(pool, text) : NULL;
}


scim_json_t *
scim_json_string(scim_pool_t *pool, scim_str_t text)
{
    return make_text(pool, SCIM_JSON_STRING, text);
}


scim_json_t *
scim_json_array(scim_pool_t *pool)
{
    return make(pool, SCIM_JSON_ARRAY);
}


scim_json_t *
scim_json_object(scim_pool_t *pool)
{
    return make(pool, SCIM_JSON_OBJECT);
}


scim_json_t *
scim_json_copy(scim_pool_t *pool, const scim_json_t *value)
{
    scim_json_t        *copy;
    const scim_json_t  *child;

    copy = scim_palloc(pool, sizeof(scim_json_t));
    if (copy == NULL) {
        return NULL;
    }

    *copy = *value;
    copy->first = copy->last = copy->next = NULL;
    copy->count = 0;
    copy->key = NULL;

    for (child = value->first; child != NULL; child = child->next) {
        if (scim_json_append(copy, scim_json_copy(pool, child)) != SCIM_OK) {
            return NULL;
        }
    }

    return copy;
}


scim_rc_t
scim_json_append(scim_json_t *array, scim_json_t *value)
{
    if (value == NULL) {
        return SCIM_NOMEM;
    }

    value->next = NULL;

    if (array->last == NULL) {
        array->first = value;
    } else {
        array->last->next = value;
    }

    array->last = value;
    array->count++;
    return SCIM_OK;
}


scim_rc_t
scim_json_add(scim_json_t *object, scim_str_t name, scim_json_t *value)
{
    if (value != NULL) {
        value->name = name;
    }

    return scim_json_append(object, value);
}


/* The child before `child`, NULL if that is the first. */
static scim_json_t *
previous(const scim_json_t *parent, const scim_json_t *child)
{
    scim_json_t  *at;

    if (parent->first == child) {
        return NULL;
    }

    for (at = parent->first; at->next != child; at = at->next) {
        /* void */
    }

    return at;
}


/* Hangs `value`, or what followed, where `child` hangs. */
static void
replace(scim_json_t *parent, scim_json_t *child, scim_json_t *value)
{
    scim_json_t  *before = previous(parent, child);
    scim_json_t  *here = value != NULL ? value : child->next;

    if (value != NULL) {
        value->next = child->next;
    }

    if (before == NULL) {
        parent->first = here;
    } else {
        before->next = here;
    }

    if (parent->last == child) {
        parent->last = value != NULL ? value : before;
    }

    child->next = NULL;
}


scim_rc_t
scim_json_set(scim_json_t *object, scim_str_t name, scim_json_t *value)
{
    scim_json_t  *old;

    if (value == NULL) {
        return SCIM_NOMEM;
    }

    old = scim_json_get(object, name);
    if (old == NULL) {
        return scim_json_add(object, name, value);
    }

    if (old != value) {
        value->name = name;
        replace(object, old, value);
    }

    return SCIM_OK;
}


void
scim_json_remove(scim_json_t *parent, scim_json_t *child)
{
    replace(parent, child, NULL);
    parent->count--;
}


static scim_json_t *
lookup(const scim_json_t *object, scim_str_t name,
    bool (*same)(scim_str_t a, scim_str_t b))
{
    scim_json_t  *child;

    if (object == NULL || object->type != SCIM_JSON_OBJECT) {
        return NULL;
    }

    for (child = object->first; child != NULL; child = child->next) {
        if (child->name.len == name.len && same(child->name, name)) {
            return child;
        }
    }

    return NULL;
}


scim_json_t *
scim_json_get(const scim_json_t *object, scim_str_t name)
{
    return lookup(object, name, scim_str_eq);
}


scim_json_t *
scim_json_get_ci(const scim_json_t *object, scim_str_t name)
{
    return lookup(object, name, scim_str_caseeq);
}


static size_t
count_ci(const scim_json_t *object, scim_str_t name)
{
    size_t             n = 0;
    const scim_json_t *member;

    for (member = object->first; member != NULL; member = member->next) {
        n += scim_str_caseeq(member->name, name);
    }

    return n;
}


scim_rc_t
scim_json_once(const scim_json_t *object, const scim_str_t *names, size_t n,
    scim_error_t *err)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (count_ci(object, names[i]) > 1) {
            return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                               "\"%.*s\" is given twice, under names that "
                               "differ in case", SCIM_FMT(names[i]));
        }
    }

    return SCIM_OK;
}


scim_str_t
scim_json_get_text(const scim_json_t *object, scim_str_t name)
{
    const scim_json_t  *value = scim_json_get_ci(object, name);

    return value != NULL && value->type == SCIM_JSON_STRING
           ? value->text : scim_str_absent;
}


static bool
equal_arrays(const scim_json_t *a, const scim_json_t *b)
{
    const scim_json_t  *x = a->first, *y = b->first;

    for ( ; x != NULL; x = x->next, y = y->next) {
        if (!scim_json_equal(x, y)) {
            return false;
        }
    }

    return true;
}


/* Mostly the order is the same as well: the search starts where the other
 * object stands. */
static bool
equal_objects(const scim_json_t *a, const scim_json_t *b)
{
    const scim_json_t  *x, *beside, *y;

    beside = b->first;

    for (x = a->first; x != NULL; x = x->next, beside = beside->next) {
        y = scim_str_eq(x->name, beside->name) ? beside
                                               : scim_json_get(b, x->name);

        if (y == NULL || !scim_json_equal(x, y)) {
            return false;
        }
    }

    return true;
}


bool
scim_json_equal(const scim_json_t *a, const scim_json_t *b)
{
    if (a->type != b->type || a->count != b->count) {
        return false;
    }

    switch (a->type) {
    case SCIM_JSON_NULL:
        return true;
    case SCIM_JSON_BOOL:
        return a->boolean == b->boolean;
    case SCIM_JSON_NUMBER:
    case SCIM_JSON_STRING:
        return scim_str_eq(a->text, b->text);
    case SCIM_JSON_ARRAY:
        return equal_arrays(a, b);
    case SCIM_JSON_OBJECT:
        return equal_objects(a, b);
    }

    return false;
}
