"""numpy's arrays as pickles describe them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compiler.readers.pickles.dtypes import DType, count_of, dtype_of, is_string_dtype
from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.values import FORGOTTEN, Blob, Global, Instance, Listing


@dataclass(frozen=True, slots=True)
class Array:
    """A numpy array. `data` is its bytes, or for object arrays the list of elements; None when it was skipped."""

    dtype: DType | None
    shape: tuple[int, ...]
    data: bytes | memoryview | list[Any] | None
    summary: Any = None
    """What was found in data that were read and not kept: `Nodes` or `Numbers`."""


def as_array(value: Any) -> Array | None:
    """The array that a value describes: joblib's, `_reconstruct` with its state, or `_frombuffer`; else None."""
    if isinstance(value, Array):
        return value
    if not isinstance(value, Instance) or not isinstance(value.arguments, tuple):
        return None
    if value.cls.name == "_reconstruct" and isinstance(value.state, tuple) and len(value.state) == 5:
        _, shape, dtype, _, data = value.state
        return checked(dtype, shape, data)
    if value.cls.name == "_frombuffer" and len(value.arguments) >= 3:
        data, dtype, shape = value.arguments[:3]
        return checked(dtype, shape, data.arguments[0] if isinstance(data, Instance) and data.arguments else data)
    return None


def checked(dtype: Any, shape: Any, data: Any) -> Array | None:
    """An array of these parts; without its data when they are longer or shorter than its shape."""
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


def is_array_class(value: Any) -> bool:
    """Whether a value is the class ndarray, matrix or memmap, which joblib's wrapper names."""
    return isinstance(value, Global) and "array_class" in value.production.value
