"""Parquet, a batch of a row group at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from compiler.scoring.tables.batches import BATCH_ROWS, Batch


def schema(path: Path, dtypes: Mapping[str, str]) -> Any:  # noqa: ARG001 - the file has types of its own
    """The schema of the file."""
    from pyarrow import parquet

    return parquet.read_schema(path).remove_metadata()


def batches(path: Path, schema: Any) -> Iterator[Batch]:  # noqa: ARG001 - the file has one of its own
    """The rows of the file."""
    from pyarrow import parquet

    with parquet.ParquetFile(path, pre_buffer=False) as file:
        for rows in file.iter_batches(BATCH_ROWS):
            yield Batch(rows.replace_schema_metadata(None))
