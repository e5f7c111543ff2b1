"""Many manifests: carried out in parallel, and observed by lists alone when nothing is to change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from compiler.cloud.datascience.invoke import call_endpoint
from testing.lab import Lab, Manifest
from testing.transports import cut_at


@pytest.mark.slow
def test_a_plan_of_many_asks_for_lists_only(lab: Lab) -> None:
    fleet = [Manifest(name=f"m{number}", factor=number + 2) for number in range(60)]
    assert lab.apply(*fleet).complete
    watching = cut_at(lab, 10**9, after=False)
    assert lab.plan(*fleet).changes == ()
    paths = [line.partition("?")[0] for line in watching.seen]
    assert set(paths) == {f"GET /20190101/{name}" for name in ("models", "modelDeployments", "modelVersionSets")}
    assert len(paths) == 3

    fleet[7].factor = 99
    watching.seen.clear()
    assert {change.name for change in lab.plan(*fleet).changes} == {"m7"}
    assert len(watching.seen) < 10  # the lists, and what m7 depends on


@pytest.mark.slow
def test_no_request_fails_while_an_endpoint_is_updated(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(processes=True)
    lab.settled(Manifest(factor=2))
    url = lab.deployments()[0].body["modelDeploymentUrl"]
    answers: list[tuple[int, Any]] = []
    stop = threading.Event()

    def traffic() -> None:
        while not stop.is_set():
            answer = call_endpoint(lab.connection, url, [{"x": 4}])
            answers.append((answer.status, answer.json().get("prediction")))
            time.sleep(0.005)

    thread = threading.Thread(target=traffic)
    thread.start()
    try:
        lab.settled(Manifest(factor=5))
        settings = {"environmentVariables": {"LEVEL": "debug"}, "bandwidthMbps": 20, "ocpus": 2, "description": "new"}
        lab.settled(Manifest(factor=5, deployment=settings))
        lab.settled(Manifest(factor=3, deployment={"logs": {"logGroupId": "ocid1.loggroup.oc1..g", "logId": LOG}}))
    finally:
        stop.set()
        thread.join()
    assert len(answers) > 20
    assert {status for status, _ in answers} == {200}
    order = list(dict.fromkeys(prediction[0] for _, prediction in answers))
    assert order == [8, 20, 12]  # each model in turn, and never back


LOG = "ocid1.log.oc1..l"
