"""What OneLogin does.

Each application has a JSON template that its author wrote; the whole of it is
sent each time, with old URNs, unknown attributes and text for booleans.  URLs
end in a bare `?` or `&`; the User-Agent is empty.
"""

import pytest

from scim_client import (
    ENT, GROUP, USER, Client, assert_error, assert_list, plus,
)

OLD = "urn:scim:schemas:core:2.0"
OLD_1 = "urn:scim:schemas:core:1.0"
OLD_ENT = "urn:scim:schemas:extension:enterprise:2.0"


class OneLogin(Client):
    headers = {"User-Agent": ""}

    def find(self, expression, path="/Users"):
        return self.get(f"{path}?{plus(expression)}&")

    def template(self, schemas=(USER,), **more):
        return {
            "schemas": list(schemas),
            "id": None,
            "userName": "ada@example.com",
            "externalId": "12345",
            "name": {"formatted": "Ada Jones", "givenName": "Ada",
                     "familyName": "Jones"},
            "emails": [{"value": "ada@example.com", "type": "work",
                        "primary": True}],
            "active": "true",
            **more,
        }


@pytest.fixture
def onelogin(server):
    return server.new_tenant(OneLogin)


def create(onelogin, **template):
    answer = onelogin.post("/Users", onelogin.template(**template))
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_enable_looks_for_somebody(onelogin):
    assert_list(onelogin.find('userName eq "x"'), 0)


def test_user_life(onelogin):
    # Create.
    user = create(onelogin)
    assert user["active"] is True
    assert user["id"]
    url = f"/Users/{user['id']}"
    # Is there now.
    [row] = assert_list(onelogin.find('userName eq "ada@example.com"'), 1)
    assert row == user
    # Update: the whole template.
    answer = onelogin.put(f"{url}?", onelogin.template(
        name={"givenName": "Augusta", "familyName": "King"}))
    assert answer.status_code == 200, answer.text
    assert answer.json()["name"] == {"givenName": "Augusta",
                                     "familyName": "King"}
    assert answer.json()["id"] == user["id"]
    # Suspend, and take it back.
    for text in ("false", "true"):
        answer = onelogin.put(f"{url}?", onelogin.template(active=text))
        assert answer.status_code == 200
        assert answer.json()["active"] is (text == "true")
    # Delete.
    assert onelogin.delete(f"{url}?").status_code == 204
    assert_error(onelogin.get(url), 404)
    assert_error(onelogin.delete(f"{url}?"), 404)


@pytest.mark.parametrize("schemas", [
    [OLD, OLD_ENT], [OLD], [OLD_1], [USER, ENT], [USER],
])
def test_schemas_in_the_wild(onelogin, schemas):
    extension = OLD_ENT if OLD_ENT in schemas else ENT
    user = create(onelogin, schemas=schemas,
                  **{extension: {"department": "R&D"}})
    # The answer is SCIM 2.0, whatever was asked; the values of the extension
    # count though `schemas` may not name it.
    assert set(user["schemas"]) == {USER, ENT}
    assert user[ENT] == {"department": "R&D"}
    answer = onelogin.put(f"/Users/{user['id']}?", onelogin.template(
        schemas=schemas, **{extension: {"department": "Sales"}}))
    assert answer.json()[ENT] == {"department": "Sales"}


def test_unknown_attributes_are_ignored(onelogin):
    user = create(
        onelogin, prefferedLanguage="en", department="R&D",
        addresses=[{"city": "Berlin", "streetAddress": "Main Street 1"}])
    assert "prefferedLanguage" not in user
    assert user["addresses"] == [{"streetAddress": "Main Street 1"}]


def test_an_object_for_an_array(onelogin):
    user = create(onelogin, emails={"value": "a@example.com", "type": "work"},
                  phoneNumbers={"value": "+1"})
    assert user["emails"] == [{"value": "a@example.com", "type": "work"}]
    assert user["phoneNumbers"] == [{"value": "+1"}]


def test_empty_fields(onelogin):
    user = create(onelogin, title="", locale=None, phoneNumbers=[],
                  addresses=[{"type": "work", "locality": None}],
                  **{ENT: {"manager": ""}})
    assert "locale" not in user and "phoneNumbers" not in user
    assert "manager" not in user.get(ENT, {})


def test_application_json_when_asked(onelogin):
    """Its documentation names application/json."""
    create(onelogin)
    answer = onelogin.get("/Users", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("application/json")
    answer = onelogin.get("/Users/none",
                          headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/json")


def test_group_life(onelogin):
    a = create(onelogin)["id"]
    b = create(onelogin, userName="grace@example.com", externalId="2")["id"]
    assert_list(onelogin.get("/Groups"), 0)
    answer = onelogin.post("/Groups", {
        "schemas": [GROUP], "displayName": "Staff"})
    assert answer.status_code == 201
    id = answer.json()["id"]
    scim = {"Content-Type": "application/scim+json"}
    # One member for each request.
    for user in (a, b):
        answer = onelogin.patch(f"/Groups/{id}?", {
            "op": "add", "path": "members", "value": [{"value": user}]},
            headers=scim)
        assert answer.status_code == 204, answer.text
    assert onelogin.members(id) == {a, b}
    # How it removes is not documented: both known forms work.
    for user, removal in ((a, {"path": f'members[value eq "{a}"]'}),
                          (b, {"path": "members", "value": [{"value": b}]})):
        answer = onelogin.patch(f"/Groups/{id}?", {"op": "remove", **removal},
                                headers=scim)
        assert answer.status_code == 204, answer.text
        assert user not in onelogin.members(id)
    assert onelogin.members(id) == set()
    assert onelogin.delete(f"/Groups/{id}?").status_code == 204


def test_members_with_an_operation(onelogin):
    """SCIM 1.1 of its samples: the extra key of a member is ignored."""
    a = create(onelogin)["id"]
    id = onelogin.create_group("Staff")
    answer = onelogin.patch(f"/Groups/{id}?", {
        "op": "add", "path": "members",
        "value": [{"value": a, "operation": "add"}]})
    assert answer.status_code == 204
    assert onelogin.members(id) == {a}
