/*
 * Characteristics that contradict each other, or that cannot be kept: what a
 * schema promises in /Schemas must be so.
 */

#include "scim_schema_read.h"


typedef struct {
    bool        (*broken)(const scim_attr_t *attr);
    const char   *why;
} scim_rule_t;


static bool
scim_attr_stored(const scim_attr_t *attr)
{
    return attr->mutability == SCIM_READ_WRITE
           || attr->mutability == SCIM_IMMUTABLE;
}


bool
scim_attr_settable(const scim_attr_t *attr)
{
    size_t  i;

    if (!scim_attr_stored(attr)) {
        return false;
    }

    for (i = 0; i < attr->nsubs; i++) {
        if (scim_attr_stored(&attr->subs[i])) {
            return true;
        }
    }

    return attr->nsubs == 0;
}


/* Of a part of what nobody sets it is never asked. */
static bool
scim_rule_required(const scim_attr_t *attr)
{
    return attr->required && !scim_attr_settable(attr)
           && (attr->parent == NULL || scim_attr_stored(attr->parent));
}


static bool
scim_rule_write_only(const scim_attr_t *attr)
{
    return attr->mutability == SCIM_WRITE_ONLY
           && attr->returned != SCIM_RETURNED_NEVER;
}


static bool
scim_rule_always(const scim_attr_t *attr)
{
    return attr->returned == SCIM_RETURNED_ALWAYS && scim_attr_secret(attr);
}


/* Folded, two values would be one. */
static bool
scim_rule_binary(const scim_attr_t *attr)
{
    return attr->type == SCIM_BINARY && !attr->case_exact;
}


/* Values of these types are no keys. */
static bool
scim_rule_unique_type(const scim_attr_t *attr)
{
    return attr->uniqueness != SCIM_UNIQUE_NONE
           && (attr->type == SCIM_COMPLEX || attr->type == SCIM_BOOLEAN);
}


static bool
scim_rule_unique_kept(const scim_attr_t *attr)
{
    return attr->uniqueness != SCIM_UNIQUE_NONE
           && (attr->mutability == SCIM_WRITE_ONLY
               || (attr->parent != NULL
                   && (attr->multi_valued
                       || attr->parent->mutability == SCIM_WRITE_ONLY)));
}


static bool
scim_rule_unique_secret(const scim_attr_t *attr)
{
    return attr->uniqueness != SCIM_UNIQUE_NONE && scim_attr_secret(attr);
}


static const scim_rule_t scim_rules[] = {
    { scim_rule_required, "\"required\" cannot be met: what is readOnly nobody "
      "sets, and what is writeOnly is not stored" },
    { scim_rule_write_only, "what is writeOnly is not stored: \"returned\" "
      "can only be \"never\"" },
    { scim_rule_always, "\"returned\" cannot be \"always\" for a part of what "
      "is never returned" },
    { scim_rule_binary, "base64 has capital and small letters: \"caseExact\" "
      "must be true" },
    { scim_rule_unique_type, "of the types \"complex\" and \"boolean\" nothing "
      "can be kept unique" },
    { scim_rule_unique_kept, "\"uniqueness\" cannot be kept: what is writeOnly "
      "is not stored, and a sub-attribute has an index only if it is "
      "single-valued" },
    { scim_rule_unique_secret, "\"uniqueness\" would tell others which values "
      "are taken, of what is never returned" },
};


static scim_rc_t
scim_load_check_rules(scim_load_t *load, const scim_attr_t *attr)
{
    size_t  i;

    load->attr = attr;

    for (i = 0; i < sizeof(scim_rules) / sizeof(scim_rules[0]); i++) {
        if (scim_rules[i].broken(attr)) {
            return scim_load_bad(load, "%s", scim_rules[i].why);
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_load_check(scim_load_t *load, const scim_attr_t *attr)
{
    size_t     i;
    scim_rc_t  rc;

    rc = scim_load_check_rules(load, attr);

    for (i = 0; rc == SCIM_OK && i < attr->nsubs; i++) {
        rc = scim_load_check_rules(load, &attr->subs[i]);
    }

    return rc;
}
