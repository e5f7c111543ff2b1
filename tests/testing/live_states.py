"""Live resources as an apply leaves them and as others change them, made from the planner's own requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compiler.ir import Golden
from compiler.planning import references, tags
from compiler.planning.canonical import Body
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts, Desired
from compiler.planning.live.observed import ArtifactHead, Kind, LiveResource, Observed
from compiler.planning.paths import put, value_at
from compiler.planning.plan.planner import plan
from compiler.planning.tags import Scope
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment

PLACE = Scope("cellar", "local", "ocid1.compartment.oc1..c", "ocid1.datascienceproject.oc1..p")
SET, MODEL, DEPLOYMENT = (f"ocid1.datasciencemodel{kind}.oc1..1" for kind in ("versionset", "", "deployment"))
OLD, SECOND, FOREIGN = (f"ocid1.thing.oc1..{word}" for word in ("old", "second", "foreign"))
DETAILS = "modelDeploymentConfigurationDetails"
MODEL_CONFIGURATION = f"{DETAILS}.modelConfigurationDetails"
IMAGE = {"container": {"image": "fra.ocir.io/n/i:1"}}
SIZE, MD5 = 1234, "0" * 24


def wine(name: str = "wine", artifact: str = "a", **parts: Mapping[str, Any] | None) -> Desired:
    """What a manifest of this name asks for; `deployment=None` leaves the endpoint alone."""
    spec = parts.get("deployment", {})
    return desired(
        ManifestIdentity("cellar", name),
        ArtifactFacts(f"sha256:{artifact * 64}", SIZE),
        Catalog.model_validate(parts.get("catalog") or {}),
        None if spec is None else Deployment.model_validate(spec),
        ManifestFiles(golden=Golden(({"x": 1},), (2,), 1e-6)),
    )


def applied(manifest: Desired) -> Observed:
    """What is live once the plan for an empty target was carried out: the bodies of its own steps, in records."""
    known = {references.VERSION_SET: SET, references.MODEL: MODEL, references.DEPLOYMENT: DEPLOYMENT}
    known[references.ARTIFACT_MD5] = MD5
    records: dict[Kind, Body] = {}
    for change in plan([manifest], Observed(), PLACE).changes:
        record: Body = {"lifecycleState": "ACTIVE", "timeCreated": "2026-01-01T00:00:00Z", "versionId": 1}
        for step in change.steps:
            if step.operation.startswith(("create_model_version_set", "create_model_deployment", "update_model")) or (
                step.operation == "create_model"
            ):
                record |= references.resolve(step.body, known)
        records[change.kind] = record
    version_set, model = records[Kind.VERSION_SET], records[Kind.MODEL]
    models = live(MODEL, {**model, "modelVersionSetName": version_set["name"]}, head=ArtifactHead(SIZE, MD5))
    deployments = (live(DEPLOYMENT, records[Kind.DEPLOYMENT]),) if Kind.DEPLOYMENT in records else ()
    return Observed((models,), deployments, (live(SET, version_set),))


def live(identifier: str, record: Body, **more: Any) -> LiveResource:
    """A resource that was read in full."""
    body = {**record, "id": identifier}
    return LiveResource(body, body, etag="1", **more)


def changed(resource: LiveResource, values: Mapping[str, Any], identifier: str = "") -> LiveResource:
    """The same with other values, by their dotted path; None takes one away."""
    body = references.resolve(resource.body, {})
    for name, value in values.items():
        *path, last = name.split(".")
        if value is None:
            value_at(body, tuple(path)).pop(last)
        else:
            put(body, (*path, last), value)
    body["id"] = identifier or resource.id
    return replace(resource, summary=body, record=body)


def model(**values: Any) -> Observed:
    """The applied manifest, its model changed behind our back."""
    known = applied(wine())
    return replace(known, models=(changed(known.models[0], dotted(values)),))


def deployment(manifest: Desired | None = None, **values: Any) -> Observed:
    """The applied manifest, its deployment changed behind our back."""
    known = applied(manifest or wine())
    return replace(known, deployments=(changed(known.deployments[0], dotted(values)),))


def dotted(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("__", "."): value for name, value in values.items()}


def tagged(key: str, value: str | None) -> dict[str, Any]:
    return {f"freeformTags__{key}": value}


def with_more(*, models: tuple[LiveResource, ...] = (), deployments: tuple[LiveResource, ...] = ()) -> Observed:
    """The applied manifest, and other resources after it."""
    known = applied(wine())
    return replace(known, models=(*known.models, *models), deployments=(*known.deployments, *deployments))


def old_version() -> Observed:
    """An older version of the model, beside the one that serves."""
    known = applied(wine())
    older = {"timeCreated": "2025-01-01T00:00:00Z", "freeformTags.manifact-artifact": "sha256:" + "0" * 64}
    return replace(known, models=(changed(known.models[0], older, OLD), *known.models))


def second_deployment() -> Observed:
    known = applied(wine())
    later = {"timeCreated": "2026-02-01T00:00:00Z"}
    return with_more(deployments=(changed(known.deployments[0], later, SECOND),))


def failed_before() -> Observed:
    manifest = wine(deployment={"instances": 2})
    assert manifest.deployment is not None
    return deployment(**tagged(tags.FAILED, manifest.deployment.test_digest(manifest.serves)))


def untagged() -> Observed:
    """Model and deployment are there, all of their tags are gone."""
    known = applied(wine())
    bare = [changed(item, {"freeformTags": {}}) for item in (*known.models, *known.deployments)]
    return replace(known, models=(bare[0],), deployments=(bare[1],))


def unfinished(artifact: str) -> Observed:
    """A version whose apply was interrupted before its commit tag, made for this artifact."""
    known = applied(wine(artifact=artifact))
    half = changed(known.models[0], {"freeformTags.manifact-artifact": None, "freeformTags.manifact-config": None})
    return replace(known, models=(half,), deployments=())
