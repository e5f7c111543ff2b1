"""Pickled XGBoost and LightGBM models: parameters from the object, the rest from the booster inside."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pytest
import xgboost

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from testing.paths import OLD_MODELS

_RANDOM = np.random.RandomState(0)
X = _RANDOM.rand(60, 3)
Y = np.arange(60) % 3
_QUIET = {"n_estimators": 3, "verbose": -1}


def _models() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = {
            "XGBClassifier": xgboost.XGBClassifier(n_estimators=3, max_depth=2).fit(X, Y),
            "XGBRegressor": xgboost.XGBRegressor(n_estimators=3).fit(X, X[:, 0]),
            "XGBRanker": xgboost.XGBRanker(n_estimators=3).fit(X, Y, group=[60]),
            "LGBMClassifier": lightgbm.LGBMClassifier(**_QUIET).fit(X, np.array(["a", "b", "c"])[Y]),
            "LGBMRegressor": lightgbm.LGBMRegressor(**_QUIET).fit(X, X[:, 0]),
        }
        models["xgboost Booster"] = models["XGBClassifier"].get_booster()
        models["lightgbm Booster"] = models["LGBMClassifier"].booster_
    return models


MODELS = _models()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", MODELS)
def test_facts_equal_what_the_library_says(name: str, protocol: int, tmp_path: Path) -> None:
    model = MODELS[name]
    (tmp_path / "m").write_bytes(pickle.dumps(model, protocol))
    facts = inspect_model(tmp_path / "m")
    package = type(model).__module__.split(".", 1)[0]
    assert (facts.framework, facts.algorithm, facts.unknown) == (package, name.rsplit(maxsplit=1)[-1], ())
    assert facts.feature_count == 3
    if package == "xgboost":
        assert facts.version == xgboost.__version__
    if facts.algorithm != "Booster":
        assert facts.methods == {m for m in ("predict", "predict_proba", "decision_function") if hasattr(model, m)}
        assert {k: repr(v) for k, v in (facts.hyperparameters or {}).items()} == {
            k: repr(v) for k, v in model.get_params().items()
        }
        assert "scikit-learn" in facts.requires
    if name.endswith("Classifier"):
        assert facts.classes == tuple(model.classes_.tolist())


def test_joblib_and_compression(tmp_path: Path) -> None:
    joblib.dump(MODELS["XGBClassifier"], tmp_path / "m", compress=3)
    facts = inspect_model(tmp_path / "m")
    assert (facts.framework, facts.format, facts.version) == ("xgboost", "joblib", xgboost.__version__)


def test_a_pipeline_that_ends_in_a_booster(tmp_path: Path) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    joblib.dump(make_pipeline(StandardScaler(), MODELS["XGBClassifier"]), tmp_path / "m")
    facts = inspect_model(tmp_path / "m")
    assert facts.framework == "scikit-learn"
    assert facts.methods == {"predict", "predict_proba"}
    assert set(facts.requires) == {"joblib", "numpy", "scikit-learn", "xgboost"}
    assert facts.hyperparameters is not None
    assert facts.hyperparameters["xgbclassifier__max_depth"] == 2


def test_a_broken_booster_inside_a_good_pickle(tmp_path: Path) -> None:
    data = pickle.dumps(MODELS["xgboost Booster"], 5)
    assert b"learner_model_param" in data
    (tmp_path / "m").write_bytes(data.replace(b"learner_model_param", b"learner_model_parax"))
    with pytest.raises(CompilerError) as error:
        inspect_model(tmp_path / "m")
    assert "MF203" in str(error.value)
    assert "the booster inside the pickle" in str(error.value)


PICKLES = sorted(path for path in OLD_MODELS.rglob("*") if path.suffix in (".pkl", ".joblib"))


@pytest.mark.parametrize("path", PICKLES, ids=lambda path: path.name)
def test_no_honest_pickle_of_any_release_is_denied(path: Path) -> None:
    """What one release computes in a property, another kept as plain data in an attribute of that name."""
    assert inspect_model(path).algorithm


@pytest.mark.parametrize("value", [len, print], ids=repr)
@pytest.mark.parametrize("name", ["best_iteration", "feature_names", "predict"])
def test_what_hides_a_method_holds_data_or_is_denied(name: str, value: object, tmp_path: Path) -> None:
    """As plain data an attribute of an older release is known; a function there, or data over a method, is denied."""
    booster = MODELS["XGBClassifier"].get_booster().copy()
    booster.__dict__[name] = value if name != "predict" else 3
    (tmp_path / "m").write_bytes(pickle.dumps(booster))
    with pytest.raises(CompilerError, match="MF204"):
        inspect_model(tmp_path / "m")
    booster.__dict__[name] = 3
    (tmp_path / "m").write_bytes(pickle.dumps(booster))
    if name != "predict":
        assert inspect_model(tmp_path / "m").algorithm == "Booster"
