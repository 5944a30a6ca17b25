# Versions: If-Match keeps a change from undoing another, If-None-Match saves
# an answer.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: If-None-Match: the version that is known need not be sent again
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

HEAD /scim/v2/Users/ada-1
--- more_headers eval
my $auth = $::Auth;
[map { "$auth$_\n" } 'If-None-Match: W/"1"', 'If-None-Match: "1"',
    'If-None-Match: W/"7", W/"1"', 'If-None-Match: *', 'If-None-Match: W/"1"']
--- error_code: 304 304 304 304 304
--- response_headers
ETag: W/"1"
--- json: none



=== TEST 2: another version is sent
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers eval: $::Auth . 'If-None-Match: W/"2", W/"11"'
--- json
{"id": "ada-1"}



=== TEST 3: If-Match: the version that was read is changed
--- scim_users
ada-1 {"userName":"ada@example.com","active":true}
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}
--- more_headers eval: $::Auth . 'If-Match: W/"1"'
--- response_headers
ETag: W/"2"
--- json
{"active": false}



=== TEST 4: another version is not
--- scim_users
ada-1 {"userName":"ada@example.com","active":true}
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}

PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"king@example.com"}

DELETE /scim/v2/Users/ada-1

PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"ada-1"}]}]}

GET /scim/v2/Users/ada-1
--- more_headers eval
[("${main::Auth}If-Match: W/\"7\"\n") x 4, $::Auth]
--- error_code: 412 412 412 412 200
--- json
error 412

error 412

error 412

error 412

{"active": true, "userName": "ada@example.com", "groups": "<absent>", "meta": {"version": "W/\"1\""}}



=== TEST 5: any version, if there is one
--- scim_users
ada-1 ada@example.com
--- request
DELETE /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1
--- more_headers eval: "${main::Auth}If-Match: *"
--- error_code: 204 404
--- json
none

error 404



=== TEST 6: a patch of members alone is held against the version too
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines
--- request
PATCH /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"ada-1"}]}]}
--- more_headers eval: $::Auth . 'If-Match: W/"1"'
--- error_code: 204
--- response_headers
ETag: W/"2"



=== TEST 7: If-Modified-Since is no matter of SCIM's
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers eval: $::Auth . 'If-Modified-Since: Thu, 31 Dec 2099 00:00:00 GMT'
--- response_headers
! Last-Modified
--- json
{"id": "ada-1"}



=== TEST 8: If-Match holds of reading too
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

HEAD /scim/v2/Users/ada-1
--- more_headers eval
my $auth = $::Auth;
[map { "$auth$_\n" } 'If-Match: W/"2", W/"1"', 'If-Match: *',
    'If-Match: W/"2"', 'If-Match: W/"2"']
--- error_code: 200 200 412 412
--- json
{"id": "ada-1"}

{"id": "ada-1"}

error 412 /at version W\/"1"/

none
