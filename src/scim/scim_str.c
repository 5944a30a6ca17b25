/*
 * Strings with a length.
 */

#include "scim_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


scim_str_t
scim_str_from(const char *cstr)
{
    if (cstr == NULL) {
        return scim_str_absent;
    }

    return (scim_str_t) { cstr, strlen(cstr) };
}


bool
scim_str_eq(scim_str_t a, scim_str_t b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


/* Lower case of an ASCII letter, whatever the locale. */
static unsigned char
lower(char c)
{
    unsigned char  u = (unsigned char) c;

    return u >= 'A' && u <= 'Z' ? (unsigned char) (u | 0x20) : u;
}


static bool
case_eq(const char *a, const char *b, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (a[i] != b[i] && lower(a[i]) != lower(b[i])) {
            return false;
        }
    }

    return true;
}


bool
scim_str_caseeq(scim_str_t a, scim_str_t b)
{
    return a.len == b.len && case_eq(a.data, b.data, a.len);
}


bool
scim_str_starts(scim_str_t s, scim_str_t prefix)
{
    return s.len >= prefix.len
           && (prefix.len == 0
               || memcmp(s.data, prefix.data, prefix.len) == 0);
}


bool
scim_str_casestarts(scim_str_t s, scim_str_t prefix)
{
    return s.len >= prefix.len && case_eq(s.data, prefix.data, prefix.len);
}


int
scim_str_cmp(scim_str_t a, scim_str_t b)
{
    size_t  len = a.len < b.len ? a.len : b.len;
    int     diff;

    diff = len == 0 ? 0 : memcmp(a.data, b.data, len);
    if (diff != 0) {
        return diff;
    }

    return (a.len > b.len) - (a.len < b.len);
}


scim_str_t
scim_str_skip(scim_str_t s, size_t n)
{
    return n == 0 ? s : (scim_str_t) { s.data + n, s.len - n };
}


scim_rc_t
scim_str_dup(scim_pool_t *pool, scim_str_t s, scim_str_t *out)
{
    char  *copy;

    copy = scim_palloc(pool, s.len + 1);
    if (copy == NULL) {
        return SCIM_NOMEM;
    }

    if (s.len > 0) {
        memcpy(copy, s.data, s.len);
    }

    copy[s.len] = '\0';
    *out = (scim_str_t) { copy, s.len };
    return SCIM_OK;
}


size_t
scim_uint_format(uint64_t n, char out[SCIM_UINT_DIGITS])
{
    char    digits[SCIM_UINT_DIGITS];
    size_t  len, at = sizeof(digits);

    do {
        digits[--at] = (char) ('0' + n % 10);
        n /= 10;
    } while (n > 0);

    len = sizeof(digits) - at;
    memcpy(out, digits + at, len);

    return len;
}


scim_rc_t
scim_str_printf(scim_pool_t *pool, scim_str_t *out, const char *fmt, ...)
{
    va_list   args;
    char      small[256], *text;
    int       len;

    va_start(args, fmt);
    len = vsnprintf(small, sizeof(small), fmt, args);
    va_end(args);

    if (len < 0) {
        return SCIM_NOMEM;
    }

    if ((size_t) len < sizeof(small)) {
        return scim_str_dup(pool, (scim_str_t) { small, (size_t) len }, out);
    }

    text = scim_palloc(pool, (size_t) len + 1);
    if (text == NULL) {
        return SCIM_NOMEM;
    }

    va_start(args, fmt);
    vsnprintf(text, (size_t) len + 1, fmt, args);
    va_end(args);

    *out = (scim_str_t) { text, (size_t) len };
    return SCIM_OK;
}
