"""What a TensorFlow SavedModel says of itself: release, signatures, operations, and the class Keras recorded.

Field numbers: saved_model.proto, meta_graph.proto, graph.proto, function.proto (TensorFlow 2.15 to 2.21), and
saved_metadata.proto of Keras 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler.ir import Tensor
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.containers.protobuf import Budget, Value, fields, signed, text

# tensorflow.DataType -> numpy dtype
DTYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64", 9: "int64",
    10: "bool", 14: "bfloat16", 17: "uint16", 18: "complex128", 19: "float16", 22: "uint32", 23: "uint64",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """One function that can be called: its named tensors in alphabetical order."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


@dataclass(slots=True)
class SavedModel:
    """The facts of the meta graph tagged `serve`, or of the only one."""

    version: str = ""
    """TensorFlow's release, as `2.21.0`."""
    tags: set[str] = field(default_factory=set)
    signatures: dict[str, Signature] = field(default_factory=dict)
    operations: set[str] = field(default_factory=set)
    """Operations of the graph and of its functions."""


def read_saved_model(data: memoryview) -> SavedModel:
    """The facts in saved_model.pb; raises `BadContentError`."""
    budget = Budget()
    graphs = [_meta_graph(value, budget) for number, value in fields(data, budget) if number == 2]
    if not graphs:
        raise BadContentError("it has no graph")
    return next((graph for graph in graphs if "serve" in graph.tags), graphs[0])


def keras_class(data: memoryview) -> str | None:
    """The class of the root object in keras_metadata.pb (Keras 2), when it is told."""
    budget = Budget()
    for number, node in fields(data, budget):
        parts = dict(fields(node, budget)) if number == 1 else {}
        if text(parts.get(3, 0)) == "root":
            name = parse_mapping(text(parts.get(5, 0)).encode()).get("class_name")
            return name if isinstance(name, str) else None
    return None


def _meta_graph(message: Value, budget: Budget) -> SavedModel:
    found = SavedModel()
    for number, value in fields(message, budget):
        if number == 1:
            _meta_info(value, found, budget)
        elif number == 2:
            found.operations |= _graph_operations(value, budget)
        elif number == 5:
            entry = dict(fields(value, budget))
            found.signatures[text(entry.get(1, 0))] = _signature(entry.get(2, memoryview(b"")), budget)
    return found


def _meta_info(message: Value, found: SavedModel, budget: Budget) -> None:
    for number, value in fields(message, budget):
        if number == 4:
            found.tags.add(text(value))
        elif number == 5:
            found.version = text(value)


def _graph_operations(graph: Value, budget: Budget) -> set[str]:
    found = set()
    for number, value in fields(graph, budget):
        if number == 1:
            found.add(_operation(value, budget))
        elif number == 2:
            functions = (function for kind, function in fields(value, budget) if kind == 1)
            found |= {
                _operation(node, budget)
                for function in functions
                for kind, node in fields(function, budget)
                if kind == 3
            }
    return found


def _operation(node: Value, budget: Budget) -> str:
    return next((text(value) for number, value in fields(node, budget) if number == 2), "")


def _signature(message: Value, budget: Budget) -> Signature:
    sides: dict[int, list[Tensor]] = {1: [], 2: []}
    for number, value in fields(message, budget):
        if number in sides:
            entry = dict(fields(value, budget))
            sides[number].append(_tensor(text(entry.get(1, 0)), entry.get(2, memoryview(b"")), budget))
    inputs, outputs = (tuple(sorted(side, key=lambda tensor: tensor.name)) for side in sides.values())
    return Signature(inputs, outputs)


def _tensor(name: str, info: Value, budget: Budget) -> Tensor:
    parts = dict(fields(info, budget))
    dtype = DTYPES.get(signed(parts.get(2, 0)) % 100, "object")  # reference types are 100 higher
    if 3 not in parts:
        return Tensor(name, dtype)
    axes: list[int | None] = []
    for number, value in fields(parts[3], budget):
        if number == 3 and value:  # of unknown rank
            return Tensor(name, dtype)
        if number == 2:
            size = signed(dict(fields(value, budget)).get(1, 0))
            axes.append(size if size >= 0 else None)
    return Tensor(name, dtype, tuple(axes))
