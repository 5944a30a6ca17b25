# The configuration that is shipped: conf/scim/*.conf, as they are.
use Test::Nginx::Socket 'no_plan';
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Scim;

BEGIN { $ENV{TEST_NGINX_CONF} = abs_path(dirname(__FILE__) . '/../conf/scim') }

our $Http = <<"_EOC_";
$::HttpConfig
limit_req_zone \$binary_remote_addr zone=scim:1m rate=100r/s;
_EOC_

our $Shipped = <<'_EOC_';
include $TEST_NGINX_CONF/location.conf;
include $TEST_NGINX_CONF/token.conf;
include $TEST_NGINX_CONF/admin.conf;
_EOC_

run_tests();

__DATA__

=== TEST 1: the SCIM endpoint
--- http_config eval: $::Http
--- config eval: $::Shipped
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

POST /scim/v2/Users
{"userName":"ADA@example.com"}

GET /scim/v2/nothing

GET /healthz
--- error_code: 200 409 404 200
--- json
{"meta": {"location": "http://localhost/scim/v2/Users/ada-1"}}

error 409 uniqueness

error 404

{"status": "ok"}



=== TEST 2: nobody without a token, and no way round it
--- http_config eval: $::Http
--- config eval: $::Shipped
--- more_headers: none
--- request
GET /scim/v2/Users

GET /_scim_token

GET /scim/v2/SchemasOrNot

GET /scim/v2/Schemas/../Users
--- error_code: 401 404 401 401
--- response_body_like eval
['"status":"401".*Secret Token', '404 Not Found', '"status":"401"',
 '"status":"401"']



=== TEST 3: the admin API asks for a password
--- http_config eval: $::Http
--- config eval: $::Shipped
--- request
GET /admin/tenants
--- error_code: 401
--- response_headers_like
WWW-Authenticate: Basic .*
--- json
error 401



=== TEST 4: a body larger than is taken
--- http_config eval: $::Http
--- config eval: $::Shipped
--- request eval
"POST /scim/v2/Users\n{\"userName\":\"" . 'x' x 1_100_000 . '"}'
--- error_code: 413
--- json
error 413 /the 1048576 bytes .*client_max_body_size/



=== TEST 5: a tenant URL without /v2, and what is no endpoint of it
--- http_config eval: $::Http
--- config eval: $::Shipped
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/Users/ada-1

GET /scim/Users?filter=userName+eq+%22x%22

POST /scim/Users
{"userName":"ADA@example.com"}

GET /scim/v2

GET /scim/

GET /scim/nothing
--- error_code: 200 200 409 200 200 404
--- json
{"meta": {"location": "http://localhost/scim/v2/Users/ada-1"}}

{"totalResults": 0}

error 409 uniqueness

{"totalResults": 1}

{"totalResults": 1}

error 404 /"\/nothing" below the tenant URL/



=== TEST 6: discovery needs no token, and nothing but discovery is there
--- http_config eval: $::Http
--- config eval: $::Shipped
--- more_headers: none
--- request
GET /scim/v2/ServiceProviderConfig

GET /scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group

GET /scim/v2/ResourceTypes/

POST /scim/v2/Schemas
{}
--- error_code: 200 200 200 405
--- json
{"patch": {"supported": true},
 "meta": {"location": "http://localhost/scim/v2/ServiceProviderConfig"}}

{"name": "Group"}

{"totalResults": 2}

error 405
