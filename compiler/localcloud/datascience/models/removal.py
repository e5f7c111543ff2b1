"""The end of a model: who still needs it, and what goes with it."""

from __future__ import annotations

from compiler.localcloud.http.calls import Call
from compiler.localcloud.http.errors import conflict
from compiler.localcloud.http.resources import mark_deleted
from compiler.localcloud.store.blobs import release_blobs
from compiler.localcloud.store.records import Record


def check_unused(call: Call, model: str) -> None:
    """409 while a deployment serves the model, or could be activated to do so."""
    row = call.tx.execute(
        "SELECT id FROM resources WHERE kind = 'deployment' AND state NOT IN ('DELETED', 'DELETING', 'FAILED') AND "
        "json_extract(body, '$.modelDeploymentConfigurationDetails.modelConfigurationDetails.modelId') = ?",
        model,
    ).fetchone()
    if row is not None:
        raise conflict(f"The model {model} is used by the model deployment {row[0]}")


def remove_model(call: Call, model: Record) -> None:
    """Mark the model as deleted, and let go of its artifact and those of its metadata."""
    mark_deleted(call.tx, model)
    owners = call.tx.execute("SELECT DISTINCT owner FROM blob_uses WHERE owner GLOB ?", f"{model.id}*").fetchall()
    for (owner,) in owners:
        release_blobs(call.tx, call.backend.blobs, owner)
