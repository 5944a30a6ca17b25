"""docs/profiles.md: tenants of several profiles in one nginx, and what becomes
of a profile when another one takes its place."""

import json

from scim_client import GROUP
from scim_profile import PROFILES, apply
from scim_server import REPO

NAMES = sorted(path.stem for path in PROFILES.glob("*.json"))


def settings(name):
    return json.loads((PROFILES / f"{name}.json").read_text())["settings"]


def test_each_has_both_forms_and_a_place_in_the_docs():
    assert NAMES == sorted(path.stem for path in PROFILES.glob("*.conf"))
    docs = (REPO / "docs" / "profiles.md").read_text()
    for name in NAMES:
        assert f"| `{name}` |" in docs


def test_all_name_the_same_settings():
    """So that one takes the place of another."""
    for name in NAMES:
        assert settings(name).keys() == settings(NAMES[0]).keys(), name


def test_one_takes_the_place_of_another(server, tenant):
    path = f"/tenants/{tenant.tenant}"
    own = {"breaker": {"count": 50}}
    server.admin.patch(path, json={"settings": own}).raise_for_status()
    for name in NAMES + NAMES[:1]:
        wanted = {k: v for k, v in settings(name).items() if v is not None}
        assert apply(server, tenant.tenant, name) == {**own, **wanted}


def test_side_by_side(server):
    """Each tenant has its own rules, and one has none."""
    tenants = {name: server.new_tenant() for name in NAMES}
    for name, tenant in tenants.items():
        apply(server, tenant.tenant, name)
    tenants["none"] = server.new_tenant()
    user = {"userName": "ada", "name": {"givenName": "A", "familyName": "B"}}
    team = {"schemas": [GROUP], "displayName": "Two words"}
    done = {}
    for name, tenant in tenants.items():
        made = tenant.post("/Users", user)
        done[name] = (made.status_code, made.json().get("displayName"),
                      tenant.post("/Groups", team).status_code)
    assert done == {
        "terratrue": (201, "A B", 201),
        "terratrue-onelogin": (201, "A B", 404),
        "truefoundry": (201, None, 400),
        "truu-total": (400, None, 201),
        "none": (201, None, 201),
    }
