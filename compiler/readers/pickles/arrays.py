"""numpy's dtypes and arrays as pickles describe them; sizes are exact, for joblib's array bytes are skipped by them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.values import FORGOTTEN, Blob, Global, Instance, Listing, Pairs

_MAX_NESTING = 8
MAX_DECODED = 100_000
"""Elements of an array that are decoded at most; names and classes are far fewer."""
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
_CODES = {
    "b1": "?",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": "q",
    "u1": "B",
    "u2": "H",
    "u4": "I",
    "u8": "Q",
    "f2": "e",
    "f4": "f",
    "f8": "d",
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


@dataclass(frozen=True, slots=True)
class Array:
    """A numpy array. `data` is its bytes, or for object arrays the list of elements; None when it was skipped."""

    dtype: DType | None
    shape: tuple[int, ...]
    data: bytes | memoryview | list[Any] | None
    summary: Any = None
    """What was found in data that were read and not kept: `Nodes` or `Numbers`."""


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
    order, subarray, names, fields, itemsize, _, flags = state[1:8]
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
    _check_flags(kind, flags, objects)
    return DType(kind, size, order, objects, entries)


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


def as_array(value: Any) -> Array | None:
    """The array that a value describes: joblib's, `_reconstruct` with its state, or `_frombuffer`; else None."""
    if isinstance(value, Array):
        return value
    if not isinstance(value, Instance) or not isinstance(value.arguments, tuple):
        return None
    if value.cls.name == "_reconstruct" and isinstance(value.state, tuple) and len(value.state) == 5:
        _, shape, dtype, _, data = value.state
        return _checked(dtype, shape, data)
    if value.cls.name == "_frombuffer" and len(value.arguments) >= 3:
        data, dtype, shape = value.arguments[:3]
        return _checked(dtype, shape, data.arguments[0] if isinstance(data, Instance) and data.arguments else data)
    return None


def _checked(dtype: Any, shape: Any, data: Any) -> Array | None:
    try:
        found, count = dtype_of(dtype), count_of(shape)
    except Denied:  # an ordinary pickle's arrays hide nothing: an unusual one is merely not decoded
        return None
    if isinstance(data, Blob):
        data = data.data
    if isinstance(data, str):  # protocol 2 wrote bytes as text; so does _codecs.encode's argument
        data = data.encode("latin-1", "replace")
    if isinstance(data, Instance) and data.cls.dotted == "_codecs.encode":
        data = _encoded(data.arguments[0])
    if not isinstance(data, bytes | bytearray | memoryview | list):
        return Array(found, shape, None)
    if isinstance(data, Listing) and data.dropped:
        return Array(found, shape, None)
    whole = len(data) == (count if isinstance(data, list) else count * found.itemsize)
    return Array(found, shape, data if whole else None)  # type: ignore[arg-type]


def _encoded(text: Any) -> bytes | None:
    """What `_codecs.encode(text, 'latin1')` gives: how protocols 0 to 2 write bytes."""
    if isinstance(text, Blob) and text.data is not None:
        text = bytes(text.data).decode("utf-8", "surrogatepass")
    return text.encode("latin-1", "replace") if isinstance(text, str) else None


def check_array(state: Any) -> None:
    """ndarray.__setstate__: (version, shape, dtype, Fortran order, data), of masked arrays also mask and fill value."""
    if not isinstance(state, tuple) or len(state) not in {5, 7}:
        raise Denied("an array's state is not what numpy writes")
    if is_string_dtype(state[2]):  # text of any length, as a list
        if not isinstance(state[4], Listing) or state[4].length != count_of(state[1]):
            raise Denied("an array's data are longer or shorter than its shape")
        return
    dtype, count, data = dtype_of(state[2]), count_of(state[1]), state[4]
    if isinstance(data, Listing) != dtype.objects or data is FORGOTTEN:
        raise Denied("an array of objects is stored as bytes, or one of numbers as objects")
    length = data.length if isinstance(data, Listing | Blob) else len(data) if isinstance(data, bytes) else None
    if length is not None and length != count * (1 if dtype.objects else dtype.itemsize):
        raise Denied("an array's data are longer or shorter than its shape")


def is_string_dtype(value: Any) -> bool:
    """Whether a value is numpy 2's StringDType, whose arrays are pickled as lists of text."""
    return isinstance(value, Instance) and "string_dtype" in value.cls.production.tags


def folded_scalar(made: Instance, arguments: tuple[Any, ...]) -> Any:
    """A numpy scalar of numbers or text as a Python value; None for other kinds and for what is none.

    Raises Denied for a scalar of objects, which numpy hands out as they are.
    """
    if len(arguments) != 2 or not isinstance(arguments[0], Instance):
        raise Denied("it makes a numpy scalar in an unusual way")
    if is_string_dtype(arguments[0]):
        raise Denied("it makes a numpy scalar of text without a length")
    if dtype_of(arguments[0]).objects:
        raise Denied("it makes a numpy scalar of an object")
    return scalar_of(made)


def scalar_of(value: Any) -> Any:
    """A numpy scalar as a Python value; None when it is none."""
    if isinstance(value, Instance) and value.cls.name == "scalar" and isinstance(value.arguments, tuple):
        array = _checked(value.arguments[0], (), value.arguments[1]) if len(value.arguments) == 2 else None
        return next(elements(array), None)
    return None


def elements(array: Array | None) -> Iterator[Any]:
    """The elements as Python values, at most MAX_DECODED; nothing when bytes were skipped or have no plain value."""
    if array is None or array.data is None:
        return
    if isinstance(array.data, list):
        yield from array.data[:MAX_DECODED]
        return
    if array.dtype is None:
        return
    dtype, data = array.dtype, bytes(array.data[: MAX_DECODED * array.dtype.itemsize])
    order = ">" if dtype.order == ">" else "<"
    if code := _CODES.get(f"{dtype.kind}{dtype.itemsize}"):
        yield from (value for (value,) in struct.iter_unpack(order + code, data))
    elif dtype.kind in "US" and dtype.itemsize:
        codec = "latin-1" if dtype.kind == "S" else "utf-32-be" if order == ">" else "utf-32-le"
        for at in range(0, len(data), dtype.itemsize):
            yield data[at : at + dtype.itemsize].decode(codec, "replace").rstrip("\0")


def is_array_class(value: Any) -> bool:
    """Whether a value is the class ndarray, matrix or memmap, which joblib's wrapper names."""
    return isinstance(value, Global) and "array_class" in value.production.value
