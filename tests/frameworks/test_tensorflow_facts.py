"""Keras archives, HDF5 files and SavedModels: facts against what Keras and TensorFlow say of the same models."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.ir import Tensor
from testing.paths import OLD_MODELS

OLD = OLD_MODELS / "tensorflow"
pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow and Keras warn about themselves


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def sequential(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    folder = tmp_path_factory.mktemp("sequential")
    model = keras.Sequential(
        [keras.Input((4,), name="features"), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    model.save_weights(folder / "m.weights.h5")
    model.export(folder / "exported", verbose=False)
    return model, folder


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(CompilerError) as caught:
        inspect_model(path)
    (problem,) = caught.value.diagnostics
    return problem.code, problem.message


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_sequential(keras: Any, sequential: tuple[Any, Path], name: str) -> None:
    model, folder = sequential
    facts = inspect_model(folder / name)
    assert (facts.framework, facts.format, facts.version) == ("tensorflow", name[2:], None)
    assert facts.versions == {"keras": keras.__version__}
    assert facts.algorithm == type(model).__name__
    assert facts.inputs == (Tensor("features", "float32", model.input_shape),)
    assert facts.feature_count == 4
    assert facts.outputs[0].shape in {None, model.output_shape}
    assert facts.hyperparameters is not None
    assert facts.hyperparameters["loss"] == model.loss
    assert facts.hyperparameters["optimizer"]["learning_rate"] == pytest.approx(0.001)  # type: ignore[call-overload, index]
    assert facts.unknown == ()


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_functional_with_two_inputs(keras: Any, name: str, tmp_path: Path) -> None:
    number, kind = keras.Input((4,), name="number"), keras.Input((1,), name="kind", dtype="int32")
    flat = keras.layers.Flatten()(keras.layers.Embedding(5, 2)(kind))
    price = keras.layers.Dense(1, name="price")(keras.layers.Concatenate()([number, flat]))
    model = keras.Model([number, kind], price)
    model.save(tmp_path / name)
    facts = inspect_model(tmp_path / name)
    assert facts.inputs == tuple(Tensor(t.name, t.dtype, t.shape) for t in model.inputs)
    assert [tensor.name for tensor in facts.outputs] == ["price"]
    assert (facts.algorithm, facts.feature_count, facts.hyperparameters) == ("Functional", None, None)


def test_exported_saved_model(sequential: tuple[Any, Path]) -> None:
    import tensorflow  # noqa: ICN001

    _, folder = sequential
    facts = inspect_model(folder / "exported")
    signature = tensorflow.saved_model.load(folder / "exported").signatures["serving_default"]
    (specification,) = signature.structured_input_signature[1].values()
    (name,) = signature.structured_outputs
    assert (facts.framework, facts.format, facts.version) == ("tensorflow", "savedmodel", tensorflow.__version__)
    assert facts.inputs == (Tensor(specification.name, "float32", tuple(specification.shape)),)
    assert facts.outputs == (Tensor(name, "float32", tuple(signature.structured_outputs[name].shape)),)
    assert facts.details["signatures"] == ["serve", "serving_default"]


def test_saved_model_that_reads_files_is_unknown_code(tmp_path: Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    read = tf.function(lambda path: {"text": tf.io.read_file(path)})
    module.read = read
    signature = read.get_concrete_function(tf.TensorSpec((), tf.string, name="path"))
    tf.saved_model.save(module, tmp_path / "m", signatures=signature)
    assert inspect_model(tmp_path / "m").unknown == ("tensorflow.ReadFile",)
    assert inspect_model(tmp_path / "m", allow=frozenset({"tensorflow.ReadFile"})).unknown == ()
    assert inspect_model(tmp_path / "m").inputs == (Tensor("path", "string", ()),)


@pytest.mark.parametrize("name", ["sequential-keras2.h5", "functional-keras2.h5", "functional-keras2.keras"])
def test_files_of_keras_2(name: str) -> None:
    facts = inspect_model(OLD / name)
    assert facts.versions == {"keras": "2.15.0"}
    number = Tensor("num", "float32", (None, 4))
    functional = (number, Tensor("cat", "int32", (None, 1)))
    sequence = (Tensor("dense_input", "float32", (None, 4)),)
    assert facts.inputs == (sequence if name.startswith("seq") else functional)


def test_saved_model_of_keras_2() -> None:
    facts = inspect_model(OLD / "savedmodel-keras2")
    assert (facts.version, facts.algorithm) == ("2.15.1", "Sequential")
    assert facts.inputs == (Tensor("dense_input", "float32", (None, 4)),)
    assert facts.outputs == (Tensor("dense_1", "float32", (None, 2)),)


def test_weights_alone_are_told_with_the_way_out(sequential: tuple[Any, Path]) -> None:
    _, folder = sequential
    facts = inspect_model(folder / "m.weights.h5")
    assert facts.unserved is not None
    assert facts.unserved.what == "no Keras model, or the weights of one alone"
    assert "model.save('model.keras')" in facts.unserved.instead


def test_lambda_layers_are_refused(keras: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x * 2)])
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        assert refused(tmp_path / name)[0] == "MF221"
    assert refused(OLD / "lambda-keras2.h5")[0] == "MF221"


def test_custom_layers_are_unknown_code(keras: Any, tmp_path: Path) -> None:
    class Double(keras.layers.Layer):  # type: ignore[misc, name-defined]
        def call(self, x: Any) -> Any:
            return x * 2

    registered = keras.saving.register_keras_serializable("shop")(type("Triple", (Double,), {}))
    keras.Sequential([keras.Input((4,)), Double(), registered()]).save(tmp_path / "m.keras")
    module = Double.__module__
    names = inspect_model(tmp_path / "m.keras").unknown
    assert set(names) == {f"{module}.Double", f"{module}.shop.Triple"}
    assert inspect_model(tmp_path / "m.keras", allow=frozenset(names)).unknown == ()


def rewritten(source: Path, target: Path, config: object) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(config) if name == "config.json" else old.read(name))
    return target


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ({"module": "os", "class_name": "function", "config": "system"}, "MF204"),
        ({"module": "builtins", "class_name": "exec", "config": "1"}, "MF204"),
        ({"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"module": "gASV"}}, "MF204"),
        ({"module": "keras.utils", "class_name": "function", "config": "get_file"}, "MF204"),
        ({"module": "evil.pkg", "class_name": "Layer", "config": {}}, "evil.pkg.Layer"),
    ],
)
def test_configurations_that_reach_outside(layer: dict[str, object], expected: str, tmp_path: Path) -> None:
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    path = rewritten(OLD / "functional-keras2.keras", tmp_path / "m.keras", config)
    if expected.startswith("MF"):
        assert refused(path)[0] == expected
    else:
        assert inspect_model(path).unknown == (expected,)


def test_files_cut_short(tmp_path: Path) -> None:
    for name in ("functional-keras2.keras", "functional-keras2.h5"):
        (tmp_path / "m").write_bytes((OLD / name).read_bytes()[:-100])
        assert refused(tmp_path / "m")[0] == "MF203"
    shutil.copytree(OLD / "savedmodel-keras2", tmp_path / "sm")
    graph = tmp_path / "sm" / "saved_model.pb"
    graph.write_bytes(graph.read_bytes()[:-100])
    assert refused(tmp_path / "sm")[0] == "MF203"


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_read_or_give_a_diagnostic(data: st.DataObject, tmp_path: Path) -> None:
    names = ["functional-keras2.keras", "functional-keras2.h5", "savedmodel-keras2/saved_model.pb"]
    seed = OLD / data.draw(st.sampled_from(names))
    content = bytearray(seed.read_bytes())
    # HDF5 keeps everything of interest in its first pages and its heap.
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    target = tmp_path / "m" / seed.name if seed.suffix == ".pb" else tmp_path / "file"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(content[: data.draw(st.sampled_from([len(content), data.draw(st.integers(1, len(content)))]))])
    try:
        facts = inspect_model(target.parent if seed.suffix == ".pb" else target)
    except CompilerError as error:
        codes = {problem.code for problem in error.diagnostics}
        assert codes <= {"MF202", "MF203", "MF204", "MF205", "MF206", "MF209", "MF221"}
    else:
        assert facts.framework == "tensorflow"
