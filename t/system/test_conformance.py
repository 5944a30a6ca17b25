"""scim2-tester, a stranger's reading of RFC 7643 and 7644, finds no fault.

It reads the discovery endpoints and from them derives what to create, query,
replace, patch and delete: each attribute of each resource.
"""

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

# What it reports though we do it on purpose: title, a part of the reason, why.
DEVIATIONS = [
    ("check_add_attribute", "Attribute 'members' was not added",
     "we say what a member is called (display); it expects what it sent"),
    ("check_replace_attribute", "Attribute 'members' was not replaced",
     "as above"),
]

# What it leaves out, and why.
SKIPPED = [
]


def known(result, table):
    return any(result.title == title and part in str(result.reason)
               for title, part, _ in table)


def test_scim2_tester(tenant):
    http = httpx2.Client(
        base_url=tenant.base,
        headers={"Authorization": f"Bearer {tenant.token}"}, timeout=30)
    results = check_server(SyncSCIMClient(http))
    passed = [r for r in results if r.status in (
        Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE)]
    failed = [r for r in results if r.status in (
        Status.ERROR, Status.CRITICAL, Status.DEVIATION)]
    others = [r for r in results if r not in passed and r not in failed]
    unknown = [f"{r.status.name} {r.title}: {r.reason}"
               for r in failed if not known(r, DEVIATIONS)]
    unknown += [f"{r.status.name} {r.title}: {r.reason}"
                for r in others if not known(r, SKIPPED)]
    assert not unknown, "\n".join(unknown)
    # The list above says no more than is so.
    for row in DEVIATIONS:
        assert any(known(r, [row]) for r in failed), row[0]
    assert len(passed) > 100
