"""ONNX: models of any origin, float or quantised, run by onnxruntime."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from compiler.diagnostics import SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.ir import Json, ModelFacts, Need, Tensor
from compiler.readers.containers.mapped import mapped
from compiler.readers.onnx_model import OnnxModel, read_onnx

# ONNX Runtime's compatibility page, and ONNX's table of releases, opsets and IR versions.
_RUNTIME_OF_OPSET = {
    16: "1.11", 17: "1.12", 18: "1.14", 19: "1.15", 20: "1.17", 21: "1.18", 22: "1.21", 23: "1.22",
}  # fmt: skip
_RUNTIME_OF_IR = {9: "1.15", 10: "1.18", 11: "1.22"}
# The domains of operators that onnxruntime 1.32 registers by itself, and those of ONNX 1.20.
DOMAINS = frozenset((
    "", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.training", "com.microsoft",
    "com.microsoft.experimental", "com.microsoft.nchwc", "com.ms.internal.nhwc", "org.pytorch.aten",
))  # fmt: skip
# Operators of com.microsoft that hold a program for another device, or the name of a file with one.
COMPILED = frozenset(("com.microsoft.EPContext", "com.microsoft.Snpe"))


def facts(model: ModelFile) -> ModelFacts | None:
    """What the file says of itself. Raises CompilerError: MF203 damaged, MF220 weights outside of the file."""
    with mapped(model.path) as data:
        found = read_onnx(data)
    for location in sorted(found.external):
        _check_external(model, location)
    unknown = _unknown(found)
    return replace(_facts(found), unknown=model.not_allowed(unknown), places=unknown)


def _unknown(found: OnnxModel) -> dict[str, str]:
    """Operators that neither onnxruntime brings nor the file itself defines, each with its first node."""
    others = {name: place for name, place in found.operators.items() if name not in found.functions}
    return {name: place for name, place in others.items() if name.rpartition(".")[0] not in DOMAINS or name in COMPILED}


def _check_external(model: ModelFile, location: str) -> None:
    where = SourceRange(str(model.path))
    path = PurePosixPath(location)
    if not location or path.is_absolute() or ".." in path.parts:
        raise failure("MF220", f"the model's weights are at '{location}', outside of its folder", where=where)
    folder = model.path.parent.resolve()
    if not (folder / path).resolve().is_relative_to(folder):
        raise failure("MF220", f"the model's weights at '{location}' lead outside of its folder", where=where)
    if not (folder / path).is_file():
        raise failure(
            "MF220",
            f"the model's weights are in another file, '{location}', which is not beside it",
            where=where,
            hint="put it there, or save the model with its weights inside",
        )


def _facts(found: OnnxModel) -> ModelFacts:
    inputs, outputs = tuple(found.inputs), tuple(found.outputs)
    names = _column_names(inputs)
    predictors = {name for name in found.operators if name.endswith(("Classifier", "Regressor"))}
    opsets: dict[str, Json] = {domain or "ai.onnx": version for domain, version in sorted(found.opsets.items())}
    details: dict[str, Json] = {"ir_version": found.ir_version, "opsets": opsets}
    if found.producer:
        details["producer"] = found.producer
    if found.external:
        details["external_data"] = [*sorted(found.external)]
    return ModelFacts(
        framework="onnx",
        format="onnx",
        algorithm=predictors.pop().rpartition(".")[2] if len(predictors) == 1 else None,
        feature_names=names,
        feature_count=len(names) if names else _width(inputs),
        classes=found.labels,
        inputs=inputs,
        outputs=outputs,
        methods=frozenset(("predict", "predict_proba") if found.labels and len(outputs) > 1 else ("predict",)),
        requires=("numpy", "onnxruntime"),
        details=details,
        needs=_needs(found),
    )


def _needs(found: OnnxModel) -> tuple[Need, ...]:
    """The first onnxruntime that knows the file's opset and IR; nothing for newer ones than are listed."""
    opset = found.opsets.get("", 0)
    asked = ((_RUNTIME_OF_OPSET, opset, f"opset {opset}"), (_RUNTIME_OF_IR, found.ir_version, f"IR {found.ir_version}"))
    return tuple(
        Need("onnxruntime", f">={table[version]}", f"the file is of {what}", required=False)
        for table, version, what in asked
        if version in table
    )


def _column_names(inputs: tuple[Tensor, ...]) -> tuple[str, ...] | None:
    """Names of the inputs where each is one column of a table, as converters of pipelines make them."""
    columns = all(tensor.shape is not None and tensor.shape[1:] == (1,) for tensor in inputs)
    return tuple(tensor.name for tensor in inputs) if len(inputs) > 1 and columns else None


def _width(inputs: tuple[Tensor, ...]) -> int | None:
    shapes = [tensor.shape for tensor in inputs]
    return shapes[0][1] if len(shapes) == 1 and shapes[0] is not None and len(shapes[0]) == 2 else None
