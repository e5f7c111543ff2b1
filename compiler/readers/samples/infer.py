"""Columns with the dtypes that pandas infers, from native values (JSON) and from text (CSV)."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from compiler.ir import Cell, Column

# What pandas.read_csv reads as a missing value by default.
MISSING = frozenset((
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
))  # fmt: skip
BOOLEANS = {"True": True, "TRUE": True, "true": True, "False": False, "FALSE": False, "false": False}
INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
DECIMAL = re.compile(
    r"\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity)\s*", re.IGNORECASE | re.ASCII
)
PLAIN = re.compile(r"[0-9+\-.eE]*")
DIGITS = re.compile(r"[0-9+\-]*")
LONG = 10_000
"""Rows from which a column of numbers is kept as an array."""
# Longer runs of digits are no number that any dtype holds, and Python takes quadratic time over them.
MAX_DIGITS = 400


def column_of(name: str | int, cells: Sequence[Cell]) -> Column:
    """A column of JSON values: NaN is missing, lists of equal shape are tensors."""
    values = [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in cells]
    kinds = {type(value) for value in values}
    if kinds == {list}:
        return _tensor(name, values)
    if kinds == {bool}:
        return Column(name, "bool", tuple(values))
    if kinds == {int}:
        return Column(name, _integer_dtype(values), tuple(values))
    if kinds - {type(None)} and kinds <= {int, float, type(None)} and _fit_floats(values):
        return Column(name, "float64", tuple(None if v is None else float(v) for v in values))  # type: ignore[arg-type]
    return Column(name, "object", tuple(values))


def text_column(name: str | int, cells: Sequence[str], *, keep_text: bool) -> Column:
    """A column of CSV cells; `keep_text` leaves every cell that is not missing as it is written."""
    present = cells if MISSING.isdisjoint(cells) else [cell for cell in cells if cell not in MISSING]
    if not keep_text and (numbers := _numbers(present)) is not None:
        return _number_column(name, cells, present, numbers)
    if not keep_text and all(cell in BOOLEANS for cell in present):
        dtype = "bool" if len(present) == len(cells) else "object"
        return Column(name, dtype, tuple(BOOLEANS.get(cell) for cell in cells))
    return Column(name, "object", _plain(cells))


def numbers_alone(name: str | int, blocks: Sequence[str], between: str) -> Column | None:
    """A long column whose every cell is a number, made block by block; None for any other, and for large integers.

    Its cells are never there all at once, and nothing is asked of each: that halves time and memory.
    """
    marks = re.escape(between)
    whole = all(map(re.compile(rf"[0-9+\-{marks}]*").fullmatch, blocks))
    if not whole and not all(map(re.compile(rf"[0-9+\-.eE{marks}]*").fullmatch, blocks)):
        return None
    values: array[Any] = array("q" if whole else "d")
    convert: Callable[[str], float] = int if whole else float
    try:
        for block in blocks:
            cells = block.split(between)
            if len(max(cells, key=len)) > MAX_DIGITS:
                return None
            values.extend(map(convert, cells))
    except (ValueError, OverflowError):  # a missing cell, a sign alone, more than 64 bits
        return None
    return Column(name, "int64" if whole else "float64", values)


def _plain(cells: Sequence[str]) -> tuple[str | None, ...]:
    """The text of the cells; the same text is kept once."""
    once: dict[str, str] = {}
    found: list[str | None] = []
    for start in range(0, len(cells), LONG):
        some = cells[start : start + LONG]
        found += [None if cell in MISSING else once.setdefault(cell, cell) for cell in some]
        if len(once) > LONG:  # of so many different texts few come again
            once.clear()
    return tuple(found)


def _numbers(cells: Sequence[str]) -> list[float] | None:
    """The cells as numbers; None when one of them is none."""
    if max(map(len, cells), default=0) > MAX_DIGITS:
        return None
    # Of these characters alone, `float` takes exactly what DECIMAL does.
    if not PLAIN.fullmatch("".join(cells)) and not all(map(DECIMAL.fullmatch, cells)):
        return None
    try:
        return list(map(float, cells))
    except ValueError:
        return None


def _number_column(name: str | int, cells: Sequence[str], present: Sequence[str], numbers: list[float]) -> Column:
    complete = len(present) == len(cells)
    if present and _are_integers(present):
        integers = [int(cell) for cell in present]
        dtype = _integer_dtype(integers)
        if complete and dtype != "object":
            return Column(name, dtype, _compact(integers, "q" if dtype == "int64" else "Q"))
        if dtype != "int64":  # pandas gives up on integers that neither int64 nor uint64 with every cell there holds
            return Column(name, "object", _plain(cells))
    if complete:
        return Column(name, "float64", _compact(numbers, "d"))
    found = iter(numbers)
    return Column(name, "float64", tuple(None if cell in MISSING else next(found) for cell in cells))


def _are_integers(cells: Sequence[str]) -> bool:
    return bool(DIGITS.fullmatch("".join(cells))) or all(map(INTEGER.fullmatch, cells))


def _compact(values: Sequence[float], code: str) -> Sequence[Cell]:
    """A long column of numbers in a quarter of a tuple's memory."""
    return array(code, values) if len(values) >= LONG else tuple(values)


def regular_shape(value: Cell, leaves: tuple[type, ...] = (bool, int, float)) -> tuple[int, ...] | None:
    """The shape of nested lists of numbers (or of booleans), () for a number; None when they are no array."""
    if not isinstance(value, list):
        return () if isinstance(value, leaves) else None
    shapes = {regular_shape(item, leaves) for item in value}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(value), *inner)


def _tensor(name: str | int, values: list[Cell]) -> Column:
    shape = regular_shape(values)
    if shape is None:
        return Column(name, "object", tuple(values))
    kinds = _leaf_types(values)
    dtype = "bool" if kinds == {bool} else "int64" if kinds == {int} else "float64"
    return Column(name, dtype, tuple(values), shape[1:])


def _leaf_types(value: Cell) -> set[type]:
    if isinstance(value, list):
        return {kind for item in value for kind in _leaf_types(item)}
    return {type(value)}


def _integer_dtype(values: Sequence[Cell]) -> str:
    integers = [value for value in values if isinstance(value, int)]
    low, high = min(integers, default=0), max(integers, default=0)
    if low >= -(2**63) and high < 2**63:
        return "int64"
    return "uint64" if low >= 0 and high < 2**64 else "object"


def _fit_floats(values: Sequence[Cell]) -> bool:
    return all(not isinstance(value, int) or abs(value) < 2**64 for value in values)
