"""The user's files that a manifest names: found inside the root, hashed, given their place in the artifact."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from compiler.diagnostics import Diagnostic, Pointer, Report
from compiler.ir import SourceFile
from compiler.workspace.project import LoadedManifest
from compiler.workspace.root import resolve_inside


class FileCollector:
    """Resolves the paths of one manifest and gathers what goes into the artifact."""

    def __init__(self, loaded: LoadedManifest, root: Path, report: Report) -> None:
        self._folder, self._root, self._report = loaded.folder, root, report
        self._document = loaded.document
        self.files: dict[str, SourceFile] = {}
        self.paths: dict[str, str] = {}
        """Path as written -> artifact path."""
        self.found: list[Path] = []
        """Every file and folder that the manifest names."""

    def find(self, written: str, at: Pointer) -> Path | None:
        """The file or folder on disk, or None after reporting what is wrong with the path."""
        found = resolve_inside(self._root, self._folder, written)
        if isinstance(found, Diagnostic):
            self._report.add(replace(found, where=self._document.locate(at)))
            return None
        self.found.append(found)
        return found

    def take(self, written: str, at: Pointer, *, keep_folders: bool = False) -> Path | None:
        """Find it and put it, or all files of a folder, into the artifact; top-level unless `keep_folders`."""
        path = self.find(written, at)
        if path is None:
            return None
        inside = path.is_relative_to(self._folder) and keep_folders
        target = path.relative_to(self._folder).as_posix() if inside else path.name
        self.paths[written] = target
        for relative, source in _walk(path):
            self._add(f"{target}/{relative}" if relative else target, source, at)
        return path

    def _add(self, target: str, source: Path, at: Pointer) -> None:
        mode = source.lstat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a symbolic link" if stat.S_ISLNK(mode) else "no regular file"
            self._report.error("MF502", f"'{target}' is {kind}: an artifact holds plain files only", at)
            return
        file = SourceFile(target, source, source.stat().st_size, file_sha256(source))
        known = self.files.setdefault(target, file)
        if known.source != source:
            self._report.error("MF501", f"two files want the place '{target}' in the artifact", at)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read once in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _walk(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield "", path
        return
    for child in sorted(path.rglob("*")):
        if child.is_symlink() or not child.is_dir():
            relative = child.relative_to(path)
            if "__pycache__" not in relative.parts:
                yield relative.as_posix(), child
