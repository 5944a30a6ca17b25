/*
 * The paths of changes: to names in a document, and back.
 */

#include <string.h>

#include "scim_diff_path.h"


/* Whether path is urn, a colon and a name, which is then *rest. */
static bool
within(scim_str_t path, scim_str_t urn, scim_str_t *rest)
{
    if (path.len <= urn.len || path.data[urn.len] != ':'
        || !scim_str_starts(path, urn))
    {
        return false;
    }

    *rest = scim_str_skip(path, urn.len + 1);
    return true;
}


/* The schema whose URN stands before the path, the longest there is: the core
 * schema for a path without.  *rest is the name. */
static const scim_schema_t *
home_of(const scim_resource_type_t *type, scim_str_t path, scim_str_t *rest)
{
    size_t               i;
    scim_str_t           name;
    const scim_schema_t *home = type->schema;

    *rest = path;
    (void) within(path, type->schema->id, rest);

    for (i = 0; i < type->nextensions; i++) {
        if (within(path, type->extensions[i]->id, &name)
            && name.len < rest->len)
        {
            home = type->extensions[i];
            *rest = name;
        }
    }

    return home;
}


/* What the store writes beside the changes of the document. */
static bool
is_relation(const scim_resource_type_t *type, scim_str_t name,
    const scim_attr_t *attr)
{
    return (scim_str_eq(name, scim_str("members"))
            || scim_str_eq(name, scim_str("groups")))
           && (attr == NULL || attr == type->members || attr == type->groups);
}


bool
scim_diff_is_derived(const scim_resource_type_t *type,
    const scim_schema_t *home, scim_str_t name)
{
    return home == type->schema
           && (scim_str_eq(name, scim_str("id"))
               || scim_str_eq(name, scim_str("schemas"))
               || scim_str_eq(name, scim_str("meta")));
}


bool
scim_diff_is_created(const scim_attr_t *attr, const scim_attr_t *sub)
{
    return sub != NULL && scim_str_eq(attr->name, scim_str("meta"))
           && scim_str_eq(sub->name, scim_str("created"));
}


/* A part that a path may name: of a multi-valued attribute there is none. */
static const scim_attr_t *
part_of(const scim_attr_t *attr, scim_str_t name)
{
    return attr->multi_valued ? NULL : scim_attr_sub(attr, name);
}


void
scim_diff_place(const scim_resource_type_t *type, scim_str_t path,
    scim_diff_place_t *place)
{
    bool                 literal;
    const char          *dot;
    scim_str_t           name;
    const scim_schema_t *home;

    home = home_of(type, path, &name);
    literal = name.len > 0 && name.len < path.len && name.data[0] == ':';

    if (literal) {
        name = scim_str_skip(name, 1);
    }

    *place = (scim_diff_place_t) { .name = name };
    dot = (literal || name.len == 0) ? NULL : memchr(name.data, '.', name.len);

    if (dot != NULL) {
        place->name.len = (size_t) (dot - name.data);
    }

    place->attr = scim_type_attr(type, home, place->name);

    if (place->attr == NULL) {
        place->name = name;

    } else if (dot != NULL) {
        name = scim_str_skip(name, place->name.len + 1);
        place->sub = part_of(place->attr, name);

        if (place->sub == NULL) {
            return;
        }
    }

    if ((!scim_diff_is_derived(type, home, place->name)
         || scim_diff_is_created(place->attr, place->sub))
        && (literal || name.len != path.len
            || !is_relation(type, name, place->attr)))
    {
        place->home = home;
    }
}


static void
put_path(const scim_resource_type_t *type, const scim_schema_t *home,
    bool literal, scim_str_t name, scim_buf_t *path)
{
    path->len = 0;

    if (literal || home != type->schema) {
        scim_buf_str(path, home->id);
        scim_buf_char(path, ':');
    }

    if (literal) {
        scim_buf_char(path, ':');
    }

    scim_buf_str(path, name);
}


void
scim_diff_path(const scim_resource_type_t *type, const scim_schema_t *home,
    const scim_attr_t *attr, scim_str_t name, scim_buf_t *path)
{
    scim_str_t        text;
    scim_diff_place_t place;

    put_path(type, home, false, name, path);

    if (attr == NULL && scim_buf_done(path, &text) == SCIM_OK) {
        scim_diff_place(type, text, &place);

        if (place.home != home || place.attr != NULL
            || !scim_str_eq(place.name, name))
        {
            put_path(type, home, true, name, path);
        }
    }
}
