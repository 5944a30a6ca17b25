"""TrueFoundry with Microsoft Entra ID, as its guide tells it: a token that ends
the one before, default mappings, groups that become teams, and users who are
deactivated, never deleted."""

import uuid

import pytest

from scim_client import GROUP, assert_error, assert_list
from scim_profile import change
from scim_server import wait_until
from test_entra import MOBILE, WithFlag, WithoutFlag

PROFILE = "truefoundry"


@pytest.fixture(params=[WithoutFlag, WithFlag], ids=["no flag", "flag"])
def entra(profile, request):
    return profile.tenant(request.param)


@pytest.fixture
def admin(profile, entra):
    return profile.admin(entra)


def nobody(entra):
    return entra.find(f'userName eq "{uuid.uuid4()}"')


def team(entra, name, **more):
    return entra.post("/Groups", {
        "schemas": [GROUP], "displayName": name,
        "externalId": str(uuid.uuid4()), "meta": {"resourceType": "Group"},
        **more})


def test_connection(entra):
    assert assert_list(nobody(entra), 0) == []


@pytest.mark.parametrize("token", ["wrong", "scim_" + "A" * 49])
def test_connection_refused_says_why(profile, entra, token):
    detail = assert_error(nobody(profile.again(entra, token)), 401)
    assert "token" in detail.lower()


def test_a_new_token_ends_the_old(profile, entra, admin):
    first = admin.new_token(name="settings page")
    second = admin.new_token(name="settings page")
    # Shown once.
    listed = admin.ask("GET", "/tokens")
    assert [t["id"] for t in listed["tokens"]] == [second["id"]]
    assert second["token"] not in str(listed)
    assert_list(nobody(profile.again(entra, second["token"])), 0)
    # On every worker, within the second that one trusts what it has read.
    for token in (entra.token, first["token"]):
        old = profile.again(entra, token)
        assert wait_until(lambda: nobody(old).status_code == 401, 15)
        assert "revoked" in assert_error(nobody(old), 401)


def test_first_sync(entra):
    """The default mappings: mail, userPrincipalName, objectId, …"""
    person = entra.person()
    assert_list(entra.find(f'externalId eq "{person["externalId"]}"'), 0)
    answer = entra.post("/Users", person)
    assert answer.status_code == 201, answer.text
    user = answer.json()
    for attribute in person.keys() - {"meta", "schemas"}:
        assert user[attribute] == person[attribute]
    for expression in (f'userName eq "{person["userName"]}"',
                       f'externalId eq "{person["externalId"]}"',
                       'emails[type eq "work"].value eq "ada@contoso.com"'):
        assert assert_list(entra.find(expression), 1) == [user]


def test_updates_in_its_dialect(entra):
    id = entra.provision()
    user = entra.patch_user(id, *entra.changes({
        "displayName": "Augusta", "name.familyName": "King"}))
    assert (user["displayName"], user["name"]["familyName"]) == (
        "Augusta", "King")
    # There is no such number yet, whichever case `replace` is in.
    user = entra.patch_user(id, *entra.changes({MOBILE: "+1 2"}))
    assert user["phoneNumbers"] == [{"type": "mobile", "value": "+1 2"}]


@pytest.mark.parametrize("name", [
    "a", "ml-platform", "ML_Platform-2", "x" * 36])
def test_a_group_becomes_a_team(entra, name):
    answer = team(entra, name)
    assert answer.status_code == 201, answer.text
    [row] = assert_list(entra.get(
        f'/Groups?excludedAttributes=members&filter=displayName+eq+"{name}"'),
        1)
    assert "members" not in row


@pytest.mark.parametrize("name", [
    "ML Platform", "ml.platform", "équipe", "x" * 37, "team\n", "a/b"])
def test_a_name_that_no_team_may_have(entra, admin, name):
    detail = assert_error(team(entra, name), 400, "invalidValue")
    assert "1 to 36 letters, digits" in detail and "Rename" in detail
    assert_list(entra.get("/Groups"), 0)
    # What the administrator opens first says the same.
    failure = admin.failures()[0]
    assert (failure["method"], failure["status"]) == ("POST", 400)
    assert failure["detail"] == detail


def test_a_team_keeps_a_good_name(entra):
    id = team(entra, "ml-platform").json()["id"]
    answer = entra.patch(f"/Groups/{id}", *entra.changes(
        {"displayName": "ML Platform"}))
    assert "Rename" in assert_error(answer, 400, "invalidValue")
    entra.patch_group(id, *entra.changes({"displayName": "ml-apps"}))
    assert entra.get(f"/Groups/{id}").json()["displayName"] == "ml-apps"


def test_a_tenant_may_do_without(entra, admin):
    """A setting goes before what nginx.conf includes."""
    admin.ask("PATCH", "", json={"settings": {"require": []}})
    assert team(entra, "ML Platform").status_code == 201


def test_members_of_a_team(entra):
    ada, bob = entra.provision(), entra.provision("bob")
    id = team(entra, "ml-platform").json()["id"]
    entra.patch_group(id, entra.add_members(ada, bob))
    assert entra.members(id) == {ada, bob}
    entra.patch_group(id, *entra.remove_members(ada))
    assert entra.members(id) == {bob}


def test_unassigned_and_assigned_again(entra):
    id = entra.provision()
    squad = team(entra, "ml-platform").json()["id"]
    entra.patch_group(squad, entra.add_members(id))
    assert entra.patch_user(id, entra.activate(False))["active"] is False
    # Deactivated: Entra still finds the user, and the team has the member.
    [row] = assert_list(entra.find('userName eq "ada@contoso.com"'), 1)
    assert (row["id"], row["active"]) == (id, False)
    assert entra.members(squad) == {id}
    assert entra.patch_user(id, entra.activate(True))["active"] is True


def test_deleted_is_deactivated(entra, admin):
    """What Entra sends 30 days after a user was deleted there."""
    id = entra.provision()
    squad = team(entra, "ml-platform").json()["id"]
    entra.patch_group(squad, entra.add_members(id))
    for _ in range(2):
        assert entra.delete(f"/Users/{id}").status_code == 204
    assert entra.user(id)["active"] is False
    assert entra.members(squad) == {id}
    # One change, and it was no deletion.
    last, first = admin.history(resource=id)
    assert (last["operation"], first["operation"]) == ("deactivate", "create")
    assert admin.history(operation="deactivate") == [last]
    assert last["changes"] == [{"path": "active", "old": True, "new": False}]
    assert change(first, "active") == (None, True)


def test_created_again_is_the_same_user(entra, admin):
    id = entra.provision()
    squad = team(entra, "ml-platform").json()["id"]
    entra.patch_group(squad, entra.add_members(id))
    assert entra.delete(f"/Users/{id}").status_code == 204
    person = entra.person(title="Engineer")
    answer = entra.post("/Users", person)
    assert answer.status_code == 201, answer.text
    user = answer.json()
    assert (user["id"], user["active"]) == (id, True)
    assert (user["externalId"], user["title"]) == (
        person["externalId"], "Engineer")
    assert answer.headers["location"] == f"{entra.base}/Users/{id}"
    assert entra.members(squad) == {id}
    assert [e["operation"] for e in admin.history(resource=id)] == [
        "reactivate", "deactivate", "create"]
    # Now that she is active, a second one is one too many.
    assert_error(entra.post("/Users", entra.person()), 409, "uniqueness")


def test_an_administrator_may_delete(entra, admin):
    id = entra.provision()
    admin.scim("DELETE", f"/Users/{id}", status=204)
    assert_error(entra.get(f"/Users/{id}"), 404)
    assert entra.provision() != id


def test_a_team_that_is_gone(entra):
    """Groups are deleted: only users are deactivated."""
    id = team(entra, "ml-platform").json()["id"]
    assert entra.delete(f"/Groups/{id}").status_code == 204
    assert_error(entra.get(f"/Groups/{id}"), 404)
    assert team(entra, "ml-platform").status_code == 201
