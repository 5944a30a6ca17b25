"""What README.md, docs/operations.md and docs/admin-api.md say, done."""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile

import httpx
import pytest

from scim_client import Client, assert_error
from scim_server import REPO, Server, alive, wait_until


@contextlib.contextmanager
def instance(**how):
    root = pathlib.Path(tempfile.mkdtemp(prefix="nginx-scim-"))
    server = Server(root, **how)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(root, ignore_errors=True)


def refused(server, *args):
    """What `make` says when it does not work."""
    done = subprocess.run(
        ["make", "-C", str(REPO), "--no-print-directory", *args],
        env=server.environ, text=True, timeout=60, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0, done.stdout
    return done.stdout


def test_scim_env(server):
    path = server.var / "scim.env"
    assert path.stat().st_mode & 0o777 == 0o600
    url = f"http://127.0.0.1:{server.port}"
    # As a shell reads it.
    names = ("SCIM_BASE_URL SCIM_TOKEN SCIM_ADMIN_URL SCIM_ADMIN_USER "
             "SCIM_ADMIN_PASSWORD SCIM_REDIS NGINX_PID REDIS_PID")
    out = subprocess.run(
        ["sh", "-c", f'. "{path}"; for n in {names}; do '
         'eval "printf \'%s\\n\' \\"\\$$n\\""; done'],
        text=True, check=True, stdout=subprocess.PIPE).stdout.splitlines()
    values = dict(zip(names.split(), out))
    assert values == server.env
    assert values["SCIM_BASE_URL"] == url + "/scim/v2"
    assert values["SCIM_ADMIN_URL"] == url + "/admin"
    assert values["SCIM_TOKEN"].startswith("scim_")
    assert alive(int(values["NGINX_PID"])) and alive(int(values["REDIS_PID"]))
    assert len(server.workers()) >= 2


def test_life_of_an_instance():
    """What `make run` prints works; a second run keeps data and token;
    `make stop` ends it, and twice does no harm."""
    with instance() as server:
        out = server.start()
        for name in ("SCIM_BASE_URL", "SCIM_TOKEN", "SCIM_ADMIN_URL",
                     "SCIM_ADMIN_USER", "SCIM_ADMIN_PASSWORD"):
            assert server.env[name] in out
        [curl] = [line for line in out.splitlines() if "curl " in line]
        done = subprocess.run(["sh", "-c", curl], text=True,
                              stdout=subprocess.PIPE)
        assert '"totalResults":0' in done.stdout
        id = server.default().create_user("ada")
        before = dict(server.env)
        # It runs: a second one does not start beside it.
        assert "runs already" in refused(server, "run", "DETACH=1")
        assert alive(server.nginx_pid)
        server.stop()
        assert "nothing runs" in server.make("stop")
        server.start()
        same = ("SCIM_TOKEN", "SCIM_ADMIN_PASSWORD", "SCIM_BASE_URL")
        assert [server.env[n] for n in same] == [before[n] for n in same]
        assert server.default().get(f"/Users/{id}").status_code == 200
        server.stop()
        server.check_log()


def test_several_side_by_side():
    with instance() as one, instance() as two:
        one.start()
        two.start()
        id = one.default().create_user("ada")
        assert_error(two.default().get(f"/Users/{id}"), 404)
        # One's token is not the other's.
        assert_error(Client(two.env["SCIM_BASE_URL"], one.env["SCIM_TOKEN"])
                     .get("/Users"), 401)
        one.stop()
        assert two.default().get("/Users").status_code == 200
        two.stop()


def test_port_in_use():
    with instance() as server, socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        out = refused(server, "run", "DETACH=1")
        assert f"port {server.port}" in out and "SCIM_PORT=" in out
        assert not list(server.var.glob("run/*.pid"))


@pytest.mark.parametrize("name, value", [
    ("SCIM_PORT", "http"), ("SCIM_RATE", "fast"), ("SCIM_PROFILE", "acme"),
])
def test_wrong_settings(name, value):
    with instance() as server:
        server.environ[name] = value
        assert name in refused(server, "run", "DETACH=1")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_foreground(number):
    """Without DETACH; Ctrl-C goes to the whole group and stops both."""
    with instance() as server:
        process = subprocess.Popen(
            ["make", "-C", str(REPO), "run"], env=server.environ,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
            # As at a terminal, though the tests run where it is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        try:
            for line in process.stdout:
                if "Ctrl-C" in line:
                    break
            env = dict(line.split("=", 1) for line in
                       (server.var / "scim.env").read_text().splitlines())
            pids = [int(env["NGINX_PID"]), int(env["REDIS_PID"])]
            assert all(map(alive, pids))
            os.killpg(process.pid, number)
            process.communicate(timeout=20)
            assert wait_until(lambda: not any(map(alive, pids)), 15)
        finally:
            process.kill()
            process.wait()
        server.check_log()


def test_rate():
    """Delayed first; 429, with Retry-After, only beyond the queue of 500."""
    with instance(rate="60r/m") as server, contextlib.ExitStack() as stack:
        server.start()
        request = (f"GET /scim/v2/Users?count=0 HTTP/1.1\r\nHost: x\r\n"
                   f"Authorization: Bearer {server.default().token}\r\n\r\n")
        waiting = []
        for _ in range(540):
            waiting.append(stack.enter_context(
                socket.create_connection(("127.0.0.1", server.port))))
            waiting[-1].sendall(request.encode())

        answers = []

        def enough():
            for ready in select.select(waiting, [], [], 0)[0]:
                answer = ready.recv(65536).decode()
                waiting.remove(ready)
                if " 429 " in answer.splitlines()[0]:
                    answers.append(answer)
            return len(answers) >= 20

        assert wait_until(enough, 15), f"{len(answers)} refusals"
        for answer in answers:
            head, _, body = answer.partition("\r\n\r\n")
            assert "Content-Type: application/scim+json" in head
            assert re.search(r"^Retry-After: [1-9]", head, re.M)
            assert json.loads(body)["status"] == "429"
        stack.close()
        server.stop()


# --- docs/admin-api.md -------------------------------------------------------


def test_tenants(server):
    admin = server.admin
    answer = admin.post("/tenants", json={"name": "acme"})
    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("created").endswith("Z")
    assert body == {"name": "acme", "enabled": True, "settings": {},
                    "users": 0, "groups": 0}
    assert admin.post("/tenants", json={"name": "acme"}).status_code == 409
    names = [t["name"] for t in admin.get("/tenants").json()["tenants"]]
    assert names == sorted(names) and {"acme", "default"} <= set(names)
    # Switched off: 403, and data and tokens stay.
    client = Client(server.env["SCIM_BASE_URL"], server.new_token("acme"))
    id = client.create_user("ada")
    answer = admin.patch("/tenants/acme", json={"enabled": False})
    assert answer.json()["enabled"] is False
    assert answer.json()["users"] == 1
    assert wait_until(lambda: client.get("/Users").status_code == 403, 15)
    admin.patch("/tenants/acme", json={"enabled": True})
    assert wait_until(
        lambda: client.get(f"/Users/{id}").status_code == 200, 5)
    assert admin.patch("/tenants/acme", json={
        "settings": {"none": 1}}).status_code == 400
    # Gone, with its token.
    assert admin.delete("/tenants/acme").status_code == 204
    answer = admin.delete("/tenants/acme")
    assert answer.status_code == 404
    assert "acme" in answer.json()["detail"]
    assert wait_until(lambda: client.get("/Users").status_code == 401, 15)


def test_tokens(server, tenant):
    admin, path = server.admin, f"/tenants/{tenant.tenant}/tokens"
    answer = admin.post(path, json={"name": "Entra ID", "scope": "read",
                                    "expires": "2099-01-31T00:00:00Z"})
    assert answer.status_code == 201
    body = answer.json()
    assert body["expires"] == "2099-01-31T00:00:00.000Z"
    reader = Client(tenant.base, body["token"])
    assert reader.get("/Users").status_code == 200
    assert_error(reader.post("/Users", {"userName": "x"}), 403)
    # Shown once.
    listed = admin.get(path)
    assert body["token"] not in listed.text
    [row] = [t for t in listed.json()["tokens"] if t["id"] == body["id"]]
    assert (row["name"], row["scope"]) == ("Entra ID", "read")
    assert wait_until(lambda: any(
        "lastUsed" in t for t in admin.get(path).json()["tokens"]), 10)
    # Revoked.
    assert admin.delete(f"{path}/{body['id']}").status_code == 204
    assert wait_until(lambda: reader.get("/Users").status_code == 401, 15)
    assert admin.delete(f"{path}/{body['id']}").status_code == 404


def test_admin_api_is_guarded(server, tenant):
    url = server.env["SCIM_ADMIN_URL"] + "/tenants"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, auth=("admin", "wrong")).status_code == 401
    assert tenant.http.get(url).status_code == 401
    assert server.admin.put("/tenants", json={}).status_code == 405
