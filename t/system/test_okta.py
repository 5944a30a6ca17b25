"""What Okta does: its provisioning client, its importer, and the SPEC test
that an application must pass before Okta lists it.

Integrations of Okta's network (OIN) patch; applications of the integration
wizard (AIW) put.  Okta never deletes a user.
"""

import threading

import pytest

from scim_client import (
    GROUP, USER, Client, assert_error, assert_list, percent,
)


class Okta(Client):
    headers = {
        "Accept": "application/scim+json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip,deflate",
        "User-Agent": "Okta SCIM Client 1.0.0",
    }

    def find(self, expression, path="/Users"):
        return self.get(f"{path}?{percent(expression)}"
                        "&startIndex=1&count=100")

    def person(self, name="ada"):
        return {
            "schemas": [USER],
            "userName": f"{name}@example.com",
            "name": {"givenName": name.title(), "familyName": "Jones"},
            "emails": [{"primary": True, "value": f"{name}@example.com",
                        "type": "work", "display": f"{name}@example.com"}],
            "displayName": f"{name.title()} Jones",
            "locale": "en-US",
            "externalId": "00ujl29u0le5T6Aj10h7",
            "groups": [],
            "password": "1mz050nq",
            "active": True,
        }

    def provision(self, name="ada"):
        answer = self.post("/Users", self.person(name))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]


class SpecTest(Client):
    """Content-Type also on GET, application/json on POST."""

    headers = {
        "Accept": "application/scim+json",
        "Accept-Charset": "utf-8",
        "Content-Type": "application/scim+json; charset=utf-8",
        "User-Agent": "OKTA SCIM Integration",
    }

    def post(self, path, body):
        return self.send("POST", path, body, {
            "Content-Type": "application/json"})


@pytest.fixture
def okta(server):
    return server.new_tenant(Okta)


@pytest.fixture
def spec(server):
    return server.new_tenant(SpecTest)


# --- the SPEC test -----------------------------------------------------------


def test_spec_life_of_a_user(spec):
    email = "runscope300abc@atko.com"
    body = {
        "schemas": [USER], "userName": email,
        "name": {"givenName": "Ada", "familyName": "Jones"},
        "emails": [{"primary": True, "value": email, "type": "work"}],
        "displayName": "Ada Jones", "active": True,
    }
    # Create a user in realistic format.
    answer = spec.post("/Users", body)
    assert answer.status_code == 201
    user = answer.json()
    assert user["active"] is True
    assert user["id"]
    assert user["name"] == body["name"]
    assert user["schemas"] == [USER]
    assert user["userName"] == email
    # Required: users exist, with what Okta reads.
    answer = spec.get("/Users?count=1&startIndex=1")
    [row] = assert_list(answer, 1)
    for number in ("totalResults", "itemsPerPage", "startIndex"):
        assert type(answer.json()[number]) is int
    assert row["id"] and row["userName"] and row["active"] is True
    assert row["name"]["familyName"] and row["name"]["givenName"]
    assert row["emails"][0]["value"] == email
    # Read that user.
    answer = spec.get(f"/Users/{row['id']}")
    assert answer.status_code == 200
    assert answer.json() == user
    # The same user again.
    assert_error(spec.post("/Users", body), 409, "uniqueness")


def test_spec_unknown_users(spec):
    answer = spec.get('/Users?' + percent('userName eq "abcdefgh@atko.com"'))
    assert assert_list(answer, 0) == []
    for id in ("010101001010101011001010101011", "00919288221112222"):
        assert_error(spec.get(f"/Users/{id}"), 404)


def test_spec_groups(spec):
    answer = spec.get("/Groups")
    assert_list(answer, 0)
    # What Okta asks for, of a machine that may be busy at times.
    assert min(spec.get("/Groups").elapsed.total_seconds()
               for _ in range(10)) < 0.6


def test_spec_bad_token(spec):
    spec.http.headers["Authorization"] = "Bearer 12345919ee"
    assert_error(
        spec.get("/Users?" + percent('userName eq "a@atko.com"')), 401)


# --- provisioning ------------------------------------------------------------


def test_settings_are_saved(okta):
    assert_list(okta.get("/Users?startIndex=1&count=2"), 0)
    assert_list(okta.get("/Groups?startIndex=1&count=100"), 0)


def test_create(okta):
    # Does she exist?
    assert_list(okta.find('userName eq "ada@example.com"'), 0)
    # Create her.
    body = okta.person()
    answer = okta.post("/Users", body)
    assert answer.status_code == 201, answer.text
    user = answer.json()
    assert "password" not in user and "groups" not in user
    for name in body.keys() - {"password", "groups"}:
        assert user[name] == body[name]
    # The password is nowhere: not in answers, and not in Redis.
    assert "1mz050nq" not in okta.get(f"/Users/{user['id']}").text


def test_the_password_is_not_kept(server, okta):
    okta.provision()
    keys = server.redis("--scan").splitlines()
    docs = [k for k in keys if f"{{{okta.tenant}}}:r:User:" in k]
    assert len(docs) == 1
    assert "ada@example.com" in server.redis("hgetall", docs[0])
    assert "1mz050nq" not in server.redis("hgetall", docs[0])
    logs = [p.read_text() for p in (server.var / "logs").iterdir()]
    assert not [log for log in logs if "1mz050nq" in log]


def test_update_puts_what_it_got(okta):
    id = okta.provision()
    group = okta.create_group("Staff", [id])
    user = okta.get(f"/Users/{id}").json()
    # All of it, with id, meta, groups and emails[].display, and a change.
    user["name"]["familyName"] = "King"
    user["emails"][0]["value"] = "king@example.com"
    answer = okta.put(f"/Users/{id}", user)
    assert answer.status_code == 200, answer.text
    got = answer.json()
    assert got["name"]["familyName"] == "King"
    assert got["emails"] == user["emails"]
    assert got["meta"]["version"] != user["meta"]["version"]
    assert [g["value"] for g in got["groups"]] == [group]
    # What is left out goes; memberships are not the user's.
    del got["locale"], got["groups"]
    got = okta.put(f"/Users/{id}", got).json()
    assert "locale" not in got
    assert [g["value"] for g in got["groups"]] == [group]


def test_deactivation_by_patch(okta):
    """OIN: no path."""
    id = okta.provision()
    for active in (False, True):
        answer = okta.patch(
            f"/Users/{id}", {"op": "replace", "value": {"active": active}})
        assert answer.status_code == 200
        assert answer.json()["active"] is active
        assert okta.get(f"/Users/{id}").json() == answer.json()


def test_deactivation_by_put(okta):
    """AIW: the whole user."""
    id = okta.provision()
    group = okta.create_group("Staff", [id])
    for active in (False, True):
        user = okta.get(f"/Users/{id}").json()
        answer = okta.put(f"/Users/{id}", {**user, "active": active})
        assert answer.status_code == 200
        assert answer.json()["active"] is active
    assert okta.members(group) == {id}


def test_deactivated_users_are_found(okta):
    id = okta.provision()
    okta.patch(f"/Users/{id}", {"op": "replace", "value": {"active": False}})
    [row] = assert_list(okta.find('userName eq "ADA@example.com"'), 1)
    assert (row["id"], row["active"]) == (id, False)


# --- import ------------------------------------------------------------------


def imported(okta):
    """Pages of 100 until totalResults: ids in the order they came."""
    seen, total = [], 1
    while len(seen) < total:
        answer = okta.get(f"/Users?startIndex={len(seen) + 1}&count=100")
        total = answer.json()["totalResults"]
        page = assert_list(answer, total)
        assert len(page) == min(100, total - len(seen))
        assert answer.json()["itemsPerPage"] == len(page)
        assert answer.json()["startIndex"] == len(seen) + 1
        seen += [row["id"] for row in page]
    return seen


def test_import(okta):
    ids = [okta.provision(f"user{n}") for n in range(250)]
    assert imported(okta) == ids
    # Changes in between do not reorder.
    okta.patch(f"/Users/{ids[0]}", {"op": "replace", "value": {
        "active": False, "userName": "zzz@example.com"}})
    assert imported(okta) == ids
    # Nor do users that come while it runs: old ones keep their places.
    writer = threading.Thread(
        target=lambda: [okta.provision(f"late{n}") for n in range(60)])
    writer.start()
    seen = imported(okta)
    writer.join()
    assert seen[:250] == ids
    assert len(set(seen)) == len(seen)


# --- groups ------------------------------------------------------------------


def test_group_push(okta):
    a, b, c = (okta.provision(name) for name in "abc")
    # Does it exist?
    assert_list(okta.find('displayName eq "Test SCIMv20"', "/Groups"), 0)
    # Create it.
    answer = okta.post("/Groups", {
        "schemas": [GROUP], "displayName": "Test SCIMv20", "members": []})
    assert answer.status_code == 201
    id = answer.json()["id"]
    assert answer.json()["displayName"] == "Test SCIMv20"
    # All members.
    answer = okta.patch(f"/Groups/{id}", {
        "op": "replace", "path": "members", "value": [
            {"value": a, "display": "a@example.com"},
            {"value": b, "display": "b@example.com"}]})
    assert answer.status_code == 204
    assert okta.members(id) == {a, b}
    # Each change: the name first, in a request of its own.
    answer = okta.patch(f"/Groups/{id}", {
        "op": "replace", "value": {"id": id, "displayName": "Renamed"}})
    assert answer.status_code == 204
    assert okta.members(id) == {a, b}
    assert okta.get(f"/Groups/{id}").json()["displayName"] == "Renamed"
    # Then who leaves and who joins, in one.
    answer = okta.patch(
        f"/Groups/{id}",
        {"op": "remove", "path": f'members[value eq "{a}"]'},
        {"op": "add", "path": "members", "value": [
            {"value": c, "display": "c@example.com"}]})
    assert answer.status_code == 204
    assert okta.members(id) == {b, c}


def test_membership_changes_all_or_nothing(okta):
    a = okta.provision("a")
    id = okta.create_group("Staff", [a])
    answer = okta.patch(
        f"/Groups/{id}",
        {"op": "remove", "path": f'members[value eq "{a}"]'},
        {"op": "add", "path": "members", "value": [{"value": "00unobody"}]})
    assert "00unobody" in assert_error(answer, 400, "invalidValue")
    assert okta.members(id) == {a}


def test_group_put(okta):
    """AIW: all members, each time."""
    a, b, c = (okta.provision(name) for name in "abc")
    id = okta.create_group("Staff", [a, b])
    answer = okta.put(f"/Groups/{id}", {
        "schemas": [GROUP], "displayName": "Crew", "members": [
            {"value": b, "display": "b@example.com"},
            {"value": c, "display": "c@example.com"}]})
    assert answer.status_code == 200
    body = answer.json()
    assert body["displayName"] == "Crew"
    assert {m["value"] for m in body["members"]} == {b, c}
    assert okta.members(id) == {b, c}
    assert "groups" not in okta.get(f"/Users/{a}").json()


def test_unlink_and_delete(okta):
    a = okta.provision("a")
    id = okta.create_group("Staff", [a])
    assert okta.delete(f"/Groups/{id}").status_code == 204
    assert_error(okta.get(f"/Groups/{id}"), 404)
    assert okta.get(f"/Users/{a}").status_code == 200


def test_entitlements_only_if_listed(okta):
    """Okta asks for /Licenses and the like only where /ResourceTypes has it."""
    types = assert_list(okta.get("/ResourceTypes"), 2)
    assert {t["endpoint"] for t in types} == {"/Users", "/Groups"}
    assert_error(okta.get("/Licenses?count=1&startIndex=1"), 404)
    answer = okta.post("/Users", {
        **okta.person(), "entitlements": [{"value": "e1", "type": "Seat"}],
        "roles": [{"value": "r1"}]})
    assert answer.json()["entitlements"] == [{"value": "e1", "type": "Seat"}]
    assert answer.json()["roles"] == [{"value": "r1"}]
