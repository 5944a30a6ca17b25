# Lists and searches of all types at once (RFC 7644 sections 3.4.2.1, 3.4.3).
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: everything there is, users before groups
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- scim_groups
g-1 Team = ada-1
--- request
GET /scim/v2/

GET /scim/v2/?startIndex=2&count=2

GET /scim/v2/?count=0

GET /scim/v2/?attributes=displayName
--- json
{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
  "totalResults": 3,
  "Resources": [
    {"id": "ada-1", "meta": {"location": "http://localhost/scim/v2/Users/ada-1"}},
    {"id": "bob-1"},
    {"id": "g-1", "members": [{"value": "ada-1"}], "meta": {"location": "http://localhost/scim/v2/Groups/g-1"}}
  ]
}

{"totalResults": 3, "itemsPerPage": 2, "Resources": [{"id": "bob-1"}, {"id": "g-1"}]}

{"totalResults": 3, "itemsPerPage": 0}

{"totalResults": 3, "Resources": [{"id": "ada-1"}, {"id": "bob-1"}, {"id": "g-1", "displayName": "Team"}]}



=== TEST 2: an attribute that only one type has is without value in the other
--- scim_users
ada-1 {"userName":"ada","displayName":"Alpha"}
bob-1 {"userName":"bob"}
--- scim_groups
g-1 Alpha = ada-1
--- request
GET /scim/v2/?filter=userName+eq+"ada"

GET /scim/v2/?filter=displayName+eq+"alpha"

GET /scim/v2/?filter=members.value+eq+"ada-1"+or+userName+eq+"bob"

GET /scim/v2/?filter=meta.resourceType+eq+"Group"

GET /scim/v2/?filter=not+(userName+pr)

GET /scim/v2/?filter=nothing+eq+"x"
--- error_code: 200 200 200 200 200 400
--- json
{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 2, "Resources": [{"id": "ada-1"}, {"id": "g-1"}]}

{"totalResults": 2, "Resources": [{"id": "bob-1"}, {"id": "g-1"}]}

{"totalResults": 1, "Resources": [{"id": "g-1"}]}

{"totalResults": 1, "Resources": [{"id": "g-1"}]}

error 400 invalidFilter /nothing/



=== TEST 3: by POST, sorted
--- scim_users
ada-1 {"userName":"ada","displayName":"M"}
bob-1 {"userName":"bob"}
--- scim_groups
g-1 a
g-2 z
--- request
POST /scim/v2/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"sortBy":"displayName"}

POST /scim/v2/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"sortBy":"displayName","sortOrder":"descending","startIndex":2,"count":2}

GET /scim/v2/.search

POST /scim/v2/
{}
--- error_code: 200 200 405 405
--- json
{"totalResults": 4, "Resources": [{"id": "g-1"}, {"id": "ada-1"}, {"id": "g-2"}, {"id": "bob-1"}]}

{"totalResults": 4, "Resources": [{"id": "g-2"}, {"id": "ada-1"}]}

error 405

error 405



=== TEST 4: a token of scope "read" searches
--- more_headers
Authorization: Bearer $READ_TOKEN
Content-Type: application/scim+json
--- scim_users
ada-1 ada
--- request
POST /scim/v2/.search
{"filter":"userName eq \"ada\""}
--- json
{"totalResults": 1}



=== TEST 5: one tenant does not see the other
--- scim_users
ada-1 ada
--- config eval
"location /other/ { scim; scim_tenant other; }
$::Config"
--- redis
HSET scim:{other}:tenant enabled 1 created 1 settings {} seq 0
--- request
GET /other/

GET /scim/v2/
--- json
{"totalResults": 0}

{"totalResults": 1}
