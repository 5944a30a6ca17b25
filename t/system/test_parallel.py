"""Many writers at once, over both workers: nothing is lost, nothing is there
twice.  Each writer has a connection of its own."""

import threading
from collections import Counter

import pytest

from scim_client import (
    ENT, GROUP, USER, Client, assert_error, assert_list, percent,
)


def together(client, *jobs):
    """Runs each job with a client of its own, all at the same time.

    The connections are made first, one after the other, of which a worker
    takes 16 in a row at most; and a barrier lets all go at once."""
    start = threading.Barrier(len(jobs))
    answers = [None] * len(jobs)

    def run(n, job, own):
        start.wait()
        answers[n] = job(own)
        own.http.close()

    def connected():
        own = Client(client.base, client.token, client.tenant)
        own.get("/ServiceProviderConfig")
        return own

    threads = [threading.Thread(target=run, args=(n, job, connected()))
               for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def statuses(answers):
    return Counter(a.status_code for a in answers)


def version(client, path):
    return int(client.get(path).json()["meta"]["version"].split('"')[1])


def add_member(group, id):
    return lambda c: c.patch(f"/Groups/{group}", {
        "op": "add", "path": "members", "value": [{"value": id}]})


def remove_member(group, id):
    return lambda c: c.patch(f"/Groups/{group}", {
        "op": "remove", "path": f'members[value eq "{id}"]'})


def test_two_workers_serve(server, tenant):
    """What follows would prove less if one worker did it all."""
    assert len(server.workers()) == 2

    def busy(pid):
        fields = open(f"/proc/{pid}/io").read().split()
        return int(fields[fields.index("syscw:") + 1])

    before = {pid: busy(pid) for pid in server.workers()}
    together(tenant, *[
        lambda c: [c.get("/Users?count=0") for _ in range(20)]] * 40)
    assert all(busy(pid) > n for pid, n in before.items())


def test_parallel_members(tenant):
    ids = [tenant.create_user(f"u{n}") for n in range(50)]
    group = tenant.create_group("Staff")
    answers = together(tenant, *[add_member(group, id) for id in ids])
    assert statuses(answers) == {204: 50}
    assert tenant.members(group) == set(ids)
    # Each change is a version; one more for the creation.
    assert version(tenant, f"/Groups/{group}") == 51
    for id in ids:
        [row] = tenant.get(f"/Users/{id}").json()["groups"]
        assert row["value"] == group


def test_parallel_members_come_and_go(tenant):
    ids = [tenant.create_user(f"u{n}") for n in range(40)]
    group = tenant.create_group("Staff", ids[:20])
    answers = together(
        tenant,
        *[remove_member(group, id) for id in ids[:20]],
        *[add_member(group, id) for id in ids[20:]])
    assert statuses(answers) == {204: 40}
    assert tenant.members(group) == set(ids[20:])
    assert version(tenant, f"/Groups/{group}") == 41


def test_the_same_member_from_all_sides(tenant):
    id, group = tenant.create_user("ada"), tenant.create_group("Staff")
    answers = together(tenant, *[add_member(group, id)] * 20)
    assert statuses(answers) == {204: 20}
    assert tenant.members(group) == {id}
    assert version(tenant, f"/Groups/{group}") == 2


def test_parallel_creates_of_one_name(tenant):
    def create(n):
        name = "Ada@Example.com" if n % 2 else "ada@example.com"
        return lambda c: c.post("/Users", {
            "schemas": [USER], "userName": name, "externalId": str(n)})

    answers = together(tenant, *[create(n) for n in range(30)])
    assert statuses(answers) == {201: 1, 409: 29}
    for answer in answers:
        if answer.status_code == 409:
            assert_error(answer, 409, "uniqueness")
        else:
            created = answer.json()
    [row] = assert_list(tenant.get("/Users"), 1)
    assert row == created
    # Those that were refused left nothing in any index.
    for n in range(30):
        assert_list(tenant.get("/Users?" + percent(f'externalId eq "{n}"')),
                    int(str(n) == created["externalId"]))


def test_parallel_creates_of_one_group(tenant):
    answers = together(tenant, *[
        lambda c: c.post("/Groups", {
            "schemas": [GROUP], "displayName": "Staff"})] * 20)
    assert statuses(answers) == {201: 1, 409: 19}
    assert_list(tenant.get("/Groups"), 1)


def test_parallel_renames_to_one_name(tenant):
    ids = [tenant.create_user(f"u{n}") for n in range(20)]
    answers = together(tenant, *[
        (lambda id: lambda c: c.patch(f"/Users/{id}", {
            "op": "replace", "path": "userName", "value": "ada"}))(id)
        for id in ids])
    assert statuses(answers) == {200: 1, 409: 19}
    assert_list(tenant.get("/Users?" + percent('userName eq "ada"')), 1)
    assert_list(tenant.get("/Users"), 20)


def test_parallel_attributes_of_one_user(tenant):
    """Each reads, changes and writes: a conflict starts again from the read."""
    id = tenant.create_user("ada")
    changes = {
        "displayName": "d", "title": "t", "nickName": "n", "locale": "en",
        "userType": "u", "preferredLanguage": "en", "externalId": "e",
        "name.givenName": "g", "name.familyName": "f",
        "name.honorificPrefix": "p", f"{ENT}:department": "dep",
        f"{ENT}:costCenter": "c", f"{ENT}:division": "div",
        f"{ENT}:organization": "o", f"{ENT}:employeeNumber": "1",
        'emails[type eq "work"].value': "w@example.com",
        'emails[type eq "home"].value': "h@example.com",
        'phoneNumbers[type eq "mobile"].value': "+1",
        'phoneNumbers[type eq "work"].value': "+2",
        "timezone": "Europe/Berlin",
    }
    answers = together(tenant, *[
        (lambda path, value: lambda c: c.patch(f"/Users/{id}", {
            "op": "add", "path": path, "value": value}))(*item)
        for item in changes.items()])
    assert statuses(answers) == {200: len(changes)}
    for path, value in changes.items():
        assert_list(tenant.get(
            "/Users?" + percent(f'{path} eq "{value}"')), 1)
    assert version(tenant, f"/Users/{id}") == 1 + len(changes)


def test_if_match_lets_one_through(tenant):
    id = tenant.create_user("ada")
    etag = tenant.get(f"/Users/{id}").headers["etag"]
    answers = together(tenant, *[
        (lambda n: lambda c: c.patch(f"/Users/{id}", {
            "op": "replace", "path": "title", "value": str(n)},
            headers={"If-Match": etag}))(n) for n in range(20)])
    assert statuses(answers) == {200: 1, 412: 19}
    assert version(tenant, f"/Users/{id}") == 2


@pytest.mark.parametrize("kind", ["/Users", "/Groups"])
def test_parallel_deletes_of_one(tenant, kind):
    id = (tenant.create_user if kind == "/Users" else tenant.create_group)("a")
    answers = together(tenant, *[lambda c: c.delete(f"{kind}/{id}")] * 20)
    assert statuses(answers) == {204: 1, 404: 19}
    assert_list(tenant.get(kind), 0)


def test_users_are_deleted_while_they_are_added(tenant):
    """Whatever comes first: no group keeps a member that is not there."""
    ids = [tenant.create_user(f"u{n}") for n in range(25)]
    group = tenant.create_group("Staff")
    answers = together(
        tenant,
        *[add_member(group, id) for id in ids],
        *[(lambda id: lambda c: c.delete(f"/Users/{id}"))(id) for id in ids])
    assert statuses(answers[25:]) == {204: 25}
    assert statuses(answers[:25]).keys() <= {204, 400}
    for answer in answers[:25]:
        if answer.status_code == 400:
            assert_error(answer, 400, "invalidValue")
    assert tenant.members(group) == set()
    assert_list(tenant.get("/Users"), 0)


def test_a_group_is_deleted_while_members_come(tenant):
    ids = [tenant.create_user(f"u{n}") for n in range(25)]
    group = tenant.create_group("Staff")
    answers = together(
        tenant, *[add_member(group, id) for id in ids],
        lambda c: c.delete(f"/Groups/{group}"))
    assert answers[-1].status_code == 204
    assert statuses(answers[:-1]).keys() <= {204, 404}
    assert_error(tenant.get(f"/Groups/{group}"), 404)
    for id in ids:
        assert "groups" not in tenant.get(f"/Users/{id}").json()
