"""Bringing an artifact into a server's own folder, from a zip archive or a directory; nothing may land elsewhere."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from compiler.zip_structure import contradictions


class ArtifactError(Exception):
    """The archive is no artifact; the message says why."""


class JoinedFile(io.RawIOBase):
    """Files laid end to end as one, for reading: an artifact that came in parts is never copied together."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._files = [path.open("rb") for path in paths]
        self._sizes = [path.stat().st_size for path in paths]
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next byte is read, from the start of the first file."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: sum(self._sizes)}[whence]
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the file that the position lies in; 0 at the end of the last one."""
        start = self._position
        for file, size in zip(self._files, self._sizes, strict=True):
            if start < size:
                file.seek(start)
                taken = file.readinto(memoryview(buffer)[: size - start])
                self._position += taken
                return taken
            start -= size
        return 0

    def close(self) -> None:
        """Close them all."""
        for file in self._files:
            file.close()
        super().close()


def unpack(archive: Sequence[Path], folder: Path) -> None:
    """Unpack the zip archive, or copy the one directory, into the new folder `folder`. Raises ArtifactError, OSError.

    A copy and never links: user code runs on it, and may write.
    """
    if len(archive) == 1 and archive[0].is_dir():
        _copy(archive[0], folder)
        return
    try:
        with io.BufferedReader(JoinedFile(archive)) as whole, zipfile.ZipFile(whole) as file:
            entries = file.infolist()
            for entry in entries:
                _check(entry)
            if problem := next(contradictions(file), None):
                raise ArtifactError(f"The artifact's archive contradicts itself: {problem}")
            if "score.py" not in {entry.filename for entry in entries}:
                raise ArtifactError("The artifact has no score.py at its top")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            file.extractall(folder)
    except zipfile.BadZipFile as problem:
        raise ArtifactError(f"The artifact is not a zip archive: {problem}") from None


def _copy(source: Path, folder: Path) -> None:
    if not (source / "score.py").is_file():
        raise ArtifactError("The artifact has no score.py at its top")
    for path in source.rglob("*"):
        if path.is_symlink():
            raise ArtifactError(f"The artifact's entry {str(path.relative_to(source))!r} is a symbolic link")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, copy_function=shutil.copyfile)


def _check(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise ArtifactError(f"The artifact's entry {entry.filename!r} would lie outside of its folder")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArtifactError(f"The artifact's entry {entry.filename!r} is a symbolic link")
