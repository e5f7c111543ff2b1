"""Whether all manifests of a project are in view: only then may something be orphaned."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from compiler.engine.session import Session
from compiler.planning.canonical import digest
from compiler.reconcile.turn.gates import SHORT


def patterns_digest(session: Session) -> str:
    """Digest of the project's `manifests` patterns; empty without a project file."""
    project = session.workspace.project
    return digest(list(project.manifests))[:SHORT] if project else ""


def why_incomplete(session: Session) -> tuple[str, ...]:
    """Why manifests may be missing from view; empty when all are in it."""
    project = session.workspace.project
    if project is None:
        return ("there is no manifact.yaml: other manifests may declare what is live",)
    empty = [pattern for pattern in project.manifests if not any(session.root.glob(pattern))]
    missing = [path for path in _submodules(session.root) if not any((session.root / path).glob("*"))]
    return (
        *(f"no manifest matches '{pattern}'" for pattern in empty),
        *(f"the submodule '{path}' is not checked out" for path in missing),
    )


def _submodules(root: Path) -> Iterable[str]:
    """The paths that `.gitmodules` names."""
    try:
        lines = (root / ".gitmodules").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    pairs = (line.partition("=") for line in lines)
    return [value.strip() for key, _, value in pairs if key.strip() == "path" and value.strip()]
