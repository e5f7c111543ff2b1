"""What a compiled manifest asks of any target: `Desired`, with the files that only planning needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from compiler.compilation.files import FileCollector
from compiler.diagnostics import Report, SourceRange, failure
from compiler.emit.record import ArtifactRecord
from compiler.emit.tree import ArtifactTree
from compiler.emit.zipstream import zip_size
from compiler.ir import DataSchema, Golden, Json, ResolvedModel, SourceFile
from compiler.passes.draft import Inputs
from compiler.passes.samples.schema_json import CATALOG_BYTES, fit_catalog, schema_to_json
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts, Desired
from compiler.planning.limits.artifact import check_object_names, check_saved
from compiler.planning.limits.devices import check_devices
from compiler.spec.deployment import SmokeRequest
from compiler.workspace.hashing import file_sha256
from compiler.workspace.project import LoadedManifest
from compiler.workspace.root import shown


@dataclass(frozen=True, slots=True)
class Made:
    """An artifact that can be written and saved."""

    model: ResolvedModel
    tree: ArtifactTree
    record: ArtifactRecord
    inputs: Inputs | None = None
    """What the model was resolved from; None for an artifact made elsewhere."""


def wanted(
    loaded: LoadedManifest,
    project: str,
    files: FileCollector,
    made: Made | None,
    golden: Golden | None,
    report: Report,
) -> Desired:
    """The request bodies for saving and deploying; `${var.NAME}` and the target's OCIDs are still open.

    Raises `CompilerError` when an attached file or the smoke request cannot be read.
    """
    manifest = loaded.manifest
    metadata, spec = manifest.metadata, manifest.spec
    identity = ManifestIdentity(project, metadata.name, metadata.renamed_from, metadata.suspend, spec.model_id)
    artifact = _artifact(made, report) if made else None
    context = ManifestFiles(
        golden=golden,
        attachments=_attachments(loaded, files) if made else {},
        smoke_request=smoke_request(loaded, files),
    )
    if made:
        check_devices(made.model.facts, spec.deployment, report)
    report.raise_if_failed()
    found = desired(identity, artifact, spec.catalog, spec.deployment, context)
    check_saved(found, report)
    if made and found.model:
        check_object_names(found.model, project, metadata.name, (file.path for file in made.record.files), report)
    report.raise_if_failed()
    return found


def _artifact(made: Made, report: Report) -> ArtifactFacts:
    model, record = made.model, made.record
    return ArtifactFacts(
        digest=f"sha256:{record.digest}",
        size=zip_size(made.tree),
        input_schema=_catalog_schema(model.input_schema, "input", made, report),
        output_schema=_catalog_schema(model.output_schema, "output", made, report),
        # What nobody knows of an artifact made elsewhere is not told: ADS's "NA" would only be noise on its model.
        custom_metadata=tuple(dict(item) for item in record.custom if not (model.prebuilt and item["value"] == "NA")),
        defined_metadata=tuple(dict(item) for item in record.taxonomy),
    )


def _catalog_schema(schema: DataSchema | None, side: str, made: Made, report: Report) -> str | None:
    if schema is None:
        return None
    fitting, left_out = fit_catalog(schema)
    if left_out:
        text = f"the {side} schema is too large for the catalog: {left_out} stay in the artifact only"
        at = ("spec", "artifact") if made.model.prebuilt else ("spec", "samples", side)
        report.warning("MF314", text, at)
    own = _as_written(made, side) if not left_out else None
    return own or schema_to_json(fitting).decode()


def _as_written(made: Made, side: str) -> str | None:
    """The text of the artifact's own schema, where it can go into the catalog as it is."""
    content = made.tree.get(f"{side}_schema.json")
    if not isinstance(content, SourceFile) or content.size > CATALOG_BYTES:
        return None
    try:
        text = content.source.read_bytes().decode()
        json.loads(text, parse_constant=_refuse)
    except ValueError:
        return None
    return text


def _refuse(name: str) -> None:
    """ADS writes NaN, which is no JSON."""
    raise ValueError(name)


def _attachments(loaded: LoadedManifest, files: FileCollector) -> dict[str, str]:
    result = {}
    for index, item in enumerate(loaded.manifest.spec.catalog.custom):
        if item.artifact and (path := files.find(item.artifact, ("spec", "catalog", "custom", index, "artifact"))):
            result[item.artifact] = file_sha256(path)
    return result


def smoke_request(loaded: LoadedManifest, files: FileCollector) -> Json:
    """Content of the file that `deployment.smoke.request` names; None where there is none."""
    deployment = loaded.manifest.spec.deployment
    if deployment is None or not isinstance(deployment.smoke, SmokeRequest):
        return None
    path = files.find(deployment.smoke.request, ("spec", "deployment", "smoke", "request"))
    if path is None:
        return None
    try:
        request: Any = json.loads(path.read_bytes())
    except ValueError as error:
        raise failure("MF303", f"the request is not JSON: {error}", where=SourceRange(shown(path))) from None
    return request  # type: ignore[no-any-return]
