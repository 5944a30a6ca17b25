/*
 * One target of a PATCH and the value sent for it: what the schema allows, and
 * the value in canonical form.
 */

#include "scim_filter_lex.h"
#include "scim_patch_ops.h"
#include "scim_value.h"


static scim_rc_t
refuse_mutability(scim_patch_reader_t *rd, scim_str_t text, const char *why)
{
    text = scim_lexer_shown(text);

    return scim_refuse(rd->err, 400, SCIM_MUTABILITY, "'%.*s' %s",
                       SCIM_FMT(text), why);
}


static bool
empty_string(const scim_json_t *value)
{
    return value->type == SCIM_JSON_STRING && value->text.len == 0;
}


/* "" unassigns in value paths and dotted names, as Entra means it there; as
 * the value of a plain attribute it is a string like any other. */
static bool
unassigns(const scim_path_t *path, const scim_json_t *input)
{
    return input->type == SCIM_JSON_NULL
           || (path->path.sub != NULL && empty_string(input));
}


/* The one entry that replaces those a filter selects. */
static scim_rc_t
accept_entry(scim_patch_reader_t *rd, const scim_path_t *path, scim_str_t text,
    const scim_json_t *input, scim_json_t **out)
{
    *out = NULL;

    if (input->type == SCIM_JSON_ARRAY) {
        if (input->count == 0) {
            return SCIM_OK;
        }

        if (input->count != 1) {
            text = scim_lexer_shown(text);

            return scim_refuse(rd->err, 400, SCIM_INVALID_VALUE,
                               "'%.*s' selects entries to change: the value "
                               "must be one entry, not a list of %zu",
                               SCIM_FMT(text), input->count);
        }

        input = input->first;
    }

    return scim_value_accept_one(rd->pool, rd->patch->type, path->path.attr,
                                 input, out, rd->err);
}


static scim_rc_t
accept_value(scim_patch_reader_t *rd, const scim_path_t *path, scim_str_t text,
    const scim_json_t *input, const scim_json_t **out)
{
    scim_rc_t     rc;
    scim_json_t  *value;

    *out = NULL;

    if (unassigns(path, input)) {
        return SCIM_OK;
    }

    if (path->filter != NULL && path->path.sub == NULL) {
        rc = accept_entry(rd, path, text, input, &value);

    } else {
        rc = scim_value_accept(rd->pool, rd->patch->type,
                               path->path.sub != NULL ? path->path.sub
                                                      : path->path.attr,
                               input, &value, rd->err);
    }

    if (rc == SCIM_OK) {
        *out = value;
    }

    return rc;
}


/* Bounds the work of scim_patch_apply(). */
static scim_rc_t
count_writes(scim_patch_reader_t *rd, const scim_json_t *value)
{
    rd->writes += value != NULL && value->type == SCIM_JSON_ARRAY
                  ? value->count : 1;

    if (rd->writes > SCIM_PATCH_WRITES) {
        return scim_refuse(rd->err, 400, SCIM_TOO_MANY,
                           "the PATCH request changes more than %d values "
                           "besides members; send several requests",
                           SCIM_PATCH_WRITES);
    }

    return SCIM_OK;
}


static scim_rc_t
push_value(scim_patch_reader_t *rd, const scim_path_t *path, scim_str_t text,
    const scim_json_t *value)
{
    scim_rc_t         rc;
    scim_patch_op_t  *op = NULL;

    rc = count_writes(rd, value);
    if (rc == SCIM_OK) {
        rc = scim_patch_push(rd, path, text, &op);
    }

    if (rc == SCIM_OK) {
        op->value = value;
    }

    return rc;
}


static bool
plain(const scim_path_t *path)
{
    return path->filter == NULL && path->path.sub == NULL;
}


/* RFC 7644 section 3.5.2.2. */
static scim_rc_t
push_unassign(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text)
{
    if (plain(path) && path->path.attr->required) {
        return refuse_mutability(rd, text, "is required and cannot be removed");
    }

    if (rd->kind == SCIM_P_ADD && plain(path) && path->path.attr->multi_valued)
    {
        return SCIM_OK;
    }

    return push_value(rd, path, text, NULL);
}


/*
 * Sub-attributes sent as null (or "", where nothing else came) are unassigned
 * one by one: scim_value_accept() leaves them out, which for a merge would
 * mean that they stay.
 */
static scim_rc_t
push_nulls(scim_patch_reader_t *rd, const scim_path_t *path, scim_str_t text,
    const scim_json_t *object, bool empty_too)
{
    scim_rc_t          rc;
    scim_path_t        part;
    const scim_json_t *member;

    part = *path;

    for (member = object->first; member != NULL; member = member->next) {
        if (member->type != SCIM_JSON_NULL
            && !(empty_too && empty_string(member)))
        {
            continue;
        }

        part.path.sub = scim_attr_sub(path->path.attr, member->name);

        if (part.path.sub == NULL
            || part.path.sub->mutability == SCIM_READ_ONLY)
        {
            continue;
        }

        rc = push_value(rd, &part, text, NULL);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


/* add and replace. */
static scim_rc_t
write_target(scim_patch_reader_t *rd, const scim_path_t *path, scim_str_t text,
    const scim_json_t *input)
{
    bool               merges;
    scim_rc_t          rc;
    const scim_json_t *value;

    rc = accept_value(rd, path, text, input, &value);
    if (rc != SCIM_OK) {
        return rc;
    }

    merges = plain(path) && path->path.attr->type == SCIM_COMPLEX
             && !path->path.attr->multi_valued
             && input->type == SCIM_JSON_OBJECT;

    if (value == NULL && !merges) {
        return push_unassign(rd, path, text);
    }

    if (value != NULL) {
        rc = push_value(rd, path, text, value);
    }

    return rc == SCIM_OK && merges
           ? push_nulls(rd, path, text, input, value == NULL) : rc;
}


/*
 * remove.  Entries of a list as `value` (Entra without its flag sends those of
 * members and roles so) are the ones that go, none of them if it is empty.  For
 * anything else `value` says what was there and is of no use.
 */
static scim_rc_t
remove_target(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text, const scim_json_t *input)
{
    scim_rc_t          rc;
    const scim_json_t *value;

    if (!plain(path) || !path->path.attr->multi_valued || input == NULL
        || input->type == SCIM_JSON_NULL || empty_string(input))
    {
        return push_unassign(rd, path, text);
    }

    rc = accept_value(rd, path, text, input, &value);
    if (rc != SCIM_OK || value == NULL) {
        return rc;
    }

    return push_value(rd, path, text, value);
}


/* A path that is a URN and nothing else. */
static scim_rc_t
schema_target(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text, const scim_json_t *input)
{
    if (rd->kind != SCIM_P_REMOVE && input->type == SCIM_JSON_OBJECT) {
        return scim_patch_expand(rd, path->path.schema->id, input);
    }

    if (rd->kind != SCIM_P_REMOVE && input->type != SCIM_JSON_NULL) {
        text = scim_lexer_shown(text);

        return scim_refuse(rd->err, 400, SCIM_INVALID_VALUE,
                           "the value of the schema '%.*s' must be an object "
                           "of attributes", SCIM_FMT(text));
    }

    if (!path->path.extension) {
        return refuse_mutability(rd, text, "is the schema of the resource "
                                 "itself and cannot be removed");
    }

    return push_value(rd, path, text, NULL);
}


static bool
read_only(const scim_attr_path_t *path)
{
    return path->attr->mutability == SCIM_READ_ONLY
           || (path->sub != NULL && path->sub->mutability == SCIM_READ_ONLY)
           || scim_str_eq(path->attr->name, scim_str("id"))
           || scim_str_eq(path->attr->name, scim_str("schemas"))
           || scim_str_eq(path->attr->name, scim_str("meta"));
}


scim_rc_t
scim_patch_target(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text, const scim_json_t *input, bool keyed)
{
    const scim_attr_t  *attr;

    attr = path->path.attr;

    if (attr == NULL) {
        return schema_target(rd, path, text, input);
    }

    if (attr == rd->patch->type->members) {
        return scim_patch_members_target(rd, path, text, input);
    }

    if (read_only(&path->path) && !keyed) {
        return refuse_mutability(rd, text, "is read-only");
    }

    if (read_only(&path->path)) {
        return SCIM_OK;
    }

    /* Secrets are accepted and kept nowhere. */
    if (attr->mutability == SCIM_WRITE_ONLY) {
        return SCIM_OK;
    }

    return rd->kind == SCIM_P_REMOVE
           ? remove_target(rd, path, text, input)
           : write_target(rd, path, text, input);
}
