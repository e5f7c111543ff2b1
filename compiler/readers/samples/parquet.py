"""Parquet through pyarrow, with the dtypes and columns that `pandas.read_parquet` gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from compiler.diagnostics import SourceRange, failure
from compiler.ir import Cell, Column, Table
from compiler.readers.samples.content import MAX_BYTES, MAX_VALUES, Content, malformed, too_large_a_row
from compiler.readers.samples.infer import column_of
from compiler.readers.samples.moments import from_ticks

_BATCH = 4096
"""Rows that are read at a time."""


def read_parquet(content: Content) -> Table:
    """The table of a Parquet sample, of a large one its first rows, without the columns pandas keeps its index in.

    Raises MF303 to MF305.
    """
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
        with parquet.ParquetFile(content.path, memory_map=True) as file:
            texts, schema = _texts(file), file.schema_arrow
        # A page may hold a long text once and name it a million times: kept that way, it is in memory once.
        with parquet.ParquetFile(content.path, memory_map=True, read_dictionary=texts) as file:
            rows = file.metadata.num_rows
            data = pa.Table.from_batches(_first_batches(content, file), schema=file.schema_arrow)
    except (pa.ArrowException, OSError) as error:
        raise malformed(content, f"the Parquet file cannot be read: {error}") from error
    return _table(data, schema, cut=data.num_rows < rows)


def _texts(file: Any) -> list[str]:
    """Paths of the columns of texts and bytes."""
    from pyarrow import types

    plain = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return [field.name for field in file.schema_arrow if any(test(field.type) for test in plain)]


def _first_batches(content: Content, file: Any) -> Iterator[Any]:
    """The first rows, some at a time, up to as many values and bytes as a sample may have."""
    values, size, rows = 0, 0, 0
    if (wide := _values_a_row(file.metadata)) > MAX_VALUES:
        raise too_large_a_row(content)
    for batch in file.iter_batches(batch_size=max(1, min(_BATCH, MAX_VALUES // wide))):
        values, size = values + sum(map(_count, batch.columns)), size + batch.nbytes
        if values > MAX_VALUES or size > MAX_BYTES:
            if not rows:
                raise too_large_a_row(content)
            return
        rows += batch.num_rows
        content.progress(rows, file.metadata.num_rows)
        yield batch


def _values_a_row(metadata: Any) -> int:
    """Values a row has on the average, those in lists included, in the row group where they are most."""
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    sizes: list[int] = [
        sum(group.column(index).num_values for index in range(group.num_columns)) // max(group.num_rows, 1)
        for group in groups
    ]
    return max([1, *sizes])


def _count(cells: Any) -> int:
    """Values of a column, those in lists included."""
    from pyarrow import types

    kind = cells.type
    nested = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return len(cells) + (_count(cells.flatten()) if nested else 0)


def _table(data: Any, schema: Any, *, cut: bool) -> Table:
    """The columns; `schema` says which texts are categories: `data` has all of them in that form."""
    pandas = _pandas_metadata(data.schema)
    index = {name for name in pandas.get("index_columns", []) if isinstance(name, str)}
    kinds = {entry.get("field_name"): entry.get("numpy_type") for entry in pandas.get("columns", [])}
    whole = [entry.get("pandas_type") for entry in pandas.get("column_indexes", [])] == ["int64"]
    columns = [
        _column(int(name) if whole else name, data.column(name), schema.field(name).type, kinds.get(name))
        for name in data.column_names
        if name not in index
    ]
    return Table(tuple(columns), data.num_rows, cut)


def _pandas_metadata(schema: Any) -> dict[str, Any]:
    raw = (schema.metadata or {}).get(b"pandas", b"{}")
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _column(name: str | int, cells: Any, arrow: Any, numpy_type: str | None) -> Column:
    from pyarrow import types

    if types.is_dictionary(arrow):
        return Column(name, "category", tuple(_shared(cells)))
    if types.is_timestamp(arrow):
        zone = f", {arrow.tz}" if arrow.tz else ""
        return Column(name, f"datetime64[{arrow.unit}{zone}]", _moments(cells, arrow))
    if types.is_integer(arrow) or types.is_floating(arrow):
        return _numbers(name, cells, numpy_type)
    if types.is_boolean(arrow) and numpy_type == "boolean":
        return Column(name, "boolean", tuple(cells.to_pylist()))
    return column_of(
        name, [_plain(cell) for cell in (_shared(cells) if types.is_dictionary(cells.type) else cells.to_pylist())]
    )


def _numbers(name: str | int, cells: Any, numpy_type: str | None) -> Column:
    # Chunk by chunk: a list of all of them beside the tuple would be as large as it.
    found = (value for chunk in cells.chunks for value in chunk.to_pylist())
    values = tuple(None if value != value else value for value in found)  # noqa: PLR0124 -- only NaN
    if numpy_type and numpy_type[0] in "IUF":
        return Column(name, numpy_type, values)
    arrow = {"halffloat": "float16", "float": "float32", "double": "float64"}.get(str(cells.type), str(cells.type))
    if arrow.startswith("float") or None not in values:
        return Column(name, arrow, values)
    return Column(name, "float64", tuple(None if value is None else float(value) for value in values))


def _shared(cells: Any) -> Iterator[Cell]:
    """The values of a column that names them by number: equal ones are one object."""
    for chunk in cells.chunks:
        known = chunk.dictionary.to_pylist()
        yield from (None if index is None else known[index] for index in chunk.indices.to_pylist())


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
