# scim_display_name derived: made of the name once, then the administrator's
# (docs/directives.md).
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Derived = "scim_display_name derived; $::Admin";

run_tests();

__DATA__

=== TEST 1: derived when the user is made, part of that entry in the history
--- config eval: $::Derived
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","displayName":"ada (EXT)","name":{"givenName":" Ada ","familyName":"King  Lovelace","formatted":"Lady Lovelace"}}

GET /scim/v2/Users?filter=displayName+eq+"ada+king+lovelace"

GET /scim/v2/Users?filter=displayName+co+"EXT"

GET /admin/tenants/acme/history?attribute=displayName
--- error_code: 201 200 200 200
--- json
{"displayName": "Ada King Lovelace", "name": {"givenName": " Ada ", "formatted": "Lady Lovelace"}}

{"totalResults": 1}

{"totalResults": 0}

{"entries": [{"operation": "create", "resourceName": "Ada King Lovelace"}]}



=== TEST 2: identity providers do not change it, administrators do
--- config eval: $::Derived
--- scim_users
ada-1 {"userName": "ada@example.com", "displayName": "Ada Lovelace"}
--- request
PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"x"}]}

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"displayName":"x","name.givenName":"Augusta"}}]}

PATCH /admin/tenants/acme/scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"The Countess"}]}

PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","displayName":"x","name":{"givenName":"Ada","familyName":"King"}}

GET /admin/tenants/acme/history?attribute=displayName
--- error_code: 200 200 200 200 200
--- json
{"displayName": "Ada Lovelace", "meta": {"version": "W/\"1\""}}

{"displayName": "Ada Lovelace", "name": {"givenName": "Augusta"}, "meta": {"version": "W/\"2\""}}

{"displayName": "The Countess", "meta": {"version": "W/\"3\""}}

{"displayName": "The Countess", "name": {"familyName": "King"}, "meta": {"version": "W/\"4\""}}

{"entries": [{"version": 3, "changes": [{"path": "displayName", "old": "Ada Lovelace", "new": "The Countess"}]}]}



=== TEST 3: a setting of the tenant
--- config eval: $::Admin
--- request
POST /scim/v2/Users
{"userName":"a","displayName":"As Sent","name":{"formatted":"A"}}

PATCH /admin/tenants/acme
{"settings":{"displayName":"derived"}}

POST /scim/v2/Users
{"userName":"b","displayName":"As Sent","name":{"formatted":"B"}}

POST /admin/tenants/acme/scim/v2/Users
{"userName":"c","displayName":"As Sent","name":{"formatted":"C"}}

PATCH /admin/tenants/acme
{"settings":{"displayName":null}}

POST /scim/v2/Users
{"userName":"d","displayName":"As Sent","name":{"formatted":"D"}}
--- error_code: 201 200 201 201 200 201
--- json
{"displayName": "As Sent"}

any

{"displayName": "B"}

{"displayName": "As Sent"}

any

{"displayName": "As Sent"}
