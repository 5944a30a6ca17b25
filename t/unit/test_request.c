/*
 * The request mapper: paths, arguments, search requests, content types.
 */

#include "unit.h"
#include "op/scim_request.h"


/* What became of a URL, in one line. */
static const char *
mapped(scim_pool_t *pool, const char *path, const char *args)
{
    scim_rc_t       rc;
    scim_str_t      out;
    scim_http_t     http = { .method = SCIM_GET };
    scim_error_t    err;
    scim_request_t  r;

    static const char *const targets[] = {
        "list", "one", "search", "me", "root", "root search", "config",
        "types", "schemas"
    };

    http.path = scim_str_from(path);
    http.args = (args != NULL) ? scim_str_from(args) : scim_str_absent;

    rc = scim_request_map(pool, unit_schemas(), &http, &r, &err);

    if (rc == SCIM_REFUSED) {
        assert_int_equal(scim_str_printf(pool, &out, "%d", err.status),
                         SCIM_OK);
        return out.data;
    }

    assert_int_equal(rc, SCIM_OK);

    rc = scim_str_printf(pool, &out, "%s %.*s %.*s|%.*s|%.*s|%.*s|%.*s|%.*s",
                         targets[r.target],
                         SCIM_FMT(r.type ? r.type->name : scim_str("-")),
                         SCIM_FMT(r.id), SCIM_FMT(r.filter),
                         SCIM_FMT(r.attributes), SCIM_FMT(r.excluded),
                         SCIM_FMT(r.start_index), SCIM_FMT(r.count));
    assert_int_equal(rc, SCIM_OK);

    rc = scim_str_printf(pool, &out, "%.*s%s%.*s%s%.*s%s%.*s", SCIM_FMT(out),
                         (r.sort_by.len != 0) ? " " : "", SCIM_FMT(r.sort_by),
                         (r.sort_order.len != 0) ? " " : "",
                         SCIM_FMT(r.sort_order),
                         (r.cursor.data == NULL) ? ""
                         : (r.cursor.len == 0) ? " empty" : " ",
                         SCIM_FMT(r.cursor));
    assert_int_equal(rc, SCIM_OK);

    return out.data;
}


static void
paths(void **state)
{
    size_t        i;
    scim_pool_t  *pool;

    static const struct {
        const char *path;
        const char *expected;
    } cases[] = {
        { "/Users", "list User |||||" },
        { "/users/", "list User |||||" },
        { "Users", "list User |||||" },
        { "//Users//", "list User |||||" },
        { "/Groups", "list Group |||||" },
        { "/Users/2819c223-7f76", "one User 2819c223-7f76|||||" },
        { "/Users/2819c223/", "one User 2819c223|||||" },
        { "/Users/%32819", "one User 2819|||||" },
        { "/Users/.search", "search User |||||" },
        { "/Groups/.Search/", "search Group |||||" },
        { "/Users/a%2Fb", "404" },
        { "/Users/a%20b", "404" },
        { "/Users/%00", "400" },
        { "/Users/a+b", "404" },
        { "/Users/a%C3%A4", "404" },
        { "/Users/a%C3", "400" },
        { "/%FF", "400" },
        { "/Users/a/b", "404" },
        { "/Users/0123456789012345678901234567890123456789012345678901234567"
          "890123", "one User 0123456789012345678901234567890123456789012345"
          "678901234567890123|||||" },
        { "/Users/0123456789012345678901234567890123456789012345678901234567"
          "8901234", "404" },
        { "/ServiceProviderConfig", "config - |||||" },
        { "/serviceproviderconfig/", "config - |||||" },
        { "/ServiceProviderConfig/x", "404" },
        { "/ResourceTypes", "types - |||||" },
        { "/ResourceTypes/User", "types - User|||||" },
        { "/Schemas", "schemas - |||||" },
        { "/Schemas/urn%3Aietf:x", "schemas - urn:ietf:x|||||" },
        { "/Schemas/a/b", "404" },
        { "/Me", "me - |||||" },
        { "/me/", "me - |||||" },
        { "/Me/x", "404" },
        { "/Bulk/x", "404" },
        { "/.search", "root search - |||||" },
        { "/.Search/", "root search - |||||" },
        { "/.search/x", "404" },
        { "/", "root - |||||" },
        { "", "root - |||||" },
        { "/Cats", "404" },
        { "/Cats/1", "404" },
        { "/v2/Users", "404" },
        { "/Users%2F1", "404" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pool = scim_pool_create(0);
        assert_non_null(pool);

        if (strcmp(mapped(pool, cases[i].path, NULL), cases[i].expected) != 0)
        {
            fail_msg("%s: %s", cases[i].path,
                     mapped(pool, cases[i].path, NULL));
        }

        scim_pool_destroy(pool);
    }
}


static void
arguments(void **state)
{
    size_t        i;
    scim_pool_t  *pool;

    static const struct {
        const char *args;
        const char *expected;
    } cases[] = {
        { "", "list User |||||" },
        { "&&", "list User |||||" },
        { "filter=userName+eq+%22a%40b%22",
          "list User |userName eq \"a@b\"||||" },
        { "filter=userName%20eq%20%22a%2Bb%22&startIndex=1&count=100",
          "list User |userName eq \"a+b\"|||1|100" },
        { "FILTER=x", "list User |x||||" },
        { "f%69lter=x", "list User |x||||" },
        { "filter=a=b", "list User |a=b||||" },
        { "filter", "list User |||||" },
        { "filter=", "list User |||||" },
        { "=x&filter=y", "list User |y||||" },
        { "filter=x&filter=x", "400" },
        { "count=1&count=1", "400" },
        { "filter=&filter=x", "list User |x||||" },
        { "filter=%zz%", "list User |%zz%||||" },
        { "filter=%C3", "400" },
        { "filter=%00", "400" },
        { "count=%C3", "400" },
        { "other=%C3", "list User |||||" },
        { "attributes=id,name.givenName&excludedAttributes=members",
          "list User ||id,name.givenName|members||" },
        { "attributes=id&attributes=name", "list User ||id,name|||" },
        { "startIndex=x&count=-1", "list User ||||x|-1" },
        { "aadOptscim062020&sortBy=userName", "list User ||||| userName" },
        { "SORTBY=a&sortOrder=b&cursor=c", "list User ||||| a b c" },
        { "cursor=", "list User ||||| empty" },
        { "cursor", "list User ||||| empty" },
        { "cursor=&cursor=x", "400" },
        { "cursor=%C3", "400" },
        { "sortBy=&sortOrder=", "list User |||||" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pool = scim_pool_create(0);
        assert_non_null(pool);

        if (strcmp(mapped(pool, "/Users", cases[i].args), cases[i].expected)
            != 0)
        {
            fail_msg("%s: %s", cases[i].args,
                     mapped(pool, "/Users", cases[i].args));
        }

        scim_pool_destroy(pool);
    }
}


static void
errors_tell_what_there_is(void **state)
{
    scim_pool_t     *pool;
    scim_http_t      http = { .path = scim_str("/scim/Users/x") };
    scim_error_t     err;
    scim_request_t   request;

    (void) state;

    pool = scim_pool_create(0);
    assert_non_null(pool);

    assert_int_equal(scim_request_map(pool, unit_schemas(), &http, &request,
                                      &err), SCIM_REFUSED);
    assert_non_null(strstr(err.detail, "/Users, /Groups, "));
    assert_non_null(strstr(err.detail, "/Schemas"));
    assert_non_null(strstr(err.detail, "/scim/Users/x"));

    scim_pool_destroy(pool);
}


static void
preconditions_are_passed_on(void **state)
{
    scim_pool_t     *pool;
    scim_http_t      http = {
        .method = SCIM_PUT, .path = scim_str("/Users/x"),
        .if_match = scim_str("W/\"1\""), .if_none_match = scim_str("*")
    };
    scim_error_t     err;
    scim_request_t   request;

    (void) state;

    pool = scim_pool_create(0);
    assert_non_null(pool);

    assert_int_equal(scim_request_map(pool, unit_schemas(), &http, &request,
                                      &err), SCIM_OK);
    assert_int_equal(request.method, SCIM_PUT);
    assert_true(scim_str_eq(request.if_match, scim_str("W/\"1\"")));
    assert_true(scim_str_eq(request.if_none_match, scim_str("*")));
    assert_null(request.body);
    assert_null(request.filter.data);

    scim_pool_destroy(pool);
}


static void
content_types(void **state)
{
    size_t  i;

    static const struct {
        const char *value;
        bool        fits;
    } cases[] = {
        { "application/scim+json", true },
        { "application/scim+json; charset=utf-8", true },
        { "Application/JSON;charset=UTF-8", true },
        { "application/json ; odata=verbose", true },
        { " application/json ", true },
        { "text/json", true },
        { "", true },
        { "; charset=utf-8", true },
        { "text/plain", false },
        { "application/jsonp", false },
        { "application/xml", false },
        { "application/x-www-form-urlencoded", false },
        { "application", false },
    };

    (void) state;

    assert_true(scim_request_content_type(scim_str_absent));

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (scim_request_content_type(scim_str_from(cases[i].value))
            != cases[i].fits)
        {
            fail_msg("%s", cases[i].value);
        }
    }
}


static scim_rc_t
scarce(void *data)
{
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_error_t     err;
    scim_request_t   request;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    rc = scim_request_map(pool, unit_schemas(), data, &request, &err);
    scim_pool_destroy(pool);

    return (rc == SCIM_REFUSED && err.status == 404) ? SCIM_OK : rc;
}


static void
memory_may_run_short(void **state)
{
    size_t        i;
    scim_http_t   cases[] = {
        { .path = scim_str("/Users/%32%32"),
          .args = scim_str("filter=%20%20&attributes=a+b&attributes=c+d") },
        { .path = scim_str("/nothing") },
    };

    (void) state;
    (void) unit_schemas();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unit_fail_allocations(scarce, &cases[i]);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(arguments),
        cmocka_unit_test(errors_tell_what_there_is),
        cmocka_unit_test(preconditions_are_passed_on),
        cmocka_unit_test(content_types),
        cmocka_unit_test(memory_may_run_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
