"""CSV, all cells as they are written: what a column holds is not known before its last row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from compiler.scoring.tables.batches import BATCH_ROWS, Batch, UnreadableRow

_BLOCK = 4 << 20
"""Bytes that are parsed at a time."""


def schema(path: Path, dtypes: Mapping[str, str]) -> Any:  # noqa: ARG001 - cells stay text
    """The columns of the first line, all of them text. Raises ValueError for names that are there twice."""
    import pyarrow as pa

    with _open(path, [], []) as reader:
        names = reader.schema.names
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"column '{twice}' is there twice")
    return pa.schema([(name, pa.string()) for name in names])


def batches(path: Path, schema: Any) -> Iterator[Batch]:
    """The rows; lines with too many or too few cells are told."""
    import pyarrow as pa

    unreadable: list[UnreadableRow] = []
    with _open(path, schema.names, unreadable) as reader:
        for block in reader:
            for start in range(0, block.num_rows, BATCH_ROWS):
                found, unreadable[:] = tuple(unreadable), []
                yield Batch(block.slice(start, BATCH_ROWS), found)
    if unreadable:
        yield Batch(pa.RecordBatch.from_pylist([], schema=schema), tuple(unreadable))


def _open(path: Path, names: list[str], unreadable: list[UnreadableRow]) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    def told(row: Any) -> str:
        reason = f"line {row.number} has {row.actual_columns} cells, the first has {row.expected_columns}"
        unreadable.append(UnreadableRow(str(row.text), reason))
        return "skip"

    return csv.open_csv(
        pa.input_stream(str(path), compression="detect"),
        csv.ReadOptions(use_threads=False, block_size=_BLOCK),
        csv.ParseOptions(newlines_in_values=True, invalid_row_handler=told),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
