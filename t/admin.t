# The admin API: tenants and their tokens (docs/admin-api.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Health = "location = /healthz { scim_health; } $::Admin";

run_tests();

__DATA__

=== TEST 1: the tenants there are
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- scim_groups
team-1 Engines
--- request
GET /admin/tenants
--- response_headers
Content-Type: application/json
Cache-Control: no-store
--- json
{"tenants": [
  {"name": "acme", "enabled": true, "created": "2026-01-01T00:00:00.000Z", "settings": {}, "users": 2, "groups": 1},
  {"name": "off", "enabled": false, "users": 0, "groups": 0}
]}



=== TEST 2: a new one
--- config eval: $::Admin
--- request
POST /admin/tenants
{"name":"Example.com_1-a"}

GET /admin/tenants/Example.com_1-a

POST /admin/tenants
{"name":"Example.com_1-a"}

GET /admin/tenants
--- error_code: 201 200 409 200
--- json
{"name": "Example.com_1-a", "enabled": true, "settings": {}, "users": 0, "groups": 0}

{"name": "Example.com_1-a", "enabled": true}

error 409 uniqueness /Example.com_1-a/

{"tenants": [{"name": "Example.com_1-a"}, {"name": "acme"}, {"name": "off"}]}



=== TEST 3: names and bodies that are none
--- config eval: $::Admin
--- request
POST /admin/tenants
{"name":"a b"}

POST /admin/tenants
{"name":""}

POST /admin/tenants
{"name":7}

POST /admin/tenants
{"name":"acme2","enable":true}

POST /admin/tenants
["acme2"]

POST /admin/tenants
{"name":

POST /admin/tenants
--- error_code: 400 400 400 400 400 400 400
--- json
error 400 invalidValue /name/

error 400 invalidValue /name/

error 400 invalidValue /name/

error 400 invalidValue /enable/

error 400 invalidSyntax

error 400 invalidSyntax

error 400 invalidSyntax



=== TEST 4: a tenant is switched off and on
--- config eval: "scim_token_cache 0; $::Admin"
--- request
PATCH /admin/tenants/acme
{"enabled":false}

GET /scim/v2/Users

PATCH /admin/tenants/acme
{"enabled":true,"settings":{}}

GET /scim/v2/Users
--- error_code: 200 403 200 200
--- json
{"name": "acme", "enabled": false}

error 403 /switched off/

{"name": "acme", "enabled": true, "settings": {}}

{"totalResults": 0}



=== TEST 5: changes that are none
--- config eval: $::Admin
--- request
PATCH /admin/tenants/acme
{"enabled":"false"}

PATCH /admin/tenants/acme
{"settings":{"nobody":1}}

PATCH /admin/tenants/acme
{"settings":7}

PATCH /admin/tenants/acme
{}

GET /admin/tenants/acme
--- error_code: 400 400 400 200 200
--- json
error 400 invalidValue /enabled/

error 400 invalidValue /nobody/

error 400 invalidValue /settings/

{"enabled": true}

{"enabled": true}



=== TEST 6: what is not there
--- config eval: $::Admin
--- request
GET /admin/tenants/nobody

PATCH /admin/tenants/nobody
{"enabled":false}

GET /admin/tenants/nobody/tokens

POST /admin/tenants/nobody/tokens
{}

DELETE /admin/tenants/nobody

DELETE /admin/tenants/acme/tokens/nobody

GET /admin/tenants/acme/keys

GET /admin/

GET /admin/tenants/a%2Fb
--- error_code: 404 404 404 404 404 404 404 404 404
--- json
error 404 /nobody/

error 404 /nobody/

error 404 /nobody/

error 404 /nobody/

error 404 /nobody/

error 404 /nobody/

error 404 /admin API/

error 404 /admin API/

error 404



=== TEST 7: other methods
--- config eval: $::Admin
--- request
DELETE /admin/tenants

PUT /admin/tenants/acme
{}

PATCH /admin/tenants/acme/tokens
{}

POST /admin/tenants/acme/tokens/tokenacme0000001
{}
--- error_code: 405 405 405 405
--- response_headers
Allow: GET, HEAD, POST

Allow: GET, HEAD, PATCH, DELETE

Allow: GET, HEAD, POST

Allow: GET, HEAD, PATCH, DELETE
--- json
error 405



=== TEST 8: the tokens of a tenant: never the secret, never the hash
--- config eval: $::Admin
--- request
GET /admin/tenants/acme/tokens
--- response_body_like: ^(?!.*(scim_|hash)).*$
--- json
{"tokens": [
  {"id": "tokenacme0000001", "name": "tokenacme0000001", "scope": "provision", "created": "2026-01-01T00:00:00.000Z", "expires": "<absent>", "lastUsed": "<absent>", "token": "<absent>", "hash": "<absent>"},
  {"id": "tokenold00000001", "scope": "provision", "expires": "2026-01-01T00:00:00.001Z"},
  {"id": "tokenread0000001", "scope": "read"}
]}



=== TEST 9: a token that is used says when
--- config eval: $::Admin
--- request
GET /scim/v2/Users

GET /admin/tenants/acme/tokens
--- json
{"totalResults": 0}

{"tokens": [{"id": "tokenacme0000001", "lastUsed": "/^20\\d\\d-.*Z$/"}, {"lastUsed": "<absent>"}, {"lastUsed": "<absent>"}]}



=== TEST 10: a new token, shown once
Listed in the order they are made, by milliseconds.
--- config eval: $::Admin
--- wait: 0.01
--- request
POST /admin/tenants/acme/tokens
{"name":"Entra ID","scope":"provision","expires":"2099-01-31T00:00:00Z"}

POST /admin/tenants/acme/tokens
{}

GET /admin/tenants/acme/tokens
--- error_code: 201 201 200
--- json
{"id": "/^[0-9a-f]{16}$/", "name": "Entra ID", "scope": "provision", "expires": "2099-01-31T00:00:00.000Z", "created": "<any>", "token": "/^scim_[0-9A-Za-z]{49}$/"}

{"name": "", "scope": "provision", "expires": "<absent>", "token": "/^scim_/"}

{"tokens": [{}, {}, {}, {"name": "Entra ID", "token": "<absent>"}, {"name": "", "token": "<absent>"}]}



=== TEST 11: tokens that are none
--- config eval: $::Admin
--- request
POST /admin/tenants/acme/tokens
{"scope":"all"}

POST /admin/tenants/acme/tokens
{"expires":"tomorrow"}

POST /admin/tenants/acme/tokens
{"expires":"2020-01-01T00:00:00Z"}

POST /admin/tenants/acme/tokens
{"name":7}

POST /admin/tenants/acme/tokens
{"secret":"mine"}
--- error_code: 400 400 400 400 400
--- json
error 400 invalidValue /scope/

error 400 invalidValue /expires/

error 400 invalidValue /future/

error 400 invalidValue /name/

error 400 invalidValue /secret/



=== TEST 12: a token is revoked, once
--- config eval: "scim_token_cache 0; $::Admin"
--- request
DELETE /admin/tenants/acme/tokens/tokenacme0000001

DELETE /admin/tenants/acme/tokens/tokenacme0000001

GET /scim/v2/Users

GET /admin/tenants/acme/tokens
--- error_code: 204 404 401 200
--- json
none

error 404 /tokenacme0000001/

error 401 /revoked/

{"tokens": [{"id": "tokenold00000001"}, {"id": "tokenread0000001"}]}



=== TEST 13: a token of another tenant is not there
--- config eval: $::Admin
--- request
DELETE /admin/tenants/off/tokens/tokenacme0000001

GET /scim/v2/Users
--- error_code: 404 200



=== TEST 14: a tenant is deleted with all it has
--- config eval: "scim_token_cache 0; $::Admin"
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
DELETE /admin/tenants/acme

GET /scim/v2/Users

GET /admin/tenants

DELETE /admin/tenants/acme

POST /admin/tenants
{"name":"acme"}

GET /scim/v2/Users
--- error_code: 204 401 200 404 201 401
--- json
none

error 401 /revoked/

{"tenants": [{"name": "off"}]}

error 404 /acme/

{"name": "acme", "users": 0, "groups": 0}

error 401



=== TEST 15: and leaves no key behind
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
DELETE /admin/tenants/acme
--- error_code: 204



=== TEST 16: (only what belongs to the other tenant)
--- config eval: $::Health
--- scim_keep
--- scim_keys
scim:tenants
scim:token:/[0-9a-f]{64}/
scim:{off}:tenant
scim:{off}:tokens
--- request
GET /healthz



=== TEST 17: nginx' password
--- config
location /admin/ {
    auth_basic           "SCIM administration";
    auth_basic_user_file ../html/htpasswd;
    scim_admin;
    error_page 401 @scim_error;
}
location @scim_error { scim_error; }
--- user_files
>>> htpasswd
admin:{PLAIN}secret
--- request
GET /admin/tenants

GET /admin/tenants

GET /admin/tenants
--- more_headers
X-Nothing: at all

Authorization: Basic YWRtaW46c2VjcmV0

Authorization: Basic YWRtaW46d3Jvbmc=
--- error_code: 401 200 401
--- response_headers
WWW-Authenticate: Basic realm="SCIM administration"

! WWW-Authenticate

WWW-Authenticate: Basic realm="SCIM administration"
--- json
error 401

{"tenants": [{"name": "acme"}, {"name": "off"}]}

error 401
