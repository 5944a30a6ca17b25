"""Profiles of conf/profiles, each in its two forms: a file that nginx includes
for all its tenants, and the settings of one tenant."""

from scim_server import REPO, wait_until

PROFILES = REPO / "conf" / "profiles"


class Profile:
    def __init__(self, server, name, included):
        self.server = server
        self.name = name
        self.included = included

    def tenant(self, kind):
        """A fresh tenant with a token, as `kind` of client."""
        client = self.server.new_tenant(kind)
        if not self.included:
            apply(self.server, client.tenant, self.name)
        return client

    def admin(self, client):
        return Administrator(self.server, client.tenant)

    def again(self, client, token):
        """The same identity provider with another token."""
        return type(client)(client.base, token, client.tenant)


def apply(server, tenant, name):
    answer = server.admin.patch(
        f"/tenants/{tenant}", content=(PROFILES / f"{name}.json").read_bytes(),
        headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    return answer.json()["settings"]


class Administrator:
    """Somebody signed in to the admin API, and one tenant."""

    def __init__(self, server, tenant):
        self.http = server.admin
        self.name = server.env["SCIM_ADMIN_USER"]
        self.tenant = f"/tenants/{tenant}"

    def ask(self, method, path, status=200, **kw):
        answer = self.http.request(method, self.tenant + path, **kw)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def scim(self, method, path, body=None, status=200):
        return self.ask(method, f"/scim/v2{path}", status, json=body)

    def rename(self, user, name):
        return self.scim("PATCH", f"/Users/{user}", {"Operations": [
            {"op": "replace", "path": "displayName", "value": name}]})

    def group(self, name):
        [row] = self.scim(
            "GET", f'/Groups?filter=displayName+eq+"{name}"')["Resources"]
        return row

    def switch(self, on):
        self.ask("PATCH", "", json={"enabled": on})

    def new_token(self, **what):
        return self.ask("POST", "/tokens", 201, json=what)

    def history(self, path="", **args):
        return self.ask("GET", f"{path}/history", params=args)["entries"]

    def failures(self):
        """Some; the last one is noted after it was answered."""
        def there():
            return self.ask("GET", "/failures")["failures"]

        assert wait_until(there, 10)
        return there()


def change(entry, path):
    """(old, new) of an attribute in an entry of the history."""
    [found] = [c for c in entry["changes"] if c["path"] == path]
    return found.get("old"), found.get("new")
