"""What is sent to an endpoint: JSON as it is, or a table of a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure


def payload_from_text(text: str | bytes, source: str) -> Any:
    """JSON text as it is; `source` names it in messages. Raises `CompilerError` MF303."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise failure("MF303", f"{source} is not JSON: {error}") from None


def payload_from_file(path: Path, rows: int | None, *, by_column: bool, named: str) -> Any:
    """JSON goes as it is; a table goes as records or by column, or as rows where its columns have no names.

    `rows` sends only the first rows of a table. Raises `CompilerError` MF001 and MF303.
    """
    if not is_table(named, rows):
        return payload_from_text(_bytes(path, named), named)
    return _table(path, rows, by_column=by_column)


def is_table(named: str, rows: int | None) -> bool:
    """Whether a file is sent as rows of a table, and not as the JSON that it is."""
    return not named.endswith(".json") or rows is not None


def _bytes(path: Path, named: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise failure("MF001", f"cannot read {named}: {error.strerror}") from None


def _table(path: Path, rows: int | None, *, by_column: bool) -> Any:
    from compiler.passes.samples.golden import golden_request, golden_rows
    from compiler.readers.samples import read_table

    table = read_table(path)
    golden = golden_rows(table, None, table.rows if rows is None else rows, 0.0)
    return golden_request(replace(golden, by_column=by_column))
