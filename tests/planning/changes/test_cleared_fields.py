"""What a manifest takes away is said in the request: leaving it out of an update means "unchanged"."""

from __future__ import annotations

from typing import Any

import pytest

from testing.lab import Lab, Manifest

LOG = {"logGroupId": "ocid1.loggroup.oc1..g", "logId": "ocid1.log.oc1..a"}
DETAILS = "modelDeploymentConfigurationDetails"
INSTANCE = (DETAILS, "modelConfigurationDetails", "instanceConfiguration")
ENVIRONMENT = (DETAILS, "environmentConfigurationDetails")
CONTAINER = {"image": "iad.ocir.io/ns/image:1"}
ROWS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...], Any]] = {
    "variables": (
        {"environmentVariables": {"AA": "1", "BB": "2"}},
        {},
        (*ENVIRONMENT, "environmentVariables"),
        {},
    ),
    "variables of a container": (
        {"container": CONTAINER, "environmentVariables": {"AA": "1"}},
        {"container": CONTAINER},
        (*ENVIRONMENT, "environmentVariables"),
        {},
    ),
    "command of a container": (
        {"container": {**CONTAINER, "cmd": ["serve"]}},
        {"container": CONTAINER},
        (*ENVIRONMENT, "cmd"),
        [],
    ),
    "endpoints of a container": (
        {"container": {**CONTAINER, "customHttpEndpoints": [{"endpointUriSuffix": "/a", "httpMethods": ["GET"]}]}},
        {"container": CONTAINER},
        (*ENVIRONMENT, "customHttpEndpoints"),
        [],
    ),
    "reservations": (
        {"capacityReservationIds": ["ocid1.capacityreservation.oc1..a"]},
        {},
        (*INSTANCE, "capacityReservationIds"),
        [],
    ),
    "size of a flexible shape": (
        {"shape": "VM.Standard.E4.Flex", "ocpus": 2},
        {"shape": "VM.Standard2.1"},
        (*INSTANCE, "modelDeploymentInstanceShapeConfigDetails"),
        {},
    ),
    "one of two logs": (
        {"logs": {"access": LOG, "predict": LOG}},
        {"logs": {"access": LOG}},
        ("categoryLogDetails", "predict"),
        {},
    ),
    "both logs": ({"logs": {"access": LOG, "predict": LOG}}, {}, ("categoryLogDetails",), {}),
}


def at(body: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        body = body[key]
    return body


@pytest.mark.parametrize("row", ROWS)
def test_what_is_taken_away_is_sent_as_empty(row: str, lab: Lab) -> None:
    before, after, path, empty = ROWS[row]
    lab.settled(Manifest(deployment=before))
    (change,) = [change for change in lab.plan(Manifest(deployment=after)).changes if change.kind == "deployment"]
    (body,) = [step.body for step in change.steps if step.group not in ("", "identity")]
    assert at(body, path) == empty
    lab.settled(Manifest(deployment=after))
    assert not at_or_none(lab.deployments()[0].body, path)
    lab.settled(Manifest(deployment=before))
    lab.settled(Manifest(deployment={**after, "state": "inactive"}))
    assert not at_or_none(lab.deployments()[0].body, path)


@pytest.mark.parametrize("row", ROWS)
def test_what_is_added_is_taken_away_again_when_it_is_put_back(row: str, lab: Lab) -> None:
    after, before, path, empty = ROWS[row]
    lab.settled(Manifest(deployment=before))
    (change,) = [change for change in lab.plan(Manifest(deployment=after)).changes if change.kind == "deployment"]
    (undo,) = [step.undo for step in change.steps if step.group not in ("", "identity")]
    assert at(undo, path) == empty


def at_or_none(body: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        body = (body or {}).get(key)
    return body


def test_the_embedded_service_takes_empty_and_absent_for_the_same(lab: Lab) -> None:
    """As ADS does: `environmentVariables: {}` beside a new model is no second group of options."""
    lab.settled(Manifest(factor=2))
    lab.settled(Manifest(factor=3))
    first, _ = lab.models()
    (live,) = lab.deployments()
    details = {
        "deploymentType": "SINGLE_MODEL",
        "modelConfigurationDetails": {"modelId": first.id},
        "environmentConfigurationDetails": {"environmentConfigurationType": "DEFAULT", "environmentVariables": {}},
    }
    lab.connection.data_science.update_model_deployment(live.id, {DETAILS: details})
    lab.wait()
    assert lab.deployments()[0].model_id == first.id
