"""What `scipy.sparse.save_npz` writes, as the dense array that it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from compiler.ir import Cell
from compiler.readers.samples.array import Array
from compiler.readers.samples.content import Content, check_size, malformed

_MARKS = frozenset(("format", "shape", "data"))
_READ = {"csr": ("indptr", "indices"), "csc": ("indptr", "indices"), "coo": ("row", "col")}
"""Format -> the arrays that place its values (SciPy, `scipy.sparse.save_npz`)."""


def is_sparse(arrays: Mapping[str, Array]) -> bool:
    """Whether the arrays of an NPZ file are the parts of one sparse matrix."""
    return arrays.keys() >= _MARKS and arrays["format"].shape == ()


def dense(content: Content, arrays: Mapping[str, Array]) -> Array:
    """The matrix with its zeros. Raises MF303 for another format than CSR, CSC and COO, or a damaged one; MF304."""
    name = str(arrays["format"].cells[0])
    needed = _READ.get(name)
    shape = tuple(n for n in arrays["shape"].cells if isinstance(n, int) and n >= 0)
    if needed is None or not arrays.keys() >= set(needed) or len(shape) != 2:
        raise malformed(
            content, f"the sample is a sparse matrix of the format '{name}'", hint="save it with .tocsr() first"
        )
    check_size(content, shape[0] * shape[1])
    values = arrays["data"].cells
    zero: Cell = 0 if all(isinstance(value, int) for value in values) else 0.0
    cells: list[Cell] = [zero] * (shape[0] * shape[1])
    first, second = (_whole(arrays[part].cells) for part in needed)
    for row, column, index in _places(name, first, second):
        if not (0 <= row < shape[0] and 0 <= column < shape[1] and index < len(values)):
            raise malformed(content, "the sparse matrix places values outside of its shape")
        cells[row * shape[1] + column] = _sum(cells[row * shape[1] + column], values[index])
    return Array(arrays["data"].dtype, shape, cells)


def _whole(cells: Sequence[Cell]) -> list[int]:
    return [cell for cell in cells if isinstance(cell, int)]


def _places(name: str, first: list[int], second: list[int]) -> Iterator[tuple[int, int, int]]:
    """Row, column, and position of the value."""
    if name == "coo":
        yield from ((row, column, index) for index, (row, column) in enumerate(zip(first, second, strict=False)))
        return
    for line, (start, end) in enumerate(pairwise(first)):
        for index in range(max(start, 0), min(end, len(second))):
            yield (line, second[index], index) if name == "csr" else (second[index], line, index)


def _sum(old: Cell, new: Cell) -> Cell:
    """Values of one place add up, as in SciPy; a missing one stays missing."""
    if isinstance(old, bool | int | float) and isinstance(new, bool | int | float):
        return new if not old else old + new
    return None
