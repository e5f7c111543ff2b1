"""Notice that what is being served has changed on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from compiler.diagnostics import CompilerError
from compiler.events import Event, Listener, Phase

_GENERATED = ("build", "__pycache__")

Served = TypeVar("Served")
Seen = dict[str, tuple[int, int]]


class Reloader(Generic[Served]):
    """Calls `make` again when a file at or below `path` changed; hidden folders and build folders do not count.

    What is wrong with the new files goes to the listener, and the old artifact stays.
    """

    def __init__(self, path: Path, make: Callable[[], Served], listener: Listener) -> None:
        self._path = path if path.is_dir() or path.suffix == ".zip" else path.parent
        self._make = make
        self._listener = listener
        self._seen = _files(self._path)

    def changed(self) -> Served | None:
        """What is to be served from now on; None as long as that is what was served before."""
        seen = _files(self._path)
        if seen == self._seen:
            return None
        self._seen = seen
        try:
            return self._make()
        except CompilerError as error:
            for problem in error.diagnostics:
                self._listener(Event(Phase.DIAGNOSTIC, str(self._path), value=problem))
            return None


def _files(path: Path) -> Seen:
    """Size and time of each file."""
    found: Seen = {}
    for file in [path] if path.is_file() else _walk(path):
        try:
            status = file.stat()
        except FileNotFoundError:  # gone since it was listed
            continue
        found[str(file)] = (status.st_size, status.st_mtime_ns)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _GENERATED]
        yield from (Path(root, name) for name in files)
