# Who may come in: bearer tokens, tenants, other gateways.
use Test::Nginx::Socket 'no_plan';
use Digest::SHA 'sha256_hex';
use Scim;

# Another gateway's answer in place of a token's.
our $Gateway = <<'_EOC_';
    location = /_gateway {
        internal;
        if ($http_x_key = "open sesame") { return 204; }
        if ($http_x_key = "not you") { return 403; }
        return 401;
    }
    location @scim_error { scim_error; }
    error_page 400 401 403 404 405 500 502 503 504 @scim_error;
_EOC_

our $LogFormat = <<'_EOC_';
    log_format scim '$scim_tenant $scim_token_tenant $scim_token_id '
                    '$scim_token_scope $scim_resource $scim_error_type '
                    '$scim_round_trips;';
_EOC_

run_tests();

__DATA__

=== TEST 1: a token opens the door of its tenant
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers
Authorization: Bearer $TOKEN
--- response_headers
! WWW-Authenticate
--- json
{"userName": "ada@example.com"}



=== TEST 2: no token
--- request
GET /scim/v2/Users?filter=userName+eq+"ada"
--- more_headers: none
--- error_code: 401
--- response_headers_like
Content-Type: application/scim\+json
WWW-Authenticate: Bearer realm="scim"
--- json
error 401 /no token.*Secret Token.*Authorization: Bearer/



=== TEST 3: another kind of authorization
--- request
GET /scim/v2/Users
--- more_headers
Authorization: Basic YWRhOmFkYQ==
--- error_code: 401
--- response_headers_like
WWW-Authenticate: Bearer .*
--- json
error 401 /no token/



=== TEST 4: what cannot be a token: cut, mistyped, pasted twice
--- request
GET /scim/v2/Users

GET /scim/v2/Users

GET /scim/v2/Users

GET /scim/v2/Users
--- more_headers
Authorization: Bearer scim_0123456789

Authorization: Bearer $TOKENx

Authorization: Bearer Bearer $TOKEN

Authorization: Bearer a.b.c
--- error_code: 401 401 401 401
--- response_headers
WWW-Authenticate: Bearer realm="scim", error="invalid_token"
--- json
error 401 /does not look like a token/



=== TEST 5: what stands around a token
--- request
GET /scim/v2/Users

GET /scim/v2/Users
--- more_headers
Authorization: bearer $TOKEN

Authorization: BEARER   $TOKEN
--- json
{"totalResults": 0}



=== TEST 6: a token nobody has made, or that was revoked
--- request
GET /scim/v2/Users
--- more_headers
Authorization: Bearer $UNKNOWN_TOKEN
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="scim", error="invalid_token"
--- json
error 401 /unknown or was revoked/



=== TEST 7: a token that is revoked is not remembered for long
--- config eval
"scim_token_cache 0; location /admin/ { scim_admin; }
$::Config"
--- request
GET /scim/v2/Users

DELETE /admin/tenants/acme/tokens/tokenacme0000001

GET /scim/v2/Users
--- error_code: 200 204 401
--- json
{"totalResults": 0}

none

error 401 /revoked/



=== TEST 8: an expired token
--- request
GET /scim/v2/Users
--- more_headers
Authorization: Bearer $EXPIRED_TOKEN
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="scim", error="invalid_token"
--- json
error 401 /"tokenold00000001" has expired/



=== TEST 9: a tenant that is switched off
--- request
GET /scim/v2/Users

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}
--- more_headers
Authorization: Bearer $OFF_TOKEN
--- error_code: 403 403
--- response_headers
Content-Type: application/scim+json
! WWW-Authenticate
--- json
error 403 /switched off for the tenant "off"/



=== TEST 10: a tenant is switched off while its token is remembered
--- config eval
"scim_token_cache 1m; location /admin/ { scim_admin; }
$::Config"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

PATCH /admin/tenants/acme
{"enabled":false}

GET /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1

PATCH /admin/tenants/acme
{"enabled":true}

GET /scim/v2/Users/ada-1
--- error_code: 200 200 403 403 200 200
--- json
{"id": "ada-1"}

{"enabled": false}

error 403 /switched off/

error 403 /switched off/

{"enabled": true}

{"id": "ada-1"}



=== TEST 11: a token of scope "read" reads, by POST to .search too
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines
--- request
GET /scim/v2/Users/ada-1

HEAD /scim/v2/Users/ada-1

POST /scim/v2/Users/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}

GET /scim/v2/Schemas
--- more_headers
Authorization: Bearer $READ_TOKEN
--- error_code: 200 200 200 200
--- json
{"id": "ada-1"}

none

{"totalResults": 1}

any



=== TEST 12: and does not write
--- scim_users
ada-1 ada@example.com
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com"}

PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com"}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}

DELETE /scim/v2/Users/ada-1

GET /scim/v2/Users
--- more_headers
Authorization: Bearer $READ_TOKEN
--- error_code: 403 403 403 403 200
--- json
error 403 /may only read/

error 403 /may only read/

error 403 /may only read/

error 403 /may only read/

{"totalResults": 1, "Resources": [{"id": "ada-1", "active": "<absent>"}]}



=== TEST 13: another gateway in the place of tokens
The tenant comes from what the gateway has answered.
--- config eval
"location /scim/v2/ {
    scim;
    auth_request     /_ask;
    auth_request_set \$tenant \$upstream_http_x_tenant;
    scim_tenant      \$tenant;
}
location = /_ask {
    internal;
    proxy_pass              http://unix:\$TEST_NGINX_FAKE_GATEWAY:/;
    proxy_pass_request_body off;
    proxy_set_header        Content-Length '';
}
$::Gateway"
--- http_config eval
"$::HttpConfig
server {
    listen unix:\$TEST_NGINX_FAKE_GATEWAY;
    location / {
        if (\$http_x_key = 'open sesame') { add_header X-Tenant acme; return 200; }
        if (\$http_x_key = 'nobody') { return 200; }
        if (\$http_x_key = 'off') { add_header X-Tenant off; return 200; }
        if (\$http_x_key = 'unheard') { add_header X-Tenant unheard; return 200; }
        if (\$http_x_key = 'not you') { return 403; }
        return 401;
    }
}"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1
--- more_headers
X-Key: open sesame

X-Key: open sesame

X-Key: sesame

X-Key: not you

X-Key: off

X-Key: unheard

X-Key: nobody
--- error_code: 200 200 401 403 403 404 403
--- json
{"id": "ada-1"}

{"active": false}

error 401

error 403

error 403 /switched off/

error 404 /tenant/

error 403 /named no tenant/



=== TEST 14: a gateway that is down
--- config eval
"location /scim/v2/ {
    scim;
    scim_tenant  acme;
    auth_request /_ask;
}
location = /_ask { internal; proxy_pass http://127.0.0.1:1; }
$::Gateway"
--- request
GET /scim/v2/Users
--- error_code: 500
--- response_headers
Content-Type: application/scim+json
--- json
error 500



=== TEST 15: one tenant, no gate: whoever gets here
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- more_headers: none
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users
--- json
{"totalResults": 1}



=== TEST 16: neither gate nor tenant
--- config
location /scim/v2/ { scim; }
--- request
GET /scim/v2/Users
--- error_code: 403
--- json
error 403 /named no tenant/
--- error_log
scim: no tenant



=== TEST 17: who it was is in the log, and the token is not
--- http_config eval: $::HttpConfig . $::LogFormat
--- config eval: "access_log logs/access.log scim; $::Config"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers
Authorization: Bearer $READ_TOKEN
--- access_log eval: qr/^acme acme tokenread0000001 read ada-1 - \d+;$/m
--- no_access_log
scim_READTOKEN
--- no_error_log
scim_READTOKEN



=== TEST 18: whose its changes are, looked up and remembered
--- config eval: "add_header X-Actor \$scim_token_actor always; $::Config"
--- scim_users
ada-1 ada@example.com
--- redis eval: 'HSET scim:token:' . main::sha256_hex(Scim::token('TOKEN')) . ' actor Entra-"prod"'
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1
--- more_headers
Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $READ_TOKEN
--- response_headers
X-Actor: Entra-"prod"

X-Actor: Entra-"prod"

! X-Actor



=== TEST 19: what went wrong is in the log
--- http_config eval: $::HttpConfig . $::LogFormat
--- config eval: "access_log logs/access.log scim; $::Config"
--- request
GET /scim/v2/Users?filter=nonsense
--- error_code: 400
--- access_log eval: qr/^acme acme tokenacme0000001 provision - invalidFilter \d+;$/m



=== TEST 20: who did not get in has no name
--- http_config eval: $::HttpConfig . $::LogFormat
--- config eval: "access_log logs/access.log scim; $::Config"
--- request
GET /scim/v2/Users
--- more_headers
Authorization: Bearer $UNKNOWN_TOKEN
--- error_code: 401
--- access_log eval: qr/^- - - - - - 1;$/m
--- no_access_log
scim_UNKNOWNTOKEN
--- no_error_log
scim_UNKNOWNTOKEN



=== TEST 21: the gate asked by itself
--- config
location = /token { scim_token; }
--- request
GET /token

GET /token
--- more_headers
Authorization: Bearer $TOKEN

Authorization: Bearer $OFF_TOKEN
--- error_code: 200 403
--- json
none

error 403
