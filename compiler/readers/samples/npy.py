"""NPY and NPZ arrays by the published format (NumPy's NEP 1), without numpy and without its pickled object arrays."""

from __future__ import annotations

import ast
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

from compiler.ir import Cell, Column, Table
from compiler.readers.samples.array import Array
from compiler.readers.samples.content import (
    MAX_BYTES,
    MAX_VALUES,
    Content,
    malformed,
    too_large_a_row,
)
from compiler.readers.samples.moments import from_ticks
from compiler.readers.samples.sparse import dense, is_sparse

MAX_HEADER = 64 << 10
ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What `zipfile` raises on archives that are not what they seem."""
MAX_RANK = 64
DESCRIPTION = re.compile(r"([<>|=])([biufUSM])(\d+)(?:\[(\w+)\])?")
# numpy kind and bytes an item -> struct format, pandas dtype
NUMBERS = {
    "b1": ("?", "bool"), "i1": ("b", "int8"), "i2": ("h", "int16"), "i4": ("i", "int32"), "i8": ("q", "int64"),
    "u1": ("B", "uint8"), "u2": ("H", "uint16"), "u4": ("I", "uint32"), "u8": ("Q", "uint64"),
    "f2": ("e", "float16"), "f4": ("f", "float32"), "f8": ("d", "float64"),
}  # fmt: skip


def read_npy(content: Content) -> Table:
    """One array: a column an axis-1 index, one column of tensors above two axes; of a large one its first rows.

    Raises MF303, MF304 or MF306.
    """
    return _as_rows(content, _array(content, content.beginning(MAX_BYTES), content.size, MAX_VALUES))


def read_npz(content: Content) -> Table:
    """One array as `read_npy`; several arrays are columns by name, each with the same first axis.

    What `scipy.sparse.save_npz` wrote is one array.
    """
    arrays = _members(content)
    if is_sparse(arrays):
        if any(_is_cut(array) for array in arrays.values()):
            raise too_large_a_row(content)
        return _as_rows(content, dense(content, arrays))
    if len(arrays) == 1:
        return _as_rows(content, next(iter(arrays.values())))
    lengths = {name: array.rows for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise malformed(content, f"the arrays differ in their number of rows: {lengths}")
    rows = min(array.shape[0] if array.shape else 0 for array in arrays.values())
    columns = tuple(_tensor_column(name, array, rows) for name, array in arrays.items())
    return Table(columns, rows, any(map(_is_cut, arrays.values())))


def _is_cut(array: Array) -> bool:
    return bool(array.shape) and array.shape[0] < array.rows


def _members(content: Content) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(content.path) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
            if not entries:
                raise malformed(content, "the archive holds no arrays")
            return {entry.filename[:-4]: _member(content, archive, entry, len(entries)) for entry in entries}
    except ZIP_DAMAGE as error:
        raise malformed(content, f"the archive cannot be read: {error}") from error


def _member(content: Content, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, among: int) -> Array:
    """One array of several, which share what a sample may have."""
    # The size in the directory may lie: never read more than it says.
    with archive.open(entry) as stream:
        data = stream.read(min(entry.file_size, MAX_BYTES // among))
    return _array(content, data, entry.file_size, MAX_VALUES // among)


def _array(content: Content, data: bytes, size: int, most: int) -> Array:
    """The array that begins with `data` and is `size` bytes long; at most so many values of it, in whole rows."""
    header, start = _header(content, data)
    description, shape = header.get("descr"), header.get("shape")
    if not isinstance(shape, tuple) or len(shape) > MAX_RANK or not all(type(n) is int and n >= 0 for n in shape):
        raise malformed(content, f"the header gives the shape {shape!r}")
    matched = DESCRIPTION.fullmatch(description) if isinstance(description, str) else None
    if matched is None:
        raise _unsupported(content, description)
    dtype, width, decode = _decoder(content, matched)
    if size - start < math.prod(shape) * width:
        raise malformed(content, f"the array ends after {size - start} of {math.prod(shape) * width} bytes")
    kept = _kept(content, shape, min(most, (len(data) - start) // width))
    if header.get("fortran_order") and kept != shape:
        text = "the array is too large to be read whole, and its rows are all over the file (Fortran's order)"
        hint = "save its first rows, or np.ascontiguousarray of it"
        raise malformed(content, text, hint=hint, code="MF304")
    count = math.prod(kept)
    cells = decode(memoryview(data)[start : start + count * width], count)
    cells = _c_order(cells, kept) if header.get("fortran_order") else cells
    return Array(dtype, kept, cells, shape[0] if shape else 0)


def _kept(content: Content, shape: tuple[int, ...], most: int) -> tuple[int, ...]:
    """The shape of the first rows that make at most so many values."""
    if math.prod(shape) <= most:
        return shape
    rows = most // max(math.prod(shape[1:]), 1) if shape else 0
    if not rows:
        raise too_large_a_row(content)
    return (rows, *shape[1:])


def _header(content: Content, data: bytes) -> tuple[dict[str, object], int]:
    wide = len(data) > 6 and data[6] >= 2
    size_format = "<I" if wide else "<H"
    start = 8 + struct.calcsize(size_format)
    if len(data) < start or not data.startswith(b"\x93NUMPY"):
        raise malformed(content, "the array has no complete NPY header")
    length = struct.unpack_from(size_format, data, 8)[0]
    if length > MAX_HEADER or len(data) < start + length:
        raise malformed(content, f"the NPY header claims {length} bytes")
    try:
        header = ast.literal_eval(data[start : start + length].decode("utf-8" if wide else "latin-1").strip())
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise malformed(content, "the NPY header is not a Python literal") from error
    if not isinstance(header, dict):
        raise malformed(content, "the NPY header is not a mapping")
    return header, start + length


def _unsupported(content: Content, description: object) -> Exception:
    if isinstance(description, str) and description.lstrip("<>|=").startswith("O"):
        return malformed(
            content, "the array holds pickled Python objects, which are never loaded",
            hint="save it with a plain dtype, or as CSV, JSON or Parquet", code="MF306",
        )  # fmt: skip
    return malformed(content, f"arrays of {description!r} are not supported", hint="save plain columns")


def _decoder(content: Content, matched: re.Match[str]) -> tuple[str, int, Callable[[memoryview, int], Sequence[Cell]]]:
    """The pandas dtype, the bytes an item, and what turns so many bytes into cells."""
    order, kind, size, unit = matched.groups()
    big = order == ">"
    mark = ">" if big else "<"
    if kind + size in NUMBERS:
        code, dtype = NUMBERS[kind + size]
        return dtype, int(size), lambda raw, count: _numbers(struct.unpack(f"{mark}{count}{code}", raw))
    if kind == "M" and size == "8" and unit:
        ticks = f"datetime64[{unit}]"
        return ticks, 8, lambda raw, count: [from_ticks(value, unit) for value in struct.unpack(f"{mark}{count}q", raw)]
    if kind in "US" and int(size) > 0:
        width = int(size) * (4 if kind == "U" else 1)
        encoding = ("utf-32-be" if big else "utf-32-le") if kind == "U" else "utf-8"
        return "object", width, lambda raw, _: _texts(content, raw, width, encoding)
    raise _unsupported(content, matched.group())


def _numbers(values: tuple[Cell, ...]) -> Sequence[Cell]:
    if all(value == value for value in values):  # noqa: PLR0124 -- only NaN differs from itself
        return values  # no second list of millions
    return [None if value != value else value for value in values]  # noqa: PLR0124


def _texts(content: Content, raw: memoryview, width: int, encoding: str) -> Sequence[Cell]:
    items = (bytes(raw[start : start + width]) for start in range(0, len(raw), width))
    try:
        return [item.decode(encoding).rstrip("\0") for item in items]
    except UnicodeDecodeError as error:
        raise malformed(content, f"the array's text is not {encoding}") from error


def _c_order(cells: Sequence[Cell], shape: tuple[int, ...]) -> Sequence[Cell]:
    """Fortran order to C order: axis k moves by the product of the axes before it."""
    positions = [0]
    stride = 1
    for length in shape:
        positions = [position + index * stride for position in positions for index in range(length)]
        stride *= length
    return [cells[position] for position in positions]


def _as_rows(content: Content, array: Array) -> Table:
    if len(array.shape) > 2:
        return Table((_tensor_column(0, array, array.shape[0]),), array.shape[0], _is_cut(array))
    if not array.shape:
        raise malformed(content, "the array is a single value, not rows")
    width = 1 if len(array.shape) == 1 else array.shape[1]
    columns = (Column(index, array.dtype, tuple(array.cells[index::width])) for index in range(width))
    return Table(tuple(columns), array.shape[0], _is_cut(array))


def _tensor_column(name: str | int, array: Array, rows: int) -> Column:
    shape = array.shape[1:]
    step = math.prod(shape)
    values = (_nested(array.cells[row * step : (row + 1) * step], shape) for row in range(rows))
    return Column(name, array.dtype, tuple(values), tuple(shape))


def _nested(cells: Sequence[Cell], shape: Sequence[int]) -> Cell:
    if not shape:
        return cells[0]
    step = len(cells) // shape[0] if shape[0] else 0
    return [_nested(cells[index * step : (index + 1) * step], shape[1:]) for index in range(shape[0])]
