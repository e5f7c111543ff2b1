"""Networks of PyTorch and Keras: several inputs and outputs, every way to save them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from testing.random_models.model import ASKED, RandomModel

NET = """
import torch
from torch import Tensor


class Net(torch.nn.Module):
    def __init__(self, widths: list, outputs: int, squeeze: bool):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(width, 4) for width in widths])
        self.heads = torch.nn.ModuleList([torch.nn.Linear(4, 1 + i) for i in range(outputs)])
        self.squeeze = squeeze

    def forward(self, {parameters}):
        hidden = self.layers[0]({first})
{more}
        hidden = torch.relu(hidden)
        {answer}
"""
WRAPPED = ("{}", "module.{}", "_orig_mod.{}", "model.{}", "net._orig_mod.module.{}")


def _source(inputs: int, outputs: int, *, mapping: bool) -> str:
    names = ["a", "b", "c"][:inputs]
    values = [f'x["{name}"]' for name in names] if mapping else names
    parameters = "x: dict[str, Tensor]" if mapping else ", ".join(names)
    more = "\n".join(f"        hidden = hidden + self.layers[{i}]({values[i]})" for i in range(1, inputs))
    answer = "return " + ", ".join(f"self.heads[{i}](hidden)" for i in range(outputs))
    if outputs == 1:
        answer = "y = self.heads[0](hidden)\n        return y.squeeze() if self.squeeze else y"
    text = NET.replace("{parameters}", parameters).replace("{first}", values[0])
    return text.replace("{more}", more).replace("{answer}", answer)


def pytorch(random: np.random.Generator, folder: Path) -> RandomModel:
    """Weights, checkpoints, TorchScript, exported programs; single and double precision."""
    import torch

    torch.manual_seed(int(random.integers(1 << 30)))
    inputs, outputs = int(random.integers(1, 4)), int(random.integers(1, 4))
    mapping, squeeze = inputs > 1 and random.random() < 0.3, random.random() < 0.3
    (folder / "net.py").write_text(_source(inputs, outputs, mapping=mapping))
    specification = importlib.util.spec_from_file_location(f"net_{random.integers(1 << 30)}", folder / "net.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    arguments = {"widths": [int(w) for w in random.integers(1, 5, inputs)], "outputs": outputs, "squeeze": squeeze}
    double = random.random() < 0.2
    net = module.Net(**arguments).eval()
    given = [
        random.normal(size=(ASKED, width)).astype("float64" if double else "float32") for width in arguments["widths"]
    ]
    net = net.double() if double else net
    tensors = [torch.from_numpy(array) for array in given]
    names = ["a", "b", "c"][:inputs]
    call: tuple[Any, ...] = (dict(zip(names, tensors, strict=True)),) if mapping else tuple(tensors)
    with torch.no_grad():
        found = net(*call)
    form = str(random.choice(["script", "trace", "export", "weights", "checkpoint", "safetensors"]))
    if double and form in {"weights", "checkpoint", "safetensors"}:
        form = "trace"  # a class says itself which precision it has
    model = _save_module(random, net, call, form, folder)
    if form in {"weights", "checkpoint", "safetensors"}:
        model["architecture"] = {"file": "net.py", "class": "Net", "arguments": arguments}
    parts = [part.numpy() for part in found] if isinstance(found, tuple) else found.numpy()
    answers = [[p[row].tolist() for p in parts] for row in range(ASKED)] if isinstance(parts, list) else parts.tolist()
    rows: list[Any] = [array.tolist() for array in given[0]]
    if inputs > 1:
        rows = [{name: array[row].tolist() for name, array in zip(names, given, strict=True)} for row in range(ASKED)]
    about = f"{form} {arguments} mapping={mapping} double={double}"
    return RandomModel(str(model["path"]), rows, answers, about, {"model": model})


def _save_module(
    random: np.random.Generator, net: Any, call: tuple[Any, ...], form: str, folder: Path
) -> dict[str, Any]:
    import torch
    from safetensors.torch import save_file

    path = folder / ("model.pt2" if form == "export" else "model.bin")
    if form == "script":
        torch.jit.script(net).save(path)
    elif form == "trace":
        # A traced squeeze keeps the shape it was traced with only where it has no rows.
        torch.jit.trace(net, call, strict=False, check_trace=False).save(path)
    elif form == "export":
        axis = {0: torch.export.Dim("rows", min=1, max=1000)}
        shapes = (dict.fromkeys(call[0], axis),) if isinstance(call[0], dict) else tuple(axis for _ in call)
        torch.export.save(torch.export.export(net, call, dynamic_shapes=shapes), path)
    else:
        wrapped = str(random.choice(WRAPPED))
        state = {wrapped.format(name): weight.clone() for name, weight in net.state_dict().items()}
        if form == "safetensors":
            save_file(state, path)
        elif form == "checkpoint":
            torch.save({"epoch": 1, "best": {"state": state}, "score": np.float64(0.5)}, path)
            return {"path": path.name, "weights": "best.state"}
        else:
            torch.save(state, path, _use_new_zipfile_serialization=bool(random.random() < 0.7))
    return {"path": path.name}


def tensorflow(random: np.random.Generator, folder: Path) -> RandomModel:
    """Functional models of Keras with several inputs and outputs, and fixed batches."""
    import keras
    import tensorflow as tf

    tf.random.set_seed(int(random.integers(1 << 30)))
    count, outputs = int(random.integers(1, 4)), int(random.integers(1, 3))
    fixed = 1 if random.random() < 0.2 else None
    dtypes = [str(random.choice(["float32", "float32", "int32"])) for _ in range(count)]
    widths = [int(width) for width in random.integers(1, 5, count)]
    names = ["zeta", "alpha", "mid"][:count]
    layers = [
        keras.Input(batch_shape=(fixed, width), name=name, dtype=dtype)
        for name, width, dtype in zip(names, widths, dtypes, strict=True)
    ]
    numbers = [keras.layers.Rescaling(0.5)(layer) for layer in layers]
    joined = keras.layers.Concatenate()(numbers) if count > 1 else numbers[0]
    hidden = keras.layers.Dense(4, activation="relu")(joined)
    heads = [keras.layers.Dense(i + 1, name=f"out{i}")(hidden) for i in range(outputs)]
    model = keras.Model(layers, heads if outputs > 1 else heads[0])
    given = {
        name: random.normal(size=(ASKED, width)).astype("float32") if dtype == "float32"
        else random.integers(-9, 9, (ASKED, width)).astype(dtype)
        for name, width, dtype in zip(names, widths, dtypes, strict=True)
    }  # fmt: skip
    parts = [
        [
            np.asarray(part.numpy())[0]
            for part in tf.nest.flatten(model({n: a[row : row + 1] for n, a in given.items()}))
        ]
        for row in range(ASKED)
    ]
    form = str(random.choice(["model.keras", "model.h5", "model"]))
    if form == "model":
        model.export(folder / form, verbose=False)
    else:
        model.save(folder / form)
    answers: list[Any] = [[part.tolist() for part in row] if outputs > 1 else row[0].tolist() for row in parts]
    if form == "model" and outputs > 1:  # a signature names its outputs
        answers = [{f"output_{i}": part for i, part in enumerate(row)} for row in answers]
    rows: list[Any] = next(iter(given.values())).tolist()
    if count > 1:
        rows = [{name: array[row].tolist() for name, array in given.items()} for row in range(ASKED)]
    return RandomModel(form, rows, answers, f"{form} {dtypes} {widths} outputs={outputs} fixed={fixed}")
