"""How checks reach the files of an artifact, wherever they are."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from compiler.diagnostics import failure
from compiler.readers.artifact_zip import member_pieces, open_artifact_zip
from compiler.workspace.hashing import file_sha256

_READ_AT_ONCE = 64 << 20
"""Bytes of a description (score.py, schemas, lists) that is looked into."""


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
    """The files in the zip archive of an artifact; nothing is unpacked.

    Raises `CompilerError`: MF531, MF532, MF534 or MF110 for an archive that cannot be used or is hostile.
    """
    with open_artifact_zip(path) as (_, entries):
        known = {entry.filename: entry for entry in entries}

    @functools.cache  # every check of integrity asks for all of them: the archive is opened once for that
    def hashes() -> Mapping[str, str]:
        with open_artifact_zip(path) as (archive, entries):
            return {entry.filename: _sha256(member_pieces(archive, entry)) for entry in entries}

    def sha256(name: str) -> str:
        return hashes()[name]

    return {
        name: ArtifactFile(partial(_member, path, name), entry.file_size, partial(sha256, name))
        for name, entry in known.items()
    }


def artifact_files(path: Path) -> Files:
    """The files of an artifact, a directory or a zip archive. Raises as `directory_files` and `archive_files`."""
    return archive_files(path) if path.is_file() else directory_files(path)


def one_folder_down(paths: Iterable[str]) -> str | None:
    """The folder that all files lie in, where score.py or runtime.yaml is among them: one level too deep."""
    ours = [path for path in paths if not path.startswith("__MACOSX/")]  # what macOS adds to every archive
    tops = {path.partition("/")[0] for path in ours}
    folder = tops.pop() if len(tops) == 1 else ""
    wanted = {f"{folder}/score.py", f"{folder}/runtime.yaml"}
    return folder if folder and wanted.intersection(ours) else None


def _member(path: Path, name: str) -> bytes:
    """One file's content; nothing of a file larger than any description of an artifact."""
    with open_artifact_zip(path) as (archive, entries):
        entry = next(entry for entry in entries if entry.filename == name)
        if entry.file_size > _READ_AT_ONCE:
            raise failure("MF534", f"'{name}' has {entry.file_size:,} bytes, which is not read at once")
        return b"".join(member_pieces(archive, entry))


def _sha256(pieces: Iterable[bytes]) -> str:
    seen = hashlib.sha256()
    for piece in pieces:
        seen.update(piece)
    return seen.hexdigest()
