"""Many at once, and killed at any moment: nothing acknowledged is lost, nothing is left torn."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import oci
import pytest
from oci.data_science import models

from compiler.localcloud import Settings, open_cloud
from compiler.localcloud.store.database import Store
from testing.paths import child_environment
from testing.some import some

WRITER = """
import sys, io, os
from pathlib import Path
from testing.sdk import make_client
import oci
from compiler.localcloud import open_cloud
with open_cloud(Path(sys.argv[1]), run_processes=False) as cloud:
    science = make_client(cloud, oci.data_science.DataScienceClient)
    models = oci.data_science.models
    print("open", flush=True)
    for number in range(10_000):
        details = models.CreateModelDetails(compartment_id=cloud.compartment_id, project_id=cloud.project_id)
        model = science.create_model(details).data.id
        print("model", model, flush=True)
        content = os.urandom(200_000)
        science.create_model_artifact(model, io.BytesIO(content))
        print("artifact", model, flush=True)
        science.update_model(model, models.UpdateModelDetails(description=str(number)))
        print("updated", model, flush=True)
        if number % 3 == 2:
            science.delete_model(model)
            print("deleted", model, flush=True)
"""


def acknowledged(root: Path, chance: random.Random) -> dict[str, set[str]]:
    """Run a writer, kill it at any moment in its work, and answer what it was told is done."""
    command = [sys.executable, "-c", WRITER, str(root)]
    with subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        assert first == "open\n"
        lines = list(itertools.islice(process.stdout, chance.randrange(10, 60)))
        time.sleep(chance.uniform(0, 0.02))  # somewhere between two lines
        process.send_signal(signal.SIGKILL)
        done: dict[str, set[str]] = {"model": set(), "artifact": set(), "updated": set(), "deleted": set()}
        for line in itertools.chain(lines, process.stdout):
            if line.endswith("\n"):
                kind, identifier = line.split()
                done[kind].add(identifier)
    return done


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_and_leaves_nothing_torn(tmp_path: Path, make_client) -> None:
    done: dict[str, set[str]] = {"model": set(), "artifact": set(), "updated": set(), "deleted": set()}
    for seed in range(6):
        for kind, found in acknowledged(tmp_path / "local", random.Random(seed)).items():
            done[kind] |= found
    assert len(done["deleted"]) > 3
    with open_cloud(tmp_path / "local", run_processes=False) as cloud:
        science = make_client(cloud, oci.data_science.DataScienceClient)
        listed = oci.pagination.list_call_get_all_results(science.list_models, cloud.compartment_id).data
        states = {model.id: model.lifecycle_state for model in listed}
        assert done["model"] <= set(states)
        assert {identifier for identifier in done["deleted"] if states[identifier] != "DELETED"} == set()
        for identifier, state in states.items():
            if state == "ACTIVE":
                check_artifact(science, identifier, expected=identifier in done["artifact"])
                if identifier in done["updated"]:
                    assert science.get_model(identifier).data.description is not None


def check_artifact(science, identifier: str, *, expected: bool) -> None:
    try:
        answer = science.get_model_artifact_content(identifier)
    except oci.exceptions.ServiceError as problem:
        if expected or problem.status != 404:
            raise
        return
    digest = base64.b64encode(hashlib.md5(answer.data.content).digest()).decode()
    assert (len(answer.data.content), digest) == (200_000, answer.headers["content-md5"])


def test_left_overs_of_killed_uploads_are_swept(tmp_path: Path) -> None:
    with open_cloud(tmp_path, run_processes=False):
        pass
    old, fresh = tmp_path / "staging" / "old", tmp_path / "staging" / "fresh"
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (0, 0))
    with open_cloud(tmp_path, run_processes=False):
        assert not old.exists()
        assert fresh.exists()


def test_what_was_deleted_long_ago_is_forgotten(tmp_path: Path, make_client) -> None:
    with open_cloud(tmp_path, run_processes=False) as cloud:
        science = make_client(cloud, oci.data_science.DataScienceClient)
        details = models.CreateModelDetails(compartment_id=cloud.compartment_id, project_id=cloud.project_id)
        kept, gone = (science.create_model(details).data.id for _ in range(2))
        for identifier in (kept, gone):
            science.create_model_artifact(identifier, b"content")
        science.delete_model(gone)
        orphan = tmp_path / "blobs" / "or" / "orphan"
        orphan.parent.mkdir()
        orphan.write_bytes(b"x")
        os.utime(orphan, (0, 0))
    with open_cloud(tmp_path, settings=Settings(run_processes=False, deleted_seconds=0)) as cloud:
        science = make_client(cloud, oci.data_science.DataScienceClient)
        assert [model.id for model in science.list_models(cloud.compartment_id).data] == [kept]
        assert science.get_model_artifact_content(kept).data.content == b"content"
        assert not orphan.exists()


SECONDS = float(os.environ.get("MANIFACT_MIXED_CALLS_SECONDS", "4"))


@pytest.mark.slow
def test_eight_threads_of_mixed_calls(tmp_path: Path, make_client) -> None:
    """Two openings of one store, four threads each; every increment of a counter under if-match must be there."""
    with open_cloud(tmp_path, run_processes=False) as first, open_cloud(tmp_path, run_processes=False) as second:
        clients = [make_client(cloud, oci.data_science.DataScienceClient) for cloud in (first, second)]
        details = models.CreateModelDetails(
            compartment_id=first.compartment_id, project_id=first.project_id, freeform_tags={"count": "0"}
        )
        shared = clients[0].create_model(details).data.id
        deadline = time.monotonic() + SECONDS

        def work(number: int) -> tuple[int, int]:
            science, increments, calls = clients[number % 2], 0, 0
            chance = random.Random(number)
            while not calls or time.monotonic() < deadline:
                calls += 1
                increments += increment(science, shared)
                own = science.create_model(details).data.id
                content = chance.randbytes(chance.randrange(1, 50_000))
                science.create_model_artifact(own, io.BytesIO(content))
                assert science.get_model_artifact_content(own).data.content == content
                science.list_models(first.compartment_id, limit=10)
                if chance.random() < 0.5:
                    science.delete_model(own)
            return increments, calls

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(work, range(8)))
        total = sum(increments for increments, _ in results)
        assert clients[0].get_model(shared).data.freeform_tags == {"count": str(total)}
        assert all(calls for _, calls in some(results))


def increment(science, identifier: str) -> int:
    read = science.get_model(identifier)
    count = int(read.data.freeform_tags["count"]) + 1
    try:
        science.update_model(
            identifier, models.UpdateModelDetails(freeform_tags={"count": str(count)}), if_match=read.headers["etag"]
        )
    except oci.exceptions.ServiceError as problem:
        if problem.code != "NoEtagMatch":
            raise
        return 0
    return 1


def test_a_first_opening_by_many_at_once(tmp_path: Path) -> None:
    """They agree on one key pair and one owner."""
    barrier = threading.Barrier(4)

    def opening(_: int) -> dict[str, str]:
        barrier.wait()
        with open_cloud(tmp_path / "new") as cloud:
            return cloud.sdk_config() | {"compartment": cloud.compartment_id}

    with ThreadPoolExecutor(4) as pool:
        configs = list(pool.map(opening, range(4)))
    assert all(config == configs[0] for config in some(configs))


def test_a_first_opening_waits_for_another(tmp_path: Path) -> None:
    """Whoever opens first holds the new file while it switches to WAL; SQLite refuses the second without waiting."""
    path = tmp_path / "oci.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        opening = pool.submit(Store, path)
        with pytest.raises(TimeoutError):
            opening.result(timeout=0.3)  # an answer that comes at once, as there was: "database is locked"
        other.execute("ROLLBACK")
        opening.result().close()


class Pattern(io.RawIOBase):
    """A stream of `size` bytes that are never in memory together."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.len = size  # the SDK reads it for content-length
        self._left = size
        self._block = random.Random(1).randbytes(1 << 20)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = min(self._left, len(self._block) if size < 0 else min(size, len(self._block)))
        self._left -= taken
        return self._block[:taken]


@pytest.mark.slow
def test_memory_stays_flat_while_an_artifact_streams(tmp_path: Path, make_client) -> None:
    """MANIFACT_STREAM_MIB=3072 streams 3 GiB (through a bucket, as the catalog takes 2 GiB at once)."""
    size = int(os.environ.get("MANIFACT_STREAM_MIB", "192")) << 20
    with open_cloud(tmp_path, run_processes=False) as cloud:
        storage = make_client(cloud, oci.object_storage.ObjectStorageClient)
        bucket = oci.object_storage.models.CreateBucketDetails(name="b", compartment_id=cloud.compartment_id)
        storage.create_bucket("local", bucket)
        before = resident()
        peak = [before]
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(0.02):
                peak[0] = max(peak[0], resident())

        watcher = threading.Thread(target=watch)
        watcher.start()
        storage.put_object("local", "b", "o", Pattern(size), content_length=size)
        stop.set()
        watcher.join()
        assert int(storage.head_object("local", "b", "o").headers["content-length"]) == size
        assert peak[0] - before < 32 << 20


def resident() -> int:
    """Resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
