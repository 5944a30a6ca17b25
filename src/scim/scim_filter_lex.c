/*
 * The text of a filter or of a PATCH path as tokens.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scim_filter_lex.h"
#include "scim_text.h"

#define SHOWN  120  /* bytes */


scim_rc_t
scim_lexer_start(scim_lexer_t *lx, scim_pool_t *pool,
    const scim_resource_type_t *type, scim_str_t input, scim_error_t *err)
{
    *lx = (scim_lexer_t) {
        .pool = pool,
        .type = type,
        .input = input,
        .err = err,
        .depth = SCIM_FILTER_DEPTH,
        .terms = SCIM_FILTER_TERMS
    };

    if (input.len > SCIM_FILTER_LENGTH) {
        return scim_refuse(err, 400, SCIM_INVALID_FILTER,
                           "the filter has %zu bytes; at most %d are allowed",
                           input.len, SCIM_FILTER_LENGTH);
    }

    if (!scim_utf8_valid(input)) {
        return scim_refuse(err, 400, SCIM_INVALID_FILTER,
                           "the filter is not valid UTF-8");
    }

    return scim_lexer_next(lx);
}


scim_rc_t
scim_lexer_refuse(const scim_lexer_t *lx, size_t start, const char *fmt, ...)
{
    char     text[SCIM_ERROR_DETAIL];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    return scim_refuse(lx->err, 400, SCIM_INVALID_FILTER,
                       "filter, position %zu: %s", start + 1, text);
}


scim_str_t
scim_lexer_shown(scim_str_t text)
{
    text.len = scim_utf8_cut(text, SHOWN);

    return text;
}


scim_rc_t
scim_lexer_expected(const scim_lexer_t *lx, const char *what)
{
    scim_str_t  found;

    if (lx->token == SCIM_T_END) {
        return scim_lexer_refuse(lx, lx->start,
                                 "the filter ends where %s is expected", what);
    }

    found = (scim_str_t) { lx->input.data + lx->start, lx->pos - lx->start };
    found = scim_lexer_shown(found);

    return scim_lexer_refuse(lx, lx->start, "%s is expected, found '%.*s'",
                             what, SCIM_FMT(found));
}


static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}


static scim_token_e
delimiter(char c)
{
    switch (c) {
    case '(':
        return SCIM_T_OPEN;
    case ')':
        return SCIM_T_CLOSE;
    case '[':
        return SCIM_T_OPEN_BRACKET;
    case ']':
        return SCIM_T_CLOSE_BRACKET;
    case '"':
        return SCIM_T_STRING;
    default:
        return SCIM_T_WORD;
    }
}


static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c = (char) (c | 0x20);

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


/* Four hex digits at pos; false if they are not there. */
static bool
read_unit(scim_lexer_t *lx, uint32_t *unit)
{
    unsigned  i;
    int       digit;

    *unit = 0;

    for (i = 0; i < 4; i++) {
        digit = lx->pos < lx->input.len
                ? hex_digit(lx->input.data[lx->pos]) : -1;
        if (digit < 0) {
            return false;
        }

        *unit = (*unit << 4) | (uint32_t) digit;
        lx->pos++;
    }

    return true;
}


static void
add_codepoint(scim_buf_t *buf, uint32_t cp)
{
    if (cp < 0x80) {
        scim_buf_char(buf, (char) cp);
        return;
    }

    if (cp < 0x800) {
        scim_buf_char(buf, (char) (0xc0 | (cp >> 6)));

    } else {
        if (cp < 0x10000) {
            scim_buf_char(buf, (char) (0xe0 | (cp >> 12)));

        } else {
            scim_buf_char(buf, (char) (0xf0 | (cp >> 18)));
            scim_buf_char(buf, (char) (0x80 | ((cp >> 12) & 0x3f)));
        }

        scim_buf_char(buf, (char) (0x80 | ((cp >> 6) & 0x3f)));
    }

    scim_buf_char(buf, (char) (0x80 | (cp & 0x3f)));
}


/* \uXXXX, the u being read: surrogates only in pairs, and no U+0000, which
 * separates the parts of a key in the store. */
static bool
read_unicode(scim_lexer_t *lx, scim_buf_t *buf)
{
    uint32_t    cp, low;
    scim_str_t  rest;

    if (!read_unit(lx, &cp) || cp == 0 || (cp >= 0xdc00 && cp <= 0xdfff)) {
        return false;
    }

    if (cp >= 0xd800 && cp <= 0xdbff) {
        rest = scim_str_skip(lx->input, lx->pos);

        if (!scim_str_starts(rest, scim_str("\\u"))) {
            return false;
        }

        lx->pos += 2;

        if (!read_unit(lx, &low) || low < 0xdc00 || low > 0xdfff) {
            return false;
        }

        cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
    }

    add_codepoint(buf, cp);

    return true;
}


static bool
read_escape(scim_lexer_t *lx, scim_buf_t *buf)
{
    static const char  from[] = "\"\\/bfnrt";
    static const char  to[] = "\"\\/\b\f\n\r\t";
    const char        *found;
    char               c;

    if (lx->pos == lx->input.len) {
        return false;
    }

    c = lx->input.data[lx->pos++];

    if (c == 'u') {
        return read_unicode(lx, buf);
    }

    found = memchr(from, c, sizeof(from) - 1);
    if (found == NULL) {
        return false;
    }

    scim_buf_char(buf, to[found - from]);

    return true;
}


static scim_rc_t
read_string(scim_lexer_t *lx)
{
    char        c;
    size_t      at;
    scim_buf_t  buf;

    scim_buf_init(&buf, lx->pool, 64);

    while (lx->pos < lx->input.len) {
        at = lx->pos;
        c = lx->input.data[lx->pos++];

        if (c == '"') {
            return scim_buf_done(&buf, &lx->text);
        }

        if ((unsigned char) c < 0x20) {
            return scim_lexer_refuse(lx, at, "a control character in a string "
                                     "must be written as an escape");
        }

        if (c != '\\') {
            scim_buf_char(&buf, c);

        } else if (!read_escape(lx, &buf)) {
            return scim_lexer_refuse(lx, at, "no valid JSON escape");
        }
    }

    return scim_lexer_refuse(lx, lx->start, "the string has no closing '\"'");
}


scim_rc_t
scim_lexer_next(scim_lexer_t *lx)
{
    char  c;

    while (lx->pos < lx->input.len && is_blank(lx->input.data[lx->pos])) {
        lx->pos++;
    }

    lx->start = lx->pos;
    lx->text = scim_str("");

    if (lx->pos == lx->input.len) {
        lx->token = SCIM_T_END;
        return SCIM_OK;
    }

    c = lx->input.data[lx->pos++];
    lx->token = delimiter(c);

    if (lx->token == SCIM_T_STRING) {
        return read_string(lx);
    }

    if (lx->token == SCIM_T_WORD) {
        while (lx->pos < lx->input.len
               && !is_blank(lx->input.data[lx->pos])
               && delimiter(lx->input.data[lx->pos]) == SCIM_T_WORD)
        {
            lx->pos++;
        }
    }

    lx->text = (scim_str_t) { lx->input.data + lx->start, lx->pos - lx->start };

    return SCIM_OK;
}
