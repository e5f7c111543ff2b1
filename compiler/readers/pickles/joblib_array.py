"""joblib's arrays: raw bytes between the opcodes, right after the BUILD of a NumpyArrayWrapper.

The length of those bytes is all that separates data from code. So every field of the wrapper must be exactly what
joblib writes, and a dtype that could mean two lengths is denied (see `arrays`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compiler.readers.pickles.arrays import Array, as_array, is_array_class
from compiler.readers.pickles.dtypes import DType, count_of, dtype_of, is_string_dtype
from compiler.readers.pickles.faults import Beyond, Denied
from compiler.readers.pickles.nodes import has_children, has_spans, scan, scan_spans
from compiler.readers.pickles.numbers import INDEXES, numbers
from compiler.readers.pickles.values import Instance, Pairs

if TYPE_CHECKING:
    from compiler.readers.pickles.machine import Machine

_FIELDS = frozenset({"subclass", "shape", "order", "dtype", "allow_mmap"})
_ALIGNMENT = "numpy_array_alignment_bytes"
_PIECE = 1 << 18
MAX_READ = 1 << 18
"""Bytes of an array that are kept: enough for names and classes, which are all that anyone asks for."""
_MAX_ARRAYS = 16 << 20
"""Bytes of all arrays that are kept."""
MAX_DEPTH = 100
"""Pickles inside object arrays inside pickles."""


def read_array(machine: Machine, wrapper: Instance) -> Array:
    """The array behind a wrapper that was just built; the machine then stands after its bytes. Raises Denied."""
    if not machine.joblib:
        raise Denied("it holds joblib's arrays where joblib does not read them")
    if machine.offset < machine.frame_end:
        raise Denied("it has array bytes inside a frame, where different loaders find different bytes")
    fields = _fields(wrapper)
    machine.found_arrays = True
    if is_string_dtype(fields["dtype"]):
        return _nested(machine, DType("O", 8, "|", True), fields["shape"])
    dtype, count = dtype_of(fields["dtype"]), count_of(fields["shape"])
    if dtype.objects:
        return _nested(machine, dtype, fields["shape"])
    if _ALIGNMENT in fields and fields[_ALIGNMENT] is not None:
        machine.skip(machine.take(1)[0])
    return _array(machine, dtype, count, fields["shape"])


def _array(machine: Machine, dtype: DType, count: int, shape: tuple[int, ...]) -> Array:
    """An array of anything but objects: what its numbers refer to, its bytes, or its shape alone."""
    length = count * dtype.itemsize
    if dtype.fields and has_children(dtype):
        return Array(dtype, shape, None, scan(dtype, count, _pieces(machine, length, dtype.itemsize)))
    if dtype.fields and has_spans(dtype):
        return Array(dtype, shape, None, scan_spans(dtype, _pieces(machine, length, dtype.itemsize)))
    if _is_index(machine, dtype) or (length > MAX_READ and _may_be_codes(dtype)):
        return Array(dtype, shape, None, numbers(dtype, _pieces(machine, length, dtype.itemsize)))
    if _is_wanted(machine, dtype, shape, length):
        machine.usage.arrays += length
        return Array(dtype, shape, machine.take(length))
    machine.skip(length)
    return Array(dtype, shape, None)


def _pieces(machine: Machine, length: int, itemsize: int) -> Iterator[memoryview]:
    """The bytes of an array, in pieces of whole items."""
    step = max(_PIECE // itemsize, 1) * itemsize
    for start in range(0, length, step):
        yield memoryview(machine.take(min(step, length - start)))


def _is_index(machine: Machine, dtype: DType) -> bool:
    """Whether an array is an attribute whose numbers compiled code follows; its name was read before it."""
    name = machine.stack[-2] if len(machine.stack) > 1 else None
    return type(name) is str and name in INDEXES and dtype.kind in "iu" and dtype.itemsize in {4, 8}


def _may_be_codes(dtype: DType) -> bool:
    """Whether an array may be one of codes of categories, which nothing names: whole numbers of one or two bytes."""
    return dtype.kind == "i" and dtype.itemsize in {1, 2}


def _is_wanted(machine: Machine, dtype: DType, shape: tuple[int, ...], length: int) -> bool:
    """Whether an array may be one of names, classes or settings: one-dimensional and plain, and not too much."""
    plain = len(shape) <= 1 and dtype.kind != "V" and length <= MAX_READ
    return plain and machine.usage.arrays + length <= _MAX_ARRAYS


def _fields(wrapper: Instance) -> dict[str, Any]:
    state = wrapper.state
    fields = state.named() if isinstance(state, Pairs) else {}
    foreign = set(fields) - _FIELDS - {_ALIGNMENT}
    if wrapper.arguments or foreign or not fields.keys() >= _FIELDS or len(state.items) != 2 * len(fields):
        raise Denied("a joblib array is described as joblib does not")
    alignment = fields.get(_ALIGNMENT)
    if not is_array_class(fields["subclass"]) or fields["order"] not in ("C", "F") or alignment not in (None, 16):
        raise Denied("a joblib array is described as joblib does not")
    return fields


def _nested(machine: Machine, dtype: DType, shape: tuple[int, ...]) -> Array:
    """An array of objects: a whole pickle of its own, read by the same rules."""
    usage = machine.usage
    if usage.depth >= MAX_DEPTH:
        raise Beyond(f"pickles are nested more than {MAX_DEPTH} deep")
    usage.depth += 1
    inner = type(machine)(machine.window, machine.globals, usage)
    inner.position = machine.position
    found = as_array(inner.run())
    machine.position = inner.position
    usage.depth -= 1
    return found if found is not None else Array(dtype, shape, None)
