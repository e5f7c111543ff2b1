"""Nodes of trees: arrays of records whose children and features compiled code follows without looking.

A child is -1 (scikit-learn's trees: no child) or lies behind its parent, so that walking a tree ends.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import gt
from typing import Any

from compiler.readers.pickles.arrays import Array
from compiler.readers.pickles.dtypes import DType
from compiler.readers.pickles.faults import Denied

_CHUNK = 1 << 20
_RELEASED = 1 << 16
"""Bytes of one tree from which on the pages of a mapped file are given back."""
_CHILDREN = (("left_child", "right_child"), ("left", "right"))
_FEATURES = ("feature", "feature_idx")


@dataclass(frozen=True, slots=True)
class Nodes:
    """What a node array refers to."""

    count: int
    feature: int
    """The highest feature that a node looks at."""
    bitset: int = -1
    """The highest set of categories that a node refers to."""


@dataclass(frozen=True, slots=True)
class Spans:
    """What the nodes of a neighbours tree refer to: points from one to another, and whether nodes lie below."""

    count: int
    least: int
    greatest: int
    inner: int
    """The last node that is no leaf; its children are 2n + 1 and 2n + 2."""


_SPAN = ("idx_start", "idx_end", "is_leaf")


def has_spans(dtype: DType) -> bool:
    """Whether a dtype is that of a KDTree's or BallTree's nodes."""
    return dtype.fields.keys() >= set(_SPAN)


def scan_spans(dtype: DType, pieces: Iterable[memoryview]) -> Spans:
    """Look at all nodes of a neighbours tree. Raises Denied for one that ends before it begins."""
    count, least, greatest, inner = 0, 0, 0, -1
    for piece in pieces:
        starts, ends, leaves = (_column(piece, dtype, name) for name in _SPAN)
        if any(map(gt, starts, ends)):
            raise Denied("a neighbours tree has a node outside of its data")
        least, greatest = min(least, *starts), max(greatest, max(ends, default=0))
        inner = max((count + at for at, leaf in enumerate(leaves) if not leaf), default=inner)
        count += len(starts)
    return Spans(count, least, greatest, inner)


def spans_of(array: Array | None) -> Spans | None:
    """What an array of a neighbours tree's nodes refers to; None when it is none, or was not kept."""
    if array is None or array.dtype is None or not has_spans(array.dtype):
        return None
    if isinstance(array.summary, Spans):
        return array.summary
    data: Any = array.data
    pieces = pieces_of(memoryview(data), array.dtype.itemsize) if isinstance(data, bytes | memoryview) else None
    return None if pieces is None else scan_spans(array.dtype, pieces)


def has_children(dtype: DType) -> bool:
    """Whether a dtype is one of nodes."""
    names = dtype.fields.keys()
    return any(names >= set(pair) for pair in _CHILDREN)


def scan(dtype: DType, count: int, pieces: Iterator[memoryview]) -> Nodes:
    """Look at all nodes, given as pieces of whole items. Raises Denied for a child out of place."""
    left, right = next(pair for pair in _CHILDREN if dtype.fields.keys() >= set(pair))
    feature = next((name for name in _FEATURES if name in dtype.fields), None)
    leaf = dtype.fields.get("is_leaf")
    done, highest, bitset = 0, -1, -1
    for piece in pieces:
        leaves = bytes(piece[leaf[0] :: dtype.itemsize]) if leaf else None
        for name in (left, right):
            _children(_column(piece, dtype, name), done, count, leaves)
        if feature is not None:
            highest = max(highest, max(_column(piece, dtype, feature), default=-1))
        if {"is_categorical", "bitset_idx"} <= dtype.fields.keys():
            marks = _column(piece, dtype, "is_categorical")
            bitset = max(
                bitset, *(n for n, is_set in zip(_column(piece, dtype, "bitset_idx"), marks, strict=True) if is_set), -1
            )
        done += len(piece) // dtype.itemsize
    return Nodes(count, highest, bitset)


def _children(column: list[int], first: int, count: int, leaves: bytes | None) -> None:
    """Children of nodes `first` and following: each behind its parent, or none (-1; 0 in a histogram's leaf)."""
    if not column:
        return
    behind = sum(map(gt, column, range(first, first + len(column))))
    if leaves is None:
        without = column.count(-1)
    else:
        without = sum(1 for child, leaf, own in zip(column, leaves, range(first, first + len(column)), strict=True)
                      if leaf and child <= own)  # fmt: skip
    if max(column) >= count or behind + without != len(column):
        raise Denied("a tree's node has a child that is none of its nodes")


def _column(piece: memoryview, dtype: DType, name: str) -> list[int]:
    offset, field = dtype.fields[name]
    aligned = field.itemsize == 8 and offset % 8 == 0 and dtype.itemsize % 8 == 0
    if aligned and field.order != ">" and field.kind == "i":
        return piece.cast("q")[offset // 8 :: dtype.itemsize // 8].tolist()
    codes = {("i", 4): "i", ("i", 8): "q", ("u", 4): "I", ("u", 8): "Q", ("u", 1): "B", ("i", 2): "h", ("u", 2): "H"}
    if (code := codes.get((field.kind, field.itemsize))) is None:
        raise Denied("a tree's nodes have children that are no numbers")
    order = ">" if field.order == ">" else "<"
    layout = struct.Struct(f"{order}{offset}x{code}{dtype.itemsize - offset - field.itemsize}x")
    return [value for (value,) in layout.iter_unpack(piece)]


def pieces_of(data: memoryview, itemsize: int) -> Iterator[memoryview]:
    """Data at hand in pieces of whole items."""
    step = max(_CHUNK // itemsize, 1) * itemsize
    for start in range(0, len(data), step):
        yield data[start : start + step]
    if len(data) > _RELEASED and isinstance(data.obj, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.obj.madvise(mmap.MADV_DONTNEED)  # pages of the file that were read; they are read again when asked for
