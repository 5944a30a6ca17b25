# Cursors over HTTP (RFC 9865).  Those below are of the answers' own making: a
# cursor is bound to the time, so blocks ask only for what holds for any.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: the first page, and the only one
--- scim_users
zoe-1 zoe@example.com
ada-1 ada@example.com
bob-1 bob@example.com
--- request
GET /scim/v2/Users?cursor&count=2

GET /scim/v2/Users?cursor=&count=3

GET /scim/v2/Users?count=2

POST /scim/v2/Users/.search
{"cursor":"","count":1,"sortBy":"userName"}

GET /scim/v2/Users?cursor=&count=0
--- response_body_like
"totalResults":3,"itemsPerPage":2,"Resources":\[.*\],"nextCursor":"[A-Za-z0-9_-]+"\}$

"itemsPerPage":3,"Resources":\[.*\]\}$

"startIndex":1,"itemsPerPage":2,"Resources":\[.*\]\}$

"itemsPerPage":1,"Resources":\[\{"id":"ada-1".*\],"nextCursor":"[A-Za-z0-9_-]+"\}$

"totalResults":3,"startIndex":1,"itemsPerPage":0,"Resources":\[\]\}$



=== TEST 2: what is no cursor, and no count
--- request
GET /scim/v2/Users?cursor=AAAA

GET /scim/v2/Users?cursor=%2A

GET /scim/v2/Users?cursor=&startIndex=1

GET /scim/v2/Users?cursor=&count=few

POST /scim/v2/.search
{"cursor":"AAAA"}
--- error_code: 400 400 400 400 400
--- json
error 400 invalidCursor

error 400 invalidCursor

error 400 invalidValue /startIndex/

error 400 invalidCount

error 400 invalidCursor



=== TEST 3: announced as set
--- config eval: "scim_cursor_timeout 10m; scim_default_count 5; scim_max_count 9; $::Config"
--- request
GET /scim/v2/ServiceProviderConfig
--- json
{"pagination": {"cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 5, "maxPageSize": 9, "cursorTimeout": 600}}



=== TEST 4: scim_cursor_timeout: none
--- config
location /scim/v2/ { scim; scim_cursor_timeout 0; }
--- must_die
--- error_log
"scim_cursor_timeout" directive must be one second or more



=== TEST 5: scim_cursor_timeout: no time
--- config
location /scim/v2/ { scim; scim_cursor_timeout soon; }
--- must_die
--- error_log
"scim_cursor_timeout" directive invalid value
