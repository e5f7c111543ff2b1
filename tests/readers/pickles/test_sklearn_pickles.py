"""Every estimator of the installed scikit-learn is read without a denied or unknown name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import warnings
import zlib
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

from compiler.frameworks import inspect_model
from compiler.readers.pickles import read_pickle

_RANDOM = np.random.RandomState(0)
X = np.abs(_RANDOM.rand(40, 4))
CLASSES = np.arange(40) % 2
NUMBERS = X[:, 0]


def fitted(kind: type) -> Any:
    """The estimator class fitted on whatever target it accepts; unfitted when it takes none of these."""
    instance = next(iter(_construct_instances(kind)))
    for target in (CLASSES, NUMBERS, np.c_[NUMBERS, NUMBERS], np.c_[CLASSES, CLASSES]):
        try:
            return instance.fit(X, target)
        except (ValueError, TypeError, AttributeError, IndexError):
            continue
    return instance


def _estimators() -> list[tuple[str, type]]:
    return [(name, kind) for name, kind in all_estimators() if name != "FrozenEstimator"]


@pytest.mark.parametrize(("name", "kind"), _estimators(), ids=lambda value: value if isinstance(value, str) else "")
def test_each_estimator_is_known(name: str, kind: type, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = fitted(kind)
        joblib.dump(model, tmp_path / "model")
    facts = inspect_model(tmp_path / "model")
    assert facts.unknown == ()
    assert facts.algorithm == name
    assert facts.version == __import__("sklearn").__version__
    expected = model.get_params()
    assert facts.hyperparameters is not None
    missing = {key for key in expected if key not in facts.hyperparameters}
    extra = {key for key in facts.hyperparameters if key not in expected}
    assert (missing, extra) == (set(), set())
    for key, value in expected.items():
        if value is None or isinstance(value, bool | int | str):
            assert facts.hyperparameters[key] == value
    assert facts.feature_count == getattr(model, "n_features_in_", facts.feature_count)
    have = {m for m in ("predict", "predict_proba", "transform", "decision_function") if hasattr(model, m)}
    assert facts.methods == have
    if isinstance(labels := getattr(model, "classes_", None), np.ndarray) and labels.ndim == 1:
        assert facts.classes == tuple(labels.tolist())


@pytest.fixture(scope="module")
def forest() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=3, random_state=0).fit(X, np.where(CLASSES, "yes", "no"))


@pytest.mark.parametrize("protocol", range(6))
def test_pickle_protocols(forest: Any, protocol: int, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(pickle.dumps(forest, protocol))
    facts = inspect_model(tmp_path / "m")
    assert (facts.format, facts.classes, facts.unknown) == ("pickle", ("no", "yes"), ())
    assert facts.hyperparameters is not None
    assert facts.hyperparameters["n_estimators"] == 3


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("codec", ["", "zlib", "gzip", "bz2", "xz", "lzma", "lz4"])
def test_joblib_codecs(forest: Any, codec: str, protocol: int, tmp_path: Path) -> None:
    joblib.dump(forest, tmp_path / "m", compress=(codec, 3) if codec else 0, protocol=protocol)
    facts = inspect_model(tmp_path / "m")
    assert (facts.format, facts.classes, facts.feature_count) == ("joblib", ("no", "yes"), 4)
    assert "joblib" in facts.requires


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_a_pickle_compressed_by_other_tools(forest: Any, compress: Any, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(compress(pickle.dumps(forest)))
    assert inspect_model(tmp_path / "m").algorithm == "RandomForestClassifier"


def test_streams_longer_than_the_window(tmp_path: Path) -> None:
    """Arrays and texts that span several windows of an inflating stream are stepped over exactly."""
    value = {"a": np.arange(900_000), "b": "é" * 700_000, "c": [str(n) for n in range(200_000)], "d": np.arange(3)}
    joblib.dump(value, tmp_path / "m", compress=1)
    found = read_pickle(tmp_path / "m").value.named()
    assert (found["a"].shape, found["b"].length, bytes(found["d"].data)) == (
        (900_000,),
        1_400_000,
        np.arange(3).tobytes(),
    )


def test_optimized_and_buffered_pickles(forest: Any, tmp_path: Path) -> None:
    import pickletools

    (tmp_path / "m").write_bytes(pickletools.optimize(pickle.dumps(forest, 4)))
    assert inspect_model(tmp_path / "m").classes == ("no", "yes")
    buffer = io.BytesIO()
    pickle._Pickler(buffer, 5).dump(forest)
    (tmp_path / "m").write_bytes(buffer.getvalue())
    assert inspect_model(tmp_path / "m").classes == ("no", "yes")
