"""How an artifact's bytes reach the catalog: directly, or through a bucket when they are many."""

from __future__ import annotations

from compiler.planning.canonical import Body
from compiler.planning.changes.by_reference import desired_location, upload_file_steps, version_path
from compiler.planning.changes.types import Step
from compiler.planning.desired.types import DesiredModel, Staging
from compiler.planning.tags import Scope

DIRECT_BYTES = 2 << 30
"""The most that one request takes (ADS 2.16.1: _MAX_ARTIFACT_SIZE_IN_BYTES)."""
SOURCE = "ORACLE_OBJECT_STORAGE"


def staged(model: DesiredModel) -> bool:
    """Whether the artifact goes through the bucket of `catalog.staging`."""
    large = model.size > DIRECT_BYTES
    return model.staging is not None and not model.by_reference and (model.staging.always or large)


def too_large(model: DesiredModel) -> bool:
    """Whether the artifact needs a bucket and none is named."""
    return model.staging is None and model.size > DIRECT_BYTES


def upload_steps(model: DesiredModel, name: str, place: Scope, on: str) -> list[Step]:
    """Bring the bytes to the model `on`."""
    files = desired_location(model, name, place)
    if files is not None:
        return upload_file_steps(files, on)
    if model.staging is None or not staged(model):
        return [Step("create_model_artifact", on)]
    where = object_of(model, model.staging, name, place)
    # The API calls it export: out of the bucket, into the catalog.
    export = {
        "artifactSourceType": SOURCE,
        "namespace": where["namespace"],
        "sourceBucket": where["bucket"],
        "sourceObjectName": where["object"],
        "sourceRegion": place.region,
    }
    return [Step("upload_object", body=where), Step("export_model_artifact", on, {"artifactExportDetails": export})]


def cleanup_steps(model: DesiredModel, name: str, place: Scope) -> list[Step]:
    """Remove the object again once the catalog has the bytes."""
    if model.staging is None or not staged(model) or model.staging.keep:
        return []
    return [Step("delete_object", body=object_of(model, model.staging, name, place))]


def object_of(model: DesiredModel, staging: Staging, name: str, place: Scope) -> Body:
    """Where the zip lies in the meantime; its name tells the bytes, so that an upload can be resumed."""
    path = version_path(model, staging, name, place)
    return {"namespace": staging.namespace, "bucket": staging.bucket, "object": f"{path}.zip"}
