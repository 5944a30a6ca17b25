/*
 * What a client sent, into slots: by plain names, by dotted and URN-qualified
 * ones, and below the URN of an extension, in any case of letters.
 */

#include <string.h>

#include "scim_filter.h"
#include "scim_gather.h"
#include "scim_value.h"


scim_rc_t
scim_gather_start(scim_gather_t *g)
{
    size_t  i;

    g->nslots = 2 + g->type->nextensions;

    g->slots = scim_pcalloc(g->pool, g->nslots * sizeof(scim_slots_t));
    if (g->slots == NULL) {
        return SCIM_NOMEM;
    }

    g->slots[0].schema = g->type->common;
    g->slots[1].schema = g->type->schema;

    for (i = 0; i < g->type->nextensions; i++) {
        g->slots[2 + i].schema = g->type->extensions[i];
        g->slots[2 + i].required = g->type->ext_required[i];
    }

    for (i = 0; i < g->nslots; i++) {

        g->slots[i].values = scim_pcalloc(g->pool,
                                          g->slots[i].schema->nattrs
                                          * sizeof(scim_json_t *));
        if (g->slots[i].values == NULL) {
            return SCIM_NOMEM;
        }
    }

    return SCIM_OK;
}


static scim_json_t **
scim_gather_slot(const scim_gather_t *g, const scim_attr_t *attr)
{
    size_t  i;

    for (i = 0; g->slots[i].schema != attr->schema; i++) {
        /* an attribute of the type is in one of its schemas */
    }

    return &g->slots[i].values[attr - attr->schema->attrs];
}


/* A member that the type does not know, for the slots of the schema. */
static scim_rc_t
scim_gather_unknown(scim_gather_t *g, const scim_schema_t *schema,
    const scim_json_t *member)
{
    size_t         i;
    scim_slots_t  *slots;

    if (g->unknown == SCIM_UNKNOWN_REFUSE) {
        return scim_unknown_refuse(g->type, schema, member->name, g->err);
    }

    if (g->unknown == SCIM_UNKNOWN_IGNORE || member->type == SCIM_JSON_NULL
        || (member->type == SCIM_JSON_ARRAY && member->count == 0)
        || !scim_unknown_keeps(g->type, schema, member->name))
    {
        return SCIM_OK;
    }

    for (i = 1; g->slots[i].schema != schema; i++) {
        /* the type's own or an extension */
    }

    slots = &g->slots[i];

    if (slots->kept == NULL) {
        slots->kept = scim_json_object(g->pool);
        if (slots->kept == NULL) {
            return SCIM_NOMEM;
        }
    }

    return scim_json_set(slots->kept, member->name,
                         scim_json_copy(g->pool, member));
}


static scim_rc_t
scim_gather_members(scim_gather_t *g, const scim_json_t *input)
{
    scim_rc_t           rc;
    scim_str_t          id;
    const scim_json_t  *item;

    if (g->members == NULL || input->type == SCIM_JSON_NULL) {
        return SCIM_OK;
    }

    item = input->type == SCIM_JSON_ARRAY ? input->first : input;

    while (item != NULL) {

        rc = scim_value_member(item, &id, g->err);

        if (rc == SCIM_OK) {
            rc = scim_members_add(g->members, id);
        }

        if (rc != SCIM_OK) {
            return rc;
        }

        item = input->type == SCIM_JSON_ARRAY ? item->next : NULL;
    }

    return SCIM_OK;
}


/* "name.givenName" beside or instead of "name": the parts come together. */
static scim_rc_t
scim_gather_sub(scim_gather_t *g, const scim_attr_path_t *path,
    const scim_json_t *input)
{
    scim_rc_t      rc;
    scim_json_t  **slot, *whole, *part, *value;

    slot = scim_gather_slot(g, path->attr);

    whole = scim_json_object(g->pool);
    part = scim_json_copy(g->pool, input);
    if (whole == NULL || part == NULL) {
        return SCIM_NOMEM;
    }

    (void) scim_json_add(whole, path->sub->name, part);

    rc = scim_value_accept(g->pool, g->type, path->attr, whole, &value,
                           g->err);
    if (rc != SCIM_OK || value == NULL) {
        return rc;
    }

    if (*slot == NULL) {
        *slot = value;
        return SCIM_OK;
    }

    if (path->attr->multi_valued) {
        value = value->first;
        slot = &(*slot)->first;
    }

    part = value->first;

    return scim_json_set(*slot, part->name, part);
}


static scim_rc_t
scim_gather_twice(scim_gather_t *g, const scim_attr_t *attr)
{
    scim_str_t  name;

    if (scim_attr_name(g->pool, g->type, attr, &name) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_refuse(g->err, 400, SCIM_INVALID_SYNTAX,
                       "\"%.*s\" is given twice, under names that differ in "
                       "case or in the schema before them", SCIM_FMT(name));
}


static scim_rc_t
scim_gather_attr(scim_gather_t *g, const scim_attr_path_t *path,
    const scim_json_t *input)
{
    scim_rc_t           rc;
    scim_json_t       **slot, *value, *member;
    const scim_attr_t  *attr;

    attr = path->attr;

    if (g->unknown == SCIM_UNKNOWN_REFUSE && path->sub == NULL) {
        rc = scim_unknown_subs(g->pool, g->type, attr, input, g->err);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    if (attr == g->type->members) {
        return path->sub == NULL ? scim_gather_members(g, input) : SCIM_OK;
    }

    /* What only the server sets; `schemas` follows from the content. */
    if (attr->mutability == SCIM_READ_ONLY
        || (attr->schema == g->type->common
            && scim_str_eq(attr->name, scim_str("schemas"))))
    {
        return SCIM_OK;
    }

    if (path->sub != NULL) {
        return scim_gather_sub(g, path, input);
    }

    rc = scim_value_accept(g->pool, g->type, attr, input, &value, g->err);
    if (rc != SCIM_OK || value == NULL) {
        return rc;
    }

    slot = scim_gather_slot(g, attr);

    if (*slot == NULL) {
        *slot = value;
        return SCIM_OK;
    }

    /* Parts may have come before the whole; the whole itself comes once. */
    if (attr->type != SCIM_COMPLEX || attr->multi_valued) {
        return scim_gather_twice(g, attr);
    }

    while ((member = value->first) != NULL) {

        scim_json_remove(value, member);

        if (scim_json_get(*slot, member->name) != NULL) {
            return scim_gather_twice(g, attr);
        }

        (void) scim_json_add(*slot, member->name, member);
    }

    return SCIM_OK;
}


/* The attributes of one schema, below its URN: usually an extension's. */
static scim_rc_t
scim_gather_schema(scim_gather_t *g, const scim_schema_t *schema,
    const scim_json_t *input)
{
    scim_rc_t           rc;
    scim_attr_path_t    path;
    const scim_json_t  *member;

    if (input->type != SCIM_JSON_OBJECT && input->count == 0
        && (input->type == SCIM_JSON_NULL || input->type == SCIM_JSON_ARRAY))
    {
        return SCIM_OK;
    }

    if (input->type != SCIM_JSON_OBJECT) {
        return scim_refuse(g->err, 400, SCIM_INVALID_VALUE,
                           "\"%.*s\" must be an object with the attributes "
                           "of that schema", SCIM_FMT(schema->id));
    }

    for (member = input->first; member != NULL; member = member->next) {

        rc = scim_attr_path_within(g->type, schema, member->name, &path);

        rc = rc == SCIM_OK ? scim_gather_attr(g, &path, member)
                           : scim_gather_unknown(g, schema, member);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* An extension's attribute without the URN before it (`manager`): not how the
 * RFC writes it, so it yields to one that is. */
static bool
scim_gather_short(const scim_attr_path_t *path, scim_str_t name)
{
    return path->extension && path->attr != NULL
           && memchr(name.data, ':', name.len) == NULL;
}


static scim_rc_t
scim_gather_pass(scim_gather_t *g, const scim_json_t *input, bool shorts,
    bool *seen)
{
    scim_rc_t           rc;
    scim_attr_path_t    path;
    const scim_json_t  *member;

    for (member = input->first; member != NULL; member = member->next) {

        if (scim_attr_path_parse(g->type, member->name, &path) != SCIM_OK) {

            rc = shorts ? SCIM_OK
                        : scim_gather_unknown(g, g->type->schema, member);
            if (rc != SCIM_OK) {
                return rc;
            }

            continue;
        }

        if (scim_gather_short(&path, member->name) != shorts) {
            *seen = true;
            continue;
        }

        if (shorts && *scim_gather_slot(g, path.attr) != NULL) {
            continue;
        }

        rc = path.attr == NULL ? scim_gather_schema(g, path.schema, member)
                               : scim_gather_attr(g, &path, member);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_gather_input(scim_gather_t *g, const scim_json_t *input)
{
    bool       shorts, seen;
    scim_rc_t  rc;

    shorts = false;
    rc = scim_gather_pass(g, input, false, &shorts);

    if (rc == SCIM_OK && shorts) {
        rc = scim_gather_pass(g, input, true, &seen);
    }

    return rc;
}
