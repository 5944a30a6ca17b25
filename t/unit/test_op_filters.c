/*
 * Filters on attributes that no document has, through whole lists.
 */

#include "unit_op.h"


/* What is not in the document: meta, schemas, groups and members. */
static void
filters_on_what_is_computed(void **state)
{
    size_t         i;
    const char    *id, *group;
    unit_answer_t  answer;

    static const struct {
        const char *request;    /* @I: Ada's id, @G: the group's */
        const char *total;
    } cases[] = {
        { "/Users?filter=meta.resourceType eq 'User'", "3" },
        { "/Users?filter=meta.resourceType eq 'Group'", "0" },
        { "/Users?filter=meta.resourceType sw 'U'", "3" },
        { "/Users?filter=meta.location eq 'https://x/scim/v2/Users/@I'",
          "1" },
        { "/Users?filter=meta.location ew '@I'", "1" },
        { "/Users?filter=meta.version eq 'W/\\'1\\''", "3" },
        { "/Users?filter=meta.version ne 'W/\\'1\\''", "0" },
        { "/Users?filter=meta.created gt '2020-01-01T00:00:00Z'", "3" },
        { "/Users?filter=meta.lastModified lt '2020-01-01T00:00:00Z'", "0" },
        { "/Users?filter=meta.lastModified ge '2023-11-14T23:13:20%2b01:00'",
          "3" },
        { "/Users?filter=meta pr", "3" },
        { "/Users?filter=meta[resourceType eq 'User' and version pr]", "3" },
        { "/Users?filter=schemas pr", "3" },
        { "/Users?filter=schemas ew ':enterprise:2.0:User'", "1" },
        { "/Users?filter=schemas eq 'urn:ietf:params:scim:schemas:core:2.0:"
          "User'", "3" },
        { "/Users?filter=schemas[value ew ':core:2.0:User']", "3" },
        { "/Users?filter=groups.value eq '@G'", "1" },
        { "/Users?filter=groups.value ne '@G'", "2" },
        { "/Users?filter=groups.value sw '@G'", "1" },
        { "/Users?filter=groups eq '@G'", "1" },
        { "/Users?filter=groups[value eq '@G']", "1" },
        { "/Users?filter=groups[value eq '@G' and type eq 'direct']", "1" },
        { "/Users?filter=groups[value eq '@G' and type eq 'indirect']", "0" },
        { "/Users?filter=groups.type eq 'direct'", "1" },
        { "/Users?filter=groups.display eq 'TEAM'", "1" },
        { "/Users?filter=groups.$ref ew '/Groups/@G'", "1" },
        { "/Users?filter=not (groups pr)", "2" },
        { "/Users?filter=groups eq null", "2" },
        { "/Users?filter=groups.value eq '@G' and userName eq 'ada'", "1" },
        { "/Users?filter=groups.value eq '@G' or userName eq 'bob'", "2" },
        { "/Groups?filter=members.value eq '@I'", "1" },
        { "/Groups?filter=members eq '@I'", "1" },
        { "/Groups?filter=members.value ne '@I'", "1" },
        { "/Groups?filter=members.value sw '@I'", "1" },
        { "/Groups?filter=members[value eq '@I' and type eq 'User']", "1" },
        { "/Groups?filter=members[value eq '@I' and type eq 'Group']", "0" },
        { "/Groups?filter=members.display eq 'Ada'", "1" },
        { "/Groups?filter=members.type eq 'User'", "1" },
        { "/Groups?filter=members.$ref ew '/Users/@I'", "1" },
        { "/Groups?filter=members pr", "1" },
        { "/Groups?filter=not (members.value eq '@I')", "1" },
        { "/Groups?filter=members eq null", "1" },
        { "/Groups?filter=meta.resourceType eq 'Group' and members pr", "1" },
    };

    (void) state;

    id = unit_user("ada");
    (void) unit_user("bob");
    unit_op("POST /Users", "{'userName':'eve','urn:ietf:params:scim:schemas:"
            "extension:enterprise:2.0:User':{'department':'d'}}");
    (void) unit_group("other", NULL);
    group = unit_group("Team", id);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_printf("GET %s",
                                     unit_fill(cases[i].request, "IG", id,
                                               group)), NULL);

        if (answer.status != 200
            || strcmp(unit_get(&answer, "totalResults"), cases[i].total) != 0)
        {
            fail_msg("%s: %d %s", cases[i].request, answer.status,
                     answer.text);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(filters_on_what_is_computed,
                                        unit_op_start, unit_op_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
