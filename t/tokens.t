# Tokens that are changed, rotated and replaced (docs/admin-api.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: rotated, the old one goes on for a while
--- config eval: "scim_token_cache 0; $::Admin"
--- request
POST /admin/tenants/acme/tokens/tokenacme0000001/rotate
{"overlap":3600}

GET /admin/tenants/acme/tokens/tokenacme0000001

GET /scim/v2/Users

GET /admin/tenants/acme/tokens
--- error_code: 201 200 200 200
--- response_headers_like
Content-Type: application/json

Content-Type: application/json

Content-Type: application/scim\+json

Content-Type: application/json
--- json
{"id": "/^[0-9a-f]{16}$/", "name": "tokenacme0000001", "scope": "provision", "expires": "<absent>", "rotatedTo": "<absent>", "token": "/^scim_[0-9A-Za-z]{49}$/"}

{"id": "tokenacme0000001", "expires": "/^20..-/", "rotatedTo": "/^[0-9a-f]{16}$/", "token": "<absent>", "hash": "<absent>"}

{"totalResults": 0}

{"tokens": [{"rotatedTo": "/^[0-9a-f]{16}$/"}, {}, {}, {"rotatedTo": "<absent>"}]}



=== TEST 2: rotated at once; without a body, for a day
--- config eval: "scim_token_cache 0; $::Admin"
--- request
POST /admin/tenants/acme/tokens/tokenread0000001/rotate

POST /admin/tenants/acme/tokens/tokenacme0000001/rotate
{"overlap":0}

GET /scim/v2/Users

GET /admin/tenants/acme/tokens
--- error_code: 201 201 401 200
--- json
{"scope": "read", "token": "/^scim_/"}

{"scope": "provision"}

error 401 /revoked/

{"tokens": [{"id": "tokenold00000001"}, {"id": "tokenread0000001"}, {}, {}]}



=== TEST 3: an end that is too late is brought forward, a name changed
--- config eval: $::Admin
--- request
PATCH /admin/tenants/acme/tokens/tokenacme0000001
{"name":"Entra ID","actor":"Entra","expires":"2099-01-31T00:00:00Z"}

PATCH /admin/tenants/acme/tokens/tokenacme0000001
{"expires":"2020-01-31T00:00:00Z"}

HEAD /admin/tenants/acme/tokens/tokenacme0000001

PATCH /admin/tenants/off/tokens/tokenacme0000001
{"name":"x"}

POST /admin/tenants/off/tokens/tokenacme0000001/rotate

GET /admin/tenants/off/tokens/tokenacme0000001
--- error_code: 200 400 200 404 404 404
--- json
{"id": "tokenacme0000001", "name": "Entra ID", "actor": "Entra", "expires": "2099-01-31T00:00:00.000Z"}

error 400 invalidValue /future/

none

error 404

error 404

error 404



=== TEST 4: a new one in the place of all others of its scope
--- config eval: "scim_token_cache 0; $::Admin"
--- request
POST /admin/tenants/acme/tokens
{"name":"new","replace":true}

GET /scim/v2/Users

GET /scim/v2/Users

GET /admin/tenants/acme/tokens
--- more_headers
X-Nothing: 1

Authorization: Bearer $TOKEN

Authorization: Bearer $READ_TOKEN

X-Nothing: 1
--- error_code: 201 401 200 200
--- json
{"name": "new", "replace": "<absent>"}

error 401 /revoked/

{"totalResults": 0}

{"tokens": [{"id": "tokenread0000001"}, {"name": "new"}]}



=== TEST 5: a tenant with one token at a time
Listed in the order they are made, by milliseconds.
--- config eval: "scim_token_cache 0; $::Admin"
--- wait: 0.01
--- request
PATCH /admin/tenants/acme
{"settings":{"singleToken":true}}

POST /admin/tenants/acme/tokens
{}

GET /scim/v2/Users

POST /admin/tenants/acme/tokens/tokenread0000001/rotate
{"overlap":10}

POST /admin/tenants/acme/tokens/tokenread0000001/rotate

GET /admin/tenants/acme/tokens
--- error_code: 200 201 401 400 201 200
--- json
any

{"scope": "provision"}

error 401 /revoked/

error 400 invalidValue /one token/

{"scope": "read"}

{"tokens": [{"scope": "provision"}, {"scope": "read"}]}



=== TEST 6: bound to a user who is there
--- config eval: $::Admin
--- scim_users
ada-1 ada
--- request
POST /admin/tenants/acme/tokens
{"user":"bob-1"}

POST /admin/tenants/acme/tokens
{"user":"ada-1"}

POST /admin/tenants/off/tokens
{"user":"ada-1"}
--- error_code: 400 201 403
--- json
error 400 invalidValue /"bob-1"/

{"user": "ada-1", "scope": "self"}

error 403 /switched off/
