"""RFC 7644, the protocol, section by section: what it asks of a service
provider, asked of ours.  docs/conformance.md lists each with its test.  PATCH
(3.5.2) has a file of its own."""

import json
import time
from urllib.parse import quote

import pytest

from scim_client import (
    ENT, GROUP, LIST, PATCH, USER, assert_error, assert_list,
)

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"


def user(user_name="ada", /, **more):
    return {"schemas": [USER], "userName": user_name, **more}


def find(client, expression, path="/Users", more=""):
    return client.get(f"{path}?filter={quote(expression, safe='')}{more}")


def names(client, expression, path="/Users", more=""):
    answer = find(client, expression, path, more)
    assert answer.status_code == 200, answer.text
    key = "userName" if path == "/Users" else "displayName"
    return [r[key] for r in answer.json().get("Resources", [])]


def made(client, body, path="/Users", **kw):
    answer = client.post(path, body, **kw)
    assert answer.status_code == 201, answer.text
    return answer.json()


# 2 and 3.1  Authentication, media types, requests


def test_2_no_token(tenant):
    answer = tenant.send("GET", "/Users", headers={"Authorization": ""})
    assert_error(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("what", ["Bearer", "Bearer x", "Basic YTpi",
                                  "Bearer a b", "Token x"])
def test_2_a_wrong_token(tenant, what):
    assert_error(
        tenant.send("GET", "/Users", headers={"Authorization": what}), 401)


@pytest.mark.parametrize("kind", ["application/scim+json",
                                  "application/json",
                                  "application/scim+json; charset=utf-8"])
def test_3_1_media_types_of_requests(tenant, kind):
    made(tenant, user(), headers={"Content-Type": kind})


@pytest.mark.parametrize("kind", ["text/plain", "application/xml",
                                  "application/x-www-form-urlencoded"])
def test_3_1_other_media_types(tenant, kind):
    assert_error(tenant.post("/Users", user(),
                             headers={"Content-Type": kind}), 415)


def test_3_8_answers_are_scim_json(tenant):
    tenant.create_user("zoë")
    for accept in ("application/scim+json", "application/json", "*/*"):
        answer = tenant.get("/Users", headers={"Accept": accept})
        assert answer.headers["content-type"].startswith("application/")
        assert "json" in answer.headers["content-type"]
        assert "zoë" in answer.content.decode("utf-8")


def test_3_8_scim_is_the_default(tenant):
    answer = tenant.get("/Users")
    assert answer.headers["content-type"].startswith("application/scim+json")


def test_3_2_unknown_endpoints(tenant):
    assert_error(tenant.get("/Boats"), 404)
    assert_error(tenant.get("/Users/x/y"), 404)


@pytest.mark.parametrize("method,path", [
    ("PUT", "/Users"), ("PATCH", "/Users"), ("DELETE", "/Users"),
    ("POST", "/Users/x"), ("GET", "/Bulk"), ("PUT", "/Users/.search"),
    ("POST", "/Schemas"), ("DELETE", "/ServiceProviderConfig"),
    ("PATCH", "/ResourceTypes"), ("TRACE", "/Users"),
])
def test_3_2_methods_that_are_not_there(tenant, method, path):
    answer = tenant.send(method, path, {} if method != "GET" else None)
    assert_error(answer, 405)


# 3.3  Creating


def test_3_3_created(tenant):
    answer = tenant.post("/Users", user(title="T"))
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == body["meta"]["location"]
    assert body["meta"]["location"].endswith("/Users/" + body["id"])
    assert body["title"] == "T"
    assert tenant.http.get(answer.headers["location"]).json() == body


def test_3_3_read_only_is_ignored(tenant):
    body = made(tenant, user(id="x", groups=[{"value": "y"}],
                             meta={"version": "z"}))
    assert body["id"] != "x"
    assert "groups" not in body
    assert body["meta"]["version"] != "z"


def test_3_3_duplicates_conflict(tenant):
    made(tenant, user())
    assert_error(tenant.post("/Users", user("ADA")), 409, "uniqueness")


def test_3_3_what_was_deleted_does_not_conflict(tenant):
    id = tenant.create_user("ada")
    assert tenant.delete(f"/Users/{id}").status_code == 204
    tenant.create_user("ada")


@pytest.mark.parametrize("body", ["", "{", "[]", "5", "null", '"x"',
                                  '{"userName":"a"} x', "{'userName':'a'}",
                                  '{"userName":"a",}'])
def test_3_3_broken_bodies(tenant, body):
    assert_error(tenant.post("/Users", body), 400, "invalidSyntax")


# 3.4.1  Reading one


def test_3_4_1_reading(tenant):
    id = tenant.create_user("ada")
    answer = tenant.get(f"/Users/{id}")
    assert answer.status_code == 200
    assert answer.json()["id"] == id
    assert_error(tenant.get("/Users/nobody"), 404)
    assert_error(tenant.get(f"/Groups/{id}"), 404)


# 3.4.2  Lists


def test_3_4_2_list_response(tenant):
    body = tenant.get("/Users").json()
    assert body["schemas"] == [LIST]
    assert body["totalResults"] == 0
    for n in "abc":
        tenant.create_user(n)
    resources = assert_list(tenant.get("/Users"), 3)
    assert {r["userName"] for r in resources} == set("abc")


def test_3_4_2_nothing_found_is_200(tenant):
    assert find(tenant, 'userName eq "x"').json()["totalResults"] == 0


def test_3_4_2_a_filter_at_the_root_sees_both_types(tenant):
    tenant.create_user("x", displayName="same")
    tenant.create_group("same")
    answer = tenant.get("/?filter=displayName+eq+%22same%22")
    got = assert_list(answer, 2)
    assert {r["meta"]["resourceType"] for r in got} == {"User", "Group"}


def test_3_4_2_1_an_attribute_that_a_type_has_not_is_without_value(tenant):
    tenant.create_user("x")
    tenant.create_group("g")
    got = assert_list(tenant.get("/?filter=userName+pr"), 1)
    assert got[0]["userName"] == "x"
    by_type = tenant.get('/?filter=meta.resourceType+eq+"Group"')
    assert [r["displayName"] for r in assert_list(by_type, 1)] == ["g"]


# 3.4.2.2  Filters


@pytest.fixture
def people(tenant):
    made(tenant, user(
        "bjensen", active=True, title="Tour Guide", userType="Employee",
        name={"familyName": "O'Malley", "givenName": "B"},
        emails=[{"value": "b@example.com", "type": "work"},
                {"value": "b@home.org", "type": "home"}],
        ims=[{"value": "foo.com", "type": "xmpp"}]))
    made(tenant, user(
        "JSmith", active=False, userType="Intern", externalId="Ext",
        emails=[{"value": "j@other.net", "type": "work"}]))
    made(tenant, {"schemas": [USER, ENT], "userName": "mary", "title": "Boss",
                  "userType": "Employee",
                  "x509Certificates": [{"value": "TWFu"}],
                  ENT: {"department": "Tours", "employeeNumber": "701984"}})
    return tenant


B, J, M = "bjensen", "JSmith", "mary"


@pytest.mark.parametrize("expression,expected", [
    # the RFC's own
    ('userName eq "bjensen"', [B]),
    ('name.familyName co "O\'Malley"', [B]),
    ('userName sw "J"', [J]),
    (f'{USER}:userName sw "J"', [J]),
    ("title pr", [B, M]),
    ('meta.lastModified gt "2011-05-13T04:42:34Z"', [B, J, M]),
    ('meta.lastModified ge "2011-05-13T04:42:34Z"', [B, J, M]),
    ('meta.lastModified lt "2011-05-13T04:42:34Z"', []),
    ('meta.lastModified le "2011-05-13T04:42:34Z"', []),
    ('title pr and userType eq "Employee"', [B, M]),
    ('title pr or userType eq "Intern"', [B, J, M]),
    (f'schemas eq "{ENT}"', [M]),
    ('userType eq "Employee" and (emails co "example.com" or '
     'emails.value co "example.org")', [B]),
    ('userType ne "Employee" and not (emails co "example.com" or '
     'emails.value co "example.org")', [J]),
    ('userType eq "Employee" and (emails.type eq "work")', [B]),
    ('userType eq "Employee" and emails[type eq "work" and '
     'value co "@example.com"]', [B]),
    ('emails[type eq "work" and value co "@example.com"] or '
     'ims[type eq "xmpp" and value co "@foo.com"]', [B]),
    # each operator
    ('userName ne "mary"', [B, J]),
    ('userName co "e"', [B]),
    ('userName ew "H"', [J]),
    ('userName gt "jsmith"', [M]),
    ('userName ge "jsmith"', [J, M]),
    ('userName lt "jsmith"', [B]),
    ('userName le "jsmith"', [B, J]),
    # caseExact and names
    ('USERNAME EQ "BJENSEN"', [B]),
    ('externalId eq "ext"', []),
    ('externalId eq "Ext"', [J]),
    ('x509Certificates.value eq "TWFu"', [M]),
    ('x509Certificates.value eq "tWFU"', []),
    # booleans, absence
    ("active eq true", [B]),
    ("active eq false", [J]),
    ("active pr", [B, J]),
    ("not (active pr)", [M]),
    ("title eq null", [J]),
    ('title ne "Boss"', [B, J]),
    ("emails pr", [B, J]),
    ("name pr", [B]),
    ("nickName pr", []),
    # precedence: not, then and, then or
    ('title pr or userType eq "Intern" and active eq true', [B, M]),
    ('(title pr or userType eq "Intern") and active eq true', [B]),
    ('not (title pr) and userType eq "Intern"', [J]),
    # several terms must hold for one value
    ('emails[type eq "home" and value co "example"]', []),
    ('emails.type eq "home" and emails.value co "example"', [B]),
    ('emails[type eq "work" or (type eq "home" and value ew "org")]', [B, J]),
    ('emails[not (type eq "work")]', [B]),
    # extensions
    (f'{ENT}:department eq "tours"', [M]),
    (f'{ENT}:employeeNumber pr', [M]),
    (f'{ENT.upper()}:DEPARTMENT sw "T"', [M]),
    ('meta.resourceType eq "User"', [B, J, M]),
])
def test_3_4_2_2_filters(people, expression, expected):
    assert sorted(names(people, expression)) == sorted(expected)


def test_3_4_2_2_dates_are_instants(tenant):
    made(tenant, user())
    stamp = tenant.get("/Users").json()["Resources"][0]["meta"]["created"]
    assert stamp.endswith("Z")
    hour = int(stamp[11:13])
    later = stamp[:11] + f"{(hour + 1) % 24:02d}" + stamp[13:-1] + "+01:00"
    if hour < 23:
        assert names(tenant, f'meta.created eq "{later}"') == ["ada"]
    longer = stamp[:-1] + "000Z"
    assert names(tenant, f'meta.created eq "{longer}"') == ["ada"]
    assert names(tenant, f'meta.created gt "{longer}"') == []


@pytest.mark.parametrize("expression", [
    "userName", "userName eq", 'userName xx "a"', 'eq "a"', 'userName eq "a',
    'userName eq "a" and', 'userName eq "a" userName eq "b"', "()",
    '(userName eq "a"', 'userName eq "a")', 'not userName eq "a"',
    'emails[type eq "work"', "emails[]", "emails[type]", 'boat eq "a"',
    'name.boat eq "a"', f'{USER}:boat eq "a"', 'urn:x:y:userName eq "a"',
    "active gt true", "active ge true", "active lt false", "active le true",
    'x509Certificates.value gt "TWFu"', 'userName eq "\\q"', "&&", "1 eq 1",
    'meta.created gt "yesterday"', 'emails[name.familyName eq "x"]',
    'userName.value eq "a"', 'userName[value eq "a"]', "pr",
    'userName eq {"a":1}', "userName eq 'a'", 'password eq "x"',
])
def test_3_4_2_2_invalid_filters(tenant, expression):
    assert_error(find(tenant, expression), 400, "invalidFilter")


def test_3_4_2_2_groups_and_members(tenant):
    a, b = tenant.create_user("a"), tenant.create_user("b")
    group = tenant.create_group("g", [a])
    tenant.create_group("h", [b])
    assert names(tenant, f'members.value eq "{a}"', "/Groups") == ["g"]
    assert names(tenant, f'members[value eq "{a}"]', "/Groups") == ["g"]
    assert names(tenant, f'groups.value eq "{group}"') == ["a"]
    assert names(tenant, f'groups[value eq "{group}"]') == ["a"]


# 3.4.2.3  Sorting


@pytest.fixture
def sorted_people(tenant):
    people = [
        user("b", title="2", emails=[
            {"value": "z@x"}, {"value": "a@x", "primary": True}]),
        user("C", title="10", emails=[{"value": "b@x"}]),
        user("a", name={"familyName": "F"}),
    ]
    for person in people:
        made(tenant, person)
        time.sleep(0.005)  # meta.created counts milliseconds: none is shared
    return tenant


@pytest.mark.parametrize("query,expected", [
    ("sortBy=userName", ["a", "b", "C"]),
    ("sortBy=userName&sortOrder=ascending", ["a", "b", "C"]),
    ("sortBy=userName&sortOrder=descending", ["C", "b", "a"]),
    ("sortBy=title", ["C", "b", "a"]),                      # missing last
    ("sortBy=title&sortOrder=descending", ["a", "b", "C"]),  # … or first
    ("sortBy=emails", ["b", "C", "a"]),                     # by the primary
    ("sortBy=emails.value", ["b", "C", "a"]),
    ("sortBy=name.familyName&count=1", ["a"]),
    (f"sortBy={USER}:userName&startIndex=2&count=1", ["b"]),
    ("sortBy=meta.created", ["b", "C", "a"]),
])
def test_3_4_2_3_sorting(sorted_people, query, expected):
    got = sorted_people.get(f"/Users?{query}").json()["Resources"]
    assert [r["userName"] for r in got] == expected


def test_3_4_2_3_sort_is_announced(tenant):
    config = tenant.get("/ServiceProviderConfig").json()
    assert config["sort"]["supported"] is True


# 3.4.2.4  Paging


def test_3_4_2_4_pages(tenant):
    for i in range(7):
        tenant.create_user(f"u{i}")
    seen = []
    for start in (1, 4, 7):
        body = tenant.get(f"/Users?startIndex={start}&count=3").json()
        assert body["totalResults"] == 7
        assert body["startIndex"] == start
        assert body["itemsPerPage"] == len(body["Resources"])
        assert len(body["Resources"]) == (3 if start < 7 else 1)
        seen += [r["userName"] for r in body["Resources"]]
    assert sorted(seen) == [f"u{i}" for i in range(7)]


@pytest.mark.parametrize("query,start,n", [
    ("startIndex=0", 1, 2), ("startIndex=-5", 1, 2), ("startIndex=3", 3, 0),
    ("count=0", 1, 0), ("count=-1", 1, 0), ("count=1", 1, 1),
    ("count=99999999", 1, 2), ("startIndex=2&count=1", 2, 1),
])
def test_3_4_2_4_values_at_the_ends(tenant, query, start, n):
    tenant.create_user("a")
    tenant.create_user("b")
    body = tenant.get(f"/Users?{query}").json()
    assert body["totalResults"] == 2
    assert len(body["Resources"]) == n
    assert body["startIndex"] == start


@pytest.mark.parametrize("query", ["startIndex=x", "startIndex=1.5",
                                   "startIndex=99999999999999999999x"])
def test_3_4_2_4_what_is_no_number(tenant, query):
    assert_error(tenant.get(f"/Users?{query}"), 400, "invalidValue")


# 3.4.2.5 and 3.9  Projection, on everything that returns a resource


def everything(**more):
    return user(name={"givenName": "A", "familyName": "L"}, title="T",
                emails=[{"value": "a@b", "type": "work"}],
                schemas=[USER, ENT],
                **{ENT: {"department": "D", "costCenter": "C"}}, **more)


SHOWN = [
    ("attributes=userName", {"userName": "ada"}),
    ("attributes=USERNAME,title", {"userName": "ada", "title": "T"}),
    ("attributes=name.givenName", {"name": {"givenName": "A"}}),
    ("attributes=name", {"name": {"givenName": "A", "familyName": "L"}}),
    ("attributes=emails.value", {"emails": [{"value": "a@b"}]}),
    (f"attributes={USER}:title", {"title": "T"}),
    (f"attributes={USER}:name.familyName", {"name": {"familyName": "L"}}),
    (f"attributes={ENT}:department", {ENT: {"department": "D"}}),
    (f"attributes={ENT}", {ENT: {"department": "D", "costCenter": "C"}}),
    ("attributes=boat", {}),
    ("attributes=password", {}),
]

HIDDEN = [
    ("excludedAttributes=title", {"title"}),
    ("excludedAttributes=NAME,emails", {"name", "emails"}),
    ("excludedAttributes=id,schemas,title", {"title"}),
    (f"excludedAttributes={ENT}", {ENT}),
    (f"excludedAttributes={USER}:emails", {"emails"}),
    ("excludedAttributes=meta", {"meta"}),
]


def ask(client, how, query):
    """A resource as each method returns it, cut down by the query."""
    at = {"get": "GET", "put": "PUT", "patch": "PATCH"}
    if how == "post":
        return client.post(f"/Users?{query}", everything()).json()
    id = client.post("/Users", everything()).json()["id"]
    if how == "list":
        return client.get(f"/Users?{query}").json()["Resources"][0]
    if how == "root":
        return client.get(f"/?{query}").json()["Resources"][0]
    if how in ("search", "root search"):
        name, _, value = query.partition("=")
        path = "/Users/.search" if how == "search" else "/.search"
        return client.post(path, {
            "schemas": [SEARCH], name: value.split(","),
        }).json()["Resources"][0]
    body = {
        "get": None, "put": everything(),
        "patch": {"schemas": [PATCH], "Operations": [
            {"op": "replace", "path": "nickName", "value": None}]},
    }[how]
    answer = client.send(at[how], f"/Users/{id}?{query}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


HOW = ["get", "post", "put", "patch", "list", "search", "root", "root search"]


@pytest.mark.parametrize("how", HOW)
def test_3_9_attributes(server, how):
    for query, expected in SHOWN:
        got = ask(server.new_tenant(), how, query)
        assert got.pop("id"), query
        assert USER in got.pop("schemas"), query
        assert got == expected, query


@pytest.mark.parametrize("how", HOW)
def test_3_9_excluded_attributes(server, how):
    for query, gone in HIDDEN:
        got = ask(server.new_tenant(), how, query)
        assert got["id"] and got["schemas"], query
        assert got["userName"] == "ada"
        rest = {"title", "name", "emails", ENT, "meta"} - gone
        assert rest <= set(got), query
        assert not gone & set(got), query


@pytest.mark.parametrize("how", HOW)
def test_3_9_parts_are_excluded(server, how):
    got = ask(server.new_tenant(), how,
              f"excludedAttributes=name.givenName,{ENT}:department")
    assert got["name"] == {"familyName": "L"}
    assert got[ENT] == {"costCenter": "C"}


def test_3_9_of_members(tenant):
    id = tenant.create_user("ada")
    group = tenant.create_group("g", [id])
    for query, keys in (
        ("attributes=members", {"id", "schemas", "members"}),
        ("attributes=displayName", {"id", "schemas", "displayName"}),
        ("excludedAttributes=members",
         {"id", "schemas", "displayName", "meta"}),
    ):
        for answer in (
            tenant.get(f"/Groups/{group}?{query}").json(),
            tenant.get(f"/Groups?{query}").json()["Resources"][0],
        ):
            assert set(answer) == keys, query
    got = tenant.get(f"/Groups/{group}?attributes=members.value").json()
    assert got["members"] == [{"value": id}]
    for part in ("display", "$ref", "type"):
        got = tenant.get(f"/Groups/{group}?excludedAttributes=members.{part}")
        member, = got.json()["members"]
        assert part not in member and member["value"] == id


def test_3_9_one_or_the_other(tenant):
    assert_error(tenant.get("/Users?attributes=a&excludedAttributes=b"), 400,
                 "invalidValue")


# 3.4.3  /.search


@pytest.mark.parametrize("path", ["/Users/.search", "/.search"])
def test_3_4_3_search(tenant, path):
    for n in "abc":
        tenant.create_user(n, title=n)
    answer = tenant.post(path, {
        "schemas": [SEARCH], "filter": 'userName ge "b"',
        "attributes": ["userName"], "sortBy": "userName",
        "sortOrder": "descending", "startIndex": 1, "count": 1})
    body = answer.json()
    assert body["schemas"] == [LIST]
    assert body["totalResults"] == 2
    assert body["startIndex"] == 1 and body["itemsPerPage"] == 1
    got, = body["Resources"]
    assert got["userName"] == "c" and "title" not in got


def test_3_4_3_search_finds_what_get_finds(people):
    for expression in ("title pr", 'userName sw "j"', "active eq true"):
        by_get = find(people, expression).json()["Resources"]
        by_post = people.post("/Users/.search", {
            "schemas": [SEARCH], "filter": expression}).json()["Resources"]
        assert by_get == by_post


@pytest.mark.parametrize("body,kind", [
    ({"filter": 5}, None), ({"filter": "x"}, "invalidFilter"),
    ({"count": "many"}, None), ({"attributes": 5}, None), ("[]", None),
    ("{", "invalidSyntax"),
])
def test_3_4_3_bad_searches(tenant, body, kind):
    if isinstance(body, dict):
        body = {"schemas": [SEARCH], **body}
    answer = tenant.post("/Users/.search", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["scimType"] in (
        [kind] if kind else ["invalidSyntax", "invalidValue",
                             "invalidFilter", "invalidCount"])


# 3.5.1  PUT


def test_3_5_1_put_replaces(tenant):
    id = made(tenant, everything(nickName="N"))["id"]
    answer = tenant.put(f"/Users/{id}", user(displayName="D"))
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == id
    assert set(body) == {"schemas", "id", "userName", "displayName", "meta"}
    assert tenant.get(f"/Users/{id}").json() == body


def test_3_5_1_put_makes_nothing(tenant):
    assert_error(tenant.put("/Users/nobody", user()), 404)
    assert_list(tenant.get("/Users"), 0)


def test_3_5_1_put_wants_what_is_required(tenant):
    id = tenant.create_user("ada")
    assert_error(tenant.put(f"/Users/{id}", {"schemas": [USER]}), 400,
                 "invalidValue")
    assert tenant.get(f"/Users/{id}").json()["userName"] == "ada"


def test_3_5_1_put_ignores_read_only(tenant):
    before = made(tenant, user())
    answer = tenant.put(f"/Users/{before['id']}", user(
        id="x", groups=[{"value": "y"}], meta={"created": "2001"}))
    after = answer.json()
    assert answer.status_code == 200
    assert after["id"] == before["id"]
    assert after["meta"]["created"] == before["meta"]["created"]
    assert "groups" not in after


def test_3_5_1_put_keeps_names_apart(tenant):
    tenant.create_user("bob")
    id = tenant.create_user("ada")
    assert_error(tenant.put(f"/Users/{id}", user("BOB")), 409, "uniqueness")


def test_3_5_1_put_of_members(tenant):
    a, b, c = (tenant.create_user(n) for n in "abc")
    group = tenant.create_group("g", [a, b])
    answer = tenant.put(f"/Groups/{group}", {
        "schemas": [GROUP], "displayName": "g",
        "members": [{"value": b}, {"value": c}]})
    assert answer.status_code == 200
    assert tenant.members(group) == {b, c}
    tenant.put(f"/Groups/{group}", {"schemas": [GROUP], "displayName": "g"})
    assert tenant.members(group) == set()


# 3.6  DELETE


def test_3_6_delete(tenant):
    id = tenant.create_user("ada")
    answer = tenant.delete(f"/Users/{id}")
    assert answer.status_code == 204 and answer.content == b""
    assert_error(tenant.get(f"/Users/{id}"), 404)
    assert_error(tenant.delete(f"/Users/{id}"), 404)
    assert_error(tenant.put(f"/Users/{id}", user()), 404)
    assert_error(tenant.patch(f"/Users/{id}", {
        "op": "add", "path": "title", "value": "T"}), 404)
    assert_list(tenant.get("/Users"), 0)


# 3.10  Attribute notation


def test_3_10_urns_in_front_of_names(tenant):
    id = made(tenant, everything())["id"]
    for name in (f"{USER}:name.givenName", f"{USER.upper()}:NAME.GIVENNAME"):
        got = tenant.get(f"/Users/{id}?attributes={name}").json()
        assert got["name"] == {"givenName": "A"}
        assert names(tenant, f'{name} eq "a"') == ["ada"]
        answer = tenant.patch(f"/Users/{id}", {
            "op": "replace", "path": name, "value": "A"})
        assert answer.status_code == 200


# 3.11  /Me


def test_3_11_me_without_a_user_is_501_or_404(tenant):
    assert tenant.get("/Me").status_code in (404, 501)
    assert tenant.get("/Me").json()["status"]


# 3.12  Errors


def test_3_12_status_is_text_and_the_same(tenant):
    tenant.create_user("ada")
    for answer in (
        tenant.get("/Users/x"), tenant.post("/Users", user()),
        tenant.get("/Users?filter=x"), tenant.post("/Users", "{"),
        tenant.send("GET", "/Users", headers={"Authorization": "Bearer x"}),
    ):
        assert answer.json()["status"] == str(answer.status_code)


def test_3_12_too_large(tenant):
    answer = tenant.post("/Users", user(title="x" * 3_000_000))
    assert_error(answer, 413)


# 3.14  Versions


def test_3_14_etags(tenant):
    answer = tenant.post("/Users", user())
    body = answer.json()
    at = f"/Users/{body['id']}"
    tag = answer.headers["etag"]
    assert tag == body["meta"]["version"]
    assert tag.startswith('W/"')
    assert tenant.get(at).headers["etag"] == tag
    same = tenant.get(at, headers={"If-None-Match": tag})
    assert same.status_code == 304 and same.content == b""
    assert tenant.get(at, headers={"If-None-Match": 'W/"x"'}).status_code \
        == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_3_14_if_match(tenant, method):
    answer = tenant.post("/Users", user())
    at = f"/Users/{answer.json()['id']}"
    body = {"PUT": user(title="T"), "DELETE": None, "PATCH": {
        "schemas": [PATCH],
        "Operations": [{"op": "add", "path": "title", "value": "T"}]}}[method]
    for wrong in ('W/"other"', '"x"'):
        assert_error(tenant.send(method, at, body,
                                 headers={"If-Match": wrong}), 412)
    assert "title" not in tenant.get(at).json()
    done = tenant.send(method, at, body,
                       headers={"If-Match": answer.headers["etag"]})
    assert done.status_code in (200, 204)
    if method != "DELETE":
        assert done.headers["etag"] != answer.headers["etag"]


def test_3_14_etag_is_announced(tenant):
    config = tenant.get("/ServiceProviderConfig").json()
    assert config["etag"]["supported"] is True


# 3.7  Bulk: what this file sees of it; the whole is in test_bulk.py


def bulk(client, *operations, **more):
    return client.post("/Bulk", {
        "schemas": [BULK], "Operations": list(operations), **more})


@pytest.fixture
def bulky(tenant):
    config = tenant.get("/ServiceProviderConfig").json()
    if not config["bulk"]["supported"]:
        pytest.skip("bulk is not announced")
    return tenant


def test_3_7_bulk_announced_or_501(tenant):
    config = tenant.get("/ServiceProviderConfig").json()
    answer = bulk(tenant, {"method": "POST", "path": "/Users",
                           "bulkId": "a", "data": user()})
    if config["bulk"]["supported"]:
        assert answer.status_code == 200
        assert answer.json()["schemas"] == [BULK_RESPONSE]
    else:
        assert_error(answer, 501)


def test_3_7_bulk_answers_each(bulky):
    id = bulky.create_user("bob")
    answer = bulk(
        bulky,
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user()},
        {"method": "PUT", "path": f"/Users/{id}", "data": user("bob")},
        {"method": "PATCH", "path": f"/Users/{id}", "data": {
            "schemas": [PATCH],
            "Operations": [{"op": "add", "path": "title", "value": "T"}]}},
        {"method": "DELETE", "path": f"/Users/{id}"},
        {"method": "DELETE", "path": "/Users/nobody"})
    done = answer.json()["Operations"]
    assert [o["status"] for o in done] == ["201", "200", "200", "204", "404"]
    assert done[0]["bulkId"] == "a"
    assert done[0]["location"] and done[0]["version"]
    assert done[1]["location"].endswith(id)
    assert done[4]["response"]["status"] == "404"
    assert done[4]["location"]


def test_3_7_2_bulk_ids(bulky):
    answer = bulk(
        bulky,
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {
            "schemas": [GROUP], "displayName": "g",
            "members": [{"value": "bulkId:u"}]}},
        {"method": "POST", "path": "/Users", "bulkId": "u", "data": user()})
    assert {o["status"] for o in answer.json()["Operations"]} == {"201"}
    id = names_to_ids(bulky)["ada"]
    group = bulky.get("/Groups").json()["Resources"][0]
    assert [m["value"] for m in group["members"]] == [id]


def names_to_ids(client):
    got = client.get("/Users").json()["Resources"]
    return {r["userName"]: r["id"] for r in got}


def test_3_7_3_fail_on_errors(bulky):
    bad = {"method": "DELETE", "path": "/Users/nobody"}
    good = {"method": "POST", "path": "/Users", "bulkId": "a",
            "data": user()}
    answer = bulk(bulky, bad, good, failOnErrors=1)
    assert len(answer.json()["Operations"]) == 1
    assert_list(bulky.get("/Users"), 0)
    assert len(bulk(bulky, bad, good).json()["Operations"]) == 2
    assert_list(bulky.get("/Users"), 1)


def test_3_7_4_bulk_limits(bulky):
    config = bulky.get("/ServiceProviderConfig").json()["bulk"]
    one = {"method": "DELETE", "path": "/Users/nobody"}
    answer = bulk(bulky, *[one] * (config["maxOperations"] + 1))
    assert_error(answer, 413)
    padding = "x" * (config["maxPayloadSize"] + 1)
    answer = bulky.post("/Bulk", json.dumps(
        {"schemas": [BULK], "Operations": [one], "x": padding}))
    assert_error(answer, 413)


# 4  Discovery


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes",
                                  "/Schemas"])
def test_4_discovery(tenant, path):
    assert tenant.get(path).status_code == 200
    assert_error(tenant.get(path + "?filter=id+pr"), 403)
    for query in ("?attributes=id", "?excludedAttributes=id", "?sortBy=id",
                  "?startIndex=5&count=1"):
        assert tenant.get(path + query).json() == tenant.get(path).json()


@pytest.mark.parametrize("path", [f"/Schemas/{USER}", "/ResourceTypes/User"])
def test_4_discovery_of_one(tenant, path):
    assert tenant.get(path).status_code == 200
    assert_error(tenant.get(path + "x"), 404)


def test_4_urls_do_not_depend_on_case(tenant):
    # 7643 2.1 speaks of attribute names; endpoints are as announced.
    assert tenant.get(f"/Schemas/{USER.upper()}").status_code in (200, 404)


# RFC 9865  Cursors


@pytest.fixture
def many(tenant):
    for i in range(7):
        tenant.create_user(f"u{i}", title=str(i % 2))
    return tenant


def walk(client, first, path="/Users"):
    """All pages forward: the names on each."""
    pages, cursor = [], ""
    while True:
        body = client.get(f"{path}?{first}&cursor={quote(cursor)}").json()
        pages.append([r["userName"] for r in body["Resources"]])
        if "nextCursor" not in body:
            return pages
        assert pages[-1], "a page before the last is not empty"
        cursor = body["nextCursor"]


def test_9865_2_pages_forward(many):
    pages = walk(many, "count=3")
    assert [len(p) for p in pages] == [3, 3, 1]
    assert sorted(sum(pages, [])) == [f"u{i}" for i in range(7)]


def test_9865_2_cursor_without_value_is_the_first_page(many):
    for first in ("cursor", "cursor="):
        body = many.get(f"/Users?{first}&count=3").json()
        assert len(body["Resources"]) == 3
        assert body["nextCursor"]
        assert body["totalResults"] == 7
        assert "previousCursor" not in body


def test_9865_2_the_last_page_has_no_next_cursor(many):
    assert "nextCursor" not in many.get("/Users?cursor&count=7").json()
    assert "nextCursor" not in many.get("/Users?cursor").json()


def test_9865_2_cursors_are_safe_in_urls(many):
    cursor = many.get("/Users?cursor&count=1").json()["nextCursor"]
    assert quote(cursor, safe="") == cursor


def test_9865_2_pages_backward(many):
    one = many.get("/Users?cursor&count=3").json()
    two = many.get(f"/Users?count=3&cursor={one['nextCursor']}").json()
    if "previousCursor" not in two:
        pytest.skip("previousCursor is optional")
    back = many.get(f"/Users?count=3&cursor={two['previousCursor']}").json()
    assert back["Resources"] == one["Resources"]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "a" * 5000, "%FF",
                                    "..%2F", "*"])
def test_9865_2_1_invalid_cursors(many, cursor):
    assert_error(many.get(f"/Users?cursor={cursor}"), 400, "invalidCursor")


def test_9865_2_1_a_cursor_of_another_query(many):
    cursor = many.get("/Users?cursor&count=3").json()["nextCursor"]
    for other in ('filter=title+eq+"1"', "sortBy=title"):
        answer = many.get(f"/Users?{other}&count=3&cursor={cursor}")
        assert_error(answer, 400, "invalidCursor")
    assert_error(many.get(f"/Groups?count=3&cursor={cursor}"), 400,
                 "invalidCursor")


@pytest.mark.parametrize("count", ["x", "1.5", "--1"])
def test_9865_2_1_invalid_counts(many, count):
    assert_error(many.get(f"/Users?cursor&count={count}"), 400,
                 "invalidCount")


@pytest.mark.parametrize("count", ["0", "-1"])
def test_9865_2_no_page_but_the_total(many, count):
    body = many.get(f"/Users?cursor&count={count}").json()
    assert body["totalResults"] == 7
    assert not body.get("Resources")


def test_9865_2_2_sorted_pages(many):
    pages = walk(many, "count=2&sortBy=userName&sortOrder=descending")
    assert sum(pages, []) == [f"u{i}" for i in range(6, -1, -1)]


def test_9865_2_pages_with_a_filter(many):
    pages = walk(many, 'count=2&filter=title+eq+"1"')
    assert sorted(sum(pages, [])) == ["u1", "u3", "u5"]


def test_9865_2_3_the_default_is_by_index(many):
    config = many.get("/ServiceProviderConfig").json()["pagination"]
    assert config["cursor"] is True and config["index"] is True
    assert config["defaultPaginationMethod"] == "index"
    assert config["maxPageSize"] > 0
    body = many.get("/Users?count=3").json()
    assert "nextCursor" not in body and body["startIndex"] == 1


def test_9865_3_search_takes_cursors(many):
    ask = {"schemas": [SEARCH], "cursor": "", "count": 4}
    one = many.post("/Users/.search", ask).json()
    ask["cursor"] = one["nextCursor"]
    two = many.post("/Users/.search", ask).json()
    got = {r["id"] for r in one["Resources"] + two["Resources"]}
    assert len(got) == 7 and "nextCursor" not in two


def test_9865_2_pages_while_others_write(many):
    one = many.get("/Users?cursor&count=3").json()
    first = {r["userName"] for r in one["Resources"]}
    gone = one["Resources"][0]["id"]
    many.delete(f"/Users/{gone}")
    many.create_user("new")
    seen = list(first)
    cursor = one["nextCursor"]
    while cursor:
        body = many.get(f"/Users?count=3&cursor={cursor}").json()
        seen += [r["userName"] for r in body["Resources"]]
        cursor = body.get("nextCursor")
    assert len(seen) == len(set(seen))
    assert {f"u{i}" for i in range(7)} <= set(seen)


def test_9865_5_a_cursor_gives_no_access(server, many):
    cursor = many.get("/Users?cursor&count=3").json()["nextCursor"]
    other = server.new_tenant()
    other.create_user("mine")
    answer = other.get(f"/Users?count=3&cursor={cursor}")
    assert "u1" not in answer.text and "u5" not in answer.text
    if answer.status_code == 200:
        assert {r["userName"] for r in answer.json()["Resources"]} <= {"mine"}
    else:
        assert_error(answer, 400, "invalidCursor")
