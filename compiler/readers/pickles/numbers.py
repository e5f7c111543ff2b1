"""Arrays of whole numbers that compiled code takes for positions: their least, their greatest, whether they rise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import le
from typing import Any

from compiler.readers.pickles.arrays import Array
from compiler.readers.pickles.dtypes import DType

INDEXES = frozenset({"indices", "indptr", "row", "col", "key", "simplices", "neighbors", "_vertex_to_simplex"})
"""Attributes of sparse matrices and triangulations; the state of a Mersenne Twister, which has to have its length."""
_CODES: dict[tuple[str, int], Any] = {
    ("i", 1): "b", ("i", 2): "h", ("i", 4): "i", ("i", 8): "q",
    ("u", 1): "B", ("u", 2): "H", ("u", 4): "I", ("u", 8): "Q",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """What an array of whole numbers holds."""

    count: int
    least: int
    greatest: int
    first: int
    last: int
    rising: bool


def numbers(dtype: DType, pieces: Iterable[memoryview]) -> Numbers | None:
    """Look at all numbers; None when they are no whole numbers of this machine's byte order."""
    code = _CODES.get((dtype.kind, dtype.itemsize))
    if code is None or dtype.order == ">":
        return None
    found: list[Numbers] = []
    for piece in pieces:
        values = piece.cast("B").cast(code).tolist()
        if values:
            rising = all(map(le, values, values[1:]))
            found.append(Numbers(len(values), min(values), max(values), values[0], values[-1], rising))
    return _joined(found)


def _joined(found: list[Numbers]) -> Numbers:
    if not found:
        return Numbers(0, 0, -1, 0, -1, True)
    pairs = pairwise(found)
    return Numbers(
        sum(piece.count for piece in found),
        min(piece.least for piece in found),
        max(piece.greatest for piece in found),
        found[0].first,
        found[-1].last,
        all(piece.rising for piece in found) and all(a.last <= b.first for a, b in pairs),
    )


def numbers_in(array: Array | None) -> Numbers | None:
    """What an array of whole numbers holds; None when it is none, or was not kept."""
    if array is None or array.dtype is None:
        return None
    if isinstance(array.summary, Numbers):
        return array.summary
    data: Any = array.data
    return numbers(array.dtype, [memoryview(data)]) if isinstance(data, bytes | memoryview) else None
