/*
 * Pools, strings, buffers, errors.
 */

#include "unit.h"

#include "scim/scim_error.h"

#define N(array)  (sizeof(array) / sizeof((array)[0]))


static void
blocks_are_aligned_and_apart(void **state)
{
    scim_pool_t  *pool = scim_pool_create(64);
    char         *blocks[200];
    size_t        i, sizes[] = { 0, 1, 15, 16, 17, 100, 5000, 70000 };

    (void) state;
    assert_non_null(pool);

    for (i = 0; i < N(blocks); i++) {
        blocks[i] = scim_palloc(pool, sizes[i % N(sizes)]);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t) blocks[i] % _Alignof(max_align_t), 0);
        memset(blocks[i], (int) i, sizes[i % N(sizes)]);
    }

    for (i = 0; i < N(blocks); i++) {
        if (sizes[i % N(sizes)] > 0) {
            assert_int_equal((unsigned char) blocks[i][0], i);
            assert_int_equal(
                (unsigned char) blocks[i][sizes[i % N(sizes)] - 1], i);
        }
    }

    assert_null(scim_palloc(pool, SIZE_MAX));
    assert_null(scim_palloc(pool, SIZE_MAX - 8));
    scim_pool_destroy(pool);
    scim_pool_destroy(NULL);
}


static void
pcalloc_zeroes(void **state)
{
    static const char   zeroes[300];
    scim_pool_t        *pool = scim_pool_create(0);
    char               *block;

    (void) state;
    memset(scim_palloc(pool, sizeof(zeroes)), 0xff, sizeof(zeroes));
    block = scim_pcalloc(pool, sizeof(zeroes));
    assert_memory_equal(block, zeroes, sizeof(zeroes));
    scim_pool_destroy(pool);
}


static void
prealloc_keeps_what_was_there(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    char         *block, *other;
    size_t        i, size = 10;

    (void) state;
    block = scim_prealloc(pool, NULL, 0, size);
    memset(block, 'x', size);

    for ( ; size < 100000; size *= 3) {
        block = scim_prealloc(pool, block, size, size * 3);
        assert_non_null(block);

        for (i = 0; i < size; i++) {
            assert_int_equal(block[i], 'x');
        }

        memset(block, 'x', size * 3);
    }

    other = scim_palloc(pool, 16);
    memset(other, 'o', 16);
    block = scim_prealloc(pool, other, 16, 16);
    assert_ptr_equal(block, other);
    assert_null(scim_prealloc(pool, other, 16, SIZE_MAX));
    scim_pool_destroy(pool);
}


typedef struct {
    char    order[8];
    size_t  n;
} calls_t;

static calls_t  calls;


static void
note_call(void *data)
{
    calls.order[calls.n++] = *(char *) data;
}


static void
cleanups_run_last_first(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    static char   letters[] = "abc";
    size_t        i;

    (void) state;
    calls.n = 0;

    for (i = 0; i < 3; i++) {
        assert_int_equal(scim_pool_cleanup(pool, note_call, &letters[i]),
                         SCIM_OK);
    }

    assert_int_equal(calls.n, 0);
    scim_pool_destroy(pool);
    assert_int_equal(calls.n, 3);
    assert_memory_equal(calls.order, "cba", 3);
}


static void
allocations_fail_when_told(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_str_t    s;
    char          block;

    (void) state;
    assert_int_equal(scim_pool_fail_after(1), 0);
    assert_non_null(scim_palloc(pool, 1));
    assert_null(scim_palloc(pool, 1));
    assert_null(scim_pcalloc(pool, 1));
    assert_null(scim_pool_create(0));
    assert_null(scim_prealloc(pool, NULL, 0, 1));
    assert_int_equal(scim_pool_cleanup(pool, note_call, &block), SCIM_NOMEM);
    assert_int_equal(scim_str_dup(pool, scim_str("a"), &s), SCIM_NOMEM);
    assert_int_equal(scim_str_printf(pool, &s, "%d", 1), SCIM_NOMEM);
    assert_int_equal(scim_str_printf(pool, &s, "%400d", 1), SCIM_NOMEM);
    assert_int_equal(scim_pool_fail_after(-1), 8);
    assert_non_null(scim_palloc(pool, 1));
    scim_pool_destroy(pool);
}


static void
strings_compare(void **state)
{
    static const struct {
        const char *a, *b;
        bool        eq, caseeq, starts, casestarts;
        int         cmp;
    } cases[] = {
        { "", "", true, true, true, true, 0 },
        { "a", "", false, false, true, true, 1 },
        { "", "a", false, false, false, false, -1 },
        { "abc", "abc", true, true, true, true, 0 },
        { "abc", "aBC", false, true, false, true, 1 },
        { "abcd", "ABC", false, false, false, true, 1 },
        { "abc", "abd", false, false, false, false, -1 },
        { "ab", "abc", false, false, false, false, -1 },
        { "a[", "a{", false, false, false, false, -1 },
        { "@", "`", false, false, false, false, -1 },
        { "\xc3\x84", "\xc3\xa4", false, false, false, false, -1 },
        { "\xff", "a", false, false, false, false, 1 }
    };
    scim_str_t  a, b;
    size_t      i;
    int         cmp;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        a = scim_str_from(cases[i].a);
        b = scim_str_from(cases[i].b);
        cmp = scim_str_cmp(a, b);

        assert_int_equal(scim_str_eq(a, b), cases[i].eq);
        assert_int_equal(scim_str_caseeq(a, b), cases[i].caseeq);
        assert_int_equal(scim_str_starts(a, b), cases[i].starts);
        assert_int_equal(scim_str_casestarts(a, b), cases[i].casestarts);
        assert_int_equal((cmp > 0) - (cmp < 0), cases[i].cmp);
    }

    assert_true(scim_str_eq(scim_str_absent, scim_str("")));
    assert_true(scim_str_caseeq(scim_str_absent, scim_str("")));
    assert_true(scim_str_starts(scim_str("a"), scim_str_absent));
    assert_int_equal(scim_str_cmp(scim_str_absent, scim_str("")), 0);
    assert_null(scim_str_from(NULL).data);
    assert_true(scim_str_eq(scim_str_skip(scim_str("abc"), 2),
                            scim_str("c")));
}


static void
printf_takes_any_length(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_str_t    s, dup;
    int           n;

    (void) state;

    for (n = 1; n < 1000; n++) {
        assert_int_equal(scim_str_printf(pool, &s, "%*d", n, 7), SCIM_OK);
        assert_int_equal(s.len, n);
        assert_int_equal(s.data[n - 1], '7');
        assert_int_equal(s.data[n], '\0');
    }

    s = scim_str_absent;
    assert_int_equal(scim_str_printf(pool, &s, "[%.*s]", SCIM_FMT(s)),
                     SCIM_OK);
    assert_string_equal(s.data, "[]");
    assert_int_equal(scim_str_dup(pool, scim_str_absent, &dup), SCIM_OK);
    assert_non_null(dup.data);
    assert_int_equal(dup.len, 0);
    scim_pool_destroy(pool);
}


static void
buffers_grow(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_buf_t    buf;
    scim_str_t    s;
    size_t        i, cap;

    (void) state;

    for (cap = 0; cap < 3; cap++) {
        scim_buf_init(&buf, pool, cap);
        assert_int_equal(scim_buf_done(&buf, &s), SCIM_OK);
        assert_non_null(s.data);
        assert_int_equal(s.len, 0);

        for (i = 0; i < 5000; i++) {
            scim_buf_char(&buf, 'c');
            scim_buf_lit(&buf, "lit");
            scim_buf_str(&buf, scim_str_absent);
            scim_buf_str(&buf, scim_str("str"));
        }

        assert_int_equal(scim_buf_done(&buf, &s), SCIM_OK);
        assert_int_equal(s.len, 35000);

        for (i = 0; i < s.len; i += 7) {
            assert_memory_equal(s.data + i, "clitstr", 7);
        }
    }

    scim_buf_init(&buf, pool, 0);
    scim_buf_uint(&buf, 0);
    scim_buf_char(&buf, ' ');
    scim_buf_uint(&buf, UINT64_MAX);
    assert_int_equal(scim_buf_done(&buf, &s), SCIM_OK);
    assert_true(scim_str_eq(s, scim_str("0 18446744073709551615")));
    scim_pool_destroy(pool);
}


static scim_rc_t
fill_buffer(void *data)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_buf_t    buf;
    scim_str_t    s;
    scim_rc_t     rc;
    size_t        i;

    (void) data;

    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    scim_buf_init(&buf, pool, 8);

    for (i = 0; i < 10000; i++) {
        scim_buf_lit(&buf, "some text");
    }

    rc = scim_buf_done(&buf, &s);
    scim_pool_destroy(pool);
    return rc;
}


static void
buffers_remember_failure(void **state)
{
    (void) state;
    unit_fail_allocations(fill_buffer, NULL);
}


static void
errors_are_clean_text(void **state)
{
    static const struct { const char *in, *out; } cases[] = {
        { "plain", "plain" },
        { "Gr\xc3\xbc\xc3\x9f" "e \xf0\x9f\x98\x80",
          "Gr\xc3\xbc\xc3\x9f" "e \xf0\x9f\x98\x80" },
        { "a\nb\tc\x7f", "a?b?c?" },
        { "\xff\xc0\xaf", "???" },
        { "\xed\xa0\x80.", "???." },
        { "cut \xe2\x82", "cut ??" },
        { "", "" }
    };
    scim_error_t  err;
    size_t        i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        err.retry_after = 9;
        assert_int_equal(scim_refuse(&err, 409, SCIM_UNIQUENESS, "%s",
                                     cases[i].in), SCIM_REFUSED);
        assert_string_equal(err.detail, cases[i].out);
        assert_int_equal(err.status, 409);
        assert_int_equal(err.type, SCIM_UNIQUENESS);
        assert_int_equal(err.retry_after, 0);
    }
}


/* Whatever the alignment, no character is torn. */
static void
errors_are_cut_between_characters(void **state)
{
    char          text[2 * SCIM_ERROR_DETAIL];
    scim_error_t  err;
    size_t        shift, i, len;

    (void) state;

    for (shift = 0; shift < 4; shift++) {
        memset(text, 'x', shift);

        for (i = shift; i + 4 < sizeof(text); i += 4) {
            memcpy(text + i, "\xf0\x9f\x98\x80", 4);
        }

        text[i] = '\0';
        scim_refuse(&err, 400, SCIM_TYPE_NONE, "%s", text);
        len = strlen(err.detail);
        assert_in_range(len, SCIM_ERROR_DETAIL - 4, SCIM_ERROR_DETAIL - 1);
        assert_int_equal((len - shift) % 4, 0);
        assert_null(strchr(err.detail, '?'));
    }
}


static void
errors_are_written(void **state)
{
    scim_pool_t   *pool = scim_pool_create(0);
    scim_error_t   err;
    scim_buf_t     buf;
    scim_str_t     s;

    (void) state;
    scim_buf_init(&buf, pool, 0);
    scim_refuse(&err, 400, SCIM_INVALID_FILTER, "no \"%s\"", "x");
    scim_error_write(&buf, &err);
    scim_refuse(&err, 503, SCIM_TYPE_NONE, "%s", "");
    scim_error_write(&buf, &err);
    assert_int_equal(scim_buf_done(&buf, &s), SCIM_OK);

    assert_string_equal(unit_quotes(pool, s),
        "{'schemas':['urn:ietf:params:scim:api:messages:2.0:Error'],"
        "'status':'400','scimType':'invalidFilter','detail':'no \\'x\\''}"
        "{'schemas':['urn:ietf:params:scim:api:messages:2.0:Error'],"
        "'status':'503'}");
    scim_pool_destroy(pool);
}


static void
error_types_have_names(void **state)
{
    (void) state;
    assert_null(scim_error_type_name(SCIM_TYPE_NONE));
    assert_string_equal(scim_error_type_name(SCIM_TOO_MANY), "tooMany");
    assert_string_equal(scim_error_type_name(SCIM_NO_TARGET), "noTarget");
    assert_string_equal(scim_error_type_name(SCIM_SENSITIVE), "sensitive");
    assert_null(scim_error_type_name((scim_error_type_e) 99));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_apart),
        cmocka_unit_test(pcalloc_zeroes),
        cmocka_unit_test(prealloc_keeps_what_was_there),
        cmocka_unit_test(cleanups_run_last_first),
        cmocka_unit_test(allocations_fail_when_told),
        cmocka_unit_test(strings_compare),
        cmocka_unit_test(printf_takes_any_length),
        cmocka_unit_test(buffers_grow),
        cmocka_unit_test(buffers_remember_failure),
        cmocka_unit_test(errors_are_clean_text),
        cmocka_unit_test(errors_are_cut_between_characters),
        cmocka_unit_test(errors_are_written),
        cmocka_unit_test(error_types_have_names)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
