"""ONNX: models of any origin, float or quantised, run by onnxruntime."""

from __future__ import annotations

from pathlib import PurePosixPath
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
    tolerance = 1e-5
    libraries = {"onnxruntime": "onnxruntime", "onnxruntime-gpu": "onnxruntime"}

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of the graph: its inputs, outputs and labels."""
        from compiler.frameworks.onnx.facts import facts

        return facts(model)

    def weight_files(self, model: ResolvedModel) -> frozenset[str]:
        """Files of external data, which lie beside the model."""
        found = model.facts.details.get("external_data")
        locations = found if isinstance(found, list) else []
        return frozenset(PurePosixPath(str(location)).as_posix() for location in locations)

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """Whether the model tells classes apart, and how rows reach it."""
        from compiler.frameworks.layout import layout

        return {"classes": bool(model.facts.classes), **layout(model)}


FRAMEWORK = Onnx()
