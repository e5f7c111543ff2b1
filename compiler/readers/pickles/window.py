"""The bytes under the machine: a whole mapped file, or a window that slides over an inflating stream."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from compiler.diagnostics import SourceRange, failure
from compiler.readers.containers.compression import codec_of, inflated

CHUNK = 1 << 20
_RELEASE = 16 << 20
"""Bytes of a mapped file after which pages that were read are given back."""


class Stream(Protocol):
    """Where a sliding window gets its bytes from."""

    def read(self, size: int) -> bytes:
        """At most `size` bytes, fewer only at the end."""


class Window:
    """`data` holds the bytes at hand, `base` is the offset of data[0] in the (inflated) file."""

    __slots__ = ("_released", "_stream", "base", "data", "ended")

    def __init__(self, data: bytes | mmap.mmap, stream: Stream | None = None) -> None:
        self.data = data
        self.base = 0
        self._stream = stream
        self._released = 0
        self.ended = stream is None
        """Whether nothing comes after `data`."""

    @property
    def mapped(self) -> bool:
        """Whether `data` is the whole file in memory, so that views of it cost nothing."""
        return isinstance(self.data, mmap.mmap)

    def slide(self, position: int, need: int) -> int:
        """Drop what lies before `position` and get `need` bytes, if there are as many. Returns the new position."""
        if self._stream is None:
            return position
        rest = bytes(self.data[position:])
        piece = self._stream.read(max(need - len(rest), 0) + CHUNK)
        if not piece:
            self.ended, self._stream = True, None
        self.base += position
        self.data = rest + piece
        return 0

    def skip(self, position: int, length: int) -> int:
        """Pass over `length` bytes. Returns the new position, -1 when the file ends before."""
        while length > len(self.data) - position:
            if self.ended:
                return -1
            length -= len(self.data) - position
            position = self.slide(len(self.data), 0)
        if position - self._released > _RELEASE:
            self._release(position)
        return position + length

    def _release(self, position: int) -> None:
        """Give back the pages of a mapped file that were read; they are read again if a view asks for them."""
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            start, stop = (at // mmap.PAGESIZE * mmap.PAGESIZE for at in (self._released, position))
            self.data.madvise(mmap.MADV_DONTNEED, start, stop - start)
            self._released = position

    def view(self, start: int, stop: int) -> memoryview | None:
        """A view that stays valid, without a copy; None over a stream, whose bytes go away."""
        return memoryview(self.data)[start:stop] if self.mapped else None


class _Bounded:
    """A stream that refuses to inflate a small file into an enormous one.

    Models inflate to 2 to 10 times their size. A quarter of a GiB is free, beyond that 100 times the file's size is the
    limit, so that reading stays linear in what somebody had to upload.
    """

    def __init__(self, stream: Stream, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._left = (256 << 20) + 100 * path.stat().st_size

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise failure(
                "MF206",
                "the compressed file inflates to more than 100 times its size",
                where=SourceRange(str(self._path)),
                hint="save the model without compression",
            )
        return piece


@contextmanager
def open_window(path: Path) -> Iterator[Window]:
    """A window over a plain or compressed file. Raises CompilerError: MF203, MF205, MF206."""
    with path.open("rb") as file:
        codec = codec_of(file.read(16))
        if codec is None:
            # Closed by the garbage collector: views of big values live on in the facts that are being read.
            yield Window(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            return
    with inflated(path, codec) as stream:
        yield Window(b"", _Bounded(stream, path))
