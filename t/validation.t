# Whole resources against their schemas: what POST and PUT take, refuse, clear
# and leave alone; what is unknown; which names are the same.
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Keep = "scim_unknown_attributes keep; $::Config";
our $Refuse = "scim_unknown_attributes refuse; $::Config";

run_tests();

__DATA__

=== TEST 1: types
--- request
POST /scim/v2/Users
{"userName":"a","active":"maybe"}

POST /scim/v2/Users
{"userName":"a","x509Certificates":[{"value":"no base64"}]}

POST /scim/v2/Users
{"userName":"a","profileUrl":"not a URI"}

POST /scim/v2/Users
{"userName":"a","name":"Ada"}

POST /scim/v2/Users
{"userName":{"value":"a"}}

POST /scim/v2/Users
{"userName":"a","emails":[{"value":"a","primary":true},{"value":"b","primary":"True"}]}
--- error_code: 400 400 400 400 400 400
--- json
error 400 invalidValue /"active" must be true or false/

error 400 invalidValue /x509Certificates.value" must be base64/

error 400 invalidValue /profileUrl" must be a URI/

error 400 invalidValue /"name" must be an object/

error 400 invalidValue /"userName" must be text/

error 400 invalidValue /emails" has 2 primary/



=== TEST 2: required, and what means nothing
--- request
POST /scim/v2/Users
{"displayName":"Ada"}

POST /scim/v2/Users
{"userName":null}

POST /scim/v2/Users
{"userName":""}

POST /scim/v2/Users
{"userName":[]}

POST /scim/v2/Groups
{"members":[]}

POST /scim/v2/Users
{"userName":"ada","title":null,"emails":[],"phoneNumbers":[null,{}],"name":{},"profileUrl":"","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":null}}
--- error_code: 400 400 400 400 400 201
--- json
error 400 invalidValue /userName" is required/

error 400 invalidValue /userName" is required/

error 400 invalidValue /userName" is required/

error 400 invalidValue /userName" is required/

error 400 invalidValue /displayName" is required/

{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "title": "<absent>", "emails": "<absent>", "phoneNumbers": "<absent>", "name": "<absent>", "profileUrl": "<absent>", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "<absent>"}



=== TEST 3: PUT clears what it leaves out, and lets alone what only we set
--- scim_users
ada-1 {"userName":"ada","externalId":"x","title":"Countess","emails":[{"value":"a@b"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}}
--- scim_groups
team-1 Engines = ada-1
--- request
PUT /scim/v2/Users/ada-1
{"userName":"Ada","id":"other","meta":{"resourceType":"Group","created":"2001-01-01T00:00:00Z","version":"W/\"99\""},"groups":[{"value":"none"}],"nickName":"A"}

GET /scim/v2/Users/ada-1

PUT /scim/v2/Users/ada-1
{"title":"Countess"}

PUT /scim/v2/Users/nobody
{"userName":"nobody"}
--- error_code: 200 200 400 404
--- json
{"id": "ada-1", "userName": "Ada", "nickName": "A", "externalId": "<absent>", "title": "<absent>", "emails": "<absent>", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "<absent>",
 "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "groups": [{"value": "team-1"}], "meta": {"resourceType": "User", "created": "/^20[0-9]{2}-/", "version": "W/\"2\""}}

{"userName": "Ada", "title": "<absent>", "meta": {"version": "W/\"2\""}}

error 400 invalidValue /userName/

error 404



=== TEST 4: what is unknown is ignored
--- request
POST /scim/v2/Users
{"userName":"a","shoeSize":38,"addresses":[{"city":"c","locality":"l"}],"urn:x:y":{"z":1}}
--- error_code: 201
--- json
{"shoeSize": "<absent>", "addresses": [{"locality": "l", "city": "<absent>"}], "urn:x:y": "<absent>"}



=== TEST 5: kept
--- config eval: $::Keep
--- scim_groups
team-1 Engines
--- request
POST /scim/v2/Users
{"userName":"a","shoeSize":38,"urn:x:y":{"z":[1,{"a":null}]},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"badge":"B"}}

GET /scim/v2/Users?filter=userName+eq+"a"&excludedAttributes=userName

GET /scim/v2/Users?attributes=userName

GET /scim/v2/Users?filter=shoeSize+eq+38

PATCH /scim/v2/Groups/team-1?attributes=displayName
{"Operations":[{"op":"add","value":{"colour":"red"}}]}

GET /scim/v2/Groups/team-1

PATCH /scim/v2/Groups/team-1
{"Operations":[{"op":"replace","path":"externalId","value":"x"}]}

GET /scim/v2/Groups/team-1

PUT /scim/v2/Groups/team-1
{"displayName":"Engines"}
--- error_code: 201 200 200 400 200 200 204 200 200
--- json
{"shoeSize": 38, "urn:x:y": {"z": [1, {"a": null}]}, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"badge": "B"}, "meta": {"resourceType": "User", "location": "<any>"}}

{"Resources": [{"userName": "<absent>", "shoeSize": 38}]}

{"Resources": [{"userName": "a", "shoeSize": "<absent>"}]}

error 400 invalidFilter /shoeSize/

{"displayName": "Engines", "meta": "<absent>"}

{"colour": "red", "meta": {"version": "W/\"2\""}}

none

{"colour": "red", "externalId": "x", "meta": {"version": "W/\"3\""}}

{"colour": "<absent>", "externalId": "<absent>"}



=== TEST 6: refused
--- config eval: $::Refuse
--- scim_users
ada-1 ada
--- request
POST /scim/v2/Users
{"userName":"a","shoeSize":38}

PUT /scim/v2/Users/ada-1
{"userName":"ada","name":{"nick":"a"}}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"add","value":{"shoeSize":38}}]}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"add","path":"shoeSize","value":38}]}

PATCH /scim/v2/Users/ada-1
{"Operations":[{"op":"add","path":"emails","value":[{"value":"a","at":1}]}]}

PUT /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"ada-1","meta":{"version":"1"},"userName":"ada","password":"secret","title":"t"}
--- error_code: 400 400 400 400 400 200
--- json
error 400 invalidSyntax /no attribute "shoeSize"/

error 400 invalidSyntax /"name" has no sub-attribute "nick"/

error 400 invalidSyntax /no attribute "shoeSize"/

error 400 invalidPath /shoeSize/

error 400 invalidSyntax /"emails" has no sub-attribute "at"/

{"title": "t", "password": "<absent>"}



=== TEST 7: another word
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_unknown_attributes drop;
--- request
GET /
--- must_die
--- error_log
invalid value "drop"



=== TEST 8: what is kept must be read again
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_unknown_attributes keep; scim_max_depth 33;
--- request
GET /
--- must_die
--- error_log
"scim_unknown_attributes keep" allows no "scim_max_depth" above 32



=== TEST 9: a sharp s is two, and a capital has its small letters
--- request
POST /scim/v2/Users
{"userName":"Stra\u00dfe"}

POST /scim/v2/Users
{"userName":"STRASSE"}

GET /scim/v2/Users?filter=userName+eq+"strasse"

GET /scim/v2/Users?filter=userName+eq+"STRA%E1%BA%9EE"

GET /scim/v2/Users?filter=userName+sw+"STRAS"
--- error_code: 201 409 200 200 200
--- json
any

error 409 uniqueness /userName/

{"totalResults": 1}

{"totalResults": 1}

{"totalResults": 1}



=== TEST 10: a final sigma, marks of two spellings, a dotted I, wide letters
--- request
POST /scim/v2/Users
{"userName":"\u03bf\u03b4\u03cc\u03c2","externalId":"1"}

POST /scim/v2/Users
{"userName":"Ame\u0301lie","externalId":"2"}

POST /scim/v2/Users
{"userName":"\u0130stanbul","externalId":"3"}

POST /scim/v2/Users
{"userName":"\uff21da","externalId":"4"}

GET /scim/v2/Users?filter=userName+eq+"%CE%9F%CE%94%CE%8C%CE%A3"

GET /scim/v2/Users?filter=userName+eq+"AM%C3%89LIE"

GET /scim/v2/Users?filter=userName+eq+"i%CC%87stanbul"

GET /scim/v2/Users?filter=userName+eq+"istanbul"+or+userName+eq+"ada"

GET /scim/v2/Users?filter=userName+eq+"%EF%BD%81DA"

POST /scim/v2/Users
{"userName":"AM\u00c9LIE"}
--- error_code: 201 201 201 201 200 200 200 200 200 409
--- json
any

any

any

any

{"Resources": [{"externalId": "1"}]}

{"Resources": [{"externalId": "2"}]}

{"Resources": [{"externalId": "3"}]}

{"totalResults": 0}

{"Resources": [{"externalId": "4"}]}

error 409 uniqueness /userName/



=== TEST 11: so many values are indexed
--- request eval
my @emails = map { qq({"value":"$_\@x"}) } 0 .. 1000;
CORE::join "\n\n", map {
    my ($name, $last) = @$_;
    "POST /scim/v2/Users\n" . qq({"userName":"$name","emails":[)
        . CORE::join(',', @emails[0 .. $last]) . ']}'
} ['a', 999], ['b', 1000]
--- error_code: 201 400
--- json
any

error 400 invalidValue /"emails.value" has more than 1000 different/
