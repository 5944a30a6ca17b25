"""docs/admin-api.md: its examples, played in their order; and that it has one
for each call there is."""

import pathlib
import re
import time

import httpx
import pytest

from scim_page import FENCE, Known, examples, pattern

REPO = pathlib.Path(__file__).parents[2]
PAGE = (REPO / "docs" / "admin-api.md").read_text()
EXAMPLES = list(examples(PAGE))

# The page's server.
SITE = "https://scim.example.com"
LINES = "application/x-ndjson"


# --- every call has its example ----------------------------------------------


def shape(path):
    """/tenants/*/tokens, of a path of the table, the source or an example."""
    return re.sub(r"\{[^}]*\}", "*", path.replace("\\|", "|").split("?")[0])


def table():
    """Calls as the page lists them: ("GET", "/tenants/*")."""
    rows = re.findall(r"^\| `(/[^`]*)` \| ([A-Z, ]+) \|", PAGE, re.M)
    assert rows
    return {(method, shape(path))
            for path, methods in rows for method in methods.split(", ")}


def routes():
    """The same of the source, HEAD going without saying."""
    source = (REPO / "src/op/scim_op_admin.c").read_text()
    [body] = re.findall(r"\} routes\[\] = \{\n(.*?)^\};", source, re.M | re.S)
    rows = re.findall(r'\{ (\{ SCIM_STR.*?\}),\s*"([A-Z, ]+)"', body, re.S)
    assert len(rows) == body.count("{ { SCIM_STR")
    for path, methods in rows:
        path = "/" + "/".join(re.findall(r'SCIM_STR\("([^"]*)"\)', path))
        for method in set(methods.split(", ")) - {"HEAD"}:
            yield method, path


def matches(shape, path):
    return re.fullmatch(re.escape(shape).replace(r"\*", "[^/]+"), path)


def test_the_table_lists_every_call():
    assert table() == set(routes())


@pytest.mark.parametrize("method, path", sorted(table()))
def test_every_call_has_an_example(method, path):
    # of all paths that fit, the one with the fewest stars is meant
    meant = [min((p for m, p in table() if m == method
                  and matches(p, call.split("?")[0])),
                 key=lambda p: p.count("*"), default=None)
             for verb, call in (e.request.line for e in EXAMPLES)
             if verb == method]
    assert path in meant


def test_every_setting_is_listed():
    source = (REPO / "src/scim/scim_policy_parse.c").read_text()
    [body] = re.findall(r"\ball\[\] = \{\n(.*?)^\};", source, re.M | re.S)
    names = set(re.findall(r'SCIM_STR\("(\w+)"\)', body))
    assert names
    assert names <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M))


def test_examples_have_one_form():
    """None that is not played."""
    rest = FENCE.sub("", PAGE)
    assert not re.findall(
        r"^ +(?:GET|POST|PUT|PATCH|DELETE) \S.*", rest, re.M)


# --- the examples ------------------------------------------------------------


@pytest.fixture(scope="module")
def known(server):
    url = server.env["SCIM_ADMIN_URL"]
    assert url.endswith("/admin")
    return Known(SITE, url[:-len("/admin")])


def send(server, known, request):
    """Paths are the admin API's; whole URLs go without its password."""
    method, path = map(known.fill, request.line)
    headers = {name: known.fill(value)
               for name, value in request.headers.items()}
    body = known.fill(request.body)
    if body:
        headers.setdefault("content-type", "application/json")
    client = (httpx.Client(verify=False) if path.startswith("http")
              else server.admin)
    return client.request(method, path, content=body or None, headers=headers)


def is_it(known, answer, wanted):
    lines = answer.headers.get("content-type", "").startswith(LINES)
    return (str(answer.status_code) == wanted.line[0]
            and all(known.same(value, answer.headers.get(name))
                    for name, value in wanted.headers.items())
            and known.same_body(wanted.body, answer.text, lines))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_example(server, known, example):
    """What is written after an answer (failures, the last use of a token) may
    take a moment."""
    request, wanted = example.request, example.answer
    end = time.monotonic() + 10
    while True:
        before = dict(known.values)
        answer = send(server, known, request)
        if is_it(known, answer, wanted):
            return
        if request.line[0] != "GET" or time.monotonic() > end:
            break
        known.values = before
        time.sleep(0.05)
    pytest.fail(f"docs/admin-api.md line {example.number}\n"
                f"wanted {wanted.line[0]} {wanted.headers}\n{wanted.body}\n"
                f"got {answer.status_code} {dict(answer.headers)}\n"
                f"{answer.text}", pytrace=False)


# --- that an example can fail ------------------------------------------------


@pytest.mark.parametrize("wanted, got, same", [
    ('{"a":1}', {"a": 1}, True),
    ('{"a":1}', {"a": True}, False),
    ('{"a":1}', {"a": 1, "b": 2}, False),
    ('{"a":1,…}', {"a": 1, "b": 2}, True),
    ('{"a":1,…}', {"b": 2}, False),
    ('{"a":{…},"b":[…]}', {"a": {"c": 1}, "b": [1, 2]}, True),
    ('[1,…,3]', [1, 2, 3], True),
    ('[1,…,3]', [1, 2], False),
    ('[1,…]', [], False),
    ('"scim…n"', "scim and so on", True),
    ('"scim…n"', "scim and so", False),
    ('"…"', None, True),
    ('"2026-01-31T10:00:00.000Z"', "2027-05-01T01:02:03.456Z", True),
    ('"2026-01-31T10:00:00.000Z"', "2027-05-01T01:02:03Z", False),
    ('"2099-01-31T10:00:00.000Z"', "2027-05-01T01:02:03.456Z", False),
    ('["9f86d081884c7d65","9f86d081884c7d65"]', ["0" * 16, "0" * 16], True),
    ('["9f86d081884c7d65","9f86d081884c7d65"]', ["0" * 16, "1" * 16], False),
    ('["9f86d081884c7d65","4a44dc15364204a8"]', ["0" * 16, "0" * 16], False),
    ('"https://scim.example.com/x"', "http://127.0.0.1:1/x", True),
])
def test_what_is_the_same(wanted, got, same):
    known = Known(SITE, "http://127.0.0.1:1")
    known.fill('{"expires":"2099-01-31T10:00:00Z"}')
    assert known.same(pattern(wanted), got) is same
