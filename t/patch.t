# PATCH over HTTP, in the dialects of the identity providers.  Every form of
# every operation is in t/unit/test_patch.c.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: a user is switched off: Entra ID with aadOptscim062020
--- scim_users
ada-1 {"userName":"ada@example.com","active":true}
--- request
PATCH /scim/v2/Users/ada-1?aadOptscim062020
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}
--- response_headers
Content-Type: application/scim+json
ETag: W/"2"
Location: http://localhost/scim/v2/Users/ada-1
--- json
{"id": "ada-1", "active": false, "meta": {"version": "W/\"2\"", "created": "2026-01-01T00:00:00.000Z"}}



=== TEST 2: a user is switched off: Entra ID without it
--- scim_users
ada-1 {"userName":"ada@example.com","active":true}
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}
--- json
{"active": false}



=== TEST 3: a user is switched off: Okta
--- scim_users
ada-1 {"userName":"ada@example.com","active":true}
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}
--- json
{"active": false}



=== TEST 4: a change that changes nothing makes no version
--- scim_users
ada-1 {"userName":"ada@example.com","active":true}
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":"True"}]}
--- response_headers
ETag: W/"1"
--- json
{"meta": {"version": "W/\"1\"", "lastModified": "2026-01-01T00:00:00.000Z"}}



=== TEST 5: names with dots and URNs are paths
--- scim_users
ada-1 {"userName":"ada@example.com","name":{"familyName":"Lovelace"}}
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"displayName":"Ada","name.givenName":"Ada","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber":"7"}}]}
--- json
{
  "displayName": "Ada",
  "name": {"givenName": "Ada", "familyName": "Lovelace"},
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "7"}
}



=== TEST 6: a value that is not there is made by Entra's Replace
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 1"},{"op":"Replace","path":"title","value":"Countess"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 2"}]}
--- json
{"title": "Countess", "phoneNumbers": [{"type": "mobile", "value": "+44 1"}]}

{"phoneNumbers": [{"type": "mobile", "value": "+44 2"}]}



=== TEST 7: by the RFC's replace it is refused, and nothing of the rest done
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"Countess"},{"op":"replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 1"}]}

GET /scim/v2/Users/ada-1
--- error_code: 400 200
--- json
error 400 noTarget /phoneNumbers/

{"title": "<absent>", "phoneNumbers": "<absent>", "meta": {"version": "W/\"1\""}}



=== TEST 8: scim_patch_no_target create: any replace makes it
--- config eval: "scim_patch_no_target create; $::Config"
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 1"}]}
--- json
{"phoneNumbers": [{"type": "mobile", "value": "+44 1"}]}



=== TEST 9: scim_patch_no_target error: none does
--- config eval: "scim_patch_no_target error; $::Config"
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 1"}]}
--- error_code: 400
--- json
error 400 noTarget



=== TEST 10: the manager, bare and as an object, and no more
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"boss-1"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":"boss-2"}}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":""}]}
--- json
{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "boss-1"}}}

{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "boss-2"}}}

{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "<absent>"}



=== TEST 11: a new name is found, the old one is not
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"userName","value":"king@example.com"}]}

GET /scim/v2/Users?filter=userName+eq+"king@example.com"

GET /scim/v2/Users?filter=userName+eq+"ada@example.com"
--- json
{"userName": "king@example.com"}

{"totalResults": 1}

{"totalResults": 0}



=== TEST 12: another's name
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- request
PATCH /scim/v2/Users/bob-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"userName","value":"ADA@example.com"}]}
--- error_code: 409
--- json
error 409 uniqueness /userName/



=== TEST 13: members of a group are added, again and once more
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"$ref":null,"value":"ada-1"}]},{"op":"Add","path":"members","value":[{"$ref":null,"value":"bob-1"}]}]}

PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"ada-1"}]}]}

GET /scim/v2/Groups/team-1
--- error_code: 204 204 200
--- response_headers
ETag: W/"2"

ETag: W/"2"

ETag: W/"2"
--- json
none

none

{"members": [{"value": "ada-1"}, {"value": "bob-1"}]}



=== TEST 14: members are removed: Entra's list, the RFC's path, all of them
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
eve-1 eve@example.com
--- scim_groups
team-1 Engines = ada-1 bob-1 eve-1
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Remove","path":"members","value":[{"$ref":null,"value":"ada-1"}]}]}

GET /scim/v2/Groups/team-1

PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"bob-1\"]"}]}

GET /scim/v2/Groups/team-1

PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members"}]}

GET /scim/v2/Groups/team-1
--- error_code: 204 200 204 200 204 200
--- json
none

{"members": [{"value": "bob-1"}, {"value": "eve-1"}]}

none

{"members": [{"value": "eve-1"}]}

none

{"members": "<absent>"}



=== TEST 15: a member who is not there is removed by nobody
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"ada-1\"]"}]}
--- error_code: 204
--- response_headers
ETag: W/"1"



=== TEST 16: Okta renames a group: its members stay
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"id":"team-1","displayName":"Motors"}}]}

GET /scim/v2/Groups/team-1

GET /scim/v2/Users/ada-1
--- error_code: 204 200 200
--- json
none

{"displayName": "Motors", "members": [{"value": "ada-1"}]}

{"groups": [{"value": "team-1", "display": "Motors"}]}



=== TEST 17: a member that does not exist: nothing is done
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"ada-1"},{"value":"nobody"}]}]}

GET /scim/v2/Groups/team-1
--- error_code: 400 200
--- json
error 400 invalidValue /nobody/

{"members": "<absent>", "meta": {"version": "W/\"1\""}}



=== TEST 18: a group answers with a body when one is asked for
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1?attributes=displayName
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"ada-1"}]}]}
--- json
{"id": "team-1", "displayName": "Engines", "members": "<absent>"}



=== TEST 19: what is no patch
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"delete","path":"title"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"emails[type","value":"x"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"name..givenName","value":"x"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"id","value":"bob-1"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"userName"}]}

PATCH /scim/v2/Users/ada-1
[]
--- error_code: 400 400 400 400 400 400 400 400
--- json
error 400 invalidSyntax /Operations/

error 400 invalidSyntax /delete/

error 400 invalidFilter

error 400 invalidPath

error 400 mutability /id/

error 400 noTarget

error 400 mutability /userName/

error 400 invalidSyntax



=== TEST 20: nobody is patched
--- request
PATCH /scim/v2/Users/nobody
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}

PATCH /scim/v2/Groups/nothing
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[]}]}
--- error_code: 404 404
--- json
error 404 /nobody/

error 404 /nothing/
