"""A table as batches of rows, in order, of one schema; memory holds a few of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.scoring.tables.batches import Batch, TableFormat
from compiler.scoring.tables.formats import Format, unreadable
from compiler.scoring.tables.sources import Source


class Table:
    """A table that is read once, from the start."""

    def __init__(self, source: Source, dtypes: Mapping[str, str]) -> None:
        """Read the schema of the first file. Raises `CompilerError` MF821."""
        import pyarrow as pa

        self._source = source
        self._format = _format(source.format)
        try:
            self.schema = self._format.schema(source.files[0], dtypes)
        except (pa.ArrowException, OSError, ValueError) as problem:
            raise unreadable(source.files[0].name, problem) from None

    @property
    def rows(self) -> int | None:
        """How many rows there are; None where only reading them tells."""
        if self._source.format is not Format.PARQUET:
            return None
        from pyarrow import parquet

        return sum(int(parquet.read_metadata(path).num_rows) for path in self._source.files)

    def empty(self) -> Any:
        """A batch without rows."""
        import pyarrow as pa

        return pa.RecordBatch.from_pylist([], schema=self.schema)

    def batches(self) -> Iterator[Batch]:
        """All rows. Raises `CompilerError` MF821, also for a file whose columns are not those of the first."""
        import pyarrow as pa

        for path in self._source.files:
            try:
                for batch in self._format.batches(path, self.schema):
                    yield Batch(_conformed(batch.rows, self.schema), batch.unreadable)
            except (pa.ArrowException, OSError, KeyError, ValueError) as problem:
                raise unreadable(path.name, problem) from None


def _conformed(rows: Any, schema: Any) -> Any:
    """The rows with the columns of the schema, in its order and of its types."""
    if rows.schema.equals(schema):
        return rows
    return rows.select(schema.names).cast(schema)


def _format(kind: Format) -> TableFormat:
    from compiler.scoring.tables import arrow_input, csv_input, json_lines_input, parquet_input

    formats: dict[Format, TableFormat] = {
        Format.PARQUET: parquet_input,
        Format.CSV: csv_input,
        Format.JSON_LINES: json_lines_input,
        Format.ARROW: arrow_input,
    }
    return formats[kind]
