"""Servers for the system tests: each module gets one that `make run` started.

A server lives in a folder of its own, on a free port, with its own Redis.
When it is stopped, its error log must be quiet: no [alert], [crit], [emerg],
no sanitizer report, no worker ended by a signal.
"""

import contextlib
import pathlib
import shutil
import tempfile

import pytest

from scim_profile import Profile
from scim_server import Server


@contextlib.contextmanager
def running(**how):
    root = pathlib.Path(tempfile.mkdtemp(prefix="nginx-scim-"))
    server = Server(root, **how)
    try:
        server.start()
        yield server
        server.stop()
        server.check_log()
    finally:
        server.kill()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def server():
    with running() as server:
        yield server


@pytest.fixture
def tenant(server):
    """A fresh tenant with a token: its SCIM client."""
    return server.new_tenant()


@pytest.fixture(scope="module", params=["include", "settings"])
def profile(request):
    """What the module's PROFILE names, in each of its forms."""
    name = request.module.PROFILE
    included = request.param == "include"
    with running(profile=name if included else "") as server:
        yield Profile(server, name, included)
