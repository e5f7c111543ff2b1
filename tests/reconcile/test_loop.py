"""The loop: it follows a branch, tells every transition once, and nothing it cannot read changes anything."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from compiler.diagnostics import CompilerError
from compiler.engine.checkout import Checkout
from compiler.events import Event, Phase
from compiler.reconcile.loop import reconcile_loop
from compiler.reconcile.loop_request import LoopRequest
from compiler.reconcile.reporting.metrics import Metrics
from compiler.reconcile.reporting.pages import serving
from compiler.reconcile.reporting.webhooks import Receiver, Sender, signature
from compiler.reconcile.turn.orders import Orders
from compiler.reconcile.turn.states import NameState, State
from testing.lab import open_at
from testing.paths import child_environment

ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *words], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(repository: Any, text: str = "change") -> str:
    git(repository.root, "add", "-A")
    git(repository.root, "commit", "-q", "--allow-empty", "-m", text)
    return git(repository.root, "rev-parse", "HEAD")


@pytest.fixture
def followed(repository: Any, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Runs the loop for some turns on a repository with one model; returns its events."""
    git(repository.root, "init", "-q", "-b", "main")
    (repository.root / ".gitignore").write_text("build\n.manifact\n")
    repository.write("a")
    commit(repository)

    def run(turns: int = 8, **options: Any) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []

        def hear(event: Event) -> None:
            if event.phase is Phase.TRANSITION:
                events.append(json.loads(event.text))

        known = {"orders": Orders(prune=True, consent=True), "interval": 0.4, "protocols": ("file",), **options}
        request = LoopRequest(str(repository.root), folder=tmp_path / "source", most_turns=turns, **known)
        reconcile_loop(Checkout(tmp_path, None, {}), request, hear)
        return events

    return run


def live(tmp_path: Path) -> list[str]:
    with open_at(tmp_path / "source" / "tree") as lab:
        return sorted(item.tags["manifact-name"] for item in lab.deployments() if item.state == "ACTIVE")


def test_it_follows_the_branch_and_tells_every_transition_once(
    repository: Any, followed: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    events = followed()
    assert [e["status"] for e in events if (e["name"], e["type"]) == ("a", "Ready")] == ["False", "True"]
    assert live(tmp_path) == ["a"]
    assert followed(turns=3) == []
    repository.write("b")
    head = commit(repository)
    events = followed()
    assert {e["name"] for e in events} == {"b"}
    assert {e["revision"] for e in events} == {head}
    assert live(tmp_path) == ["a", "b"]


def test_the_same_failure_is_one_event_and_so_is_its_recovery(
    repository: Any, followed: Callable[..., list[dict[str, Any]]]
) -> None:
    followed()
    path = repository.root / "models" / "a" / "model.yaml"
    good = path.read_text()
    path.write_text(good.replace('"kind": "Model"', '"kind": "Modell"'))
    commit(repository)
    events = followed(turns=6)
    assert [(e["type"], e["status"]) for e in events if e["type"] in ("Compiled", "Ready")] == [
        ("Compiled", "False"),
        ("Ready", "False"),
    ]
    path.write_text(good)
    commit(repository)
    events = followed(turns=6)
    assert [(e["type"], e["status"]) for e in events if e["type"] in ("Compiled", "Ready")] == [
        ("Compiled", "True"),
        ("Ready", "True"),
    ]


def test_a_repository_that_is_gone_or_rewritten_changes_nothing(
    repository: Any, followed: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    followed()
    git(repository.root, "checkout", "-q", "--orphan", "other")
    git(repository.root, "rm", "-q", "-r", "--cached", ".")
    shutil.rmtree(repository.root / "models")
    commit(repository, "emptied")
    git(repository.root, "branch", "-q", "-M", "other", "main")
    events = followed(turns=4)
    assert [(e["type"], e["status"], e["name"]) for e in events] == [("SourceReady", "False", "")]
    assert live(tmp_path) == ["a"]
    repository.root.rename(tmp_path / "away")
    with pytest.raises(CompilerError, match="MF785"):
        followed(turns=2)
    assert live(tmp_path) == ["a"]


def test_a_lease_in_a_bucket_is_held_meanwhile_and_given_back(
    repository: Any, followed: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    followed(turns=1)
    with open_at(tmp_path / "source" / "tree") as lab:
        lab.make_bucket()
    repository.project(store="oci://staging@local/gitops/")
    commit(repository)
    followed(turns=2)  # the tree moves to the revision with the store
    events = followed()
    assert [e["status"] for e in events if e["type"] == "Ready"][-1:] in (["True"], [])
    with open_at(tmp_path / "source" / "tree") as lab:
        names = {name.rpartition("/")[2] for name in lab.objects()}
        assert names == {"memory.json", "0000.json", "a.json"}
        lease = b'{"holder": "other", "epoch": 7}'
        lab.connection.object_storage.put_object("local", "staging", "gitops/cellar/local/lease.json", lease)
    with pytest.raises(CompilerError, match="other holds the lease"):
        followed(turns=2, timeout=0.0)


@pytest.mark.slow
def test_sigterm_ends_it_with_143(repository: Any, tmp_path: Path) -> None:
    git(repository.root, "init", "-q", "-b", "main")
    repository.write("a", state="absent")
    commit(repository)
    program = (
        "import sys; from compiler.cli import main as command; import compiler.reconcile.loop_request as l\n"
        "g = l.LoopRequest\n"
        "l.LoopRequest = lambda *a, **k: g(*a, protocols=('file',), **k)\n"
        "sys.exit(command.main(sys.argv[1:]))"
    )
    words = ["reconcile", "--repo", str(repository.root), "--interval", "1s", "--listen", "127.0.0.1:0"]
    started = subprocess.Popen(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path,
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with started:
        assert started.stdout is not None
        line = json.loads(started.stdout.readline())
        assert line["formatVersion"] == 1
        started.send_signal(signal.SIGTERM)
        out, err = started.communicate(timeout=30)
    assert started.returncode == 143, err
    for text in out.splitlines():  # it may end before there is more to tell
        assert json.loads(text)["formatVersion"] == 1
    assert "pages on 127.0.0.1:" in err


def test_pages_answer_only_for_their_own_host() -> None:
    metrics = Metrics()
    metrics.note_turn("done", 0.5)
    metrics.note_response(200)
    metrics.note_response(429)
    metrics.note_drift([NameState("a", State.DRIFTED, "ReportOnly", cause="live", paths=("x", "y"))])
    ready = [True]
    with serving("127.0.0.1:0", metrics.text, lambda: ready[0]) as port:

        def get(path: str, host: str = "localhost") -> tuple[int, str]:
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"host": host})
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as refused:
                with refused:
                    return refused.code, ""

        status, text = get("/metrics")
        assert status == 200
        assert 'manifact_turns_total{outcome="done"} 1' in text
        assert 'manifact_requests_total{status="429"} 1' in text
        assert 'manifact_drift{name="a",policy="report"} 2' in text
        assert get("/healthz")[0] == get("/readyz")[0] == 200
        ready[0] = False
        assert (get("/readyz")[0], get("/nothing")[0]) == (503, 404)
        assert get("/metrics", "evil.example.org")[0] == 421
        assert get("/metrics", f"127.0.0.1:{port}")[0] == 200


class Answering(BaseHTTPRequestHandler):
    """A receiver that notes what it gets."""

    got: ClassVar[list[tuple[str, str, bytes]]] = []
    statuses: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.headers["manifact-time"], self.headers["manifact-signature"], body))
        self.send_response(self.statuses.pop(0) if self.statuses else 200)
        self.send_header("location", "http://169.254.169.254/")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Any:
    Answering.got, Answering.statuses = [], []
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_webhooks_are_signed_tried_again_and_never_redirected(receiver: str) -> None:
    Answering.statuses = [500, 302]
    sender = Sender(lambda host: HTTPConnection(host, timeout=2), lambda _: None)
    wanted, other = Receiver(f"https://{receiver}/hook", "key", ("Ready",)), {"type": "Saved"}
    sender.send([wanted], [{"type": "Ready", "status": "True"}, other])
    sender.close()
    assert len(Answering.got) == 3
    assert {signature("key", moment, body) == signed for moment, signed, body in Answering.got} == {True}
    assert sender.dropped == 0


def test_a_receiver_that_hangs_holds_nobody_up() -> None:
    gate = threading.Event()

    sender = Sender(lambda _: Hanging(gate), lambda _: None)
    sender.send([Receiver("https://example.org/", "key")], [{"type": "Ready", "n": n} for n in range(1500)])
    assert not gate.is_set()  # the receiver hangs still
    assert sender.dropped >= 499
    gate.set()
    sender.close()


class Hanging:
    def __init__(self, gate: threading.Event) -> None:
        self._gate = gate

    def request(self, *_: Any) -> None:
        self._gate.wait()
        raise OSError("gone")

    def close(self) -> None:
        pass
