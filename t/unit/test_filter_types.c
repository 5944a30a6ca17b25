/*
 * Every operator on every type of attribute, single and multi-valued: whether
 * it may be asked for, and what it says of values below, at, and above the one
 * compared with, and of none.
 */

#include "unit.h"
#include "scim/scim_filter.h"
#include "scim/scim_schema_load.h"

#define URN   "urn:x:Thing"
#define ATTR(name, type, more) \
    "{\"name\":\"" name "\",\"type\":\"" type "\"" more "}"

static const char thing[] =
    "[{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],"
    "\"id\":\"" URN "\",\"name\":\"Thing\",\"attributes\":["
    ATTR("text", "string", "") ","
    ATTR("exact", "string", ",\"caseExact\":true") ","
    ATTR("whole", "integer", "") ","
    ATTR("part", "decimal", "") ","
    ATTR("flag", "boolean", "") ","
    ATTR("when", "dateTime", "") ","
    ATTR("bytes", "binary", "") ","
    ATTR("link", "reference", ",\"referenceTypes\":[\"uri\"]") ","
    ATTR("wholes", "integer", ",\"multiValued\":true") ","
    ATTR("whens", "dateTime", ",\"multiValued\":true") ","
    "{\"name\":\"box\",\"type\":\"complex\",\"subAttributes\":["
    ATTR("part", "decimal", "") "," ATTR("when", "dateTime", "") "]},"
    "{\"name\":\"rows\",\"type\":\"complex\",\"multiValued\":true,"
    "\"subAttributes\":[" ATTR("kind", "string", "") ","
    ATTR("part", "decimal", "") "," ATTR("flag", "boolean", "") "]},"
    "{\"name\":\"vault\",\"type\":\"complex\",\"returned\":\"never\","
    "\"subAttributes\":[" ATTR("value", "string", "") "]}"
    "]},{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],"
    "\"name\":\"Thing\",\"endpoint\":\"/Things\",\"schema\":\"" URN "\"}]";

static const char  *const ops[] = {
    "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"
};

/* Per operator, in that order: 1 it matches, 0 not, - it may not be asked. */
static const struct {
    const char *attr;
    const char *value;      /* compared with */
    const char *json;       /* what the resource has */
    const char *says;
} cases[] = {
    { "text", "'b'", "{'text':'B'}",             "101110101" },
    { "text", "'b'", "{'text':'abc'}",           "011000011" },
    { "text", "'b'", "{'text':'c'}",             "010001100" },
    { "text", "'b'", "{}",                       "010000000" },
    { "exact", "'b'", "{'exact':'B'}",           "010000011" },
    { "exact", "'b'", "{'exact':'b'}",           "101110101" },
    { "whole", "10", "{'whole':9}",              "01---0011" },
    { "whole", "10", "{'whole':10}",             "10---0101" },
    { "whole", "10", "{'whole':100}",            "01---1100" },
    { "whole", "10", "{'whole':-11}",            "01---0011" },
    { "whole", "-2", "{'whole':-10}",            "01---0011" },
    { "whole", "0", "{'whole':-0}",              "10---0101" },
    { "whole", "10", "{}",                       "01---0000" },
    { "part", "1.5", "{'part':1.50}",            "10---0101" },
    { "part", "1.5", "{'part':15e-1}",           "10---0101" },
    { "part", "1.5", "{'part':1.49999}",         "01---0011" },
    { "part", "1e2", "{'part':99.9}",            "01---0011" },
    { "part", "-1e-3", "{'part':-0.002}",        "01---0011" },
    { "part", "0.1", "{'part':1E300}",           "01---1100" },
    { "flag", "true", "{'flag':true}",           "10-------" },
    { "flag", "true", "{'flag':false}",          "01-------" },
    { "flag", "true", "{}",                      "01-------" },
    { "when", "'2026-01-01T00:00:00Z'",
      "{'when':'2026-01-01T02:00:00+02:00'}",    "10---0101" },
    { "when", "'2026-01-01T00:00:00Z'",
      "{'when':'2025-12-31T23:59:59.999Z'}",     "01---0011" },
    { "when", "'2026-01-01T00:00:00.5Z'",
      "{'when':'2026-01-01T00:00:00.500000Z'}",  "10---0101" },
    { "when", "'2025-12-31T20:00:00-04:00'",
      "{'when':'2026-01-01T00:00:00.001Z'}",     "01---1100" },
    { "when", "'2026-01-01T00:00:00Z'", "{}",    "01---0000" },
    { "bytes", "'QQ=='", "{'bytes':'QQ=='}",     "10-------" },
    { "bytes", "'QQ=='", "{'bytes':'qq=='}",     "01-------" },
    { "link", "'https://x/B'", "{'link':'https://x/B'}", "101110101" },
    { "wholes", "10", "{'wholes':[9,100]}",      "01---1111" },
    { "wholes", "10", "{'wholes':[10]}",         "10---0101" },
    { "wholes", "10", "{'wholes':[]}",           "01---0000" },
    { "whens", "'2026-01-01T00:00:00Z'",
      "{'whens':['2027-01-01T00:00:00Z']}",      "01---1100" },
    { "box.part", "2", "{'box':{'part':2.0}}",   "10---0101" },
    { "box.part", "2", "{'box':{}}",             "01---0000" },
    { "box.when", "'2026-01-01T00:00:00Z'",
      "{'box':{'when':'2026-01-01T01:00:00+01:00'}}", "10---0101" },
    { "rows.part", "2", "{'rows':[{'part':1},{'part':3}]}", "01---1111" },
    { "rows.kind", "'b'", "{'rows':[{'part':1},{'kind':'ab'}]}",
      "011010011" },
    { "rows.flag", "true", "{'rows':[{'flag':false}]}", "01-------" },
    { URN ":part", "2", "{'part':2}",            "10---0101" },
    { URN ":box.part", "2", "{'box':{'part':3}}", "01---1100" },
};

static scim_pool_t                 *pool;
static const scim_resource_type_t  *type;


static int
setup(void **state)
{
    scim_error_t     err;
    scim_schemas_t  *schemas;

    (void) state;

    pool = scim_pool_create(0);
    assert_non_null(pool);
    assert_int_equal(scim_schemas_new(pool, &schemas), SCIM_OK);
    assert_int_equal(scim_schemas_add_built_in(schemas, &err), SCIM_OK);

    if (scim_schemas_add(schemas, "thing", scim_str(thing), &err) != SCIM_OK
        || scim_schemas_link(schemas, &err) != SCIM_OK)
    {
        fail_msg("%s", err.detail);
    }

    type = scim_schemas_type(schemas, scim_str("Thing"));
    assert_non_null(type);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    scim_pool_destroy(pool);

    return 0;
}


/* What the filter says of the resource: 1, 0, or - if it is refused. */
static char
says(const char *filter, scim_json_t *resource)
{
    char           *p;
    scim_rc_t       rc;
    scim_str_t      text;
    scim_error_t    err;
    scim_filter_t  *parsed;

    assert_int_equal(scim_str_dup(pool, scim_str_from(filter), &text),
                     SCIM_OK);

    for (p = (char *) text.data; *p != '\0'; p++) {
        *p = (*p == '\'') ? '"' : *p;
    }

    rc = scim_filter_parse(pool, type, text, &parsed, &err);

    if (rc == SCIM_REFUSED) {
        assert_int_equal(err.status, 400);
        assert_int_equal(err.type, SCIM_INVALID_FILTER);
        assert_non_null(strstr(err.detail, "position"));
        return '-';
    }

    assert_int_equal(rc, SCIM_OK);

    return scim_filter_match(pool, parsed, resource) == SCIM_OK ? '1' : '0';
}


static void
operators(void **state)
{
    size_t        i, j;
    char          found[sizeof(ops) / sizeof(ops[0]) + 1] = "";
    scim_str_t    filter;
    scim_json_t  *resource;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        resource = unit_json(pool, cases[i].json);

        for (j = 0; j < sizeof(ops) / sizeof(ops[0]); j++) {
            assert_int_equal(scim_str_printf(pool, &filter, "%s %s %s",
                                             cases[i].attr, ops[j],
                                             cases[i].value), SCIM_OK);
            found[j] = says(filter.data, resource);
        }

        if (strcmp(found, cases[i].says) != 0) {
            fail_msg("%s ? %s of %s: %s, not %s", cases[i].attr,
                     cases[i].value, cases[i].json, found, cases[i].says);
        }
    }
}


static void
presence(void **state)
{
    size_t  i;

    static const struct {
        const char *filter;
        const char *json;
        char        says;
    } rows[] = {
        { "text pr", "{'text':'x'}", '1' },
        { "text pr", "{'text':''}", '0' },
        { "text pr", "{}", '0' },
        { "whole pr", "{'whole':0}", '1' },
        { "flag pr", "{'flag':false}", '1' },
        { "when pr", "{'when':'2026-01-01T00:00:00Z'}", '1' },
        { "bytes pr", "{'bytes':'QQ=='}", '1' },
        { "wholes pr", "{'wholes':[1]}", '1' },
        { "wholes pr", "{'wholes':[]}", '0' },
        { "box pr", "{'box':{'part':1}}", '1' },
        { "box pr", "{'box':{}}", '0' },
        { "box.part pr", "{'box':{'when':'x'}}", '0' },
        { "rows pr", "{'rows':[{'kind':'a'}]}", '1' },
        { "rows.part pr", "{'rows':[{'kind':'a'},{'part':0}]}", '1' },
        { "rows.part pr", "{'rows':[{'kind':'a'}]}", '0' },
        { "whole eq null", "{}", '1' },
        { "whole ne null", "{'whole':0}", '1' },
        { "flag eq null", "{'flag':false}", '0' },
        { "when gt null", "{}", '-' },
        { "rows[part gt 1 and flag eq true]",
          "{'rows':[{'part':2,'flag':false},{'part':1,'flag':true}]}", '0' },
        { "rows[part gt 1 and flag eq true]",
          "{'rows':[{'part':1,'flag':true},{'part':2,'flag':true}]}", '1' },
        { "rows[part ge 2 and (kind eq 'A' or not (flag pr))]",
          "{'rows':[{'part':2,'kind':'a','flag':true}]}", '1' },
        { "rows[not (part lt 2)]", "{'rows':[{'part':1},{'kind':'x'}]}",
          '1' },
        { "wholes[value gt 3]", "{'wholes':[1,4]}", '1' },
        { "wholes[value gt 3 and value lt 4]", "{'wholes':[1,5]}", '0' },
        { "box[part eq 1]", "{'box':{'part':1}}", '1' },
        { "whole[value eq 1]", "{'whole':1}", '-' },
        { "vault.value eq 'x'", "{'vault':{'value':'x'}}", '-' },
        { "vault eq 'x'", "{'vault':{'value':'x'}}", '-' },
        { "vault[value eq 'x']", "{'vault':{'value':'x'}}", '-' },
        { "vault pr", "{'vault':{'value':'x'}}", '-' },
        { "whole eq '10'", "{'whole':10}", '1' },
        { "whole eq 'ten'", "{'whole':10}", '-' },
        { "whole eq 1.5", "{'whole':1}", '-' },
        { "flag eq 'True'", "{'flag':true}", '1' },
        { "when eq '2026'", "{}", '-' },
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char  found = says(rows[i].filter, unit_json(pool, rows[i].json));

        if (found != rows[i].says) {
            fail_msg("%s of %s: %c", rows[i].filter, rows[i].json, found);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(operators),
        cmocka_unit_test(presence),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
