/*
 * Attributes and their characteristics (RFC 7643 section 7) from JSON.
 */

#include <stdarg.h>
#include <stdio.h>

#include "scim_schema_read.h"

static const char *const scim_type_words[] = {
    "string", "boolean", "decimal", "integer", "dateTime", "binary",
    "reference", "complex", NULL
};

static const char *const scim_mutability_words[] = {
    "readWrite", "readOnly", "immutable", "writeOnly", NULL
};

static const char *const scim_returned_words[] = {
    "default", "always", "never", "request", NULL
};

static const char *const scim_uniqueness_words[] = {
    "none", "server", "global", NULL
};


scim_rc_t
scim_load_bad(const scim_load_t *load, const char *fmt, ...)
{
    va_list             args;
    char                what[SCIM_ERROR_DETAIL / 2];
    const scim_attr_t  *parent;

    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);

    if (load->attr != NULL) {
        parent = load->attr->parent;
        return scim_refuse(load->err, 500, SCIM_TYPE_NONE,
                           "%s: attribute \"%.*s%s%.*s\": %s", load->file,
                           SCIM_FMT(parent ? parent->name : scim_str_absent),
                           parent ? "." : "", SCIM_FMT(load->attr->name),
                           what);
    }

    if (load->name.data != NULL) {
        return scim_refuse(load->err, 500, SCIM_TYPE_NONE,
                           "%s: %s \"%.*s\": %s", load->file, load->kind,
                           SCIM_FMT(load->name), what);
    }

    return scim_refuse(load->err, 500, SCIM_TYPE_NONE, "%s: %s", load->file,
                       what);
}


scim_rc_t
scim_load_text(const scim_load_t *load, const scim_json_t *json,
    const char *name, scim_str_t *out)
{
    const scim_json_t  *value;

    value = scim_json_get(json, scim_str_from(name));

    if (value == NULL || value->type != SCIM_JSON_STRING
        || value->text.len == 0)
    {
        return scim_load_bad(load, "\"%s\" must be a text", name);
    }

    *out = value->text;

    return SCIM_OK;
}


static scim_rc_t
scim_load_word(const scim_load_t *load, const scim_json_t *value,
    const char *const words[], unsigned *out)
{
    unsigned  i;

    for (i = 0; value->type == SCIM_JSON_STRING && words[i] != NULL; i++) {
        if (scim_str_eq(value->text, scim_str_from(words[i]))) {
            *out = i;
            return SCIM_OK;
        }
    }

    return scim_load_bad(load, "\"%.*s\" cannot be \"%.*s\"",
                         SCIM_FMT(value->name), SCIM_FMT(value->text));
}


scim_rc_t
scim_load_flag(const scim_load_t *load, const scim_json_t *value, bool *out)
{
    if (value->type != SCIM_JSON_BOOL) {
        return scim_load_bad(load, "\"%.*s\" must be true or false",
                             SCIM_FMT(value->name));
    }

    *out = value->boolean;

    return SCIM_OK;
}


static scim_rc_t
scim_load_texts(scim_load_t *load, const scim_json_t *value,
    scim_str_t **out, size_t *n)
{
    size_t              i;
    const scim_json_t  *item;

    if (value->type != SCIM_JSON_ARRAY) {
        return scim_load_bad(load, "\"%.*s\" must be an array of texts",
                             SCIM_FMT(value->name));
    }

    *n = value->count;
    *out = scim_palloc(load->schemas->pool, value->count * sizeof(scim_str_t));
    if (*out == NULL) {
        return SCIM_NOMEM;
    }

    for (item = value->first, i = 0; item != NULL; item = item->next, i++) {

        if (item->type != SCIM_JSON_STRING) {
            return scim_load_bad(load, "\"%.*s\" must be an array of texts",
                                 SCIM_FMT(value->name));
        }

        (*out)[i] = item->text;
    }

    return SCIM_OK;
}


/* RFC 7643 section 2.1, and "$ref". */
static bool
scim_attr_name_valid(scim_str_t name)
{
    char    c;
    size_t  i;

    for (i = 0; i < name.len; i++) {

        c = name.data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c == '$' && i == 0))
        {
            continue;
        }

        if (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '_')) {
            return false;
        }
    }

    return name.len > 0;
}


typedef enum {
    SCIM_C_NAME = 0,
    SCIM_C_DESCRIPTION,
    SCIM_C_REFERENCE_TYPES,
    SCIM_C_TYPE,
    SCIM_C_MULTI_VALUED,
    SCIM_C_REQUIRED,
    SCIM_C_CASE_EXACT,
    SCIM_C_CANONICAL,
    SCIM_C_MUTABILITY,
    SCIM_C_RETURNED,
    SCIM_C_UNIQUENESS,
    SCIM_C_SUBS
} scim_characteristic_e;

static const char *const scim_characteristics[] = {
    "name", "description", "referenceTypes", "type", "multiValued", "required",
    "caseExact", "canonicalValues", "mutability", "returned", "uniqueness",
    "subAttributes", NULL
};


static scim_rc_t
scim_load_characteristic(scim_load_t *load, const scim_json_t *value,
    unsigned which, scim_attr_t *attr)
{
    unsigned   word;
    scim_rc_t  rc;

    word = 0;

    switch ((scim_characteristic_e) which) {

    case SCIM_C_TYPE:
        rc = scim_load_word(load, value, scim_type_words, &word);
        attr->type = (scim_attr_type_e) word;
        return rc;

    case SCIM_C_MUTABILITY:
        rc = scim_load_word(load, value, scim_mutability_words, &word);
        attr->mutability = (scim_mutability_e) word;
        return rc;

    case SCIM_C_RETURNED:
        rc = scim_load_word(load, value, scim_returned_words, &word);
        attr->returned = (scim_returned_e) word;
        return rc;

    case SCIM_C_UNIQUENESS:
        rc = scim_load_word(load, value, scim_uniqueness_words, &word);
        attr->uniqueness = (scim_uniqueness_e) word;
        return rc;

    case SCIM_C_MULTI_VALUED:
        return scim_load_flag(load, value, &attr->multi_valued);

    case SCIM_C_REQUIRED:
        return scim_load_flag(load, value, &attr->required);

    case SCIM_C_CASE_EXACT:
        return scim_load_flag(load, value, &attr->case_exact);

    case SCIM_C_CANONICAL:
        return scim_load_texts(load, value, &attr->canonical,
                               &attr->ncanonical);

    case SCIM_C_SUBS:
        if (attr->parent != NULL) {
            return scim_load_bad(load, "a sub-attribute has none itself");
        }

        return scim_load_attrs(load, value, attr->schema, attr, &attr->subs,
                               &attr->nsubs);

    case SCIM_C_NAME:
    case SCIM_C_DESCRIPTION:
    case SCIM_C_REFERENCE_TYPES:
        break;
    }

    return SCIM_OK;
}


static scim_rc_t
scim_load_attr(scim_load_t *load, const scim_json_t *json, scim_attr_t *attr)
{
    unsigned            i;
    scim_rc_t           rc;
    const scim_json_t  *value;

    load->attr = attr;

    for (value = json->first; value != NULL; value = value->next) {

        for (i = 0; scim_characteristics[i] != NULL; i++) {
            if (scim_str_eq(value->name,
                            scim_str_from(scim_characteristics[i])))
            {
                break;
            }
        }

        /* A mistyped "multivalued" must not pass for single-valued. */
        if (scim_characteristics[i] == NULL) {
            return scim_load_bad(load, "unknown characteristic \"%.*s\"",
                                 SCIM_FMT(value->name));
        }

        rc = scim_load_characteristic(load, value, i, attr);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if ((attr->type == SCIM_COMPLEX) != (attr->nsubs > 0)) {
        return scim_load_bad(load, "\"subAttributes\" goes with the type "
                             "\"complex\", and with no other");
    }

    /* RFC 7643 section 2.3: these compare by case, whatever is not said. */
    if ((attr->type == SCIM_REFERENCE || attr->type == SCIM_BINARY)
        && scim_json_get(json, scim_str("caseExact")) == NULL)
    {
        attr->case_exact = true;
    }

    if (attr->mutability == SCIM_WRITE_ONLY
        && scim_json_get(json, scim_str("returned")) == NULL)
    {
        attr->returned = SCIM_RETURNED_NEVER;
    }

    return attr->parent == NULL ? scim_load_check(load, attr) : SCIM_OK;
}


/* The name of the attribute, which no attribute before it may have. */
static scim_rc_t
scim_load_attr_name(scim_load_t *load, const scim_json_t *json,
    const scim_attr_t *attrs, size_t n, scim_str_t *name)
{
    size_t     i;
    scim_rc_t  rc;

    if (json->type != SCIM_JSON_OBJECT) {
        return scim_load_bad(load, "an attribute must be an object");
    }

    rc = scim_load_text(load, json, "name", name);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (!scim_attr_name_valid(*name)) {
        return scim_load_bad(load, "\"%.*s\" is no name for an attribute",
                             SCIM_FMT(*name));
    }

    for (i = 0; i < n; i++) {
        if (scim_str_caseeq(attrs[i].name, *name)) {
            return scim_load_bad(load, "two attributes are named \"%.*s\"",
                                 SCIM_FMT(*name));
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_load_attrs(scim_load_t *load, const scim_json_t *json,
    const scim_schema_t *schema, const scim_attr_t *parent,
    scim_attr_t **out, size_t *n)
{
    size_t              i;
    scim_rc_t           rc;
    scim_attr_t        *attrs;
    const scim_json_t  *item;

    if (json == NULL || json->type != SCIM_JSON_ARRAY || json->count == 0) {
        return scim_load_bad(load, "\"%s\" must be an array of objects",
                             parent ? "subAttributes" : "attributes");
    }

    attrs = scim_pcalloc(load->schemas->pool,
                         json->count * sizeof(scim_attr_t));
    if (attrs == NULL) {
        return SCIM_NOMEM;
    }

    for (item = json->first, i = 0; item != NULL; item = item->next, i++) {

        rc = scim_load_attr_name(load, item, attrs, i, &attrs[i].name);
        if (rc != SCIM_OK) {
            return rc;
        }

        attrs[i].schema = schema;
        attrs[i].parent = parent;

        rc = scim_load_attr(load, item, &attrs[i]);
        if (rc != SCIM_OK) {
            return rc;
        }

        load->attr = parent;
    }

    *out = attrs;
    *n = json->count;

    return SCIM_OK;
}


static scim_rc_t
scim_load_default(scim_json_t *json, unsigned which, scim_json_t *value)
{
    scim_str_t  name;

    name = scim_str_from(scim_characteristics[which]);

    return scim_json_get(json, name) != NULL
           ? SCIM_OK : scim_json_add(json, name, value);
}


static scim_json_t *
scim_load_word_json(scim_pool_t *pool, const char *word)
{
    return scim_json_string(pool, scim_str_from(word));
}


static scim_rc_t
scim_load_complete_one(scim_pool_t *pool, scim_json_t *json,
    const scim_attr_t *attr)
{
    const char  *mutability, *returned, *uniqueness;

    mutability = scim_mutability_words[attr->mutability];
    returned = scim_returned_words[attr->returned];
    uniqueness = scim_uniqueness_words[attr->uniqueness];

    if (scim_load_default(json, SCIM_C_TYPE,
                scim_load_word_json(pool, scim_type_words[attr->type]))
        != SCIM_OK
        || scim_load_default(json, SCIM_C_MULTI_VALUED,
                scim_json_bool(pool, attr->multi_valued)) != SCIM_OK
        || scim_load_default(json, SCIM_C_REQUIRED,
                scim_json_bool(pool, attr->required)) != SCIM_OK
        || scim_load_default(json, SCIM_C_MUTABILITY,
                scim_load_word_json(pool, mutability)) != SCIM_OK
        || scim_load_default(json, SCIM_C_RETURNED,
                scim_load_word_json(pool, returned)) != SCIM_OK
        || scim_load_default(json, SCIM_C_UNIQUENESS,
                scim_load_word_json(pool, uniqueness)) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    /* Of no meaning for the others. */
    if (attr->type != SCIM_STRING && attr->type != SCIM_REFERENCE
        && attr->type != SCIM_BINARY)
    {
        return SCIM_OK;
    }

    return scim_load_default(json, SCIM_C_CASE_EXACT,
                             scim_json_bool(pool, attr->case_exact));
}


scim_rc_t
scim_load_complete(scim_pool_t *pool, scim_json_t *array,
    const scim_attr_t *attrs)
{
    scim_rc_t     rc;
    scim_json_t  *item;

    rc = SCIM_OK;

    for (item = array->first; rc == SCIM_OK && item != NULL;
         item = item->next, attrs++)
    {
        rc = scim_load_complete_one(pool, item, attrs);

        if (rc == SCIM_OK && attrs->nsubs > 0) {
            rc = scim_load_complete(pool,
                     scim_json_get(item, scim_str("subAttributes")),
                     attrs->subs);
        }
    }

    return rc;
}


void
scim_load_hide(scim_json_t *array, const scim_attr_t *attrs)
{
    scim_json_t        *item, *next;
    const scim_attr_t  *attr;

    for (item = array->first, attr = attrs; item != NULL; item = next, attr++)
    {
        next = item->next;

        if (attr->returned == SCIM_RETURNED_NEVER) {
            scim_json_remove(array, item);

        } else if (attr->nsubs > 0) {
            scim_load_hide(scim_json_get(item, scim_str("subAttributes")),
                           attr->subs);
        }
    }
}
