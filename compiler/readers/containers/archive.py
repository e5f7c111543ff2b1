"""Zip files from strangers: the directory and the members read with limits."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from compiler.diagnostics import CompilerError, SourceRange, failure

MAX_MEMBERS = 100_000
"""More entries than any framework writes: PyTorch stores one a tensor."""
_MAX_DIRECTORY = 32 << 20
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def damaged(path: Path, why: str) -> CompilerError:
    """The MF203 failure for a model file that is not what its first bytes promised."""
    return failure(
        "MF203",
        f"the model file is damaged: {why}",
        where=SourceRange(str(path)),
        hint="save the model again, or fetch the file again",
    )


def _directory_size(file: IO[bytes], size: int) -> int:
    """Bytes of the directory as the end record (zip specification, 4.3.16) has it; -1 without one."""
    tail = min(size, 65557)
    file.seek(size - tail)
    data = file.read(tail)
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or len(data) - at < 22:
        return -1
    declared = int.from_bytes(data[at + 12 : at + 16], "little")
    return declared if declared != 0xFFFFFFFF else _zip64_directory_size(data, at)


def _zip64_directory_size(data: bytes, end: int) -> int:
    at = data.rfind(b"PK\x06\x06", 0, end)
    return int.from_bytes(data[at + 40 : at + 48], "little") if at >= 0 else -1


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file whose directory is within limits. Raises CompilerError (MF203, MF206)."""
    with path.open("rb") as file:
        yield checked_zip(file, path.stat().st_size, path)


def checked_zip(file: IO[bytes], size: int, path: Path) -> zipfile.ZipFile:
    """A zip over `size` bytes of a file whose directory is within limits. Raises CompilerError (MF203, MF206)."""
    directory = _directory_size(file, size)
    if directory < 0:
        raise damaged(path, "the zip directory is missing (a download that was cut short?)")
    if directory > _MAX_DIRECTORY:
        raise _too_many(path)
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGE as error:
        raise damaged(path, f"not a readable zip file: {error}") from error
    if len(archive.filelist) > MAX_MEMBERS:
        raise _too_many(path)
    return archive


def _too_many(path: Path) -> CompilerError:
    return failure("MF206", f"the zip file lists more than {MAX_MEMBERS:,} members", where=SourceRange(str(path)))


def read_member(archive: zipfile.ZipFile, name: str, limit: int, *, whole: bool = True) -> bytes:
    """Up to `limit` bytes of a member.

    Raises CompilerError: MF203 when it is missing or damaged, MF206 when `whole` and it is longer than `limit`.
    """
    path = Path(str(archive.filename))
    try:
        with archive.open(name) as member:
            data = member.read(limit + 1)
    except KeyError:
        raise damaged(path, f"'{name}' is missing from the zip file") from None
    except DAMAGE as error:
        raise damaged(path, f"'{name}' cannot be read: {error}") from error
    if whole and len(data) > limit:
        raise failure("MF206", f"'{name}' is larger than {limit:,} bytes", where=SourceRange(str(path)))
    return data[:limit]
