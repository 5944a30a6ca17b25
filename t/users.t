# Users: created, read, replaced and deleted over HTTP.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: a user as Entra ID creates it
Nulls are attributes without a value, meta of the client is dropped, an empty
list is none, "True" is a boolean.
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","userName":"Ada@example.com","active":"True","displayName":"Ada Lovelace","emails":[{"primary":true,"type":"work","value":"ada@example.com"}],"meta":{"resourceType":"User"},"name":{"formatted":"Ada Lovelace","familyName":"Lovelace","givenName":"Ada"},"title":null,"phoneNumbers":null,"addresses":null,"roles":[],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Engines","manager":null}}
--- error_code: 201
--- response_headers_like
Content-Type: application/scim\+json
Location: http://localhost/scim/v2/Users/[0-9a-f-]{36}
ETag: W/"1"
--- json
{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "id": "/^[0-9a-f-]{36}$/",
  "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
  "userName": "Ada@example.com",
  "active": true,
  "displayName": "Ada Lovelace",
  "emails": [{"primary": true, "type": "work", "value": "ada@example.com"}],
  "name": {"formatted": "Ada Lovelace", "familyName": "Lovelace", "givenName": "Ada"},
  "title": "<absent>",
  "phoneNumbers": "<absent>",
  "addresses": "<absent>",
  "roles": "<absent>",
  "groups": "<absent>",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engines", "manager": "<absent>"},
  "meta": {
    "resourceType": "User",
    "created": "/^20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\dZ$/",
    "lastModified": "/Z$/",
    "version": "W/\"1\"",
    "location": "/^http://localhost/scim/v2/Users/[0-9a-f-]{36}$/"
  }
}



=== TEST 2: a user as Okta creates it: the password is not returned
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","name":{"givenName":"Ada","familyName":"Lovelace"},"emails":[{"primary":true,"value":"ada@example.com","type":"work"}],"displayName":"Ada Lovelace","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true}
--- error_code: 201
--- json
{"userName": "ada@example.com", "locale": "en-US", "password": "<absent>", "groups": "<absent>"}



=== TEST 3: a user as an old template of OneLogin creates it
The names of draft schemas, an id that is null, an attribute nobody knows.
--- request
POST /scim/v2/Users
{"schemas":["urn:scim:schemas:core:2.0","urn:scim:schemas:extension:enterprise:2.0"],"id":null,"userName":"ada@example.com","prefferedLanguage":"en","active":"true","emails":{"value":"ada@example.com"}}
--- error_code: 201
--- json
{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
  "id": "/^[0-9a-f-]{36}$/",
  "active": true,
  "emails": [{"value": "ada@example.com"}],
  "prefferedLanguage": "<absent>"
}



=== TEST 4: what was created can be read
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","title":"Countess"}

GET /scim/v2/Users?filter=userName+eq+"ada@example.com"
--- error_code: 201 200
--- json
{"userName": "ada@example.com"}

{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
  "totalResults": 1,
  "Resources": [{"userName": "ada@example.com", "title": "Countess", "meta": {"version": "W/\"1\""}}]
}



=== TEST 5: userName is unique, whatever its case
--- scim_users
ada-1 ada@example.com
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ADA@example.com"}
--- error_code: 409
--- json
error 409 uniqueness /userName/



=== TEST 6: a user that is switched off keeps its userName
--- scim_users
ada-1 {"userName":"ada@example.com","active":false}
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}

GET /scim/v2/Users/ada-1
--- error_code: 409 200
--- json
error 409 uniqueness

{"active": false}



=== TEST 7: userName is required
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"displayName":"Ada"}
--- error_code: 400
--- json
error 400 invalidValue /userName/



=== TEST 8: a value of the wrong type
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","active":"perhaps"}
--- error_code: 400
--- json
error 400 invalidValue /active/



=== TEST 9: read by id
--- scim_users
ada-1 {"userName":"ada@example.com","displayName":"Ada","active":true}
--- request
GET /scim/v2/Users/ada-1
--- response_headers
Content-Type: application/scim+json
ETag: W/"1"
Location: http://localhost/scim/v2/Users/ada-1
--- json
{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
  "id": "ada-1",
  "userName": "ada@example.com",
  "displayName": "Ada",
  "active": true,
  "groups": "<absent>",
  "meta": {
    "resourceType": "User",
    "created": "2026-01-01T00:00:00.000Z",
    "lastModified": "2026-01-01T00:00:00.000Z",
    "version": "W/\"1\"",
    "location": "http://localhost/scim/v2/Users/ada-1"
  }
}



=== TEST 10: only what is asked for
--- scim_users
ada-1 {"userName":"ada@example.com","displayName":"Ada","title":"Countess"}
--- request
GET /scim/v2/Users/ada-1?attributes=title

GET /scim/v2/Users/ada-1?excludedAttributes=title,displayName
--- json
{"id": "ada-1", "title": "Countess", "userName": "<absent>", "displayName": "<absent>", "meta": "<absent>"}

{"id": "ada-1", "userName": "ada@example.com", "title": "<absent>", "displayName": "<absent>", "meta": {"resourceType": "User"}}



=== TEST 11: the groups of a user, through nested groups too
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
dept-1 Department = team-1
--- request
GET /scim/v2/Users/ada-1
--- json
{
  "groups": [
    {"value": "team-1", "display": "Engines", "type": "direct", "$ref": "http://localhost/scim/v2/Groups/team-1"},
    {"value": "dept-1", "display": "Department", "type": "indirect", "$ref": "http://localhost/scim/v2/Groups/dept-1"}
  ]
}



=== TEST 12: an id that is nobody's, or could be nobody's
--- request
GET /scim/v2/Users/nobody

GET /scim/v2/Users/a%2Fb

GET /scim/v2/Users/00919288221112222
--- error_code: 404 404 404
--- json
error 404 /nobody/

error 404

error 404



=== TEST 13: HEAD answers as GET does, less the body
--- scim_users
ada-1 ada@example.com
--- request
HEAD /scim/v2/Users/ada-1
--- response_headers_like
Content-Type: application/scim\+json
Content-Length: \d\d\d
ETag: W/"1"
--- response_body:



=== TEST 14: a user is replaced: what is not sent is gone
--- scim_users
ada-1 {"userName":"ada@example.com","title":"Countess","externalId":"old"}
--- request
PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"ada-1","userName":"ada@example.com","displayName":"Ada","active":false,"groups":[],"meta":{"resourceType":"User","version":"W/\"1\""}}

GET /scim/v2/Users/ada-1

GET /scim/v2/Users?filter=externalId+eq+"old"
--- response_headers
ETag: W/"2"

ETag: W/"2"

! ETag
--- json
{
  "id": "ada-1",
  "displayName": "Ada",
  "active": false,
  "title": "<absent>",
  "externalId": "<absent>",
  "meta": {"created": "2026-01-01T00:00:00.000Z", "version": "W/\"2\""}
}

{"displayName": "Ada", "title": "<absent>"}

{"totalResults": 0}



=== TEST 15: a replacement by the same makes no new version
--- scim_users
ada-1 {"userName":"ada@example.com","displayName":"Ada"}
--- request
PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"displayName":"Ada","userName":"ada@example.com"}
--- response_headers
ETag: W/"1"
--- json
{"meta": {"version": "W/\"1\"", "lastModified": "2026-01-01T00:00:00.000Z"}}



=== TEST 16: a replacement keeps memberships
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","active":false}
--- json
{"active": false, "groups": [{"value": "team-1"}]}



=== TEST 17: a userName that is another's
--- scim_users
ada-1 ada@example.com
bob-1 bob@example.com
--- request
PUT /scim/v2/Users/bob-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ada@example.com"}
--- error_code: 409
--- json
error 409 uniqueness /userName/



=== TEST 18: a new userName frees the old one
--- scim_users
ada-1 ada@example.com
--- request
PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"king@example.com"}

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}
--- error_code: 200 201
--- json
{"userName": "king@example.com"}

{"userName": "ada@example.com"}



=== TEST 19: nobody is replaced
--- request
PUT /scim/v2/Users/nobody
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}
--- error_code: 404
--- json
error 404 /nobody/



=== TEST 20: a user is deleted, once, and out of its groups; the name is free
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
DELETE /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1

GET /scim/v2/Groups/team-1

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}
--- error_code: 204 404 404 200 201
--- json
none

error 404

error 404

{"id": "team-1", "members": "<absent>", "meta": {"version": "W/\"2\""}}

{"id": "/^[0-9a-f-]{36}$/"}



=== TEST 21: an answer without a body says nothing of one
--- scim_users
ada-1 ada@example.com
--- request
DELETE /scim/v2/Users/ada-1
--- error_code: 204
--- response_headers
! Content-Type
! ETag



=== TEST 22: text of all languages comes back as it was sent
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"\u0410\u0434\u0430","displayName":"\u5ff5 \ud83d\ude00 \"\\\/"}

GET /scim/v2/Users?filter=userName+eq+"%D0%B0%D0%B4%D0%B0"
--- error_code: 201 200
--- json
{"displayName": "\u00e5\u00bf\u00b5 \u00f0\u009f\u0098\u0080 \"\\/"}

{"totalResults": 1}
