/*
 * PATCH of users: what identity providers send, what the RFC has, what is
 * refused.
 */

#include "unit_patch.h"

/* Rows of the table end where what follows is nought. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"


static const unit_patch_t  users[] = {
    { "Entra disables without the flag", "'active':true",
      OP("Replace", "active", "'False'"), "'active':false" },
    { "Entra disables, seen with Add", "'active':true",
      OP("Add", "active", "'false'"), "'active':false" },
    { "Entra disables with the flag", "'active':true",
      OP("replace", "active", "false"), "'active':false" },
    { "Entra, several attributes without the flag", WORK ",'displayName':'o'",
      OP("Replace", "displayName", "'B'") ","
      OP("Replace", "emails[type eq ^work^].value", "'b@x'") ","
      OP("Add", "name.givenName", "'G'") ","
      OP("Replace", "name.familyName", "'F'") ","
      OP("Add", "externalId", "'e'") ","
      OP("Add", ENT ":employeeNumber", "'7'"),
      "'externalId':'e','name':{'familyName':'F','givenName':'G'},"
      "'displayName':'B','emails':[{'value':'b@x','type':'work',"
      "'primary':true}],'" ENT "':{'employeeNumber':'7'}" },
    { "Entra, several attributes with the flag", WORK,
      OP("replace", "emails[type eq ^work^].value", "'b@x'") ","
      KEYS("replace", "{'active':false,'name.givenName':'A','displayName':'B',"
           "'" ENT ":employeeNumber':'7'}"),
      "'name':{'givenName':'A'},'displayName':'B','active':false,"
      "'emails':[{'value':'b@x','type':'work','primary':true}],"
      "'" ENT "':{'employeeNumber':'7'}" },
    { "Entra, path-less dotted Add", "'name':{'familyName':'F'}",
      KEYS("Add", "{'name.givenName':'A','" ENT ":department':'D'}"),
      "'name':{'familyName':'F','givenName':'A'},'" ENT "':{'department':'D'}"
      },
    { "Entra, an extension as an object merges", "'" ENT "':{'department':'D',"
      "'employeeNumber':'1'}",
      KEYS("Replace", "{'" ENT "':{'department':'E'}}"),
      "'" ENT "':{'department':'E','employeeNumber':'1'}" },
    { "an extension as a path merges too", "'" ENT "':{'department':'D',"
      "'employeeNumber':'1'}",
      OP("replace", ENT, "{'department':'E','manager.value':'m'}"),
      "'" ENT "':{'department':'E','employeeNumber':'1',"
      "'manager':{'value':'m'}}" },
    { "an extension's null sub-attribute goes", "'" ENT "':{'department':'D'}",
      KEYS("Replace", "{'" ENT "':{'department':null}}"), "" },
    { "an extension set to null goes", "'title':'T','" ENT "':{'department':"
      "'D'}", KEYS("Replace", "{'" ENT "':null}"), "'title':'T'" },
    { "an extension removed", "'title':'T','" ENT "':{'department':'D'}",
      DEL("remove", ENT), "'title':'T'" },
    { "Entra, Add to a value path without match", "",
      OP("Add", MOBILE, "'1'") "," OP("Add", "title", "'T'"),
      "'title':'T','phoneNumbers':[{'value':'1','type':'mobile'}]" },
    { "Entra, Replace of a value path without match", WORK,
      OP("Replace", MOBILE, "'1'") ","
      OP("Replace", "addresses[type eq ^work^].formatted", "'Str'") ","
      OP("Replace", "addresses[type eq ^work^].postalCode", "'123'") ","
      OP("Replace", "emails[type eq ^other^].value", "'o@x'") ","
      OP("Replace", "entitlements[type eq ^x^].value", "'e'"),
      "'emails':[{'value':'a@x','type':'work','primary':true},"
      "{'value':'o@x','type':'other'}],"
      "'phoneNumbers':[{'value':'1','type':'mobile'}],"
      "'addresses':[{'type':'work','formatted':'Str','postalCode':'123'}],"
      "'entitlements':[{'value':'e','type':'x'}]" },
    { "a new e-mail is not made primary", "",
      OP("Replace", "emails[type eq ^work^].value", "'a@x'"),
      "'emails':[{'value':'a@x','type':'work'}]" },
    { "lower-case add creates as well", "",
      OP("add", MOBILE, "'1'"),
      "'phoneNumbers':[{'value':'1','type':'mobile'}]" },
    { "lower-case replace without match", "",
      OP("replace", MOBILE, "'1'"), NULL, SCIM_NO_TARGET },
    { "… unless told to create", "", OP("replace", MOBILE, "'1'"),
      "'phoneNumbers':[{'value':'1','type':'mobile'}]", 0, NULL,
      SCIM_NO_TARGET_CREATE },
    { "Replace without match, told to refuse", "", OP("Replace", MOBILE, "'1'"),
      NULL, SCIM_NO_TARGET, NULL, SCIM_NO_TARGET_ERROR },
    { "add creates even so", "", OP("add", MOBILE, "'1'"),
      "'phoneNumbers':[{'value':'1','type':'mobile'}]", 0, NULL,
      SCIM_NO_TARGET_ERROR },
    { "a filter that tells nothing to create", "",
      OP("Add", "emails[type ne ^work^].value", "'1'"), NULL, SCIM_NO_TARGET },
    { "a filter of two equalities creates both", "",
      OP("Add", "emails[type eq ^work^ and primary eq true].value", "'1'"),
      "'emails':[{'value':'1','type':'work','primary':true}]" },
    { "Entra sends another value", "'phoneNumbers':[{'value':'1','type':"
      "'mobile'}]", OP("Add", MOBILE, "'2'"),
      "'phoneNumbers':[{'value':'2','type':'mobile'}]" },
    { "a filter that matches several changes all", "'emails':[{'value':'a',"
      "'type':'work'},{'value':'b','type':'home'},{'value':'c','type':'work'}]",
      OP("replace", "emails[type eq ^work^].display", "'D'"),
      "'emails':[{'value':'a','type':'work','display':'D'},{'value':'b','type'"
      ":'home'},{'value':'c','type':'work','display':'D'}]" },
    { "sub-attribute names in any case", "",
      OP("Add", "emails[type eq ^other^].Value", "'x'") ","
      OP("Add", "addresses[type eq ^work^].Formatted", "'y'"),
      "'emails':[{'value':'x','type':'other'}],"
      "'addresses':[{'type':'work','formatted':'y'}]" },
    { "value paths as keys", WORK,
      KEYS("Replace", "{'emails[type eq ^work^].value':'b@x',"
           "'phoneNumbers[type eq ^fax^].value':'9'}"),
      "'emails':[{'value':'b@x','type':'work','primary':true}],"
      "'phoneNumbers':[{'value':'9','type':'fax'}]" },
    { "lower-case value path as a key without match", "",
      KEYS("replace", "{'emails[type eq ^work^].value':'b@x'}"), NULL,
      SCIM_NO_TARGET },

    { "Entra removes title", "'title':'T','active':true",
      DEL("Remove", "title"), "'active':true" },
    { "Entra removes what is not there", "'active':true",
      DEL("remove", "title") "," DEL("Remove", "name.givenName") ","
      DEL("Remove", ENT ":department"), "'active':true" },
    { "Entra removes a value path", "'phoneNumbers':[{'value':'1','type':"
      "'mobile'},{'value':'2','type':'work'}]", DEL("Remove", MOBILE),
      "'phoneNumbers':[{'value':'2','type':'work'}]" },
    { "Entra removes, naming the old value", WORK,
      OP("Remove", "emails[type eq ^work^].value", "'old'"), "" },
    { "the rest of an entry stays", "'emails':[{'value':'a','type':'work',"
      "'display':'A'}]", DEL("remove", "emails[type eq ^work^].value"),
      "'emails':[{'type':'work','display':'A'}]" },
    { "Remove without match", "'active':true", DEL("Remove", MOBILE),
      "'active':true" },
    { "lower-case remove without match", "", DEL("remove", MOBILE), NULL,
      SCIM_NO_TARGET },
    { "remove an entry", WORK, DEL("remove", "emails[type eq ^WORK^]"), "" },
    { "remove all", WORK, DEL("remove", "emails"), "" },
    { "remove listed entries", "'roles':[{'value':'a'},{'value':'b'},"
      "{'value':'c'}]",
      OP("Remove", "roles", "[{'value':'a'},{'value':'c'},{'value':'z'}]"),
      "'roles':[{'value':'b'}]" },
    { "an entry that is there changes no other one", "'emails':["
      "{'value':'a','primary':true},{'value':'a','type':'work'}]",
      OP("add", "emails", "[{'value':'a','type':'work'}]"),
      "'emails':[{'value':'a','primary':true},{'value':'a','type':'work'}]" },
    { "remove one entry, by its value alone", "'roles':[{'value':'a'},"
      "{'value':'b'}]", OP("Remove", "roles", "'a'"),
      "'roles':[{'value':'b'}]" },
    { "remove with no value to speak of", WORK, OP("Remove", "emails", "''"),
      "" },
    { "remove what no entry can be", "'addresses':[{'locality':'L'}]",
      OP("Remove", "addresses", "'L'"), NULL, SCIM_INVALID_VALUE },
    { "remove an empty list", WORK, OP("Remove", "emails", "[]"), WORK },
    { "remove a sub-attribute of all", WORK, DEL("remove", "emails.primary"),
      "'emails':[{'value':'a@x','type':'work'}]" },

    { "Entra clears with null", "'title':'T','displayName':'D'," WORK,
      OP("replace", "title", "null") "," OP("Replace", "emails", "null") ","
      KEYS("replace", "{'displayName':null}"), "" },
    { "clears with an empty text in dotted names", "'name':{'givenName':'G',"
      "'familyName':'F'}",
      OP("Replace", "name.givenName", "''"), "'name':{'familyName':'F'}" },
    { "an empty text is a text elsewhere", "'title':'T'",
      OP("Replace", "title", "''"), "'title':''" },
    { "null in a value path keeps the entry", WORK,
      OP("replace", "emails[type eq ^work^].value", "null"),
      "'emails':[{'type':'work','primary':true}]" },
    { "an empty list unassigns", WORK, OP("replace", "emails", "[]"), "" },
    { "add of nothing changes nothing", WORK, OP("add", "emails", "[]") ","
      OP("add", "emails", "null"), WORK },

    { "Entra of old, texts and booleans in a list",
      "'title':'T','active':true,'emails':[{'value':'a','type':'work'}]",
      OP("Replace", "active", "[{'$ref':null,'value':'False'}]") ","
      OP("Replace", "title", "[{'$ref':null,'value':null}]") ","
      OP("Add", "name.givenName", "[{'$ref':null,'value':'G'}]") ","
      OP("Replace", "emails[type eq ^work^].value",
         "[{'$ref':null,'value':'b'}]"),
      "'active':false,'emails':[{'value':'b','type':'work'}],"
      "'name':{'givenName':'G'}" },
    { "two values where there is one", "", OP("Replace", "title",
      "[{'value':'a'},{'value':'b'}]"), NULL, SCIM_INVALID_VALUE },
    { "a list of one text where there is one", "", OP("Replace", "title",
      "['a']"), NULL, SCIM_INVALID_VALUE },

    { "Entra, manager bare", "", OP("Add", ENT ":manager", "'m'"),
      "'" ENT "':{'manager':{'value':'m'}}" },
    { "Entra, manager bare, replaced", "'" ENT "':{'manager':{'value':'l',"
      "'$ref':'../Users/l'}}", OP("Replace", ENT ":manager", "'m'"),
      "'" ENT "':{'manager':{'value':'m'}}" },
    { "Entra, manager object", "", OP("add", ENT ":manager", "{'value':'m'}"),
      "'" ENT "':{'manager':{'value':'m'}}" },
    { "Entra, manager in a list", "", OP("Replace", ENT ":manager",
      "[{'$ref':'../Users/m','value':'m'}]"),
      "'" ENT "':{'manager':{'value':'m','$ref':'../Users/m'}}" },
    { "manager by its value", "'" ENT "':{'manager':{'value':'l'}}",
      OP("replace", ENT ":manager.value", "'m'"),
      "'" ENT "':{'manager':{'value':'m'}}" },
    { "manager without URN", "", OP("Replace", "manager", "'m'"),
      "'" ENT "':{'manager':{'value':'m'}}" },
    { "manager emptied, bare", "'" ENT "':{'manager':{'value':'m'}}",
      OP("replace", ENT ":manager", "''"), "" },
    { "manager emptied, null", "'" ENT "':{'manager':{'value':'m'}}",
      OP("replace", ENT ":manager", "null"), "" },
    { "manager emptied, object", "'" ENT "':{'manager':{'value':'m','$ref':"
      "'r'},'department':'D'}", OP("replace", ENT ":manager", "{'value':''}"),
      "'" ENT "':{'department':'D'}" },
    { "manager emptied, add of an object", "'" ENT "':{'manager':{'value':"
      "'m'}}", OP("add", ENT ":manager", "{'value':''}"), "" },
    { "manager removed", "'" ENT "':{'manager':{'value':'m'}}",
      DEL("Remove", ENT ":manager"), "" },
    { "manager's name is read-only", "",
      OP("replace", ENT ":manager.displayName", "'M'"), NULL,
      SCIM_MUTABILITY },

    { "Entra, single role", "", OP("Add", ROLE ".display", "'D'") ","
      OP("Add", ROLE ".value", "'V'") "," OP("Add", ROLE ".type", "'T'"),
      "'roles':[{'value':'V','display':'D','type':'T','primary':true}]" },
    { "Entra, roles complex", "'roles':[{'value':'a'}]",
      OP("Add", "roles", "[{'value':'{\\'id\\':\\'1\\',\\'value\\':\\'V\\',"
         "\\'displayName\\':\\'D\\'}'}]"),
      "'roles':[{'value':'a'},{'value':'V','display':'D'}]" },
    { "Entra, roles assertive", "'roles':[{'value':'a'},{'value':'b'}]",
      OP("replace", "roles", "[{'primary':'False','type':'t','display':'d',"
         "'value':'v'}]"),
      "'roles':[{'value':'v','display':'d','type':'t','primary':false}]" },
    { "Entra renames", "", OP("Replace", "userName", "'bob'"),
      "'userName':'bob'" },
    { "core URN in a path", "", OP("Add", U ":title", "'T'"), "'title':'T'" },
    { "core URN as an object", "'nickName':'N'",
      KEYS("replace", "{'" U "':{'title':'T'}}"),
      "'nickName':'N','title':'T'" },
    { "keys and ops in any case", "", "{'OP':'REPLACE','Path':'Title',"
      "'VALUE':'T','name':'addTitle'}", "'title':'T'" },
    { "a path that is null or empty is none", "",
      "{'op':'add','path':null,'value':{'title':'T'}},"
      "{'op':'add','path':'','value':{'nickName':'N'}}",
      "'nickName':'N','title':'T'" },

    { "a complex value merges", "'name':{'givenName':'G','familyName':'F'}",
      OP("replace", "name", "{'familyName':'N'}"),
      "'name':{'givenName':'G','familyName':'N'}" },
    { "a complex value merges from a key", "'name':{'givenName':'G'}",
      KEYS("add", "{'Name':{'FamilyName':'N'}}"),
      "'name':{'givenName':'G','familyName':'N'}" },
    { "null within a complex value unassigns", "'name':{'givenName':'G',"
      "'familyName':'F'}",
      OP("replace", "name", "{'familyName':null,'formatted':'X'}"),
      "'name':{'givenName':'G','formatted':'X'}" },
    { "nothing but null within", "'name':{'givenName':'G','familyName':'F'}",
      OP("replace", "name", "{'familyName':null}"), "'name':{'givenName':'G'}"
      },
    { "all nulls within", "'name':{'givenName':'G'}",
      OP("replace", "name", "{'givenName':null}"), "" },
    { "an empty complex value changes nothing", "'name':{'givenName':'G'}",
      OP("replace", "name", "{}"), "'name':{'givenName':'G'}" },

    { "add appends", WORK, OP("add", "emails", "[{'value':'b@x'}]"),
      "'emails':[{'value':'a@x','type':'work','primary':true},"
      "{'value':'b@x'}]" },
    { "add of one object", WORK, OP("add", "emails", "{'value':'b@x'}"),
      "'emails':[{'value':'a@x','type':'work','primary':true},"
      "{'value':'b@x'}]" },
    { "add of a bare text", "", OP("add", "emails", "'b@x'"),
      "'emails':[{'value':'b@x'}]" },
    { "add makes no duplicates", WORK,
      OP("add", "emails", "[{'value':'A@X','type':'work','display':'A'}]"),
      "'emails':[{'value':'A@X','type':'work','primary':true,'display':'A'}]"
      },
    { "another type is another entry", WORK,
      OP("add", "emails", "[{'value':'a@x','type':'home'}]"),
      "'emails':[{'value':'a@x','type':'work','primary':true},"
      "{'value':'a@x','type':'home'}]" },
    { "equal addresses are one", "'addresses':[{'type':'work','locality':"
      "'L'}]", OP("add", "addresses", "[{'locality':'l','type':'work'}]"),
      "'addresses':[{'type':'work','locality':'l'}]" },
    { "a new primary ends the old one", WORK,
      OP("add", "emails", "[{'value':'b@x','primary':true}]"),
      "'emails':[{'value':'a@x','type':'work','primary':false},"
      "{'value':'b@x','primary':true}]" },
    { "so does a value path", "'emails':[{'value':'a','type':'work','primary':"
      "true},{'value':'b','type':'home'}]",
      OP("replace", "emails[type eq ^home^].primary", "'True'"),
      "'emails':[{'value':'a','type':'work','primary':false},"
      "{'value':'b','type':'home','primary':true}]" },
    { "two primaries at once", "",
      OP("add", "emails", "[{'value':'a','primary':true},"
         "{'value':'b','primary':true}]"), NULL, SCIM_INVALID_VALUE },
    { "replace of all", WORK, OP("replace", "emails", "[{'value':'c'}]"),
      "'emails':[{'value':'c'}]" },
    { "replace of a selected entry keeps its kind", "'emails':[{'value':'a',"
      "'type':'work','display':'A'},{'value':'b'}]",
      OP("replace", "emails[type eq ^work^]", "{'value':'c'}"),
      "'emails':[{'value':'c','type':'work'},{'value':'b'}]" },
    { "replace of a selected entry with a list of one", WORK,
      OP("replace", "emails[type eq ^work^]", "[{'value':'c','type':'home'}]"),
      "'emails':[{'value':'c','type':'home'}]" },
    { "replace of a selected entry with two", WORK,
      OP("replace", "emails[type eq ^work^]", "[{'value':'c'},{'value':'d'}]"),
      NULL, SCIM_INVALID_VALUE },
    { "replace of a selected entry with null", WORK,
      OP("replace", "emails[type eq ^work^]", "null"), "" },
    { "replace of a selected entry with nothing", WORK,
      OP("replace", "emails[type eq ^work^]", "[]"), "" },
    { "add to a selected entry merges", WORK,
      OP("add", "emails[type eq ^work^]", "{'display':'A'}"),
      "'emails':[{'value':'a@x','type':'work','primary':true,'display':'A'}]"
      },
    { "add to a selected entry that is not there", "",
      OP("add", "emails[type eq ^work^]", "{'value':'A'}"),
      "'emails':[{'value':'A','type':'work'}]" },
    { "a sub-attribute of all entries", "'emails':[{'value':'a'},{'value':"
      "'b'}]", OP("replace", "emails.type", "'home'"),
      "'emails':[{'value':'a','type':'home'},{'value':'b','type':'home'}]" },
    { "a sub-attribute of no entry", "", OP("replace", "emails.value", "'a'"),
      "'emails':[{'value':'a'}]" },

    { "in order", "'title':'T'", DEL("remove", "title") ","
      OP("add", "title", "'A'") "," OP("replace", "title", "'B'"),
      "'title':'B'" },
    { "Google and Okta suspend", "'active':true",
      KEYS("replace", "{'active':false}"), "'active':false" },
    { "read-only and unknown keys are passed over", "'title':'T'",
      KEYS("replace", "{'schemas':['" U "'],'id':'x','meta':{'version':'1'},"
           "'groups':[{'value':'g'}],'':1,'colour':'red','urn:x:y':{'z':1},"
           "'title':'S'}"),
      "'title':'S'" },
    { "a password is kept nowhere", "'title':'T'",
      OP("replace", "password", "'secret'") ","
      KEYS("replace", "{'password':'secret'}"), "'title':'T'" },

    { "id", "", OP("replace", "id", "'x'"), NULL, SCIM_MUTABILITY },
    { "meta", "", OP("replace", "meta.version", "'x'"), NULL,
      SCIM_MUTABILITY },
    { "schemas", "", DEL("remove", "schemas"), NULL, SCIM_MUTABILITY },
    { "groups", "", OP("add", "groups", "[{'value':'g'}]"), NULL,
      SCIM_MUTABILITY },
    { "core schema", "", DEL("remove", U), NULL, SCIM_MUTABILITY },
    { "required removed", "", DEL("remove", "userName"), NULL,
      SCIM_MUTABILITY },
    { "required unassigned", "", OP("replace", "userName", "null"), NULL,
      SCIM_MUTABILITY },
    { "required unassigned by a key", "", KEYS("replace", "{'userName':null}"),
      NULL, SCIM_MUTABILITY },
    { "unknown op", "", OP("delete", "title", "'x'"), NULL,
      SCIM_INVALID_SYNTAX },
    { "no op", "", "{'path':'title','value':'x'}", NULL, SCIM_INVALID_SYNTAX },
    { "op of a wrong type", "", "{'op':1,'path':'title','value':'x'}", NULL,
      SCIM_INVALID_SYNTAX },
    { "no object", "", "'add'", NULL, SCIM_INVALID_SYNTAX },
    { "two ops", "", "{'op':'add','OP':'remove','path':'title','value':'x'}",
      NULL, SCIM_INVALID_SYNTAX },
    { "two paths", "", "{'op':'add','path':'title','Path':'nickName',"
      "'value':'x'}", NULL, SCIM_INVALID_SYNTAX },
    { "two values", "", "{'op':'add','path':'title','value':'x','Value':'y'}",
      NULL, SCIM_INVALID_SYNTAX },
    { "no value", "", DEL("add", "title"), NULL, SCIM_INVALID_VALUE },
    { "no value, no path", "", "{'op':'replace'}", NULL, SCIM_INVALID_VALUE },
    { "no path, no object", "", KEYS("add", "'x'"), NULL, SCIM_INVALID_VALUE },
    { "an extension that is no object", "", KEYS("add", "{'" ENT "':'x'}"),
      NULL, SCIM_INVALID_VALUE },
    { "remove without path", "", "{'op':'remove'}", NULL, SCIM_NO_TARGET },
    { "remove with a value alone", "", KEYS("remove", "{'title':'x'}"), NULL,
      SCIM_NO_TARGET },
    { "path of a wrong type", "", "{'op':'add','path':1,'value':'x'}", NULL,
      SCIM_INVALID_PATH },
    { "unknown attribute", "", OP("add", "colour", "'x'"), NULL,
      SCIM_INVALID_PATH },
    { "members of a user", "", OP("add", "members", "[{'value':'x'}]"), NULL,
      SCIM_INVALID_PATH },
    { "wrong filter", "", OP("add", "emails[colour eq ^x^].value", "'x'"),
      NULL, SCIM_INVALID_FILTER },
    { "wrong filter in a key", "", KEYS("add", "{'emails[type':'x'}"), NULL,
      SCIM_INVALID_FILTER },
    { "wrong type of a value", "", OP("replace", "active", "'perhaps'"), NULL,
      SCIM_INVALID_VALUE },
    { "an object for a text", "", OP("replace", "title", "{'a':1}"), NULL,
      SCIM_INVALID_VALUE },
    { "one bad operation spoils all", "'title':'T'",
      OP("replace", "title", "'S'") "," OP("replace", "active", "3"), NULL,
      SCIM_INVALID_VALUE }
};


static void
patches_of_users(void **state)
{
    (void) state;
    unit_patch_check("User", users, N(users));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(patches_of_users)
    };

    return cmocka_run_group_tests_name("patch_users", tests, NULL, NULL);
}
