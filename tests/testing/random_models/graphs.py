"""Graphs of ONNX: converted pipelines, and graphs made by hand with inputs and outputs of every rank."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from testing.random_models.model import ASKED, RandomModel


def onnx(random: np.random.Generator, folder: Path) -> RandomModel:
    """A converted classifier or regressor, or a graph of its own."""
    return _converted(random, folder) if random.random() < 0.5 else _by_hand(random, folder)


def _converted(random: np.random.Generator, folder: Path) -> RandomModel:
    import onnxruntime
    from skl2onnx import to_onnx
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression, Ridge

    width = int(random.integers(2, 6))
    data = random.normal(size=(60, width)).astype(np.float32)
    kind = str(random.choice(["texts", "numbers", "regression"]))
    labels: Any = np.array(["no", "yes", "maybe"] if kind == "texts" else [3, 7, 9])[random.integers(0, 3, 60)]
    estimator: Any = LogisticRegression() if random.random() < 0.5 else RandomForestClassifier(3, random_state=0)
    estimator, target = (Ridge(), data.sum(1)) if kind == "regression" else (estimator, labels)
    estimator.fit(data, target)
    zipmap = bool(random.random() < 0.5)
    options = {} if kind == "regression" else {"options": {id(estimator): {"zipmap": zipmap}}}
    made = to_onnx(estimator, data[:1], target_opset=17, **options)
    (folder / "model.onnx").write_bytes(made.SerializeToString())
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    rows = data[:ASKED]
    found = session.run(None, {session.get_inputs()[0].name: rows})
    method = "predict" if kind == "regression" else str(random.choice(["predict", "predict_proba"]))
    answers = found[0].tolist()
    if method == "predict_proba":
        answers = [list(map(float, row.values() if isinstance(row, dict) else row)) for row in found[1]]
    about = f"{type(estimator).__name__} {kind} {method} zipmap={zipmap}"
    return RandomModel("model.onnx", rows.tolist(), answers, about, {"score": {"method": method}})


def _by_hand(random: np.random.Generator, folder: Path) -> RandomModel:
    """y_i = scale * x_i summed over all but the rows, and x_0 itself, for inputs of one to three axes."""
    import onnx as onnx_library
    import onnxruntime
    from onnx import TensorProto, helper

    count = int(random.integers(1, 4))
    rows: Any = random.choice(["n", "n", "1", "3"])
    first = rows if rows == "n" else int(rows)
    types = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64}
    names = ["q", "b", "x"][:count]
    dtypes = [str(random.choice(list(types))) for _ in names]
    shapes = [[int(axis) for axis in random.integers(1, 4, random.integers(0, 3))] for _ in names]
    values = [
        helper.make_tensor_value_info(n, types[d], [first, *s]) for n, d, s in zip(names, dtypes, shapes, strict=True)
    ]
    nodes, outputs = [], []
    for name, dtype, shape in zip(names, dtypes, shapes, strict=True):
        axes = list(range(1, len(shape) + 1))
        if axes:
            nodes.append(helper.make_node("ReduceMax", [name], [f"{name}_y"], axes=axes, keepdims=0))
        else:
            nodes.append(helper.make_node("Neg", [name], [f"{name}_y"]))
        outputs.append(helper.make_tensor_value_info(f"{name}_y", types[dtype], [first]))
    nodes.append(helper.make_node("Identity", [names[0]], ["same"]))
    outputs.append(helper.make_tensor_value_info("same", types[dtypes[0]], [first, *shapes[0]]))
    graph = helper.make_graph(nodes, "g", values, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx_library.save(model, folder / "model.onnx")
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    given = {
        name: random.integers(-9, 9, (ASKED, *shape)).astype(dtype)
        for name, dtype, shape in zip(names, dtypes, shapes, strict=True)
    }
    batch = ASKED if rows == "n" else int(rows)
    parts = [
        session.run(None, {name: array[at : at + batch] for name, array in given.items()})
        for at in range(0, ASKED, batch)
    ]
    found = [np.concatenate(group) for group in zip(*parts, strict=True)]
    labels = [output.name for output in session.get_outputs()]
    answers = [{label: array[row].tolist() for label, array in zip(labels, found, strict=True)} for row in range(ASKED)]
    inputs: list[Any] = [{name: array[row].tolist() for name, array in given.items()} for row in range(ASKED)]
    about = f"by hand {dict(zip(names, shapes, strict=True))} {dtypes} rows={rows}"
    return RandomModel("model.onnx", inputs, answers, about, batch=1 if rows == "n" else int(rows))
