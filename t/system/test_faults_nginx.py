"""Workers killed, reloaded, ended; clients that go away or take their time."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import tempfile
import threading
import time

import httpx
import pytest

from scim_client import USER, assert_error, assert_list, percent
from scim_load import Writers
from scim_nginx import Nginx
from scim_server import alive, running, wait_until


class Readers(threading.Thread):
    """One connection that is kept; a GET that finds it closed is sent again,
    as every HTTP client does."""

    def __init__(self, client, path):
        super().__init__()
        self.client, self.path = client, path
        self.ended = threading.Event()
        self.statuses, self.broken = [], []

    def run(self):
        while not self.ended.is_set():
            for last in (False, True):
                try:
                    self.statuses.append(
                        self.client.get(self.path).status_code)
                    break
                except httpx.HTTPError as error:
                    if last:
                        self.broken.append(repr(error))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()


# --- processes ---------------------------------------------------------------


def test_workers_killed_under_load():
    with running(r"worker process \d+ exited on signal 9") as server:
        client = server.new_tenant()
        with Writers(client, threads=6) as writers:
            for n in range(4):
                writers.wait_for(30)
                workers = server.workers()
                os.kill(workers[n % 2], signal.SIGKILL)
                assert wait_until(lambda: len(server.workers()) == 2
                                  and server.workers() != workers, 15)
            writers.wait_for(30)
        # Only requests that the killed worker had get no answer.
        assert set(writers.statuses) == {201}
        assert len(writers.broken) <= 4 * 6
        writers.assert_nothing_lost()
        assert server.error_log().count("exited on signal 9") == 4


def test_reload_under_load():
    with running() as server:
        client = server.new_tenant()
        id = client.create_user("ada")
        with Writers(client) as writers, Readers(client, f"/Users/{id}") as r:
            for _ in range(5):
                writers.wait_for(20)
                before = server.workers()
                server.reload()
                assert wait_until(
                    lambda: not set(before) & set(server.workers()), 15)
            writers.wait_for(20)
        assert set(writers.statuses) == {201}
        assert not writers.broken
        assert set(r.statuses) == {200}
        assert not r.broken
        writers.assert_nothing_lost()
        assert len(server.workers()) == 2


def read_connections(port, peer=None):
    """How many connections to the port, from one or from any, are accepted
    and read to the end, by what the kernel says of them (proc(5))."""
    rows = [line.split() for line in
            pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01"
               and (peer is None or row[2].endswith(f":{peer:04X}"))
               and row[4].endswith(":00000000") and row[9] != "0"
               for row in rows)


def connected(server, client):
    """How many workers have a connection to Redis, after one request more."""
    assert httpx.get(client.base + "/Users?count=0", verify=False, headers={
        "Authorization": f"Bearer {client.token}"}).status_code == 200
    return server.redis("CLIENT", "LIST").count("name=nginx-scim")


@contextlib.contextmanager
def in_flight(server, client, count=5):
    """Writes that Redis has not answered yet: it is frozen meanwhile."""
    answers = []

    def write(n):
        with raw(server, named(f"flight{n}"), token=client.token) as own:
            own.settimeout(30)
            answer = http.client.HTTPResponse(own)
            answer.begin()
            answers.append((answer.status, json.loads(answer.read())))

    threads = [threading.Thread(target=write, args=(n,))
               for n in range(count)]
    assert wait_until(lambda: connected(server, client) >= 2, 10)
    idle = read_connections(server.port)
    os.kill(server.redis_pid, signal.SIGSTOP)
    try:
        for thread in threads:
            thread.start()
        assert wait_until(
            lambda: read_connections(server.port) >= idle + count, 10)
        time.sleep(0.3)
        yield answers
        time.sleep(0.7)
    finally:
        os.kill(server.redis_pid, signal.SIGCONT)
    for thread in threads:
        thread.join()


def be_patient(server):
    """Longer than a test may freeze Redis."""
    before = server.workers()
    with open(server.var / "conf/scim/http.conf", "a") as conf:
        conf.write("scim_redis_timeout 20s;\n")
    server.reload()
    assert wait_until(lambda: not set(before) & set(server.workers()), 15)


def test_reload_drains_what_is_in_flight():
    with running() as server:
        be_patient(server)
        client = server.new_tenant()
        with in_flight(server, client) as answers:
            server.reload()
        assert [status for status, _ in answers] == [201] * 5
        assert_list(client.get("/Users"), 5)


def test_quit_drains_what_is_in_flight():
    with running() as server:
        be_patient(server)
        client = server.new_tenant()
        with in_flight(server, client) as answers:
            os.kill(server.nginx_pid, signal.SIGQUIT)
        assert [status for status, _ in answers] == [201] * 5
        assert wait_until(lambda: not alive(server.nginx_pid), 15)
        ids = {body["id"] for _, body in answers}
        keys = server.redis("--scan", "--pattern", "*:r:User:*").splitlines()
        assert {key.rsplit(":", 1)[1] for key in keys} == ids


def test_quit_while_redis_is_away():
    """Ends though it can never be connected again."""
    with running() as server:
        client = server.new_tenant()
        server.kill_redis()
        assert client.get("/Users").status_code == 503
        os.kill(server.nginx_pid, signal.SIGQUIT)
        assert wait_until(lambda: not alive(server.nginx_pid), 15)


def test_quit_while_redis_is_frozen():
    with running() as server:
        client = server.new_tenant()
        with in_flight(server, client) as answers:
            os.kill(server.nginx_pid, signal.SIGQUIT)
            # Longer than scim_redis_timeout.
            assert wait_until(lambda: not alive(server.nginx_pid), 15)
        assert [status for status, _ in answers] == [503] * 5


# --- clients -----------------------------------------------------------------


@pytest.fixture
def nginx(server):
    """Without a gate: a write goes to Redis in the turn that reads it."""
    server.admin.post("/tenants", json={"name": "fake"})
    root = pathlib.Path(tempfile.mkdtemp(prefix="nginx-scim-"))
    nginx = Nginx(root, f"unix:{server.redis_socket}", timeout="20s")
    nginx.start()
    yield nginx
    nginx.stop()
    shutil.rmtree(root)


def raw(nginx, body, path="/Users", length=None, token="none"):
    """A request, up to its body, in one piece, and the connection."""
    own = socket.create_connection(("127.0.0.1", nginx.port))
    own.settimeout(10)
    own.sendall((f"POST /scim/v2{path} HTTP/1.1\r\nHost: x\r\n"
                 f"Authorization: Bearer {token}\r\n"
                 "Content-Type: application/scim+json\r\n"
                 f"Content-Length: {length or len(body)}\r\n\r\n").encode()
                + body)
    return own


def named(name):
    return ('{"schemas":["%s"],"userName":"%s"}' % (USER, name)).encode()


@pytest.mark.parametrize("reset", [False, True], ids=["closes", "resets"])
def test_clients_go_away_after_a_write(server, nginx, reset):
    """What was on its way to Redis is done; nobody is left to hear of it."""
    count = 20
    nginx.client.get("/Users")
    os.kill(server.redis_pid, signal.SIGSTOP)
    try:
        names = [f"gone{reset}{n}" for n in range(count)]
        for name in names:
            own = raw(nginx, named(name))
            assert wait_until(lambda: read_connections(
                nginx.port, own.getsockname()[1]), 10)
            if reset:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
            own.close()
        time.sleep(0.1)
    finally:
        os.kill(server.redis_pid, signal.SIGCONT)
    for name in names:
        assert wait_until(lambda: nginx.client.get(
            "/Users?" + percent(f'userName eq "{name}"')
        ).json()["totalResults"] == 1, 5), name


def test_clients_go_away_while_reading(server, nginx):
    os.kill(server.redis_pid, signal.SIGSTOP)
    try:
        for _ in range(20):
            own = socket.create_connection(("127.0.0.1", nginx.port))
            own.sendall(b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.005)
            own.close()
    finally:
        os.kill(server.redis_pid, signal.SIGCONT)
    assert wait_until(
        lambda: nginx.client.get("/Users").status_code == 200, 5)


def test_clients_go_away_within_the_body(nginx):
    body = named("half")
    for cut in (0, 1, len(body) - 1):
        raw(nginx, body[:cut], length=len(body)).close()
    time.sleep(0.2)
    assert_list(nginx.client.get(
        "/Users?" + percent('userName eq "half"')), 0)


@pytest.mark.parametrize("padding", [0, 100_000], ids=["small", "large"])
def test_slow_bodies(nginx, padding):
    """In pieces over a second; a large one by way of a file.  Others are
    served meanwhile."""
    name = f"slow{padding}"
    body = named(name)[:-1] + b" " * padding + b"}"
    own = raw(nginx, b"", length=len(body))
    step = len(body) // 20 + 1
    for start in range(0, len(body), step):
        own.sendall(body[start:start + step])
        time.sleep(0.05)
        answer = nginx.client.get("/Users?count=0")
        assert answer.status_code == 200
        assert answer.elapsed.total_seconds() < 1.5
    assert own.recv(4096).startswith(b"HTTP/1.1 201 ")
    own.close()


def test_bodies_that_stop(nginx):
    """client_body_timeout: the connection is given up, nothing is written."""
    body = named("stopped")
    own = raw(nginx, body[:-3], length=len(body))
    answer = own.recv(4096)     # within 10 s
    assert answer == b"" or b" 408 " in answer
    own.close()
    assert_list(nginx.client.get(
        "/Users?" + percent('userName eq "stopped"')), 0)


def test_a_body_in_chunks(nginx):
    def chunks():
        for byte in named("chunks"):
            yield bytes([byte])

    answer = nginx.client.http.post(
        nginx.client.base + "/Users", content=chunks(),
        headers={"Content-Type": "application/scim+json"})
    assert answer.status_code == 201, answer.text


def test_requests_in_one_write(nginx):
    """Pipelined: answered in order, each once."""
    own = socket.create_connection(("127.0.0.1", nginx.port))
    own.settimeout(10)
    body = named("piped")
    head = b"Host: x\r\nContent-Type: application/json\r\n"
    own.sendall(
        b"POST /scim/v2/Users HTTP/1.1\r\n" + head
        + b"Content-Length: %d\r\n\r\n" % len(body) + body
        + b"GET /scim/v2/Users?count=0 HTTP/1.1\r\n" + head + b"\r\n"
        + b"POST /scim/v2/Users HTTP/1.1\r\n" + head
        + b"Content-Length: %d\r\n\r\n" % len(body) + body
        + b"GET /scim/v2/None HTTP/1.1\r\n" + head
        + b"Connection: close\r\n\r\n")
    data = b""
    while more := own.recv(65536):
        data += more
    found = [part[:3] for part in data.split(b"HTTP/1.1 ")[1:]]
    assert found == [b"201", b"200", b"409", b"404"]


def test_too_large_a_body(nginx):
    body = b"[" + b" " * (2 << 20) + b"]"
    assert_error(nginx.client.post("/Users", body), 413)
