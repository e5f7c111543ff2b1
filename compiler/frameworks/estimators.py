"""The tables of estimators: constructor parameters and methods of each class, release by release.

`<package>/estimators.json` is written by `scripts/make_sklearn_index.py` and `scripts/make_booster_tables.py`,
`sklearn/libraries/<package>.json` by `scripts/make_library_tables.py`. An entry stands under the first release that had
it so; a method marked with `?` is there for some instances only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_LIBRARIES = _FOLDER / "sklearn" / "libraries"


@dataclass(frozen=True, slots=True)
class Entry:
    """One class in one release."""

    parameters: tuple[str, ...]
    methods: dict[str, bool]
    """Method -> whether every instance has it."""


@cache
def _packages() -> frozenset[str]:
    libraries = (path.stem for path in _LIBRARIES.glob("*.json"))
    return frozenset((*(path.parent.name for path in _FOLDER.glob("*/estimators.json")), *libraries))


@cache
def _table(package: str) -> dict[str, dict[str, dict[str, str]]]:
    own, library = _FOLDER / package / "estimators.json", _LIBRARIES / f"{package}.json"
    return json.loads((own if own.is_file() else library).read_text("utf-8"))  # type: ignore[no-any-return]


def entry(package: str, name: str, version: str | None) -> Entry | None:
    """What is known of a class in a release (the latest for None); None for a class that is not listed."""
    history = _table(package).get(name) if package in _packages() else None
    if history is None:
        return None
    wanted = _minor(version) if version else None
    fitting = [found for release, found in history.items() if wanted is None or _minor(release) <= wanted]
    found = fitting[-1] if fitting else next(iter(history.values()))
    methods = {method.rstrip("?"): not method.endswith("?") for method in found["methods"].split()}
    return Entry(tuple(found["parameters"].split()), methods)


def _minor(release: str) -> tuple[int, ...]:
    """`1.1.3` -> (1, 1): parameters come and go with minor releases, and a table has one patch of each."""
    return release_key(release)[:2]


def release_key(release: str) -> tuple[int, ...]:
    """Numbers to order releases by: `1.4.2` -> (1, 4, 2), `0.22.2.post1` -> (0, 22, 2)."""
    parts = []
    for part in release.split("+", maxsplit=1)[0].split(".")[:3]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        parts.append(int(digits or 0))
    return tuple(parts)
