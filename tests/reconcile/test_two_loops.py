"""Two loops as real processes with one lease in a bucket: their changes never overlap, as the server's log shows."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from compiler.cloud.connect.connection import local_store
from compiler.localcloud import open_cloud
from compiler.localcloud.http.messages import Request, Response
from compiler.localcloud.server import LocalServer
from testing.lab import open_at
from testing.paths import child_environment
from testing.waiting import LONG, eventually

TTL = 6.0
"""Seconds that a lease lives in these processes; the product's is 90."""
CHILD = f"""
import functools, sys
import compiler.reconcile.loop as loop, compiler.reconcile.loop_request as asked
from compiler.cli.main import main
loop.Lease = functools.partial(loop.Lease, ttl={TTL})
given = asked.LoopRequest
asked.LoopRequest = lambda *words, **more: given(*words, protocols=("file",), **more)
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Service:
    """The embedded OCI on a port, what it was asked for by whom, and a moment to stop the asker."""

    root: Path
    log: list[tuple[str, str]] = field(default_factory=list)
    """Who asked, and what: method and path."""
    freeze: dict[str, int] = field(default_factory=dict)
    """Who is frozen -> at which of its changes."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    frozen: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: Request, handle: Any) -> Response:
        who = request.headers.get("user-agent", "").rpartition(" ")[2]
        self.log.append((who, f"{request.method} {request.target.partition('?')[0]}"))
        if len(self.changes_of(who)) == self.freeze.get(who) and not self.frozen.is_set():
            self.processes[who].send_signal(signal.SIGSTOP)
            self.frozen.set()
        return handle(request)  # type: ignore[no-any-return]

    def changes_of(self, who: str) -> list[str]:
        return [line for asker, line in self.changes if asker == who]

    @property
    def changes(self) -> list[tuple[str, str]]:
        """Requests that change models or deployments: neither reads nor the store."""
        return [item for item in list(self.log) if not item[1].startswith(("GET", "HEAD")) and "/n/" not in item[1]]


@pytest.fixture
def service(repository: Any, tmp_path: Path) -> Iterator[Service]:
    """Served with a target `shared` of the repository's project file, whose store is a bucket."""
    made = Service(tmp_path / "service")
    with open_cloud(local_store(made.root), run_processes=False) as cloud:
        server = LocalServer(cloud, lambda request: made.answer(request, cloud.handle), 0)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        config = cloud.sdk_config()
        lines = [f"{key} = {value}" for key, value in config.items()]
        (tmp_path / "config").write_text("\n".join(["[DEFAULT]", *lines, ""]))
        with open_at(made.root) as lab:
            lab.make_bucket()
        target = {
            "region": config["region"],
            "compartmentId": cloud.compartment_id,
            "projectId": cloud.project_id,
            "serviceEndpoint": server.url,
        }
        limits = {"perTurn": 50, "change": "100%", "destructive": "100%", "prune": "100%"}
        known = {"apiVersion": "manifact/v1", "kind": "Project", "metadata": {"name": "cellar"}}
        reconcile = {"store": "oci://staging@local/gitops/", "limits": limits}
        repository.write_project({**known, "targets": {"shared": target}, "reconcile": reconcile})
        yield made
        for process in made.processes.values():
            process.kill()
            process.wait()
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_a_frozen_holder_and_two_that_wait_never_change_at_once(
    service: Service, repository: Any, tmp_path: Path
) -> None:
    git(repository.root, "init", "-q", "-b", "main")
    (repository.root / ".gitignore").write_text("build\n.manifact\n")
    for name in ("a", "b", "c"):
        repository.write(name)
    commit(repository.root)
    service.freeze["first"] = 4
    start(service, "first", repository.root, tmp_path)
    assert service.frozen.wait(LONG)
    start(service, "second", repository.root, tmp_path)
    eventually(lambda: in_sync(service, {"a", "b", "c"}))
    count = len(service.changes_of("first"))  # the fourth, and what was on its way beside it

    # It slept for more than three times the life of its lease; awake, it learns that it has lost it, and ends.
    service.processes["first"].send_signal(signal.SIGCONT)
    assert service.processes["first"].wait(LONG) == 5
    assert "MF780" in (tmp_path / "first" / "said.txt").read_text()

    start(service, "third", repository.root, tmp_path)
    repository.write("d")
    commit(repository.root)
    eventually(lambda: in_sync(service, {"a", "b", "c", "d"}))
    eventually(lambda: any(who == "third" for who, _ in service.log))  # it waits for the lease
    service.processes["second"].send_signal(signal.SIGTERM)
    assert service.processes["second"].wait(LONG) == 143
    repository.write("a", bandwidthMbps=20)
    commit(repository.root)
    eventually(lambda: service.changes_of("third"))
    eventually(lambda: in_sync(service, {"a", "b", "c", "d"}))

    turns = [who for who, _ in itertools.groupby(service.changes, key=lambda item: item[0])]
    assert turns == ["first", "second", "third"]
    assert len(service.changes_of("first")) == count
    created = [line for _, line in service.changes if line == "POST /20190101/modelDeployments"]
    assert len(created) == 4


def start(service: Service, who: str, repository: Path, folder: Path) -> None:
    """A loop in a process of its own, with a checkout of its own."""
    home = folder / who
    home.mkdir()
    words = ["reconcile", "--repo", str(repository), "--target", "shared", "--interval", "1s", "--yes", "--prune"]
    environ = {
        **child_environment(),
        "OCI_CONFIG_FILE": str(folder / "config"),
        "OCI_CLI_CONFIG_FILE": str(folder / "config"),
        "OCI_SDK_APPEND_USER_AGENT": who,
        "XDG_STATE_HOME": str(home / "state"),
    }
    with (home / "said.txt").open("w") as said, (home / "events.jsonl").open("w") as events:
        service.processes[who] = subprocess.Popen(
            [sys.executable, "-c", CHILD, *words], cwd=home, env=environ, stdout=events, stderr=said
        )


def in_sync(service: Service, names: set[str]) -> bool:
    """Whether each name has one model and one deployment that is active and marked."""
    with open_at(service.root) as lab:
        return tagged(lab.models()) == tagged(lab.deployments()) == sorted(names)


def tagged(resources: list[Any]) -> list[str]:
    done = [live for live in resources if live.state == "ACTIVE" and "manifact-config" in live.tags]
    return sorted(live.tags["manifact-name"] for live in done)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    environ = {"GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}
    subprocess.run(["git", *identity, *words], cwd=folder, env=environ, check=True, capture_output=True)
