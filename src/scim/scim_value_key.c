/*
 * Comparing canonical values, and the texts that make byte order their order.
 */

#include <stdio.h>

#include "scim_text.h"
#include "scim_value.h"

#define SCIM_EXPONENT_BIAS  5000000000LL
#define SCIM_EXPONENT_MAX   4000000000LL

/* A number taken apart: 0.DIGITS times ten to the exponent. */
typedef struct {
    bool        negative;
    int64_t     exponent;
    scim_str_t  digits;     /* no zero at either end; empty: zero */
} scim_number_t;


/* The exponent behind "e", within bounds that no key needs to exceed. */
static int64_t
scim_number_exponent(scim_str_t s, size_t i)
{
    bool     negative;
    int64_t  exponent;

    negative = i < s.len && s.data[i] == '-';
    i += i < s.len && (s.data[i] == '-' || s.data[i] == '+');

    for (exponent = 0; i < s.len && exponent < SCIM_EXPONENT_MAX; i++) {
        exponent = exponent * 10 + (s.data[i] - '0');
    }

    if (exponent > SCIM_EXPONENT_MAX) {
        exponent = SCIM_EXPONENT_MAX;
    }

    return negative ? -exponent : exponent;
}


static scim_rc_t
scim_number_parse(scim_pool_t *pool, scim_str_t text, scim_number_t *n)
{
    char    *digits, c;
    bool     fraction;
    size_t   i, len;

    digits = scim_palloc(pool, text.len);
    if (digits == NULL) {
        return SCIM_NOMEM;
    }

    *n = (scim_number_t) { .negative = text.len > 0 && text.data[0] == '-' };
    fraction = false;
    len = 0;

    for (i = n->negative ? 1 : 0; i < text.len; i++) {

        c = text.data[i];

        if (c == '.') {
            fraction = true;
            continue;
        }

        if (c == 'e' || c == 'E') {
            n->exponent += scim_number_exponent(text, i + 1);
            break;
        }

        if (len == 0 && c == '0') {
            n->exponent -= fraction;
            continue;
        }

        n->exponent += !fraction;
        digits[len++] = c;
    }

    while (len > 0 && digits[len - 1] == '0') {
        len--;
    }

    n->digits = (scim_str_t) { digits, len };

    return SCIM_OK;
}


static scim_rc_t
scim_number_key(scim_pool_t *pool, scim_str_t text, scim_str_t *out)
{
    int            len;
    char           exponent[24];
    size_t         i;
    scim_rc_t      rc;
    scim_buf_t     buf;
    scim_number_t  n;

    rc = scim_number_parse(pool, text, &n);
    if (rc != SCIM_OK) {
        return rc;
    }

    if (n.digits.len == 0) {
        *out = scim_str("1");
        return SCIM_OK;
    }

    len = snprintf(exponent, sizeof(exponent), "%010lld",
                   SCIM_EXPONENT_BIAS + (long long) n.exponent);

    scim_buf_init(&buf, pool, n.digits.len + 16);
    scim_buf_char(&buf, n.negative ? '0' : '2');

    if (!n.negative) {
        scim_buf_add(&buf, exponent, (size_t) len);
        scim_buf_str(&buf, n.digits);
        return scim_buf_done(&buf, out);
    }

    for (i = 0; i < (size_t) len; i++) {
        scim_buf_char(&buf, (char) ('9' - (exponent[i] - '0')));
    }

    for (i = 0; i < n.digits.len; i++) {
        scim_buf_char(&buf, (char) ('9' - (n.digits.data[i] - '0')));
    }

    scim_buf_char(&buf, '~');

    return scim_buf_done(&buf, out);
}


static scim_rc_t
scim_time_key(scim_pool_t *pool, scim_str_t text, scim_str_t *out)
{
    int64_t  us;

    if (!scim_time_parse(text, &us)) {
        *out = text;
        return SCIM_OK;
    }

    return scim_str_printf(pool, out, "%016llx",
                           (unsigned long long) us ^ (1ULL << 63));
}


scim_rc_t
scim_value_key(scim_pool_t *pool, const scim_attr_t *attr,
    const scim_json_t *value, scim_str_t *out)
{
    switch (value->type) {

    case SCIM_JSON_BOOL:
        *out = value->boolean ? scim_str("true") : scim_str("false");
        return SCIM_OK;

    case SCIM_JSON_NUMBER:
        return scim_number_key(pool, value->text, out);

    case SCIM_JSON_STRING:
        break;

    default:
        *out = scim_str_absent;
        return SCIM_OK;
    }

    if (attr->type == SCIM_DATETIME) {
        return scim_time_key(pool, value->text, out);
    }

    if (attr->case_exact) {
        *out = value->text;
        return SCIM_OK;
    }

    return scim_fold(pool, value->text, out);
}


static bool
scim_simple_equal(scim_pool_t *pool, const scim_attr_t *attr,
    const scim_json_t *a, const scim_json_t *b)
{
    scim_str_t  key_a, key_b;

    if (a->type != b->type) {
        return false;
    }

    if (scim_str_eq(a->text, b->text) && a->boolean == b->boolean) {
        return true;
    }

    return scim_value_key(pool, attr, a, &key_a) == SCIM_OK
           && scim_value_key(pool, attr, b, &key_b) == SCIM_OK
           && scim_str_eq(key_a, key_b);
}


/* Two values that are no arrays. */
static bool
scim_one_equal(scim_pool_t *pool, const scim_attr_t *attr,
    const scim_json_t *a, const scim_json_t *b)
{
    const scim_attr_t  *sub;
    const scim_json_t  *x, *y;

    if (a->type != SCIM_JSON_OBJECT || b->type != SCIM_JSON_OBJECT) {
        return scim_simple_equal(pool, attr, a, b);
    }

    if (a->count != b->count) {
        return false;
    }

    for (x = a->first; x != NULL; x = x->next) {

        sub = scim_attr_sub(attr, x->name);
        y = scim_json_get(b, x->name);

        if (sub == NULL || y == NULL
            || !scim_value_equal(pool, sub, x, y))
        {
            return false;
        }
    }

    return true;
}


/* Recurses into sub-attributes only, and those have none. */
bool
scim_value_equal(scim_pool_t *pool, const scim_attr_t *attr,
    const scim_json_t *a, const scim_json_t *b)
{
    if (a->type != SCIM_JSON_ARRAY || b->type != SCIM_JSON_ARRAY) {
        return scim_one_equal(pool, attr, a, b);
    }

    if (a->count != b->count) {
        return false;
    }

    for (a = a->first, b = b->first; a != NULL; a = a->next, b = b->next) {
        if (!scim_one_equal(pool, attr, a, b)) {
            return false;
        }
    }

    return true;
}
