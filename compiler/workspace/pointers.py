"""Pointers that version control leaves in the place of large files: Git LFS and DVC."""

from __future__ import annotations

from pathlib import Path

from compiler.diagnostics import Diagnostic

LFS_MARK = b"version https://git-lfs.github.com/spec/"
"""First line of every Git LFS pointer (Git LFS specification)."""
LFS_BYTES = 1024
"""A pointer is smaller than this (Git LFS specification)."""
DVC_SUFFIX = ".dvc"


def pointer(path: Path, written: str) -> Diagnostic | None:
    """MF225 when the file at `path`, which the manifest names as `written`, only points to the data."""
    if path.suffix == DVC_SUFFIX:
        data = written.removesuffix(DVC_SUFFIX)
        hint = f"name '{data}' instead, and bring it here: `dvc pull`"
        return Diagnostic("MF225", f"'{written}' is a DVC file, not the data it stands for", hint=hint)
    return lfs_pointer(path, written)


def lfs_pointer(path: Path, written: str) -> Diagnostic | None:
    """MF225 when the file at `path` is what Git LFS leaves in the place of a file."""
    if path.is_file() and path.stat().st_size < LFS_BYTES and _begins_like_lfs(path):
        message = f"'{written}' is a Git LFS pointer, not the file itself"
        return Diagnostic("MF225", message, hint=f'bring it here: `git lfs pull --include="{path.name}"`')
    return None


def left_behind(path: Path, written: str, root: Path) -> Diagnostic | None:
    """MF225 when `path` does not exist because DVC keeps it, or a folder above it up to the root, elsewhere."""
    for place in (path, *path.parents):
        if place == root or not place.is_relative_to(root):
            return None
        note = place.with_name(place.name + DVC_SUFFIX)
        if note.is_file() and not place.exists():
            message = f"'{written}' is not here: DVC keeps it, as {note.name} says"
            return Diagnostic("MF225", message, hint=f"bring it here: `dvc pull {note.name}`")
    return None


def _begins_like_lfs(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(LFS_MARK)) == LFS_MARK
