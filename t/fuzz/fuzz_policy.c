/*
 * Fuzzes settings of tenants: whatever they are, they are refused in good form
 * or make a policy, whose rules say yes or no to any value in no time.
 *
 * The input is a setting's text, and, behind the first NUL, a value for the
 * attributes of its rules; its first byte is the allocation that fails.
 */

#include "fuzz.h"
#include "scim/scim_policy.h"


static void
check_refusal(const scim_error_t *err)
{
    must(err->status == 400);
    must(err->detail[0] != '\0');
    must(scim_utf8_valid(scim_str_from(err->detail)));
}


/* The value in the place of each attribute that a rule may be about. */
static void
check_rules(scim_pool_t *pool, const scim_policy_t *policy, scim_str_t value)
{
    size_t                       i;
    scim_rc_t                    rc;
    scim_json_t                 *doc;
    scim_error_t                 err;
    const scim_resource_type_t  *type;

    if (!scim_utf8_valid(value)) {
        return;
    }

    for (i = 0; i < policy->nrules; i++) {
        type = policy->rules[i].type;
        doc = scim_json_object(pool);

        must(doc != NULL
             && scim_json_add(doc, policy->rules[i].path.attr->name,
                              scim_json_string(pool, value)) == SCIM_OK);

        rc = scim_policy_check(policy, type, NULL, doc, &err);
        must(rc == SCIM_OK || rc == SCIM_REFUSED);

        if (rc == SCIM_REFUSED) {
            check_refusal(&err);
        }

        must(scim_policy_check(policy, type, doc, doc, &err) == SCIM_OK);
    }
}


/* What is merged into nothing says what it said. */
static void
check_merge(scim_pool_t *pool, scim_str_t settings, const scim_policy_t *base)
{
    scim_rc_t       rc;
    scim_str_t      merged;
    scim_json_t    *change;
    scim_error_t    err;
    scim_policy_t   policy;

    if (scim_json_parse(pool, settings, NULL, &change, &err) != SCIM_OK) {
        return;
    }

    rc = scim_policy_merge(pool, scim_str("{}"), change, &merged, &err);

    if (rc == SCIM_OK) {
        must(scim_policy_parse(pool, fuzz_schemas(), merged, base, &policy,
                               &err) == SCIM_OK);
    }
}


static void
run(scim_pool_t *pool, scim_str_t settings, scim_str_t value, bool scarce)
{
    scim_rc_t      rc;
    scim_error_t   err;
    scim_policy_t  base, policy;

    scim_policy_init(&base);

    rc = scim_policy_parse(pool, fuzz_schemas(), settings, &base, &policy,
                           &err);

    if (rc == SCIM_NOMEM) {
        must(scarce);

    } else if (rc == SCIM_REFUSED) {
        check_refusal(&err);

    } else if (!scarce) {
        check_rules(pool, &policy, value);
        check_merge(pool, settings, &base);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t        n;
    scim_str_t    settings, value;
    scim_pool_t  *pool;

    if (size < 1) {
        return 0;
    }

    settings = (scim_str_t) { (const char *) data + 1, size - 1 };

    for (n = 0; n < settings.len && settings.data[n] != '\0'; n++) {
        /* to the value */
    }

    value = scim_str_skip(settings, (n < settings.len) ? n + 1 : n);
    settings.len = n;

    (void) fuzz_schemas();

    pool = scim_pool_create(0);
    must(pool != NULL);
    run(pool, settings, value, false);
    scim_pool_destroy(pool);

    pool = scim_pool_create(0);
    must(pool != NULL);
    (void) scim_pool_fail_after(data[0] % 32);
    run(pool, settings, value, true);
    (void) scim_pool_fail_after(-1);
    scim_pool_destroy(pool);

    return 0;
}
