# Lists: filters as they are sent, pages, searches.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: everybody, in the order they came
--- scim_users
zoe-1 zoe@example.com
ada-1 ada@example.com
bob-1 bob@example.com
--- request
GET /scim/v2/Users
--- response_headers
Content-Type: application/scim+json
! ETag
! Location
--- json
{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
  "totalResults": 3,
  "startIndex": 1,
  "itemsPerPage": 3,
  "Resources": [
    {"id": "zoe-1", "meta": {"version": "W/\"1\"", "location": "http://localhost/scim/v2/Users/zoe-1"}},
    {"id": "ada-1"},
    {"id": "bob-1"}
  ]
}



=== TEST 2: nobody: Entra's Test Connection
--- request
GET /scim/v2/Users?filter=userName+eq+%225ad6c2b6-ac80-4ef3-8df3-4c1a4ed1e1cf%22
--- json
{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
  "totalResults": 0,
  "itemsPerPage": 0,
  "Resources": []
}



=== TEST 3: a space as +, as %20; quotes as they are, as %22; any case
--- scim_users
ada-1 ada+x@example.com
bob-1 bob@example.com
--- request
GET /scim/v2/Users?filter=userName+eq+%22ada%2Bx%40example.com%22

GET /scim/v2/Users?filter=userName%20eq%20%22ada%2bx@example.com%22

GET /scim/v2/Users?filter=userName+eq+"ada%2Bx@example.com"

GET /scim/v2/Users?FILTER=USERNAME+Eq+"ADA%2BX@Example.com"

GET /scim/v2/Users?filter=urn:ietf:params:scim:schemas:core:2.0:User:userName+eq+"ada%2Bx@example.com"

GET /scim/v2/users?filter=userName+eq+"ada%2Bx@example.com"
--- json
{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "ada-1"}]}



=== TEST 4: a slash, a question mark, an ampersand too many; arguments nobody knows
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/

GET /scim/v2/Users?

GET /scim/v2/Users/?filter=userName+eq+"ada@example.com"&

GET /scim/v2/Users?aadOptscim062020

GET /scim/v2/Users?&aadOptscim062020=1&filter=&x=%zz&=

GET /scim/v2//Users
--- json
{"totalResults": 1}

{"totalResults": 1}

{"totalResults": 1}

{"totalResults": 1}

{"totalResults": 1}

{"totalResults": 1}



=== TEST 5: the same of one user
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1/

GET /scim/v2/Users/ada-1?

GET /scim/v2/Users/ada%2D1?aadOptscim062020&
--- json
{"id": "ada-1"}

{"id": "ada-1"}

{"id": "ada-1"}



=== TEST 6: externalId is exact
--- scim_users
ada-1 {"userName":"ada@example.com","externalId":"Abc"}
--- request
GET /scim/v2/Users?filter=externalId+eq+"Abc"

GET /scim/v2/Users?filter=externalId+eq+"abc"

GET /scim/v2/Users?filter=externalId+eq+Abc
--- json
{"totalResults": 1}

{"totalResults": 0}

{"totalResults": 1}



=== TEST 7: addresses of e-mail, in the four ways they are asked for
--- scim_users
ada-1 {"userName":"ada","emails":[{"type":"work","value":"Ada@example.com"},{"type":"home","value":"al@example.org"}]}
bob-1 {"userName":"bob","emails":[{"type":"home","value":"ada@example.com"}]}
--- request
GET /scim/v2/Users?filter=emails[type+eq+"work"].value+eq+"ada@example.com"

GET /scim/v2/Users?filter=emails%5Btype%20eq%20%22work%22%5D%20eq%20%22ada%40example.com%22

GET /scim/v2/Users?filter=emails[type+eq+"work"+and+value+eq+"ada@example.com"]

GET /scim/v2/Users?filter=emails+eq+"ada@example.com"
--- json
{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "ada-1"}]}

{"totalResults": 2}



=== TEST 8: all that a filter can say
--- scim_users
ada-1 {"userName":"ada@example.com","active":true,"title":"Countess"}
bob-1 {"userName":"bob@example.com","active":false}
--- request
GET /scim/v2/Users?filter=title+pr

GET /scim/v2/Users?filter=active+eq+false

GET /scim/v2/Users?filter=active+eq+"False"

GET /scim/v2/Users?filter=userName+sw+"a"+or+userName+sw+"b"

GET /scim/v2/Users?filter=not+(title+co+"ount")

GET /scim/v2/Users?filter=userName+ew+"@example.com"+and+active+ne+true

GET /scim/v2/Users?filter=userName+gt+"b"

GET /scim/v2/Users?filter=meta.lastModified+ge+"2026-01-01T00:00:00Z"
--- json
{"Resources": [{"id": "ada-1"}]}

{"Resources": [{"id": "bob-1"}]}

{"Resources": [{"id": "bob-1"}]}

{"Resources": [{"id": "ada-1"}, {"id": "bob-1"}]}

{"Resources": [{"id": "bob-1"}]}

{"Resources": [{"id": "bob-1"}]}

{"Resources": [{"id": "bob-1"}]}

{"totalResults": 2}



=== TEST 9: filters that are none
--- request
GET /scim/v2/Users?filter=userName+is+"ada"

GET /scim/v2/Users?filter=userName+eq

GET /scim/v2/Users?filter=(userName+eq+"ada"

GET /scim/v2/Users?filter=userName+eq+"%ff"

GET /scim/v2/Users?filter=userName+eq+"a"&filter=userName+eq+"b"
--- error_code: 400 400 400 400 400
--- json
error 400 invalidFilter

error 400 invalidFilter

error 400 invalidFilter

error 400 invalidFilter

error 400 invalidFilter /twice/



=== TEST 10: pages
--- scim_users
u-1 a
u-2 b
u-3 c
u-4 d
u-5 e
--- request
GET /scim/v2/Users?startIndex=1&count=2

GET /scim/v2/Users?startIndex=3&count=2

GET /scim/v2/Users?startIndex=5&count=2

GET /scim/v2/Users?startIndex=6&count=2

GET /scim/v2/Users?startIndex=0&count=1

GET /scim/v2/Users?startIndex=-7&count=1

GET /scim/v2/Users?count=0

GET /scim/v2/Users?count=-1

GET /scim/v2/Users?startIndex=2&count=2&filter=userName+ge+"b"
--- json
{"totalResults": 5, "startIndex": 1, "itemsPerPage": 2, "Resources": [{"id": "u-1"}, {"id": "u-2"}]}

{"totalResults": 5, "startIndex": 3, "itemsPerPage": 2, "Resources": [{"id": "u-3"}, {"id": "u-4"}]}

{"totalResults": 5, "startIndex": 5, "itemsPerPage": 1, "Resources": [{"id": "u-5"}]}

{"totalResults": 5, "startIndex": 6, "itemsPerPage": 0, "Resources": []}

{"totalResults": 5, "startIndex": 1, "itemsPerPage": 1, "Resources": [{"id": "u-1"}]}

{"totalResults": 5, "startIndex": 1, "Resources": [{"id": "u-1"}]}

{"totalResults": 5, "itemsPerPage": 0}

{"totalResults": 5, "itemsPerPage": 0}

{"totalResults": 4, "startIndex": 2, "Resources": [{"id": "u-3"}, {"id": "u-4"}]}



=== TEST 11: pages that are none
--- request
GET /scim/v2/Users?startIndex=one

GET /scim/v2/Users?count=1.5
--- error_code: 400 400
--- json
error 400 invalidValue /startIndex/

error 400 invalidValue /count/



=== TEST 12: scim_default_count without count, scim_max_count at the most
--- config eval: "scim_default_count 2; scim_max_count 3; $::Config"
--- scim_users
u-1 a
u-2 b
u-3 c
u-4 d
--- request
GET /scim/v2/Users

GET /scim/v2/Users?count=100000

GET /scim/v2/Users?count=99999999999999999999
--- json
{"totalResults": 4, "itemsPerPage": 2, "Resources": [{"id": "u-1"}, {"id": "u-2"}]}

{"totalResults": 4, "itemsPerPage": 3}

{"totalResults": 4, "itemsPerPage": 3}



=== TEST 13: scim_scan_limit: a filter that no index serves
--- config eval: "scim_scan_limit 2; $::Config"
--- scim_users
u-1 {"userName":"a","title":"x"}
u-2 b
u-3 c
--- request
GET /scim/v2/Users?filter=title+eq+"x"

GET /scim/v2/Users?filter=title+eq+"x"+and+userName+eq+"a"
--- error_code: 400 200
--- json
error 400 tooMany

{"totalResults": 1}



=== TEST 14: only some attributes
--- scim_users
ada-1 {"userName":"ada@example.com","title":"Countess"}
--- request
GET /scim/v2/Users?attributes=userName

GET /scim/v2/Users?attributes=userName&attributes=title

GET /scim/v2/Users?excludedAttributes=userName
--- json
{"Resources": [{"id": "ada-1", "userName": "ada@example.com", "title": "<absent>", "meta": "<absent>"}]}

{"Resources": [{"userName": "ada@example.com", "title": "Countess"}]}

{"Resources": [{"id": "ada-1", "userName": "<absent>", "title": "Countess"}]}



=== TEST 15: a search is a list asked for by POST
--- scim_users
ada-1 {"userName":"ada@example.com","title":"Countess"}
bob-1 bob@example.com
--- request
POST /scim/v2/Users/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"attributes":["userName"],"filter":"userName sw \"a\"","startIndex":1,"count":10}

POST /scim/v2/Users/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"count":1,"startIndex":2}
--- json
{"totalResults": 1, "Resources": [{"id": "ada-1", "userName": "ada@example.com", "title": "<absent>"}]}

{"totalResults": 2, "startIndex": 2, "Resources": [{"id": "bob-1"}]}



=== TEST 16: searches that are none
--- request
POST /scim/v2/Users/.search
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}

POST /scim/v2/Users/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":1}

GET /scim/v2/Users/.search
--- error_code: 400 400 405
--- json
error 400 invalidSyntax

error 400 invalidFilter /filter/

error 405



=== TEST 17: one tenant does not see the other
--- scim_users
ada-1 ada@example.com
--- config eval
"location /other/ { scim; scim_tenant other; }
$::Config"
--- redis
HSET scim:{other}:tenant enabled 1 created 1 settings {} seq 0
--- request
GET /other/Users?filter=userName+eq+"ada@example.com"+or+userName+pr

GET /other/Users/ada-1

GET /scim/v2/Users
--- error_code: 200 404 200
--- json
{"totalResults": 0}

error 404

{"totalResults": 1}
