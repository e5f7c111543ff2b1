"""Facts of composed scikit-learn models equal what the loaded estimator says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor, StackingClassifier, VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.frameworks.estimators import entry
from testing.paths import GOLDENS

_RANDOM = np.random.RandomState(0)
FRAME = pd.DataFrame({"age": _RANDOM.rand(60), "income": _RANDOM.rand(60), "city": ["a", "b", "c"] * 20})
NUMBERS = FRAME[["age", "income"]]
LABELS = np.array(["no", "yes"] * 30)
TWO = NUMBERS.to_numpy()
METHODS = ("predict", "predict_proba", "transform", "decision_function")


def _mixed() -> ColumnTransformer:
    numeric = Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())])
    return make_column_transformer((numeric, ["age", "income"]), (OneHotEncoder(handle_unknown="ignore"), ["city"]))


def _models() -> dict[str, Any]:
    forest = RandomForestClassifier(3, random_state=0)
    search = GridSearchCV(make_pipeline(_mixed(), forest), {"randomforestclassifier__max_depth": [1, 2]}, cv=2)
    votes = [("a", LogisticRegression()), ("b", KNeighborsClassifier())]
    union = FeatureUnion([("scale", StandardScaler()), ("best", SelectKBest(f_classif, k=1))])
    return {
        "mixed columns": make_pipeline(_mixed(), forest).fit(FRAME, LABELS),
        "grid search": search.fit(FRAME, LABELS),
        "random search": RandomizedSearchCV(LogisticRegression(), {"C": [1, 2]}, n_iter=2, cv=2).fit(NUMBERS, LABELS),
        "support vectors": make_pipeline(MinMaxScaler(), SVC()).fit(NUMBERS, LABELS),
        "hinge loss": SGDClassifier().fit(NUMBERS, LABELS),
        "logistic loss": SGDClassifier(loss="log_loss").fit(NUMBERS, LABELS),
        "hard votes": VotingClassifier(votes).fit(NUMBERS, LABELS),
        "soft votes": VotingClassifier(votes, voting="soft").fit(NUMBERS, LABELS),
        "stacking": StackingClassifier(votes, cv=2).fit(NUMBERS, LABELS),
        "one against rest": OneVsRestClassifier(LogisticRegression()).fit(NUMBERS, FRAME["city"]),
        "calibrated": CalibratedClassifierCV(LogisticRegression(), cv=2).fit(NUMBERS, LABELS),
        "several targets": RandomForestRegressor(2).fit(NUMBERS, TWO),
        "several linear targets": LinearRegression().fit(NUMBERS, TWO),
        "a regressor a target": MultiOutputRegressor(LinearRegression()).fit(NUMBERS, TWO),
        "transformed target": TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1).fit(
            NUMBERS, NUMBERS["age"]
        ),
        "union": make_pipeline(union, LogisticRegression()).fit(NUMBERS, LABELS),
        "transformer at the end": make_pipeline(StandardScaler(), SelectKBest(k=1)).fit(NUMBERS, LABELS),
        "passthrough": Pipeline([("skip", "passthrough"), ("model", LogisticRegression())]).fit(NUMBERS, LABELS),
        "text": make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(["one two", "two three"], ["a", "b"]),
        "novelty": LocalOutlierFactor(novelty=True).fit(NUMBERS),
        "outliers": LocalOutlierFactor().fit(NUMBERS),
    }


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    MODELS = _models()


@pytest.mark.parametrize("name", MODELS)
def test_facts_equal_the_estimators_own(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    joblib.dump(model, tmp_path / "m")
    facts = inspect_model(tmp_path / "m")
    assert (facts.algorithm, facts.unknown) == (type(model).__name__, ())
    assert facts.methods == {method for method in METHODS if hasattr(model, method)}
    assert facts.feature_count == getattr(model, "n_features_in_", None)
    names = getattr(model, "feature_names_in_", None)
    assert facts.feature_names == (None if names is None else tuple(names))
    classes = getattr(model, "classes_", None)
    assert facts.classes == (None if classes is None else tuple(classes.tolist()))
    assert set(facts.hyperparameters or {}) == set(model.get_params())
    expected = 2 if "target" in name and name != "transformed target" else None
    assert facts.outputs_per_row == expected


@pytest.mark.parametrize("golden", ["sklearn-logreg-iris", "sklearn-pipeline-mixed"])
def test_facts_equal_what_ads_records(golden: str) -> None:
    facts = inspect_model(GOLDENS / golden / "artifact" / "model.joblib")
    metadata = json.loads((GOLDENS / golden / "metadata.json").read_text("utf-8"))
    recorded = {item["key"]: item["value"] for item in metadata["taxonomy"]}
    assert (facts.framework, facts.version, facts.algorithm) == (
        recorded["Framework"],
        recorded["FrameworkVersion"],
        recorded["Algorithm"],
    )
    parameters = facts.hyperparameters or {}
    assert set(parameters) == set(recorded["Hyperparameters"])
    for key, value in parameters.items():
        if value is None or isinstance(value, bool | int | float):
            assert str(value) == recorded["Hyperparameters"][key]


def test_no_framework_is_needed(tmp_path: Path) -> None:
    """In a process where neither numpy nor any framework can be imported."""
    joblib.dump(MODELS["grid search"], tmp_path / "m", compress=3)
    code = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {'numpy', 'pandas', 'scipy', 'sklearn', 'joblib', 'torch', 'xgboost', 'skops'}:
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
from pathlib import Path
from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
facts = inspect_model(Path(sys.argv[1]))
print(facts.algorithm, facts.classes, facts.feature_names)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "m")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "GridSearchCV ('no', 'yes') ('age', 'income', 'city')\n"


def test_files_of_joblib_before_0_10(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"ZF" + b"0x15                 " + b"x\x9c")
    with pytest.raises(CompilerError, match=r"joblib saved before 0\.10"):
        inspect_model(tmp_path / "m")


@pytest.mark.parametrize("release", ["1.1.0", "1.1.1", "1.1.3", "1.1.dev0"])
def test_parameters_are_those_of_the_minor_release(release: str) -> None:
    """The tables have one patch of each minor release, and pickles come from any."""
    found = entry("sklearn", "OneHotEncoder", release)
    assert found is not None
    assert {"min_frequency", "max_categories", "sparse"} <= set(found.parameters)
    assert "sparse_output" not in found.parameters


@pytest.mark.parametrize(("release", "there"), [("1.2.2", True), ("1.2.0", True), ("1.1.99", False), ("1.0", False)])
def test_so_are_those_that_came_later(release: str, there: bool) -> None:
    found = entry("sklearn", "OneHotEncoder", release)
    assert found is not None
    assert ("sparse_output" in found.parameters) is there
