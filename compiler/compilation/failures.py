"""What could not be compiled, so that it is not compiled again before a file beside the manifest is touched."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from compiler.codes import ExitCode
from compiler.diagnostics import Diagnostic, exit_code
from compiler.lock import LOCK_FILE
from compiler.planning.canonical import digest
from compiler.version import __version__
from compiler.workspace.layout import ProjectLayout
from compiler.workspace.root import PROJECT_FILE, private_folder
from compiler.workspace.sealed import seal, unseal

MOST_FILES = 5000
"""Beyond as many files in a manifest's folder nothing is remembered."""


def known_failure(manifest: Path, root: Path) -> tuple[Diagnostic, ...]:
    """The problems of the last time when nothing was touched since; empty when it must be compiled again."""
    try:
        content = unseal(_entry(root, manifest))
        entry = json.loads(content) if content is not None else {}
        if entry.get("seen") != _seen(manifest, root):
            return ()
        return tuple(Diagnostic.from_json(item) for item in entry["problems"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()  # no entry, or one of another version


def remember_failure(manifest: Path, root: Path, problems: Sequence[Diagnostic]) -> None:
    """Keep why a manifest is wrong; what only this machine lacks is not kept, nor what lies elsewhere."""
    seen = _seen(manifest, root)
    if seen and exit_code(problems) is ExitCode.MANIFEST:
        private_folder(ProjectLayout(root).state)
        entry = {"seen": seen, "problems": [problem.to_json() for problem in problems]}
        seal(_entry(root, manifest), json.dumps(entry).encode())


def _entry(root: Path, manifest: Path) -> Path:
    name = hashlib.sha256(os.fsencode(manifest)).hexdigest()[:32]
    return ProjectLayout(root).cache / f"{name}.failed.json"


def _seen(manifest: Path, root: Path) -> str:
    """Digest of the sizes and times of all that may decide the outcome; empty where that cannot be told."""
    if b".." in manifest.read_bytes():  # it may name files of other folders
        return ""
    own = [root / name for name in (PROJECT_FILE, LOCK_FILE)]
    files: list[list[object]] = []
    for path in (*filter(Path.exists, own), *_files(manifest.parent, root)):
        found = path.lstat()
        files.append([str(path), found.st_size, found.st_mtime_ns])
        if len(files) > MOST_FILES:
            return ""
    return digest([__version__, sorted(files, key=str)])


def _files(folder: Path, root: Path) -> Iterator[Path]:
    ours = ProjectLayout(root)
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(here, name) not in (ours.builds, ours.state)]
        yield from (Path(here, name) for name in names)
