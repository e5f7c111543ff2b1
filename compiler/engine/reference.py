"""The manifest of a name, in the project around a folder."""

from __future__ import annotations

from pathlib import Path

from compiler.diagnostics import CompilerError
from compiler.workspace.project import LoadedManifest, Workspace, load_manifest, open_workspace, read_manifest
from compiler.workspace.root import MANIFEST_FILE


def manifest_of(name: str, start: Path, root: Path | None) -> Path | None:
    """The file of the manifest called `name`: of those of the project, or the one in `start`; None when none is."""
    workspace = open_workspace(start, root)
    return next((path for path in _candidates(workspace, start) if _is_called(name, path, workspace)), None)


def loaded_manifest(name: str, start: Path, root: Path | None) -> LoadedManifest | None:
    """The same, read and checked; None as well when it is wrong."""
    try:
        path = manifest_of(name, start, root)
        return load_manifest(path, open_workspace(path.parent, root)) if path else None
    except CompilerError:
        return None


def _candidates(workspace: Workspace, start: Path) -> list[Path]:
    from compiler.workspace.manifests import project_manifests

    own = (start / MANIFEST_FILE).resolve()
    here = [own] if own.is_file() else []
    if workspace.project is None:
        return here
    try:
        return [*here, *project_manifests(workspace)]
    except CompilerError:
        return here  # a project without manifests


def _is_called(name: str, path: Path, workspace: Workspace) -> bool:
    """Most manifests of a fleet do not even hold the name: they need not be parsed."""
    try:
        if name not in path.read_text(encoding="utf-8"):
            return False
        data = read_manifest(path, workspace).data
    except (CompilerError, OSError, ValueError):
        return False
    return isinstance(data, dict) and (data.get("metadata") or {}).get("name") == name
