"""What hostile clients send: refused with a SCIM error, or taken as it is,
never a 5xx, a crash or a hang.  The server's log is read when it stops."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from scim_client import (
    ENT, GROUP, PATCH, USER, assert_error, assert_list,
)

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def user_text(members, name='"ada"'):
    return f'{{"schemas":["{USER}"],"userName":{name}{members}}}'


def alive(client):
    """The worker still answers, on the same data."""
    assert client.get("/ServiceProviderConfig").status_code == 200
    assert client.get("/Users").status_code == 200


def on_every_body(client, body):
    """A body that is wrong whatever the endpoint."""
    id = client.create_user("somebody")
    for method, path in (("POST", "/Users"), ("POST", "/Groups"),
                         ("PUT", f"/Users/{id}"), ("PATCH", f"/Users/{id}"),
                         ("POST", "/Users/.search"), ("POST", "/.search"),
                         ("POST", "/Bulk")):
        yield client.send(method, path, body)
    alive(client)


# Bodies

DEEP = "[" * 5000 + "]" * 5000
DEEP_OBJECT = '{"a":' * 5000 + "1" + "}" * 5000

BROKEN = {
    "a NUL byte": b'{"userName":"a\0b"}',
    "a NUL byte between": b'{\0"userName":"a"}',
    "NUL alone": b"\0",
    "a control character": b'{"userName":"a\x01b"}',
    "a lone byte of UTF-8": b'{"userName":"\xff"}',
    "overlong UTF-8": b'{"userName":"\xc0\x80"}',
    "a surrogate in UTF-8": b'{"userName":"\xed\xa0\x80"}',
    "beyond Unicode": b'{"userName":"\xf5\x80\x80\x80"}',
    "cut UTF-8": b'{"userName":"\xe2\x82"}',
    "broken UTF-8 in a name": b'{"\xff":1}',
    "UTF-16": '{"userName":"a"}'.encode("utf-16"),
    "a lone surrogate": rb'{"userName":"\ud800"}',
    "a swapped pair": rb'{"userName":"\udc00\ud800"}',
    "a bad escape": rb'{"userName":"\x41"}',
    "a short escape": rb'{"userName":"\u00"}',
    "deep arrays": DEEP.encode(),
    "deep objects": DEEP_OBJECT.encode(),
    "deep and open": b"[" * 100000,
    "NaN": b'{"userName":NaN}',
    "Infinity": b'{"userName":-Infinity}',
    "a leading zero": b'{"userName":01}',
    "hex": b'{"userName":0x1}',
    "a comment": b'{"userName":"a"/**/}',
    "two values": b'{"userName":"a"}{"userName":"b"}',
    "a trailing comma": b'{"userName":"a",}',
    "no quotes": b"{userName:1}",
    "single quotes": b"{'userName':'a'}",
    "cut": b'{"userName":"a',
    "nothing": b"",
    "blanks": b"  \n ",
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_bodies(tenant, what):
    for answer in on_every_body(tenant, BROKEN[what]):
        assert answer.status_code == 400, answer.text
        assert answer.json()["scimType"] == "invalidSyntax", answer.text
        assert answer.json()["detail"]
    assert_list(tenant.get("/Users"), 1)


@pytest.mark.parametrize("body", [
    f'{{"schemas":["{USER}"],"userName":"a","userName":"b"}}',
    f'{{"schemas":["{USER}"],"userName":"a","USERNAME":"b"}}',
    user_text(',"name":{"givenName":"a","givenName":"b"}'),
    user_text(',"emails":[{"value":"a","value":"b"}]'),
    user_text(f',"{USER}:title":"a","title":"b"'),
    user_text(f',"{ENT}":{{"department":"a"}},"{ENT}:department":"b"'),
    user_text(f',"{ENT}":{{"department":"a"}},'
              f'"{ENT.upper()}":{{"department":"b"}}'),
])
def test_duplicate_keys(tenant, body):
    answer = tenant.post("/Users", body)
    assert_error(answer, 400, "invalidSyntax")
    assert_list(tenant.get("/Users"), 0)


def test_duplicate_keys_of_a_patch(tenant):
    id = tenant.create_user("ada", title="T")
    good = '{"op":"replace","path":"title","value":"x"}'
    for operations in (
        '[{"op":"replace","op":"remove","path":"title","value":"x"}]',
        '[{"op":"replace","OP":"remove","path":"title","value":"x"}]',
        '[{"op":"replace","path":"title","path":"nickName","value":"x"}]',
        '[{"op":"replace","path":"title","value":"x","Value":"y"}]',
        f'[{good}],"Operations":[{good}]', f'[{good}],"operations":[{good}]',
    ):
        answer = tenant.send(
            "PATCH", f"/Users/{id}",
            f'{{"schemas":["{PATCH}"],"Operations":{operations}}}')
        assert_error(answer, 400, "invalidSyntax")
        assert tenant.get(f"/Users/{id}").json()["title"] == "T"


def test_duplicate_keys_of_a_search(tenant):
    for more in ('"filter":"id pr","filter":"userName pr"',
                 '"filter":"id pr","Filter":"userName pr"',
                 '"count":1,"COUNT":2'):
        answer = tenant.post("/Users/.search",
                             f'{{"schemas":["{SEARCH}"],{more}}}')
        assert answer.status_code == 400, answer.text


def test_duplicate_keys_of_a_bulk(tenant):
    head = f'{{"schemas":["{BULK}"],"Operations":'
    good = '{"method":"POST","path":"/Users","bulkId":"a","data":{}}'
    for body in (head + f'[{good}],"operations":[{good}]}}',
                 head + f'[{good}],"failOnErrors":1,"FailOnErrors":2}}'):
        assert_error(tenant.post("/Bulk", body), 400, "invalidSyntax")
    for more in ('"Path":"/Groups"', '"METHOD":"PUT"', '"BulkId":"b"',
                 '"DATA":{"userName":"b"}'):
        twice = "{" + more + "," + good[1:]
        answer = tenant.post("/Bulk", head + f"[{twice}]}}")
        row, = answer.json()["Operations"]
        assert row["status"] == "400"
        assert row["response"]["scimType"] == "invalidSyntax"
    assert_list(tenant.get("/Users"), 0)


@pytest.mark.parametrize("number", [
    "1e999999", "-1e999999", "9" * 400, "1" + "0" * 4000, "0." + "1" * 4000,
    "1e-999999", "9223372036854775808", "-9223372036854775809", "1E+400",
])
def test_huge_numbers(tenant, number):
    for member in (f',"active":{number}', f',"emails":{number}',
                   f',"name":{number}',
                   f',"emails":[{{"value":"a","primary":{number}}}]'):
        answer = tenant.post("/Users", user_text(member))
        assert answer.status_code in (201, 400), answer.text
        if "active" in member or "primary" in member or "name" in member:
            assert answer.status_code == 400
    for name in ("startIndex", "count"):
        assert tenant.get(f"/Users?{name}={number}").status_code in (200, 400)
        answer = tenant.post("/Users/.search",
                             f'{{"schemas":["{SEARCH}"],"{name}":{number}}}')
        assert answer.status_code in (200, 400), answer.text
    alive(tenant)


def test_many_of_everything(tenant):
    values = [{"value": f"{i}@x"} for i in range(20000)]
    roles = [{"value": str(i)} for i in range(20000)]
    schemas = [USER] + [f"urn:x:{i}" for i in range(20000)]
    operations = [{"op": "add", "path": "title", "value": "x"}] * 20000
    id = tenant.create_user("ada")
    for answer in (
        tenant.post("/Users", {"schemas": [USER], "userName": "b",
                               "emails": values}),
        tenant.post("/Users", {"schemas": schemas, "userName": "c"}),
        tenant.post("/Users", {"schemas": [USER], "userName": "d",
                               **{f"x{i}": i for i in range(20000)}}),
        tenant.patch(f"/Users/{id}", {"op": "add", "path": "roles",
                                      "value": roles}),
        tenant.patch(f"/Users/{id}", *operations),
    ):
        assert answer.status_code in (200, 201, 400, 413), answer.text[:300]
    alive(tenant)


def test_long_values(tenant):
    for n in (1000, 65535, 500000):
        for name in ("userName", "displayName", "externalId"):
            answer = tenant.post("/Users", {
                "schemas": [USER], "userName": f"{name}{n}", name: "x" * n})
            assert answer.status_code in (201, 400, 413), answer.text[:300]
        answer = tenant.post("/Users", {"schemas": [USER], "x" * n: 1})
        assert answer.status_code == 400
    alive(tenant)


def test_a_body_too_large(tenant):
    assert_error(tenant.post("/Users", b"x" * 20_000_000), 413)


# URLs


@pytest.mark.parametrize("path", [
    "/Users/%00", "/Users/a%00b", "/Users/%FF", "/Users/%C0%80",
    "/Users/%ED%A0%80", "/Users/%", "/Users/%zz", "/Users/" + "a" * 3000,
    "/%00", "/%FF/x", "/Users/%0d%0aX:1", "/Users/a:b", "/Users/{x}",
    "/Schemas/%00", "/Schemas/" + "a" * 3000, "/ResourceTypes/%FF",
])
def test_odd_paths(tenant, path):
    answer = tenant.get(path)
    assert answer.status_code in (400, 404), answer.text
    assert "X" not in answer.headers
    alive(tenant)


@pytest.mark.parametrize("query,kind", [
    ("filter=%00", "invalidFilter"), ("filter=%FF", "invalidFilter"),
    ('filter=userName+eq+"%FF"', "invalidFilter"),
    ('filter=userName+eq+"%C0%80"', "invalidFilter"),
    ('filter=userName+eq+"%00"', "invalidFilter"),
    ("filter=" + "(" * 500 + "id+pr" + ")" * 500, "invalidFilter"),
    ("filter=" + "not+(" * 500 + "id+pr" + ")" * 500, "invalidFilter"),
    ("filter=" + "+or+".join(["id+pr"] * 500), "invalidFilter"),
    ("filter=emails[" * 50 + "id+pr", "invalidFilter"),
    ('filter=id+eq+"a"&filter=id+eq+"b"', "invalidFilter"),
    ("attributes=%FF", "invalidValue"), ("sortBy=%FF", None),
    ("sortBy=boat", None), ("count=1&count=2", None),
    ("startIndex=1&startIndex=2", None),
    ("cursor=%FF", "invalidCursor"),
])
def test_odd_queries(tenant, query, kind):
    answer = tenant.get("/Users?" + query)
    assert answer.status_code == 400, answer.text
    if kind:
        assert answer.json()["scimType"] == kind
    alive(tenant)


@pytest.mark.parametrize("query", [
    "a" * 5000, "attributes=" + ",".join(["x"] * 2000), "&&&&", "=", "%00",
    "%FF=%FF", "attributes=,,,", "filter", "filter=", "x=%zz",
    "attributes=" + "emails.value," * 500,
])
def test_queries_that_say_nothing(tenant, query):
    answer = tenant.get("/Users?" + query)
    assert answer.status_code in (200, 400, 414), answer.text
    alive(tenant)


def test_long_filters(tenant):
    long = 'userName eq "' + "x" * 100000 + '"'
    answer = tenant.post("/Users/.search",
                         {"schemas": [SEARCH], "filter": long})
    assert_error(answer, 400, "invalidFilter")
    alive(tenant)


# Key separators and protocol bytes in every place that takes text


ODD = ["a\0b", "\0", "a:b", "{t}", "a\r\nb", "*1\r\n$4\r\nPING\r\n", "a\\0",
       "\u0000\u0001\u001f", "\u2028", "\U0010ffff", "a" + "\u0301" * 500]


@pytest.mark.parametrize("text", ODD)
def test_odd_text(tenant, text):
    """Kept as it is and found again, or refused: never cut."""
    answer = tenant.post("/Users", {
        "schemas": [USER, ENT], "userName": text, "externalId": text,
        "displayName": text, "emails": [{"value": text, "type": text}],
        ENT: {"department": text}})
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 201:
        got = tenant.get(f"/Users/{answer.json()['id']}").json()
        assert got["userName"] == got["externalId"] == text
        assert got["emails"] == [{"value": text, "type": text}]
        for name in ("userName", "externalId", "emails.value"):
            found = tenant.post("/Users/.search", {
                "schemas": [SEARCH],
                "filter": f"{name} eq {json.dumps(text)}"})
            assert found.json()["totalResults"] == 1, name
        again = tenant.post("/Users", {"schemas": [USER], "userName": text})
        assert_error(again, 409, "uniqueness")
    group = tenant.post("/Groups", {"schemas": [GROUP], "displayName": text})
    assert group.status_code in (201, 400), group.text
    alive(tenant)


def test_a_nul_does_not_join_names(tenant):
    """An index keeps `value NUL id`: a NUL in a value must not blur it."""
    for name in ("a", "a\0", "a\0b", "ab"):
        answer = tenant.post("/Users", {"schemas": [USER], "userName": name})
        assert answer.status_code in (201, 400)
    for name in ("a", "ab"):
        found = tenant.post("/Users/.search", {
            "schemas": [SEARCH], "filter": f'userName eq "{name}"'})
        assert [r["userName"] for r in found.json()["Resources"]] == [name]


# Headers


def raw(client, *lines, body=b""):
    """The status of a request written by hand; None if it was hung up on."""
    url = urlsplit(client.base)
    with socket.create_connection((url.hostname, url.port), 10) as s:
        head = b"\r\n".join(
            line if isinstance(line, bytes) else line.encode()
            for line in lines)
        s.sendall(head + b"\r\n\r\n" + body)
        answer = b""
        while True:
            try:
                more = s.recv(65536)
            except ConnectionResetError:
                break
            if not more:
                break
            answer += more
    if not answer:
        return None, ""
    return int(answer.split()[1]), answer.decode("latin-1")


def get(client, *lines, path="/scim/v2/Users"):
    return raw(client, f"GET {path} HTTP/1.1", "Host: localhost",
               "Connection: close", f"Authorization: Bearer {client.token}",
               *lines)


@pytest.mark.parametrize("line", [
    b"If-Match: \xff\xfe", b"If-Match: " + b'W/"' * 500,
    b"If-Match: " + b"," * 5000, b"If-None-Match: *,*,*",
    b"Content-Type: \xff", b"Accept: \xff", b"Accept: " + b"a/b," * 1000,
    b"X-Forwarded-For: " + b"1," * 2000, b"Accept-Language: \x80",
    b"Prefer: return=\xff", b"Transfer-Encoding: chunked, chunked",
    b"Content-Length: -1", b"Content-Length: 99999999999999999999",
    b"Content-Length: 1\r\nContent-Length: 2", b"Expect: nonsense",
    b"Transfer-Encoding: x", b"Range: bytes=0-1,2-3,-1", b"TE: \xff",
    b"Authorization: Bearer " + b"a" * 6000, b": empty", b"Na me: x",
    b"X\0Y: a", b"X: a\0b", b"Host: \xff", b"Host: a\r\nHost: b",
    b"X: " + b"a" * 40000, b"\r\n".join(b"X%d: a" % i for i in range(2000)),
])
def test_headers(tenant, line):
    status, text = get(tenant, line)
    assert status is None or status in (
        200, 206, 304, 400, 401, 411, 412, 413, 415, 416, 417, 431, 501), text
    assert status != 501 or b"Transfer-Encoding" in line
    alive(tenant)


@pytest.mark.parametrize("version, line, status, said", [
    ("1.1", "Transfer-Encoding: gzip", 501, "Transfer-Encoding"),
    ("3.0", "X: a", 505, "HTTP/1.1")])
def test_what_nginx_cannot(tenant, version, line, status, said):
    """What nginx itself has no means for is told as SCIM's errors are."""
    got, text = raw(tenant, f"GET /scim/v2/Users HTTP/{version}",
                    "Host: localhost", "Connection: close", line)
    assert got == status
    assert f'"status":"{status}"' in text and said in text


@pytest.mark.parametrize("host", ["a\"b", "a<b>", "a/b", "a b", "\xff",
                                  "evil.example.com/x?", "a\\b", "[::1"])
def test_a_host_does_not_get_into_urls(tenant, host):
    """meta.location is made of the Host: what is no host is refused."""
    tenant.create_user("ada")
    status, text = raw(
        tenant, "GET /scim/v2/Users HTTP/1.1",
        b"Host: " + host.encode("latin-1"), "Connection: close",
        f"Authorization: Bearer {tenant.token}")
    if status == 200:
        body = json.loads(text.partition("\r\n\r\n")[2])
        location = body["Resources"][0]["meta"]["location"]
        assert location.startswith("http://")
        assert not set('"<>\\ ') & set(location)
    else:
        assert status == 400, text


def test_methods(tenant):
    for method in ("TRACE", "CONNECT", "PROPFIND", "get", "X" * 1000, "\xff",
                   "GET\0"):
        status, text = raw(
            tenant, f"{method} /scim/v2/Users HTTP/1.1", "Host: localhost",
            "Connection: close", f"Authorization: Bearer {tenant.token}")
        assert status in (None, 400, 405, 501), (method, text)
    alive(tenant)


def test_smuggling(tenant):
    """A request in a body that two readers could part differently is either
    refused or a body, not a request."""
    inner = (b"DELETE /scim/v2/Users/x HTTP/1.1\r\nHost: a\r\n\r\n")
    for lines in (
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding : chunked",),
        ("Content-Length: 0", "Content-Length: 50"),
        ("Content-Length: +5",), ("Content-Length: 5 5",),
    ):
        status, text = raw(
            tenant, "POST /scim/v2/Users HTTP/1.1", "Host: localhost",
            "Connection: close", f"Authorization: Bearer {tenant.token}",
            "Content-Type: application/scim+json", *lines,
            body=b"0\r\n\r\n" + inner)
        assert status in (None, 400, 411, 501), (lines, text)
    alive(tenant)


def test_chunked_bodies(tenant):
    body = user_text("").encode()
    chunks = b"".join(b"1\r\n%c\r\n" % c for c in body) + b"0\r\n\r\n"
    head = ("POST /scim/v2/Users HTTP/1.1", "Host: localhost",
            "Connection: close", f"Authorization: Bearer {tenant.token}",
            "Content-Type: application/scim+json",
            "Transfer-Encoding: chunked")
    status, _ = raw(tenant, *head, body=chunks)
    assert status == 201
    for bad in (b"zz\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n"):
        status, _ = raw(tenant, *head, body=bad + b"x")
        assert status in (None, 400, 413)
    alive(tenant)


def test_content_encodings(tenant):
    for coding in ("gzip", "deflate", "br", "x"):
        answer = tenant.post("/Users", b"\x1f\x8b\x08\0\0",
                             headers={"Content-Encoding": coding})
        assert answer.status_code in (400, 415), answer.text
    alive(tenant)


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "x"])
def test_charsets(tenant, charset):
    answer = tenant.post(
        "/Users", user_text("").encode("utf-16"),
        headers={"Content-Type": f"application/scim+json; charset={charset}"})
    assert answer.status_code in (400, 415), answer.text
