"""`--prune`: what is live and in no manifest any more goes, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.diagnostics import exit_code
from compiler.planning.changes.types import Action
from testing.lab import Lab, Manifest
from testing.transports import fail_at


def test_what_no_manifest_has_any_more_goes_and_nothing_else(lab: Lab) -> None:
    kept = Manifest(name="kept")
    lab.settled(kept, Manifest(name="gone", factor=3), Manifest(name="gone-as-well", factor=4, deployment=None))
    lab.settled(Manifest(name="gone", factor=5))
    assert lab.plan(kept).empty
    made = lab.plan(kept, prune=True)
    assert {change.name for change in made.pending} == {"gone", "gone-as-well"}
    assert {change.action for change in made.pending} == {Action.DELETE}
    assert {change.reason for change in made.pending} == {"no manifest has it any more"}
    assert lab.carry_out(made).complete
    assert [live.tags["manifact-name"] for live in (*lab.models(), *lab.deployments())] == ["kept", "kept"]
    assert [live.summary["name"] for live in lab.observe().version_sets if not live.deleted] == ["cellar-kept"]
    assert lab.plan(kept, prune=True).empty


def test_a_prune_that_was_cut_off_is_finished_by_the_next_one(lab: Lab) -> None:
    kept = Manifest(name="kept")
    lab.settled(kept, Manifest(name="gone", factor=3))
    at = 0
    while not lab.plan(kept, prune=True).empty:
        made, at = lab.plan(kept, prune=True), at + 1
        fail_at(lab, at, "401 NotAuthenticated", 1)
        lab.carry_out(made)
    assert (len(lab.models()), len(lab.deployments())) == (1, 1)
    assert [live.summary["name"] for live in lab.observe().version_sets if not live.deleted] == ["cellar-kept"]


def test_protected_suspended_and_renamed_ones_are_kept(lab: Lab) -> None:
    lab.settled(Manifest(name="safe", deployment={"protect": True}), Manifest(name="old", factor=3))
    made = lab.plan(Manifest(name="new", factor=3, renamed_from="old"), prune=True)
    assert {change.name for change in made.pending} == {"new"}
    assert [problem.code for problem in made.problems] == ["MF770"]
    assert exit_code(made.problems) == 0
    outcome = lab.carry_out(made, Manifest(name="new", factor=3))
    assert outcome.complete
    assert [problem.code for problem in outcome.diagnostics if problem.code != "MF723"] == ["MF770"]
    assert sorted(live.tags["manifact-name"] for live in lab.deployments()) == ["new", "safe"]


def test_what_other_projects_and_targets_have_is_left_alone(lab: Lab) -> None:
    client, place = lab.connection.data_science, lab.connection.place
    ids = {"compartmentId": place.compartment_id, "projectId": place.project_id}
    for tags in (
        {"manifact-project": "other", "manifact-target": "local", "manifact-name": "theirs"},
        {"manifact-project": "cellar", "manifact-target": "prod", "manifact-name": "theirs"},
        {},
    ):
        client.create_model({**ids, "displayName": "theirs", "freeformTags": tags})
    assert lab.plan(Manifest(), prune=True).count(Action.DELETE) == 0


def test_a_model_that_somebody_else_deployed_is_kept(lab: Lab) -> None:
    lab.settled(Manifest(name="gone", deployment=None))
    (model,) = lab.models()
    reader = Manifest(name="reader", model_id=model.id)
    lab.settled(reader)
    made = lab.plan(reader, prune=True)
    assert made.empty
    assert [problem.code for problem in made.problems] == ["MF772"]
    lab.destroy("reader")
    assert not lab.plan(prune=True).empty


@pytest.mark.parametrize("options", [{}, {"prune": True}])
def test_a_suspended_manifest_keeps_what_is_live(lab: Lab, options: Any) -> None:
    from dataclasses import replace

    from compiler.cloud.observe import observe
    from compiler.planning.plan.planner import Options, plan

    lab.settled(Manifest())
    wanted = [replace(Manifest().desired(), suspend=True)]
    assert plan(wanted, observe(lab.connection, wanted), lab.connection.place, Options(**options)).changes == ()
