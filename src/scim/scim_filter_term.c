/*
 * One comparison of a filter: its operator against the attribute's type, its
 * value in the attribute's canonical form.
 */

#include "scim_filter_lex.h"
#include "scim_value.h"


#define ON_STRING   (1u << SCIM_STRING | 1u << SCIM_REFERENCE)
#define ON_ORDERED  (ON_STRING | 1u << SCIM_DECIMAL | 1u << SCIM_INTEGER      \
                     | 1u << SCIM_DATETIME)
#define ON_SIMPLE   (ON_ORDERED | 1u << SCIM_BOOLEAN | 1u << SCIM_BINARY)
#define ON_ANY      (ON_SIMPLE | 1u << SCIM_COMPLEX)

typedef struct {
    scim_str_t        name;
    scim_filter_op_e  op;
    unsigned          types;    /* bit per scim_attr_type_e */
} operator_t;

static const operator_t operators[] = {
    { SCIM_STR("eq"), SCIM_F_EQ, ON_SIMPLE },
    { SCIM_STR("ne"), SCIM_F_NE, ON_SIMPLE },
    { SCIM_STR("co"), SCIM_F_CO, ON_STRING },
    { SCIM_STR("sw"), SCIM_F_SW, ON_STRING },
    { SCIM_STR("ew"), SCIM_F_EW, ON_STRING },
    { SCIM_STR("gt"), SCIM_F_GT, ON_ORDERED },
    { SCIM_STR("ge"), SCIM_F_GE, ON_ORDERED },
    { SCIM_STR("lt"), SCIM_F_LT, ON_ORDERED },
    { SCIM_STR("le"), SCIM_F_LE, ON_ORDERED },
    { SCIM_STR("pr"), SCIM_F_PR, ON_ANY }
};

/* In the order of scim_attr_type_e. */
static const char *const type_names[] = {
    "a string", "a boolean", "a decimal", "an integer", "a dateTime",
    "binary", "a reference", "complex"
};


static const operator_t *
find_operator(const scim_lexer_t *lx)
{
    size_t  i;

    if (lx->token != SCIM_T_WORD) {
        return NULL;
    }

    for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (scim_str_caseeq(lx->text, operators[i].name)) {
            return &operators[i];
        }
    }

    return NULL;
}


bool
scim_filter_at_operator(const scim_lexer_t *lx)
{
    return find_operator(lx) != NULL;
}


/* The attribute that is really compared: `emails eq` means `emails.value`. */
static const scim_attr_t *
compared(scim_attr_path_t *path, const operator_t *operator)
{
    if (path->sub != NULL) {
        return path->sub;
    }

    if (path->attr->type == SCIM_COMPLEX && operator->op != SCIM_F_PR) {
        path->sub = scim_attr_value_sub(path->attr);
    }

    return path->sub != NULL ? path->sub : path->attr;
}


static bool
at_null(const scim_lexer_t *lx)
{
    return lx->token == SCIM_T_WORD
           && scim_str_caseeq(lx->text, scim_str("null"));
}


/* The token is what follows the operator: presence can be asked of anything. */
static scim_rc_t
check_operator(const scim_lexer_t *lx, const operator_t *operator,
    const scim_attr_t *attr, size_t start, scim_str_t name)
{
    if (scim_attr_secret(attr)) {
        return scim_lexer_refuse(lx, start, "'%.*s' is secret and cannot be "
                                 "filtered by", SCIM_FMT(name));
    }

    if (operator->types & (1u << attr->type)) {
        return SCIM_OK;
    }

    if (attr->type == SCIM_COMPLEX && at_null(lx)) {
        return SCIM_OK;
    }

    if (attr->type == SCIM_COMPLEX) {
        return scim_lexer_refuse(lx, start, "'%.*s' is complex: compare one "
                                 "of its sub-attributes, such as '%.*s.%.*s'",
                                 SCIM_FMT(name), SCIM_FMT(name),
                                 SCIM_FMT(attr->nsubs != 0
                                          ? attr->subs[0].name
                                          : scim_str("value")));
    }

    return scim_lexer_refuse(lx, start, "'%.*s' is %s, which '%.*s' "
                             "cannot compare", SCIM_FMT(name),
                             type_names[attr->type], SCIM_FMT(operator->name));
}


/*
 * A word that is no string: null, true, false, a number, or a bare word, which
 * identity providers send for strings.  The attribute's type tells which.
 */
static scim_rc_t
read_word(const scim_lexer_t *lx, const scim_attr_t *attr, scim_json_t **out)
{
    bool  value;

    if (lx->text.data[0] == '\'') {
        return scim_lexer_refuse(lx, lx->start, "strings stand in double "
                                 "quotes, not in single ones");
    }

    if (attr->type == SCIM_INTEGER || attr->type == SCIM_DECIMAL) {
        *out = scim_json_number(lx->pool, lx->text);

    } else if (attr->type == SCIM_BOOLEAN
               && scim_value_boolean(lx->text, &value))
    {
        *out = scim_json_bool(lx->pool, value);

    } else {
        *out = scim_json_string(lx->pool, lx->text);
    }

    return *out != NULL ? SCIM_OK : SCIM_NOMEM;
}


/* Typed values as documents hold them; strings stay what they are, so that
 * "" can be asked for too. */
static scim_rc_t
canonical_value(const scim_lexer_t *lx, const scim_attr_t *attr,
    scim_json_t *input, scim_filter_t *term)
{
    scim_rc_t     rc;
    scim_json_t  *value;
    scim_error_t  why;

    value = input;

    if (!((ON_STRING | 1u << SCIM_BINARY) & (1u << attr->type))) {
        rc = scim_value_accept_one(lx->pool, lx->type, attr, input, &value,
                                   &why);

        if (rc == SCIM_REFUSED) {
            return scim_lexer_refuse(lx, lx->start, "%s", why.detail);
        }

        if (rc != SCIM_OK) {
            return rc;
        }

        if (value == NULL) {
            return scim_lexer_refuse(lx, lx->start, "'%.*s' is %s, and an "
                                     "empty value is none",
                                     SCIM_FMT(attr->name),
                                     type_names[attr->type]);
        }
    }

    term->value = value;

    return scim_value_key(lx->pool, attr, value, &term->key);
}


/* `eq null` asks for absence, `ne null` for presence. */
static scim_rc_t
null_term(const scim_lexer_t *lx, scim_filter_t *term, scim_filter_t **out)
{
    scim_filter_op_e  op;

    op = term->op;
    term->op = SCIM_F_PR;

    if (op == SCIM_F_NE) {
        *out = term;
        return SCIM_OK;
    }

    if (op != SCIM_F_EQ) {
        return scim_lexer_refuse(lx, lx->start,
                                 "only 'eq' and 'ne' take null");
    }

    *out = scim_filter_node(lx->pool, SCIM_F_NOT, term, NULL);

    return *out != NULL ? SCIM_OK : SCIM_NOMEM;
}


static scim_rc_t
parse_value(scim_lexer_t *lx, const scim_attr_t *attr, scim_filter_t *term,
    scim_filter_t **out)
{
    scim_rc_t     rc;
    scim_json_t  *input = NULL;

    if (lx->token == SCIM_T_WORD) {
        if (at_null(lx)) {
            return null_term(lx, term, out);
        }

        rc = read_word(lx, attr, &input);
        if (rc != SCIM_OK) {
            return rc;
        }

    } else if (lx->token == SCIM_T_STRING) {
        input = scim_json_string(lx->pool, lx->text);
        if (input == NULL) {
            return SCIM_NOMEM;
        }

    } else {
        return scim_lexer_expected(lx, "a value");
    }

    *out = term;

    return canonical_value(lx, attr, input, term);
}


scim_rc_t
scim_filter_parse_term(scim_lexer_t *lx, scim_attr_path_t path, size_t start,
    scim_str_t name, scim_filter_t **out)
{
    scim_rc_t          rc;
    scim_filter_t     *term;
    const operator_t  *operator;
    const scim_attr_t *attr;

    operator = find_operator(lx);
    if (operator == NULL) {
        return scim_lexer_expected(lx, "one of the operators eq, ne, co, sw, "
                                   "ew, gt, ge, lt, le, pr");
    }

    if (lx->terms == 0) {
        return scim_lexer_refuse(lx, start, "the filter has more than %d "
                                 "comparisons", SCIM_FILTER_TERMS);
    }

    lx->terms--;

    attr = compared(&path, operator);

    rc = scim_lexer_next(lx);
    if (rc == SCIM_OK) {
        rc = check_operator(lx, operator, attr, start, name);
    }

    if (rc != SCIM_OK) {
        return rc;
    }

    term = scim_filter_node(lx->pool, operator->op, NULL, NULL);
    if (term == NULL) {
        return SCIM_NOMEM;
    }

    term->path = path;
    *out = term;

    if (term->op == SCIM_F_PR) {
        return SCIM_OK;
    }

    rc = parse_value(lx, attr, term, out);

    return rc == SCIM_OK ? scim_lexer_next(lx) : rc;
}
