"""Which names are read in full in a turn, so that a round over the fleet takes a given time."""

from __future__ import annotations

import zlib
from collections.abc import Iterable


def due_names(names: Iterable[str], last: float, now: float, period: float) -> frozenset[str]:
    """The names whose moment in the round lies between the last reading and now, in epoch seconds; all after a period.

    A name's moment follows from its spelling: nothing is kept for each name.
    """
    if not period or not last:
        return frozenset()
    if now - last >= period:
        return frozenset(names)
    start, length = last % period, now - last
    return frozenset(name for name in names if (zlib.crc32(name.encode()) % period - start) % period < length)
