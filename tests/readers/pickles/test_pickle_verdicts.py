"""The three verdicts: known code passes, unknown code is named, denied code is refused whatever anybody allows."""

from __future__ import annotations

import os
import pickle
import warnings
from pathlib import Path
from typing import Any

import cloudpickle
import joblib
import numpy as np
import pytest
from hostile_corpus import corpus
from hostile_parts import P2, P3, call, name, text
from picklescan.scanner import SafetyLevel, scan_file_path
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.readers.pickles import read_pickle
from compiler.readers.pickles.names import Globals


class Doubler(TransformerMixin, BaseEstimator):
    """A transformer of the user's own."""

    def fit(self, x: Any, y: Any = None) -> Doubler:  # noqa: ARG002 - the signature that scikit-learn calls
        return self

    def transform(self, x: Any) -> Any:
        return np.asarray(x) * 2


def _refused(path: Path, content: bytes, **options: Any) -> str:
    path.write_bytes(content)
    with pytest.raises(CompilerError) as error:
        inspect_model(path, **options)
    return str(error.value)


def test_code_by_reference_is_unknown_until_it_is_named(tmp_path: Path) -> None:
    model = make_pipeline(Doubler(), LinearRegression()).fit([[1.0], [2.0]], [1, 2])
    joblib.dump(model, tmp_path / "m")
    mine = f"{Doubler.__module__}.Doubler"
    facts = inspect_model(tmp_path / "m")
    assert (facts.framework, facts.algorithm, facts.unknown) == ("scikit-learn", "Pipeline", (mine,))
    assert inspect_model(tmp_path / "m", allow=frozenset({mine})).unknown == ()
    assert inspect_model(tmp_path / "m", allow=frozenset({"other.Doubler"})).unknown == (mine,)


def test_code_by_value_is_unknown_and_not_denied(tmp_path: Path) -> None:
    local = type("Local", (Doubler,), {"transform": lambda _, x: np.asarray(x) + 1, "__module__": "__main__"})
    model = make_pipeline(local(), FunctionTransformer(lambda x: x), LinearRegression()).fit([[1.0], [2.0]], [1, 2])
    (tmp_path / "m").write_bytes(cloudpickle.dumps(model))
    facts = inspect_model(tmp_path / "m")
    assert facts.algorithm == "Pipeline"
    assert "cloudpickle.cloudpickle._make_function" in facts.unknown
    assert "cloudpickle.cloudpickle._make_skeleton_class" in facts.unknown
    assert "cloudpickle" in facts.requires


def test_what_is_denied_cannot_be_allowed(tmp_path: Path) -> None:
    content = P3 + call("os", "system", text("true")) + b"."
    assert "MF204" in _refused(tmp_path / "m", content, allow=frozenset({"os.system"}))
    assert "MF204" in _refused(tmp_path / "m", content, framework="other")


def test_pickles_that_hold_no_model_say_what_they_hold(tmp_path: Path) -> None:
    for value, words in (
        ({"model": 1, "scaler": 2}, "a dict (model, scaler)"),
        ([1, 2], "a list"),
        (np.arange(3), "an array"),
        ("text", "a str"),
    ):
        (tmp_path / "m").write_bytes(pickle.dumps(value))
        unserved = inspect_model(tmp_path / "m").unserved
        assert unserved is not None
        assert words in unserved.what


def test_keras_models_in_pickles_get_the_way_out(tmp_path: Path) -> None:
    """Keras 3 pickles itself through getattr, Keras 2 through a function of its own."""
    by_getattr = P3 + call("builtins", "getattr", name("keras.src.models.sequential", "Sequential") + text("x")) + b"."
    assert "model.save('m.keras')" in _refused(tmp_path / "m", by_getattr)
    by_function = P3 + call("keras.src.saving.pickle_utils", "deserialize_model_from_bytecode", b"C\x01a") + b"."
    (tmp_path / "m").write_bytes(by_function)
    unserved = inspect_model(tmp_path / "m").unserved
    assert unserved is not None
    assert "pickled model of keras" in unserved.what


@pytest.mark.parametrize(
    ("module", "class_"),
    [
        ("sklearn.linear_model.logistic", "LogisticRegression"),
        ("sklearn.linear_model._logistic", "LogisticRegression"),
        ("sklearn.ensemble.forest", "RandomForestClassifier"),
        ("sklearn.tree.tree", "DecisionTreeClassifier"),
        ("sklearn.preprocessing.data", "StandardScaler"),
        ("sklearn.preprocessing.imputation", "Imputer"),
        ("sklearn.svm.classes", "SVC"),
        ("sklearn.neighbors.classification", "KNeighborsClassifier"),
        ("sklearn.cluster.k_means_", "KMeans"),
        ("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper"),
        ("sklearn.feature_extraction.text", "TfidfVectorizer"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy.random", "__RandomState_ctor"),
        ("scipy.sparse.csr", "csr_matrix"),
    ],
)
def test_names_of_older_releases_are_known(module: str, class_: str) -> None:
    assert Globals().find(module, class_).kind != "unknown"


def test_an_old_model_has_the_parameters_of_its_release(tmp_path: Path) -> None:
    """scikit-learn 0.21 under Python 2 names; `presort` was a parameter then and is none now."""
    state = {"n_estimators": 5, "criterion": "mse", "presort": "auto", "estimators_": 3, "n_features_": 7}
    items = b"".join(text(key) + pickle.dumps(value, 2)[2:-1].replace(b"q\x00", b"") for key, value in state.items())
    version = text("_sklearn_version") + text("0.21.3")
    head = name("sklearn.ensemble.gradient_boosting", "GradientBoostingRegressor")
    (tmp_path / "m").write_bytes(P2 + head + b")\x81}(" + items + version + b"ub.")
    facts = inspect_model(tmp_path / "m")
    assert (facts.version, facts.algorithm, facts.feature_count) == ("0.21.3", "GradientBoostingRegressor", 7)
    assert facts.hyperparameters == {"n_estimators": 5, "criterion": "mse", "presort": "auto"}


def test_missing_empty_and_contradicting(tmp_path: Path) -> None:
    with pytest.raises(CompilerError, match="MF201"):
        inspect_model(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CompilerError, match="neither a file nor a directory"):
        inspect_model(tmp_path / "pipe")
    assert "MF203" in _refused(tmp_path / "m", b"")
    assert "MF202" in _refused(tmp_path / "m", b"hello, this is text\n")
    joblib.dump(LinearRegression(), tmp_path / "m")
    with pytest.raises(CompilerError, match="a model of 'scikit-learn'"):
        inspect_model(tmp_path / "m", framework="xgboost")
    with pytest.raises(CompilerError, match="unknown framework"):
        inspect_model(tmp_path / "m", framework="sklearm")


def test_large_values_are_counted_and_not_kept(tmp_path: Path) -> None:
    value = {"list": list(range(300_000)), "text": "x" * 3_000_000, "after": LinearRegression()}
    (tmp_path / "m").write_bytes(pickle.dumps(value, 4))
    found = read_pickle(tmp_path / "m").value.named()
    assert (found["list"].length, len(found["list"]) < 30_000, found["text"].length) == (300_000, True, 3_000_000)
    assert found["after"].cls.name == "LinearRegression"


def _picklescan(path: Path) -> bool:
    """Whether picklescan reports anything dangerous."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = scan_file_path(str(path))
    return result.issues_count > 0 or any(found.safety == SafetyLevel.Dangerous for found in result.globals)


def test_everything_that_picklescan_calls_dangerous_is_refused_here(tmp_path: Path) -> None:
    """The other way round it misses much: compressed files, lying arrays, the extension registry, greedy files."""
    flagged = refused = 0
    for number, (content, how) in enumerate(corpus("canary").values()):
        if len(content) > 1 << 20:
            continue
        path = tmp_path / str(number)
        path.write_bytes(content)
        try:
            ours = bool(inspect_model(path).unknown)
        except CompilerError:
            ours = True
        theirs = _picklescan(path)
        flagged, refused = flagged + theirs, refused + ours
        assert ours or not theirs, how
    assert refused > flagged > 40


def test_ordinary_models_are_not_refused_where_picklescan_finds_nothing(tmp_path: Path) -> None:
    model = make_pipeline(FunctionTransformer(np.log1p), LinearRegression()).fit([[1.0], [2.0]], [1, 2])
    (tmp_path / "m").write_bytes(pickle.dumps(model))
    assert not _picklescan(tmp_path / "m")
    assert inspect_model(tmp_path / "m").unknown == ()


def test_models_that_hold_memory_mapped_arrays(tmp_path: Path) -> None:
    """joblib hands large inputs to workers as memmaps; estimators that keep their input are pickled with them."""
    np.save(tmp_path / "x.npy", np.arange(8.0))
    model = LinearRegression().fit([[1.0], [2.0]], [1, 2])
    model.kept_ = np.load(tmp_path / "x.npy", mmap_mode="r")
    joblib.dump(model, tmp_path / "m")
    assert inspect_model(tmp_path / "m").unknown == ()
    (tmp_path / "m").write_bytes(pickle.dumps(model))
    assert inspect_model(tmp_path / "m").unknown == ()


@pytest.mark.parametrize("family", ["Binomial", "Gaussian", "Poisson"])
def test_generalized_linear_models_are_known(family: str, tmp_path: Path) -> None:
    """statsmodels has two classes that are called Binomial: a family, and a function of variance."""
    models = pytest.importorskip("statsmodels.api")
    rows = np.column_stack([np.ones(20), np.arange(20.0)])
    answers = np.arange(20) % 2
    models.GLM(answers, rows, family=getattr(models.families, family)()).fit().save(tmp_path / "m.pkl")
    assert read_pickle(tmp_path / "m.pkl").unknown == ()


def test_nothing_hides_what_one_of_two_classes_of_a_name_has(tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(
        b"\x80\x02cstatsmodels.genmod.families.family\nBinomial\n)\x81}X\x07\x00\x00\x00predictK\x03sb."
    )
    with pytest.raises(CompilerError, match="hides a method"):
        read_pickle(tmp_path / "m.pkl")
