"""An update that the service reports as failed: what is put back, and said, is what the record shows."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from oci._vendor.requests import Response

from compiler.cloud.connect.connection import local_store
from compiler.cloud.connect.in_process import InProcessAdapter
from compiler.localcloud import Settings, open_cloud
from compiler.localcloud.http.faults import Faults, parse_rule
from compiler.planning.changes.deployment_diff import live_settings
from compiler.planning.desired.variables import environment_variables
from compiler.planning.fields.deployment import MODEL_ID
from compiler.planning.plan.outcome import Outcome
from testing.lab import Lab, Manifest

BEFORE = {"environmentVariables": {"LEVEL": "info", "OLD": "1"}}
AFTER = {"environmentVariables": {"LEVEL": "debug", "NEW": "2"}}


class Failing:
    """A transport on which the n-th work request is told to have failed, although the settings are there."""

    def __init__(self, lab: Lab, at: int) -> None:
        adapters = lab.connection.data_science.base_client.session.adapters
        self.inner, adapters["http://"] = adapters["http://"], self
        self.at = at
        self.seen: list[str] = []

    def send(self, request: Any, **options: Any) -> Any:
        answer = self.inner.send(request, **options)
        path = request.path_url.partition("?")[0]
        if "/workRequests/" not in path or path.endswith(("/errors", "/logs")):
            return answer
        data = json.loads(answer.content)
        if data["status"] == "SUCCEEDED" and path not in self.seen:
            self.seen.append(path)
        if data["status"] == "SUCCEEDED" and self.seen[self.at - 1 : self.at] == [path]:
            data["status"] = "FAILED"
        told = Response()
        told.status_code, told.headers = answer.status_code, answer.headers
        told.raw, told.url, told.request = io.BytesIO(json.dumps(data).encode()), request.url, request
        return told

    def close(self) -> None:
        self.inner.close()


def failed(lab: Lab, wanted: Any, at: int) -> Outcome:
    failing = Failing(lab, at)
    outcome: Outcome = lab.apply(wanted)
    assert "MF720" in [problem.code for problem in outcome.diagnostics]
    assert len(failing.seen) >= at
    return outcome


@pytest.mark.parametrize("at", [1, 2], ids=["variables", "then the model"])
def test_what_the_record_shows_is_put_back(at: int, lab: Lab) -> None:
    lab.settled(Manifest(factor=2, deployment=BEFORE))
    former = lab.deployments()[0]
    outcome = failed(lab, Manifest(factor=5, deployment=AFTER), at)
    assert outcome.results[-1].detail == "the former settings serve again"
    (live,) = lab.deployments()
    assert environment_variables(live.body) == BEFORE["environmentVariables"]
    assert live_settings(live)[MODEL_ID] == former.model_id
    assert live.tags == former.tags


def test_what_never_came_into_force_needs_no_putting_back(lab: Lab) -> None:
    lab.settled(Manifest(deployment=BEFORE))
    faults = Faults([parse_rule("MODEL_DEPLOYMENT_UPDATE:failx1")])
    with open_cloud(local_store(lab.root), settings=Settings(run_processes=False, faults=faults)) as failing:
        lab.connection.data_science.base_client.session.mount("http://", InProcessAdapter(failing))
        outcome = lab.apply(Manifest(deployment=AFTER))
        assert [problem.code for problem in outcome.diagnostics] == ["MF720"]
        assert outcome.results[-1].detail == "nothing had to be put back: it has its former settings"
        (live,) = lab.deployments()
        assert environment_variables(live.body) == BEFORE["environmentVariables"]
        lab.settled(Manifest(deployment=AFTER))
