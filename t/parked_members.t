# scim_unknown_members park: members that do not exist yet are waited for
# (docs/directives.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Park = "scim_unknown_members park; $::Admin";

run_tests();

__DATA__

=== TEST 1: a group comes before its members
--- config eval: $::Park
--- scim_users
ada-1 ada@example.com
--- request
POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engines","members":[{"value":"ada-1"},{"value":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"}]}

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com","externalId":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"}

GET /scim/v2/Groups

GET /admin/tenants/acme/history?type=Group
--- error_code: 201 201 200 200
--- json
{"members": [{"value": "ada-1"}], "meta": {"version": "W/\"1\""}}

{"userName": "bob@example.com", "groups": [{"display": "Engines"}]}

{"Resources": [
  {"members": [{"display": "/@example.com/"}, {"display": "/@example.com/"}],
   "meta": {"version": "W/\"2\""}}]}

{
  "entries": [
    {"operation": "update", "changes": [{"path": "members", "old": "<absent>", "new": [{"display": "bob@example.com"}]}]},
    {"operation": "create"}
  ]
}



=== TEST 2: given up before it appears
--- config eval: $::Park
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"x-1"},{"value":"x-2"}]}]}

PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Remove","path":"members","value":[{"value":"x-1"}]}]}

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","externalId":"x-1"}

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com","externalId":"x-2"}
--- error_code: 204 204 201 201
--- json
none

none

{"groups": "<absent>"}

{"groups": [{"value": "team-1"}]}



=== TEST 3: what cannot be waited for
--- config eval: $::Park
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"no id"}]}]}
--- error_code: 400
--- json
error 400 invalidValue /no id/



=== TEST 4: a restored user is in the groups that have waited
--- config eval: $::Park
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"Dr"}]}

DELETE /scim/v2/Users/ada-1

PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"ada-1"}]}]}

POST /admin/tenants/acme/Users/ada-1/restore?revision=2

GET /scim/v2/Groups/team-1
--- error_code: 200 204 204 200 200
--- json
{"title": "Dr"}

none

none

{"id": "ada-1", "groups": [{"value": "team-1"}]}

{"members": [{"value": "ada-1"}]}
