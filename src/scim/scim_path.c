/*
 * Attribute paths and the paths of PATCH.
 */

#include <string.h>

#include "scim_filter_lex.h"


/*
 * Splits "URN:name" at the longest URN the type knows, for a URN has dots and
 * colons of its own ("2.0").  *rest is what follows the colon, empty if the
 * URN is all.
 */
static const scim_schema_t *
split_urn(const scim_resource_type_t *type, scim_str_t text, scim_str_t *rest)
{
    size_t               end;
    const scim_schema_t *schema;

    for (end = text.len; end > 0; end--) {
        if (end != text.len && text.data[end] != ':') {
            continue;
        }

        schema = scim_type_schema(type, (scim_str_t) { text.data, end });

        if (schema != NULL) {
            *rest = scim_str_skip(text, end == text.len ? end : end + 1);
            return schema;
        }
    }

    return NULL;
}


/* Without a URN: the core schema, then the extensions (Entra filters by
 * `manager`). */
static const scim_attr_t *
find_attr(const scim_resource_type_t *type, scim_str_t name,
    const scim_schema_t **schema)
{
    size_t             i;
    const scim_attr_t *attr;

    *schema = type->schema;
    attr = scim_type_attr(type, type->schema, name);

    for (i = 0; attr == NULL && i < type->nextensions; i++) {
        *schema = type->extensions[i];
        attr = scim_type_attr(type, *schema, name);
    }

    return attr;
}


/* "name" or "name.sub" of the schema given; out->schema NULL: of any. */
static scim_rc_t
parse_name(const scim_resource_type_t *type, scim_str_t name,
    scim_attr_path_t *out)
{
    const char  *dot;
    scim_str_t   sub;

    dot = name.len != 0 ? memchr(name.data, '.', name.len) : NULL;
    sub = scim_str_absent;

    if (dot != NULL) {
        sub = scim_str_skip(name, (size_t) (dot - name.data) + 1);
        name.len = (size_t) (dot - name.data);
    }

    out->attr = out->schema == NULL
                ? find_attr(type, name, &out->schema)
                : scim_type_attr(type, out->schema, name);
    out->extension = out->schema != type->schema;

    if (out->attr == NULL || dot == NULL) {
        return out->attr != NULL ? SCIM_OK : SCIM_NONE;
    }

    out->sub = scim_attr_sub(out->attr, sub);

    return out->sub != NULL ? SCIM_OK : SCIM_NONE;
}


scim_rc_t
scim_attr_path_parse(const scim_resource_type_t *type, scim_str_t text,
    scim_attr_path_t *out)
{
    scim_str_t  name;

    *out = (scim_attr_path_t) { .schema = NULL };
    name = text;

    if (text.len == 0) {
        return SCIM_NONE;
    }

    if (memchr(text.data, ':', text.len) != NULL) {
        out->schema = split_urn(type, text, &name);
        if (out->schema == NULL) {
            return SCIM_NONE;
        }

        if (name.len == 0) {
            out->extension = out->schema != type->schema;
            return text.data[text.len - 1] == ':' ? SCIM_NONE : SCIM_OK;
        }
    }

    return parse_name(type, name, out);
}


scim_rc_t
scim_attr_path_within(const scim_resource_type_t *type,
    const scim_schema_t *schema, scim_str_t name, scim_attr_path_t *out)
{
    *out = (scim_attr_path_t) { .schema = schema };

    return parse_name(type, name, out);
}


static scim_rc_t
bad_path(const scim_lexer_t *lx, const char *why)
{
    scim_str_t  path;

    path = scim_lexer_shown(lx->input);

    return scim_refuse(lx->err, 400, SCIM_INVALID_PATH,
                       "the path '%.*s' %s", SCIM_FMT(path), why);
}


/* `[filter]`, then nothing or `.sub`. */
static scim_rc_t
parse_selection(scim_lexer_t *lx, scim_path_t *path)
{
    scim_rc_t          rc;
    const scim_attr_t *attr;

    attr = path->path.attr;

    if (attr == NULL || path->path.sub != NULL || !attr->multi_valued) {
        return bad_path(lx, "has a filter on an attribute without entries to "
                        "choose from");
    }

    rc = scim_filter_parse_brackets(lx, attr, &path->filter);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (lx->token != SCIM_T_WORD || lx->text.data[0] != '.') {
        return SCIM_OK;
    }

    path->path.sub = scim_attr_sub(attr, scim_str_skip(lx->text, 1));
    if (path->path.sub == NULL) {
        return bad_path(lx, "names a sub-attribute that the schema does not "
                        "have");
    }

    return scim_lexer_next(lx);
}


/* A path is no filter: what is wrong outside the brackets is invalidPath. */
static scim_rc_t
start_path(scim_lexer_t *lx, scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t text, scim_error_t *err)
{
    scim_rc_t  rc;

    rc = scim_lexer_start(lx, pool, type, text, err);

    if (rc == SCIM_REFUSED) {
        err->type = SCIM_INVALID_PATH;
    }

    return rc;
}


scim_rc_t
scim_path_parse(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t text, scim_path_t *out, scim_error_t *err)
{
    scim_rc_t     rc;
    scim_lexer_t  lx;

    out->filter = NULL;

    rc = start_path(&lx, pool, type, text, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (lx.token != SCIM_T_WORD) {
        return bad_path(&lx, "does not begin with the name of an attribute");
    }

    if (scim_attr_path_parse(type, lx.text, &out->path) != SCIM_OK) {
        text = scim_lexer_shown(text);

        return scim_refuse(err, 400, SCIM_INVALID_PATH,
                           "the path '%.*s' names an attribute that a %.*s "
                           "does not have", SCIM_FMT(text),
                           SCIM_FMT(type->name));
    }

    rc = scim_lexer_next(&lx);

    if (rc == SCIM_OK && lx.token == SCIM_T_OPEN_BRACKET) {
        rc = parse_selection(&lx, out);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    return lx.token == SCIM_T_END
           ? SCIM_OK : bad_path(&lx, "goes on behind the attribute");
}


const scim_attr_t *
scim_attr_path_leaf(const scim_attr_path_t *path)
{
    const scim_attr_t *value;

    if (path->attr == NULL || path->sub != NULL) {
        return path->sub;
    }

    value = path->attr->type == SCIM_COMPLEX ? scim_attr_value_sub(path->attr)
                                             : NULL;

    return value != NULL ? value : path->attr;
}


const scim_json_t *
scim_attr_path_value(const scim_attr_path_t *path, const scim_json_t *resource)
{
    if (path->extension) {
        resource = scim_json_get(resource, path->schema->id);
    }

    return scim_json_get(resource, path->attr->name);
}
