/*
 * Differences of canonical documents, written and taken back.
 *
 * Both sides go by the members that are there, not by the attributes of the
 * schema: so nothing is missed that was kept, or stored under another schema.
 */

#include "scim_diff.h"
#include "scim_diff_path.h"


typedef struct {
    scim_buf_t                 *buf;
    scim_buf_t                  path;       /* of the change, used again */
    const scim_resource_type_t *type;
    bool                        more;       /* a change has been written */
    bool                        gone;       /* there is no document any more */
} scim_diff_t;

/* --- writing -------------------------------------------------------------- */

static bool
has_secrets(const scim_attr_t *attr)
{
    size_t  i;

    for (i = 0; i < attr->nsubs; i++) {
        if (attr->subs[i].returned == SCIM_RETURNED_NEVER) {
            return true;
        }
    }

    return false;
}


static void
strip_object(const scim_attr_t *attr, scim_json_t *object)
{
    scim_json_t       *member, *next;
    const scim_attr_t *sub;

    if (object->type != SCIM_JSON_OBJECT) {
        return;
    }

    for (member = object->first; member != NULL; member = next) {
        next = member->next;
        sub = scim_attr_sub(attr, member->name);

        if (sub != NULL && sub->returned == SCIM_RETURNED_NEVER) {
            scim_json_remove(object, member);
        }
    }
}


/* The value without the parts that are secret: a copy; NULL: no memory. */
static const scim_json_t *
stripped(scim_diff_t *d, const scim_attr_t *attr, const scim_json_t *value)
{
    scim_json_t  *copy, *item;

    copy = scim_json_copy(d->buf->pool, value);
    if (copy == NULL) {
        d->buf->failed = true;
        return NULL;
    }

    strip_object(attr, copy);

    if (copy->type == SCIM_JSON_ARRAY) {
        for (item = copy->first; item != NULL; item = item->next) {
            strip_object(attr, item);
        }
    }

    return copy;
}


/* One change, at d->path. */
static void
write_change(scim_diff_t *d, const scim_json_t *old, const scim_json_t *new)
{
    scim_buf_t  *buf = d->buf;

    buf->failed = buf->failed || d->path.failed;

    if (d->more) {
        scim_buf_char(buf, ',');
    }

    d->more = true;

    scim_buf_lit(buf, "{\"path\":");
    scim_json_write_string(buf, (scim_str_t) { d->path.data, d->path.len });

    if (old != NULL) {
        scim_buf_lit(buf, ",\"old\":");
        scim_json_write(buf, old);
    }

    if (new != NULL) {
        scim_buf_lit(buf, ",\"new\":");
        scim_json_write(buf, new);
    }

    scim_buf_char(buf, '}');
}


/* A member as a whole, or a part of one. */
static void
write_values(scim_diff_t *d, const scim_attr_t *attr, const scim_json_t *old,
    const scim_json_t *new)
{
    bool  secret;

    secret = attr != NULL && attr->returned == SCIM_RETURNED_NEVER;

    if (!secret && attr != NULL && has_secrets(attr)) {
        old = old == NULL ? NULL : stripped(d, attr, old);
        new = new == NULL ? NULL : stripped(d, attr, new);
        secret = old != NULL && new != NULL && scim_json_equal(old, new);
    }

    write_change(d, secret ? NULL : old, secret ? NULL : new);
}


/* The member of that name; mostly both objects have the same order, so the
 * search begins where the last one ended. */
static const scim_json_t *
find(const scim_json_t *object, scim_str_t name, const scim_json_t **beside)
{
    const scim_json_t  *member = *beside;

    if (member == NULL || !scim_str_eq(member->name, name)) {
        member = scim_json_get(object, name);
    }

    if (member != NULL) {
        *beside = member->next;
    }

    return member;
}


/* Calls fn with each member that differs: those of old, then what is new. */
static void
each_difference(scim_diff_t *d, const void *context,
    const scim_json_t *old, const scim_json_t *new,
    void (*fn)(scim_diff_t *d, const void *context, scim_str_t name,
        const scim_json_t *old, const scim_json_t *new))
{
    const scim_json_t  *x, *y, *beside;

    beside = new == NULL ? NULL : new->first;

    for (x = old == NULL ? NULL : old->first; x != NULL; x = x->next) {
        y = find(new, x->name, &beside);

        if (y == NULL || !scim_json_equal(x, y)) {
            fn(d, context, x->name, x, y);
        }
    }

    beside = old == NULL ? NULL : old->first;

    for (y = new == NULL ? NULL : new->first; y != NULL; y = y->next) {
        if (find(old, y->name, &beside) == NULL) {
            fn(d, context, y->name, NULL, y);
        }
    }
}


static bool
object_or_none(const scim_json_t *value)
{
    return value == NULL || value->type == SCIM_JSON_OBJECT;
}


/* A part; context is the complex attribute. */
static void
write_part(scim_diff_t *d, const void *context, scim_str_t name,
    const scim_json_t *old, const scim_json_t *new)
{
    const scim_attr_t  *attr = context;

    scim_diff_path(d->type, attr->schema == d->type->common ? d->type->schema
                                                            : attr->schema,
                   attr, attr->name, &d->path);
    scim_buf_char(&d->path, '.');
    scim_buf_str(&d->path, name);

    write_values(d, scim_attr_sub(attr, name), old, new);
}


/* A member of the document or of an extension; context is the schema. */
static void
write_member(scim_diff_t *d, const void *context, scim_str_t name,
    const scim_json_t *old, const scim_json_t *new)
{
    const scim_attr_t   *attr;
    const scim_schema_t *home = context;

    attr = scim_type_attr(d->type, home, name);

    if (attr != NULL && attr->type == SCIM_COMPLEX && !attr->multi_valued
        && attr->returned != SCIM_RETURNED_NEVER
        && object_or_none(old) && object_or_none(new))
    {
        each_difference(d, attr, old, new, write_part);
        return;
    }

    scim_diff_path(d->type, home, attr, name, &d->path);
    write_values(d, attr, old, new);
}


static const scim_schema_t *
extension(const scim_resource_type_t *type, scim_str_t name)
{
    size_t  i;

    for (i = 0; i < type->nextensions; i++) {
        if (scim_str_eq(type->extensions[i]->id, name)) {
            return type->extensions[i];
        }
    }

    return NULL;
}


/* Of what is derived that which is not, as the document goes. */
static void
write_created(scim_diff_t *d, const scim_attr_t *attr, const scim_json_t *meta)
{
    const scim_attr_t  *sub;
    const scim_json_t  *created;

    sub = attr == NULL ? NULL : scim_attr_sub(attr, scim_str("created"));
    created = scim_json_get(meta, scim_str("created"));

    if (d->gone && created != NULL && sub != NULL
        && scim_diff_is_created(attr, sub))
    {
        write_part(d, attr, sub->name, created, NULL);
    }
}


/* A member of the document. */
static void
write_top(scim_diff_t *d, const void *context, scim_str_t name,
    const scim_json_t *old, const scim_json_t *new)
{
    const scim_schema_t  *inner;

    if (scim_diff_is_derived(d->type, context, name)) {
        write_created(d, scim_type_attr(d->type, context, name), old);
        return;
    }

    inner = extension(d->type, name);

    if (inner != NULL && object_or_none(old) && object_or_none(new)) {
        each_difference(d, inner, old, new, write_member);

    } else {
        write_member(d, context, name, old, new);
    }
}


void
scim_diff_write(scim_buf_t *buf, const scim_resource_type_t *type,
    const scim_json_t *old, const scim_json_t *doc)
{
    scim_diff_t  d = { .buf = buf, .type = type, .gone = doc == NULL };

    scim_buf_init(&d.path, buf->pool, 128);
    each_difference(&d, type->schema, old, doc, write_top);
}


/* --- undoing -------------------------------------------------------------- */

/* The object of that name within another; made if `make` is set.  What is there
 * but is no object counts for nothing. */
static scim_rc_t
inner_object(scim_pool_t *pool, scim_json_t *outer, scim_str_t name, bool make,
    scim_json_t **out)
{
    *out = scim_json_get(outer, name);

    if (*out != NULL && (*out)->type == SCIM_JSON_OBJECT) {
        return SCIM_OK;
    }

    *out = NULL;

    if (!make) {
        return SCIM_NONE;
    }

    *out = scim_json_object(pool);

    return scim_json_set(outer, name, *out);
}


/* Sets a member, or takes it away; of one known, whatever case its name is
 * stored in. */
static scim_rc_t
put_value(scim_pool_t *pool, scim_json_t *object, scim_str_t name, bool known,
    const scim_json_t *value)
{
    scim_json_t  *present;

    present = known ? scim_json_get_ci(object, name)
                    : scim_json_get(object, name);

    if (value != NULL) {
        return scim_json_set(object, present == NULL ? name : present->name,
                             scim_json_copy(pool, value));
    }

    if (present != NULL) {
        scim_json_remove(object, present);
    }

    return SCIM_OK;
}


/* The same for a part of a complex value, which goes with its last one. */
static scim_rc_t
put_part(scim_pool_t *pool, scim_json_t *object, const scim_diff_place_t *place,
    const scim_json_t *value)
{
    scim_rc_t     rc;
    scim_json_t  *whole;

    rc = inner_object(pool, object, place->attr->name, value != NULL, &whole);
    if (rc != SCIM_OK) {
        return rc == SCIM_NONE ? SCIM_OK : rc;
    }

    rc = put_value(pool, whole, place->sub->name, true, value);

    if (rc == SCIM_OK && whole->count == 0) {
        scim_json_remove(object, whole);
    }

    return rc;
}


static scim_rc_t
put_place(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_diff_place_t *place, scim_json_t *doc, const scim_json_t *value)
{
    scim_rc_t     rc;
    scim_json_t  *object = doc;

    if (place->home != type->schema) {
        rc = inner_object(pool, doc, place->home->id, value != NULL, &object);
        if (rc != SCIM_OK) {
            return rc == SCIM_NONE ? SCIM_OK : rc;
        }
    }

    rc = place->sub != NULL
         ? put_part(pool, object, place, value)
         : put_value(pool, object, place->attr != NULL ? place->attr->name
                                                       : place->name,
                     place->attr != NULL, value);

    if (rc == SCIM_OK && object != doc && object->count == 0) {
        scim_json_remove(doc, object);
    }

    return rc;
}


static scim_rc_t
damaged(scim_error_t *err)
{
    return scim_refuse(err, 500, SCIM_TYPE_NONE,
                       "the history is damaged: an entry's changes are no "
                       "array of objects with a path");
}


scim_rc_t
scim_diff_undo(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *changes, scim_json_t *doc, scim_error_t *err)
{
    scim_rc_t           rc;
    scim_diff_place_t   place;
    const scim_json_t  *change, *path, *old;

    if (changes == NULL || changes->type != SCIM_JSON_ARRAY) {
        return damaged(err);
    }

    for (change = changes->first; change != NULL; change = change->next) {

        path = scim_json_get(change, scim_str("path"));
        if (path == NULL || path->type != SCIM_JSON_STRING) {
            return damaged(err);
        }

        old = scim_json_get(change, scim_str("old"));
        scim_diff_place(type, path->text, &place);

        if (place.home == NULL
            || (old == NULL
                && scim_json_get(change, scim_str("new")) == NULL))
        {
            continue;
        }

        rc = put_place(pool, type, &place, doc, old);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}
