# Restoring revisions by the admin API (docs/admin-api.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: a user that was changed, then one that was deleted
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"add","value":{"title":"Countess","name.givenName":"Ada"}}]}

POST /admin/tenants/acme/Users/ada-1/restore?revision=1

POST /admin/tenants/acme/Users/ada-1/restore?revision=1

DELETE /scim/v2/Users/ada-1

GET /scim/v2/Groups/team-1

POST /admin/tenants/acme/Users/ada-1/restore?revision=2

GET /scim/v2/Users/ada-1

GET /scim/v2/Groups/team-1
--- error_code: 200 200 200 204 200 200 200 200
--- response_headers_like
ETag: W/"2"

ETag: W/"3"
Location: http://[^/]+/admin/tenants/acme/scim/v2/Users/ada-1

ETag: W/"3"

Server: .*

ETag: W/"2"

ETag: W/"5"

ETag: W/"5"

ETag: W/"3"
--- json
{"title": "Countess"}

{"id": "ada-1", "title": "<absent>", "name": "<absent>", "meta": {"location": "/^http://[^/]+/admin/tenants/acme/scim/v2/Users/ada-1$/"}}

{"id": "ada-1", "title": "<absent>"}

none

{"members": "<absent>"}

{"title": "Countess", "name": {"givenName": "Ada"}, "groups": [{"value": "team-1"}]}

{"userName": "ada@example.com", "groups": [{"value": "team-1"}]}

{"members": [{"value": "ada-1"}]}



=== TEST 2: a group with its members of then, as far as they are there
--- config eval: $::Admin
--- scim_users
ada-1 ada
bob-1 bob
--- scim_groups
team-1 Engines = ada-1 bob-1
--- request
PATCH /scim/v2/Groups/team-1
{"Operations":[{"op":"replace","path":"members","value":[]},{"op":"replace","path":"displayName","value":"Nobody"}]}

DELETE /scim/v2/Users/bob-1

POST /admin/tenants/acme/Groups/team-1/restore?revision=1

DELETE /scim/v2/Groups/team-1

POST /admin/tenants/acme/groups/team-1/restore?revision=3
--- error_code: 204 204 200 204 200
--- json
none

none

{"displayName": "Engines", "members": [{"value": "ada-1"}]}

none

{"displayName": "Engines", "members": [{"value": "ada-1"}], "meta": {"version": "W/\"5\""}}



=== TEST 3: the userName is another's by now
--- config eval: $::Admin
--- scim_users
ada-1 ada
--- request
DELETE /scim/v2/Users/ada-1

POST /scim/v2/Users
{"userName":"Ada"}

POST /admin/tenants/acme/Users/ada-1/restore?revision=1

GET /scim/v2/Users/ada-1
--- error_code: 204 201 409 404
--- json
none

{"userName": "Ada"}

{"scimType": "uniqueness", "status": "409"}

error 404



=== TEST 4: what cannot be restored
--- config eval: $::Admin
--- scim_users
ada-1 ada
--- request
PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"add","path":"title","value":"T"}]}

POST /admin/tenants/acme/Users/ada-1/restore?revision=3

POST /admin/tenants/acme/Users/nobody/restore?revision=1

POST /admin/tenants/acme/Users/ada-1/restore

POST /admin/tenants/acme/Users/ada-1/restore?revision=one

POST /admin/tenants/acme/Cats/ada-1/restore?revision=1

POST /admin/tenants/nobody/Users/ada-1/restore?revision=1

POST /admin/tenants/off/Users/ada-1/restore?revision=1

GET /admin/tenants/acme/Users/ada-1/restore?revision=1
--- error_code: 200 404 404 400 400 404 404 403 405
--- json
{"title": "T"}

{"detail": "/the history has revisions 2 to 2 of it$/"}

{"detail": "/nor is there one in the history$/"}

{"scimType": "invalidValue", "detail": "/^\"revision\" must be/"}

{"scimType": "invalidValue"}

{"detail": "/no resource type with the endpoint/"}

{"detail": "/There is no such tenant/"}

error 403

error 405



=== TEST 5: If-Match: only what is as it was seen is restored
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- request
PUT /scim/v2/Users/ada-1
{"userName":"king@example.com"}

POST /admin/tenants/acme/Users/ada-1/restore?revision=1

GET /scim/v2/Users/ada-1

POST /admin/tenants/acme/Users/ada-1/restore?revision=1

DELETE /scim/v2/Users/ada-1

POST /admin/tenants/acme/Users/ada-1/restore?revision=1

POST /admin/tenants/acme/Users/ada-1/restore?revision=1
--- more_headers eval
[$::Auth, "${main::Auth}If-Match: W/\"1\"\n", $::Auth,
 "${main::Auth}If-Match: W/\"2\"\n", $::Auth, "${main::Auth}If-Match: *\n",
 $::Auth]
--- error_code: 200 412 200 200 204 412 200
--- json
{}

error 412

{"userName": "king@example.com"}

{"userName": "ada@example.com", "meta": {"version": "W/\"3\""}}

none

error 412

{"meta": {"version": "W/\"5\""}}
