"""Load for the fault tests: writers that remember what was acknowledged."""

import threading
import time
from collections import Counter

import httpx

from scim_client import USER, assert_error


class Writers:
    """Threads that create users until they are stopped, each request on a
    connection of its own.  `acknowledged` holds the ids of all that were
    answered 201, `statuses` counts answers, `broken` the requests that got
    none, `slowest` is in seconds."""

    def __init__(self, client, threads=4):
        self.client = client
        self.acknowledged = []
        self.statuses = Counter()
        self.broken = []
        self.wrong = []
        self.slowest = 0
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,))
                        for n in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def run(self, number):
        headers = {"Authorization": f"Bearer {self.client.token}"}
        count = 0
        while not self.ended.is_set():
            count += 1
            body = {"schemas": [USER], "userName": f"w{number}-{count}"}
            begin = time.monotonic()
            try:
                answer = httpx.post(self.client.base + "/Users", json=body,
                                    headers=headers, timeout=30,
                                    verify=False)
            except httpx.HTTPError as error:
                self.broken.append(repr(error))
                continue
            self.slowest = max(self.slowest, time.monotonic() - begin)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                self.acknowledged.append(answer.json()["id"])
                continue
            try:
                assert_error(answer, 503)
                assert int(answer.headers["retry-after"]) >= 1
            except AssertionError as error:
                self.wrong.append(f"{answer.status_code} {error}")
                continue
            time.sleep(0.02)

    def wait_for(self, more, seconds=15):
        """Until so many more were acknowledged."""
        goal = len(self.acknowledged) + more
        end = time.monotonic() + seconds
        while len(self.acknowledged) < goal:
            assert time.monotonic() < end, (
                f"no writes get through: {self.statuses} {self.broken[-1:]}")
            time.sleep(0.01)

    def assert_nothing_lost(self):
        assert not self.wrong, self.wrong[:5]
        assert len(set(self.acknowledged)) == len(self.acknowledged)
        there = set()
        for start in range(1, 1 << 20, 1000):
            page = self.client.get(
                f"/Users?attributes=id&count=1000&startIndex={start}").json()
            there |= {row["id"] for row in page["Resources"]}
            if start + 1000 > page["totalResults"]:
                break
        lost = set(self.acknowledged) - there
        assert not lost, f"{len(lost)} of {len(self.acknowledged)} lost"
