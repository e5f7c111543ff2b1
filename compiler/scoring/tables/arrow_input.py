"""Arrow IPC: files, which Feather is as well, or streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from compiler.scoring.tables.batches import BATCH_ROWS, Batch

_MAGIC = b"ARROW1"


def schema(path: Path, dtypes: Mapping[str, str]) -> Any:  # noqa: ARG001 - the file has types of its own
    """The schema of the file."""
    with ExitStack() as stack:
        return _reader(path, stack).schema.remove_metadata()


def batches(path: Path, schema: Any) -> Iterator[Batch]:  # noqa: ARG001 - the file has one of its own
    """The rows of the file."""
    with ExitStack() as stack:
        reader = _reader(path, stack)
        for rows in _record_batches(reader):
            whole = rows.replace_schema_metadata(None)
            for start in range(0, whole.num_rows, BATCH_ROWS):
                yield Batch(whole.slice(start, BATCH_ROWS))


def _reader(path: Path, stack: ExitStack) -> Any:
    import pyarrow as pa

    source = stack.enter_context(pa.memory_map(str(path)))
    is_file = source.read(len(_MAGIC)) == _MAGIC
    source.seek(0)
    return stack.enter_context(pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source))


def _record_batches(reader: Any) -> Iterator[Any]:
    count = getattr(reader, "num_record_batches", None)
    if count is None:
        yield from reader
    else:
        yield from (reader.get_batch(at) for at in range(count))
