/*
 * PatchOp bodies: from JSON to a list of operations with one target each.
 */

#include <string.h>

#include "scim_filter_lex.h"
#include "scim_patch_ops.h"

typedef struct {
    scim_str_t         name;
    scim_patch_kind_e  kind;
} op_name_t;

static const op_name_t op_names[] = {
    { SCIM_STR("add"), SCIM_P_ADD },
    { SCIM_STR("replace"), SCIM_P_REPLACE },
    { SCIM_STR("remove"), SCIM_P_REMOVE }
};

static const scim_str_t parts[] = {
    SCIM_STR("op"), SCIM_STR("path"), SCIM_STR("value")
};

static const scim_str_t list = SCIM_STR("Operations");

/* How many comparisons a filter makes with one entry, at most. */
static size_t
filter_cost(const scim_filter_t *filter)
{
    if (filter == NULL) {
        return 0;
    }

    return filter->left == NULL
           ? 1 : filter_cost(filter->left) + filter_cost(filter->right);
}


scim_rc_t
scim_patch_push(scim_patch_reader_t *rd, const scim_path_t *path,
    scim_str_t text, scim_patch_op_t **out)
{
    scim_patch_op_t  *op;

    op = scim_pcalloc(rd->pool, sizeof(scim_patch_op_t));
    if (op == NULL) {
        return SCIM_NOMEM;
    }

    op->kind = rd->kind;
    op->strict = rd->strict;
    op->text = scim_lexer_shown(text);
    op->path = *path;
    op->cost = 1 + filter_cost(path->filter);

    *rd->patch->last = op;
    rd->patch->last = &op->next;
    *out = op;

    return SCIM_OK;
}


/* One key of a path-less value: a name, a dotted path, a URN path, a value
 * path; unknown names are passed over as they are in a whole resource. */
static scim_rc_t
expand_key(scim_patch_reader_t *rd, scim_str_t key, const scim_json_t *value)
{
    scim_rc_t    rc;
    scim_path_t  path;

    if (memchr(key.data, '[', key.len) != NULL) {
        rc = scim_path_parse(rd->pool, rd->patch->type, key, &path, rd->err);
        if (rc != SCIM_OK) {
            return rc;
        }

    } else {
        path.filter = NULL;

        if (scim_attr_path_parse(rd->patch->type, key, &path.path) != SCIM_OK)
        {
            return SCIM_OK;
        }
    }

    return scim_patch_target(rd, &path, key, value, true);
}


scim_rc_t
scim_patch_expand(scim_patch_reader_t *rd, scim_str_t schema,
    const scim_json_t *object)
{
    scim_rc_t          rc;
    scim_str_t         key;
    const scim_json_t *member;

    for (member = object->first; member != NULL; member = member->next) {
        key = member->name;

        if (schema.len != 0) {
            rc = scim_str_printf(rd->pool, &key, "%.*s:%.*s", SCIM_FMT(schema),
                                 SCIM_FMT(member->name));
            if (rc != SCIM_OK) {
                return rc;
            }
        }

        rc = expand_key(rd, key, member);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return SCIM_OK;
}


static bool
lower_case(scim_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (s.data[i] >= 'A' && s.data[i] <= 'Z') {
            return false;
        }
    }

    return true;
}


static bool
strict_op(scim_no_target_e no_target, scim_str_t name)
{
    if (no_target == SCIM_NO_TARGET_AUTO) {
        return lower_case(name);
    }

    return no_target == SCIM_NO_TARGET_ERROR;
}


static scim_rc_t
read_op_name(scim_patch_reader_t *rd, const scim_json_t *operation)
{
    size_t      i;
    scim_str_t  name;

    name = scim_json_get_text(operation, scim_str("op"));

    for (i = 0; i < sizeof(op_names) / sizeof(op_names[0]); i++) {
        if (scim_str_caseeq(name, op_names[i].name)) {
            rd->kind = op_names[i].kind;
            rd->strict = strict_op(rd->no_target, name);
            return SCIM_OK;
        }
    }

    if (name.data == NULL) {
        return scim_refuse(rd->err, 400, SCIM_INVALID_SYNTAX,
                           "an operation of the PATCH request has no 'op'; "
                           "add, replace and remove are known");
    }

    name = scim_lexer_shown(name);

    return scim_refuse(rd->err, 400, SCIM_INVALID_SYNTAX,
                       "the PATCH operation '%.*s' is unknown; add, replace "
                       "and remove are known", SCIM_FMT(name));
}


static scim_rc_t
read_pathless(scim_patch_reader_t *rd, const scim_json_t *value)
{
    if (rd->kind == SCIM_P_REMOVE) {
        return scim_refuse(rd->err, 400, SCIM_NO_TARGET,
                           "the PATCH operation 'remove' needs a 'path'");
    }

    if (value->type != SCIM_JSON_OBJECT) {
        return scim_refuse(rd->err, 400, SCIM_INVALID_VALUE,
                           "the 'value' of a PATCH operation without 'path' "
                           "must be an object of attributes");
    }

    return scim_patch_expand(rd, scim_str_absent, value);
}


static scim_rc_t
read_operation(scim_patch_reader_t *rd, const scim_json_t *operation)
{
    scim_rc_t          rc;
    scim_path_t        path;
    const scim_json_t *text, *value;

    if (operation->type != SCIM_JSON_OBJECT) {
        return scim_refuse(rd->err, 400, SCIM_INVALID_SYNTAX,
                           "each of the 'Operations' must be an object");
    }

    rc = scim_json_once(operation, parts, sizeof(parts) / sizeof(parts[0]),
                        rd->err);
    if (rc != SCIM_OK) {
        return rc;
    }

    rc = read_op_name(rd, operation);
    if (rc != SCIM_OK) {
        return rc;
    }

    text = scim_json_get_ci(operation, scim_str("path"));
    value = scim_json_get_ci(operation, scim_str("value"));

    if (value == NULL && rd->kind != SCIM_P_REMOVE) {
        return scim_refuse(rd->err, 400, SCIM_INVALID_VALUE,
                           "a PATCH operation 'add' or 'replace' needs a "
                           "'value'");
    }

    if (text == NULL || text->type == SCIM_JSON_NULL
        || (text->type == SCIM_JSON_STRING && text->text.len == 0))
    {
        return read_pathless(rd, value);
    }

    if (text->type != SCIM_JSON_STRING) {
        return scim_refuse(rd->err, 400, SCIM_INVALID_PATH,
                           "the 'path' of a PATCH operation must be a string");
    }

    rc = scim_path_parse(rd->pool, rd->patch->type, text->text, &path,
                         rd->err);

    return rc == SCIM_OK
           ? scim_patch_target(rd, &path, text->text, value, false) : rc;
}


/* The list of operations, NULL if there is none or nothing in it. */
static const scim_json_t *
find_operations(const scim_json_t *body)
{
    const scim_json_t  *operations;

    operations = scim_json_get_ci(body, scim_str("Operations"));

    return operations != NULL && operations->type == SCIM_JSON_ARRAY
           && operations->count != 0 ? operations : NULL;
}


/* What must be known before the store is asked. */
static void
note_needs(scim_patch_t *patch)
{
    const scim_patch_op_t  *op;

    for (op = patch->first; op != NULL; op = op->next) {
        if (!op->members) {
            patch->needs_document = true;

        } else if (op->path.filter != NULL) {
            patch->needs_members = true;
        }
    }
}


scim_rc_t
scim_patch_parse(scim_pool_t *pool, const scim_resource_type_t *type,
    const scim_json_t *body, scim_no_target_e no_target, scim_patch_t **out,
    scim_error_t *err)
{
    scim_rc_t            rc;
    scim_patch_reader_t  rd;
    const scim_json_t   *operations = NULL, *operation;

    operations = find_operations(body);

    if (operations == NULL) {
        return scim_refuse(err, 400, SCIM_INVALID_SYNTAX,
                           "the body of a PATCH request must be an object "
                           "with a list 'Operations' that is not empty");
    }

    rc = scim_json_once(body, &list, 1, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    rd = (scim_patch_reader_t) {
        .pool = pool,
        .patch = scim_pcalloc(pool, sizeof(scim_patch_t)),
        .err = err,
        .no_target = no_target
    };

    if (rd.patch == NULL) {
        return SCIM_NOMEM;
    }

    rd.patch->type = type;
    rd.patch->last = &rd.patch->first;

    for (operation = operations->first;
         operation != NULL;
         operation = operation->next)
    {
        rc = read_operation(&rd, operation);
        if (rc != SCIM_OK) {
            return rc;
        }
    }

    note_needs(rd.patch);
    *out = rd.patch;

    return SCIM_OK;
}


bool
scim_patch_needs_document(const scim_patch_t *patch)
{
    return patch->needs_document;
}


bool
scim_patch_needs_members(const scim_patch_t *patch)
{
    return patch->needs_members;
}
