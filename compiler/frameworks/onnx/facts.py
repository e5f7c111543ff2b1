"""ONNX: models of any origin, float or quantised, run by onnxruntime."""

from __future__ import annotations

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


def facts(model: ModelFile) -> ModelFacts | None:
    """What the file says of itself. Raises CompilerError: MF203 damaged, MF220 weights outside of the file."""
    with mapped(model.path) as data:
        found = read_onnx(data)
    for location in sorted(found.external):
        _check_external(model, location)
    return _facts(found)


def _check_external(model: ModelFile, location: str) -> None:
    where = SourceRange(str(model.path))
    path = PurePosixPath(location)
    if not location or path.is_absolute() or ".." in path.parts:
        raise failure("MF220", f"the model's weights are at '{location}', outside of its folder", where=where)
    if not (model.path.parent / path).is_file():
        raise failure(
            "MF220",
            f"the model's weights are in another file, '{location}', which is not beside it",
            where=where,
            hint="put it there and include it, or save the model with its weights inside",
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
