"""Cells of every dtype, categories of every kind, several outputs: a deployed model answers as the library does."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from onnx import TensorProto, helper

RANDOM = np.random.default_rng(31)
TYPES = {
    "uint8": TensorProto.UINT8,
    "int8": TensorProto.INT8,
    "int16": TensorProto.INT16,
    "int64": TensorProto.INT64,
    "float16": TensorProto.FLOAT16,
    "float64": TensorProto.DOUBLE,
    "bool": TensorProto.BOOL,
    "object": TensorProto.STRING,
}
pytestmark = pytest.mark.filterwarnings("ignore")


def cells(dtype, *shape):
    if dtype == "bool":
        return RANDOM.random(shape) < 0.5
    if dtype == "object":
        return np.array(RANDOM.choice(["", "ä", "7", "true", "null"], shape), dtype=object)
    return RANDOM.integers(0, 100, shape).astype(dtype)


def records(frame):
    return [
        {name: None if pd.isna(cell) else getattr(cell, "item", lambda cell=cell: cell)() for name, cell in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def echo(path, dtypes, tail):
    """A graph that answers with each input as it is."""
    sides = [
        [helper.make_tensor_value_info(f"{dtype}{mark}", TYPES[dtype], ["n", *tail]) for dtype in dtypes]
        for mark in ("_in", "_out")
    ]
    nodes = [helper.make_node("Identity", [f"{dtype}_in"], [f"{dtype}_out"]) for dtype in dtypes]
    graph = helper.make_graph(nodes, "g", *sides)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("tail", [[], [1], [2, 3]])
def test_inputs_and_outputs_of_every_dtype(project, tail):
    session = echo("model.onnx", list(TYPES), tail)
    given = {f"{dtype}_in": cells(dtype, 5, *tail) for dtype in TYPES}
    found = dict(zip([item.name for item in session.get_outputs()], session.run(None, given), strict=True))
    inputs, outputs = (
        [{name: array.tolist()[row] for name, array in side.items()} for row in range(5)] for side in (given, found)
    )
    project.check("model.onnx", inputs, outputs)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float16", "bool", "object"])
def test_one_cell_a_row_of_every_dtype(project, dtype):
    echo("model.onnx", [dtype], [])
    rows = cells(dtype, 5).tolist()
    project.check("model.onnx", rows, rows)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
@pytest.mark.parametrize("chained", [True, False])
def test_several_targets_with_unlike_classes(project, method, chained):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.multioutput import MultiOutputClassifier

    data = RANDOM.normal(size=(60, 3))
    target = np.column_stack([np.arange(60) % 2, np.arange(60) % 3])
    model = MultiOutputClassifier(LogisticRegression()) if chained else RandomForestClassifier(3, random_state=0)
    joblib.dump(model.fit(data, target), "model.joblib")
    found = getattr(model, method)(data[:5])
    if method == "predict_proba":
        found = [[target[row].tolist() for target in found] for row in range(5)]
    outputs = [np.asarray(row).tolist() if method == "predict" else row for row in found]
    project.check("model.joblib", data[:5].tolist(), outputs, score={"method": method})


@pytest.mark.parametrize("dtype", ["float16", "uint8", "bool", "int8"])
def test_frames_of_small_dtypes(project, dtype):
    from sklearn.tree import DecisionTreeRegressor

    frame = pd.DataFrame({"a": cells(dtype, 40), "b": cells("float64", 40)})
    model = DecisionTreeRegressor(random_state=0).fit(frame, RANDOM.normal(size=(40, 2)))
    joblib.dump(model, "model.joblib")
    project.check("model.joblib", records(frame.head(6)), model.predict(frame.head(6)).tolist())


def test_a_category_that_is_nan(project):
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    words = ["x", "y", np.nan] * 10
    frame = pd.DataFrame({"city": pd.Series(words, dtype=object), "n": np.where(np.arange(30) % 4, 1.5, 2.5)})
    encode = make_column_transformer((OneHotEncoder(handle_unknown="error"), ["city"]), remainder="passthrough")
    model = make_pipeline(encode, Ridge()).fit(frame, RANDOM.normal(size=30))
    joblib.dump(model, "model.joblib")
    project.check("model.joblib", records(frame.head(6)), model.predict(frame.head(6)).tolist())


CATEGORIES = {
    "bool": ([False, True], False),
    "ordered words": (["low", "mid", "high"], True),
    "ordered numbers": ([30, 10, 20], True),
    "floats": ([0.5, 1.5, 2.0], False),
}


def categorical(kind):
    values, ordered = CATEGORIES[kind]
    codes = RANDOM.integers(0, len(values), 80)
    column = pd.Categorical.from_codes(codes, categories=values, ordered=ordered)
    return pd.DataFrame({"c": column, "n": RANDOM.normal(size=80)}), codes * codes + RANDOM.normal(size=80) / 10


@pytest.mark.parametrize("kind", CATEGORIES)
@pytest.mark.parametrize("form", ["text", "pickle", "joblib"])
def test_categories_of_lightgbm(project, kind, form):
    import lightgbm

    frame, target = categorical(kind)
    settings = {"min_child_samples": 2, "verbose": -1, "num_threads": 1, "min_data_per_group": 1, "cat_smooth": 1.0}
    model = lightgbm.LGBMRegressor(n_estimators=6, **settings).fit(frame, target)
    if form == "joblib":
        joblib.dump(model, "model.joblib")
    elif form == "pickle":
        (project.folder / "model.pickle").write_bytes(pickle.dumps(model.booster_))
    else:
        model.booster_.save_model("model.text")
    project.check(f"model.{form}", records(frame.head(8)), model.predict(frame.head(8)).tolist())


@pytest.mark.parametrize("kind", ["bool", "ordered words", "ordered numbers"])
@pytest.mark.parametrize("form", ["json", "ubj", "joblib"])
def test_categories_of_xgboost(project, kind, form):
    import xgboost

    frame, target = categorical(kind)
    if kind == "bool":
        frame["c"] = frame["c"].cat.rename_categories({False: "False", True: "True"})
    model = xgboost.XGBRegressor(n_estimators=6, max_depth=3, enable_categorical=True, n_jobs=1).fit(frame, target)
    joblib.dump(model, "model.joblib") if form == "joblib" else model.save_model(f"model.{form}")
    project.check(f"model.{form}", records(frame.head(8)), model.predict(frame.head(8)).tolist())


def test_ordered_and_unordered_categories_of_lightgbm_side_by_side(project):
    import lightgbm

    codes = RANDOM.integers(0, 3, (80, 2))
    grade = pd.Categorical.from_codes(codes[:, 0], categories=["low", "mid", "high"], ordered=True)
    city = pd.Categorical.from_codes(codes[:, 1], categories=["Cork", "Bergen", "Delft"])
    frame = pd.DataFrame({"n": RANDOM.normal(size=80), "grade": grade, "city": city})
    settings = {"min_child_samples": 2, "verbose": -1, "num_threads": 1, "min_data_per_group": 1, "cat_smooth": 1.0}
    model = lightgbm.LGBMRegressor(n_estimators=6, **settings).fit(frame, codes[:, 0] ** 2 - codes[:, 1])
    model.booster_.save_model("model.text")
    project.check("model.text", records(frame.head(8)), model.predict(frame.head(8)).tolist())


def test_ordered_categories_that_could_be_of_two_columns_are_not_guessed(project):
    import lightgbm

    codes = RANDOM.integers(0, 3, (80, 2))
    grade = pd.Categorical.from_codes(codes[:, 0], categories=["low", "mid", "high"], ordered=True)
    frame = pd.DataFrame({"n": codes[:, 1], "grade": grade})
    settings = {"min_child_samples": 2, "verbose": -1, "num_threads": 1}
    model = lightgbm.LGBMRegressor(n_estimators=6, **settings).fit(frame, codes[:, 0] ** 2 - codes[:, 1])
    model.booster_.save_model("model.text")
    outputs = model.predict(frame.head(8)).tolist()
    project.write("model.text", records(frame.head(8)), outputs)
    result = project.manifact("compile", "model.yaml")
    assert (result.code, "declare columns.input.grade.categories" in result.err) == (1, True), result.err
    columns = {"input": {"grade": {"categories": ["low", "mid", "high"]}}}
    project.check("model.text", records(frame.head(8)), outputs, columns=columns)
