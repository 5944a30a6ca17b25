"""A tenant can never reach another: tried by every endpoint, every method and
every place that takes an id, a name, a cursor, a version or a URL."""

import json

import pytest

from scim_client import ENT, GROUP, PATCH, USER, Client
from scim_server import wait_until

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SECRET = "TopSecretOfTheOther"


@pytest.fixture
def two(server):
    """Mine, the other's, and what the other has."""
    mine, other = server.new_tenant(), server.new_tenant()
    other.user = other.create_user(SECRET, externalId=SECRET + "1")
    other.group = other.create_group(SECRET + "2", [other.user])
    other.before = snapshot(other)
    return mine, other


def snapshot(client):
    return [client.get(path).json() for path in (
        f"/Users/{client.user}", f"/Groups/{client.group}", "/Users",
        "/Groups")]


def untouched(other, *answers):
    for answer in answers:
        assert SECRET not in answer.text.replace(SECRET + "Mine", "")
    assert snapshot(other) == other.before


PATCH_BODY = {"schemas": [PATCH], "Operations": [
    {"op": "replace", "path": "externalId", "value": "taken"}]}


@pytest.mark.parametrize("method,body", [
    ("GET", None), ("PUT", {"schemas": [USER], "userName": "x"}),
    ("PATCH", PATCH_BODY), ("DELETE", None), ("HEAD", None),
])
def test_ids_of_the_other(two, method, body):
    mine, other = two
    for path in (f"/Users/{other.user}", f"/Groups/{other.group}"):
        if body and path.startswith("/Groups") and method == "PUT":
            body = {"schemas": [GROUP], "displayName": "x"}
        for header in ({}, {"If-Match": "*"}, {"If-Match": 'W/"1"'}):
            answer = mine.send(method, path, body, headers=header)
            assert answer.status_code == 404, answer.text
            untouched(other, answer)


@pytest.mark.parametrize("more", [
    lambda c: "", lambda c: "?count=1000", lambda c: "?startIndex=-1",
    lambda c: f'?filter=id+eq+"{c.user}"',
    lambda c: f'?filter=userName+eq+"{SECRET}"',
    lambda c: f'?filter=externalId+eq+"{SECRET}1"',
    lambda c: '?filter=userName+pr+or+id+pr',
    lambda c: '?filter=not+(id+eq+"x")',
    lambda c: f'?filter=groups.value+eq+"{c.group}"',
    lambda c: f'?filter=members.value+eq+"{c.user}"',
    lambda c: '?sortBy=id', lambda c: '?cursor',
])
def test_lists(two, more):
    mine, other = two
    for path in ("/Users", "/Groups", "/"):
        answer = mine.get(path + more(other))
        untouched(other, answer)
        if answer.status_code == 200:
            assert answer.json()["totalResults"] == 0


def test_searches(two):
    mine, other = two
    for path in ("/Users/.search", "/Groups/.search", "/.search"):
        for body in ({}, {"filter": f'id eq "{other.user}"'},
                     {"filter": "id pr"},
                     {"tenant": other.tenant, "filter": "id pr"}):
            answer = mine.post(path, {"schemas": [SEARCH], **body})
            assert answer.json()["totalResults"] == 0
            untouched(other, answer)


def test_cursors(two):
    mine, other = two
    for _ in range(3):
        other.create_user(f"{SECRET}-{_}")
    other.before = snapshot(other)
    cursor = other.get("/Users?cursor&count=2").json()["nextCursor"]
    answer = mine.get(f"/Users?count=2&cursor={cursor}")
    untouched(other, answer)
    assert answer.status_code == 400 or not answer.json()["Resources"]


def test_members_of_the_other(two):
    mine, other = two
    group = mine.create_group("g")
    at = f"/Groups/{group}"
    member = [{"value": other.user}]
    for answer in (
        mine.post("/Groups", {"schemas": [GROUP], "displayName": "h",
                              "members": member}),
        mine.put(at, {"schemas": [GROUP], "displayName": "g",
                      "members": member}),
        mine.patch(at, {"op": "add", "path": "members", "value": member}),
        mine.patch(at, {"op": "add", "path": "members",
                        "value": [{"value": other.group}]}),
    ):
        assert answer.status_code == 400, answer.text
        untouched(other, answer)
    mine.patch(at, {"op": "remove",
                    "path": f'members[value eq "{other.user}"]'})
    untouched(other, mine.get(at))


def test_a_manager_of_the_other(two):
    mine, other = two
    boss = {"value": other.user, "$ref": f"../Users/{other.user}"}
    answer = mine.post("/Users", {
        "schemas": [USER, ENT], "userName": "ada", ENT: {"manager": boss}})
    untouched(other, answer)
    if answer.status_code == 201:
        at = f"/Users/{answer.json()['id']}"
        assert "displayName" not in mine.get(at).json()[ENT]["manager"]
        untouched(other, mine.get(at))


def test_the_same_names_are_free(two):
    mine, other = two
    id = mine.create_user(SECRET, externalId=SECRET + "1")
    group = mine.create_group(SECRET + "2", [id])
    assert id != other.user and group != other.group
    assert snapshot(other) == other.before


def test_bulk(two):
    mine, other = two
    answer = mine.post("/Bulk", {"schemas": [BULK], "Operations": [
        {"method": "DELETE", "path": f"/Users/{other.user}"},
        {"method": "PATCH", "path": f"/Groups/{other.group}",
         "data": PATCH_BODY},
        {"method": "DELETE", "path": f"/../{other.tenant}/Users/{other.user}"},
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {
            "schemas": [GROUP], "displayName": "g",
            "members": [{"value": other.user}]}},
        {"method": "POST", "path": "/Users", "bulkId": other.user,
         "data": {"schemas": [USER], "userName": "x"}},
    ]})
    untouched(other, answer)
    if answer.status_code == 200:
        states = [o["status"] for o in answer.json()["Operations"]]
        assert states[:4] == ["404", "404", states[2], "400"]
        assert states[2] in ("400", "404")


# What a client may say of a tenant


@pytest.mark.parametrize("name", [
    "X-Scim-Tenant", "X-Tenant", "X-Tenant-Id", "X-Forwarded-Host", "Host",
    "X-Original-URL", "X-Rewrite-URL", "X-Scim-Token-Tenant", "Cookie",
    "Scim-Tenant", "X-Remote-User", "X-Forwarded-Prefix",
])
def test_headers(two, name):
    mine, other = two
    for value in (other.tenant, f"/scim/v2/Users/{other.user}",
                  f"tenant={other.tenant}"):
        answer = mine.get("/Users", headers={name: value})
        untouched(other, answer)
        if answer.status_code == 200:
            assert answer.json()["totalResults"] == 0


def keys(other):
    """Names that would reach the other's data if they became part of a key."""
    t, id = other.tenant, other.user
    return [
        f"../{t}/{id}", f"..%2F{t}%2F{id}", f"{{{t}}}:{id}",
        f"%7B{t}%7D:u:{id}", f"scim:%7B{t}%7D:user:{id}", f"{t}:{id}",
        f"x%7D:%7B{t}", f"{id}%00", f"%00{id}", f"{id}%0A", f"{id}%20",
        f"*{id[1:]}", "*", "[a-z]*", id.upper(), f"{id};", f"{id}.json",
        f"{id}%3Ftenant={t}", f"%2E%2E%2F{t}", "..", ".", "%2e%2e",
        f"{id}%C0%80", f"{id}%E2%80%8B",
    ]


def test_ids_that_are_keys(two):
    mine, other = two
    for name in keys(other):
        for path in (f"/Users/{name}", f"/Groups/{name}"):
            for method, body in (("GET", None), ("DELETE", None),
                                 ("PATCH", PATCH_BODY)):
                answer = mine.send(method, path, body)
                untouched(other, answer)
                if answer.status_code == 200:   # /Users/.. is the root
                    assert answer.json()["totalResults"] == 0, path
                else:
                    assert answer.status_code in (400, 404, 405), path


def test_values_that_are_keys(two):
    mine, other = two
    t = other.tenant
    group = mine.create_group("g")
    for i, name in enumerate((
        f"{{{t}}}", f"x}}:{{{t}}}", f"scim:{{{t}}}:users", "a\0b", "a\0",
        f"\0{SECRET}Mine", "a\r\nDEL x\r\n", "*3\r\n$3\r\nDEL\r\n", ":", "{}",
        "\ufeffa", "\u202ea",
    )):
        answer = mine.post("/Users", {
            "schemas": [USER], "userName": name, "externalId": name,
            "displayName": name, "emails": [{"value": name}]})
        assert answer.status_code in (201, 400), (name, answer.text)
        untouched(other, answer)
        if answer.status_code == 201:
            id = answer.json()["id"]
            assert mine.get(f"/Users/{id}").json()["userName"] == name
            found = mine.post("/Users/.search", {
                "schemas": [SEARCH],
                "filter": "userName eq " + json.dumps(name)})
            assert [r["id"] for r in found.json()["Resources"]] == [id]
        answer = mine.patch(f"/Groups/{group}", {
            "op": "add", "path": "members", "value": [{"value": name}]})
        assert answer.status_code == 400
        untouched(other, answer)


def test_urls_of_the_other(two):
    mine, other = two
    for path in (f"/../{other.tenant}/Users", f"/{other.tenant}/Users",
                 f"/Users/..%2f..%2f{other.tenant}", "//Users", "/./Users",
                 f"/Users;tenant={other.tenant}",
                 f"/Users?tenant={other.tenant}"):
        answer = mine.get(path)
        untouched(other, answer)
        if answer.status_code == 200:
            assert answer.json()["totalResults"] == 0, path


# Tokens


def test_tokens_are_of_one_tenant(server, two):
    mine, other = two
    for token in (mine.token[:-1], mine.token + "x", mine.token.upper(),
                  f"{mine.token}, {other.token}", other.tenant,
                  f"{other.tenant}:{mine.token}", mine.token + "%00"):
        answer = Client(mine.base, token).get("/Users")
        assert answer.status_code in (400, 401), token
        untouched(other, answer)
    two_headers = mine.http.build_request(
        "GET", mine.base + "/Users",
        headers=[("Authorization", f"Bearer {mine.token}"),
                 ("Authorization", f"Bearer {other.token}")])
    answer = mine.http.send(two_headers)
    assert answer.status_code in (400, 401) or \
        answer.json()["totalResults"] == 0
    untouched(other, answer)


def test_a_token_is_no_administrator(server, two):
    mine, other = two
    admin = server.env["SCIM_ADMIN_URL"]
    for path in ("/tenants", f"/tenants/{other.tenant}",
                 f"/tenants/{other.tenant}/tokens"):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            answer = mine.http.request(method, admin + path, json=(
                None if method in ("GET", "DELETE") else {"name": "x"}))
            assert answer.status_code == 401, (method, path)
    untouched(other)


def test_a_deleted_tenant_leaves_nothing(server):
    old = server.new_tenant()
    id = old.create_user(SECRET)
    old.create_group("g", [id])
    assert server.admin.delete(f"/tenants/{old.tenant}").status_code in (
        200, 202, 204)
    # A worker trusts a token for as long as scim_token_cache says (1s).
    assert old.get(f"/Users/{id}").status_code in (401, 403, 404)
    assert wait_until(lambda: old.get("/Users").status_code == 401, 15)
    again = server.admin.post("/tenants", json={"name": old.tenant})
    if again.status_code == 201:
        new = Client(old.base, server.new_token(old.tenant), old.tenant)
        assert new.get("/Users").json()["totalResults"] == 0
        assert new.get(f"/Users/{id}").status_code == 404
        assert old.get("/Users").status_code == 401
