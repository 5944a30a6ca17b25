# Directives: what they take, where they may be, and what is inherited.  What
# each does is in the file of its capability.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: every directive, with a value
--- http_config
scim_redis                 $TEST_NGINX_REDIS;
scim_redis_password_file   ../html/password;
scim_redis_db              0;
scim_redis_connect_timeout 1s;
scim_redis_timeout         1500ms;
scim_redis_queue           100;
scim_index                 title name.familyName;
--- user_files
>>> password
secret
--- redis
CONFIG SET requirepass secret
--- config
scim_tenant            acme;
scim_base_url          https://scim.example.com;
scim_me                $http_x_user;
scim_patch_no_target   create;
scim_unknown_attributes keep;
scim_group_name_unique off;
scim_default_count     10;
scim_max_count         20;
scim_scan_limit        30;
scim_max_body          1m;
scim_max_depth         10;
scim_response_type     auto;
scim_token_cache       0;
location /scim/ {
    scim;
    scim_prefix /scim;
}
location = /token  { scim_token; }
location = /health { scim_health; }
location /admin/   { scim_admin; }
location @error    { scim_error; }
--- request
GET /scim/Users
--- json
{"totalResults": 0}


=== TEST 2: a location inherits
--- http_config
scim_redis     $TEST_NGINX_REDIS;
scim_tenant    acme;
scim_max_count 3;
--- config
scim_default_count 2;
location /a/ { scim; }
location /b/ { scim; scim_max_count 1; }
location /c/ { scim; scim_default_count 4; scim_max_count 4; }
--- scim_users
u-1 a
u-2 b
u-3 c
u-4 d
--- request
GET /a/Users

GET /a/Users?count=4

GET /b/Users

GET /c/Users
--- json
{"itemsPerPage": 2}

{"itemsPerPage": 3}

{"itemsPerPage": 1}

{"itemsPerPage": 4}


=== TEST 3: a location within a location has a handler of its own, or none
--- config
location /scim/ {
    scim;
    scim_tenant acme;
    location /scim/v2/ { scim; }
    location /scim/files/ { return 200 "mine"; }
}
--- request
GET /scim/Users

GET /scim/v2/Users

GET /scim/files/Users
--- response_body_like eval
['"totalResults":0', '"totalResults":0', '^mine$']


=== TEST 4: the handler goes on into if and limit_except
--- config
location /scim/ {
    scim;
    scim_tenant acme;
    if ($arg_x) { set $y 1; }
    limit_except GET POST { deny all; }
}
--- request
GET /scim/Users?x=1

DELETE /scim/Users/ada-1

POST /scim/Users
{"userName":"ada@example.com"}
--- error_code: 200 403 201
--- response_body_like eval
['"totalResults":0', '403 Forbidden', '"userName":"ada@example.com"']


=== TEST 5: scim_tenant of a variable that is empty, or no name
--- config
location /scim/ { scim; scim_tenant $arg_tenant; }
--- request
GET /scim/Users?tenant=acme

GET /scim/Users

GET /scim/Users?tenant=a}b

GET /scim/Users?tenant=nobody
--- error_code: 200 403 403 404
--- json
{"totalResults": 0}

error 403 /named no tenant/

error 403 /named no tenant/

error 404 /tenant/


=== TEST 6: several configurations of one Redis
--- config
location /a/ { scim; scim_tenant acme; scim_group_name_unique on; }
location /b/ { scim; scim_tenant acme; scim_group_name_unique off; }
--- scim_groups
team-1 Engines
--- request
POST /a/Groups
{"displayName":"Engines"}

POST /b/Groups
{"displayName":"Engines"}
--- error_code: 409 201
--- json
error 409 uniqueness

{"displayName": "Engines"}


=== TEST 7: Redis at 127.0.0.1:6379 when nothing is said
--- http_config
scim_redis_timeout 100ms;
--- config
location = /return { return 200 "ok"; }
--- request
GET /return
--- response_body: ok


=== TEST 8: scim_redis: given twice
--- http_config
scim_redis $TEST_NGINX_REDIS;
scim_redis $TEST_NGINX_REDIS;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
directive is duplicate


=== TEST 9: scim_redis: no address
--- http_config
scim_redis;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
invalid number of arguments in "scim_redis" directive


=== TEST 10: scim_redis: two addresses
--- http_config
scim_redis 127.0.0.1 127.0.0.2;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
invalid number of arguments in "scim_redis" directive


=== TEST 11: scim_redis: a port that is none
--- http_config
scim_redis 127.0.0.1:99999;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
invalid port in the address "127.0.0.1:99999" of redis


=== TEST 12: scim_redis: a socket without a path
--- http_config
scim_redis unix:;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
no path in the unix domain socket in the address "unix:" of redis


=== TEST 13: scim_redis: a name nobody has
--- http_config
scim_redis nobody.invalid:6379;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
host not found: redis at "nobody.invalid:6379"


=== TEST 14: scim_redis: of http alone
--- config
scim_redis 127.0.0.1;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis" directive is not allowed here


=== TEST 15: scim_redis_user: needs a password
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_user scim;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_user" needs "scim_redis_password_file"


=== TEST 16: scim_redis_user: given twice
--- http_config
scim_redis_user a; scim_redis_user b;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_user" directive is duplicate


=== TEST 17: scim_redis_password_file: not there
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_password_file nowhere;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
open() "
conf/nowhere" failed (2: No such file or directory)


=== TEST 18: scim_redis_password_file: empty
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_password_file ../html/password;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- user_files
>>> password
--- must_die
--- error_log
holds no password


=== TEST 19: scim_redis_password_file: given twice
--- http_config
scim_redis_password_file ../html/password; scim_redis_password_file ../html/password;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- user_files
>>> password
secret
--- must_die
--- error_log
"scim_redis_password_file" directive is duplicate


=== TEST 20: scim_redis_db: no number
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_db one;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_db" directive invalid number


=== TEST 21: scim_redis_db: less than none
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_db -1;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_db" directive invalid number


=== TEST 22: scim_redis_connect_timeout: no time
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_connect_timeout soon;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_connect_timeout" directive invalid value


=== TEST 23: scim_redis_connect_timeout: none
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_connect_timeout 0;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_connect_timeout", "scim_redis_timeout" and "scim_redis_queue" must not be 0


=== TEST 24: scim_redis_connect_timeout: given twice
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_connect_timeout 1s; scim_redis_connect_timeout 1s;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_connect_timeout" directive is duplicate


=== TEST 25: scim_redis_connect_timeout: of http alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_redis_connect_timeout 1s;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_connect_timeout" directive is not allowed here


=== TEST 26: scim_redis_timeout: no time
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_timeout soon;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_timeout" directive invalid value


=== TEST 27: scim_redis_timeout: none
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_timeout 0;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_connect_timeout", "scim_redis_timeout" and "scim_redis_queue" must not be 0


=== TEST 28: scim_redis_timeout: given twice
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_timeout 1s; scim_redis_timeout 1s;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_timeout" directive is duplicate


=== TEST 29: scim_redis_timeout: of http alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_redis_timeout 1s;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_timeout" directive is not allowed here


=== TEST 30: scim_redis_queue: none
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_queue 0;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 31: scim_redis_queue: no number
--- http_config
scim_redis $TEST_NGINX_REDIS; scim_redis_queue many;
--- config
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_redis_queue" directive invalid number


=== TEST 32: scim: takes nothing
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /a/ { scim on; }
--- must_die
--- error_log
invalid number of arguments in "scim" directive


=== TEST 33: scim: of a location alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim;
--- must_die
--- error_log
"scim" directive is not allowed here


=== TEST 34: scim_token: takes "optional" or nothing
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /a/ { scim_token on; }
--- must_die
--- error_log
"scim_token" directive takes "optional" or nothing


=== TEST 35: scim_token: of a location alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_token;
--- must_die
--- error_log
"scim_token" directive is not allowed here


=== TEST 36: scim_error: takes nothing
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /a/ { scim_error on; }
--- must_die
--- error_log
invalid number of arguments in "scim_error" directive


=== TEST 37: scim_error: of a location alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_error;
--- must_die
--- error_log
"scim_error" directive is not allowed here


=== TEST 38: scim_admin: takes nothing
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /a/ { scim_admin on; }
--- must_die
--- error_log
invalid number of arguments in "scim_admin" directive


=== TEST 39: scim_admin: of a location alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_admin;
--- must_die
--- error_log
"scim_admin" directive is not allowed here


=== TEST 40: scim_health: takes nothing
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /a/ { scim_health on; }
--- must_die
--- error_log
invalid number of arguments in "scim_health" directive


=== TEST 41: scim_health: of a location alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_health;
--- must_die
--- error_log
"scim_health" directive is not allowed here


=== TEST 42: one handler to a location
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /a/ { scim; scim_token; }
--- must_die
--- error_log
"scim_token" directive is given beside another handler of the SCIM module


=== TEST 43: scim: a location of a pattern needs scim_prefix
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location ~ ^/scim/ { scim; scim_tenant acme; }
--- must_die
--- error_log
is no prefix of a URI: say with "scim_prefix" what the SCIM paths come after


=== TEST 44: scim: a named location too
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location @scim { scim; scim_tenant acme; }
--- must_die
--- error_log
is no prefix of a URI


=== TEST 45: scim_admin: and so does it
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location ~ ^/admin/ { scim_admin; }
--- must_die
--- error_log
is no prefix of a URI


=== TEST 46: scim_tenant: an unknown variable
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /scim/ { scim; scim_tenant $nobody; }
--- must_die
--- error_log
unknown "nobody" variable


=== TEST 47: scim_tenant: given twice
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /scim/ { scim; scim_tenant a; scim_tenant b; }
--- must_die
--- error_log
"scim_tenant" directive is duplicate


=== TEST 48: scim_base_url: an unknown variable
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /scim/ { scim; scim_base_url $nobody; }
--- must_die
--- error_log
unknown "nobody" variable


=== TEST 49: scim_base_url: given twice
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /scim/ { scim; scim_base_url a; scim_base_url b; }
--- must_die
--- error_log
"scim_base_url" directive is duplicate


=== TEST 50: scim_prefix: an unknown variable
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /scim/ { scim; scim_prefix $nobody; }
--- must_die
--- error_log
unknown "nobody" variable


=== TEST 51: scim_prefix: given twice
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
location /scim/ { scim; scim_prefix a; scim_prefix b; }
--- must_die
--- error_log
"scim_prefix" directive is duplicate


=== TEST 52: scim_prefix: of a location alone
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_prefix /scim;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_prefix" directive is not allowed here


=== TEST 53: scim_patch_no_target: auto, create or error
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_patch_no_target ignore;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
invalid value "ignore"


=== TEST 54: scim_group_name_unique: on or off
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_group_name_unique maybe;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
invalid value "maybe" in "scim_group_name_unique" directive, it must be "on" or "off"


=== TEST 55: scim_response_type: auto, scim or json
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_response_type xml;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
invalid value "xml"


=== TEST 56: scim_default_count: none
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_default_count 0;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 57: scim_default_count: no number
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_default_count all;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_default_count" directive invalid number


=== TEST 58: scim_default_count: more than there can be
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_default_count 2147483648;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 59: scim_max_count: none
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_max_count 0;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 60: scim_max_count: no number
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_max_count all;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_max_count" directive invalid number


=== TEST 61: scim_max_count: more than there can be
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_max_count 2147483648;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 62: scim_scan_limit: none
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_scan_limit 0;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 63: scim_scan_limit: no number
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_scan_limit all;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_scan_limit" directive invalid number


=== TEST 64: scim_scan_limit: more than there can be
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_scan_limit 2147483648;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 65: scim_max_depth: none
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_max_depth 0;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 66: scim_max_depth: no number
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_max_depth all;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_max_depth" directive invalid number


=== TEST 67: scim_max_depth: more than there can be
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_max_depth 2147483648;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
value must be between 1 and 2147483647


=== TEST 68: scim_max_body: no size
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_max_body large;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_max_body" directive invalid value


=== TEST 69: scim_token_cache: no time
--- http_config
scim_redis $TEST_NGINX_REDIS;
--- config
scim_token_cache long;
location /scim/v2/ { scim; scim_tenant acme; }
--- must_die
--- error_log
"scim_token_cache" directive invalid value
