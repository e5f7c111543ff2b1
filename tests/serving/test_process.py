"""Model servers as processes: start, predict, limits, crashes, updates, end."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compiler.serving.control import Server
from compiler.serving.protocol import Desired, start_ticks
from testing.processes import processes_below
from testing.waiting import LONG, eventually

SCORE = """
import os, time

PROCESS = os.urandom(8).hex()

class BadRequest(ValueError):
    pass

def load_model():
    return {"factor": FACTOR}

def predict(data, model=load_model()):
    if "until" in data:
        open(data["until"] + ".begun", "w").close()
        while not os.path.exists(data["until"]):
            time.sleep(0.01)
    if "crash" in data:
        os._exit(7)
    if "bug" in data:
        raise KeyError("oops")
    if "x" not in data:
        raise BadRequest("x is missing")
    return {"prediction": data["x"] * model["factor"], "process": PROCESS, "env": dict(os.environ)}
"""


class Running:
    """A server in a folder of its own, and calls to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder / "server")
        self.generation = 0

    def serve(self, score: str = SCORE.replace("FACTOR", "2"), **fields: Any) -> None:
        self.generation += 1
        archive = self.folder / f"{self.generation}.zip"
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("score.py", score)
        self.server.publish(Desired(self.generation, True, "ocid1.d", [str(archive)], **fields))
        self.server.launch()

    def wait(self, *states: str, generation: int | None = None) -> Any:
        wanted = self.generation if generation is None else generation

        def reached() -> Any:
            status = self.server.status()
            return status if status and status.generation == wanted and status.state in states else None

        return eventually(reached)

    @property
    def port(self) -> int:
        return self.server.status().port

    def call(self, body: Any, path: str = "/ocid1.d/predict", method: str = "POST", **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        with contextlib.closing(connection):
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(
                method, path, content, {name.replace("_", "-"): value for name, value in headers.items()}
            )
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    def stop(self) -> None:
        self.server.request_stop()
        eventually(lambda: not self.server.is_alive())


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    if made.server.folder.exists():
        made.stop()


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for the tests that leave it as it was."""
    made = Running(tmp_path_factory.mktemp("steady"))
    made.serve(environment={"LEVEL": "info"})
    made.wait("ready")
    yield made
    made.stop()


def test_predict_on_both_paths(steady: Running) -> None:
    for path in ("/ocid1.d/predict", "/predict"):
        status, answer = steady.call({"x": 21}, path)
        assert (status, answer["prediction"]) == (200, 42)
    assert steady.call(b"", "/health", "GET") == (200, {"status": "ready"})


def test_the_worker_sees_only_its_own_environment(steady: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = steady.call({"x": 1})[1]["env"]
    assert environment["LEVEL"] == "info"
    assert environment["HOME"] == str(steady.server.folder / "home")
    assert set(environment) <= {
        *("LEVEL", "HOME", "PATH", "TMPDIR", "LANG", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONUSERBASE"),
        *("JAVA_TOOL_OPTIONS", "SPARK_LOCAL_DIRS"),
        *("JAVA_HOME", "SPARK_HOME", "LD_LIBRARY_PATH", "TZ", "LC_CTYPE"),
    }


def test_the_worker_inherits_no_descriptor_but_the_socket(steady: Running) -> None:
    pid = processes_below(steady.wait("ready").pid)[-1]
    targets = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile, as a connection of the other tests is
            targets.append(str(entry.readlink()))
    files = [target for target in targets if target.startswith("/") and target != "/dev/null"]
    assert set(files) == {str(steady.server.folder / "logs" / "predict.log")}


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        ({}, 400, "InvalidParameter", "x is missing"),
        (b"{", 400, "InvalidParameter", "The body is not valid JSON"),
        (b"[" * 100_000, 400, "InvalidParameter", "The body is not valid JSON"),
        ({"bug": 1}, 500, "InternalServerError", "KeyError: 'oops'"),
        (b" " * (10 * 1024 * 1024 + 1), 413, "PayloadTooLarge", "10485760"),
    ],
)
def test_errors(steady: Running, body: Any, status: int, code: str, message: str) -> None:
    got, answer = steady.call(body)
    assert (got, answer["code"]) == (status, code)
    assert message in answer["message"]


def test_other_paths_and_methods(steady: Running) -> None:
    assert steady.call({}, "/other/predict")[0] == 404
    assert steady.call(b"", method="GET")[0] == 405


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_web_pages_from_elsewhere_are_refused(steady: Running, headers: dict[str, str]) -> None:
    assert steady.call({"x": 1}, **headers)[0] == 403


def test_health_is_answered_while_a_model_predicts(steady: Running) -> None:
    gate = steady.server.folder / "home" / "gate"
    slow = threading.Thread(target=steady.call, args=({"x": 1, "until": str(gate)},))
    slow.start()
    eventually(gate.with_name("gate.begun").exists)
    assert steady.call(b"", "/health", "GET")[0] == 200
    assert slow.is_alive()
    gate.touch()
    slow.join()


def test_a_model_that_does_not_load_fails_with_its_traceback(running: Running) -> None:
    running.serve(
        "def load_model():\n    raise RuntimeError('no such file: model.joblib')\ndef predict(d, m=load_model()): ..."
    )
    status = running.wait("failed")
    assert status.errors[-1] == "RuntimeError: no such file: model.joblib"
    eventually(lambda: not running.server.is_alive())


@pytest.mark.parametrize(
    ("score", "message"),
    [
        ("", "must define load_model"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import os; os._exit(3)", "exit code 3"),
    ],
)
def test_other_ways_to_fail(running: Running, score: str, message: str) -> None:
    running.serve(score)
    assert message in running.wait("failed").errors[-1]


def test_what_is_no_artifact_fails(running: Running) -> None:
    running.serve()
    running.wait("ready")
    (running.folder / "x.zip").write_bytes(b"no zip")
    running.generation += 1
    running.server.publish(Desired(running.generation, True, "ocid1.d", [str(running.folder / "x.zip")]))
    assert "not a zip" in running.wait("failed").errors[0]
    assert running.call({"x": 1})[0] == 200  # the former generation still serves


def test_the_supervisor_survives_its_workers(running: Running) -> None:
    running.serve()
    running.wait("ready")
    first = running.call({"x": 1})[1]["process"]
    for _ in range(2):
        with contextlib.suppress(http.client.HTTPException, OSError):
            running.call({"crash": 1})

        def answers() -> Any:
            with contextlib.suppress(http.client.HTTPException, OSError):
                return running.call({"x": 1})[1]["process"]

        assert eventually(answers) != first


def test_workers_that_end_again_and_again_show(running: Running) -> None:
    running.serve()
    running.wait("ready")

    stop = threading.Event()

    def crash() -> None:
        while not stop.is_set():
            with contextlib.suppress(http.client.HTTPException, OSError):
                running.call({"crash": 1})

    thread = threading.Thread(target=crash)
    thread.start()
    assert "exit code 7" in running.wait("degraded").errors[0]
    stop.set()
    running.wait("ready")  # once a worker serves again
    thread.join()


def test_web_concurrency_and_one_socket(running: Running) -> None:
    running.serve(workers=2)
    running.wait("ready")
    seen: set[str] = set()
    eventually(lambda: seen.add(running.call({"x": 1})[1]["process"]) or len(seen) == 2)


def test_an_update_fails_no_request(running: Running) -> None:
    running.serve()
    running.wait("ready")
    outcomes: list[Any] = []
    stop = threading.Event()

    def load() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=LONG)
        while not stop.is_set():
            connection.request("POST", "/predict", b'{"x": 1}')
            response = connection.getresponse()
            outcomes.append((response.status, json.loads(response.read())["prediction"]))
        connection.close()

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for factor in (3, 4, 5):
        running.serve(SCORE.replace("FACTOR", str(factor)))
        running.wait("ready")
        eventually(lambda factor=factor: outcomes[-1] == (200, factor))
    stop.set()
    for thread in threads:
        thread.join()
    assert {status for status, _ in outcomes} == {200}
    assert {prediction for _, prediction in outcomes} == {2, 3, 4, 5}


def test_an_update_that_does_not_load_leaves_the_former_model(running: Running) -> None:
    running.serve()
    running.wait("ready")
    running.serve("raise RuntimeError('broken')")
    running.wait("failed")
    assert running.call({"x": 2})[1]["prediction"] == 4


def test_nothing_survives_the_stop(running: Running) -> None:
    running.serve(workers=2)
    supervisor = running.wait("ready").pid
    workers = processes_below(supervisor)
    running.stop()
    assert len(workers) >= 2
    assert not any(map(start_ticks, workers))
    eventually(lambda: start_ticks(supervisor) is None)


def test_nothing_survives_the_store(running: Running) -> None:
    running.serve()
    workers = processes_below(running.wait("ready").pid)
    running.server.folder.rename(running.folder / "elsewhere")
    assert workers
    eventually(lambda: not any(map(start_ticks, workers)))


def test_workers_end_with_a_killed_supervisor(running: Running) -> None:
    running.serve()
    supervisor = running.wait("ready").pid
    workers = processes_below(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    assert workers
    eventually(lambda: not any(map(start_ticks, workers)))
    assert not running.server.is_alive()


def test_only_one_supervisor_a_folder(running: Running) -> None:
    running.serve()
    assert not running.server.launch()
    running.wait("ready")
    assert not running.server.launch()
