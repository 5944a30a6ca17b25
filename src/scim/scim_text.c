/*
 * Text: strict UTF-8, case folding, UUIDs, percent-decoding.
 */

#include "scim_text.h"
#include "scim_utf8.h"

#include <string.h>
#include <utf8proc.h>

#define ALL_BYTES(c)  (UINT64_C(0x0101010101010101) * (c))


/* How many bytes at the start of s are ASCII, in steps of eight. */
static size_t
ascii_run(scim_str_t s)
{
    uint64_t  word;
    size_t    i;

    for (i = 0; i + sizeof(word) <= s.len; i += sizeof(word)) {
        memcpy(&word, s.data + i, sizeof(word));

        if (word & ALL_BYTES(0x80)) {
            break;
        }
    }

    return i;
}


bool
scim_utf8_valid(scim_str_t s)
{
    scim_utf8_t  u = { 0, 0, 0 };
    size_t       i;

    if (s.len > 0 && memchr(s.data, '\0', s.len) != NULL) {
        return false;
    }

    for (i = ascii_run(s); i < s.len; i++) {
        if (!scim_utf8_step(&u, (uint8_t) s.data[i])) {
            return false;
        }
    }

    return u.more == 0;
}


size_t
scim_utf8_cut(scim_str_t s, size_t max)
{
    size_t  end = max;

    if (s.len <= max) {
        return s.len;
    }

    while (end > 0 && ((uint8_t) s.data[end] & 0xc0) == 0x80) {
        end--;
    }

    return end;
}


/* How many bytes the character at s has; 0 if it is no printable UTF-8. */
static size_t
printable(const char *s, size_t len)
{
    scim_utf8_t  u = { 0, 0, 0 };
    size_t       i = 0;

    if ((unsigned char) s[0] < 0x20 || s[0] == 0x7f) {
        return 0;
    }

    do {
        if (!scim_utf8_step(&u, (uint8_t) s[i++])) {
            return 0;
        }
    } while (u.more > 0 && i < len);

    return u.more > 0 ? 0 : i;
}


void
scim_utf8_clean(char *text, size_t len)
{
    size_t  i, n;

    for (i = 0; i < len; i += n) {
        n = printable(text + i, len - i);

        if (n == 0) {
            text[i] = '?';
            n = 1;
        }
    }
}


scim_rc_t
scim_utf8_excerpt(scim_pool_t *pool, scim_str_t s, size_t max, scim_str_t *out)
{
    char  *copy;

    s.len = scim_utf8_cut(s, max);

    copy = scim_palloc(pool, s.len);
    if (copy == NULL) {
        return SCIM_NOMEM;
    }

    if (s.len > 0) {
        memcpy(copy, s.data, s.len);
        scim_utf8_clean(copy, s.len);
    }

    *out = (scim_str_t) { copy, s.len };

    return SCIM_OK;
}


/* Copies ASCII in lower case; false at the first other byte. */
static bool
fold_ascii(scim_str_t s, char *to)
{
    size_t         i;
    unsigned char  c, seen = 0;

    for (i = 0; i < s.len; i++) {
        c = (unsigned char) s.data[i];
        seen |= c;
        to[i] = (char) (c | ((unsigned) (c - 'A') < 26u) << 5);
    }

    return seen < 0x80;
}


/* Combining marks in a row that are put into order, as in Unicode's stream-safe
 * text.  utf8proc does so by exchanging neighbours, which is quadratic: a text
 * that is nothing but marks would hold a worker for minutes. */
#define FOLD_MARKS  30

/* Code points that one may become, and more. */
#define FOLD_PARTS  16


/* How many code points the text is to be decomposed into, or less than 0; and
 * whether more than FOLD_MARKS marks are in a row there. */
static utf8proc_ssize_t
measure(const utf8proc_uint8_t *text, utf8proc_ssize_t len,
    utf8proc_option_t how, bool *crowded)
{
    int               bound = 0;
    unsigned          marks = 0;
    utf8proc_int32_t  point, parts[FOLD_PARTS];
    utf8proc_ssize_t  at, i, n, count, total = 0;

    *crowded = false;

    for (at = 0; at < len; at += n) {
        n = utf8proc_iterate(text + at, len - at, &point);
        if (n <= 0) {
            return -1;
        }

        count = utf8proc_decompose_char(point, parts, FOLD_PARTS, how, &bound);
        if (count < 0 || count > FOLD_PARTS) {
            return -1;
        }

        for (i = 0; i < count; i++) {
            marks = utf8proc_get_property(parts[i])->combining_class != 0
                    ? marks + 1 : 0;
            *crowded = *crowded || marks > FOLD_MARKS;
        }

        total += count;
    }

    return total;
}


/*
 * utf8proc decomposes into code points and writes UTF-8 over them; the memory
 * is ours, it allocates nothing.
 */
static scim_rc_t
fold_unicode(scim_pool_t *pool, scim_str_t s, scim_str_t *out)
{
    bool                     crowded, other;
    utf8proc_option_t        how = UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE
                                   | UTF8PROC_STABLE;
    const utf8proc_uint8_t  *text = (const utf8proc_uint8_t *) s.data;
    utf8proc_ssize_t         len = (utf8proc_ssize_t) s.len, n;
    utf8proc_int32_t        *points;

    n = measure(text, len, how, &crowded);

    if (crowded) {
        how = UTF8PROC_CASEFOLD;
        n = measure(text, len, how, &other);
    }

    if (n < 0 || (size_t) n >= SIZE_MAX / sizeof(*points)) {
        return SCIM_NOMEM;
    }

    points = scim_palloc(pool, ((size_t) n + 1) * sizeof(*points));
    if (points == NULL) {
        return SCIM_NOMEM;
    }

    n = utf8proc_decompose(text, len, points, n, how);
    if (n < 0) {
        return SCIM_NOMEM;
    }

    n = utf8proc_reencode(points, n, how);
    if (n < 0) {
        return SCIM_NOMEM;
    }

    *out = (scim_str_t) { (char *) points, (size_t) n };
    return SCIM_OK;
}


scim_rc_t
scim_fold(scim_pool_t *pool, scim_str_t s, scim_str_t *out)
{
    char  *copy;

    copy = scim_palloc(pool, s.len);
    if (copy == NULL) {
        return SCIM_NOMEM;
    }

    if (fold_ascii(s, copy)) {
        *out = (scim_str_t) { copy, s.len };
        return SCIM_OK;
    }

    return fold_unicode(pool, s, out);
}


void
scim_uuid_format(const uint8_t random[16], char out[SCIM_UUID_LEN + 1])
{
    static const char  hex[] = "0123456789abcdef";
    unsigned           i;
    uint8_t            byte;
    char              *p = out;

    for (i = 0; i < 16; i++) {
        byte = random[i];

        if (i == 6) {
            byte = (byte & 0x0f) | 0x40;    /* version 4 */
        } else if (i == 8) {
            byte = (byte & 0x3f) | 0x80;    /* variant of RFC 4122 */
        }

        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *p++ = '-';
        }

        *p++ = hex[byte >> 4];
        *p++ = hex[byte & 0x0f];
    }

    *p = '\0';
}


static int
hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/* The byte an escape at s stands for, or -1. */
static int
unescape(const char *s, size_t len)
{
    int  high, low;

    if (len < 3 || s[0] != '%') {
        return -1;
    }

    high = hex_value(s[1]);
    low = hex_value(s[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}


scim_rc_t
scim_uri_decode(scim_pool_t *pool, scim_str_t s, bool plus, scim_str_t *out)
{
    size_t   i, n = 0;
    char    *text;
    int      byte;

    text = scim_palloc(pool, s.len);
    if (text == NULL) {
        return SCIM_NOMEM;
    }

    for (i = 0; i < s.len; i++) {
        byte = unescape(s.data + i, s.len - i);

        if (byte >= 0) {
            text[n++] = (char) byte;
            i += 2;
        } else {
            text[n++] = plus && s.data[i] == '+' ? ' ' : s.data[i];
        }
    }

    *out = (scim_str_t) { text, n };
    return SCIM_OK;
}
