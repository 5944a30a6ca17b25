/*
 * Groups and their members over a real Redis.
 */

#include "unit_op.h"


static unit_answer_t
patch_if(const char *id, const char *if_match, const char *operations)
{
    return unit_op_if(unit_printf("PATCH /Groups/%s", id), if_match,
                      unit_fill("{'Operations':@O}", "O", operations));
}


static unit_answer_t
patch(const char *id, const char *operations)
{
    return patch_if(id, NULL, operations);
}


static unit_answer_t
get(const char *id)
{
    return unit_op(unit_printf("GET /Groups/%s", id), NULL);
}


/* Whether the group's members are those of these one-letter names, in whatever
 * order: "abc". */
static bool
members_are(const char *id, const char *names)
{
    unit_answer_t       answer;
    const scim_json_t  *member;

    answer = get(id);
    assert_int_equal(answer.status, 200);

    member = scim_json_get(answer.json, scim_str("members"));

    if (member == NULL || member->count != strlen(names)) {
        return member == NULL && *names == '\0';
    }

    for (member = member->first; member != NULL; member = member->next) {
        if (strchr(names,
                   scim_json_get_text(member, scim_str("display")).data[0])
            == NULL)
        {
            return false;
        }
    }

    return true;
}


static void
a_group_is_created(void **state)
{
    const char     *ada;
    unit_answer_t   made, got;

    (void) state;

    made = unit_op("POST /Groups",
                   "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:Group'"
                   ",'http://schemas.microsoft.com/2006/11/"
                   "ResourceManagement/ADSCIM/2.0/Group'],"
                   "'externalId':'e','displayName':'Team','members':[],"
                   "'meta':{'resourceType':'Group'}}");
    assert_int_equal(made.status, 201);
    assert_int_equal(made.trips, 1);
    assert_string_equal(unit_get(&made, "members"), "(none)");

    assert_int_equal(unit_op("POST /Groups", "{'displayName':'TEAM'}").status,
                     409);
    ada = unit_user("ada");
    made = unit_op("POST /Groups",
                   unit_printf("{'displayName':'T','members':[{'value':'%s',"
                               "'$ref':null}]}", ada));
    assert_int_equal(made.status, 201);
    assert_int_equal(made.trips, 2);
    assert_string_equal(unit_get(&made, "members"),
                        unit_printf("[{'value':'%s','$ref':'https://x/scim/v2/"
                                    "Users/%s','type':'User','display':'ada'}"
                                    "]", ada, ada));

    got = get(unit_get(&made, "id"));
    assert_int_equal(got.trips, 1);
    assert_string_equal(got.text, made.text);
    assert_string_equal(unit_printf("%.*s", SCIM_FMT(made.result->location)),
                        unit_get(&got, "meta.location"));

    got = unit_op(unit_printf("GET /Groups/%s?excludedAttributes=members",
                              unit_get(&made, "id")), NULL);
    assert_int_equal(got.trips, 1);
    assert_null(strstr(got.text, "members"));

    made = unit_op("POST /Groups?excludedAttributes=members",
                   unit_printf("{'displayName':'U','members':[{'value':'%s'}]}",
                               ada));
    assert_int_equal(made.status, 201);
    assert_int_equal(made.trips, 1);

    made = unit_op("POST /Groups", "{'displayName':'V','members':[{'value':"
                   "'stranger'}]}");
    assert_int_equal(made.status, 400);
    assert_string_equal(unit_get(&made, "scimType"), "invalidValue");
    assert_non_null(strstr(unit_get(&made, "detail"), "\"stranger\""));
}


static void
members_come_and_go(void **state)
{
    size_t         i;
    const char    *a, *b, *c, *group;
    unit_answer_t  answer;

    static const struct {
        const char *operations;     /* @A, @B, @C, @G: ids */
        const char *members;
        const char *version;
        unsigned    trips;
    } cases[] = {
        { "[{'op':'Add','path':'members','value':[{'$ref':null,'value':'@A'},"
          "{'value':'@B'}]}]", "ab", "W/\"2\"", 1 },
        { "[{'op':'add','path':'members','value':[{'value':'@A'}]}]", "ab",
          "W/\"2\"", 1 },
        { "[{'op':'Remove','path':'members','value':[{'value':'@B'}]}]", "a",
          "W/\"3\"", 1 },
        { "[{'op':'Remove','path':'members','value':[{'value':'@B'}]}]", "a",
          "W/\"3\"", 1 },
        { "[{'op':'remove','path':'members','value':[]}]", "a", "W/\"3\"", 1 },
        { "[{'op':'remove','path':'members[value eq \\'@A\\']'},{'op':'add',"
          "'path':'members','value':[{'value':'@C','display':'x'}]}]", "c",
          "W/\"4\"", 1 },
        { "[{'op':'replace','path':'members','value':[{'value':'@A'},"
          "{'value':'@B'}]}]", "ab", "W/\"5\"", 1 },
        { "[{'op':'replace','value':{'id':'@G','displayName':'Team'}}]",
          "ab", "W/\"5\"", 1 },
        { "[{'op':'replace','value':{'id':'@G','displayName':'Team'}},"
          "{'op':'add','path':'members','value':[{'value':'@C'}]}]", "abc",
          "W/\"6\"", 2 },
        { "[{'op':'replace','value':{'displayName':'Crew'}},"
          "{'op':'remove','path':'members[value eq \\'@C\\']'}]", "ab",
          "W/\"7\"", 2 },
        { "[{'op':'remove','path':'members[display sw \\'b\\']'}]", "a",
          "W/\"8\"", 2 },
        { "[{'op':'add','path':'externalId','value':'e'}]", "a", "W/\"9\"",
          2 },
        { "[{'op':'remove','path':'members'}]", "", "W/\"10\"", 1 },
    };

    (void) state;

    a = unit_user("a");
    b = unit_user("b");
    c = unit_user("c");
    group = unit_group("Team", NULL);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = patch(group, unit_fill(cases[i].operations, "ABCG", a, b, c,
                                        group));

        if (answer.status != 204 || answer.trips != cases[i].trips
            || strcmp(answer.result->etag, cases[i].version) != 0
            || answer.result->body.len != 0
            || !members_are(group, cases[i].members))
        {
            fail_msg("%s: %d in %u, %s: %s", cases[i].operations,
                     answer.status, answer.trips, answer.result->etag,
                     get(group).text);
        }
    }

    answer = get(group);
    assert_string_equal(unit_get(&answer, "displayName"), "Crew");
    assert_string_equal(unit_get(&answer, "externalId"), "e");
}


static void
a_patch_may_ask_for_a_body(void **state)
{
    const char    *a, *group;
    unit_answer_t  answer;

    (void) state;

    a = unit_user("a");
    group = unit_group("Team", NULL);

    answer = unit_op(unit_printf("PATCH /Groups/%s?attributes=members", group),
                     unit_printf("{'Operations':[{'op':'add','path':'members',"
                                 "'value':[{'value':'%s'}]}]}", a));
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 2);
    assert_non_null(strstr(answer.text, "'display':'a'"));
    assert_string_equal(unit_get(&answer, "displayName"), "(none)");
    assert_string_equal(answer.result->etag, "W/\"2\"");
}


static void
versions_and_refusals(void **state)
{
    size_t         i;
    const char    *a, *group;
    unit_answer_t  answer;

    static const struct {
        const char *id;         /* NULL: the group's */
        const char *if_match;
        const char *member;     /* NULL: one that exists */
        int         status;
        unsigned    trips;
    } cases[] = {
        { NULL, "W/\"2\"", NULL, 412, 1 },
        { NULL, "W/\"0\"", NULL, 412, 1 },
        { NULL, "junk", NULL, 412, 1 },
        { NULL, "W/\"1\"", NULL, 204, 1 },
        { NULL, "\"2\"", NULL, 204, 1 },
        { NULL, "\"1\"", NULL, 412, 1 },
        { NULL, "\"7\", \"2\"", NULL, 204, 2 },
        { NULL, "*", NULL, 204, 1 },
        { NULL, "!*", NULL, 412, 1 },
        { "nobody", "*", NULL, 404, 1 },
        { "nobody", NULL, NULL, 404, 1 },
        { NULL, NULL, "stranger", 400, 1 },
        { NULL, NULL, "not/a name", 400, 1 },
    };

    (void) state;

    a = unit_user("a");
    group = unit_group("Team", NULL);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = patch_if(cases[i].id ? cases[i].id : group,
                          cases[i].if_match,
                          unit_printf("[{'op':'add','path':'members','value':"
                                      "[{'value':'%s'}]}]",
                                      cases[i].member ? cases[i].member : a));

        if (answer.status != cases[i].status
            || answer.trips != cases[i].trips)
        {
            fail_msg("%zu: %d in %u: %s", i, answer.status, answer.trips,
                     answer.text);
        }

        if (cases[i].member != NULL) {
            assert_non_null(strstr(unit_get(&answer, "detail"),
                                   cases[i].member));
        }
    }

    assert_true(members_are(group, "a"));
}


static void
a_put_replaces_members(void **state)
{
    const char    *a, *b, *group;
    unit_answer_t  answer;

    (void) state;

    a = unit_user("a");
    b = unit_user("b");
    group = unit_group("Team", a);

    answer = unit_op(unit_printf("PUT /Groups/%s", group),
                     unit_printf("{'displayName':'Team','members':"
                                 "[{'value':'%s'}]}", b));
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.text, "'display':'b'"));
    assert_null(strstr(answer.text, "'display':'a'"));
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");

    answer = unit_op(unit_printf("PUT /Groups/%s", group),
                     unit_printf("{'displayName':'Team','members':"
                                 "[{'value':'%s'}]}", b));
    assert_int_equal(answer.status, 200);
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"2\"");

    answer = unit_op(unit_printf("PUT /Groups/%s?excludedAttributes=members",
                                 group), "{'displayName':'Team2'}");
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 2);
    assert_true(members_are(group, ""));

    answer = unit_op(unit_printf("GET /Users/%s", b), NULL);
    assert_string_equal(unit_get(&answer, "groups"), "(none)");
}


/* A rename, just before the commit. */
static const char *renamed;

static void
rename_in_between(unsigned trip)
{
    if (trip == 2) {
        unit_op_hook = NULL;
        assert_int_equal(patch(renamed, "[{'op':'replace','value':"
                                        "{'displayName':'Other'}}]").status,
                         204);
    }
}


static void
a_put_wins_or_loses_whole(void **state)
{
    const char    *a;
    unit_answer_t  answer;

    (void) state;

    a = unit_user("a");
    renamed = unit_group("Team", NULL);
    unit_op_hook = rename_in_between;

    answer = unit_op(unit_printf("PUT /Groups/%s", renamed),
                     unit_printf("{'displayName':'Team','members':"
                                 "[{'value':'%s'}]}", a));
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.trips, 5);
    assert_string_equal(unit_get(&answer, "displayName"), "Team");
    assert_string_equal(unit_get(&answer, "meta.version"), "W/\"3\"");
    assert_true(members_are(renamed, "a"));

    /* members alone do not mind */
    unit_op_hook = rename_in_between;
    answer = patch(renamed, unit_fill("[{'op':'replace','value':"
                                      "{'displayName':'Team'}},{'op':'remove',"
                                      "'path':'members','value':'@A'}]", "A",
                                      a));
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 2);
    answer = get(renamed);
    assert_string_equal(unit_get(&answer, "displayName"), "Other");
    assert_string_equal(unit_get(&answer, "members"), "(none)");
}


static void
groups_hold_groups(void **state)
{
    const char    *a, *inner, *outer;
    unit_answer_t  answer;

    (void) state;

    a = unit_user("a");
    inner = unit_group("inner", a);
    outer = unit_group("outer", inner);

    answer = unit_op(unit_printf("GET /Users/%s", a), NULL);
    assert_non_null(strstr(answer.text, "'type':'direct'"));
    assert_non_null(strstr(answer.text, "'type':'indirect'"));

    answer = get(outer);
    assert_non_null(strstr(answer.text, "'type':'Group'"));

    /* found by what is shown */
    answer = unit_op(unit_printf("GET /Users?filter=groups.value eq '%s'",
                                 outer), NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    answer = unit_op(unit_printf("GET /Users?filter=groups.value eq '%s'",
                                 inner), NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");
    assert_int_equal(answer.trips, 2);
    answer = unit_op("GET /Users?filter=groups.value eq 'a b'", NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "0");

    answer = unit_op(unit_printf("DELETE /Groups/%s", inner), NULL);
    assert_int_equal(answer.status, 204);
    assert_true(members_are(outer, ""));
}


static void
is_one_a_member(void **state)
{
    size_t         i;
    const char    *a, *b, *c, *g, *h;
    unit_answer_t  answer;

    static const struct {
        const char *filter;
        const char *args;
        const char *total;
        unsigned    trips;
    } cases[] = {
        { "id eq '@G' and members eq '@A'", "&attributes=id", "1", 1 },
        { "id eq '@G' and members eq '@B'", "&attributes=id", "0", 1 },
        { "id eq '@G' and members eq '@A'",
          "&excludedAttributes=members", "1", 1 },
        { "id eq '@G' and members eq '@A'", "", "1", 2 },
        { "id eq '@G' and members eq '@C'", "", "1", 2 },
        { "id eq '@G' and not (members eq '@A')", "", "0", 1 },
        { "id eq '@G' and members[value eq '@A' and type eq 'User']",
          "&attributes=id", "1", 1 },
        { "id eq '@G' and members[value eq '@A' and type eq 'Group']",
          "&attributes=id", "0", 1 },
        { "id eq '@G' and members.display eq 'a'", "&attributes=id", "1",
          1 },
        { "id eq '@G' and members pr", "&attributes=id", "1", 1 },
        { "id eq '@H' and members pr", "&attributes=id", "0", 1 },
        { "members eq '@A'", "&attributes=id", "1", 1 },
        { "members.value eq '@B'", "", "0", 1 },
        { "members eq '@A' and displayName eq 'g'", "&attributes=id", "1",
          1 },
        { "members eq '@A' and displayName eq 'h'", "&attributes=id", "0",
          1 },
        { "members eq '@A' or displayName eq 'h'", "&attributes=id", "2",
          1 },
        { "members eq 'no/id'", "", "0", 1 },
        { "displayName sw 'g' and members eq 'no/id'", "", "0", 1 },
    };

    (void) state;

    a = unit_user("a");
    b = unit_user("b");
    g = unit_group("g", a);
    h = unit_group("h", NULL);
    c = unit_user("c");
    (void) patch(g, unit_fill("[{'op':'add','path':'members','value':'@C'}]",
                              "C", c));

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        answer = unit_op(unit_printf("GET /Groups?filter=%s%s",
                                     unit_fill(cases[i].filter, "GHABC", g, h,
                                               a, b, c),
                                     cases[i].args), NULL);

        if (answer.status != 200 || answer.trips != cases[i].trips
            || strcmp(unit_get(&answer, "totalResults"), cases[i].total) != 0)
        {
            fail_msg("%s: %d in %u: %s", cases[i].filter, answer.status,
                     answer.trips, answer.text);
        }

        /* what is shown is not what was asked after */
        assert_true(*cases[i].args != '\0'
                    || strcmp(cases[i].total, "1") != 0
                    || (strstr(answer.text, "'display':'a'") != NULL
                        && strstr(answer.text, "'display':'c'") != NULL));
        assert_true(*cases[i].args == '\0'
                    || strstr(answer.text, "'display'") == NULL);
    }
}


/* More members than one trip brings. */
static void
large_groups_are_read_whole(void **state)
{
    size_t              i, n;
    const char         *group;
    scim_buf_t          buf;
    scim_str_t          text;
    unit_answer_t       answer;
    const scim_json_t  *found;

    (void) state;

    group = unit_group("large", NULL);
    scim_buf_init(&buf, unit_op_pool(), 65536);

    for (i = 0; i < 2 * SCIM_STORE_MEMBERS_CHUNK + 10; i++) {
        if (i != 0) {
            scim_buf_char(&buf, ',');
        }

        scim_buf_lit(&buf, "{'value':'");
        scim_buf_str(&buf, scim_str_from(unit_user(unit_printf("u%zu", i))));
        scim_buf_lit(&buf, "'}");
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &text), SCIM_OK);

    answer = patch(group, unit_fill("[{'op':'add','path':'members','value':"
                                    "[@M]}]", "M", text.data));
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 4);

    answer = get(group);
    assert_int_equal(answer.trips, 3);
    found = scim_json_get(answer.json, scim_str("members"));
    assert_int_equal(found->count, i);

    answer = unit_op("GET /Groups", NULL);
    assert_int_equal(answer.trips, 3);
    found = scim_json_get(answer.json, scim_str("Resources"))->first;
    found = scim_json_get(found, scim_str("members"));
    assert_int_equal(found->count, i);

    /* the last member, which no first chunk holds */
    answer = unit_op(unit_printf("GET /Groups?filter=members.display eq 'u%zu'"
                                 "&attributes=id", i - 1), NULL);
    assert_string_equal(unit_get(&answer, "totalResults"), "1");

    /* a filter on members that needs them all */
    answer = patch(group, "[{'op':'remove','path':"
                          "'members[display sw \\'u1\\']'}]");
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.trips, 4);

    answer = get(group);
    found = scim_json_get(answer.json, scim_str("members"));
    n = 1 + 10 + 100 + 1000;    /* u1, u1x, u1xx, u1xxx */
    assert_int_equal(found->count, i - n);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define TEST(fn)  cmocka_unit_test_setup_teardown(fn, unit_op_start, \
                                                  unit_op_end)
        TEST(a_group_is_created),
        TEST(members_come_and_go),
        TEST(a_patch_may_ask_for_a_body),
        TEST(versions_and_refusals),
        TEST(a_put_replaces_members),
        TEST(a_put_wins_or_loses_whole),
        TEST(groups_hold_groups),
        TEST(is_one_a_member),
        TEST(large_groups_are_read_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
