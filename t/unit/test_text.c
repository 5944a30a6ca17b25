/*
 * UTF-8, folding, dates, UUIDs, percent-decoding.
 */

#include "unit.h"

#include "scim/scim_text.h"

#include <stdio.h>
#include <time.h>

#define N(array)  (sizeof(array) / sizeof((array)[0]))


static void
utf8_is_strict(void **state)
{
    static const struct { scim_str_t text; bool valid; } cases[] = {
        { SCIM_STR(""), true },
        { { NULL, 0 }, true },
        { SCIM_STR("plain text of more than eight bytes"), true },
        { SCIM_STR("\x01\x7f"), true },
        { SCIM_STR("\xc2\x80"), true },
        { SCIM_STR("\xdf\xbf"), true },
        { SCIM_STR("\xe0\xa0\x80"), true },
        { SCIM_STR("\xed\x9f\xbf"), true },
        { SCIM_STR("\xee\x80\x80"), true },
        { SCIM_STR("\xef\xbf\xbf"), true },
        { SCIM_STR("\xf0\x90\x80\x80"), true },
        { SCIM_STR("\xf4\x8f\xbf\xbf"), true },
        { SCIM_STR("\x80"), false },
        { SCIM_STR("\xc0\xaf"), false },
        { SCIM_STR("\xc1\xbf"), false },
        { SCIM_STR("\xe0\x9f\xbf"), false },
        { SCIM_STR("\xed\xa0\x80"), false },
        { SCIM_STR("\xed\xbf\xbf"), false },
        { SCIM_STR("\xf0\x8f\xbf\xbf"), false },
        { SCIM_STR("\xf4\x90\x80\x80"), false },
        { SCIM_STR("\xf5\x80\x80\x80"), false },
        { SCIM_STR("\xff"), false },
        { SCIM_STR("twelve bytes\xc3"), false },
        { SCIM_STR("twelve bytes\xe2\x82"), false },
        { SCIM_STR("\xe2\x82x"), false },
        { SCIM_STR("\xc3\xa4\xa4"), false },
        { SCIM_STR("a\0b"), false },
        { SCIM_STR("more than eight bytes\0"), false }
    };
    size_t  i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        if (scim_utf8_valid(cases[i].text) != cases[i].valid) {
            fail_msg("case %zu", i);
        }
    }
}


static void
cut_leaves_characters_whole(void **state)
{
    static const struct { const char *text; size_t max, cut; } cases[] = {
        { "abc", 5, 3 }, { "abc", 3, 3 }, { "abc", 2, 2 }, { "abc", 0, 0 },
        { "a\xc3\xa4", 2, 1 }, { "a\xc3\xa4", 3, 3 }, { "\xc3\xa4", 1, 0 },
        { "\xf0\x9f\x98\x80", 3, 0 }, { "\xf0\x9f\x98\x80x", 4, 4 }
    };
    size_t  i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        assert_int_equal(scim_utf8_cut(scim_str_from(cases[i].text),
                                       cases[i].max), cases[i].cut);
    }
}


static void
excerpts_are_clean(void **state)
{
    static const struct { scim_str_t in; size_t max; const char *out; }
        cases[] = {
        { SCIM_STR(""), 9, "" },
        { SCIM_STR("Ren\xc3\xa9" "e"), 9, "Ren\xc3\xa9" "e" },
        { SCIM_STR("Ren\xc3\xa9" "e"), 4, "Ren" },
        { SCIM_STR("a\0b\nc\x7f" "d"), 9, "a?b?c?d" },
        { SCIM_STR("\xe9t\xe9"), 9, "?t?" },
        { SCIM_STR("a\xe2\x82"), 9, "a??" },
        { SCIM_STR("\xed\xa0\x80"), 9, "???" }
    };
    size_t        i;
    scim_str_t    out;
    scim_pool_t  *pool;

    (void) state;

    pool = scim_pool_create(0);
    assert_non_null(pool);

    for (i = 0; i < N(cases); i++) {
        assert_int_equal(scim_utf8_excerpt(pool, cases[i].in, cases[i].max,
                                           &out), SCIM_OK);
        assert_int_equal(out.len, strlen(cases[i].out));
        assert_memory_equal(out.data, cases[i].out, out.len);
    }

    assert_int_equal(scim_utf8_excerpt(pool, scim_str_absent, 9, &out),
                     SCIM_OK);
    assert_int_equal(out.len, 0);

    scim_pool_destroy(pool);
}


static void
fold_is_full_and_composed(void **state)
{
    static const struct { const char *in, *out; } cases[] = {
        { "", "" },
        { "BJensen@Example.COM", "bjensen@example.com" },
        { "@[`{AZaz09", "@[`{azaz09" },
        { "BJ\xc3\x98RN", "bj\xc3\xb8rn" },
        { "Stra\xc3\x9f" "e", "strasse" },
        { "\xe1\xba\x9e", "ss" },
        { "\xce\xa3\xcf\x82\xcf\x83", "\xcf\x83\xcf\x83\xcf\x83" },
        { "A\xcc\x88", "\xc3\xa4" },                /* composed */
        { "\xc3\x84", "\xc3\xa4" },
        { "\xef\xac\x81", "fi" },                   /* a ligature */
        { "\xc4\xb0", "i\xcc\x87" },               /* a dotted I */
        { "\xc4\xb1", "\xc4\xb1" },               /* a dotless i */
        { "\xef\xbc\xa1", "\xef\xbd\x81" },       /* a wide A stays wide */
        { "\xe2\x84\xaa", "k" },                  /* the sign of Kelvin */
        { "\xe1\xbd\x88\xce\x94\xce\x8c\xce\xa3",
          "\xe1\xbd\x80\xce\xb4\xcf\x8c\xcf\x83" },
        { "e\xcc\x81\xcc\xa3", "\xe1\xba\xb9\xcc\x81" },  /* two marks */
        { "e\xcc\xa3\xcc\x81", "\xe1\xba\xb9\xcc\x81" },  /* turned round */
        { "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8" }  /* Deseret */
    };
    scim_pool_t  *pool = scim_pool_create(0);
    scim_str_t    out;
    size_t        i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        assert_int_equal(scim_fold(pool, scim_str_from(cases[i].in), &out),
                         SCIM_OK);
        assert_int_equal(out.len, strlen(cases[i].out));
        assert_memory_equal(out.data, cases[i].out, out.len);
    }

    scim_pool_destroy(pool);
}


/* Marks are put into order, but not any number of them: that takes a time
 * which grows with its square. */
static void
crowds_of_marks_stay_as_they_are(void **state)
{
    static const struct {
        size_t       n;             /* times the mark, then the last one */
        const char  *mark, *last, *begins;
    } cases[] = {
        { 29, "\xcc\x81", "\xcc\xa3", "\xe1\xba\xb9\xcc\x81" },
        { 30, "\xcc\x81", "\xcc\xa3", "e\xcc\x81\xcc\x81" },
        { 200000, "\xcc\x81", "\xcc\xa3", "e\xcc\x81\xcc\x81" },
        { 200000, "\xe0\xbd\xb3", "", "e\xe0\xbd\xb3" }   /* two in one */
    };
    scim_pool_t  *pool = scim_pool_create(0);
    scim_str_t    out;
    scim_buf_t    buf;
    size_t        i, j;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        scim_buf_init(&buf, pool, 64);
        scim_buf_char(&buf, 'E');

        for (j = 0; j < cases[i].n; j++) {
            scim_buf_str(&buf, scim_str_from(cases[i].mark));
        }

        scim_buf_str(&buf, scim_str_from(cases[i].last));

        assert_int_equal(scim_buf_done(&buf, &out), SCIM_OK);
        assert_int_equal(scim_fold(pool, out, &out), SCIM_OK);
        assert_true(scim_str_starts(out, scim_str_from(cases[i].begins)));
    }

    scim_pool_destroy(pool);
}


static size_t
encode(uint32_t c, char *to)
{
    if (c < 0x80) {
        to[0] = (char) c;
        return 1;
    }

    if (c < 0x800) {
        to[0] = (char) (0xc0 | c >> 6);
        to[1] = (char) (0x80 | (c & 0x3f));
        return 2;
    }

    if (c < 0x10000) {
        to[0] = (char) (0xe0 | c >> 12);
        to[1] = (char) (0x80 | (c >> 6 & 0x3f));
        to[2] = (char) (0x80 | (c & 0x3f));
        return 3;
    }

    to[0] = (char) (0xf0 | c >> 18);
    to[1] = (char) (0x80 | (c >> 12 & 0x3f));
    to[2] = (char) (0x80 | (c >> 6 & 0x3f));
    to[3] = (char) (0x80 | (c & 0x3f));
    return 4;
}


/* Every character: valid but for surrogates, and folding twice changes no
 * more than folding once. */
static void
every_character(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_str_t    s, once, twice;
    char          text[4];
    uint32_t      c;

    (void) state;

    for (c = 1; c <= 0x10ffff; c++) {
        s = (scim_str_t) { text, encode(c, text) };

        if (scim_utf8_valid(s) == (c >= 0xd800 && c <= 0xdfff)) {
            fail_msg("U+%04X", c);
        }

        if (c >= 0xd800 && c <= 0xdfff) {
            continue;
        }

        if (c % 1024 == 0) {
            scim_pool_destroy(pool);
            pool = scim_pool_create(0);
        }

        assert_int_equal(scim_fold(pool, s, &once), SCIM_OK);
        assert_int_equal(scim_fold(pool, once, &twice), SCIM_OK);

        if (!scim_utf8_valid(once) || !scim_str_eq(once, twice)) {
            fail_msg("fold of U+%04X", c);
        }
    }

    scim_pool_destroy(pool);
}


static void
dates_are_parsed(void **state)
{
    static const struct { const char *text; int64_t us; } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1970-01-01T00:00:00", 0 },
        { "1970-01-01T00:00:00.000001Z", 1 },
        { "1970-01-01T00:00:00.1Z", 100000 },
        { "1970-01-01T00:00:00.1234567899Z", 123456 },
        { "1970-01-01T01:00:00+01:00", 0 },
        { "1969-12-31T19:00:00-05:00", 0 },
        { "1969-12-31T23:59:59.5Z", -500000 },
        { "1969-12-31T24:00:00Z", 0 },
        { "2011-05-13T04:42:34Z", INT64_C(1305261754000000) },
        { "2000-02-29T12:00:00Z", INT64_C(951825600000000) },
        { "0000-01-01T00:00:00Z", INT64_C(-62167219200000000) },
        { "9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999) }
    };
    static const char *const  wrong[] = {
        "", "2011", "2011-05-13", "2011-05-13T", "2011-05-13T04:42Z",
        "2011-05-13 04:42:34Z", "2011-13-13T04:42:34Z",
        "2011-00-13T04:42:34Z", "2011-05-00T04:42:34Z",
        "2011-04-31T04:42:34Z", "2011-02-29T04:42:34Z",
        "1900-02-29T04:42:34Z", "2011-05-13T25:42:34Z",
        "2011-05-13T24:00:01Z", "2011-05-13T24:00:00.1Z",
        "2011-05-13T04:60:34Z", "2011-05-13T04:42:60Z",
        "2011-05-13T04:42:34.Z", "2011-05-13T04:42:34Zx",
        "2011-05-13T04:42:34+1:00", "2011-05-13T04:42:34+0100",
        "2011-05-13T04:42:34+15:00", "2011-05-13T04:42:34+01:60",
        "2011-05-13T04:42:34+01:00Z", "-2011-05-13T04:42:34Z",
        "12011-05-13T04:42:34Z", " 2011-05-13T04:42:34Z"
    };
    int64_t  us;
    size_t   i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        if (!scim_time_parse(scim_str_from(cases[i].text), &us)
            || us != cases[i].us)
        {
            fail_msg("%s gives %lld", cases[i].text, (long long) us);
        }
    }

    for (i = 0; i < N(wrong); i++) {
        if (scim_time_parse(scim_str_from(wrong[i]), &us)) {
            fail_msg("%s is no date", wrong[i]);
        }
    }
}


/* Days all over the calendar agree with the C library. */
static void
dates_are_written(void **state)
{
    char       text[SCIM_TIME_LEN + 1], want[64], date[32];
    int64_t    ms, us;
    time_t     seconds;
    struct tm  tm;

    (void) state;

    for (ms = INT64_C(-62167219200000); ms <= INT64_C(253402300799999);
         ms += INT64_C(7777777777))
    {
        us = ms % 1000;
        us = us < 0 ? us + 1000 : us;
        seconds = (time_t) ((ms - us) / 1000);
        assert_non_null(gmtime_r(&seconds, &tm));
        snprintf(date, sizeof(date), "%04d-%02d-%02dT", tm.tm_year + 1900,
                 (tm.tm_mon + 1) % 100, tm.tm_mday % 100);
        snprintf(want, sizeof(want), "%s%02d:%02d:%02d.%03dZ", date,
                 tm.tm_hour, tm.tm_min, tm.tm_sec, (int) us);

        scim_time_format(ms, text);
        assert_string_equal(text, want);
        assert_true(scim_time_parse(scim_str_from(text), &us));
        assert_true(us == ms * 1000);
    }

    scim_time_format(INT64_MIN, text);
    assert_string_equal(text, "0000-01-01T00:00:00.000Z");
    scim_time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}


static void
uuids_are_version_four(void **state)
{
    static const uint8_t  ff[16] = {
        255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255
    };
    static const uint8_t  count[16] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xab
    };
    char  text[SCIM_UUID_LEN + 1];

    (void) state;
    scim_uuid_format(ff, text);
    assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    scim_uuid_format(count, text);
    assert_string_equal(text, "00010203-0405-4607-8809-0a0b0c0d0eab");
}


static void
escapes_are_decoded(void **state)
{
    static const struct { const char *in; bool plus; const char *out; }
    cases[] = {
        { "", true, "" },
        { "userName+eq+%22a%40b%22", true, "userName eq \"a@b\"" },
        { "a+b%2B%20", false, "a+b+ " },
        { "%c3%A4", false, "\xc3\xa4" },
        { "%", true, "%" }, { "%4", true, "%4" }, { "%4g", true, "%4g" },
        { "%g4", true, "%g4" }, { "%%41", true, "%A" },
        { "100%25%", true, "100%%" }
    };
    scim_pool_t  *pool = scim_pool_create(0);
    scim_str_t    out;
    size_t        i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        assert_int_equal(scim_uri_decode(pool, scim_str_from(cases[i].in),
                                         cases[i].plus, &out), SCIM_OK);
        assert_int_equal(out.len, strlen(cases[i].out));
        assert_memory_equal(out.data, cases[i].out, out.len);
    }

    assert_int_equal(scim_uri_decode(pool, scim_str("%00"), true, &out),
                     SCIM_OK);
    assert_int_equal(out.len, 1);
    assert_int_equal(out.data[0], 0);
    scim_pool_destroy(pool);
}


static scim_rc_t
fold_and_decode(void *data)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_str_t    out;
    scim_rc_t     rc;

    (void) data;

    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_fold(pool, scim_str("\xc3\x84pfel"), &out);
    if (rc == SCIM_OK) {
        rc = scim_uri_decode(pool, out, true, &out);
    }

    scim_pool_destroy(pool);
    return rc;
}


static void
memory_may_be_short(void **state)
{
    (void) state;
    unit_fail_allocations(fold_and_decode, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(cut_leaves_characters_whole),
        cmocka_unit_test(excerpts_are_clean),
        cmocka_unit_test(fold_is_full_and_composed),
        cmocka_unit_test(crowds_of_marks_stay_as_they_are),
        cmocka_unit_test(every_character),
        cmocka_unit_test(dates_are_parsed),
        cmocka_unit_test(dates_are_written),
        cmocka_unit_test(uuids_are_version_four),
        cmocka_unit_test(escapes_are_decoded),
        cmocka_unit_test(memory_may_be_short)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
