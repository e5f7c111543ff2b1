"""skops archives give the facts that the pickled estimator gives."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import skops
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model

FRAME = pd.DataFrame({"a": np.arange(30.0), "b": np.arange(30.0) ** 2, "c": ["x", "y", "z"] * 10})
LABELS = np.array(["no", "yes"] * 15)


def _models() -> list[Any]:
    mixed = make_column_transformer((StandardScaler(), ["a", "b"]), (OneHotEncoder(), ["c"]))
    return [
        make_pipeline(mixed, RandomForestClassifier(3, random_state=np.random.RandomState(0))).fit(FRAME, LABELS),
        make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(FRAME[["a", "b"]], LABELS),
        GradientBoostingRegressor(n_estimators=2).fit(FRAME[["a", "b"]], FRAME["a"]),
        KNeighborsClassifier().fit(FRAME[["a", "b"]], LABELS),
    ]


@pytest.mark.parametrize("model", _models(), ids=lambda model: type(model).__name__)
def test_same_facts_as_joblib(model: Any, tmp_path: Path) -> None:
    skops.io.dump(model, tmp_path / "s")
    joblib.dump(model, tmp_path / "j")
    found, expected = inspect_model(tmp_path / "s"), inspect_model(tmp_path / "j")
    same = replace(found, format="joblib", versions={}, details={}, requires=expected.requires, needs=expected.needs)
    assert same == expected
    assert found.versions == {"skops": skops.__version__}
    assert set(found.requires) >= {"scikit-learn", "skops"}
    types = found.details["types"]
    assert isinstance(types, list)
    assert set(skops.io.get_untrusted_types(file=tmp_path / "s")) <= set(types)
    loaded = skops.io.load(tmp_path / "s", trusted=types)
    assert type(loaded) is type(model)


def _schema(tmp_path: Path, node: dict[str, Any]) -> Path:
    with zipfile.ZipFile(tmp_path / "s", "w") as archive:
        archive.writestr("schema.json", json.dumps(node))
    return tmp_path / "s"


def test_denied_and_unknown_names(tmp_path: Path) -> None:
    node = {"__loader__": "FunctionNode", "__module__": "os", "__class__": "system", "__id__": 1}
    with pytest.raises(CompilerError) as error:
        inspect_model(_schema(tmp_path, node))
    assert "MF204" in str(error.value)
    inner = {"__loader__": "ObjectNode", "__module__": "mine.parts", "__class__": "Scaler", "__id__": 2}
    steps = {"__loader__": "ListNode", "content": [inner], "__id__": 3}
    state = {"__loader__": "DictNode", "__module__": "builtins", "__class__": "dict", "content": {"steps": steps}}
    root = {"__loader__": "ObjectNode", "__module__": "sklearn.pipeline", "__class__": "Pipeline", "content": state}
    assert inspect_model(_schema(tmp_path, root)).unknown == ("mine.parts.Scaler",)


def test_depth_is_bounded(tmp_path: Path) -> None:
    node: dict[str, Any] = {"__loader__": "ListNode", "content": []}
    for _ in range(300):
        node = {"__loader__": "ListNode", "content": [node]}
    with pytest.raises(CompilerError) as error:
        inspect_model(_schema(tmp_path, node))
    assert "MF206" in str(error.value)
    (tmp_path / "s").unlink()
    with zipfile.ZipFile(tmp_path / "s", "w") as archive:
        archive.writestr("schema.json", "[" * 200_000)
    with pytest.raises(CompilerError) as error:
        inspect_model(tmp_path / "s")
    assert "MF203" in str(error.value)
