# The breaker: mass deprovisioning is held until an administrator releases it
# (docs/admin-api.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: held, released
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
cyd-1 cyd@example.com
--- request
PATCH /admin/tenants/acme
{"settings":{"breaker":{"count":2,"seconds":600}}}

DELETE /scim/v2/Users/ada-1

PATCH /scim/v2/Users/bob-1
{"Operations":[{"op":"replace","path":"active","value":false}]}

DELETE /scim/v2/Users/cyd-1

GET /scim/v2/Users/cyd-1

POST /scim/v2/Users
{"userName":"dan@example.com"}

GET /admin/tenants/acme

POST /admin/tenants/acme/breaker/release

DELETE /scim/v2/Users/cyd-1

GET /admin/tenants/acme
--- error_code: 200 204 200 503 200 201 200 204 204 200
--- json
{"settings": {"breaker": {"count": 2, "seconds": 600}}}

none

{"active": false}

error 503 /breaker/

{"id": "cyd-1"}

{"userName": "dan@example.com"}

{"breaker": {"recent": 2}}

none

none

{"breaker": {"recent": 1}}



=== TEST 2: a client is told to wait
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- request
PATCH /admin/tenants/acme
{"settings":{"breaker":{"count":1}}}

DELETE /scim/v2/Users/ada-1

DELETE /scim/v2/Users/bob-1
--- error_code: 200 204 503
--- response_headers eval
["! Retry-After", "! Retry-After", "Retry-After: 3600"]
