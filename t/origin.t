# Who a change is by and where it comes from, as the history has it.
use Test::Nginx::Socket 'no_plan';
use Scim;

our $Proxied = <<"_EOC_";
    set_real_ip_from  127.0.0.1;
    real_ip_header    X-Forwarded-For;
    scim_actor        \$http_x_who;
    add_header        X-Request \$request_id always;
$::Admin
_EOC_

our $Headers = "$::Auth" . "X-Forwarded-For: 203.0.113.7\r\n";

run_tests();

__DATA__

=== TEST 1: an address behind a proxy, a name from a variable
--- config eval: $::Proxied
--- more_headers eval: "$::Headers" . "X-Who: Ren\xc3\xa9"
--- request
POST /scim/v2/Users
{"userName":"ada"}

GET /admin/tenants/acme/history
--- error_code: 201 200
--- response_headers_like
X-Request: [0-9a-f]{32}
--- json
any

{"entries": [{"actor": "/^Ren.{1,2}$/", "address": "203.0.113.7",
              "requestId": "/^[0-9a-f]{32}$/", "tokenId": "tokenacme0000001"}]}



=== TEST 2: no value; bytes that are no text; a long one
--- config eval: $::Proxied
--- more_headers eval
["$::Headers", "$::Headers" . "X-Who: \xe9\x01x", "$::Headers" . "X-Who: " . "y" x 400, $::Auth]
--- request
POST /scim/v2/Users
{"userName":"a"}

POST /scim/v2/Users
{"userName":"b"}

POST /scim/v2/Users
{"userName":"c"}

GET /admin/tenants/acme/history
--- error_code: 201 201 201 200
--- json
any

any

any

{"entries": [{"actor": "/^y{256}$/"}, {"actor": "??x"}, {"actor": "Scim System User"}]}
