"""Four real service providers whose guides we can satisfy: one life each, with
exactly the attributes that their mappings send.

    TerraTrue / Entra ID     userName, active, name.*; users only
    TerraTrue / OneLogin     the same by templates; no groups are sent
    TrueFoundry / Entra ID   Entra's default mappings; groups are teams
    TruU TOTAL / Entra ID    externalId is the identity; title, department;
                             a group on demand
"""

import time
import uuid

import pytest

from scim_client import ENT, GROUP, USER, assert_error, assert_list, plus


def find(client, path, expression, more=""):
    return client.get(f"{path}?{more}{plus(expression)}")


def create(client, path, body):
    answer = client.post(path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def only(body, *names):
    """An answer has what was sent and what is always there, nothing else."""
    assert body.keys() == {"schemas", "id", "meta", *names}
    return body


# --- TerraTrue, Entra ID -----------------------------------------------------


def terratrue(name="ada"):
    return {
        "schemas": [USER], "userName": f"{name}@contoso.com", "active": True,
        "name": {"givenName": name.title(), "familyName": "Jones",
                 "formatted": f"{name.title()} Jones"},
    }


def test_terratrue_entra(server, tenant):
    body = terratrue()
    # Test Connection, with SCIM switched off: it says so; then switched on.
    for enabled in (False, True):
        server.admin.patch(f"/tenants/{tenant.tenant}",
                           json={"enabled": enabled}).raise_for_status()
        # A worker trusts what it has looked up for a second.
        answer = wait_for(lambda: find(
            tenant, "/Users", f'userName eq "{uuid.uuid4()}"'),
            200 if enabled else 403)
        if enabled:
            assert_list(answer, 0)
        else:
            assert_error(answer, 403)
    # Create.
    assert_list(find(tenant, "/Users", f'userName eq "{body["userName"]}"'), 0)
    id = create(tenant, "/Users", body)
    user = tenant.get(f"/Users/{id}").json()
    only(user, "userName", "active", "name")
    assert user["name"] == body["name"]
    # userName is required.
    assert "userName" in assert_error(tenant.post("/Users", {
        "schemas": [USER], "name": body["name"]}), 400, "invalidValue")
    # Update.
    answer = tenant.patch(
        f"/Users/{id}",
        {"op": "Replace", "path": "name.familyName", "value": "King"},
        {"op": "Replace", "path": "name.formatted", "value": "Ada King"})
    assert answer.json()["name"] == {
        "givenName": "Ada", "familyName": "King", "formatted": "Ada King"}
    # Remove: disabled first, deleted 30 days later.
    answer = tenant.patch(f"/Users/{id}", {
        "op": "Replace", "path": "active", "value": "False"})
    assert answer.json()["active"] is False
    assert tenant.delete(f"/Users/{id}").status_code == 204
    assert_list(tenant.get("/Users"), 0)


def wait_for(ask, status):
    """The answer, as soon as its status is this one."""
    end = time.monotonic() + 5
    while True:
        answer = ask()
        if answer.status_code == status or time.monotonic() > end:
            return answer
        time.sleep(0.05)


# --- TerraTrue, OneLogin -----------------------------------------------------


def test_terratrue_onelogin(tenant):
    def template(**more):
        return {**terratrue(), "id": None, "active": "true", **more}

    # Enable, then provision.
    assert_list(tenant.get("/Users?filter=userName+eq+%22x%22&"), 0)
    id = create(tenant, "/Users", template())
    # Suspend and activate.
    for text, active in (("false", False), ("true", True)):
        answer = tenant.put(f"/Users/{id}?", template(active=text))
        assert answer.status_code == 200
        only(answer.json(), "userName", "active", "name")
        assert answer.json()["active"] is active
    # Change.
    name = {"givenName": "Ada", "familyName": "King", "formatted": "Ada King"}
    answer = tenant.put(f"/Users/{id}?", template(name=name))
    assert answer.json()["name"] == name
    # De-provision.
    assert tenant.delete(f"/Users/{id}?").status_code == 204
    assert_error(tenant.get(f"/Users/{id}"), 404)


# --- TrueFoundry, Entra ID ---------------------------------------------------


def truefoundry(name="ada"):
    return {
        "schemas": [USER, ENT],
        "externalId": str(uuid.uuid4()),
        "userName": f"{name}@contoso.com",
        "active": True,
        "displayName": f"{name.title()} Jones",
        "emails": [{"primary": True, "type": "work",
                    "value": f"{name}@contoso.com"}],
        "name": {"givenName": name.title(), "familyName": "Jones"},
        "meta": {"resourceType": "User"},
    }


@pytest.mark.parametrize("flag", ["", "?aadOptscim062020"])
def test_truefoundry_entra(tenant, flag):
    # Test Connection with no good token says what is wrong.
    answer = tenant.get(f"/Users{flag}", headers={
        "Authorization": "Bearer " + tenant.token[:-1]})
    assert "token" in assert_error(answer, 401).lower()
    # Users.
    people = [truefoundry(name) for name in ("ada", "grace", "joan")]
    ids = []
    for body in people:
        assert_list(find(tenant, "/Users",
                         f'externalId eq "{body["externalId"]}"'), 0)
        ids.append(create(tenant, f"/Users{flag}", body))
    user = tenant.get(f"/Users/{ids[0]}{flag}").json()
    only(user, "externalId", "userName", "active", "displayName", "emails",
         "name")
    # Teams: created empty, then members, direct ones only.
    assert_list(find(tenant, "/Groups", 'displayName eq "ml-team_1"',
                     "excludedAttributes=members&"), 0)
    team = create(tenant, f"/Groups{flag}", {
        "schemas": [GROUP], "displayName": "ml-team_1",
        "externalId": str(uuid.uuid4()), "members": []})
    add = "add" if flag else "Add"
    answer = tenant.patch(f"/Groups/{team}{flag}", {
        "op": add, "path": "members",
        "value": [{"$ref": None, "value": id} for id in ids]})
    assert answer.status_code == 204
    assert tenant.members(team) == set(ids)
    # Leaves the team.
    removal = ({"op": "remove", "path": f'members[value eq "{ids[1]}"]'}
               if flag else
               {"op": "Remove", "path": "members",
                "value": [{"$ref": None, "value": ids[1]}]})
    assert tenant.patch(f"/Groups/{team}{flag}", removal).status_code == 204
    assert tenant.members(team) == {ids[0], ids[2]}
    # Unassigned: deactivated, not deleted; still of the team.
    off = ({"op": "replace", "path": "active", "value": False} if flag else
           {"op": "Replace", "path": "active", "value": "False"})
    answer = tenant.patch(f"/Users/{ids[0]}{flag}", off)
    assert answer.json()["active"] is False
    assert tenant.members(team) == {ids[0], ids[2]}
    assert [g["display"] for g in answer.json()["groups"]] == ["ml-team_1"]


# --- TruU TOTAL, Entra ID ----------------------------------------------------


def truu(name="ada"):
    return {
        "schemas": [USER, ENT],
        "externalId": str(uuid.uuid4()),
        "userName": f"{name}@contoso.com",
        "active": True,
        "displayName": f"{name.title()} Jones",
        "title": "Engineer",
        "emails": [{"primary": True, "type": "work",
                    "value": f"{name}@contoso.com"}],
        "name": {"givenName": name.title(), "familyName": "Jones"},
        ENT: {"department": "R&D"},
    }


def test_truu_entra(tenant):
    # externalId is the identity: matched by it, exactly.
    people = [truu(name) for name in "abcde"]
    ids = [create(tenant, "/Users", body) for body in people]
    for id, body in zip(ids, people):
        [row] = assert_list(find(tenant, "/Users",
                                 f'externalId eq "{body["externalId"]}"'), 1)
        only(row, "externalId", "userName", "active", "displayName", "title",
             "emails", "name", ENT)
        assert row["id"] == id
    # A promotion.
    answer = tenant.patch(
        f"/Users/{ids[0]}",
        {"op": "Replace", "path": "title", "value": "Director"},
        {"op": "Replace", "path": f"{ENT}:department", "value": "Sales"})
    assert answer.json()["title"] == "Director"
    assert answer.json()[ENT] == {"department": "Sales"}
    assert answer.json()["externalId"] == people[0]["externalId"]
    # An admin group on demand, with the five who were chosen.
    assert_list(find(tenant, "/Groups", 'displayName eq "TruU Admins"',
                     "excludedAttributes=members&"), 0)
    group = create(tenant, "/Groups", {
        "schemas": [GROUP], "displayName": "TruU Admins",
        "externalId": str(uuid.uuid4())})
    answer = tenant.patch(f"/Groups/{group}", {
        "op": "Add", "path": "members",
        "value": [{"$ref": None, "value": id} for id in ids]})
    assert answer.status_code == 204
    assert tenant.members(group) == set(ids)
    for id in ids:
        [row] = assert_list(find(
            tenant, "/Groups", f'id eq "{group}" and members eq "{id}"',
            "attributes=id&"), 1)
        assert row.keys() == {"schemas", "id"}
    # Deleted for good: out of the group, and his name is free.
    assert tenant.delete(f"/Users/{ids[4]}").status_code == 204
    assert tenant.members(group) == set(ids[:4])
    again = create(tenant, "/Users", people[4])
    assert again != ids[4]
