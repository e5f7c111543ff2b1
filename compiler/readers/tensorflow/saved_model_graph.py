"""The graphs in a SavedModel: its main graph and its functions, node by node, without TensorFlow.

Field numbers: graph.proto, node_def.proto, attr_value.proto, function.proto, op_def.proto (TensorFlow 2.15 to 2.21).
Nodes are made when they are asked for: most functions are never looked into further than their operations' names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from compiler.readers.containers.mapped import BadContentError
from compiler.readers.containers.protobuf import Budget, Value, fields, single, text

MAX_NODES = 400_000
"""Nodes of one graph that are kept at a time; more than any graph has that TensorFlow can still optimise."""
MAX_FUNCTIONS = 50_000
_INPUT, _ATTRIBUTE = 3, 5
_REPEATED = frozenset((_INPUT, _ATTRIBUTE))


@dataclass(frozen=True, slots=True)
class Node:
    """One node."""

    name: str
    operation: str
    raw: Value
    budget: Budget

    @property
    def inputs(self) -> list[str]:
        """Names of the tensors it takes; control inputs are left out."""
        found = [text(value) for number, value in fields(self.raw, self.budget) if number == _INPUT]
        return [name for name in found if not name.startswith("^")]

    @property
    def sources(self) -> list[str]:
        """Names of the nodes that must run before it."""
        found = [text(value) for number, value in fields(self.raw, self.budget) if number == _INPUT]
        return [name.removeprefix("^").partition(":")[0] for name in found]

    @property
    def attributes(self) -> dict[str, Value]:
        """Its attributes by name, each an AttrValue."""
        found = {}
        for number, value in fields(self.raw, self.budget):
            if number == _ATTRIBUTE:
                entry = single(value, self.budget)
                found[text(entry.get(1, 0))] = entry.get(2, memoryview(b""))
        return found

    @property
    def functions(self) -> list[str]:
        """Names of the functions among its attributes, in their order."""
        found = []
        for value in self.attributes.values():
            for number, item in fields(value, self.budget):
                if number == 10:
                    found.append(text(single(item, self.budget, frozenset((2,))).get(1, 0)))
                elif number == 1:
                    listed = (entry for kind, entry in fields(item, self.budget) if kind == 9)
                    found += [text(single(entry, self.budget, frozenset((2,))).get(1, 0)) for entry in listed]
        return found


@dataclass(frozen=True)
class Body:
    """The main graph, or one function."""

    name: str
    """"" for the main graph."""
    arguments: tuple[str, ...]
    parts: tuple[Value, ...]
    number: int
    """Of the field that holds the nodes in each part."""
    budget: Budget = field(repr=False)

    def __iter__(self) -> Iterator[Node]:
        for part in self.parts:
            for number, value in fields(part, self.budget):
                if number == self.number:
                    yield _node(value, self.budget)

    def mentions(self, text_: bytes) -> bool:
        """Whether these bytes stand anywhere in it."""
        return any(text_ in bytes(part) for part in self.parts if not isinstance(part, int))

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The nodes by name. Raises `BadContentError` for a name that two nodes have, and beyond limits."""
        found: dict[str, Node] = {}
        for node in self:
            if node.name in found:
                raise BadContentError(f"two of its nodes are called '{node.name:.80}'")
            found[node.name] = node
            if len(found) > MAX_NODES:
                raise BadContentError(f"a graph has more than {MAX_NODES:,} nodes")
        return found


def _node(raw: Value, budget: Budget) -> Node:
    name = operation = None
    for number, value in fields(raw, budget):
        if number == 1:
            name = _once(name, value)
        elif number == 2:
            operation = _once(operation, value)
        elif number in _REPEATED and isinstance(value, int):
            raise BadContentError("a node has a number where text should be")
    return Node(name or "", operation or "", raw, budget)


def _once(before: str | None, value: Value) -> str:
    if before is not None or isinstance(value, int):
        raise BadContentError("a node has two names, or two operations")
    return text(value)


def bodies(graphs: list[Value], budget: Budget) -> list[Body]:
    """The main graph, which may lie in several pieces, and every function. Raises `BadContentError`."""
    found = [Body("", (), tuple(graphs), 1, budget)]
    names = {""}
    for graph in graphs:
        for number, library in fields(graph, budget):
            for kind, function in fields(library, budget) if number == 2 else ():
                if kind == 1:
                    made = _function(function, budget)
                    if made.name in names:
                        raise BadContentError(f"two of its functions are called '{made.name:.80}'")
                    names.add(made.name)
                    found.append(made)
                    if len(found) > MAX_FUNCTIONS:
                        raise BadContentError(f"it has more than {MAX_FUNCTIONS:,} functions")
    return found


def _function(message: Value, budget: Budget) -> Body:
    signatures = [value for number, value in fields(message, budget) if number == 1]
    if len(signatures) != 1:
        raise BadContentError("a function has no signature, or two")
    name, arguments = "", []
    for number, value in fields(signatures[0], budget):
        if number == 1:
            name = text(value)
        elif number == 2:
            arguments.append(text(dict(fields(value, budget)).get(1, 0)))
    return Body(name, tuple(arguments), (message,), 3, budget)
