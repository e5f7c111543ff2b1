"""Models by reference: their files lie in a bucket, one object each, and the catalog only points to them.

The API says of such a model that it is one (`isModelByReference`) and not where its files are (SDK 2.189), so the place
is kept in the model's custom metadata. It holds the artifact's digest: other bytes lie elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.planning import tags
from compiler.planning.canonical import Body, text
from compiler.planning.changes.types import Step
from compiler.planning.desired.types import DesiredModel, Staging
from compiler.planning.live.last_applied import REFERENCE, metadata
from compiler.planning.live.observed import LiveResource, metadata_value
from compiler.planning.tags import Scope


class FileLocation(NamedTuple):
    """Where the files of one version lie."""

    namespace: str
    bucket: str
    prefix: str
    """Ends with a slash."""
    keep: bool = False
    """Whether the files stay when the version is deleted."""

    @property
    def uri(self) -> str:
        """The same as `oci://bucket@namespace/prefix/`."""
        return f"oci://{self.bucket}@{self.namespace}/{self.prefix}"

    @property
    def body(self) -> Body:
        """For the steps that put and check objects."""
        return {"namespace": self.namespace, "bucket": self.bucket, "prefix": self.prefix}

    def entry(self) -> Body:
        """The entry of the custom metadata that says so."""
        return metadata(REFERENCE, text(self._asdict()))

    def holds(self, artifact: str) -> bool:
        """Whether files of an artifact with this digest may lie here."""
        return f"/{_short(artifact)}/" in self.prefix


def is_by_reference(live: LiveResource) -> bool:
    """Whether the service only points to this model's files."""
    return bool(live.body.get("isModelByReference"))


def desired_location(model: DesiredModel, name: str, place: Scope) -> FileLocation | None:
    """Where the files of this version are to lie; None for a model whose bytes the catalog keeps."""
    staging = model.staging
    if not model.by_reference or staging is None:
        return None
    return FileLocation(
        staging.namespace, staging.bucket, f"{version_path(model, staging, name, place)}/", staging.keep
    )


def version_path(model: DesiredModel, staging: Staging, name: str, place: Scope) -> str:
    """What is put into a bucket for a version begins so: no other model's does, as no part holds a slash."""
    start = staging.prefix if not staging.prefix or staging.prefix.endswith("/") else f"{staging.prefix}/"
    return f"{start}{place.project}/{place.target}/{name}/{_short(model.artifact)}"


def recorded_location(body: Mapping[str, Any]) -> FileLocation | None:
    """Where a model's metadata say that its files lie; None when they do not, or not in our form."""
    try:
        location = FileLocation(**json.loads(metadata_value(body, REFERENCE) or "null"))
    except (ValueError, TypeError):
        return None
    return location if location.bucket and location.namespace and location.prefix.endswith("/") else None


def upload_file_steps(where: FileLocation, on: str, *, resumed: bool = False, registered: bool = False) -> list[Step]:
    """Put the files there, and point the model `on` to them.

    A new version gets all its files anew: what lies there may be of a version that somebody harmed. A `resumed` one
    gets those that are missing.
    """
    reference = {
        "modelArtifactReferenceType": "OSS",
        "namespace": where.namespace,
        "bucketName": where.bucket,
        "prefix": where.prefix,
    }
    register = Step("register_model_artifact_reference", on, {"modelArtifactReferences": [reference]})
    put = Step("upload_objects", body={**where.body, "resumed": resumed})
    return [put] if registered else [put, register]


def check_files_step(where: FileLocation) -> Step:
    """Compare what lies there with the artifact, and remember what the service says of it."""
    return Step("check_objects", body=where.body)


def delete_file_steps(live: LiveResource, *, keep: bool) -> tuple[Step, ...]:
    """Take a version's files away before the version goes, so that nothing is left over when that is cut off.

    First it loses its commit mark: a version without files is never taken for a whole one.
    """
    known = recorded_location(live.body)
    unknown = is_by_reference(live) or tags.ARTIFACT not in live.tags
    if keep or (known and known.keep) or (known is None and (live.record is not None or not unknown)):
        return ()
    left = {key: value for key, value in live.tags.items() if key != tags.ARTIFACT}
    unmark = [Step("update_model", live.id, {"freeformTags": left})] if tags.ARTIFACT in live.tags else []
    return (*unmark, Step("delete_model_objects", live.id))


def _short(artifact: str) -> str:
    return artifact.rpartition(":")[2][:24]
