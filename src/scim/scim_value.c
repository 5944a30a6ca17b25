/*
 * What a client sent, against one attribute: the canonical form, or why not.
 */

#include <string.h>

#include "scim_text.h"
#include "scim_value.h"
#include "scim_value_syntax.h"

/* What helpers and messages need. */
typedef struct {
    scim_pool_t                *pool;
    const scim_resource_type_t *type;
    scim_error_t               *err;
} scim_accept_t;

static const char *const scim_expected[] = {
    "text", "true or false", "a number", "a whole number",
    "a date like 2026-01-31T23:59:59Z", "base64", "a URI", "an object"
};

static const char *const scim_json_kinds[] = {
    "null", "a boolean", "a number", "text", "an array", "an object"
};


static scim_rc_t
scim_accept_bad(const scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input)
{
    scim_str_t  name;

    if (scim_attr_name(a->pool, a->type, attr, &name) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (input->type == SCIM_JSON_STRING || input->type == SCIM_JSON_NUMBER) {
        return scim_refuse(a->err, 400, SCIM_INVALID_VALUE,
                           "\"%.*s\" must be %s, but is \"%.*s\"",
                           SCIM_FMT(name), scim_expected[attr->type],
                           (int) scim_utf8_cut(input->text, 100),
                           input->text.data);
    }

    return scim_refuse(a->err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" must be %s, but is %s", SCIM_FMT(name),
                       scim_expected[attr->type],
                       scim_json_kinds[input->type]);
}


static scim_rc_t
scim_accept_made(scim_json_t *made, scim_json_t **out)
{
    *out = made;

    return made != NULL ? SCIM_OK : SCIM_NOMEM;
}


bool
scim_value_boolean(scim_str_t text, bool *value)
{
    if (scim_str_caseeq(text, scim_str("true"))) {
        *value = true;
        return true;
    }

    if (scim_str_caseeq(text, scim_str("false"))) {
        *value = false;
        return true;
    }

    return false;
}


/* Whether "" means no value: for all but text, and for ids of resources. */
static bool
scim_blank_unassigns(const scim_attr_t *attr)
{
    if (attr->type != SCIM_STRING) {
        return true;
    }

    return attr->parent != NULL
           && scim_str_eq(attr->name, scim_str("value"))
           && scim_attr_sub(attr->parent, scim_str("$ref")) != NULL;
}


static scim_rc_t
scim_accept_text(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out)
{
    int64_t  us;
    bool     good;

    if (input->type != SCIM_JSON_STRING
        && (input->type != SCIM_JSON_NUMBER || attr->type == SCIM_DATETIME
            || attr->type == SCIM_BINARY))
    {
        return scim_accept_bad(a, attr, input);
    }

    good = attr->type == SCIM_DATETIME ? scim_time_parse(input->text, &us)
           : attr->type == SCIM_BINARY ? scim_base64_valid(input->text)
           : attr->type == SCIM_REFERENCE ? scim_uri_valid(input->text)
           : true;

    if (!good) {
        return scim_accept_bad(a, attr, input);
    }

    return scim_accept_made(scim_json_string(a->pool, input->text), out);
}


static scim_rc_t
scim_accept_simple(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out)
{
    bool  value;

    if (input->type == SCIM_JSON_STRING && input->text.len == 0
        && scim_blank_unassigns(attr))
    {
        return SCIM_OK;
    }

    switch (attr->type) {

    case SCIM_BOOLEAN:
        value = input->boolean;

        if (input->type == SCIM_JSON_BOOL
            || (input->type == SCIM_JSON_STRING
                && scim_value_boolean(input->text, &value)))
        {
            return scim_accept_made(scim_json_bool(a->pool, value), out);
        }

        return scim_accept_bad(a, attr, input);

    case SCIM_DECIMAL:
    case SCIM_INTEGER:
        if ((input->type == SCIM_JSON_NUMBER
             || input->type == SCIM_JSON_STRING)
            && scim_number_valid(input->text, attr->type == SCIM_INTEGER))
        {
            return scim_accept_made(scim_json_number(a->pool, input->text),
                                    out);
        }

        return scim_accept_bad(a, attr, input);

    default:
        return scim_accept_text(a, attr, input, out);
    }
}


/*
 * Entra's AppRoleAssignmentsComplex sends JSON text where JSON is meant.
 * SCIM_NONE if the text is none.
 */
static scim_rc_t
scim_accept_unpack(scim_accept_t *a, const scim_json_t *input,
    scim_json_t **out)
{
    scim_rc_t     rc;
    scim_error_t  why;

    if (input == NULL || input->type != SCIM_JSON_STRING
        || input->text.len < 2
        || (input->text.data[0] != '{' && input->text.data[0] != '['))
    {
        return SCIM_NONE;
    }

    rc = scim_json_parse(a->pool, input->text, NULL, out, &why);

    return rc == SCIM_REFUSED ? SCIM_NONE : rc;
}


/* What Entra calls displayName in that text is the label of an element. */
static void
scim_accept_label(scim_json_t *inner)
{
    scim_json_t  *label;

    label = scim_json_get_ci(inner, scim_str("displayName"));

    if (label != NULL
        && scim_json_get_ci(inner, scim_str("display")) == NULL)
    {
        label->name = scim_str("display");
    }
}


/*
 * The same text as `value` of an element, `{"value":"{\"value\":…}"}`, as Entra
 * sends roles: what is inside wins over what is around.
 */
static scim_rc_t
scim_accept_unpack_value(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, const scim_json_t **out)
{
    scim_rc_t           rc;
    scim_json_t        *inner, *copy;
    const scim_attr_t  *value;
    const scim_json_t  *member;

    value = scim_attr_value_sub(attr);
    if (value == NULL || value->type != SCIM_STRING) {
        return SCIM_OK;
    }

    rc = scim_accept_unpack(a, scim_json_get_ci(input, value->name), &inner);
    if (rc == SCIM_NOMEM) {
        return rc;
    }

    if (rc != SCIM_OK || inner->type != SCIM_JSON_OBJECT) {
        return SCIM_OK;
    }

    scim_accept_label(inner);

    for (member = input->first; member != NULL; member = member->next) {

        if (scim_str_caseeq(member->name, value->name)
            || scim_json_get_ci(inner, member->name) != NULL)
        {
            continue;
        }

        copy = scim_json_copy(a->pool, member);
        if (scim_json_add(inner, member->name, copy) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    *out = inner;

    return SCIM_OK;
}


static scim_rc_t
scim_accept_list(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out);


/* A sub-attribute: simple, one or many (the loader allows nothing deeper). */
static scim_rc_t
scim_accept_sub(scim_accept_t *a, const scim_attr_t *sub,
    const scim_json_t *input, scim_json_t **out)
{
    *out = NULL;

    if (input == NULL || input->type == SCIM_JSON_NULL
        || sub->mutability == SCIM_READ_ONLY
        || sub->mutability == SCIM_WRITE_ONLY)
    {
        return SCIM_OK;
    }

    if (sub->multi_valued) {
        return scim_accept_list(a, sub, input, out);
    }

    if (input->type == SCIM_JSON_ARRAY && input->count == 0) {
        return SCIM_OK;
    }

    return scim_accept_simple(a, sub, input, out);
}


static scim_rc_t
scim_accept_object(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out)
{
    size_t        i;
    scim_rc_t     rc;
    scim_json_t  *object, *value;

    rc = scim_accept_unpack_value(a, attr, input, &input);
    if (rc != SCIM_OK) {
        return rc;
    }

    object = scim_json_object(a->pool);
    if (object == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < attr->nsubs; i++) {

        rc = scim_accept_sub(a, &attr->subs[i],
                             scim_json_get_ci(input, attr->subs[i].name),
                             &value);

        if (rc == SCIM_OK && value != NULL) {
            rc = scim_json_add(object, attr->subs[i].name, value);
        }

        if (rc != SCIM_OK) {
            return rc;
        }
    }

    *out = object->count > 0 ? object : NULL;

    return SCIM_OK;
}


/* `"manager":"id"`, `"emails":["a@b"]`: the text is the attribute's value. */
static scim_rc_t
scim_accept_bare(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out)
{
    scim_rc_t           rc;
    scim_json_t        *object, *value;
    const scim_attr_t  *sub;

    if (input->type == SCIM_JSON_STRING && input->text.len == 0) {
        return SCIM_OK;
    }

    sub = scim_attr_value_sub(attr);
    if (sub == NULL || sub->type == SCIM_COMPLEX) {
        return scim_accept_bad(a, attr, input);
    }

    rc = scim_accept_sub(a, sub, input, &value);
    if (rc != SCIM_OK || value == NULL) {
        return rc;
    }

    object = scim_json_object(a->pool);
    if (object == NULL) {
        return SCIM_NOMEM;
    }

    *out = object;

    return scim_json_add(object, sub->name, value);
}


static scim_rc_t
scim_accept_complex(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out)
{
    scim_rc_t     rc;
    scim_json_t  *unpacked;

    rc = scim_accept_unpack(a, input, &unpacked);

    if (rc == SCIM_NOMEM) {
        return rc;
    }

    if (rc == SCIM_OK) {
        scim_accept_label(unpacked);
        input = unpacked;
    }

    switch (input->type) {

    case SCIM_JSON_OBJECT:
        return scim_accept_object(a, attr, input, out);

    case SCIM_JSON_STRING:
    case SCIM_JSON_NUMBER:
        return scim_accept_bare(a, attr, input, out);

    default:
        return scim_accept_bad(a, attr, input);
    }
}


static scim_rc_t
scim_accept_one(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out)
{
    *out = NULL;

    if (input->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    return attr->type == SCIM_COMPLEX
           ? scim_accept_complex(a, attr, input, out)
           : scim_accept_simple(a, attr, input, out);
}


/* Always an array, of what has content. */
static scim_rc_t
scim_accept_list(scim_accept_t *a, const scim_attr_t *attr,
    const scim_json_t *input, scim_json_t **out)
{
    scim_rc_t           rc;
    scim_json_t        *array, *value;
    const scim_json_t  *item;

    array = scim_json_array(a->pool);
    if (array == NULL) {
        return SCIM_NOMEM;
    }

    item = input->type == SCIM_JSON_ARRAY ? input->first : input;

    while (item != NULL) {

        rc = scim_accept_one(a, attr, item, &value);

        if (rc == SCIM_OK && value != NULL) {
            rc = scim_json_append(array, value);
        }

        if (rc != SCIM_OK) {
            return rc;
        }

        item = input->type == SCIM_JSON_ARRAY ? item->next : NULL;
    }

    rc = scim_value_list_tidy(a->pool, a->type, attr, array, a->err);
    *out = array->count > 0 ? array : NULL;

    return rc;
}


/*
 * The element of an array of one, for an attribute that has one value.  Of a
 * simple one the element must be an object, as Entra has sent them, and is
 * what its `value` is.
 */
static const scim_json_t *
scim_accept_only(const scim_attr_t *attr, const scim_json_t *input)
{
    const scim_json_t  *value;

    if (input->count != 1) {
        return input;
    }

    if (attr->type == SCIM_COMPLEX) {
        return input->first;
    }

    value = input->first->type == SCIM_JSON_OBJECT
            ? scim_json_get_ci(input->first, scim_str("value")) : NULL;

    return value != NULL ? value : input;
}


scim_rc_t
scim_value_accept(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, const scim_json_t *input, scim_json_t **out,
    scim_error_t *err)
{
    scim_rc_t      rc;
    scim_json_t   *unpacked;
    scim_accept_t  a = { pool, type, err };

    *out = NULL;

    if (input->type == SCIM_JSON_NULL || attr->mutability == SCIM_WRITE_ONLY) {
        return SCIM_OK;
    }

    if (attr->type == SCIM_COMPLEX) {
        rc = scim_accept_unpack(&a, input, &unpacked);
        if (rc == SCIM_NOMEM) {
            return rc;
        }

        input = rc == SCIM_OK ? unpacked : input;
    }

    if (attr->multi_valued) {
        return scim_accept_list(&a, attr, input, out);
    }

    if (input->type == SCIM_JSON_ARRAY) {

        if (input->count == 0) {
            return SCIM_OK;
        }

        input = scim_accept_only(attr, input);
    }

    return scim_accept_one(&a, attr, input, out);
}


scim_rc_t
scim_value_accept_one(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, const scim_json_t *input, scim_json_t **out,
    scim_error_t *err)
{
    scim_accept_t  a = { pool, type, err };

    return scim_accept_one(&a, attr, input, out);
}


scim_rc_t
scim_value_member(const scim_json_t *element, scim_str_t *id,
    scim_error_t *err)
{
    const scim_json_t  *value;

    value = element->type == SCIM_JSON_OBJECT
            ? scim_json_get_ci(element, scim_str("value")) : element;

    if (value == NULL || value->text.len == 0
        || (value->type != SCIM_JSON_STRING
            && value->type != SCIM_JSON_NUMBER))
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "each of \"members\" needs a \"value\": the id "
                           "of a user or group");
    }

    *id = value->text;

    return SCIM_OK;
}
