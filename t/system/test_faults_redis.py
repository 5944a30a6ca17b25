"""Redis killed, frozen, restarted, full, read-only, loading, closed to us.

Whatever it is: an answer within scim_redis_timeout (2 s by default), a SCIM
error that says what to do, and service again without anybody's help.  What
was acknowledged is there afterwards.
"""

import contextlib
import os
import re
import signal
import socket
import time
import uuid

import pytest

from scim_client import (
    GROUP, USER, Client, assert_error, assert_list, percent,
)
from scim_load import Writers
from scim_server import alive, wait_until

TIMEOUT = 2.0       # scim_redis_timeout
MARGIN = 1.9        # of a busy machine; less than another TIMEOUT


@pytest.fixture(autouse=True)
def mended(server):
    """A test that fails does not take the others with it, and for the next
    one Redis is there on both workers."""
    yield
    if server.ping() != "PONG":
        server.start_redis()
    assert wait_until(server.healthy, 30)


def unavailable(answer):
    detail = assert_error(answer, 503)
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.elapsed.total_seconds() < TIMEOUT + MARGIN
    return detail


def serves(client, seconds=15):
    """On both workers: each takes 16 connections in a row at most."""
    def check():
        for _ in range(20):
            own = Client(client.base, client.token)
            status = own.get("/Users?count=1").status_code
            own.http.close()
            if status != 200:
                return False
        return True

    assert wait_until(check, seconds), "no service again"
    name = str(uuid.uuid4())
    client.create_user(name)
    assert_list(client.get("/Users?" + percent(f'userName eq "{name}"')), 1)


@contextlib.contextmanager
def frozen(server):
    os.kill(server.redis_pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.redis_pid, signal.SIGCONT)


# --- killed ------------------------------------------------------------------


def test_killed_while_writing(server, tenant):
    with Writers(tenant) as writers:
        for _ in range(3):
            writers.wait_for(30)
            server.kill_redis()
            time.sleep(0.3)
            unavailable(tenant.get("/Users"))
            unavailable(tenant.post("/Users", {
                "schemas": [USER], "userName": "x"}))
            server.start_redis()
            writers.wait_for(5)
    serves(tenant)
    assert writers.statuses.keys() == {201, 503}
    assert not writers.broken
    assert writers.slowest < TIMEOUT + MARGIN
    writers.assert_nothing_lost()


def test_killed_within_a_transaction(server, tenant):
    """Half a commit that the append-only file ends with is not carried out,
    now or at a later start."""
    user = tenant.create_user("ann")
    server.stop()

    key = f"scim:{{{tenant.tenant}}}:r:User:{user}"
    def command(*words):
        return f"*{len(words)}\r\n" + "".join(
            f"${len(word)}\r\n{word}\r\n" for word in words)

    file = max((server.var / "redis/appendonlydir").glob("*.incr.aof"))
    with file.open("a") as out:
        out.write(command("SELECT", "0") + command("MULTI")
                  + command("HSET", key, "ver", "7") + "*3\r\n$3\r\nSE")

    for name in "bob", "eve":
        server.start()
        assert tenant.get(f"/Users/{user}").headers["etag"] == 'W/"1"'
        tenant.create_user(name)
        server.stop()

    server.start()
    assert_list(tenant.get("/Users"), 3)
    assert tenant.get(f"/Users/{user}").headers["etag"] == 'W/"1"'


def test_health_follows(server, tenant):
    health = server.env["SCIM_BASE_URL"].replace("/scim/v2", "/healthz")
    assert tenant.http.get(health).json() == {"status": "ok"}
    server.kill_redis()
    answer = tenant.http.get(health)
    assert (answer.status_code, answer.json()["status"]) == (503, "503")
    assert answer.headers["retry-after"]
    server.start_redis()
    assert wait_until(
        lambda: tenant.http.get(health).status_code == 200, 15)


def test_back_after_long(server, tenant):
    """Who asks finds it again: the workers' own attempts are seconds apart
    by now."""
    server.kill_redis()
    time.sleep(4)
    server.start_redis(wait=False)
    assert wait_until(lambda: server.ping() == "PONG", 15)
    time.sleep(0.5)
    serves(tenant, seconds=0)


def test_down_is_said_once(server, tenant):
    """One line for the loss and one for the return, not one each request."""
    begin = len(server.error_log())
    server.kill_redis()
    for _ in range(200):
        unavailable(tenant.get("/Users?count=1"))
    server.start_redis()
    serves(tenant)
    lines = server.error_log()[begin:].splitlines()
    about = [line for line in lines if re.search("redis", line, re.I)]
    # Of each worker; and why it is down may change as Redis starts.
    assert 2 <= len(about) <= 20, "\n".join(about)


# --- frozen ------------------------------------------------------------------


def test_frozen(server, tenant):
    serves(tenant)
    with frozen(server):
        begin = time.monotonic()
        unavailable(tenant.get("/Users"))
        assert time.monotonic() - begin < TIMEOUT + MARGIN
        unavailable(tenant.post("/Users", {
            "schemas": [USER], "userName": "frozen"}))
        # Once it is known, nobody has to wait for it any more, but for the
        # one who tries; and it is never more than the timeout.
        for _ in range(5):
            unavailable(tenant.get("/Users"))
    serves(tenant)
    # Whatever became of that write: there is at most one, and a retry ends in
    # exactly one.
    answer = tenant.post("/Users", {"schemas": [USER], "userName": "frozen"})
    assert answer.status_code in (201, 409)
    assert_list(tenant.get("/Users?" + percent('userName eq "frozen"')), 1)


def test_frozen_for_a_moment(server, tenant):
    """Shorter than the timeout: late answers, no errors."""
    with Writers(tenant) as writers:
        for _ in range(3):
            writers.wait_for(10)
            with frozen(server):
                time.sleep(0.7)
    assert set(writers.statuses) == {201}
    assert not writers.broken
    assert writers.slowest > 0.5
    writers.assert_nothing_lost()


def test_frozen_under_load(server, tenant):
    with Writers(tenant, threads=8) as writers:
        writers.wait_for(20)
        with frozen(server):
            assert wait_until(lambda: writers.statuses[503] > 0, 15)
            time.sleep(0.5)
        writers.wait_for(20)
    assert set(writers.statuses) == {201, 503}
    assert not writers.broken
    assert writers.slowest < TIMEOUT + MARGIN
    writers.assert_nothing_lost()


# --- restarted ---------------------------------------------------------------


def test_restarted(server, tenant):
    """Scripts are sent again to a Redis that does not know them."""
    id = tenant.create_user("ada")
    os.kill(server.redis_pid, signal.SIGTERM)
    assert wait_until(lambda: not alive(server.redis_pid), 15)
    server.start_redis()
    serves(tenant)
    assert tenant.get(f"/Users/{id}").json()["userName"] == "ada"
    group = tenant.create_group("Staff", [id])
    assert tenant.delete(f"/Users/{id}").status_code == 204
    assert tenant.members(group) == set()


def test_scripts_forgotten(server, tenant):
    with Writers(tenant) as writers:
        for _ in range(10):
            writers.wait_for(5)
            server.redis("script", "flush")
    assert set(writers.statuses) == {201}
    writers.assert_nothing_lost()


def test_connections_closed(server, tenant):
    """An idle connection that Redis closes costs nobody an error."""
    for _ in range(3):
        serves(tenant)
        server.redis("client", "kill", "type", "normal", "skipme", "yes")
        time.sleep(0.1)
        assert tenant.get("/Users?count=1").status_code == 200


# --- full, read-only, masterless ---------------------------------------------


@contextlib.contextmanager
def setting(server, name, value):
    before = server.redis("config", "get", name).splitlines()[1]
    server.redis("config", "set", name, value)
    try:
        yield
    finally:
        server.redis("config", "set", name, before)


def test_full(server, tenant):
    a, b = tenant.create_user("a"), tenant.create_user("b")
    group = tenant.create_group("Staff", [a])
    with setting(server, "maxmemory", 1):
        for answer in (
                tenant.post("/Users", {"schemas": [USER], "userName": "c"}),
                tenant.post("/Groups", {"schemas": [GROUP],
                                        "displayName": "G"}),
                tenant.patch(f"/Users/{a}", {
                    "op": "replace", "path": "title", "value": "x"}),
                tenant.put(f"/Users/{a}", {
                    "schemas": [USER], "userName": "a", "title": "x"}),
                tenant.patch(f"/Groups/{group}", {
                    "op": "add", "path": "members",
                    "value": [{"value": b}]})):
            assert_error(answer, 507)
        # Reads and deletes go on.
        assert_list(tenant.get("/Users"), 2)
        assert_list(tenant.get("/Users?" + percent('userName eq "a"')), 1)
        assert tenant.members(group) == {a}
        assert tenant.delete(f"/Users/{b}").status_code == 204
        assert_error(tenant.get(f"/Users/{b}"), 404)
        # So does the gate, and what an administrator does about it.
        answer = server.admin.post("/tenants", json={"name": "toomuch"})
        assert answer.status_code == 507
        assert server.admin.get("/tenants").status_code == 200
    serves(tenant)
    assert tenant.get(f"/Users/{a}").json()["meta"]["version"] == 'W/"1"'


def test_read_only(server, tenant):
    """A replica: its master, which is not there, would take writes."""
    id = tenant.create_user("ada")
    server.redis("replicaof", "127.0.0.1", "1")
    try:
        answer = tenant.post("/Users", {"schemas": [USER], "userName": "b"})
        unavailable(answer)
        unavailable(tenant.delete(f"/Users/{id}"))
    finally:
        server.redis("replicaof", "no", "one")
    serves(tenant)
    assert tenant.get(f"/Users/{id}").status_code == 200


def test_masterless(server, tenant):
    tenant.create_user("ada")
    with setting(server, "replica-serve-stale-data", "no"):
        server.redis("replicaof", "127.0.0.1", "1")
        try:
            unavailable(tenant.get("/Users"))
        finally:
            server.redis("replicaof", "no", "one")
    serves(tenant)


def test_busy(server, tenant):
    """A script that somebody else runs for ever."""
    with setting(server, "busy-reply-threshold", 50):
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(server.redis_socket)
            other.send(b"EVAL 'while true do end' 0\r\n")
            time.sleep(0.3)
            unavailable(tenant.get("/Users"))
            unavailable(tenant.post("/Users", {
                "schemas": [USER], "userName": "b"}))
            server.redis("script", "kill")
    serves(tenant)


# --- loading -----------------------------------------------------------------


def test_loading(server, tenant):
    for n in range(300):
        tenant.create_user(f"user{n}")
    server.redis("bgrewriteaof")
    assert wait_until(lambda: "aof_rewrite_in_progress:0" in server.redis(
        "info", "persistence"), 60)
    server.kill_redis()
    # Slowly, in small pieces, so that it gets to say LOADING.
    server.start_redis("--key-load-delay", "3000",
                       "--loading-process-events-interval-bytes", "1024",
                       wait=False)
    assert wait_until(lambda: "LOADING" in server.ping(), 10)
    seen = set()
    while server.ping() != "PONG":
        answer = tenant.get("/Users?count=1")
        if answer.status_code != 200:
            seen.add(unavailable(answer))
    assert seen
    serves(tenant, 20)
    assert len(assert_list(tenant.get("/Users?count=1000"), 301)) == 301


# --- closed to us ------------------------------------------------------------


@contextlib.contextmanager
def administrator(server):
    """A connection of our own, from before the door is closed."""
    with socket.socket(socket.AF_UNIX) as own:
        own.connect(server.redis_socket)
        own.settimeout(5)

        def say(text):
            own.send(text.encode() + b"\r\n")
            answer = own.recv(4096)
            assert not answer.startswith(b"-"), answer

        say("PING")
        yield say


def test_password_demanded(server, tenant):
    with administrator(server) as say:
        say("CONFIG SET requirepass secret")
        say("CLIENT KILL TYPE normal SKIPME yes")
        try:
            assert wait_until(
                lambda: tenant.get("/Users").status_code == 503, 5)
            detail = unavailable(tenant.get("/Users"))
            assert "secret" not in detail
            unavailable(tenant.post("/Users", {
                "schemas": [USER], "userName": "x"}))
        finally:
            say('CONFIG SET requirepass ""')
    serves(tenant)


def test_too_many_clients(server, tenant):
    with administrator(server) as say:
        say("CONFIG SET maxclients 1")
        say("CLIENT KILL TYPE normal SKIPME yes")
        try:
            assert wait_until(
                lambda: tenant.get("/Users").status_code == 503, 5)
            unavailable(tenant.get("/Users"))
        finally:
            say("CONFIG SET maxclients 1000")
    serves(tenant)


def test_connections_do_not_pile_up(server, tenant):
    """One for each worker, after all of the above."""
    serves(tenant)
    ours = [line for line in server.redis("client", "list").splitlines()
            if "cmd=client|list" not in line]
    assert 1 <= len(ours) <= len(server.workers()), "\n".join(ours)
