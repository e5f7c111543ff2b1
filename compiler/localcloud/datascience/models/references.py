"""Models by reference: their files lie in a bucket, one object each, and the catalog only points to them.

What a real tenancy answers is confirmed by nobody here. The SDK (2.189) gives the request, the kind of work request and
`isModelByReference`; it has no operation that says where the files lie. Chosen here: only a model without an artifact
can be registered, a prefix without objects fails the work request, HEAD and GET of such a model's artifact answer 404
(there is no archive to give), a deployment reads the objects when it starts a server, and deleting the model leaves
them alone.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from compiler.localcloud.datascience.jobs import Advance, Job, schedule, take
from compiler.localcloud.datascience.models.artifacts import artifact_id
from compiler.localcloud.datascience.models.transfers import ENTITY
from compiler.localcloud.datascience.work_requests import WorkRequest, accept, finish
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Backend, Call, Route
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.validation import require, require_type
from compiler.localcloud.objectstorage.stored_objects import StoredObject, find_object
from compiler.localcloud.store.blobs import Blob
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.owner import NAMESPACE
from compiler.localcloud.store.records import JsonObject, Record, find, save

OPERATION = "REGISTER_MODEL_ARTIFACT"
REFERENCES = "references"


def register(call: Call) -> Response:
    """Point a model to its files."""
    model = call.find_to_change("model", call.path["modelId"])
    references = call.json().get("modelArtifactReferences")
    if not isinstance(references, list) or not references:
        raise errors.missing_parameter("modelArtifactReferences")
    for item in references:
        _check(item)
    if is_by_reference(model) or find(call.tx, "artifact", artifact_id(model.id)) is not None:
        raise errors.conflict(f"The model {model.id} has its artifact already; artifacts cannot be replaced")
    work = accept(call.tx, model, WorkRequest(OPERATION, ENTITY, "CREATED"))
    arguments = {"work": work.id, REFERENCES: references}
    schedule(call.tx, call.backend.settings, OPERATION, Job("artifact.register", model.id, arguments))
    return empty_response(202, headers={"opc-work-request-id": work.id})


def run_register(backend: Backend, job: Job) -> None:
    """Make the model one by reference, when there are files."""
    with backend.store.write() as tx:
        if take(tx, job):
            finish(tx, job.arguments["work"], problems=_register(tx, job), code="RegisterFailed")


def is_by_reference(model: Record) -> bool:
    """Whether the catalog only points to the model's files."""
    return bool(model.body.get("isModelByReference"))


def archive_of(backend: Backend, model: Record) -> Blob | None:
    """The model's files as they are now, as a zip for a server to unpack; None when there are none."""
    with backend.store.read() as tx:
        files = _files(tx, model.hidden[REFERENCES])
    if not files:
        return None
    with tempfile.TemporaryFile(dir=backend.root) as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, stored in files:
                with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                    for chunk in backend.blobs.read(stored.segments, 0, stored.size):
                        member.write(chunk)
        file.seek(0)
        return backend.blobs.put(file)


def _register(tx: Transaction, job: Job) -> list[str]:
    if "fault" in job.arguments:
        return [job.arguments["fault"]]
    model = find(tx, "model", job.resource)
    if model is None or model.state == "DELETED":
        return ["The model was deleted."]
    references = job.arguments[REFERENCES]
    if not _files(tx, references):
        places = ", ".join(f"'{item.get('prefix') or ''}' in '{item['bucketName']}'" for item in references)
        return [f"No object was found under {places}."]
    pointing = replace(model, hidden={**model.hidden, REFERENCES: references})
    save(tx, pointing.with_body(isModelByReference=True))
    return []


def _check(item: JsonObject) -> None:
    require(item, "modelArtifactReferenceType", "namespace", "bucketName")
    require_type(item, str, "namespace", "bucketName", "prefix")
    if item["modelArtifactReferenceType"] != "OSS":
        raise errors.invalid_parameter("modelArtifactReferenceType must be OSS")
    if item["namespace"] != NAMESPACE:
        raise errors.invalid_parameter(f"The namespace {item['namespace']} does not exist")


def _files(tx: Transaction, references: Sequence[JsonObject]) -> list[tuple[str, StoredObject]]:
    """Relative name and object of every file."""
    found: dict[str, StoredObject] = {}
    for item in references:
        bucket, prefix = item["bucketName"], item.get("prefix") or ""
        rows = tx.execute("SELECT name FROM objects WHERE bucket = ? AND name >= ? ORDER BY name", bucket, prefix)
        for (name,) in rows.fetchall():
            if not name.startswith(prefix):
                break
            relative, stored = name[len(prefix) :].lstrip("/"), find_object(tx, bucket, name)
            if relative and stored and ".." not in PurePosixPath(relative).parts:
                found[relative] = stored
    return sorted(found.items())


ROUTES = (
    Route(
        "POST",
        "/20190101/models/{modelId}/actions/registerArtifactReference",
        register,
        Access.WRITE,
        retry_token=True,
    ),
)
ACTIONS: dict[str, Advance] = {"artifact.register": run_register}
