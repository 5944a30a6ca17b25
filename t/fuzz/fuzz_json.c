/*
 * Fuzzes the JSON parser: cut anywhere, with memory short anywhere, text
 * gives the same result as in one piece; and what is accepted is strict and
 * survives being written and read again.
 *
 * The first byte of the input chooses the cuts, the second the allocation
 * that fails.
 */

#include "fuzz.h"
#include "scim/scim_json.h"

#include <string.h>


static scim_rc_t
parse_cut(scim_pool_t *pool, scim_str_t text, size_t step, scim_json_t **root,
    scim_error_t *err)
{
    scim_json_parser_t  *parser;
    scim_rc_t            rc;
    size_t               n;
    char                *piece;

    parser = scim_json_parser_create(pool, NULL);
    if (parser == NULL) {
        return SCIM_NOMEM;
    }

    for ( ; text.len > 0; text = scim_str_skip(text, n)) {
        n = text.len < step ? text.len : step;

        /* On its own, so that reading past its end is seen. */
        piece = malloc(n);
        must(piece != NULL);
        memcpy(piece, text.data, n);
        rc = scim_json_feed(parser, piece, n, err);
        free(piece);

        if (rc != SCIM_OK) {
            return rc;
        }
    }

    return scim_json_finish(parser, root, err);
}


static scim_str_t
write_text(scim_pool_t *pool, const scim_json_t *root)
{
    scim_buf_t  buf;
    scim_str_t  text;

    scim_buf_init(&buf, pool, 0);
    scim_json_write(&buf, root);
    must(scim_buf_done(&buf, &text) == SCIM_OK);

    return text;
}


static void
check_accepted(scim_pool_t *pool, scim_json_t *root, scim_json_t *cut)
{
    scim_str_t     text = write_text(pool, root);
    scim_json_t   *again;
    scim_error_t   err;

    must(scim_json_equal(root, cut));
    must(scim_json_equal(root, scim_json_copy(pool, root)));
    must(scim_utf8_valid(text));
    must(scim_json_parse(pool, text, NULL, &again, &err) == SCIM_OK);
    must(scim_json_equal(root, again));
    must(scim_str_eq(text, write_text(pool, again)));
}


static void
check_memory_short(scim_str_t text, size_t step, long n)
{
    scim_pool_t   *pool;
    scim_json_t   *root;
    scim_error_t   err;
    scim_rc_t      rc;
    long           failures;

    pool = scim_pool_create(0);
    must(pool != NULL);

    (void) scim_pool_fail_after(n);
    rc = parse_cut(pool, text, step, &root, &err);
    failures = scim_pool_fail_after(-1);

    must((failures > 0) == (rc == SCIM_NOMEM));
    scim_pool_destroy(pool);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_str_t     text;
    scim_pool_t   *pool;
    scim_json_t   *root, *cut;
    scim_error_t   err, cut_err;
    scim_rc_t      rc;
    size_t         step;

    if (size < 2) {
        return 0;
    }

    text = (scim_str_t) { (const char *) data + 2, size - 2 };
    step = (size_t) data[0] + 1;

    pool = scim_pool_create(0);
    must(pool != NULL);

    rc = scim_json_parse(pool, text, NULL, &root, &err);
    must(parse_cut(pool, text, step, &cut, &cut_err) == rc);

    if (rc == SCIM_OK) {
        check_accepted(pool, root, cut);

    } else if (rc == SCIM_REFUSED) {
        must(err.status == 400 && err.detail[0] != '\0');
        must(scim_utf8_valid(scim_str_from(err.detail)));
    }

    scim_pool_destroy(pool);
    check_memory_short(text, step, data[1]);
    return 0;
}
