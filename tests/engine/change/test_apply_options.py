"""Interrupts, time-outs, not waiting, and several manifests at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from compiler.diagnostics import exit_code
from compiler.engine.change.runner import apply
from compiler.events import Event
from compiler.planning.changes.types import Action
from compiler.planning.plan.outcome import ApplyOptions, Status
from testing.gates import open_gates
from testing.lab import SLOW, Lab, Manifest
from testing.waiting import LONG


def carried_out(lab: Lab, made: Any, conduct: ApplyOptions, *manifests: Any) -> Any:
    return apply(made, lab.connection, dict(manifest.archive() for manifest in manifests), conduct)


@pytest.mark.parametrize("number", range(1, 12, 2))
def test_an_interrupt_stops_between_two_requests(number: int, lab: Lab) -> None:
    wanted = [Manifest(name="one"), Manifest(name="two", factor=3)]
    made = lab.plan(*wanted)
    events: list[Event] = []

    def tell(event: Event) -> None:
        events.append(event)
        if len(events) == number:
            os.kill(os.getpid(), signal.SIGINT)  # as Ctrl-C does: to the process, not to this thread

    outcome = carried_out(lab, made, ApplyOptions(timeout=LONG, listener=tell), *wanted)
    if not outcome.complete:
        assert Status.INTERRUPTED in {result.status for result in outcome.results}
        assert exit_code(outcome.diagnostics) == 5
    lab.settled(*wanted)
    assert (len(lab.models()), len(lab.deployments())) == (2, 2)


def test_who_does_not_wait_is_told_so_and_the_next_apply_finishes(lab: Lab) -> None:
    outcome = carried_out(lab, lab.plan(Manifest()), ApplyOptions(wait=False), Manifest())
    assert [result.status for result in outcome.results] == [Status.DONE, Status.DONE, Status.STARTED]
    assert outcome.results[-1].id.startswith("ocid1.datasciencemodeldeployment.")
    assert exit_code(outcome.diagnostics) == 0
    assert not lab.plan(Manifest()).empty
    lab.settled(Manifest())
    assert len(lab.deployments()) == 1


def test_time_is_up(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(processes=True)
    slow = Manifest(score=SLOW)
    outcome = carried_out(lab, lab.plan(slow), ApplyOptions(timeout=0.1), slow)
    assert [problem.code for problem in outcome.diagnostics] == ["MF721"]
    assert exit_code(outcome.diagnostics) == 5
    open_gates(lab.root)
    lab.settled(slow)
    assert len(lab.deployments()) == 1


def test_progress_is_told_in_bytes_and_percent(lab: Lab) -> None:
    events: list[Event] = []
    wanted = Manifest(ballast=3 << 20)
    assert carried_out(lab, lab.plan(wanted), ApplyOptions(listener=events.append), wanted).complete
    uploads = [event for event in events if event.text.endswith(": uploading")]
    size = wanted.archive()[1].size
    assert [event.total for event in uploads] == [size] * len(uploads)
    assert uploads[-1].done == size
    assert any(event.text.endswith(": SUCCEEDED") and event.total == 100 for event in events)


def test_one_bad_manifest_does_not_stop_the_others(lab: Lab) -> None:
    bad = Manifest(name="bad", deployment={"shape": "VM.Nowhere9"})
    outcome = lab.apply(bad, Manifest(name="good", factor=3))
    by_name = {name: {r.status for r in outcome.results if r.change.name == name} for name in ("bad", "good")}
    assert by_name == {"bad": {Status.DONE, Status.FAILED}, "good": {Status.DONE}}
    assert [problem.code for problem in outcome.diagnostics if problem.code != "MF723"] == ["MF717"]
    assert "VM.Nowhere9" in str(outcome.diagnostics)


def test_bytes_that_changed_in_the_catalog_are_uploaded_again(lab: Lab) -> None:
    """`plan --deep` compares the service's md5 with the one recorded after the upload."""
    lab.settled(Manifest())
    (live,) = lab.models()
    items = [
        {**item, "value": "c29tZXRoaW5nIGVsc2U="} if item["key"] == "ManifactArtifactMd5" else item
        for item in live.body["customMetadataList"]
    ]
    lab.connection.data_science.update_model(live.id, {"customMetadataList": items})
    assert lab.plan(Manifest()).empty
    actions = [(change.kind, change.action) for change in lab.plan(Manifest(), deep=True).changes]
    assert actions == [("model", Action.CREATE), ("deployment", Action.UPDATE)]
    assert lab.apply(Manifest(), deep=True).complete
    lab.settled(Manifest())
