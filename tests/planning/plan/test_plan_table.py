"""Observed -> Plan, a row each: what is live, what the manifest says, and the changes that follow. No service runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from compiler.planning import tags
from compiler.planning.desired.types import Desired
from compiler.planning.live.observed import Observed
from compiler.planning.plan.planner import Options, plan
from testing.live_states import (
    DETAILS,
    FOREIGN,
    IMAGE,
    MODEL_CONFIGURATION,
    PLACE,
    applied,
    deployment,
    failed_before,
    model,
    old_version,
    second_deployment,
    tagged,
    unfinished,
    untagged,
    wine,
)


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
