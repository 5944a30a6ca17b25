/*
 * Private to filters and paths: the text of a filter as tokens, and the
 * parser's state that filters and PATCH paths share.
 */

#ifndef SCIM_FILTER_LEX_H
#define SCIM_FILTER_LEX_H

#include "scim_filter.h"

typedef enum {
    SCIM_T_END = 0,
    SCIM_T_OPEN,            /* ( */
    SCIM_T_CLOSE,           /* ) */
    SCIM_T_OPEN_BRACKET,    /* [ */
    SCIM_T_CLOSE_BRACKET,   /* ] */
    SCIM_T_STRING,          /* "…": text is decoded */
    SCIM_T_WORD             /* anything else up to a delimiter or a blank */
} scim_token_e;

typedef struct {
    scim_pool_t                *pool;
    const scim_resource_type_t *type;
    const scim_schemas_t       *schemas;    /* attributes of any type will do;
                                               NULL: of `type` alone */
    scim_str_t                  input;
    size_t                      pos;        /* behind the token */
    scim_error_t               *err;

    /* the token that stands next */
    scim_token_e                token;
    size_t                      start;
    scim_str_t                  text;       /* as written; STRING: decoded */

    /* how much the filter may still hold */
    unsigned                    depth;
    unsigned                    terms;
} scim_lexer_t;

/* Checks length and UTF-8 and reads the first token. */
scim_rc_t scim_lexer_start(scim_lexer_t *lx, scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t input, scim_error_t *err);

/* Reads the next token. */
scim_rc_t scim_lexer_next(scim_lexer_t *lx);

/* As much of what a client sent as a message may quote. */
scim_str_t scim_lexer_shown(scim_str_t text);

/* 400 invalidFilter: position, what stands there, what was expected. */
scim_rc_t scim_lexer_expected(const scim_lexer_t *lx, const char *what);

/* 400 invalidFilter about the word at `start` (a byte of the input). */
scim_rc_t scim_lexer_refuse(const scim_lexer_t *lx, size_t start,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * The filter inside the brackets of `attr[…]`, the bracket being the token;
 * leaves the lexer behind the closing one.  In scim_filter_parse.c.
 */
scim_rc_t scim_filter_parse_brackets(scim_lexer_t *lx,
    const scim_attr_t *attr, scim_filter_t **out);

/* One comparison: `path op value` with the operator as the token.  `start` is
 * where the path stood, `name` its text.  In scim_filter_term.c. */
scim_rc_t scim_filter_parse_term(scim_lexer_t *lx, scim_attr_path_t path,
    size_t start, scim_str_t name, scim_filter_t **out);

/* Whether the token is a comparison operator. */
bool scim_filter_at_operator(const scim_lexer_t *lx);

scim_filter_t *scim_filter_node(scim_pool_t *pool, scim_filter_op_e op,
    scim_filter_t *left, scim_filter_t *right);

#endif /* SCIM_FILTER_LEX_H */
