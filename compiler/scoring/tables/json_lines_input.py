"""JSON lines: one object a line. Types are those of the first lines, and of the model's columns."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from compiler.scoring.tables.batches import BATCH_ROWS, Batch, UnreadableRow

_SAMPLE = 1000
"""Lines that types are told by."""


def schema(path: Path, dtypes: Mapping[str, str]) -> Any:
    """What the first lines hold. Numbers are floats where the model takes those. Raises ValueError."""
    import pyarrow as pa

    with _open(path) as file:
        rows = [row for line in itertools.islice(_lines(file), _SAMPLE) if isinstance(row := _parsed(line), dict)]
    if not rows:
        raise ValueError("none of the first lines is a JSON object")
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.schema([_field(name, [row.get(name) for row in rows], dtypes.get(name, "")) for name in names])


def batches(path: Path, schema: Any) -> Iterator[Batch]:
    """The rows; lines that do not have the schema are told."""
    with _open(path) as file:
        lines = _lines(file)
        while part := list(itertools.islice(lines, BATCH_ROWS)):
            yield _batch(part, schema)


def _open(path: Path) -> Any:
    import pyarrow as pa

    return io.BufferedReader(pa.input_stream(str(path), compression="detect"), 1 << 20)


def _lines(file: Iterable[bytes]) -> Iterator[bytes]:
    return (line for line in file if line.strip())


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _field(name: str, cells: list[Any], dtype: str) -> Any:
    import pyarrow as pa

    try:
        kind = pa.array(cells).type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        kind = pa.string()
    if pa.types.is_null(kind):
        kind = pa.float64() if dtype.startswith(("int", "uint", "float")) else pa.string()
    if pa.types.is_integer(kind) and dtype.lower().startswith("float"):
        kind = pa.float64()
    return pa.field(name, kind)


def _batch(lines: list[bytes], schema: Any) -> Batch:
    """Arrow's parser for the lines at once; where that fails, line by line to find which ones."""
    import pyarrow as pa

    try:
        return Batch(_read(b"".join(_ended(line) for line in lines), schema))
    except pa.ArrowInvalid:
        pass
    readable: list[bytes] = []
    unreadable: list[UnreadableRow] = []
    for line in lines:
        try:
            _read(_ended(line), schema)
        except pa.ArrowInvalid as problem:
            unreadable.append(UnreadableRow(line.decode("utf-8", "replace").rstrip("\r\n"), str(problem)))
        else:
            readable.append(_ended(line))
    return Batch(_read(b"".join(readable), schema), tuple(unreadable))


def _ended(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n"


def _read(text: bytes, schema: Any) -> Any:
    import pyarrow as pa
    from pyarrow import json as arrow_json

    if not text:
        return pa.RecordBatch.from_pylist([], schema=schema)
    options = arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    read = arrow_json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    table = arrow_json.read_json(pa.py_buffer(text), read, options).combine_chunks()
    return table.to_batches()[0].select(schema.names)
