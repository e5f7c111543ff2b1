"""A tiny model that needs no framework, and a laboratory around one project on the embedded OCI."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from oci._vendor.requests import Response
from oci._vendor.requests.exceptions import ConnectionError as NoConnection

from compiler.cloud.connect.connection import Access, Connection, connect, local_store
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.retries import RetryPolicy
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience.waiters import await_deployment
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.cloud.observe import observe
from compiler.emit import artifact_tree, digest, stream_zip, zip_size
from compiler.engine.change.runner import apply
from compiler.ir import Golden
from compiler.planning.changes.types import Change
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts, Desired
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.destroy import destroy
from compiler.planning.plan.outcome import ApplyOptions, Outcome
from compiler.planning.plan.plan import Plan
from compiler.planning.plan.planner import Options, plan
from compiler.serving.control import Server
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment
from compiler.spec.project import Target

SCORE = """
def load_model(model_file_name="factor.txt"):
    import os
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), model_file_name)) as file:
        return float(file.read())


def predict(data, model=load_model()):
    return {"prediction": [row["x"] * model for row in data]}
"""
BROKEN = """
def load_model(model_file_name="factor.txt"):
    return None


def predict(data, model=None):
    raise ValueError("this model was never any good")
"""
NOWHERE = "http://127.0.0.1:9"
QUICK = Access(retry_policy=RetryPolicy(attempts=3, total=5.0, first_pause=0.01))


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + 65_536] for start in range(0, len(content), 65_536))


@dataclass
class Manifest:
    """What a user would write, with a model that multiplies by `factor`."""

    factor: float = 2
    claimed: float | None = None
    name: str = "wine"
    renamed_from: str | None = None
    model_id: str | None = None
    """Deploy this model of the catalog, and make none."""
    score: str = SCORE
    ballast: int = 0
    files: dict[str, Path] = field(default_factory=dict)
    """Attached files, by their path as the manifest writes it."""
    catalog: dict[str, Any] = field(default_factory=dict)
    deployment: dict[str, Any] | None = field(default_factory=dict)
    schema: str = '{"schema": [{"name": "x", "dtype": "int64", "required": true}], "version": "1.1"}'

    def archive(self) -> tuple[str, ZipBody]:
        files = {"score.py": self.score.encode(), "factor.txt": str(self.factor).encode()}
        if self.ballast:
            files["ballast.bin"] = bytes(range(256)) * (self.ballast // 256)
        tree = artifact_tree(files)
        singly = {path: ZipBody(len(content), partial(_pieces, content)) for path, content in files.items()}
        return f"sha256:{digest(tree)}", ZipBody(zip_size(tree), lambda: stream_zip(tree), singly)

    def hashes(self) -> dict[str, str]:
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in self.files.items()}

    def desired(self) -> Desired:
        name, archive = self.archive()
        answers = (3 * (self.claimed if self.claimed is not None else self.factor),)
        return desired(
            ManifestIdentity("cellar", self.name, self.renamed_from, model_id=self.model_id),
            None
            if self.model_id
            else ArtifactFacts(
                name, archive.size, self.schema, None, ({"key": "ModelFileName", "value": "factor.txt"},)
            ),
            Catalog.model_validate(self.catalog),
            None if self.deployment is None else Deployment.model_validate(self.deployment),
            ManifestFiles(Golden(({"x": 3},), answers, 1e-6), {"gitCommit": "0" * 40}, self.hashes()),
        )


@dataclass
class Lab:
    """One project on its embedded OCI."""

    connection: Connection
    root: Path

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def kill_servers(self) -> None:
        """End every server process the hard way, and see that it is gone."""
        for folder in (local_store(self.root) / "deployments").iterdir():
            server = Server(folder)
            server.kill()
            while server.is_alive():
                time.sleep(0.01)

    def make_bucket(self) -> None:
        """The bucket `staging`."""
        details = {"name": "staging", "compartmentId": self.connection.place.compartment_id}
        self.connection.object_storage.create_bucket("local", details)

    def objects(self) -> list[str]:
        """Names of the objects in it."""
        found = self.connection.object_storage.list_objects("local", "staging").data["objects"]
        return [item["name"] for item in found]

    def plan(self, *manifests: Manifest, deep: bool = False, **options: bool) -> Plan:
        wanted = [manifest.desired() for manifest in manifests]
        chosen = Options(**options, deep=deep)
        return plan(wanted, observe(self.connection, wanted, chosen), self.connection.place, chosen)

    def apply(self, *manifests: Manifest, deep: bool = False, **options: bool) -> Outcome:
        return self.carry_out(self.plan(*manifests, deep=deep, **options), *manifests)

    def carry_out_with(self, made: Plan, archives: dict[str, ZipBody]) -> Outcome:
        return apply(made, self.connection, archives, ApplyOptions(timeout=60))

    def wait(self) -> None:
        """Until no deployment moves."""
        for live in self.deployments():
            await_deployment(self.connection, live.id, None, WaitOptions())

    def carry_out(self, made: Plan, *manifests: Manifest) -> Outcome:
        attached = {m.hashes()[name]: path for m in manifests for name, path in m.files.items()}
        archives = dict(manifest.archive() for manifest in manifests)
        return apply(made, self.connection, archives, ApplyOptions(timeout=60, files=attached))

    def settled(self, *manifests: Manifest) -> Outcome:
        """Apply, and then nothing is left to do, at whatever depth one looks."""
        outcome = self.apply(*manifests)
        assert outcome.complete, outcome.diagnostics
        for deep in (False, True):
            assert self.plan(*manifests, deep=deep).pending == ()
        return outcome

    def destroy(self, *names: str) -> tuple[Change, ...]:
        made = destroy(names, self.observe(), self.connection.place)
        outcome = self.carry_out(made)
        assert outcome.complete, outcome.diagnostics
        return made.changes

    def observe(self) -> Observed:
        return observe(self.connection, [], Options(deep=True))

    def models(self) -> list[LiveResource]:
        return [live for live in self.observe().models if not live.deleted]

    def deployments(self) -> list[LiveResource]:
        return [live for live in self.observe().deployments if not live.deleted]


class PowerCut(BaseException):
    """The process is gone, in mid-air."""


@dataclass
class Cutting:
    """A transport that ends at its n-th request: before it is sent, or after the service has done it."""

    inner: Any
    at: int
    after: bool
    cut: Callable[[], None]
    count: int = 0
    seen: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def send(self, request: Any, **options: Any) -> Any:
        with self.lock:  # parts of a large artifact are sent in parallel
            self.count += 1
            mine = self.count == self.at
            self.seen.append(f"{request.method} {request.path_url}")
        if mine and not self.after:
            self.cut()
        answer = self.inner.send(request, **options)
        if mine and self.after:
            self.cut()
        return answer

    def close(self) -> None:
        self.inner.close()


def power_cut() -> None:
    raise PowerCut


def cut_at(lab: Lab, at: int, *, after: bool, cut: Callable[[], None] = power_cut) -> Cutting:
    """Have the power go at the n-th request from now on."""
    cutting = Cutting(None, at, after, cut)
    mount(lab, cutting)
    return cutting


def mount(lab: Lab, transport: Any) -> None:
    """Put a transport before the one that both clients share."""
    for client in (lab.connection.data_science, lab.connection.object_storage):
        session = client.base_client.session
        transport.inner = session.adapters["http://"]
        session.adapters["http://"] = transport


def unmount(lab: Lab, transport: Any) -> None:
    """Take a transport away again."""
    for client in (lab.connection.data_science, lab.connection.object_storage):
        client.base_client.session.adapters["http://"] = transport.inner


@dataclass
class Faulty:
    """A transport on which requests from the n-th on go wrong, `times` of them."""

    inner: Any
    at: int
    fault: str
    times: int = 1
    count: int = 0

    def send(self, request: Any, **options: Any) -> Any:
        self.count += 1
        if not self.at <= self.count < self.at + self.times:
            return self.inner.send(request, **options)
        if self.fault == "answer lost":
            self.inner.send(request, **options)
            raise NoConnection("the answer was lost")
        if self.fault == "no connection":
            raise NoConnection("there is no network")
        return refusal(request, *self.fault.split())

    def close(self) -> None:
        self.inner.close()


def refusal(request: Any, status: str, code: str) -> Any:
    """An answer of the service that says no."""
    answer = Response()
    answer.status_code = int(status)
    answer.headers.update({"content-type": "application/json"})
    answer.raw = io.BytesIO(json.dumps({"code": code, "message": "injected"}).encode())
    answer.url, answer.request = request.url, request
    return answer


def fail_at(lab: Lab, at: int, fault: str, times: int = 1) -> Faulty:
    """Have requests go wrong from the n-th on."""
    faulty = Faulty(None, at, fault, times)
    mount(lab, faulty)
    return faulty


@dataclass
class Refusing:
    """A transport that may not do what has `path` in its address."""

    inner: Any
    path: str | None
    reads: bool = False
    """Whether it may not be read either."""

    def send(self, request: Any, **options: Any) -> Any:
        read = request.method == "GET" and not self.reads
        if self.path is None or self.path not in request.path_url or read:
            return self.inner.send(request, **options)
        return refusal(request, "404", "NotAuthorizedOrNotFound")

    def close(self) -> None:
        self.inner.close()


def refuse(lab: Lab, path: str) -> Refusing:
    """Have some requests refused for lack of permission."""
    refusing = Refusing(None, path)
    mount(lab, refusing)
    return refusing


def open_at(root: Path, *, processes: bool = False, project: str = "cellar") -> Lab:
    access = Access(retry_policy=QUICK.retry_policy, run_processes=processes)
    return Lab(connect("local", Target(), root=root, project=project, access=access), root)


@pytest.fixture
def open_lab(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Opens the project's store, as often as asked; all deployments are ended afterwards."""
    opened: list[Lab] = []

    def make(*, processes: bool = False, root: Path | None = None) -> Lab:
        opened.append(open_at(root or tmp_path, processes=processes))
        return opened[-1]

    yield make
    for lab in opened:
        if any(live.summary.get("modelDeploymentUrl", "").rpartition("/")[0] != NOWHERE for live in lab.deployments()):
            for live in lab.deployments():
                lab.connection.data_science.delete_model_deployment(live.id)
        lab.connection.close()


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    """Without processes: quick; the smoke test is "not tested" there."""
    return open_lab()


@pytest.fixture(scope="session")
def kit() -> SimpleNamespace:
    """What tests write manifests and accidents with (a conftest cannot be imported)."""
    return SimpleNamespace(
        Manifest=Manifest,
        Lab=Lab,
        PowerCut=PowerCut,
        cut_at=cut_at,
        fail_at=fail_at,
        refuse=refuse,
        refusal=refusal,
        mount=mount,
        unmount=unmount,
        open_at=open_at,
        BROKEN=BROKEN,
        RequestError=RequestError,
    )


@pytest.fixture
def manifest() -> type[Manifest]:
    """The class to write manifests with."""
    return Manifest


@pytest.fixture(scope="session")
def blank_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose store is made, with its key; to be copied."""
    root = tmp_path_factory.mktemp("blank")
    open_at(root).connection.close()
    return root
