"""The lists of what formats may name: `<framework>/<name>.txt`, words apart by blanks, lines with # are comments.

Each list began as everything that a release of the framework registers, and was then read line by line: what reaches
files, the network, processes, Python or other code was taken out. The head of each file says where it came from.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def words(name: str) -> frozenset[str]:
    """The list of that name, as `spark/classes`."""
    lines = (_FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
