# For load balancers: whether this nginx can serve.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: Redis answers
--- config
location = /healthz { scim_health; }
--- request
GET /healthz

HEAD /healthz
--- response_headers
Content-Type: application/json
Cache-Control: no-store
--- json
{"status": "ok"}

none



=== TEST 2: Redis does not
--- http_config
scim_redis 127.0.0.1:1;
--- config
location = /healthz { scim_health; }
--- request
GET /healthz
--- error_code: 503
--- response_headers_like
Content-Type: application/json
Retry-After: \d+
Cache-Control: no-store
--- json
error 503



=== TEST 3: Redis is loading its data, or waits for a password
--- config
location = /healthz { scim_health; }
--- redis
CONFIG SET requirepass secret
--- request
GET /healthz
--- error_code: 503
--- json
error 503
