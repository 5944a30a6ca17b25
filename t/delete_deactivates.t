# scim_delete deactivate: a DELETE of a user suspends, a POST of the same user
# revives (docs/directives.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Deactivate = "scim_delete deactivate; $::Admin";

run_tests();

__DATA__

=== TEST 1: a user's whole life
--- config eval: $::Deactivate
--- scim_users
ada-1 {"userName": "ada@example.com", "active": true, "title": "Countess"}
--- scim_groups
team-1 Engines = ada-1
--- request
DELETE /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ada@example.com","externalId":"e1"}

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}

GET /admin/tenants/acme/Users/ada-1/history

DELETE /scim/v2/Users/nobody
--- error_code: 204 200 204 201 409 200 404
--- json
none

{"active": false, "title": "Countess", "groups": [{"value": "team-1"}]}

none

{"id": "ada-1", "userName": "Ada@example.com", "externalId": "e1", "active": true, "title": "<absent>", "groups": [{"value": "team-1"}]}

error 409 uniqueness /ada\@example.com/

{"entries": [{"operation": "reactivate", "version": 3}, {"operation": "deactivate", "version": 2, "changes": [{"path": "active", "old": true, "new": false}]}]}

error 404



=== TEST 2: versions; groups and administrators
--- config eval: $::Deactivate
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- more_headers eval
["$::Auth" . "If-Match: W/\"7\"", "$::Auth" . "If-Match: W/\"1\"", ($::Auth) x 5]
--- request
DELETE /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1

DELETE /scim/v2/Groups/team-1

GET /scim/v2/Groups/team-1

POST /admin/tenants/acme/scim/v2/Users
{"userName":"ada@example.com"}

DELETE /admin/tenants/acme/scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1
--- error_code: 412 204 204 404 409 204 404
--- json
error 412

none

none

error 404

error 409 uniqueness

none

error 404



=== TEST 3: a setting of the tenant, either way
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
eve-1 eve@example.com
--- request
PATCH /admin/tenants/acme
{"settings":{"delete":"deactivate"}}

DELETE /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

PATCH /admin/tenants/acme
{"settings":{"delete":"remove"}}

POST /scim/v2/Users
{"userName":"ada@example.com"}

DELETE /scim/v2/Users/eve-1

GET /scim/v2/Users/eve-1
--- error_code: 200 204 200 200 409 204 404
--- json
any

none

{"active": false}

any

error 409 uniqueness

none

error 404



=== TEST 4: a bulk refers to who is revived
--- config eval: $::Deactivate
--- scim_users
ada-1 {"userName": "ada@example.com", "active": false}
eve-1 {"userName": "eve@example.com", "active": true}
--- request
POST /scim/v2/Bulk
{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"Engines","members":[{"value":"bulkId:a"}]}},{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"ada@example.com"}},{"method":"DELETE","path":"/Users/eve-1"}]}

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/eve-1
--- error_code: 200 200 200
--- json
{"Operations": [{"status": "201"}, {"status": "201", "location": "/Users/ada-1$/", "version": "W/\"2\""}, {"status": "204"}]}

{"active": true, "groups": [{"display": "Engines"}]}

{"active": false}



=== TEST 5: who is revived is told as who is made
--- config eval: $::Deactivate
--- scim_users
ada-1 {"userName": "ada@example.com", "active": false}
--- request
POST /scim/v2/Users?attributes=active
{"userName":"ada@example.com"}

POST /scim/v2/Users?attributes=active
{"userName":"eve@example.com"}
--- error_code: 201 201
--- response_headers_like
Location: http://[^/]+/scim/v2/Users/ada-1
ETag: W/"2"

Location: http://[^/]+/scim/v2/Users/[0-9a-f-]{36}
ETag: W/"1"
--- json
{"id": "ada-1", "active": true, "userName": "<absent>"}

{"id": "/^[0-9a-f-]{36}$/", "active": "<absent>", "userName": "<absent>"}
