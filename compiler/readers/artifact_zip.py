"""The zip archive of a whole artifact, from strangers: every entry is checked before anything is read or written."""

from __future__ import annotations

import hashlib
import shutil
import stat
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.ir import SourceFile
from compiler.readers.containers.archive import DAMAGE, MAX_MEMBERS, open_archive
from compiler.workspace.root import is_secret
from compiler.zip_structure import contradictions

CHUNK = 1 << 20
# The bound that every inflated model file has: far above what serialized models reach.
_FREE_BYTES = 256 << 20
_MAX_RATIO = 100
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 1
_REPACK = "unpack it, look at what is there, and zip it anew"
_MAX_NAME = 255
"""Bytes of a file's name on Linux (limits.h: NAME_MAX)."""
_MAX_PATH = 3_840
"""Bytes of a path inside an artifact: Linux takes 4,096 (limits.h: PATH_MAX) with the folder that it is unpacked to."""
_PLAIN = frozenset({0, stat.S_IFREG})
"""File types in an entry's Unix mode; archives of other systems have none."""


@contextmanager
def open_artifact_zip(
    path: Path, *, saved: bool = False, bounded: bool = True
) -> Iterator[tuple[zipfile.ZipFile, tuple[zipfile.ZipInfo, ...]]]:
    """The archive and its files, all of which may be read.

    What was `saved` to the user's own catalog is brought back even where a file looks like a secret; what is not
    `bounded` (manifact packed it) however well it is compressed.

    Raises `CompilerError`: MF531 damaged or encrypted, MF532 an entry that may not be, MF534 beyond limits, MF110 for
    secrets.
    """
    try:
        with open_archive(path) as archive:
            entries = tuple(entry for entry in archive.infolist() if not entry.is_dir())
            _check(entries, path, saved=saved, bounded=bounded)
            _check_structure(archive)
            yield archive, entries
    except CompilerError as problem:
        raise _of_artifact(problem) from None


def unpack_artifact(path: Path, folder: Path, *, saved: bool = False, bounded: bool = True) -> tuple[SourceFile, ...]:
    """Unpack into the empty directory `folder`. Raises as `open_artifact_zip`, and MF534 when the disk is too small."""
    with open_artifact_zip(path, saved=saved, bounded=bounded) as (archive, entries):
        total, free = sum(entry.file_size for entry in entries), shutil.disk_usage(folder).free
        if total > free:
            raise failure("MF534", f"the archive unpacks to {total:,} bytes, {free:,} are free in {folder}")
        return tuple(_extract(archive, entry, folder) for entry in entries)


def member_pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of one file, never more than its entry says. Raises `CompilerError` (MF531) when they are others."""
    left = entry.file_size
    try:
        with archive.open(entry) as source:
            while chunk := source.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    break
                yield chunk
    except DAMAGE as problem:
        raise failure("MF531", f"'{entry.filename}' cannot be read: {problem}") from None
    if left:
        raise failure("MF531", f"'{entry.filename}' does not have the {entry.file_size:,} bytes that its entry says")


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> SourceFile:
    target = folder / entry.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    seen = hashlib.sha256()
    with target.open("xb") as file:
        for chunk in member_pieces(archive, entry):
            seen.update(chunk)
            file.write(chunk)
    return SourceFile(entry.filename, target, entry.file_size, seen.hexdigest())


def _check(entries: Sequence[zipfile.ZipInfo], path: Path, *, saved: bool, bounded: bool) -> None:
    problems = [problem for entry in entries if (problem := _wrong(entry, saved=saved))]
    names = Counter(entry.filename for entry in entries)
    problems += [
        Diagnostic("MF532", f"'{name}' is there {times} times: readers differ in which one they take")
        for name, times in names.items()
        if times > 1
    ]
    problems += [Diagnostic("MF532", text) for text in clashes(names)]
    total, size = sum(entry.file_size for entry in entries), path.stat().st_size
    if bounded and total > max(_FREE_BYTES, _MAX_RATIO * size):
        problems.append(Diagnostic("MF534", f"the archive has {size:,} bytes and would unpack to {total:,}"))
    if problems:
        raise CompilerError(*problems[:10])


def _check_structure(archive: zipfile.ZipFile) -> None:
    """Refuse an archive in which other readers would find other files."""
    try:
        problems = [Diagnostic("MF531", text, hint=_REPACK) for text in contradictions(archive)]
    except DAMAGE as problem:
        raise failure("MF531", f"the archive is damaged: {problem}") from None
    problems += [Diagnostic("MF532", text) for text in _same_on_disk(archive.infolist())]
    if problems:
        raise CompilerError(*problems[:10])


def _same_on_disk(entries: Iterable[zipfile.ZipInfo]) -> Iterator[str]:
    """Names that are one where upper and lower case, or ways of writing an accent, are not told apart."""
    seen: dict[str, str] = {}
    for entry in entries:
        name = entry.filename.rstrip("/")
        other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            yield f"'{other}' and '{name}' are one file where case does not count"
    folders = {entry.filename.rstrip("/") for entry in entries if entry.is_dir()}
    files = {entry.filename for entry in entries if not entry.is_dir()}
    yield from (f"'{name}' is a file and also a folder" for name in sorted(folders & files))


def _wrong(entry: zipfile.ZipInfo, *, saved: bool) -> Diagnostic | None:
    name = entry.orig_filename  # as it stands in the archive: zipfile cuts it at a zero byte
    unfit = unfit_path(name)
    if unfit:
        return Diagnostic("MF532", unfit)
    if not saved and is_secret(PurePosixPath(name)):
        return Diagnostic("MF110", f"'{name}' looks like a secret and is never packed", hint="zip it without")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in _PLAIN:
        what = "a symbolic link" if kind == stat.S_IFLNK else "a special file"
        return Diagnostic("MF532", f"'{name}' is {what}: an artifact holds plain files only")
    if entry.flag_bits & _ENCRYPTED:
        return Diagnostic("MF531", f"'{name}' is encrypted", hint="zip it again without a password")
    if entry.compress_type not in _METHODS:
        text = f"'{name}' is compressed by method {entry.compress_type}, which few readers know"
        return Diagnostic("MF531", text, hint="zip it again with deflate, or without compression")
    return None


def unfit_path(name: str) -> str | None:
    """What is wrong with the path of a file of an artifact, from the artifact's top; None when it may be made."""
    if not name.isprintable() or "\\" in name or any(part in ("", ".", "..") for part in name.split("/")):
        return f"{name!r} is no path inside an artifact"
    longest, whole = max(len(part.encode()) for part in name.split("/")), len(name.encode())
    if longest > _MAX_NAME or whole > _MAX_PATH:
        most = f"{_MAX_PATH:,} and {_MAX_NAME} are the most"
        return f"'{name[:40]}…' has {whole:,} bytes, {longest:,} between slashes: {most}"
    return None


def clashes(names: Iterable[str]) -> list[str]:
    """What is wrong with these paths together: a file where others need a folder."""
    files = set(names)
    folders = {str(above) for name in files for above in PurePosixPath(name).parents}
    return [f"'{name}' is a file and also a folder" for name in sorted(folders & files)]


def _of_artifact(problem: CompilerError) -> CompilerError:
    """The reader of model archives speaks of model files: the same problems of an artifact have their own codes."""
    code = problem.diagnostics[0].code
    if code == "MF206":
        return failure("MF534", f"the archive lists more than {MAX_MEMBERS:,} files")
    return failure("MF531", "the archive is damaged, or no zip archive at all") if code == "MF203" else problem
