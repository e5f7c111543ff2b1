"""ONNX models: facts against what onnx and onnxruntime say of the same files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model

pytestmark = pytest.mark.filterwarnings("ignore")  # the converters warn about themselves
X = np.random.default_rng(0).random((60, 3)).astype(np.float32)
Y = (X[:, 0] > 0.5).astype(int)


def linear(ir_version: int = 10, *, quantised: bool = False) -> onnx.ModelProto:
    """x @ w, with the weights listed among the inputs as before IR version 4."""
    weight = numpy_helper.from_array(np.ones((3, 2), np.float32), "w")
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"])]
    initializers = [weight]
    if quantised:
        initializers = [
            numpy_helper.from_array(np.ones((3, 2), np.int8), "q"),
            numpy_helper.from_array(np.float32(0.5), "scale"),
            numpy_helper.from_array(np.int8(0), "zero"),
        ]
        nodes.insert(0, helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["w"]))
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])]
    if ir_version < 4:
        inputs.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [3, 2]))
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 2])]
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="test")
    model.ir_version = ir_version
    return model


def classifier(estimator: Any, **options: object) -> bytes:
    from skl2onnx import to_onnx

    found: bytes = to_onnx(estimator, X[:1], options={id(estimator): options}, target_opset=17).SerializeToString()
    return found


@pytest.mark.parametrize("labels", [["no", "yes"], [3, 7]])
@pytest.mark.parametrize("zipmap", [True, False])
@pytest.mark.parametrize("kind", ["forest", "logistic"])
def test_classifiers(labels: list[Any], zipmap: bool, kind: str, tmp_path: Path) -> None:
    import onnxruntime
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    estimator = RandomForestClassifier(3, random_state=0) if kind == "forest" else LogisticRegression()
    estimator.fit(X, np.array(labels)[Y])
    (tmp_path / "m.bin").write_bytes(classifier(estimator, zipmap=zipmap))
    facts = inspect_model(tmp_path / "m.bin")
    session = onnxruntime.InferenceSession(tmp_path / "m.bin")
    assert (facts.framework, facts.format, facts.version) == ("onnx", "onnx", None)
    assert facts.classes == tuple(estimator.classes_.tolist())
    assert facts.algorithm == {"forest": "TreeEnsembleClassifier", "logistic": "LinearClassifier"}[kind]
    assert [tensor.name for tensor in facts.inputs] == [value.name for value in session.get_inputs()]
    assert [tensor.name for tensor in facts.outputs] == [value.name for value in session.get_outputs()]
    assert (facts.inputs[0].dtype, facts.inputs[0].shape, facts.feature_count) == ("float32", (None, 3), 3)
    assert facts.methods == {"predict", "predict_proba"}
    model = onnx.load(tmp_path / "m.bin")
    assert facts.details["opsets"] == {entry.domain or "ai.onnx": entry.version for entry in model.opset_import}
    assert facts.details["ir_version"] == model.ir_version
    assert facts.details["producer"] == f"{model.producer_name} {model.producer_version}"


def test_a_pipeline_with_one_input_a_column(tmp_path: Path) -> None:
    from skl2onnx import to_onnx
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"area": X[:, 0], "city": np.array(["Rome", "Oslo"], dtype=object)[Y]})
    encoder = ColumnTransformer([("city", OneHotEncoder(), ["city"])], remainder="passthrough")
    estimator = make_pipeline(encoder, LinearRegression()).fit(frame, X[:, 1])
    (tmp_path / "m").write_bytes(to_onnx(estimator, frame[:1], target_opset=17).SerializeToString())
    facts = inspect_model(tmp_path / "m")
    assert (facts.feature_names, facts.feature_count) == (("area", "city"), 2)
    assert [tensor.dtype for tensor in facts.inputs] == ["float32", "string"]
    assert (facts.classes, facts.algorithm) == (None, "LinearRegressor")


@pytest.mark.parametrize(("ir_version", "quantised"), [(3, False), (10, False), (10, True)])
def test_weights_are_no_inputs(ir_version: int, quantised: bool, tmp_path: Path) -> None:
    onnx.save(linear(ir_version, quantised=quantised), tmp_path / "m")
    facts = inspect_model(tmp_path / "m")
    assert [tensor.name for tensor in facts.inputs] == ["x"]
    assert (facts.outputs[0].shape, facts.details["ir_version"]) == ((None, 2), ir_version)


def test_weights_in_another_file(tmp_path: Path) -> None:
    model = linear()
    onnx.save(model, tmp_path / "m.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert inspect_model(tmp_path / "m.onnx").details["external_data"] == ["weights.bin"]
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(CompilerError, match=r"MF220.*'weights.bin', which is not beside it"):
        inspect_model(tmp_path / "m.onnx")
    for outside in ("../weights.bin", "/etc/hostname"):
        changed = onnx.load(tmp_path / "m.onnx", load_external_data=False)
        changed.graph.initializer[0].external_data[0].value = outside
        (tmp_path / "evil.onnx").write_bytes(changed.SerializeToString())
        with pytest.raises(CompilerError, match=r"MF220.*outside of its folder"):
            inspect_model(tmp_path / "evil.onnx")


def test_a_file_cut_short(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(linear().SerializeToString()[:-20])
    with pytest.raises(CompilerError, match=r"MF20[23]"):
        inspect_model(tmp_path / "m")


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_read_or_give_a_diagnostic(data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(linear(quantised=data.draw(st.booleans())).SerializeToString())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "m").write_bytes(content)
    try:
        inspect_model(tmp_path / "m")
    except CompilerError as error:
        assert {problem.code for problem in error.diagnostics} <= {"MF202", "MF203", "MF220"}  # noqa: PT017


def with_node(domain: str, operator: str, place: str, functions: tuple[str, ...] = ()) -> onnx.ModelProto:
    """The linear model with a node more: in its graph, in a branch of an If, or in a function of its own."""
    model = linear()
    node = helper.make_node(operator, ["x"], ["z"], domain=domain)
    imports = [helper.make_opsetid("", 13), helper.make_opsetid(domain, 1)]
    if place == "graph":
        model.graph.node.append(node)
    elif place == "branch":
        outputs = [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)]
        branch = helper.make_graph([node], "b", [], outputs)
        model.graph.node.append(helper.make_node("If", ["c"], ["z"], then_branch=branch, else_branch=branch))
    else:
        model.functions.append(helper.make_function("local", "Twice", ["x"], ["z"], [node], imports))
        model.graph.node.append(helper.make_node("Twice", ["x"], ["z"], domain="local"))
    for name in functions:
        model.functions.append(helper.make_function(domain, name, ["x"], ["z"], [], imports))
    return model


@pytest.mark.parametrize("place", ["graph", "branch", "function"])
def test_operators_of_other_domains_are_named(place: str, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    for domain, operator, unknown in [
        ("ai.onnx.ml", "Scaler", ()),
        ("com.microsoft", "FusedMatMul", ()),
        ("com.microsoft", "EPContext", ("com.microsoft.EPContext",)),
        ("ai.onnx.contrib", "PyOp", ("ai.onnx.contrib.PyOp",)),
        ("evil", "Run", ("evil.Run",)),
    ]:
        path.write_bytes(with_node(domain, operator, place).SerializeToString())
        facts = inspect_model(path)
        assert facts.unknown == unknown
        assert [*facts.places.values()] == ["function 'Twice', node 'z'" if place == "function" else "node 'z'"] * len(
            unknown
        )
    path.write_bytes(with_node("own", "Run", place, ("Run",)).SerializeToString())
    assert inspect_model(path).unknown == ()


@pytest.mark.parametrize("place", ["attribute", "branch", "sparse"])
def test_weights_outside_of_the_folder_wherever_they_are(place: str, tmp_path: Path) -> None:
    tensor = TensorProto(name="t", dims=[4], data_type=1, data_location=1)
    tensor.external_data.add(key="location", value="../other.bin")
    model = linear()
    if place == "attribute":
        model.graph.node.append(helper.make_node("Constant", [], ["t"], value=tensor))
    elif place == "branch":
        branch = helper.make_graph([], "b", [], [], [tensor])
        model.graph.node.append(helper.make_node("If", ["c"], ["z"], then_branch=branch, else_branch=branch))
    else:
        model.graph.sparse_initializer.add(values=tensor)
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(CompilerError, match=r"MF220.*'\.\./other\.bin', outside of its folder"):
        inspect_model(tmp_path / "m.onnx")


def test_weights_behind_a_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "secret").write_bytes(b"x" * 16)
    (tmp_path / "m" / "w.bin").symlink_to(tmp_path / "secret")
    tensor = TensorProto(name="t", dims=[4], data_type=1, data_location=1)
    tensor.external_data.add(key="location", value="w.bin")
    model = linear()
    model.graph.initializer.append(tensor)
    (tmp_path / "m" / "m.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(CompilerError, match=r"MF220.*lead outside of its folder"):
        inspect_model(tmp_path / "m" / "m.onnx")
