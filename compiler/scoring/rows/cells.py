"""Arrow columns as the values that JSON has, in the form in which `manifact predict` sends a table's cells."""

from __future__ import annotations

from typing import Any

from compiler.readers.samples.infer import BOOLEANS, DECIMAL, INTEGER, MAX_DIGITS, MISSING, text_column
from compiler.readers.samples.moments import from_ticks
from compiler.scoring.rows.spec import ModelColumn

_NUMBERS = ("int", "uint", "float")


def json_cells(column: Any, field: ModelColumn, *, text: bool) -> list[Any]:
    """The cells of a pyarrow array; None where there is no value.

    Times are ISO 8601 text. Decimals are numbers where the model takes numbers, else text. `text` reads cells that are
    text as a CSV's: as numbers and truth values where the model takes those.
    """
    import pyarrow as pa

    column = _plain_array(column)
    kind = column.type
    if text and (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return _from_text(column, field)
    if pa.types.is_timestamp(kind):
        ticks = column.cast("int64").to_pylist()
        return [None if tick is None else from_ticks(tick, kind.unit, kind.tz) for tick in ticks]
    if pa.types.is_decimal(kind) and field.dtype.lower().startswith(_NUMBERS):
        return list(column.cast("float64").to_pylist())
    if _is_json(kind):
        return list(column.to_pylist())
    return [_plain(cell) for cell in column.to_pylist()]


def _plain_array(column: Any) -> Any:
    """Without dictionaries and extensions, and NaN as a missing value: JSON has none of them."""
    import pyarrow as pa
    from pyarrow import compute

    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_float16(column.type):
        column = column.cast("float32")
    if pa.types.is_floating(column.type):
        missing = pa.scalar(None, column.type)
        return compute.if_else(compute.is_nan(column), missing, column)
    return column


def _is_json(kind: Any) -> bool:
    """Whether `to_pylist` gives what JSON has."""
    from pyarrow import types

    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _is_json(kind.value_type)
    tests = (types.is_integer, types.is_floating, types.is_boolean, types.is_string, types.is_large_string)
    return types.is_null(kind) or any(test(kind) for test in tests)


def _plain(cell: Any) -> Any:
    """Values that JSON has no type for (decimals, dates, bytes) as text."""
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    if isinstance(cell, list):
        return [_plain(item) for item in cell]
    if isinstance(cell, dict):
        return {str(key): _plain(value) for key, value in cell.items()}
    return str(cell)


def _from_text(column: Any, field: ModelColumn) -> list[Any]:
    """Cells of a CSV. What is not of the column's dtype stays text, for score.py to refuse."""
    import pyarrow as pa
    from pyarrow import compute

    if not field.dtype:
        cells = ["" if cell is None else cell for cell in column.to_pylist()]
        return list(text_column(field.name, cells, keep_text=False).values)
    missing = compute.is_in(column, value_set=pa.array(sorted(MISSING), column.type))
    column = compute.if_else(missing, pa.scalar(None, column.type), column)
    kinds = {type(category) for category in field.categories}
    if field.dtype.lower().startswith(_NUMBERS) or (kinds and kinds <= {int, float}):
        return _numbers(column)
    if field.dtype.lower().startswith("bool") or kinds == {bool}:
        return [BOOLEANS.get(cell, cell) for cell in column.to_pylist()]
    return list(column.to_pylist())


def _numbers(column: Any) -> list[Any]:
    import pyarrow as pa

    for dtype in ("int64", "float64"):
        try:
            return list(column.cast(dtype).to_pylist())
        except pa.ArrowInvalid:
            continue
    return [cell if cell is None else _number(cell) for cell in column.to_pylist()]


def _number(cell: str) -> int | float | str:
    if len(cell) > MAX_DIGITS:
        return cell
    if INTEGER.fullmatch(cell):
        return int(cell)
    return float(cell) if DECIMAL.fullmatch(cell) else cell
