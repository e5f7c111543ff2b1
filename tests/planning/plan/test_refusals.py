"""What is left alone, what is refused, and what must never be seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compiler.cloud.observe import observe
from compiler.diagnostics import CompilerError, exit_code
from compiler.planning.changes.types import Impact
from compiler.planning.desired.variables import Variable, environment_variables, substitute
from compiler.planning.plan.destroy import destroy
from compiler.planning.plan.outcome import Status
from compiler.planning.plan.planner import Options, plan
from compiler.planning.plan.saved_plan import check_current, load_plan, save_plan
from testing.lab import Lab, Manifest
from testing.some import some

CUSTOM = {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..a"}}


def test_a_protected_deployment_is_neither_deleted_nor_replaced(lab: Lab) -> None:
    lab.settled(Manifest(deployment={"protect": True, **CUSTOM}))
    (live,) = lab.deployments()
    for change in ({"state": "absent"}, {}):
        made = lab.plan(Manifest(deployment={"protect": True, **change}))
        assert [problem.code for problem in made.problems] == ["MF730"]
        outcome = lab.carry_out(made, Manifest())
        assert (outcome.complete, exit_code(outcome.diagnostics)) == (False, 6)
        assert {result.status for result in outcome.results} == {Status.SKIPPED}
        assert [item.body for item in lab.deployments()] == [live.body]
    lab.settled(Manifest(deployment={"protect": True, "instances": 2, **CUSTOM}))


def test_a_protected_manifest_blocks_itself_alone(lab: Lab) -> None:
    protected, other = {"protect": True, **CUSTOM}, Manifest(name="other", factor=3)
    lab.settled(Manifest(deployment=protected))
    outcome = lab.apply(Manifest(factor=5, deployment={"protect": True}), other)
    assert exit_code(outcome.diagnostics) == 6
    status = {result.change.name: result.status for result in outcome.results}
    assert status == {"other": Status.DONE, "wine": Status.SKIPPED}
    lab.settled(other)
    lab.settled(Manifest(deployment=protected))  # nothing of the refused plan was begun
    assert len(lab.models()) == 2


def test_protection_stays_with_the_deployment_and_goes_with_an_apply(lab: Lab) -> None:
    lab.settled(Manifest(deployment={"protect": True}))
    refused = destroy(["wine"], lab.observe(), lab.connection.place)
    assert exit_code(lab.carry_out(refused).diagnostics) == 6
    assert (len(lab.models()), len(lab.deployments())) == (1, 1)
    (change,) = lab.plan(Manifest()).pending
    assert (change.reason, change.stays_up) == ("whether it is protected changes", True)
    assert [step.group for step in change.steps] == ["identity"]
    lab.settled(Manifest())
    lab.settled(Manifest(deployment={"protect": True}))
    lab.settled(Manifest())
    lab.destroy("wine")
    assert (lab.models(), lab.deployments()) == ([], [])


def test_ignored_fields_keep_their_live_value(lab: Lab) -> None:
    ignoring = {"ignoreChanges": ["instances", "bandwidthMbps", "environmentVariables", "freeformTags", "description"]}
    lab.settled(Manifest(deployment={**ignoring, "environmentVariables": {"AA": "1"}, "freeformTags": {"t": "1"}}))
    (live,) = lab.deployments()
    model = live.body["modelDeploymentConfigurationDetails"]["modelConfigurationDetails"]
    model = {**model, "scalingPolicy": {"policyType": "FIXED_SIZE", "instanceCount": 5}}
    details = {"deploymentType": "SINGLE_MODEL", "modelConfigurationDetails": model}
    lab.connection.data_science.update_model_deployment(live.id, {"modelDeploymentConfigurationDetails": details})
    lab.wait()
    assert lab.plan(Manifest(deployment={**ignoring, "environmentVariables": {"AA": "1"}})).empty is False
    lab.settled(Manifest(deployment={**ignoring, "ocpus": 2, "instances": 9, "environmentVariables": {"BB": "1"}}))
    (live,) = lab.deployments()
    model = live.body["modelDeploymentConfigurationDetails"]["modelConfigurationDetails"]
    assert model["scalingPolicy"]["instanceCount"] == 5
    assert model["instanceConfiguration"]["modelDeploymentInstanceShapeConfigDetails"]["ocpus"] == 2
    assert environment_variables(live.body) == {"AA": "1"}
    assert live.tags["t"] == "1"


def test_tags_of_others_are_neither_shown_nor_wiped(lab: Lab) -> None:
    lab.settled(Manifest(deployment={"freeformTags": {"ours": "1"}}, catalog={"freeformTags": {"ours": "1"}}))
    client = lab.connection.data_science
    (model,), (deployment,) = lab.models(), lab.deployments()
    cost = {"definedTags": {"cost": {"center": "42"}}}
    client.update_model(model.id, {"freeformTags": {**model.tags, "theirs": "2"}, **cost})
    client.update_model_deployment(deployment.id, {"freeformTags": {**deployment.tags, "theirs": "2"}, **cost})
    lab.wait()
    same = Manifest(deployment={"freeformTags": {"ours": "1"}}, catalog={"freeformTags": {"ours": "1"}})
    assert lab.plan(same, deep=True).empty
    lab.settled(Manifest(deployment={"description": "x"}, catalog={"description": "x"}))
    for live in (*lab.models(), *lab.deployments()):
        assert live.tags.get("theirs") == "2"
        assert "ours" not in live.tags
        assert live.body["definedTags"] == cost["definedTags"]


def with_secret(lab: Lab, value: str | None) -> Any:
    written = Manifest(deployment={"environmentVariables": {"DB": {"variable": "PASSWORD", "sensitive": True}}})
    return substitute(written.desired(), lambda name: Variable(value, sensitive=True) if name == "PASSWORD" else None)


def test_sensitive_values_are_sent_and_nowhere_else(lab: Lab) -> None:
    from compiler.engine.change.runner import apply

    def made(value: str | None) -> Any:
        wanted = [with_secret(lab, value)]
        return plan(wanted, observe(lab.connection, wanted), lab.connection.place)

    archives = dict([Manifest().archive()])
    first = made("hunter2")
    saved = save_plan(first, [with_secret(lab, "hunter2")], Options())
    assert "hunter2" not in repr(first) + json.dumps(first.to_json()) + saved
    assert apply(first, lab.connection, archives).complete
    assert environment_variables(lab.deployments()[0].body) == {"DB": "hunter2"}
    assert all("hunter2" not in str(live.body) for live in some(lab.models()))
    assert made("hunter2").empty
    assert made(None).empty  # a plan needs no secret
    second = made("hunter3")
    (change,) = second.changes
    assert [(field.before, field.after) for field in change.fields] == [("(sensitive)", "(sensitive)")]
    assert "hunter" not in json.dumps(second.to_json())
    assert apply(second, lab.connection, archives).complete
    assert environment_variables(lab.deployments()[0].body) == {"DB": "hunter3"}


def test_a_secret_that_is_not_known_stops_apply_only_where_it_is_sent(lab: Lab) -> None:
    from compiler.engine.change.runner import apply

    wanted = [with_secret(lab, None)]
    made = plan(wanted, observe(lab.connection, wanted), lab.connection.place)
    outcome = apply(made, lab.connection, dict([Manifest().archive()]))
    (problem,) = outcome.diagnostics
    assert (problem.code, problem.hint) == ("MF719", "set MANIFACT_VAR_PASSWORD")
    assert lab.deployments() == []
    assert lab.models() == []  # known before anything is made


def test_a_saved_plan_is_carried_out_as_it_was_shown_or_not_at_all(lab: Lab) -> None:
    wanted = [Manifest().desired()]
    made = lab.plan(Manifest())
    saved = load_plan(save_plan(made, wanted, Options()))
    assert saved.desired == tuple(wanted)
    fresh = plan(saved.desired, observe(lab.connection, saved.desired), lab.connection.place, saved.options)
    assert check_current(saved, lab.connection.place, fresh) is fresh
    lab.settled(Manifest())
    later = plan(saved.desired, observe(lab.connection, saved.desired), lab.connection.place, saved.options)
    with pytest.raises(CompilerError) as stale:
        check_current(saved, lab.connection.place, later)
    assert exit_code(stale.value.diagnostics) == 6


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "Plan", "formatVersion": 99}', '{"kind": "Model"}'])
def test_other_files_are_no_plans(text: str) -> None:
    with pytest.raises(CompilerError) as problem:
        load_plan(text)
    assert problem.value.diagnostics[0].code == "MF741"


def test_callers_are_told_what_breaks_them(lab: Lab) -> None:
    lab.settled(Manifest())
    (change,) = [c for c in lab.plan(Manifest(factor=3)).changes if c.kind == "deployment"]
    assert (change.impact, change.stays_up) == (Impact.SAFE, True)
    broken = Manifest(factor=3)
    broken.schema = '{"schema": [{"name": "y", "dtype": "int64", "required": true}]}'
    (change,) = [c for c in lab.plan(broken).changes if c.kind == "deployment"]
    assert change.impact is Impact.BREAKING
    assert change.caller_impact == ("input 'x' is gone", "input 'y' is now required")


def test_no_upload_without_the_artifact(lab: Lab) -> None:
    with pytest.raises(CompilerError) as problem:
        lab.carry_out(lab.plan(Manifest()))
    assert problem.value.diagnostics[0].code == "MF724"
    assert lab.models() == []


def test_suspended_manifests_are_left_alone(lab: Lab) -> None:
    from dataclasses import replace

    wanted = [replace(Manifest().desired(), suspend=True)]
    assert plan(wanted, observe(lab.connection, wanted), lab.connection.place).changes == ()


def test_a_secret_that_the_manifest_drops_is_not_shown_either(lab: Lab) -> None:
    from compiler.engine.change.runner import apply

    wanted = [with_secret(lab, "hunter2")]
    first = plan(wanted, observe(lab.connection, wanted), lab.connection.place)
    assert apply(first, lab.connection, dict([Manifest().archive()])).complete
    dropping = lab.plan(Manifest(deployment={"environmentVariables": {"LEVEL": "info"}}))
    assert not dropping.empty
    assert "hunter2" not in repr(dropping) + json.dumps(dropping.to_json())
