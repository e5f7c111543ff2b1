"""The array in a .npy member of a model archive: header by pattern, numeric data as bytes (NumPy's format 1 to 3)."""

from __future__ import annotations

import re

from compiler.readers.pickles.arrays import Array
from compiler.readers.pickles.dtypes import DType

_DESCRIPTION = re.compile(r"'descr': '([<>|=])([biufcSUO])(\d+)'")
_FORTRAN = re.compile(r"'fortran_order': True")
_SHAPE = re.compile(r"'shape': \(([\d, ]*)\)")


def parse_npy(data: bytes) -> Array | None:
    """The array whose .npy file begins with `data`: without values when they are not all there.

    None when it is no .npy file, or one of a structured dtype.
    """
    if data[:6] != b"\x93NUMPY" or len(data) < 12:
        return None
    width = 2 if data[6] == 1 else 4
    start = 8 + width + int.from_bytes(data[8 : 8 + width], "little")
    header = data[8 + width : start].decode("latin-1")
    description, shape = _DESCRIPTION.search(header), _SHAPE.search(header)
    if description is None or shape is None:
        return None
    order, kind, size = description.group(1), description.group(2), int(description.group(3)[:9])
    lengths = tuple(int(text[:15]) for text in shape.group(1).replace(" ", "").split(",") if text)
    dtype = DType(kind, size * 4 if kind == "U" else size, order, kind == "O")
    return Array(dtype, lengths, _values(data[start:], dtype, lengths, _FORTRAN.search(header) is not None))


def _values(data: bytes, dtype: DType, lengths: tuple[int, ...], fortran: bool) -> bytes | None:
    count = 1
    for length in lengths:
        count *= length
    return data if len(data) == count * dtype.itemsize and not dtype.objects and not fortran else None
