# Bodies of requests: how they come in, and what is not taken.
use Test::Nginx::Socket 'no_plan';
use Scim;

our $User = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],'
    . '"userName":"ada@example.com"}';

# A request on the wire, less what is different each time.
sub post {
    my ($headers, $body) = @_;
    return join "\r\n", 'POST /scim/v2/Users HTTP/1.1', 'Host: localhost',
        'Connection: close', 'Authorization: Bearer $TOKEN', @$headers, '',
        $body;
}

sub chunks { return join '', map { sprintf "%x\r\n%s\r\n", length, $_ } @_, '' }

# A user with a title of so many bytes.
sub large {
    my ($length) = @_;
    return '{"userName":"ada@example.com","title":"' . 'x' x $length . '"}';
}

run_tests();

__DATA__

=== TEST 1: a body in nginx' file: beyond client_body_buffer_size
--- config eval: "client_body_buffer_size 1k; $::Config"
--- request eval: "POST /scim/v2/Users\n" . main::large(100_000)
--- error_code: 201
--- json: {"title": "/^(?:x{10000}){10}$/"}
--- error_log
a client request body is buffered to a temporary file



=== TEST 2: a body in pieces, some of memory, some of the file
--- config eval: "client_body_in_file_only clean; client_body_buffer_size 1k; $::Config"
--- raw_request eval
main::post(['Transfer-Encoding: chunked'],
    main::chunks(unpack '(a700)*', main::large(20_000)))
--- error_code: 201
--- json: {"title": "/^x{20000}$/"}



=== TEST 3: a body of unknown length, byte by byte
--- raw_request eval
main::post(['Transfer-Encoding: chunked'], main::chunks(split //, $::User))
--- error_code: 201
--- json
{"userName": "ada@example.com"}



=== TEST 4: every Content-Type with which identity providers send JSON, and none
--- request
PUT /scim/v2/Users/ada-1
{"userName":"ada@example.com"}

PUT /scim/v2/Users/ada-1
{"userName":"ada@example.com"}

PUT /scim/v2/Users/ada-1
{"userName":"ada@example.com"}

PUT /scim/v2/Users/ada-1
{"userName":"ada@example.com"}

PUT /scim/v2/Users/ada-1
{"userName":"ada@example.com"}

PUT /scim/v2/Users/ada-1
{"userName":"ada@example.com"}
--- more_headers
Authorization: Bearer $TOKEN
Content-Type: application/scim+json

Authorization: Bearer $TOKEN
Content-Type: application/scim+json; charset=utf-8

Authorization: Bearer $TOKEN
Content-Type: Application/JSON;charset=UTF-8;x=y

Authorization: Bearer $TOKEN
Content-Type: application/json

Authorization: Bearer $TOKEN
Content-Type: text/json

Authorization: Bearer $TOKEN
--- scim_users
ada-1 ada@example.com
--- json
{"id": "ada-1"}



=== TEST 5: others
--- scim_users
ada-1 ada@example.com
--- request
PUT /scim/v2/Users/ada-1
{"userName":"ada@example.com"}

PATCH /scim/v2/Users/ada-1
<xml/>

POST /scim/v2/Users
{"userName":"ada@example.com"}
--- more_headers
Authorization: Bearer $TOKEN
Content-Type: text/plain

Authorization: Bearer $TOKEN
Content-Type: application/xml

Authorization: Bearer $TOKEN
Content-Type: application/jsonp
--- error_code: 415 415 415
--- response_headers
Accept: application/scim+json, application/json
! Accept-Patch

! Accept
Accept-Patch: application/scim+json, application/json

Accept: application/scim+json, application/json
--- json
error 415 /text/plain/

error 415 /application/xml/

error 415 /application/jsonp/



=== TEST 6: no body where there must be one
--- scim_users
ada-1 ada@example.com
--- request
POST /scim/v2/Users

PUT /scim/v2/Users/ada-1

PATCH /scim/v2/Users/ada-1

POST /scim/v2/Users/.search
--- error_code: 400 400 400 400
--- json
error 400 invalidSyntax



=== TEST 7: a body where there need not be one
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
{"what":"is this"}

DELETE /scim/v2/Users/ada-1
nonsense
--- error_code: 200 204
--- json
{"id": "ada-1"}

none



=== TEST 8: what is no JSON, and where it stops being it
--- request
POST /scim/v2/Users
{"userName":"ada@example.com"

POST /scim/v2/Users
{"userName":"ada@example.com"} {}

POST /scim/v2/Users
{'userName':'ada@example.com'}

POST /scim/v2/Users
userName=ada

POST /scim/v2/Users
{"userName":"ada","active":tru}
--- error_code: 400 400 400 400 400
--- json
error 400 invalidSyntax



=== TEST 9: JSON that is no object
--- request
POST /scim/v2/Users
["userName"]

POST /scim/v2/Users
"userName"

POST /scim/v2/Users
null
--- error_code: 400 400 400
--- json
error 400 invalidSyntax



=== TEST 10: a name given twice
--- request
POST /scim/v2/Users
{"userName":"ada@example.com","userName":"eve@example.com"}

POST /scim/v2/Users
{"userName":"ada@example.com","username":"eve@example.com"}
--- error_code: 400 400
--- json
error 400 invalidSyntax /userName/

error 400 invalidSyntax /[uU]ser[nN]ame/



=== TEST 11: text that is no UTF-8
--- request eval
["POST /scim/v2/Users\n{\"userName\":\"ad\xff\"}",
 "POST /scim/v2/Users\n{\"userName\":\"ad\xc0\xaf\"}",
 "POST /scim/v2/Users\n{\"userName\":\"ad\xed\xa0\x80\"}",
 "POST /scim/v2/Users\n{\"userName\":\"ad\\ud800\"}",
 "POST /scim/v2/Users\n{\"userName\":\"ad\\u0000\"}"]
--- error_code: 400 400 400 400 400
--- json
error 400 invalidSyntax



=== TEST 12: scim_max_depth: too deep
--- config eval: "scim_max_depth 4; $::Config"
--- request
POST /scim/v2/Users
{"userName":"ada@example.com","x":[[[1]]]}

POST /scim/v2/Users
{"userName":"eve@example.com","x":[[[[1]]]]}
--- error_code: 201 400
--- json
{"userName": "ada@example.com"}

error 400 invalidSyntax /deep/



=== TEST 13: deeper than anybody needs
--- request eval
"POST /scim/v2/Users\n" . '{"a":' x 50_000 . '1' . '}' x 50_000
--- error_code: 400
--- json
error 400 invalidSyntax /deep/



=== TEST 14: scim_max_body: too large, said before it is read
--- config eval: "scim_max_body 100; $::Config"
--- request
POST /scim/v2/Users
{"userName":"ada@example.com"}

POST /scim/v2/Users
{"userName":"eve@example.com","title":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
--- error_code: 201 413
--- json
{"userName": "ada@example.com"}

error 413 /scim_max_body/



=== TEST 15: too large, found while it is read
--- config eval: "scim_max_body 100; $::Config"
--- raw_request eval
main::post(['Transfer-Encoding: chunked'], main::chunks(main::large(100)))
--- error_code: 413
--- json
error 413



=== TEST 16: after an error the connection goes on
--- pipelined_requests eval
["POST /scim/v2/Users\n{\"x\":", "GET /scim/v2/Users", "POST /scim/v2/Users\n$::User", "GET /scim/v2/Users"]
--- error_code eval
[400, 200, 201, 200]
--- json
error 400 invalidSyntax

{"totalResults": 0}

{"userName": "ada@example.com"}

{"totalResults": 1}



=== TEST 17: a body as large as the configuration lets in
--- request eval: "POST /scim/v2/Users\n" . main::large(1_000_000)
--- error_code: 201
--- json: {"title": "/^(?:x{10000}){100}$/"}



=== TEST 18: what is not served needs no body to say so
--- scim_users
ada-1 ada@example.com
--- request
PUT /scim/v2/Users
<xml/>

POST /scim/v2/Users/ada-1
{

PATCH /scim/v2/Schemas
x
--- more_headers
Authorization: Bearer $TOKEN
Content-Type: application/xml

Authorization: Bearer $TOKEN
Content-Type: application/scim+json

Authorization: Bearer $TOKEN
--- error_code: 405 405 405
--- json
error 405



=== TEST 19: chunks that are none, from somebody who may not come in
--- raw_request eval
CORE::join "\r\n", 'POST /scim/v2/Users HTTP/1.1', 'Host: localhost',
    'Transfer-Encoding: chunked', '', 'zz', ''
--- error_code: 401
--- json
error 401 /no token/



=== TEST 20: client_max_body_size: too large, found while it is read
--- config eval
"location /scim/v2/ { scim; auth_request /_token; client_max_body_size 100; }
$::Location"
--- raw_request eval
main::post(['Transfer-Encoding: chunked'], main::chunks(main::large(100)))
--- error_code: 413
--- json
error 413 /the 100 bytes .*client_max_body_size/
