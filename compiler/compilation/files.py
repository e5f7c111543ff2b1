"""The user's files that a manifest names: found inside the root, hashed, given their place in the artifact."""

from __future__ import annotations

import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from compiler.diagnostics import Diagnostic, Pointer, Report
from compiler.emit.paths import is_ignored
from compiler.events import Listener, ignore
from compiler.ir import SourceFile
from compiler.workspace.fetched import fetched
from compiler.workspace.hashing import file_sha256
from compiler.workspace.pointers import lfs_pointer
from compiler.workspace.project import LoadedManifest
from compiler.workspace.root import is_secret, resolve_inside, shown


class FileCollector:
    """Resolves the paths of one manifest and gathers what goes into the artifact."""

    def __init__(self, loaded: LoadedManifest, root: Path, report: Report, listener: Listener = ignore) -> None:
        self._folder, self.root, self._report = loaded.folder, root, report
        self._document = loaded.document
        self.listener = listener
        """Hears how far the reading of a large file is."""
        self.files: dict[str, SourceFile] = {}
        self.paths: dict[str, str] = {}
        """Path as written -> artifact path."""
        self.found: list[Path] = []
        """Every file and folder that the manifest names."""

    def find(self, written: str, at: Pointer) -> Path | None:
        """The file or folder on disk, or None after reporting what is wrong with the path."""
        found = resolve_inside(self.root, self._folder, written)
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
        # Composed, so that a checkout on macOS and one on Linux give the same artifact.
        target = unicodedata.normalize("NFC", path.relative_to(self._folder).as_posix() if inside else path.name)
        self.paths[written] = target
        for relative, source in _walk(path):
            self._add(f"{target}/{relative}" if relative else target, source, at)
        return path

    def take_beside(self, written: str, location: str, at: Pointer) -> None:
        """Put a file into the artifact that lies in the folder of another one, `written`, at the same place."""
        beside = PurePosixPath(location).as_posix()
        path = self.find((PurePosixPath(written).parent / beside).as_posix(), at)
        if path is not None:
            self._add(beside, path, at)

    def take_fetched(self, uri: str, sha256: str, at: Pointer) -> Path | None:
        """Put the file that `manifact fetch` brought into the artifact, under the object's own file name."""
        path = fetched(self.root, uri, sha256)
        if isinstance(path, Diagnostic):
            self._report.add(replace(path, where=self._document.locate(at)))
            return None
        self.found.append(path)
        self.paths[uri] = path.name
        self._add(path.name, path, at)
        file = self.files.get(path.name)
        if file is not None and file.source == path and file.sha256 != sha256:
            self._refuse_cached(uri, path, at)
        return path

    def _refuse_cached(self, uri: str, path: Path, at: Pointer) -> None:
        hint = f"remove {shown(path.parent)} and run `manifact fetch`"
        self._report.error("MF227", f"the cached file of '{uri}' has SHA-256 {file_sha256(path)}", at, hint=hint)

    def find_fetched(self, uri: str, sha256: str, at: Pointer) -> Path | None:
        """The file that `manifact fetch` brought, or None after reporting why it cannot be used."""
        path = fetched(self.root, uri, sha256)
        if isinstance(path, Diagnostic):
            self._report.add(replace(path, where=self._document.locate(at)))
            return None
        self.found.append(path)
        if file_sha256(path) != sha256:
            self._refuse_cached(uri, path, at)
        return path

    def take_all(self, folder: Path, at: Pointer) -> tuple[SourceFile, ...]:
        """The files of a folder that is an artifact, under their own paths; what running it left behind is left out."""
        taken: list[SourceFile] = []
        for relative, source in _walk(folder):
            if not is_ignored(relative) and (file := self._checked(relative, source, at)):
                taken.append(file)
        self.files.update({file.path: file for file in taken})
        return tuple(taken)

    def _add(self, target: str, source: Path, at: Pointer) -> None:
        file = self._checked(target, source, at)
        if file is not None and self.files.setdefault(target, file).source != source:
            self._report.error("MF501", f"two files want the place '{target}' in the artifact", at)

    def _checked(self, target: str, source: Path, at: Pointer) -> SourceFile | None:
        """The file, hashed; None after reporting that it can be in no artifact."""
        mode = source.lstat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a symbolic link" if stat.S_ISLNK(mode) else "no regular file"
            self._report.error("MF502", f"'{target}' is {kind}: an artifact holds plain files only", at)
            return None
        if is_secret(PurePosixPath(target)):
            self._report.error("MF110", f"'{target}' looks like a secret and is never packed", at)
            return None
        if problem := lfs_pointer(source, target):
            self._report.add(replace(problem, where=self._document.locate(at)))
            return None
        return SourceFile(target, source, source.stat().st_size, file_sha256(source))


def _walk(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield "", path
        return
    for child in sorted(path.rglob("*")):
        if child.is_symlink() or not child.is_dir():
            relative = child.relative_to(path)
            if "__pycache__" not in relative.parts:
                yield relative.as_posix(), child
