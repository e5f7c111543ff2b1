"""What holds of the process that runs user code, asked from inside of it: limits, privileges, variables."""

from __future__ import annotations

import http.client
import json
import os
import resource
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from compiler.serving.control import Server
from compiler.serving.protocol import Desired
from compiler.verify.run import run_artifact
from testing.waiting import LONG, eventually

SCORE = """
import ctypes, os, resource

def load_model(): ...

def predict(data, model=load_model()):
    return {"prediction": {name: eval(code) for name, code in data.items()}}
"""
LIMITS = {name: f"resource.getrlimit(resource.{name})" for name in dir(resource) if name.startswith("RLIMIT_")}
NO_NEW_PRIVILEGES = "ctypes.CDLL(None).prctl(39, 0, 0, 0, 0)"  # prctl(2): PR_GET_NO_NEW_PRIVS
CAPABILITIES = "open('/proc/self/status').read().partition('CapEff:')[2].split()[0]"
EXPECTED_SERVING = {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": 4096}
GIBIBYTE = 1 << 30


@pytest.fixture(params=[["namespaces", "landlock"], []], ids=["isolated", "not isolated"])
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("SECRET_OF_THE_SHELL", "hunter2")
    made = Server(tmp_path / "server")
    with zipfile.ZipFile(tmp_path / "artifact.zip", "w") as file:
        file.writestr("score.py", SCORE)
    archive = [str(tmp_path / "artifact.zip")]
    made.publish(Desired(1, True, "ocid1.d", archive, environment={"OWN": "1"}, mechanisms=request.param))
    made.launch()
    eventually(lambda: (status := made.status()) and status.state == "ready")
    yield made
    made.request_stop()
    eventually(lambda: not made.is_alive())


def ask(server: Server, questions: dict[str, str]) -> Any:
    with closing(http.client.HTTPConnection("127.0.0.1", server.status().port, timeout=LONG)) as connection:
        connection.request("POST", "/predict", json.dumps(questions))
        return json.loads(connection.getresponse().read())["prediction"]


def lowered(name: str, wanted: int) -> list[int]:
    """Both bounds: never above what holds already."""
    highest = resource.getrlimit(getattr(resource, name))[1]
    value = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
    return [value, value]


def test_a_worker_of_the_model_server(server: Server) -> None:
    told = ask(server, {**LIMITS, "privileges": NO_NEW_PRIVILEGES, "variables": "dict(os.environ)"})
    assert {name: told[name] for name in EXPECTED_SERVING} == {
        name: lowered(name, wanted) for name, wanted in EXPECTED_SERVING.items()
    }
    assert told["privileges"] == 1
    assert told["variables"]["OWN"] == "1"
    assert "hunter2" not in json.dumps(told["variables"])
    assert told["variables"]["HOME"] != os.environ["HOME"]
    assert told["variables"]["TMPDIR"].startswith(str(server.folder))


def test_the_process_of_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SHELL", "hunter2")
    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / "score.py").write_text(SCORE)
    questions = {
        **LIMITS,
        "privileges": NO_NEW_PRIVILEGES,
        "capabilities": CAPABILITIES,
        "variables": "dict(os.environ)",
    }
    ran = run_artifact(tmp_path / "artifact", [questions], timeout=60)
    told = ran.answers[0]["answer"]["prediction"]
    size = len(SCORE)
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": 60 * (os.cpu_count() or 1) + 1,
        "RLIMIT_DATA": 8 * GIBIBYTE + 4 * size,
        "RLIMIT_FSIZE": GIBIBYTE + size,
        "RLIMIT_NOFILE": 4096,
    }
    assert {name: told[name] for name in wanted} == {name: lowered(name, value) for name, value in wanted.items()}
    assert (told["privileges"], int(told["capabilities"], 16)) == (1, 0)
    assert "hunter2" not in json.dumps(told["variables"])
    assert told["variables"]["HOME"] != os.environ["HOME"]
