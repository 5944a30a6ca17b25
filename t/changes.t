# The change feed over HTTP (docs/changes.md).  What takes several clients at
# once is in t/system/test_changes.py.
use Test::Nginx::Socket 'no_plan';
use Scim;
use ScimTest::Http2;
use Digest::SHA 'sha256_hex';
use POSIX ();

our $Feed = <<"_EOC_";
    location = /scim/changes { scim_changes; auth_request /_token; }
    location = /open { scim_changes; scim_tenant \$arg_tenant; }
$::Config
_EOC_

# A token that somebody has for herself.
our $Self = 'HSET scim:token:' . sha256_hex(Scim::token('UNKNOWNTOKEN'))
    . ' id selftoken0000001'
    . ' tenant acme name Ada scope self created 1 expires 0 user ada-1';

our $Waiting = <<"_EOC_";
    location /admin/ { scim_admin; access_log logs/access.log slow; }
    location = /one {
        rewrite ^ /admin/tenants/acme/changes;
    }
$::Location
_EOC_

# Or more.  nginx waits by one clock and logs by another, in whole milliseconds:
# a few may be missing.
our $Second = qr/(?:0\.99\d|[1-9]\.)/;

our $Slow = "log_format slow 'wait=\$arg_wait \$request_time'; $::HttpConfig";

our $Logged = <<"_EOC_";
    location = /scim/changes {
        scim_changes;
        auth_request /_token;
        access_log logs/access.log slow;
    }
$::Location
_EOC_

our $Http2 = <<"_EOC_";
$::HttpConfig
    server {
        listen unix:\$TEST_NGINX_HTTP2 http2;
        server_name localhost;
$Feed
    }
_EOC_

my @auth = split /\n/, $::Auth;

# Readers on streams of one connection; a moment later something is written.
add_response_body_check(sub {
    my ($block) = @_;
    my $readers = $block->http2_readers // return;

    SKIP: {
        Test::More::skip('curl has no HTTP/2', 1)
            unless ScimTest::Http2::available();

        my $pid = fork;
        if ($pid == 0) {
            select undef, undef, undef, 0.5;
            ScimTest::Http2::exchange($ENV{TEST_NGINX_HTTP2}, 'POST',
                '/scim/v2/Users', '{"userName":"ada"}', @auth);
            POSIX::_exit(0);
        }
        my @answers = ScimTest::Http2::parallel($ENV{TEST_NGINX_HTTP2},
            '/scim/changes?wait=20', $readers,
            map { split /: / } $auth[0]);
        waitpid $pid, 0;
        Test::More::is(scalar(grep { /"resourceName":"ada"/ } @answers),
            $readers, $block->name . ' - all have the change');
    }
});

run_tests();

__DATA__

=== TEST 1: what was changed, in its order
--- config eval: $::Feed
--- request
POST /scim/v2/Users
{"userName":"ada","externalId":"a-1"}

POST /scim/v2/Groups
{"displayName":"Engines"}

GET /scim/changes

GET /scim/changes?limit=1

GET /scim/changes?after=now

HEAD /scim/changes
--- error_code: 201 201 200 200 200 200
--- response_headers
Content-Type: application/scim+json

Content-Type: application/scim+json

Content-Type: application/json
Cache-Control: no-store

Content-Type: application/json

Content-Type: application/json

Content-Type: application/json
--- json
any

any

{"changes": [
  {"operation": "create", "resourceType": "User", "resourceName": "ada",
   "actor": "Scim System User", "tokenId": "tokenacme0000001",
   "address": "127.0.0.1", "cursor": "<any>"},
  {"operation": "create", "resourceType": "Group", "resourceName": "Engines"}
], "nextCursor": "<any>", "more": false}

{"changes": [{"resourceName": "ada"}], "more": true}

{"changes": [], "nextCursor": "<any>", "more": false}

none



=== TEST 2: nothing yet: at once
--- config eval: $::Logged
--- http_config eval: $::Slow
--- request
GET /scim/changes

GET /scim/changes?wait=0

GET /scim/changes?wait=
--- json
{"changes": [], "nextCursor": "<any>", "more": false}
--- no_access_log eval: qr/^wait=\S* (?:[5-9]|\d\d)/m



=== TEST 3: after the time that is asked for
--- config eval: $::Logged
--- http_config eval: $::Slow
--- request
GET /scim/changes?wait=1
--- json
{"changes": [], "nextCursor": "<any>", "more": false}
--- access_log eval: qr/^wait=1 $::Second/m



=== TEST 4: where it stands now: at once
--- config eval: $::Logged
--- http_config eval: $::Slow
--- request
GET /scim/changes?after=now&wait=60
--- json
{"changes": [], "nextCursor": "<any>", "more": false}
--- access_log eval: qr/^wait=60 [0-9]\./m



=== TEST 5: what is wrong
--- config eval: $::Feed
--- request
GET /scim/changes?wait=61

GET /scim/changes?wait=-1

GET /scim/changes?wait=soon

GET /scim/changes?wait=%ff

GET /scim/changes?limit=none

GET /scim/changes?after=x&wait=60

POST /scim/changes
{}

GET /scim/changes
--- more_headers
Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $TOKEN

Authorization: Bearer $OFF_TOKEN
--- error_code: 400 400 400 400 400 400 405 403
--- json
error 400 invalidValue /from 0 to 60/

error 400 invalidValue /from 0 to 60/

error 400 invalidValue /from 0 to 60/

error 400 invalidValue /UTF-8/

error 400 invalidValue /limit/

error 400 invalidCursor /after/

error 405 /GET/

error 403 /switched off/



=== TEST 6: scopes: reading is enough, a user's own token is not
--- config eval: $::Feed
--- redis eval: $::Self
--- request
GET /scim/changes

GET /scim/changes
--- more_headers
Authorization: Bearer $READ_TOKEN

Authorization: Bearer $UNKNOWN_TOKEN
--- error_code: 200 403
--- json
{"changes": []}

error 403 /user's own/



=== TEST 7: no gate of ours
--- config eval: $::Feed
--- more_headers: none
--- request
GET /open?tenant=acme

GET /open?tenant=off&wait=60

GET /open?tenant=nowhere&wait=60

GET /open?wait=60
--- error_code: 200 403 404 403
--- json
{"changes": []}

error 403 /switched off/

error 404 /no such tenant/

error 403 /no tenant/



=== TEST 8: Redis is away
--- http_config
    scim_redis unix:/nowhere/redis.sock;
--- config
    location = /open { scim_changes; scim_tenant acme; }
--- request
GET /open?wait=60
--- error_code: 503
--- json
error 503 /store/



=== TEST 9: several wait on one connection of HTTP/2
--- http_config eval: $::Http2
--- config eval: $::Feed
--- request
GET /scim/changes
--- json
{"changes": []}
--- http2_readers: 5



=== TEST 10: at the admin API, of any tenant
--- config eval: $::Waiting
--- http_config eval: $::Slow
--- more_headers: none
--- request
GET /admin/tenants/acme/changes?wait=1

GET /admin/tenants/off/changes?limit=5&wait=1

GET /admin/tenants/acm%65//changes?wait=1

GET /one?wait=1

HEAD /admin/tenants/acme/changes?wait=1
--- response_headers
Content-Type: application/json
Cache-Control: no-store
--- json
{"changes": [], "nextCursor": "<any>", "more": false}

{"changes": [], "nextCursor": "<any>", "more": false}

{"changes": [], "nextCursor": "<any>", "more": false}

{"changes": [], "nextCursor": "<any>", "more": false}

none
--- access_log eval: qr/^wait=1 $::Second/m
--- no_access_log eval: qr/^wait=1 (?!$::Second)/m



=== TEST 11: where it stands now: at once there too
--- config eval: $::Waiting
--- http_config eval: $::Slow
--- more_headers: none
--- request
GET /admin/tenants/acme/changes?after=now&wait=60
--- json
{"changes": [], "nextCursor": "<any>", "more": false}
--- access_log eval: qr/^wait=60 [0-9]\./m



=== TEST 12: there it is not kept waiting
--- config eval: $::Waiting
--- http_config eval: $::Slow
--- more_headers: none
--- request
GET /admin/tenants/nowhere/changes?wait=60

GET /admin/tenants/acme/changes?wait=61

GET /admin/tenants/acme/changes?wait=60&from=1

GET /admin/tenants/acme/changes?after=x&wait=60

POST /admin/tenants/acme/changes?wait=60
{}
--- error_code: 404 400 400 400 405
--- json
error 404 /no such tenant/

error 400 invalidValue /from 0 to 60/

error 400 invalidValue /after, limit, wait/

error 400 invalidCursor /after/

error 405 /GET/
