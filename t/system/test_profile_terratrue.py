"""TerraTrue with Microsoft Entra ID, as its guide tells it: a switch and a key,
users whose display name is made once, and the history of every change."""

import uuid

import pytest

from scim_client import assert_error, assert_list
from scim_profile import change
from test_entra import WithFlag, WithoutFlag

PROFILE = "terratrue"
SYSTEM = "Scim System User"


@pytest.fixture
def entra(profile):
    """Each form of the profile with one of Entra's dialects."""
    return profile.tenant(WithoutFlag if profile.included else WithFlag)


@pytest.fixture
def admin(profile, entra):
    return profile.admin(entra)


def nobody(entra):
    return entra.find(f'userName eq "{uuid.uuid4()}"')


def test_the_switch(entra, admin):
    """Test Connection, with SCIM switched off and on."""
    admin.switch(False)
    assert "switched off" in assert_error(nobody(entra), 403)
    admin.switch(True)
    assert_list(nobody(entra), 0)


def test_the_key(profile, entra, admin):
    """A wrong one explains itself; a new one takes the old one's place at the
    administrator's pace."""
    wrong = profile.again(entra, "not-a-key")
    assert "token" in assert_error(nobody(wrong), 401)
    [old] = admin.ask("GET", "/tokens")["tokens"]
    new = admin.ask("POST", f"/tokens/{old['id']}/rotate", 201,
                    json={"overlap": 3600})
    for client in (entra, profile.again(entra, new["token"])):
        assert_list(nobody(client), 0)
    admin.ask("DELETE", f"/tokens/{old['id']}", 204)
    assert_list(nobody(profile.again(entra, new["token"])), 0)
    assert [t["id"] for t in admin.ask("GET", "/tokens")["tokens"]] == [
        new["id"]]


def test_first_sync(entra):
    person = entra.person(displayName="JONES, Ada (Contoso)")
    assert_list(entra.find(f'userName eq "{person["userName"]}"'), 0)
    answer = entra.post("/Users", person)
    assert answer.status_code == 201, answer.text
    user = answer.json()
    # Of first and last name, whatever was sent; the rest as it was sent.
    assert user["displayName"] == "Ada Jones"
    for attribute in ("userName", "active", "name"):
        assert user[attribute] == person[attribute]
    # Found by it, whatever the case.
    [row] = assert_list(entra.find('userName eq "ADA@CONTOSO.com"'), 1)
    assert row == user
    assert_list(entra.find('displayName eq "Ada Jones"'), 1)
    assert_list(entra.find('displayName eq "JONES, Ada (Contoso)"'), 0)


def test_user_name_is_required(entra):
    person = entra.person()
    del person["userName"]
    detail = assert_error(entra.post("/Users", person), 400, "invalidValue")
    assert "userName" in detail


@pytest.mark.parametrize("name, sent, expected", [
    ({"formatted": "Rear Admiral Hopper"}, "grace", "Rear Admiral Hopper"),
    ({"givenName": " Grace ", "familyName": "Murray  Hopper"}, "grace",
     "Grace Murray Hopper"),
    (None, "grace", "grace"),
    (None, None, "grace@contoso.com"),
])
def test_display_name_without_a_whole_name(entra, name, sent, expected):
    person = {**entra.person("grace"), "name": name, "displayName": sent}
    answer = entra.post("/Users", person)
    assert answer.status_code == 201, answer.text
    assert answer.json()["displayName"] == expected


def test_updates_leave_the_display_name(entra):
    id = entra.provision()
    user = entra.patch_user(id, *entra.changes({
        "name.givenName": "Augusta", "name.formatted": "Augusta Jones",
        "displayName": "Augusta Jones", "title": "Countess"}))
    assert user["name"]["givenName"] == "Augusta"
    assert user["title"] == "Countess"
    assert user["displayName"] == "Ada Jones"
    # Sent alone it is no change at all, and no error either.
    again = entra.patch_user(id, *entra.changes({"displayName": "A. Jones"}))
    assert again == user


def test_display_name_is_the_administrators(entra, admin):
    id = entra.provision()
    assert admin.rename(id, "Countess")["displayName"] == "Countess"
    # What every later sync may bring.
    user = entra.patch_user(id, *entra.changes({
        "displayName": "Ada Jones", "name.familyName": "King"}))
    assert user["displayName"] == "Countess"
    assert user["name"]["familyName"] == "King"
    entra.patch_user(id, entra.activate(False))
    assert entra.patch_user(id, entra.activate(True))[
        "displayName"] == "Countess"
    # Who named her what.
    by_admin, by_system = admin.history(resource=id, attribute="displayName")
    assert by_admin["actor"] == admin.name
    assert change(by_admin, "displayName") == ("Ada Jones", "Countess")
    assert by_system["actor"] == SYSTEM
    assert change(by_system, "displayName") == (None, "Ada Jones")


def test_every_change_is_shown(entra, admin):
    """A whole life: added, changed, suspended, reactivated, removed."""
    id = entra.provision(title="Analyst")
    entra.patch_user(id, *entra.changes({"title": "Engineer"}))
    assert entra.patch_user(id, entra.activate(False))["active"] is False
    assert entra.patch_user(id, entra.activate(True))["active"] is True
    assert entra.delete(f"/Users/{id}").status_code == 204
    assert_error(entra.get(f"/Users/{id}"), 404)

    entries = admin.history(f"/Users/{id}")
    assert entries == admin.history(resource=id)
    removed, on, off, titled, added = entries
    [token] = admin.ask("GET", "/tokens")["tokens"]
    for number, entry in enumerate(reversed(entries), 1):
        assert entry["actor"] == SYSTEM
        assert entry["tokenId"] == token["id"]
        assert entry["address"] == "127.0.0.1"
        assert (entry["resourceType"], entry["resourceId"],
                entry["resourceName"]) == ("User", id, "Ada Jones")
        assert entry["version"] == number
    assert [e["operation"] for e in entries] == [
        "delete", "update", "update", "update", "create"]
    assert change(added, "userName") == (None, "ada@contoso.com")
    assert titled["changes"] == [
        {"path": "title", "old": "Analyst", "new": "Engineer"}]
    assert change(off, "active") == (True, False)
    assert change(on, "active") == (False, True)
    assert change(removed, "userName") == ("ada@contoso.com", None)


def test_removed_and_added_again(entra, admin):
    first = entra.provision()
    admin.rename(first, "Countess")
    assert entra.delete(f"/Users/{first}").status_code == 204
    # Another user of that name, with a first sync of its own.
    second = entra.provision()
    assert second != first
    assert entra.user(second)["displayName"] == "Ada Jones"
    [row] = assert_list(entra.find('userName eq "ada@contoso.com"'), 1)
    assert row["id"] == second
    assert len(admin.history(resource=second)) == 1


def test_what_was_refused_is_shown(entra, admin):
    entra.provision()
    answer = entra.post("/Users", entra.person())
    detail = assert_error(answer, 409, "uniqueness")
    [failure] = admin.failures()
    assert failure["status"] == 409 and failure["detail"] == detail
    # A change that was refused is none.
    assert len(admin.history()) == 1
