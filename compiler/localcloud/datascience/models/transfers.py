"""Artifacts between a bucket and the catalog. The service's names are the wrong way round: export fills the catalog.

Bytes are never copied: model and object share the blobs, which never change.
"""

from __future__ import annotations

from compiler.localcloud.datascience.jobs import Advance, Job, schedule, take
from compiler.localcloud.datascience.models.artifacts import artifact_id, attach_segments
from compiler.localcloud.datascience.work_requests import WorkRequest, accept, finish
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Backend, Call, Route
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.validation import require, require_type
from compiler.localcloud.objectstorage.stored_objects import find_object, put_object
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.owner import NAMESPACE
from compiler.localcloud.store.records import JsonObject, find

ENTITY = "model-artifact"
SOURCE_TYPE = "ORACLE_OBJECT_STORAGE"
_MOST_HOURS = 240  # OCI docs: an archived object is restored for 1 to 240 hours


def export_artifact(call: Call) -> Response:
    """Bucket -> catalog."""
    return _begin(
        call, "EXPORT_MODEL_ARTIFACT", "artifactExportDetails", ("sourceBucket", "sourceObjectName"), "export"
    )


def import_artifact(call: Call) -> Response:
    """Catalog -> bucket."""
    names = ("destinationBucket", "destinationObjectName")
    return _begin(call, "IMPORT_MODEL_ARTIFACT", "artifactImportDetails", names, "import")


def restore(call: Call) -> Response:
    """Bring an archived artifact back. Nothing is ever archived here, so that nothing is left to do.

    The SDKs read no work request from the answer (TypeScript: RestoreArchivedModelArtifactResponse).
    """
    model = call.find_to_change("model", call.path["modelId"])
    hours = call.query.get("restoreModelForHoursSpecified", "24")
    if not hours.isdecimal() or not 1 <= int(hours) <= _MOST_HOURS:
        raise errors.invalid_parameter(f"restoreModelForHoursSpecified must be between 1 and {_MOST_HOURS}")
    if find(call.tx, "artifact", artifact_id(model.id)) is None:
        raise errors.not_found(artifact_id(model.id))
    return empty_response(202)


def run_export(backend: Backend, job: Job) -> None:
    """Make the object's bytes the model's artifact."""
    with backend.store.write() as tx:
        if take(tx, job):
            finish(tx, job.arguments["work"], problems=_export(tx, job), code="ExportFailed")


def run_import(backend: Backend, job: Job) -> None:
    """Put the model's artifact into the bucket."""
    with backend.store.write() as tx:
        if take(tx, job):
            finish(tx, job.arguments["work"], problems=_import(backend, tx, job), code="ImportFailed")


def _begin(call: Call, operation: str, holder: str, names: tuple[str, str], kind: str) -> Response:
    model = call.find_to_change("model", call.path["modelId"])
    details: JsonObject = call.json().get(holder) or {}
    require(details, "artifactSourceType", "namespace", *names)
    require_type(details, str, "namespace", *names)
    if details["artifactSourceType"] != SOURCE_TYPE:
        raise errors.invalid_parameter(f"artifactSourceType must be {SOURCE_TYPE}")
    if details["namespace"] != NAMESPACE:
        raise errors.invalid_parameter(f"The namespace {details['namespace']} does not exist")
    if kind == "export" and find(call.tx, "artifact", artifact_id(model.id)) is not None:
        raise errors.conflict(f"The model {model.id} has its artifact already; artifacts cannot be replaced")
    work = accept(call.tx, model, WorkRequest(operation, ENTITY, "CREATED"))
    arguments = {"work": work.id, "bucket": details[names[0]], "object": details[names[1]]}
    schedule(call.tx, call.backend.settings, operation, Job(f"artifact.{kind}", model.id, arguments))
    return empty_response(202, headers={"opc-work-request-id": work.id})


def _export(tx: Transaction, job: Job) -> list[str]:
    if "fault" in job.arguments:
        return [job.arguments["fault"]]
    model = find(tx, "model", job.resource)
    source = find_object(tx, job.arguments["bucket"], job.arguments["object"])
    if model is None or model.state == "DELETED":
        return ["The model was deleted."]
    if source is None:
        return [f"The object '{job.arguments['object']}' was not found in the bucket '{job.arguments['bucket']}'."]
    if find(tx, "artifact", artifact_id(model.id)) is not None:
        return ["The model has its artifact already."]
    md5 = source.headers.get("content-md5") or source.headers.get("opc-multipart-md5", "")
    attach_segments(tx, model, source.segments, md5, f"{model.id}.zip")
    return []


def _import(backend: Backend, tx: Transaction, job: Job) -> list[str]:
    if "fault" in job.arguments:
        return [job.arguments["fault"]]
    artifact = find(tx, "artifact", artifact_id(job.resource))
    if artifact is None:
        return ["The model has no artifact."]
    bucket, name = job.arguments["bucket"], job.arguments["object"]
    if find(tx, "bucket", f"bucket/{bucket}") is None:
        return [f"The bucket '{bucket}' does not exist."]
    headers = {
        "content-type": "application/octet-stream",
        "storage-tier": "Standard",
        "content-md5": artifact.body["md5"],
    }
    put_object(tx, backend.blobs, bucket, name, headers, [tuple(segment) for segment in artifact.body["segments"]])
    return []


_ACTIONS = "/20190101/models/{modelId}/actions"
ROUTES = (
    Route("POST", f"{_ACTIONS}/exportArtifact", export_artifact, Access.WRITE, retry_token=True),
    Route("POST", f"{_ACTIONS}/importArtifact", import_artifact, Access.WRITE),
    Route("POST", f"{_ACTIONS}/restore", restore, Access.WRITE, retry_token=True),
)
ACTIONS: dict[str, Advance] = {"artifact.export": run_export, "artifact.import": run_import}
