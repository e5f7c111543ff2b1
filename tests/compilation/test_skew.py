"""What a model file shows of the libraries that wrote it, against what an environment.yaml asks for."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from compiler.compilation.environment_file import listed_packages
from compiler.diagnostics import Diagnostic, Report, Severity
from compiler.frameworks import inspect_model
from compiler.ir import ModelFacts, Need
from compiler.passes.draft import Draft, Inputs
from compiler.passes.packages import Packages, meet
from compiler.passes.versions import check_versions
from compiler.spec.v1 import Manifest
from testing.paths import OLD_MODELS

FOREST = ModelFacts(
    "scikit-learn", "joblib", version="1.9.1", requires=("imbalanced-learn", "joblib", "numpy", "scikit-learn")
)
KERAS = ModelFacts(
    "tensorflow", "keras", requires=("keras", "numpy", "tensorflow"), versions={"keras": "3.4.1"},
    needs=(Need("tensorflow", ">=2.16", "the file was written by Keras 3.4.1"),),
)  # fmt: skip
ONNX = ModelFacts(
    "onnx", "onnx", requires=("numpy", "onnxruntime"),
    needs=(Need("onnxruntime", ">=1.18", "the file is of opset 21", required=False),),
)  # fmt: skip
NUMPY_2 = ModelFacts("other", "pickle", needs=(Need("numpy", ">=2", "it names numpy._core.numeric"),))


def packages(folder: Path, *lines: str) -> Packages:
    (folder / "environment.yaml").write_text("name: x\ndependencies:\n" + "".join(f"  - {line}\n" for line in lines))
    return listed_packages(folder / "environment.yaml")


def told(facts: ModelFacts, found: Packages) -> list[Diagnostic]:
    manifest = Manifest.model_validate(
        {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "x"}, "spec": {"model": {"path": "m"}}}
    )
    report = Report()
    check_versions(Draft(), Inputs(manifest, facts, "m", (), {}, packages=found), report)
    return list(report.diagnostics)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("numpy=1.26.4", "==1.26.4"),
        ("numpy==1.26", "==1.26"),
        ("numpy=1.26", "==1.26.*"),
        ("numpy 1.26.*", "==1.26.*"),
        ("numpy=1.26.4=py311h_0", "==1.26.4"),
        ("conda-forge::numpy >=1.20,<2 py311_0", ">=1.20,<2"),
        ("numpy >= 1.20, < 2", ">=1.20,<2"),
        ("numpy", ""),
        ("'numpy=1.5.*'", "==1.5.*"),
        ("pip: ['numpy[extra]>=1.20,<2; python_version > \"3\"']", ">=1.20,<2"),
        ("pip: [numpy~=1.5.0]", "~=1.5.0"),
        ("pip: [numpy]", ""),
    ],
)
def test_lines_of_conda_and_pip(line: str, asked: str, tmp_path: Path) -> None:
    assert packages(tmp_path, line).asked("NumPy") == asked


@pytest.mark.parametrize("line", ["pip: [-r requirements.txt]", "pip: ['x @ https://example.com/x.whl']"])
def test_what_is_listed_elsewhere_is_not_missed(line: str, tmp_path: Path) -> None:
    assert not packages(tmp_path, line).complete
    assert told(FOREST, packages(tmp_path, line)) == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("scikit-learn=1.9.1", None),
        ("scikit-learn=1.9", None),
        ("scikit-learn>=1.3", None),
        ("pip: [scikit_learn~=1.9.0]", None),
        ("scikit-learn", None),
        ("scikit-learn>=1.3,<1.6", Severity.WARNING),
        ("scikit-learn=1.5.*", Severity.WARNING),
        ("pip: [scikit-learn~=1.5.0]", Severity.WARNING),
        ("scikit-learn<1", Severity.ERROR),
        ("pip: ['scikit-learn>=2']", Severity.ERROR),
    ],
)
def test_ranges_count_as_pins_do(line: str, severity: Severity | None, tmp_path: Path) -> None:
    found = told(FOREST, packages(tmp_path, line, "imbalanced-learn"))
    assert [d.severity for d in found] == ([severity] if severity else [])
    for problem in found:
        assert "scikit-learn 1.9.1" in problem.message
        assert line.partition("scikit-learn")[2].strip("]'").replace("=1.5.*", "==1.5.*")[1:] in problem.message


@pytest.mark.parametrize(
    ("lines", "hints"),
    [
        (("python=3.11", "scikit-learn", "imbalanced-learn"), []),
        (("python=3.11", "pip: [scikit-learn, imbalanced-learn]"), []),
        (("scikit-learn",), ["add 'imbalanced-learn' to it"]),
        (("sklearn", "imbalanced-learn"), ["add 'scikit-learn==1.9.1' to it instead of 'sklearn'"]),
        (("pip: [sklearn]", "imbalanced-learn"), ["add 'scikit-learn==1.9.1' to it instead of 'sklearn'"]),
    ],
)
def test_missing_and_misnamed_libraries(lines: tuple[str, ...], hints: list[str], tmp_path: Path) -> None:
    found = told(FOREST, packages(tmp_path, *lines))
    assert [(d.code, d.severity, d.hint) for d in found] == [("MF406", Severity.WARNING, hint) for hint in hints]


@pytest.mark.parametrize(
    ("facts", "line", "severity"),
    [
        (KERAS, "tensorflow=2.15.0", Severity.ERROR),
        (KERAS, "pip: ['tensorflow-cpu<2.16']", Severity.ERROR),
        (KERAS, "tensorflow=2.17", None),
        (ONNX, "onnxruntime=1.16.3", Severity.WARNING),
        (ONNX, "pip: ['onnxruntime>=1.18']", None),
        (NUMPY_2, "numpy=1.26.4", Severity.ERROR),
        (NUMPY_2, "numpy<2", Severity.ERROR),
        (NUMPY_2, "numpy>=1.20", None),
    ],
)
def test_what_the_content_of_a_file_asks_for(
    facts: ModelFacts, line: str, severity: Severity | None, tmp_path: Path
) -> None:
    found = told(facts, packages(tmp_path, line))
    assert [d.severity for d in found if d.code == "MF404"] == ([severity] if severity else [])
    need = facts.needs[0]
    assert [d.message for d in found if need.reason not in d.message or need.specifier not in d.message] == []


@pytest.fixture(scope="module")
def boosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of the XGBoost that is installed, which records its base score as a list and categories in a table."""
    import numpy as np
    import pandas as pd
    import xgboost
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folder = tmp_path_factory.mktemp("boosted")
    frame = pd.DataFrame({"x": np.arange(6.0), "city": pd.Categorical(["Bergen", "Cork"] * 3)})
    numbers = xgboost.XGBRegressor(n_estimators=1).fit(frame[["x"]], frame["x"])
    mixed = xgboost.XGBRegressor(n_estimators=1, enable_categorical=True).fit(frame, frame["x"])
    for suffix in ("json", "ubj"):
        numbers.save_model(folder / f"numbers.{suffix}")
        mixed.save_model(folder / f"categories.{suffix}")
    (folder / "numbers.pkl").write_bytes(pickle.dumps(numbers))
    (folder / "categories.pkl").write_bytes(pickle.dumps(mixed))
    pipeline = make_pipeline(StandardScaler(), xgboost.XGBRegressor(n_estimators=1)).fit(frame[["x"]], frame["x"])
    (folder / "numbers-pipeline.pkl").write_bytes(pickle.dumps(pipeline))
    return folder


@pytest.mark.parametrize(
    "name",
    ["numbers.json", "numbers.ubj", "numbers.pkl", "numbers-pipeline.pkl", "categories.json", "categories.ubj",
     "categories.pkl"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("line", "grave"),
    [("xgboost=3.0.5", True), ("pip: ['xgboost>=2,<3.1']", True), ("pip: [xgboost-cpu==3.0.5]", True),
     ("pip: ['xgboost>=3']", False), ("xgboost=3.1.1", False)],
)  # fmt: skip
def test_xgboost_before_3_1_reads_what_later_ones_write_and_answers_wrongly(
    name: str, line: str, grave: bool, boosted: Path, tmp_path: Path
) -> None:
    found = told(inspect_model(boosted / name), packages(tmp_path, line, "joblib", "scikit-learn"))
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert len(errors) == grave
    for message in errors:
        assert ("categories" if name.startswith("categories") else "base score") in message
        assert "asks for xgboost" in message
        assert "the inference environment has" in message


def test_files_of_earlier_releases_ask_for_nothing() -> None:
    for name in ("classifier-1.6.json", "classifier-1.6.ubj", "booster-1.4.deprecated"):
        assert inspect_model(OLD_MODELS / "xgboost" / name).needs == ()


RANGES = (">=1.3,<1.6", "~=1.5.0", "==1.5.*", "<1", ">2", ">=2", "<=1.5.0", "==1.5.3", "!=1.5", "<2,>=1.9")
RELEASES = [f"{a}.{b}.{c}" for a in range(4) for b in range(11) for c in range(5)]


@pytest.mark.parametrize(("left", "right"), [*itertools.combinations_with_replacement(RANGES, 2)])
def test_two_ranges_meet_where_a_release_is_in_both(left: str, right: str) -> None:
    both = SpecifierSet(left) & SpecifierSet(right)
    assert meet(left, right) == any(both.contains(release) for release in RELEASES)
