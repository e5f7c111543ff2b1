"""What a meta graph of a SavedModel says beside its graph: saver, assets, what is run, and the objects Python gets.

Field numbers: meta_graph.proto, saver.proto, saved_object_graph.proto (TensorFlow 2.15 to 2.21).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.readers.containers.mapped import BadContentError
from compiler.readers.containers.protobuf import Budget, Value, fields, integers, single, text
from compiler.readers.tensorflow.saved_model_graph import Body, bodies
from compiler.readers.tensorflow.saved_model_paths import Names

MAX_TOLD = 1_000_000
"""Names of nodes, objects and functions that a meta graph may tell of."""
_ASSETS = "saved_model_assets"


@dataclass(frozen=True, slots=True)
class Meta:
    """One meta graph."""

    bodies: list[Body]
    names: Names
    files: tuple[str, ...]
    """The files of its assets, below `assets/`."""
    metadata: tuple[str, ...]
    """What Keras recorded of its objects (JSON), up to TensorFlow 2.4."""
    budget: Budget


def read_meta(message: Value, budget: Budget) -> Meta:
    """Its parts. Raises `BadContentError`."""
    parts: dict[int, list[Value]] = {}
    for number, value in fields(message, budget):
        parts.setdefault(number, []).append(value)
    if len(parts.get(3, ())) > 1 or len(parts.get(7, ())) > 1:
        raise BadContentError("a meta graph has two savers, or two object graphs")
    saver = single(parts[3][0], budget) if 3 in parts else {}
    assets = [*parts.get(6, ()), *_collected_assets(parts.get(4, ()), budget)]
    told = [single(asset, budget) for asset in assets]
    objects = parts.get(7, [memoryview(b"")])[0]
    numbers, metadata = _objects(objects, budget)
    names = Names(
        assets=frozenset(name for asset in told for name in _tensor_names(asset.get(1, memoryview(b"")), budget)),
        asset_objects=frozenset(numbers),
        checkpoint=_node(text(saver.get(1, 0))),
        served=frozenset(_served(parts, budget)),
        concrete=_concrete(objects, budget),
    )
    files = tuple(text(asset.get(2, 0)) for asset in told)
    return Meta(bodies(parts.get(2, []), budget), names, files, tuple(metadata), budget)


def _node(tensor: str) -> str:
    return tensor.removeprefix("^").partition(":")[0]


def _collected_assets(collections: list[Value] | tuple[()], budget: Budget) -> Iterator[Value]:
    """Assets as releases before 1.10 record them: in a collection."""
    for entry in collections:
        parts = single(entry, budget)
        if text(parts.get(1, 0)) == _ASSETS:
            for number, listed in fields(parts.get(2, memoryview(b"")), budget):
                for _, packed in fields(listed, budget) if number == 5 else ():
                    yield single(packed, budget).get(2, memoryview(b""))


def _served(parts: dict[int, list[Value]], budget: Budget) -> Iterator[str]:
    """Nodes that signatures give, and those of collections, among which are the ones that initialise."""
    for entry in parts.get(5, ()):
        for number, side in fields(single(entry, budget).get(2, memoryview(b"")), budget):
            if number in {1, 2}:
                yield from _tensor_names(single(side, budget).get(2, memoryview(b"")), budget)
    for entry in parts.get(4, ()):
        for number, listed in fields(single(entry, budget).get(2, memoryview(b"")), budget):
            for kind, name in fields(listed, budget) if number == 1 else ():
                if kind == 1:
                    yield _node(text(name))


def _tensor_names(info: Value, budget: Budget, depth: int = 0) -> Iterator[str]:
    """The nodes of a TensorInfo: one, or those that a sparse or composite tensor is made of."""
    if depth > 10:
        raise BadContentError("a tensor is made of tensors more than ten deep")
    for number, value in fields(info, budget):
        if number == 1:
            yield _node(text(value))
        elif number == 4:
            yield from (_node(text(name)) for _, name in fields(value, budget))
        elif number == 5:
            for kind, component in fields(value, budget):
                if kind == 2:
                    yield from _tensor_names(component, budget, depth + 1)


def _objects(graph: Value, budget: Budget) -> tuple[list[int], list[str]]:
    """Numbers of the objects that are assets, and what Keras recorded of others."""
    assets, metadata, at = [], [], 0
    for number, node in fields(graph, budget):
        if number != 1:
            continue
        kinds = dict(fields(node, budget))
        if 5 in kinds:
            assets.append(at)
        elif 4 in kinds and (found := text(dict(fields(kinds[4], budget)).get(3, 0))):
            metadata.append(found)
        at += 1
        if at > MAX_TOLD:
            raise BadContentError(f"it has more than {MAX_TOLD:,} objects")
    return assets, metadata


def _concrete(graph: Value, budget: Budget) -> dict[str, tuple[int, ...]]:
    """The functions that Python may call, each with the objects bound to its last arguments."""
    found: dict[str, tuple[int, ...]] = {}
    for number, entry in fields(graph, budget):
        if number == 2:
            parts = single(entry, budget)
            bound: list[int] = []
            for kind, value in fields(parts.get(2, memoryview(b"")), budget):
                bound += integers(value) if kind == 2 else []
            found[text(parts.get(1, 0))] = tuple(bound)
    return found
