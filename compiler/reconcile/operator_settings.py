"""Limits and signatures of a turn come from the revision before it: a commit cannot widen what lets it pass.

A file that the operator names (`--config FILE`) takes their place.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from compiler.diagnostics import CompilerError, failure
from compiler.engine.session import Session
from compiler.reconcile.source import git
from compiler.reconcile.turn.settings import Settings, settings_of
from compiler.workspace.targets import LOCAL


def operator_settings(session: Session, current: Settings, last: str, new: str, config: Path | None = None) -> Settings:
    """The settings of a turn that moves from the commit `last` to `new`; those of `new` itself for the first turn.

    Raises `CompilerError` MF781 where the clone does not hold `last`, MF112 and the problems of `config`.
    """
    if config is not None:
        return _limited_by(current, _settings_in(session, _text_of(config), config))
    if not last or last == new:
        return current
    if session.name != LOCAL and git.attempt(session.root, "cat-file", "-e", f"{last}^{{commit}}").returncode != 0:
        message = f"the clone does not hold {last[:12]}, whose limits apply: revision applied last"
        raise failure("MF781", message, hint="fetch the whole history, or name the limits with --config FILE")
    former = settings_at(session, last)
    return current if former is None else _limited_by(current, former)


def _limited_by(current: Settings, former: Settings) -> Settings:
    signed = replace(current, verify=former.verify, allowed_signers=former.allowed_signers, keyring=former.keyring)
    return replace(signed, limits=former.limits)


def settings_at(session: Session, revision: str) -> Settings | None:
    """The settings of the target at a commit; None where its project file cannot be read or is wrong."""
    from compiler.workspace.root import PROJECT_FILE

    prefix = git.attempt(session.root, "rev-parse", "--show-prefix").stdout.strip()
    shown = git.attempt(session.root, "show", f"{revision}:{prefix}{PROJECT_FILE}")
    if shown.returncode != 0:
        return None
    try:
        return _settings_in(session, shown.stdout, Path(PROJECT_FILE))
    except CompilerError:
        return None


def _text_of(config: Path) -> str:
    try:
        return config.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise failure("MF112", f"cannot read {config}: {error}", hint="--config names a manifact.yaml") from None


def _settings_in(session: Session, text: str, named: Path) -> Settings:
    """The settings of the target in the text of a project file. Raises `CompilerError` with what is wrong in it."""
    from compiler.spec.project import Target
    from compiler.workspace.project import open_workspace
    from compiler.workspace.root import PROJECT_FILE

    with tempfile.TemporaryDirectory(prefix="manifact-") as folder:
        (Path(folder) / PROJECT_FILE).write_text(text, encoding="utf-8")
        try:
            workspace = open_workspace(Path(folder), Path(folder))
        except CompilerError as error:
            found = (replace(item, message=f"{named}: {item.message}", where=None) for item in error.diagnostics)
            raise CompilerError(*found) from None
    project = workspace.project
    target = (project.targets.get(session.name) if project else None) or Target()
    return settings_of(workspace, session.name, target)
