# Groups and their members over HTTP.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: a group as Entra ID creates it
--- request
POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"externalId":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159","displayName":"Engines","members":[],"meta":{"resourceType":"Group"}}
--- error_code: 201
--- response_headers_like
Location: http://localhost/scim/v2/Groups/[0-9a-f-]{36}
ETag: W/"1"
--- json
{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
  "id": "/^[0-9a-f-]{36}$/",
  "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
  "displayName": "Engines",
  "meta": {"resourceType": "Group", "version": "W/\"1\""}
}



=== TEST 2: with members
--- scim_users
ada-1 {"userName":"ada@example.com","displayName":"Ada"}
--- scim_groups
dept-1 Department
--- request
POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engines","members":[{"value":"ada-1","display":"somebody","$ref":null},{"value":"dept-1"}]}
--- error_code: 201
--- json
{
  "members": [
    {"value": "ada-1", "type": "User", "display": "Ada", "$ref": "http://localhost/scim/v2/Users/ada-1"},
    {"value": "dept-1", "type": "Group", "display": "Department", "$ref": "http://localhost/scim/v2/Groups/dept-1"}
  ]
}



=== TEST 3: a member that does not exist
--- request
POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engines","members":[{"value":"nobody"}]}

GET /scim/v2/Groups
--- error_code: 400 200
--- json
error 400 invalidValue /nobody/

{"totalResults": 0}



=== TEST 4: displayName is unique, whatever its case
--- scim_groups
team-1 Engines
--- request
POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"ENGINES"}
--- error_code: 409
--- json
error 409 uniqueness /displayName/



=== TEST 5: or not unique
--- scim_groups
team-1 Engines
--- config eval: "scim_group_name_unique off; $::Config"
--- request
POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engines"}

GET /scim/v2/Groups?filter=displayName+eq+"engines"
--- error_code: 201 200
--- json
{"displayName": "Engines"}

{"totalResults": 2}



=== TEST 6: displayName is required
--- request
POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]}
--- error_code: 400
--- json
error 400 invalidValue /displayName/



=== TEST 7: without members, if they are not wanted: not even an empty list
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
GET /scim/v2/Groups/team-1

GET /scim/v2/Groups/team-1?excludedAttributes=members

GET /scim/v2/Groups?excludedAttributes=members&filter=displayName+eq+"Engines"

GET /scim/v2/Groups?filter=displayName%20eq%20%22engines%22&excludedAttributes=members
--- json
{"members": [{"value": "ada-1"}]}

{"id": "team-1", "displayName": "Engines", "members": "<absent>"}

{"totalResults": 1, "Resources": [{"id": "team-1", "members": "<absent>"}]}

{"totalResults": 1, "Resources": [{"id": "team-1", "members": "<absent>"}]}



=== TEST 8: is this one a member?  is that one?
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
GET /scim/v2/Groups?filter=id+eq+"team-1"+and+members+eq+"ada-1"&attributes=id

GET /scim/v2/Groups?filter=id+eq+"team-1"+and+members+eq+"bob-1"&attributes=id

GET /scim/v2/Groups?filter=members.value+eq+"ada-1"&attributes=displayName
--- json
{"totalResults": 1, "Resources": [{"id": "team-1", "displayName": "<absent>", "members": "<absent>"}]}

{"totalResults": 0, "Resources": "<any>"}

{"totalResults": 1, "Resources": [{"id": "team-1", "displayName": "Engines", "members": "<absent>"}]}



=== TEST 9: a group is replaced with all its members
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
PUT /scim/v2/Groups/team-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engines","members":[{"value":"bob-1","display":"bob"}]}

GET /scim/v2/Users/ada-1

GET /scim/v2/Users/bob-1
--- json
{"members": [{"value": "bob-1"}], "meta": {"version": "W/\"2\""}}

{"groups": "<absent>"}

{"groups": [{"value": "team-1"}]}



=== TEST 10: a group is deleted; its members stay
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
DELETE /scim/v2/Groups/team-1

GET /scim/v2/Users/ada-1

DELETE /scim/v2/Groups/team-1

POST /scim/v2/Groups
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engines"}
--- error_code: 204 200 404 201
--- json
none

{"groups": "<absent>"}

error 404 /team-1/

{"displayName": "Engines"}



=== TEST 11: a user is no group
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Groups/ada-1
--- error_code: 404
--- json
error 404 /ada-1/
