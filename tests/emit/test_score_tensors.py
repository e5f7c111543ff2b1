"""The generated score.py of models that compute with arrays: PyTorch, TensorFlow, ONNX."""

from __future__ import annotations

import importlib
import json
import pickle
import shutil
import textwrap

import numpy as np
import pandas as pd
import pytest

from compiler.frameworks import inspect_model
from compiler.ir import Architecture, ModelFacts, Score
from testing.paths import GOLDENS

NET = """
    import torch


    class Net(torch.nn.Module):
        def __init__(self, hidden):
            super().__init__()
            self.layers = torch.nn.Sequential(
                torch.nn.Linear(4, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 3)
            )

        def forward(self, x):
            return self.layers(x)
"""


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(0)
    return pd.DataFrame(random.normal(size=(5, 4)).astype("float32"), columns=["a", "b", "c", "d"])


@pytest.fixture
def net(bench):
    """The network, whose class is a file of the user's."""
    torch = pytest.importorskip("torch")
    bench.extras["net.py"] = textwrap.dedent(NET)
    scope: dict[str, object] = {}
    exec(bench.extras["net.py"], scope)
    torch.manual_seed(0)
    return scope["Net"](hidden=8).eval()


def native(network, rows):
    import torch

    with torch.no_grad():
        return network(torch.from_numpy(rows.to_numpy())).numpy()


def save_state(network, path, rows):
    import torch

    torch.save(network.state_dict(), path)


def save_safetensors(network, path, rows):
    from safetensors.torch import save_file

    save_file(network.state_dict(), path)


def save_script(network, path, rows):
    import torch

    torch.jit.trace(network, torch.from_numpy(rows.to_numpy())).save(path)


def save_export(network, path, rows):
    import torch

    batch = torch.export.Dim("batch", min=1, max=1024)
    example = (torch.from_numpy(rows.to_numpy()),)
    torch.export.save(torch.export.export(network, example, dynamic_shapes=({0: batch},)), path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("save", [save_state, save_safetensors, save_script, save_export])
def test_pytorch_answers_every_payload_shape(bench, net, rows, save):
    path = bench.root / ("model.pt2" if save is save_export else "model.bin")
    save(net, path, rows)
    rows.to_csv(bench.root / "sample.csv", index=False)
    score = Score(architecture=Architecture("net.py", "Net", {"hidden": 8}))
    model = bench.model(path, inspect_model(path), bench.root / "sample.csv", score=score)
    lists = rows.to_numpy().tolist()
    tensor = {"__ads_torch_tensor__": 1, "data": lists, "dtype": "torch.float32", "shape": [5, 4], "device": "cpu"}
    payloads = [
        lists,
        rows.to_dict("records"),
        rows.to_dict("list"),
        {"data": tensor, "data_type": "<class 'torch.Tensor'>"},
        {"data": rows.to_json(double_precision=15), "data_type": "<class 'pandas.DataFrame'>"},
    ]
    for answer in bench.predictions(model, payloads):
        np.testing.assert_allclose(answer, native(net, rows), rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_embeddings_get_whole_numbers(bench):
    torch = pytest.importorskip("torch")
    network = torch.nn.Sequential(torch.nn.Embedding(10, 2), torch.nn.Flatten(), torch.nn.Linear(6, 1)).eval()
    torch.jit.script(network).save(bench.root / "model.pt")
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": [5, 9]})
    frame.to_csv(bench.root / "sample.csv", index=False)
    model = bench.model(bench.root / "model.pt", ModelFacts("pytorch", "torchscript"), bench.root / "sample.csv")
    with torch.no_grad():
        expected = network(torch.from_numpy(frame.to_numpy())).numpy()
    np.testing.assert_allclose(bench.predictions(model, [frame.to_dict("records")])[0], expected, rtol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_images_are_cells_of_their_own(bench):
    """An array of any rank: one cell a row, checked by its shape."""
    torch = pytest.importorskip("torch")
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(72, 3)).eval()
    torch.jit.script(network).save(bench.root / "model.pt")
    images = np.random.default_rng(0).normal(size=(3, 1, 8, 8)).astype("float32")
    np.save(bench.root / "sample.npy", images)
    model = bench.model(bench.root / "model.pt", ModelFacts("pytorch", "torchscript"), bench.root / "sample.npy")
    with torch.no_grad():
        expected = network(torch.from_numpy(images)).numpy()
    one, many, wrapped, bad, ragged = (
        images[0].tolist(),
        images.tolist(),
        {"data": images.tolist()},
        images[:, :, :4].tolist(),
        [[[[1.0, 2.0], [1.0]]]],
    )
    replies = bench.ask(model, [many, wrapped, one, bad, ragged]).answers
    np.testing.assert_allclose(replies[0]["answer"]["prediction"], expected, rtol=1e-4, atol=1e-5)
    assert replies[1] == replies[0]
    np.testing.assert_allclose(replies[2]["answer"]["prediction"], expected[:1], rtol=1e-4, atol=1e-5)
    for reply in replies[3:]:
        assert reply["error"] == "ValueError"
        assert "row 0: expected an array of shape (1, 8, 8)" in reply["message"]


@pytest.mark.parametrize("name", ["pytorch-statedict", "tensorflow-keras-kerasfile"])
def test_the_request_ads_recorded_is_answered_with_the_native_predictions(bench, name):
    golden = GOLDENS / name
    source = next((golden / "artifact").glob("model.*"))
    score = Score()
    if name.startswith("pytorch"):
        bench.extras["netdef.py"] = (golden / "artifact" / "netdef.py").read_text()
        score = Score(architecture=Architecture("netdef.py", "Net"))
    model = bench.model(source, inspect_model(source), golden / "sample_X.npz", score=score)
    request = json.loads((golden / "request.json").read_text())
    expected = json.loads((golden / "native_predictions.json").read_text())
    np.testing.assert_allclose(bench.predictions(model, [request])[0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", ["h5", "savedmodel", "keras under another name"])
def test_tensorflow_answers_every_payload_shape(bench, rows, form):
    tf = pytest.importorskip("tensorflow")
    tf.keras.utils.set_random_seed(0)
    network = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(8, "relu"), tf.keras.layers.Dense(3)])
    path = bench.root / {"h5": "model.h5", "savedmodel": "model"}.get(form, "model.keras")
    if form == "savedmodel":
        network.export(path, verbose=False)
    else:
        network.save(path)
    if " " in form:
        path = path.rename(bench.root / "model.bin")
    rows.to_csv(bench.root / "sample.csv", index=False)
    model = bench.model(path, inspect_model(path), bench.root / "sample.csv")
    payloads = [rows.to_numpy().tolist(), rows.to_dict("records"), rows.to_dict("list"), {"data": rows.to_json()}]
    for answer in bench.predictions(model, payloads):
        np.testing.assert_allclose(answer, network(rows.to_numpy()).numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_keras_models_with_several_inputs_and_outputs(bench):
    tf = pytest.importorskip("tensorflow")
    a, b = tf.keras.Input((2,), name="left"), tf.keras.Input((2, 2), name="right")
    joined = tf.keras.layers.Concatenate()([a, tf.keras.layers.Flatten()(b)])
    outputs = {"up": tf.keras.layers.Dense(1, name="up")(joined), "down": tf.keras.layers.Dense(2, name="down")(joined)}
    network = tf.keras.Model([a, b], outputs)
    network.save(bench.root / "model.keras")
    left, right = np.ones((2, 2), "float32"), np.arange(8, dtype="float32").reshape(2, 2, 2)
    np.savez(bench.root / "sample.npz", left=left, right=right)
    model = bench.model(bench.root / "model.keras", ModelFacts("tensorflow", "keras"), bench.root / "sample.npz")
    records = [{"left": x.tolist(), "right": y.tolist()} for x, y in zip(left, right, strict=True)]
    (answer,) = bench.predictions(model, [records])
    expected = network([left, right])
    for name in ("up", "down"):
        np.testing.assert_allclose([row[name] for row in answer], expected[name].numpy(), rtol=1e-5)


@pytest.fixture(scope="module")
def converted():
    """scikit-learn pipelines as skl2onnx converts them."""
    return pytest.importorskip("skl2onnx")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("zipmap", [True, False])
@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_onnx_classifiers(bench, converted, zipmap, method):
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    frame, target = load_iris(return_X_y=True, as_frame=True)
    names = np.array(["setosa", "versicolor", "virginica"])
    estimator = LogisticRegression(max_iter=1000).fit(frame.to_numpy(), names[target])
    options = {id(estimator): {"zipmap": zipmap}}
    graph = converted.convert_sklearn(estimator, initial_types=[("x", FloatTensorType([None, 4]))], options=options)
    path = bench.root / "model.onnx"
    path.write_bytes(graph.SerializeToString())
    frame.to_csv(bench.root / "sample.csv", index=False)
    model = bench.model(path, inspect_model(path), bench.root / "sample.csv", score=Score(method=method))
    some = frame.iloc[[0, 60, 120]]
    expected = getattr(estimator, method)(some.to_numpy()).tolist()
    for answer in bench.predictions(model, [some.to_dict("records"), some.to_numpy().tolist()]):
        assert answer == expected if method == "predict" else np.allclose(answer, expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_onnx_pipelines_take_each_column_by_its_name(bench, converted):
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    frame = pd.DataFrame({"city": ["Oslo", "Rome", "Oslo", "Rome"], "size": [1.0, 2.0, 3.0, 5.0]})
    columns = ColumnTransformer([("c", OneHotEncoder(), ["city"]), ("n", "passthrough", ["size"])])
    estimator = make_pipeline(columns, LinearRegression()).fit(frame, [1.0, 2.0, 3.0, 4.0])
    types = [("city", StringTensorType([None, 1])), ("size", FloatTensorType([None, 1]))]
    path = bench.root / "model.onnx"
    path.write_bytes(converted.convert_sklearn(estimator, initial_types=types).SerializeToString())
    frame.to_csv(bench.root / "sample.csv", index=False)
    model = bench.model(path, inspect_model(path), bench.root / "sample.csv")
    for answer in bench.predictions(model, [frame.to_dict("records"), frame.to_numpy().tolist()]):
        np.testing.assert_allclose(np.ravel(answer), estimator.predict(frame), rtol=1e-5)


@pytest.mark.slow
def test_spark_pipelines(bench):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    pytest.importorskip("pyspark")
    golden = GOLDENS / "pyspark-pipelinemodel"
    source = golden / "artifact" / "model"
    model = bench.model(source, inspect_model(source), golden / "sample_X.csv")
    request = json.loads((golden / "request.json").read_text())
    records = [json.loads(row) for row in request["data"]]
    replies = bench.ask(model, [request, records, [list(row.values()) for row in records], [{**records[0], "c": None}]])
    expected = json.loads((golden / "native_predictions.json").read_text())
    assert [reply["answer"]["prediction"] for reply in replies.answers[:3]] == [expected] * 3
    assert replies.answers[3]["message"] == "column 'c', row 0: a value is required"


def test_spark_without_java_says_so(bench, monkeypatch):
    pytest.importorskip("pyspark")
    source = GOLDENS / "pyspark-pipelinemodel" / "artifact" / "model"
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(bench.root))
    load = bench.ask(bench.model(source, inspect_model(source)), []).load
    assert (load["error"], "Spark needs Java" in load["message"]) == ("RuntimeError", True)


def test_a_class_of_the_users_own(bench, monkeypatch):
    """The recorded request; the recorded pickle itself broke when the paths inside it were neutralized."""
    source = "import numpy as np\n\n\nclass Squares:\n    def predict(self, x):\n        return np.asarray(x) ** 2\n"
    bench.extras["squares.py"] = source
    (bench.root / "squares.py").write_text(source)
    monkeypatch.syspath_prepend(bench.root)
    squares = importlib.import_module("squares")
    (bench.root / "model.pkl").write_bytes(pickle.dumps(squares.Squares()))
    facts = inspect_model(bench.root / "model.pkl", framework="other")
    assert facts.unknown == ("squares.Squares",)  # compile refuses it until the user allows it by name
    golden = GOLDENS / "generic-customclass"
    model = bench.model(bench.root / "model.pkl", facts, golden / "sample_X.json")
    request = json.loads((golden / "request.json").read_text())
    expected = json.loads((golden / "native_predictions.json").read_text())
    assert bench.predictions(model, [request, {"data": request}]) == [expected, expected]


def test_any_file_with_hooks_that_load_it(bench):
    (bench.root / "rules.txt").write_text("3")
    bench.extras["hooks.py"] = (
        "from factors import twice\n\n\ndef load_model(path):\n    return twice(int(open(path).read()))\n\n\n"
        "def predict(model, data):\n    return data['x'] * model\n"
    )
    bench.extras["factors.py"] = "def twice(number):\n    return 2 * number\n"
    (bench.root / "sample.csv").write_text("x\n1\n2\n")
    model = bench.model(
        bench.root / "rules.txt",
        ModelFacts("other", "unknown"),
        bench.root / "sample.csv",
        score=Score(hooks="hooks.py"),
    )
    assert bench.predictions(model, [[{"x": 2}], [[1], [4]]]) == [[12], [6, 24]]
