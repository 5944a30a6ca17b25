"""What docs/changes.md says about following changes, done as it is written."""

import contextlib
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import time

from scim_server import wait_until

DOC = pathlib.Path(__file__).parents[2] / "docs" / "changes.md"


def commands(name):
    """The indented examples that begin with the word, one shell line each."""
    blocks = re.findall(r"(?:^    .*\n)+", DOC.read_text(), re.M)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines
            if line.split() and line.split()[0] == name]


def example(name, word):
    [line] = [line for line in commands(name) if word in line]
    return line[1:]


@contextlib.contextmanager
def following(server, client, folder):
    """The page's loop, as the script that it is."""
    [script] = re.findall(r"^    after=\$\(cat .*?^    done\n",
                          DOC.read_text(), re.M | re.S)
    site = f"http://127.0.0.1:{server.port}"
    assert "https://HOST/" in script and "sleep 5" in script
    script = script.replace("https://HOST", site).replace("sleep 5",
                                                          "sleep 0.1")
    process = subprocess.Popen(
        ["sh", "-c", script], cwd=folder, text=True, start_new_session=True,
        env={**os.environ, "SCIM_TOKEN": client.token},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def user_of(process):
    """Of the next change that it has printed."""
    return json.loads(process.stdout.readline())["resourceName"]


def ends(process, word):
    """By itself, with what it was told on stderr."""
    out, told = process.communicate(timeout=20)
    assert not out and word in told, (out, told)
    assert process.returncode == 0


def as_crm(server, *args):
    """Redis' answer to the user that the page makes."""
    return subprocess.run(
        ["redis-cli", "-s", server.redis_socket, "--user", "crm",
         "--pass", "secret", "--no-auth-warning", *args],
        capture_output=True, text=True, check=True).stdout


def test_feed(server):
    client, admin = server.default(), server.admin
    path = "/tenants/default/changes"
    start = admin.get(path, params={"after": "now"}).json()
    assert start["changes"] == [] and start["more"] is False
    ids = [client.create_user(f"feed-{n}") for n in range(5)]
    client.delete(f"/Users/{ids[0]}")
    seen, cursor = [], start["nextCursor"]
    while True:
        page = admin.get(path, params={"after": cursor, "limit": 2}).json()
        seen += [(c["operation"], c["resourceId"], c["version"])
                 for c in page["changes"]]
        cursor = page["nextCursor"]
        if not page["more"]:
            break
    assert seen == [("create", id, 1) for id in ids] + [("delete", ids[0], 2)]
    assert admin.get(path, params={"after": cursor}).json()["changes"] == []
    # Fallen behind, it is told so, and how to go on.
    admin.patch("/tenants/default", json={
        "settings": {"history": {"count": 1}}})
    client.create_user("feed-more")
    answer = admin.get(path, params={"after": start["nextCursor"]})
    assert answer.status_code == 410
    assert "after=now" in answer.json()["detail"]
    admin.patch("/tenants/default", json={"settings": {"history": None}})


def test_loop(server, tmp_path):
    client = server.new_tenant()
    client.create_user("ada")
    cursor = tmp_path / "cursor"
    with following(server, client, tmp_path) as process:
        assert user_of(process) == "ada"
        assert wait_until(cursor.exists, 15)
        before = cursor.read_text()
        client.create_user("bob")       # it waits for that one
        assert user_of(process) == "bob"
        assert wait_until(lambda: cursor.read_text() not in ("", before), 15)

    client.create_user("eve")
    with following(server, client, tmp_path) as process:
        assert user_of(process) == "eve"    # it goes on where it was
        server.kill_redis()
        time.sleep(0.5)
        server.start_redis()
        client.create_user("joe")
        assert user_of(process) == "joe"

    # Fallen behind it stops, and says how to begin anew.
    server.admin.patch(
        f"/tenants/{client.tenant}",
        json={"settings": {"history": {"count": 1}}}).raise_for_status()
    for name in ("kim", "lea", "mia"):
        client.create_user(name)
    with following(server, client, tmp_path) as process:
        ends(process, "get a cursor with after=now")

    # So it does without a token.
    client.token = "none"
    with following(server, client, tmp_path) as process:
        ends(process, '"401"')


def test_consumer_group(server):
    client = server.default()
    server.redis(*example("redis-cli", "SETUSER"))
    as_crm(server, *example("redis-cli", "CREATE"))
    read = example("redis-cli", "BLOCK")
    ack = example("redis-cli", "XACK")[:-1]
    id = client.create_user("grouped", title="Countess")
    client.patch(f"/Users/{id}", {"op": "replace", "path": "active",
                                  "value": False})
    lines = as_crm(server, *read).splitlines()
    assert lines[0] == "scim:{default}:history"
    entries = [n for n, line in enumerate(lines)
               if re.fullmatch(r"\d+-\d+", line)]
    assert len(entries) == 2
    names = lines[entries[0] + 1:entries[1]:2]
    assert names == ["op", "type", "id", "name", "ver", "at", "actor", "addr",
                     "req", "tok", "changes", "was"]
    entry = dict(zip(names, lines[entries[1] + 2::2]))
    assert (entry["op"], entry["id"], entry["ver"]) == ("update", id, "2")
    assert '"path":"active"' in entry["changes"]
    # What is not acknowledged comes again, to this worker and to others.
    again = [{">": "0"}.get(word, word) for word in read]
    assert as_crm(server, *ack, lines[entries[0]]).strip() == "1"
    assert lines[entries[1]] in as_crm(server, *again)
    assert lines[entries[0]] not in as_crm(server, *again)
    # Reading is all that this user may do.
    key = "scim:{default}:history"
    for args in (["XADD", key, "*", "a", "b"], ["DEL", key], ["KEYS", "*"],
                 ["HSET", "scim:{default}:tenant", "enabled", "0"],
                 ["HGETALL", "scim:{default}:tokens"],
                 ["HGET", "scim:{default}:tokens", "x"]):
        assert "NOPERM" in as_crm(server, *args), args
    assert "NOPERM" not in as_crm(server, *example("redis-cli", "HGET"))
