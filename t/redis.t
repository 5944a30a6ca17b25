# The connection to Redis: addresses, passwords, and all that may go wrong.
use Test::Nginx::Socket 'no_plan';
use Scim;

# Times after which nobody waits any longer; who says nothing says it for 5 s,
# the client waits 4.
our $Fake = <<'_EOC_';
    scim_redis                 unix:$TEST_NGINX_FAKE_REDIS;
    scim_redis_connect_timeout 300ms;
    scim_redis_timeout         300ms;
_EOC_

our $Open = <<'_EOC_';
    location /scim/v2/ { scim; scim_tenant acme; }
_EOC_

timeout(4);

run_tests();

__DATA__

=== TEST 1: over TCP
--- http_config
scim_redis $TEST_NGINX_REDIS_TCP;
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- json
{"id": "ada-1"}
--- error_log
connected to redis



=== TEST 2: by name
--- http_config eval
"scim_redis localhost:@{[$ENV{TEST_NGINX_REDIS_TCP} =~ /(\d+)$/]};"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- json
{"id": "ada-1"}



=== TEST 3: another database
--- http_config eval: "$::HttpConfig scim_redis_db 3;"
--- scim_users
ada-1 ada@example.com
--- redis
SWAPDB 0 3
--- request
GET /scim/v2/Users/ada-1
--- json
{"id": "ada-1"}



=== TEST 4: where nothing is
--- http_config eval: "$::HttpConfig scim_redis_db 4;"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- error_code: 401
--- json
error 401 /unknown/



=== TEST 5: a database that is not there
--- http_config eval: "$::HttpConfig scim_redis_db 4711;"
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- json
error 503
--- error_log
redis is down



=== TEST 6: a password
--- http_config eval: "$::HttpConfig scim_redis_password_file ../html/password;"
--- user_files
>>> password
secret
--- redis
CONFIG SET requirepass secret
--- request
GET /scim/v2/Users
--- json
{"totalResults": 0}



=== TEST 7: a user and a password
--- http_config eval
"$::HttpConfig scim_redis_user scim; scim_redis_password_file ../html/password;"
--- user_files
>>> password
secret
--- redis
ACL SETUSER scim on >secret ~scim:* &* +@all
CONFIG SET requirepass another
--- request
GET /scim/v2/Users
--- json
{"totalResults": 0}



=== TEST 8: no password where one is needed
--- config eval: $::Open
--- redis
CONFIG SET requirepass secret
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Content-Type: application/scim\+json
Retry-After: \d+
--- json
error 503 /password/
--- error_log
redis is down



=== TEST 9: another password
--- http_config eval: "$::HttpConfig scim_redis_password_file ../html/password;"
--- user_files
>>> password
public
--- config eval: $::Open
--- redis
CONFIG SET requirepass secret
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503 /password/
--- no_error_log
public



=== TEST 10: a password where none is needed
--- http_config eval: "$::HttpConfig scim_redis_user scim; scim_redis_password_file ../html/password;"
--- user_files
>>> password
secret
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- json
error 503 /password/



=== TEST 11: nobody there: a write is refused, and the gate is no hole
--- http_config
scim_redis 127.0.0.1:1;
--- config eval
"location /open/ { scim; scim_tenant acme; } $::Config"
--- request
POST /open/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}

GET /open/Users

GET /scim/v2/Users

GET /open/Schemas
--- error_code: 503 503 503 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 12: no such socket
--- http_config
scim_redis unix:/nowhere/redis.sock;
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503
--- error_log
redis is down



=== TEST 13: somebody who says nothing
--- http_config eval: $::Fake
--- tcp_listen: $TEST_NGINX_FAKE_REDIS
--- tcp_reply_delay: 5s
--- tcp_reply: too late
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 14: somebody who says nothing, at the gate
--- http_config eval: $::Fake
--- tcp_listen: $TEST_NGINX_FAKE_REDIS
--- tcp_reply_delay: 5s
--- tcp_reply: too late
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 15: somebody else
--- http_config eval: $::Fake
--- tcp_listen: $TEST_NGINX_FAKE_REDIS
--- tcp_reply eval: "HTTP/1.1 400 Bad Request\r\n\r\n"
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 16: somebody who goes away at once
--- http_config eval: $::Fake
--- tcp_listen: $TEST_NGINX_FAKE_REDIS
--- tcp_reply eval: ''
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 17: somebody who stops in the middle
--- http_config eval: $::Fake
--- fake_redis eval: "*2\r\n\$2\r\nok\r\n:1"
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 18: replies nobody asked for
--- http_config: scim_redis unix:$TEST_NGINX_FAKE_REDIS;
--- fake_redis eval: "*3\r\n\$2\r\nok\r\n:0\r\n\$0\r\n\r\n" . "+OK\r\n" x 1000
--- config eval: $::Open
--- request
GET /scim/v2/Users

GET /scim/v2/Users
--- error_code: 200 200
--- json
{"totalResults": 0}



=== TEST 19: replies before anything was asked
--- http_config eval: $::Fake
--- tcp_listen: $TEST_NGINX_FAKE_REDIS
--- tcp_reply eval: "+OK\r\n+PONG\r\n" . "+OK\r\n" x 1000
--- tcp_no_close
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- json
error 503



=== TEST 20: replies that are not understood
--- http_config eval: $::Fake
--- fake_redis eval: "*3\r\n:1\r\n*0\r\n\$-1\r\n"
--- config eval: $::Open
--- request
GET /scim/v2/Users

GET /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1
--- error_code: 503 503 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 21: replies that are no replies
--- http_config eval: $::Fake
--- fake_redis eval: "\0\1\2 nonsense\r\n"
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 22: a reply that announces more than there can be
--- http_config eval: $::Fake
--- fake_redis eval: "*2147483647\r\n"
--- config eval: $::Open
--- request
GET /scim/v2/Users

GET /scim/v2/Users
--- error_code: 503 503
--- json
error 503



=== TEST 23: a reply as deep as it is long
--- http_config eval: $::Fake
--- fake_redis eval: "*1\r\n" x 10_000
--- config eval: $::Open
--- request
GET /scim/v2/Users
--- error_code: 503
--- json
error 503



=== TEST 24: a document that is not the module's
--- config eval: $::Open
--- redis
HSET scim:{acme}:r:User:ada-1 doc nonsense ver 1 mod 2026-01-01T00:00:00Z name Ada
HSET scim:{acme}:r:User:bob-1 doc } ver 1 mod 2026-01-01T00:00:00Z name Bob
ZADD scim:{acme}:order:User 1 ada-1
--- request
GET /scim/v2/Users?filter=title+pr

PATCH /scim/v2/Users/ada-1
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}

GET /scim/v2/Users/bob-1
--- error_code: 500 500 500
--- json
error 500 /ada-1/

error 500 /ada-1/

any



=== TEST 25: Redis stands still, and goes on
--- http_config eval: "$::HttpConfig scim_redis_timeout 1s;"
--- config eval: $::Open
--- init: Scim::redis("CLIENT PAUSE 3000 ALL")
--- wait: 3.2
--- request
GET /scim/v2/Users

GET /scim/v2/Users
--- error_code: 503 200
--- response_headers_like
Retry-After: \d+

Content-Type: application/scim\+json
--- json
error 503

{"totalResults": 0}



=== TEST 26: Redis is a replica: reads are served, writes are not
--- config eval: $::Config
--- scim_users
ada-1 ada@example.com
--- redis
REPLICAOF 127.0.0.1 1
--- request
GET /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1

GET /scim/v2/Users/ada-1
--- error_code: 200 503 200
--- json
{"id": "ada-1"}

error 503

{"id": "ada-1"}



=== TEST 27: Redis is out of memory: what exists can be read and deleted
--- config eval: $::Config
--- scim_users
ada-1 ada@example.com
--- redis
CONFIG SET maxmemory 1
--- request
GET /scim/v2/Users/ada-1

POST /scim/v2/Users
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com"}

DELETE /scim/v2/Users/ada-1

GET /scim/v2/Users
--- error_code: 200 507 204 200
--- json
{"id": "ada-1"}

error 507

none

{"totalResults": 0}



=== TEST 28: Redis has no connection free
--- config eval: $::Open
--- redis
CONFIG SET maxclients 1
--- request
GET /scim/v2/Users
--- error_code: 503
--- response_headers_like
Retry-After: \d+
--- json
error 503



=== TEST 29: Redis has forgotten the scripts
--- redis
SCRIPT FLUSH SYNC
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1

DELETE /scim/v2/Users/ada-1
--- error_code: 200 204



=== TEST 30: a key is not what it should be
--- redis
SET scim:{acme}:order:User nonsense
--- request
GET /scim/v2/Users
--- error_code: 500
--- json
error 500 /error log/
--- error_log
WRONGTYPE
