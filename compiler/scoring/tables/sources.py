"""The files of an input: one, or all of a folder in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import failure
from compiler.scoring.tables.formats import Format, format_of


@dataclass(frozen=True, slots=True)
class Source:
    """A table in files of one format."""

    format: Format
    files: tuple[Path, ...]

    def identity(self) -> list[list[str | int]]:
        """Name, size in bytes and time of the last change (ns) of each file: what tells it from another input."""
        stats = [(path, path.stat()) for path in self.files]
        return [[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in stats]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.files)


def find_source(path: Path, shown: str) -> Source:
    """The table at `path`, called `shown` in messages.

    Names that begin with `_` or `.` are passed over, as Spark does. Raises `CompilerError` MF821.
    """
    if not path.exists():
        raise failure("MF821", f"there is nothing at {shown}")
    files = (path,) if path.is_file() else tuple(sorted(_files(path)))
    formats = {format_of(file.name) for file in files}
    if not files or None in formats:
        known = "parquet, csv, jsonl, ndjson, arrow, feather"
        raise failure("MF821", f"{shown} is not a table of a known format ({known})")
    if len(formats) > 1:
        names = ", ".join(sorted(str(known) for known in formats))
        raise failure("MF821", f"{shown} holds tables of several formats: {names}")
    (found,) = formats
    assert found is not None
    return Source(found, files)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(("_", ".")):
            continue
        if path.is_dir():
            yield from _files(path)
        elif format_of(path.name) is not None:
            yield path
