# sortBy and sortOrder over HTTP.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: by an attribute that has an index, up and down
--- scim_users
zoe-1 Zoe@example.com
ada-1 ada@example.com
bob-1 Bob@example.com
--- request
GET /scim/v2/Users?sortBy=userName

GET /scim/v2/Users?sortBy=userName&sortOrder=descending

GET /scim/v2/Users?sortby=USERNAME&sortorder=Ascending&startIndex=2&count=1

GET /scim/v2/Users?sortBy=urn:ietf:params:scim:schemas:core:2.0:User:userName&count=1
--- json
{"totalResults": 3, "startIndex": 1, "Resources": [{"id": "ada-1"}, {"id": "bob-1"}, {"id": "zoe-1"}]}

{"totalResults": 3, "Resources": [{"id": "zoe-1"}, {"id": "bob-1"}, {"id": "ada-1"}]}

{"totalResults": 3, "startIndex": 2, "itemsPerPage": 1, "Resources": [{"id": "bob-1"}]}

{"totalResults": 3, "itemsPerPage": 1, "Resources": [{"id": "ada-1"}]}



=== TEST 2: by one that has none, with a filter; missing values last, then first
--- scim_users
zoe-1 {"userName":"zoe","name":{"familyName":"Adler"},"title":"x"}
ada-1 {"userName":"ada","name":{"familyName":"lovelace"},"title":"x"}
bob-1 {"userName":"bob","title":"x"}
eve-1 {"userName":"eve","name":{"familyName":"Berg"}}
--- request
GET /scim/v2/Users?sortBy=name.familyName

GET /scim/v2/Users?sortBy=name.familyName&sortOrder=descending

GET /scim/v2/Users?sortBy=name.familyName&filter=title+eq+"x"&count=2

GET /scim/v2/Users?sortBy=externalId&filter=userName+sw+"b"
--- json
{"Resources": [{"id": "zoe-1"}, {"id": "eve-1"}, {"id": "ada-1"}, {"id": "bob-1"}]}

{"Resources": [{"id": "bob-1"}, {"id": "ada-1"}, {"id": "eve-1"}, {"id": "zoe-1"}]}

{"totalResults": 3, "itemsPerPage": 2, "Resources": [{"id": "zoe-1"}, {"id": "ada-1"}]}

{"totalResults": 1, "Resources": [{"id": "bob-1"}]}



=== TEST 3: of several values the primary one, or else the first
--- scim_users
ada-1 {"userName":"ada","emails":[{"value":"z@x"},{"value":"b@x","primary":true}]}
bob-1 {"userName":"bob","emails":[{"value":"a@x"},{"value":"c@x"}]}
zoe-1 {"userName":"zoe"}
--- request
GET /scim/v2/Users?sortBy=emails.value

GET /scim/v2/Users?sortBy=emails&sortOrder=descending
--- json
{"Resources": [{"id": "bob-1"}, {"id": "ada-1"}, {"id": "zoe-1"}]}

{"Resources": [{"id": "zoe-1"}, {"id": "ada-1"}, {"id": "bob-1"}]}



=== TEST 4: groups, by POST to .search
--- scim_groups
g-1 beta
g-2 Alpha
--- request
POST /scim/v2/Groups/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"sortBy":"displayName","sortOrder":"ascending"}

POST /scim/v2/Groups/.search
{"sortBy":"displayName","sortOrder":"descending","count":1}
--- json
{"Resources": [{"id": "g-2"}, {"id": "g-1"}]}

{"totalResults": 2, "Resources": [{"id": "g-1"}]}



=== TEST 5: what there is no order for
--- request
GET /scim/v2/Users?sortBy=nothing

GET /scim/v2/Users?sortBy=name

GET /scim/v2/Groups?sortBy=members.value

GET /scim/v2/Users?sortBy=userName&sortOrder=up
--- error_code: 400 400 400 400
--- json
error 400 invalidValue /nothing/

error 400 invalidValue /name/

error 400 invalidValue /members/

error 400 invalidValue /sortOrder/



=== TEST 6: more than are sorted without an index
--- config eval: "scim_scan_limit 2; $::Config"
--- scim_users
ada-1 ada
bob-1 bob
zoe-1 zoe
--- request
GET /scim/v2/Users?sortBy=title

GET /scim/v2/Users?sortBy=userName&count=1
--- error_code: 400 200
--- json
error 400 tooMany /sort by one of userName/

{"totalResults": 3, "Resources": [{"id": "ada-1"}]}
