"""TruU TOTAL with Microsoft Entra ID, as its guide tells it: externalId is the
object id, or the mapping is wrong; admin groups; provision on demand."""

import uuid

import pytest

from scim_client import ENT, assert_error, assert_list
from test_entra import WithFlag, WithoutFlag

PROFILE = "truu-total"


@pytest.fixture
def entra(profile):
    """Each form of the profile with one of Entra's dialects."""
    return profile.tenant(WithoutFlag if profile.included else WithFlag)


@pytest.fixture
def admin(profile, entra):
    return profile.admin(entra)


def assert_names_the_mapping(answer):
    detail = assert_error(answer, 400, "invalidValue")
    assert "map objectId to externalId" in detail
    assert "Mappings" in detail and "GUID" in detail
    return detail


def test_connection(entra):
    for attribute in ("externalId", "userName"):
        assert_list(entra.find(f'{attribute} eq "{uuid.uuid4()}"'), 0)


def test_first_sync(entra):
    person = entra.person(title="Engineer", **{ENT: {"department": "R&D"}})
    matching = f'externalId eq "{person["externalId"]}"'
    assert_list(entra.find(matching), 0)
    answer = entra.post("/Users", person)
    assert answer.status_code == 201, answer.text
    [user] = assert_list(entra.find(matching), 1)
    assert user == answer.json()
    assert (user["externalId"], user["title"], user[ENT]) == (
        person["externalId"], "Engineer", {"department": "R&D"})
    user = entra.patch_user(user["id"], *entra.changes({
        "title": "Lead", f"{ENT}:department": "Research"}))
    assert (user["title"], user[ENT]) == ("Lead", {"department": "Research"})


@pytest.mark.parametrize("external", [
    "ada",                                      # mailNickname, the default
    "ada@contoso.com",                          # userPrincipalName
    "0123456789abcdef0123456789abcdef",         # a GUID without hyphens
    "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301 ",
    "", None,
])
def test_a_wrong_mapping_is_refused(entra, admin, external):
    detail = assert_names_the_mapping(
        entra.post("/Users", entra.person(externalId=external)))
    assert_list(entra.get("/Users"), 0)
    [failure] = admin.failures()
    assert failure["detail"] == detail


def test_a_mapping_that_is_missing(entra):
    person = entra.person()
    del person["externalId"]
    assert_names_the_mapping(entra.post("/Users", person))
    # Corrected, the same user passes: capital letters are a GUID's too.
    person["externalId"] = str(uuid.uuid4()).upper()
    answer = entra.post("/Users", person)
    assert answer.status_code == 201, answer.text
    assert answer.json()["externalId"] == person["externalId"]


def test_the_identity_cannot_be_spoilt_later(entra):
    person = entra.person()
    id = entra.post("/Users", person).json()["id"]
    url = f"/Users/{id}"
    for change in (entra.changes({"externalId": "ada"}),
                   [{"op": entra.remove, "path": "externalId"}],
                   entra.changes({"title": "Lead", "externalId": "ada"})):
        assert_names_the_mapping(entra.patch(url, *change))
    assert_names_the_mapping(entra.put(url, {**person, "externalId": "ada"}))
    user = entra.user(id)
    assert user["externalId"] == person["externalId"]
    assert "title" not in user


def test_groups_have_no_such_rule(entra):
    """Nor do they need an externalId: theirs is not the identity."""
    id = entra.create_group("TruU Administrators")
    assert entra.get(f"/Groups/{id}").json()["displayName"] == (
        "TruU Administrators")


def test_an_admin_group(entra, admin):
    ada, bob = entra.provision(), entra.provision("bob")
    id = entra.provision_group("TruU Administrators", [ada, bob])
    entra.patch_group(id, *entra.remove_members(bob))
    assert entra.members(id) == {ada}
    [group] = entra.user(ada)["groups"]
    assert (group["value"], group["display"]) == (id, "TruU Administrators")
    # The administrator sees who came and went, and when.
    entry = admin.history(resource=id, attribute="members")[0]
    [left] = [c for c in entry["changes"] if c["path"] == "members"]
    assert [m["value"] for m in left["old"]] == [bob] and "new" not in left


def test_provision_on_demand(profile):
    """A group with up to five chosen members, whatever the tenant URL: always
    in the dialect without the flag."""
    entra = profile.tenant(WithoutFlag)
    chosen = []
    for name in ("ada", "bob", "cy", "dee", "eve"):
        person = entra.person(name)
        assert_list(entra.find(f'externalId eq "{person["externalId"]}"'), 0)
        answer = entra.post("/Users", person)
        assert answer.status_code == 201, answer.text
        chosen.append(answer.json()["id"])
    assert_list(entra.get("/Groups?excludedAttributes=members"
                          '&filter=displayName+eq+"TruU+Pilots"'), 0)
    id = entra.provision_group("TruU Pilots", chosen)
    for user in chosen:
        [row] = assert_list(entra.get(
            "/Groups?attributes=id&filter="
            f'id+eq+"{id}"+and+members+eq+"{user}"'), 1)
        assert row["id"] == id
    # Once more, with others chosen: nobody is lost, nobody there twice.
    entra.patch_group(id, entra.add_members(*chosen[:2]))
    assert entra.members(id) == set(chosen)


def test_suspended_reactivated_removed(entra):
    person = entra.person()
    id = entra.post("/Users", person).json()["id"]
    for on in (False, True):
        user = entra.patch_user(id, entra.activate(on))
        assert user["active"] is on
        assert user["externalId"] == person["externalId"]
    assert entra.delete(f"/Users/{id}").status_code == 204
    assert_list(entra.find(f'externalId eq "{person["externalId"]}"'), 0)
    answer = entra.post("/Users", person)
    assert answer.status_code == 201 and answer.json()["id"] != id
