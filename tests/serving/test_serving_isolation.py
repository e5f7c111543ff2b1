"""What a model reaches from inside of a worker, with all means of isolation, with each alone, and with none."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from compiler.serving.control import Server
from compiler.serving.isolation import landlock
from compiler.serving.isolation.isolate import LANDLOCK, MECHANISMS, NAMESPACES
from compiler.serving.isolation.result import Isolation
from compiler.serving.protocol import Desired, start_ticks
from testing.processes import processes_below
from testing.waiting import LONG, eventually

SCORE = """
import os, socket, subprocess

def load_model():
    return None

def attempt(code):
    try:
        eval(code)
    except Exception as problem:
        return type(problem).__name__
    return "done"

def predict(data, model=load_model()):
    if data == "end":
        os._exit(7)
    return {name: attempt(code) for name, code in data.items()}
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    server = Server(tmp_path / "server")

    def begin(**fields: Any) -> Server:
        with zipfile.ZipFile(tmp_path / "artifact.zip", "w") as file:
            file.writestr("score.py", SCORE)
        server.publish(Desired(1, True, "ocid1.d", [str(tmp_path / "artifact.zip")], **fields))
        server.launch()
        eventually(lambda: server.status() and server.status().state in ("ready", "failed"))
        return server

    yield begin
    server.request_stop()
    eventually(lambda: not server.is_alive())


def call(server: Server, body: Any) -> Any:
    with closing(http.client.HTTPConnection("127.0.0.1", server.status().port, timeout=LONG)) as connection:
        connection.request("POST", "/predict", json.dumps(body))
        return json.loads(connection.getresponse().read())


def attacked(server: Server, secret: Path, port: int) -> set[str]:
    """Of the attacks, those that succeed."""
    attacks = {
        "reads a file": f"open({str(secret)!r}).read()",
        "writes a file": f"open({str(secret.with_name('planted'))!r}, 'w')",
        "reads what the server is told": f"open({str(server.folder / 'desired.json')!r}).read()",
        "reads its supervisor": f"open('/proc/{server.status().pid}/cmdline').read()",
        "signals its supervisor": f"os.kill({server.status().pid}, 0)",
        "connects": f"socket.create_connection(('127.0.0.1', {port}), 2)",
        "is honest": "open(os.path.join(os.environ['TMPDIR'], 'own'), 'w').close()",
    }
    answers = call(server, attacks)
    assert answers.pop("is honest") == "done"
    return {name for name, answer in answers.items() if answer == "done"}


def _skip_unless(mechanisms: Sequence[str]) -> None:
    if NAMESPACES in mechanisms and subprocess.run(["unshare", "--user", "--net", "true"], check=False).returncode:
        pytest.skip("this machine offers no namespaces")
    if LANDLOCK in mechanisms and not landlock.guards_processes(landlock.version()):
        pytest.skip("this kernel has no Landlock, or an old one")


@pytest.mark.parametrize(
    ("mechanisms", "network", "succeeding"),
    [
        (MECHANISMS, False, set()),
        ([NAMESPACES], False, set()),
        ([LANDLOCK], False, {"connects"}),
        (MECHANISMS, True, {"connects"}),
        (
            [],
            False,
            {
                *("connects", "reads a file", "writes a file", "reads what the server is told"),
                *("reads its supervisor", "signals its supervisor"),
            },
        ),
    ],
    ids=["all", "namespaces", "landlock", "with the network", "none"],
)
def test_what_is_told_of_the_isolation_is_what_holds(tmp_path, start, mechanisms, network, succeeding) -> None:
    _skip_unless(mechanisms)
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as service:
        server = start(mechanisms=mechanisms, network=network)
        assert attacked(server, secret, service.getsockname()[1]) == succeeding
    assert server.status().isolation == Isolation(
        network="connects" not in succeeding,
        files="reads a file" not in succeeding,
        processes="reads its supervisor" not in succeeding,
    )


@pytest.mark.parametrize("mechanisms", [MECHANISMS, [NAMESPACES], [LANDLOCK], []], ids=["all", *MECHANISMS, "none"])
def test_a_model_finds_what_it_starts(start, mechanisms) -> None:
    """As a JVM looks up the process that started it, and a pool its workers: by id, in /proc."""
    _skip_unless(mechanisms)
    seen = {"itself": "1 / os.path.exists(f'/proc/{os.getpid()}/stat')"}
    seen["its child"] = "1 / os.path.exists('/proc/' + str(subprocess.Popen(['sleep', '60']).pid))"
    seen["from its child"] = "subprocess.run(['test', '-e', f'/proc/{os.getpid()}/stat'], check=True)"
    assert call(start(mechanisms=mechanisms), seen) == dict.fromkeys(seen, "done")


def test_a_worker_in_a_namespace_of_its_own_ends_and_comes_back(start) -> None:
    _skip_unless([NAMESPACES])
    server = start(mechanisms=[NAMESPACES])
    assert call(server, {"which": "1 / (os.getpid() == 1)"}) == {"which": "done"}
    with pytest.raises(http.client.HTTPException):
        call(server, "end")
    eventually(lambda: server.status().state == "ready" and call(server, {}) == {})
    supervisor = server.status().pid
    workers = processes_below(supervisor)
    assert len(workers) == 2  # one stands for the other, which is the first of its namespace
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: all(start_ticks(pid) is None for pid in workers))


def test_nothing_is_loaded_without_the_isolation_that_is_required(start) -> None:
    server = start(mechanisms=[], require_isolation=True)
    assert server.status().state == "failed"
    assert server.status().errors == ("The worker cannot be isolated: network, files, processes",)
