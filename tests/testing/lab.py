"""A tiny model that needs no framework, and a laboratory around one project on the embedded OCI."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from compiler.cloud.connect.connection import Access, Connection, connect, local_store
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
from testing.gates import WAITING
from testing.waiting import LONG, eventually

SCORE = """
def load_model(model_file_name="factor.txt"):
    import os
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), model_file_name)) as file:
        return float(file.read())


def predict(data, model=load_model()):
    return {"prediction": [row["x"] * model for row in data]}
"""
SLOW = WAITING + SCORE
"""A model that loads once `testing.gates.open_gates` was called."""
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
        servers = [Server(folder) for folder in (local_store(self.root) / "deployments").iterdir()]
        for server in servers:
            server.kill()
        eventually(lambda: not any(server.is_alive() for server in servers))

    def make_bucket(self) -> None:
        """The bucket `staging`."""
        details = {"name": "staging", "compartmentId": self.connection.place.compartment_id}
        self.connection.object_storage.create_bucket("local", details)

    def objects(self) -> list[str]:
        """Names of the objects in it."""
        found = self.connection.object_storage.list_objects("local", "staging").data["objects"]
        return [item["name"] for item in found]

    def plan(self, *manifests: Manifest, deep: bool = False, **options: Any) -> Plan:
        wanted = [manifest.desired() for manifest in manifests]
        chosen = Options(**options, deep=deep)
        return plan(wanted, observe(self.connection, wanted, chosen), self.connection.place, chosen)

    def apply(self, *manifests: Manifest, deep: bool = False, **options: bool) -> Outcome:
        return self.carry_out(self.plan(*manifests, deep=deep, **options), *manifests)

    def carry_out_with(self, made: Plan, archives: dict[str, ZipBody]) -> Outcome:
        return apply(made, self.connection, archives, ApplyOptions(timeout=LONG))

    def wait(self) -> None:
        """Until no deployment moves."""
        for live in self.deployments():
            await_deployment(self.connection, live.id, None, WaitOptions())

    def carry_out(self, made: Plan, *manifests: Manifest) -> Outcome:
        attached = {m.hashes()[name]: path for m in manifests for name, path in m.files.items()}
        archives = dict(manifest.archive() for manifest in manifests)
        return apply(made, self.connection, archives, ApplyOptions(timeout=LONG, files=attached))

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


def open_at(root: Path, *, processes: bool = False, project: str = "cellar") -> Lab:
    access = Access(retry_policy=QUICK.retry_policy, run_processes=processes)
    return Lab(connect("local", Target(), root=root, project=project, access=access), root)


@contextmanager
def laboratory(folder: Path) -> Iterator[Callable[..., Lab]]:
    """Opens the store of the project in `folder`, as often as asked; all deployments are ended afterwards."""
    opened: list[Lab] = []

    def make(*, processes: bool = False, root: Path | None = None) -> Lab:
        opened.append(open_at(root or folder, processes=processes))
        return opened[-1]

    yield make
    for lab in opened:
        if any(live.summary.get("modelDeploymentUrl", "").rpartition("/")[0] != NOWHERE for live in lab.deployments()):
            for live in lab.deployments():
                lab.connection.data_science.delete_model_deployment(live.id)
        lab.connection.close()
