"""Weights of an ONNX model that lie beside it: in the artifact, checked by score.py, wherever in the graph they are."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from compiler.verify.run import run_artifact
from testing.some import some

X = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])
Y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])
WEIGHTS = np.arange(12, dtype=np.float32).reshape(4, 3)


def outside(folder, name, location):
    """A tensor whose data are in a file of their own."""
    path = folder / location
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(WEIGHTS.tobytes())
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=WEIGHTS.shape)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    tensor.external_data.add(key="length", value=str(WEIGHTS.nbytes))
    return tensor


def initializer(folder):
    return [helper.make_node("MatMul", ["x", "w"], ["y"])], [outside(folder, "w", "model.onnx.data")]


def constant(folder):
    node = helper.make_node("Constant", [], ["w"], value=outside(folder, "w", "constants.bin"))
    return [node, helper.make_node("MatMul", ["x", "w"], ["y"])], []


def several_in_a_folder(folder):
    tensors = [outside(folder, name, f"weights/{name}.bin") for name in "vw"]
    nodes = [helper.make_node("MatMul", ["x", name], [f"{name}y"]) for name in "vw"]
    return [*nodes, helper.make_node("Mean", ["vy", "wy"], ["y"])], tensors


def branch(folder):
    def graph(name):
        out = helper.make_tensor_value_info(f"{name}_y", TensorProto.FLOAT, None)
        weights = outside(folder, f"{name}_w", f"{name}.bin")
        return helper.make_graph(
            [helper.make_node("MatMul", ["x", f"{name}_w"], [f"{name}_y"])], name, [], [out], [weights]
        )

    true = helper.make_tensor("c", TensorProto.BOOL, [], [True])
    nodes = [helper.make_node("Constant", [], ["c"], value=true)]
    return [
        *nodes,
        helper.make_node("If", ["c"], ["y"], then_branch=graph("yes"), else_branch=graph("no")),
    ], []


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)

    def write(make):
        nodes, tensors = make(tmp_path)
        graph = helper.make_graph(nodes, "g", [X], [Y], tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, tmp_path / "model.onnx")
        (tmp_path / "in.json").write_text(json.dumps(rows.tolist()))
        (tmp_path / "out.json").write_text(json.dumps((rows @ WEIGHTS).tolist()))
        spec = {"model": {"path": "model.onnx"}, "samples": {"input": "in.json", "output": "out.json"}}
        document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "tested"}, "spec": spec}
        (tmp_path / "model.yaml").write_text(json.dumps(document))
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("make", "files"),
    [
        (initializer, ["model.onnx.data"]),
        (constant, ["constants.bin"]),
        (several_in_a_folder, ["weights/v.bin", "weights/w.bin"]),
        (branch, ["no.bin", "yes.bin"]),
    ],
)
def test_the_weights_are_part_of_the_artifact_and_checked(project, manifact, make, files):
    folder = project(make)
    built = manifact("compile", "model.yaml")
    assert built.code == 0, built.err
    verified = manifact("verify", "model.yaml")
    assert verified.code == 0, verified.err
    artifact = folder / "build" / "tested" / "artifact"
    source = (artifact / "score.py").read_text()
    assert all((artifact / name).is_file() and f'"{name}"' in source for name in some(files))
    (artifact / files[0]).write_bytes(b"\0" * WEIGHTS.nbytes)
    load = run_artifact(artifact, [], timeout=60).load
    assert f"{files[0]} is not the file this artifact was built with" in load["message"]


@pytest.mark.parametrize("location", ["gone.bin", "../outside.bin", "/etc/hostname"])
def test_weights_that_are_elsewhere_are_named(project, manifact, location):
    folder = project(initializer)
    path = folder / "model.onnx"
    model = onnx.load(path, load_external_data=False)
    model.graph.initializer[0].external_data[0].value = location
    path.write_bytes(model.SerializeToString())
    result = manifact("compile", "model.yaml")
    assert (result.code, "MF220" in result.err, location in result.err) == (1, True, True)
