/*
 * From what a client sent, or a patch has left, to the canonical document.
 *
 * Both go the same way: the values are put into one slot per attribute, in
 * canonical form, and the slots written out in the order of the schemas.
 */

#include "scim_gather.h"
#include "scim_resource.h"


/* Something of the type among `schemas`, if anything is: a group sent to
 * /Users is a mistake worth telling. */
static scim_rc_t
scim_gather_check_schemas(const scim_gather_t *g, const scim_json_t *input)
{
    const scim_json_t  *item;

    item = scim_json_get_ci(input, scim_str("schemas"));

    if (item == NULL || item->type == SCIM_JSON_NULL
        || (item->type == SCIM_JSON_ARRAY && item->count == 0))
    {
        return SCIM_OK;
    }

    if (item->type == SCIM_JSON_STRING
        && scim_type_schema(g->type, item->text) != NULL)
    {
        return SCIM_OK;
    }

    for (item = item->first; item != NULL; item = item->next) {

        if (item->type == SCIM_JSON_STRING
            && scim_type_schema(g->type, item->text) != NULL)
        {
            return SCIM_OK;
        }
    }

    return scim_refuse(g->err, 400, SCIM_INVALID_SYNTAX,
                       "\"schemas\" names none of the schemas of a %.*s: it "
                       "must have \"%.*s\"", SCIM_FMT(g->type->name),
                       SCIM_FMT(g->type->schema->id));
}


static scim_rc_t
scim_gather_missing(const scim_gather_t *g, const scim_attr_t *attr)
{
    scim_str_t  name;

    if (scim_attr_name(g->pool, g->type, attr, &name) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_refuse(g->err, 400, SCIM_INVALID_VALUE,
                       "\"%.*s\" is required: map an attribute to it in the "
                       "identity provider's attribute mappings",
                       SCIM_FMT(name));
}


static bool
scim_value_missing(const scim_attr_t *attr, const scim_json_t *value)
{
    return attr->required && attr->mutability != SCIM_READ_ONLY
           && attr->mutability != SCIM_WRITE_ONLY
           && (value == NULL
               || (value->type == SCIM_JSON_STRING && value->text.len == 0));
}


/* The required sub-attributes of one complex value. */
static scim_rc_t
scim_gather_check_subs(const scim_gather_t *g, const scim_attr_t *attr,
    const scim_json_t *value)
{
    size_t              i;
    const scim_attr_t  *sub;

    for (i = 0; i < attr->nsubs; i++) {

        sub = &attr->subs[i];

        if (sub->required
            && scim_value_missing(sub, scim_json_get(value, sub->name)))
        {
            return scim_gather_missing(g, sub);
        }
    }

    return SCIM_OK;
}


static scim_rc_t
scim_gather_check_attr(const scim_gather_t *g, const scim_attr_t *attr,
    const scim_json_t *value)
{
    scim_rc_t  rc;

    if (scim_value_missing(attr, value) && attr != g->type->members) {
        return scim_gather_missing(g, attr);
    }

    if (value == NULL || value->type != SCIM_JSON_ARRAY) {
        return value == NULL ? SCIM_OK
                             : scim_gather_check_subs(g, attr, value);
    }

    rc = SCIM_OK;

    for (value = value->first; rc == SCIM_OK && value != NULL;
         value = value->next)
    {
        rc = scim_gather_check_subs(g, attr, value);
    }

    return rc;
}


static bool
scim_slots_used(const scim_slots_t *slots)
{
    size_t  i;

    for (i = 0; i < slots->schema->nattrs; i++) {
        if (slots->values[i] != NULL) {
            return true;
        }
    }

    return slots->kept != NULL;
}


/* The core schema's attributes, and those of extensions that are there.  Of
 * the common ones none can be missing. */
static scim_rc_t
scim_gather_check(const scim_gather_t *g)
{
    size_t               i, j;
    scim_rc_t            rc;
    const scim_slots_t  *slots;

    for (i = 1; i < g->nslots; i++) {

        slots = &g->slots[i];

        if (i > 1 && !scim_slots_used(slots)) {

            if (slots->required) {
                return scim_refuse(g->err, 400, SCIM_INVALID_VALUE,
                                   "\"%.*s\" is required: map attributes of "
                                   "that schema in the identity provider's "
                                   "attribute mappings",
                                   SCIM_FMT(slots->schema->id));
            }

            continue;
        }

        for (j = 0; j < slots->schema->nattrs; j++) {
            rc = scim_gather_check_attr(g, &slots->schema->attrs[j],
                                        slots->values[j]);
            if (rc != SCIM_OK) {
                return rc;
            }
        }
    }

    return SCIM_OK;
}


static void
scim_slots_write(const scim_slots_t *slots, scim_json_t *object)
{
    size_t        i;
    scim_json_t  *kept;

    for (i = 0; i < slots->schema->nattrs; i++) {
        if (slots->values[i] != NULL) {
            (void) scim_json_add(object, slots->schema->attrs[i].name,
                                 slots->values[i]);
        }
    }

    while (slots->kept != NULL && (kept = slots->kept->first) != NULL) {
        scim_json_remove(slots->kept, kept);
        (void) scim_json_add(object, kept->name, kept);
    }
}


/* The document in the order of the schemas, into an empty object; id and meta
 * may be NULL. */
static scim_rc_t
scim_gather_write(const scim_gather_t *g, scim_json_t *id, scim_json_t *meta,
    scim_json_t *doc)
{
    size_t        i;
    scim_str_t    urn;
    scim_json_t  *schemas, *extension;

    schemas = scim_json_array(g->pool);
    if (scim_json_add(doc, scim_str("schemas"), schemas) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (id != NULL) {
        (void) scim_json_add(doc, scim_str("id"), id);
    }

    scim_slots_write(&g->slots[0], doc);
    scim_slots_write(&g->slots[1], doc);

    for (i = 1; i < g->nslots; i++) {

        if (i > 1 && !scim_slots_used(&g->slots[i])) {
            continue;
        }

        urn = g->slots[i].schema->id;

        if (scim_json_append(schemas, scim_json_string(g->pool, urn))
            != SCIM_OK)
        {
            return SCIM_NOMEM;
        }

        if (i > 1) {
            extension = scim_json_object(g->pool);
            if (scim_json_add(doc, urn, extension) != SCIM_OK) {
                return SCIM_NOMEM;
            }

            scim_slots_write(&g->slots[i], extension);
        }
    }

    if (meta != NULL) {
        (void) scim_json_add(doc, scim_str("meta"), meta);
    }

    return SCIM_OK;
}


scim_rc_t
scim_resource_accept(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_unknown_e unknown, const scim_json_t *input, scim_json_t **doc,
    scim_members_t *members, scim_error_t *err)
{
    scim_rc_t      rc;
    scim_gather_t  g = { .pool = pool, .type = type, .err = err,
                         .members = members, .unknown = unknown };

    if (input == NULL || input->type != SCIM_JSON_OBJECT) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "the body must be a JSON object: the %.*s",
                           SCIM_FMT(type->name));
    }

    rc = scim_gather_check_schemas(&g, input);

    if (rc == SCIM_OK) {
        rc = scim_gather_start(&g);
    }

    if (rc == SCIM_OK) {
        rc = scim_gather_input(&g, input);
    }

    if (rc == SCIM_OK) {
        rc = scim_gather_check(&g);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    *doc = scim_json_object(pool);
    if (*doc == NULL) {
        return SCIM_NOMEM;
    }

    return scim_gather_write(&g, NULL, NULL, *doc);
}


scim_rc_t
scim_resource_settle(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_json_t *doc, scim_error_t *err)
{
    scim_rc_t      rc;
    scim_json_t   *id, *meta;
    scim_gather_t  g = { .pool = pool, .type = type, .err = err,
                         .unknown = SCIM_UNKNOWN_KEEP };

    rc = scim_gather_start(&g);

    if (rc == SCIM_OK) {
        rc = scim_gather_input(&g, doc);
    }

    if (rc == SCIM_OK) {
        rc = scim_gather_check(&g);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    id = scim_json_get(doc, scim_str("id"));
    meta = scim_json_get(doc, scim_str("meta"));

    doc->first = doc->last = NULL;
    doc->count = 0;

    return scim_gather_write(&g, id, meta, doc);
}
