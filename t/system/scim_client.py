"""A SCIM client with no opinion: sends what it is told, as an identity
provider does, and gives the answer back."""

import json
from urllib.parse import quote, quote_plus

import httpx

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"



def plus(expression):
    """A filter as forms are encoded: Entra ID, OneLogin."""
    return "filter=" + quote_plus(expression)


def percent(expression):
    """A filter with %20 for a blank: Okta and most others."""
    return "filter=" + quote(expression, safe="")


class Client:
    """Subclasses say in `headers` what their identity provider sends."""

    headers = {}

    def __init__(self, base, token, tenant="default"):
        self.base = base
        self.tenant = tenant
        self.token = token
        # No TLS here: whose certificates to trust takes long to read.
        self.http = httpx.Client(
            timeout=30, verify=False,
            headers={"Authorization": f"Bearer {token}", **self.headers},
        )

    def send(self, method, path, body=None, headers=None):
        """`path` goes out as it is written: `+`, `%22` and all."""
        headers = dict(headers or {})
        content = None
        if body is not None:
            content = body if isinstance(body, (str, bytes)) else json.dumps(body)
            headers.setdefault(
                "Content-Type", "application/scim+json; charset=utf-8"
            )
        return self.http.request(
            method, self.base + path, content=content, headers=headers
        )

    def get(self, path, **kw):
        return self.send("GET", path, **kw)

    def post(self, path, body, **kw):
        return self.send("POST", path, body, **kw)

    def put(self, path, body, **kw):
        return self.send("PUT", path, body, **kw)

    def delete(self, path, **kw):
        return self.send("DELETE", path, **kw)

    def patch(self, path, *operations, **kw):
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.send("PATCH", path, body, **kw)

    # What every test needs to get going.

    def create_user(self, user_name, **more):
        answer = self.post(
            "/Users", {"schemas": [USER], "userName": user_name, **more}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def create_group(self, name, members=(), **more):
        body = {"schemas": [GROUP], "displayName": name, **more}
        if members:
            body["members"] = [{"value": id} for id in members]
        answer = self.post("/Groups", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def members(self, group):
        answer = self.get(f"/Groups/{group}")
        assert answer.status_code == 200, answer.text
        return {m["value"] for m in answer.json().get("members", [])}


def assert_error(answer, status, scim_type=None):
    """A SCIM error body, whoever made it: the module or nginx itself."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/scim+json")
    body = answer.json()
    assert body["schemas"] == [ERROR]
    assert body["status"] == str(status)
    assert body["detail"]
    assert body.get("scimType") == scim_type
    return body["detail"]


def assert_list(answer, total):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/scim+json")
    body = answer.json()
    assert body["schemas"] == [LIST]
    assert body["totalResults"] == total
    assert isinstance(body["Resources"], list)
    return body["Resources"]
