# Policies: of a location by directives, of a tenant by its settings.
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Optional = <<"_EOC_";
    location = /_optional { internal; scim_token optional; }
    location /scim/v2/Schemas {
        scim;
        scim_prefix   /scim/v2;
        auth_request  /_optional;
    }
    location /scim/v2/ResourceTypes {
        scim;
        scim_prefix   /scim/v2;
        scim_groups   off;
        auth_request  /_optional;
    }
$::Config
_EOC_

run_tests();

__DATA__

=== TEST 1: a tenant's settings go before the directives, and back
--- config eval: "scim_unknown_attributes refuse; $::Admin"
--- request
POST /scim/v2/Users
{"userName":"a","shoeSize":44}

PATCH /admin/tenants/acme
{"settings":{"unknownAttributes":"keep"}}

POST /scim/v2/Users
{"userName":"b","shoeSize":44}

PATCH /admin/tenants/acme
{"settings":{"unknownAttributes":"ignore"}}

POST /scim/v2/Users
{"userName":"c","shoeSize":44}

PATCH /admin/tenants/acme
{"settings":{"unknownAttributes":null}}

POST /scim/v2/Users
{"userName":"d","shoeSize":44}
--- error_code: 400 200 201 200 201 200 400
--- json
error 400 invalidSyntax /shoeSize/

{"settings": {"unknownAttributes": "keep"}}

{"userName": "b", "shoeSize": 44}

{"settings": {"unknownAttributes": "ignore"}}

{"userName": "c", "shoeSize": "<absent>"}

{"settings": {}}

error 400 invalidSyntax /shoeSize/



=== TEST 2: without groups
--- config eval: "scim_groups off; $::Admin"
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
GET /scim/v2/Groups/team-1

GET /scim/v2/Users/ada-1

GET /scim/v2/ResourceTypes

PATCH /admin/tenants/acme
{"settings":{"groups":true}}

GET /scim/v2/Groups/team-1

GET /scim/v2/ResourceTypes
--- error_code: 404 200 200 200 200 200
--- json
error 404 /Groups are switched off/

{"userName": "ada@example.com", "groups": "<absent>"}

{"totalResults": 1, "Resources": [{"id": "User"}]}

{"settings": {"groups": true}}

{"displayName": "Engines", "members": [{"value": "ada-1"}]}

{"totalResults": 2}



=== TEST 3: how it answers
--- config eval: "scim_response_type json; $::Admin"
--- request
GET /scim/v2/Users

PATCH /admin/tenants/acme
{"settings":{"responseType":"scim"}}

GET /scim/v2/Users

GET /scim/v2/Users/nobody

GET /scim/v2/Users?filter=a
--- error_code: 200 200 200 404 400
--- response_headers eval
["Content-Type: application/json", "Content-Type: application/json",
 "Content-Type: application/scim+json", "Content-Type: application/scim+json",
 "Content-Type: application/scim+json"]
--- json
{}

{}

{}

error 404

error 400 invalidFilter



=== TEST 4: what a resource must have
--- config eval
"location /admin/ { scim_admin; }
scim_require User externalId '[0-9a-f-]{36}' 'Map objectId to externalId';
scim_require User name.familyName;
scim_require Group displayName '[A-Za-z0-9_-]{1,36}';
$::Config"
--- request
POST /scim/v2/Users
{"userName":"a","externalId":"a@example.com","name":{"familyName":"A"}}

POST /scim/v2/Users
{"userName":"a","externalId":"2819c223-7f76-453a-919d-413861904646"}

POST /scim/v2/Users
{"userName":"a","externalId":"2819c223-7f76-453a-919d-413861904646","name":{"familyName":"A"}}

POST /scim/v2/Groups
{"displayName":"All of them"}

PATCH /admin/tenants/acme
{"settings":{"require":[{"type":"Group","attribute":"displayName","pattern":"All .*"}]}}

POST /scim/v2/Groups
{"displayName":"All of them"}
--- error_code: 400 400 201 400 200 201
--- json
error 400 invalidValue /^Map objectId to externalId$/

error 400 invalidValue /name.familyName is required/

{"userName": "a"}

error 400 invalidValue /displayName must match the pattern .* "All of them"/

{"settings": {"require": [{"attribute": "displayName"}]}}

{"displayName": "All of them"}



=== TEST 5: settings that are none
--- config eval: $::Admin
--- request
PATCH /admin/tenants/acme
{"settings":{"groups":"off"}}

PATCH /admin/tenants/acme
{"settings":{"require":[{"attribute":"title","pattern":"("}]}}

PATCH /admin/tenants/acme
{"settings":{"history":{"count":-1}}}

GET /admin/tenants/acme
--- error_code: 400 400 400 200
--- json
error 400 invalidValue /"groups" must be true or false/

error 400 invalidValue /The rule for "title": .* byte 2/

error 400 invalidValue /"count" must be a whole number/

{"settings": {}}



=== TEST 6: discovery knows the tenant of a token
--- config eval: $::Optional
--- redis
HSET scim:{acme}:tenant settings {"groups":false} gen 7
--- request
GET /scim/v2/Schemas
--- json
{"totalResults": 2}



=== TEST 7: and goes without
--- config eval: $::Optional
--- more_headers: none
--- request
GET /scim/v2/Schemas

GET /scim/v2/ResourceTypes/Group

GET /scim/v2/Users
--- error_code: 200 404 401
--- no_error_log
no tenant
--- json
{"totalResults": 3}

error 404

error 401



=== TEST 8: but not with one that is none
--- config eval: $::Optional
--- more_headers
Authorization: Bearer scim_x
--- request
GET /scim/v2/Schemas
--- error_code: 401
--- json
error 401



=== TEST 9: or of a tenant that is switched off
--- config eval: $::Optional
--- more_headers
Authorization: Bearer $OFF_TOKEN
--- request
GET /scim/v2/Schemas
--- error_code: 403
--- json
error 403



=== TEST 10: settings from another configuration
--- redis
HSET scim:{acme}:tenant settings {"colour":"red"} gen 7
--- request
GET /scim/v2/Users
--- error_code: 500
--- json
error 500 /do not fit the server's configuration.*"colour"/



=== TEST 11: scim_require: the attribute
--- config
scim_require User shoeSize;
--- must_die
--- error_log
"scim_require": A rule is about "shoeSize"



=== TEST 12: scim_require: the pattern
--- config
location / { scim_require User title 'a('; }
--- must_die
--- error_log
"scim_require": The rule for "title": The pattern is wrong at byte 3



=== TEST 13: scim_history
--- config
scim_history on size=1;
--- must_die
--- error_log
"scim_history" directive takes "count=NUMBER" and "age=TIME"



=== TEST 14: scim_history: off is all there is to say
--- config
scim_history off count=1;
--- must_die
--- error_log
"scim_history" directive takes nothing besides "off"



=== TEST 15: scim_history: once
--- config
scim_history off;
scim_history on;
--- must_die
--- error_log
"scim_history" directive is duplicate



=== TEST 16: scim_breaker
--- config
scim_breaker count=10 percent=101;
--- must_die
--- error_log
"scim_breaker" directive has a number that is none or too large



=== TEST 17: scim_breaker: its window
--- config
scim_breaker count=10 within=0;
--- must_die
--- error_log
"scim_breaker" directive has a time that is none



=== TEST 18: all of them, where nothing is wrong
--- config eval
"scim_groups on; scim_default_group Everyone; scim_display_name derived;
scim_delete deactivate; scim_unknown_members park; scim_single_token on;
scim_history on count=10 age=30d; scim_breaker count=10 percent=5 within=10m;
location /x/ { scim_history off; scim_breaker off; scim_default_group ''; }
$::Config"
--- request
GET /scim/v2/Users



=== TEST 19: a PATCH whose filter matches nothing
--- config eval: $::Admin
--- scim_users
ada-1 ada@example.com
--- request
PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"replace","path":"phoneNumbers[type eq \"fax\"].value","value":"+1"}]}

PATCH /admin/tenants/acme
{"settings":{"patchNoTarget":"create"}}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"replace","path":"phoneNumbers[type eq \"fax\"].value","value":"+1"}]}
--- error_code: 400 200 200
--- json
error 400 noTarget

{"settings": {"patchNoTarget": "create"}}

{"phoneNumbers": [{"type": "fax", "value": "+1"}]}
