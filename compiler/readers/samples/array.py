"""An array of a sample, before it is columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.ir import Cell


@dataclass(frozen=True, slots=True)
class Array:
    """An array as read: `cells` in C order, flat."""

    dtype: str
    shape: tuple[int, ...]
    cells: Sequence[Cell]
    rows: int = 0
    """Of the file: more than the first axis of `shape` where only the first were read."""
