"""Inputs and outputs of every form that networks have: the deployed model answers row by row as the library does."""

from __future__ import annotations

import textwrap

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from compiler.verify.run import run_artifact

RANDOM = np.random.default_rng(11)


def values(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def graph(path, nodes, inputs, outputs, **weights):
    kinds = {"f": TensorProto.FLOAT, "s": TensorProto.STRING, "i": TensorProto.INT64}
    made = [
        [helper.make_tensor_value_info(name, kinds[kind], shape) for name, kind, shape in side]
        for side in (inputs, outputs)
    ]
    initializers = [onnx.numpy_helper.from_array(weight, name) for name, weight in weights.items()]
    built = helper.make_graph(
        [helper.make_node(*node[:3], **(node[3:] or [{}])[0]) for node in nodes], "g", *made, initializers
    )
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


MATMUL = [("MatMul", ["x", "w"], ["y"])]
W = values(4, 3)


def test_one_row_a_call_is_served_row_by_row(project):
    graph("model.onnx", MATMUL, [("x", "f", [1, 4])], [("y", "f", [1, 3])], w=W)
    rows = values(5, 4)
    said = project.check("model.onnx", rows.tolist(), (rows @ W).tolist())
    assert "MF333" in said


def test_a_fixed_batch_takes_multiples(project):
    graph("model.onnx", MATMUL, [("x", "f", [3, 4])], [("y", "f", [3, 3])], w=W)
    rows = values(6, 4)
    said = project.check("model.onnx", rows.tolist(), (rows @ W).tolist(), batch=3)
    assert "a request must hold 3 rows, or a multiple of it" in said
    (reply,) = run_artifact(project.folder / "build/tested/artifact", [rows[:2].tolist()], timeout=60).answers
    assert (reply["error"], "3 rows at a time, and the request has 2" in reply["message"]) == ("ValueError", True)


def test_a_row_that_is_the_whole_input(project):
    graph("model.onnx", MATMUL, [("x", "f", [4])], [("y", "f", [3])], w=W)
    rows = values(5, 4)
    project.check("model.onnx", rows.tolist(), (rows @ W).tolist())


def test_an_image_without_an_axis_for_rows(project):
    nodes = [("ReduceMean", ["x"], ["y"], {"keepdims": 0})]
    graph("model.onnx", nodes, [("x", "f", [2, 3, 3])], [("y", "f", [])])
    rows = values(4, 2, 3, 3)
    project.check("model.onnx", rows.tolist(), rows.mean((1, 2, 3)).tolist())


def test_one_text_a_row(project):
    graph("model.onnx", [("Identity", ["text"], ["y"])], [("text", "s", [None])], [("y", "s", [None])])
    texts = ["red", "blue", "", "ä 🍷"]
    project.check("model.onnx", [{"text": text} for text in texts], texts)
    project.check("model.onnx", texts, texts)


def test_one_number_a_row(project):
    graph("model.onnx", [("Mul", ["x", "x"], ["y"])], [("x", "f", ["n"])], [("y", "f", ["n"])])
    numbers = values(5)
    project.check("model.onnx", [[v] for v in numbers.tolist()], (numbers**2).tolist())


def test_inputs_of_one_number_a_row_go_by_name(project):
    nodes = [("Sub", ["a", "b"], ["y"])]
    graph("model.onnx", nodes, [("a", "f", ["n"]), ("b", "f", ["n"])], [("y", "f", ["n"])])
    a, b = values(5), values(5)
    records = [{"b": float(y), "a": float(x)} for x, y in zip(a, b, strict=True)]
    project.check("model.onnx", records, (a - b).tolist())


def test_a_recurrent_state_has_its_rows_second(project):
    nodes = [
        ("ReduceMean", ["x"], ["m"], {"axes": [1], "keepdims": 0}),
        ("Add", ["m", "h"], ["hn"]),
        ("ReduceSum", ["hn", "first"], ["y"], {"keepdims": 0}),
    ]
    first = np.array([0], dtype=np.int64)
    inputs = [("x", "f", ["batch", 5, 3]), ("h", "f", [2, "batch", 3])]
    graph("model.onnx", nodes, inputs, [("y", "f", ["batch", 3]), ("hn", "f", [2, "batch", 3])], first=first)
    x, h = values(4, 5, 3), values(4, 2, 3)
    state = x.mean(1)[:, None] + h
    answers = [{"y": s.sum(0).tolist(), "hn": s.tolist()} for s in state]
    project.check("model.onnx", {"x": x.tolist(), "h": h.tolist()}, answers)


def test_a_state_and_a_setting_of_a_fixed_call(project):
    """The form of voice detectors: a chunk of sound, a state, and a number that is no row."""
    nodes = [
        ("Cast", ["rate"], ["r"], {"to": TensorProto.FLOAT}),
        ("ReduceSum", ["x", "one"], ["s"], {"keepdims": 0}),
        ("Mul", ["s", "r"], ["y"]),
        ("Add", ["state", "s"], ["staten"]),
    ]
    inputs = [("x", "f", [None, None]), ("state", "f", [2, None, 3]), ("rate", "i", [])]
    one = np.array([1], dtype=np.int64)
    outputs = [("y", "f", [None]), ("staten", "f", [2, None, 3])]
    graph("model.onnx", nodes, inputs, outputs, one=one)
    x, state, rate = values(3, 8), values(3, 2, 3), np.array([2, 3, 4])
    sums = x.sum(1)
    answers = [{"y": float(s * r), "staten": (st + s).tolist()} for s, r, st in zip(sums, rate, state, strict=True)]
    project.check("model.onnx", {"x": x.tolist(), "state": state.tolist(), "rate": rate.tolist()}, answers)


torch_only = pytest.mark.filterwarnings("ignore")


def modules():
    import torch
    from torch import nn

    class Towers(nn.Module):
        def __init__(self):
            super().__init__()
            self.u, self.i = nn.Linear(4, 8), nn.Linear(3, 8)

        def forward(self, user, item):
            return torch.sigmoid((self.u(user) * self.i(item)).sum(-1))

    class Mapping(Towers):
        def forward(self, x: dict[str, torch.Tensor]):
            return torch.sigmoid((self.u(x["user"]) * self.i(x["item"])).sum(-1))

    torch.manual_seed(1)
    return Towers().eval(), Mapping().eval()


@torch_only
@pytest.mark.parametrize("form", ["script", "trace", "script-dict", "trace-dict", "export", "export-dict"])
def test_inputs_by_name_reach_a_module(project, form):
    torch = pytest.importorskip("torch")
    towers, mapping = modules()
    user, item = torch.from_numpy(values(5, 4)), torch.from_numpy(values(5, 3))
    named = {"user": user, "item": item}
    kind, _, is_dict = form.partition("-")
    module, arguments = (mapping, (named,)) if is_dict else (towers, (user, item))
    if kind == "script":
        torch.jit.script(module).save("model.pt")
    elif kind == "trace":
        torch.jit.trace(module, arguments, strict=False).save("model.pt")
    else:
        axis = {0: torch.export.Dim("batch", min=1, max=100)}
        shapes = ({"user": axis, "item": axis},) if is_dict else (axis, axis)
        torch.export.save(torch.export.export(module, arguments, dynamic_shapes=shapes), "model.pt")
    with torch.no_grad():
        expected = towers(user, item).tolist() if not is_dict else mapping(named).tolist()
    project.check("model.pt", {"item": item.tolist(), "user": user.tolist()}, expected)


@torch_only
@pytest.mark.parametrize("form", ["squeezed", "scalars", "several"])
def test_outputs_of_every_form(project, form):
    torch = pytest.importorskip("torch")
    from torch import nn

    class Squeezed(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 1)

        def forward(self, x):
            return self.layer(x).squeeze()

    class Scalars(Squeezed):
        def forward(self, x):
            return {"y": self.layer(x), "temperature": torch.tensor(2.5)}

    class Several(Squeezed):
        def forward(self, x):
            return self.layer(x), torch.relu(x)

    torch.manual_seed(2)
    module = {"squeezed": Squeezed, "scalars": Scalars, "several": Several}[form]().eval()
    (project.folder / "net.py").write_text("import torch\n")
    x = torch.from_numpy(values(5, 4))
    torch.jit.trace(module, x, strict=False).save("model.pt")
    with torch.no_grad():
        y = module.layer(x)
    expected = {
        "squeezed": y.squeeze().tolist(),
        "scalars": [{"y": row, "temperature": 2.5} for row in y.tolist()],
        "several": [list(pair) for pair in zip(y.tolist(), torch.relu(x).tolist(), strict=True)],
    }[form]
    project.check("model.pt", x.tolist(), expected)


@torch_only
def test_a_recurrent_state_of_an_exported_program(project):
    torch = pytest.importorskip("torch")

    class Steps(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.cell, self.out = torch.nn.GRU(4, 8, num_layers=2, batch_first=True), torch.nn.Linear(8, 1)

        def forward(self, x, h):
            y, h = self.cell(x, h)
            return self.out(y[:, -1]), h

    torch.manual_seed(3)
    module, axis = Steps().eval(), torch.export.Dim("batch", min=1, max=100)
    x, h = torch.from_numpy(values(4, 5, 4)), torch.from_numpy(values(4, 2, 8))
    program = torch.export.export(module, (x, h.movedim(0, 1)), dynamic_shapes=({0: axis}, {1: axis}))
    torch.export.save(program, "model.pt2")
    with torch.no_grad():
        y, state = module(x, h.movedim(0, 1))
    expected = [list(pair) for pair in zip(y.tolist(), state.movedim(1, 0).tolist(), strict=True)]
    project.check("model.pt2", {"x": x.tolist(), "h": h.tolist()}, expected)


def recurrent(torch):
    class Steps(torch.nn.Module):
        """An LSTM whose state goes in and comes out as PyTorch has it: rows second."""

        def __init__(self):
            super().__init__()
            self.cell, self.out = torch.nn.LSTM(4, 8, num_layers=2, batch_first=True), torch.nn.Linear(8, 1)

        def forward(self, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor):
            y, (h, c) = self.cell(x, (h, c))
            return self.out(y[:, -1]), h, c

    class RowsFirst(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.steps = Steps()

        def forward(self, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor):
            y, h, c = self.steps(x, h.transpose(0, 1).contiguous(), c.transpose(0, 1).contiguous())
            return y, h.transpose(0, 1), c.transpose(0, 1)

    class Named(RowsFirst):
        def forward(self, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor):
            y, h, c = self.steps(x, h.transpose(0, 1).contiguous(), c.transpose(0, 1).contiguous())
            return {"y": y, "h": h.transpose(0, 1), "c": c.transpose(0, 1)}

    torch.manual_seed(4)
    return Steps().eval(), RowsFirst().eval(), Named().eval()


@torch_only
@pytest.mark.parametrize("form", ["script", "trace", "script-named"])
def test_a_recurrent_state_of_torchscript(project, form):
    torch = pytest.importorskip("torch")
    _, plain, named = recurrent(torch)
    module = named if form == "script-named" else plain
    given = {
        name: torch.from_numpy(array) for name, array in zip("xhc", (values(4, 5, 4), *values(2, 4, 2, 8)), strict=True)
    }
    made = torch.jit.trace(module, tuple(given.values())) if form == "trace" else torch.jit.script(module)
    made.save("model.pt")
    with torch.no_grad():
        answer = module(**given)
    if isinstance(answer, dict):
        expected = [{name: part[row].tolist() for name, part in answer.items()} for row in range(4)]
    else:
        expected = [[part[row].tolist() for part in answer] for row in range(4)]
    project.check("model.pt", {name: tensor.tolist() for name, tensor in given.items()}, expected)


@torch_only
def test_a_state_whose_rows_stand_second_is_noticed_in_torchscript(project):
    """The file records no shapes, so that nobody can know it; two layers fit two rows, and another order shows it."""
    torch = pytest.importorskip("torch")
    module, _, _ = recurrent(torch)
    x, states = torch.from_numpy(values(2, 5, 4)), [torch.from_numpy(values(2, 2, 8)) for _ in "hc"]
    torch.jit.script(module).save("model.pt")
    with torch.no_grad():
        answer = module(x, *states)
    expected = [[part[row].tolist() for part in answer] for row in range(2)]
    given = dict(zip("xhc", [x, *states], strict=True))
    project.write("model.pt", {name: tensor.tolist() for name, tensor in given.items()}, expected)
    assert project.manifact("compile", "model.yaml").code == 0
    verified = project.manifact("verify", "model.yaml")
    assert (verified.code, "MF610" in verified.err) == (4, True), verified.err


@torch_only
def test_a_program_exported_for_one_row(project):
    torch = pytest.importorskip("torch")
    module = torch.nn.Linear(4, 3).eval()
    x = torch.from_numpy(values(5, 4))
    torch.export.save(torch.export.export(module, (x[:1],)), "model.pt2")
    with torch.no_grad():
        said = project.check("model.pt2", x.tolist(), module(x).tolist())
    assert "MF333" in said


def test_tensorflow_functions_of_texts_and_fixed_rows(project):
    tf = pytest.importorskip("tensorflow")

    class Texts(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def __call__(self, text):
            return {"length": tf.strings.length(text)}

    class One(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([1, 4], tf.float32, name="x")])
        def __call__(self, x):
            return {"y": tf.reduce_sum(x, axis=-1)}

    class Pair(tf.Module):
        @tf.function(
            input_signature=[tf.TensorSpec([None], tf.float32, name="b"), tf.TensorSpec([None], tf.float32, name="a")]
        )
        def __call__(self, b, a):
            return {"y": a - b, "z": a * b}

    tf.saved_model.save(texts := Texts(), "texts", signatures={"serving_default": texts.__call__})
    words = ["red", "blue", ""]
    project.check("texts", words, [len(word) for word in words])
    tf.saved_model.save(one := One(), "one", signatures={"serving_default": one.__call__})
    rows = values(4, 4)
    assert "MF333" in project.check("one", rows.tolist(), rows.sum(1).tolist())
    tf.saved_model.save(pair := Pair(), "pair", signatures={"serving_default": pair.__call__})
    a, b = values(4), values(4)
    answers = [{"y": float(x - y), "z": float(x * y)} for x, y in zip(a, b, strict=True)]
    project.check("pair", {"b": b.tolist(), "a": a.tolist()}, answers)


@pytest.mark.filterwarnings("ignore")
def test_keras_with_a_fixed_batch_and_several_outputs(project):
    keras = pytest.importorskip("keras")
    inputs = keras.Input(batch_shape=(1, 4), name="x")
    model = keras.Model(inputs, [keras.layers.Dense(3)(inputs), keras.layers.Dense(2)(inputs)])
    model.save("model.keras")
    rows = values(4, 4)
    both = [[part.numpy()[0].tolist() for part in model(rows[i : i + 1])] for i in range(4)]
    assert "MF333" in project.check("model.keras", rows.tolist(), both)


NET = textwrap.dedent("""
    import torch


    class Net(torch.nn.Module):
        def __init__(self, hidden=8):
            super().__init__()
            self.a, self.b = torch.nn.Linear(4, hidden), torch.nn.Linear(hidden, 2)

        def forward(self, x):
            return self.b(torch.relu(self.a(x)))
""")
