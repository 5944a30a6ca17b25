/*
 * JSON: the parser whole and cut anywhere, its refusals and limits, writing,
 * editing, comparing.  In tables ' stands for ".
 */

#include "unit.h"

#include "scim/scim_error.h"

#include <stdio.h>

#define N(array)  (sizeof(array) / sizeof((array)[0]))


static scim_rc_t
parse_cut(scim_pool_t *pool, scim_str_t text, size_t step,
    const scim_json_limits_t *limits, scim_json_t **root, scim_error_t *err)
{
    scim_json_parser_t  *parser;
    scim_rc_t            rc = SCIM_OK;
    size_t               n;

    parser = scim_json_parser_create(pool, limits);
    if (parser == NULL) {
        return SCIM_NOMEM;
    }

    for ( ; text.len > 0 && rc == SCIM_OK; text = scim_str_skip(text, n)) {
        n = text.len < step ? text.len : step;
        rc = scim_json_feed(parser, text.data, n, err);
    }

    if (rc != SCIM_OK) {
        /* It stays refused. */
        assert_int_equal(scim_json_feed(parser, " ", 1, err), rc);
    }

    return scim_json_finish(parser, root, err);
}


/* Text of the tables, with " for '. */
static scim_str_t
json_text(scim_pool_t *pool, const char *text)
{
    scim_str_t  s;
    size_t      i;

    assert_int_equal(scim_str_dup(pool, scim_str_from(text), &s), SCIM_OK);

    for (i = 0; i < s.len; i++) {
        if (s.data[i] == '\'') {
            ((char *) s.data)[i] = '"';
        }
    }

    return s;
}


static void
accepted_however_cut(void **state)
{
    static const struct { const char *in, *out; } cases[] = {
        { "{}", "{}" },
        { "[]", "[]" },
        { " \t\r\n{ } \n", "{}" },
        { "null", "null" }, { "true", "true" }, { "false", "false" },
        { "12", "12" }, { "-0.5e+10", "-0.5e+10" }, { "0", "0" },
        { "123456789012345678901234567890", "123456789012345678901234567890" },
        { "1e999", "1e999" },
        { "''", "''" }, { "'a'", "'a'" },
        { "[1,2 , 3]", "[1,2,3]" },
        { "{'b':1,'a':{'c':[{},[],null]}}", "{'b':1,'a':{'c':[{},[],null]}}" },
        { "{'a':1,'A':2,'':3}", "{'a':1,'A':2,'':3}" },
        { "{'a':{'a':1},'b':{'a':1}}", "{'a':{'a':1},'b':{'a':1}}" },
        { "'\\b\\t\\n\\f\\r\\\\\\/\\u0022'", "'\\b\\t\\n\\f\\r\\\\/\\\''" },
        { "'\\u0001\\u001F\\u007f'", "'\\u0001\\u001f\x7f'" },
        { "'\\u00e9\\u00E9'", "'\xc3\xa9\xc3\xa9'" },
        { "'\\ud83d\\uDE00'", "'\xf0\x9f\x98\x80'" },
        { "'\\ud83d\\ude00\\ud83d\\ude00\\u0041'",
          "'\xf0\x9f\x98\x80\xf0\x9f\x98\x80" "A'" },
        { "'\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80'",
          "'\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80'" },
        { "{'a\\u0062':1}", "{'ab':1}" }
    };
    scim_pool_t   *pool;
    scim_json_t   *root;
    scim_error_t   err;
    size_t         i, step;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        for (step = 1; step < 50; step++) {
            pool = scim_pool_create(0);

            if (parse_cut(pool, json_text(pool, cases[i].in), step, NULL,
                          &root, &err) != SCIM_OK)
            {
                fail_msg("%s in steps of %zu: %s", cases[i].in, step,
                         err.detail);
            }

            assert_string_equal(unit_text(pool, root), cases[i].out);
            scim_pool_destroy(pool);
        }
    }
}


/* `at`: the byte the detail names. */
static void
refused_however_cut(void **state)
{
    static const struct { const char *in; size_t at; const char *why; }
    cases[] = {
        { "{", 1, "premature EOF" },
        { "[1", 2, "premature EOF" },
        { "tru", 3, "invalid string" },
        { "{'a'", 4, "premature EOF" },
        { "{'a", 3, "within a string" },
        { "'\\", 2, "within a string" },
        { "{} 'abc", 7, "within a string" },
        { "{} {}", 4, "trailing garbage" },
        { "{}}", 3, "trailing garbage" },
        { "1 2", 3, "trailing garbage" },
        { "[1,]", 4, "unallowed token" },
        { "{'a':1,}", 8, "invalid object key" },
        { "{'a' 1}", 6, "colon" },
        { "{1:1}", 2, "invalid object key" },
        { "[1 2]", 4, "',' or ']'" },
        { "[}", 2, "unallowed token" },
        { "[01]", 3, "',' or ']'" },
        { "[.5]", 2, "invalid char" },
        { "[+1]", 2, "invalid char" },
        { "[NaN]", 2, "invalid char" },
        { "{a:1}", 2, "invalid char" },
        { "[/* */1]", 2, "no place" },
        { "{\x60" "a\x60:1}", 2, "no place" },
        { "\xef\xbb\xbf{}", 1, "byte order mark" },
        { "[\v1]", 2, "no place" },
        { "[\xc2\xa0]", 2, "no place" },
        { "['\x01']", 3, "control character" },
        { "['\n']", 3, "control character" },
        { "'\\x'", 3, "no such escape" },
        { "'\\u12g4'", 6, "hexadecimal" },
        { "'\\u0000'", 7, "U+0000" },
        { "{'\\u0000':1}", 8, "U+0000" },
        { "'\\ud800'", 8, "high surrogate" },
        { "'\\ud800x'", 8, "high surrogate" },
        { "'\\ud800\\n'", 9, "high surrogate" },
        { "'\\ud800\\u0041'", 13, "high surrogate" },
        { "'\\ud800\\ud800'", 13, "high surrogate" },
        { "'\\udc00'", 7, "low surrogate" },
        { "'\\ud83d\\ude00\\ude00'", 19, "low surrogate" },
        { "'\xc0\xaf'", 2, "UTF-8" },
        { "'\xed\xa0\x80'", 3, "UTF-8" },
        { "'\xf4\x90\x80\x80'", 3, "UTF-8" },
        { "'\xc3'", 3, "UTF-8" },
        { "'\x80'", 2, "UTF-8" },
        { "{'a':1,'b':2,'a':3}", 16, "\"a\" stands twice" },
        { "{'a':1,'\\u0061':3}", 15, "\"a\" stands twice" },
        { "[{'x':{'':0,'':0}}]", 14, "\"\" stands twice" }
    };
    scim_pool_t   *pool;
    scim_json_t   *root;
    scim_error_t   err;
    char           at[32];
    size_t         i, step;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        snprintf(at, sizeof(at), "at byte %zu: ", cases[i].at);

        for (step = 1; step < 30; step++) {
            pool = scim_pool_create(0);
            assert_int_equal(parse_cut(pool, json_text(pool, cases[i].in),
                                       step, NULL, &root, &err),
                             SCIM_REFUSED);
            assert_int_equal(err.status, 400);
            assert_int_equal(err.type, SCIM_INVALID_SYNTAX);

            if (strstr(err.detail, cases[i].why) == NULL
                || strstr(err.detail, at) == NULL)
            {
                fail_msg("%s in steps of %zu: %s", cases[i].in, step,
                         err.detail);
            }

            scim_pool_destroy(pool);
        }
    }
}


static void
zero_bytes_are_refused(void **state)
{
    static const scim_str_t  cases[] = {
        SCIM_STR("[\0]"), SCIM_STR("[\"\0\"]"), SCIM_STR("{}\0"),
        SCIM_STR("\"\\\0\""), SCIM_STR("tr\0ue")
    };
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *root;
    scim_error_t   err;
    size_t         i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        assert_int_equal(scim_json_parse(pool, cases[i], NULL, &root, &err),
                         SCIM_REFUSED);
    }

    scim_pool_destroy(pool);
}


static void
white_space_is_nothing(void **state)
{
    static const char *const  cases[] = { "", " ", "\r\n\t " };
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *root;
    scim_error_t   err;
    size_t         i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        assert_int_equal(scim_json_parse(pool, scim_str_from(cases[i]), NULL,
                                         &root, &err), SCIM_NONE);
    }

    scim_pool_destroy(pool);
}


static void
limits_hold(void **state)
{
    static const scim_json_limits_t  limits = {
        .depth = 3, .size = 40, .values = 6, .members = 2
    };
    static const struct { const char *in; int status; const char *why; }
    cases[] = {
        { "[[[]]]", 0, "" },
        { "[[[[]]]]", 400, "more than 3 deep" },
        { "[{'a':[{}]}]", 400, "more than 3 deep" },
        { "[1,2,3,4,5]", 0, "" },
        { "[1,2,3,4,5,6]", 400, "more than 6 values" },
        { "{'a':1,'b':2}", 0, "" },
        { "{'a':1,'b':2,'c':3}", 400, "more than 2 names" },
        { "'23456789 123456789 123456789 123456789'", 0, "" },
        { "'23456789 123456789 123456789 123456789 '", 413, "40 bytes" }
    };
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *root;
    scim_error_t   err;
    size_t         i, step;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        for (step = 1; step < 45; step += 4) {
            err.status = 0;
            err.detail[0] = '\0';
            (void) parse_cut(pool, json_text(pool, cases[i].in), step,
                             &limits, &root, &err);
            assert_int_equal(err.status, cases[i].status);
            assert_non_null(strstr(err.detail, cases[i].why));
        }
    }

    assert_int_equal(err.type, SCIM_TYPE_NONE);
    scim_pool_destroy(pool);
}


/* An object of n names, of which the last is `last`. */
static scim_str_t
object_of(scim_pool_t *pool, size_t n, size_t last)
{
    scim_buf_t  buf;
    scim_str_t  text;
    size_t      i;

    scim_buf_init(&buf, pool, 0);

    for (i = 0; i < n; i++) {
        scim_buf_str(&buf, i == 0 ? scim_str("{\"n") : scim_str(",\"n"));
        scim_buf_uint(&buf, i + 1 == n ? last : i);
        scim_buf_lit(&buf, "\":0");
    }

    scim_buf_char(&buf, '}');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);
    return text;
}


static void
duplicates_are_found_among_many(void **state)
{
    static const size_t  sizes[] = { 2, 15, 16, 17, 18, 32, 33, 200, 1024 };
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *root;
    scim_error_t   err;
    size_t         i, n, dup;

    (void) state;

    for (i = 0; i < N(sizes); i++) {
        n = sizes[i];
        assert_int_equal(scim_json_parse(pool, object_of(pool, n, n), NULL,
                                         &root, &err), SCIM_OK);
        assert_int_equal(root->count, n);

        for (dup = 0; dup + 1 < n; dup += 1 + n / 20) {
            assert_int_equal(scim_json_parse(pool, object_of(pool, n, dup),
                                             NULL, &root, &err),
                             SCIM_REFUSED);
            assert_non_null(strstr(err.detail, "stands twice"));
        }
    }

    scim_pool_destroy(pool);
}


/* A string of 200,000 bytes, one by one: the time shows if each is more than
 * a step. */
static void
small_pieces_are_linear(void **state)
{
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *root;
    scim_error_t   err;
    size_t         len = 200000;
    char          *text = scim_palloc(pool, len);

    (void) state;
    memset(text, 'x', len);
    text[0] = text[len - 1] = '"';
    assert_int_equal(parse_cut(pool, (scim_str_t) { text, len }, 1, NULL,
                               &root, &err), SCIM_OK);
    assert_int_equal(root->text.len, len - 2);

    memset(text, '7', len);
    assert_int_equal(parse_cut(pool, (scim_str_t) { text, len }, 1, NULL,
                               &root, &err), SCIM_OK);
    assert_int_equal(root->text.len, len);
    scim_pool_destroy(pool);
}


static void
strings_are_escaped_as_needed(void **state)
{
    static const struct { scim_str_t in; const char *out; } cases[] = {
        { SCIM_STR(""), "''" },
        { { NULL, 0 }, "''" },
        { SCIM_STR("plain/text"), "'plain/text'" },
        { SCIM_STR("\"a\""), "'\\'a\\''" },
        { SCIM_STR("\\\\"), "'\\\\\\\\'" },
        { SCIM_STR("\x1f" "a\n"), "'\\u001fa\\n'" },
        { SCIM_STR("\xe2\x82\xac\x7f"), "'\xe2\x82\xac\x7f'" }
    };
    scim_pool_t  *pool = scim_pool_create(0);
    scim_buf_t    buf;
    scim_str_t    out;
    size_t        i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        scim_buf_init(&buf, pool, 0);
        scim_json_write_string(&buf, cases[i].in);
        assert_int_equal(scim_buf_done(&buf, &out), SCIM_OK);
        assert_string_equal(unit_quotes(pool, out), cases[i].out);
    }

    scim_pool_destroy(pool);
}


/* first, last, next and count agree. */
static void
check_chain(const scim_json_t *parent)
{
    const scim_json_t  *child, *last = NULL;
    size_t              n = 0;

    for (child = parent->first; child != NULL; child = child->next) {
        last = child;
        n++;
    }

    assert_ptr_equal(parent->last, last);
    assert_int_equal(parent->count, n);
}


static void
members_are_set_and_removed(void **state)
{
    static const struct { const char *in, *set, *removed, *out; } cases[] = {
        { "{}", "a", "", "{'a':0}" },
        { "{'a':1}", "a", "", "{'a':0}" },
        { "{'a':1,'b':2,'c':3}", "a", "", "{'a':0,'b':2,'c':3}" },
        { "{'a':1,'b':2,'c':3}", "b", "", "{'a':1,'b':0,'c':3}" },
        { "{'a':1,'b':2,'c':3}", "c", "", "{'a':1,'b':2,'c':0}" },
        { "{'a':1,'b':2,'c':3}", "A", "", "{'a':1,'b':2,'c':3,'A':0}" },
        { "{'a':1,'b':2,'c':3}", "", "a", "{'b':2,'c':3}" },
        { "{'a':1,'b':2,'c':3}", "", "b", "{'a':1,'c':3}" },
        { "{'a':1,'b':2,'c':3}", "", "C", "{'a':1,'b':2}" },
        { "{'a':1}", "", "a", "{}" },
        { "{'a':1}", "b", "b", "{'a':1}" }
    };
    scim_pool_t  *pool = scim_pool_create(0);
    scim_json_t  *root, *child;
    size_t        i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        root = unit_json(pool, cases[i].in);

        if (cases[i].set[0] != '\0') {
            assert_int_equal(scim_json_set(root, scim_str_from(cases[i].set),
                                           scim_json_uint(pool, 0)), SCIM_OK);
            check_chain(root);
        }

        child = scim_json_get_ci(root, scim_str_from(cases[i].removed));
        if (child != NULL) {
            scim_json_remove(root, child);
        }

        check_chain(root);
        assert_string_equal(unit_text(pool, root), cases[i].out);
    }

    /* A value set where it is already stays. */
    root = unit_json(pool, "{'a':1,'b':2}");
    child = scim_json_get(root, scim_str("a"));
    assert_int_equal(scim_json_set(root, scim_str("a"), child), SCIM_OK);
    assert_string_equal(unit_text(pool, root), "{'a':1,'b':2}");
    assert_int_equal(scim_json_set(root, scim_str("a"), NULL), SCIM_NOMEM);
    assert_int_equal(scim_json_add(root, scim_str("a"), NULL), SCIM_NOMEM);
    assert_int_equal(scim_json_append(root, NULL), SCIM_NOMEM);
    scim_pool_destroy(pool);
}


static void
members_are_found(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_json_t  *root = unit_json(pool, "{'userName':'a','n':1,'s':''}");

    (void) state;
    assert_non_null(scim_json_get(root, scim_str("userName")));
    assert_null(scim_json_get(root, scim_str("username")));
    assert_non_null(scim_json_get_ci(root, scim_str("USERNAME")));
    assert_null(scim_json_get_ci(root, scim_str("user")));
    assert_true(scim_str_eq(scim_json_get_text(root, scim_str("username")),
                            scim_str("a")));
    assert_non_null(scim_json_get_text(root, scim_str("s")).data);
    assert_null(scim_json_get_text(root, scim_str("n")).data);
    assert_null(scim_json_get_text(root, scim_str("x")).data);
    assert_null(scim_json_get(NULL, scim_str("x")));
    assert_null(scim_json_get(unit_json(pool, "['x']"), scim_str("")));
    scim_pool_destroy(pool);
}


static void
values_compare(void **state)
{
    static const struct { const char *a, *b; bool equal; } cases[] = {
        { "null", "null", true }, { "null", "false", false },
        { "true", "true", true }, { "true", "false", false },
        { "1", "1", true }, { "1", "1.0", false }, { "1", "'1'", false },
        { "'a'", "'\\u0061'", true }, { "'a'", "'A'", false },
        { "[]", "[]", true }, { "[]", "{}", false },
        { "[1,2]", "[1,2]", true }, { "[1,2]", "[2,1]", false },
        { "[1,2]", "[1]", false },
        { "{'a':1,'b':2}", "{'b':2,'a':1}", true },
        { "{'a':1,'b':2,'c':3}", "{'c':3,'a':1,'b':2}", true },
        { "{'a':1,'b':2}", "{'a':1,'c':2}", false },
        { "{'a':1}", "{'A':1}", false },
        { "{'a':{'b':[1,{}]}}", "{'a':{'b':[1,{}]}}", true },
        { "{'a':{'b':[1,{}]}}", "{'a':{'b':[1,{'x':1}]}}", false }
    };
    scim_pool_t  *pool = scim_pool_create(0);
    scim_json_t  *a, *b, *copy;
    size_t        i;

    (void) state;

    for (i = 0; i < N(cases); i++) {
        a = unit_json(pool, cases[i].a);
        b = unit_json(pool, cases[i].b);

        if (scim_json_equal(a, b) != cases[i].equal
            || scim_json_equal(b, a) != cases[i].equal)
        {
            fail_msg("%s and %s", cases[i].a, cases[i].b);
        }

        copy = scim_json_copy(pool, a);
        assert_true(scim_json_equal(a, copy));
        assert_string_equal(unit_text(pool, copy), unit_text(pool, a));
    }

    scim_pool_destroy(pool);
}


/* A copy of a child stands alone; an edit of a copy leaves the original. */
static void
copies_are_apart(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_json_t  *root = unit_json(pool, "{'a':{'b':[1]},'c':2}");
    scim_json_t  *copy;

    (void) state;
    copy = scim_json_copy(pool, root->first);
    assert_null(copy->next);
    assert_true(scim_str_eq(copy->name, scim_str("a")));

    assert_int_equal(scim_json_append(copy->first, scim_json_null(pool)),
                     SCIM_OK);
    assert_string_equal(unit_text(pool, copy), "{'b':[1,null]}");
    assert_string_equal(unit_text(pool, root), "{'a':{'b':[1]},'c':2}");
    scim_pool_destroy(pool);
}


static scim_rc_t
build(scim_pool_t *pool, scim_json_t **root)
{
    scim_json_t  *object = scim_json_object(pool);
    scim_json_t  *array = scim_json_array(pool);

    if (object == NULL || array == NULL
        || scim_json_append(array, scim_json_bool(pool, true)) != SCIM_OK
        || scim_json_append(array, scim_json_uint(pool, 18446744073709551615u))
           != SCIM_OK
        || scim_json_append(array, scim_json_number(pool, scim_str("-1.5")))
           != SCIM_OK
        || scim_json_append(array, scim_json_null(pool)) != SCIM_OK
        || scim_json_add(object, scim_str("s"),
                         scim_json_string(pool, scim_str("t"))) != SCIM_OK
        || scim_json_set(object, scim_str("l"), array) != SCIM_OK)
    {
        return SCIM_NOMEM;
    }

    *root = scim_json_copy(pool, object);
    return *root == NULL ? SCIM_NOMEM : SCIM_OK;
}


static void
trees_are_built(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    scim_json_t  *root = NULL;

    (void) state;
    assert_int_equal(build(pool, &root), SCIM_OK);
    assert_string_equal(unit_text(pool, root),
                        "{'s':'t','l':[true,18446744073709551615,-1.5,null]}");
    scim_pool_destroy(pool);
}


static scim_rc_t
work(void *data)
{
    static const char  text[] =
        "{\"userName\":\"bj\\u00f8rn\",\"list\":[1,true,null,[[[\"x\"]]]],"
        "\"0\":0,\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,"
        "\"8\":0,\"9\":0,\"10\":0,\"11\":0,\"12\":0,\"13\":0,\"14\":0,"
        "\"15\":0,\"16\":0,\"17\":0,\"18\":0,\"19\":0,\"20\":0}";
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *root = NULL;
    scim_error_t   err;
    scim_buf_t     buf;
    scim_str_t     out;
    scim_rc_t      rc;

    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = parse_cut(pool, scim_str(text), *(size_t *) data, NULL, &root, &err);

    if (rc == SCIM_OK) {
        rc = build(pool, &root);
    }

    if (rc == SCIM_OK) {
        scim_buf_init(&buf, pool, 0);
        scim_json_write(&buf, root);
        rc = scim_buf_done(&buf, &out);
    }

    scim_pool_destroy(pool);
    return rc;
}


static scim_rc_t
refuse_syntax(void *data)
{
    scim_pool_t   *pool = scim_pool_create(0);
    scim_json_t   *root;
    scim_error_t   err;
    scim_rc_t      rc;

    (void) data;

    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_json_parse(pool, scim_str("[1,]"), NULL, &root, &err);
    scim_pool_destroy(pool);
    return rc == SCIM_REFUSED ? SCIM_OK : rc;
}


static void
memory_may_be_short(void **state)
{
    size_t  step;

    (void) state;

    for (step = 1; step < 500; step += 83) {
        unit_fail_allocations(work, &step);
    }

    unit_fail_allocations(refuse_syntax, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(accepted_however_cut),
        cmocka_unit_test(refused_however_cut),
        cmocka_unit_test(zero_bytes_are_refused),
        cmocka_unit_test(white_space_is_nothing),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(duplicates_are_found_among_many),
        cmocka_unit_test(small_pieces_are_linear),
        cmocka_unit_test(strings_are_escaped_as_needed),
        cmocka_unit_test(members_are_set_and_removed),
        cmocka_unit_test(members_are_found),
        cmocka_unit_test(values_compare),
        cmocka_unit_test(copies_are_apart),
        cmocka_unit_test(trees_are_built),
        cmocka_unit_test(memory_may_be_short)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
