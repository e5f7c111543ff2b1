"""A turn that creates, updates, replaces and prunes is cut off at each of its requests; the next turns complete it."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from compiler.codes import ExitCode
from testing.paths import child_environment
from testing.some import some
from testing.transports import PowerCut

NETWORK = {"accessType": "CUSTOM_NETWORKING", "subnetId": "ocid1.subnet.oc1..s"}
DAY = 86_400
EVERYTHING = {"perTurn": 50, "change": "100%", "destructive": "100%", "prune": "100%"}
DONE = {"created": (1, 1), "updated": (2, 1), "replaced": (1, 1)}


@pytest.fixture
def prepared(repository: Any, tmp_path: Path) -> Any:
    """A repository whose next turn creates, updates, replaces and prunes; and a copy of it."""
    repository.project(limits=EVERYTHING)
    repository.write("updated")
    repository.write("replaced", network=NETWORK)
    repository.write("pruned")
    repository.settle()
    repository.remove("pruned")
    repository.turn(prune=True)
    repository.pass_time(2 * DAY)
    repository.write("created")
    repository.write("updated", factor=5, bandwidthMbps=20)
    repository.write("replaced")
    shutil.copytree(repository.root, tmp_path / "before")
    return repository


def restore(repository: Any, tmp_path: Path) -> None:
    shutil.rmtree(repository.root)
    shutil.copytree(tmp_path / "before", repository.root)


def is_tidy(repository: Any) -> None:
    """One deployment a name, all marks whole, and nothing left to do."""
    result = repository.settle(prune=True)
    assert result.exit_code is ExitCode.OK, str(result)
    assert repository.live() == DONE
    with repository.lab() as lab:
        assert all({"manifact-artifact", "manifact-config"} <= set(live.tags) for live in some(lab.models()))
        assert all("manifact-config" in live.tags for live in some(lab.deployments()))
    assert set(repository.states(prune=True).values()) == {"InSync"}


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_next_turns_complete_what_was_cut_off(prepared: Any, tmp_path: Path, after: bool) -> None:
    at = 0
    while True:
        at += 1
        restore(prepared, tmp_path)
        cutting = Cutting(at, after, PowerCut)
        prepared.patches.append(cutting.mount)
        try:
            prepared.turn(prune=True)
        except PowerCut:
            prepared.patches.clear()
            is_tidy(prepared)
        else:
            prepared.patches.clear()
            break
    assert at > 20


class Cutting:
    """From the n-th request on nothing is sent any more: before it, or once the service has done it."""

    def __init__(self, at: int, after: bool, cut: type[BaseException]) -> None:
        self.at, self.after, self.cut, self.count = at, after, cut, 0

    def mount(self, connection: Any) -> None:
        for client in (connection.data_science, connection.object_storage):
            session = client.base_client.session
            session.adapters["http://"] = Mounted(session.adapters["http://"], self)


class Mounted:
    def __init__(self, inner: Any, cutting: Cutting) -> None:
        self.inner, self.cutting = inner, cutting

    def send(self, request: Any, **options: Any) -> Any:
        self.cutting.count += 1
        mine = self.cutting.count
        if mine > self.cutting.at or (mine == self.cutting.at and not self.cutting.after):
            raise self.cutting.cut
        answer = self.inner.send(request, **options)
        if mine == self.cutting.at:
            raise self.cutting.cut
        return answer

    def close(self) -> None:
        self.inner.close()


CHILD = """
import os, sys, threading
from dataclasses import replace
import compiler.cloud.connect.connection as connecting
from testing.lab import QUICK
genuine, count, lock = connecting.connect, [0], threading.Lock()
def quick(*arguments, access=None, **options):
    opened = genuine(*arguments, access=replace(QUICK, run_processes=False), **options)
    for client in (opened.data_science, opened.object_storage):
        session = client.base_client.session
        inner = session.adapters["http://"]
        class Killing:
            def send(self, request, **options):
                with lock:
                    count[0] += 1
                    mine = count[0]
                answer = inner.send(request, **options)
                if mine == int(sys.argv[1]):
                    os.kill(os.getpid(), 9)
                return answer
            def close(self):
                inner.close()
        session.adapters["http://"] = Killing()
    return opened
connecting.connect = quick
from compiler.cli.main import main
sys.exit(main(["reconcile", "--once", "--prune", "--yes"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", [5, 11, 16, 21])
def test_a_process_that_is_killed_leaves_what_another_one_completes(prepared: Any, at: int) -> None:
    command = [sys.executable, "-c", CHILD, str(at)]
    done = subprocess.run(
        command, env=child_environment(), cwd=prepared.root, check=False, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    is_tidy(prepared)


@pytest.mark.slow
def test_sigterm_during_the_upload_of_a_large_file_and_the_next_turn_resumes(repository: Any) -> None:
    """Its parts stay in the bucket; 31 MB of three parts and a rest stand for 3 GiB of three hundred."""
    with repository.lab() as lab:
        lab.make_bucket()
    repository.write("a", catalog={"staging": {"uri": "oci://staging@local/x/", "always": True}})
    (repository.root / "models" / "a" / "ballast.bin").write_bytes(random.Random(1).randbytes(31 << 20))
    manifest = repository.root / "models" / "a" / "model.yaml"
    document = json.loads(manifest.read_text())
    document["spec"]["include"] = ["ballast.bin"]
    manifest.write_text(json.dumps(document))
    program = CHILD.replace("mine == int(sys.argv[1])", "'uploadPartNum=2' in request.path_url").replace(
        ", 9)", ", 15)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=child_environment(), cwd=repository.root, check=False, capture_output=True
    )
    assert done.returncode == 143, done.stdout + done.stderr
    sent: list[str] = []
    repository.patches.append(lambda connection: note_parts(connection, sent))
    assert repository.settle().exit_code is ExitCode.OK
    assert repository.live() == {"a": (1, 1)}
    assert "uploadPartNum=2" not in " ".join(sent)  # it had come in whole


def note_parts(connection: Any, sent: list[str]) -> None:
    session = connection.object_storage.base_client.session
    inner = session.adapters["http://"]

    class Noting:
        def send(self, request: Any, **options: Any) -> Any:
            if request.method == "PUT" and "uploadPartNum" in request.path_url:
                sent.append(request.path_url)
            return inner.send(request, **options)

        def close(self) -> None:
            inner.close()

    session.adapters["http://"] = Noting()
