"""The formats of tables, told by the ending of a file's name."""

from __future__ import annotations

import enum
from pathlib import PurePosixPath

from compiler.diagnostics import CompilerError, failure


class Format(enum.StrEnum):
    """A format of a table."""

    PARQUET = "parquet"
    CSV = "csv"
    JSON_LINES = "jsonl"
    ARROW = "arrow"
    """An Arrow IPC file or stream (Feather is one)."""


SUFFIXES = {
    ".parquet": Format.PARQUET,
    ".csv": Format.CSV,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
}
COMPRESSED = (".gz", ".bz2", ".zst")
"""Endings that may follow those of a CSV or of JSON lines."""


def format_of(name: str) -> Format | None:
    """The format that a file's name says; None for any other name."""
    path = PurePosixPath(name.lower())
    found = SUFFIXES.get(path.suffix)
    if found is None and path.suffix in COMPRESSED:
        inner = SUFFIXES.get(PurePosixPath(path.stem).suffix)
        return inner if inner in (Format.CSV, Format.JSON_LINES) else None
    return found


def require_pyarrow() -> None:
    """Raise `CompilerError` (MF820) unless pyarrow is here."""
    try:
        import pyarrow as pa  # noqa: F401
    except ImportError:
        raise failure("MF820", "scoring tables needs pyarrow, which this Python does not have") from None


def unreadable(name: str, problem: object) -> CompilerError:
    """MF821 for a file that cannot be read."""
    return failure("MF821", f"{name} cannot be read: {problem}")
