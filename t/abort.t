# A client that goes away: what has been begun is done, and nobody minds.
use Test::Nginx::Socket 'no_plan';
use Scim;

our $User = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],'
    . '"userName":"ada@example.com"}';

our $Slow = "$::HttpConfig
    scim_redis_timeout 20s; scim_redis_connect_timeout 20s;";

# A gate would write, too: that a token is used.
our $Open = 'location /scim/v2/ { scim; scim_tenant acme; }';

run_tests();

__DATA__

=== TEST 1: before Redis has answered
--- http_config eval: $::Slow
--- config eval: $::Open
--- init: Scim::leave("POST /scim/v2/Users\n$::User")
--- request
GET /scim/v2/ServiceProviderConfig
--- wait: 0.7
--- no_error_log
[error]
[alert]
[crit]



=== TEST 2: (the user is there)
--- scim_keep
--- request
GET /scim/v2/Users
--- json
{"totalResults": 1, "Resources": [{"userName": "ada@example.com"}]}



=== TEST 3: a user is deleted, and nobody waits for the answer
--- http_config eval: $::Slow
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- config eval: $::Open
--- init: Scim::leave("DELETE /scim/v2/Users/ada-1")
--- request
GET /scim/v2/ServiceProviderConfig
--- wait: 0.7
--- no_error_log
[error]
[alert]
[crit]



=== TEST 4: (the user is gone)
--- scim_keep
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Groups/team-1
--- error_code: 404 200
--- json
error 404

{"members": "<absent>"}



=== TEST 5: a read that nobody waits for
--- http_config eval: $::Slow
--- scim_users
ada-1 ada@example.com
--- init: Scim::redis("CLIENT PAUSE 500 ALL")
--- request
GET /scim/v2/Users
--- abort
--- ignore_response
--- timeout: 0.1
--- wait: 0.7
--- no_error_log
[error]
[alert]
[crit]



=== TEST 6: in the middle of the body: nothing is done
--- raw_request eval
"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \$TOKEN\r\nContent-Length: @{[1 + length $::User]}\r\n\r\n$::User"
--- abort
--- ignore_response
--- timeout: 0.1
--- wait: 0.1
--- no_error_log
[error]
[alert]
[crit]



=== TEST 7: (nobody is there)
--- scim_keep
--- request
GET /scim/v2/Users
--- json
{"totalResults": 0}



=== TEST 8: in the middle of a chunked body that is in a file already
--- config eval: "client_body_buffer_size 1k; $::Config"
--- raw_request eval
"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \$TOKEN\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n" . " " x 10_000 . "\r\n5\r\n{"
--- abort
--- ignore_response
--- timeout: 0.1
--- wait: 0.1
--- no_error_log
[error]
[alert]
[crit]



=== TEST 9: nginx is told to end while Redis works: the write is done
--- http_config eval: $::Slow
--- config eval: $::Open
--- init: Scim::leave("POST /scim/v2/Users\n$::User")
--- request
GET /scim/v2/ServiceProviderConfig
--- no_error_log
[error]
[alert]
[crit]



=== TEST 10: (the user is there)
--- scim_keep
--- request
GET /scim/v2/Users
--- json
{"totalResults": 1, "Resources": [{"userName": "ada@example.com"}]}



=== TEST 11: a read that nobody waits for, of a script Redis does not know
--- http_config eval: $::Slow
--- redis
SCRIPT FLUSH SYNC
--- init: Scim::redis("CLIENT PAUSE 500 WRITE")
--- request
GET /scim/v2/Users
--- abort
--- ignore_response
--- timeout: 0.1
--- wait: 0.7
--- no_error_log
[error]
[alert]
[crit]
