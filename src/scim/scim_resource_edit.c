/*
 * What is done to a canonical document: immutable attributes held, id and meta
 * set, single attributes put in their place, its name for people found.
 */

#include "scim_resource.h"
#include "scim_value.h"


/* Where the attribute's schema has its values: the document, or the object of
 * the extension in it. */
static scim_json_t *
scim_resource_home(const scim_resource_type_t *type,
    const scim_schema_t *schema, const scim_json_t *doc)
{
    return schema == type->schema ? (scim_json_t *) doc
                                  : scim_json_get(doc, schema->id);
}


/* *added tells that a value was kept, so that the order must be restored. */
static scim_rc_t
scim_hold_attr(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, const scim_json_t *old, scim_json_t *home,
    bool *added, scim_error_t *err)
{
    scim_str_t          name;
    const scim_json_t  *was, *is;

    was = scim_json_get(old, attr->name);
    is = scim_json_get(home, attr->name);

    if (was == NULL || (is != NULL && scim_value_equal(pool, attr, was, is))) {
        return SCIM_OK;
    }

    if (is == NULL) {
        *added = true;
        return scim_json_add(home, attr->name, scim_json_copy(pool, was));
    }

    if (scim_attr_name(pool, type, attr, &name) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    return scim_refuse(err, 400, SCIM_MUTABILITY,
                       "\"%.*s\" cannot be changed once it is set",
                       SCIM_FMT(name));
}


/* An immutable attribute, or the immutable parts of a complex one.  Parts of
 * multi-valued ones belong to an entry, and entries come and go. */
static scim_rc_t
scim_hold(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, const scim_json_t *old, scim_json_t *home,
    bool *added, scim_error_t *err)
{
    size_t              i;
    scim_rc_t           rc;
    scim_json_t        *is;
    const scim_json_t  *was;

    if (attr->mutability == SCIM_IMMUTABLE) {
        return scim_hold_attr(pool, type, attr, old, home, added, err);
    }

    was = attr->multi_valued ? NULL : scim_json_get(old, attr->name);
    rc = SCIM_OK;

    for (i = 0; was != NULL && i < attr->nsubs && rc == SCIM_OK; i++) {

        if (attr->subs[i].mutability != SCIM_IMMUTABLE
            || scim_json_get(was, attr->subs[i].name) == NULL)
        {
            continue;
        }

        is = scim_json_get(home, attr->name);
        if (is == NULL) {
            is = scim_json_object(pool);
            rc = scim_json_add(home, attr->name, is);
        }

        if (rc == SCIM_OK) {
            rc = scim_hold_attr(pool, type, &attr->subs[i], was, is, added,
                                err);
        }
    }

    return rc;
}


/* The attributes of one schema. */
static scim_rc_t
scim_hold_schema(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_schema_t *schema, const scim_json_t *old, scim_json_t *doc,
    bool *added, scim_error_t *err)
{
    size_t              i;
    scim_rc_t           rc;
    scim_json_t        *home, *made;
    const scim_json_t  *was;

    was = scim_resource_home(type, schema, old);
    if (was == NULL) {
        return SCIM_OK;
    }

    made = NULL;

    home = scim_resource_home(type, schema, doc);
    if (home == NULL) {
        home = made = scim_json_object(pool);
        if (scim_json_add(doc, schema->id, made) != SCIM_OK) {
            return SCIM_NOMEM;
        }
    }

    rc = SCIM_OK;

    for (i = 0; rc == SCIM_OK && i < schema->nattrs; i++) {
        if (&schema->attrs[i] != type->members) {
            rc = scim_hold(pool, type, &schema->attrs[i], was, home, added,
                           err);
        }
    }

    if (made != NULL && made->count == 0) {
        scim_json_remove(doc, made);
    }

    return rc;
}


scim_rc_t
scim_resource_check_immutable(scim_pool_t *pool,
    const scim_resource_type_t *type, const scim_json_t *old,
    scim_json_t *doc, scim_error_t *err)
{
    bool       added;
    size_t     i;
    scim_rc_t  rc;

    added = false;

    rc = scim_hold_schema(pool, type, type->schema, old, doc, &added, err);

    for (i = 0; rc == SCIM_OK && i < type->nextensions; i++) {
        rc = scim_hold_schema(pool, type, type->extensions[i], old, doc,
                              &added, err);
    }

    return rc == SCIM_OK && added
           ? scim_resource_settle(pool, type, doc, err) : rc;
}


scim_rc_t
scim_resource_stamp(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_json_t *doc, scim_str_t id, scim_str_t created)
{
    scim_json_t  *old, *meta, *number, *name, *time;

    old = scim_json_get(doc, scim_str("id"));
    if (old != NULL) {
        scim_json_remove(doc, old);
    }

    old = scim_json_get(doc, scim_str("meta"));
    if (old != NULL) {
        scim_json_remove(doc, old);
        created = created.len > 0
                  ? created : scim_json_get_text(old, scim_str("created"));
    }

    number = scim_json_string(pool, id);
    meta = scim_json_object(pool);
    name = scim_json_string(pool, type->name);
    time = scim_json_string(pool, created);
    if (number == NULL || meta == NULL || name == NULL || time == NULL) {
        return SCIM_NOMEM;
    }

    (void) scim_json_add(meta, scim_str("resourceType"), name);
    (void) scim_json_add(meta, scim_str("created"), time);
    (void) scim_json_add(doc, scim_str("meta"), meta);

    /* Behind schemas, the first member of every canonical document. */
    number->name = scim_str("id");
    number->next = doc->first->next;
    doc->first->next = number;
    doc->count++;

    return SCIM_OK;
}


scim_rc_t
scim_resource_put(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_json_t *doc, scim_str_t name, scim_json_t *value, scim_error_t *err)
{
    scim_json_t  *is = scim_json_get(doc, name);

    if (value == NULL) {
        if (is != NULL) {
            scim_json_remove(doc, is);
        }

        return SCIM_OK;
    }

    if (is != NULL) {
        return scim_json_set(doc, name, value);
    }

    (void) scim_json_add(doc, name, value);

    return scim_resource_settle(pool, type, doc, err);
}


bool
scim_resource_active(const scim_json_t *doc)
{
    const scim_json_t  *active = scim_json_get(doc, scim_str("active"));

    return active == NULL || active->type != SCIM_JSON_BOOL || active->boolean;
}


scim_str_t
scim_resource_display(const scim_json_t *doc)
{
    scim_str_t  text;

    text = scim_json_get_text(doc, scim_str("displayName"));

    if (text.len == 0) {
        text = scim_json_get_text(scim_json_get(doc, scim_str("name")),
                                  scim_str("formatted"));
    }

    if (text.len == 0) {
        text = scim_json_get_text(doc, scim_str("userName"));
    }

    return text.len > 0 ? text : scim_str_absent;
}
