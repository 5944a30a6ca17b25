# SCIM beside nginx' own features in the same location.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: limit_except
--- config eval
"location /scim/v2/ { scim; auth_request /_token; limit_except GET { deny all; } }
$::Location"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1

POST /scim/v2/Users
{"userName":"x"}
--- error_code: 200 403 403
--- json
{"id": "ada-1"}

error 403

error 403



=== TEST 2: satisfy any
--- config eval
"location /scim/v2/ { scim; scim_tenant acme; satisfy any; auth_request /_token; deny all; }
$::Location"
--- scim_users
ada-1 ada@example.com
--- more_headers
Authorization: Bearer $TOKEN

X: y
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1
--- error_code: 200 401
--- json
{"id": "ada-1"}

error 401



=== TEST 3: error pages of error pages
--- config
location /a { error_page 404 @e; return 404; }
location @e { error_page 404 @e; recursive_error_pages on; scim_error; }
location /scim/v2/ { scim; scim_tenant acme; error_page 500 502 503 504 404 @e; recursive_error_pages on; }
--- request
GET /a

GET /scim/v2/x
--- error_code: 404 404
--- json
error 404

error 404



=== TEST 4: gzip, mirror, if
--- config eval
"location /scim/v2/ { scim; auth_request /_token; gzip on; gzip_types *; gzip_min_length 1; mirror /m; if (\$arg_x) { set \$y 1; } }
location = /m { internal; return 204; }
$::Location"
--- scim_users
ada-1 ada@example.com
--- more_headers eval
"${main::Auth}Accept-Encoding: gzip"
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1?x=1

POST /scim/v2/Users?x=1
{"userName":"x"}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"add","path":"title","value":"x"}]}
--- error_code: 200 200 201 200



=== TEST 5: no bytes of a URL in a header of the answer
--- config eval
"add_header X-Resource '<\$scim_resource>' always;
$::Config"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Schemas/a%0d%0aX-Evil:%20b

GET /scim/v2/Users/a%0d%0aX-Evil:%20b
--- error_code: 200 404 404
--- response_headers
X-Resource: <ada-1>

X-Resource: <>
X-Evil:

X-Resource: <>
X-Evil:



=== TEST 6: what scim_token takes goes on into an if block with it
--- config
location = /_optional {
    internal;
    scim_token  optional;
    if ($request_method = GET) { set $y 1; }
}
location /scim/v2/ { scim; auth_request /_optional; }
--- more_headers: none
--- request
GET /scim/v2/Schemas



=== TEST 7: nor by way of what names the tenant
--- config
location ~ ^/(?<t>[^/]+)/scim/ {
    scim;
    scim_tenant  $t;
    scim_prefix  /$t/scim;
    add_header   X-Tenant '<$scim_tenant>' always;
}
--- request
GET /acme/scim/Users

GET /a%0d%0aX-Evil:%20b/scim/Users
--- error_code: 200 403
--- response_headers
X-Tenant: <acme>

X-Tenant: <>
X-Evil:
--- json
{"totalResults": 0}

error 403
