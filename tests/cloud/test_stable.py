"""Deployments that still move, for us or for somebody else: apply waits for them, a plan says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from compiler.cloud.connect.connection import local_store
from compiler.cloud.connect.in_process import InProcessAdapter
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.observe import observe
from compiler.cloud.stable import observe_when_stable, update_started
from compiler.diagnostics import CompilerError
from compiler.engine.change.runner import apply
from compiler.localcloud import Settings, open_cloud
from compiler.planning.live.in_progress import deployments_in_progress, in_progress_warnings
from compiler.planning.plan.outcome import ApplyOptions
from compiler.planning.plan.planner import plan
from testing.gates import open_gates
from testing.lab import SLOW, Lab, Manifest
from testing.waiting import LONG


@pytest.fixture
def lab(lab: Lab) -> Iterator[Any]:
    """A service that takes its time: every work request lasts a second."""
    with open_cloud(local_store(lab.root), settings=Settings(run_processes=False, work_seconds=1.0)) as slow:
        for client in (lab.connection.data_science, lab.connection.object_storage):
            client.base_client.session.mount("http://", InProcessAdapter(slow))
        yield lab


def unfinished(lab: Lab, wanted: Any) -> None:
    """What `--no-wait` leaves behind."""
    conduct = ApplyOptions(wait=False)
    assert not apply(lab.plan(wanted), lab.connection, dict([wanted.archive()]), conduct).complete


def settled_plan(lab: Lab, wanted: Any, told: list[str]) -> Any:
    desired = [wanted.desired()]
    watch = WaitOptions(LONG, lambda text, _done, _total: told.append(text))
    observed = observe_when_stable(lab.connection, desired, {"wine"}, watch)
    return plan(desired, observed, lab.connection.place)


def test_what_an_apply_began_is_waited_for_before_planning(lab: Lab) -> None:
    unfinished(lab, Manifest())
    (live,) = lab.deployments()
    assert live.state == "CREATING"
    told: list[str] = []
    made = settled_plan(lab, Manifest(), told)
    assert told == ["deployment of 'wine' is CREATING: waiting"]
    assert not [step for change in made.changes for step in change.steps if step.operation.startswith("wait")]
    assert lab.carry_out(made, Manifest()).complete
    lab.settled(Manifest())


def test_somebody_elses_update_is_waited_for_and_mended(lab: Lab) -> None:
    lab.settled(Manifest())
    (live,) = lab.deployments()
    lab.connection.data_science.update_model_deployment(live.id, {"description": "theirs", "displayName": "theirs"})
    told: list[str] = []
    made = settled_plan(lab, Manifest(), told)
    assert told == ["deployment of 'wine' is UPDATING: waiting"]
    assert [change.reason for change in made.pending] == ["somebody changed it live"]
    assert lab.carry_out(made, Manifest()).complete
    lab.settled(Manifest())


def test_somebody_elses_deletion_is_waited_for_and_made_good(lab: Lab) -> None:
    lab.settled(Manifest())
    lab.connection.data_science.delete_model_deployment(lab.deployments()[0].id)
    made = settled_plan(lab, Manifest(), [])
    assert [(change.kind, change.action) for change in made.pending] == [("deployment", "create")]
    assert lab.carry_out(made, Manifest()).complete
    lab.settled(Manifest())
    assert len(lab.deployments()) == 1


def test_waiting_ends_with_the_time(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(processes=True)
    slow = Manifest(score=SLOW)
    unfinished(lab, slow)
    with pytest.raises(CompilerError) as late:
        observe_when_stable(lab.connection, [slow.desired()], {"wine"}, WaitOptions(0.1))
    assert [problem.code for problem in late.value.diagnostics] == ["MF721"]
    # What other names do is of no interest.
    assert observe_when_stable(lab.connection, [], {"other"}, WaitOptions(0.1)).deployments
    open_gates(lab.root)
    lab.settled(slow)


def test_a_plan_says_what_still_moves_and_since_when(lab: Lab) -> None:
    unfinished(lab, Manifest())
    observed = observe(lab.connection, [])
    lives = deployments_in_progress(observed, lab.connection.place, None)
    since = update_started(lab.connection, lives)
    (problem,) = in_progress_warnings(lives, since)["wine"]
    assert (problem.code, problem.severity) == ("MF773", "warning")
    assert since[lives[0].id][:2] == "20"
    assert f"CREATING since {since[lives[0].id]}" in problem.message
    assert deployments_in_progress(observed, lab.connection.place, {"other"}) == []
