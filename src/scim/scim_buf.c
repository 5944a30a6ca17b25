/*
 * The growing buffer.
 */

#include "scim_core.h"

#include <string.h>

#define BUF_SMALLEST  256


void
scim_buf_init(scim_buf_t *buf, scim_pool_t *pool, size_t cap)
{
    *buf = (scim_buf_t) { .pool = pool };

    if (cap > 0) {
        buf->data = scim_palloc(pool, cap);
        buf->cap = cap;
        buf->failed = buf->data == NULL;
    }
}


/* Makes room for len more bytes. */
static bool
reserve(scim_buf_t *buf, size_t len)
{
    size_t   cap;
    char    *data;

    if (buf->failed) {
        return false;
    }

    if (len <= buf->cap - buf->len) {
        return true;
    }

    cap = buf->cap < BUF_SMALLEST ? BUF_SMALLEST : buf->cap * 2;
    if (cap - buf->len < len) {
        cap = buf->len + len;
    }

    data = cap < len ? NULL
                     : scim_prealloc(buf->pool, buf->data, buf->cap, cap);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }

    buf->data = data;
    buf->cap = cap;
    return true;
}


void
scim_buf_add(scim_buf_t *buf, const char *data, size_t len)
{
    if (len > 0 && reserve(buf, len)) {
        memcpy(buf->data + buf->len, data, len);
        buf->len += len;
    }
}


void
scim_buf_str(scim_buf_t *buf, scim_str_t s)
{
    scim_buf_add(buf, s.data, s.len);
}


void
scim_buf_char(scim_buf_t *buf, char c)
{
    if (reserve(buf, 1)) {
        buf->data[buf->len++] = c;
    }
}


void
scim_buf_uint(scim_buf_t *buf, uint64_t n)
{
    char  digits[SCIM_UINT_DIGITS];

    scim_buf_add(buf, digits, scim_uint_format(n, digits));
}


scim_rc_t
scim_buf_done(const scim_buf_t *buf, scim_str_t *out)
{
    if (buf->failed) {
        return SCIM_NOMEM;
    }

    *out = (scim_str_t) { buf->data == NULL ? "" : buf->data, buf->len };
    return SCIM_OK;
}
