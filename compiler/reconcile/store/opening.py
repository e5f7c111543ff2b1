"""Opens the store that `reconcile.store` names."""

from __future__ import annotations

from compiler.engine.session import Session
from compiler.reconcile.store.protocol import FolderStore, Store
from compiler.workspace.root import private_folder


def open_store(session: Session, where: str) -> Store | None:
    """The store of a target; None where it has none."""
    if not where:
        return None
    if where == "local":
        return FolderStore(private_folder(session.workspace.state) / "reconcile" / session.name)
    from compiler.reconcile.store.bucket import bucket_store

    return bucket_store(session, where)
