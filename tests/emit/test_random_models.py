"""The law: a deployed model answers single rows, batches and permutations as the library does, row by row.

    MANIFACT_RANDOM_MODELS=200 pytest tests/emit/test_random_models.py

asks 200 models instead of a few; MANIFACT_RANDOM_SEED is the first seed, MANIFACT_RANDOM_DEPLOYED the number that is
deployed. A seed gives its model again.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import Any

import numpy as np
import pytest

from compiler.serving.scoring import Score
from testing.random_models import framework_of, random_model
from testing.random_models.model import RandomModel

COUNT = int(os.environ.get("MANIFACT_RANDOM_MODELS", "16"))
FIRST = int(os.environ.get("MANIFACT_RANDOM_SEED", "20261128"))
DEPLOYED = int(os.environ.get("MANIFACT_RANDOM_DEPLOYED", "8"))
"""As many of them are deployed on the embedded OCI and asked over HTTP; the others are asked as its workers ask."""


def write(model: RandomModel, folder) -> None:
    if model.sample == "in.json":
        (folder / "in.json").write_text(json.dumps(model.inputs))
    (folder / "out.json").write_text(json.dumps(model.answers))
    samples = {"input": model.sample, "output": "out.json", "tolerance": model.tolerance}
    spec = {**model.spec, "model": {"path": model.path, **model.spec.get("model", {})}, "samples": samples}
    document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "tested"}, "spec": spec}
    (folder / "model.yaml").write_text(json.dumps({**document, "spec": {**spec, "deployment": {}}}))


def orders(random, count: int, batch: int) -> list[list[int]]:
    """All rows, each block alone, all in another order, and random blocks of any size."""
    blocks = [list(range(start, start + batch)) for start in range(0, count, batch)]
    sizes = random.integers(1, len(blocks) + 1, 3)
    drawn = [[row for block in random.choice(len(blocks), size) for row in blocks[block]] for size in sizes]
    shuffled = [row for block in random.permutation(len(blocks)) for row in blocks[block]]
    return [list(range(count)), *blocks, shuffled, *drawn]


def payload(random, rows: list[Any]) -> Any:
    """The rows in one of the forms that callers send."""
    if not isinstance(rows[0], dict):
        return rows if random.random() < 0.5 else {"data": rows}
    form = random.choice(["records", "columns", "data"])
    if form == "columns":
        return {name: [row[name] for row in rows] for name in rows[0]}
    return rows if form == "records" else {"data": rows}


def differs(got: Any, wanted: Any, tolerance: float) -> str | None:
    if isinstance(wanted, dict) and isinstance(got, dict):
        keys = {*got, *wanted} if got.keys() != wanted.keys() else wanted
        found = (differs(got.get(key), wanted.get(key), tolerance) for key in keys)
        return next((told for told in found if told), None)
    if isinstance(wanted, list) and isinstance(got, list) and len(got) == len(wanted):
        return next((told for told in map(differs, got, wanted, [tolerance] * len(got)) if told), None)
    if isinstance(wanted, list) and len(wanted) == 1 and not isinstance(got, list):
        return differs(got, wanted[0], tolerance)
    if isinstance(got, list) and len(got) == 1 and not isinstance(wanted, list):
        return differs(got[0], wanted, tolerance)
    if isinstance(wanted, float) and isinstance(got, int | float):
        return None if abs(got - wanted) <= tolerance * max(1.0, abs(wanted)) else f"{got} instead of {wanted}"
    return None if got == wanted and type(got) is type(wanted) else f"{got!r} instead of {wanted!r}"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_it_answers_as_the_library_does(seed, tmp_path, manifact, monkeypatch):
    framework = framework_of(seed)
    if framework == "pyspark" and shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    model = random_model(seed, tmp_path)
    said = f"seed {seed}, {framework}: {model.about}"
    print(said)  # noqa: T201 -- shown with a failure
    write(model, tmp_path)
    built = manifact("compile", "model.yaml")
    assert built.code == 0, f"{said}\n{built.err}"
    score = Score(tmp_path / "build" / "tested" / "artifact")
    random = np.random.default_rng(seed)
    for order in orders(random, len(model.inputs), model.batch):
        body = json.dumps(payload(random, [model.inputs[row] for row in order])).encode()
        answer = score.answer(body, "application/json")
        assert answer.status == 200, f"{said}\nrows {order}: {answer.body.decode()}"
        got, wanted = json.loads(answer.body)["prediction"], [model.answers[row] for row in order]
        told = differs(got, wanted, model.tolerance) if len(got) == len(wanted) else f"{len(got)} answers"
        assert told is None, f"{said}\nrows {order}: {told}"
    if seed < FIRST + DEPLOYED:
        applied = manifact("apply", "model.yaml", "--yes", "--verify", "always")
        try:
            assert applied.code == 0, f"{said}\n{applied.out}{applied.err}"
            assert "MF723" not in applied.err
        finally:
            manifact("destroy", "model.yaml", "--yes")
            manifact("local", "stop")
