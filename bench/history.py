"""What the history costs: writes beside the same ones without it, and Redis'
memory for a user and its entries.

Each measurement has a tenant of its own, that is deleted after it, so that
one does not find what another has left.
"""

import collections
import contextlib
import functools
import itertools
import json
import operator
import statistics

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
USERS = 200         # who are switched off and on
REMEMBERED = 2000   # whose memory is measured
REVISIONS = 20
ITEMS = 500         # of a bulk

# A history that has reached its bound loses an entry with each it gets.
KINDS = {
    ", no history": {"enabled": False},
    "": {},
    ", history full": {"count": 1000},
}

# All keys of a tenant but those that are gone after a minute.
MEMORY = """
local sum, cursor = 0, "0"
repeat
    local page = redis.call("SCAN", cursor, "MATCH", ARGV[1], "COUNT", 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
        if not key:find("}:op:", 1, true) then
            sum = sum + redis.call("MEMORY", "USAGE", key, "SAMPLES", 0)
        end
    end
until cursor == "0"
return sum
"""

numbers = itertools.count(1)


@contextlib.contextmanager
def tenant(bench, history):
    """Its name and a token."""
    name = f"h{next(numbers)}"
    bench.call("POST", "/admin/tenants", {"name": name})
    bench.call("PATCH", f"/admin/tenants/{name}",
               {"settings": {"history": history}})
    token = json.loads(bench.call("POST", f"/admin/tenants/{name}/tokens",
                                  {}))["token"]
    yield name, token
    bench.call("DELETE", f"/admin/tenants/{name}")


def in_bulks(bench, token, operations):
    """Ids of what the operations made or changed."""
    for at in range(0, len(operations), ITEMS):
        answer = json.loads(bench.call("POST", "/scim/v2/Bulk", {
            "schemas": [BULK], "Operations": operations[at:at + ITEMS]},
            token))["Operations"]
        for item in answer:
            assert item["status"] in ("200", "201"), item
            yield item["location"].rsplit("/", 1)[1]


def create(bench, token, body, users):
    return list(in_bulks(bench, token, [
        {"method": "POST", "path": "/Users", "bulkId": str(n),
         "data": body(n)} for n in range(users)]))


def post(bench, token, _body):
    return bench.wrk("/scim/v2/Users", token, "post.lua")


def switch(bench, token, body):
    ids = create(bench, token, body, USERS)
    return bench.wrk("/scim/v2/Users", token, "active.lua",
                     USERS=" ".join(ids))


def member(bench, token, body):
    [id] = create(bench, token, body, 1)
    group = json.loads(bench.call("POST", "/scim/v2/Groups",
                                  {"displayName": "Team"}, token))["id"]
    return bench.wrk(f"/scim/v2/Groups/{group}", token, "patch.lua",
                     MEMBER=id)


WRITES = {"POST user": post, "PATCH active": switch,
          "PATCH one member": member}


class Writes:
    """The CPU time that nginx and Redis spend on each: unlike the rate, it
    hardly depends on who else is at work."""

    def __init__(self, bench, body):
        self.bench, self.body = bench, body
        self.spent = collections.defaultdict(list)

    def targets(self):
        """What measures each write, by its name: the rate."""
        return {name + kind: functools.partial(self.measure, name, kind)
                for name in WRITES for kind in KINDS}

    def measure(self, name, kind):
        with tenant(self.bench, KINDS[kind]) as (_, token):
            rate = WRITES[name](self.bench, token, self.body)
            self.spent[name + kind].append(self.bench.spent)
            return rate

    def report(self):
        print(f"\n{'CPU time, of that without history':40}"
              f"{'history':>14}{'history full':>14}")
        for name in WRITES:
            own, *with_it = (self.spent[name + kind] for kind in KINDS)
            for whose, part in (
                    ("nginx and Redis", sum),
                    ("Redis", operator.itemgetter(1))):
                print(f"{f'{name}: {whose}':40}" + "".join(
                    f"{ratio(map(part, some), map(part, own)):>14.2f}"
                    for some in with_it))


def ratio(values, others):
    """Of each round: a round's are made one after the other."""
    return statistics.median(map(operator.truediv, values, others))


def change(id, turn):
    """Two attributes."""
    return {"method": "PATCH", "path": f"/Users/{id}", "data": {"Operations": [
        {"op": "replace", "path": "title", "value": f"Analyst {turn}"},
        {"op": "replace", "path": "name.familyName",
         "value": f"Lovelace {turn}"}]}}


def memory(bench, body, history):
    """Bytes of a user who was just made, and of one with REVISIONS."""
    with tenant(bench, history) as (name, token):
        def taken():
            return int(bench.redis("EVAL", MEMORY, "0",
                                   f"scim:{{{name}}}:*")) / REMEMBERED

        ids = create(bench, token, body, REMEMBERED)
        first = taken()
        for turn in range(1, REVISIONS):
            list(in_bulks(bench, token, [change(id, turn) for id in ids]))
        return first, taken()


def report_memory(bench, body):
    print(f"\n{f'bytes of Redis for each of {REMEMBERED} users':40}"
          f"{'1 revision':>14}{f'{REVISIONS} revisions':>14}")
    for name, kind in (("without history", ", no history"),
                       ("with history", "")):
        first, last = memory(bench, body, KINDS[kind])
        print(f"{name:40}{first:>14.0f}{last:>14.0f}")
