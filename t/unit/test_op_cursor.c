/*
 * RFC 9865: cursors through lists of every order, there and back, while
 * others write; what is refused.
 */

#include "unit_op.h"
#include "op/scim_cursor.h"

#define PAGES_MAX  400


/* userNames or displayNames of a page, a letter each as a rule. */
static const char *
names(const unit_answer_t *answer)
{
    scim_buf_t          buf;
    scim_str_t          text;
    const scim_json_t  *one;

    scim_buf_init(&buf, unit_op_pool(), 64);
    one = scim_json_get(answer->json, scim_str("Resources"));
    assert_non_null(one);

    for (one = one->first; one != NULL; one = one->next) {
        text = scim_json_get_text(one, scim_str("userName"));

        if (text.data == NULL) {
            text = scim_json_get_text(one, scim_str("displayName"));
        }

        scim_buf_str(&buf, text);
        scim_buf_char(&buf, ' ');
    }

    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    return unit_printf("%.*s", SCIM_FMT(text));
}


/* The cursor's text, or NULL if there is none. */
static const char *
cursor_of(const unit_answer_t *answer, const char *name)
{
    scim_str_t  text;

    text = scim_json_get_text(answer->json, scim_str_from(name));

    return (text.data == NULL) ? NULL : unit_printf("%.*s", SCIM_FMT(text));
}


static unit_answer_t
page(const char *query, size_t count, const char *cursor)
{
    unit_answer_t  answer;

    answer = unit_op(unit_printf("GET %s%ccount=%zu&cursor=%s", query,
                                 strchr(query, '?') != NULL ? '&' : '?',
                                 count, cursor), NULL);

    if (answer.status != 200) {
        fail_msg("%s %s: %d %s", query, cursor, answer.status, answer.text);
    }

    assert_null(scim_json_get(answer.json, scim_str("startIndex")));

    return answer;
}


/* All pages one after the other, "a b |c |". */
static const char *
forth(const char *query, size_t count, const char **last_previous)
{
    unsigned       n = 0;
    const char    *cursor = "", *text = "";
    unit_answer_t  answer;

    while (cursor != NULL) {
        assert_true(n++ < PAGES_MAX);
        answer = page(query, count, cursor);
        text = unit_printf("%s%s|", text, names(&answer));

        assert_true((n == 1)
                    == (cursor_of(&answer, "previousCursor") == NULL));

        *last_previous = cursor_of(&answer, "previousCursor");
        cursor = cursor_of(&answer, "nextCursor");
    }

    return text;
}


/* From the last page back to the first, in the order of the list. */
static const char *
back(const char *query, size_t count, const char *cursor, const char *text)
{
    unsigned       n = 0;
    unit_answer_t  answer;

    while (cursor != NULL) {
        assert_true(n++ < PAGES_MAX);
        answer = page(query, count, cursor);
        text = unit_printf("%s|%s", names(&answer), text);
        assert_non_null(cursor_of(&answer, "nextCursor"));
        cursor = cursor_of(&answer, "previousCursor");
    }

    return text;
}


static void
make_five(void)
{
    static const char *const order = "cabed";
    size_t                   i;

    for (i = 0; i < 5; i++) {
        unit_op("POST /Users", unit_printf(
            "{'userName':'%c','title':'%s','nickName':'%c'%s}", order[i],
            (i % 2 == 0) ? "even" : "odd", 'z' - order[i] + 'a',
            (i < 3) ? ",'externalId':'x'" : ""));
    }
}


static void
there_and_back(void **state)
{
    size_t       i;
    const char  *text, *last, *previous;

    static const struct {
        const char *query;
        size_t      count;
        const char *pages;
    } cases[] = {
        { "/Users", 2, "c a |b e |d |" },
        { "/Users", 5, "c a b e d |" },
        { "/Users", 4, "c a b e |d |" },
        { "/Users?sortOrder=descending", 3, "c a b |e d |" },
        { "/Users?sortBy=userName", 2, "a b |c d |e |" },
        { "/Users?sortBy=userName&sortOrder=descending", 2,
          "e d |c b |a |" },
        { "/Users?sortBy=nickName", 2, "e d |c b |a |" },
        { "/Users?sortBy=nickName&sortOrder=descending", 2,
          "a b |c d |e |" },
        { "/Users?filter=title eq 'even'", 2, "c b |d |" },
        { "/Users?filter=title eq 'even'", 1, "c |b |d |" },
        { "/Users?filter=title eq 'even'&sortBy=userName", 2, "b c |d |" },
        { "/Users?filter=title eq 'even'&sortBy=nickName", 2, "d c |b |" },
        { "/Users?filter=title eq 'none'", 2, "|" },
        { "/Users?filter=externalId eq 'x'", 2, "c a |b |" },
        { "/Users?filter=externalId eq 'x' and title pr", 2, "c a |b |" },
        { "/Users?filter=externalId eq 'x'&sortBy=userName", 1,
          "a |b |c |" },
        { "/Users?filter=userName gt 'a'&sortBy=userName", 2, "b c |d e |" },
        { "/Users?filter=userName gt 'a'&sortBy=userName&sortOrder=descending",
          3, "e d c |b |" },
        { "/Groups", 2, "p q |" },
        { "/", 3, "c a b |e d p |q |" },
        { "/", 5, "c a b e d |p q |" },
        { "/?filter=displayName pr or title eq 'even'", 2, "c b |d p |q |" },
        { "/?sortBy=userName", 4, NULL },
        { "/?sortBy=displayName", 2, NULL },
    };

    (void) state;
    make_five();
    (void) unit_group("p", NULL);
    (void) unit_group("q", NULL);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text = forth(cases[i].query, cases[i].count, &previous);

        if (cases[i].pages != NULL && strcmp(text, cases[i].pages) != 0) {
            fail_msg("%s: %s", cases[i].query, text);
        }

        last = strrchr(unit_printf("%.*s", (int) strlen(text) - 1, text),
                       '|');

        if (previous != NULL) {
            last = back(cases[i].query, cases[i].count, previous, last + 1);
            last = unit_printf("%s|", last);

            /* pages begin elsewhere, but what is in them is the same */
            assert_int_equal(strlen(last), strlen(text));
        }
    }
}


static void
answers(void **state)
{
    unit_answer_t  answer;

    (void) state;
    make_five();

    answer = page("/Users", 2, "");
    assert_string_equal(unit_get(&answer, "totalResults"), "5");
    assert_string_equal(unit_get(&answer, "itemsPerPage"), "2");
    assert_int_equal(answer.trips, 1);
    assert_null(cursor_of(&answer, "previousCursor"));
    assert_int_equal(strspn(cursor_of(&answer, "nextCursor"),
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz0123456789-_"),
                     strlen(cursor_of(&answer, "nextCursor")));

    /* the count may change, and what is shown */
    answer = page("/Users?attributes=userName", 3,
                  cursor_of(&answer, "nextCursor"));
    assert_string_equal(names(&answer), "b e d ");
    assert_null(cursor_of(&answer, "nextCursor"));

    answer = unit_op("GET /Users?cursor", NULL);
    assert_string_equal(names(&answer), "c a b e d ");
    assert_null(cursor_of(&answer, "nextCursor"));

    answer = unit_op("GET /Users?count=2", NULL);
    assert_string_equal(unit_get(&answer, "startIndex"), "1");
    assert_null(cursor_of(&answer, "nextCursor"));

    answer = unit_op("POST /Users/.search",
                     "{'cursor':'','count':2,'sortBy':'userName',"
                     "'sortOrder':'descending'}");
    assert_string_equal(names(&answer), "e d ");
    answer = unit_op("POST /Users/.search",
                     unit_printf("{'cursor':'%s','count':2,"
                                 "'sortBy':'userName',"
                                 "'sortOrder':'descending'}",
                                 cursor_of(&answer, "nextCursor")));
    assert_string_equal(names(&answer), "c b ");

    /* the same list, asked for by GET */
    answer = page("/Users?sortBy=userName&sortOrder=descending", 2,
                  cursor_of(&answer, "nextCursor"));
    assert_string_equal(names(&answer), "a ");

    answer = unit_op("POST /.search", "{'cursor':null,'count':1}");
    assert_string_equal(unit_get(&answer, "startIndex"), "1");
    answer = unit_op("POST /.search", "{'cursor':'','count':1}");
    assert_non_null(cursor_of(&answer, "nextCursor"));
}


/* A page without rows tells the total and goes nowhere. */
static void
none_at_all(void **state)
{
    size_t         i;
    const char    *next;
    unit_answer_t  answer;

    static const struct {
        const char *request;    /* @N: a cursor of /Users */
        const char *total;
    } cases[] = {
        { "GET /Users?cursor=&count=0", "5" },
        { "GET /Users?cursor=&count=-3", "5" },
        { "GET /Users?cursor=@N&count=0", "5" },
        { "GET /Users?cursor=&count=0&filter=userName sw \"b\"", "1" },
        { "GET /Users?cursor=&count=0&filter=userName co \"b\"", "1" },
        { "GET /Users?cursor=&count=0&sortBy=userName", "5" },
        { "GET /Users?cursor=&count=0&sortBy=nickName", "5" },
        { "GET /?cursor=&count=0", "5" },
    };

    (void) state;
    make_five();
    answer = page("/Users", 2, "");
    next = cursor_of(&answer, "nextCursor");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_fill(cases[i].request, "N", next), NULL);

        if (answer.status != 200
            || strcmp(unit_get(&answer, "totalResults"), cases[i].total) != 0)
        {
            fail_msg("%s: %d %s", cases[i].request, answer.status,
                     answer.text);
        }

        assert_string_equal(names(&answer), "");
        assert_string_equal(unit_get(&answer, "itemsPerPage"), "0");
        assert_null(cursor_of(&answer, "nextCursor"));
        assert_null(cursor_of(&answer, "previousCursor"));
    }

    answer = unit_op("POST /Users/.search", "{'cursor':'','count':0}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "totalResults"), "5");

    /* more than are read to be counted: there is nothing to tell */
    unit_conf.scan_limit = 4;
    answer = unit_op("GET /Users?cursor=&count=0&filter=nickName pr", NULL);
    assert_int_equal(answer.status, 400);
    assert_string_equal(unit_get(&answer, "scimType"), "tooMany");
}


static void
what_is_refused(void **state)
{
    size_t         i;
    uint64_t       made;
    const char    *next, *sorted;
    unit_answer_t  answer;

    static const struct {
        const char *request;    /* @N: a cursor of /Users, @S: sorted */
        const char *type;
    } cases[] = {
        { "GET /Users?cursor=@N&filter=id pr", "invalidCursor" },
        { "GET /Users?cursor=@N&sortBy=userName", "invalidCursor" },
        { "GET /Groups?cursor=@N", "invalidCursor" },
        { "GET /?cursor=@N", "invalidCursor" },
        { "GET /Users?cursor=@S", "invalidCursor" },
        { "GET /Users?cursor=@S&sortBy=userName&sortOrder=descending",
          "invalidCursor" },
        { "GET /Users?cursor=@S&sortBy=displayName", "invalidCursor" },
        { "GET /Users?cursor=@NA", "invalidCursor" },
        { "GET /Users?cursor=A@N", "invalidCursor" },
        { "GET /Users?cursor=AAAA", "invalidCursor" },
        { "GET /Users?cursor=A", "invalidCursor" },
        { "GET /Users?cursor=*", "invalidCursor" },
        { "GET /Users?cursor=%00", "invalidCursor" },
        { "GET /Users?cursor=&startIndex=1", "invalidValue" },
        { "GET /Users?cursor=AAAA&count=0", "invalidCursor" },
        { "GET /Users?cursor=@N&sortBy=userName&count=0", "invalidCursor" },
        { "GET /Users?cursor=&startIndex=1&count=0", "invalidValue" },
        { "GET /Users?cursor=&count=many", "invalidCount" },
        { "GET /Users?cursor=&count=-", "invalidCount" },
        { "GET /Users?cursor=&cursor=x", "invalidCursor" },
    };

    (void) state;
    make_five();

    answer = page("/Users", 2, "");
    made = unit_env.now;
    next = cursor_of(&answer, "nextCursor");
    answer = page("/Users?sortBy=userName", 2, "");
    sorted = cursor_of(&answer, "nextCursor");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_fill(cases[i].request, "NS", next, sorted),
                         NULL);

        if (answer.status != 400
            || (answer.json != NULL
                && strcmp(unit_get(&answer, "scimType"), cases[i].type) != 0))
        {
            fail_msg("%s: %d %s", cases[i].request, answer.status,
                     answer.text);
        }
    }

    /* any change of any character */
    for (i = 0; next[i] != '\0'; i++) {
        answer = unit_op(unit_printf("GET /Users?cursor=%.*s%c%s", (int) i,
                                     next, (next[i] == 'A') ? 'B' : 'A',
                                     next + i + 1), NULL);
        assert_int_equal(answer.status, 400);
        assert_string_equal(unit_get(&answer, "scimType"), "invalidCursor");
    }

    /* another tenant's */
    assert_int_equal(unit_admin("POST /tenants", "{'name':'other'}").status,
                     201);
    unit_env.tenant = scim_str("other");
    answer = unit_op(unit_printf("GET /Users?cursor=%s", next), NULL);
    assert_string_equal(unit_get(&answer, "scimType"), "invalidCursor");
    unit_env.tenant = scim_str("acme");

    /* to the millisecond, of which each request takes a thousand */
    unit_env.now = made + 3600 * 1000 - 1000;
    answer = unit_op(unit_printf("GET /Users?cursor=%s", next), NULL);
    assert_int_equal(answer.status, 200);
    unit_env.now = made + 3600 * 1000 - 999;
    answer = unit_op(unit_printf("GET /Users?cursor=%s", next), NULL);
    assert_int_equal(answer.status, 400);
    assert_string_equal(unit_get(&answer, "scimType"), "expiredCursor");
}


/* A position that does not lie in the list, in a cursor that holds together:
 * another place of the list, or refused. */
static void
forged(void **state)
{
    size_t         i;
    scim_str_t     text;
    unit_answer_t  answer;

    static const struct {
        scim_str_t position;
        unsigned   leg;
        int        status;
    } cases[] = {
        { SCIM_STR("0"), 0, 200 },
        { SCIM_STR("999999999999"), 0, 200 },
        { SCIM_STR("inf"), 0, 400 },
        { SCIM_STR("1 2"), 0, 400 },
        { SCIM_STR("-1"), 0, 400 },
        { SCIM_STR("12345678901234567"), 0, 400 },
        { SCIM_STR("1"), 1, 400 },
        { SCIM_STR("1"), 255, 400 },
    };

    (void) state;
    make_five();

    for (i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        scim_cursor_t  cursor = {
            .back = i % 2 == 1, .leg = cases[i / 2].leg,
            .position = cases[i / 2].position, .made = unit_env.now
        };

        assert_int_equal(scim_cursor_write(unit_op_pool(), &cursor,
                                           scim_str("4:acme4:User0:0:2:up"),
                                           &text), SCIM_OK);
        answer = unit_op(unit_printf("GET /Users?cursor=%.*s",
                                     SCIM_FMT(text)), NULL);

        if (answer.status != cases[i / 2].status) {
            fail_msg("%.*s: %d %s", SCIM_FMT(cursor.position), answer.status,
                     answer.text);
        }
    }
}


static unsigned  dice;

static unsigned
roll(unsigned sides)
{
    dice = dice * 1103515245 + 12345;

    return (dice >> 16) % sides;
}


#define KEPT    60
#define OTHERS  60

static const char  *others[OTHERS];

static void
make_somebody(size_t i)
{
    unit_answer_t  answer;

    answer = unit_op("POST /Users", unit_printf(
        "{'userName':'o%03u-%zu','title':'%u','nickName':'n%u'}", roll(1000),
        i, roll(3), roll(1000)));
    assert_int_equal(answer.status, 201);
    others[i] = unit_get(&answer, "id");
}


/* Somebody goes, somebody comes, somebody gets another name. */
static void
disturb(void)
{
    size_t  i = roll(OTHERS);

    switch (roll(3)) {
    case 0:
        unit_op(unit_printf("DELETE /Users/%s", others[i]), NULL);
        make_somebody(i);
        break;

    case 1:
        unit_op(unit_printf("PATCH /Users/%s", others[i]), unit_printf(
            "{'Operations':[{'op':'replace','path':'userName',"
            "'value':'o%03u-%zu'}]}", roll(1000), i));
        break;

    default:
        unit_op(unit_printf("PATCH /Users/%s", others[i]), unit_printf(
            "{'Operations':[{'op':'replace','path':'nickName',"
            "'value':'n%u'}]}", roll(1000)));
    }
}


/* Those who stay all the time, "k…", come once each, whatever the others do
 * between and within pages. */
static void
stable_while_others_write(void **state)
{
    size_t         i, k, seen, pages;
    bool           backward;
    const char    *cursor, *name, *text;
    unit_answer_t  answer;

    static const struct {
        const char *query;
        size_t      kept;
    } cases[] = {
        { "/Users", KEPT },
        { "/Users?sortBy=userName", KEPT },
        { "/Users?sortBy=userName&sortOrder=descending", KEPT },
        { "/Users?sortBy=nickName", KEPT },
        { "/Users?filter=title eq '1'", KEPT / 2 },
        { "/Users?filter=title eq '1'&sortBy=userName", KEPT / 2 },
        { "/Users?filter=userName ge 'k' and title eq '1'", KEPT / 2 },
        { "/Users?filter=userName ge 'k'", KEPT },
        { "/Users?filter=externalId eq 'x'", KEPT },
        { "/", KEPT },
        { "/?sortBy=userName", KEPT },
    };

    (void) state;
    dice = 20251001;

    for (i = 0; i < KEPT; i++) {
        unit_op("POST /Users", unit_printf(
            "{'userName':'k%02zu','title':'%zu','nickName':'n%u',"
            "'externalId':'x'}", i, i % 2, roll(1000)));
        make_somebody(i);
    }

    unit_op_hook = NULL;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (k = 0; k < 2; k++) {
            backward = k == 1;
            cursor = "";
            text = "";
            pages = 0;

            if (backward) {     /* from the end: whoever comes there later */
                scim_str_t     last;
                scim_cursor_t  end = {
                    .back = true, .made = unit_env.now,
                    .position = scim_str("999999999")
                };

                if (i != 0) {
                    continue;
                }

                assert_int_equal(scim_cursor_write(unit_op_pool(), &end,
                                     scim_str("4:acme4:User0:0:2:up"), &last),
                                 SCIM_OK);
                cursor = unit_printf("%.*s", SCIM_FMT(last));
            }

            while (cursor != NULL) {
                assert_true(pages++ < PAGES_MAX);
                answer = page(cases[i].query, 1 + roll(9), cursor);
                text = unit_printf("%s%s", text, names(&answer));
                cursor = cursor_of(&answer, backward ? "previousCursor"
                                                     : "nextCursor");
                disturb();
                disturb();
            }

            for (seen = 0, name = text; (name = strchr(name, 'k')) != NULL;
                 name++)
            {
                assert_true(strstr(name + 1, unit_printf("%.3s ", name))
                            == NULL);
                seen++;
            }

            if (seen != cases[i].kept) {
                fail_msg("%s: %zu of %zu: %s", cases[i].query, seen,
                         cases[i].kept, text);
            }
        }
    }
}


/* More than the scan limit: a page at a time all the same, though nobody
 * knows how many there are. */
static void
beyond_the_scan_limit(void **state)
{
    size_t         i, pages = 0;
    const char    *cursor = "", *text = "";
    unit_answer_t  answer;

    (void) state;
    unit_conf.scan_limit = 250;

    for (i = 0; i < 900; i++) {
        unit_op("POST /Users", unit_printf("{'userName':'u%03zu'%s}", i,
                                           (i % 300 == 299)
                                           ? ",'title':'t'" : ""));
    }

    answer = unit_op("GET /Users?filter=title pr", NULL);
    assert_int_equal(answer.status, 400);

    while (cursor != NULL) {
        assert_true(pages++ < 20);
        answer = page("/Users?filter=title pr", 1, cursor);
        assert_null(scim_json_get(answer.json, scim_str("totalResults")));
        assert_true(answer.trips <= 4);
        text = unit_printf("%s%s", text, names(&answer));
        cursor = cursor_of(&answer, "nextCursor");
    }

    assert_string_equal(text, "u299 u599 u899 ");

    pages = 0;
    text = "";
    cursor = "";

    while (cursor != NULL) {
        assert_true(pages++ < 20);
        answer = page("/Users?filter=title pr&sortBy=userName"
                      "&sortOrder=descending", 2, cursor);
        text = unit_printf("%s%s", text, names(&answer));
        cursor = cursor_of(&answer, "nextCursor");
    }

    assert_string_equal(text, "u899 u599 u299 ");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(there_and_back),
        TEST(answers),
        TEST(none_at_all),
        TEST(what_is_refused),
        TEST(forged),
        TEST(stable_while_others_write),
        TEST(beyond_the_scan_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
