/*
 * The parser: yajl's stream parser, kept on a short lead.
 *
 * Text passes the scanner (scim_json_scan.h) first, so that yajl never sees
 * what it is too lax about.  yajl gets whole tokens only: a token that ends in
 * a later piece is held back until it is complete.  That keeps many small
 * pieces linear (yajl reads a token that was cut from its start again with
 * every piece) and its joining of cut tokens out of the game.
 *
 * yajl does not check what malloc returns.  Its memory therefore comes from
 * the pool, and a failure leaves it by longjmp: nothing of yajl's is outside
 * the pool, it holds no lock, and it is not called again.
 */

#include "scim_json.h"
#include "scim_json_scan.h"
#include "scim_set.h"

#include <setjmp.h>
#include <string.h>
#include <yajl/yajl_parse.h>

/* Objects with more names than that get a set to find duplicates in. */
#define FEW_NAMES  16

typedef struct {
    scim_json_t *node;
    scim_str_t   name;      /* of the member whose value comes next */
    scim_set_t   names;     /* of an object with many */
} level_t;

struct scim_json_parser_s {
    scim_pool_t         *pool;
    scim_json_limits_t   limits;
    yajl_handle          yajl;
    yajl_alloc_funcs     alloc;
    jmp_buf              no_memory;
    scim_json_scan_t     scan;
    scim_buf_t           held;      /* the start of a token that is cut */
    size_t               size;      /* bytes taken in */
    size_t               given;     /* of them, given to yajl before */
    size_t               values;
    scim_json_t         *root;
    level_t             *levels;
    unsigned             depth;
    scim_rc_t            rc;        /* once it has failed, it stays so */
    scim_error_t         err;
};

#define REFUSE(p, fmt, ...)                                                   \
    ((p)->rc = scim_refuse(&(p)->err, 400, SCIM_INVALID_SYNTAX,               \
                           "The JSON text is refused at byte %zu: " fmt,      \
                           __VA_ARGS__))

/* In a block of yajl's, before the bytes it uses: their number. */
typedef union {
    size_t       size;
    max_align_t  align;
} block_t;


static void *
yajl_resize(void *ctx, void *old, size_t size)
{
    scim_json_parser_t  *p = ctx;
    block_t             *block = old == NULL ? NULL : (block_t *) old - 1;
    size_t               used;

    used = block == NULL ? 0 : sizeof(block_t) + block->size;

    if (size <= SIZE_MAX - sizeof(block_t)) {
        block = scim_prealloc(p->pool, block, used, sizeof(block_t) + size);
    } else {
        block = NULL;
    }

    if (block == NULL) {
        longjmp(p->no_memory, 1);
    }

    block->size = size;
    return block + 1;
}


static void *
yajl_take(void *ctx, size_t size)
{
    return yajl_resize(ctx, NULL, size);
}


static void
yajl_drop(void *ctx, void *block)
{
    (void) ctx;
    (void) block;
}


/* Where yajl is, counted from 1: the last byte of the token at hand. */
static size_t
position(const scim_json_parser_t *p)
{
    return p->given + yajl_get_bytes_consumed(p->yajl);
}


static scim_json_t *
new_node(scim_json_parser_t *p, scim_json_type_e type)
{
    scim_json_t  *node;

    if (p->values == p->limits.values) {
        REFUSE(p, "more than %zu values", position(p), p->limits.values);
        return NULL;
    }

    node = scim_pcalloc(p->pool, sizeof(scim_json_t));
    if (node == NULL) {
        p->rc = SCIM_NOMEM;
        return NULL;
    }

    node->type = type;
    p->values++;
    return node;
}


/* Hangs a new value where it belongs; NULL ends the parsing. */
static scim_json_t *
take_value(scim_json_parser_t *p, scim_json_type_e type)
{
    scim_json_t  *node;
    level_t      *level;

    node = new_node(p, type);
    if (node == NULL) {
        return NULL;
    }

    if (p->depth == 0) {
        p->root = node;
        return node;
    }

    level = &p->levels[p->depth - 1];
    node->name = level->name;
    level->name = scim_str_absent;
    (void) scim_json_append(level->node, node);
    return node;
}


static int
take_text(scim_json_parser_t *p, scim_json_type_e type, const char *data,
    size_t len)
{
    scim_json_t  *node;

    node = take_value(p, type);
    if (node == NULL) {
        return 0;
    }

    if (scim_str_dup(p->pool, (scim_str_t) { data, len }, &node->text)
        != SCIM_OK)
    {
        p->rc = SCIM_NOMEM;
        return 0;
    }

    return 1;
}


static int
on_null(void *ctx)
{
    return take_value(ctx, SCIM_JSON_NULL) != NULL;
}


static int
on_boolean(void *ctx, int value)
{
    scim_json_t  *node;

    node = take_value(ctx, SCIM_JSON_BOOL);
    if (node == NULL) {
        return 0;
    }

    node->boolean = value != 0;
    return 1;
}


static int
on_number(void *ctx, const char *data, size_t len)
{
    return take_text(ctx, SCIM_JSON_NUMBER, data, len);
}


static int
on_string(void *ctx, const unsigned char *data, size_t len)
{
    return take_text(ctx, SCIM_JSON_STRING, (const char *) data, len);
}


static int
open_level(scim_json_parser_t *p, scim_json_type_e type)
{
    scim_json_t  *node;
    level_t      *level;

    if (p->depth == p->limits.depth) {
        REFUSE(p, "arrays and objects are nested more than %u deep",
               position(p), p->limits.depth);
        return 0;
    }

    node = take_value(p, type);
    if (node == NULL) {
        return 0;
    }

    level = &p->levels[p->depth++];
    level->node = node;
    level->name = scim_str_absent;
    scim_set_init(&level->names, p->pool);
    return 1;
}


static int
on_start_map(void *ctx)
{
    return open_level(ctx, SCIM_JSON_OBJECT);
}


static int
on_start_array(void *ctx)
{
    return open_level(ctx, SCIM_JSON_ARRAY);
}


static int
on_end(void *ctx)
{
    scim_json_parser_t  *p = ctx;

    p->depth--;
    return 1;
}


/* Puts the names so far, and this one, into the set of the object. */
static scim_rc_t
put_name(level_t *level, bool *is_new)
{
    const scim_json_t  *child;
    size_t              number;
    scim_rc_t           rc;

    if (level->names.count == 0) {
        for (child = level->node->first; child != NULL; child = child->next) {
            rc = scim_set_put(&level->names, child->name, &number, is_new);
            if (rc != SCIM_OK) {
                return rc;
            }
        }
    }

    return scim_set_put(&level->names, level->name, &number, is_new);
}


static int
check_name(scim_json_parser_t *p, level_t *level)
{
    bool  is_new;

    if (level->node->count == p->limits.members) {
        REFUSE(p, "more than %zu names in one object", position(p),
               p->limits.members);
        return 0;
    }

    if (level->node->count < FEW_NAMES) {
        is_new = scim_json_get(level->node, level->name) == NULL;
    } else if (put_name(level, &is_new) != SCIM_OK) {
        p->rc = SCIM_NOMEM;
        return 0;
    }

    if (!is_new) {
        REFUSE(p, "the name \"%.*s\" stands twice in one object", position(p),
               SCIM_FMT(level->name));
        return 0;
    }

    return 1;
}


static int
on_name(void *ctx, const unsigned char *data, size_t len)
{
    scim_json_parser_t  *p = ctx;
    level_t             *level = &p->levels[p->depth - 1];
    scim_str_t           name = { (const char *) data, len };

    if (scim_str_dup(p->pool, name, &level->name) != SCIM_OK) {
        p->rc = SCIM_NOMEM;
        return 0;
    }

    return check_name(p, level);
}


static const yajl_callbacks  callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_name,
    .yajl_end_map = on_end,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end
};


static void
set_limits(scim_json_limits_t *to, const scim_json_limits_t *from)
{
    static const scim_json_limits_t  defaults = {
        .depth = SCIM_JSON_DEPTH, .size = 1024 * 1024, .values = 262144,
        .members = 1024
    };

    *to = from == NULL ? defaults : *from;

    to->depth = to->depth == 0 ? defaults.depth : to->depth;
    to->size = to->size == 0 ? defaults.size : to->size;
    to->values = to->values == 0 ? defaults.values : to->values;
    to->members = to->members == 0 ? defaults.members : to->members;
}


/* false when there is no memory. */
static bool
start_yajl(scim_json_parser_t *p)
{
    if (setjmp(p->no_memory) != 0) {
        return false;
    }

    p->yajl = yajl_alloc(&callbacks, &p->alloc, p);

    /* The scanner has done that, and better. */
    return yajl_config(p->yajl, yajl_dont_validate_strings, 1) != 0;
}


scim_json_parser_t *
scim_json_parser_create(scim_pool_t *pool, const scim_json_limits_t *limits)
{
    scim_json_parser_t  *p;

    p = scim_palloc(pool, sizeof(scim_json_parser_t));
    if (p == NULL) {
        return NULL;
    }

    p->pool = pool;
    p->alloc = (yajl_alloc_funcs) { yajl_take, yajl_resize, yajl_drop, p };
    p->scan = (scim_json_scan_t) { 0 };
    p->size = p->given = p->values = 0;
    p->root = NULL;
    p->depth = 0;
    p->rc = SCIM_OK;
    set_limits(&p->limits, limits);
    scim_buf_init(&p->held, pool, 0);

    p->levels = scim_palloc(pool, p->limits.depth * sizeof(level_t));

    return p->levels != NULL && start_yajl(p) ? p : NULL;
}


/* What yajl has to say: "parse error: trailing garbage\n", less the frame. */
static scim_rc_t
refuse_syntax(scim_json_parser_t *p, size_t at)
{
    const char  *words = (char *) yajl_get_error(p->yajl, 0, NULL, 0);
    const char  *text = strstr(words, ": ");

    text = text == NULL ? words : text + 2;

    return REFUSE(p, "%.*s", at, (int) strcspn(text, ".\n"), text);
}


/* Runs yajl over whole tokens, or ends its input (data NULL). */
static scim_rc_t
run_yajl(scim_json_parser_t *p, const char *data, size_t len)
{
    yajl_status  status;

    if (setjmp(p->no_memory) != 0) {
        return p->rc = SCIM_NOMEM;
    }

    status = data == NULL
             ? yajl_complete_parse(p->yajl)
             : yajl_parse(p->yajl, (const unsigned char *) data, len);

    if (status == yajl_status_error) {
        return refuse_syntax(p, data == NULL ? p->size : position(p));
    }

    p->given += len;
    return p->rc;
}


/* Gives yajl the tokens that are complete, and holds the rest. */
static scim_rc_t
pass_on(scim_json_parser_t *p, const char *data, size_t len, size_t whole)
{
    if (p->held.len > 0 && whole > 0) {
        scim_buf_add(&p->held, data, whole);

        if (p->held.failed) {
            return p->rc = SCIM_NOMEM;
        }

        (void) run_yajl(p, p->held.data, p->held.len);
        p->held.len = 0;

    } else if (whole > 0) {
        (void) run_yajl(p, data, whole);
    }

    if (p->rc != SCIM_OK) {
        return p->rc;
    }

    scim_buf_add(&p->held, data + whole, len - whole);
    return p->rc = p->held.failed ? SCIM_NOMEM : SCIM_OK;
}


static scim_rc_t
feed(scim_json_parser_t *p, const char *data, size_t len)
{
    size_t       whole, bad;
    const char  *reason;

    if (p->rc != SCIM_OK || len == 0) {
        return p->rc;
    }

    if (len > p->limits.size - p->size) {
        return p->rc = scim_refuse(&p->err, 413, SCIM_TYPE_NONE,
                                   "The JSON text is longer than %zu bytes.",
                                   p->limits.size);
    }

    reason = scim_json_scan(&p->scan, data, len, &whole, &bad);
    if (reason != NULL) {
        return REFUSE(p, "%s", p->size + bad + 1, reason);
    }

    p->size += len;
    return pass_on(p, data, len, whole);
}


/* The caller's error, filled in again with every call after the first. */
static scim_rc_t
result(const scim_json_parser_t *p, scim_error_t *err)
{
    if (p->rc == SCIM_REFUSED) {
        *err = p->err;
    }

    return p->rc;
}


scim_rc_t
scim_json_feed(scim_json_parser_t *p, const char *data, size_t len,
    scim_error_t *err)
{
    (void) feed(p, data, len);
    return result(p, err);
}


/* yajl takes a second value for complete when it is a string without end. */
static void
finish(scim_json_parser_t *p)
{
    if (scim_json_scan_open(&p->scan)) {
        REFUSE(p, "the text ends within a string", p->size);
        return;
    }

    if (p->held.len > 0) {
        (void) run_yajl(p, p->held.data, p->held.len);
        p->held.len = 0;
    }

    if (p->rc == SCIM_OK) {
        (void) run_yajl(p, NULL, 0);
    }
}


scim_rc_t
scim_json_finish(scim_json_parser_t *p, scim_json_t **root, scim_error_t *err)
{
    if (p->rc == SCIM_OK && !p->scan.seen) {
        return SCIM_NONE;
    }

    if (p->rc == SCIM_OK) {
        finish(p);
    }

    *root = p->rc == SCIM_OK ? p->root : NULL;
    return result(p, err);
}


scim_rc_t
scim_json_parse(scim_pool_t *pool, scim_str_t text,
    const scim_json_limits_t *limits, scim_json_t **root, scim_error_t *err)
{
    scim_json_parser_t  *p;
    scim_rc_t            rc;

    p = scim_json_parser_create(pool, limits);
    if (p == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_json_feed(p, text.data, text.len, err);

    return rc == SCIM_OK ? scim_json_finish(p, root, err) : rc;
}
