/*
 * Fuzzes filters: whatever the text, it is refused in good form or evaluated,
 * and `not (…)` of it says the opposite.
 *
 * The first byte of the input chooses the resource type, the second the
 * allocation that fails.
 */

#include "fuzz.h"
#include "scim/scim_filter.h"


#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static const char  user[] =
    "{\"schemas\":[\"" U "\"],\"id\":\"1\",\"userName\":\"Ada\","
    "\"name\":{\"givenName\":\"A\"},\"active\":true,"
    "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\",\"primary\":true},"
    "{\"value\":\"b@y\"}],\"" ENT "\":{\"manager\":{\"value\":\"m\"}},"
    "\"meta\":{\"created\":\"2011-08-01T18:29:49Z\"}}";

static const char  group[] =
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],"
    "\"id\":\"1\",\"displayName\":\"Staff\",\"members\":[{\"value\":\"a\","
    "\"type\":\"User\",\"display\":\"A\"},{\"value\":\"b\"}]}";

static void
check_refusal(const scim_error_t *err)
{
    must(err->status == 400 && err->type == SCIM_INVALID_FILTER);
    must(err->detail[0] != '\0');
    must(scim_utf8_valid(scim_str_from(err->detail)));
}


static void
check_opposite(scim_pool_t *pool, const scim_resource_type_t *type,
    scim_str_t text, scim_json_t *resource, scim_rc_t verdict)
{
    scim_str_t      negated;
    scim_error_t    err;
    scim_filter_t  *filter;

    must(scim_str_printf(pool, &negated, "not (%.*s)", SCIM_FMT(text))
         == SCIM_OK);

    if (scim_filter_parse(pool, type, negated, &filter, &err) == SCIM_OK) {
        must(scim_filter_match(pool, filter, resource)
             == (verdict == SCIM_OK ? SCIM_NONE : SCIM_OK));
    }
}


static void
check_memory_short(const scim_resource_type_t *type, scim_str_t text, long n)
{
    long            failures;
    scim_rc_t       rc;
    scim_pool_t    *pool = scim_pool_create(64);
    scim_error_t    err;
    scim_filter_t  *filter;

    must(pool != NULL);
    (void) scim_pool_fail_after(n);
    rc = scim_filter_parse(pool, type, text, &filter, &err);
    failures = scim_pool_fail_after(-1);

    /* What is wrong may be seen before memory is missed. */
    must(failures > 0 ? rc != SCIM_OK : rc != SCIM_NOMEM);
    scim_pool_destroy(pool);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scim_rc_t                    rc;
    scim_str_t                   text;
    scim_pool_t                 *pool;
    scim_json_t                 *resource;
    scim_error_t                 err;
    scim_filter_t               *filter;
    const scim_resource_type_t  *type;

    if (size < 2) {
        return 0;
    }

    type = type_at(data[0]);
    text = (scim_str_t) { (const char *) data + 2, size - 2 };
    pool = scim_pool_create(0);
    must(pool != NULL);

    rc = scim_filter_parse(pool, type, text, &filter, &err);
    must(rc == SCIM_OK || rc == SCIM_REFUSED);

    if (rc == SCIM_REFUSED) {
        check_refusal(&err);

    } else {
        must(scim_json_parse(pool, data[0] % 2 == 0 ? scim_str(user)
                                                    : scim_str(group),
                             NULL, &resource, &err) == SCIM_OK);
        rc = scim_filter_match(pool, filter, resource);
        must(rc == SCIM_OK || rc == SCIM_NONE);
        check_opposite(pool, type, text, resource, rc);
    }

    scim_pool_destroy(pool);
    check_memory_short(type, text, data[1]);

    return 0;
}
