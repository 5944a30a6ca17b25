# Export and import of a tenant (docs/admin-api.md): answers in pieces, bodies
# line by line.
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Admin = <<"_EOC_";
    location /admin/ { client_body_buffer_size 1k; scim_admin; }
$::Config
_EOC_

our $Lines = "Content-Type: application/x-ndjson";

our $User = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],';

# 600 users: several pages, and a file for the body.
our $Many = join "\n", '{"nginx-scim":"export","version":1}', (map {
    qq({"type":"User","resource":{"id":"u-$_","userName":"user$_"}})
} 1 .. 600), '{"end":true,"resources":600}', '';

run_tests();

__DATA__

=== TEST 1: an export
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
GET /admin/tenants/acme/export
--- response_headers
Content-Type: application/x-ndjson
Cache-Control: no-store
Transfer-Encoding: chunked
!Content-Length
--- response_body_like chomp
^\{"nginx-scim":"export","version":1,"tenant":"acme","exported":"[^"]+","settings":\{\},"users":1,"groups":1\}
\{"type":"User","resource":\{.*"id":"ada-1".*\},"version":\d+,"modified":"[^"]+"\}
\{"type":"Group","resource":\{.*"id":"team-1".*\},"version":\d+,"modified":"[^"]+","members":\[\{"value":"ada-1"\}\]\}
\{"end":true,"users":1,"groups":1,"resources":2,"members":1\}\n$
--- no_error_log
[error]
[alert]



=== TEST 2: an import, larger than the buffer, and what has come of it
--- config eval: $::Admin
--- more_headers eval: $::Lines
--- request eval: "POST /admin/tenants/acme/import\n$::Many"
--- response_headers
Content-Type: application/x-ndjson
--- response_body_like chomp
\{"end":true,"line":602,"created":600,"replaced":0,"skipped":0,"failed":0,"incomplete":0,"complete":true\}\n$
--- no_error_log
[error]
[alert]



=== TEST 3: (all are there, in their order)
--- config eval: $::Admin
--- scim_keep
--- request
GET /scim/v2/Users?startIndex=600&count=5

GET /scim/v2/Users?filter=userName+eq+%22USER77%22
--- json
{"totalResults": 600, "Resources": [{"id": "u-600", "userName": "user600"}]}

{"totalResults": 1, "Resources": [{"id": "u-77", "meta": {"version": "W/\"1\""}}]}



=== TEST 4: (the export of many, in pieces)
--- config eval: $::Admin
--- scim_keep
--- request
GET /admin/tenants/acme/export
--- response_body_like chomp
(?s)"userName":"user1",.*"userName":"user599",.*"resources":600,"members":0\}\n$



=== TEST 5: (at a limited rate, the same)
--- config eval: "limit_rate 100k; limit_rate_after 64k; $::Admin"
--- scim_keep
--- timeout: 10
--- request
GET /admin/tenants/acme/export
--- response_body_like chomp
(?s)"userName":"user1",.*"userName":"user599",.*"resources":600,"members":0\}\n$
--- no_error_log
[error]
[alert]



=== TEST 6: (without chunks)
--- config eval: $::Admin
--- scim_keep
--- raw_request eval
"GET /admin/tenants/acme/export HTTP/1.0\r\n\r\n"
--- response_headers
Connection: close
--- response_body_like chomp
(?s)"userName":"user1",.*"resources":600,"members":0\}\n$



=== TEST 7: (again: what is there is passed over, and a line too many is not)
--- config eval: $::Admin
--- scim_keep
--- more_headers eval: $::Lines
--- request eval
"POST /admin/tenants/acme/import?existing=skip\n$::Many" . '{"type":"Pet"}'
--- response_body_like chomp
(?s)\{"line":603,"status":400,.*"created":0,"replaced":0,"skipped":600,"failed":1,"incomplete":0,"complete":true\}\n$



=== TEST 8: lines that are wrong
--- config eval: $::Admin
--- more_headers eval: $::Lines
--- request
POST /admin/tenants/acme/import
{"nginx-scim":"export","version":1}
{"type":"User","resource":{"id":"u-1","userName":"ada"}}
{"type":"User","resource":{"id":"u-2",
{"type":"User","resource":{"id":"u-3","userName":"Ada"}}
--- response_body_like chomp
^\{"line":3,"status":400,"scimType":"invalidSyntax","detail":".*"\}
\{"line":4,"type":"User","id":"u-3","status":409,"scimType":"uniqueness","detail":".*"\}
\{"end":true,"line":4,"created":1,"replaced":0,"skipped":0,"failed":2,"incomplete":0,"complete":false\}\n$
--- no_error_log
[error]
[alert]



=== TEST 9: calls that are refused
--- config eval: $::Admin
--- more_headers
Content-Type: application/x-ndjson

Content-Type: text/plain

Content-Type: application/x-ndjson

Content-Type: application/x-ndjson

Content-Type: application/x-ndjson

Content-Type: application/x-ndjson
--- request
POST /admin/tenants/nix/import
{"nginx-scim":"export","version":1}

POST /admin/tenants/acme/import
{"nginx-scim":"export","version":1}

POST /admin/tenants/acme/import

POST /admin/tenants/off/import
{"nginx-scim":"export","version":1}

GET /admin/tenants/acme/import

GET /admin/tenants/off/export
--- error_code: 404 415 400 409 405 409
--- json
error 404 /nix/

error 415 /text\/plain/

error 400 invalidSyntax /nginx-scim/

error 409 /switched off/

error 405 /POST/

error 409 /switched off/



=== TEST 10: Redis goes away before there is an answer
--- config eval: $::Admin
--- http_config
    scim_redis unix:/nowhere.sock;
--- request
GET /admin/tenants/acme/export
--- error_code: 503
--- json
error 503



=== TEST 11: a client that goes away while its import is carried out
--- config eval: $::Admin
--- http_config eval: "$::HttpConfig scim_redis_timeout 20s;"
--- init
Scim::leave("POST /admin/tenants/acme/import\n$::Many", $::Lines);
--- request
GET /scim/v2/ServiceProviderConfig
--- wait: 0.7
--- no_error_log
[error]
[alert]
[crit]



=== TEST 12: (what had begun is there, the rest is not)
--- config eval: $::Admin
--- scim_keep
--- request
GET /scim/v2/Users?count=0
--- response_body_like: "totalResults":32,
