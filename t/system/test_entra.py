"""What Microsoft Entra ID does, in both of its dialects.

Without a flag in the tenant URL it sends `Add`, `Replace` and `Remove`, one
operation for each attribute, and booleans as text.  With `aadOptscim062020`
it sends lower case, booleans, and all attributes in one value.  Filters are
form-encoded, bodies are application/scim+json, and so must be the answers.
"""

import uuid

import pytest

from scim_client import (
    ENT, GROUP, USER, Client, assert_error, assert_list, plus,
)

WORK = 'emails[type eq "work"].value'
MOBILE = 'phoneNumbers[type eq "mobile"].value'
MANAGER = f"{ENT}:manager"


class Entra(Client):
    def send(self, method, path, body=None, headers=None):
        answer = super().send(method, self.tenant_url(path), body, headers)
        if answer.content:
            kind = answer.headers["content-type"]
            assert kind.startswith("application/scim+json"), kind
        return answer

    @staticmethod
    def tenant_url(path):
        return path

    def find(self, expression, path="/Users"):
        return self.get(f"{path}?{plus(expression)}")

    def user(self, id):
        answer = self.get(f"/Users/{id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def patch_user(self, id, *operations):
        answer = self.patch(f"/Users/{id}", *operations)
        assert answer.status_code == 200, answer.text
        assert answer.json() == self.user(id)
        return answer.json()

    def patch_group(self, id, *operations):
        """The answer is empty: Entra does not want to see all members."""
        answer = self.patch(f"/Groups/{id}", *operations)
        assert answer.status_code == 204, answer.text
        assert answer.content == b""

    def person(self, name="ada", **more):
        """The body of the initial cycle with Entra's default mappings."""
        return {
            "schemas": [USER, ENT],
            "externalId": str(uuid.uuid4()),
            "userName": f"{name}@contoso.com",
            "active": True,
            "displayName": name.title(),
            "emails": [{"primary": True, "type": "work",
                        "value": f"{name}@contoso.com"}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": f"{name.title()} Jones",
                     "familyName": "Jones", "givenName": name.title()},
            **more,
        }

    def provision(self, name="ada", **more):
        answer = self.post("/Users", self.person(name, **more))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def provision_group(self, name, members=()):
        id = self.create_group(name, externalId=str(uuid.uuid4()))
        if members:
            self.patch_group(id, self.add_members(*members))
        return id


class WithoutFlag(Entra):
    add, replace, remove = "Add", "Replace", "Remove"

    def changes(self, paths, op="Replace"):
        return [{"op": op, "path": p, "value": v} for p, v in paths.items()]

    def create(self, paths):
        return self.changes(paths, "Add")

    def activate(self, on):
        return {"op": "Replace", "path": "active", "value": str(on)}

    def add_members(self, *ids):
        return {"op": "Add", "path": "members",
                "value": [{"$ref": None, "value": id} for id in ids]}

    def remove_members(self, *ids):
        return [{"op": "Remove", "path": "members",
                 "value": [{"$ref": None, "value": id} for id in ids]}]


class WithFlag(Entra):
    add, replace, remove = "add", "replace", "remove"

    @staticmethod
    def tenant_url(path):
        """How the flag arrives is not documented: at the end of each URL."""
        return path + ("&" if "?" in path else "?") + "aadOptscim062020"

    def changes(self, paths, op="replace"):
        """Paths with brackets on their own, all others in one value."""
        own = [{"op": op, "path": p, "value": v}
               for p, v in paths.items() if "[" in p]
        rest = {p: v for p, v in paths.items() if "[" not in p}
        return own + ([{"op": op, "value": rest}] if rest else [])

    def create(self, paths):
        return self.changes(paths, "add")

    def activate(self, on):
        return {"op": "replace", "path": "active", "value": on}

    def add_members(self, *ids):
        return {"op": "add", "path": "members",
                "value": [{"value": id} for id in ids]}

    def remove_members(self, *ids):
        return [{"op": "remove", "path": f'members[value eq "{id}"]'}
                for id in ids]


@pytest.fixture(params=[WithoutFlag, WithFlag], ids=["no flag", "flag"])
def entra(server, request):
    return server.new_tenant(request.param)


# --- Test Connection ---------------------------------------------------------


def test_connection_looks_for_a_user_that_cannot_exist(entra):
    for attribute in ("userName", "externalId"):
        answer = entra.find(f'{attribute} eq "{uuid.uuid4()}"')
        assert assert_list(answer, 0) == []


@pytest.mark.parametrize("token", ["wrong", "scim_" + "A" * 48])
def test_connection_with_a_wrong_token(entra, token):
    entra.http.headers["Authorization"] = f"Bearer {token}"
    answer = entra.find(f'userName eq "{uuid.uuid4()}"')
    assert "token" in assert_error(answer, 401).lower()
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_connection_without_a_token(entra):
    del entra.http.headers["Authorization"]
    answer = entra.find(f'userName eq "{uuid.uuid4()}"')
    assert "token" in assert_error(answer, 401).lower()


# --- initial cycle -----------------------------------------------------------


def test_initial_cycle_creates_who_is_not_there(entra):
    person = entra.person(
        title="Engineer",
        phoneNumbers=[{"type": "mobile", "value": "+1 2"}],
        addresses=[{"type": "work", "formatted": "Main Street 1"}],
        roles=[],
        **{ENT: {"employeeNumber": "701984", "department": "R&D"}},
    )
    # Is she there?
    assert_list(entra.find(f'userName eq "{person["userName"]}"'), 0)
    # Create her.
    answer = entra.post("/Users", person)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert answer.headers["location"] == body["meta"]["location"]
    assert body["meta"]["location"] == f"{entra.base}/Users/{body['id']}"
    assert body["meta"]["resourceType"] == "User"
    for attribute in person.keys() - {"meta", "roles"}:
        assert body[attribute] == person[attribute]
    assert "roles" not in body
    # Read her.
    assert entra.user(body["id"]) == body


def test_initial_cycle_sends_null_for_what_has_no_value(entra):
    answer = entra.post("/Users", entra.person(
        addresses=None, phoneNumbers=None, title=None, roles=[],
        **{ENT: {"department": None, "manager": None}},
    ))
    assert answer.status_code == 201, answer.text
    unassigned = {"addresses", "phoneNumbers", "title", "roles", ENT}
    assert not unassigned & answer.json().keys()


def test_initial_cycle_sends_booleans_as_text(entra):
    answer = entra.post("/Users", entra.person(
        active="True",
        roles=[{"primary": "True", "type": "WindowsAzureActiveDirectoryRole",
                "value": "Admin"}],
    ))
    assert answer.status_code == 201, answer.text
    assert answer.json()["active"] is True
    assert answer.json()["roles"][0]["primary"] is True


def test_initial_cycle_creates_disabled_users_too(entra):
    id = entra.provision(active="False")
    assert entra.user(id)["active"] is False


@pytest.mark.parametrize("expression", [
    'userName eq "{userName}"',
    'userName eq "ADA@Contoso.COM"',
    'externalId eq "{externalId}"',
    "externalId eq {externalId}",
    'emails[type eq "work"].value eq "{userName}"',
    'emails[type eq "work"] eq "{userName}"',
])
def test_initial_cycle_matches_who_is_there(entra, expression):
    entra.provision("grace")
    person = entra.person("ada")
    id = entra.post("/Users", person).json()["id"]
    [match] = assert_list(entra.find(expression.format(**person)), 1)
    assert match["id"] == id
    assert match["userName"] == person["userName"]
    # Disabled here: found all the same, or she would be created again.
    entra.patch_user(id, entra.activate(False))
    [match] = assert_list(entra.find(expression.format(**person)), 1)
    assert match["active"] is False


def test_initial_cycle_matches_whole_values_only(entra):
    person = entra.person("ada")
    entra.post("/Users", person)
    for expression in ('userName eq "ada"',
                       'userName eq "da@contoso.com"',
                       'emails[type eq "home"].value eq "ada@contoso.com"',
                       f'externalId eq "{person["externalId"].upper()}x"'):
        assert_list(entra.find(expression), 0)


def test_creating_twice_is_a_conflict(entra):
    entra.provision("ada")
    answer = entra.post("/Users", entra.person("ADA"))
    assert "userName" in assert_error(answer, 409, "uniqueness")
    # Entra then matches, and adopts who is there.
    assert_list(entra.find('userName eq "ADA@contoso.com"'), 1)


def test_reading_who_is_not_there(entra):
    assert_error(entra.get(f"/Users/{uuid.uuid4()}"), 404)


# --- incremental cycle -------------------------------------------------------


def test_several_attributes_change_in_one_request(entra):
    id = entra.provision(**{ENT: {"employeeNumber": "1",
                                  "department": "kept"}})
    user = entra.patch_user(id, *entra.changes({
        "displayName": "Ada K.",
        WORK: "ada.king@contoso.com",
        "name.givenName": "Augusta",
        "name.familyName": "King",
        "externalId": "new-id",
        f"{ENT}:employeeNumber": "2",
    }))
    assert user["displayName"] == "Ada K."
    assert user["emails"] == [
        {"primary": True, "type": "work", "value": "ada.king@contoso.com"}]
    assert user["name"] == {"formatted": "Ada Jones", "familyName": "King",
                            "givenName": "Augusta"}
    assert user["externalId"] == "new-id"
    assert user[ENT] == {"employeeNumber": "2", "department": "kept"}
    # The indexes follow.
    assert_list(entra.find('externalId eq "new-id"'), 1)
    assert_list(entra.find(f'{WORK} eq "ada.king@contoso.com"'), 1)
    assert_list(entra.find(f'{WORK} eq "ada@contoso.com"'), 0)


def test_attributes_come_without_a_path(entra):
    id = entra.provision(**{ENT: {"employeeNumber": "1"}})
    user = entra.patch_user(
        id,
        {"op": entra.add, "value": {"name.givenName": "Augusta",
                                    f"{ENT}:department": "R&D"}},
        {"op": entra.replace, "value": {ENT: {"costCenter": "7"}}},
    )
    assert user["name"]["givenName"] == "Augusta"
    assert user["name"]["familyName"] == "Jones"
    assert user[ENT] == {"employeeNumber": "1", "department": "R&D",
                         "costCenter": "7"}


def test_the_same_again_makes_no_new_version(entra):
    id = entra.provision()
    changes = entra.changes({"displayName": "A", "name.givenName": "B",
                             WORK: "c@contoso.com"})
    first = entra.patch_user(id, *changes)
    assert entra.patch_user(id, *changes) == first
    assert first["meta"]["version"] == 'W/"2"'


@pytest.mark.parametrize("path, attribute", [
    (MOBILE, "phoneNumbers"),
    ('emails[type eq "other"].value', "emails"),
    ('addresses[type eq "work"].formatted', "addresses"),
    ('addresses[type eq "work"].postalCode', "addresses"),
    ('roles[type eq "duty"].value', "roles"),
    ('entitlements[type eq "licence"].value', "entitlements"),
])
def test_a_value_path_creates_the_entry(entra, path, attribute):
    id = entra.provision()
    kind, sub = path.split('"')[1], path.rsplit(".")[-1]
    # Bundled with another change, which must not be lost.
    user = entra.patch_user(
        id, *entra.create({path: "x@contoso.com", "title": "Engineer"}))
    entry = {"type": kind, sub: "x@contoso.com"}
    assert entry in user[attribute]
    assert user["title"] == "Engineer"
    # The same again with another value changes the entry.
    before = len(user[attribute])
    user = entra.patch_user(id, *entra.changes({path: "y@contoso.com"}))
    assert {"type": kind, sub: "y@contoso.com"} in user[attribute]
    assert len(user[attribute]) == before


def test_a_new_email_is_not_made_primary(entra):
    id = entra.provision()
    user = entra.patch_user(
        id, *entra.create({'emails[type eq "home"].value': "h@contoso.com"}))
    assert [e for e in user["emails"] if e.get("primary")] == [
        {"primary": True, "type": "work", "value": "ada@contoso.com"}]


def test_replace_of_an_entry_that_is_not_there(entra):
    """The RFC demands noTarget; Entra without its flag needs the entry."""
    id = entra.provision()
    answer = entra.patch(f"/Users/{id}", {
        "op": entra.replace, "path": MOBILE, "value": "+1"})
    if entra.replace == "Replace":
        assert answer.json()["phoneNumbers"] == [
            {"type": "mobile", "value": "+1"}]
    else:
        assert "phoneNumbers" in assert_error(answer, 400, "noTarget")


def test_attributes_are_removed(entra):
    id = entra.provision(
        title="Engineer", phoneNumbers=[{"type": "mobile", "value": "+1"},
                                        {"type": "work", "value": "+2"}])
    user = entra.patch_user(
        id,
        {"op": entra.remove, "path": "title"},
        {"op": entra.remove, "path": MOBILE},
        {"op": entra.remove, "path": WORK, "value": "ada@contoso.com"},
    )
    assert "title" not in user
    assert user["phoneNumbers"] == [{"type": "work", "value": "+2"}]
    assert all("value" not in e for e in user.get("emails", []))
    assert_list(entra.find(f'{WORK} eq "ada@contoso.com"'), 0)


@pytest.mark.parametrize("nothing", ["", None])
def test_attributes_are_cleared(entra, nothing):
    id = entra.provision(title="Engineer",
                         **{ENT: {"department": "R&D",
                                  "manager": {"value": "x"}}})
    user = entra.patch_user(id, *entra.changes({
        "name.givenName": nothing, WORK: nothing, MANAGER: nothing,
        f"{ENT}:department": nothing,
    }))
    assert "givenName" not in user["name"]
    assert "manager" not in user.get(ENT, {})
    # A plain attribute may well be an empty text.
    assert user.get(ENT, {}).get("department") == nothing
    assert all("value" not in e for e in user.get("emails", []))


@pytest.mark.parametrize("wrap", [
    lambda id: id,
    lambda id: {"value": id},
    lambda id: [{"$ref": None, "value": id}],
], ids=["bare", "object", "array"])
def test_manager(entra, wrap):
    boss, other = entra.provision("boss"), entra.provision("other")
    id = entra.provision()

    def is_manager(of):
        answer = entra.get(
            "/Users?" + plus(f'id eq "{id}" and manager eq "{of}"')
            + "&attributes=id")
        found = answer.json()["Resources"]
        assert_list(answer, len(found))
        for row in found:
            assert row["id"] == id
            assert "userName" not in row
        return len(found) == 1

    # Set.
    user = entra.patch_user(id, {
        "op": entra.add, "path": MANAGER, "value": wrap(boss)})
    assert user[ENT]["manager"]["value"] == boss
    assert is_manager(boss) and not is_manager(other)
    # Changed.
    user = entra.patch_user(id, {
        "op": entra.replace, "path": MANAGER, "value": wrap(other)})
    assert user[ENT]["manager"]["value"] == other
    assert is_manager(other) and not is_manager(boss)
    # Removed.
    user = entra.patch_user(id, {
        "op": entra.replace, "path": MANAGER, "value": wrap("")})
    assert "manager" not in user.get(ENT, {})
    assert not is_manager(other)


def test_manager_is_removed_by_remove(entra):
    id = entra.provision(**{ENT: {"manager": {"value": "boss"}}})
    user = entra.patch_user(id, {"op": entra.remove, "path": MANAGER})
    assert ENT not in user or "manager" not in user[ENT]


def test_a_single_role(entra):
    """The expression SingleAppRoleAssignment."""
    id = entra.provision(roles=[{
        "primary": True, "type": "WindowsAzureActiveDirectoryRole",
        "value": "Reader"}])
    user = entra.patch_user(
        id,
        {"op": entra.replace, "path": 'roles[primary eq "True"].display',
         "value": "Owner"},
        {"op": entra.replace, "path": 'roles[primary eq "True"].value',
         "value": "owner"},
        {"op": entra.replace, "path": 'roles[primary eq "True"].type',
         "value": "App"},
    )
    assert user["roles"] == [{"primary": True, "type": "App",
                              "value": "owner", "display": "Owner"}]


def test_a_single_role_of_a_user_without_roles(entra):
    id = entra.provision()
    user = entra.patch_user(id, *entra.create({
        'roles[primary eq "True"].display': "Owner",
        'roles[primary eq "True"].value': "owner",
    }))
    assert user["roles"] == [
        {"primary": True, "value": "owner", "display": "Owner"}]


def test_complex_roles_are_appended(entra):
    """The expression AppRoleAssignmentsComplex: JSON as text."""
    id = entra.provision(roles=[{"value": "mine", "display": "Mine"}])
    user = entra.patch_user(id, {
        "op": entra.add, "path": "roles", "value": [
            {"value": '{"id":"1","value":"admin","displayName":"Admin"}'},
            {"value": '{"id":"2","value":"audit","displayName":"Audit"}'}]})
    assert {r["value"]: r["display"] for r in user["roles"]} == {
        "mine": "Mine", "admin": "Admin", "audit": "Audit"}


def test_assertive_roles_replace_all(entra):
    """The expression AssertiveAppRoleAssignmentsComplex."""
    id = entra.provision(roles=[{"value": "old", "primary": True}])
    roles = [
        {"primary": False, "type": "App", "display": "Admin", "value": "a"},
        {"primary": False, "type": "App", "display": "Audit", "value": "b"},
    ]
    user = entra.patch_user(id, {
        "op": "replace", "path": "roles", "value": roles})
    assert user["roles"] == roles


def test_rename(entra):
    id = entra.provision("ada")
    user = entra.patch_user(
        id, *entra.changes({"userName": "augusta@contoso.com"}))
    assert user["userName"] == "augusta@contoso.com"
    assert_list(entra.find('userName eq "ada@contoso.com"'), 0)
    [match] = assert_list(entra.find('userName eq "augusta@contoso.com"'), 1)
    assert match["id"] == id
    # The old name is free.
    entra.provision("ada")
    # And cannot be taken back.
    answer = entra.patch(
        f"/Users/{id}", *entra.changes({"userName": "ADA@contoso.com"}))
    assert_error(answer, 409, "uniqueness")


# --- deprovisioning ----------------------------------------------------------


def test_unassigned_users_are_disabled_and_come_back(entra):
    id = entra.provision()
    group = entra.provision_group("Staff", [id])
    user = entra.patch_user(id, entra.activate(False))
    assert user["active"] is False
    assert [g["value"] for g in user["groups"]] == [group]
    assert entra.members(group) == {id}
    # Assigned again.
    assert entra.patch_user(id, entra.activate(True))["active"] is True


@pytest.mark.parametrize("op, value", [
    ("Add", "False"), ("Replace", "false"), ("Replace", "FALSE"),
    ("replace", False),
])
def test_other_ways_to_disable(entra, op, value):
    id = entra.provision()
    user = entra.patch_user(id, {"op": op, "path": "active", "value": value})
    assert user["active"] is False


def test_soft_deleted_users_are_renamed_and_restored(entra):
    person = entra.person()
    id = entra.post("/Users", person).json()["id"]
    group = entra.provision_group("Staff", [id])
    renamed = uuid.UUID(person["externalId"]).hex + person["userName"]
    # Deleted in Entra: 30 days in the recycle bin.
    user = entra.patch_user(id, entra.activate(False),
                            *entra.changes({"userName": renamed}))
    assert (user["active"], user["userName"]) == (False, renamed)
    assert entra.members(group) == {id}
    # Restored.
    user = entra.patch_user(id, entra.activate(True),
                            *entra.changes({"userName": person["userName"]}))
    assert (user["active"], user["userName"]) == (True, person["userName"])
    assert user["id"] == id
    assert entra.members(group) == {id}


def test_hard_deleted_users_are_gone(entra):
    id = entra.provision("ada")
    group = entra.provision_group("Staff", [id])
    assert entra.delete(f"/Users/{id}").status_code == 204
    assert_error(entra.get(f"/Users/{id}"), 404)
    assert_error(entra.patch(f"/Users/{id}", entra.activate(False)), 404)
    assert_error(entra.delete(f"/Users/{id}"), 404)
    assert_list(entra.find('userName eq "ada@contoso.com"'), 0)
    assert entra.members(group) == set()
    # A new user of that name is another one.
    assert entra.provision("ada") != id
    assert entra.members(group) == set()


# --- groups ------------------------------------------------------------------


def test_groups_are_matched_without_members(entra):
    ids = [entra.provision("ada"), entra.provision("grace")]
    external = str(uuid.uuid4())
    id = entra.create_group("Staff", ids, externalId=external)
    by_name = plus('displayName eq "STAFF"')
    for query in (f"excludedAttributes=members&{by_name}",
                  f"{by_name}&excludedAttributes=members",
                  "excludedAttributes=members&"
                  + plus(f'externalId eq "{external}"')):
        [group] = assert_list(entra.get(f"/Groups?{query}"), 1)
        assert group["id"] == id
        assert group["displayName"] == "Staff"
        # Not even []: Entra would answer with a replace of all members.
        assert "members" not in group
    answer = entra.get(f"/Groups/{id}?excludedAttributes=members")
    assert answer.status_code == 200
    assert "members" not in answer.json()


@pytest.mark.parametrize("more", [{}, {"members": []}],
                         ids=["no members", "empty members"])
def test_groups_are_created(entra, more):
    body = {
        "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/"
                    "ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": str(uuid.uuid4()), "displayName": "Staff",
        "meta": {"resourceType": "Group"}, **more,
    }
    answer = entra.post("/Groups", body)
    assert answer.status_code == 201, answer.text
    group = answer.json()
    assert group["displayName"] == "Staff"
    assert group["externalId"] == body["externalId"]
    assert group.get("members", []) == []
    assert group["meta"]["resourceType"] == "Group"
    assert answer.headers["location"] == f"{entra.base}/Groups/{group['id']}"
    # Once only.
    answer = entra.post("/Groups", {**body, "displayName": "STAFF"})
    assert "displayName" in assert_error(answer, 409, "uniqueness")


def test_members_come_and_go(entra):
    a, b, c = (entra.provision(name) for name in ("a", "b", "c"))
    group = entra.provision_group("Staff")
    entra.patch_group(group, entra.add_members(a, b))
    assert entra.members(group) == {a, b}
    # Entra sends members again.
    entra.patch_group(group, entra.add_members(b, c))
    assert entra.members(group) == {a, b, c}
    entra.patch_group(group, *entra.remove_members(a, c))
    assert entra.members(group) == {b}
    # Removed already.
    entra.patch_group(group, *entra.remove_members(a))
    assert entra.members(group) == {b}
    assert [g["display"] for g in entra.user(b)["groups"]] == ["Staff"]
    assert "groups" not in entra.user(a)


def test_is_somebody_a_member(entra):
    a, b = entra.provision("a"), entra.provision("b")
    group = entra.provision_group("Staff", [a])
    for more in ("&attributes=id", "&excludedAttributes=members", ""):
        def ask(user):
            return entra.get("/Groups?" + plus(
                f'id eq "{group}" and members eq "{user}"') + more)
        [row] = assert_list(ask(a), 1)
        assert row["id"] == group
        assert more == "" or "members" not in row
        assert more != "&attributes=id" or "displayName" not in row
        assert_list(ask(b), 0)


def test_rename_keeps_members(entra):
    a = entra.provision("a")
    group = entra.provision_group("Staff", [a])
    before = entra.user(a)["groups"][0]["display"]
    entra.patch_group(group, *entra.changes({"displayName": "Crew"}))
    assert entra.members(group) == {a}
    after = entra.user(a)["groups"][0]["display"]
    assert (before, after) == ("Staff", "Crew")
    by_name = "/Groups?excludedAttributes=members&"
    assert_list(entra.get(by_name + plus('displayName eq "Staff"')), 0)
    assert_list(entra.get(by_name + plus('displayName eq "Crew"')), 1)
    # The validator's form, for the other attribute.
    entra.patch_group(group, {"op": "replace", "value": {"externalId": "e"}})
    assert entra.members(group) == {a}


def test_a_matched_group_gets_the_external_id(entra):
    group = entra.create_group("Made here")
    entra.patch_group(group, {
        "op": entra.add, "path": "externalId", "value": "object-id"})
    [row] = assert_list(
        entra.get("/Groups?" + plus('externalId eq "object-id"')), 1)
    assert row["id"] == group


def test_hard_deleted_groups_are_gone(entra):
    a = entra.provision("a")
    group = entra.provision_group("Staff", [a])
    assert entra.delete(f"/Groups/{group}").status_code == 204
    assert_error(entra.get(f"/Groups/{group}"), 404)
    assert_error(entra.patch(f"/Groups/{group}", entra.add_members(a)), 404)
    assert_error(entra.delete(f"/Groups/{group}"), 404)
    assert "groups" not in entra.user(a)
    again = entra.provision_group("Staff")
    assert again != group
    assert entra.members(again) == set()


def test_provision_on_demand(server):
    """A group with five chosen members: the old dialect, flag or not."""
    entra = server.new_tenant(WithoutFlag)
    ids = []
    for name in "abcde":
        assert_list(entra.find(f'userName eq "{name}@contoso.com"'), 0)
        ids.append(entra.provision(name))
    assert_list(entra.get("/Groups?excludedAttributes=members&"
                          + plus('displayName eq "Chosen"')), 0)
    group = entra.provision_group("Chosen")
    for id in ids:
        assert_list(entra.get("/Groups?" + plus(
            f'id eq "{group}" and members eq "{id}"') + "&attributes=id"), 0)
    entra.patch_group(group, entra.add_members(*ids))
    assert entra.members(group) == set(ids)
    entra.patch_user(ids[0], entra.activate(False))
    assert entra.members(group) == set(ids)


# --- the gallery -------------------------------------------------------------


def test_schema_discovery(entra):
    """Gallery applications: Entra reads /Schemas when saving."""
    def no_nulls(value):
        assert value is not None
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for part in value:
                no_nulls(part)

    answer = entra.get("/Schemas")
    schemas = {s["id"]: s for s in
               assert_list(answer, len(answer.json()["Resources"]))}
    assert schemas.keys() == {USER, GROUP, ENT}
    no_nulls(list(schemas.values()))
    for schema in schemas.values():
        for attribute in schema["attributes"]:
            assert {"name", "type", "multiValued", "required", "mutability",
                    "returned"} <= attribute.keys()
    names = {a["name"]: a for a in schemas[USER]["attributes"]}
    assert names["userName"]["required"] is True
    assert names["emails"]["type"] == "complex"
    assert names["emails"]["multiValued"] is True
    assert "password" not in names


def test_gallery_pages(entra):
    """Eleven users in pages of five."""
    ids = {entra.provision(f"user{n}") for n in range(11)}
    seen = []
    for start, size in ((1, 5), (6, 5), (11, 1)):
        answer = entra.get(f"/Users?startIndex={start}&count=5")
        page = assert_list(answer, 11)
        assert answer.json()["startIndex"] == start
        assert answer.json()["itemsPerPage"] == len(page) == size
        seen += [row["id"] for row in page]
    assert len(seen) == 11 and set(seen) == ids


def test_reference_collection(entra):
    """Microsoft's Postman collection writes names as it likes."""
    boss = entra.provision("boss")
    answer = entra.post("/Users", {
        "schemas": [USER, ENT], "UserName": "ada@contoso.com",
        "DisplayName": "Ada",
        "emails": [{"Primary": "true", "type": "work", "value": "a@b.c"}],
        ENT: {"Department": "R&D", "Manager": {"Value": boss}},
    })
    assert answer.status_code == 201, answer.text
    user = answer.json()
    assert user["emails"] == [
        {"primary": True, "type": "work", "value": "a@b.c"}]
    assert user[ENT]["department"] == "R&D"
    assert user[ENT]["manager"]["value"] == boss
    assert_list(entra.get('/Users/?filter=DisplayName+eq+%22Ada%22'), 1)
    entra.patch_user(user["id"], {
        "op": "replace", "name": "addTitle", "path": "title", "value": "Dr"})
    group = entra.create_group("G")
    entra.patch_group(group, {
        "op": "add", "name": "addMember", "path": "members",
        "value": [{"displayName": "Ada", "value": user["id"]}]})
    assert entra.members(group) == {user["id"]}
