"""Limits and signatures of a turn come from the revision before it: a commit cannot widen what lets it pass."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from compiler.diagnostics import CompilerError
from compiler.engine.session import Session
from compiler.reconcile.source import git
from compiler.reconcile.turn.settings import Settings, settings_of


def operator_settings(session: Session, current: Settings, last: str, new: str) -> Settings:
    """The settings of a turn that moves from the commit `last` to `new`; those of `new` itself for the first turn."""
    if not last or last == new:
        return current
    former = settings_at(session, last)
    if former is None:
        return current
    signed = replace(current, verify=former.verify, allowed_signers=former.allowed_signers)
    return replace(signed, limits=former.limits)


def settings_at(session: Session, revision: str) -> Settings | None:
    """The settings of the target at a commit; None where its project file cannot be read or is wrong."""
    from compiler.spec.project import Target
    from compiler.workspace.project import open_workspace
    from compiler.workspace.root import PROJECT_FILE

    prefix = git.attempt(session.root, "rev-parse", "--show-prefix").stdout.strip()
    shown = git.attempt(session.root, "show", f"{revision}:{prefix}{PROJECT_FILE}")
    if shown.returncode != 0:
        return None
    with tempfile.TemporaryDirectory(prefix="manifact-") as folder:
        (Path(folder) / PROJECT_FILE).write_text(shown.stdout, encoding="utf-8")
        try:
            workspace = open_workspace(Path(folder), Path(folder))
        except CompilerError:
            return None
    project = workspace.project
    target = (project.targets.get(session.name) if project else None) or Target()
    return settings_of(workspace, session.name, target)
