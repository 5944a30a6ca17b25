# Every error below a location with SCIM is one of SCIM's, nginx' own too.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: nothing there
--- request
GET /scim/v2/nothing

GET /scim/v2/User

GET /scim/v2/Users/ada-1/emails

GET /scim/v2/Me
--- error_code: 404 404 404 501
--- response_headers
Content-Type: application/scim+json
--- json
error 404 /tenant URL/

error 404 /User.*Users, .Groups/

error 404

error 501 /Me/



=== TEST 2: methods that are not served
--- scim_users
ada-1 ada@example.com
--- request
DELETE /scim/v2/Users

POST /scim/v2/Users/ada-1
{}

PATCH /scim/v2/Groups
{}

DELETE /scim/v2/Schemas

POST /scim/v2/ServiceProviderConfig
{}

PUT /scim/v2/ResourceTypes/User
{}

OPTIONS /scim/v2/Users
--- error_code: 405 405 405 405 405 405 405
--- response_headers
Allow: GET, HEAD, POST

Allow: GET, HEAD, PUT, PATCH, DELETE

Allow: GET, HEAD, POST

Allow: GET, HEAD

Allow: GET, HEAD

Allow: GET, HEAD

Allow: GET, HEAD, POST
--- json
error 405



=== TEST 3: a request that is none: 400 of nginx
--- raw_request eval
"GET /scim/v2/Users HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"
--- error_code: 400
--- response_headers
Content-Type: application/scim+json
--- json
error 400



=== TEST 4: a request line that is none
--- raw_request eval: "GET scim\r\n\r\n"
--- error_code: 400
--- json
error 400



=== TEST 5: headers too large: 400 to the client
--- http_config eval: "$::HttpConfig large_client_header_buffers 2 1k;"
--- request
GET /scim/v2/Users
--- more_headers eval: 'X-Large: ' . 'x' x 2000
--- error_code: 400
--- json
error 400 /headers/



=== TEST 6: 403 of nginx' access rules
--- config eval
"location /scim/v2/ { scim; scim_tenant acme; deny all; }
$::Location"
--- request
GET /scim/v2/Users
--- error_code: 403
--- json
error 403



=== TEST 7: 413: more than client_max_body_size
--- config eval
"location /scim/v2/ { scim; auth_request /_token; client_max_body_size 100; }
$::Location"
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","displayName":"Ada"}
--- error_code: 413
--- response_headers
Content-Type: application/scim+json
--- json
error 413 /the 100 bytes .*client_max_body_size/



=== TEST 8: 414: a URL too long
--- http_config eval: "$::HttpConfig large_client_header_buffers 2 1k;"
--- request eval: 'GET /scim/v2/Users?filter=' . 'x' x 2000
--- error_code: 414
--- json
error 414 /\.search/



=== TEST 9: 415: another kind of content
--- request
POST /scim/v2/Users
userName=ada
--- more_headers
Authorization: Bearer $TOKEN
Content-Type: application/x-www-form-urlencoded
--- error_code: 415
--- json
error 415 /x-www-form-urlencoded/



=== TEST 10: 429: beyond the queue of limit_req
--- http_config eval
"$::HttpConfig limit_req_zone \$binary_remote_addr zone=one:1m rate=1r/m;"
--- config eval
"location /scim/v2/ {
    scim;
    auth_request     /_token;
    limit_req        zone=one;
    limit_req_status 429;
}
$::Location"
--- request
GET /scim/v2/Users

GET /scim/v2/Users
--- error_code: 200 429
--- response_headers
! Retry-After

Retry-After: 1
--- json
{"totalResults": 0}

error 429 /limit_req/



=== TEST 11: 503: too many connections, maintenance
--- config eval
"location /scim/v2/ { scim; scim_tenant acme; if (\$arg_x) { return 503; } }
$::Location"
--- request
GET /scim/v2/Users?x=1
--- error_code: 503
--- response_headers
Retry-After: 5
--- json
error 503



=== TEST 12: 502 and 504 of a proxy in the place of SCIM
--- config eval
"location /scim/v2/ { proxy_pass http://127.0.0.1:1; }
$::Location"
--- request
GET /scim/v2/Users
--- error_code: 502
--- response_headers
Content-Type: application/scim+json
Retry-After: 5
--- json
error 502



=== TEST 13: a body that does not come: nginx ends the connection, no more
--- config eval
"location /scim/v2/ { scim; auth_request /_token; client_body_timeout 100ms; }
$::Location"
--- raw_request eval
"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \$TOKEN\r\nContent-Length: 100\r\n\r\n{\"schemas\":"
--- ignore_response
--- access_log
"POST /scim/v2/Users HTTP/1.1" 408 0



=== TEST 14: a status nobody has thought of
--- config eval
"location /scim/v2/ { return 418; error_page 418 \@scim_error; }
$::Location"
--- request
GET /scim/v2/Users
--- error_code: 418
--- json
error 418



=== TEST 15: the handler of errors asked by itself
--- config
location /scim/v2/ { scim_error; }
--- request
GET /scim/v2/Users
--- error_code: 404
--- json
error 404



=== TEST 16: application/json for who asks for it and not for SCIM's
--- request
GET /scim/v2/Users/nobody

GET /scim/v2/Users/nobody

GET /scim/v2/Users
--- more_headers eval
my $auth = $::Auth;
["${auth}Accept: application/json",
 "${auth}Accept: application/json, application/scim+json",
 "${auth}Accept: application/json, */*"]
--- error_code: 404 404 200
--- response_headers
Content-Type: application/json

Content-Type: application/scim+json

Content-Type: application/json



=== TEST 17: scim_response_type: always the one or the other
--- config eval
"location /a/ { scim; scim_tenant acme; scim_response_type json; }
location /b/ { scim; scim_tenant acme; scim_response_type scim; }"
--- request
GET /a/Users

GET /b/Users

GET /a/nothing
--- more_headers
Accept: application/scim+json

Accept: application/json

Accept: application/scim+json
--- error_code: 200 200 404
--- response_headers
Content-Type: application/json

Content-Type: application/scim+json

Content-Type: application/json
