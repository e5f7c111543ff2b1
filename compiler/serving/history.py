"""What a deployment did over the last half hour, in slices of time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

SLICE_SECONDS = 20
SLICES = 90

Counts: TypeAlias = Mapping[str, Any]
_NAMES = ("requests", "errors", "seconds")


class History:
    """Adds up what workers count since they began; a worker is known by its process id."""

    def __init__(self) -> None:
        self._seen: dict[int, Counts] = {}
        self._slices: deque[dict[str, float]] = deque(maxlen=SLICES)

    def note(self, now: float, workers: Iterable[tuple[int, Counts]]) -> None:
        """Take in the counts as they are at `now`, in seconds since the epoch."""
        start = now // SLICE_SECONDS * SLICE_SECONDS
        if not self._slices or self._slices[-1]["start"] < start:
            self._slices.append({"start": start, **dict.fromkeys(_NAMES, 0.0)})
        current, before = self._slices[-1], self._seen
        self._seen = {pid: _usable(counts) for pid, counts in workers}
        for pid, counts in self._seen.items():
            for name in _NAMES:
                current[name] += max(0.0, counts[name] - before.get(pid, {}).get(name, 0.0))

    def slices(self) -> list[dict[str, float]]:
        """The slices that were noted, oldest first: `start` in seconds since the epoch, and what happened from then."""
        return [dict(each) for each in self._slices]


def _usable(counts: Counts) -> Counts:
    """The counts of a worker, which runs code of a stranger: only finite numbers count."""
    found = {name: counts.get(name, 0.0) for name in _NAMES}
    return {n: float(v) if isinstance(v, int | float) and math.isfinite(v) else 0.0 for n, v in found.items()}
