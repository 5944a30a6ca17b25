# Bulks over HTTP (RFC 7644 section 3.7).
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Slow = "$::HttpConfig scim_redis_timeout 20s;";

sub bulk {
    my ($members, @operations) = @_;
    return '{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],'
        . $members . '"Operations":[' . join(',', @operations) . ']}';
}

sub user {
    my ($name) = @_;
    return '{"method":"POST","path":"/Users","bulkId":"' . $name
        . '","data":{"userName":"' . $name . '"}}';
}

sub users {
    my ($n) = @_;
    return map { user("user-$_") } 1 .. $n;
}

# Rows of that many users that were created.
sub created {
    my ($n) = @_;
    return '{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],'
        . '"Operations":['
        . join(',', map {
            qq({"status":"201","method":"POST","bulkId":"user-$_",)
            . qq("version":"W/\\"1\\"","response":"<absent>",)
            . qq("location":"/^http:..localhost.scim.v2.Users.[0-9a-f-]{36}\$/"})
          } 1 .. $n)
        . ']}';
}

sub chunked {
    my ($body) = @_;
    return join "\r\n", 'POST /scim/v2/Bulk HTTP/1.1', 'Host: localhost',
        'Connection: close', 'Authorization: Bearer $TOKEN',
        'Transfer-Encoding: chunked', '',
        join '', map { sprintf "%x\r\n%s\r\n", length, $_ }
                 unpack('(a500)*', $body), '';
}

run_tests();

__DATA__

=== TEST 1: the four methods, each with its row
--- scim_users
ada-1 ada@example.com
eve-1 eve@example.com
--- request
POST /scim/v2/Bulk
{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"Engines","members":[{"value":"bulkId:u"},{"value":"ada-1"}]}},{"method":"POST","path":"/Users","bulkId":"u","data":{"userName":"bob@example.com"}},{"method":"PUT","path":"/Users/ada-1","version":"W/\"1\"","data":{"userName":"ada@example.com","title":"Dr"}},{"method":"PATCH","path":"/Users/ada-1","version":"W/\"1\"","data":{"Operations":[{"op":"add","path":"title","value":"x"}]}},{"method":"DELETE","path":"/Users/eve-1"},{"method":"GET","path":"/Users/ada-1"}]}

GET /scim/v2/Groups

GET /scim/v2/Users/ada-1
--- error_code: 200 200 200
--- response_headers
Content-Type: application/scim+json
--- json
{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
  "Operations": [
    {"status": "201", "method": "POST", "bulkId": "g", "version": "W/\"1\"", "location": "/^http://localhost/scim/v2/Groups/[0-9a-f-]{36}$/", "response": "<absent>"},
    {"status": "201", "method": "POST", "bulkId": "u", "version": "W/\"1\"", "location": "/^http://localhost/scim/v2/Users/[0-9a-f-]{36}$/"},
    {"status": "200", "method": "PUT", "version": "W/\"2\"", "location": "http://localhost/scim/v2/Users/ada-1", "bulkId": "<absent>"},
    {"status": "412", "method": "PATCH", "version": "<absent>", "location": "http://localhost/scim/v2/Users/ada-1", "response": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "412"}},
    {"status": "204", "method": "DELETE", "location": "http://localhost/scim/v2/Users/eve-1"},
    {"status": "400", "method": "GET", "response": {"status": "400", "scimType": "invalidValue"}}
  ]
}

{"totalResults": 1, "Resources": [{"members": [{"display": "/./"}, {"display": "/./"}]}]}

{"title": "Dr"}



=== TEST 2: a circle
--- request
POST /scim/v2/Bulk
{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Groups","bulkId":"a","data":{"displayName":"A","members":[{"value":"bulkId:b"}]}},{"method":"POST","path":"/Groups","bulkId":"b","data":{"displayName":"B","members":[{"value":"bulkId:a"}]}}]}

GET /scim/v2/Groups?filter=displayName+eq+"A"

GET /scim/v2/Groups?filter=displayName+eq+"B"
--- error_code: 200 200 200
--- json
{"Operations": [{"status": "201"}, {"status": "201"}]}

{"Resources": [{"members": [{"display": "B", "type": "Group"}]}]}

{"Resources": [{"members": [{"display": "A", "type": "Group"}]}]}



=== TEST 3: a thousand users, in a body of nginx' file
--- request eval: "POST /scim/v2/Bulk\n" . main::bulk('', main::users(1000))
--- json eval: main::created(1000)
--- timeout: 10



=== TEST 4: (they are there)
--- scim_keep
--- request
GET /scim/v2/Users?count=0
--- json
{"totalResults": 1000}



=== TEST 5: it ends after so many errors
--- scim_users
ada-1 user-2
--- request eval: "POST /scim/v2/Bulk\n" . main::bulk('"failOnErrors":1,', main::users(4))
--- json
{"Operations": [{"status": "201"}, {"status": "409", "location": "<absent>", "response": {"scimType": "uniqueness"}}]}



=== TEST 6: (and nobody comes after that)
--- scim_keep
--- request
GET /scim/v2/Users
--- json
{"totalResults": 2}



=== TEST 7: more operations than are announced
--- config eval: "scim_bulk_max_operations 3; $::Config"
--- request eval
["POST /scim/v2/Bulk\n" . main::bulk('', main::users(4)),
 "GET /scim/v2/Users",
 "POST /scim/v2/Bulk\n" . main::bulk('', main::users(3)),
 "GET /scim/v2/ServiceProviderConfig"]
--- error_code: 413 200 200 200
--- json eval
CORE::join "\n\n", 'error 413 /maxOperations \(3\)/', '{"totalResults": 0}',
    main::created(3), '{"bulk": {"supported": true, "maxOperations": 3, "maxPayloadSize": 1048576}}'



=== TEST 8: a larger body than is announced, found by its length
--- config eval: "scim_bulk_max_payload 2k; $::Config"
--- request eval
["POST /scim/v2/Bulk\n" . main::bulk('', main::users(30)),
 "GET /scim/v2/ServiceProviderConfig",
 "GET /scim/v2/Users"]
--- error_code: 413 200 200
--- json
error 413 /maxPayloadSize \(2048 bytes\)/

{"bulk": {"supported": true, "maxOperations": 1000, "maxPayloadSize": 2048}}

{"totalResults": 0}



=== TEST 9: found while it is read
--- config eval: "scim_bulk_max_payload 2k; $::Config"
--- raw_request eval: main::chunked(main::bulk('', main::users(30)))
--- error_code: 413
--- json
error 413 /maxPayloadSize \(2048 bytes\)/



=== TEST 10: larger than the body of any other request may be
--- config eval: "scim_max_body 1k; $::Config"
--- request eval
["POST /scim/v2/Bulk\n" . main::bulk('', main::users(30)),
 "POST /scim/v2/Users\n" . '{"userName":"' . 'x' x 1100 . '"}']
--- error_code: 200 413
--- json eval
CORE::join "\n\n", main::created(30), 'error 413 /scim_max_body/'



=== TEST 11: data may be as deep as the body of another request
--- config eval: "scim_max_depth 4; $::Config"
--- request
POST /scim/v2/Bulk
{"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"a","emails":[{"value":"a@example.com"}]}}]}

POST /scim/v2/Bulk
{"Operations":[{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"b","emails":[{"value":[[[]]]}]}}]}
--- error_code: 200 400
--- json
{"Operations": [{"status": "201"}]}

error 400 invalidSyntax



=== TEST 12: none
--- config eval: "scim_bulk_max_operations 0; $::Config"
--- request eval
["POST /scim/v2/Bulk\n" . main::bulk('', main::users(1)),
 "GET /scim/v2/ServiceProviderConfig"]
--- error_code: 501 200
--- json
error 501 /Bulk/

{"bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0}}



=== TEST 13: a token that may only read
--- request eval
["POST /scim/v2/Bulk\n" . main::bulk('', main::users(1)), "GET /scim/v2/Users"]
--- more_headers
Authorization: Bearer $READ_TOKEN
--- error_code: 403 200
--- json
error 403 /may only read/

{"totalResults": 0}



=== TEST 14: other methods, and no bulk
--- request
GET /scim/v2/Bulk

DELETE /scim/v2/Bulk

POST /scim/v2/Bulk
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}

POST /scim/v2/Bulk
--- error_code: 405 405 400 400
--- json
error 405 /POST/

error 405 /POST/

error 400 invalidSyntax /BulkRequest/

error 400 invalidSyntax /no body/



=== TEST 15: Redis fails one operation and not the others
--- scim_users
ada-1 ada@example.com
--- redis
DEL scim:{acme}:r:User:ada-1
SET scim:{acme}:r:User:ada-1 nonsense
--- request eval
"POST /scim/v2/Bulk\n" . main::bulk('', main::user('a'),
    '{"method":"DELETE","path":"/Users/ada-1"}', main::user('b'))
--- json
{"Operations": [{"status": "201"}, {"status": "/^50[03]$/", "response": {"status": "/^50[03]$/"}}, {"status": "201"}]}



=== TEST 16: Redis is down
--- http_config
scim_redis unix:/nowhere/redis.sock;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- request eval: "POST /scim/v2/Bulk\n" . main::bulk('', main::users(100))
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 17: a client that goes away: what has begun is done, the rest is not begun
--- http_config eval: $::Slow
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- init: Scim::leave("POST /scim/v2/Bulk\n" . main::bulk('', main::users(100)))
--- request
GET /scim/v2/ServiceProviderConfig
--- wait: 0.7
--- no_error_log
[error]
[alert]
[crit]



=== TEST 18: (so they are as many as may be under way)
--- scim_keep
--- request
GET /scim/v2/Users?count=0
--- json
{"totalResults": 32}



=== TEST 19: a client that goes away while the gate still looks at its token
--- http_config eval: $::Slow
--- init: Scim::leave("POST /scim/v2/Bulk\n" . main::bulk('', main::users(100)))
--- request
GET /scim/v2/ServiceProviderConfig
--- wait: 0.7
--- no_error_log
[error]
[alert]
[crit]



=== TEST 20: (so they are as many as may be under way)
--- scim_keep
--- request
GET /scim/v2/Users?count=0
--- json
{"totalResults": 32}



=== TEST 21: another tenant is out of reach
--- scim_users
ada-1 ada@example.com
--- request
POST /scim/v2/Bulk
{"Operations":[{"method":"DELETE","path":"http://localhost/scim/v2/../../other/Users/ada-1"},{"method":"DELETE","path":"/Users/../Users/ada-1"},{"method":"DELETE","path":"/Users/%2e%2e%2fada-1"},{"method":"DELETE","path":"//Users//ada-1/?x=bulkId:1"}]}
--- json
{"Operations": [{"status": "404"}, {"status": "404"}, {"status": "404"}, {"status": "204"}]}



=== TEST 22: what comes after a bulk on the same connection
--- request eval
["POST /scim/v2/Bulk\n" . main::bulk('', main::users(40)),
 "POST /scim/v2/Bulk\n" . main::bulk('', main::users(2)),
 "GET /scim/v2/Users?count=0"]
--- error_code: 200 200 200
--- json eval
CORE::join "\n\n", main::created(40),
    '{"Operations": [{"status": "409"}, {"status": "409"}]}',
    '{"totalResults": 40}'
