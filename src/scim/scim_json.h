/*
 * JSON values as trees, parsed with yajl's stream parser, buffer by buffer.
 *
 * The tree lives in one pool; strings are decoded, checked UTF-8; numbers
 * stay the text they were.  Children hang in a list in the order of the
 * input.  yajl_tree is not used: it recurses without a limit.
 */

#ifndef SCIM_JSON_H
#define SCIM_JSON_H

#include "scim_core.h"
#include "scim_error.h"

typedef enum {
    SCIM_JSON_NULL = 0,
    SCIM_JSON_BOOL,
    SCIM_JSON_NUMBER,
    SCIM_JSON_STRING,
    SCIM_JSON_ARRAY,
    SCIM_JSON_OBJECT
} scim_json_type_e;

typedef struct scim_json_s scim_json_t;

struct scim_json_s {
    scim_json_type_e  type;
    bool              boolean;      /* BOOL */
    size_t            count;        /* ARRAY, OBJECT: number of children */
    scim_str_t        name;         /* of a member within its object */
    scim_str_t        text;         /* STRING decoded, NUMBER as written */
    scim_json_t      *first;        /* ARRAY, OBJECT */
    scim_json_t      *last;
    scim_json_t      *next;         /* sibling */
    const scim_str_t *key;          /* of a long text, scim_filter_match()'s */
};

/* Makers; NULL when there is no memory.  Strings are not copied. */
scim_json_t *scim_json_null(scim_pool_t *pool);
scim_json_t *scim_json_bool(scim_pool_t *pool, bool value);
scim_json_t *scim_json_number(scim_pool_t *pool, scim_str_t text);
scim_json_t *scim_json_uint(scim_pool_t *pool, uint64_t n);
scim_json_t *scim_json_string(scim_pool_t *pool, scim_str_t text);
scim_json_t *scim_json_array(scim_pool_t *pool);
scim_json_t *scim_json_object(scim_pool_t *pool);

/* A deep copy of the tree; its strings are shared with the original. */
scim_json_t *scim_json_copy(scim_pool_t *pool, const scim_json_t *value);

/*
 * Editing.  A value hangs in one place at a time.  `value` NULL is passed
 * through as SCIM_NOMEM so that makers can be nested in the call.
 */
scim_rc_t scim_json_append(scim_json_t *array, scim_json_t *value);
scim_rc_t scim_json_add(scim_json_t *object, scim_str_t name,
    scim_json_t *value);

/* Replaces the member of that exact name, in its place, or adds it. */
scim_rc_t scim_json_set(scim_json_t *object, scim_str_t name,
    scim_json_t *value);
void scim_json_remove(scim_json_t *parent, scim_json_t *child);

/* The member of that name, exactly or but for ASCII case; NULL if none or if
 * object is NULL or no object. */
scim_json_t *scim_json_get(const scim_json_t *object, scim_str_t name);
scim_json_t *scim_json_get_ci(const scim_json_t *object, scim_str_t name);

/* Refused, 400 invalidSyntax: one of the n names stands in the object twice,
 * in different casings, and which counts is anybody's guess. */
scim_rc_t scim_json_once(const scim_json_t *object, const scim_str_t *names,
    size_t n, scim_error_t *err);

/* The text of a STRING member of that name (case of ASCII ignored), or
 * absent. */
scim_str_t scim_json_get_text(const scim_json_t *object, scim_str_t name);

/* Same type and value; objects whatever their order, arrays in order,
 * numbers by their text. */
bool scim_json_equal(const scim_json_t *a, const scim_json_t *b);

/* Appends the value without white space; escapes only what must be. */
void scim_json_write(scim_buf_t *buf, const scim_json_t *value);
void scim_json_write_string(scim_buf_t *buf, scim_str_t text);


/* The default. */
#define SCIM_JSON_DEPTH  32

/* Bounds on what is read; a parser given zeroes takes the defaults. */
typedef struct {
    unsigned depth;     /* nesting of arrays and objects; default 32 */
    size_t   size;      /* bytes of input; default 1 MiB */
    size_t   values;    /* nodes of the tree; default 262,144 */
    size_t   members;   /* names in one object; default 1,024 */
} scim_json_limits_t;

typedef struct scim_json_parser_s scim_json_parser_t;

/*
 * A parser that takes its input in pieces of any size.  It lives in the pool
 * and lets go of yajl's memory when the pool goes.
 *
 * Refused, all with status 400 invalidSyntax (413 beyond limits.size) and the
 * byte offset in the detail: what is not JSON (RFC 8259), UTF-8 that is not
 * strict, lone surrogates, U+0000, duplicate names, more than the limits, and
 * bytes after the value.
 */
scim_json_parser_t *scim_json_parser_create(scim_pool_t *pool,
    const scim_json_limits_t *limits);
scim_rc_t scim_json_feed(scim_json_parser_t *parser, const char *data,
    size_t len, scim_error_t *err);

/* Ends the input.  An input of nothing but white space is SCIM_NONE. */
scim_rc_t scim_json_finish(scim_json_parser_t *parser, scim_json_t **root,
    scim_error_t *err);

/* The same for text in one piece. */
scim_rc_t scim_json_parse(scim_pool_t *pool, scim_str_t text,
    const scim_json_limits_t *limits, scim_json_t **root, scim_error_t *err);

#endif /* SCIM_JSON_H */
