"""What an ONNX model says of itself: header, opsets, inputs, outputs, labels; the weights are stepped over.

Field numbers: onnx.proto of ONNX 1.20 (unchanged since 1.0, fields were only added).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from compiler.ir import Json, Tensor
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.containers.protobuf import Budget, Value, fields, integers, signed, text

# TensorProto.DataType -> numpy dtype
DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
}  # fmt: skip
LABELS = frozenset(("classlabels_int64s", "classlabels_ints", "classlabels_strings"))
MAX_LABELS = 100_000


@dataclass(slots=True)
class OnnxModel:
    """The facts of a ModelProto, as far as the file has them."""

    ir_version: int = 0
    producer: str = ""
    """Name and version of the program that wrote it, e.g. `skl2onnx 1.20.0`."""
    opsets: dict[str, int] = field(default_factory=dict)
    """Domain ("" is ONNX's own) -> version."""
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    initializers: set[str] = field(default_factory=set)
    external: set[str] = field(default_factory=set)
    """Files beside the model that hold weights."""
    operators: dict[str, int] = field(default_factory=dict)
    """`domain.Operator` (or `Operator` of ONNX's own) -> number of nodes."""
    labels: tuple[Json, ...] | None = None


def read_onnx(data: memoryview) -> OnnxModel:
    """The facts of a model; raises `BadContentError` when it is cut short or has no graph."""
    budget, found = Budget(), OnnxModel()
    graph = None
    for number, value in fields(data, budget):
        match number:
            case 1:
                found.ir_version = signed(value)
            case 2 | 3:
                found.producer = f"{found.producer} {text(value)}".strip()
            case 7:
                graph = value
            case 25:  # functions of the model's own: nodes without initializers
                for inner, node in fields(value, budget):
                    if inner == 7:
                        _read_node(node, found, budget)
            case 8:
                entries = dict(fields(value, budget))
                found.opsets[text(entries.get(1, memoryview(b"")))] = signed(entries.get(2, 0))
            case _:
                continue
    if graph is None:
        raise BadContentError("it has no graph")
    _read_graph(graph, found, budget)
    return found


def _read_graph(graph: Value, found: OnnxModel, budget: Budget) -> None:
    for number, value in fields(graph, budget):
        match number:
            case 1:
                _read_node(value, found, budget)
            case 5:
                _read_initializer(value, found, budget)
            case 11:
                found.inputs.append(_tensor(value, budget))
            case 12:
                found.outputs.append(_tensor(value, budget))
            case _:
                continue
    # Up to IR version 3, weights were listed among the inputs too.
    found.inputs = [tensor for tensor in found.inputs if tensor.name not in found.initializers]


def _read_node(node: Value, found: OnnxModel, budget: Budget) -> None:
    operator = domain = ""
    for number, value in fields(node, budget):
        if number == 4:
            operator = text(value)
        elif number == 7:
            domain = text(value)
        elif number == 5:
            found.labels = _labels(value, budget) or found.labels
            _read_attribute(value, found, budget)
    name = f"{domain}.{operator}" if domain not in {"", "ai.onnx"} else operator
    found.operators[name] = found.operators.get(name, 0) + 1


def _labels(attribute: Value, budget: Budget) -> tuple[Json, ...] | None:
    """The class labels, when this is the attribute of a classifier or a ZipMap that has them."""
    name = next((value for number, value in fields(attribute, budget) if number == 1), 0)
    if text(name) not in LABELS:
        return None
    labels: list[Json] = []
    for number, value in fields(attribute, budget):
        if number == 8:
            labels.extend(integers(value))
        elif number == 9:
            labels.append(text(value))
    return tuple(labels) if len(labels) <= MAX_LABELS else None


def _read_attribute(attribute: Value, found: OnnxModel, budget: Budget) -> None:
    """Weights in a node: a constant's tensor, or the graphs of a branch or a loop."""
    for number, value in fields(attribute, budget):
        if number in {5, 10}:
            found.external.update(_locations(value, budget))
        elif number in {22, 23}:  # sparse tensors: their values and indices
            for inner, tensor in fields(value, budget):
                found.external.update(_locations(tensor, budget) if inner in {1, 2} else ())
        elif number in {6, 11}:
            _read_inner(value, found, budget)


def _read_inner(graph: Value, found: OnnxModel, budget: Budget) -> None:
    """A graph inside a node: its names are its own, its weights lie where all others do."""
    inner = OnnxModel(external=found.external, operators=found.operators)
    for number, value in fields(graph, budget):
        if number == 1:
            _read_node(value, inner, budget)
        elif number == 5:
            _read_initializer(value, inner, budget)


def _read_initializer(tensor: Value, found: OnnxModel, budget: Budget) -> None:
    for number, value in fields(tensor, budget):
        if number == 8:
            found.initializers.add(text(value))
    found.external.update(_locations(tensor, budget))


def _locations(tensor: Value, budget: Budget) -> Iterator[str]:
    """The file that a tensor's data are in, where they are not in the tensor itself."""
    for number, value in fields(tensor, budget):
        if number == 13:
            entry = dict(fields(value, budget))
            if text(entry.get(1, 0)) == "location":
                yield text(entry.get(2, 0))


def _tensor(value: Value, budget: Budget) -> Tensor:
    parts = dict(fields(value, budget))
    name = text(parts.get(1, 0))
    kinds = dict(fields(parts[2], budget)) if 2 in parts else {}
    if 1 not in kinds:  # a sequence or a map, such as ZipMap's probabilities
        return Tensor(name, "object")
    tensor = dict(fields(kinds[1], budget))
    dtype = DTYPES.get(signed(tensor.get(1, 0)), "object")
    if 2 not in tensor:
        return Tensor(name, dtype)
    axes = [dict(fields(axis, budget)) for number, axis in fields(tensor[2], budget) if number == 1]
    sizes = (signed(axis[1]) if 1 in axis else 0 for axis in axes)
    symbols = tuple(text(axis[2]) or None if 2 in axis else None for axis in axes)
    return Tensor(name, dtype, tuple(size if size > 0 else None for size in sizes), symbols)
