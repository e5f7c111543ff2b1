"""XGBoost and LightGBM files: facts against what the libraries say of the same models."""

import gzip
import json
import struct
from pathlib import Path

import lightgbm
import numpy as np
import pytest
import xgboost
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.readers.containers.ubj import UbjReader
from compiler.readers.lightgbm_model import read_lightgbm
from compiler.readers.xgboost.model import MAX_WHOLE, read_xgboost
from compiler.readers.xgboost.ubj import TREES
from testing.paths import OLD_MODELS

OLD = OLD_MODELS
RANDOM = np.random.default_rng(0)
X = RANDOM.random((80, 3))
Y = (X[:, 0] > 0.5).astype(int) + (X[:, 1] > 0.6)
NAMES = ["alcohol", "malic acid", "größe"]


def classifier() -> xgboost.XGBClassifier:
    frame = pytest.importorskip("pandas").DataFrame(X, columns=NAMES)
    return xgboost.XGBClassifier(n_estimators=3, max_depth=2).fit(frame, Y)


@pytest.mark.parametrize("name", ["model.json", "model.ubj"])
def test_xgboost_classifier(name: str, tmp_path: Path) -> None:
    estimator = classifier()
    estimator.save_model(tmp_path / name)
    facts = inspect_model(tmp_path / name)
    assert (facts.framework, facts.format) == ("xgboost", f"xgboost-{name[6:]}")
    assert facts.version == xgboost.__version__
    assert facts.algorithm == type(estimator).__name__
    assert facts.classes == tuple(estimator.classes_.tolist())
    assert facts.feature_names == tuple(estimator.get_booster().feature_names)
    assert facts.feature_count == estimator.n_features_in_
    assert facts.methods == {"predict", "predict_proba"}
    config = json.loads(estimator.get_booster().save_config())["learner"]
    assert facts.hyperparameters is not None
    assert facts.hyperparameters["objective"] == config["objective"]["name"]
    assert facts.hyperparameters["num_trees"] == len(estimator.get_booster().get_dump())


@pytest.mark.parametrize(
    ("made", "algorithm", "booster"),
    [
        (lambda: xgboost.XGBRegressor(n_estimators=2, booster="dart").fit(X, X[:, 0]), "XGBRegressor", "dart"),
        (lambda: xgboost.XGBRegressor(n_estimators=2, booster="gblinear").fit(X, X[:, 0]), "XGBRegressor", "gblinear"),
        (lambda: xgboost.XGBRegressor(n_estimators=2).fit(X, X[:, :2]), "XGBRegressor", "gbtree"),
        (lambda: xgboost.XGBRanker(n_estimators=2).fit(X, Y, qid=np.zeros(80, int)), "XGBRanker", "gbtree"),
        (lambda: xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(X, Y > 0), 2), "Booster", "gbtree"),
    ],
)
def test_xgboost_kinds(made: object, algorithm: str, booster: str, tmp_path: Path) -> None:
    model = made()  # type: ignore[operator]
    for name in ("m.json", "m.ubj"):
        model.save_model(tmp_path / name)
        facts = inspect_model(tmp_path / name)
        assert facts.hyperparameters is not None
        assert (facts.algorithm, facts.hyperparameters["booster"]) == (algorithm, booster)
        assert (facts.classes, facts.feature_names, facts.feature_count) == (None, None, 3)
        assert facts.outputs_per_row == (2 if algorithm == "XGBRegressor" and booster == "gbtree" else None)


def test_compressed_files_say_the_same(tmp_path: Path) -> None:
    for name in ("m.json", "m.ubj"):
        classifier().save_model(tmp_path / name)
        (tmp_path / "m.gz").write_bytes(gzip.compress((tmp_path / name).read_bytes()))
        assert inspect_model(tmp_path / "m.gz") == inspect_model(tmp_path / name)


def test_the_name_of_a_file_means_nothing(tmp_path: Path) -> None:
    classifier().save_model(tmp_path / "m.ubj")
    (tmp_path / "m.ubj").rename(tmp_path / "model.sav")
    assert inspect_model(tmp_path / "model.sav").format == "xgboost-ubj"


def test_large_json_is_read_from_its_ends(tmp_path: Path) -> None:
    estimator = classifier()
    estimator.save_model(tmp_path / "small.json")
    tree = json.loads((tmp_path / "small.json").read_text())
    model = tree["learner"]["gradient_booster"]["model"]
    model["trees"] *= MAX_WHOLE // len(json.dumps(model["trees"], separators=(",", ":"))) + 2
    for name, options in (("big", {"separators": (",", ":")}), ("pretty", {"indent": 1})):
        (tmp_path / name).write_text(json.dumps(tree, **options))  # type: ignore[arg-type]
        assert (tmp_path / name).stat().st_size > MAX_WHOLE
        assert inspect_model(tmp_path / name) == inspect_model(tmp_path / "small.json")


def test_large_ubj_is_read_from_its_ends(tmp_path: Path) -> None:
    classifier().save_model(tmp_path / "small.ubj")
    small = (tmp_path / "small.ubj").read_bytes()
    begin = small.index(b"\x05trees[#L") + 9
    end = small.index(b"L\0\0\0\0\0\0\0\x04name", begin)
    trees = small[begin + 8 : end - 1]  # the brace after the array closes `model`
    times = MAX_WHOLE // len(trees) + 2
    count = struct.pack(">q", 9 * times)
    (tmp_path / "big").write_bytes(small[:begin] + count + trees * times + small[end - 1 :])
    walked = UbjReader(memoryview((tmp_path / "big").read_bytes()), TREES).read()
    assert walked == UbjReader(memoryview(small), TREES).read()
    assert inspect_model(tmp_path / "big") == inspect_model(tmp_path / "small.ubj")


@pytest.mark.parametrize(
    ("name", "version", "algorithm", "classes"),
    [
        ("classifier-1.6.json", "1.6.2", "XGBClassifier", (0, 1, 2)),
        ("classifier-1.6.ubj", "1.6.2", "XGBClassifier", (0, 1, 2)),
        ("classifier-1.6.deprecated", "1.6", "Booster", None),
        ("booster-1.4.deprecated", "1.4", "Booster", None),
        ("booster-0.90.deprecated", None, "Booster", None),
    ],
)
def test_xgboost_files_of_old_releases(
    name: str, version: str | None, algorithm: str, classes: tuple[int, ...] | None
) -> None:
    facts = inspect_model(OLD / "xgboost" / name)
    assert (facts.version, facts.algorithm, facts.classes, facts.feature_count) == (version, algorithm, classes, 3)
    assert facts.hyperparameters is not None
    if name.startswith("classifier-1.6.") and algorithm == "XGBClassifier":
        assert (facts.hyperparameters["n_estimators"], facts.hyperparameters["max_depth"]) == (2, 2)


def test_raw_bytes_of_a_pickled_booster() -> None:
    booster = classifier().get_booster()
    content = read_xgboost(booster.__getstate__()["handle"])
    assert set(content) == {"Config", "Model"}
    assert content["Model"] == read_xgboost(booster.save_raw("json"))


def test_lightgbm_text(tmp_path: Path) -> None:
    data = lightgbm.Dataset(X, Y, feature_name=["alcohol", "malic_acid", "ash"])
    parameters = {"objective": "multiclass", "num_class": 3, "verbose": -1, "metric": ["multi_error", "multi_logloss"]}
    trained = lightgbm.train(parameters | {"monotone_constraints": [1, 0, 0]}, data, 3)
    trained.save_model(tmp_path / "m.bin")
    real = lightgbm.Booster(model_file=tmp_path / "m.bin")
    facts = inspect_model(tmp_path / "m.bin")
    assert (facts.framework, facts.version, facts.algorithm) == ("lightgbm", None, "Booster")
    assert facts.feature_names == tuple(real.feature_name())
    assert facts.feature_count == real.num_feature()
    assert facts.hyperparameters == real.params
    assert read_lightgbm(trained.model_to_string().encode()).header["num_class"] == "3"


def test_lightgbm_text_of_an_old_release() -> None:
    facts = inspect_model(OLD / "lightgbm" / "binary-3.3.txt")
    assert (facts.feature_names, facts.details["format_version"]) == (("a", "b", "c"), "v3")
    assert facts.hyperparameters is not None
    assert facts.hyperparameters["num_leaves"] == 4


def damaged(path: Path) -> str:
    with pytest.raises(CompilerError) as caught:
        inspect_model(path)
    (problem,) = caught.value.diagnostics
    assert problem.where is not None
    return f"{problem.code} {problem.message}"


def test_files_cut_short(tmp_path: Path) -> None:
    for name in ("m.json", "m.ubj"):
        classifier().save_model(tmp_path / name)
        (tmp_path / "cut").write_bytes((tmp_path / name).read_bytes()[:-9])
        assert damaged(tmp_path / "cut").startswith("MF203 the model file is damaged: it ")
    text = (OLD / "lightgbm" / "binary-3.3.txt").read_bytes()
    (tmp_path / "cut").write_bytes(text[:900])
    assert damaged(tmp_path / "cut") == "MF203 the model file is damaged: it ends before 'end of trees'"


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_read_or_give_a_diagnostic(data: st.DataObject, tmp_path: Path) -> None:
    seed = data.draw(st.sampled_from([*sorted(OLD.glob("xgboost/*[!l]")), OLD / "lightgbm" / "binary-3.3.txt"]))
    content = bytearray(seed.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "m").write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        facts = inspect_model(tmp_path / "m")
    except CompilerError as error:
        assert {problem.code for problem in error.diagnostics} <= {"MF202", "MF203", "MF206"}  # noqa: PT017
    else:
        assert facts.framework in {"xgboost", "lightgbm"}
