/*
 * Fuzzes cursors: any text is refused in good form or is one that was written
 * for the query; what is written is read again, and any change of it refused.
 *
 * Bytes: flags, allocation that fails, position of a change; then text, taken
 * as a cursor and as the position of one.
 */

#include "fuzz.h"
#include "op/scim_cursor.h"

#include <string.h>

#define NOW      1700000000000
#define TIMEOUT  60


static void
check_refused(const scim_error_t *err)
{
    must(err->status == 400);
    must(err->type == SCIM_INVALID_CURSOR || err->type == SCIM_EXPIRED_CURSOR);
    must(scim_utf8_valid(scim_str_from(err->detail)));
}


static void
check_text(scim_str_t text, long n)
{
    long           failures;
    scim_rc_t      rc;
    scim_str_t     again;
    scim_pool_t   *pool = scim_pool_create(0);
    scim_error_t   err;
    scim_cursor_t  cursor;

    must(pool != NULL);
    rc = scim_cursor_read(pool, text, scim_str("q"), NOW, TIMEOUT, &cursor,
                          &err);
    must(rc == SCIM_OK || rc == SCIM_REFUSED);

    if (rc == SCIM_REFUSED) {
        check_refused(&err);

    } else {
        must(scim_cursor_write(pool, &cursor, scim_str("q"), &again)
             == SCIM_OK);
        must(scim_str_eq(text, again));
    }

    (void) scim_pool_fail_after(n);
    rc = scim_cursor_read(pool, text, scim_str("q"), NOW, TIMEOUT, &cursor,
                          &err);
    failures = scim_pool_fail_after(-1);

    /* What is wrong may be seen before memory is missed. */
    must(failures > 0 ? rc != SCIM_OK : rc != SCIM_NOMEM);

    scim_pool_destroy(pool);
}


/* Another character of the alphabet at the place. */
static void
check_changed(scim_pool_t *pool, scim_str_t text, size_t place)
{
    char           *changed;
    scim_error_t    err;
    scim_cursor_t   cursor;

    changed = scim_palloc(pool, text.len);
    must(changed != NULL);
    memcpy(changed, text.data, text.len);
    place %= text.len;
    changed[place] = (changed[place] == 'A') ? 'B' : 'A';

    must(scim_cursor_read(pool, (scim_str_t) { changed, text.len },
                          scim_str("q"), NOW, TIMEOUT, &cursor, &err)
         == SCIM_REFUSED);
    check_refused(&err);
}


static void
check_position(scim_str_t position, uint8_t flags, size_t place)
{
    size_t         i;
    scim_str_t     text;
    scim_pool_t   *pool = scim_pool_create(0);
    scim_error_t   err;
    scim_cursor_t  read, cursor = {
        .back = flags & 1, .leg = flags >> 1, .position = position,
        .made = NOW - (flags & 2) * 1000
    };

    must(pool != NULL);
    must(scim_cursor_write(pool, &cursor, scim_str("q"), &text) == SCIM_OK);

    for (i = 0; i < text.len; i++) {
        must(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    "0123456789-_", text.data[i]) != NULL);
    }

    must(scim_cursor_read(pool, text, scim_str("q"), NOW, TIMEOUT, &read,
                          &err) == SCIM_OK);
    must(read.back == cursor.back && read.leg == cursor.leg
         && read.made == cursor.made && scim_str_eq(read.position, position));

    must(scim_cursor_read(pool, text, scim_str("r"), NOW, TIMEOUT, &read,
                          &err) == SCIM_REFUSED);
    must(err.type == SCIM_INVALID_CURSOR);
    must(scim_cursor_read(pool, text, scim_str("q"),
                          NOW + TIMEOUT * 1000 + 1, TIMEOUT, &read, &err)
         == SCIM_REFUSED);
    must(err.type == SCIM_EXPIRED_CURSOR);

    check_changed(pool, text, place);
    scim_pool_destroy(pool);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_str_t  text;

    if (size < 3) {
        return 0;
    }

    text = (scim_str_t) { (const char *) data + 3, size - 3 };

    check_text(text, data[1]);
    check_position(text, data[0], data[2]);

    return 0;
}
