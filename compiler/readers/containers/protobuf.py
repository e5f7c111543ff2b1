"""Protocol buffers by the wire format (protobuf docs, "Encoding"): fields of a message without its definition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from compiler.readers.containers.mapped import BadContentError

Value: TypeAlias = int | memoryview
"""An integer for varints; the bytes for everything else."""
MAX_FIELDS = 8_000_000


class Budget:
    """How many fields may still be read of one file, so that no file can use up time."""

    def __init__(self, left: int = MAX_FIELDS) -> None:
        self._left = left

    def spend(self) -> None:
        """Take one; raises `BadContentError` when none is left."""
        self._left -= 1
        if self._left < 0:
            raise BadContentError(f"it has more than {MAX_FIELDS:,} fields")


def fields(message: Value, budget: Budget, skip: re.Pattern[bytes] | None = None) -> Iterator[tuple[int, Value]]:
    """Number and value of every field in order; sub-messages are views. Raises `BadContentError`.

    `skip` matches whole fields that are stepped over at once: long lists of numbers.
    """
    if isinstance(message, int):
        raise BadContentError("a number stands where a message should")
    at, end = 0, len(message)
    while at < end:
        budget.spend()
        if skip is not None and (run := skip.match(message, at)):
            at = run.end()
            continue
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            number, at = _varint(message, at)
            yield tag >> 3, number
            continue
        length, at = _varint(message, at) if kind == 2 else ({1: 8, 5: 4}.get(kind, -1), at)
        if length < 0 or at + length > end:
            raise BadContentError("a field is longer than what it stands in")
        yield tag >> 3, message[at : at + length]
        at += length


def single(message: Value, budget: Budget, repeated: frozenset[int] = frozenset()) -> dict[int, Value]:
    """The fields of a message by number; of `repeated` ones the last.

    Raises `BadContentError` for any other field that stands there twice: libraries disagree on which of them counts.
    """
    found: dict[int, Value] = {}
    for number, value in fields(message, budget):
        if number in found and number not in repeated:
            raise BadContentError(f"field {number} stands twice in a message that has it once")
        found[number] = value
    return found


def text(value: Value) -> str:
    """A string field; what is not UTF-8 is replaced."""
    return "" if isinstance(value, int) else str(value, "utf-8", "replace")


def signed(value: Value) -> int:
    """An int64 field, whose negative numbers are written as 64-bit complements."""
    if not isinstance(value, int):
        raise BadContentError("text stands where a number should")
    return value - (1 << 64) if value >= 1 << 63 else value


def integers(value: Value) -> list[int]:
    """A repeated int64 field: one number, or many packed."""
    if isinstance(value, int):
        return [signed(value)]
    found, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(signed(number))
    return found


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7
    raise BadContentError("a number is cut short or too long")
