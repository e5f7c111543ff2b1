"""The rows of a table, cut into parts: what is scored, written and resumed at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from compiler.scoring.tables.batches import Batch, UnreadableRow


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that lie one after another."""

    number: int
    first_row: int
    """Counted from 0 over the whole input."""
    batches: tuple[Any, ...]
    """pyarrow RecordBatches, at least one."""
    unreadable: tuple[UnreadableRow, ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(batch.num_rows for batch in self.batches)


def cut(batches: Iterable[Batch], empty: Any, rows: int, size: int) -> Iterator[Part]:
    """Parts of so many rows, or fewer where they reach `size` bytes. `empty` is a batch without rows, for such a table.

    The same table gives the same parts: they depend on nothing but its rows.
    """
    number, first = 0, 0
    kept: list[Any] = []
    unreadable: list[UnreadableRow] = []
    for batch in _pieces(batches, rows):
        kept += [batch.rows] if batch.rows.num_rows else []
        unreadable += batch.unreadable
        count = sum(piece.num_rows for piece in kept)
        if count >= rows or sum(piece.nbytes for piece in kept) >= size:
            yield Part(number, first, tuple(kept), tuple(unreadable))
            number, first, kept, unreadable = number + 1, first + count, [], []
    if kept or unreadable or not number:
        yield Part(number, first, tuple(kept) or (empty,), tuple(unreadable))


def _pieces(batches: Iterable[Batch], rows: int) -> Iterator[Batch]:
    """The batches, cut so that no part has more than `rows`."""
    room = rows
    for batch in batches:
        rest, unreadable = batch.rows, batch.unreadable
        while rest.num_rows > room:
            yield Batch(rest.slice(0, room), unreadable)
            rest, unreadable, room = rest.slice(room), (), rows
        yield Batch(rest, unreadable)
        room = room - rest.num_rows or rows
