"""Reading a file of the user's that must still be the one that was inspected."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from compiler.diagnostics import CompilerError, failure
from compiler.ir import SourceFile

CHUNK = 1 << 18  # bytes: three are held, beside an upload's parts


class CheckedFile:
    """A large file, read for its CRC and once more for its bytes, while a thread works out its SHA-256.

    The thread costs no time where there is a second core: hashing takes longer than both readings. `pieces` ends with
    an error (MF505) unless the bytes given out are those of the CRC, nothing was written meanwhile, and the SHA-256 is
    the promised one.
    """

    def __init__(self, promised: SourceFile) -> None:
        self._promised = promised
        self._sha256 = hashlib.sha256()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._hash, daemon=True)
        self._written = _written(promised)
        self.crc = 0

    def __enter__(self) -> Self:
        self._thread.start()
        for chunk in _chunks(self._promised):
            self.crc = zlib.crc32(chunk, self.crc)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def pieces(self) -> Iterator[bytes]:
        """The content, CHUNK bytes at a time."""
        left, crc = self._promised.size, 0
        for chunk in _chunks(self._promised):
            left -= len(chunk)
            if left < 0:
                raise changed(self._promised)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        self._thread.join()
        same = (left, crc, _written(self._promised)) == (0, self.crc, self._written)
        if not same or self._sha256.hexdigest() != self._promised.sha256:
            raise changed(self._promised)

    def _hash(self) -> None:
        with contextlib.suppress(CompilerError):  # the reader beside meets the same
            for chunk in _chunks(self._promised):
                if self._stop.is_set():
                    return
                self._sha256.update(chunk)


def read_checked(promised: SourceFile) -> bytes:
    """The content of a small file; raises `CompilerError` (MF505) when it is not the promised one."""
    content = b"".join(_chunks(promised))
    if hashlib.sha256(content).hexdigest() != promised.sha256:
        raise changed(promised)
    return content


def changed(file: SourceFile, why: str = "it is another one now") -> CompilerError:
    """The error of a file that is not the one that was inspected."""
    return failure("MF505", f"{file.path} changed since it was read: {why}", hint="run the command again")


def _written(file: SourceFile) -> tuple[int, int]:
    """Size and time of the last writing (not of the last linking, which changes nothing)."""
    try:
        found = file.source.stat()
    except OSError as problem:
        raise changed(file, str(problem.strerror)) from None
    return found.st_size, found.st_mtime_ns


def _chunks(file: SourceFile) -> Iterator[bytes]:
    """The file's bytes, never more than one piece beyond the promised size."""
    left = file.size
    try:
        with file.source.open("rb", buffering=0) as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
            while left >= 0 and (chunk := opened.read(CHUNK)):
                left -= len(chunk)
                yield chunk
    except OSError as problem:
        raise changed(file, str(problem.strerror)) from None
