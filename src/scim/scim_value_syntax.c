/*
 * Numbers, base64 and URIs as texts.
 */

#include <string.h>

#include "scim_value_syntax.h"


static size_t
scim_digits(scim_str_t s, size_t i)
{
    size_t  start;

    for (start = i; i < s.len && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
        /* void */
    }

    return i - start;
}


bool
scim_number_valid(scim_str_t s, bool whole)
{
    size_t  i, n;

    i = s.len > 0 && s.data[0] == '-' ? 1 : 0;

    n = scim_digits(s, i);
    if (n == 0 || (n > 1 && s.data[i] == '0')) {
        return false;
    }

    i += n;

    if (!whole && i < s.len && s.data[i] == '.') {
        n = scim_digits(s, i + 1);
        if (n == 0) {
            return false;
        }

        i += 1 + n;
    }

    if (!whole && i < s.len && (s.data[i] | 0x20) == 'e') {
        i++;
        i += i < s.len && (s.data[i] == '+' || s.data[i] == '-');

        n = scim_digits(s, i);
        if (n == 0) {
            return false;
        }

        i += n;
    }

    return i == s.len;
}


bool
scim_base64_valid(scim_str_t s)
{
    char    c;
    size_t  i, padding;

    for (padding = 0; padding < 2 && padding < s.len; padding++) {
        if (s.data[s.len - 1 - padding] != '=') {
            break;
        }
    }

    if (padding > 0 && s.len % 4 != 0) {
        return false;
    }

    s.len -= padding;

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-'
              || c == '_'))
        {
            return false;
        }
    }

    return s.len % 4 != 1;
}


bool
scim_uri_valid(scim_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if ((unsigned char) s.data[i] <= ' ' || s.data[i] == 0x7f
            || strchr("\"<>\\^`{|}", s.data[i]) != NULL)
        {
            return false;
        }
    }

    return true;
}
