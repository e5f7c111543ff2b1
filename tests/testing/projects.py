"""A manifest of one model that is compiled, verified and asked together, row by row, and reversed."""

from __future__ import annotations

import json

import numpy as np

from compiler.verify.run import run_artifact


class Project:
    """One manifest: compiled, verified, asked together, row by row and reversed."""

    def __init__(self, folder, manifact):
        self.folder, self.manifact, self.said = folder, manifact, ""

    def write(self, name, inputs, outputs, **spec):
        (self.folder / "in.json").write_text(json.dumps(inputs))
        (self.folder / "out.json").write_text(json.dumps(outputs))
        spec = {"model": {"path": name}, "samples": {"input": "in.json", "output": "out.json"}, **spec}
        document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "tested"}, "spec": spec}
        (self.folder / "model.yaml").write_text(json.dumps(document))

    def compiled(self):
        result = self.manifact("compile", "model.yaml")
        assert result.code == 0, result.err
        self.said = result.err
        verified = self.manifact("verify", "model.yaml")
        assert verified.code == 0, verified.err
        return self.folder / "build" / "tested" / "artifact"

    def check(self, name, inputs, outputs, *, batch=1, **spec):
        self.write(name, inputs, outputs, **spec)
        count = len(outputs)
        blocks = [list(range(start, start + batch)) for start in range(0, count, batch)]
        orders = [list(range(count)), *blocks, list(reversed(range(count)))]
        replies = run_artifact(self.compiled(), [taken(inputs, order) for order in orders], timeout=300)
        assert "error" not in replies.load, replies.load
        for order, reply in zip(orders, replies.answers, strict=True):
            assert "answer" in reply, reply
            close(reply["answer"]["prediction"], [outputs[row] for row in order])
        return self.said


def taken(inputs, order):
    if isinstance(inputs, dict):
        return {name: [cells[row] for row in order] for name, cells in inputs.items()}
    return [inputs[row] for row in order]


def close(got, wanted):
    if isinstance(wanted, dict):
        assert got.keys() == wanted.keys()
        for name in wanted:
            close(got[name], wanted[name])
    elif isinstance(wanted, list) and wanted and isinstance(wanted[0], dict | list | str):
        assert len(got) == len(wanted)
        for one, other in zip(got, wanted, strict=True):
            close(one, other)
    elif isinstance(wanted, str):
        assert got == wanted
    else:
        np.testing.assert_allclose(np.squeeze(got), np.squeeze(wanted), rtol=1e-5, atol=1e-5)
