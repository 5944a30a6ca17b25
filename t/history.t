# The history as the admin API shows it: who changed what, from what to what
# (docs/admin-api.md), and the feed of changes (docs/changes.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: who, what, from what to what
--- config eval: "scim_actor 'Scim System User'; $::Admin"
--- scim_users
ada-1 {"userName": "ada@example.com", "title": "Countess", "name": {"givenName": "Ada"}}
--- request
GET /admin/tenants/acme/history

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"name.givenName","value":"Augusta"},{"op":"remove","path":"title"},{"op":"add","path":"emails","value":[{"value":"ada@x.org","type":"work"}]},{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Engines"}]}

GET /admin/tenants/acme/history

GET /admin/tenants/acme/Users/ada-1/history

HEAD /admin/tenants/acme/history
--- error_code: 200 200 200 200 200
--- json
{"entries": [], "nextCursor": "<absent>"}

any

{"entries": [{
  "id": "/^[0-9]+-[0-9]+$/",
  "time": "/^20[0-9-]+T[0-9:]+\\.[0-9]{3}Z$/",
  "actor": "Scim System User",
  "operation": "update",
  "resourceType": "User",
  "resourceId": "ada-1",
  "version": 2,
  "address": "127.0.0.1",
  "requestId": "/^[0-9a-f]{32}$/",
  "tokenId": "<any>",
  "changes": [
    {"path": "name.givenName", "old": "Ada", "new": "Augusta"},
    {"path": "title", "old": "Countess", "new": "<absent>"},
    {"path": "emails", "old": "<absent>", "new": [{"value": "ada@x.org", "type": "work"}]},
    {"path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "new": "Engines"}
  ]
}], "nextCursor": "<absent>"}

{"entries": [{"resourceId": "ada-1", "version": 2}]}

none



=== TEST 2: secrets never
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve@example.com","password":"hush-1"}

PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","title":"x","password":"hush-2"}

GET /admin/tenants/acme/history

GET /admin/tenants/acme/changes
--- error_code: 201 200 200 200
--- response_body_unlike: hush
--- json
any

any

{"entries": [{"resourceId": "ada-1", "changes": [{"path": "title"}]}, {"operation": "create", "changes": [{"path": "userName"}]}]}

any



=== TEST 3: members that join and leave, and what a deleted user was in
--- config eval: $::Admin
--- scim_users
ada-1 {"userName": "ada@example.com", "displayName": "Ada"}
bob-1 bob@example.com
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"ada-1"},{"value":"bob-1"}]}]}

PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"bob-1\"]"}]}

DELETE /scim/v2/Users/ada-1

GET /admin/tenants/acme/history?attribute=members

GET /admin/tenants/acme/Users/ada-1/history

GET /admin/tenants/acme/history?operation=delete
--- error_code: 204 204 204 200 200 200
--- json
none

none

none

{"entries": [
  {"resourceId": "team-1", "resourceName": "Engines", "operation": "update", "version": 4,
   "changes": [{"path": "members", "old": [{"value": "ada-1", "display": "Ada"}], "new": "<absent>"}]},
  {"resourceId": "team-1", "version": 3,
   "changes": [{"path": "members", "old": [{"value": "bob-1"}], "new": "<absent>"}]},
  {"resourceId": "team-1", "version": 2,
   "changes": [{"path": "members", "old": "<absent>", "new": [{"value": "ada-1", "display": "Ada"}, {"value": "bob-1"}]}]}
]}

{"entries": [{"operation": "delete", "resourceName": "Ada", "version": 2}]}

{"entries": [{"resourceId": "ada-1"}]}



=== TEST 4: what an administrator changes
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- request
PATCH /admin/tenants/acme/scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":true}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":true}]}

GET /admin/tenants/acme/history

GET /admin/tenants/acme/history?actor=administrator&type=user&from=2026-01-01T00:00:00Z

GET /admin/tenants/acme/history?actor=administrator&to=2026-01-01T00:00:00%2B01:00
--- error_code: 200 200 200 200 200 200
--- json
any

any

any

{"entries": [
  {"actor": "Scim System User", "changes": [{"path": "active", "old": false, "new": true}]},
  {"actor": "administrator", "tokenId": "<absent>", "changes": [{"path": "active", "new": false}]}
]}

{"entries": [{"actor": "administrator"}]}

{"entries": []}



=== TEST 5: arguments that are none
--- config eval: $::Admin
--- request
GET /admin/tenants/acme/history?cursor=x

GET /admin/tenants/acme/history?from=yesterday

GET /admin/tenants/acme/history?limit=5

GET /admin/tenants/acme/Users/nobody/history

GET /admin/tenants/nobody/history

POST /admin/tenants/acme/history
{}

GET /admin/tenants/acme/changes?after=x

GET /admin/tenants/acme/changes?count=5
--- error_code: 400 400 400 404 404 405 400 400
--- json
error 400 invalidCursor /nextCursor/

error 400 invalidValue /dateTime/

error 400 invalidValue /resource, type/

error 404 /nobody/

error 404 /no tenant "nobody"/

error 405

error 400 invalidCursor /now/

error 400 invalidValue /after, limit/



=== TEST 6: the feed, in the order of commits
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- request
GET /admin/tenants/acme/changes?after=now

DELETE /scim/v2/Users/bob-1

DELETE /scim/v2/Users/ada-1

GET /admin/tenants/acme/changes?limit=1

GET /admin/tenants/acme/changes
--- error_code: 200 204 204 200 200
--- json
{"changes": [], "nextCursor": "/./", "more": false}

none

none

{"changes": [{"resourceId": "bob-1", "operation": "delete", "cursor": "/./"}], "nextCursor": "/./", "more": true}

{"changes": [{"resourceId": "bob-1"}, {"resourceId": "ada-1"}], "more": false}
