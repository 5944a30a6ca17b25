#!/usr/bin/env python3
"""Ratios, side by side in one run: what a SCIM request costs beside nginx's
own `return 200` of the same bytes, a write beside the same script called by
redis-benchmark, and beside itself without history.

The targets take turns, round after round, so that a busy machine is equally
unkind to all; a figure is the median of the rounds.  BENCH_ROUNDS (5) and
BENCH_SECONDS (3) of each target in each round.
"""

import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import history

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parent
# Out of the environment: nginx takes it for sockets that it inherits.
NGINX = os.environ.pop("NGINX", "nginx")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 5))
SECONDS = int(os.environ.get("BENCH_SECONDS", 3))
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Bench:
    def __init__(self, root):
        self.root = root
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.redis_socket = root / "redis.sock"
        self.processes = []
        self.recorded = 0
        self.spent = ()     # us of nginx and of Redis for a request of wrk's

    def spawn(self, *args):
        self.processes.append(subprocess.Popen(
            [str(a) for a in args], cwd=self.root, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return self.processes[-1].pid

    def start_redis(self):
        # No persistence: what is measured is the module, not the disk.
        self.redis_pid = self.spawn(
            "redis-server", "--port", "0", "--unixsocket", self.redis_socket,
            "--unixsocketperm", "777", "--save", "",
            "--hash-max-listpack-value", "8192")
        wait(self.redis_socket.exists)

    def start_nginx(self, body):
        conf = (HERE / "nginx.conf").read_text()
        for name, value in {
            "MODULE": REPO / "build/release/ngx_http_scim_module.so",
            "USER": pwd.getpwuid(os.getuid()).pw_name,
            "REDIS": f"unix:{self.redis_socket}",
            "PORT": self.port,
            "BODY": body.replace("\\", "\\\\").replace("'", "\\'"),
        }.items():
            conf = conf.replace(f"@{name}@", str(value))
        (self.root / "nginx.conf").write_text(conf)
        master = self.spawn(NGINX, "-p", f"{self.root}/",
                            "-c", "nginx.conf", "-e", self.root / "error.log")
        wait(lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0)
        [self.worker_pid] = pathlib.Path(
            f"/proc/{master}/task/{master}/children").read_text().split()

    def stop_nginx(self):
        nginx = self.processes.pop()
        nginx.terminate()
        nginx.wait()

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()

    def call(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/scim+json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(
            self.base + path, method=method, headers=headers,
            data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def wrk(self, path, token=None, script=None, **env):
        args = ["wrk", "-t1", "-c64", f"-d{SECONDS}s"]
        if token:
            args += ["-H", f"Authorization: Bearer {token}"]
        if script:
            args += ["-H", "Content-Type: application/scim+json",
                     "-s", str(HERE / script)]
        before = self.cpu()
        out = subprocess.run(
            args + [self.base + path], text=True, check=True,
            env={**os.environ, **env}, stdout=subprocess.PIPE).stdout
        requests = int(re.search(r"(\d+) requests in", out).group(1))
        self.spent = [(now - then) / requests / 1000
                      for now, then in zip(self.cpu(), before)]
        if "Non-2xx" in out or "Socket errors" in out:
            sys.exit(f"{path}: {out}")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))

    def cpu(self):
        """What the worker and Redis have had of the cores, ns."""
        return [int(pathlib.Path(f"/proc/{pid}/schedstat").read_text()
                    .split()[0]) for pid in (self.worker_pid, self.redis_pid)]

    def evalsha_rate(self):
        """The commit script as redis-benchmark calls it: the arguments of one
        POST, with new names each time."""
        text = subprocess.run(
            [REPO / "tools/embed.sh", "script",
             REPO / "src/store/scripts/commit.lua"],
            text=True, check=True, stdout=subprocess.PIPE).stdout
        sha = self.redis("script", "load", text)
        args = self.recorded_commit()
        out = subprocess.run(
            ["redis-benchmark", "-s", str(self.redis_socket), "-q", "-n",
             "30000", "-c", "64", "-r", "1000000000", "evalsha", sha, *args],
            text=True, check=True, stdout=subprocess.PIPE).stdout
        return float(re.findall(r"([\d.]+) requests per second", out)[-1])

    def recorded_commit(self):
        """What the module sends for a POST, read off MONITOR, with everything
        that has to differ made random by redis-benchmark."""
        monitor = subprocess.Popen(
            ["redis-cli", "-s", str(self.redis_socket), "monitor"], text=True,
            stdout=subprocess.PIPE)
        monitor.stdout.readline()
        self.recorded += 1
        name = f"R{self.recorded}"
        user = json.loads(self.call("POST", "/open/v2/Users", user_body(name)))
        for line in monitor.stdout:
            words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
            if words and words[0].lower() in ("evalsha", "eval") \
                    and user["id"] in line:
                break
        monitor.terminate()
        words = [json.loads(f'"{w}"') if "\\x" not in w else w
                 for w in words[2:]]
        op_id = next(w for w in words if re.fullmatch(r"[0-9a-f-]{32,36}", w)
                     and w != user["id"])
        vary = {user["id"]: "__rand_int__-id", op_id: "__rand_int__-op",
                f"user{name}": "u__rand_int__", f"e{name}": "e__rand_int__"}
        out = []
        for word in words:
            for old, new in vary.items():
                word = word.replace(old, new).replace(old.lower(), new)
            out.append(word)
        return out

    def redis(self, *args):
        return subprocess.run(
            ["redis-cli", "-s", str(self.redis_socket), *args], text=True,
            check=True, stdout=subprocess.PIPE).stdout.strip()


def user_body(n):
    name = f"user{n}"
    return {
        "schemas": [USER, ENT], "userName": f"{name}@example.com",
        "externalId": f"e{n}", "active": True, "displayName": f"Ada {name}",
        "name": {"givenName": "Ada", "familyName": "Lovelace",
                 "formatted": "Ada Lovelace"},
        "title": "Analyst",
        "emails": [{"type": "work", "primary": True,
                    "value": f"{name}@example.com"}],
        "phoneNumbers": [{"type": "work", "value": "+44 20 7946 0018"}],
        "addresses": [{"type": "work", "streetAddress": "12 St James's Square",
                       "locality": "London", "postalCode": "SW1Y 4JH",
                       "country": "GB"}],
        ENT: {"department": "Engines", "employeeNumber": "1815",
              "manager": {"value": "1791"}},
    }


def wait(check):
    end = time.monotonic() + 20
    while not check():
        if time.monotonic() > end:
            sys.exit("a server does not start")
        time.sleep(0.05)


def prepare(bench):
    """Users, a token; the GET's own bytes for `return 200`."""
    bench.start_redis()
    bench.start_nginx("")
    bench.call("POST", "/admin/tenants", {"name": "bench"})
    token = json.loads(bench.call("POST", "/admin/tenants/bench/tokens",
                                  {"name": "bench"}))["token"]
    users = [json.loads(bench.call("POST", "/scim/v2/Users", user_body(n),
                                   token))["id"] for n in range(200)]
    body = bench.call("GET", f"/scim/v2/Users/{users[0]}", token=token)
    bench.stop_nginx()
    bench.start_nginx(body)
    assert bench.call("GET", "/return") == body
    return token, users, body


def measure(bench):
    token, users, body = prepare(bench)
    writes = history.Writes(bench, user_body)
    one = f"/Users/{users[0]}"
    found = "/Users?filter=userName+eq+%22user7@example.com%22"
    targets = {
        "return 200, the same bytes": lambda: bench.wrk("/return"),
        "return 200 behind auth_request":
            lambda: bench.wrk("/return-gate"),
        "GET user, no gate": lambda: bench.wrk("/open/v2" + one),
        "GET user, token": lambda: bench.wrk("/scim/v2" + one, token),
        "GET user, token looked up each time":
            lambda: bench.wrk("/uncached/v2" + one, token),
        "GET user, attributes=userName": lambda: bench.wrk(
            f"/scim/v2{one}?attributes=userName", token),
        "GET by userName eq": lambda: bench.wrk("/scim/v2" + found, token),
        "GET a page of 100 users": lambda: bench.wrk("/scim/v2/Users", token),
        "commit.lua by redis-benchmark": bench.evalsha_rate,
    } | writes.targets()
    figures = {name: [] for name in targets}
    spent = {name: [] for name in targets}
    for turn in range(ROUNDS):
        for name, target in targets.items():
            bench.spent = (0, 0)
            figures[name].append(target())
            spent[name].append(bench.spent)
            print(f"round {turn + 1} of {ROUNDS}: {name}", file=sys.stderr)
    return figures, spent, writes, body


def report(rounds, spent, writes, body):
    figures = {name: statistics.median(f) for name, f in rounds.items()}
    own = figures["return 200, the same bytes"]
    commit = figures["commit.lua by redis-benchmark"]
    print(f"One worker, 64 connections, {len(body)} bytes a user; "
          f"median of {ROUNDS} rounds of {SECONDS} s.\n")
    print(f"{'':40}{'of return 200':>14}{'us/request':>12}"
          f"{'nginx CPU':>12}{'Redis CPU':>12}")
    for name, rate in figures.items():
        nginx, redis = map(statistics.median, zip(*spent[name]))
        print(f"{name:40}{rate / own:>14.2f}{1e6 / rate:>12.1f}"
              f"{nginx:>12.1f}{redis:>12.1f}")
    print(f"\nPOST user is {figures['POST user'] / commit:.2f} of its own "
          "commit script under redis-benchmark.")
    writes.report()


def main():
    root = pathlib.Path(tempfile.mkdtemp(prefix="nginx-scim-bench-"))
    os.chmod(root, 0o755)
    bench = Bench(root)
    try:
        report(*measure(bench))
        history.report_memory(bench, user_body)
    finally:
        bench.stop()
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
