"""Unpacking an artifact into a server's own folder; nothing of it may land anywhere else."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath


class ArtifactError(Exception):
    """The archive is no artifact; the message says why."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack the zip file `archive` into the new folder `folder`. Raises ArtifactError."""
    try:
        with zipfile.ZipFile(archive) as file:
            entries = file.infolist()
            for entry in entries:
                _check(entry)
            if "score.py" not in {entry.filename for entry in entries}:
                raise ArtifactError("The artifact has no score.py at its top")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            file.extractall(folder)
    except zipfile.BadZipFile as problem:
        raise ArtifactError(f"The artifact is not a zip archive: {problem}") from None


def _check(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise ArtifactError(f"The artifact's entry {entry.filename!r} would lie outside of its folder")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArtifactError(f"The artifact's entry {entry.filename!r} is a symbolic link")
