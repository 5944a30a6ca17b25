/*
 * attributes and excludedAttributes against trees.
 */

#include <string.h>

#include "scim_projection.h"

struct scim_projection_s {
    const scim_resource_type_t *type;
    bool                        include;    /* the list is `attributes` */
    scim_attr_path_t           *paths;
    size_t                      npaths;
};

/* What the list has to say about an attribute. */
typedef enum {
    SCIM_UNNAMED = 0,
    SCIM_NAMED_PART,        /* a sub-attribute, or some of them */
    SCIM_NAMED_WHOLE
} scim_named_e;


/* The next name of a comma-separated list, without blanks around; *list is
 * what follows.  Empty names are possible. */
static scim_str_t
scim_projection_next(scim_str_t *list)
{
    const char  *comma;
    scim_str_t   name;

    name = *list;
    comma = memchr(name.data, ',', name.len);

    if (comma != NULL) {
        name.len = (size_t) (comma - name.data);
        *list = scim_str_skip(*list, name.len + 1);

    } else {
        list->len = 0;
    }

    while (name.len > 0 && name.data[0] == ' ') {
        name = scim_str_skip(name, 1);
    }

    while (name.len > 0 && name.data[name.len - 1] == ' ') {
        name.len--;
    }

    return name;
}


/* `attributes` has no filters; who sends one sees more than he asked for, not
 * nothing.  For excludedAttributes it stays a name that nobody knows. */
static scim_str_t
scim_projection_unfiltered(const scim_projection_t *p, scim_str_t name)
{
    const char  *bracket;

    bracket = p->include ? memchr(name.data, '[', name.len) : NULL;

    if (bracket != NULL) {
        name.len = (size_t) (bracket - name.data);
    }

    return name;
}


/* A list may name the same again and again, and all of it is looked at for each
 * attribute of each resource. */
static void
scim_projection_add(scim_projection_t *p, const scim_attr_path_t *path)
{
    size_t  i;

    for (i = 0; i < p->npaths; i++) {
        if (p->paths[i].schema == path->schema
            && p->paths[i].attr == path->attr
            && p->paths[i].sub == path->sub)
        {
            return;
        }
    }

    p->paths[p->npaths++] = *path;
}


static scim_rc_t
scim_projection_list(scim_pool_t *pool, scim_projection_t *p, scim_str_t list)
{
    size_t            i, n;
    scim_str_t        name;
    scim_attr_path_t  path;

    for (i = 0, n = 1; i < list.len; i++) {
        n += list.data[i] == ',';
    }

    p->paths = scim_palloc(pool, n * sizeof(scim_attr_path_t));
    if (p->paths == NULL) {
        return SCIM_NOMEM;
    }

    while (list.len > 0) {

        name = scim_projection_unfiltered(p, scim_projection_next(&list));

        if (scim_attr_path_parse(p->type, name, &path) == SCIM_OK) {
            scim_projection_add(p, &path);
        }
    }

    return SCIM_OK;
}


scim_rc_t
scim_projection_parse(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t attributes, scim_str_t excluded, scim_projection_t **out,
    scim_error_t *err)
{
    scim_rc_t           rc;
    scim_projection_t  *p;

    *out = NULL;

    if (attributes.len > 0 && excluded.len > 0) {
        return scim_refuse(err, 400, SCIM_INVALID_VALUE,
                           "\"attributes\" and \"excludedAttributes\" exclude "
                           "each other: send one of them");
    }

    if (attributes.len == 0 && excluded.len == 0 && !type->hides) {
        return SCIM_OK;
    }

    p = scim_pcalloc(pool, sizeof(scim_projection_t));
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    p->type = type;
    p->include = attributes.len > 0;

    rc = scim_projection_list(pool, p, p->include ? attributes : excluded);

    if (rc == SCIM_OK && (p->include || p->npaths > 0 || type->hides)) {
        *out = p;
    }

    return rc;
}


/* attr is a top-level attribute or a sub-attribute. */
static scim_named_e
scim_projection_named(const scim_projection_t *p, const scim_attr_t *attr)
{
    size_t              i;
    scim_named_e        named;
    const scim_attr_t  *top;

    top = attr->parent != NULL ? attr->parent : attr;
    named = SCIM_UNNAMED;

    for (i = 0; i < p->npaths; i++) {

        if (p->paths[i].attr == NULL
            ? p->paths[i].schema == attr->schema
            : p->paths[i].attr == top
              && (p->paths[i].sub == NULL || p->paths[i].sub == attr))
        {
            return SCIM_NAMED_WHOLE;
        }

        if (p->paths[i].attr == attr) {
            named = SCIM_NAMED_PART;
        }
    }

    return named;
}


/* RFC 7643 section 7, `returned`. */
static bool
scim_projection_keeps(const scim_projection_t *p, const scim_attr_t *attr,
    scim_named_e named)
{
    switch (attr->returned) {

    case SCIM_RETURNED_ALWAYS:
        return true;

    case SCIM_RETURNED_NEVER:
        return false;

    case SCIM_RETURNED_REQUEST:
        return p->include && named != SCIM_UNNAMED;

    case SCIM_RETURNED_DEFAULT:
        break;
    }

    return p->include ? named != SCIM_UNNAMED : named != SCIM_NAMED_WHOLE;
}


bool
scim_projection_wants(const scim_projection_t *p, const scim_attr_t *attr)
{
    if (p == NULL) {
        return attr->returned == SCIM_RETURNED_ALWAYS
               || attr->returned == SCIM_RETURNED_DEFAULT;
    }

    return scim_projection_keeps(p, attr, scim_projection_named(p, attr));
}


bool
scim_projection_only_excludes(const scim_projection_t *p,
    const scim_attr_t *attr)
{
    size_t  i;

    if (p == NULL || p->include || p->type->hides || p->npaths == 0) {
        return false;
    }

    for (i = 0; i < p->npaths; i++) {
        if (p->paths[i].attr != attr || p->paths[i].sub != NULL) {
            return false;
        }
    }

    return true;
}


/* The sub-attributes of one complex value. */
static void
scim_projection_object(const scim_projection_t *p, const scim_attr_t *attr,
    scim_json_t *object)
{
    scim_json_t        *member, *next;
    const scim_attr_t  *sub;

    /* Returned though nobody named it: as it is by default. */
    if (attr->returned == SCIM_RETURNED_ALWAYS
        && scim_projection_named(p, attr) == SCIM_UNNAMED)
    {
        p = NULL;
    }

    for (member = object->first; member != NULL; member = next) {

        next = member->next;
        sub = scim_attr_sub(attr, member->name);

        if (sub == NULL || !scim_projection_wants(p, sub)) {
            scim_json_remove(object, member);
        }
    }
}


/* Whether anything is left of a value that is wanted, at least in part. */
static bool
scim_projection_value(const scim_projection_t *p, const scim_attr_t *attr,
    scim_json_t *value)
{
    size_t        n;
    scim_json_t  *element, *last;

    if (value->type == SCIM_JSON_OBJECT) {
        scim_projection_object(p, attr, value);
        return value->count > 0;
    }

    if (value->type != SCIM_JSON_ARRAY || attr->nsubs == 0) {
        return true;
    }

    /* Built anew: there may be very many, and removing one walks the list. */

    n = 0;
    last = NULL;

    for (element = value->first; element != NULL; element = element->next) {

        scim_projection_object(p, attr, element);

        if (element->count == 0) {
            continue;
        }

        if (last == NULL) {
            value->first = element;
        } else {
            last->next = element;
        }

        last = element;
        n++;
    }

    if (last == NULL) {
        value->first = NULL;
    } else {
        last->next = NULL;
    }

    value->last = last;
    value->count = n;

    return n > 0;
}


/* The attributes of a schema: the core's, or an extension's object. */
static void
scim_projection_schema(const scim_projection_t *p, const scim_schema_t *schema,
    scim_json_t *object)
{
    scim_json_t          *member, *next;
    const scim_attr_t    *attr;
    const scim_schema_t  *extension;

    for (member = object->first; member != NULL; member = next) {

        next = member->next;

        attr = scim_type_attr(p->type, schema, member->name);

        if (attr != NULL) {
            if (!scim_projection_wants(p, attr)
                || !scim_projection_value(p, attr, member))
            {
                scim_json_remove(object, member);
            }

            continue;
        }

        extension = schema == p->type->schema
                    ? scim_type_schema(p->type, member->name) : NULL;

        if (extension != NULL && extension != schema) {
            scim_projection_schema(p, extension, member);
        }

        /* What is unknown cannot be named, so it is there by default. */
        if (extension == NULL ? p->include : member->count == 0) {
            scim_json_remove(object, member);
        }
    }
}


void
scim_projection_apply(const scim_projection_t *p, scim_json_t *resource)
{
    if (p != NULL) {
        scim_projection_schema(p, p->type->schema, resource);
    }
}
