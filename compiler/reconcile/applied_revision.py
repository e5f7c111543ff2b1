"""The revision applied last, from the catalog, where a store does not remember it."""

from __future__ import annotations

from compiler.engine.session import Session
from compiler.reconcile.source import git
from compiler.workspace.targets import LOCAL


def applied_revision(session: Session, new: str) -> str:
    """The commit of the newest version of the project's models, when this clone holds it and it is newer than `new`.

    A version may have been saved from a branch that was never merged: such a commit says nothing of the order, and
    neither does one before `new`. Raises `RequestError` when the catalog cannot be read.
    """
    from compiler.cloud.datascience.models import get_provenance, list_models
    from compiler.planning.live.observed import LiveResource

    if not new or session.name == LOCAL:
        return ""
    connection = session.connection
    ours = [live for live in map(LiveResource, list_models(connection)) if connection.place.owns(live.tags)]
    versions = sorted((live for live in ours if not live.deleted), key=lambda live: live.age)
    provenance = get_provenance(connection, versions[-1].id) if versions else None
    commit = str((provenance or {}).get("gitCommit") or "")
    newer = commit and git.attempt(session.root, "merge-base", "--is-ancestor", new, commit).returncode == 0
    return commit if newer else ""
