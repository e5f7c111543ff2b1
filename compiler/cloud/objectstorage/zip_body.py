"""An artifact's zip as a body that can be sent, and sent again."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, failure
from compiler.emit import ArtifactRecord, ArtifactTree, artifact_tree, stream_zip, zip_size
from compiler.ir import SourceFile

CHUNK = 1 << 20
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class ZipBody:
    """A zip that is made while it is read."""

    size: int
    """Bytes."""
    chunks: Callable[[], Iterator[bytes]]
    """The bytes from the beginning; may be called again."""
    files: Mapping[str, ZipBody] = field(default_factory=dict)
    """What is in it, by path: for a model whose files are put into a bucket one by one."""

    def open(self, progress: Callable[[int], None] = lambda _: None) -> ZipStream:
        """The zip as a file; `progress` is told the bytes read so far."""
        return ZipStream(self, progress)


class ZipStream(io.RawIOBase):
    """Reads an archive; knows its length, and can go back to the beginning for a retry."""

    def __init__(self, archive: ZipBody, progress: Callable[[int], None]) -> None:
        super().__init__()
        self._archive = archive
        self._progress = progress
        self._chunks = archive.chunks()
        self._rest = memoryview(b"")
        self._read = 0

    def __len__(self) -> int:
        return self._archive.size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """To the beginning only."""
        return True

    def tell(self) -> int:
        """Bytes read so far."""
        return self._read

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Back to the beginning; raises OSError for any other place."""
        if offset != 0 or whence != io.SEEK_SET:
            raise OSError("an archive can only be read from its beginning")
        self._chunks, self._rest, self._read = self._archive.chunks(), memoryview(b""), 0
        return 0

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`; 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        self._read += size
        self._progress(self._read)
        return size


def zip_body_of(folder: Path, record: ArtifactRecord) -> ZipBody:
    """The zip of a built artifact directory; its files are compared with the record while they are sent."""
    files = {
        entry.path: SourceFile(entry.path, folder / entry.path, entry.size, entry.sha256) for entry in record.files
    }
    tree: ArtifactTree = artifact_tree(files)
    singly = {path: ZipBody(file.size, partial(file_chunks, file)) for path, file in files.items()}
    return ZipBody(zip_size(tree), lambda: stream_zip(tree), singly)


def file_chunks(file: SourceFile) -> Iterator[bytes]:
    """The content of a file; raises `CompilerError` MF505 at its end when it is not the one that was recorded."""
    seen, left = hashlib.sha256(), file.size
    try:
        with file.source.open("rb") as content:
            while left >= 0 and (chunk := content.read(CHUNK)):
                seen.update(chunk)
                left -= len(chunk)
                yield chunk
    except OSError as error:
        raise _changed(file, f": {error.strerror}") from None
    if seen.hexdigest() != file.sha256:
        raise _changed(file)


def _changed(file: SourceFile, why: str = "") -> CompilerError:
    return failure("MF505", f"{file.path} changed since it was built{why}", hint="compile the manifest again")
