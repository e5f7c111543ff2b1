"""Answers against answers, by tolerance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from compiler.ir import Json


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two lists of answers differ, row by row."""

    max_difference: float
    """The largest |a-b| among numbers; infinite where something is of another form."""
    differing: tuple[int, ...]
    """Rows beyond the tolerance, counted from 0."""


def compare(actual: Sequence[Json], expected: Sequence[Json], tolerance: float) -> Comparison:
    """Compare row by row: numbers by |a-b| <= tolerance * max(1, |b|), everything else exactly.

    A list of one value counts as that value: a table with one column and a network with one output unit mean the same.
    An answer without names is compared with one by name in the order of the names: a table of samples has names always.
    """
    largest, differing = 0.0, []
    for row, (a, b) in enumerate(zip(actual, expected, strict=True)):
        difference, within = _difference(a, b, tolerance)
        largest = max(largest, difference)
        if not within:
            differing.append(row)
    return Comparison(largest, tuple(differing))


def _difference(a: Json, b: Json, tolerance: float) -> tuple[float, bool]:
    """The difference of two values, and whether it is within the tolerance."""
    a, b = _single(a), _single(b)
    if isinstance(a, bool | int | float) and isinstance(b, bool | int | float):
        difference = abs(float(a) - float(b))
        return difference, difference <= tolerance * max(1.0, abs(b))
    if isinstance(a, list) and isinstance(b, dict):
        b = list(b.values())
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        parts = [_difference(x, y, tolerance) for x, y in zip(a, b, strict=True)]
        return max((part[0] for part in parts), default=0.0), all(part[1] for part in parts)
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        parts = [_difference(a[key], b[key], tolerance) for key in b]
        return max((part[0] for part in parts), default=0.0), all(part[1] for part in parts)
    return (0.0, True) if a == b and type(a) is type(b) else (math.inf, False)


def _single(value: Json) -> Json:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value
