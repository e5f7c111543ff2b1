"""Categories: a single row is answered as among others, and a value that the model never saw is refused by name."""

from __future__ import annotations

import json
import pickle

import joblib
import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from compiler.verify.run import run_artifact

CITIES = ["Bergen", "Cork", "Delft", "Essen", "Graz"]


@pytest.fixture(scope="module")
def frame():
    random = np.random.default_rng(7)
    rows = 200
    return pd.DataFrame(
        {
            "city": pd.Categorical(random.choice(CITIES, rows), categories=CITIES),
            "rooms": random.integers(1, 6, rows),
            "code": pd.Categorical(random.choice([30, 10, 20], rows), categories=[30, 10, 20]),
        }
    )


@pytest.fixture(scope="module")
def target(frame):
    return frame["city"].cat.codes * 3.0 - frame["code"].astype(int) / 7 + frame["rooms"]


class Folder:
    """A manifest's folder, and its artifact."""

    def __init__(self, path, manifact):
        self.path, self.manifact = path, manifact

    def write(self, name, frame, answers, columns=None):
        frame.to_csv(self.path / "in.csv", index=False)
        pd.DataFrame({"prediction": np.asarray(answers, dtype=float)}).to_csv(self.path / "out.csv", index=False)
        spec = {
            "model": {"path": name},
            "samples": {"input": "in.csv", "output": "out.csv", "tolerance": 1e-5},
            "columns": {"input": columns or {}},
        }
        document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "tested"}, "spec": spec}
        (self.path / "model.yaml").write_text(json.dumps(document, ensure_ascii=False))

    def compiled(self):
        result = self.manifact("compile", self.path / "model.yaml")
        assert result.code == 0, result.err
        verified = self.manifact("verify", self.path / "model.yaml")
        assert verified.code == 0, verified.err
        return self.path / "build" / "tested" / "artifact"

    def answers(self, payloads):
        return run_artifact(self.compiled(), payloads, timeout=120).answers


@pytest.fixture
def folder(tmp_path, manifact, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path, manifact)


def save_json(frame, target, path):
    model = xgb.XGBRegressor(n_estimators=8, max_depth=3, enable_categorical=True).fit(frame, target)
    model.save_model(path / "model.json")
    return model, "model.json"


def save_ubj(frame, target, path):
    model = xgb.XGBRegressor(n_estimators=8, max_depth=3, enable_categorical=True, booster="dart").fit(frame, target)
    model.save_model(path / "model.ubj")
    return model, "model.ubj"


def save_pickled(frame, target, path):
    model = xgb.XGBRegressor(n_estimators=8, max_depth=3, enable_categorical=True).fit(frame, target)
    joblib.dump(model, path / "model.joblib")
    return model, "model.joblib"


def save_pipeline(frame, target, path):
    last = xgb.XGBRegressor(n_estimators=8, max_depth=3, enable_categorical=True)
    model = make_pipeline(FunctionTransformer(), last).fit(frame, target)
    joblib.dump(model, path / "model.joblib")
    return model, "model.joblib"


def save_text(frame, target, path):
    model = lgb.LGBMRegressor(n_estimators=8, min_child_samples=2, verbose=-1).fit(frame, target)
    model.booster_.save_model(path / "model.txt")
    return model, "model.txt"


def save_estimator(frame, target, path):
    model = lgb.LGBMRegressor(n_estimators=8, min_child_samples=2, verbose=-1).fit(frame, target)
    (path / "model.pkl").write_bytes(pickle.dumps(model))
    return model, "model.pkl"


@pytest.mark.parametrize("save", [save_json, save_ubj, save_pickled, save_pipeline, save_text, save_estimator])
def test_what_the_file_records_is_used_without_a_word_in_the_manifest(folder, frame, target, save):
    model, name = save(frame, target, folder.path)
    rows = frame.head(30)
    folder.write(name, rows, model.predict(rows))
    records = json.loads(rows.to_json(orient="records"))
    missing = {**records[0], "city": None}
    payloads = [[record] for record in records] + [list(reversed(records))]
    replies = folder.answers([*payloads, [{**records[0], "city": "Cologne"}], [{**records[0], "code": 40}], [missing]])
    expected = model.predict(rows)
    for reply, value in zip(replies, expected, strict=False):
        np.testing.assert_allclose(reply["answer"]["prediction"], [value], rtol=1e-5)
    np.testing.assert_allclose(replies[30]["answer"]["prediction"], expected[::-1], rtol=1e-5)
    told = [reply.get("message", "") for reply in replies[31:33]]
    assert told == ["column 'city', row 0: unknown category 'Cologne'", "column 'code', row 0: unknown category 40"]
    assert "a value is required" in replies[33]["message"]


def forget(path):
    """Leave the file as a release before 3.1 writes it: without its table."""
    content = json.loads(path.read_text())
    del content["learner"]["gradient_booster"]["model"]["cats"]
    content["version"] = [3, 0, 5]
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("columns", [{}, {"city": {"dtype": "category"}}])
def test_a_file_without_categories_is_refused_until_they_are_declared(folder, frame, target, columns):
    frame, expected = frame[["city", "rooms"]], None
    model, name = save_json(frame, target, folder.path)
    forget(folder.path / name)
    rows = frame.head(30)
    expected = model.predict(rows)
    folder.write(name, rows, expected, columns)
    result = folder.manifact("compile", folder.path / "model.yaml")
    assert (result.code, "MF330" in result.err, "columns.input.city.categories" in result.err) == (1, True, True)
    folder.write(name, rows, expected, {"city": {"categories": CITIES}})
    replies = folder.answers([[{"city": city, "rooms": 3}] for city in CITIES] + [[{"city": "Corc", "rooms": 3}]])
    full = pd.DataFrame({"city": pd.Categorical(CITIES), "rooms": 3})
    found = [reply["answer"]["prediction"][0] for reply in replies[:-1]]
    np.testing.assert_allclose(found, model.predict(full), rtol=1e-5)
    assert replies[-1]["message"] == "column 'city', row 0: unknown category 'Corc'; did you mean 'Cork'?"


def test_numbers_are_positions_only_where_the_manifest_says_so(folder, frame, target):
    frame = frame[["code", "rooms"]]
    model, name = save_json(frame, target, folder.path)
    forget(folder.path / name)
    positions = frame.assign(code=frame["code"].cat.codes).head(20)
    folder.write(name, positions, model.predict(frame.head(20)))
    result = folder.manifact("compile", folder.path / "model.yaml")
    assert (result.code, "MF330" in result.err, "dtype: int64" in result.err) == (1, True, True)
    folder.write(name, positions, model.predict(frame.head(20)), {"code": {"dtype": "int64"}})
    folder.compiled()


def test_letters_beyond_ascii_are_declared(folder):
    """XGBoost 3.2 counts characters and stores bytes: the names in its table run into each other."""
    places = ["Århus", "Oslo", "Zürich"]
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"place": pd.Categorical(random.choice(places, 90), categories=places), "x": 1.0})
    model, name = save_json(frame, frame["place"].cat.codes * 2.0, folder.path)
    rows = frame.head(30)
    folder.write(name, rows, model.predict(rows))
    assert "MF330" in folder.manifact("compile", folder.path / "model.yaml").err
    folder.write(name, rows, model.predict(rows), {"place": {"categories": places}})
    replies = folder.answers([[{"place": place, "x": 1.0}] for place in places])
    found = [reply["answer"]["prediction"][0] for reply in replies]
    full = pd.DataFrame({"place": pd.Categorical(places, categories=places), "x": 1.0})
    np.testing.assert_allclose(found, model.predict(full), rtol=1e-5)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"city": {"categories": CITIES[::-1]}}, "MF332"),
        ({"code": {"dtype": "int64"}}, "MF332"),
        ({"rooms": {"categories": [1, 2, 3, 4]}}, "MF331"),
        ({"rooms": {"categories": [1, 2, 3, 4, 5, 5]}}, "MF332"),
        ({"rooms": {"categories": [1, 2, 3, 4, 5], "dtype": "int64"}}, "MF332"),
    ],
)
def test_settings_that_contradict_the_model_or_the_sample(folder, frame, target, columns, code):
    model, name = save_json(frame, target, folder.path)
    folder.write(name, frame.head(40), model.predict(frame.head(40)), columns)
    result = folder.manifact("compile", folder.path / "model.yaml")
    assert (result.code, code in result.err) == (1, True), result.err


def test_private_categories_are_in_no_schema(folder, frame, target):
    model, name = save_json(frame, target, folder.path)
    folder.write(name, frame.head(20), model.predict(frame.head(20)), {"city": {"private": True}})
    artifact = folder.compiled()
    assert "Bergen" not in (artifact / "input_schema.json").read_text()
