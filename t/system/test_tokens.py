"""When tokens end: on every worker within a second, and to the moment where a
worker remembers them."""

import time
from datetime import datetime, timedelta, timezone

import httpx

# What a worker may go on trusting (scim_token_cache), and what a busy machine
# may add.
TRUST = 1.0
SLACK = 0.25


class Gate:
    """Requests that come to each of the workers: a connection each time."""

    def __init__(self, server, token):
        self.url = server.env["SCIM_BASE_URL"] + "/Users?count=0"
        self.headers = {"Authorization": f"Bearer {token}"}

    def status(self):
        return httpx.get(self.url, headers=self.headers,
                         verify=False).status_code

    def opens(self, times=30):
        return {self.status() for _ in range(times)} == {200}

    def refuses_after(self, end):
        """Asked all the time, it opens until it no longer does, which is
        before `end` on all workers."""
        while time.time() < end:
            assert self.status() in (200, 401)
        return {self.status() for _ in range(30)} == {401}


def made(server, tenant, **what):
    answer = server.admin.post(f"/tenants/{tenant}/tokens", json=what)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_revoked_token_stops_within_a_second(server, tenant):
    token = made(server, tenant.tenant)
    gate = Gate(server, token["token"])
    assert gate.opens()
    server.admin.delete(
        f"/tenants/{tenant.tenant}/tokens/{token['id']}").raise_for_status()
    assert gate.refuses_after(time.time() + TRUST + SLACK)


def test_a_replaced_token_stops_within_a_second(server, tenant):
    old = Gate(server, made(server, tenant.tenant)["token"])
    assert old.opens()
    new = Gate(server, made(server, tenant.tenant, replace=True)["token"])
    assert old.refuses_after(time.time() + TRUST + SLACK)
    assert new.opens()


def test_a_rotated_token_stops_when_its_time_has_come(server, tenant):
    token = made(server, tenant.tenant)
    old = Gate(server, token["token"])
    assert old.opens()
    answer = server.admin.post(
        f"/tenants/{tenant.tenant}/tokens/{token['id']}/rotate",
        json={"overlap": 1})
    assert answer.status_code == 201, answer.text
    assert old.refuses_after(time.time() + 1 + SLACK)
    assert Gate(server, answer.json()["token"]).opens()


def test_an_expired_token_is_not_remembered(server, tenant):
    """Without the expiry being looked at, each worker would go on trusting for
    up to a second more."""
    end = datetime.now(timezone.utc) + timedelta(seconds=4)
    gate = Gate(server, made(server, tenant.tenant,
                             expires=end.isoformat())["token"])
    assert gate.opens(times=10)
    assert gate.refuses_after(end.timestamp() + 0.05)
