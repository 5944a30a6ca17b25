/*
 * PATCH applied: each operation in order, to the document or to members.
 */

#include "scim_patch_ops.h"
#include "scim_value.h"


bool
scim_patch_afford(size_t *work, size_t n)
{
    if (*work < n) {
        return false;
    }

    *work -= n;

    return true;
}


static scim_rc_t
refuse_immutable(scim_patch_edit_t *ed, const scim_attr_t *attr)
{
    return scim_refuse(ed->err, 400, SCIM_MUTABILITY,
                       "'%.*s' is immutable: it has a value already, which "
                       "cannot be changed", SCIM_FMT(attr->name));
}


scim_rc_t
scim_patch_put(scim_patch_edit_t *ed, scim_json_t *object,
    const scim_attr_t *attr, const scim_json_t *value)
{
    scim_json_t  *old;

    old = scim_json_get(object, attr->name);

    if (attr->mutability == SCIM_IMMUTABLE && old != NULL
        && (value == NULL || !scim_value_equal(ed->pool, attr, old, value)))
    {
        return refuse_immutable(ed, attr);
    }

    if (value != NULL) {
        return scim_json_set(object, attr->name,
                             scim_json_copy(ed->pool, value));
    }

    if (old != NULL) {
        scim_json_remove(object, old);
    }

    return SCIM_OK;
}


scim_rc_t
scim_patch_merge(scim_patch_edit_t *ed, const scim_attr_t *attr,
    scim_json_t *object, const scim_json_t *value)
{
    scim_rc_t          rc;
    const scim_attr_t *sub;
    const scim_json_t *member;

    for (member = value->first; member != NULL; member = member->next) {
        sub = scim_attr_sub(attr, member->name);
        if (sub == NULL) {
            continue;
        }

        rc = scim_patch_put(ed, object, sub, member);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* Whether `new` means another thing than `old` does: what was said of the old
 * manager ($ref) does not hold for the new one. */
static bool
other_value(scim_patch_edit_t *ed, const scim_attr_t *attr,
    const scim_json_t *old, const scim_json_t *new)
{
    const scim_json_t  *a, *b;
    const scim_attr_t  *sub;

    sub = scim_attr_value_sub(attr);
    if (sub == NULL) {
        return false;
    }

    a = scim_json_get(old, sub->name);
    b = scim_json_get(new, sub->name);

    return a != NULL && b != NULL && !scim_value_equal(ed->pool, sub, a, b);
}


/* A single complex value: what is sent is merged into what is there. */
static scim_rc_t
write_complex(scim_patch_edit_t *ed, const scim_attr_t *attr,
    scim_json_t *container, const scim_json_t *value)
{
    scim_json_t  *old;

    old = scim_json_get(container, attr->name);

    if (old == NULL || value == NULL || other_value(ed, attr, old, value)) {
        return scim_patch_put(ed, container, attr, value);
    }

    return scim_patch_merge(ed, attr, old, value);
}


static scim_rc_t
remove_sub(scim_patch_edit_t *ed, const scim_attr_path_t *path,
    scim_json_t *container)
{
    scim_rc_t     rc;
    scim_json_t  *object;

    object = scim_json_get(container, path->attr->name);
    if (object == NULL) {
        return SCIM_OK;
    }

    rc = scim_patch_put(ed, object, path->sub, NULL);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (object->count == 0 || path->sub == scim_attr_value_sub(path->attr)) {
        return scim_patch_put(ed, container, path->attr, NULL);
    }

    return SCIM_OK;
}


static scim_rc_t
write_sub(scim_patch_edit_t *ed, const scim_attr_path_t *path,
    scim_json_t *container, const scim_json_t *value)
{
    scim_rc_t     rc;
    scim_json_t  *object;

    object = scim_json_object(ed->pool);
    if (object == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_json_add(object, path->sub->name,
                       scim_json_copy(ed->pool, value));

    return rc == SCIM_OK
           ? write_complex(ed, path->attr, container, object) : rc;
}


static scim_rc_t
edit(scim_patch_edit_t *ed, const scim_patch_op_t *op, scim_json_t *container)
{
    const scim_attr_t  *attr;

    attr = op->path.path.attr;

    if (attr->multi_valued) {
        return scim_patch_array(ed, op, container);
    }

    if (op->path.path.sub != NULL) {
        return op->value == NULL
               ? remove_sub(ed, &op->path.path, container)
               : write_sub(ed, &op->path.path, container, op->value);
    }

    if (attr->type == SCIM_COMPLEX) {
        return write_complex(ed, attr, container, op->value);
    }

    return scim_patch_put(ed, container, attr, op->value);
}


/* An immutable attribute whose value has parts: any change of it shows. */
static scim_rc_t
edit_guarded(scim_patch_edit_t *ed, const scim_patch_op_t *op,
    scim_json_t *container)
{
    scim_rc_t          rc;
    const scim_attr_t *attr;
    const scim_json_t *before, *after;

    attr = op->path.path.attr;
    before = scim_json_get(container, attr->name);

    if (attr->mutability != SCIM_IMMUTABLE || before == NULL) {
        return edit(ed, op, container);
    }

    before = scim_json_copy(ed->pool, before);
    if (before == NULL) {
        return SCIM_NOMEM;
    }

    rc = edit(ed, op, container);
    after = scim_json_get(container, attr->name);

    if (rc == SCIM_OK
        && (after == NULL
            || !scim_value_equal(ed->pool, attr, before, after)))
    {
        return refuse_immutable(ed, attr);
    }

    return rc;
}


/* An extension goes with all that it has, which may be what has to stay. */
static scim_rc_t
remove_extension(scim_patch_edit_t *ed, const scim_schema_t *schema,
    scim_json_t *extension)
{
    size_t              i;
    const scim_attr_t  *attr;

    for (i = 0; i < schema->nattrs; i++) {
        attr = &schema->attrs[i];

        if (attr->mutability == SCIM_IMMUTABLE
            && scim_json_get(extension, attr->name) != NULL)
        {
            return refuse_immutable(ed, attr);
        }
    }

    scim_json_remove(ed->doc, extension);

    return SCIM_OK;
}


/* Where the operation's attribute hangs; an extension that is absent is made,
 * and taken away by scim_resource_settle() if it stays empty. */
static scim_rc_t
apply_document(scim_patch_edit_t *ed, const scim_patch_op_t *op)
{
    scim_rc_t     rc;
    scim_str_t    urn;
    scim_json_t  *container;

    if (!op->path.path.extension) {
        return edit_guarded(ed, op, ed->doc);
    }

    urn = op->path.path.schema->id;
    container = scim_json_get(ed->doc, urn);

    if (op->path.path.attr == NULL) {
        return container != NULL
               ? remove_extension(ed, op->path.path.schema, container)
               : SCIM_OK;
    }

    if (container == NULL) {
        if (op->value == NULL && op->path.filter == NULL) {
            return SCIM_OK;
        }

        container = scim_json_object(ed->pool);
        rc = scim_json_add(ed->doc, urn, container);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return edit_guarded(ed, op, container);
}


static scim_rc_t
refuse_work(scim_error_t *err)
{
    return scim_refuse(err, 400, SCIM_TOO_MANY,
                       "the PATCH request compares too many values; send "
                       "several requests with fewer operations");
}


scim_rc_t
scim_patch_apply(scim_pool_t *pool, const scim_patch_t *patch,
    scim_json_t *doc, const scim_json_t *present, scim_members_t *members,
    scim_error_t *err)
{
    size_t                 work;
    scim_rc_t              rc;
    scim_patch_edit_t      ed;
    const scim_patch_op_t *op;

    ed = (scim_patch_edit_t) {
        .pool = pool, .doc = doc, .work = SCIM_PATCH_WORK, .err = err
    };
    work = SCIM_PATCH_WORK + (present != NULL ? 4 * present->count : 0);
    rc = SCIM_OK;

    for (op = patch->first; rc == SCIM_OK && op != NULL; op = op->next) {
        if (!op->members) {
            rc = apply_document(&ed, op);
            continue;
        }

        rc = scim_patch_members_apply(pool, op, present, members, &work);

        if (rc == SCIM_REFUSED) {
            return refuse_work(err);
        }
    }

    return rc;
}
