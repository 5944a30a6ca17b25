"""TerraTrue with OneLogin, as its guide tells it: a bearer key, users who are
provisioned, suspended, activated and removed, no groups, and one group of ours
that everybody is in."""

import pytest

from scim_client import GROUP, assert_error, assert_list
from scim_profile import change
from test_onelogin import OneLogin, create

PROFILE = "terratrue-onelogin"
SYSTEM = "Scim System User"


@pytest.fixture
def onelogin(profile):
    return profile.tenant(OneLogin)


@pytest.fixture
def admin(profile, onelogin):
    return profile.admin(onelogin)


def everyone(admin):
    """Ids of the members, as the administrator sees them."""
    return {m["value"] for m in admin.group("Everyone").get("members", [])}


def test_enable(profile, onelogin):
    assert_list(onelogin.find('userName eq "x"'), 0)
    wrong = profile.again(onelogin, "not-a-key")
    assert "token" in assert_error(wrong.find('userName eq "x"'), 401)


def test_there_are_no_groups(onelogin):
    assert_error(onelogin.get("/Groups"), 404)
    assert_error(onelogin.post("/Groups", {
        "schemas": [GROUP], "displayName": "Staff"}), 404)
    types = onelogin.get("/ResourceTypes").json()["Resources"]
    assert [t["name"] for t in types] == ["User"]
    assert GROUP not in onelogin.get("/Schemas").text
    assert "groups" not in create(onelogin)


def test_a_life(onelogin, admin):
    # Provisioning.
    user = create(onelogin, displayName="ajones")
    url = f"/Users/{user['id']}?"
    assert user["displayName"] == "Ada Jones"
    assert everyone(admin) == {user["id"]}
    # Suspension and activation: PUT of the whole template.
    for active in ("false", "true"):
        answer = onelogin.put(url, onelogin.template(
            active=active, displayName="ajones"))
        assert answer.status_code == 200, answer.text
        assert answer.json()["active"] is (active == "true")
        assert answer.json()["displayName"] == "Ada Jones"
        assert everyone(admin) == {user["id"]}
    # De-provisioning.
    assert onelogin.delete(url).status_code == 204
    assert_error(onelogin.get(url), 404)
    assert everyone(admin) == set()
    # And provisioned again.
    again = create(onelogin)["id"]
    assert again != user["id"]
    assert everyone(admin) == {again}


def test_everybody_is_in_everyone(onelogin, admin):
    ids = {create(onelogin, userName=f"u{n}", externalId=str(n))["id"]
           for n in range(5)}
    assert everyone(admin) == ids
    # One group, however many users; its members are shown with it.
    rows = admin.scim("GET", "/Groups")["Resources"]
    assert [row["displayName"] for row in rows] == ["Everyone"]
    for id in ids:
        [group] = admin.scim("GET", f"/Users/{id}")["groups"]
        assert group["display"] == "Everyone"


def test_who_was_there_before_joins_too(profile, onelogin, admin):
    admin.ask("PATCH", "", json={"settings": {"defaultGroup": ""}})
    before = create(onelogin)["id"]
    assert "groups" not in admin.scim("GET", f"/Users/{before}")
    # The profile's again: what is included, or the setting.
    admin.ask("PATCH", "", json={"settings": {
        "defaultGroup": None if profile.included else "Everyone"}})
    assert everyone(admin) == {before}
    after = create(onelogin, userName="grace", externalId="2")["id"]
    assert everyone(admin) == {before, after}


def test_the_administrator_sees_who_joined(onelogin, admin):
    user = create(onelogin)
    [entry] = admin.history(type="User", resource=user["id"])
    assert (entry["operation"], entry["actor"]) == ("create", SYSTEM)
    group = admin.group("Everyone")["id"]
    entry = admin.history(type="Group", resource=group)[0]
    assert entry["actor"] == SYSTEM
    _, joined = change(entry, "members")
    assert [m["value"] for m in joined] == [user["id"]]
    assert onelogin.delete(f"/Users/{user['id']}").status_code == 204
    left, _ = change(admin.history(resource=group)[0], "members")
    assert [m["value"] for m in left] == [user["id"]]


def test_display_name_is_the_administrators(onelogin, admin):
    user = create(onelogin)
    admin.rename(user["id"], "Countess")
    for more in ({"displayName": "Ada"}, {}):
        answer = onelogin.put(f"/Users/{user['id']}?", onelogin.template(
            name={"givenName": "Augusta", "familyName": "King"}, **more))
        assert answer.status_code == 200, answer.text
        assert answer.json()["displayName"] == "Countess"
        assert answer.json()["name"]["familyName"] == "King"
    entry = admin.history(resource=user["id"], attribute="displayName")[0]
    assert entry["actor"] == admin.name
    assert change(entry, "displayName") == ("Ada Jones", "Countess")
