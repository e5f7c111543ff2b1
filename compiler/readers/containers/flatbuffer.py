"""FlatBuffers: tables whose fields are found through a vtable (FlatBuffers docs, "Internals"), every offset checked."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from compiler.readers.containers.mapped import BadContentError


class Buffer:
    """The bytes of one root table and all that hangs below it.

    Tables and texts may share bytes, so that a small file can describe a large content: all that is taken out of it
    together is bounded by the file's own size.
    """

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self._left = len(data)

    @property
    def root(self) -> Table:
        """The root table. Raises `BadContentError` like all that reads."""
        return Table(self, self.offset(0))

    def offset(self, at: int) -> int:
        """The position that the unsigned offset at a position leads to."""
        return at + int(self.number("<I", at))

    def number(self, kind: str, at: int) -> int | float:
        """The number of a `struct` format at a position."""
        try:
            return struct.unpack_from(kind, self.data, at)[0]  # type: ignore[no-any-return]
        except struct.error as error:
            raise BadContentError("it ends before its content does") from error

    def take(self, at: int, size: int) -> memoryview:
        """So many bytes at a position."""
        self._left -= size
        if self._left < 0 or at + size > len(self.data):
            raise BadContentError("its parts are larger than the file")
        return self.data[at : at + size]


class Table:
    """One table: its fields by their number in the schema."""

    def __init__(self, buffer: Buffer, at: int) -> None:
        self._buffer, self._at = buffer, at
        self._vtable = at - int(buffer.number("<i", at))
        if self._vtable < 0:
            raise BadContentError("a table's fields lie before the file")
        self._slots = (int(buffer.number("<H", self._vtable)) - 4) // 2

    def integer(self, slot: int, default: int = 0) -> int:
        """A 32-bit integer."""
        at = self._field(slot)
        return default if at is None else int(self._buffer.number("<i", at))

    def text(self, slot: int) -> str | None:
        """A text, None for one that is left out."""
        at = self._field(slot)
        if at is None:
            return None
        start = self._buffer.offset(at)
        length = int(self._buffer.number("<I", start))
        return str(self._buffer.take(start + 4, length), "utf-8", "replace")

    def table(self, slot: int) -> Table | None:
        """A table, None for one that is left out."""
        at = self._field(slot)
        return None if at is None else Table(self._buffer, self._buffer.offset(at))

    def tables(self, slot: int) -> Iterator[Table]:
        """The tables of a vector."""
        start, count = self._vector(slot)
        self._buffer.take(start, 4 * count)
        for at in range(start, start + 4 * count, 4):
            yield Table(self._buffer, self._buffer.offset(at))

    def count(self, slot: int) -> int:
        """How many items a vector has."""
        return self._vector(slot)[1]

    def _vector(self, slot: int) -> tuple[int, int]:
        at = self._field(slot)
        if at is None:
            return 0, 0
        start = self._buffer.offset(at)
        return start + 4, int(self._buffer.number("<I", start))

    def _field(self, slot: int) -> int | None:
        if slot >= self._slots:
            return None
        found = int(self._buffer.number("<H", self._vtable + 4 + 2 * slot))
        return self._at + found if found else None
