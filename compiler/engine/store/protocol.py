"""Where lease, memory and status of a target are kept: a folder, or a folder of a bucket."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Changed(Exception):  # noqa: N818 - not an error: another process was faster
    """The condition of a write does not hold any more."""


class Store(Protocol):
    """Small documents by key."""

    def read(self, key: str) -> tuple[bytes, str] | None:
        """Content and etag; None when there is none."""

    def write(self, key: str, content: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
        """Write the document and return its etag. Raises `Changed` when the condition does not hold."""

    def list(self, prefix: str) -> Iterator[str]:
        """The keys that begin with `prefix`."""

    def delete(self, key: str, if_match: str | None = None) -> None:
        """Remove a document; one that is gone is as good. Raises `Changed` when the condition does not hold."""


class FolderStore:
    """A store on this machine. Conditions hold among processes that share the lock of the checkout."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> tuple[bytes, str] | None:
        """Content and digest of a file."""
        try:
            content = (self._folder / key).read_bytes()
        except FileNotFoundError:
            return None
        return content, hashlib.sha256(content).hexdigest()

    def write(self, key: str, content: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
        """Replace the file at once, so that no reader sees half of it."""
        self._check(key, if_match, if_absent=if_absent)
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
        return hashlib.sha256(content).hexdigest()

    def list(self, prefix: str) -> Iterator[str]:
        """The files below the folder whose path begins so."""
        keys = (str(path.relative_to(self._folder)) for path in self._folder.rglob("*") if path.is_file())
        return iter(sorted(key for key in keys if key.startswith(prefix)))

    def delete(self, key: str, if_match: str | None = None) -> None:
        """Remove the file."""
        self._check(key, if_match, if_absent=False)
        (self._folder / key).unlink(missing_ok=True)

    def _check(self, key: str, if_match: str | None, *, if_absent: bool) -> None:
        known = self.read(key) if if_match is not None or if_absent else None
        if (if_absent and known is not None) or (if_match is not None and (known is None or known[1] != if_match)):
            raise Changed
