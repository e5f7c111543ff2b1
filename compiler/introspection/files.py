"""How checks reach the files of an artifact, wherever they are."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TypeAlias

from compiler.diagnostics import failure

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """How the checks reach one file: content and SHA-256 are only worked out when a check asks; `size` in bytes."""

    read: Callable[[], bytes]
    size: int
    sha256: Callable[[], str]


Files: TypeAlias = Mapping[str, ArtifactFile]


def directory_files(root: Path) -> Files:
    """The files below `root` as the checks want them; raises `CompilerError` (MF520) when there is no directory."""
    if not root.is_dir():
        raise failure("MF520", f"{root} is not an artifact directory")
    found = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {
        path.relative_to(root).as_posix(): ArtifactFile(
            path.read_bytes, path.stat().st_size, partial(file_sha256, path)
        )
        for path in found
    }


def archive_files(path: Path) -> Files:
    """The files in the zip archive of an artifact; raises `CompilerError` (MF520) when it is not a readable one."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, OSError) as problem:
        raise failure("MF520", f"{path} cannot be read as a zip archive: {problem}") from None
    return {
        entry.filename: ArtifactFile(
            partial(_member, path, entry), entry.file_size, partial(_member_sha256, path, entry)
        )
        for entry in found
    }


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal, read a mebibyte at a time."""
    with path.open("rb") as file:
        return _sha256(file)


def _member(path: Path, entry: zipfile.ZipInfo) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(entry)


def _member_sha256(path: Path, entry: zipfile.ZipInfo) -> str:
    with zipfile.ZipFile(path) as archive, archive.open(entry) as file:
        return _sha256(file)


def _sha256(file: IO[bytes]) -> str:
    seen = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        seen.update(chunk)
    return seen.hexdigest()
