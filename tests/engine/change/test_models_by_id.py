"""`spec.modelId`: what is in the catalog already is deployed, looked up first, and never deleted."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.planning.live.observed import Kind
from compiler.planning.plan.destroy import destroy
from testing.lab import Lab, Manifest

NOWHERE = "ocid1.datasciencemodel.oc1.local.nothinghere"


def problems(plan: Any) -> list[str]:
    return [problem.code for problem in plan.problems]


def test_it_is_deployed_moved_and_taken_down_again_and_the_models_stay(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    lab.settled(Manifest(factor=3))
    first, second = sorted((live.id for live in lab.models()), key=lambda item: item != lab.models()[0].id)
    for model in (first, second, first):
        lab.settled(Manifest(name="reader", model_id=model))
        (mine,) = [live for live in lab.deployments() if live.tags["manifact-name"] == "reader"]
        assert mine.model_id == model
    lab.settled(Manifest(name="reader", model_id=first, deployment={"state": "inactive"}))
    lab.settled(Manifest(name="reader", model_id=first, deployment={"state": "absent"}))
    lab.settled(Manifest(name="reader", model_id=first))
    gone = lab.destroy("reader")
    assert [change.kind for change in gone] == [Kind.DEPLOYMENT]
    assert {live.id for live in lab.models()} == {first, second}


def test_a_model_that_is_not_there_or_may_not_be_read_blocks_the_plan(lab: Lab) -> None:
    plan = lab.plan(Manifest(model_id=NOWHERE))
    assert problems(plan) == ["MF118"]
    assert not lab.carry_out(plan).complete
    assert lab.deployments() == []


def test_a_model_without_an_artifact_is_not_deployed(lab: Lab) -> None:
    place, client = lab.connection.place, lab.connection.data_science
    empty = client.create_model({"compartmentId": place.compartment_id, "projectId": place.project_id}).data["id"]
    assert problems(lab.plan(Manifest(model_id=empty))) == ["MF119"]
    client.create_model_artifact(empty, b"zip", content_disposition='attachment; filename="a.zip"')
    assert problems(lab.plan(Manifest(model_id=empty))) == []
    client.deactivate_model(empty)
    assert problems(lab.plan(Manifest(model_id=empty))) == ["MF119"]


def test_nothing_is_asked_of_the_model_when_nothing_is_to_change(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    (model,) = lab.models()
    wanted = Manifest(name="reader", model_id=model.id)
    lab.settled(wanted)
    plan = lab.plan(wanted)
    assert (plan.pending, plan.problems) == ((), ())


def test_a_version_of_the_manifests_own_is_kept_when_it_is_named(lab: Lab) -> None:
    lab.settled(Manifest(factor=2))
    lab.settled(Manifest(factor=3))
    first, second = sorted(lab.models(), key=lambda live: live.age)
    lab.settled(Manifest(model_id=first.id))
    plan = destroy(["wine"], lab.observe(), lab.connection.place, kept=[first.id])
    assert lab.carry_out(plan).complete
    assert [live.id for live in lab.models()] == [first.id]
    assert second.id not in {live.id for live in lab.models()}


@pytest.mark.slow
def test_by_command_with_a_variable(manifact: Any, wine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert manifact("apply", "model.yaml", "--yes", "--verify", "never").code == 0
    listed = manifact("status").out
    model = next(word for word in listed.split() if ".datasciencemodel." in word)
    (wine / "reader.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: reader}\nspec:\n  modelId: ${var.WINE}\n"
        "  samples: {input: samples/input.csv, output: samples/output.csv}\n"
        "  deployment: {shape: VM.Standard.E4.Flex}\n"
    )
    monkeypatch.setenv("MANIFACT_VAR_WINE", NOWHERE)
    refused = manifact("plan", "reader.yaml")
    assert "MF118" in refused.err
    monkeypatch.setenv("MANIFACT_VAR_WINE", model)
    done = manifact("apply", "reader.yaml", "--yes")
    assert done.code == 0, done.err
    assert "No changes." in manifact("apply", "reader.yaml", "--yes").out
    assert manifact("destroy", "reader.yaml", "--yes").code == 0
    assert model in manifact("status").out
    assert manifact("destroy", "model.yaml", "--yes").code == 0
