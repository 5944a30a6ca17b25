# A tenant's SCIM endpoint in the admin API (docs/admin-api.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: a user's whole life; what is answered leads back to the endpoint
--- config eval: $::Admin
--- more_headers
Content-Type: application/scim+json
--- request
POST /admin/tenants/acme/scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}

GET /admin/tenants/acme/scim/v2/Users?filter=userName+eq+"ada@example.com"
--- error_code: 201 200
--- response_headers_like
Content-Type: application/scim\+json
Location: http://[^/]+/admin/tenants/acme/scim/v2/Users/[0-9a-f-]+
ETag: W/"1"

Content-Type: application/scim\+json
--- json
{"userName": "ada@example.com", "meta": {"location": "/^http://[^/]+/admin/tenants/acme/scim/v2/Users/[0-9a-f-]+$/"}}

{"totalResults": 1, "Resources": [{"meta": {"location": "/^http://[^/]+/admin/tenants/acme/scim/v2/Users//"}}]}



=== TEST 2: all methods, versions, members
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- more_headers
X-Nothing: 1

If-None-Match: W/"1"

If-Match: W/"7"

If-Match: W/"1"

X-Nothing: 1

X-Nothing: 1

X-Nothing: 1

X-Nothing: 1
--- request
GET /admin/tenants/acme/scim/v2/Groups/team-1

GET /admin/tenants/acme/scim/v2/Users/ada-1

PUT /admin/tenants/acme/scim/v2/Users/ada-1
{"userName":"ada","title":"Countess"}

PUT /admin/tenants/acme/scim/v2/Users/ada-1
{"userName":"ada","title":"Countess"}

PATCH /admin/tenants/acme/scim/v2/Users/ada-1
{"Operations":[{"op":"replace","path":"active","value":false}]}

POST /admin/tenants/acme/scim/v2/Users/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"title pr"}

DELETE /admin/tenants/acme/scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1
--- error_code: 200 304 412 200 200 200 204 401
--- json
{"members": [{"value": "ada-1", "$ref": "/^http://[^/]+/admin/tenants/acme/scim/v2/Users/ada-1$/"}]}

none

error 412

{"title": "Countess", "groups": [{"$ref": "/^http://[^/]+/admin/tenants/acme/scim/v2/Groups/team-1$/"}]}

{"active": false}

{"totalResults": 1}

none

error 401



=== TEST 3: bulk, discovery, the root
--- config eval: $::Admin
--- more_headers
Content-Type: application/scim+json
--- request
POST /admin/tenants/acme/scim/v2/Bulk
{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"ada"}},{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"Engines","members":[{"value":"bulkId:a"}]}}]}

GET /admin/tenants/acme/scim/v2/ResourceTypes/User

GET /admin/tenants/acme/scim/v2/ServiceProviderConfig

GET /admin/tenants/acme/scim/v2

GET /admin/tenants/acme/scim/v2/Me
--- error_code: 200 200 200 200 501
--- json
{"Operations": [{"status": "201", "location": "/^http://[^/]+/admin/tenants/acme/scim/v2/Users//"}, {"status": "201", "location": "/^http://[^/]+/admin/tenants/acme/scim/v2/Groups//"}]}

{"meta": {"location": "/^http://[^/]+/admin/tenants/acme/scim/v2/ResourceTypes/User$/"}}

{"patch": {"supported": true}}

{"totalResults": 2}

error 501



=== TEST 4: no such tenant, or one that is switched off
--- config eval: $::Admin
--- request
GET /admin/tenants/nobody/scim/v2/Users

POST /admin/tenants/nobody/scim/v2/Users
{"userName":"ada"}

GET /admin/tenants/a%20b/scim/v2/Users

GET /admin/tenants/%FF/scim/v2/Users

GET /admin/tenants/off/scim/v2/Users

POST /admin/tenants/off/scim/v2/Users
{"userName":"ada"}

GET /admin/tenants/acme/scim/v1/Users

GET /admin/tenants/acme/scim/v2/Cats

GET /admin/tenants/scim/v2/Users
--- error_code: 404 404 404 400 403 403 404 404 404
--- response_headers
Content-Type: application/scim+json

Content-Type: application/scim+json

Content-Type: application/scim+json

Content-Type: application/scim+json

Content-Type: application/scim+json

Content-Type: application/scim+json

Content-Type: application/json

Content-Type: application/scim+json

Content-Type: application/json
--- json
error 404 /tenant/

error 404 /tenant/

error 404 /"a b"/

error 400 invalidValue /UTF-8/

error 403 /switched off/

error 403 /switched off/

error 404 /admin API/

error 404

error 404 /admin API/



=== TEST 5: bodies, content types, methods
--- config eval: "scim_max_body 100; $::Admin"
--- more_headers
Content-Type: text/plain

X-Nothing: 1

X-Nothing: 1

X-Nothing: 1
--- request
POST /admin/tenants/acme/scim/v2/Users
{"userName":"ada"}

POST /admin/tenants/acme/scim/v2/Users
{"userName":

POST /admin/tenants/acme/scim/v2/Users
{"userName":"ada","title":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}

DELETE /admin/tenants/acme/scim/v2/Users
--- error_code: 415 400 413 405
--- json
error 415

error 400 invalidSyntax

error 413

error 405



=== TEST 6: the scope of a token is no matter, where one is asked for
--- config
location /admin/ {
    auth_request /_token;
    scim_admin;
}
location = /_token { internal; scim_token; }
--- more_headers
Authorization: Bearer $READ_TOKEN
--- request
POST /admin/tenants/acme/scim/v2/Users
{"userName":"ada"}
--- error_code: 201



=== TEST 7: a base URL of one's own, and the tenant in the log
--- http_config eval
"$::HttpConfig log_format tenant '\$scim_tenant \$scim_resource;';"
--- config
access_log logs/access.log tenant;
location /admin/ {
    scim_base_url https://id.example.com/api/;
    scim_admin;
}
--- scim_users
ada-1 ada@example.com
--- more_headers: none
--- request
GET /admin//tenants/%61cme/scim/v2/Users/ada-1
--- json
{"meta": {"location": "https://id.example.com/api/tenants/acme/scim/v2/Users/ada-1"}}
--- access_log eval: qr/^acme ada-1;$/m



=== TEST 8: whose a change is: the signed-in administrator's, the token's
--- config
scim_actor "Scim System User";
location /admin/ {
    auth_basic           "SCIM administration";
    auth_basic_user_file ../html/htpasswd;
    scim_admin;
}
location /scim/v2/ { scim; auth_request /_token; }
location = /_token { internal; scim_token; }
--- user_files
>>> htpasswd
ada:{PLAIN}secret
--- scim_users
bob-1 bob
--- more_headers
Authorization: Basic YWRhOnNlY3JldA==

Authorization: Bearer $TOKEN

Authorization: Basic YWRhOnNlY3JldA==

Authorization: Bearer $TOKEN

Authorization: Basic YWRhOnNlY3JldA==
--- request
PATCH /admin/tenants/acme/tokens/tokenacme0000001
{"actor":"Entra ID"}

PATCH /scim/v2/Users/bob-1
{"Operations":[{"op":"replace","path":"title","value":"1"}]}

PATCH /admin/tenants/acme/scim/v2/Users/bob-1
{"Operations":[{"op":"replace","path":"title","value":"2"}]}

GET /scim/v2/Users/bob-1?attributes=title

GET /admin/tenants/acme/history
--- error_code: 200 200 200 200 200
--- json
{"actor": "Entra ID"}

{"title": "1"}

{"title": "2"}

{"title": "2"}

{"entries": [{"actor": "ada", "tokenId": "<absent>"}, {"actor": "Entra ID", "tokenId": "tokenacme0000001"}]}



=== TEST 9: a rule for identity providers yields to an administrator
--- config eval: "scim_display_name derived; $::Admin"
--- request
POST /scim/v2/Users
{"userName":"ada","displayName":"Sent","name":{"givenName":"Ada","familyName":"Byron"}}

POST /admin/tenants/acme/scim/v2/Users
{"userName":"bob","displayName":"Sent","name":{"givenName":"Bob","familyName":"Byron"}}
--- error_code: 201 201
--- more_headers eval: $::Auth
--- json
any

{"displayName": "Sent"}
