"""A model file as memory, without reading it: mapped, or inflated into a temporary file and mapped."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from compiler.diagnostics import SourceRange, failure
from compiler.readers.containers.compression import codec_of, inflated

MAX_INFLATED = 4 << 30
LEAST_INFLATED, RATIO = 256 << 20, 100
"""A file may inflate to a hundred times its size, and to 256 MiB in any case: models stay far below."""
_PIECE = 1 << 20


class Readable(Protocol):
    """What inflates."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""


class BadContentError(ValueError):
    """The bytes break the rules of their format; the message completes "the model file is damaged: …"."""


@contextmanager
def mapped(path: Path) -> Iterator[memoryview]:
    """The content of a file, inflated when it is compressed.

    A `BadContentError` raised inside becomes CompilerError MF203 with the file's name; MF205, MF206 as for `inflated`.
    """
    with path.open("rb") as file:
        codec = codec_of(file.read(16))
        try:
            if codec is None:
                yield memoryview(map_file(file))
                return
            with _inflated_copy(path, codec) as spool:
                yield memoryview(map_file(spool))
        except BadContentError as error:
            from compiler.readers.containers.archive import (
                damaged,  # zipfile is only worth its import where something is wrong
            )

            raise damaged(path, str(error)) from error


def map_file(file: IO[bytes]) -> mmap.mmap:
    """A file as memory. Raises `BadContentError` for an empty one."""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise BadContentError("it is empty") from error


@contextmanager
def _inflated_copy(path: Path, codec: str) -> Iterator[IO[bytes]]:
    import tempfile  # only compressed files need it

    with tempfile.TemporaryFile() as spool, inflated(path, codec) as stream:
        spooled(stream, spool, path.stat().st_size, path)
        yield spool


def spooled(stream: Readable, spool: IO[bytes], compressed: int, path: Path) -> None:
    """Inflate a stream of `compressed` bytes into a file. Raises CompilerError MF206 beyond a hundred times as many."""
    limit = min(MAX_INFLATED, max(LEAST_INFLATED, RATIO * compressed))
    while piece := stream.read(_PIECE):
        spool.write(piece)
        if spool.tell() > limit:
            text = f"the file inflates to more than {limit >> 20:,} MiB"
            raise failure("MF206", text, where=SourceRange(str(path)))
    spool.flush()
