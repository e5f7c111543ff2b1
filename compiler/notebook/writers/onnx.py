"""ONNX graphs, asked through onnxruntime where that is imported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from compiler.notebook.loaded import is_a


def takes(model: Any) -> bool:
    """Whether it is a graph in memory."""
    return is_a(model, "onnx", "ModelProto")


def write(model: Any, sample: Any, folder: Path) -> Path:  # noqa: ARG001 - the same for all writers
    """An `.onnx` file."""
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def answers(model: Any, sample: Any) -> Any:
    """The first output for an array; None without onnxruntime, and for a graph of several inputs."""
    runtime = sys.modules.get("onnxruntime")
    if runtime is None or not hasattr(sample, "dtype"):
        return None
    session = runtime.InferenceSession(model.SerializeToString())
    inputs = session.get_inputs()
    return session.run(None, {inputs[0].name: sample})[0] if len(inputs) == 1 else None


def allowed(path: Path) -> tuple[str, ...]:  # noqa: ARG001 - the same for all writers
    """None: it holds no code."""
    return ()
