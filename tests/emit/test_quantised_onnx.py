"""ONNX graphs that onnxruntime quantised: they pass the gate, and answer deployed as the library does."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

from compiler.frameworks import inspect_model

RANDOM = np.random.default_rng(5)
ROWS = RANDOM.normal(size=(6, 8)).astype(np.float32)
pytestmark = pytest.mark.filterwarnings("ignore")


class Calibration(CalibrationDataReader):
    """The rows, one by one."""

    def __init__(self):
        self.rows = iter(ROWS)

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {"x": row[None]}


def network(path):
    weights = {
        "a": RANDOM.normal(size=(8, 16)),
        "b": RANDOM.normal(size=16),
        "c": RANDOM.normal(size=(16, 3)),
    }
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["h"]),
        helper.make_node("Add", ["h", "b"], ["i"]),
        helper.make_node("Relu", ["i"], ["j"]),
        helper.make_node("MatMul", ["j", "c"], ["y"]),
    ]
    sides = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])] for name, width in (("x", 8), ("y", 3))
    ]
    values = [onnx.numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "g", *sides, values)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def dynamic(kind):
    quantize_dynamic("float.onnx", "model.onnx", weight_type=kind)


def static(form, **settings):
    quantize_static("float.onnx", "model.onnx", Calibration(), quant_format=form, **settings)


QUANTISED = {
    "dynamic int8": (lambda: dynamic(QuantType.QInt8), "MatMulInteger"),
    "dynamic uint8": (lambda: dynamic(QuantType.QUInt8), "DynamicQuantizeLinear"),
    "static QDQ": (lambda: static(QuantFormat.QDQ), "DequantizeLinear"),
    "static QDQ per channel": (lambda: static(QuantFormat.QDQ, per_channel=True), "QuantizeLinear"),
    "static QOperator": (lambda: static(QuantFormat.QOperator), "QLinearMatMul"),
}


@pytest.mark.parametrize("form", QUANTISED)
def test_quantised_graphs(project, form):
    network("float.onnx")
    make, operator = QUANTISED[form]
    make()
    assert operator in {node.op_type for node in onnx.load("model.onnx").graph.node}
    facts = inspect_model(project.folder / "model.onnx")
    assert not facts.unknown
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    # Dynamic quantisation takes its scale from the whole batch, so an answer depends on its neighbours there.
    outputs = [session.run(None, {"x": row[None]})[0][0].tolist() for row in ROWS]
    if form.startswith("dynamic"):
        project.write("model.onnx", ROWS[:1].tolist(), outputs[:1])
        project.compiled()
    else:
        project.check("model.onnx", ROWS.tolist(), outputs)
