"""Examples of a page of docs/, and whether what a server answers is what they
say.

An example is a fenced block of requests and answers in turn:

    ```http
    PATCH /tenants/acme
    {"enabled":false}

    HTTP/1.1 200
    {"name":"acme","enabled":false,…}
    ```

Lines of headers may follow the first line of either.  In an answer `…` stands
for anything: within a string, as an element, for more members, for more lines.
All other values have to be the same, but for those that are made anew each
time (VARYING): the first answer says what the page's value stands for, and
from there on that is sent and expected for it.  Times that were not sent may
be any.
"""

import json
import re
from dataclasses import dataclass, field

FENCE = re.compile(r"^```http\n(.*?)^```$", re.M | re.S)
REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (\S+)")
STATUS = re.compile(r"HTTP/1\.1 (\d{3})")
HEADER = re.compile(r"([A-Za-z-]+): (.+)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

# What is made anew each time: as the page writes it, as it really is.
VARYING = {
    "uuid": (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",) * 2,
    "entry": (r"\b\d{13}-\d+\b",) * 2,
    "token": (r"\b[0-9a-f]{16}\b",) * 2,
    "secret": (r"scim_\w+…", r"scim_[\w-]+"),
}
PLACE = re.compile("|".join(f"(?P<{name}>{form})"
                            for name, (form, _) in VARYING.items()))


@dataclass
class Message:
    """A request, whose `line` is method and path, or an answer: status."""
    line: tuple
    headers: dict
    body: str


@dataclass
class Example:
    request: Message
    answer: Message
    number: int     # of its line in the page

    @property
    def name(self):
        return f"{self.number}: {' '.join(self.request.line)}"


def message(chunk, form):
    first, *lines = chunk.splitlines()
    line = form.fullmatch(first)
    assert line, f"not a request and its answer: {first}"
    headers = {}
    while lines and HEADER.fullmatch(lines[0]):
        name, value = HEADER.fullmatch(lines.pop(0)).groups()
        headers[name.lower()] = value
    return Message(line.groups(), headers, "\n".join(lines))


def examples(page):
    for block in FENCE.finditer(page):
        number = page.count("\n", 0, block.start()) + 2
        chunks = block.group(1).strip("\n").split("\n\n")
        assert len(chunks) % 2 == 0, f"{number}: no answer"
        for asked, told in zip(chunks[::2], chunks[1::2]):
            yield Example(message(asked, REQUEST), message(told, STATUS),
                          number)


def pattern(text):
    """JSON with `…`, as values: alone it is the member or element "…"."""
    open_, out = [], []
    for part in re.findall(r'"(?:[^"\\]|\\.)*"|[^"]', text):
        if part in "{[":
            open_.append(part)
        elif part in "}]":
            open_.pop()
        elif part == "…":
            part = '"…":"…"' if open_[-1:] == ["{"] else '"…"'
        out.append(part)
    return json.loads("".join(out))


@dataclass
class Known:
    """What the page's values stand for."""
    base: str       # the page's beginning of URLs, and the server's
    url: str
    values: dict = field(default_factory=dict)
    sent: set = field(default_factory=set)

    def fill(self, text):
        """A text of a request, to be sent."""
        self.sent |= set(re.findall(r"\d{4}-[\d-]+T[\d:]+", text))
        text = PLACE.sub(lambda m: self.values.get(m.group(), m.group()), text)
        assert "…" not in text, f"what is that? {text}"
        return text.replace(self.base, self.url)

    def same_text(self, wanted, got):
        if not isinstance(got, str):
            return False
        if TIME.fullmatch(wanted) and wanted[:19] not in self.sent:
            return bool(TIME.fullmatch(got))
        names, at, form = [], 0, ""
        wanted = wanted.replace(self.base, self.url)
        for place in PLACE.finditer(wanted):
            form += self.rest(wanted[at:place.start()])
            at, name = place.end(), place.group()
            if name in self.values:
                form += re.escape(self.values[name])
            else:
                names.append(name)
                form += f"({VARYING[place.lastgroup][1]})"
        match = re.fullmatch(form + self.rest(wanted[at:]), got, re.S)
        return bool(match) and all(map(self.learn, names, match.groups()))

    @staticmethod
    def rest(text):
        return ".*".join(map(re.escape, text.split("…")))

    def learn(self, name, value):
        """Two of the page are two of the server."""
        if value in self.values.values():
            return self.values.get(name) == value
        self.values[name] = value
        return True

    def same(self, wanted, got):
        if wanted == "…":
            return True
        if isinstance(wanted, str):
            return self.same_text(wanted, got)
        if isinstance(wanted, dict):
            return isinstance(got, dict) and self.same_members(wanted, got)
        if isinstance(wanted, list):
            return isinstance(got, list) and self.same_elements(wanted, got)
        return type(wanted) is type(got) and wanted == got

    def same_members(self, wanted, got):
        names = set(wanted) - {"…"}
        return (names <= set(got) and (names == set(got) or "…" in wanted)
                and all(self.same(wanted[name], got[name]) for name in wanted
                        if name != "…"))

    def same_elements(self, wanted, got):
        """`…` is any number of elements."""
        if "…" not in wanted:
            return (len(wanted) == len(got)
                    and all(map(self.same, wanted, got)))
        at = wanted.index("…")
        after = len(wanted) - at - 1
        return (len(got) >= at + after
                and self.same_elements(wanted[:at], got[:at])
                and self.same_elements(wanted[at + 1:],
                                       got[len(got) - after:]))

    def same_body(self, wanted, got, lines):
        """`lines`: an object on each."""
        if not wanted or not got:
            return wanted == got
        if not lines:
            return self.same(pattern(wanted), json.loads(got))
        return self.same(pattern(f"[{','.join(wanted.splitlines())}]"),
                         [json.loads(line) for line in got.splitlines()])
