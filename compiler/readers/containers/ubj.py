"""Universal Binary JSON (draft 12) as XGBoost writes it: values built where wanted, stepped over elsewhere."""

from __future__ import annotations

import struct
from collections.abc import Callable, Set
from typing import TypeVar

from compiler.ir import Json
from compiler.readers.containers.mapped import BadContentError

MAX_DEPTH = 64
MAX_STEPS = 5_000_000
"""Values in one file: some hundred thousand trees."""
MAX_KEPT = 500_000
"""Values that are built: names, types and categories of features."""
MAX_NUMBERS = 4_000_000
"""Numbers in typed arrays that are built, all together; further arrays are stepped over."""
NUMBERS = {"i": "b", "U": "B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
WIDTHS = {mark: struct.calcsize(code) for mark, code in NUMBERS.items()} | {"C": 1, "T": 0, "F": 0, "Z": 0}
INTEGERS = frozenset("iUIlL")
Option = TypeVar("Option", str, int)
CONSTANTS: dict[str, Json] = {"T": True, "F": False, "Z": None}


class UbjReader:
    """Walks one document; `skip` names keys whose values are stepped over and left out."""

    def __init__(self, data: memoryview, skip: Set[str]) -> None:
        self._data = data
        self._skip = skip
        self._at = 0
        self._steps = 0
        self._built = 0
        self._numbers = 0

    def read(self) -> Json:
        """The document's value; raises `BadContentError` where the bytes are no UBJSON."""
        return self._value(self._mark(), 0, build=True)

    def _take(self, count: int) -> memoryview:
        if count < 0 or self._at + count > len(self._data):
            raise BadContentError(f"it ends inside a value at byte {self._at}")
        self._at += count
        return self._data[self._at - count : self._at]

    def _mark(self) -> str:
        return chr(self._take(1)[0])

    def _peek(self) -> str:
        return chr(self._data[self._at]) if self._at < len(self._data) else ""

    def _length(self) -> int:
        mark = self._mark()
        if mark not in INTEGERS:
            raise BadContentError(f"byte {self._at - 1} is no length")
        length: int = struct.unpack(NUMBERS[mark], self._take(WIDTHS[mark]))[0]
        return length

    def _text(self, *, build: bool) -> str:
        raw = self._take(self._length())
        return str(raw, "utf-8", "replace") if build else ""

    def _value(self, mark: str, depth: int, *, build: bool) -> Json:
        self._steps += 1
        self._built += build
        if self._built > MAX_KEPT:
            raise BadContentError(f"it has over {MAX_KEPT:,} values beside its trees")
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            raise BadContentError(
                "it is nested too deeply" if depth > MAX_DEPTH else f"it has over {MAX_STEPS:,} values"
            )
        if mark in NUMBERS:
            raw = self._take(WIDTHS[mark])
            number: int | float = struct.unpack(NUMBERS[mark], raw)[0] if build else 0
            return number
        if mark in CONSTANTS:
            return CONSTANTS[mark]
        if mark == "C":
            return chr(self._take(1)[0])
        if mark in "SH":
            return self._text(build=build)
        if mark in "{[":
            return self._container(mark, depth, build=build)
        raise BadContentError(f"byte {self._at - 1} is no marker")

    def _container(self, mark: str, depth: int, *, build: bool) -> Json:
        kind = self._option("$", self._mark)
        count = self._option("#", self._length)
        if kind is not None and count is None:
            raise BadContentError(f"byte {self._at}: a type without a count")
        if mark == "[":
            return self._array(kind, count, depth, build=build)
        return self._object(kind, count, depth, build=build)

    def _option(self, sign: str, read: Callable[[], Option]) -> Option | None:
        if self._peek() != sign:
            return None
        self._at += 1
        return read()

    def _array(self, kind: str | None, count: int | None, depth: int, *, build: bool) -> Json:
        if kind in WIDTHS and count is not None:
            return self._numbers_of(kind, count, build=build and kind in NUMBERS)
        items: list[Json] = []
        remaining = count
        while self._more(remaining, "]"):
            remaining = None if remaining is None else remaining - 1
            item = self._value(kind or self._mark(), depth + 1, build=build)
            if build:
                items.append(item)
        return items

    def _numbers_of(self, kind: str, count: int, *, build: bool) -> Json:
        raw = self._take(count * WIDTHS[kind])
        if not build or self._numbers + count > MAX_NUMBERS:
            return []
        self._numbers += count
        code = NUMBERS[kind]
        return [*struct.unpack(f"{code[:-1]}{count}{code[-1]}", raw)]

    def _object(self, kind: str | None, count: int | None, depth: int, *, build: bool) -> Json:
        items: dict[str, Json] = {}
        remaining = count
        while self._more(remaining, "}"):
            remaining = None if remaining is None else remaining - 1
            key = self._text(build=build)
            wanted = build and key not in self._skip
            value = self._value(kind or self._mark(), depth + 1, build=wanted)
            if wanted:
                items[key] = value
        return items

    def _more(self, remaining: int | None, end: str) -> bool:
        while self._peek() == "N":
            self._at += 1
        if remaining is not None:
            return remaining > 0
        if self._peek() == end:
            self._at += 1
            return False
        return True
