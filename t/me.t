# /Me: the user behind the request (RFC 7644 section 3.11).
use Test::Nginx::Socket 'no_plan';
use Digest::SHA 'sha256_hex';
use Scim;

our $Header = "scim_me \$http_x_user_id; $::Config";

# A token that ada-1 has for herself.
my $Token = Scim::token('ada');

our $Bound = 'HSET scim:token:' . sha256_hex($Token) . ' id tokenada00000001'
    . ' tenant acme name Ada scope self created 1 expires 0 user ada-1';

our $Ada = <<"_EOC_";
Authorization: Bearer $Token
Content-Type: application/scim+json
_EOC_

# With headers for each request: who asks, and a version.
sub asking {
    return join "\n", map { "$::Auth$_\n" } @_;
}

run_tests();

__DATA__

=== TEST 1: nobody
--- request
GET /scim/v2/Me

PATCH /scim/v2/Me
{"Operations":[{"op":"add","path":"title","value":"t"}]}

DELETE /scim/v2/me/

POST /scim/v2/Me
{"userName":"ada"}

TRACK /scim/v2/Me

GET /scim/v2/Me/emails
--- error_code: 501 501 501 501 405 404
--- json
error 501 /no user/

error 501

error 501

error 501

error 405 /GET, HEAD, PUT, PATCH, DELETE/

error 404



=== TEST 2: whom a header names
--- config eval: $::Header
--- scim_users
ada-1 {"userName":"ada","title":"Countess"}
bob-1 bob
--- more_headers eval: main::asking(('X-User-Id: ada-1') x 6)
--- request
GET /scim/v2/Me?attributes=userName

PATCH /scim/v2/Me
{"Operations":[{"op":"replace","path":"title","value":"Duchess"}]}

PUT /scim/v2/Me
{"userName":"Ada"}

PUT /scim/v2/Me
{"userName":"bob"}

POST /scim/v2/Me
{"userName":"carl"}

DELETE /scim/v2/Me
--- error_code: 200 200 200 409 403 204
--- response_headers
Location: http://localhost/scim/v2/Users/ada-1
--- json
{"id": "ada-1", "userName": "ada", "title": "<absent>"}

{"title": "Duchess", "meta": {"location": "http:\/\/localhost\/scim\/v2\/Users\/ada-1"}}

{"userName": "Ada", "title": "<absent>", "id": "ada-1", "meta": {"resourceType": "User", "version": "W/\"3\""}}

error 409 uniqueness

error 403 /POST to \/Users/

none



=== TEST 3: whom it names is not there
--- config eval: $::Header
--- scim_groups
team-1 Engines
--- more_headers eval: main::asking('X-User-Id: nobody', 'X-User-Id: a b', 'X-User-Id: team-1', 'X-User-Id:')
--- request
GET /scim/v2/Me

GET /scim/v2/Me

DELETE /scim/v2/Me

GET /scim/v2/Me
--- error_code: 404 404 404 501
--- response_headers
Location:
--- json
error 404 /nobody/

error 404 /a b/

error 404 /no User with the id "team-1"/

error 501



=== TEST 4: versions
--- config eval: $::Header
--- scim_users
ada-1 ada
--- more_headers eval: main::asking("X-User-Id: ada-1\nIf-None-Match: W/\"1\"", "X-User-Id: ada-1\nIf-Match: W/\"7\"")
--- request
GET /scim/v2/Me

DELETE /scim/v2/Me
--- error_code: 304 412
--- response_headers
Location: http://localhost/scim/v2/Users/ada-1
--- json
none

error 412



=== TEST 5: a token bound to a user opens that user, and no other
--- config eval: $::Config
--- scim_users
ada-1 ada
bob-1 bob
--- redis eval: $::Bound
--- more_headers eval: $::Ada
--- request
GET /scim/v2/Me

GET /scim/v2/Me

PATCH /scim/v2/Me
{"Operations":[{"op":"add","path":"nickName","value":"A"}]}

GET /scim/v2/Users/ada-1

GET /scim/v2/Users

POST /scim/v2/Users/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}

DELETE /scim/v2/Users/bob-1

GET /scim/v2/ServiceProviderConfig

GET /scim/v2/Schemas
--- error_code: 200 200 200 403 403 403 403 200 200
--- json
{"id": "ada-1"}

{"id": "ada-1"}

{"nickName": "A"}

error 403 /\/Me only/

error 403

error 403

error 403

any

any



=== TEST 6: its user as a variable
--- config eval: "add_header X-User \$scim_token_user always; $::Config"
--- redis eval: $::Bound
--- more_headers eval: $::Ada
--- request
GET /scim/v2/Users/bob-1
--- error_code: 403
--- response_headers
X-User: ada-1



=== TEST 7: tokens for users are made by the administrator
--- config eval: $::Admin
--- scim_users
ada-1 ada
--- request
POST /admin/tenants/acme/tokens
{"name":"Ada","user":"ada-1"}

POST /admin/tenants/acme/tokens
{"user":"ada-1","scope":"read"}

POST /admin/tenants/acme/tokens
{"scope":"self"}

GET /admin/tenants/acme/tokens
--- error_code: 201 201 400 200
--- json
{"name": "Ada", "scope": "self", "user": "ada-1", "token": "/^scim_/"}

{"scope": "read", "user": "ada-1"}

error 400 invalidValue /user/

{"tokens": [{"user": "<absent>"}, {"user": "<absent>"}, {"user": "<absent>"}, {"user": "ada-1", "scope": "<any>"}, {"user": "ada-1", "scope": "<any>"}]}
