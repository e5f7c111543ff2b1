"""What must be refused or hidden, as lists of the tests' own: an entry that the code loses is still attacked here."""

from __future__ import annotations

from testing.paths import TESTS

_FOLDER = TESTS / "data" / "security"


def entries(name: str) -> list[str]:
    """The lines of a list, without comments."""
    lines = (_FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    found = [line for line in lines if line and not line.startswith("#")]
    assert found
    assert len(found) == len(set(found))
    return found
