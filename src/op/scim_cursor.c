/*
 * Cursors as base64url without padding of
 *
 *     8 bytes digest, 1 version and direction, 1 leg, 6 time in ms, position
 *
 * the digest being the beginning of SHA-256 over what follows and the query.
 */

#include <string.h>

#include "scim_cursor.h"
#include "../store/scim_store_token.h"


#define DIGEST   8
#define TIME     6
#define HEAD     (DIGEST + 2 + TIME)

#define VERSION  2
#define BACK     1

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


static scim_rc_t
encode(scim_pool_t *pool, scim_str_t bytes, scim_str_t *out)
{
    size_t      i;
    uint32_t    bits = 0;
    unsigned    n = 0;
    scim_buf_t  buf;

    scim_buf_init(&buf, pool, bytes.len * 4 / 3 + 2);

    for (i = 0; i < bytes.len; i++) {
        bits = (bits << 8 | (uint8_t) bytes.data[i]) & 0xffff;
        n += 8;

        while (n >= 6) {
            n -= 6;
            scim_buf_char(&buf, digits[bits >> n & 63]);
        }
    }

    if (n != 0) {
        scim_buf_char(&buf, digits[bits << (6 - n) & 63]);
    }

    return scim_buf_done(&buf, out);
}


/* SCIM_NONE for what encode() does not write. */
static scim_rc_t
decode(scim_pool_t *pool, scim_str_t text, scim_str_t *out)
{
    size_t       i;
    uint32_t     bits = 0;
    unsigned     n = 0;
    scim_buf_t   buf;
    const char  *found;

    scim_buf_init(&buf, pool, text.len * 3 / 4 + 1);

    for (i = 0; i < text.len; i++) {
        found = memchr(digits, text.data[i], sizeof(digits) - 1);
        if (found == NULL) {
            return SCIM_NONE;
        }

        bits = (bits << 6 | (uint32_t) (found - digits)) & 0xffff;
        n += 6;

        if (n >= 8) {
            n -= 8;
            scim_buf_char(&buf, (char) (bits >> n & 0xff));
        }
    }

    if (n >= 6 || (bits & ((1u << n) - 1)) != 0) {
        return SCIM_NONE;
    }

    return scim_buf_done(&buf, out);
}


static int
nibble(char hex)
{
    return hex <= '9' ? hex - '0' : hex - 'a' + 10;
}


static scim_rc_t
digest(scim_pool_t *pool, scim_str_t rest, scim_str_t query, char *out)
{
    size_t      i;
    char        hex[SCIM_SHA256_HEX + 1];
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, pool, rest.len + query.len + 24);
    scim_buf_uint(&buf, rest.len);
    scim_buf_char(&buf, ' ');
    scim_buf_str(&buf, rest);
    scim_buf_str(&buf, query);

    if (scim_buf_done(&buf, &text) != SCIM_OK
        || scim_token_hash(text, hex) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    for (i = 0; i < DIGEST; i++) {
        out[i] = (char) (nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }

    return SCIM_OK;
}


scim_rc_t
scim_cursor_write(scim_pool_t *pool, const scim_cursor_t *cursor,
    scim_str_t query, scim_str_t *out)
{
    int         shift;
    char        sum[DIGEST];
    scim_buf_t  buf;
    scim_str_t  bytes;

    scim_buf_init(&buf, pool, HEAD + cursor->position.len);
    scim_buf_add(&buf, (char [DIGEST]) { 0 }, DIGEST);
    scim_buf_char(&buf, (char) (VERSION | (cursor->back ? BACK : 0)));
    scim_buf_char(&buf, (char) cursor->leg);

    for (shift = 8 * (TIME - 1); shift >= 0; shift -= 8) {
        scim_buf_char(&buf, (char) (cursor->made >> shift & 0xff));
    }

    scim_buf_str(&buf, cursor->position);

    if (scim_buf_done(&buf, &bytes) != SCIM_OK
        || digest(pool, scim_str_skip(bytes, DIGEST), query, sum) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    memcpy(buf.data, sum, DIGEST);

    return encode(pool, bytes, out);
}


static scim_rc_t
invalid(scim_error_t *err)
{
    return scim_refuse(err, 400, SCIM_INVALID_CURSOR,
                       "The cursor is none of this query: send nextCursor or "
                       "previousCursor as it came, with the same endpoint, "
                       "filter, sortBy and sortOrder, or an empty cursor to "
                       "begin anew");
}


scim_rc_t
scim_cursor_read(scim_pool_t *pool, scim_str_t text, scim_str_t query,
    uint64_t now, unsigned timeout, scim_cursor_t *out, scim_error_t *err)
{
    int         i;
    char        sum[DIGEST];
    scim_rc_t   rc;
    scim_str_t  bytes;

    rc = decode(pool, text, &bytes);
    if (rc != SCIM_OK) {
        return (rc == SCIM_NONE) ? invalid(err) : rc;
    }

    if (bytes.len < HEAD
        || (bytes.data[DIGEST] & ~BACK) != VERSION)
    {
        return invalid(err);
    }

    if (digest(pool, scim_str_skip(bytes, DIGEST), query, sum) != SCIM_OK) {
        return SCIM_NOMEM;
    }

    if (memcmp(bytes.data, sum, DIGEST) != 0) {
        return invalid(err);
    }

    out->back = (bytes.data[DIGEST] & BACK) != 0;
    out->leg = (uint8_t) bytes.data[DIGEST + 1];
    out->position = scim_str_skip(bytes, HEAD);
    out->made = 0;

    for (i = 0; i < TIME; i++) {
        out->made = out->made << 8 | (uint8_t) bytes.data[DIGEST + 2 + i];
    }

    if (now > out->made && now - out->made > (uint64_t) timeout * 1000) {
        return scim_refuse(err, 400, SCIM_EXPIRED_CURSOR,
                           "The cursor is older than %u seconds "
                           "(cursorTimeout of the service provider's "
                           "configuration): begin anew with an empty cursor",
                           timeout);
    }

    return SCIM_OK;
}
