"""What of an output is done: a folder of our own beside the parts, so that a run that was killed is resumed.

The journal is a file of JSON lines: what the run is made of, the types of its answers, then a line for each part. A
line is written after its part is in place, and synced; half a line at the end is a part that is not done.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from compiler.diagnostics import failure

_JOURNAL, _LOCK = "journal.jsonl", "lock"


@dataclass(frozen=True, slots=True)
class DonePart:
    """A part that is in place."""

    number: int
    rows: int
    """Rows of the input that it stands for."""
    scored: int
    """Rows with an answer: those in the part."""
    refused: int
    """Rows and lines without one: those in its side file."""
    file: str


@dataclass(slots=True)
class Journal:
    """The state of one output; held by one process at a time."""

    folder: Path
    parts: dict[int, DonePart] = field(default_factory=dict)
    schema: Any = None
    """The pyarrow schema of the answers; None before the first of them."""
    resumed: bool = False
    """Whether there were parts of an earlier run."""

    def add(self, part: DonePart) -> None:
        """Note a part that is in place. Raises OSError."""
        self._append({"part": asdict(part)})
        self.parts[part.number] = part

    def fix_schema(self, schema: Any) -> None:
        """Note the types of the answers: all parts have the same. Raises OSError."""
        self._append({"schema": base64.b64encode(schema.serialize().to_pybytes()).decode("ascii")})
        self.schema = schema

    def _append(self, entry: dict[str, Any]) -> None:
        with (self.folder / _JOURNAL).open("ab") as file:
            _write_line(file, entry)


def _write_line(file: IO[bytes], entry: dict[str, Any]) -> None:
    file.write(json.dumps(entry).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def fingerprint(facts: Any) -> str:
    """SHA-256 of what a run is made of, as JSON: the input's files, the artifact's digest, how it is cut in parts."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@contextlib.contextmanager
def open_journal(folder: Path, mark: str, *, overwrite: bool) -> Iterator[Journal]:
    """The journal in `folder`, which is made; parts of a run with the same fingerprint `mark` are kept.

    Raises `CompilerError` MF824 where it is of another run and not to be overwritten, MF831 while another process
    writes it, and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise failure("MF831", f"another process is writing {folder.parent.name}") from None
        yield _opened(folder, mark, overwrite=overwrite)


def _opened(folder: Path, mark: str, *, overwrite: bool) -> Journal:
    entries, size = _entries(folder / _JOURNAL)
    if entries and entries[0].get("fingerprint") == mark:
        os.truncate(folder / _JOURNAL, size)
        return _restored(folder, entries)
    if any("part" in entry for entry in entries) and not overwrite:
        raise failure("MF824", "the output was begun with another input, artifact or setting")
    with (folder / _JOURNAL).open("wb") as file:
        _write_line(file, {"formatVersion": 1, "fingerprint": mark})
    return Journal(folder)


def _restored(folder: Path, entries: list[dict[str, Any]]) -> Journal:
    import pyarrow as pa

    journal = Journal(folder)
    for entry in entries[1:]:
        if "part" in entry:
            part = DonePart(**entry["part"])
            journal.parts[part.number] = part
        else:
            journal.schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(entry["schema"])))
    journal.resumed = bool(journal.parts)
    return journal


def _entries(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The whole lines of a journal, and how many bytes they take."""
    if not path.is_file():
        return [], 0
    content = path.read_bytes()
    size = content.rfind(b"\n") + 1
    return [json.loads(line) for line in content[:size].splitlines()], size
