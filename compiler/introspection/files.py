"""How checks reach the files of an artifact, wherever they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

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


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal, read a mebibyte at a time."""
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            seen.update(chunk)
    return seen.hexdigest()
