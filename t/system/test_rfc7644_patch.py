"""RFC 7644 section 3.5.2, PATCH: each operation on each form of path and each
mutability, the errors of its text and of table 9, order and atomicity."""

import pytest

from scim_client import ENT, GROUP, PATCH, USER, assert_error

WORK = {"value": "w@x", "type": "work", "display": "W", "primary": True}
HOME = {"value": "h@x", "type": "home"}

# What every operation below starts from.
BEFORE = {
    "schemas": [USER, ENT], "userName": "ada", "title": "T",
    "name": {"givenName": "G", "familyName": "F"},
    "emails": [WORK, HOME],
    "roles": [{"value": "r1"}, {"value": "r2"}],
    ENT: {"department": "D", "costCenter": "C"},
}


def op(name, path=None, *value):
    out = {"op": name}
    if path is not None:
        out["path"] = path
    if value:
        out["value"] = value[0]
    return out


def add(path, *value):
    return op("add", path, *value)


def replace(path, *value):
    return op("replace", path, *value)


def remove(path):
    return op("remove", path)


def start(client):
    answer = client.post("/Users", BEFORE)
    assert answer.status_code == 201, answer.text
    return answer.json()


def apply(client, *operations):
    """What is there after the operations, less what the server adds."""
    at = f"/Users/{start(client)['id']}"
    answer = client.patch(at, *operations)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert client.get(at).json() == body
    return {k: v for k, v in body.items() if k not in ("id", "meta")}


def differs(after):
    """What changed of BEFORE; None for what is gone."""
    keys = set(BEFORE) | set(after)
    return {k: after.get(k) for k in keys if BEFORE.get(k) != after.get(k)}


NEW = {"value": "n@x", "type": "other"}
WORK_AT = 'emails[type eq "work"]'
HOME_AT = 'emails[type eq "home"]'


def primary(entry, yes):
    return {**entry, "primary": yes}


# Each operation on each form of path, on what may be written.
CHANGES = [
    # 3.5.2.1  add
    (add("nickName", "N"), {"nickName": "N"}),
    (add("title", "U"), {"title": "U"}),
    (add("title", "T"), {}),
    (add("name", {"middleName": "M"}), {"name": {
        "givenName": "G", "familyName": "F", "middleName": "M"}}),
    (add("name.givenName", "H"), {"name": {
        "givenName": "H", "familyName": "F"}}),
    (add("name.middleName", "M"), {"name": {
        "givenName": "G", "familyName": "F", "middleName": "M"}}),
    (add("emails", [NEW]), {"emails": [WORK, HOME, NEW]}),
    (add("emails", NEW), {"emails": [WORK, HOME, NEW]}),
    (add("emails", [WORK]), {}),
    (add("phoneNumbers", [{"value": "1"}]), {
        "phoneNumbers": [{"value": "1"}]}),
    (add(HOME_AT + ".display", "H"), {
        "emails": [WORK, {**HOME, "display": "H"}]}),
    (add(None, {"nickName": "N", "emails": [NEW]}), {
        "nickName": "N", "emails": [WORK, HOME, NEW]}),
    (add(ENT + ":division", "V"), {
        ENT: {"department": "D", "costCenter": "C", "division": "V"}}),
    (add(ENT, {"division": "V"}), {
        ENT: {"department": "D", "costCenter": "C", "division": "V"}}),
    (add(None, {ENT: {"division": "V"}}), {
        ENT: {"department": "D", "costCenter": "C", "division": "V"}}),
    (add(USER + ":nickName", "N"), {"nickName": "N"}),
    (add(USER + ":name.givenName", "H"), {"name": {
        "givenName": "H", "familyName": "F"}}),
    # 3.5.2.2  remove
    (remove("title"), {"title": None}),
    (remove("nickName"), {}),
    (remove("name"), {"name": None}),
    (remove("name.givenName"), {"name": {"familyName": "F"}}),
    (remove("emails"), {"emails": None}),
    (remove(HOME_AT), {"emails": [WORK]}),
    (remove('emails[type pr]'), {"emails": None}),
    (remove('emails[type eq "home" and value ew "@x"]'), {"emails": [WORK]}),
    (remove('emails[type eq "home" or type eq "work"]'), {"emails": None}),
    (remove('emails[not (primary eq true)]'), {"emails": [WORK]}),
    (remove(WORK_AT + ".display"), {"emails": [
        {k: v for k, v in WORK.items() if k != "display"}, HOME]}),
    (remove(ENT + ":department"), {ENT: {"costCenter": "C"}}),
    (remove(ENT), {ENT: None, "schemas": [USER]}),
    (remove(USER + ":title"), {"title": None}),
    # 3.5.2.3  replace
    (replace("title", "U"), {"title": "U"}),
    (replace("title", "T"), {}),
    (replace("nickName", "N"), {"nickName": "N"}),
    (replace("name", {"givenName": "H"}), {"name": {
        "givenName": "H", "familyName": "F"}}),
    (replace("name.familyName", "H"), {"name": {
        "givenName": "G", "familyName": "H"}}),
    (replace("emails", [NEW]), {"emails": [NEW]}),
    (replace("emails", []), {"emails": None}),
    (replace("phoneNumbers", [{"value": "1"}]), {
        "phoneNumbers": [{"value": "1"}]}),
    (replace(HOME_AT, {"value": "n@x", "type": "home"}), {
        "emails": [WORK, {"value": "n@x", "type": "home"}]}),
    (replace(HOME_AT + ".value", "n@x"), {
        "emails": [WORK, {"value": "n@x", "type": "home"}]}),
    (replace('emails[value ew "@x"].display', "Z"), {
        "emails": [{**WORK, "display": "Z"}, {**HOME, "display": "Z"}]}),
    (replace(None, {"title": "U", "emails": [NEW]}), {
        "title": "U", "emails": [NEW]}),
    (replace(ENT + ":department", "E"), {
        ENT: {"department": "E", "costCenter": "C"}}),
    (replace(ENT, {"department": "E"}), {
        ENT: {"department": "E", "costCenter": "C"}}),
    (replace(None, {ENT: {"department": "E"}}), {
        ENT: {"department": "E", "costCenter": "C"}}),
    # primary moves (3.5.2), however it is set
    (replace(HOME_AT + ".primary", True), {
        "emails": [primary(WORK, False), primary(HOME, True)]}),
    (add("emails", [primary(NEW, True)]), {
        "emails": [primary(WORK, False), HOME, primary(NEW, True)]}),
    (replace(HOME_AT, primary(HOME, True)), {
        "emails": [primary(WORK, False), primary(HOME, True)]}),
    (replace(WORK_AT + ".primary", False), {
        "emails": [primary(WORK, False), HOME]}),
    # names have no case
    (replace("NAME.GIVENNAME", "H"), {"name": {
        "givenName": "H", "familyName": "F"}}),
    (replace('EMAILS[TYPE EQ "home"].DISPLAY', "H"), {
        "emails": [WORK, {**HOME, "display": "H"}]}),
]


@pytest.mark.parametrize("operation,change", CHANGES)
def test_3_5_2_changes(tenant, operation, change):
    assert differs(apply(tenant, operation)) == change


# The errors: RFC 7644 sections 3.5.2.1 to 3.5.2.3 and table 9.
ERRORS = [
    ("noTarget", [
        remove(None), op("remove"),
        replace('emails[type eq "boat"]', NEW),
        replace('emails[type eq "boat"].value', "x"),
        replace('phoneNumbers[type eq "work"].value', "x"),
        replace('emails[type eq "work" and primary eq false].value', "x"),
    ]),
    ("invalidPath", [
        add("boat", "x"), replace("boat", "x"), remove("boat"),
        replace("name.boat", "x"), replace("name.givenName.x", "x"),
        replace(ENT + ":boat", "x"), replace("urn:x:y:title", "x"),
        replace("", "x") | {"path": " "}, replace("title.x", "x"),
        replace("emails]", "x"),
        replace('emails[type eq "work"]value', "x"),
        replace('emails[type eq "work"].boat', "x"),
        replace('emails[type eq "work"].value.x', "x"),
        replace("/title", "x"),
        replace("title eq", "x"), replace("1", "x"),
        {"op": "replace", "path": 5, "value": "x"},
        {"op": "replace", "path": ["title"], "value": "x"},
    ]),
    ("mutability", [
        *(f(path, "x") for f in (add, replace) for path in (
            "id", "meta", "meta.created", "groups", USER + ":id",
            'groups[value eq "x"]', ENT + ":manager.displayName")),
        *(remove(path) for path in (
            "id", "meta", "meta.version", "groups", 'groups[value eq "x"]',
            ENT + ":manager.displayName", "userName", "schemas")),
        replace("userName", None),
    ]),
    ("invalidValue", [
        add("title"), replace("title"), op("add"), op("replace"),
        add("title", {"a": 1}), add("title", ["a", "b"]),
        add("active", "maybe"), replace("active", 5),
        replace("name", "text"), replace("name.givenName", {"a": 1}),
        add("emails", True), add("emails", [{"primary": "often"}]),
        replace(WORK_AT, [WORK, HOME]), replace(WORK_AT + ".value", {}),
        add(None, "text"), replace(None, ["text"]), replace(None, 5),
        replace(ENT, "text"), replace(None, {"active": "maybe"}),
        replace("x509Certificates", [{"value": "*"}]),
        replace("profileUrl", "no uri"), replace("userName", ""),
        replace("emails", [primary(WORK, True), primary(HOME, True)]),
    ]),
    ("invalidSyntax", [
        {"op": "move", "path": "title"}, {"path": "title", "value": "x"},
        {"op": 5, "path": "title", "value": "x"},
        {"op": None, "path": "title", "value": "x"}, "text", 5, None, [],
    ]),
    ("invalidFilter", [
        replace('emails[type xx "work"].value', "x"),
        replace('emails[type eq "work].value', "x"),
        replace('emails[boat eq "x"].value', "x"),
        remove('emails[primary gt true]'), remove("emails[]"),
        replace("emails[", "x"), replace("emails[0]", "x"),
    ]),
]


@pytest.mark.parametrize("kind,operation", [
    (kind, operation) for kind, them in ERRORS for operation in them])
def test_3_5_2_errors(tenant, kind, operation):
    before = start(tenant)
    at = f"/Users/{before['id']}"
    answer = tenant.patch(at, operation)
    assert answer.status_code == 400, answer.text
    assert answer.json()["scimType"] == kind, answer.text
    assert tenant.get(at).json() == before


@pytest.mark.parametrize("body", [
    {}, {"Operations": []}, {"Operations": {}}, {"Operations": None},
    {"Operations": "x"}, [], "x", 5, None,
    [{"op": "add", "path": "title", "value": "x"}],
])
def test_3_5_2_bodies(tenant, body):
    at = f"/Users/{start(tenant)['id']}"
    if isinstance(body, dict):
        body = {"schemas": [PATCH], **body}
    if not isinstance(body, (dict, list)):
        body = {None: "null", "x": '"x"', 5: "5"}[body]
    assert_error(tenant.send("PATCH", at, body), 400, "invalidSyntax")


# 3.5.2  Order and atomicity


def test_3_5_2_operations_in_order(tenant):
    assert differs(apply(
        tenant, add("title", "1"), replace("title", "2"), remove("nickName"),
        add("nickName", "a"), replace("nickName", "b"), remove("emails"),
        add("emails", [NEW]),
    )) == {"title": "2", "nickName": "b", "emails": [NEW]}


def test_3_5_2_an_operation_sees_the_ones_before(tenant):
    assert differs(apply(
        tenant, add("emails", [NEW]),
        replace('emails[type eq "other"].value', "o@x"),
        remove(WORK_AT),
    )) == {"emails": [HOME, {"value": "o@x", "type": "other"}]}


@pytest.mark.parametrize("last", [
    replace("boat", "x"), remove("id"), remove(None),
    replace('emails[type eq "boat"].value', "x"), add("active", "maybe"),
])
def test_3_5_2_all_or_nothing(tenant, last):
    before = start(tenant)
    at = f"/Users/{before['id']}"
    answer = tenant.patch(at, replace("title", "U"), remove("emails"), last)
    assert answer.status_code == 400
    assert tenant.get(at).json() == before


def test_3_5_2_all_or_nothing_with_members(tenant):
    a, b = tenant.create_user("a"), tenant.create_user("b")
    group = tenant.create_group("g", [a])
    answer = tenant.patch(
        f"/Groups/{group}", add("members", [{"value": b}]),
        replace("displayName", "h"), add("members", [{"value": "nobody"}]))
    assert answer.status_code == 400
    assert tenant.members(group) == {a}
    assert tenant.get(f"/Groups/{group}").json()["displayName"] == "g"


def test_3_5_2_uniqueness(tenant):
    tenant.create_user("bob")
    at = f"/Users/{start(tenant)['id']}"
    assert_error(tenant.patch(at, replace("userName", "BOB")), 409,
                 "uniqueness")


# 3.5.2.1  Adding what is there leaves the time of change alone


@pytest.mark.parametrize("operation", [
    add("title", "T"), replace("title", "T"), add("emails", [HOME]),
    add("name", {"givenName": "G"}), remove("nickName"),
    add(ENT + ":department", "D"), add(None, {"title": "T"}),
])
def test_3_5_2_1_what_is_so_changes_nothing(tenant, operation):
    before = start(tenant)
    at = f"/Users/{before['id']}"
    assert tenant.patch(at, operation).status_code == 200
    assert tenant.get(at).json() == before


def test_3_5_2_an_extension_names_itself_in_schemas(tenant):
    id = tenant.create_user("ada")
    body = tenant.patch(
        f"/Users/{id}", add(ENT + ":employeeNumber", "7")).json()
    assert sorted(body["schemas"]) == sorted([USER, ENT])
    body = tenant.patch(
        f"/Users/{id}", remove(ENT + ":employeeNumber")).json()
    assert body["schemas"] == [USER] and ENT not in body


def test_3_5_2_a_secret_is_taken_and_not_told(tenant):
    at = f"/Users/{start(tenant)['id']}"
    for operation in (add("password", "s3cr3t"), replace("password", "s3cr3t"),
                      replace(None, {"password": "s3cr3t"}),
                      remove("password")):
        answer = tenant.patch(at, operation)
        assert answer.status_code == 200
        assert "s3cr3t" not in answer.text


# The answer


def test_3_5_2_attributes_asked_for_are_answered(tenant):
    at = f"/Users/{start(tenant)['id']}"
    answer = tenant.send("PATCH", at + "?attributes=title", {
        "schemas": [PATCH], "Operations": [replace("title", "U")]})
    assert answer.status_code == 200
    assert set(answer.json()) == {"id", "schemas", "title"}
    group = tenant.create_group("g")
    answer = tenant.send("PATCH", f"/Groups/{group}?attributes=displayName", {
        "schemas": [PATCH], "Operations": [replace("displayName", "h")]})
    assert answer.status_code == 200
    assert answer.json()["displayName"] == "h"
    assert "members" not in answer.json()


# Members: their parts are immutable; each form of path


@pytest.fixture
def team(tenant):
    tenant.a, tenant.b, tenant.c = (tenant.create_user(n) for n in "abc")
    tenant.group = tenant.create_group("g", [tenant.a, tenant.b])
    return tenant


def ids(*them):
    return [{"value": id} for id in them]


@pytest.mark.parametrize("operations,left", [
    (lambda t: [add("members", ids(t.c))], "abc"),
    (lambda t: [add("members", ids(t.c)[0])], "abc"),
    (lambda t: [add("members", ids(t.a))], "ab"),
    (lambda t: [add(None, {"members": ids(t.c)})], "abc"),
    (lambda t: [remove("members")], ""),
    (lambda t: [remove(f'members[value eq "{t.a}"]')], "b"),
    (lambda t: [remove(f'members[value eq "{t.c}"]')], "ab"),
    (lambda t: [remove(
        f'members[value eq "{t.a}" or value eq "{t.b}"]')], ""),
    (lambda t: [remove('members[type eq "User"]')], ""),
    (lambda t: [remove('members[type eq "Group"]')], "ab"),
    (lambda t: [remove(f'members[value ne "{t.a}"]')], "a"),
    (lambda t: [remove(f'members[value co "{t.a[2:]}"]')], "b"),
    (lambda t: [remove(
        f'members[type eq "User" and value eq "{t.b}"]')], "a"),
    (lambda t: [remove(f'members[$ref ew "{t.b}"]')], "a"),
    (lambda t: [replace("members", ids(t.b, t.c))], "bc"),
    (lambda t: [replace("members", [])], ""),
    (lambda t: [replace(None, {"members": ids(t.c)})], "c"),
    (lambda t: [replace("displayName", "h")], "ab"),
    (lambda t: [replace(
        f'members[value eq "{t.a}"]', ids(t.c)[0])], "bc"),
    (lambda t: [remove("members"), add("members", ids(t.c))], "c"),
    (lambda t: [add("members", ids(t.c)),
                remove(f'members[value eq "{t.c}"]')], "ab"),
])
def test_3_5_2_members(team, operations, left):
    answer = team.patch(f"/Groups/{team.group}", *operations(team))
    assert answer.status_code in (200, 204), answer.text
    assert team.members(team.group) == {getattr(team, n) for n in left}


@pytest.mark.parametrize("operation,kind", [
    (lambda t: replace(f'members[value eq "{t.a}"].value', t.c),
     "mutability"),
    (lambda t: add(f'members[value eq "{t.a}"].value', t.c), "mutability"),
    (lambda t: remove("displayName"), "mutability"),
    (lambda t: replace("displayName", None), "mutability"),
    (lambda t: add("members", "nobody"), "invalidValue"),
    (lambda t: add("members", [{"value": "nobody"}]), "invalidValue"),
    (lambda t: add("members", [{}]), "invalidValue"),
    (lambda t: add("members", 5), "invalidValue"),
    (lambda t: add("members", [{"value": {"a": 1}}]), "invalidValue"),
    (lambda t: replace("members[boat eq 1]", {}), "invalidFilter"),
    (lambda t: add("members.boat", "x"), "invalidPath"),
    (lambda t: add("members.value.x", "x"), "invalidPath"),
])
def test_3_5_2_members_errors(team, operation, kind):
    answer = team.patch(f"/Groups/{team.group}", operation(team))
    assert_error(answer, 400, kind)
    assert team.members(team.group) == {team.a, team.b}


def test_3_5_2_adding_who_is_there_changes_nothing(team):
    at = f"/Groups/{team.group}"
    before = team.get(at).json()
    for operation in (add("members", ids(team.a)),
                      remove(f'members[value eq "{team.c}"]'),
                      replace("members", ids(team.b, team.a))):
        team.patch(at, operation)
        after = team.get(at).json()
        assert after["meta"] == before["meta"]


def test_3_5_2_group_schema_stays(team):
    assert team.get(f"/Groups/{team.group}").json()["schemas"] == [GROUP]
