"""pandas dtype names: which there are, what a cell becomes under one, and which feature type ADS gives it."""

from __future__ import annotations

import math
import re
import struct

from compiler.ir import Cell, Column
from compiler.readers.samples.moments import parse_moment

INTEGERS = {
    name: (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if sign == "int" else (0, 2**bits - 1)
    for bits in (8, 16, 32, 64)
    for sign in ("int", "uint")
    for name in [f"{sign}{bits}"]
}
NULLABLE_INTEGERS = {name.replace("uint", "UInt").replace("int", "Int"): name for name in INTEGERS}
NULLABLE = {plain: name for name, plain in NULLABLE_INTEGERS.items()} | {"bool": "boolean"}
FLOATS = {"float16": "e", "float32": "f", "float64": "d", "Float32": "f", "Float64": "d"}
BOOLEANS = frozenset(("bool", "boolean"))
TEXTS = frozenset(("object", "str", "string"))
MOMENT = re.compile(r"datetime64\[(?:s|ms|us|ns)(?:, ?[\w/+:-]+)?\]")
TRUTH = {"true": True, "false": False, "1": True, "0": False}


def is_known(dtype: str) -> bool:
    """Whether `dtype` is a pandas dtype that a column can be declared to have."""
    plain = INTEGERS.keys() | NULLABLE_INTEGERS.keys() | FLOATS.keys() | BOOLEANS | TEXTS | {"category"}
    return dtype in plain or MOMENT.fullmatch(dtype) is not None


def is_numeric(dtype: str) -> bool:
    """Whether cells of this dtype are numbers."""
    return dtype in INTEGERS or dtype in NULLABLE_INTEGERS or dtype in FLOATS


def published(dtype: str) -> str:
    """The name in a schema: pandas 2 turns `str` into object, and ADS publishes that."""
    return "object" if dtype == "str" else dtype


def feature_type(column: Column) -> str:
    """ADS's feature type of a column (ADS 2.16.1): by dtype; "" for lists and mappings; `Tensor` is our own."""
    if column.shape:
        return "Tensor"
    if column.dtype in TEXTS:
        return "" if any(isinstance(value, (list, dict)) for value in column.values) else "String"
    return {"boolean": "Boolean", "float": "Continuous", "integer": "Integer", "moment": "DateTime"}.get(
        _kind(column.dtype), "Category"
    )


def cast(value: Cell, dtype: str) -> Cell:
    """`value` as a cell of `dtype`; missing stays missing. Raises `ValueError` with the reason where it cannot be."""
    if isinstance(value, list):
        return [cast(item, dtype) for item in value]
    if value is None and (dtype in INTEGERS or dtype == "bool"):
        raise ValueError(f"is missing, which {dtype} has no room for: declare {NULLABLE[dtype]}")
    return None if value is None else _present(value, dtype)


def _present(value: Cell, dtype: str) -> Cell:
    kind = _kind(dtype)
    if kind == "float":
        return _float(value, FLOATS[dtype])
    if kind == "integer":
        return _integer(value, *INTEGERS[NULLABLE_INTEGERS.get(dtype, dtype)])
    if kind == "other":
        return str(value) if dtype in {"str", "string"} else value
    return _boolean(value) if kind == "boolean" else _moment(value)


def _kind(dtype: str) -> str:
    if dtype in FLOATS:
        return "float"
    if dtype in INTEGERS or dtype in NULLABLE_INTEGERS:
        return "integer"
    if dtype in BOOLEANS:
        return "boolean"
    return "moment" if dtype.startswith("datetime64") else "other"


def _float(value: Cell, code: str) -> float:
    if not isinstance(value, (bool, int, float, str)):
        raise ValueError("is no number")  # noqa: TRY004 -- one kind of error for every cell that does not fit
    try:
        number: float = struct.unpack(code, struct.pack(code, float(value)))[0]
    except (ValueError, OverflowError, struct.error):
        raise ValueError("is no number of this size") from None
    return number


def _integer(value: Cell, low: int, high: int) -> int:
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,20}\s*", value):
        value = int(value)
    if not isinstance(value, int):
        raise ValueError("is no whole number")  # noqa: TRY004 -- as above
    if not low <= value <= high:
        raise ValueError(f"is not between {low} and {high}")
    return int(value)


def _boolean(value: Cell) -> bool:
    truth = TRUTH.get(str(value).strip().lower())
    if truth is None:
        raise ValueError("is neither true nor false")
    return truth


def _moment(value: Cell) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("is no date")  # noqa: TRY004 -- as above
    try:
        return parse_moment(value)
    except ValueError:
        raise ValueError("is no ISO 8601 date (2026-01-31, 2026-01-31T12:00:00)") from None
