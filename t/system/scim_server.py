"""A running nginx-scim, started as a person starts it: by `make run`."""

import contextlib
import itertools
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import httpx

from scim_client import Client

REPO = pathlib.Path(__file__).resolve().parents[2]

BAD_LOG = re.compile(
    r"\[(alert|crit|emerg)\]|Sanitizer|runtime error:|exited on signal"
)


given = set()


def free_port():
    """One that is not given twice, and below those that the kernel gives to
    connections: none of them takes it while no nginx listens there."""
    for port in random.sample(range(10000, 32000), 100):
        with socket.socket() as s, contextlib.suppress(OSError):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", port))
            if port not in given:
                given.add(port)
                return port
    raise OSError("no free port")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has waited for is dead enough.
    stat = pathlib.Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


class Server:
    # A disk that stalls for two seconds would be told as a 503.  What is killed
    # here is Redis, not the machine: what it has written is there.
    NO_STALLS = [("appendfsync", "no"), ("auto-aof-rewrite-percentage", "0")]

    def __init__(self, root, rate="off", profile=""):
        self.root = root
        self.var = root / "var"
        self.port = free_port()
        self.environ = dict(
            os.environ,
            SCIM_VAR=str(self.var),
            SCIM_PORT=str(self.port),
            SCIM_RATE=rate,
            SCIM_PROFILE=profile,
        )
        self.env = {}
        self.names = itertools.count(1)

    def make(self, *args):
        done = subprocess.run(
            ["make", "-C", str(REPO), "--no-print-directory", *args],
            env=self.environ, text=True, timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self):
        out = self.make("run", "DETACH=1")
        self.env = {}
        for line in (self.var / "scim.env").read_text().splitlines():
            name, _, value = line.partition("=")
            if value:
                self.env[name] = shlex.split(value)[0]
        self.admin = httpx.Client(
            base_url=self.env["SCIM_ADMIN_URL"],
            auth=(self.env["SCIM_ADMIN_USER"], self.env["SCIM_ADMIN_PASSWORD"]),
            timeout=30, verify=False,
        )
        for word in self.NO_STALLS:
            self.redis("config", "set", *word)
        return out

    def stop(self):
        pids = self.nginx_pid, self.redis_pid
        out = self.make("stop")
        for pid in pids:
            assert wait_until(lambda: not alive(pid), 15), f"{pid} still runs"
        return out

    def kill(self):
        """Whatever is left, without asking."""
        for name in ("NGINX_PID", "REDIS_PID"):
            pid = int(self.env.get(name, 0))
            if pid and alive(pid):
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGTERM)

    @property
    def nginx_pid(self):
        return int(self.env["NGINX_PID"])

    @property
    def redis_pid(self):
        return int(self.env["REDIS_PID"])

    @property
    def redis_socket(self):
        return self.env["SCIM_REDIS"]

    def workers(self):
        out = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.nginx_pid)],
            text=True, stdout=subprocess.PIPE,
        ).stdout
        return [int(pid) for pid in out.split()]

    def reload(self):
        os.kill(self.nginx_pid, signal.SIGHUP)

    def start_redis(self, *more, wait=True):
        """Redis again, on the same socket and data, after it was killed: it
        answers, and no worker takes it to be away."""
        proc = subprocess.Popen(
            ["redis-server", "../conf/redis.conf", *itertools.chain(
                *((f"--{name}", value) for name, value in self.NO_STALLS)),
             *more],
            cwd=self.var / "redis", stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.env["REDIS_PID"] = str(proc.pid)

        if wait:
            assert wait_until(lambda: self.ping() == "PONG", 30), self.ping()
            assert wait_until(self.healthy, 30), "workers do not connect"

    def healthy(self):
        """Each worker: one takes 16 connections in a row at most.  One that
        was never asked for anything may have none to Redis."""
        url = f"http://127.0.0.1:{self.port}/healthz"
        return all(httpx.get(url, verify=False).status_code == 200
                   for _ in range(20))

    def ping(self):
        done = subprocess.run(
            ["redis-cli", "-s", self.redis_socket, "ping"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        return done.stdout.strip()

    def kill_redis(self):
        os.kill(self.redis_pid, signal.SIGKILL)
        assert wait_until(lambda: not alive(self.redis_pid), 15)

    def redis(self, *args):
        done = subprocess.run(
            ["redis-cli", "-s", self.redis_socket, *map(str, args)],
            text=True, stdout=subprocess.PIPE, check=True,
        )
        return done.stdout.strip()

    def default(self):
        """The tenant that `make run` made."""
        return Client(self.env["SCIM_BASE_URL"], self.env["SCIM_TOKEN"])

    def new_tenant(self, kind=Client):
        name = f"t{next(self.names)}"
        self.admin.post("/tenants", json={"name": name}).raise_for_status()
        return kind(self.env["SCIM_BASE_URL"], self.new_token(name), name)

    def new_token(self, tenant, **what):
        answer = self.admin.post(
            f"/tenants/{tenant}/tokens", json={"name": "test", **what}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    def error_log(self):
        return "".join(
            path.read_text(errors="replace")
            for path in sorted(self.var.glob("**/error.log"))
        )

    def check_log(self, expected=None):
        """`expected`: a pattern of lines that a test has asked for."""
        check_log(self.error_log(), expected)


def check_log(text, expected=None):
    bad = [line for line in text.splitlines() if BAD_LOG.search(line)
           and not (expected and re.search(expected, line))]
    assert not bad, "\n".join(bad)


@contextlib.contextmanager
def running(expected=None):
    """A server of the test's own, which may be harmed."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="nginx-scim-"))
    server = Server(root)
    try:
        server.start()
        yield server
        if alive(server.nginx_pid):
            server.stop()
        server.check_log(expected)
    finally:
        server.kill()
        shutil.rmtree(root, ignore_errors=True)


def wait_until(check, seconds):
    end = time.monotonic() + seconds
    while True:
        if check():
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
