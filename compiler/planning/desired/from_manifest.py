"""Manifest and artifact facts -> Desired; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.ir import Golden
from compiler.passes.samples.golden import golden_request
from compiler.planning.desired import deployment_body, model_body
from compiler.planning.desired.types import (
    ArtifactFacts,
    Attachment,
    Desired,
    DesiredDeployment,
    DesiredModel,
    SmokeTest,
)
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment, SmokeRequest


@dataclass(frozen=True, slots=True)
class ManifestIdentity:
    """Who the manifest is."""

    project: str
    """Name of the manifact project; the manifest's own name where there is no project file."""
    name: str
    renamed_from: str | None = None
    suspend: bool = False
    model_id: str | None = None
    """`spec.modelId`: deploy what is in the catalog."""


@dataclass(frozen=True, slots=True)
class ManifestFiles:
    """What lies beside the manifest and decides no byte of the artifact."""

    golden: Golden | None = None
    git: Mapping[str, str] = field(default_factory=dict)
    """What is known of repositoryUrl, gitBranch, gitCommit and scriptDir."""
    attachments: Mapping[str, str] = field(default_factory=dict)
    """sha256 of each file that `catalog.custom` attaches, by its path as written."""
    smoke_request: Any = None
    """Content of the JSON file that `deployment.smoke.request` names."""


def desired(
    identity: ManifestIdentity,
    artifact: ArtifactFacts | None,
    catalog: Catalog,
    deployment: Deployment | None,
    context: ManifestFiles,
) -> Desired:
    """What a manifest asks of any target. `artifact` is None where `identity.model_id` names the model."""
    return Desired(
        name=identity.name,
        model=desired_model(identity, artifact, catalog, context) if artifact else None,
        deployment=desired_deployment(identity, deployment, context) if deployment else None,
        model_id=identity.model_id,
        renamed_from=identity.renamed_from,
        suspend=identity.suspend,
    )


def desired_model(
    identity: ManifestIdentity, artifact: ArtifactFacts, catalog: Catalog, context: ManifestFiles
) -> DesiredModel:
    """The version that the catalog is to hold."""
    attached = [item for item in catalog.custom if item.artifact]
    return DesiredModel(
        artifact=artifact.digest,
        size=artifact.size,
        body=model_body.create_model_details(identity.name, artifact, catalog),
        provenance=model_body.provenance(catalog, context.git),
        version_set=catalog.version_set or f"{identity.project}-{identity.name}",
        own_set=catalog.version_set is None,
        keep_versions=None if catalog.keep_versions == "all" else catalog.keep_versions,
        staging=model_body.staging(catalog.staging),
        by_reference=catalog.by_reference,
        attachments=tuple(
            Attachment(item.key, item.artifact, context.attachments[item.artifact])
            for item in attached
            if item.artifact
        ),
    )


def desired_deployment(identity: ManifestIdentity, spec: Deployment, context: ManifestFiles) -> DesiredDeployment:
    """The endpoint."""
    return DesiredDeployment(
        state=spec.state,
        body=deployment_body.create_deployment_details(identity.name, spec, identity.model_id),
        protect=spec.protect,
        ignore=tuple(spec.ignore_changes),
        sensitive=deployment_body.sensitive_variables(spec),
        smoke=_smoke(spec, context),
    )


def _smoke(spec: Deployment, context: ManifestFiles) -> SmokeTest | None:
    if isinstance(spec.smoke, SmokeRequest):
        return SmokeTest(context.smoke_request, batch=0)
    golden = context.golden
    if spec.smoke == "off" or golden is None or not golden.inputs:
        return None
    return SmokeTest(golden_request(golden), tuple(golden.outputs), golden.tolerance, golden.batch)
