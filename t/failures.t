# Requests that failed, as the admin API lists them (docs/admin-api.md).  A
# failure is noted after its answer: it is looked for in a block of its own,
# and one worker notes them in their order.
use Test::Nginx::Socket 'no_plan';
use Scim;

workers(1);

our $Limited = <<"_EOC_";
    location /admin/ { scim_admin; }
    location /scim/v2/ {
        scim;
        auth_request          /_token;
        client_max_body_size  10;
        limit_req             zone=one;
        limit_req_status      429;
    }
    location /scim/v2/quiet/ {
        scim;
        scim_failures  off;
        scim_tenant    acme;
    }
    location /scim/v2x/ {
        return 404;
    }
$::Location
_EOC_

our $Slow = "$::HttpConfig"
    . "limit_req_zone \$http_x_key zone=one:1m rate=1r/m;";

run_tests();

__DATA__

=== TEST 1: what SCIM, the scope, the token and the URL refuse
--- config eval: $::Admin
--- request
POST /scim/v2/Users
{"userName":

POST /scim/v2/Users
{"userName":"x"}

GET /scim/v2/Users?filter=userName+eq

GET /scim/v2/Users/nobody

GET /scim/v2/Users

POST /scim/v3/Users
{}

GET /scim/v2/Users

GET /scim/v2/Users
--- more_headers
Authorization: Bearer $TOKEN
User-Agent: first

Authorization: Bearer $READ_TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $OFF_TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $EXPIRED_TOKEN

Authorization: Bearer $TOKEN
--- error_code: 400 403 400 404 403 404 401 200



=== TEST 2: are its tenant's, newest first
--- scim_keep
--- config eval: $::Admin
--- more_headers: none
--- request
GET /admin/tenants/acme/failures

GET /admin/tenants/off/failures

GET /admin/failures

GET /admin/tenants/acme/failures?count=2
--- json
{"failures": [
  {"status": 401, "detail": "/has expired/", "tokenId": "tokenold00000001"},
  {"status": 404, "method": "GET", "path": "/scim/v2/Users/nobody"},
  {"status": 400, "path": "/scim/v2/Users?filter=userName+eq",
   "scimType": "invalidFilter"},
  {"status": 403, "detail": "/only read/", "tokenId": "tokenread0000001"},
  {"id": "/^[0-9]+-[0-9]+$/", "time": "/^20..-..-..T..:..:..\\....Z$/",
   "method": "POST", "path": "/scim/v2/Users", "status": 400,
   "scimType": "invalidSyntax", "detail": "/./", "tokenId": "tokenacme0000001",
   "requestId": "/^[0-9a-f]{32}$/", "address": "127.0.0.1",
   "userAgent": "first"}
], "nextCursor": "<absent>"}

{"failures": [{"status": 403, "detail": "/switched off/",
               "tokenId": "tokenoff00000001"}]}

{"failures": []}

{"failures": [{"status": 401}, {"status": 404}], "nextCursor": "/-/"}



=== TEST 3: what nginx refuses, and who brings no token
--- config eval: $::Limited
--- http_config eval: $::Slow
--- request
GET /scim/v2/Users

GET /scim/v2/Users

POST /scim/v2/Users
{"userName":"too-long"}

GET /scim/v2/Users

GET /scim/v2/quiet/Users/nobody

GET /scim/v2x/Users

GET /elsewhere
--- more_headers
Authorization: Bearer $TOKEN
X-Key: a

Authorization: Bearer $TOKEN
X-Key: a

Authorization: Bearer $TOKEN
Content-Type: application/json

Authorization: Basic eDp5

Authorization: none

Authorization: none

Authorization: none
--- error_code: 200 429 413 401 404 404 404



=== TEST 4: is listed without a tenant
--- scim_keep
--- config eval: $::Limited
--- http_config eval: $::Slow
--- more_headers: none
--- request
GET /admin/failures

GET /admin/tenants/acme/failures
--- json
{"failures": [
  {"status": 401, "detail": "/no token/", "tokenId": "<absent>"},
  {"status": 413, "detail": "/client_max_body_size/", "method": "POST"},
  {"status": 429, "detail": "/limit_req/", "tenant": "<absent>"}
]}

{"failures": []}



=== TEST 5: they can be forgotten
--- scim_keep
--- config eval: $::Admin
--- more_headers: none
--- request
DELETE /admin/failures

GET /admin/failures

PUT /admin/failures
{}
--- error_code: 204 200 405
--- json
none

{"failures": []}

error 405 /GET, HEAD, DELETE/



=== TEST 6: another gateway: a tenant that is not there, and no error page
--- config
    location /admin/ { scim_admin; }
    location /scim/v2/ {
        scim;
        scim_tenant $http_x_tenant;
    }
    location /closed/ {
        scim;
        scim_tenant acme;
        deny all;
    }
--- more_headers
X-Tenant: acme

X-Tenant: nowhere
--- request
GET /closed/Users

GET /scim/v2/Users/x
--- error_code: 403 404



=== TEST 7: says which
--- scim_keep
--- config eval: $::Admin
--- more_headers: none
--- request
GET /admin/failures
--- json
{"failures": [
  {"status": 404, "tenant": "nowhere", "path": "/scim/v2/Users/x"},
  {"status": 403, "detail": "/Access is denied/", "path": "/closed/Users"}
]}



=== TEST 8: Redis is away: the answer is the same
--- http_config
    scim_redis unix:/nowhere/redis.sock;
--- config
    location /scim/v2/ { scim; scim_tenant acme; }
--- request
GET /scim/v2/Users/x

GET /scim/v2/Users/x
--- error_code: 503 503
--- json
error 503 /store/



=== TEST 9: bytes that are no text; a long path
--- config eval: $::Admin
--- request eval
"GET /scim/v2/Users?count=\xff&x=" . "y" x 700
--- more_headers eval
"Authorization: Bearer " . Scim::token('TOKEN') . "\r\nUser-Agent: caf\xe9 \x01\r\n"
--- error_code: 400



=== TEST 10: become text
--- scim_keep
--- config eval: $::Admin
--- more_headers: none
--- request
GET /admin/tenants/acme/failures
--- json
{"failures": [
  {"status": 400, "path": "/^.scim.v2.Users.count=\\?&x=y{482,490}$/",
   "userAgent": "caf? ?"}
]}



=== TEST 11: a bulk some of which fails
--- config eval: $::Admin
--- scim_users
ada-1 ada
--- request
POST /scim/v2/Bulk
{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"x","data":{"userName":"ada"}},{"method":"POST","path":"/Users","bulkId":"y","data":{"userName":"bob"}},{"method":"DELETE","path":"/Users/nobody"}]}
--- json
{"Operations": [{"status": "409"}, {"status": "201"}, {"status": "404"}]}



=== TEST 12: each operation that has failed
--- scim_keep
--- config eval: $::Admin
--- more_headers: none
--- request
GET /admin/tenants/acme/failures
--- json
{"failures": [
  {"status": 404, "method": "DELETE", "path": "/./scim/v2/Users/nobody$/", "detail": "/nobody/"},
  {"status": 409, "method": "POST", "path": "/scim/v2/Bulk#x", "scimType": "uniqueness", "tokenId": "tokenacme0000001"}
]}
