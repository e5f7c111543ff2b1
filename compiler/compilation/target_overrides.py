"""What a build asks of a target that overrides settings of its own: same artifact, other catalog or deployment."""

from __future__ import annotations

from compiler.compilation.build import Build
from compiler.compilation.desired import smoke_request
from compiler.compilation.files import FileCollector
from compiler.diagnostics import Report
from compiler.passes.fields import check_fields, check_variables
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts, Desired
from compiler.planning.limits.artifact import check_object_names, check_saved
from compiler.planning.limits.catalog import check_limits, check_references
from compiler.workspace.project import Workspace, load_manifest


def overridden(build: Build, workspace: Workspace, target: str) -> Desired:
    """The build's desired state with `targets.<target>.overrides` merged over the manifest.

    Raises `CompilerError` with every problem that the overrides bring, at their line in manifact.yaml.
    """
    loaded = load_manifest(build.manifest, workspace, target=target)
    report, spec = Report(loaded.document.locate), loaded.manifest.spec
    check_fields(loaded.manifest, report)
    check_variables(loaded.document.data, report)
    check_references(loaded.document.data, report)
    check_limits(spec.catalog, spec.deployment, report)
    before = build.desired.model.attachments if build.desired.model else ()
    attached = {item.path: item.sha256 for item in before}
    for index, item in enumerate(spec.catalog.custom):
        if item.artifact and item.artifact not in attached:
            at = ("spec", "catalog", "custom", index, "artifact")
            report.error("MF109", "a target cannot attach files of its own", at, hint="attach it in the manifest")
    report.raise_if_failed()
    files = FileCollector(loaded, workspace.root, report)
    context = ManifestFiles(golden=build.golden, attachments=attached, smoke_request=smoke_request(loaded, files))
    report.raise_if_failed()
    metadata = loaded.manifest.metadata
    identity = ManifestIdentity(workspace.name, metadata.name, metadata.renamed_from, metadata.suspend, spec.model_id)
    found = desired(identity, _artifact(build), spec.catalog, spec.deployment, context)
    check_saved(found, report)
    if found.model and build.record:
        paths = (file.path for file in build.record.files)
        check_object_names(found.model, workspace.name, metadata.name, paths, report)
    report.raise_if_failed()
    return found


def _artifact(build: Build) -> ArtifactFacts | None:
    model, record = build.desired.model, build.record
    if model is None or record is None:
        return None
    return ArtifactFacts(
        digest=model.artifact,
        size=model.size,
        input_schema=model.body.get("inputSchema"),
        output_schema=model.body.get("outputSchema"),
        custom_metadata=tuple(dict(item) for item in record.custom),
        defined_metadata=tuple(dict(item) for item in record.taxonomy),
    )
