"""`manifact serve`: any artifact in the foreground; however the command ends, nothing is left."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from testing.command import first_document, start
from testing.some import some
from testing.waiting import LONG, eventually

SCORE = """
import os, pathlib

def load_model():
    print("loading", flush=True)
    pathlib.Path(__file__).with_name("written").write_text("by score.py")
    return 2

def predict(data, model=load_model()):
    print("asked", flush=True)
    return {"prediction": data["x"] * model, "level": os.environ.get("LEVEL"), "home": os.environ["HOME"]}
"""
RUNTIME = 'MODEL_ARTIFACT_VERSION: "3.0"\n'


class Served:
    """A `manifact serve` in a process of its own, with temporary files in a folder of its own."""

    def __init__(self, folder: Path, *arguments: object) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self.errors = folder / "errors"
        environment = {"TMPDIR": str(self.temporary)}
        options = {"cwd": folder, "stdout": subprocess.PIPE, "text": True}
        with self.errors.open("wb") as errors:
            self.process = start("serve", *arguments, "--json", environment=environment, stderr=errors, **options)

    def document(self) -> Any:
        return first_document(self.process)

    def processes(self) -> list[int]:
        """Everything that was started for it: supervisor and workers name the temporary folder."""
        found = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
        return [pid for pid in found if self._is_ours(pid)]

    def _is_ours(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            return os.fsencode(self.temporary) in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

    def ended(self) -> int:
        return self.process.wait(timeout=LONG)

    def is_gone(self) -> bool:
        return not self.processes() and not list(self.temporary.iterdir())


def call(port: int, body: Any, **headers: str) -> tuple[int, Any]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LONG)) as connection:
        connection.request("POST", "/predict", json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def make(folder: Path, score: str = SCORE) -> Path:
    artifact = folder / "artifact"
    artifact.mkdir()
    (artifact / "score.py").write_text(score)
    (artifact / "runtime.yaml").write_text(RUNTIME)
    return artifact


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(*arguments: object) -> Served:
        started.append(Served(tmp_path, *arguments))
        return started[-1]

    yield start
    for served in started:
        served.process.kill()
        served.process.wait()
        served.process.stdout.close()
    for served in started:
        eventually(served.is_gone)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_directory_is_served_until_a_signal_and_nothing_is_left(tmp_path, serve, number) -> None:
    artifact = make(tmp_path)
    served = serve(artifact, "--port", "0", "--workers", "2", "--env", "LEVEL=a=b", "--env", "OTHER=")
    document = served.document()
    assert (document["name"], document["workers"]) == ("artifact", 2)
    assert document["url"] == f"http://127.0.0.1:{document['port']}/predict"
    status, answer = call(document["port"], {"x": 21})
    assert (status, answer["prediction"], answer["level"]) == (200, 42, "a=b")
    assert answer["home"].startswith(str(served.temporary))
    assert call(document["port"], {"x": 1}, Origin="http://evil.example")[0] == 403
    eventually(lambda: "asked" in served.errors.read_text())
    assert served.errors.read_text().count("loading") == 2
    assert sorted(path.name for path in artifact.iterdir()) == ["runtime.yaml", "score.py"]
    assert len(served.processes()) in {3, 5}  # in namespaces, each of the two workers has a process that stands for it
    served.process.send_signal(number)
    expected = 0 if number in (signal.SIGINT, signal.SIGTERM) else -number
    assert served.ended() == expected
    eventually(served.is_gone)
    with contextlib.closing(socket.socket()) as port:
        assert port.connect_ex(("127.0.0.1", document["port"])) != 0


def test_a_signal_while_the_model_loads(tmp_path, serve) -> None:
    served = serve(make(tmp_path, "import time\nprint('slow', flush=True)\ntime.sleep(60)\n" + SCORE), "--port", "0")
    eventually(lambda: "slow" in served.errors.read_text())
    served.process.send_signal(signal.SIGINT)
    assert served.ended() == 0
    assert served.is_gone()


def test_the_death_of_the_supervisor_shows(tmp_path, serve) -> None:
    served = serve(make(tmp_path), "--port", "0")
    served.document()
    supervisor = min(served.processes())
    os.kill(supervisor, signal.SIGKILL)
    assert served.ended() == 3
    assert "error[MF814]" in served.errors.read_text()
    assert served.is_gone()


@pytest.mark.parametrize(
    ("score", "code", "said"),
    [
        ("raise ModuleNotFoundError(\"No module named 'sklearn.tree'\")", 3, ("MF810", "pip install scikit-learn")),
        ("raise ModuleNotFoundError(\"No module named 'ours'\")", 4, ("MF812", "No module named 'ours'")),
        ("raise OSError('no such file: model.joblib')", 4, ("MF812", "no such file: model.joblib")),
        ("import os; os._exit(3)", 4, ("MF812", "exit code 3")),
    ],
)
def test_a_model_that_does_not_load(tmp_path, serve, score, code, said) -> None:
    served = serve(make(tmp_path, f"{SCORE}\n{score}\n"), "--port", "0")
    assert served.ended() == code
    told = served.process.stdout.read()
    assert all(words in told for words in some(said))
    assert ("Traceback" in served.errors.read_text()) == ("_exit" not in score)
    assert served.is_gone()


def test_a_zip_is_served_and_one_that_leads_out_is_not(tmp_path, serve) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "model"), "zip", make(tmp_path)))
    served = serve(archive, "--port", "0")
    document = served.document()
    assert (document["name"], call(document["port"], {"x": 2})[1]["prediction"]) == ("model", 4)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("../outside.py", "")
    wrong = serve(archive, "--port", "0", "--force")
    assert (wrong.ended(), "MF532" in wrong.process.stdout.read()) == (1, True)


def test_a_manifest_without_an_artifact_is_not_served(tmp_path, monkeypatch, manifact) -> None:
    (tmp_path / "model.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: theirs}\n"
        "spec: {modelId: ocid1.datasciencemodel.oc1.local.a, deployment: {shape: VM.Standard2.1}}\n"
    )
    monkeypatch.chdir(tmp_path)
    refused = manifact("serve")
    following = "manifact pull ocid1.datasciencemodel.oc1.local.a DIRECTORY, then manifact serve DIRECTORY"
    assert (refused.code, "MF811" in refused.err, following in refused.err) == (64, True, True)


def test_a_failing_check_refuses_unless_forced(tmp_path, serve, manifact) -> None:
    artifact = make(
        tmp_path, SCORE.replace("def predict(data, model=", "def predict(rows, model=").replace("data[", "rows[")
    )
    refused = manifact("serve", artifact)
    assert (refused.code, "error[MF521]" in refused.err, "formal argument named 'data'" in refused.err) == (
        1,
        True,
        True,
    )
    forced = serve(artifact, "--port", "0", "--force")
    assert call(forced.document()["port"], {"x": 1})[0] == 200
    assert "warning[MF521]" in forced.errors.read_text()


def test_ports_that_are_taken(tmp_path, serve, manifact) -> None:
    artifact = make(tmp_path)
    with contextlib.closing(socket.socket()) as other, contextlib.closing(socket.socket()) as usual:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = manifact("serve", artifact, "--port", other.getsockname()[1])
        assert (taken.code, "MF802" in taken.err) == (3, True)
        with contextlib.suppress(OSError):  # then it is taken by somebody else, which is as good
            usual.bind(("127.0.0.1", 8080))
            usual.listen()
        served = serve(artifact)
        assert served.document()["port"] != 8080
        assert "port 8080 is taken" in served.errors.read_text()
    assert manifact("serve", artifact, "--port", 99_999).code == 64


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere",), "MF811"),
        ((".",), "MF811"),
        (("artifact", "--env", "1A=b"), "MF813"),
        (("artifact", "--env", "A"), "MF813"),
        (("artifact", "--workers", "0"), "must be 1 to 64"),
    ],
)
def test_wrong_usage(tmp_path, monkeypatch, manifact, arguments, code) -> None:
    make(tmp_path)
    monkeypatch.chdir(tmp_path)
    wrong = manifact("serve", *arguments)
    assert (wrong.code, code in wrong.err) == (64, True)


@pytest.mark.slow
def test_what_a_manifest_compiles_to_and_what_was_pulled(wine, serve, manifact) -> None:
    row = dict(
        zip(*((wine / "samples" / "input.csv").read_text().splitlines()[n].split(",") for n in (0, 1)), strict=True)
    )
    data = [{name: float(value) for name, value in row.items()}]
    expected = (wine / "samples" / "output.csv").read_text().splitlines()[1]
    assert manifact("apply", "--yes").code == 0
    assert manifact("pull", "wine-cultivar", "back").code == 0
    assert manifact("local", "stop").code == 0
    assert manifact("introspect", "back").code == 0
    for path, name in ((wine, "wine-cultivar"), (wine / "back", "back")):
        served = serve(path, "--port", "0")
        document = served.document()
        assert document["name"] == name
        assert call(document["port"], data) == (200, {"prediction": [expected]})


@pytest.mark.parametrize("target", ["/etc/hostname", "/etc"])
def test_a_directory_with_a_link_is_not_served(tmp_path, manifact, target) -> None:
    artifact = make(tmp_path, SCORE.replace("    return 2", "    raise ValueError('it was loaded')"))
    (artifact / "data").symlink_to(target)
    refused = manifact("serve", artifact, "--port", "0")
    assert (refused.code, "error[MF812]" in refused.err) == (4, True)
    assert "'data' is a symbolic link" in refused.err


def get(port: int, path: str) -> tuple[int, str, str]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LONG)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.headers["content-type"], response.read().decode()


def test_an_endpoint_describes_itself_with_a_request_that_works(tmp_path, serve) -> None:
    artifact = make(tmp_path)
    port = serve(artifact, "--port", "0").document()["port"]
    call(port, {"x": 21}, **{"content-type": "application/json"})
    status, kind, text = get(port, "/openapi.json")
    body = json.loads(text)["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert (status, kind, body["example"]) == (200, "application/json", {"x": 21})
    assert call(port, body["example"])[0] == 200
    for path in ("/", "/artifact/"):
        status, kind, text = get(port, path)
        assert (status, kind) == (200, "text/html; charset=utf-8")
        assert "&quot;x&quot;: 21" in text


def test_changed_files_are_served_and_broken_ones_are_not(tmp_path, serve) -> None:
    artifact = make(tmp_path)
    served = serve(artifact, "--port", "0", "--reload")
    port = served.document()["port"]
    assert call(port, {"x": 21})[1]["prediction"] == 42
    (artifact / "score.py").write_text("def load_model(:\n")
    eventually(lambda: "MF521" in served.errors.read_text())
    assert call(port, {"x": 21})[1]["prediction"] == 42
    (artifact / "score.py").write_text(SCORE.replace("return 2", "return 3"))
    eventually(lambda: call(port, {"x": 21})[1]["prediction"] == 63)
