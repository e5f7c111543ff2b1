"""The generated score.py of CatBoost models, and one deployed: what the library itself answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from compiler.emit.metadata import taxonomy
from compiler.frameworks import inspect_model
from compiler.ir import Score
from testing.command import Manifact
from testing.paths import OLD_MODELS

FILES = OLD_MODELS / "catboost"
HOMES = pd.DataFrame({"rooms": [1, 3, 5, 2], "area": [60.5, 81.0, 99.9, 70.0], "city": ["Cork", "Åre", "Oslo", "Graz"]})
REASON = "CatBoost is not installed: pip install catboost"


def model_of(bench, name, sample, **options):
    sample.to_csv(bench.root / "sample.csv", index=False)
    return bench.model(FILES / name, inspect_model(FILES / name), bench.root / "sample.csv", **options)


def native(name, sample, method="predict"):
    catboost = pytest.importorskip("catboost", reason=REASON)
    facts = inspect_model(FILES / name)
    model = getattr(catboost, facts.algorithm)().load_model(FILES / name, format=name.rpartition(".")[2])
    found = np.asarray(getattr(model, method)(sample))
    return found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("*.[cj][bs]*")))
def test_every_kind_answers_as_the_library_does(bench, name):
    facts = inspect_model(FILES / name)
    sample = HOMES[["rooms", "area", "city"][: facts.feature_count]]
    want = native(name, sample if facts.feature_names else sample.to_numpy()).tolist()
    shuffled = [{column: row[column] for column in sorted(row)} for row in sample.to_dict("records")]
    answers = bench.predictions(model_of(bench, name, sample), [sample.to_dict("list"), shuffled])
    assert answers == [want, want]


def test_columns_in_another_order_reach_the_model_by_name(bench):
    want = native("classifier.cbm", HOMES).tolist()
    model = model_of(bench, "classifier.cbm", HOMES[["city", "area", "rooms"]])
    assert bench.predictions(model, [HOMES.to_dict("list")]) == [want]


def test_probabilities(bench):
    want = native("classifier.json", HOMES, "predict_proba")
    model = model_of(bench, "classifier.json", HOMES, score=Score(method="predict_proba"))
    np.testing.assert_allclose(bench.predictions(model, [HOMES.to_dict("records")])[0], want)


def test_the_catalog_gets_a_word_that_ads_knows(bench):
    model = model_of(bench, "truth.cbm", HOMES[["rooms", "area"]])
    values = {item["key"]: item["value"] for item in taxonomy(model, {})}
    assert (values["Framework"], values["FrameworkVersion"]) == ("other", "1.2.10")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["classifier.cbm", "leafwise.json"])
def test_a_model_lives_from_its_file_to_answers(name: str, tmp_path: Path, monkeypatch, manifact: Manifact) -> None:
    want = native(name, HOMES).tolist()
    shutil.copy(FILES / name, tmp_path / "homes.bin")
    HOMES.to_csv(tmp_path / "homes.csv", index=False)
    monkeypatch.chdir(tmp_path)
    assert manifact("init", "homes.bin", "--input", "homes.csv", "--name", "homes").code == 0
    assert manifact("verify", "--record").code == 0
    try:
        applied = manifact("apply", "--yes")
        assert applied.code == 0, applied.err
        asked = manifact("predict", "homes", "--data", "homes.csv")
        assert json.loads(asked.out)["prediction"] == want
    finally:
        manifact("local", "stop")
