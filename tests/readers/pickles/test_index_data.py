"""The checked-in index and tables are what the scripts make of the installed releases, and quick to load."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import time
import warnings
from pathlib import Path
from types import ModuleType

import joblib
import pytest
import sklearn
from sklearn.utils import all_estimators

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.frameworks.estimators import entry, release_key
from compiler.readers.pickles.names import Globals, _attributes
from testing.paths import ROOT

INDEX = ROOT / "compiler" / "readers" / "pickles" / "index"


def _script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def test_every_class_of_the_installed_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public estimators are recorded, and each has the constructor parameters that its sources say."""
    scan = _script("scan_classes", monkeypatch)
    skip = _script("make_sklearn_index", monkeypatch).SKIP
    modules = scan.scan(Path(sklearn.__file__).parent, re.compile(skip.pattern))
    recorded = json.loads((INDEX / "recorded/sklearn.json").read_text("utf-8"))
    if sklearn.__version__ not in recorded["releases"].split():
        pytest.skip(f"the index was recorded before scikit-learn {sklearn.__version__}")
    public = {cls for _, cls in all_estimators()}
    found = Globals()
    assert {cls.__name__ for cls in public if found.find(cls.__module__, cls.__name__).kind != "known"} == set()
    for module in modules.values():
        for class_ in module.classes.values():
            if any(ancestor.name == "BaseEstimator" for ancestor in class_.mro):
                facts = entry("sklearn", class_.name, sklearn.__version__)
                assert facts is not None
                assert set(facts.parameters) == set(scan.parameters(class_))


@pytest.mark.slow
@pytest.mark.parametrize("package", ["lightgbm", "xgboost"])
def test_what_is_recorded_anew_is_on_the_index(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed release writes no class and no attribute that the checked-in recording does not have."""
    recorder = _script("record_pickles", monkeypatch)
    objects = _script("pickled_objects", monkeypatch)
    monkeypatch.setattr(recorder, "PACKAGE", package)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        record = recorder.Record(package)
        for _, value in objects.objects_of(package):
            record.add(value)
    checked_in = json.loads((INDEX / f"recorded/{package}.json").read_text("utf-8"))
    for module, names in record.classes.items():
        assert names <= set(checked_in["classes"][module].split())
    for name, attributes in record.attributes.items():
        written = _attributes(checked_in["attributes"][name])
        for attribute, families in attributes.items():
            assert families <= written[attribute], f"{name}.{attribute}"


def test_tables_tell_releases_apart() -> None:
    def has(name: str, version: str, parameter: str) -> bool:
        facts = entry("sklearn", name, version)
        return facts is not None and parameter in facts.parameters

    assert has("RandomForestClassifier", "0.24.2", "min_impurity_split")
    assert not has("RandomForestClassifier", "1.0.2", "min_impurity_split")
    assert has("BaggingClassifier", "1.1.3", "base_estimator")
    assert not has("BaggingClassifier", "1.4.2", "base_estimator")
    assert has("OneHotEncoder", "1.1.1", "sparse")
    assert has("OneHotEncoder", "99.0", "sparse_output")
    assert entry("sklearn", "NoSuchEstimator", None) is None
    assert release_key("0.22.2.post1") == (0, 22, 2)
    assert release_key("2.13.0+cpu") == (2, 13, 0)


def test_the_index_loads_in_milliseconds() -> None:
    files = [*INDEX.glob("*.json"), *INDEX.glob("*/*.json")]
    started = time.process_time()
    for file in files:
        json.loads(file.read_text("utf-8"))
    assert time.process_time() - started < 0.1
    assert sum(file.stat().st_size for file in files) < 600_000


def test_lz4_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    joblib.dump([1, 2, 3], tmp_path / "m", compress="lz4")
    monkeypatch.setitem(sys.modules, "lz4.frame", None)
    with pytest.raises(CompilerError, match="lz4-compressed") as error:
        inspect_model(tmp_path / "m")
    assert (error.value.diagnostics[0].code, error.value.diagnostics[0].hint) == ("MF205", "pip install lz4")
