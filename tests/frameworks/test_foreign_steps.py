"""Pipelines that end in another library's estimator, and estimators that answer for no new rows."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
import sklearn
import xgboost
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.manifold import TSNE
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from compiler.frameworks import inspect_model
from testing.command import Manifact
from testing.paths import OLD_MODELS

FILES = OLD_MODELS / "pipelines"
X = pd.DataFrame(np.random.default_rng(0).random((60, 2)), columns=["a", "b"])
CODES = np.arange(60) % 3
NAMES = np.array(["no", "yes", "maybe"])[CODES]
METHODS = ("predict", "predict_proba", "transform", "decision_function")


def trees() -> Any:
    return lightgbm.LGBMClassifier(n_estimators=1, num_leaves=2, verbose=-1)


def _made() -> dict[str, Any]:
    boosted = xgboost.XGBClassifier(n_estimators=1)
    grid = {"lgbmclassifier__n_estimators": [1, 2]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "xgboost last": make_pipeline(StandardScaler(), boosted).fit(X, CODES),
            "lightgbm last": make_pipeline(StandardScaler(), trees()).fit(X, NAMES),
            "searched": GridSearchCV(make_pipeline(StandardScaler(), trees()), grid, cv=2).fit(X, NAMES),
            "one against the rest": OneVsRestClassifier(trees()).fit(X, NAMES),
            "no classifier": make_pipeline(StandardScaler(), lightgbm.LGBMRegressor(verbose=-1)).fit(X, CODES),
        }


MADE = _made()


@pytest.mark.parametrize("name", MADE)
def test_facts_are_what_the_pipeline_says(name: str, tmp_path: Path) -> None:
    model = MADE[name]
    joblib.dump(model, tmp_path / "m")
    facts = inspect_model(tmp_path / "m")
    classes = getattr(model, "classes_", None)
    assert facts.classes == (None if classes is None else tuple(classes.tolist()))
    assert facts.methods == {method for method in METHODS if hasattr(model, method)}
    assert (facts.version, facts.unknown) == (sklearn.__version__, ())
    assert facts.versions == ({"xgboost": xgboost.__version__} if "xgboost" in name else {})


@pytest.mark.parametrize(
    ("name", "methods", "unknown"),
    [
        ("balanced", {"predict", "predict_proba", "decision_function"}, ()),
        ("balanced-trees", {"predict", "predict_proba", "decision_function"}, ()),
        ("scaled-catboost", {"predict", "predict_proba"}, ("catboost.core.CatBoostClassifier",)),
    ],
)
def test_so_are_those_of_libraries_that_are_not_installed(
    name: str, methods: set[str], unknown: tuple[str, ...]
) -> None:
    facts = inspect_model(FILES / f"{name}.joblib")
    assert (facts.framework, facts.version, facts.algorithm) == ("scikit-learn", "1.9.1", "Pipeline")
    assert (facts.classes, facts.methods, facts.unknown) == (("maybe", "no", "yes"), methods, unknown)
    assert facts.versions == ({"catboost": "1.2.10"} if unknown else {})


LABELLERS = {
    "DBSCAN": DBSCAN(),
    "HDBSCAN": HDBSCAN(copy=True),
    "AgglomerativeClustering": AgglomerativeClustering(),
    "TSNE": TSNE(perplexity=3, max_iter=250),
    "Pipeline": make_pipeline(StandardScaler(), DBSCAN()),
}


def project(folder: Path, allow: str = "", framework: str = "", hooks: bool = False) -> None:
    X.to_csv(folder / "in.csv", index=False)
    lines = ["apiVersion: manifact/v1", "kind: Model", "metadata: {name: groups}", "spec:", "  model:"]
    lines += [
        "    path: m.joblib",
        f"    allow: [{allow}]" if allow else "",
        framework and f"    framework: {framework}",
    ]
    lines += ["  samples: {input: in.csv}", "  score: {hooks: hooks.py}" if hooks else ""]
    (folder / "model.yaml").write_text("\n".join(filter(None, lines)) + "\n")


@pytest.mark.parametrize("name", LABELLERS)
def test_what_answers_for_no_new_rows_is_told_at_compile(name: str, tmp_path: Path, manifact: Manifact) -> None:
    joblib.dump(LABELLERS[name].fit(X), tmp_path / "m.joblib")
    assert inspect_model(tmp_path / "m.joblib").methods == frozenset()
    project(tmp_path)
    result = manifact("compile", tmp_path)
    assert (result.code, "MF229" in result.err, f"{name} has no method" in result.err) == (1, True, True)
    assert "spec.score.hooks" in result.err


@pytest.mark.parametrize("name", ["hdbscan", "scaled-hdbscan"])
def test_so_is_that_of_a_library(name: str, tmp_path: Path, manifact: Manifact) -> None:
    (tmp_path / "m.joblib").write_bytes((FILES / f"{name}.joblib").read_bytes())
    project(tmp_path, allow="hdbscan.hdbscan_.HDBSCAN")
    result = manifact("compile", tmp_path)
    assert (result.code, "MF229" in result.err) == (1, True)


@pytest.mark.parametrize("name", ["DBSCAN", "Pipeline"])
def test_the_advice_works(name: str, tmp_path: Path, manifact: Manifact) -> None:
    joblib.dump(LABELLERS[name].fit(X), tmp_path / "m.joblib")
    project(tmp_path, framework="other", hooks=True)
    (tmp_path / "hooks.py").write_text(
        "def predict(model, data):\n    return [int(row[0] > 0.5) for row in data.values]\n"
    )
    assert manifact("compile", tmp_path).code == 0
    verified = manifact("verify", tmp_path)
    assert verified.code == 0, verified.err


def test_what_predicts_is_left_alone(tmp_path: Path, manifact: Manifact) -> None:
    joblib.dump(KMeans(2, n_init=1).fit(X), tmp_path / "m.joblib")
    project(tmp_path)
    assert manifact("compile", tmp_path).code == 0
