"""RFC 7643, the schema, section by section: what it asks of a service
provider, asked of ours.  docs/conformance.md lists each with its test."""

import re

import pytest

from scim_client import (
    ENT, ERROR, GROUP, LIST, USER, assert_error, assert_list,
)

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def user(**more):
    return {"schemas": [USER], "userName": "ada", **more}


def enterprise(**more):
    return {"schemas": [USER, ENT], "userName": "ada", ENT: more}


def create(client, body, path="/Users"):
    answer = client.post(path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(client, resource, path="/Users"):
    answer = client.get(f"{path}/{resource['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def attributes(client, urn):
    answer = client.get(f"/Schemas/{urn}")
    assert answer.status_code == 200, answer.text
    return {a["name"]: a for a in answer.json()["attributes"]}


# 2.1  Attributes


def test_2_1_names_have_no_case(tenant):
    made = create(tenant, {
        "SCHEMAS": [USER], "USERNAME": "ada", "NickName": "a",
        "name": {"GIVENNAME": "Ada"},
    })
    assert made["userName"] == "ada"
    assert made["nickName"] == "a"
    assert made["name"] == {"givenName": "Ada"}


# 2.2 and 7  Characteristics: a schema says all of each attribute


def every_attribute(client):
    for urn in (USER, GROUP, ENT):
        for attr in attributes(client, urn).values():
            yield attr
            yield from attr.get("subAttributes", [])


def test_7_characteristics_are_complete(tenant):
    for attr in every_attribute(tenant):
        assert re.fullmatch(r"\$?[A-Za-z][A-Za-z0-9_$-]*", attr["name"])
        assert attr["type"] in (
            "string", "boolean", "decimal", "integer", "dateTime",
            "reference", "complex", "binary"), attr
        assert isinstance(attr["multiValued"], bool)
        assert isinstance(attr["required"], bool)
        assert attr["mutability"] in (
            "readOnly", "readWrite", "immutable", "writeOnly"), attr
        assert attr["returned"] in ("always", "never", "default", "request")
        assert attr.get("uniqueness", "none") in ("none", "server", "global")
        assert attr["description"]
        assert ("subAttributes" in attr) == (attr["type"] == "complex")
        if attr["type"] == "reference":
            assert attr["referenceTypes"]
        if attr["type"] in ("string", "reference", "binary"):
            assert isinstance(attr["caseExact"], bool), attr


def test_2_3_8_complex_attributes_hold_no_complex_ones(tenant):
    for urn in (USER, GROUP, ENT):
        for attr in attributes(tenant, urn).values():
            for sub in attr.get("subAttributes", []):
                assert sub["type"] != "complex"


# 2.3  Types


@pytest.mark.parametrize("more", [
    {"displayName": {"a": 1}},
    {"displayName": ["a", "b"]},
    {"displayName": True},
    {"active": "yes"},
    {"active": 1},
    {"title": {"a": "b"}},
    {"name": 5},
    {"name": {"givenName": ["a", "b"]}},
    {"emails": [5.5, True]},
    {"emails": [{"value": {"a": 1}}]},
    {"emails": [{"value": "a@b", "primary": "often"}]},
    {"profileUrl": "no uri at all"},
    {"profileUrl": {}, "title": True},
    {"x509Certificates": [{"value": "*not base64*"}]},
])
def test_2_3_values_are_of_their_type(tenant, more):
    assert_error(tenant.post("/Users", user(**more)), 400, "invalidValue")


def test_2_3_1_text_keeps_every_character(tenant):
    text = "Zoë \U0001f600 \u0007\t \"\\ \u00e9 e\u0301 \u2028"
    made = create(tenant, user(displayName=text))
    assert read(tenant, made)["displayName"] == text


def test_2_3_5_dates_are_xsd(tenant):
    meta = create(tenant, user())["meta"]
    assert DATE.fullmatch(meta["created"])
    assert DATE.fullmatch(meta["lastModified"])


@pytest.mark.parametrize("value", ["TWFu", "TWE=", "TQ==", "+/+/"])
def test_2_3_6_binary_is_base64(tenant, value):
    made = create(tenant, user(x509Certificates=[{"value": value}]))
    assert read(tenant, made)["x509Certificates"] == [{"value": value}]


def test_2_3_7_references_resolve(tenant):
    boss = tenant.create_user("boss")
    group = tenant.create_group("all", [boss])
    member, = tenant.get(f"/Groups/{group}").json()["members"]
    assert tenant.http.get(member["$ref"]).json()["id"] == boss
    of, = tenant.get(f"/Users/{boss}").json()["groups"]
    assert tenant.http.get(of["$ref"]).json()["id"] == group


# 2.4  Multi-valued attributes


def test_2_4_one_primary_at_most(tenant):
    answer = tenant.post("/Users", user(emails=[
        {"value": "a@b", "primary": True}, {"value": "c@d", "primary": True},
    ]))
    assert_error(answer, 400, "invalidValue")


def test_2_4_the_same_type_and_value_comes_once(tenant):
    made = create(tenant, user(emails=[
        {"value": "a@b", "type": "work"}, {"value": "a@b", "type": "work"},
    ]))
    assert made["emails"] == [{"value": "a@b", "type": "work"}]


def test_2_4_other_types_than_the_canonical_ones(tenant):
    made = create(tenant, user(emails=[{"value": "a@b", "type": "boat"}]))
    assert read(tenant, made)["emails"] == [{"value": "a@b", "type": "boat"}]


# 2.5  Unassigned


@pytest.mark.parametrize("name,nothing", [
    ("title", None), ("emails", None), ("name", None), ("active", None),
    ("emails", []),
])
def test_2_5_null_and_empty_are_unassigned(tenant, name, nothing):
    assert name not in create(tenant, user(**{name: nothing}))


def test_2_5_put_of_null_unassigns(tenant):
    made = create(tenant, user(title="T", emails=[{"value": "a@b"}]))
    answer = tenant.put(f"/Users/{made['id']}", user(title=None, emails=[]))
    assert answer.status_code == 200
    assert "title" not in answer.json()
    assert "emails" not in answer.json()


def test_2_5_no_nulls_in_answers(tenant):
    create(tenant, user(name={"givenName": None, "familyName": "L"}))
    for path in ("/Users", "/Schemas", "/ResourceTypes",
                 "/ServiceProviderConfig"):
        assert "null" not in tenant.get(path).text


# 3  Resources


def test_3_schemas_are_what_is_there(tenant):
    assert create(tenant, user())["schemas"] == [USER]
    bare = user(userName="b")
    bare["schemas"] = [USER, ENT]
    assert USER in create(tenant, bare)["schemas"]
    made = create(tenant, enterprise(department="D") | {"userName": "c"})
    assert sorted(made["schemas"]) == sorted([USER, ENT])
    assert made[ENT] == {"department": "D"}


def test_3_schemas_has_no_duplicates(tenant):
    body = enterprise(department="D")
    body["schemas"] = [USER, ENT, USER, ENT]
    assert sorted(create(tenant, body)["schemas"]) == sorted([USER, ENT])


@pytest.mark.parametrize("schemas", [[GROUP], [ENT], ["urn:x:y"], [5]])
def test_3_a_resource_of_another_schema(tenant, schemas):
    body = user()
    body["schemas"] = schemas
    answer = tenant.post("/Users", body)
    if schemas == [ENT]:
        # The user's own extension: nobody else's; taken.
        assert answer.status_code == 201
        assert USER in answer.json()["schemas"]
        return
    assert answer.status_code == 400, answer.text
    assert answer.json()["scimType"] in ("invalidValue", "invalidSyntax")


def test_3_1_id_is_the_servers(tenant):
    one = create(tenant, user(id="mine"))
    two = create(tenant, user(userName="b", id="mine"))
    assert one["id"] != "mine"
    assert one["id"] != two["id"]
    assert tenant.get("/Users/mine").status_code == 404


def test_3_1_ids_are_not_used_again_nor_across_types(tenant):
    seen = set()
    for i in range(20):
        id = tenant.create_user("ada")
        group = tenant.create_group("g")
        assert id not in seen and group not in seen and id != group
        assert "bulkId" not in id
        seen |= {id, group}
        assert tenant.delete(f"/Users/{id}").status_code == 204
        assert tenant.delete(f"/Groups/{group}").status_code == 204


def test_3_1_id_comes_whatever_is_asked(tenant):
    made = create(tenant, user())
    for query in ("attributes=userName", "excludedAttributes=id,schemas",
                  "attributes=nickName"):
        got = tenant.get(f"/Users/{made['id']}?{query}").json()
        assert got["id"] == made["id"]
        assert got["schemas"] == [USER]


def test_3_1_external_id_is_the_clients(tenant):
    made = create(tenant, user(externalId="X 1"))
    assert read(tenant, made)["externalId"] == "X 1"
    put = tenant.put(f"/Users/{made['id']}", user(externalId="Y"))
    assert put.json()["externalId"] == "Y"


def test_3_1_external_id_keeps_its_case(tenant):
    create(tenant, user(externalId="abc"))
    assert_list(tenant.get('/Users?filter=externalId+eq+"ABC"'), 0)
    assert_list(tenant.get('/Users?filter=externalId+eq+"abc"'), 1)


def test_3_1_meta_is_the_servers(tenant):
    said = {"resourceType": "Boat", "created": "2001-01-01T00:00:00Z",
            "lastModified": "2001-01-01T00:00:00Z", "version": "W/\"9\"",
            "location": "http://example.com"}
    answer = tenant.post("/Users", user(meta=said))
    made = answer.json()
    meta = made["meta"]
    assert meta["resourceType"] == "User"
    assert meta["created"] == meta["lastModified"]
    assert not meta["created"].startswith("2001")
    assert meta["location"] == answer.headers["location"]
    assert meta["version"] == answer.headers["etag"]
    assert meta["version"] != said["version"]
    again = tenant.http.get(meta["location"])
    assert again.json() == made
    assert again.headers["etag"] == meta["version"]


def test_3_1_last_modified_and_version_follow_changes(tenant):
    made = create(tenant, user())
    meta = tenant.patch(
        f"/Users/{made['id']}",
        {"op": "replace", "path": "title", "value": "T"}).json()["meta"]
    assert meta["created"] == made["meta"]["created"]
    assert meta["lastModified"] >= made["meta"]["lastModified"]
    assert meta["version"] != made["meta"]["version"]


# 3.3  Extensions


def test_3_3_an_extension_is_an_object_under_its_urn(tenant):
    made = create(tenant, enterprise(department="D", employeeNumber="7"))
    assert made[ENT] == {"department": "D", "employeeNumber": "7"}
    assert "department" not in made


@pytest.mark.parametrize("nothing", [{}, None, {"department": None}])
def test_3_3_an_empty_extension_is_absent(tenant, nothing):
    body = enterprise()
    body[ENT] = nothing
    made = create(tenant, body)
    assert ENT not in made


# 4.1  User


def test_4_1_user_name(tenant):
    assert_error(tenant.post("/Users", {"schemas": [USER]}), 400,
                 "invalidValue")
    for empty in ("", None):
        assert_error(tenant.post("/Users", user(userName=empty)), 400,
                     "invalidValue")
    create(tenant, user(userName="Ada"))
    for name in ("Ada", "ada", "ADA"):
        assert_error(tenant.post("/Users", user(userName=name)), 409,
                     "uniqueness")


ALL = {
    "name": {"formatted": "Dr. A B C, III", "familyName": "C",
             "givenName": "A", "middleName": "B", "honorificPrefix": "Dr.",
             "honorificSuffix": "III"},
    "displayName": "A C", "nickName": "a",
    "profileUrl": "https://example.com/a", "title": "T", "userType": "U",
    "preferredLanguage": "en-US", "locale": "en-US",
    "timezone": "America/Los_Angeles", "active": True,
    "emails": [{"value": "a@b", "display": "a", "type": "work",
                "primary": True}],
    "phoneNumbers": [{"value": "+1-201-555-0123;ext=12", "type": "work"},
                     {"value": "tel:+1-201-555-0124", "type": "fax"}],
    "ims": [{"value": "a", "type": "xmpp"}],
    "photos": [{"value": "https://example.com/a.jpg", "type": "photo"}],
    "addresses": [{"formatted": "1 S\nL CA 9 US", "streetAddress": "1 S",
                   "locality": "L", "region": "CA", "postalCode": "9",
                   "country": "US", "type": "work", "primary": True}],
    "entitlements": [{"value": "e", "type": "t"}],
    "roles": [{"value": "r", "primary": True}],
    "x509Certificates": [{"value": "TWFu", "display": "c"}],
}


def test_4_1_every_attribute_comes_back(tenant):
    made = create(tenant, user(**ALL))
    got = read(tenant, made)
    for name, value in ALL.items():
        assert got[name] == value, name


@pytest.mark.parametrize("how", ["post", "put", "patch"])
def test_4_1_1_a_password_is_never_returned(tenant, how):
    secret = "correct horse"
    answer = tenant.post("/Users", user(
        **({"password": secret} if how == "post" else {})))
    at = f"/Users/{answer.json()['id']}"
    if how == "put":
        answer = tenant.put(at, user(password=secret))
    if how == "patch":
        answer = tenant.patch(
            at, {"op": "replace", "path": "password", "value": secret})
    assert answer.status_code in (200, 201, 204), answer.text
    for text in (answer.text, tenant.get(at + "?attributes=password").text,
                 tenant.get("/Users?attributes=password").text):
        assert secret not in text
        assert "password" not in text


def test_4_1_2_groups_are_read_only(tenant):
    id = tenant.create_user("ada")
    group = tenant.create_group("g", [id])
    of = tenant.get(f"/Users/{id}").json()["groups"]
    assert [(g["value"], g["display"]) for g in of] == [(group, "g")]
    tenant.put(f"/Users/{id}", user(groups=[]))
    assert tenant.members(group) == {id}
    assert_error(tenant.patch(f"/Users/{id}", {
        "op": "remove", "path": "groups"}), 400, "mutability")


def test_4_1_2_groups_tell_direct_from_indirect(tenant):
    id = tenant.create_user("ada")
    inner = tenant.create_group("inner", [id])
    outer = tenant.create_group("outer", [inner])
    of = {g["value"]: g.get("type")
          for g in tenant.get(f"/Users/{id}").json()["groups"]}
    assert of[inner] == "direct"
    assert of.get(outer, "indirect") == "indirect"


# 4.2  Group


def test_4_2_display_name_is_required(tenant):
    assert_error(tenant.post("/Groups", {"schemas": [GROUP]}), 400,
                 "invalidValue")


def test_4_2_members_are_users_and_groups(tenant):
    id = tenant.create_user("ada")
    inner = tenant.create_group("inner")
    outer = tenant.create_group("outer", [id, inner])
    got = tenant.get(f"/Groups/{outer}").json()["members"]
    assert {m["value"]: m["type"] for m in got} == {
        id: "User", inner: "Group"}
    for member in got:
        assert member["$ref"].endswith(
            ("/Users/" if member["type"] == "User" else "/Groups/")
            + member["value"])


# 4.3  Enterprise User


def test_4_3_every_attribute_comes_back(tenant):
    boss = tenant.create_user("boss")
    extension = {"employeeNumber": "7", "costCenter": "c",
                 "organization": "o", "division": "d", "department": "e"}
    made = create(tenant, enterprise(**extension, manager={"value": boss}))
    got = read(tenant, made)[ENT]
    assert got["manager"]["value"] == boss
    for name, value in extension.items():
        assert got[name] == value


def test_4_3_the_managers_name_is_read_only(tenant):
    boss = tenant.create_user("boss")
    made = create(tenant, enterprise(
        manager={"value": boss, "displayName": "Somebody"}))
    assert made[ENT]["manager"].get("displayName") != "Somebody"


# 5  ServiceProviderConfig


def test_5_service_provider_config(tenant):
    answer = tenant.get("/ServiceProviderConfig")
    assert answer.status_code == 200
    body = answer.json()
    assert body["schemas"] == [CONFIG]
    assert isinstance(body["patch"]["supported"], bool)
    assert isinstance(body["bulk"]["supported"], bool)
    assert isinstance(body["bulk"]["maxOperations"], int)
    assert isinstance(body["bulk"]["maxPayloadSize"], int)
    assert isinstance(body["filter"]["supported"], bool)
    assert isinstance(body["filter"]["maxResults"], int)
    for name in ("changePassword", "sort", "etag"):
        assert isinstance(body[name]["supported"], bool)
    for scheme in body["authenticationSchemes"]:
        assert scheme["type"] in ("oauth", "oauth2", "oauthbearertoken",
                                  "httpbasic", "httpdigest")
        assert scheme["name"] and scheme["description"]
    assert body["authenticationSchemes"]
    assert body["meta"]["resourceType"] == "ServiceProviderConfig"
    assert body["meta"]["location"].endswith("/ServiceProviderConfig")


# 6  ResourceType


def test_6_resource_types(tenant):
    types = assert_list(tenant.get("/ResourceTypes"), 2)
    by_name = {t["name"]: t for t in types}
    assert by_name["User"]["endpoint"] == "/Users"
    assert by_name["User"]["schema"] == USER
    assert by_name["Group"]["endpoint"] == "/Groups"
    assert by_name["Group"]["schema"] == GROUP
    assert {"schema": ENT, "required": False} in \
        by_name["User"]["schemaExtensions"]
    for one in types:
        assert one["schemas"] == [TYPE]
        assert one["meta"]["resourceType"] == "ResourceType"
        alone = tenant.http.get(one["meta"]["location"])
        assert alone.json() == one
        assert tenant.get(one["endpoint"]).status_code == 200
        assert tenant.get(f"/Schemas/{one['schema']}").status_code == 200


# 7  Schemas


def test_7_schemas(tenant):
    listed = tenant.get("/Schemas").json()
    assert listed["schemas"] == [LIST]
    ids = {s["id"] for s in listed["Resources"]}
    assert {USER, GROUP, ENT} <= ids
    for schema in listed["Resources"]:
        assert schema["schemas"] == [SCHEMA]
        assert schema["name"]
        assert schema["meta"]["resourceType"] == "Schema"
        assert tenant.http.get(schema["meta"]["location"]).json() == schema


def test_7_the_user_schema_is_the_rfcs(tenant):
    got = attributes(tenant, USER)
    assert set(ALL) | {"userName", "groups"} <= set(got)
    name = got["userName"]
    assert (name["required"], name["caseExact"], name["uniqueness"]) == (
        True, False, "server")
    assert got["groups"]["mutability"] == "readOnly"
    for attr, value in ALL.items():
        multi = isinstance(value, list)
        assert got[attr]["multiValued"] == multi, attr
        one = value[0] if multi else value
        subs = {s["name"] for s in got[attr].get("subAttributes", [])}
        if isinstance(one, dict):
            assert set(one) - subs <= {"display", "primary"}, attr


def test_7_nobody_changes_an_immutable_value(tenant):
    id = tenant.create_user("ada")
    other = tenant.create_user("bob")
    group = tenant.create_group("g", [id])
    assert_error(tenant.patch(f"/Groups/{group}", {
        "op": "replace", "path": f'members[value eq "{id}"].value',
        "value": other}), 400, "mutability")
    assert tenant.members(group) == {id}


def test_7_errors_are_of_the_error_schema(tenant):
    assert tenant.get("/Users/nobody").json()["schemas"] == [ERROR]
