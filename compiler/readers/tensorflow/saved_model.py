"""What a TensorFlow SavedModel says of itself: release, signatures, operations, and the class Keras recorded.

Field numbers: saved_model.proto, meta_graph.proto, graph.proto, function.proto (TensorFlow 2.15 to 2.21), and
saved_metadata.proto of Keras 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from compiler.ir import Tensor
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.containers.protobuf import Budget, Value, fields, signed, single, text
from compiler.readers.tensorflow.saved_model_meta import Meta, read_meta

MAX_GRAPHS = 100
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
    metas: tuple[Meta, ...] = ()
    """Every meta graph of the file: a loader may ask for any of them."""


def read_saved_model(data: memoryview) -> SavedModel:
    """The facts in saved_model.pb, whose bytes its meta graphs go on reading; raises `BadContentError`."""
    budget = Budget()
    messages = list(islice((value for number, value in fields(data, budget) if number == 2), MAX_GRAPHS + 1))
    if len(messages) > MAX_GRAPHS:
        raise BadContentError(f"it has more than {MAX_GRAPHS} graphs")
    graphs = [_meta_graph(value, budget) for value in messages]
    if not graphs:
        raise BadContentError("it has no graph")
    found = next((graph for graph in graphs if "serve" in graph.tags), graphs[0])
    found.metas = tuple(read_meta(value, budget) for value in messages)
    return found


def keras_objects(data: memoryview) -> Iterator[tuple[str, str]]:
    """Path (`root`, `root.layer-0`) and configuration (JSON) of every object in keras_metadata.pb (Keras 2)."""
    budget = Budget()
    for number, node in fields(data, budget):
        parts = single(node, budget) if number == 1 else {}
        yield text(parts.get(3, 0)), text(parts.get(5, 0))


def class_of(metadata: str) -> str | None:
    """The class that a configuration is of, when it is told."""
    name = parse_mapping(metadata.encode()).get("class_name")
    return name if isinstance(name, str) else None


def _meta_graph(message: Value, budget: Budget) -> SavedModel:
    found = SavedModel()
    for number, value in fields(message, budget):
        if number == 1:
            _meta_info(value, found, budget)
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
