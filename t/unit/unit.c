/*
 * What the unit tests share: trees from readable text, the built-in schemas,
 * failing allocations.
 */

#include "unit.h"


/* A copy in which one byte stands for another. */
static char *
swapped(scim_pool_t *pool, scim_str_t text, char from, char to)
{
    scim_str_t   copy;
    char        *p;
    size_t       i;

    assert_int_equal(scim_str_dup(pool, text, &copy), SCIM_OK);
    p = (char *) copy.data;

    for (i = 0; i < copy.len; i++) {
        if (p[i] == from) {
            p[i] = to;
        }
    }

    return p;
}


scim_json_t *
unit_json(scim_pool_t *pool, const char *text)
{
    char          *json = swapped(pool, scim_str_from(text), '\'', '"');
    scim_json_t   *root = NULL;
    scim_error_t   err;
    scim_rc_t      rc;

    rc = scim_json_parse(pool, scim_str_from(json), NULL, &root, &err);
    if (rc == SCIM_REFUSED) {
        fail_msg("%s: %s", text, err.detail);
    }

    assert_int_equal(rc, SCIM_OK);
    return root;
}


const char *
unit_quotes(scim_pool_t *pool, scim_str_t text)
{
    return swapped(pool, text, '"', '\'');
}


const char *
unit_text(scim_pool_t *pool, const scim_json_t *value)
{
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, pool, 0);
    scim_json_write(&buf, value);
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return unit_quotes(pool, text);
}


void
unit_fail_allocations(scim_rc_t (*fn)(void *data), void *data)
{
    long       n, refused;
    scim_rc_t  rc;

    for (n = 0; n < 1000000; n++) {
        (void) scim_pool_fail_after(n);
        rc = fn(data);
        refused = scim_pool_fail_after(-1);

        if (refused == 0) {
            assert_int_equal(rc, SCIM_OK);
            return;
        }

        assert_int_equal(rc, SCIM_NOMEM);
    }

    fail_msg("no end of allocations");
}
