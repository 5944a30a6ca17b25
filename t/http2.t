# HTTP/2: the same answers.  Test::Nginx' own requests are HTTP/1.1; those of
# `http2_request` follow them, to a server that speaks HTTP/2 only.
use Test::Nginx::Socket 'no_plan';
use Scim;
use ScimTest::Http2;

our $Http = <<"_EOC_";
$::HttpConfig
    scim_redis_timeout 20s;
    server {
        listen unix:\$TEST_NGINX_HTTP2 http2 sndbuf=4k;
        server_name localhost;
        client_body_buffer_size 1k;
$::Admin
    }
_EOC_

my @auth = split /\n/, $::Auth;

add_response_body_check(sub {
    my ($block) = @_;
    return unless defined $block->http2_request;
    my @requests = grep { /\S/ } split /\n\s*\n/, $block->http2_request;
    my @expected = grep { /\S/ } split /\n\s*\n/, $block->http2_json;
    my $name = $block->name;

    SKIP: {
        Test::More::skip('curl has no HTTP/2', 1)
            unless ScimTest::Http2::available();

        for my $i (0 .. $#requests) {
            my ($line, $body) = split /\n/, $requests[$i], 2;
            my ($method, $path, $status) = split ' ', $line;
            my ($version, $got, $answer) = ScimTest::Http2::exchange(
                $ENV{TEST_NGINX_HTTP2}, $method, $path, $body,
                $path =~ /nobody/ ? () : @auth);
            Test::More::is("$version $got", "2 $status", "$name - $line");
            Test::More::is(ScimTest::Json::differs($expected[$i], $answer), '',
                "$name - $line: JSON as expected");
        }
    }
});

# An import with so many lines that its answer stops somewhere in a frame, and
# Redis holds back the few of them that are good until the client has gone.
add_response_body_check(sub {
    my ($block) = @_;
    return unless defined $block->http2_import;
    Scim::redis('CLIENT PAUSE 500 WRITE');
    Test::More::ok(ScimTest::Http2::abandon($ENV{TEST_NGINX_HTTP2},
        '/admin/tenants/acme/import', $block->http2_import, 0.7,
        'content-type' => 'application/x-ndjson'), $block->name);
});

run_tests();

__DATA__

=== TEST 1: a user's life
--- http_config eval: $::Http
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- http2_request
GET /scim/v2/Users/ada-1 200

POST /scim/v2/Users 201
{"userName":"bob@example.com"}

PATCH /scim/v2/Users/ada-1 200
{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}

GET /scim/v2/Users?filter=userName+eq+"bob@example.com" 200

DELETE /scim/v2/Users/ada-1 204

GET /scim/v2/Users/ada-1 404
--- http2_json
{"id": "ada-1", "meta": {"location": "http://localhost/scim/v2/Users/ada-1"}}

{"userName": "bob@example.com"}

{"active": false}

{"totalResults": 1}

none

error 404



=== TEST 2: errors, nginx' own too
--- http_config eval: $::Http
--- request
GET /scim/v2/Users
--- http2_request
GET /scim/v2/Users?x=nobody 401

POST /scim/v2/Users 400
{"userName":

POST /scim/v2/Users 400

PUT /scim/v2/Users 405
--- http2_json
error 401 /no token/

error 400 invalidSyntax

error 400 invalidSyntax

error 405



=== TEST 3: a body in nginx' file
--- http_config eval: $::Http
--- request
GET /scim/v2/Users
--- http2_request eval
'POST /scim/v2/Users 201
{"userName":"ada@example.com","title":"' . 'x' x 1900 . '"}'
--- http2_json
{"title": "/^x{1900}$/"}



=== TEST 4: an import that goes on when its client is gone
--- http_config eval: $::Http
--- request
GET /scim/v2/Users
--- http2_import eval
qq({"nginx-scim":"export","version":1}\n)
. qq({"type":"User","resource":{"id":"ada-1","userName":"ada"}}\n)
. "x\n" x 20_000
--- no_error_log
[alert]



=== TEST 5: (what it had begun is done)
--- scim_keep
--- request
GET /scim/v2/Users
--- json
{"totalResults": 1, "Resources": [{"userName": "ada"}]}
