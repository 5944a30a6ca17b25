"""A Redis that is none: silent, closing, garbling, answering twice, for ever.

nginx gets an address where a thread listens that plays a part: from the first
byte of a connection, or after the greeting.  Each time the client gets a SCIM
error within the timeouts, the worker lives, and service returns as soon as
there is a real Redis.
"""

import contextlib
import pathlib
import random
import shutil
import socket
import tempfile
import threading
import time

import pytest

from scim_client import USER, assert_error, assert_list
from scim_nginx import Nginx
from scim_server import wait_until

TIMEOUT = 0.7 + 0.5     # of the command and of the connection
MARGIN = 3              # of a busy machine


class Gone(Exception):
    pass


def commands(peer):
    """The commands that nginx sends, as lists of bytes."""
    data = peer.makefile("rb")

    def line(kind):
        text = data.readline()
        if not text:
            raise Gone
        assert text[:1] == kind, text
        return int(text[1:])

    while True:
        command = []
        for _ in range(line(b"*")):
            command.append(data.read(line(b"$")))
            data.read(2)
        yield command


class FakeRedis:
    """Connections go to `play`, or to the real Redis if there is no play."""

    def __init__(self, real):
        self.real, self.play, self.greets = real, None, False
        self.ended = threading.Event()
        self.peers = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.peers.append(peer)
            threading.Thread(target=self.serve, args=(peer,),
                             daemon=True).start()

    def serve(self, peer):
        try:
            if self.play is None:
                self.pipe(peer)
                return
            each = commands(peer)
            if self.greets:
                self.greet(peer, each)
            else:
                next(each)
            self.play(self, peer, each)
        except (OSError, Gone, ValueError, AssertionError):
            pass
        finally:
            peer.close()

    @staticmethod
    def greet(peer, each):
        """Up to the first command that is not part of the handshake."""
        answers = {b"AUTH": b"+OK\r\n", b"SELECT": b"+OK\r\n",
                   b"CLIENT": b"+OK\r\n", b"PING": b"+PONG\r\n"}
        for command in each:
            if command[0].upper() not in answers:
                return
            peer.sendall(answers[command[0].upper()])

    def pipe(self, peer, delay=0, size=65536):
        with socket.socket(socket.AF_UNIX) as real:
            real.connect(self.real)

            def back():
                try:
                    while data := real.recv(size):
                        time.sleep(delay)
                        peer.sendall(data)
                    peer.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

            threading.Thread(target=back, daemon=True).start()
            while data := peer.recv(65536):
                real.sendall(data)

    def become(self, play, greets=False):
        """Another part, also for connections that there are."""
        self.play, self.greets = play, greets
        for peer in self.peers:
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.peers.clear()


# --- the parts ---------------------------------------------------------------


def stay(fake, each):
    """Keeps the connection open until nginx closes it."""
    for _ in each:
        pass


def saying(data, close=False):
    def play(fake, peer, each):
        peer.sendall(data)
        if not close:
            stay(fake, each)
    return play


def always(data):
    def play(fake, peer, each):
        peer.sendall(data)
        for _ in each:
            peer.sendall(data)
    return play


def drip(fake, peer, each):
    """A good beginning, a byte at a time: each byte is no sign of life."""
    for byte in b"*3\r\n$2000\r\n" + b"x" * 2000:
        peer.sendall(bytes([byte]))
        time.sleep(0.05)


def flood(fake, peer, each):
    """32 MB, unasked."""
    for _ in range(512):
        peer.sendall(b"+" + b"x" * 65533 + b"\r\n")
    stay(fake, each)


PARTS = {
    "silent": saying(b""),
    "closing": saying(b"", close=True),
    "half an answer": saying(b"*3\r\n$5\r\nab"),
    "half an answer, closing": saying(b"*3\r\n$5\r\nab", close=True),
    "HTTP": saying(b"HTTP/1.1 400 Bad Request\r\n\r\n", close=True),
    "TLS alert": saying(b"\x15\x03\x01\x00\x02\x02\x28"),
    "random": saying(random.Random(1).randbytes(4096)),
    "twice": always(b"+OK\r\n+OK\r\n"),
    "NOAUTH": always(b"-NOAUTH Authentication required.\r\n"),
    "NOSCRIPT": always(b"-NOSCRIPT No matching script.\r\n"),
    "LOADING": always(b"-LOADING Redis is loading the dataset\r\n"),
    "some error": always(b"-ERR nobody has thought of this\r\n"),
    "an empty error": always(b"-\r\n"),
    "MOVED": always(b"-MOVED 1 127.0.0.1:1\r\n"),
    "nil": always(b"$-1\r\n"),
    "nil array": always(b"*-1\r\n"),
    "empty array": always(b"*0\r\n"),
    "number": always(b":-9223372036854775808\r\n"),
    "text": always(b"$5\r\nhello\r\n"),
    "odd array": always(b"*2\r\n$-1\r\n*1\r\n:7\r\n"),
    "RESP3 push": always(b">2\r\n+a\r\n+b\r\n"),
    "RESP3 map": always(b"%1\r\n+a\r\n#t\r\n"),
    "huge array": saying(b"*2147483647\r\n"),
    "huger array": saying(b"*9223372036854775807\r\n"),
    "huge text": saying(b"$536870912\r\nabc"),
    "huger text": saying(b"$9223372036854775807\r\nabc"),
    "negative": saying(b"*-2\r\n$-7\r\n"),
    "deep": saying(b"*1\r\n" * 20000),
    "endless line": saying(b"+" + b"x" * 4_000_000),
    "dripping": drip,
    "flood": flood,
}

# Errors that say nothing about waiting: trying again may not help, so 500.
REFUSALS = {"some error", "an empty error", "MOVED"}


@pytest.fixture(scope="module")
def fake(server):
    fake = FakeRedis(server.redis_socket)
    yield fake
    fake.become(None)
    fake.listener.close()


@pytest.fixture
def nginx(fake, server):
    """A new one for each: the last one's is still waiting before it tries
    again, longer each time."""
    fake.become(None)
    server.admin.post("/tenants", json={"name": "fake"})
    with started(f"127.0.0.1:{fake.port}") as nginx:
        yield nginx


@contextlib.contextmanager
def started(redis, **how):
    root = pathlib.Path(tempfile.mkdtemp(prefix="nginx-scim-"))
    nginx = Nginx(root, redis, **how)
    nginx.start()
    try:
        yield nginx
    finally:
        nginx.stop()
        shutil.rmtree(root)


def works(nginx):
    """An answer that is in order."""
    def served():
        answer = nginx.client.get("/Users")
        answers.append(answer)
        return answer.status_code == 200

    answers = []
    assert wait_until(served, 12)
    return answers[-1]


def memory(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024


@pytest.mark.parametrize("greets", [False, True],
                         ids=["at once", "after the greeting"])
@pytest.mark.parametrize("name", PARTS)
def test_garbage(fake, nginx, name, greets):
    works(nginx)
    worker = nginx.worker()
    fake.become(PARTS[name], greets)
    for answer in (
            nginx.client.get("/Users"),
            nginx.client.post("/Users", {
                "schemas": [USER], "userName": "garbage"}),
            nginx.client.get("/Users/x")):
        if answer.status_code == 500 and name in REFUSALS:
            assert "error log" in assert_error(answer, 500)
        else:
            assert_error(answer, 503)
            assert int(answer.headers["retry-after"]) >= 1
        assert answer.elapsed.total_seconds() < TIMEOUT + MARGIN
    fake.become(None)
    assert_list(works(nginx), 0)
    assert nginx.worker() == worker
    assert memory(worker[0]) < 200


def test_answers_in_single_bytes(fake, nginx):
    """Slow, but within the timeout: as good as any other."""
    works(nginx)
    fake.pipe, whole = (
        lambda peer: FakeRedis.pipe(fake, peer, size=1)), fake.pipe
    try:
        fake.become(None)
        works(nginx)
        id = nginx.client.create_user("bytes")
        assert nginx.client.get(f"/Users/{id}").json()["userName"] == "bytes"
        assert nginx.client.delete(f"/Users/{id}").status_code == 204
    finally:
        fake.pipe = whole
        fake.become(None)


def test_nobody_listens():
    """An address that refuses, and one that never answers."""
    for redis in ("127.0.0.1:1", "192.0.2.1:6379", "unix:/nonexistent"):
        with started(redis) as nginx:
            answer = nginx.client.get("/Users")
            assert_error(answer, 503)
            assert answer.elapsed.total_seconds() < TIMEOUT + MARGIN
