"""Opens the store that `reconcile.store` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.engine.session import Session
from compiler.engine.store.protocol import FolderStore, Store
from compiler.workspace.git import git_facts, repository_of
from compiler.workspace.root import private_folder

if TYPE_CHECKING:
    from compiler.spec.project import Target
    from compiler.workspace.project import Workspace


def store_of(workspace: Workspace, target: Target) -> str:
    """`reconcile.store` of the target, else of the project; empty where there is none."""
    sections = (target.reconcile, workspace.project.reconcile if workspace.project else None)
    return next((section.store for section in sections if section and section.store), "")


def open_store(session: Session, where: str) -> Store | None:
    """The store of a target; None where it has none."""
    if not where:
        return None
    if where == "local":
        return FolderStore(private_folder(session.workspace.state) / "reconcile" / session.name)
    from compiler.engine.store.bucket import bucket_store

    return bucket_store(session, where)


def origin_of(session: Session) -> str:
    """The address of the repository, without user and password; empty where there is none."""
    return git_facts(repository_of(session.root)).get("repositoryUrl", "")
