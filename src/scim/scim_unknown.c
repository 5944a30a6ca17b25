/*
 * Attributes that a resource type does not have.
 */

#include <string.h>

#include "scim_filter.h"
#include "scim_text.h"
#include "scim_unknown.h"


bool
scim_unknown_keeps(const scim_resource_type_t *type,
    const scim_schema_t *schema, scim_str_t name)
{
    scim_rc_t         rc;
    scim_attr_path_t  path;

    /* What is below the core schema's URN is kept at the top. */
    rc = schema == type->schema
         ? scim_attr_path_parse(type, name, &path)
         : scim_attr_path_within(type, schema, name, &path);

    return rc != SCIM_OK && path.attr == NULL;
}


scim_rc_t
scim_unknown_refuse(const scim_resource_type_t *type,
    const scim_schema_t *schema, scim_str_t name, scim_error_t *err)
{
    bool  within;

    within = schema != NULL && schema != type->schema;
    name.len = scim_utf8_cut(name, 100);

    return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                       "%s \"%.*s\" has no attribute \"%.*s\": take it out of "
                       "the identity provider's attribute mappings",
                       within ? "the schema" : "a",
                       SCIM_FMT(within ? schema->id : type->name),
                       SCIM_FMT(name));
}


static scim_rc_t
scim_unknown_sub(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, const scim_json_t *object, scim_error_t *err)
{
    scim_str_t          name;
    const scim_json_t  *member;

    if (object->type != SCIM_JSON_OBJECT) {
        return SCIM_OK;
    }

    for (member = object->first; member != NULL; member = member->next) {

        if (scim_attr_sub(attr, member->name) != NULL) {
            continue;
        }

        if (scim_attr_name(pool, type, attr, &name) != SCIM_OK) {
            return SCIM_NOMEM;
        }

        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "\"%.*s\" has no sub-attribute \"%.*s\": take it "
                           "out of the identity provider's attribute mappings",
                           SCIM_FMT(name),
                           (int) scim_utf8_cut(member->name, 100),
                           member->name.data);
    }

    return SCIM_OK;
}


scim_rc_t
scim_unknown_subs(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_attr_t *attr, const scim_json_t *value, scim_error_t *err)
{
    scim_rc_t           rc;
    const scim_json_t  *item;

    if (attr->type != SCIM_COMPLEX) {
        return SCIM_OK;
    }

    if (value->type != SCIM_JSON_ARRAY) {
        return scim_unknown_sub(pool, type, attr, value, err);
    }

    rc = SCIM_OK;

    for (item = value->first; rc == SCIM_OK && item != NULL;
         item = item->next)
    {
        rc = scim_unknown_sub(pool, type, attr, item, err);
    }

    return rc;
}


/* What the walk through a PATCH does with what it finds. */
typedef struct {
    scim_pool_t                *pool;
    const scim_resource_type_t *type;
    scim_json_t                *doc;    /* to put it into; NULL: see below */
    scim_error_t               *err;    /* to refuse it; NULL: to tell */
} scim_unknown_t;


/* The place of a schema's attributes in the document, made if need be. */
static scim_json_t *
scim_unknown_home(const scim_unknown_t *u, const scim_schema_t *schema)
{
    scim_json_t  *home;

    if (schema == u->type->schema) {
        return u->doc;
    }

    home = scim_json_get(u->doc, schema->id);

    if (home == NULL) {
        home = scim_json_object(u->pool);
        if (scim_json_add(u->doc, schema->id, home) != SCIM_OK) {
            return NULL;
        }
    }

    return home;
}


/* SCIM_NONE: it is not kept. */
static scim_rc_t
scim_unknown_found(const scim_unknown_t *u, const scim_schema_t *schema,
    const scim_json_t *member)
{
    scim_json_t  *home, *old;

    if (u->err != NULL) {
        return scim_unknown_refuse(u->type, schema, member->name, u->err);
    }

    if (!scim_unknown_keeps(u->type, schema, member->name)) {
        return SCIM_NONE;
    }

    if (u->doc == NULL) {
        return SCIM_OK;
    }

    home = scim_unknown_home(u, schema);
    if (home == NULL) {
        return SCIM_NOMEM;
    }

    if (member->type != SCIM_JSON_NULL
        && (member->type != SCIM_JSON_ARRAY || member->count > 0))
    {
        return scim_json_set(home, member->name,
                             scim_json_copy(u->pool, member));
    }

    old = scim_json_get(home, member->name);
    if (old != NULL) {
        scim_json_remove(home, old);
    }

    return SCIM_OK;
}


/* A member with a path of the type: its sub-attributes are refused, or nothing
 * is. */
static scim_rc_t
scim_unknown_in_attr(const scim_unknown_t *u, const scim_attr_path_t *path,
    const scim_json_t *value)
{
    scim_rc_t  rc;

    rc = u->err == NULL || path->sub != NULL ? SCIM_OK
         : scim_unknown_subs(u->pool, u->type, path->attr, value, u->err);

    return rc == SCIM_OK ? SCIM_NONE : rc;
}


/* The members of an object below a schema's URN.  SCIM_NONE: nothing unknown
 * is there. */
static scim_rc_t
scim_unknown_in_schema(const scim_unknown_t *u, const scim_schema_t *schema,
    const scim_json_t *object)
{
    scim_rc_t           rc, result;
    scim_attr_path_t    path;
    const scim_json_t  *member;

    result = SCIM_NONE;

    for (member = object->first; member != NULL; member = member->next) {

        rc = scim_attr_path_within(u->type, schema, member->name, &path)
             == SCIM_OK
             ? scim_unknown_in_attr(u, &path, member)
             : scim_unknown_found(u, schema, member);

        if (rc != SCIM_OK && rc != SCIM_NONE) {
            return rc;
        }

        result = rc == SCIM_OK ? SCIM_OK : result;
    }

    return result;
}


/* The members of a value without a path.  Value paths have been read. */
static scim_rc_t
scim_unknown_in_value(const scim_unknown_t *u, const scim_json_t *object)
{
    scim_rc_t           rc, result;
    scim_attr_path_t    path;
    const scim_json_t  *member;

    result = SCIM_NONE;

    for (member = object->first; member != NULL; member = member->next) {

        if (member->name.len > 0
            && memchr(member->name.data, '[', member->name.len) != NULL)
        {
            continue;
        }

        if (scim_attr_path_parse(u->type, member->name, &path) != SCIM_OK) {
            rc = scim_unknown_found(u, u->type->schema, member);

        } else if (path.attr == NULL) {
            rc = scim_unknown_in_schema(u, path.schema, member);

        } else {
            rc = scim_unknown_in_attr(u, &path, member);
        }

        if (rc != SCIM_OK && rc != SCIM_NONE) {
            return rc;
        }

        result = rc == SCIM_OK ? SCIM_OK : result;
    }

    return result;
}


static scim_rc_t
scim_unknown_in_operation(const scim_unknown_t *u,
    const scim_json_t *operation)
{
    scim_rc_t           rc;
    scim_str_t          text;
    scim_path_t         path;
    scim_error_t        why;
    const scim_json_t  *value;

    value = scim_json_get_ci(operation, scim_str("value"));
    text = scim_json_get_text(operation, scim_str("path"));

    if (value == NULL
        || scim_str_caseeq(scim_json_get_text(operation, scim_str("op")),
                           scim_str("remove")))
    {
        return SCIM_NONE;
    }

    if (text.len == 0) {
        return scim_unknown_in_value(u, value);
    }

    rc = scim_path_parse(u->pool, u->type, text, &path, &why);
    if (rc != SCIM_OK) {
        return rc == SCIM_NOMEM ? rc : SCIM_NONE;
    }

    if (path.path.attr == NULL) {
        return scim_unknown_in_schema(u, path.path.schema, value);
    }

    return scim_unknown_in_attr(u, &path.path, value);
}


static scim_rc_t
scim_unknown_in_patch(const scim_unknown_t *u, const scim_json_t *body)
{
    scim_rc_t           rc, result;
    const scim_json_t  *operation;

    operation = scim_json_get_ci(body, scim_str("Operations"));
    operation = operation != NULL ? operation->first : NULL;
    result = SCIM_NONE;

    for ( /* void */ ; operation != NULL; operation = operation->next) {

        rc = scim_unknown_in_operation(u, operation);

        if (rc != SCIM_OK && rc != SCIM_NONE) {
            return rc;
        }

        result = rc == SCIM_OK ? SCIM_OK : result;
    }

    return result;
}


scim_rc_t
scim_unknown_check_patch(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *body, scim_error_t *err)
{
    scim_rc_t       rc;
    scim_unknown_t  u = { pool, type, NULL, err };

    rc = scim_unknown_in_patch(&u, body);

    return rc == SCIM_NONE ? SCIM_OK : rc;
}


scim_rc_t
scim_unknown_keep_patch(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *body, scim_json_t *doc)
{
    scim_unknown_t  u = { pool, type, doc, NULL };

    return scim_unknown_in_patch(&u, body);
}
