"""Every field that decides the artifact's bytes: changed, it makes a version, and the deployment moves; put back, the
former version serves again. Real compiles, a store without processes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from compiler.cloud.objectstorage.zip_body import zip_body_of
from compiler.cloud.observe import observe
from compiler.compilation.compile import compile_manifest
from compiler.lock import LOCK_FILE, Lock, LockedPack, render_lock
from compiler.planning.plan.planner import Options, plan
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment
from compiler.spec.v1 import Spec
from testing.fields import differing, leaves
from testing.lab import Lab
from testing.paths import MANIFESTS, TESTS

PACK = {"path": "oci://conda-packs@cellar/published/wine/1.0/wine_p311_cpu_v1", "python": "3.11"}
OTHER_PACK = {
    "path": "oci://conda-packs@cellar/published/wine/2.0/wine_p312_cpu_v2",
    "python": "3.12",
    "slug": "wine_v2",
}
FILE = {**PACK, "file": "environment.yaml"}
OWN_SCORE = """
import joblib, os


def load_model(model_file_name="model.joblib"):
    return joblib.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), model_file_name))


def predict(data, model=load_model()):
    return {"prediction": model.predict(data).tolist()}
"""


@dataclass(frozen=True)
class Row:
    """One field of `spec`: two values of it, and whether the second makes other bytes."""

    field: str
    first: Any
    second: Any
    moves: bool = True
    base: dict[str, Any] = field(default_factory=dict)
    example: str = "sklearn-wine"

    def __str__(self) -> str:
        return self.field

    def settings(self, value: Any) -> dict[str, Any]:
        """The fields that the row sets in `spec`."""
        return self.set_in({}, value)

    def set_in(self, spec: dict[str, Any], value: Any) -> dict[str, Any]:
        """`spec` with what the row says; None takes a field away."""
        for path, inner in (*self.base.items(), (self.field, value)):
            *way, last = path.split(".")
            node = spec
            for key in way:
                node = node.setdefault(key, {})
            node[last] = deepcopy(inner)
            if inner is None:
                del node[last]
        return spec


def column(**more: Any) -> dict[str, Any]:
    return {"alcohol": more}


def answer(**more: Any) -> dict[str, Any]:
    return {"cultivar": more}


ROWS = [
    Row("model.path", "model.joblib", "renamed.joblib"),
    Row("model.framework", None, "scikit-learn", moves=False),  # it only says what the file says
    Row("model.architecture.file", "net.py", "other_net.py", example="pytorch-digits"),
    Row("model.architecture.class", "Net", "Other", example="pytorch-digits"),
    Row("model.architecture.arguments", {"hidden": 24}, {"hidden": 24, "unused": 1}, example="pytorch-digits"),
    Row("environment.inference", PACK, OTHER_PACK),
    Row("environment.inference", PACK, "locked_v1"),
    Row("environment.training", None, OTHER_PACK),
    Row("environment.training", PACK, OTHER_PACK),
    Row("environment.training", OTHER_PACK, "locked_v1"),
    Row("environment.inference.file", None, "environment.yaml", moves=False, base={"environment.inference": PACK}),
    Row("environment.training.file", None, "environment.yaml", moves=False, base={"environment.training": PACK}),
    Row("useCase", "multinomial_classification", "other", moves=False),  # said in the catalog only
    Row("samples.input", "samples/input.csv", "samples/fewer.csv", base={"samples.output": None}),
    Row("samples.output", "samples/output.csv", "samples/renamed.csv"),
    Row("samples.labels", None, "samples/labels.csv", moves=False),  # there is an output
    Row("samples.labels", None, "samples/labels.csv", base={"samples.output": None}),
    Row("samples.golden", 20, 5, moves=False),  # the endpoint's test
    Row("samples.tolerance", 1e-6, 1e-3, moves=False),
    Row("columns.input", column(description="a"), column(description="b")),
    Row("columns.input", column(dtype="float64"), column(dtype="float32")),
    Row("columns.input", column(featureType="Continuous"), column(featureType="Object")),
    Row("columns.input", column(required=True), column(required=False)),
    Row("columns.input", column(private=False), column(private=True)),
    Row("columns.input", column(constraints=["$x > 0"]), column(constraints=["$x > 1"])),
    Row("columns.output", answer(description="a"), answer(description="b")),
    Row("columns.output", answer(dtype="object"), answer(dtype="category")),
    Row("columns.output", answer(featureType="String"), answer(featureType="Category")),
    Row("columns.output", answer(required=True), answer(required=False)),
    Row("columns.output", answer(private=False), answer(private=True)),
    Row("columns.output", answer(constraints=["len($x) > 0"]), answer(constraints=["len($x) > 1"])),
    Row("score.method", "predict", "predict_proba", base={"samples.output": None}),
    Row("score.hooks", None, "hooks.py"),
    Row("score.file", None, "own/score.py"),
    Row("include", None, ["vocabulary.txt"]),
]
ELSEWHERE = {
    "model.uri": "cli/commands/test_fetch.py",
    "model.sha256": "cli/commands/test_fetch.py",
    "model.allow": "frameworks/test_generic_facts.py",
    "artifact.path": "compilation/prebuilt/test_prebuilt.py",
    "artifact.uri": "compilation/prebuilt/test_prebuilt.py",
    "artifact.sha256": "compilation/prebuilt/test_prebuilt.py",
    "artifact.contract": "compilation/prebuilt/test_prebuilt.py",
    "artifact.allow": "compilation/test_judged_files.py",
    "model.weights": "emit/test_torch_weights.py",
    "columns.input.*.categories": "emit/test_score_categories.py",
    "columns.output.*.categories": "emit/test_score_categories.py",
    "modelId": "engine/change/test_models_by_id.py",
}
"""Fields that need more than a table: each has its own test."""


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Row], Path]:
    """Make the folder of an example with every file that a row names."""

    def make(row: Row) -> Path:
        folder = tmp_path / "project"
        shutil.copytree(MANIFESTS / row.example, folder)
        (folder / ".git").mkdir()
        pack = LockedPack("oci://service@ns/service_pack/locked_v1", "3.11")
        (folder / LOCK_FILE).write_text(render_lock(Lock({"locked_v1": pack})))
        (folder / "environment.yaml").write_text("dependencies: [python=3.11, {pip: [scikit-learn==1.9.1]}]\n")
        (folder / "vocabulary.txt").write_text("red\nwhite\n")
        (folder / "hooks.py").write_text("def pre_inference(data):\n    return data\n")
        (folder / "own").mkdir()
        (folder / "own" / "score.py").write_text(OWN_SCORE)
        for copy, original in (("renamed.joblib", "model.joblib"), ("other_net.py", "net.py")):
            if (folder / original).exists():
                shutil.copy(folder / original, folder / copy)
        if row.example == "sklearn-wine":
            samples(folder / "samples")
        return folder

    return make


def samples(folder: Path) -> None:
    lines = (folder / "input.csv").read_text().splitlines(keepends=True)
    (folder / "fewer.csv").write_text("".join(lines[:30]))
    text = (folder / "output.csv").read_text()
    (folder / "renamed.csv").write_text(text.replace("cultivar", "kind", 1))
    (folder / "labels.csv").write_text(text)


def write(folder: Path, row: Row, value: Any) -> None:
    yaml = YAML(typ="safe")
    document = yaml.load((folder / "model.yaml").read_text())
    row.set_in(document["spec"], value)
    with (folder / "model.yaml").open("w") as file:
        yaml.dump(document, file)


def settle(lab: Lab, folder: Path) -> str:
    """Compile and apply; then nothing is left to do. Returns the artifact's digest."""
    build = compile_manifest(folder / "model.yaml")
    desired = [build.desired]

    def planned(*, deep: bool) -> Any:
        return plan(desired, observe(lab.connection, desired, Options(deep=deep)), lab.connection.place)

    archives = {f"sha256:{build.record.digest}": zip_body_of(build.artifact, build.record)}
    outcome = lab.carry_out_with(planned(deep=False), archives)
    assert outcome.complete, outcome.diagnostics
    for deep in (False, True):
        assert planned(deep=deep).pending == ()
    digest: str = build.record.digest
    return digest


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_field_of_the_artifact(row: Row, lab: Lab, project: Any) -> None:
    folder = project(row)
    write(folder, row, row.first)
    first = settle(lab, folder)
    (deployment,) = lab.deployments()
    write(folder, row, row.second)
    second = settle(lab, folder)
    assert (first != second) is row.moves
    assert [live.id for live in lab.deployments()] == [deployment.id]
    assert served(lab) == f"sha256:{second}"
    write(folder, row, row.first)
    assert settle(lab, folder) == first
    assert served(lab) == f"sha256:{first}"
    assert len(lab.models()) == 1 + row.moves  # the former version was found again


def served(lab: Lab) -> str:
    (live,) = lab.deployments()
    details = live.body["modelDeploymentConfigurationDetails"]["modelConfigurationDetails"]
    (model,) = [model for model in lab.models() if model.id == details["modelId"]]
    digest: str = model.tags["manifact-artifact"]
    return digest


def test_the_table_changes_every_field() -> None:
    others = {
        f"{name}.{path}" for name, spec in (("catalog", Catalog), ("deployment", Deployment)) for path in leaves(spec)
    }
    known = leaves(Spec) - others
    changed = {path for row in ROWS for path in differing(row.settings(row.first), row.settings(row.second), known)}
    assert known - changed == set(ELSEWHERE)


@pytest.mark.parametrize(("field", "file"), ELSEWHERE.items())
def test_what_is_tested_elsewhere_is(field: str, file: str) -> None:
    assert field.rpartition(".")[2] in (TESTS / file).read_text(encoding="utf-8")
