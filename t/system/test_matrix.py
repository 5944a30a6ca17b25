"""docs/conformance.md names tests that are there, and each test of the RFCs;
docs/leniency.md names places in the code that are there."""

import pathlib
import re

REPO = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).parent
MATRIX = REPO / "docs" / "conformance.md"
LENIENCY = REPO / "docs" / "leniency.md"
RFC_TESTS = ("test_rfc7643.py", "test_rfc7644.py", "test_rfc7644_patch.py")


def defined(file):
    return set(re.findall(r"^def (test_\w+)", (HERE / file).read_text(),
                          re.MULTILINE))


def last_cells():
    """The test column, and what stands in backquotes there."""
    for line in MATRIX.read_text().splitlines():
        if line.startswith("|"):
            yield from re.findall(r"`([^`]+)`",
                                  line.strip("|").split(" | ")[-1])


def there(name):
    file, _, test = name.rpartition(" ")
    if file.startswith("t/") and file.endswith(".t"):
        text = (REPO / file).read_text()
        return re.search(rf"^=== TEST {test}:", text, re.MULTILINE)
    if file.startswith("t/unit/"):
        return re.search(rf"^{test}\(void", (REPO / file).read_text(),
                         re.MULTILINE)
    if file:
        return test in defined(file)
    if "/" in test or test.endswith(".py"):
        return (REPO / test).exists() or (HERE / test).exists()
    return any(test in defined(rfc) for rfc in RFC_TESTS)


def is_test(name):
    return name.startswith(("test_", "t/"))


def test_what_is_named_is_there():
    named = [name for name in last_cells() if is_test(name)]
    assert len(named) > 100
    assert [name for name in named if not there(name)] == []


def test_what_is_there_is_named():
    named = {name.split()[-1] for name in last_cells()}
    for file in RFC_TESTS:
        assert defined(file) - named == set(), file


def places():
    """File and name in it, from the last column of leniency.md's rows."""
    file = None
    for line in LENIENCY.read_text().splitlines():
        if line.startswith("| "):
            for name in re.findall(r"`([^`]+)`", line.rsplit(" | ", 1)[-1]):
                file = name if name.endswith((".c", ".conf")) else file
                yield file, name


def in_code(file, name):
    found = [f for f in [REPO / file, *REPO.glob(f"src/*/{file}")]
             if f.is_file()]
    wanted = rf"^{name[:-2]}\(" if name.endswith("()") else rf"\b{name}\b"
    return found and (name == file or re.search(
        wanted, found[0].read_text(), re.MULTILINE))


def test_leniencies_have_their_place():
    named = list(places())
    assert len(named) > 50
    assert [n for n in named if not in_code(*n)] == []
