"""A project of small models, reconciled on the embedded OCI with a clock of the test's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import compiler.cloud.connect.connection as connecting
from compiler.cloud.connect.connection import Connection
from compiler.engine.checkout import Checkout
from compiler.engine.session import TargetRequest
from compiler.reconcile.once import Clock, ReconcileRequest, reconcile
from compiler.reconcile.reporting.report import ReconcileResult
from compiler.reconcile.turn.orders import Orders
from compiler.spec.project import Target
from testing.lab import QUICK, Lab, open_at

SCORE = """
import json, os


def load_model(model_file_name="rules.json"):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), model_file_name)) as file:
        return json.load(file)["factor"]


def predict(data, model=load_model()):
    return {"prediction": [row["x"] * model for row in data]}
"""
Patch = Callable[[Connection], None]


@dataclass
class Repository:
    """A folder of manifests, and what is done with it."""

    root: Path
    time: float = 1_800_000_000.0
    patches: list[Patch] = field(default_factory=list)
    """Applied to every connection that is opened: faults."""

    def __post_init__(self) -> None:
        self.root.mkdir(exist_ok=True)
        self.project()

    def project(self, name: str = "cellar", **reconcile: Any) -> None:
        """Write the project file."""
        known = {"apiVersion": "manifact/v1", "kind": "Project", "metadata": {"name": name}}
        self.write_project({**known, "reconcile": reconcile} if reconcile else known)

    def write_project(self, document: dict[str, Any]) -> None:
        (self.root / "manifact.yaml").write_text(json.dumps(document))

    def write(
        self, name: str, factor: float = 2, *, metadata: Any = None, catalog: Any = None, **deployment: Any
    ) -> Path:
        """Write a model that multiplies by `factor`, with its manifest."""
        folder = self.root / "models" / name
        (folder / "samples").mkdir(parents=True, exist_ok=True)
        (folder / "rules.json").write_text(json.dumps({"factor": factor}))
        (folder / "score.py").write_text(SCORE)
        (folder / "samples" / "input.csv").write_text("x\n1\n2\n")
        (folder / "samples" / "output.csv").write_text(f"y\n{factor}\n{2 * factor}\n")
        shape = {"shape": "VM.Standard.E4.Flex", "ocpus": 1, "memoryInGBs": 16, **deployment}
        spec = {
            "model": {"path": "rules.json", "framework": "other"},
            "score": {"file": "score.py"},
            "useCase": "regression",
            "samples": {"input": "samples/input.csv", "output": "samples/output.csv"},
            "catalog": catalog or {},
            "deployment": shape,
        }
        document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": name, **(metadata or {})}}
        (folder / "model.yaml").write_text(json.dumps({**document, "spec": spec}))
        return folder / "model.yaml"

    def remove(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.root / "models" / name)

    def turn(self, **options: Any) -> ReconcileResult:
        """One turn, or several with `wait`; keys of `Orders` and of `ReconcileRequest` alike."""
        orders = {"consent": True, **{k: v for k, v in options.items() if k in Orders.__dataclass_fields__}}
        rest = {k: v for k, v in options.items() if k in ReconcileRequest.__dataclass_fields__}
        target = TargetRequest(rest.pop("target", None))
        request = ReconcileRequest(target, Orders(**orders), **rest)
        return reconcile(Checkout(self.root, None, {}), request, clock=Clock(lambda: self.time, self.pass_time))

    def settle(self, **options: Any) -> ReconcileResult:
        """Turns until nothing is in progress."""
        return self.turn(wait=True, **options)

    def states(self, **options: Any) -> dict[str, str]:
        """The states after one turn."""
        return {name: state.state.value for name, state in self.turn(**options).states.items()}

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on."""
        self.time += seconds

    @contextmanager
    def lab(self) -> Iterator[Lab]:
        """The target, to look at it and to change things by hand."""
        with open_at(self.root) as lab:
            yield lab

    def live(self) -> dict[str, tuple[int, int]]:
        """Name -> models and deployments that are live."""
        with self.lab() as lab:
            found: dict[str, tuple[int, int]] = {}
            for position, resources in enumerate((lab.models(), lab.deployments())):
                for live in resources:
                    counts = list(found.get(live.tags["manifact-name"], (0, 0)))
                    counts[position] += 1
                    found[live.tags["manifact-name"]] = (counts[0], counts[1])
        return found

    def edit_deployment(self, name: str, **details: Any) -> None:
        """Change a deployment outside Manifact."""
        with self.lab() as lab:
            lab.wait()
            (live,) = [item for item in lab.deployments() if item.tags["manifact-name"] == name]
            lab.connection.data_science.update_model_deployment(live.id, details)
            lab.wait()

    def act_on_deployment(self, name: str, operation: str) -> None:
        """`deactivate` or `delete` a deployment by hand."""
        with self.lab() as lab:
            lab.wait()
            (live,) = [item for item in lab.deployments() if item.tags["manifact-name"] == name]
            getattr(lab.connection.data_science, f"{operation}_model_deployment")(live.id)
            lab.wait()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A project without manifests. Each of its targets is the embedded OCI of its folder, and runs no processes."""
    made = Repository(tmp_path / "cellar")

    def quick(name: str, _target: Target, *, root: Path, project: str, access: Any = None) -> Connection:
        known = replace(access or QUICK, retry_policy=QUICK.retry_policy, run_processes=False)
        opened = connecting._local(name, root, project, known)
        for patch in made.patches:
            patch(opened)
        return opened

    monkeypatch.setattr(connecting, "connect", quick)
    return made
