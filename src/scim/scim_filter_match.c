/*
 * Filters on trees.
 */

#define _GNU_SOURCE  /* memmem */
#include <string.h>

#include "scim_filter.h"
#include "scim_value.h"


/* Texts from that length on are folded once for all terms of a filter. */
#define LONG_TEXT  64

typedef struct {
    scim_pool_t  *pool;
    bool          keeps;        /* keys of long texts, in the tree */
} matcher_t;


/* One element at a time of a value that may be an array: NULL at the end. */
static scim_json_t *
first_element(scim_json_t *value)
{
    return value != NULL && value->type == SCIM_JSON_ARRAY
           ? value->first : value;
}


static scim_json_t *
next_element(const scim_json_t *value, const scim_json_t *element)
{
    return value->type == SCIM_JSON_ARRAY ? element->next : NULL;
}


static bool
present(const scim_json_t *value)
{
    if (value == NULL || value->type == SCIM_JSON_NULL) {
        return false;
    }

    if (value->type == SCIM_JSON_ARRAY || value->type == SCIM_JSON_OBJECT) {
        return value->count != 0;
    }

    return value->type != SCIM_JSON_STRING || value->text.len != 0;
}


static bool
contains(scim_str_t text, scim_str_t part)
{
    return part.len == 0
           || (text.len >= part.len
               && memmem(text.data, text.len, part.data, part.len) != NULL);
}


static bool
ends(scim_str_t text, scim_str_t part)
{
    return text.len >= part.len
           && scim_str_eq(scim_str_skip(text, text.len - part.len), part);
}


static bool
compare(scim_filter_op_e op, scim_str_t key, scim_str_t with)
{
    switch (op) {
    case SCIM_F_EQ:
        return scim_str_eq(key, with);
    case SCIM_F_NE:
        return !scim_str_eq(key, with);
    case SCIM_F_CO:
        return contains(key, with);
    case SCIM_F_SW:
        return scim_str_starts(key, with);
    case SCIM_F_EW:
        return ends(key, with);
    case SCIM_F_GT:
        return scim_str_cmp(key, with) > 0;
    case SCIM_F_GE:
        return scim_str_cmp(key, with) >= 0;
    case SCIM_F_LT:
        return scim_str_cmp(key, with) < 0;
    case SCIM_F_LE:
        return scim_str_cmp(key, with) <= 0;
    default:
        return false;
    }
}


static scim_rc_t
verdict(bool yes)
{
    return yes ? SCIM_OK : SCIM_NONE;
}


static scim_rc_t
value_key(const matcher_t *m, const scim_attr_t *attr, scim_json_t *value,
    scim_str_t *out)
{
    scim_rc_t    rc;
    scim_str_t  *kept;

    if (!m->keeps || value->text.len < LONG_TEXT) {
        return scim_value_key(m->pool, attr, value, out);
    }

    if (value->key != NULL) {
        *out = *value->key;
        return SCIM_OK;
    }

    kept = scim_palloc(m->pool, sizeof(scim_str_t));
    if (kept == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_value_key(m->pool, attr, value, kept);
    if (rc == SCIM_OK) {
        *out = *kept;
        value->key = kept;
    }

    return rc;
}


/* A comparison with one simple value; an absent one differs from all. */
static scim_rc_t
match_simple(const matcher_t *m, const scim_filter_t *term,
    const scim_attr_t *attr, scim_json_t *value)
{
    scim_rc_t   rc;
    scim_str_t  key;

    if (term->op == SCIM_F_PR) {
        return verdict(present(value));
    }

    if (value == NULL || value->type == SCIM_JSON_NULL) {
        return verdict(term->op == SCIM_F_NE);
    }

    if (value->type == SCIM_JSON_ARRAY || value->type == SCIM_JSON_OBJECT) {
        return SCIM_NONE;
    }

    rc = value_key(m, attr, value, &key);

    return rc == SCIM_OK ? verdict(compare(term->op, key, term->key)) : rc;
}


/* A comparison with an attribute's value: any element will do. */
static scim_rc_t
match_term(const matcher_t *m, const scim_filter_t *term, scim_json_t *value)
{
    scim_rc_t          rc;
    scim_json_t       *element, *part;
    const scim_attr_t *attr;

    element = first_element(value);

    if (element == NULL) {
        return verdict(term->op == SCIM_F_NE);
    }

    attr = term->path.sub != NULL ? term->path.sub : term->path.attr;

    for ( /* void */ ; element != NULL; element = next_element(value, element))
    {
        part = term->path.sub != NULL
               ? scim_json_get(element, term->path.sub->name) : element;

        rc = match_simple(m, term, attr, part);
        if (rc != SCIM_NONE) {
            return rc;
        }
    }

    return SCIM_NONE;
}


/* The value of an attribute in a resource. */
static scim_json_t *
resource_value(const scim_json_t *resource, const scim_attr_path_t *path)
{
    if (path->extension) {
        resource = scim_json_get(resource, path->schema->id);
    }

    return scim_json_get(resource, path->attr->name);
}


/* The same in one element of a multi-valued attribute; one with simple values
 * is its own `value`. */
static scim_json_t *
element_value(scim_json_t *element, const scim_attr_t *attr)
{
    return attr->parent != NULL ? scim_json_get(element, attr->name) : element;
}


/*
 * The filter on `value`: a resource if scope is NULL, else an element of that
 * attribute.  Recurses as deep as the parser nests and chains.
 */
static scim_rc_t
match(const matcher_t *m, const scim_filter_t *filter,
    const scim_attr_t *scope, scim_json_t *value)
{
    scim_rc_t     rc;
    scim_json_t  *part, *element;

    switch (filter->op) {

    case SCIM_F_AND:
        rc = match(m, filter->left, scope, value);
        return rc == SCIM_OK ? match(m, filter->right, scope, value) : rc;

    case SCIM_F_OR:
        rc = match(m, filter->left, scope, value);
        return rc == SCIM_NONE ? match(m, filter->right, scope, value) : rc;

    case SCIM_F_NOT:
        rc = match(m, filter->left, scope, value);
        return rc == SCIM_NOMEM ? rc : verdict(rc == SCIM_NONE);

    case SCIM_F_VALUE_PATH:
        part = resource_value(value, &filter->path);

        for (element = first_element(part);
             element != NULL;
             element = next_element(part, element))
        {
            rc = match(m, filter->left, filter->path.attr, element);
            if (rc != SCIM_NONE) {
                return rc;
            }
        }

        return SCIM_NONE;

    default:
        return match_term(m, filter,
                          scope == NULL
                          ? resource_value(value, &filter->path)
                          : element_value(value, filter->path.attr));
    }
}


scim_rc_t
scim_filter_match(scim_pool_t *pool, const scim_filter_t *filter,
    scim_json_t *resource)
{
    matcher_t  m = { .pool = pool, .keeps = true };

    return match(&m, filter, NULL, resource);
}


scim_rc_t
scim_filter_match_value(scim_pool_t *pool, const scim_filter_t *filter,
    const scim_attr_t *attr, scim_json_t *element)
{
    matcher_t  m = { .pool = pool, .keeps = false };

    return match(&m, filter, attr, element);
}


bool
scim_filter_uses(const scim_filter_t *filter, const scim_attr_t *attr)
{
    switch (filter->op) {

    case SCIM_F_AND:
    case SCIM_F_OR:
        return scim_filter_uses(filter->left, attr)
               || scim_filter_uses(filter->right, attr);

    case SCIM_F_NOT:
        return scim_filter_uses(filter->left, attr);

    case SCIM_F_VALUE_PATH:
        return filter->path.attr == attr
               || scim_filter_uses(filter->left, attr);

    default:
        return filter->path.attr == attr || filter->path.sub == attr;
    }
}
