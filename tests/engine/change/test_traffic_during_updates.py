"""Callers while a deployment is updated: every field that may be changed in place, one by one, and no failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest

from compiler.cloud.datascience.invoke import call_endpoint
from compiler.spec.deployment import Deployment
from testing.fields import differing, leaves
from testing.lab import Lab, Manifest
from testing.some import some
from testing.waiting import eventually

GROUP, LOG, OTHER_LOG = "ocid1.loggroup.oc1..g", "ocid1.log.oc1..a", "ocid1.log.oc1..b"
QUERY = 'CpuUtilization[1m]{resourceId = "MODEL_DEPLOYMENT_OCID"}.mean() > '
MORE = {"pendingDuration": "PT5M", "instanceCountAdjustment": 2}
BY_LOAD = {
    "min": 1, "max": 3, "initial": 2, "coolDownInSeconds": 600, "metric": "memory",
    "scaleIn": {"threshold": 20, **MORE}, "scaleOut": {"threshold": 80, **MORE},
}  # fmt: skip
BY_QUERY = {"min": 2, "max": 4, "scaleIn": {"query": QUERY + "1"}, "scaleOut": {"query": QUERY + "9"}}
GONE: Any = None
STEPS: list[dict[str, Any]] = [
    {"displayName": "Wine"},
    {"description": "red"},
    {"freeformTags": {"team": "cellar"}},
    {"definedTags": {"ops": {"a": "b"}}},
    {"ocpus": 2},
    {"memoryInGBs": 32},
    {"cpuBaseline": "BASELINE_1_2"},
    {"shape": "VM.Standard.E3.Flex"},
    {"capacityReservationIds": ["ocid1.reservation.oc1..a"]},
    {"instances": 2},
    {"instances": GONE, "autoscaling": BY_LOAD},
    {"autoscaling": BY_QUERY},
    {"bandwidthMbps": 20},
    {"maximumBandwidthMbps": 40},
    {"webConcurrency": 2},
    {"environmentVariables": {"LEVEL": "debug"}},
    {"logs": {"logGroupId": GROUP, "logId": LOG}},
    {"logs": {"access": {"logGroupId": GROUP, "logId": LOG}}},
    {"logs": {"predict": {"logGroupId": GROUP, "logId": OTHER_LOG}}},
    {"network": {"accessType": "MANAGED_NETWORKING_NO_INTERNET_ACCESS"}},
    {"network": {"privateEndpointId": "ocid1.pe.oc1..a"}},
    {"environmentVariables": GONE, "webConcurrency": GONE, "logs": GONE, "autoscaling": GONE, "bandwidthMbps": GONE,
     "maximumBandwidthMbps": GONE, "description": GONE, "freeformTags": GONE, "cpuBaseline": GONE, "network": GONE},
    {"network": {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..a"}},
]  # fmt: skip
NOT_IN_PLACE = {
    "state": "takes the endpoint off, on purpose",
    "protect": "says what must not be done, and changes nothing",
    "ignoreChanges": "likewise",
    "smoke": "is asked, and changes nothing",
    "smoke.request": "likewise",
    "environmentVariables.*.variable": "is a value like any other once it is replaced",
    "environmentVariables.*.sensitive": "likewise",
}
CONTAINERS = "container."
"""No container runs in the embedded OCI: that these go in place is shown without traffic, in test_every_field.py."""


@contextmanager
def traffic(lab: Lab) -> Iterator[list[tuple[int, Any]]]:
    """A caller who does not stop asking; yields what was answered."""
    url = lab.deployments()[0].body["modelDeploymentUrl"]
    answers: list[tuple[int, Any]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            answer = call_endpoint(lab.connection, url, [{"x": 4}])
            answers.append((answer.status, answer.json().get("prediction")))
            time.sleep(0.005)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join()


def settings() -> Iterator[dict[str, Any]]:
    current: dict[str, Any] = {}
    for step in STEPS:
        current = {key: value for key, value in {**current, **step}.items() if value is not GONE}
        yield current


@pytest.mark.slow
def test_no_request_fails_whatever_is_changed_in_place(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab(processes=True)
    lab.settled(Manifest(factor=2))
    (before,) = lab.deployments()
    with traffic(lab) as answers:
        for deployment in settings():
            told = len(answers)
            lab.settled(Manifest(factor=2, deployment=deployment))
            met = eventually(lambda: answers[told:])  # noqa: B023 - called before the loop goes on
            assert all(answer == (200, [8]) for answer in some(met)), deployment
        lab.settled(
            Manifest(factor=5, deployment={**deployment, "ocpus": 4, "environmentVariables": {"LEVEL": "info"}})
        )
    (after,) = lab.deployments()
    assert after.id == before.id
    assert {status for status, _ in answers} == {200}
    assert list(dict.fromkeys(prediction[0] for _, prediction in answers)) == [8, 20]  # each in turn, and never back


def test_the_steps_change_every_field_that_goes_in_place() -> None:
    known = leaves(Deployment)
    seen = [{}, *settings()]
    changed = {path for first, second in pairwise(seen) for path in differing(first, second, known)}
    left = {path for path in known - changed if not path.startswith(CONTAINERS)}
    assert left == set(NOT_IN_PLACE)
