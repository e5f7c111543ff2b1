"""Keras configurations: every class, function and path in them, at any depth, in archives and HDF5."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow and Keras warn about themselves


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


def written(keras: Any, folder: Path, kind: str, config: dict[str, Any]) -> Path:
    """An honest file of that kind with another configuration in it."""
    import h5py

    honest = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    path = folder / f"m.{kind}"
    honest.save(folder / f"honest.{kind}")
    if kind == "h5":
        (folder / "honest.h5").rename(path)
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = json.dumps(config)
        return path
    with zipfile.ZipFile(folder / "honest.keras") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(config) if name == "config.json" else old.read(name))
    return path


def model_of(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [*layers]}}


def answer(path: Path) -> str:
    """The codes and messages of a refusal, or the unknown names with their places."""
    try:
        facts = inspect_model(path)
        return "unknown " + ", ".join(f"{name} ({facts.places[name]})" for name in facts.unknown)
    except CompilerError as error:
        (problem,) = error.diagnostics
        return f"{problem.code} {problem.message}"


def layer(
    name: str, module: str | None = "keras.layers", registered: str | None = None, **config: Any
) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


BYTECODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}}
GET_FILE = {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}
HIDDEN = "the model cannot be taken: a Lambda layer holds Python bytecode (config.config.layers[0]"
HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "lambda": (layer("Lambda", function=BYTECODE), f"MF221 {HIDDEN}.config.function)"),
    "lambda of Keras 2": (layer("Lambda", None, function=["4wEAAAA=", None, None]), f"MF221 {HIDDEN})"),
    "lambda behind a registered name": (
        layer("Lambda", registered="Dense", function=["4wEAAAA=", None, None]),
        f"MF221 {HIDDEN})",
    ),
    "output shape": (
        layer("Lambda", function="tanh", output_shape=["4wEA", None, None], output_shape_type="lambda"),
        f"MF221 {HIDDEN})",
    ),
    "anonymous": (
        layer("Lambda", function={"class_name": "function", "config": "<lambda>", "module": "builtins"}),
        f"MF221 {HIDDEN}.config.function)",
    ),
    "lambda as an activation": (layer("Dense", units=1, activation=BYTECODE), f"MF221 {HIDDEN}.config.activation)"),
    "lambda in JSON text": (
        layer("Dense", units=1, note=json.dumps({"a": [json.dumps(layer("X", function=BYTECODE))]})),
        f"MF221 {HIDDEN}.config.note.a[0].config.function)",
    ),
    "function that loads": (
        layer("Lambda", function=GET_FILE),
        "MF204 the model is denied: it refers to 'keras.utils.get",
    ),
    "function behind a registered name": (
        layer("Lambda", function={**GET_FILE, "registered_name": "relu"}),
        "MF204 the model is denied: it refers to 'keras.utils.get",
    ),
    "safe mode": (
        layer(
            "Dense",
            activation={"module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization"},
        ),
        "MF204 the model is denied: it refers to 'keras.config.enable_unsafe_deserialization', which is no part of",
    ),
    "another model": (
        layer("TFSMLayer", filepath="/tmp/x"),
        "MF204 the model is denied: the layer TFSMLayer loads another",
    ),
    "PyTorch": (layer("TorchModuleWrapper", module="gASV"), "MF204 the model is denied: the layer TorchModuleWrapper"),
    "vocabulary": (
        layer("StringLookup", vocabulary="/etc/passwd"),
        "MF204 the model is denied: the layer StringLookup reads the file '/etc/passwd' while the model loads (config",
    ),
    "vocabulary deep inside": (
        layer("TimeDistributed", layer=layer("TextVectorization", vocabulary="words.txt")),
        "MF204 the model is denied: the layer TextVectorization reads the file 'words.txt'",
    ),
    "standard library": (layer("system", "os"), "MF204 the model is denied: it refers to 'os.system' of the standard"),
    "built in": (
        {"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "function"},
        "MF204 the model is denied: it refers to 'builtins.exec'",
    ),
    "TensorFlow's functions": (layer("TFOpLambda", function="io.write_file"), "unknown tensorflow.io.write_file"),
    "TensorFlow's Python": (layer("TFOpLambda", function="py_function"), "unknown tensorflow.py_function"),
    "TensorFlow's operations": (
        layer("TensorFlowOpLayer", node_def=json.dumps({"name": "x", "op": "WriteFile"})),
        "unknown keras.layers.TensorFlowOpLayer",
    ),
    "functions that take functions": (
        layer("Lambda", function={"module": "keras.ops", "class_name": "function", "config": "while_loop"}),
        "unknown keras.ops.while_loop",
    ),
    "others' layers": (layer("Scale", "shop.layers", "shop>Scale", factor=2), "unknown shop.layers.shop.Scale"),
    "a layer without a module": (layer("Scale", None), "unknown Scale"),
    "a newer layer": (layer("Hyper", "keras.layers"), "unknown keras.layers.Hyper"),
}


@pytest.mark.parametrize("kind", ["keras", "h5"])
@pytest.mark.parametrize("name", HOSTILE)
def test_configurations_that_act(keras: Any, kind: str, name: str, tmp_path: Path) -> None:
    hostile, expected = HOSTILE[name]
    assert answer(written(keras, tmp_path, kind, model_of(hostile))).startswith(expected)


def test_training_configurations_are_judged_too(keras: Any, tmp_path: Path) -> None:
    import h5py

    path = written(keras, tmp_path, "h5", model_of(layer("Dense", None, units=1)))
    with h5py.File(path, "r+") as file:
        file.attrs["training_config"] = json.dumps(
            {"loss": {"module": "os", "class_name": "function", "config": "system"}}
        )
    assert (
        answer(path)
        == "MF204 the model is denied: it refers to 'os.system' of the standard library (training_config.loss)"
    )


def every_layer(keras: Any) -> list[Any]:
    layers, shape = keras.layers, keras.Input((6, 4))
    text = layers.TextVectorization(max_tokens=20, output_sequence_length=4)
    text.adapt(["a b", "c"])
    x, y = keras.Input((4,)), keras.Input((4,))
    recurrent = layers.RNN([layers.LSTMCell(2), layers.GRUCell(2)])
    inner = layers.TimeDistributed(layers.Dense(2, activation="gelu", kernel_regularizer="l2"))
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    compiled = keras.Sequential([keras.Input((4,)), layers.Dense(1, kernel_constraint=keras.constraints.MaxNorm(2))])
    compiled.compile(keras.optimizers.Adam(schedule), keras.losses.Huber(), metrics=[keras.metrics.AUC(), "mae"])
    words = keras.Input((1,), dtype="string")
    return [
        keras.Model(shape, recurrent(inner(layers.Bidirectional(layers.LSTM(3, return_sequences=True))(shape)))),
        keras.Model(shape, layers.MultiHeadAttention(2, 2)(shape, shape)),
        keras.Model([x, y], keras.ops.concatenate([keras.ops.relu(x * 2 + y)[:, :1], x], -1)),
        keras.Model(words, layers.Embedding(4, 2)(layers.StringLookup(vocabulary=["a", "b"])(words))),
        keras.Sequential([keras.Input((1,), dtype="string"), text, layers.Embedding(20, 2)]),
        keras.Sequential([keras.Input((4,)), layers.Lambda(keras.ops.tanh)]),
        keras.Sequential(
            [keras.Input((4,)), layers.Dense(4, dtype="mixed_float16", activation=keras.activations.mish)]
        ),
        compiled,
    ]


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_ordinary_models_are_known(keras: Any, kind: str, tmp_path: Path) -> None:
    for number, model in enumerate(every_layer(keras)):
        path = tmp_path / f"{number}.{kind}"
        model.save(path)
        assert answer(path) == "unknown ", model.get_config()


def test_every_public_layer_is_known_or_left_out_on_purpose(keras: Any) -> None:
    """A release of Keras with new layers shows here: each is then read, and listed or named below."""
    from compiler.frameworks.allowed import words

    left_out = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
    public = {name for name in dir(keras.layers) if isinstance(getattr(keras.layers, name), type)}
    assert public - words("tensorflow/keras-classes") == left_out
