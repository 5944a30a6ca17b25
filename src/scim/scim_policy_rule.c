/*
 * Rules: attributes that resources must have, and the form of their values.
 */

#include "scim_policy.h"


/* A client writes it, and it is stored. */
static bool
settable(const scim_resource_type_t *type, const scim_attr_path_t *path)
{
    const scim_attr_t  *attr = path->attr;
    const scim_attr_t  *leaf = scim_attr_path_leaf(path);

    return attr->mutability != SCIM_READ_ONLY
           && attr->mutability != SCIM_WRITE_ONLY
           && leaf->mutability != SCIM_READ_ONLY
           && attr != type->members
           && !scim_str_eq(attr->name, scim_str("schemas"));
}


static scim_rc_t
make_pattern(scim_pool_t *pool, scim_rule_t *rule, scim_error_t *err)
{
    scim_rc_t     rc;
    scim_error_t  why;

    if (scim_attr_path_leaf(&rule->path)->type == SCIM_COMPLEX) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "A rule for \"%.*s\" can have no pattern: name one "
                           "of its sub-attributes", SCIM_FMT(rule->name));
    }

    rc = scim_pattern_compile(pool, rule->text, &rule->pattern, &why);
    if (rc != SCIM_REFUSED) {
        return rc;
    }

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "The rule for \"%.*s\": %s", SCIM_FMT(rule->name),
                       why.detail);
}


scim_rc_t
scim_policy_rule(scim_pool_t *pool, const scim_schemas_t *schemas,
    scim_str_t type, scim_str_t attribute, scim_str_t pattern,
    scim_str_t message, scim_rule_t *out, scim_error_t *err)
{
    *out = (scim_rule_t) {
        .type = scim_schemas_type(schemas, type), .name = attribute,
        .text = pattern, .message = message
    };

    if (out->type == NULL) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "A rule is about \"%.*s\", and there is no such "
                           "resource type", SCIM_FMT(type));
    }

    if (scim_attr_path_parse(out->type, attribute, &out->path) != SCIM_OK
        || out->path.attr == NULL || !settable(out->type, &out->path))
    {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "A rule is about \"%.*s\", which is no attribute "
                           "that a %.*s has and clients set",
                           SCIM_FMT(attribute), SCIM_FMT(type));
    }

    return (pattern.data == NULL) ? SCIM_OK : make_pattern(pool, out, err);
}


/* The path's value in one element of its attribute; NULL: none. */
static const scim_json_t *
leaf_of(const scim_attr_path_t *path, const scim_json_t *element)
{
    const scim_attr_t  *leaf = scim_attr_path_leaf(path);

    return (leaf == path->attr || element->type != SCIM_JSON_OBJECT)
           ? element : scim_json_get(element, leaf->name);
}


static scim_str_t
text_of(const scim_json_t *value)
{
    if (value->type == SCIM_JSON_BOOL) {
        return value->boolean ? scim_str("true") : scim_str("false");
    }

    return value->text;
}


static scim_rc_t
refuse(const scim_rule_t *rule, scim_str_t value, scim_error_t *err)
{
    if (rule->message.len != 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE, "%.*s",
                           SCIM_FMT(rule->message));
    }

    if (value.data == NULL) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "%.*s is required here: map an attribute to it in "
                           "the identity provider", SCIM_FMT(rule->name));
    }

    value.len = (value.len > 128) ? 128 : value.len;

    return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                       "%.*s must match the pattern %.*s, and \"%.*s\" does "
                       "not: correct the value, or what is mapped to it in "
                       "the identity provider", SCIM_FMT(rule->name),
                       SCIM_FMT(rule->text), SCIM_FMT(value));
}


/* Each element of the value must match; there must be one. */
static scim_rc_t
check(const scim_rule_t *rule, const scim_json_t *value, size_t *steps,
    scim_error_t *err)
{
    bool                any;
    scim_rc_t           rc;
    const scim_json_t  *element, *leaf;

    any = false;
    element = (value != NULL && value->type == SCIM_JSON_ARRAY)
              ? value->first : value;

    while (element != NULL) {
        leaf = leaf_of(&rule->path, element);

        if (leaf != NULL) {
            any = true;
            rc = (rule->pattern == NULL)
                 ? SCIM_OK
                 : scim_pattern_match(rule->pattern, text_of(leaf), steps);

            if (rc != SCIM_OK) {
                return (rc == SCIM_NOMEM) ? rc
                                          : refuse(rule, text_of(leaf), err);
            }
        }

        element = (element == value) ? NULL : element->next;
    }

    return any ? SCIM_OK : refuse(rule, scim_str_absent, err);
}


/* Of one value; of several their order counts too. */
static bool
same(const scim_rule_t *rule, const scim_json_t *old, const scim_json_t *now)
{
    if (old != NULL && now != NULL && old->type == SCIM_JSON_OBJECT
        && now->type == SCIM_JSON_OBJECT)
    {
        old = leaf_of(&rule->path, old);
        now = leaf_of(&rule->path, now);
    }

    return (old == NULL || now == NULL) ? old == now
                                        : scim_json_equal(old, now);
}


scim_rc_t
scim_policy_check(const scim_policy_t *policy,
    const scim_resource_type_t *type, const scim_json_t *old,
    const scim_json_t *doc, scim_error_t *err)
{
    size_t              i, steps;
    scim_rc_t           rc;
    const scim_rule_t  *rule;
    const scim_json_t  *now;

    steps = SCIM_PATTERN_STEPS;

    for (i = 0; i < policy->nrules; i++) {
        rule = &policy->rules[i];

        if (rule->type != type) {
            continue;
        }

        now = scim_attr_path_value(&rule->path, doc);

        if (old != NULL
            && same(rule, scim_attr_path_value(&rule->path, old), now))
        {
            continue;
        }

        rc = check(rule, now, &steps, err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}
