"""Field by field: what differs between a wanted and a live body, and the body that mends it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from compiler.planning import tags
from compiler.planning.canonical import Body, Path, comparable, leaves, nested
from compiler.planning.changes.types import FieldChange
from compiler.planning.live.last_applied import OUR_METADATA
from compiler.planning.paths import below

METADATA_LISTS = ("customMetadataList", "definedMetadataList")
HIDDEN = "(sensitive)"


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to change: paths with their live and wanted values; a wanted None is taken away."""

    values: Mapping[Path, tuple[Any, Any]]

    def __bool__(self) -> bool:
        return bool(self.values)

    def under(self, *prefixes: Path) -> bool:
        """Whether anything at or below one of these paths changes."""
        return any(below(path, prefixes) for path in self.values)

    def changes(self) -> tuple[FieldChange, ...]:
        """For the views."""
        return tuple(FieldChange(".".join(path), *pair) for path, pair in sorted(self.values.items()))


def difference(
    want: Mapping[Path, Any], live: Mapping[Path, Any], owned: Collection[Path], *, strict: bool = False
) -> Difference:
    """`want` against `live`; what is live, not wanted and in `owned` is to go.

    Inside lists the service may have filled in defaults of its own: they count only when `strict`.
    """
    same = _equal if strict else covers
    changed = {path: (live.get(path), value) for path, value in want.items() if not same(live.get(path), value)}
    removed = {path: (value, None) for path, value in live.items() if path not in want and path in owned}
    return Difference({**changed, **removed})


def live_leaves(body: Mapping[str, Any]) -> dict[Path, Any]:
    """The leaves of a live body without our own tags and metadata."""
    known = leaves(comparable(body))
    return {path: value for path, value in known.items() if not _is_managed(path)}


def merged(live: Mapping[Path, Any], change: Difference, *at: Path) -> Body:
    """The live values at or below the paths `at` with the difference carried out, as a body."""
    after = {**live, **{path: wanted for path, (_, wanted) in change.values.items()}}
    return nested((path, value) for path, value in after.items() if value is not None and below(path, at))


def as_lists(body: Body) -> Body:
    """A comparable body in wire form: metadata as lists again, sorted by key."""
    wire = dict(body)
    for name in METADATA_LISTS:
        if name in body:
            items: Mapping[str, Any] = body[name]
            wire[name] = [{"key": key, **items[key]} for key in sorted(items)]
    return wire


def _equal(live: Any, want: Any) -> bool:
    return bool(live == want)


def covers(live: Any, want: Any) -> bool:
    """Whether `live` says all that `want` says, and perhaps more inside of lists."""
    if isinstance(want, list) and isinstance(live, list) and len(want) == len(live):
        return all(covers(a, b) for a, b in zip(live, want, strict=True))
    if isinstance(want, dict) and isinstance(live, dict):
        return all(key in live and covers(live[key], value) for key, value in want.items())
    return bool(live == want)


def _is_managed(path: Path) -> bool:
    if path[0] == "freeformTags":
        return path[-1].startswith(tags.PREFIX)
    return path[0] == METADATA_LISTS[0] and path[1] in OUR_METADATA
