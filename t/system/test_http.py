"""HTTP at its edges, with the configuration that `make run` starts."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from scim_client import ERROR


def ask(server, *lines):
    """The first answer to a request whose body does not come."""
    address = urlsplit(server.default().base)
    with socket.create_connection((address.hostname, address.port), 5) as peer:
        peer.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        answer = peer.makefile("rb")
        status = int(answer.readline().split()[1])
        headers = http.client.parse_headers(answer)
        return status, headers, answer.read(int(headers["Content-Length"] or 0))


def assert_scim(answer, expected):
    status, headers, body = answer
    assert status == expected
    assert headers["Content-Type"] == "application/scim+json"
    error = json.loads(body)
    assert error["schemas"] == [ERROR]
    assert error["status"] == str(status)
    assert error["detail"]


@pytest.mark.parametrize("line, headers, status", [
    ("GET /scim/v2/Users?filter=" + "x" * 40000, (), 414),
    ("GET /scim/v2/Users", ("X: " + "x" * 40000,), 400),
    ("GET /scim/v2/Users", ("Authorization: Bearer a",) * 2, 400),
    ("TRACE /scim/v2/Users", (), 405),
    ("GET /Users", (), 404),
    ("GET /scim", (), 404),
], ids=["long URL", "long header", "twice", "TRACE", "elsewhere", "no endpoint"])
def test_errors_before_a_location_are_scim_too(server, line, headers, status):
    assert_scim(ask(server, line + " HTTP/1.1", "Host: x", *headers), status)


@pytest.mark.parametrize("path, what, status", [
    ("Users", "Content-Type: text/plain", 415),
    ("Users/nobody", "Content-Type: application/json", 405),
    ("nothing", "Content-Type: application/json", 404),
])
def test_a_body_that_is_not_wanted_is_not_asked_for(server, path, what, status):
    assert_scim(ask(server, f"POST /scim/v2/{path} HTTP/1.1", "Host: x",
                     f"Authorization: Bearer {server.default().token}", what,
                     "Content-Length: 10", "Expect: 100-continue"), status)
