"""A setting of a tenant counts from the moment it is answered, whichever
worker a request comes to."""

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from scim_client import USER


def set_to(server, tenant, **settings):
    answer = server.admin.patch(
        f"/tenants/{tenant.tenant}", json={"settings": settings}
    )
    assert answer.status_code == 200, answer.text


def fresh(tenant, method, path, body=None):
    """The status, over a connection of its own, which any worker may take."""
    url = urlsplit(tenant.base)
    http = HTTPConnection(url.hostname, url.port, timeout=30)
    http.request(method, url.path + path,
                 None if body is None else json.dumps(body),
                 {"Authorization": f"Bearer {tenant.token}",
                  "Content-Type": "application/scim+json",
                  "Connection": "close"})
    answer = http.getresponse()
    answer.read()
    return answer.status


@pytest.mark.parametrize("groups,status", [(False, 404), (True, 200)] * 2)
def test_reads_at_once(server, tenant, groups, status):
    assert len(server.workers()) > 1

    # all workers have served the tenant as it was
    set_to(server, tenant, groups=not groups)
    for _ in range(20):
        assert fresh(tenant, "GET", "/Groups")!= status

    set_to(server, tenant, groups=groups)
    got = [fresh(tenant, "GET", "/Groups") for _ in range(100)]
    assert got == [status] * 100


def test_writes_at_once(server, tenant):
    for n, unknown in enumerate(["refuse", "ignore", "refuse", "ignore"]):
        set_to(server, tenant, unknownAttributes=unknown)
        got = {
            fresh(tenant, "POST", "/Users", {
                "schemas": [USER], "userName": f"u{n}-{i}", "shoeSize": 44,
            })
            for i in range(100)
        }
        assert got == {400 if unknown == "refuse" else 201}


def test_settings_stay_with_their_tenant(server, tenant):
    other = server.new_tenant()
    set_to(server, tenant, groups=False)
    for _ in range(20):
        assert fresh(tenant, "GET", "/Groups") == 404
        assert fresh(other, "GET", "/Groups") == 200


def test_a_new_tenant_of_the_name_has_none(server):
    tenant = server.new_tenant()
    set_to(server, tenant, groups=False)
    assert fresh(tenant, "GET", "/Groups") == 404

    server.admin.delete(f"/tenants/{tenant.tenant}").raise_for_status()
    server.admin.post("/tenants",
                      json={"name": tenant.tenant}).raise_for_status()
    tenant.token = server.new_token(tenant.tenant)
    for _ in range(20):
        assert fresh(tenant, "GET", "/Groups") == 200
