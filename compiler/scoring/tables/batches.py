"""Batches of rows, as the files of each format give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

BATCH_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A line that is no row of the table."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that lie one after another."""

    rows: Any
    """pyarrow RecordBatch."""
    unreadable: tuple[UnreadableRow, ...] = ()
    """Lines between them that could not be read."""


class TableFormat(Protocol):
    """How the files of one format are read. Dtypes are those of the model's columns, by name."""

    def schema(self, path: Path, dtypes: Mapping[str, str]) -> Any:
        """The pyarrow Schema of a file."""

    def batches(self, path: Path, schema: Any) -> Iterator[Batch]:
        """Its rows, in batches of about `BATCH_ROWS`."""
