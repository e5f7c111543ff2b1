"""The generated score.py of XGBoost and LightGBM models: what the library itself answers, labels included."""

from __future__ import annotations

import gzip
import json
import pickle

import joblib
import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from sklearn.datasets import load_diabetes, load_iris

from compiler.frameworks import inspect_model
from compiler.ir import Score
from testing.paths import GOLDENS


@pytest.fixture(scope="module")
def iris():
    data = load_iris(as_frame=True)
    return data.data, data.target


def model_of(bench, path, sample, facts=None, **options):
    sample.to_csv(bench.root / "sample.csv", index=False)
    return bench.model(path, facts or inspect_model(path), bench.root / "sample.csv", **options)


def shapes(rows: pd.DataFrame):
    return [rows.to_dict("records"), rows.to_numpy().tolist(), rows.to_dict("list"), {"data": rows.to_json()}]


@pytest.mark.parametrize("name", ["xgboost-booster", "lightgbm-booster"])
def test_the_request_ads_recorded_is_answered_with_the_native_predictions(bench, name):
    golden = GOLDENS / name
    source = next((golden / "artifact").glob("model.*"))
    model = bench.model(source, inspect_model(source), golden / "sample_X.csv")
    request = json.loads((golden / "request.json").read_text())
    native = json.loads((golden / "native_predictions.json").read_text())
    np.testing.assert_allclose(bench.predictions(model, [request])[0], native, rtol=1e-12)


@pytest.mark.parametrize("suffix", ["json", "ubj", "model.gz"])
def test_a_classifier_answers_with_labels_whatever_its_file_is_called(bench, iris, suffix):
    frame, target = iris
    estimator = xgb.XGBClassifier(n_estimators=4, max_depth=2).fit(frame, target)
    path = bench.root / f"model.{suffix}"
    estimator.save_model(bench.root / "model.json" if suffix.endswith("gz") else path)
    facts = inspect_model(bench.root / "model.json" if suffix.endswith("gz") else path)
    if suffix.endswith("gz"):
        path.write_bytes(gzip.compress((bench.root / "model.json").read_bytes()))
    rows = frame.iloc[[0, 60, 120]]
    answers = bench.predictions(model_of(bench, path, frame, facts), shapes(rows))
    assert answers == [estimator.predict(rows).tolist()] * 4


def test_probabilities_of_a_classifier(bench, iris):
    frame, target = iris
    estimator = xgb.XGBClassifier(n_estimators=4, max_depth=2).fit(frame, target)
    estimator.save_model(bench.root / "model.json")
    rows = frame.iloc[[0, 60, 120]]
    model = model_of(bench, bench.root / "model.json", frame, score=Score(method="predict_proba"))
    np.testing.assert_allclose(bench.predictions(model, [rows.to_dict("records")])[0], estimator.predict_proba(rows))


def test_a_ranker_and_categories(bench):
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": random.random(60), "city": pd.Categorical(random.choice(["Oslo", "Rome"], 60))})
    ranker = xgb.XGBRanker(n_estimators=3, max_depth=2, enable_categorical=True)
    ranker.fit(frame, random.integers(0, 3, 60), group=[20, 20, 20])
    ranker.save_model(bench.root / "model.json")
    frame.to_parquet(bench.root / "sample.parquet")
    path = bench.root / "model.json"
    model = bench.model(path, inspect_model(path), bench.root / "sample.parquet")
    rows = frame.tail(7)
    records = json.loads(rows.to_json(orient="records"))
    np.testing.assert_allclose(bench.predictions(model, [records])[0], ranker.predict(rows), rtol=1e-6)


def test_pickled_models_of_both_libraries(bench, iris):
    frame, target = iris
    named = target.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    rows = frame.iloc[[0, 60, 120]]
    booster = xgb.train({"objective": "reg:squarederror"}, xgb.DMatrix(frame, target), 3)
    classifier = lgb.LGBMClassifier(n_estimators=4, verbose=-1).fit(frame, named)
    for name, fitted, expected in (
        ("booster", booster, booster.predict(xgb.DMatrix(rows)).tolist()),
        ("plain", booster, booster.predict(xgb.DMatrix(rows)).tolist()),
        ("classifier", classifier, classifier.predict(rows).tolist()),
    ):
        path = bench.root / f"{name}.pkl"
        if name == "plain":
            path.write_bytes(pickle.dumps(fitted))
        else:
            joblib.dump(fitted, path, compress=3)
        answers = bench.predictions(model_of(bench, path, frame), shapes(rows))
        assert answers == [expected] * 4, name


def test_a_lightgbm_booster_with_categories_and_odd_names(bench):
    data = load_diabetes(as_frame=True)
    frame = data.data[["age", "bmi"]].rename(columns={"age": "age of patient"})
    frame["ward"] = pd.Categorical(np.where(frame["bmi"] > 0, "A", "B"))
    booster = lgb.train({"verbose": -1, "num_leaves": 4}, lgb.Dataset(frame, data.target), 5)
    booster.save_model(bench.root / "model.txt")
    frame.to_parquet(bench.root / "sample.parquet")
    path = bench.root / "model.txt"
    model = bench.model(path, inspect_model(path), bench.root / "sample.parquet")
    rows = frame.head(5)
    records = json.loads(rows.to_json(orient="records"))
    turned = [dict(reversed(record.items())) for record in records]
    for answer in bench.predictions(model, [records, turned]):
        np.testing.assert_allclose(answer, booster.predict(rows), rtol=1e-12)


def test_labels_that_older_releases_recorded_in_the_file(bench, iris):
    """XGBoost before 1.6 kept the labels in the file, and today's reader passes over them."""
    frame, target = iris
    estimator = xgb.XGBClassifier(n_estimators=4, max_depth=2).fit(frame, target)
    path = bench.root / "model.json"
    estimator.save_model(path)
    content = json.loads(path.read_text())
    old = {"classes_": ["setosa", "versicolor", "virginica"], "_estimator_type": "classifier"}
    content["learner"]["attributes"]["scikit_learn"] = json.dumps(old)
    path.write_text(json.dumps(content))
    rows = frame.iloc[[0, 60, 120]]
    (answer,) = bench.predictions(model_of(bench, path, frame), [rows.to_dict("records")])
    assert answer == ["setosa", "versicolor", "virginica"]
