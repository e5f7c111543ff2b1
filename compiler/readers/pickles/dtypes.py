"""numpy's dtypes as pickles describe them. Sizes are exact, for joblib's array bytes are skipped by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.values import Global, Instance, Pairs

_MAX_NESTING = 8
_KINDS = re.compile(r"[<>=|]?([?bBhHiIlLqQpPefdgFDGOSUVMm]|[biufcOSUVMm]\d{1,9}|b1)")
# Item size of numpy's one-letter codes; `l`, `L`, `p` and `P` as on 64-bit Linux, `g` and `G` as on x86-64 and aarch64.
_LETTERS = {
    "?": 1,
    "b": 1,
    "B": 1,
    "h": 2,
    "H": 2,
    "i": 4,
    "I": 4,
    "l": 8,
    "L": 8,
    "q": 8,
    "Q": 8,
    "p": 8,
    "P": 8,
    "e": 2,
    "f": 4,
    "d": 8,
    "g": 16,
    "F": 8,
    "D": 16,
    "G": 32,
    "O": 8,
    "S": 0,
    "U": 0,
    "V": 0,
    "M": 8,
    "m": 8,
}
_SIZES = {
    "b": {1},
    "i": {1, 2, 4, 8},
    "u": {1, 2, 4, 8},
    "f": {2, 4, 8, 16},
    "c": {8, 16, 32},
    "O": {4, 8},
    "M": {8},
    "m": {8},
}
_LETTER_KINDS = {
    "?": "b",
    **dict.fromkeys("bhilqp", "i"),
    **dict.fromkeys("BHILQP", "u"),
    **dict.fromkeys("efdg", "f"),
    **dict.fromkeys("FDG", "c"),
}
_NAMES = {"i": "int", "u": "uint", "f": "float", "c": "complex"}
_LIST_PICKLE = 0x03
"""NPY_ITEM_HASOBJECT and NPY_LIST_PICKLE: items hold references, so an array's state is a list.

Without the second, numpy takes bytes of the file for pointers.
"""
_OBJECT_FLAGS = 0x3F
_FIELD_FLAGS = 0x1B
"""What numpy gives the dtype `O`, and a structured dtype with such fields at least."""
_PLAIN_FLAGS = 0x18
"""NPY_NEEDS_INIT of text, NPY_NEEDS_PYAPI of structured dtypes."""
_ALIGNED = 0x80
_ALIGNMENTS = {1, 2, 4, 8, 16, 32}
"""Of text and structured dtypes, in bytes; numpy divides by it."""
_ALL_FLAGS = 0xFF
"""numpy 1 writes them as a signed byte. Others end the interpreter of numpy 2."""


@dataclass(frozen=True, slots=True)
class DType:
    """A numpy dtype: kind letter (biufcOSUVMm), bytes an item, byte order."""

    kind: str
    itemsize: int
    order: str
    objects: bool
    """Whether items hold Python objects: joblib stores those arrays as a nested pickle."""
    fields: Mapping[str, tuple[int, DType]] = field(default_factory=dict)
    """Of structured dtypes: name -> (offset, dtype)."""

    @property
    def name(self) -> str:
        """As numpy names it: float64, int32, bool, object, str and so on."""
        plain = {
            "b": "bool",
            "O": "object",
            "U": "str",
            "S": "bytes",
            "V": "void",
            "M": "datetime64",
            "m": "timedelta64",
        }
        return plain.get(self.kind) or f"{_NAMES[self.kind]}{self.itemsize * 8}"


def dtype_of(value: Any, depth: int = 0) -> DType:
    """The dtype that REDUCE and BUILD of numpy.dtype describe. Raises Denied when the two disagree or are unusual."""
    if not (isinstance(value, Instance) and value.cls.dotted == "numpy.dtype" and isinstance(value.arguments, tuple)):
        raise Denied("an array's dtype is not a numpy.dtype")
    if depth > _MAX_NESTING:
        raise Denied("an array's dtype is nested deeper than any program writes")
    code = value.arguments[0] if value.arguments else None
    code = code.decode("latin-1") if isinstance(code, bytes) else code
    if isinstance(code, Global) and code.name == "record" and "record" in code.production.value:
        code = "V"
    if not isinstance(code, str) or not (match := _KINDS.fullmatch(code)):
        raise Denied("an array's dtype has an unusual code")
    kind, size = _kind_and_size(match.group(1))
    return _with_state(kind, size, value.state, depth + 1)


def _kind_and_size(code: str) -> tuple[str, int]:
    letter, digits = code[0], code[1:]
    if not digits:
        return _LETTER_KINDS.get(letter, letter), _LETTERS[letter]
    size = int(digits)
    if letter in _SIZES and size not in _SIZES[letter]:
        raise Denied(f"'{code}' is not a dtype of numpy")
    return letter, size * 4 if letter == "U" else 8 if letter == "O" else size


def _with_state(kind: str, size: int, state: Any, depth: int) -> DType:
    """Apply dtype.__setstate__: (version, order, subarray, names, fields, itemsize, alignment, flags[, metadata])."""
    if state is None:
        if kind in "VSU" and size == 0:
            raise Denied("an array's dtype has no item size")
        return DType(kind, size, "|", kind == "O")
    if not isinstance(state, tuple) or len(state) not in {8, 9} or state[0] not in (3, 4):
        raise Denied("an array's dtype has an unusual state")
    order, subarray, names, fields, itemsize, alignment, flags = state[1:8]
    order = order.decode("latin-1") if isinstance(order, bytes) else order
    if order not in ("<", ">", "|", "=") or type(flags) is not int:
        raise Denied("an array's dtype has an unusual state")
    objects = kind == "O"
    entries: dict[str, tuple[int, DType]] = {}
    if kind in "VSU":
        size = _declared_size(kind, size, itemsize)
    elif itemsize != -1 or names is not None or fields is not None:
        raise Denied("an array's dtype claims an item size that its code does not have")
    if (fields is not None or names is not None or subarray is not None) and kind != "V":
        raise Denied("an array's dtype has an unusual state")
    if fields is not None and subarray is None:
        entries = _fields(size, names, fields, depth)
        objects = any(inner.objects for _, inner in entries.values())
    elif subarray is not None and names is None:
        objects = _check_subarray(size, subarray, depth)
    _check_alignment(kind, alignment)
    _check_flags(kind, flags, objects)
    return DType(kind, size, order, objects, entries)


def _check_alignment(kind: str, alignment: Any) -> None:
    if type(alignment) is not int or alignment not in (_ALIGNMENTS if kind in "VSU" else {-1}):
        raise Denied("an array's dtype has an alignment that numpy does not write")


def _check_flags(kind: str, flags: int, objects: bool) -> None:
    wanted = _OBJECT_FLAGS if kind == "O" else _FIELD_FLAGS if objects else 0
    if (flags & wanted) != wanted or (not objects and flags & _LIST_PICKLE):
        raise Denied("an array's dtype hides whether it holds objects")
    known = _OBJECT_FLAGS if objects else _PLAIN_FLAGS
    if flags & ~(known | _ALIGNED if kind == "V" else known) & _ALL_FLAGS or not -128 <= flags < 256:
        raise Denied("an array's dtype has flags that numpy does not set")


def _declared_size(kind: str, size: int, itemsize: Any) -> int:
    step = 4 if kind == "U" else 1
    if type(itemsize) is not int or not 0 < itemsize < 1 << 31 or itemsize % step or size not in {0, itemsize}:
        raise Denied("an array's dtype states two item sizes")
    return itemsize


def _check_subarray(size: int, subarray: Any, depth: int) -> bool:
    """Whether the elements of a field that is an array hold objects. Raises Denied when they do not fill the item."""
    if not isinstance(subarray, tuple) or len(subarray) != 2:
        raise Denied("an array's dtype has an unusual state")
    inner, shape = dtype_of(subarray[0], depth), subarray[1]
    if inner.itemsize * count_of((shape,) if type(shape) is int else shape) != size:
        raise Denied("an array's dtype states two item sizes")
    return inner.objects


def _fields(size: int, names: Any, fields: Any, depth: int) -> dict[str, tuple[int, DType]]:
    """Fields of a structured dtype by name. Raises Denied when they do not fit into the item."""
    if not isinstance(names, tuple) or not isinstance(fields, Pairs) or not all(type(name) is str for name in names):
        raise Denied("an array's structured dtype is inconsistent")
    entries = fields.named()
    if set(names) - set(entries) or len(fields.items) != 2 * len(entries) or fields.items.dropped:
        raise Denied("an array's structured dtype is inconsistent")
    found = {}
    for name, entry in entries.items():
        if not isinstance(entry, tuple) or len(entry) not in {2, 3} or type(entry[1]) is not int:
            raise Denied("an array's structured dtype is inconsistent")
        inner = dtype_of(entry[0], depth)
        if not 0 <= entry[1] <= size - inner.itemsize:
            raise Denied("an array's structured dtype has a field outside its item")
        found[name] = (entry[1], inner)
    return found


def count_of(shape: Any) -> int:
    """Number of elements of a shape. Raises Denied when numpy's 64-bit product could be another one."""
    if not isinstance(shape, tuple) or not all(type(n) is int and 0 <= n < 1 << 48 for n in shape) or len(shape) > 64:
        raise Denied("an array has an unusual shape")
    count = 1
    for n in shape:
        count *= n
        if count >= 1 << 48:
            raise Denied("an array has an impossible number of elements")
    return count


def is_string_dtype(value: Any) -> bool:
    """Whether a value is numpy 2's StringDType, whose arrays are pickled as lists of text."""
    return isinstance(value, Instance) and "string_dtype" in value.cls.production.tags
