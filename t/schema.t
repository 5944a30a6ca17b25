# Schemas of an administrator: extensions, resource types, indexes.
use Test::Nginx::Socket 'no_plan';
use Cwd ();
use Scim;

my $Example = Cwd::cwd() . '/conf/schemas/example.json';

our $Schema = <<"_EOC_";
    scim_redis  \$TEST_NGINX_REDIS;
    scim_schema $Example;
_EOC_

# Of a file with one wrong attribute, or one wrong type.
our $Wrong = <<'_EOC_';
    scim_redis  $TEST_NGINX_REDIS;
    scim_schema ../html/wrong.json;
_EOC_

run_tests();

__DATA__

=== TEST 1: a schema and a resource type are discovered
--- http_config eval: $::Schema
--- request
GET /scim/v2/ResourceTypes

GET /scim/v2/ResourceTypes/Device

GET /scim/v2/Schemas/urn:example:scim:schemas:core:2.0:Device

GET /scim/v2/Schemas/urn:example:scim:schemas:extension:badge:2.0:User
--- json
{"totalResults": 3, "Resources": [
  {"name": "User", "schemaExtensions": [
    {"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false},
    {"schema": "urn:example:scim:schemas:extension:badge:2.0:User", "required": false}]},
  {"name": "Group", "schemaExtensions": []},
  {"name": "Device", "endpoint": "/Devices", "schema": "urn:example:scim:schemas:core:2.0:Device", "schemaExtensions": []}]}

{"id": "Device", "description": "Devices of users", "meta": {"resourceType": "ResourceType", "location": "/\/ResourceTypes\/Device$/"}}

{"name": "Device", "attributes": [
  {"name": "serialNumber", "type": "string", "multiValued": false, "required": true, "caseExact": true, "mutability": "immutable", "returned": "default", "uniqueness": "server"},
  {"name": "displayName", "caseExact": false, "mutability": "readWrite"},
  {"name": "model"}, {"name": "weight", "type": "decimal"}, {"name": "managed"},
  {"name": "owner", "subAttributes": [{"name": "value"}, {"name": "$ref", "referenceTypes": ["User"]}]}],
 "meta": {"resourceType": "Schema", "location": "/\/Schemas\/urn:example:scim:schemas:core:2.0:Device$/"}}

{"name": "Badge"}



=== TEST 2: an extension of users
--- http_config eval: $::Schema
--- request
POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","urn:example:scim:schemas:extension:badge:2.0:User":{"number":"A7","pin":"1234","VALIDUNTIL":"2030-01-01T00:00:00+01:00","doors":[{"value":"main","primary":"True"},{"value":"lab","type":"workdays"}]}}

GET /scim/v2/Users?filter=number+eq+"A7"+and+doors[type+eq+"workdays"].value+eq+"lab"&attributes=urn:example:scim:schemas:extension:badge:2.0:User

GET /scim/v2/Users?filter=urn:example:scim:schemas:extension:badge:2.0:User:validUntil+lt+"2030-01-01T00:00:00Z"&attributes=pin

POST /scim/v2/Users
{"userName":"bob","number":"A7"}

POST /scim/v2/Users
{"userName":"bob","urn:example:scim:schemas:extension:badge:2.0:User":{"validUntil":"soon"}}

POST /scim/v2/Users
{"userName":"bob","doors":[{"type":"always"}]}

POST /scim/v2/Users
{"userName":"bob","doors":[{"value":"a","primary":true},{"value":"b","primary":true}]}
--- error_code: 201 200 200 409 400 400 400
--- json
{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:scim:schemas:extension:badge:2.0:User"],
 "urn:example:scim:schemas:extension:badge:2.0:User": {"number": "A7", "pin": "<absent>", "validUntil": "2030-01-01T00:00:00+01:00", "doors": [{"value": "main", "primary": true}, {"value": "lab", "type": "workdays"}]}}

{"totalResults": 1, "Resources": [{"userName": "<absent>", "urn:example:scim:schemas:extension:badge:2.0:User": {"number": "A7"}}]}

{"totalResults": 1, "Resources": [{"urn:example:scim:schemas:extension:badge:2.0:User": {"pin": "1234", "number": "<absent>"}}]}

error 409 uniqueness /badge:2.0:User:number/

error 400 invalidValue /badge:2.0:User:validUntil/

error 400 invalidValue /doors.value. is required/

error 400 invalidValue /doors. has 2 primary/



=== TEST 3: a patch of the extension
--- http_config eval: $::Schema
--- scim_users
ada-1 {"userName": "ada"}
--- request
PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"add","path":"urn:example:scim:schemas:extension:badge:2.0:User:number","value":"B1"},{"op":"add","value":{"urn:example:scim:schemas:extension:badge:2.0:User":{"doors":[{"value":"main"}]}}}]}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"replace","path":"doors[value eq \"main\"].type","value":"always"}]}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"remove","path":"urn:example:scim:schemas:extension:badge:2.0:User"}]}

GET /scim/v2/Users?filter=number+eq+"B1"
--- json
{"urn:example:scim:schemas:extension:badge:2.0:User": {"number": "B1", "doors": [{"value": "main"}]}}

{"urn:example:scim:schemas:extension:badge:2.0:User": {"doors": [{"value": "main", "type": "always"}]}}

{"urn:example:scim:schemas:extension:badge:2.0:User": "<absent>"}

{"totalResults": 0}



=== TEST 4: a resource type of one's own
--- http_config eval: $::Schema
--- request
POST /scim/v2/Devices
{"schemas":["urn:example:scim:schemas:core:2.0:Device"],"externalId":"x-1","serialNumber":"SN1","displayName":"Engine","weight":"2.50","managed":"True","owner":"ada-1"}

GET /scim/v2/devices?filter=serialNumber+eq+"SN1"&attributes=weight

POST /scim/v2/Devices/.search
{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"displayName sw \"eng\" and weight gt 2.4 and owner eq \"ada-1\"","attributes":["externalId"]}

POST /scim/v2/Devices
{"serialNumber":"SN1"}

POST /scim/v2/Devices
{"displayName":"Engine"}

POST /scim/v2/Devices
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"serialNumber":"SN2"}

GET /scim/v2/Users

GET /scim/v2/Nothing
--- error_code: 201 200 200 409 400 400 200 404
--- json
{"schemas": ["urn:example:scim:schemas:core:2.0:Device"], "id": "<any>", "externalId": "x-1", "serialNumber": "SN1", "weight": 2.50, "managed": true, "owner": {"value": "ada-1"},
 "meta": {"resourceType": "Device", "version": "W/\"1\"", "location": "/^http:\/\/localhost\/scim\/v2\/Devices\/[0-9a-f-]{36}$/"}}

{"totalResults": 1, "Resources": [{"id": "<any>", "weight": 2.50, "displayName": "<absent>"}]}

{"totalResults": 1, "Resources": [{"externalId": "x-1", "displayName": "<absent>"}]}

error 409 uniqueness /serialNumber/

error 400 invalidValue /serialNumber/

error 400 invalidSyntax /schemas of a Device/

{"totalResults": 0}

error 404 /\/Devices/



=== TEST 5: its keys
--- scim_keep
--- scim_keys
scim:tenants
scim:token:/[0-9a-f]{64}/
scim:token:/[0-9a-f]{64}/
scim:token:/[0-9a-f]{64}/
scim:token:/[0-9a-f]{64}/
scim:{acme}:failures
scim:{acme}:history
scim:{acme}:history:Device:/[0-9a-f-]{36}/
scim:{acme}:index:Device:displayName
scim:{acme}:index:Device:externalId
scim:{acme}:index:Device:serialNumber
scim:{acme}:op:/[0-9a-f-]+/
scim:{acme}:order:Device
scim:{acme}:r:Device:/[0-9a-f-]{36}/
scim:{acme}:sorted
scim:{acme}:tenant
scim:{acme}:tokens
scim:{off}:tenant
scim:{off}:tokens
--- http_config eval: $::Schema
--- request
GET /scim/v2/Devices
--- json
{"totalResults": 1}



=== TEST 6: one of it is changed and deleted
--- http_config eval: $::Schema
--- redis
HSET scim:{acme}:r:Device:d-1 doc {"schemas":["urn:example:scim:schemas:core:2.0:Device"],"id":"d-1","serialNumber":"SN1","model":"M","meta":{"resourceType":"Device","created":"2026-01-01T00:00:00.000Z"}} ver 1 mod 2026-01-01T00:00:00.000Z name Engine
ZADD scim:{acme}:order:Device 1 d-1
--- request
PUT /scim/v2/Devices/d-1
{"displayName":"Engine"}

PUT /scim/v2/Devices/d-1
{"serialNumber":"SN1","displayName":"Engine"}

PUT /scim/v2/Devices/d-1
{"serialNumber":"SN2"}

PATCH /scim/v2/Devices/d-1
{"Operations":[{"op":"replace","path":"serialNumber","value":"SN2"}]}

PATCH /scim/v2/Devices/d-1
{"Operations":[{"op":"replace","value":{"model":"N","owner":{"value":"ada-1"}}}]}

GET /scim/v2/Devices/d-1

DELETE /scim/v2/Devices/d-1

GET /scim/v2/Devices/d-1
--- error_code: 400 200 400 400 200 200 204 404
--- json
error 400 invalidValue /serialNumber/

{"serialNumber": "SN1", "displayName": "Engine", "model": "<absent>"}

error 400 mutability /serialNumber/

error 400 mutability /serialNumber/

{"model": "N", "owner": {"value": "ada-1"}}

{"id": "d-1", "model": "N"}

none

error 404 /no Device with the id/



=== TEST 7: an index of one's own
--- http_config eval: "$::Schema scim_index title urn:example:scim:schemas:core:2.0:Device:model; scim_index active;"
--- config eval: "scim_scan_limit 1; $::Config"
--- scim_users
ada-1 ada
bob-1 bob
--- request
GET /scim/v2/Users?filter=title+co+"n"

POST /scim/v2/Users
{"userName":"carl","title":"Engineer","active":true}

POST /scim/v2/Devices
{"serialNumber":"1","model":"Difference"}

GET /scim/v2/Users?filter=title+eq+"engineer"

GET /scim/v2/Users?filter=active+eq+true

GET /scim/v2/Devices?filter=model+sw+"diff"
--- error_code: 400 201 201 200 200 200
--- json
error 400 tooMany /title/

any

any

{"totalResults": 1}

{"totalResults": 1}

{"totalResults": 1}



=== TEST 8: what was there before the index comes into it when it is written
--- http_config eval: "$::Schema scim_index nickName;"
--- redis
HSET scim:{acme}:r:User:u-1 doc {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u-1","userName":"ada","nickName":"A","meta":{"resourceType":"User","created":"2026-01-01T00:00:00.000Z"}} ver 1 mod 2026-01-01T00:00:00.000Z name ada
ZADD scim:{acme}:order:User 1 u-1
--- request
GET /scim/v2/Users?filter=nickName+eq+"a"

GET /scim/v2/Users?sortBy=nickName

PATCH /scim/v2/Users/u-1
{"Operations":[{"op":"replace","path":"title","value":"Countess"}]}

GET /scim/v2/Users?filter=nickName+eq+"a"
--- json
{"totalResults": 0}

{"totalResults": 1, "Resources": [{"id": "u-1"}]}

{"nickName": "A", "title": "Countess"}

{"totalResults": 1}



=== TEST 9: order by an index of one's own, and by none
--- http_config eval: "$::Schema scim_index weight;"
--- request
POST /scim/v2/Devices
{"serialNumber":"1","weight":10,"model":"b"}

POST /scim/v2/Devices
{"serialNumber":"2","weight":-2.5,"model":"C"}

POST /scim/v2/Devices
{"serialNumber":"3","model":"a"}

GET /scim/v2/Devices?sortBy=weight&attributes=serialNumber

GET /scim/v2/Devices?sortBy=urn:example:scim:schemas:core:2.0:Device:model&sortOrder=descending&attributes=serialNumber
--- error_code: 201 201 201 200 200
--- json
any

any

any

{"Resources": [{"serialNumber": "2"}, {"serialNumber": "1"}, {"serialNumber": "3"}]}

{"Resources": [{"serialNumber": "2"}, {"serialNumber": "1"}, {"serialNumber": "3"}]}



=== TEST 10: no such file
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_schema nowhere.json;
--- request
GET /
--- must_die
--- error_log eval
qr/open\(\) ".*nowhere\.json" failed .*nginx\.conf:\d+/



=== TEST 11: a file that is no JSON
--- http_config eval: $::Wrong
--- user_files
>>> wrong.json
{"schemas":
--- request
GET /
--- must_die
--- error_log eval
qr/scim_schema: .*html\/wrong\.json: .* in .*nginx\.conf:\d+/



=== TEST 12: a wrong attribute is named with its file
--- http_config eval: $::Wrong
--- user_files
>>> wrong.json
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:x:y","name":"Y",
 "attributes":[{"name":"tag","type":"complex","subAttributes":[{"name":"value","type":"text"}]}]}
--- request
GET /
--- must_die
--- error_log eval
qr/scim_schema: .*wrong\.json: attribute "tag\.value": "type" cannot be "text"/



=== TEST 13: a type without its schema is found at the end
--- http_config eval: $::Wrong
--- user_files
>>> wrong.json
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Crew","endpoint":"/Crews","schema":"urn:x:crew"}
--- request
GET /
--- must_die
--- error_log eval
qr/scim_schema: .*wrong\.json: resource type "Crew": there is no schema "urn:x:crew"/



=== TEST 14: the same file twice
--- http_config eval: "$::Schema $::Schema" =~ s/scim_redis[^;]+;//r
--- request
GET /
--- must_die
--- error_log
schema "urn:example:scim:schemas:extension:badge:2.0:User": there is one of that id already



=== TEST 15: an index of what nobody has
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_index shoeSize;
--- request
GET /
--- must_die
--- error_log
scim_index: no resource type has the attribute "shoeSize"



=== TEST 16: an index of what is not in documents
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_index members.value;
--- request
GET /
--- must_die
--- error_log
scim_index: the attribute "members.value" of a Group cannot be indexed



=== TEST 17: an index of a complex attribute
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_index name;
--- request
GET /
--- must_die
--- error_log
scim_index: the attribute "name" of a User cannot be indexed



=== TEST 18: in http{} only
--- config
location /scim/ { scim; scim_index title; }
--- request
GET /
--- must_die
--- error_log
"scim_index" directive is not allowed here



=== TEST 19: which value is taken is told as it was sent
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_schema ../html/unique.json;
--- user_files
>>> unique.json
[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:Part","name":"Part","attributes":[
  {"name":"number","type":"integer","uniqueness":"server"},
  {"name":"codes","type":"complex","multiValued":true,"subAttributes":[{"name":"value","uniqueness":"server"}]}]},
 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Part","endpoint":"/Parts","schema":"urn:example:Part"}]
--- request
POST /scim/v2/Parts
{"number":5,"codes":[{"value":"Main"}]}

POST /scim/v2/Parts
{"number":5}

POST /scim/v2/Parts
{"codes":[{"value":"Attic"},{"value":"MAIN"}]}
--- error_code: 201 409 409
--- json
{"number": 5}

error 409 uniqueness /The number "5" belongs to another Part.* filter number eq "5"/

error 409 uniqueness /The codes.value "MAIN" belongs to another Part/
