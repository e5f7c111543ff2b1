"""Observed -> Plan, a row each: what is live, what the manifest says, and the changes that follow. No service runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from compiler.ir import Golden
from compiler.planning import references, tags
from compiler.planning.canonical import Body
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts, Desired
from compiler.planning.live.observed import ArtifactHead, Kind, LiveResource, Observed
from compiler.planning.paths import put, value_at
from compiler.planning.plan.planner import Options, plan
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


@dataclass(frozen=True)
class Row:
    """What is live and what is wanted -> `kind action: operations` a change, and the codes of diagnostics."""

    name: str
    live: Observed
    want: tuple[Desired, ...]
    changes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    """Last parts of the paths that change."""
    downtime: bool = False
    options: Options = field(default_factory=Options)


UPDATE, TEST, WAIT = "update_model_deployment", "smoke_test", "wait_model_deployment"
RECORD = "model update: update_model"
"""The paths that are ours from now on."""
COMMIT = "create_model create_model_artifact head_model_artifact update_model"
CREATE = f"create_model_deployment {TEST} {UPDATE}"
ROWS = [
    Row(
        "an empty target is filled",
        Observed(),
        (wine(),),
        ("version set create: create_model_version_set", f"model create: {COMMIT}", f"deployment create: {CREATE}"),
    ),
    Row("what was applied is left alone", applied(wine()), (wine(),)),
    Row("a suspended manifest is left alone", Observed(), (replace(wine(), suspend=True),)),
    Row("a deployment that no manifest mentions any more is left alone", applied(wine()), (wine(deployment=None),)),
    Row(
        "new bytes: a version, and the deployment moves to it",
        applied(wine()),
        (wine(artifact="b"),),
        (f"model create: {COMMIT}", f"deployment update: {UPDATE} {TEST} {UPDATE}"),
        fields=frozenset({"modelId"}),
    ),
    Row(
        "the manifest changes the model's description",
        applied(wine()),
        (wine(catalog={"description": "red"}),),
        ("model update: update_model",),
        fields=frozenset({"description"}),
    ),
    Row(
        "the model's name was changed outside",
        model(displayName="Vinegar"),
        (wine(),),
        ("model update: update_model",),
        fields=frozenset({"displayName"}),
    ),
    Row("a description that the manifest never had is left alone", model(description="theirs"), (wine(),)),
    Row(
        "the model was deactivated",
        model(lifecycleState="INACTIVE"),
        (wine(),),
        ("model update: activate_model update_model",),
    ),
    Row(
        "two groups of settings are two requests",
        applied(wine()),
        (wine(deployment={"instances": 2, "bandwidthMbps": 20}),),
        (f"deployment update: {UPDATE} {UPDATE} {TEST} {UPDATE}",),
        fields=frozenset({"instanceCount", "bandwidthMbps"}),
    ),
    Row(
        "a field that was not ours is recorded before the deployment changes",
        applied(wine()),
        (wine(deployment={"description": "red"}),),
        (RECORD, f"deployment update: {TEST} {UPDATE}"),
        fields=frozenset({"description"}),
    ),
    Row(
        "the number of instances was changed outside",
        deployment(**{f"{MODEL_CONFIGURATION}.scalingPolicy.instanceCount": 7}),
        (wine(),),
        (f"deployment update: {UPDATE} {TEST} {UPDATE}",),
        fields=frozenset({"instanceCount"}),
    ),
    Row(
        "the same, where the manifest ignores it",
        deployment(
            wine(deployment={"ignoreChanges": ["instances"]}),
            **{f"{MODEL_CONFIGURATION}.scalingPolicy.instanceCount": 7},
        ),
        (wine(deployment={"ignoreChanges": ["instances"]}),),
    ),
    Row(
        "state: inactive",
        applied(wine()),
        (wine(deployment={"state": "inactive"}),),
        (f"deployment update: deactivate_model_deployment {UPDATE}",),
        downtime=True,
    ),
    Row(
        "state: absent",
        applied(wine()),
        (wine(deployment={"state": "absent"}),),
        ("deployment delete: delete_model_deployment",),
        downtime=True,
    ),
    Row(
        "conda to container: another deployment",
        applied(wine()),
        (wine(deployment=IMAGE),),
        (RECORD, f"deployment replace: {CREATE} delete_model_deployment"),
        fields=frozenset({"environmentConfigurationType", "image"}),
        downtime=True,
    ),
    Row(
        "the same, protected",
        applied(wine(deployment={"protect": True})),
        (wine(deployment={"protect": True, **IMAGE}),),
        (RECORD, f"deployment replace: {CREATE} delete_model_deployment"),
        ("MF730",),
        fields=frozenset({"environmentConfigurationType", "image"}),
        downtime=True,
    ),
    Row(
        "a deployment of a group of models cannot serve one",
        deployment(**{f"{DETAILS}.deploymentType": "MODEL_GROUP"}),
        (wine(),),
        (f"deployment replace: {CREATE} delete_model_deployment",),
        fields=frozenset({"deploymentType"}),
        downtime=True,
    ),
    Row(
        "FAILED: another deployment",
        deployment(lifecycleState="FAILED"),
        (wine(),),
        (f"deployment replace: {CREATE} delete_model_deployment",),
        downtime=True,
    ),
    Row(
        "NEEDS_ATTENTION: restarted",
        deployment(lifecycleState="NEEDS_ATTENTION"),
        (wine(),),
        (f"deployment restart: deactivate_model_deployment activate_model_deployment {TEST} {UPDATE}",),
        downtime=True,
    ),
    Row(
        "UPDATING: waited for before anything is sent",
        deployment(lifecycleState="UPDATING"),
        (wine(deployment={"instances": 2}),),
        (f"deployment update: {WAIT} {UPDATE} {TEST} {UPDATE}",),
        fields=frozenset({"instanceCount"}),
    ),
    Row(
        "settings that failed their test are not tried again",
        failed_before(),
        (wine(deployment={"instances": 2}),),
        ("deployment noop:",),
        ("MF731",),
    ),
    Row(
        "unless it is asked for",
        failed_before(),
        (wine(deployment={"instances": 2}),),
        (f"deployment update: {UPDATE} {TEST} {UPDATE}",),
        fields=frozenset({"instanceCount"}),
        options=Options(retry=True),
    ),
    Row(
        "an apply that did not test what it sent",
        deployment(**tagged(tags.CONFIG, None)),
        (wine(),),
        (f"deployment update: {TEST} {UPDATE}",),
    ),
    Row(
        "a version that was begun is finished",
        unfinished("a"),
        (wine(deployment=None),),
        ("model create: head_model_artifact update_model",),
    ),
    Row(
        "one that was begun for other bytes is deleted",
        unfinished("b"),
        (wine(deployment=None),),
        ("model delete: delete_model", f"model create: {COMMIT}"),
    ),
    Row(
        "a second deployment of the name is deleted",
        second_deployment(),
        (wine(),),
        ("deployment delete: delete_model_deployment",),
        downtime=True,
    ),
    Row(
        "versions beyond keepVersions are deleted",
        old_version(),
        (wine(catalog={"keepVersions": 1}),),
        ("model delete: delete_model",),
    ),
    Row(
        "lost tags: made anew, with a warning",
        untagged(),
        (wine(),),
        (f"model create: {COMMIT}", f"deployment create: {CREATE}"),
        ("MF765",),
    ),
    Row("without --prune nothing else is touched", applied(wine("vinegar")), ()),
    Row(
        "with it, what no manifest declares goes",
        applied(wine("vinegar")),
        (),
        (
            "deployment delete: delete_model_deployment",
            "model delete: delete_model",
            "version set delete: delete_model_version_set",
        ),
        downtime=True,
        options=Options(prune=True),
    ),
    Row(
        "but for a protected one",
        applied(wine("vinegar", deployment={"protect": True})),
        (),
        (),
        ("MF770",),
        options=Options(prune=True),
    ),
    Row(
        "a model that cannot be read is not deployed",
        Observed(catalog={FOREIGN: None}),
        (replace(wine(), model=None, model_id=FOREIGN),),
        (f"deployment create: {CREATE}",),
        ("MF118",),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_plan(row: Row) -> None:
    made = plan(row.want, row.live, PLACE, row.options)
    told = [
        f"{change.kind} {change.action}: {' '.join(step.operation for step in change.steps)}".strip()
        for change in made.changes
    ]
    assert tuple(told) == row.changes
    assert tuple(problem.code for problem in made.problems) == row.codes
    assert {change.path.rpartition(".")[2] for item in made.changes for change in item.fields} == row.fields
    assert any(change.stays_up is False for change in made.changes) is row.downtime


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_plan_depends_on_nothing_but_its_input(row: Row) -> None:
    again = [plan(row.want, row.live, PLACE, row.options).to_json() for _ in range(2)]
    assert again[0] == again[1]
