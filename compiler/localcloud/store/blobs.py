"""Bytes on disk: immutable files, written aside, synced and renamed, so that none is ever seen half-written.

A blob belongs to its users (artifacts, objects, parts), counted in the database; the last one to let go removes it.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.disk_errors import translate_errors

CHUNK = 1 << 18
ABANDONED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: its name, its size in bytes, and its MD5 in base64 as the service gives it."""

    name: str
    size: int
    md5: str
    sha256: str
    """In base64, as x-content-sha256 has it."""


class Blobs:
    """The files under `root`."""

    def __init__(self, root: Path) -> None:
        self._stored = root / "blobs"
        self._staging = root / "staging"
        self._stored.mkdir(parents=True, exist_ok=True)
        self._staging.mkdir(exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a blob lies."""
        return self._stored / name[:2] / name

    def put(self, source: BinaryIO | None) -> Blob:
        """Store a stream without ever holding more than a chunk of it in memory. Raises MF900 when the disk is full."""
        with translate_errors(self._staging):
            return self._put(source)

    def _put(self, source: BinaryIO | None) -> Blob:
        name = secrets.token_hex(16)
        staged = self._staging / name
        md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
        with staged.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # tells `sweep` of another process that this file is being written
            while source is not None and (chunk := source.read(CHUNK)):
                md5.update(chunk)
                sha256.update(chunk)
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        self._commit(staged, name)
        return Blob(name, size, base64.b64encode(md5.digest()).decode(), base64.b64encode(sha256.digest()).decode())

    def read(self, segments: Sequence[tuple[str, int]], start: int, length: int) -> Iterator[bytes]:
        """The bytes `start … start+length` of blobs laid end to end; `segments` gives name and size of each."""
        for name, size in segments:
            if length <= 0:
                return
            if start < size:
                taken = min(length, size - start)
                yield from _chunks(self.path(name), start, taken)
                start, length = 0, length - taken
            else:
                start -= size

    def discard(self, name: str) -> None:
        """Remove a blob that nobody uses."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what killed processes left half-written."""
        oldest = time.time() - ABANDONED_SECONDS
        for file in self._staging.iterdir():
            _remove_abandoned(file, oldest)

    def remove_orphans(self, used: Set[str], before: float) -> None:
        """Remove files that are not `used` and were written before that time: a kill between file and database."""
        for file in self._stored.glob("*/*"):
            if file.name not in used and file.stat().st_mtime < before:
                file.unlink(missing_ok=True)

    def _commit(self, staged: Path, name: str) -> None:
        path = self.path(name)
        path.parent.mkdir(exist_ok=True)
        staged.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def use_blob(tx: Transaction, name: str, owner: str) -> None:
    """Note that `owner` (a resource's id or an object's name) needs the blob."""
    tx.execute("INSERT OR IGNORE INTO blob_uses VALUES (?, ?)", name, owner)


def release_blobs(tx: Transaction, blobs: Blobs, owner: str) -> None:
    """Let go of all blobs of `owner`; those without another user are removed once this is committed."""
    names = [name for (name,) in tx.execute("SELECT blob FROM blob_uses WHERE owner = ?", owner).fetchall()]
    tx.execute("DELETE FROM blob_uses WHERE owner = ?", owner)
    for name in names:
        if tx.execute("SELECT 1 FROM blob_uses WHERE blob = ?", name).fetchone() is None:
            tx.after_commit(_Discard(blobs, name))


@dataclass(frozen=True, slots=True)
class _Discard:
    blobs: Blobs
    name: str

    def __call__(self) -> None:
        self.blobs.discard(self.name)


def _chunks(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def _remove_abandoned(file: Path, oldest: float) -> None:
    try:
        with file.open("rb") as staged:
            fcntl.flock(staged, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if file.stat().st_mtime < oldest:
                file.unlink()
    except (BlockingIOError, FileNotFoundError):
        return
