/*
 * The grammar of filters (RFC 7644 figure 1): not before and before or,
 * parentheses, value paths.
 */

#include "scim_filter_lex.h"

static scim_rc_t parse_or(scim_lexer_t *lx, const scim_attr_t *scope,
    scim_filter_t **out);


scim_filter_t *
scim_filter_node(scim_pool_t *pool, scim_filter_op_e op, scim_filter_t *left,
    scim_filter_t *right)
{
    scim_filter_t  *node;

    node = scim_pcalloc(pool, sizeof(scim_filter_t));
    if (node != NULL) {
        node->op = op;
        node->left = left;
        node->right = right;
    }

    return node;
}


static bool
at_word(const scim_lexer_t *lx, scim_str_t word)
{
    return lx->token == SCIM_T_WORD && scim_str_caseeq(lx->text, word);
}


/* A filter between the token `open`, which stands next, and `close`. */
static scim_rc_t
parse_nested(scim_lexer_t *lx, const scim_attr_t *scope, scim_token_e close,
    const char *expected, scim_filter_t **out)
{
    scim_rc_t  rc;

    if (lx->depth == 0) {
        return scim_lexer_refuse(lx, lx->start, "nested deeper than %d levels",
                                 SCIM_FILTER_DEPTH);
    }

    lx->depth--;

    rc = scim_lexer_next(lx);
    if (rc == SCIM_OK) {
        rc = parse_or(lx, scope, out);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    if (lx->token != close) {
        return scim_lexer_expected(lx, expected);
    }

    lx->depth++;

    return scim_lexer_next(lx);
}


scim_rc_t
scim_filter_parse_brackets(scim_lexer_t *lx, const scim_attr_t *attr,
    scim_filter_t **out)
{
    return parse_nested(lx, attr, SCIM_T_CLOSE_BRACKET,
                        "'and', 'or' or ']'", out);
}


static scim_rc_t
unknown_attr(const scim_lexer_t *lx, const scim_attr_t *scope, size_t start,
    scim_str_t name)
{
    name = scim_lexer_shown(name);

    if (scope != NULL) {
        return scim_lexer_refuse(lx, start, "'%.*s' has no sub-attribute "
                                 "'%.*s'", SCIM_FMT(scope->name),
                                 SCIM_FMT(name));
    }

    return scim_lexer_refuse(lx, start, "a %.*s has no attribute '%.*s'",
                             SCIM_FMT(lx->type->name), SCIM_FMT(name));
}


static bool
resolve_path(const scim_lexer_t *lx, scim_attr_path_t *path)
{
    size_t                       i;
    const scim_resource_type_t  *type = lx->type;

    for (i = 0; type != NULL; i++) {
        if (scim_attr_path_parse(type, lx->text, path) == SCIM_OK
            && path->attr != NULL)
        {
            return true;
        }

        type = lx->schemas == NULL ? NULL
                                   : scim_schemas_type_at(lx->schemas, i);
    }

    return false;
}


/*
 * A name.  Within brackets it is a sub-attribute; of an attribute with simple
 * values it is `value`, which stands for the element itself.
 */
static scim_rc_t
resolve(const scim_lexer_t *lx, const scim_attr_t *scope,
    scim_attr_path_t *path)
{
    if (scope == NULL) {
        return resolve_path(lx, path)
               ? SCIM_OK : unknown_attr(lx, scope, lx->start, lx->text);
    }

    path->schema = scope->schema;
    path->sub = NULL;
    path->attr = scim_attr_sub(scope, lx->text);

    if (scope->type != SCIM_COMPLEX
        && scim_str_caseeq(lx->text, scim_str("value")))
    {
        path->attr = scope;
    }

    return path->attr != NULL
           ? SCIM_OK : unknown_attr(lx, scope, lx->start, lx->text);
}


/*
 * What may follow the brackets: nothing, `.sub op value`, or `op value`, which
 * means `.value`.  The comparison is of the same entry, so it goes inside.
 */
static scim_rc_t
parse_after_brackets(scim_lexer_t *lx, const scim_attr_t *attr,
    scim_filter_t *node)
{
    size_t            start;
    scim_rc_t         rc;
    scim_str_t        name;
    scim_filter_t    *term;
    scim_attr_path_t  path;

    path = (scim_attr_path_t) { .schema = attr->schema };
    start = lx->start;

    if (lx->token == SCIM_T_WORD && lx->text.data[0] == '.') {
        name = scim_str_skip(lx->text, 1);
        path.attr = scim_attr_sub(attr, name);

        if (path.attr == NULL) {
            return unknown_attr(lx, attr, start, name);
        }

        rc = scim_lexer_next(lx);
        if (rc != SCIM_OK) {
            return rc;
        }

    } else if (scim_filter_at_operator(lx)) {
        path.attr = scim_attr_value_sub(attr);

        if (path.attr == NULL) {
            return scim_lexer_expected(lx, "the name of a sub-attribute");
        }

        name = path.attr->name;

    } else {
        return SCIM_OK;
    }

    rc = scim_filter_parse_term(lx, path, start, name, &term);
    if (rc != SCIM_OK) {
        return rc;
    }

    node->left = scim_filter_node(lx->pool, SCIM_F_AND, node->left, term);

    return node->left != NULL ? SCIM_OK : SCIM_NOMEM;
}


/* Whether brackets may follow: one simple value has no parts to ask for. */
static bool
has_parts(const scim_attr_path_t *path)
{
    return path->sub == NULL
           && (path->attr->type == SCIM_COMPLEX || path->attr->multi_valued);
}


static scim_rc_t
parse_value_path(scim_lexer_t *lx, const scim_attr_path_t *path,
    scim_filter_t **out)
{
    scim_rc_t       rc;
    scim_filter_t  *node;

    if (!has_parts(path)) {
        return scim_lexer_expected(lx, "an operator");
    }

    node = scim_filter_node(lx->pool, SCIM_F_VALUE_PATH, NULL, NULL);
    if (node == NULL) {
        return SCIM_NOMEM;
    }

    node->path = *path;

    rc = scim_filter_parse_brackets(lx, path->attr, &node->left);
    if (rc != SCIM_OK) {
        return rc;
    }

    *out = node;

    return parse_after_brackets(lx, path->attr, node);
}


/* A comparison or a value path. */
static scim_rc_t
parse_term(scim_lexer_t *lx, const scim_attr_t *scope, scim_filter_t **out)
{
    size_t            start;
    scim_rc_t         rc;
    scim_str_t        name;
    scim_attr_path_t  path;

    if (lx->token != SCIM_T_WORD) {
        return scim_lexer_expected(lx, "an attribute, 'not' or '('");
    }

    start = lx->start;
    name = lx->text;

    rc = resolve(lx, scope, &path);
    if (rc == SCIM_OK) {
        rc = scim_lexer_next(lx);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    if (lx->token == SCIM_T_OPEN_BRACKET && scope == NULL) {
        return parse_value_path(lx, &path, out);
    }

    return scim_filter_parse_term(lx, path, start, name, out);
}


static scim_rc_t
parse_not(scim_lexer_t *lx, const scim_attr_t *scope, scim_filter_t **out)
{
    scim_rc_t       rc;
    scim_filter_t  *operand;

    rc = scim_lexer_next(lx);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (lx->token != SCIM_T_OPEN) {
        return scim_lexer_expected(lx, "'(' after 'not'");
    }

    rc = parse_nested(lx, scope, SCIM_T_CLOSE, "'and', 'or' or ')'", &operand);
    if (rc != SCIM_OK) {
        return rc;
    }

    *out = scim_filter_node(lx->pool, SCIM_F_NOT, operand, NULL);

    return *out != NULL ? SCIM_OK : SCIM_NOMEM;
}


static scim_rc_t
parse_operand(scim_lexer_t *lx, const scim_attr_t *scope, scim_filter_t **out)
{
    if (at_word(lx, scim_str("not"))) {
        return parse_not(lx, scope, out);
    }

    if (lx->token == SCIM_T_OPEN) {
        return parse_nested(lx, scope, SCIM_T_CLOSE, "'and', 'or' or ')'",
                            out);
    }

    return parse_term(lx, scope, out);
}


static scim_rc_t
parse_and(scim_lexer_t *lx, const scim_attr_t *scope, scim_filter_t **out)
{
    scim_rc_t       rc;
    scim_filter_t  *right = NULL;

    rc = parse_operand(lx, scope, out);

    while (rc == SCIM_OK && at_word(lx, scim_str("and"))) {
        rc = scim_lexer_next(lx);
        if (rc == SCIM_OK) {
            rc = parse_operand(lx, scope, &right);
        }

        if (rc == SCIM_OK) {
            *out = scim_filter_node(lx->pool, SCIM_F_AND, *out, right);
            rc = *out != NULL ? SCIM_OK : SCIM_NOMEM;
        }
    }

    return rc;
}


static scim_rc_t
parse_or(scim_lexer_t *lx, const scim_attr_t *scope, scim_filter_t **out)
{
    scim_rc_t       rc;
    scim_filter_t  *right = NULL;

    rc = parse_and(lx, scope, out);

    while (rc == SCIM_OK && at_word(lx, scim_str("or"))) {
        rc = scim_lexer_next(lx);
        if (rc == SCIM_OK) {
            rc = parse_and(lx, scope, &right);
        }

        if (rc == SCIM_OK) {
            *out = scim_filter_node(lx->pool, SCIM_F_OR, *out, right);
            rc = *out != NULL ? SCIM_OK : SCIM_NOMEM;
        }
    }

    return rc;
}


scim_rc_t
scim_filter_parse_among(scim_pool_t *pool, const scim_schemas_t *schemas,
    const scim_resource_type_t *type, scim_str_t text, scim_filter_t **out,
    scim_error_t *err)
{
    scim_rc_t       rc;
    scim_lexer_t    lx;
    scim_filter_t  *filter = NULL;

    rc = scim_lexer_start(&lx, pool, type, text, err);
    lx.schemas = schemas;

    if (rc == SCIM_OK) {
        rc = parse_or(&lx, NULL, &filter);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    if (lx.token != SCIM_T_END) {
        return scim_lexer_expected(&lx, "'and', 'or' or the end");
    }

    *out = filter;

    return SCIM_OK;
}


scim_rc_t
scim_filter_parse(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t text, scim_filter_t **out, scim_error_t *err)
{
    return scim_filter_parse_among(pool, NULL, type, text, out, err);
}
