"""What nobody can see any more: resources deleted long ago, and files that killed processes left behind."""

from __future__ import annotations

import time

from compiler.localcloud.http.calls import Backend
from compiler.localcloud.store.database import Transaction

ORPHAN_SECONDS = 3600.0


def purge(backend: Backend) -> None:
    """Forget resources deleted longer ago than the settings keep them, half-written files, and files without a user."""
    backend.blobs.sweep()
    with backend.store.write() as tx:
        oldest = time.time() - backend.settings.deleted_seconds
        gone = "state = 'DELETED' AND json_extract(hidden, '$.deleted') < ?"
        identifiers = [i for (i,) in tx.execute(f"SELECT id FROM resources WHERE {gone}", oldest)]  # noqa: S608 - our words
        for identifier in identifiers:
            _forget(tx, identifier)
        used = {name for (name,) in tx.execute("SELECT DISTINCT blob FROM blob_uses")}
        # Within the transaction: a file that is being taken into use meanwhile is younger than an hour.
        backend.blobs.remove_orphans(used, time.time() - ORPHAN_SECONDS)


def _forget(tx: Transaction, identifier: str) -> None:
    """The resource and what was recorded under it (provenance, work requests and their entries)."""
    works = "SELECT id FROM resources WHERE kind = 'workrequest' AND json_extract(body, '$.resourceId') = ?"
    for (work,) in tx.execute(works, identifier).fetchall():
        tx.execute("DELETE FROM entries WHERE work_request = ?", work)
        tx.execute("DELETE FROM resources WHERE id = ?", work)
    tx.execute("DELETE FROM resources WHERE id = ? OR id GLOB ?", identifier, f"{identifier}/*")
