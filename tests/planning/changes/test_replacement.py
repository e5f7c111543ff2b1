"""Where only a new deployment will do: it is made beside the old one, which goes once the new one is up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from compiler.planning.changes.types import Action, Impact
from testing.lab import Lab, Manifest

IMAGE = {"container": {"image": "fra.ocir.io/ns/server:1"}}
CUSTOM = {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..a"}}
CASES = {
    "conda to container": ({}, IMAGE, "a deployment cannot change between conda and container"),
    "container to conda": (IMAGE, {}, "a deployment cannot change between conda and container"),
    "custom to default network": (CUSTOM, {}, "a deployment cannot go back from custom to default networking"),
}


@pytest.mark.slow
def test_one_that_never_served_is_replaced_without_asking(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(processes=True)
    assert not lab.apply(Manifest(score="raise ValueError('never up')")).complete
    (old,) = lab.deployments()
    assert old.state == "FAILED"
    made = lab.plan(Manifest())
    (change,) = [change for change in made.pending if change.kind == "deployment"]
    assert (change.action, change.impact, change.caller_impact) == (Action.REPLACE, Impact.NONE, ())
    assert not change.destroys
    assert lab.carry_out(made, Manifest()).complete
    assert [live.state for live in lab.deployments()] == ["ACTIVE"]


@pytest.mark.parametrize("case", CASES)
def test_a_new_deployment_takes_the_place_of_the_old_one(case: str, lab: Lab) -> None:
    before, after, reason = CASES[case]
    lab.settled(Manifest(deployment=before))
    (old,) = lab.deployments()
    made = lab.plan(Manifest(deployment=after))
    (change,) = [change for change in made.pending if change.kind == "deployment"]
    assert (change.action, change.reason, change.impact) == (Action.REPLACE, reason, Impact.BREAKING)
    assert change.destroys  # consent is asked for
    operations = [step.operation for step in change.steps]
    assert operations.index("create_model_deployment") < operations.index("delete_model_deployment")
    assert operations[-1] == "delete_model_deployment"
    assert lab.carry_out(made, Manifest()).complete
    (new,) = lab.deployments()
    assert new.id != old.id
    lab.settled(Manifest(deployment=after))


@pytest.mark.parametrize("change", [IMAGE, CUSTOM], ids=["container", "network"])
def test_another_image_or_network_is_no_reason_to_replace(change: Any, lab: Lab) -> None:
    lab.settled(Manifest(deployment=change))
    (old,) = lab.deployments()
    other = {
        "container": {"container": {"image": "fra.ocir.io/ns/server:2"}},
        "network": {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..b"}},
    }
    lab.settled(Manifest(deployment=next(other[name] for name in change)))
    assert [live.id for live in lab.deployments()] == [old.id]


def test_default_to_custom_networking_goes_in_place(lab: Lab) -> None:
    lab.settled(Manifest())
    (old,) = lab.deployments()
    lab.settled(Manifest(deployment=CUSTOM))
    assert [live.id for live in lab.deployments()] == [old.id]
