# What the service says of itself.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: what is announced is what works
--- config eval: "scim_max_count 77; $::Config"
--- request
GET /scim/v2/ServiceProviderConfig
--- response_headers
Content-Type: application/scim+json
--- json
{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
  "patch": {"supported": true},
  "bulk": {"supported": true, "maxOperations": 1000, "maxPayloadSize": 1048576},
  "filter": {"supported": true, "maxResults": 77},
  "changePassword": {"supported": false},
  "sort": {"supported": true},
  "etag": {"supported": true},
  "pagination": {"cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 77, "maxPageSize": 77, "cursorTimeout": 3600},
  "authenticationSchemes": [{"type": "oauthbearertoken", "name": "<any>", "description": "<any>"}],
  "meta": {"resourceType": "ServiceProviderConfig", "location": "http://localhost/scim/v2/ServiceProviderConfig"}
}



=== TEST 2: resource types, all and each
--- request
GET /scim/v2/ResourceTypes

GET /scim/v2/ResourceTypes/User

GET /scim/v2/ResourceTypes/Group

GET /scim/v2/ResourceTypes/Device
--- error_code: 200 200 200 404
--- json
{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
  "totalResults": 2,
  "Resources": [{"id": "User"}, {"id": "Group"}]
}

{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
  "id": "User",
  "name": "User",
  "endpoint": "/Users",
  "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
  "schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}],
  "meta": {"resourceType": "ResourceType", "location": "http://localhost/scim/v2/ResourceTypes/User"}
}

{"id": "Group", "endpoint": "/Groups", "schema": "urn:ietf:params:scim:schemas:core:2.0:Group"}

error 404 /Device/



=== TEST 3: schemas, all and each
--- request
GET /scim/v2/Schemas

GET /scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User

GET /scim/v2/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Aextension%3Aenterprise%3A2.0%3AUser

GET /scim/v2/Schemas/urn:nobody
--- error_code: 200 200 200 404
--- json
{"totalResults": "<any>", "startIndex": 1, "Resources": "<any>"}

{
  "id": "urn:ietf:params:scim:schemas:core:2.0:User",
  "name": "User",
  "meta": {"resourceType": "Schema", "location": "http://localhost/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"}
}

{"id": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}

error 404 /urn:nobody/



=== TEST 4: userName and its characteristics, and no null anywhere
--- request
GET /scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User

GET /scim/v2/Schemas
--- response_body_like eval
['\{"name":"userName",[^{}]*"required":true[^{}]*"uniqueness":"server"', '^(?!.*:null).*$']



=== TEST 5: filters are refused
--- request
GET /scim/v2/ServiceProviderConfig?filter=patch+pr

GET /scim/v2/ResourceTypes?filter=name+eq+"User"

GET /scim/v2/Schemas?filter=name+eq+"User"
--- error_code: 403 403 403
--- json
error 403 /[Ff]ilter/



=== TEST 6: other methods are refused
--- request
POST /scim/v2/ServiceProviderConfig
{}

PUT /scim/v2/Schemas
{}

DELETE /scim/v2/ResourceTypes/User

POST /scim/v2/Schemas/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
--- error_code: 405 405 405 405
--- response_headers
Allow: GET, HEAD
--- json
error 405



=== TEST 7: HEAD, a slash at the end, any case
--- request
HEAD /scim/v2/Schemas

GET /scim/v2/serviceproviderconfig/

GET /scim/v2/ResourceTypes/?aadOptscim062020
--- json
none

{"patch": {"supported": true}}

{"totalResults": 2}
