"""Readers of the change feed that wait: many of them, and nothing is missed."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import threading
import time
from base64 import b64encode

import httpx
import pytest

from scim_load import Writers
from scim_server import alive, running, wait_until


def feed(server):
    return f"http://127.0.0.1:{server.port}/scim/changes"


def tip(server, client):
    answer = httpx.get(feed(server) + "?after=now", verify=False,
                       headers={"Authorization": f"Bearer {client.token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()["nextCursor"]


class Waiting:
    """A reader that has sent its request and has no answer yet."""

    def __init__(self, server, token, after, wait, path="/scim/changes"):
        allowed = token if " " in token else f"Bearer {token}"
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.settimeout(20)
        self.socket.sendall((
            f"GET {path}?after={after}&wait={wait} HTTP/1.1\r\n"
            f"Host: x\r\nAuthorization: {allowed}\r\n\r\n").encode())

    def answered(self):
        self.socket.setblocking(False)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
            return True
        except BlockingIOError:
            return False
        finally:
            self.socket.settimeout(20)

    def answer(self):
        """Status and body."""
        with self.socket:
            answer = http.client.HTTPResponse(self.socket)
            answer.begin()
            return answer.status, json.loads(answer.read())


def scripts(server):
    """Calls of scripts that Redis has run so far."""
    stats = server.redis("INFO", "commandstats")
    found = re.search(r"cmdstat_evalsha:calls=(\d+)", stats)
    return int(found[1]) if found else 0


@contextlib.contextmanager
def waiting(server, client, count, wait=20):
    after = tip(server, client)
    readers = [Waiting(server, client.token, after, wait)
               for _ in range(count)]
    time.sleep(0.5)
    assert not any(r.answered() for r in readers)
    try:
        yield after, readers
    finally:
        for reader in readers:
            reader.socket.close()


# --- many --------------------------------------------------------------------


def test_two_hundred_readers(server):
    client = server.new_tenant()
    id = client.create_user("ada")
    assert len(server.workers()) == 2

    with waiting(server, client, 200) as (_, readers):
        times = []
        for _ in range(100):
            begin = time.monotonic()
            assert client.get(f"/Users/{id}").status_code == 200
            times.append(time.monotonic() - begin)
        assert sorted(times)[50] < 0.5

        # Redis is asked per worker and interval, not per reader.
        begin = time.monotonic()
        before = scripts(server)
        time.sleep(1)
        asked = scripts(server) - before
        assert asked <= 15 * (time.monotonic() - begin)

        assert not any(r.answered() for r in readers)
        begin = time.monotonic()
        client.create_user("bob")
        for reader in readers:
            status, body = reader.answer()
            assert status == 200
            assert [c["resourceName"] for c in body["changes"]] == ["bob"]
        assert time.monotonic() - begin < 10


def test_another_tenants_changes_wake_nobody(server):
    client, other = server.new_tenant(), server.new_tenant()
    with waiting(server, client, 3) as (_, readers):
        other.create_user("eve")
        time.sleep(0.6)
        assert not any(r.answered() for r in readers)


def test_who_leaves_costs_nothing(server):
    client = server.new_tenant()
    with waiting(server, client, 50):
        pass

    def quiet():
        before = scripts(server)
        time.sleep(1)
        return scripts(server) == before

    assert wait_until(quiet, 10)
    client.create_user("ada")


def test_the_time_is_over(server):
    client = server.new_tenant()
    client.create_user("ada")
    after = tip(server, client)
    begin = time.monotonic()
    status, body = Waiting(server, client.token, after, 1).answer()
    assert 0.99 <= time.monotonic() - begin < 10
    assert (status, body["changes"], body["nextCursor"]) == (200, [], after)


def test_a_revoked_token_reads_nothing(server):
    client = server.new_tenant()
    token = server.new_token(client.tenant, scope="read")
    after = tip(server, client)
    reader = Waiting(server, token, after, 20)
    time.sleep(0.5)

    tokens = server.admin.get(f"/tenants/{client.tenant}/tokens").json()
    [id] = [t["id"] for t in tokens["tokens"] if t["scope"] == "read"]
    answer = server.admin.delete(f"/tenants/{client.tenant}/tokens/{id}")
    assert answer.status_code == 204
    time.sleep(1.1)

    client.create_user("ada")
    status, body = reader.answer()
    assert (status, body["status"]) == (401, "401")


def test_a_tenant_that_is_switched_off(server):
    client = server.new_tenant()
    with waiting(server, client, 2) as (_, readers):
        server.admin.patch(f"/tenants/{client.tenant}",
                           json={"enabled": False}).raise_for_status()
        for reader in readers:
            status, body = reader.answer()
            assert (status, body["status"]) == (403, "403")


# --- at the admin API --------------------------------------------------------


def administrator(server, tenant, after, wait=20):
    env = server.env
    password = f"{env['SCIM_ADMIN_USER']}:{env['SCIM_ADMIN_PASSWORD']}"
    return Waiting(server, "Basic " + b64encode(password.encode()).decode(),
                   after, wait, f"/admin/tenants/{tenant}/changes")


def test_administrators_wait_for_any_tenant(server):
    clients = [server.new_tenant() for _ in range(3)]
    readers = [administrator(server, c.tenant, tip(server, c))
               for c in clients for _ in range(5)]
    time.sleep(0.5)
    for n, client in enumerate(clients):
        assert not any(r.answered() for r in readers)
        client.create_user(f"user-{n}")
        woken, readers = readers[:5], readers[5:]
        for reader in woken:
            status, body = reader.answer()
            assert status == 200
            assert [c["resourceName"] for c in body["changes"]] == [
                f"user-{n}"]


def test_an_administrators_time_is_over(server):
    client = server.new_tenant()
    after = tip(server, client)
    begin = time.monotonic()
    status, body = administrator(server, client.tenant, after, 1).answer()
    assert 0.99 <= time.monotonic() - begin < 10
    assert (status, body["changes"], body["nextCursor"]) == (200, [], after)


def test_administrators_wait_for_who_is_switched_off(server):
    """Beside others, who do not."""
    client = server.new_tenant()
    url = f"/tenants/{client.tenant}"
    with waiting(server, client, 4) as (after, readers):
        admins = [administrator(server, client.tenant, after)
                  for _ in range(4)]
        time.sleep(0.3)
        server.admin.patch(url, json={"enabled": False}).raise_for_status()
        for reader in readers:
            assert reader.answer()[0] == 403
        time.sleep(0.5)
        assert not any(a.answered() for a in admins)
        server.admin.patch(url, json={"enabled": True}).raise_for_status()
        client.create_user("ada")
        for admin in admins:
            status, body = admin.answer()
            assert status == 200
            assert [c["resourceName"] for c in body["changes"]] == ["ada"]


def test_the_tenant_is_deleted_meanwhile(server):
    client = server.new_tenant()
    reader = administrator(server, client.tenant, tip(server, client))
    time.sleep(0.3)
    assert not reader.answered()
    server.admin.delete(f"/tenants/{client.tenant}").raise_for_status()
    status, body = reader.answer()
    assert (status, body["status"]) == (404, "404")


# --- at once -----------------------------------------------------------------


@contextlib.contextmanager
def one_worker(server):
    """The others are held."""
    held = server.workers()[1:]
    try:
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in held:
            os.kill(pid, signal.SIGCONT)


def test_what_the_worker_writes_is_there_at_once(server):
    """A reader begins to wait 0.2 seconds before it is next asked for."""
    client = server.new_tenant()
    times = []
    for n in range(5):
        after = tip(server, client)
        with one_worker(server):
            reader = Waiting(server, client.token, after, 20)
            time.sleep(0.05)
            answer = httpx.post(
                client.base + "/Users", json={"userName": f"user-{n}"},
                headers={"Authorization": f"Bearer {client.token}"},
                verify=False)
            begin = time.monotonic()
            assert answer.status_code == 201
            status, body = reader.answer()
            times.append(time.monotonic() - begin)
        assert [c["resourceName"] for c in body["changes"]] == [f"user-{n}"]
        time.sleep(0.25)
    # Were it asked for, none would be: but a machine may be busy.
    assert min(times) < 0.05, times


# --- an end ------------------------------------------------------------------


@pytest.mark.parametrize("how", ["reload", "quit"])
def test_a_worker_that_ends_sends_its_readers_away(how):
    with running() as server:
        client = server.new_tenant()
        client.create_user("ada")
        before = server.workers()
        with waiting(server, client, 20, wait=60) as (after, readers):
            begin = time.monotonic()
            os.kill(server.nginx_pid, {"reload": signal.SIGHUP,
                                       "quit": signal.SIGQUIT}[how])
            for reader in readers:
                status, body = reader.answer()
                assert (status, body["changes"]) == (200, [])
                assert body["nextCursor"] == after
            assert time.monotonic() - begin < 10
        assert wait_until(
            lambda: not set(before) & set(server.workers()), 15)
        if how == "quit":
            assert wait_until(lambda: not alive(server.nginx_pid), 15)


def test_redis_is_away_for_a_while():
    with running() as server:
        client = server.new_tenant()
        client.create_user("ada")
        with waiting(server, client, 5, wait=60) as (_, readers):
            server.kill_redis()
            time.sleep(1)
            assert not any(r.answered() for r in readers)
            server.start_redis()
            client.create_user("bob")
            for reader in readers:
                status, body = reader.answer()
                assert status == 200
                assert [c["resourceName"] for c in body["changes"]] == ["bob"]


# --- nothing is missed -------------------------------------------------------


class Follower(threading.Thread):
    """Follows from the beginning; what has no answer is asked for again."""

    def __init__(self, server, client):
        super().__init__()
        self.url = feed(server)
        self.headers = {"Authorization": f"Bearer {client.token}"}
        self.after, self.ids, self.wrong = "", [], []
        self.ended = threading.Event()

    def run(self):
        while True:
            last = self.ended.is_set()
            try:
                answer = httpx.get(
                    f"{self.url}?after={self.after}&limit=7&wait=2",
                    headers=self.headers, timeout=30, verify=False)
            except httpx.HTTPError:
                continue
            if answer.status_code == 503:
                time.sleep(0.05)
                continue
            if answer.status_code != 200:
                self.wrong.append(answer.text)
                return
            page = answer.json()
            self.ids += [change["id"] for change in page["changes"]]
            self.after = page["nextCursor"]
            if last and not page["changes"]:
                return

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()


def test_no_change_is_missed():
    with running(r"worker process \d+ exited on signal 9") as server:
        client = server.new_tenant()
        with Follower(server, client) as follower:
            with Writers(client, threads=3) as writers:
                writers.wait_for(15)
                before = server.workers()
                server.reload()
                writers.wait_for(15)
                assert wait_until(
                    lambda: not set(before) & set(server.workers()), 30)
                for pid in server.workers():
                    os.kill(pid, signal.SIGKILL)
                    writers.wait_for(10)
                server.kill_redis()
                time.sleep(0.3)
                server.start_redis()
                writers.wait_for(15, seconds=30)
                server.reload()
                writers.wait_for(15)

        assert not follower.wrong
        kept = server.redis("XRANGE", f"scim:{{{client.tenant}}}:history",
                            "-", "+").splitlines()
        kept = [line for line in kept if re.fullmatch(r"\d{13}-\d+", line)]
        assert follower.ids == kept
        assert len(kept) >= len(writers.acknowledged)
