/*
 * PATCH: what identity providers send, what the RFC has, what is refused.
 */

#include "unit.h"

#include <stdio.h>

#include "scim/scim_patch.h"
#include "scim/scim_resource.h"

/* Rows of the tables end where what follows is nought. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define N(array)  (sizeof(array) / sizeof((array)[0]))
#define U    "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define AUTO   SCIM_NO_TARGET_AUTO

/*
 * A document and operations, and what comes out.  Texts have ' for " (^ for
 * the \" that a path in JSON needs) and leave out the braces, `schemas` and
 * the required attribute.  members is the delta: "-a +b", with "0" first when
 * all present ones go.
 */
typedef struct {
    const char        *label;
    const char        *doc;
    const char        *operations;
    const char        *expected;    /* NULL: refused */
    scim_error_type_e  type;
    const char        *members;
    scim_no_target_e   no_target;
} case_t;

#define OP(op, path, value) \
    "{'op':'" op "','path':'" path "','value':" value "}"
#define DEL(op, path)      "{'op':'" op "','path':'" path "'}"
#define KEYS(op, value)    "{'op':'" op "','value':" value "}"

#define WORK    "'emails':[{'value':'a@x','type':'work','primary':true}]"
#define MOBILE  "phoneNumbers[type eq ^mobile^].value"
#define ROLE    "roles[primary eq ^True^]"


static const case_t  users[] = {
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
           "'groups':[{'value':'g'}],'':1,'colour':'red','urn:x:y':{'z':1},'title':'S'}"),
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


#define SEL(value)  "members[value eq ^" value "^]"

static const case_t  groups[] = {
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
      OP("replace", SEL("f") ".value", "'g'") ","
      OP("replace", SEL("h"), "{'display':'H'}") ","
      OP("replace", SEL("i"), "null"), "", 0, "+a +c -d +e -f +g -i" },
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


/* The text in braces, with what every resource of the type has. */
static scim_json_t *
document(scim_pool_t *pool, const char *type, const char *text)
{
    char          full[2048];
    scim_json_t  *doc;
    scim_error_t  err;

    (void) snprintf(full, sizeof(full), "{'schemas':['urn:ietf:params:scim:"
                    "schemas:core:2.0:%s']%s%s%s%s}", type,
                    strstr(text, "'userName'") == NULL && *type == 'U'
                    ? ",'userName':'ada'" : "",
                    strstr(text, "'displayName'") == NULL && *type == 'G'
                    ? ",'displayName':'Staff'" : "",
                    text[0] != '\0' ? "," : "", text);

    doc = unit_json(pool, full);

    if (scim_resource_settle(pool, unit_type(type), doc, &err) != SCIM_OK) {
        fail_msg("%s: %s", text, err.detail);
    }

    return doc;
}


static scim_json_t *
patch_body(scim_pool_t *pool, const char *operations)
{
    char         from[4096], text[8192];
    size_t       i, n;
    scim_str_t   json;
    scim_json_t *body;
    scim_error_t err;

    n = (size_t) snprintf(from, sizeof(from), "{'schemas':['urn:ietf:params:"
                          "scim:api:messages:2.0:PatchOp'],'operations':[%s]}",
                          operations);
    assert_true(n < sizeof(from));
    json = (scim_str_t) { text, 0 };

    for (i = 0; i < n; i++) {
        if (from[i] == '^') {
            text[json.len++] = '\\';
        }

        text[json.len++] = from[i] == '\'' || from[i] == '^' ? '"' : from[i];
    }

    assert_int_equal(scim_json_parse(pool, json, NULL, &body, &err), SCIM_OK);

    return body;
}


/* The net change as the tables write it. */
static const char *
delta(scim_pool_t *pool, const scim_members_t *members)
{
    size_t       i, n;
    scim_buf_t   buf;
    scim_str_t  *ids, out;

    scim_buf_init(&buf, pool, 0);

    if (scim_members_replaces(members)) {
        scim_buf_lit(&buf, " 0");
    }

    assert_int_equal(scim_members_removed(members, &ids, &n), SCIM_OK);

    for (i = 0; i < n; i++) {
        scim_buf_lit(&buf, " -");
        scim_buf_str(&buf, ids[i]);
    }

    assert_int_equal(scim_members_added(members, &ids, &n), SCIM_OK);

    for (i = 0; i < n; i++) {
        scim_buf_lit(&buf, " +");
        scim_buf_str(&buf, ids[i]);
    }

    scim_buf_char(&buf, '\0');
    assert_int_equal(scim_buf_done(&buf, &out), SCIM_OK);

    return out.len > 1 ? out.data + 1 : out.data;
}


/* Both lists hold the same words. */
static bool
same_delta(const char *a, const char *b)
{
    char         word[64];
    int          used;
    const char  *p;

    if (strlen(a) != strlen(b)) {
        return false;
    }

    for (p = a; sscanf(p, "%63s%n", word, &used) == 1; p += used) {
        if (strstr(b, word) == NULL) {
            return false;
        }
    }

    return true;
}


static scim_rc_t
run(scim_pool_t *pool, const char *type, const case_t *c, scim_json_t *doc,
    scim_members_t *members, scim_error_t *err)
{
    scim_rc_t      rc;
    scim_json_t   *present;
    scim_patch_t  *patch;

    rc = scim_patch_parse(pool, unit_type(type), patch_body(pool,
                          c->operations), c->no_target, &patch, err);
    if (rc != SCIM_OK) {
        return rc;
    }

    present = unit_json(pool, "[{'value':'p1','type':'User','display':'Alan'},"
                        "{'value':'p2','type':'User'},"
                        "{'value':'p3','type':'Group','display':'G'}]");

    rc = scim_patch_apply(pool, patch,
                          scim_patch_needs_document(patch) ? doc : NULL,
                          scim_patch_needs_members(patch) ? present : NULL,
                          members, err);

    return rc == SCIM_OK
           ? scim_resource_settle(pool, unit_type(type), doc, err) : rc;
}


static void
check(const char *type, const case_t *c)
{
    scim_rc_t        rc;
    scim_pool_t     *pool = scim_pool_create(0);
    scim_json_t     *doc = document(pool, type, c->doc);
    scim_error_t     err = { .status = 0 };
    const char      *got;
    scim_members_t  *members = scim_members_create(pool);

    rc = run(pool, type, c, doc, members, &err);

    if (c->expected == NULL) {
        if (rc != SCIM_REFUSED || err.status != 400 || err.type != c->type
            || err.detail[0] == '\0')
        {
            fail_msg("%s: %d %s %s", c->label, rc,
                     rc == SCIM_REFUSED ? err.detail : "",
                     unit_text(pool, doc));
        }

        scim_pool_destroy(pool);
        return;
    }

    if (rc != SCIM_OK) {
        fail_msg("%s: %s", c->label, err.detail);
    }

    if (!scim_json_equal(doc, document(pool, type, c->expected))) {
        fail_msg("%s: %s", c->label, unit_text(pool, doc));
    }

    got = delta(pool, members);

    if (!same_delta(got, c->members != NULL ? c->members : "")) {
        fail_msg("%s: members %s", c->label, got);
    }

    assert_int_equal(scim_members_changed(members), c->members != NULL);
    scim_pool_destroy(pool);
}


static void
patches_of_users(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < N(users); i++) {
        check("User", &users[i]);
    }
}


static void
patches_of_groups(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < N(groups); i++) {
        check("Group", &groups[i]);
    }
}


/* Applied to its own result, a patch that only states what is to be leaves it
 * as it is: the operation then makes no new version. */
static void
the_same_again_changes_nothing(void **state)
{
    scim_pool_t      *pool = scim_pool_create(0);
    scim_json_t      *once, *twice;
    scim_error_t      err;
    scim_members_t   *members = scim_members_create(pool);
    static const case_t  again = { .label = "again", .operations =
        OP("Add", MOBILE, "'1'") ","
        OP("Replace", "name", "{'givenName':'G'}") ","
        OP("Add", ENT ":manager", "{'value':'m'}") ","
        OP("add", "emails", "[{'value':'b','primary':true}]") ","
        OP("Add", "roles", "['r']") "," DEL("Remove", "title") ","
        DEL("Remove", ENT ":department") ","
        KEYS("Replace", "{'active':'True','" ENT "':{'costCenter':'c'}}") };

    (void) state;
    once = document(pool, "User", "'title':'T'," WORK);
    assert_int_equal(run(pool, "User", &again, once, members, &err), SCIM_OK);

    twice = scim_json_copy(pool, once);
    assert_int_equal(run(pool, "User", &again, twice, members, &err), SCIM_OK);

    if (!scim_json_equal(once, twice)) {
        fail_msg("%s", unit_text(pool, twice));
    }

    assert_false(scim_members_changed(members));
    scim_pool_destroy(pool);
}


static const case_t  immutables[] = {
    { "first value", "", OP("add", "nickName", "'N'"), "'nickName':'N'" },
    { "same value", "'nickName':'N'", OP("replace", "nickName", "'N'"),
      "'nickName':'N'" },
    { "other value", "'nickName':'N'", OP("replace", "nickName", "'M'"), NULL,
      SCIM_MUTABILITY },
    { "no value", "'nickName':'N'", DEL("remove", "nickName"), NULL,
      SCIM_MUTABILITY },
    { "other key", "'nickName':'N'", KEYS("replace", "{'nickName':'M'}"), NULL,
      SCIM_MUTABILITY },
    { "first part", "", OP("add", "name.givenName", "'G'"),
      "'name':{'givenName':'G'}" },
    { "another part", "'name':{'familyName':'F'}",
      OP("add", "name", "{'givenName':'G'}"), NULL, SCIM_MUTABILITY },
    { "part removed", "'name':{'familyName':'F'}",
      DEL("remove", "name.familyName"), NULL, SCIM_MUTABILITY },
    { "first entry", "", OP("add", "ims", "'i'"), "'ims':[{'value':'i'}]" },
    { "same entry", "'ims':[{'value':'i'}]", OP("add", "ims", "'i'"),
      "'ims':[{'value':'i'}]" },
    { "another entry", "'ims':[{'value':'i'}]", OP("add", "ims", "'j'"), NULL,
      SCIM_MUTABILITY },
    { "entry changed", "'ims':[{'value':'i'}]",
      OP("replace", "ims[value eq ^i^].value", "'j'"), NULL, SCIM_MUTABILITY },
    { "immutable part, same", "'photos':[{'value':'p','type':'t'}]",
      OP("replace", "photos.type", "'t'"), "'photos':[{'value':'p','type':'t'"
      "}]" },
    { "immutable part, other", "'photos':[{'value':'p','type':'t'}]",
      OP("replace", "photos.type", "'u'"), NULL, SCIM_MUTABILITY }
};


/* The built-in schemas have none that PATCH could reach. */
static void
immutable_attributes_keep_their_value(void **state)
{
    size_t              i;
    const scim_attr_t  *type;
    static const char  *names[] = { "nickName", "name", "ims" };
    scim_attr_t        *attrs[4];

    (void) state;

    for (i = 0; i < 3; i++) {
        attrs[i] = (scim_attr_t *) scim_type_attr(unit_type("User"), NULL,
                                                  scim_str_from(names[i]));
    }

    type = scim_type_attr(unit_type("User"), NULL, scim_str("photos"));
    attrs[3] = (scim_attr_t *) scim_attr_sub(type, scim_str("type"));

    for (i = 0; i < N(attrs); i++) {
        attrs[i]->mutability = SCIM_IMMUTABLE;
    }

    for (i = 0; i < N(immutables); i++) {
        check("User", &immutables[i]);
    }

    for (i = 0; i < N(attrs); i++) {
        attrs[i]->mutability = SCIM_READ_WRITE;
    }
}


typedef struct {
    const char  *type;
    const char  *operations;
    bool         document;
    bool         members;
} needs_t;

static const needs_t  needs[] = {
    { "Group", OP("add", "members", "['a']"), false, false },
    { "Group", DEL("remove", "members"), false, false },
    { "Group", DEL("remove", SEL("a")), false, false },
    { "Group", DEL("remove", "members[value eq ^a^ or value eq ^b^]"), false,
      false },
    { "Group", DEL("remove", "members[display eq ^a^]"), false, true },
    { "Group", DEL("remove", "members[value eq ^a^ and type eq ^User^]"), false,
      true },
    { "Group", KEYS("replace", "{'id':'g'}"), false, false },
    { "Group", KEYS("replace", "{'id':'g','members':['a']}"), false, false },
    { "Group", KEYS("replace", "{'id':'g','displayName':'N'}"), true, false },
    { "Group", OP("add", "members", "['a']") "," DEL("remove", "externalId"),
      true, false },
    { "User", OP("replace", "active", "false"), true, false },
    { "User", OP("replace", "password", "'x'"), false, false },
    { "User", DEL("remove", "roles"), true, false },
    { "User", DEL("remove", ENT), true, false }
};


static void
patches_need_no_more_than_they_use(void **state)
{
    size_t         i;
    scim_pool_t   *pool = scim_pool_create(0);
    scim_error_t   err;
    scim_patch_t  *patch;

    (void) state;

    for (i = 0; i < N(needs); i++) {
        assert_int_equal(scim_patch_parse(pool, unit_type(needs[i].type),
                                          patch_body(pool,
                                                     needs[i].operations),
                                          AUTO, &patch, &err), SCIM_OK);

        if (scim_patch_needs_document(patch) != needs[i].document
            || scim_patch_needs_members(patch) != needs[i].members)
        {
            fail_msg("%s", needs[i].operations);
        }
    }

    scim_pool_destroy(pool);
}


/* A patch is applied again to a newer document after a conflict. */
static void
a_patch_may_be_applied_twice(void **state)
{
    scim_pool_t     *pool = scim_pool_create(0);
    scim_json_t     *first, *second;
    scim_error_t     err;
    scim_patch_t    *patch;
    const char      *operations =
        OP("Add", "emails", "[{'value':'b','primary':true}]") ","
        OP("Replace", "emails[value eq ^b^].type", "'home'") ","
        OP("Add", ENT ":manager", "'m'");

    (void) state;
    assert_int_equal(scim_patch_parse(pool, unit_type("User"),
                                      patch_body(pool, operations), AUTO,
                                      &patch, &err), SCIM_OK);

    first = document(pool, "User", WORK);
    second = document(pool, "User", WORK);
    assert_int_equal(scim_patch_apply(pool, patch, first, NULL, NULL, &err),
                     SCIM_OK);
    assert_int_equal(scim_patch_apply(pool, patch, second, NULL, NULL, &err),
                     SCIM_OK);
    assert_true(scim_json_equal(first, second));
    scim_pool_destroy(pool);
}


static const char *const  bodies[] = {
    "{}", "{'Operations':[]}", "{'Operations':{}}", "{'Operations':null}",
    "[]", "'x'", "{'schemas':['x']}"
};


static void
bodies_are_refused(void **state)
{
    size_t         i;
    scim_pool_t   *pool = scim_pool_create(0);
    scim_error_t   err;
    scim_patch_t  *patch;

    (void) state;

    for (i = 0; i < N(bodies); i++) {
        if (scim_patch_parse(pool, unit_type("User"),
                             unit_json(pool, bodies[i]), AUTO, &patch, &err)
            != SCIM_REFUSED || err.status != 400
            || err.type != SCIM_INVALID_SYNTAX)
        {
            fail_msg("%s", bodies[i]);
        }
    }

    scim_pool_destroy(pool);
}


/* n times an operation; the number in it counts if it has one. */
static scim_rc_t
apply_many(const char *type, const char *operation, size_t n, scim_error_t *err)
{
    size_t           i;
    scim_rc_t        rc;
    scim_pool_t     *pool = scim_pool_create(0);
    scim_json_t     *body, *operations;
    scim_json_t     *doc = document(pool, type, "");
    scim_patch_t    *patch;
    scim_members_t  *members = scim_members_create(pool);

    body = patch_body(pool, "");
    operations = scim_json_get(body, scim_str("operations"));

    for (i = 0; i < n; i++) {
        scim_json_t  *op = unit_json(pool, operation);
        scim_json_t  *value = scim_json_get(op, scim_str("value"));
        scim_str_t    text;

        if (value != NULL && value->type == SCIM_JSON_STRING) {
            assert_int_equal(scim_str_printf(pool, &text, "v%zu", i), SCIM_OK);
            value->text = text;
        }

        assert_int_equal(scim_json_append(operations, op), SCIM_OK);
    }

    rc = scim_patch_parse(pool, unit_type(type), body, AUTO, &patch, err);
    if (rc == SCIM_OK) {
        rc = scim_patch_apply(pool, patch, doc, NULL, members, err);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
work_is_bounded(void **state)
{
    scim_error_t  err;

    (void) state;

    assert_int_equal(apply_many("Group", OP("add", "members", "'x'"), 5000,
                                &err), SCIM_OK);
    assert_int_equal(apply_many("User", OP("add", "title", "'x'"), 1000, &err),
                     SCIM_OK);
    assert_int_equal(apply_many("User", OP("add", "title", "'x'"), 2000, &err),
                     SCIM_REFUSED);
    assert_int_equal(err.type, SCIM_TOO_MANY);
    assert_int_equal(apply_many("User", OP("add", "emails", "'x'"), 200, &err),
                     SCIM_OK);
    assert_int_equal(apply_many("User", OP("add", "emails", "'x'"), 1000,
                                &err), SCIM_REFUSED);
    assert_int_equal(err.type, SCIM_TOO_MANY);
    assert_int_equal(apply_many("User", "{'op':'add','path':'emails','value':"
                                "[{'value':'a','primary':true}]}", 1000, &err),
                     SCIM_OK);
}


typedef struct {
    const char         *type;
    const scim_json_t  *doc;
    const scim_json_t  *body;
    const scim_json_t  *present;
} memory_t;


static scim_rc_t
parse_and_apply(void *data)
{
    memory_t        *m = data;
    scim_rc_t        rc;
    scim_pool_t     *pool;
    scim_json_t     *doc;
    scim_error_t     err;
    scim_patch_t    *patch;
    scim_members_t  *members;

    pool = scim_pool_create(64);
    if (pool == NULL) {
        return SCIM_NOMEM;
    }

    doc = scim_json_copy(pool, m->doc);
    members = scim_members_create(pool);
    rc = doc != NULL && members != NULL ? SCIM_OK : SCIM_NOMEM;

    if (rc == SCIM_OK) {
        rc = scim_patch_parse(pool, unit_type(m->type), m->body, AUTO, &patch,
                              &err);
    }

    if (rc == SCIM_OK) {
        rc = scim_patch_apply(pool, patch, doc, m->present, members, &err);
    }

    if (rc == SCIM_REFUSED) {
        fail_msg("%s", err.detail);
    }

    scim_pool_destroy(pool);

    return rc;
}


static void
memory_may_be_short(void **state)
{
    scim_pool_t  *pool = scim_pool_create(0);
    memory_t      user = { "User", document(pool, "User", WORK), NULL, NULL };
    memory_t      group = { "Group", document(pool, "Group", ""), NULL, NULL };

    (void) state;
    group.present = unit_json(pool, "[{'value':'a','display':'A'}]");

    user.body = patch_body(pool,
        OP("Add", MOBILE, "'1'") ","
        OP("Replace", "emails[type eq ^work^]", "{'value':'b'}") ","
        OP("Add", "roles", "[{'value':'r'},'s']") ","
        OP("Replace", "name", "{'givenName':'G','familyName':null}") ","
        OP("Replace", ENT ":manager", "'m'") ","
        KEYS("Replace", "{'" ENT "':{'department':'D'},'emails.type':'x'}"));
    unit_fail_allocations(parse_and_apply, &user);

    group.body = patch_body(pool,
        OP("add", "members", "['b',{'value':'c'}]") ","
        DEL("remove", "members[value eq ^d^ or value eq ^e^]") ","
        DEL("remove", "members[display eq ^A^]") ","
        KEYS("replace", "{'displayName':'N'}"));
    unit_fail_allocations(parse_and_apply, &group);

    scim_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(patches_of_users),
        cmocka_unit_test(patches_of_groups),
        cmocka_unit_test(immutable_attributes_keep_their_value),
        cmocka_unit_test(the_same_again_changes_nothing),
        cmocka_unit_test(patches_need_no_more_than_they_use),
        cmocka_unit_test(a_patch_may_be_applied_twice),
        cmocka_unit_test(bodies_are_refused),
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(memory_may_be_short)
    };

    return cmocka_run_group_tests_name("patch", tests, NULL, NULL);
}
