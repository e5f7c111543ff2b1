"""Parquet through pyarrow, with the dtypes and columns that `pandas.read_parquet` gives."""

from __future__ import annotations

import json
from typing import Any

from compiler.diagnostics import SourceRange, failure
from compiler.ir import Cell, Column, Table
from compiler.readers.samples.content import Content, check_size, malformed
from compiler.readers.samples.infer import column_of
from compiler.readers.samples.moments import from_ticks


def read_parquet(content: Content) -> Table:
    """The table of a Parquet sample, without the columns pandas keeps its index in; raises MF303, MF304 or MF305."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise failure(
            "MF305",
            "this sample is Parquet, and pyarrow is not installed",
            where=SourceRange(str(content.path)),
            hint="pip install 'manifact[parquet]', or save the sample as CSV",
        ) from error
    try:
        file = parquet.ParquetFile(pa.BufferReader(content.data))
        check_size(content, file.metadata.num_rows * file.metadata.num_columns)
        data = file.read()
    except (pa.ArrowException, OSError) as error:
        raise malformed(content, f"the Parquet file cannot be read: {error}") from error
    return _table(data)


def _table(data: Any) -> Table:
    pandas = _pandas_metadata(data.schema)
    index = {name for name in pandas.get("index_columns", []) if isinstance(name, str)}
    kinds = {entry.get("field_name"): entry.get("numpy_type") for entry in pandas.get("columns", [])}
    whole = [entry.get("pandas_type") for entry in pandas.get("column_indexes", [])] == ["int64"]
    columns = [
        _column(int(name) if whole else name, data.column(name), kinds.get(name))
        for name in data.column_names
        if name not in index
    ]
    return Table(tuple(columns), data.num_rows)


def _pandas_metadata(schema: Any) -> dict[str, Any]:
    raw = (schema.metadata or {}).get(b"pandas", b"{}")
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _column(name: str | int, cells: Any, numpy_type: str | None) -> Column:
    from pyarrow import types

    arrow = cells.type
    if types.is_dictionary(arrow):
        return Column(name, "category", tuple(cells.to_pylist()))
    if types.is_timestamp(arrow):
        zone = f", {arrow.tz}" if arrow.tz else ""
        return Column(name, f"datetime64[{arrow.unit}{zone}]", _moments(cells, arrow))
    if types.is_integer(arrow) or types.is_floating(arrow):
        return _numbers(name, cells, numpy_type)
    if types.is_boolean(arrow) and numpy_type == "boolean":
        return Column(name, "boolean", tuple(cells.to_pylist()))
    return column_of(name, [_plain(cell) for cell in cells.to_pylist()])


def _numbers(name: str | int, cells: Any, numpy_type: str | None) -> Column:
    values = tuple(None if value != value else value for value in cells.to_pylist())  # noqa: PLR0124 -- only NaN
    if numpy_type and numpy_type[0] in "IUF":
        return Column(name, numpy_type, values)
    arrow = {"halffloat": "float16", "float": "float32", "double": "float64"}.get(str(cells.type), str(cells.type))
    if arrow.startswith("float") or None not in values:
        return Column(name, arrow, values)
    return Column(name, "float64", tuple(None if value is None else float(value) for value in values))


def _moments(cells: Any, arrow: Any) -> tuple[Cell, ...]:
    ticks = cells.cast("int64").to_pylist()
    return tuple(None if tick is None else from_ticks(tick, arrow.unit, arrow.tz) for tick in ticks)


def _plain(cell: Any) -> Cell:
    """Values JSON has no type for (decimals, dates, bytes) as text."""
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    if isinstance(cell, list):
        return [_plain(item) for item in cell]
    if isinstance(cell, dict):
        return {str(key): _plain(value) for key, value in cell.items()}
    return str(cell)
