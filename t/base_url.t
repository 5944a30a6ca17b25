# Where resources say they are, and how paths and locations go together.
use Test::Nginx::Socket 'no_plan';
use Scim;

run_tests();

__DATA__

=== TEST 1: the host that was asked for, and nothing that is forwarded
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers eval
"${main::Auth}Host: scim.example.com:8443
X-Forwarded-Host: evil.example.com
X-Forwarded-Proto: https
X-Forwarded-Prefix: /evil
Forwarded: host=evil.example.com;proto=https
X-Original-URL: /evil"
--- response_headers
Location: http://scim.example.com:8443/scim/v2/Users/ada-1
--- json
{"meta": {"location": "http://scim.example.com:8443/scim/v2/Users/ada-1"}}



=== TEST 2: no host: the server's name
--- scim_users
ada-1 ada@example.com
--- raw_request eval
"GET /scim/v2/Users/ada-1 HTTP/1.0\r\nAuthorization: Bearer \$TOKEN\r\n\r\n"
--- response_headers_like
Location: http://localhost:\d+/scim/v2/Users/ada-1
--- json
{"meta": {"location": "/^http://localhost:\\d+/scim/v2/Users/ada-1$/"}}



=== TEST 3: scim_base_url, whatever the host
--- config eval: "scim_base_url https://id.example.com/tenant/scim/; $::Config"
--- scim_users
ada-1 ada@example.com
--- scim_groups
team-1 Engines = ada-1
--- request
GET /scim/v2/Users/ada-1

GET /scim/v2/Groups

POST /scim/v2/Groups
{"displayName":"Motors"}

GET /scim/v2/ServiceProviderConfig
--- error_code: 200 200 201 200
--- response_headers_like
Location: https://id.example.com/tenant/scim/Users/ada-1

Content-Type: .*

Location: https://id.example.com/tenant/scim/Groups/[0-9a-f-]{36}

Content-Type: .*
--- json
{
  "groups": [{"$ref": "https://id.example.com/tenant/scim/Groups/team-1"}],
  "meta": {"location": "https://id.example.com/tenant/scim/Users/ada-1"}
}

{
  "Resources": [{
    "members": [{"$ref": "https://id.example.com/tenant/scim/Users/ada-1"}],
    "meta": {"location": "https://id.example.com/tenant/scim/Groups/team-1"}
  }]
}

{"meta": {"location": "/^https://id.example.com/tenant/scim/Groups/[0-9a-f-]{36}$/"}}

{"meta": {"location": "https://id.example.com/tenant/scim/ServiceProviderConfig"}}



=== TEST 4: scim_base_url of variables: a proxy that is trusted
--- config eval: "scim_base_url \$http_x_forwarded_proto://\$http_x_forwarded_host/scim/v2; $::Config"
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers eval
"${main::Auth}X-Forwarded-Host: scim.example.com\nX-Forwarded-Proto: https"
--- response_headers
Location: https://scim.example.com/scim/v2/Users/ada-1



=== TEST 5: a location without a slash at its end
--- config
location /scim { scim; scim_tenant acme; }
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/Users/ada-1

GET /scimUsers/ada-1

GET /scim
--- error_code: 200 404 200
--- json
{"meta": {"location": "http://localhost/scim/Users/ada-1"}}

error 404

{"totalResults": 1}



=== TEST 6: the whole of a server
--- config
location / { scim; scim_tenant acme; }
--- scim_users
ada-1 ada@example.com
--- request
GET /Users/ada-1
--- json
{"meta": {"location": "http://localhost/Users/ada-1"}}



=== TEST 7: a tenant in the path: scim_prefix
--- config
location ~ ^/(?<t>[a-z]+)/scim/ {
    scim;
    scim_tenant  $t;
    scim_prefix  /$t/scim;
}
--- scim_users
ada-1 ada@example.com
--- request
GET /acme/scim/Users/ada-1

GET /off/scim/Users/ada-1
--- error_code: 200 403
--- response_headers
Location: http://localhost/acme/scim/Users/ada-1

Content-Type: application/scim+json
--- json
{"meta": {"location": "http://localhost/acme/scim/Users/ada-1"}}

error 403 /off/



=== TEST 8: a path in another spelling: dots, slashes, percent signs
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/./Users//ada-1

GET /%73cim/v2/Users/ada-1

GET /scim/v2/Groups/../Users/ada-1
--- error_code: 404 200 404
--- json
error 404 /tenant URL/

{"id": "ada-1"}

error 404



=== TEST 9: what was rewritten
--- config eval
"location /old/ { rewrite ^/old/(.*)\$ /scim/v2/\$1 last; }
$::Config"
--- scim_users
ada-1 ada@example.com
--- request
GET /old/Users/ada-1?attributes=userName
--- response_headers
Location: http://localhost/scim/v2/Users/ada-1
--- json
{"id": "ada-1"}



=== TEST 10: a host that is no name does not get into URLs
--- skip_nginx: 2: >= 1.29.4: nginx refuses such a host
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers eval: "${main::Auth}Host: a\"b"
--- json
{"meta": {"location": "/^http:\\/\\/localhost[:\\d]*\\/scim\\/v2\\/Users\\/ada-1$/"}}



=== TEST 11: nor does one that is no UTF-8
--- skip_nginx: 2: >= 1.29.4: nginx refuses such a host
--- scim_users
ada-1 ada@example.com
--- request
GET /scim/v2/Users/ada-1
--- more_headers eval: "${main::Auth}Host: a\xff\xfe"
--- json
{"meta": {"location": "/^http:\\/\\/localhost[:\\d]*\\/scim\\/v2\\/Users\\/ada-1$/"}}



=== TEST 12: bytes that no URL has, in a prefix of the request's own
--- config
location ~ ^/(?<t>[^/]+)/scim/ {
    scim;
    scim_tenant  acme;
    scim_prefix  /$t/scim;
}
--- scim_users
ada-1 ada@example.com
--- request
GET /a%0d%0aX-Evil:%20b/scim/Users/ada-1

GET /a"%5C%C3%BC%FFz~/scim/Users/ada-1
--- response_headers
Location: http://localhost/a%0D%0AX-Evil:%20b/scim/Users/ada-1
X-Evil:

Location: http://localhost/a%22%5C%C3%BC%FFz~/scim/Users/ada-1
--- json
{"meta": {"location": "http://localhost/a%0D%0AX-Evil:%20b/scim/Users/ada-1"}}

{"meta": {"location": "http://localhost/a%22%5C%C3%BC%FFz~/scim/Users/ada-1"}}



=== TEST 13: and in a base URL, which may have what is encoded already
--- config
location ~ ^/(?<t>[^/]+)/scim/ {
    scim;
    scim_tenant    acme;
    scim_prefix    /$t/scim;
    scim_base_url  https://id.example.com/%41/$t;
}
--- scim_users
ada-1 ada@example.com
--- request
GET /a%0ab%FF/scim/Users/ada-1
--- response_headers
Location: https://id.example.com/%41/a%0Ab%FF/Users/ada-1
--- json
{"meta": {"location": "https://id.example.com/%41/a%0Ab%FF/Users/ada-1"}}
