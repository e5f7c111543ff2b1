"""What an ONNX model says of itself: header, opsets, inputs, outputs, labels; the weights are stepped over.

Field numbers: onnx.proto of ONNX 1.20 (unchanged since 1.0, fields were only added).
"""

from __future__ import annotations

import re
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
MAX_TENSORS, MAX_OPERATORS, MAX_DEPTH = 100_000, 10_000, 50
# Fields that are numbers, in runs: `floats` and `ints` of an attribute; `dims` and values of a tensor. Their writers
# give each number a field of its own, and trees have millions. (Possessive: what was matched is not remembered.)
_NUMBERS = re.compile(rb"(?:\x3d.{4}|\x40[\x80-\xff]{0,9}+[\x00-\x7f])++", re.DOTALL)
_VALUES = re.compile(
    rb"(?:\x25.{4}|\x51.{8}|[\x08\x28\x38\x58][\x80-\xff]{0,9}+[\x00-\x7f])++", re.DOTALL
)  # float, double; dims, int32, int64, uint64


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
    operators: dict[str, str] = field(default_factory=dict)
    """`domain.Operator` (or `Operator` of ONNX's own) -> its first node, in inner graphs and functions too."""
    functions: set[str] = field(default_factory=set)
    """Operators that the file itself defines by others."""
    inside: str = ""
    """The function that is being read."""
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
            case 7 if graph is not None:
                raise BadContentError("it has two graphs")
            case 7:
                graph = value
            case 25:
                _read_function(value, found, budget)
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
        if number in {11, 12}:
            (found.inputs if number == 11 else found.outputs).append(_tensor(value, budget))
            if len(found.inputs) + len(found.outputs) > MAX_TENSORS:
                raise BadContentError(f"it has more than {MAX_TENSORS:,} inputs and outputs")
        elif number == 5:
            found.initializers.add(_name(value, budget))
    _read_nodes(graph, found, budget, 0)
    # Up to IR version 3, weights were listed among the inputs too.
    found.inputs = [tensor for tensor in found.inputs if tensor.name not in found.initializers]


def _read_nodes(graph: Value, found: OnnxModel, budget: Budget, depth: int) -> None:
    """Operators and tensors of a graph, and of the graphs within its nodes."""
    if depth > MAX_DEPTH:
        raise BadContentError(f"its graphs are more than {MAX_DEPTH} deep")
    for number, value in fields(graph, budget):
        if number == 1:
            _read_node(value, found, budget, depth)
        elif number == 5:
            _read_tensor(value, found, budget)
        elif number == 15:
            _read_sparse(value, found, budget)


def _read_function(function: Value, found: OnnxModel, budget: Budget) -> None:
    parts = dict(fields(function, budget))
    name, domain = text(parts.get(1, 0)), text(parts.get(10, 0))
    found.inside = f"function '{name:.80}', "
    for number, value in fields(function, budget):
        if number == 7:
            _read_node(value, found, budget, 0)
        elif number == 11:  # attributes with a default
            _read_attribute(value, found, budget, 0)
    found.inside = ""
    found.functions.add(_operator(domain, name))


def _operator(domain: str, name: str) -> str:
    return f"{domain}.{name}" if domain not in {"", "ai.onnx"} else name


def _read_node(node: Value, found: OnnxModel, budget: Budget, depth: int) -> None:
    operator = domain = label = ""
    for number, value in fields(node, budget):
        if number in {2, 3}:  # outputs have names, nodes need none
            label = text(value) or label
        elif number == 4:
            operator = text(value)
        elif number == 7:
            domain = text(value)
        elif number == 5:
            found.labels = _labels(value, budget) or found.labels
            _read_attribute(value, found, budget, depth)
    name = _operator(domain, operator)
    if name not in found.operators:
        found.operators[name] = f"{found.inside}node '{label:.80}'"
    if len(found.operators) > MAX_OPERATORS:
        raise BadContentError(f"it has more than {MAX_OPERATORS:,} kinds of operators")


def _read_attribute(attribute: Value, found: OnnxModel, budget: Budget, depth: int) -> None:
    """Graphs and tensors in a node's attribute."""
    for number, value in fields(attribute, budget, _NUMBERS):
        if number in {6, 11}:
            _read_nodes(value, found, budget, depth + 1)
        elif number in {5, 10}:
            _read_tensor(value, found, budget)
        elif number in {22, 23}:
            _read_sparse(value, found, budget)


def _labels(attribute: Value, budget: Budget) -> tuple[Json, ...] | None:
    """The class labels, when this is the attribute of a classifier or a ZipMap that has them."""
    name = next((value for number, value in fields(attribute, budget, _NUMBERS) if number == 1), 0)
    if text(name) not in LABELS:
        return None
    labels: list[Json] = []
    for number, value in fields(attribute, budget):
        if number == 8:
            labels.extend(integers(value))
        elif number == 9:
            labels.append(text(value))
        if len(labels) > MAX_LABELS:
            return None
    return tuple(labels)


def _name(tensor: Value, budget: Budget) -> str:
    return next((text(value) for number, value in fields(tensor, budget, _VALUES) if number == 8), "")


def _read_tensor(tensor: Value, found: OnnxModel, budget: Budget) -> None:
    """The files that hold a tensor's values."""
    for number, value in fields(tensor, budget, _VALUES):
        if number == 13:
            entry = dict(fields(value, budget))
            if text(entry.get(1, 0)) == "location":
                found.external.add(text(entry.get(2, 0)))


def _read_sparse(sparse: Value, found: OnnxModel, budget: Budget) -> None:
    for number, value in fields(sparse, budget):
        if number in {1, 2}:
            _read_tensor(value, found, budget)


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
