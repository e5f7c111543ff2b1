"""ONNX: models of any origin, float or quantised, run by onnxruntime."""

from __future__ import annotations

from typing import Any

from compiler.frameworks.base import Framework, ModelFile
from compiler.frameworks.formats import Format, Mark
from compiler.ir import ModelFacts, ResolvedModel
from compiler.readers.containers.wire import is_onnx


class Onnx(Framework):
    """Files of the ONNX protobuf message."""

    name = "onnx"
    formats = (Format("onnx", Mark.HINT, lambda s: s.codec is None and is_onnx(s.path)),)
    score_template = "onnx/score.py.j2"
    libraries = {"onnxruntime": "onnxruntime", "onnxruntime-gpu": "onnxruntime"}

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of the graph: its inputs, outputs and labels."""
        from compiler.frameworks.onnx.facts import facts

        return facts(model)

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """Whether the model tells classes apart."""
        return {"classes": bool(model.facts.classes)}


FRAMEWORK = Onnx()
