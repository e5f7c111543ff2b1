"""Model deployments that really serve, through the SDK's own client."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import oci
import pytest
from oci.data_science import models

from compiler.localcloud import LocalCloud, open_cloud
from compiler.serving.control import Server
from compiler.serving.protocol import start_ticks
from testing.paths import ROOT
from testing.processes import processes_below
from testing.waiting import LONG

SCORE = """
import os
def load_model():
    return FACTOR
def predict(data, model=load_model()):
    if not isinstance(data.get("x"), int):
        raise ValueError("x must be an integer")
    return {"prediction": data["x"] * model, "greeting": os.environ.get("GREETING")}
"""


@pytest.fixture
def cloud(tmp_path: Path, stop_servers) -> Iterator[LocalCloud]:
    with open_cloud(tmp_path / "local") as opened:
        yield opened
    stop_servers(tmp_path / "local")


def files(factor: object) -> dict[str, str]:
    return {"score.py": SCORE.replace("FACTOR", str(factor))}


@pytest.fixture
def active(science, new_model, deployment_details, settled) -> Any:
    details = deployment_details(new_model(files(2)).id, environment={"GREETING": "hello"})
    return settled(science.create_model_deployment(details).data.id, "ACTIVE")


def call(deployment: Any, body: Any) -> tuple[int, Any]:
    request = urllib.request.Request(f"{deployment.model_deployment_url}/predict", json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=LONG) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


def test_a_deployment_serves_its_model(active) -> None:
    assert active.model_deployment_url.endswith(active.id)
    status, answer = call(active, {"x": 21})
    assert (status, answer["prediction"], answer["greeting"]) == (200, 42, "hello")
    assert call(active, {}) == (400, {"code": "InvalidParameter", "message": "x must be an integer"})


def test_an_empty_variable_reaches_the_model(science, new_model, deployment_details, settled) -> None:
    details = deployment_details(new_model(files(2)).id, environment={"GREETING": ""})
    deployment = settled(science.create_model_deployment(details).data.id, "ACTIVE")
    assert call(deployment, {"x": 1}) == (200, {"prediction": 2, "greeting": ""})


def test_a_model_that_does_not_load_fails_with_the_reason(science, new_model, deployment_details, settled) -> None:
    broken = {"score.py": "def load_model():\n    raise RuntimeError('no model here')\npredict = load_model()"}
    response = science.create_model_deployment(deployment_details(new_model(broken).id))
    failed = settled(response.data.id, "FAILED")
    assert "no model here" in failed.lifecycle_details
    work = response.headers["opc-work-request-id"]
    assert science.get_work_request(work).data.status == "FAILED"
    problems = [problem.message for problem in science.list_work_request_errors(work).data]
    assert problems[-1] == "RuntimeError: no model here"
    assert any("score.py" in problem for problem in problems)


def test_an_update_of_the_model_keeps_the_url(science, new_model, active, settled) -> None:
    change = models.UpdateSingleModelDeploymentConfigurationDetails(
        model_configuration_details=models.UpdateModelConfigurationDetails(model_id=new_model(files(5)).id)
    )
    details = models.UpdateModelDeploymentDetails(model_deployment_configuration_details=change)
    science.update_model_deployment(active.id, details)
    updated = settled(active.id, "ACTIVE")
    assert updated.model_deployment_url == active.model_deployment_url
    assert call(updated, {"x": 2})[1]["prediction"] == 10


def test_an_update_that_does_not_load_leaves_the_former_model(science, new_model, active, settled) -> None:
    broken = new_model({"score.py": "raise RuntimeError('broken')"})
    change = models.UpdateSingleModelDeploymentConfigurationDetails(
        model_configuration_details=models.UpdateModelConfigurationDetails(model_id=broken.id)
    )
    details = models.UpdateModelDeploymentDetails(model_deployment_configuration_details=change)
    response = science.update_model_deployment(active.id, details)
    after = settled(active.id, "NEEDS_ATTENTION")
    assert "broken" in after.lifecycle_details
    assert after.model_deployment_configuration_details == active.model_deployment_configuration_details
    assert science.get_work_request(response.headers["opc-work-request-id"]).data.status == "FAILED"
    assert call(after, {"x": 2})[1]["prediction"] == 4


def test_a_killed_server_shows_and_comes_back(science, active, settled, tmp_path: Path) -> None:
    (folder,) = (tmp_path / "local" / "deployments").iterdir()
    os.kill(Server(folder).status().pid, signal.SIGKILL)
    assert "process is gone" in settled(active.id, "NEEDS_ATTENTION").lifecycle_details
    science.deactivate_model_deployment(active.id)
    settled(active.id, "INACTIVE")
    science.activate_model_deployment(active.id)
    assert call(settled(active.id, "ACTIVE"), {"x": 3})[1]["prediction"] == 6


def test_deactivation_and_deletion_leave_no_process(science, active, settled, tmp_path: Path) -> None:
    (folder,) = (tmp_path / "local" / "deployments").iterdir()
    first = processes_below(Server(folder).status().pid)
    science.deactivate_model_deployment(active.id)
    settled(active.id, "INACTIVE")
    assert first
    assert not any(map(start_ticks, first))
    science.activate_model_deployment(active.id)
    settled(active.id, "ACTIVE")
    second = processes_below(Server(folder).status().pid)
    science.delete_model_deployment(active.id)
    settled(active.id, "DELETED")
    assert second
    assert not any(map(start_ticks, second))
    assert list((tmp_path / "local" / "deployments").iterdir()) == []


def test_a_deployment_outlives_the_process_that_made_it(
    science, new_model, deployment_details, settled, tmp_path
) -> None:
    """The store is left in the middle of a creation; whoever opens it next goes on."""
    created = science.create_model_deployment(deployment_details(new_model(files(3)).id)).data
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom compiler.localcloud import open_cloud\n"
        "while True:\n    open_cloud(Path(sys.argv[1])).close()\n    time.sleep(0.02)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "local")], cwd=ROOT) as process:
        found = settled(created.id, "ACTIVE")
        process.kill()
    assert call(found, {"x": 2})[1]["prediction"] == 6


def test_a_machine_that_cannot_start_it_is_named(science, new_model, deployment_details, settled, tmp_path) -> None:
    (tmp_path / "local" / "deployments").write_text("no folder")
    created = science.create_model_deployment(deployment_details(new_model(files(1)).id)).data
    assert "could not be started" in settled(created.id, "FAILED").lifecycle_details
    science.delete_model_deployment(created.id)
    settled(created.id, "DELETED")


def test_deleting_while_it_starts(science, new_model, deployment_details, settled) -> None:
    slow = {"score.py": "import time; time.sleep(60)"}
    response = science.create_model_deployment(deployment_details(new_model(slow).id))
    science.delete_model_deployment(response.data.id)
    settled(response.data.id, "DELETED")
    assert science.get_work_request(response.headers["opc-work-request-id"]).data.status == "FAILED"


def test_a_container_is_refused_in_words(science, new_model, deployment_details, settled) -> None:
    details = deployment_details(new_model(files(1)).id)
    details.model_deployment_configuration_details.environment_configuration_details = (
        models.OcirModelDeploymentEnvironmentConfigurationDetails(image="iad.ocir.io/ns/image:1")
    )
    response = science.create_model_deployment(details)
    assert "no containers" in settled(response.data.id, "FAILED").lifecycle_details


def test_logging_search_finds_what_a_deployment_wrote(cloud, client, science, new_model, deployment_details, settled):
    """As ADS's `show_logs()` and `access_log.tail()` ask for it."""
    search = client(oci.loggingsearch.LogSearchClient)
    source = "def load_model():\n    print('the cellar is open')\n    return 2\npredict = load_model()\n"
    logs = {name: {"log_group_id": "ocid1.loggroup.a", "log_id": f"ocid1.log.{name}"} for name in ("predict", "access")}
    details = deployment_details(
        new_model({"score.py": source + "def predict(data, model=None): return {}\n"}).id,
        category_log_details=models.CategoryLogDetails(
            **{name: models.LogDetails(**place) for name, place in logs.items()}
        ),
    )
    deployment = settled(science.create_model_deployment(details).data.id, "ACTIVE")

    def found(query: str, *, before: float = 0) -> list[str]:
        now = dt.datetime.now(dt.UTC)
        times = (now - dt.timedelta(hours=1 + before), now + dt.timedelta(hours=1 - before * 3))
        asked = oci.loggingsearch.models.SearchLogsDetails(
            time_start=times[0], time_end=times[1], search_query=query, is_return_field_info=False
        )
        answer = search.search_logs(asked, limit=100).data
        assert answer.summary.result_count == len(answer.results)
        return [result.data["logContent"]["data"]["message"] for result in answer.results]

    place = f"{cloud.compartment_id}/ocid1.loggroup.a"
    assert "the cellar is open" in found(f'search "{place}/ocid1.log.predict"')
    where = f"WHERE source = '*{deployment.id}'"
    assert "the cellar is open" in found(f'SEARCH "{place}/ocid1.log.predict" | {where} | SORT BY datetime DESC')
    assert found(f'search "{place}/ocid1.log.access"') == []
    assert found(f"search \"{place}/ocid1.log.predict\" | where source = '*another'") == []
    assert found(f'search "{place}"', before=1) == []
    with pytest.raises(oci.exceptions.ServiceError, match="summarize count"):
        found(f'search "{place}" | summarize count()')
