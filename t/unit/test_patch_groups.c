/*
 * PATCH of groups: members as deltas, the rest as documents.
 */

#include "unit_patch.h"

/* Rows of the table end where what follows is nought. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"


static const unit_patch_t  groups[] = {
    { "Entra adds members", "", OP("Add", "members", "[{'$ref':null,'value':"
      "'a'},{'value':'b'}]"), "", 0, "+a +b" },
    { "Entra adds again", "", OP("Add", "members", "[{'value':'a'}]") ","
      OP("Add", "members", "[{'value':'a'}]"), "", 0, "+a" },
    { "one object, a text, unknown keys", "",
      OP("add", "members", "{'value':'a','displayName':'A','x':1}") ","
      OP("add", "members", "'b'"), "", 0, "+a +b" },
    { "Entra removes without the flag", "",
      OP("Remove", "members", "[{'$ref':null,'value':'a'},{'value':'b'}]"), "",
      0, "-a -b" },
    { "Entra and Okta remove by a filter", "", DEL("remove", SEL("a")), "", 0,
      "-a" },
    { "removing several by a filter", "",
      DEL("remove", "members[value eq ^a^ or (value eq ^b^)]"), "", 0,
      "-a -b" },
    { "Okta mixes", "", DEL("remove", SEL("a")) ","
      OP("add", "members", "[{'value':'b','display':'B'}]"), "", 0, "-a +b" },
    { "Okta renames with each membership change", "'displayName':'O'",
      KEYS("replace", "{'id':'g','displayName':'N'}"), "'displayName':'N'" },
    { "authentik renames", "'displayName':'O'",
      KEYS("replace", "{'schemas':['x'],'id':'g','externalId':'e',"
           "'displayName':'N'}"), "'externalId':'e','displayName':'N'" },
    { "Entra's validator", "'displayName':'O'",
      KEYS("replace", "{'externalId':'e'}"),
      "'externalId':'e','displayName':'O'" },
    { "Okta pushes all", "", OP("replace", "members", "[{'value':'a'}]"), "",
      0, "0 +a" },
    { "all removed", "", DEL("remove", "members"), "", 0, "0" },
    { "removal of an empty list", "", OP("Remove", "members", "[]"), "", 0,
      NULL },
    { "replaced by nothing", "", OP("replace", "members", "[]"), "", 0, "0" },
    { "replaced by null", "", OP("replace", "members", "null"), "", 0, "0" },
    { "added nothing", "", OP("add", "members", "[]") ","
      OP("add", "members", "null"), "", 0, NULL },
    { "path-less add and replace", "",
      KEYS("replace", "{'members':[{'value':'a'}]}") ","
      KEYS("add", "{'Members':[{'value':'b'}]}"), "", 0, "0 +a +b" },
    { "JumpCloud's value lists by path members.value", "",
      OP("add", "members.value", "['a','b']") ","
      OP("remove", "members.value", "['b']"), "", 0, "+a -b" },
    { "what is said of a member besides its id", "",
      OP("replace", SEL("a") ".display", "'A'") ","
      OP("add", SEL("a") ".type", "'User'") ","
      DEL("remove", SEL("a") ".display"), "", 0, NULL },
    { "a member written through a filter", "",
      OP("add", SEL("a"), "{'display':'A'}") ","
      OP("add", SEL("b"), "{'value':'c'}") ","
      OP("replace", SEL("d"), "{'value':'e'}") ","
      OP("replace", SEL("f") ".value", "'f'") ","
      OP("replace", SEL("h"), "{'display':'H'}") ","
      OP("replace", SEL("i"), "null"), "", 0, "+a +c -d +e +f -i" },
    { "removed by its id, path of one member", "",
      DEL("remove", SEL("a") ".value"), "", 0, "-a" },
    { "removed by display", "", DEL("remove", "members[display sw ^Al^]"), "",
      0, "-p1" },
    { "removed by type and value", "",
      DEL("Remove", "members[type eq ^User^ and value ne ^p1^]"), "", 0,
      "-p2" },
    { "selected among those just added", "",
      OP("add", "members", "['new1','old']") ","
      DEL("remove", "members[value sw ^new^]"), "", 0, "-new1 +old" },
    { "re-added after removal", "", DEL("remove", SEL("a")) ","
      OP("add", "members", "['a']"), "", 0, "+a" },

    { "another id for a member", "", OP("replace", SEL("a") ".value", "'b'"),
      NULL, SCIM_MUTABILITY },
    { "another id added to a member", "",
      OP("add", "members[value eq ^a^ or value eq ^b^].value", "'b'"), NULL,
      SCIM_MUTABILITY },
    { "a member without value", "", OP("add", "members", "[{'display':'A'}]"),
      NULL, SCIM_INVALID_VALUE },
    { "a member with an empty value", "", OP("add", "members",
      "[{'value':''}]"), NULL, SCIM_INVALID_VALUE },
    { "a list within a list", "", OP("add", "members", "[['a']]"), NULL,
      SCIM_INVALID_VALUE },
    { "a member written through a wide filter", "",
      OP("replace", "members[display eq ^A^]", "{'value':'x'}"), NULL,
      SCIM_INVALID_FILTER },
    { "an unknown sub-attribute", "", DEL("remove", "members[age gt 3]"), NULL,
      SCIM_INVALID_FILTER },
    { "displayName removed", "'displayName':'O'", DEL("remove", "displayName"),
      NULL, SCIM_MUTABILITY }
};


static void
patches_of_groups(void **state)
{
    (void) state;
    unit_patch_check("Group", groups, N(groups));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(patches_of_groups)
    };

    return cmocka_run_group_tests_name("patch_groups", tests, NULL, NULL);
}
