"""Putting a file into the artifact without a second full copy, where the filesystem can."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from compiler.system import clone

LINK_FROM = 64 << 20
"""Files of at least this many bytes are linked; smaller ones are copied, which is as fast and independent."""


def place(source: Path, target: Path) -> None:
    """Make `target` hold what the large file `source` holds: a reflink, else a hard link, else a copy.

    A hard link shows later changes of the source: whoever reads it compares its SHA-256.
    """
    if _reflink(source, target):
        return
    try:
        os.link(source, target)
    except OSError:  # another filesystem, or one without links
        copy(source, target)


def copy(source: Path, target: Path) -> None:
    """Make `target` an independent file with the content of `source` (shared extents where possible), mode 0644."""
    if not _reflink(source, target):
        shutil.copyfile(source, target)
        target.chmod(0o644)


def _reflink(source: Path, target: Path) -> bool:
    with source.open("rb") as origin, target.open("xb") as copied:
        cloned = clone(origin.fileno(), copied.fileno())
    if cloned:
        target.chmod(0o644)
    else:
        target.unlink()
    return cloned
