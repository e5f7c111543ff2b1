"""The generated score.py of scikit-learn models, run in a process of its own."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from compiler.ir import DataSchema, Field, ModelFacts, Score
from compiler.verify.compare import compare
from compiler.verify.run import run_artifact
from testing.paths import GOLDENS

FACTS = ModelFacts("scikit-learn", "pickle")


def npy(array: np.ndarray) -> str:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return base64.b64encode(buffer.getvalue()).decode()


def dumped(bench, estimator, sample: pd.DataFrame | None, **options):
    path = bench.root / "model.joblib"
    joblib.dump(estimator, path)
    if sample is None:
        return bench.model(path, FACTS, **options)
    sample.to_csv(bench.root / "sample.csv", index=False)
    return bench.model(path, FACTS, bench.root / "sample.csv", **options)


@pytest.fixture(scope="module")
def iris():
    data = load_iris(as_frame=True)
    return data.data, data.target


@pytest.fixture(scope="module")
def mixed():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 80, 60),
            "income": random.normal(50_000, 10_000, 60).round(2),
            "city": random.choice(["Oslo", "Paris", "Rome"], 60),
            "vip": random.random(60) > 0.5,
        }
    )
    frame.loc[frame.index % 7 == 0, "income"] = np.nan
    answers = ((frame["age"] > 40) ^ frame["vip"]).map({True: "yes", False: "no"})
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer([("n", numbers, ["age", "income"]), ("c", OneHotEncoder(), ["city", "vip"])])
    return frame, make_pipeline(columns, LogisticRegression()).fit(frame, answers)


def test_every_payload_shape_is_answered_as_the_estimator_does(bench, iris):
    frame, target = iris
    estimator = LogisticRegression(max_iter=1000).fit(frame, target)
    rows = frame.iloc[[0, 60, 120]]
    records, lists = rows.to_dict("records"), rows.to_numpy().tolist()
    array = {"data": npy(rows.to_numpy()), "data_type": "<class 'numpy.ndarray'>"}
    payloads = [
        lists,
        records,
        rows.to_dict("list"),
        {"data": lists},
        {"data": records},
        {"data": rows.to_dict("list")},
        array,
        {"data": rows.to_json(), "data_type": "<class 'pandas.core.frame.DataFrame'>"},
        {"data": rows.to_json(), "data_type": "<class 'pandas.DataFrame'>"},
        {"data": lists, "data_type": "<class 'list'>"},
        {"data": rows.to_dict("list"), "data_type": "<class 'dict'>"},
        {"data": json.dumps(records), "data_type": "<class 'str'>"},
        rows.to_json(),
        rows.to_json(orient="records"),
        json.dumps({"data": lists}),
        json.dumps(json.dumps(lists)),
        [{name: record[name] for name in reversed(record)} for record in records],
    ]
    row = rows.iloc[1]
    single = [
        row.tolist(),
        row.to_dict(),
        {"data": row.tolist()},
        {"data": row.tolist(), "data_type": "<class 'pandas.core.series.Series'>"},
        {"data": npy(row.to_numpy()), "data_type": "<class 'numpy.ndarray'>"},
    ]
    expected = estimator.predict(rows).tolist()
    answers = bench.predictions(dumped(bench, estimator, frame), payloads + single)
    for payload, answer in zip(payloads, answers[: len(payloads)], strict=True):
        assert answer == expected, payload
    assert answers[len(payloads) :] == [expected[1:2]] * len(single)


def test_a_bad_request_is_refused_by_naming_the_field(bench, mixed):
    frame, estimator = mixed
    good = json.loads(frame.iloc[[1]].to_json(orient="records"))[0]
    cases = {
        "column 'age' is missing": {k: v for k, v in good.items() if k != "age"},
        "column 'age', row 1: a value is required": [good, {k: v for k, v in good.items() if k != "age"}],
        "column 'city', row 0: a value is required": {**good, "city": None},
        "column 'age', row 0: expected a whole number (int64), got 'old'": {**good, "age": "old"},
        "column 'age', row 0: expected a whole number (int64), got 41.5": {**good, "age": 41.5},
        "column 'age', row 0: expected a whole number (int64), got True": {**good, "age": True},
        "column 'income', row 2: expected a number (float64), got '1e5'": [good, good, {**good, "income": "1e5"}],
        "column 'vip', row 0: expected true or false (bool), got 'yes'": {**good, "vip": "yes"},
        "unknown column 'incom'; did you mean 'income'?": {**good, "incom": 1.0},
        "unknown column 'zzz'": {**good, "zzz": 1},
        "row 1: expected 4 values ['age', 'income', 'city', 'vip'], got 3": [list(good.values()), [1, 2.0, "Oslo"]],
        "row 0: expected 4 values ['age', 'income', 'city', 'vip'], got 2": [1, 2],
        "row 0: expected 4 values ['age', 'income', 'city', 'vip'], got 1": "not JSON at all",
        "column 'city' has 1 values, the first has 2": {"age": [1, 2], "city": ["Oslo"]},
        "column 'city': expected a list, got 'Oslo'": {"age": [1, 2], "city": "Oslo"},
        "row 1: expected a record, got [1, 2]": [good, [1, 2]],
        "the request holds no rows": {"age": [], "income": [], "city": [], "vip": []},
        "'data' is not a base64-encoded .npy array: ": {"data": "AAAA", "data_type": "<class 'numpy.ndarray'>"},
        "column 'age', row 0: expected a whole number (int64), got 1180591620717411303424": {**good, "age": 2**70},
    }
    empty = [[], {}, {"data": []}, [[]]]
    replies = bench.ask(dumped(bench, estimator, frame), [*empty, *cases.values()])
    for reply in replies.answers[: len(empty)]:
        assert reply["error"] == "ValueError", reply
    for (said, payload), reply in zip(cases.items(), replies.answers[len(empty) :], strict=True):
        assert reply.get("error") == "ValueError", (payload, reply)
        assert reply["message"].startswith(said), (payload, reply["message"])


def test_mixed_columns_with_missing_values(bench, mixed):
    frame, estimator = mixed
    rows = frame.head(9)
    expected = estimator.predict(rows).tolist()
    records = json.loads(rows.to_json(orient="records"))
    without = [{k: v for k, v in record.items() if v is not None} for record in records]
    lists = [list(record.values()) for record in records]
    envelope = {"data": rows.to_json(), "data_type": "<class 'pandas.core.frame.DataFrame'>"}
    answers = bench.predictions(dumped(bench, estimator, frame), [records, without, lists, envelope])
    assert answers == [expected] * 4


@pytest.mark.parametrize("method", ["predict_proba", "decision_function"])
def test_the_method_of_the_manifest_is_called(bench, iris, method):
    frame, target = iris
    estimator = GridSearchCV(LogisticRegression(max_iter=1000), {"C": [0.1, 1.0]}, cv=2).fit(frame, target)
    model = dumped(bench, estimator, frame, score=Score(method=method))
    rows = frame.iloc[[0, 60, 120]]
    answers = bench.predictions(model, [rows.to_dict("records")])[0]
    np.testing.assert_allclose(answers, getattr(estimator, method)(rows), rtol=1e-12)


def test_transform_gives_rows_even_of_a_sparse_matrix(bench):
    frame = pd.DataFrame({"city": ["Oslo", "Rome", "Oslo"]})
    encoder = OneHotEncoder().fit(frame)
    model = dumped(bench, encoder, frame, score=Score(method="transform"))
    assert bench.predictions(model, [["Rome", "Oslo"], [{"city": "Rome"}]]) == [[[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0]]]


def test_texts_reach_a_vectorizer_as_documents(bench):
    texts = ["good film", "bad film", "great, good", "awful bad", '["quoted"] good', "{bad}"]
    estimator = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0, 1, 0])
    model = dumped(bench, estimator, pd.DataFrame({"review": texts}))
    expected = estimator.predict(texts).tolist()
    payloads = [texts, [[text] for text in texts], [{"review": text} for text in texts], {"review": texts}]
    assert bench.predictions(model, payloads) == [expected] * 4
    assert bench.predictions(model, ["good film", "bad film", "{bad}"]) == [[1], [0], [0]]


def test_several_outputs_are_answered_row_by_row(bench, iris):
    frame, target = iris
    both = np.column_stack([target, target % 2])
    estimator = MultiOutputClassifier(LogisticRegression(max_iter=1000)).fit(frame, both)
    rows = frame.iloc[[0, 60]]
    model = dumped(bench, estimator, frame, score=Score(method="predict_proba"))
    first, second = estimator.predict_proba(rows)
    expected = [[first[row].tolist(), second[row].tolist()] for row in range(2)]
    (answers,) = bench.predictions(model, [rows.to_dict("records")])
    assert compare(answers, expected, 1e-12).differing == ()


def test_an_estimator_fitted_on_arrays_gets_arrays(bench, iris):
    """And warns of nothing: scikit-learn warns when names appear that it was not fitted with."""
    frame, target = iris
    estimator = RandomForestClassifier(5, random_state=0).fit(frame.to_numpy(), target)
    bench.extras["hooks.py"] = "import warnings\n\nwarnings.simplefilter('error')\n"
    model = dumped(bench, estimator, frame, score=Score(hooks="hooks.py"))
    rows = frame.iloc[[0, 60]]
    assert bench.predictions(model, [rows.to_dict("records")]) == [estimator.predict(rows.to_numpy()).tolist()]


def test_columns_reach_the_estimator_in_its_own_order(bench, iris):
    frame, target = iris
    estimator = LogisticRegression(max_iter=1000).fit(frame, target)
    model = dumped(bench, estimator, frame[frame.columns[::-1]])
    assert bench.predictions(model, [frame.iloc[[0, 60]].to_dict("records")]) == [[0, 1]]


def test_without_a_schema_it_still_answers(bench, iris):
    frame, target = iris
    estimator = LogisticRegression(max_iter=1000).fit(frame, target)
    rows = frame.iloc[[0, 60]]
    model = dumped(bench, estimator, None)
    payloads = [rows.to_dict("records"), rows.to_dict("list"), rows.to_dict("records")[0]]
    assert bench.predictions(model, payloads) == [[0, 1], [0, 1], [0]]
    named = replace(model, facts=replace(FACTS, feature_names=tuple(frame.columns)))
    assert bench.predictions(named, [rows.to_numpy().tolist(), rows.iloc[0].tolist()]) == [[0, 1], [0]]


def test_nan_is_answered_as_null(bench):
    class_free = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
    class_free.coef_ = np.array([np.nan])
    model = dumped(bench, class_free, pd.DataFrame({"x": [0.5, 1.5]}))
    assert bench.predictions(model, [[[1.0]]]) == [[None]]


def test_datetimes_come_as_iso_text_or_milliseconds(bench):
    moments = pd.to_datetime(["2024-01-31", "2024-06-01T12:00:00"], format="ISO8601")
    bench.extras["hooks.py"] = (
        "def pre_inference(data):\n    assert data['when'].dtype == 'datetime64[ns]', data.dtypes\n"
        "    return data['when'].astype('int64').to_numpy().reshape(-1, 1)\n"
    )
    estimator = LinearRegression().fit([[0.0], [1e18]], [0.0, 1e9])  # nanoseconds to seconds
    model = dumped(bench, estimator, None, score=Score(hooks="hooks.py"))
    field = Field("when", "datetime64[ns]", "DateTime", True, "when", 0)
    model = replace(model, input_schema=DataSchema((field,)))
    expected = [moment.timestamp() for moment in moments]
    texts = [moment.isoformat() for moment in moments]
    zoned = ["2024-01-31T01:00:00+01:00", "2024-06-01T12:00:00Z"]
    millis = [int(second * 1000) for second in expected]
    good = [texts, zoned, millis, {"when": texts}]
    replies = bench.ask(model, [*good, ["yesterday"], ["2024-99-99"], [True]]).answers
    for reply in replies[: len(good)]:
        np.testing.assert_allclose(reply["answer"]["prediction"], expected, rtol=1e-9)
    for reply in replies[len(good) :]:
        assert reply["error"] == "ValueError"
        assert "'when'" in reply["message"]


def test_hooks_see_the_checked_table_and_the_models_answer(bench, iris):
    frame, target = iris
    estimator = LogisticRegression(max_iter=1000).fit(frame, target)
    bench.extras["hooks.py"] = (
        "def pre_inference(data):\n    return data.assign(**{data.columns[0]: 5.0})\n\n\n"
        "def post_inference(prediction):\n    return [f'class {p}' for p in prediction]\n"
    )
    model = dumped(bench, estimator, frame, score=Score(hooks="hooks.py"))
    assert bench.predictions(model, [frame.iloc[[0, 120]].to_dict("records")]) == [["class 0", "class 2"]]


def test_a_model_file_that_was_touched_is_not_loaded(bench, iris):
    frame, target = iris
    folder = bench.write(dumped(bench, LogisticRegression(max_iter=1000).fit(frame, target), frame))
    with (folder / "model.joblib").open("ab") as file:
        file.write(b"\0")
    load = run_artifact(folder, [], timeout=300).load
    assert (load["error"], "SHA-256 differs" in load["message"]) == ("ValueError", True)


@pytest.mark.parametrize("name", ["sklearn-logreg-iris", "sklearn-pipeline-mixed"])
def test_the_request_ads_recorded_is_answered_with_the_native_predictions(bench, name):
    golden = GOLDENS / name
    sample = next(path for path in (golden / "sample_X.npz", golden / "sample_X.csv") if path.exists())
    model = bench.model(golden / "artifact" / "model.joblib", FACTS, sample)
    request = json.loads((golden / "request.json").read_text())
    assert bench.predictions(model, [request]) == [json.loads((golden / "native_predictions.json").read_text())]


def test_a_skops_file_is_loaded_too(bench, iris):
    skops = pytest.importorskip("skops.io")
    frame, target = iris
    estimator = RandomForestClassifier(3, random_state=0).fit(frame, target)
    skops.dump(estimator, bench.root / "model.skops")
    model = bench.model(bench.root / "model.skops", replace(FACTS, format="skops"))
    assert bench.predictions(model, [frame.iloc[[0, 60]].to_dict("records")]) == [[0, 1]]
