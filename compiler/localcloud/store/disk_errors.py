"""The machine's refusals of the store, in words: a full disk, a damaged or a read-only file."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compiler.diagnostics import CompilerError, failure

_ROOM = "make room on the disk and run the same command again: what was begun is completed"
_DAMAGED = "move the folder .manifact/local away to begin anew, or bring the file back from a backup"
_WRITABLE = "see who may write there, and that the disk is well"
_HINTS = {
    "FULL": _ROOM,
    "IOERR": _ROOM,
    "CANTOPEN": _WRITABLE,
    "READONLY": _WRITABLE,
    "PERM": _WRITABLE,
    "BUSY": "another process keeps the store: try again when it has ended",
    "NOTADB": _DAMAGED,
    "CORRUPT": _DAMAGED,
}
"""By primary result code of SQLite (sqlite.org/rescode.html); any other one is our own mistake."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Raises `CompilerError` MF900 for what is the machine's fault; everything else passes."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        # None where the module itself raised it, and not SQLite.
        code = str(getattr(error, "sqlite_errorname", "") or "").removeprefix("SQLITE_").partition("_")[0]
        if code not in _HINTS:
            raise
        raise _refused(path, str(error), _HINTS[code]) from error
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _refused(path, str(error.strerror), _ROOM) from error


def _refused(path: Path, said: str, hint: str) -> CompilerError:
    return failure("MF900", f"the store of the target local cannot be used: {said}: {path}", hint=hint)
