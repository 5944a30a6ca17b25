"""Export and import of a whole tenant: there and back, clients that read
slowly or go away, Redis that goes away in the middle."""

import base64
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from scim_server import wait_until

USERS, FEWER = 20000, 12000
NDJSON = {"Content-Type": "application/x-ndjson"}


def lines_of(users):
    yield {"nginx-scim": "export", "version": 1}
    for i in range(users):
        yield {"type": "User", "resource": {
            "id": f"u-{i}", "userName": f"user{i}@example.com",
            "externalId": f"x-{i}", "active": True,
            "name": {"givenName": "Ada", "familyName": f"L{i}"},
            "emails": [{"value": f"user{i}@example.com", "type": "work"}],
            "meta": {"resourceType": "User",
                     "created": "2020-01-01T00:00:00.000Z"}}}
    ids = [{"value": f"u-{i}"} for i in range(users)]
    yield {"type": "Group", "members": ids[:1000],
           "resource": {"id": "g-all", "displayName": "Everyone"}}
    for at in range(1000, users, 1000):
        yield {"members-of": "g-all", "members": ids[at:at + 1000]}
    yield {"type": "Group", "resource": {"id": "g-0", "displayName": "None"}}
    yield {"end": True, "resources": users + 2}


def text_of(users):
    return "".join(json.dumps(line) + "\n" for line in lines_of(users)).encode()


def new(server, name):
    answer = server.admin.post("/tenants", json={"name": name})
    assert answer.status_code == 201, answer.text
    return name


def run_import(server, tenant, body, **params):
    answer = server.admin.post(f"/tenants/{tenant}/import", content=body,
                               headers=NDJSON, params=params, timeout=300)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def run_export(server, tenant):
    answer = server.admin.get(f"/tenants/{tenant}/export", timeout=300)
    assert answer.status_code == 200, answer.text
    return answer.text


def comparable(text):
    for line in text.splitlines():
        line = json.loads(line)
        for name in ("tenant", "exported", "version", "modified"):
            line.pop(name, None)
        yield line


def memory(server):
    """KiB that the largest worker has taken, at most."""
    def peak(pid):
        with open(f"/proc/{pid}/status") as status:
            return next(int(line.split()[1]) for line in status
                        if line.startswith("VmHWM"))
    return max(map(peak, server.workers()))


@pytest.fixture(scope="module")
def large(server):
    """A tenant with all of them; what the worker took is part of the test."""
    tenant = new(server, "large")
    before = memory(server)
    said = run_import(server, tenant, text_of(USERS))
    assert said[-1] == {
        "end": True, "line": USERS + 23, "created": USERS + 2, "replaced": 0,
        "skipped": 0, "failed": 0, "incomplete": 0, "complete": True}
    assert len(said) > 10 and all(line["line"] for line in said)
    assert memory(server) - before < 40 * 1024
    return tenant


def test_there_and_back(server, large):
    before = memory(server)
    begin = time.monotonic()
    first = run_export(server, large)
    assert time.monotonic() - begin < 60
    assert memory(server) - before < 20 * 1024

    copy = new(server, "copy")
    said = run_import(server, copy, first.encode())
    assert said[-1]["complete"] and said[-1]["failed"] == 0, said[-1]
    second = run_export(server, copy)
    assert list(comparable(second)) == list(comparable(first))

    found = server.admin.get(f"/tenants/{copy}").json()
    assert (found["users"], found["groups"]) == (USERS, 2)


def test_an_import_is_in_the_history(server, large):
    answer = server.admin.get(f"/tenants/{large}/history",
                              params={"resource": "u-7"})
    entry, = answer.json()["entries"]
    assert entry["operation"] == "create"
    assert entry["actor"] == server.env["SCIM_ADMIN_USER"]


class Slow:
    """A client with a small window that reads when it is told to."""

    def __init__(self, server, request):
        url = urlsplit(server.env["SCIM_ADMIN_URL"])
        auth = "{SCIM_ADMIN_USER}:{SCIM_ADMIN_PASSWORD}".format(**server.env)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.socket.settimeout(30)
        self.socket.connect((url.hostname, url.port))
        head = (f"GET {url.path}{request} HTTP/1.1\r\nHost: x\r\n"
                "Connection: close\r\nAuthorization: Basic "
                f"{base64.b64encode(auth.encode()).decode()}\r\n\r\n")
        self.socket.sendall(head.encode())
        self.text = self.socket.recv(1000)
        assert self.text.startswith(b"HTTP/1.1 200"), self.text

    def rest(self):
        while True:
            more = self.socket.recv(65536)
            if not more:
                return self.text
            self.text += more

    def close(self):
        self.socket.close()


def test_a_slow_reader_holds_nobody_up(server, large):
    before = memory(server)
    readers = [Slow(server, f"/tenants/{large}/export") for _ in range(8)]
    begin = time.monotonic()
    for _ in range(20):
        assert server.admin.get(f"/tenants/{large}").status_code == 200
    assert time.monotonic() - begin < 8
    assert memory(server) - before < 20 * 1024
    # All at once, as none waits longer than send_timeout.
    with ThreadPoolExecutor(len(readers)) as pool:
        texts = list(pool.map(Slow.rest, readers))
    for reader, text in zip(readers, texts):
        assert text.endswith(b"}\n\r\n0\r\n\r\n") and b'{"end":true' in text
        reader.close()


def test_reload_lets_an_export_end(server, large):
    reader = Slow(server, f"/tenants/{large}/export")
    before = set(server.workers())
    server.reload()
    # The worker that has nothing to do is gone; the other one knows, too.
    assert wait_until(lambda: len(before & set(server.workers())) < 2, 30)
    text = reader.rest()
    reader.close()
    assert text.endswith(b"}\n\r\n0\r\n\r\n") and b'{"end":true' in text
    assert wait_until(lambda: not before & set(server.workers()), 30)


def test_clients_that_go_away(server, large):
    for _ in range(5):
        Slow(server, f"/tenants/{large}/export").close()

    tenant = new(server, "left")
    lines = text_of(FEWER)
    with server.admin.stream("POST", f"/tenants/{tenant}/import",
                             content=lines, headers=NDJSON) as answer:
        next(answer.iter_raw())

    def users():
        return server.admin.get(f"/tenants/{tenant}").json()["users"]

    def settled():
        seen = users()
        time.sleep(1)
        return seen == users()

    assert wait_until(settled, 30)
    assert 0 < users() < FEWER
    said = run_import(server, tenant, lines, existing="skip")
    assert said[-1]["complete"] and said[-1]["failed"] == 0, said[-1]
    assert users() == FEWER


def test_redis_dies_during_an_export(server, large):
    reader = Slow(server, f"/tenants/{large}/export")
    server.kill_redis()
    text = reader.rest()
    reader.close()
    assert b'{"end":' not in text and not text.endswith(b"\r\n0\r\n\r\n")
    server.start_redis()
    assert '{"end":true,' in run_export(server, large)


def test_redis_dies_during_an_import(server):
    tenant = new(server, "cut")
    lines = text_of(FEWER)
    said = []
    with server.admin.stream("POST", f"/tenants/{tenant}/import",
                             content=lines, headers=NDJSON,
                             timeout=60) as answer:
        for line in answer.iter_lines():
            said.append(json.loads(line))
            if len(said) == 2:
                server.kill_redis()
    last = said[-1]
    assert last["end"] is False and last["status"] == 503, last
    assert last["detail"] and 1000 < last["created"] < FEWER
    server.start_redis()
    kept = server.admin.get(f"/tenants/{tenant}").json()["users"]
    assert kept >= last["created"]
    said = run_import(server, tenant, lines, existing="skip")
    assert said[-1]["end"] is True and said[-1]["failed"] == 0, said[-1]
    assert said[-1]["skipped"] == kept
