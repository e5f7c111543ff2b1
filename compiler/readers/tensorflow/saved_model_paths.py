"""Where the file names in a SavedModel come from: its assets, the checkpoint it is saved to, or somewhere else.

Every SavedModel holds operations that read and write files: those that save and restore its variables, and those that
fill lookup tables from assets. They are harmless exactly when nothing but TensorFlow's own saving and loading can call
them, and with no file name but the one that TensorFlow hands in. So each name is followed back through the operations
that put it together, and through the functions it is passed into.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from compiler.readers.containers.protobuf import Budget, fields
from compiler.readers.tensorflow.saved_model_graph import Body, Node

# Operation -> which of its inputs are file names.
TABLES = {"InitializeTableFromTextFile": (1,), "InitializeTableFromTextFileV2": (1,)}
SAVERS = {"SaveV2": (0,), "RestoreV2": (0,), "MergeV2Checkpoints": (0, 1), "ShardedFilename": (0,)}
FILES = TABLES | SAVERS
# Operations whose first input is the name they give, or every input is.
_FIRST = frozenset(("Identity", "ShardedFilename", "ExpandDims", "StringJoin"))
_EACH = {"Select": 1, "SelectV2": 1, "Pack": 0}
_CALLS = frozenset(("PartitionedCall", "StatefulPartitionedCall"))
# What TensorFlow's savers put behind the name they are given.
_SUFFIX = re.compile(rb"\.part|_temp(?:_[0-9a-f]{32})?/part|/part")
# TensorFlow exchanges functions that carry this attribute for each other.
_EXCHANGED = b"api_implements"
_MAX_STEPS, _MAX_DEPTH = 100_000, 100

# Operations that leave a variable as it is.
_LOOKS = frozenset(("ReadVariableOp", "VarIsInitializedOp"))

ASSET, SAVER, ELSEWHERE = "asset", "saver", "elsewhere"


@dataclass(frozen=True, slots=True)
class Names:
    """What a meta graph says of file names, and of what runs."""

    assets: frozenset[str] = frozenset()
    """Nodes of the main graph that are assets."""
    asset_objects: frozenset[int] = frozenset()
    """Numbers of the objects that are assets."""
    checkpoint: str = ""
    """The node of the main graph that the checkpoint's name is fed into."""
    served: frozenset[str] = frozenset()
    """Nodes of the main graph that loading or a request runs."""
    concrete: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Functions that Python may call -> numbers of the objects that are always their last arguments."""


class Paths:
    """Follows file names through one meta graph. Beyond 100,000 steps every name comes from elsewhere."""

    def __init__(self, found: list[Body], names: Names, budget: Budget) -> None:
        self._bodies = {body.name: body for body in found}
        self._names = names
        self._budget = budget
        self._steps = 0

    def is_own(self, body: Body, node: Node) -> bool:
        """Whether a node of FILES has no file name but an asset's, or the checkpoint's, and runs where those do."""
        wanted = ASSET if node.operation in TABLES else SAVER
        if wanted == SAVER and body.name == "" and node.name in self._running:
            return False
        inputs, numbers = node.inputs, FILES[node.operation]
        if body.mentions(_EXCHANGED) or max(numbers) >= len(inputs):
            return False
        return all(self._origins(body, inputs[at], 0) == {wanted} for at in numbers)

    @cached_property
    def _running(self) -> set[str]:
        """Nodes of the main graph that loading or a request runs, with everything they depend on."""
        nodes = self._bodies[""].nodes
        found: set[str] = set()
        waiting = list(self._names.served)
        while waiting:
            name = waiting.pop()
            if name not in found and name in nodes:
                found.add(name)
                waiting += nodes[name].sources
        return found

    def _origins(self, body: Body, tensor: str, depth: int) -> set[str]:
        """Where a file name in a graph comes from."""
        self._steps += 1
        name = tensor.partition(":")[0]
        if self._steps > _MAX_STEPS or depth > _MAX_DEPTH:
            return {ELSEWHERE}
        if name in body.arguments:
            return self._passed_in(body, body.arguments.index(name), depth + 1)
        node = body.nodes.get(name)
        return self._made(body, node, depth + 1) if node is not None else {ELSEWHERE}

    def _made(self, body: Body, node: Node, depth: int) -> set[str]:
        """Where the file name that a node gives comes from."""
        if body.name == "" and (known := self._fed(node)):
            return {known}
        if body.name == "" and node.operation == "ReadVariableOp":
            return self._assigned(node, depth)
        inputs = node.inputs
        if node.operation == "StringJoin" and not all(self._is_suffix(body, item, 0) for item in inputs[1:]):
            return {ELSEWHERE}
        followed = inputs[:1] if node.operation in _FIRST else inputs[_EACH.get(node.operation, len(inputs)) :]
        return {origin for item in followed for origin in self._origins(body, item, depth)} or {ELSEWHERE}

    def _fed(self, node: Node) -> str | None:
        """What is fed into a node of the main graph."""
        if node.name in self._names.assets:
            return ASSET
        if node.name == self._names.checkpoint and node.operation in {"Placeholder", "PlaceholderWithDefault"}:
            return SAVER
        return None

    def _assigned(self, read: Node, depth: int) -> set[str]:
        """Where the content of a variable of the main graph comes from: everything that is assigned to it."""
        main = self._bodies[""]
        variable = main.nodes.get(read.inputs[0].partition(":")[0]) if read.inputs else None
        if variable is None or variable.operation != "VarHandleOp" or self._hidden_variables:
            return {ELSEWHERE}
        same = {node.name for node in self._variables if _shared(node) == _shared(variable)}
        origins: set[str] = set()
        for node in main.nodes.values():
            if node.operation in _LOOKS or not same.intersection(item.partition(":")[0] for item in node.inputs):
                continue
            assigns = node.operation == "AssignVariableOp" and len(node.inputs) == 2
            origins |= self._origins(main, node.inputs[1], depth) if assigns else {ELSEWHERE}
        return origins or {ELSEWHERE}

    @cached_property
    def _variables(self) -> list[Node]:
        return [node for node in self._bodies[""].nodes.values() if node.operation == "VarHandleOp"]

    @cached_property
    def _hidden_variables(self) -> bool:
        """Whether a function makes variables, which could be the same as those of the main graph."""
        return any(node.operation == "VarHandleOp" for body in self._bodies.values() if body.name for node in body)

    def _is_suffix(self, body: Body, tensor: str, depth: int) -> bool:
        """Whether a text is one of those that TensorFlow's savers put behind a checkpoint's name."""
        node = body.nodes.get(tensor.partition(":")[0])
        if node is None or depth > 3:
            return False
        if node.operation == "Const":
            return _SUFFIX.fullmatch(self._constant(node)) is not None
        first = {"Select": 1, "SelectV2": 1, "Identity": 0}.get(node.operation)
        return first is not None and all(self._is_suffix(body, item, depth + 1) for item in node.inputs[first:])

    def _passed_in(self, body: Body, number: int, depth: int) -> set[str]:
        """Where an argument of a function comes from: every place that calls it, and what is bound to it."""
        origins: set[str] = set()
        for caller, node in self._callers.get(body.name, ()):
            inputs = node.inputs
            direct = node.operation in _CALLS and len(inputs) == len(body.arguments) and not body.mentions(_EXCHANGED)
            found = self._origins(caller, inputs[number], depth) if direct else {ELSEWHERE}
            served = SAVER in found and caller.name == "" and node.name in self._running
            origins |= {ELSEWHERE} if served else found
        if body.name in self._names.concrete:
            bound = self._names.concrete[body.name]
            at = number - len(body.arguments) + len(bound)
            origins.add(ASSET if at >= 0 and bound[at] in self._names.asset_objects else ELSEWHERE)
        return origins or {ELSEWHERE}

    @cached_property
    def _callers(self) -> dict[str, list[tuple[Body, Node]]]:
        """Function -> the nodes that name it."""
        found: dict[str, list[tuple[Body, Node]]] = {}
        for body in self._bodies.values():
            for node in body:
                for function in node.functions:
                    found.setdefault(function, []).append((body, node))
        return found

    def _constant(self, node: Node) -> bytes:
        """The text of a Const of one text; b"" for any other."""
        texts = [
            value
            for number, tensor in fields(node.attributes.get("value", memoryview(b"")), self._budget)
            if number == 8
            for kind, value in fields(tensor, self._budget)
            if kind == 8 and not isinstance(value, int)
        ]
        return bytes(texts[0]) if len(texts) == 1 else b""


def _shared(variable: Node) -> tuple[bytes, ...]:
    """What makes two variables the same one."""
    attributes = variable.attributes
    return tuple(bytes(attributes.get(name, b"")) for name in ("container", "shared_name"))
