/*
 * The scanner before yajl: one state machine over raw bytes.
 */

#include "scim_json_scan.h"

#include <string.h>

#define ALL_BYTES(c)  (UINT64_C(0x0101010101010101) * (c))

enum {
    OUTSIDE = 0,        /* between tokens */
    WORD,               /* in a number, true, false, null */
    STRING,
    ESCAPE,             /* after a backslash */
    HEX,                /* in the digits of \uXXXX */
    LOW_BACKSLASH,      /* a high surrogate wants the escape of a low one */
    LOW_U
};

typedef struct {
    const char *data;
    size_t      len;
    size_t      at;
    size_t      start;      /* of the token that is open */
} piece_t;


/* What numbers, true, false and null are made of, and a little more: yajl
 * knows which of them are words. */
static bool
is_word(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
           || c == '-' || c == '+' || c == '.';
}


static const char *
scan_outside(scim_json_scan_t *scan, piece_t *p)
{
    unsigned char  c = (unsigned char) p->data[p->at];

    switch (c) {
    case ' ': case '\t': case '\n': case '\r':
        scan->state = OUTSIDE;
        return NULL;
    case '{': case '}': case '[': case ']': case ':': case ',':
        scan->state = OUTSIDE;
        scan->seen = true;
        return NULL;
    case '"':
        p->start = p->at;
        scan->state = STRING;
        scan->seen = true;
        return NULL;
    }

    if (!is_word(c)) {
        return c == 0xef && !scan->seen
               ? "the text starts with a byte order mark, send it without"
               : "this character has no place outside of a string";
    }

    if (scan->state == OUTSIDE) {
        p->start = p->at;
        scan->state = WORD;
        scan->seen = true;
    }

    return NULL;
}


/* The first byte from p->at on that is more than a plain ASCII character, in
 * steps of eight bytes; a false alarm costs nothing but the step. */
static size_t
plain_run(const piece_t *p)
{
    uint64_t  w;
    size_t    at;

    for (at = p->at; at + sizeof(w) <= p->len; at += sizeof(w)) {
        memcpy(&w, p->data + at, sizeof(w));

        if ((w | (w - ALL_BYTES(0x20))
             | ((w ^ ALL_BYTES('"')) - ALL_BYTES(1))
             | ((w ^ ALL_BYTES('\\')) - ALL_BYTES(1))) & ALL_BYTES(0x80))
        {
            break;
        }
    }

    return at;
}


static const char *
scan_string(scim_json_scan_t *scan, piece_t *p)
{
    unsigned char  c;

    if (scan->utf8.more == 0) {
        p->at = plain_run(p);
        if (p->at == p->len) {
            p->at--;
            return NULL;
        }
    }

    c = (unsigned char) p->data[p->at];

    if (scan->utf8.more > 0 || c >= 0x80) {
        return scim_utf8_step(&scan->utf8, c) ? NULL
               : "the string is not valid UTF-8";
    }

    if (c == '"') {
        scan->state = OUTSIDE;
    } else if (c == '\\') {
        scan->state = ESCAPE;
    } else if (c < 0x20) {
        return "a control character stands in a string, it must be escaped";
    }

    return NULL;
}


static const char *
scan_escape(scim_json_scan_t *scan, char c)
{
    if (c == 'u') {
        scan->state = HEX;
        scan->digits = 0;
        scan->code = 0;
        return NULL;
    }

    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL) {
        return "no such escape in a string";
    }

    scan->state = STRING;
    return NULL;
}


/* A \u escape is complete. */
static const char *
take_code(scim_json_scan_t *scan)
{
    bool  is_low = scan->code >= 0xdc00 && scan->code <= 0xdfff;

    if (is_low != (scan->high != 0)) {
        return is_low
               ? "the escape of a low surrogate without a high one before it"
               : "the escape of a high surrogate without a low one after it";
    }

    if (scan->code == 0) {
        return "the character U+0000 is not accepted";
    }

    scan->high = scan->code >= 0xd800 && scan->code <= 0xdbff ? scan->code
                                                              : 0;
    scan->state = scan->high != 0 ? LOW_BACKSLASH : STRING;
    return NULL;
}


static const char *
scan_hex(scim_json_scan_t *scan, char c)
{
    char  letter = (char) (c | 0x20);

    if (c >= '0' && c <= '9') {
        scan->code = scan->code << 4 | (unsigned) (c - '0');
    } else if (letter >= 'a' && letter <= 'f') {
        scan->code = scan->code << 4 | (unsigned) (letter - 'a' + 10);
    } else {
        return "four hexadecimal digits must follow \\u";
    }

    return ++scan->digits == 4 ? take_code(scan) : NULL;
}


/* The way from a high surrogate to the digits of the low one. */
static const char *
scan_low(scim_json_scan_t *scan, char c)
{
    if (c != (scan->state == LOW_BACKSLASH ? '\\' : 'u')) {
        return "the escape of a high surrogate without a low one after it";
    }

    if (scan->state == LOW_BACKSLASH) {
        scan->state = LOW_U;
        return NULL;
    }

    return scan_escape(scan, c);
}


static const char *
scan_byte(scim_json_scan_t *scan, piece_t *p)
{
    char  c = p->data[p->at];

    switch (scan->state) {
    case STRING:
        return scan_string(scan, p);
    case ESCAPE:
        return scan_escape(scan, c);
    case HEX:
        return scan_hex(scan, c);
    case LOW_BACKSLASH:
    case LOW_U:
        return scan_low(scan, c);
    default:
        return scan_outside(scan, p);
    }
}


const char *
scim_json_scan(scim_json_scan_t *scan, const char *data, size_t len,
    size_t *whole, size_t *bad)
{
    piece_t      p = { data, len, 0, 0 };
    const char  *reason;

    for ( ; p.at < len; p.at++) {
        reason = scan_byte(scan, &p);

        if (reason != NULL) {
            *bad = p.at;
            return reason;
        }
    }

    *whole = scan->state == OUTSIDE ? len : p.start;
    return NULL;
}


bool
scim_json_scan_open(const scim_json_scan_t *scan)
{
    return scan->state != OUTSIDE && scan->state != WORD;
}
