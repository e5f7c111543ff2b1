"""Elements of numpy's arrays, and numpy's scalars, as Python values."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from compiler.readers.pickles.arrays import Array, checked
from compiler.readers.pickles.dtypes import dtype_of, is_string_dtype
from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.values import Instance

MAX_DECODED = 100_000
"""Elements of an array that are decoded at most; names and classes are far fewer."""
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
        array = checked(value.arguments[0], (), value.arguments[1]) if len(value.arguments) == 2 else None
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
