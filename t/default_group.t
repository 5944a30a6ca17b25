# scim_default_group: every user is in it (docs/directives.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Everyone = "scim_default_group Everyone; $::Admin";

run_tests();

__DATA__

=== TEST 1: who is created is in it, in the same commit, each with an entry
--- config eval: $::Everyone
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com","active":false}

GET /scim/v2/Groups?filter=displayName+eq+"everyone"

GET /admin/tenants/acme/history
--- error_code: 201 201 200 200
--- json
{"userName": "ada@example.com", "groups": [{"display": "Everyone", "type": "direct"}]}

{"active": false, "groups": [{"display": "Everyone"}]}

{
  "totalResults": 1,
  "Resources": [
    {"displayName": "Everyone", "meta": {"version": "W/\"2\""},
     "members": [{"display": "/@example.com/"}, {"display": "/@example.com/"}]}
  ]
}

{
  "entries": [
    {"operation": "update", "resourceType": "Group", "resourceName": "Everyone"},
    {"operation": "create", "resourceType": "User"},
    {"operation": "create", "resourceType": "Group", "resourceName": "Everyone"},
    {"operation": "create", "resourceType": "User"}
  ]
}



=== TEST 2: what an identity provider cannot do with it, and an administrator can
--- config eval: $::Everyone
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- scim_groups
all-1 Everyone = ada-1 bob-1
--- request
DELETE /scim/v2/Groups/all-1

PATCH /scim/v2/Groups/all-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Remove","path":"members","value":[{"value":"ada-1"}]}]}

PATCH /scim/v2/Groups/all-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"All"}]}

PUT /scim/v2/Groups/all-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Everyone","members":[{"value":"ada-1"}]}

PATCH /scim/v2/Groups/all-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"ada-1"}]}]}

POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"EVERYONE"}

PATCH /admin/tenants/acme/scim/v2/Groups/all-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"ada-1\"]"}]}

GET /scim/v2/Groups/all-1

DELETE /scim/v2/Users/bob-1

GET /scim/v2/Groups/all-1

DELETE /admin/tenants/acme/scim/v2/Groups/all-1
--- error_code: 403 400 400 400 204 409 204 200 204 200 204
--- json
error 403 /every user of this tenant/

error 400 mutability /none can be taken out/

error 400 mutability /rename/

error 400 mutability /none can be taken out/

none

error 409 uniqueness /EVERYONE/

none

{"members": [{"value": "bob-1"}]}

none

{"displayName": "Everyone", "members": "<absent>"}

none



=== TEST 3: a tenant's setting, which those who are there follow
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- request
PATCH /admin/tenants/acme
{"settings":{"defaultGroup":"Everyone","groups":false}}

GET /admin/tenants/acme/scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Groups

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"cyd@example.com"}

GET /admin/tenants/acme/scim/v2/Groups

PATCH /admin/tenants/acme
{"settings":{"defaultGroup":"Everyone"}}

GET /admin/tenants/acme/scim/v2/Groups
--- error_code: 200 200 200 404 201 200 200 200
--- json
{"settings": {"defaultGroup": "Everyone"}, "users": 2, "groups": 1}

{"groups": [{"display": "Everyone"}]}

{"id": "ada-1", "groups": "<absent>"}

error 404 /switched off/

{"groups": "<absent>"}

{"totalResults": 1, "Resources": [
  {"displayName": "Everyone", "meta": {"version": "W/\"3\""},
   "members": ["<any>", "<any>", "<any>"]}]}

{"groups": 1}

{"Resources": [{"meta": {"version": "W/\"3\""}}]}



=== TEST 4: in a bulk
--- config eval: $::Everyone
--- request
POST /scim/v2/Bulk
{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"ada"}},{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"bob"}}]}

GET /scim/v2/Groups
--- error_code: 200 200
--- json
{"Operations": [{"status": "201"}, {"status": "201"}]}

{"totalResults": 1, "Resources": [
  {"members": ["<any>", "<any>"]}]}
