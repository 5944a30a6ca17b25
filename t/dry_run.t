# Dry runs: a tenant that answers as if it had written, and lists what it would
# have (docs/admin-api.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: rehearsed, listed, forgotten
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- request
PATCH /admin/tenants/acme
{"settings":{"dryRun":true}}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"replace","path":"active","value":false}]}

POST /scim/v2/Users
{"userName":"bob@example.com"}

DELETE /scim/v2/Users/ada-1

GET /scim/v2/Users

GET /admin/tenants/acme/dry-run

GET /admin/tenants/acme/history

DELETE /admin/tenants/acme/dry-run

GET /admin/tenants/acme/dry-run

DELETE /admin/tenants/acme/scim/v2/Users/ada-1

GET /admin/tenants/acme
--- error_code: 200 200 201 204 200 200 200 204 200 204 200
--- response_headers eval
["! SCIM-Dry-Run", ("SCIM-Dry-Run: true") x 4, ("! SCIM-Dry-Run") x 6]
--- json
{"settings": {"dryRun": true}}

{"id": "ada-1", "active": false}

{"userName": "bob@example.com"}

none

{"totalResults": 1, "Resources": [{"id": "ada-1", "userName": "ada@example.com"}]}

{"entries": [
  {"operation": "delete", "resourceId": "ada-1"},
  {"operation": "create", "changes": [{"path": "userName", "new": "bob@example.com"}]},
  {"operation": "update", "resourceId": "ada-1", "changes": [{"path": "active", "new": false}]}
]}

{"entries": "<any>"}

none

{"entries": []}

none

{"users": 0}
