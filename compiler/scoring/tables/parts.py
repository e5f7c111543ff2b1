"""Parts of an output table: each is written at once, or not at all, then perhaps joined to one file."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from compiler.scoring.tables.formats import Format


def write_part(path: Path, batches: Sequence[Any], schema: Any, kind: Format) -> None:
    """Write RecordBatches of that schema to `path`, which is there afterwards as a whole or not at all. OSError."""
    staged = path.with_name(f".{path.name}.staged")
    _WRITERS[kind](staged, batches, schema)
    put_in_place(staged, path)


def join_parts(parts: Sequence[Path], target: Path, schema: Any, kind: Format) -> None:
    """One file of all parts, in their order; likewise. Raises OSError."""
    staged = target.with_name(f".{target.name}.staged")
    if kind in (Format.CSV, Format.JSON_LINES):
        _concatenate(parts, staged, lines_to_skip=1 if kind is Format.CSV else 0)
    else:
        with _sink(staged, schema, kind) as sink:
            for part in parts:
                for batch in _read(part, kind):
                    sink.write_batch(batch)
    put_in_place(staged, target)


def put_in_place(staged: Path, path: Path) -> None:
    """Let the finished file appear under its name, once its bytes are on the disk. Raises OSError."""
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    staged.replace(path)


def _concatenate(parts: Sequence[Path], staged: Path, lines_to_skip: int) -> None:
    with staged.open("wb") as out:
        for number, part in enumerate(parts):
            with part.open("rb") as file:
                if number:
                    for _ in range(lines_to_skip):
                        _skip_record(file)
                shutil.copyfileobj(file, out, 1 << 20)


def _skip_record(file: Any) -> None:
    """Read past the header: a name may hold line breaks, and then it is quoted."""
    quotes = 0
    while line := file.readline():
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            return


def _read(part: Path, kind: Format) -> Iterable[Any]:
    if kind is Format.PARQUET:
        from pyarrow import parquet

        with parquet.ParquetFile(part, pre_buffer=False) as file:
            yield from file.iter_batches(1 << 17)
        return
    import pyarrow as pa

    with pa.OSFile(str(part), "rb") as source, pa.ipc.open_file(source) as reader:
        yield from (reader.get_batch(at) for at in range(reader.num_record_batches))


def _sink(path: Path, schema: Any, kind: Format) -> AbstractContextManager[Any]:
    if kind is Format.PARQUET:
        from pyarrow import parquet

        sink: AbstractContextManager[Any] = parquet.ParquetWriter(path, schema)
        return sink
    import pyarrow as pa

    writer: AbstractContextManager[Any] = pa.ipc.new_file(str(path), schema)
    return writer


def _write_columns(kind: Format) -> Callable[[Path, Sequence[Any], Any], None]:
    def write(path: Path, batches: Sequence[Any], schema: Any) -> None:
        import pyarrow as pa

        with _sink(path, schema, kind) as sink:
            for batch in pa.Table.from_batches(batches, schema).combine_chunks().to_batches():
                sink.write_batch(batch)

    return write


def _write_csv(path: Path, batches: Sequence[Any], schema: Any) -> None:
    from pyarrow import csv

    flat = csv_schema(schema)
    with csv.CSVWriter(str(path), flat, write_options=csv.WriteOptions(quoting_style="needed")) as sink:
        for batch in batches:
            sink.write_batch(_flattened(batch, flat))


def csv_schema(schema: Any) -> Any:
    """The schema with text where a CSV has no form for a type."""
    import pyarrow as pa

    return pa.schema([pa.field(field.name, _csv_type(field.type)) for field in schema])


def _csv_type(kind: Any) -> Any:
    import pyarrow as pa
    from pyarrow import types

    tests = (types.is_integer, types.is_floating, types.is_boolean, types.is_string, types.is_timestamp, types.is_date)
    return kind if any(test(kind) for test in tests) else pa.string()


def _flattened(batch: Any, flat: Any) -> Any:
    """Arrays and mappings as JSON text, all else that has no form in a CSV as text."""
    import pyarrow as pa

    columns = [
        column if column.type.equals(field.type) else pa.array(map(_as_text, column.to_pylist()), pa.string())
        for column, field in zip(batch.columns, flat, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=flat)


def _as_text(value: Any) -> str | None:
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=_json_value)
    return None if value is None else str(_json_value(value))


def _json_value(value: Any) -> Any:
    """Bytes as base64, all else that JSON has no form for as text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return str(value)


def write_json_lines(path: Path, rows: Iterable[Any]) -> None:
    """One JSON object a line. Raises OSError."""
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, default=_json_value, ensure_ascii=False) + "\n")


def _write_json(path: Path, batches: Sequence[Any], schema: Any) -> None:  # noqa: ARG001 - rows name their columns
    write_json_lines(path, (row for batch in batches for row in batch.to_pylist()))


_WRITERS: dict[Format, Callable[[Path, Sequence[Any], Any], None]] = {
    Format.PARQUET: _write_columns(Format.PARQUET),
    Format.ARROW: _write_columns(Format.ARROW),
    Format.CSV: _write_csv,
    Format.JSON_LINES: _write_json,
}
