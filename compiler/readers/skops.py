"""skops archives: a zip with the object tree as JSON (`schema.json`) and one .npy a numeric array.

The tree is turned into the same descriptions that pickles give, and its names are judged by the same index.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.readers.containers.archive import damaged, open_archive, read_member
from compiler.readers.npy_header import parse_npy
from compiler.readers.pickles import Pickle, refusal
from compiler.readers.pickles.arrays import Array
from compiler.readers.pickles.elements import elements
from compiler.readers.pickles.faults import Beyond, Fault, Malformed
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.values import Bag, Instance, Pairs

MAX_SCHEMA = 16 << 20
"""Bytes of schema.json; a forest of a thousand trees has one of 2 MB."""
_MAX_DEPTH = 200
_MAX_ARRAY = 1 << 20


@dataclass(frozen=True, slots=True)
class Skops:
    """What a skops archive describes."""

    pickle: Pickle
    """The tree as if it came from a pickle."""
    version: str | None
    """Of skops, where the file records it."""
    types: tuple[str, ...]
    """Dotted names of all classes and functions in it, sorted: what `skops.io.load(trusted=…)` has to be told."""


def read_skops(path: Path) -> Skops:
    """Read an archive without skops. Raises CompilerError (MF203, MF204, MF206)."""
    with open_archive(path) as archive:
        try:
            schema = json.loads(read_member(archive, "schema.json", MAX_SCHEMA))
            reader = _Reader(archive)
            value = reader.value(schema, 0)
        except (ValueError, RecursionError) as error:
            raise damaged(path, f"schema.json is not readable: {error}") from error
        except Fault as fault:
            raise refusal(path, fault, 0) from fault
    seen = reader.globals.seen
    packages = frozenset(module.split(".", 1)[0] for module, _ in seen)
    version = schema.get("_skops_version") if isinstance(schema, dict) else None
    return Skops(
        Pickle(value, packages, reader.globals.unknown, joblib=False, protocol=0),
        version if isinstance(version, str) else None,
        tuple(sorted(found.dotted for found in seen.values() if found.module != "builtins")),
    )


class _Reader:
    """Turns nodes into values. A node names its loader, its class and, for most, its content."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.globals = Globals()
        self._made: dict[int, Any] = {}
        self._loaders: dict[str, Callable[[dict[str, Any], int], Any]] = {
            "JsonNode": self._json, "DictNode": self._dict, "DefaultDictNode": self._object, "ListNode": self._list,
            "TupleNode": self._tuple, "SetNode": self._set, "NdArrayNode": self._array, "TypeNode": self._global,
            "FunctionNode": self._global, "CachedNode": self._cached,
        }  # fmt: skip

    def value(self, node: Any, depth: int) -> Any:
        """What a node describes. Raises Malformed, Beyond, and Denied for a name that is."""
        if depth > _MAX_DEPTH:
            raise Beyond(f"its objects are nested more than {_MAX_DEPTH} deep")
        if not isinstance(node, dict) or not isinstance(node.get("__loader__"), str):
            raise Malformed("a node of its schema has no loader")
        made = self._loaders.get(node["__loader__"], self._object)(node, depth + 1)
        if isinstance(node.get("__id__"), int):
            self._made[node["__id__"]] = made
        return made

    def _global(self, node: dict[str, Any], _: int) -> Any:
        module, name = node.get("__module__"), node.get("__class__")
        if not isinstance(module, str) or not isinstance(name, str):
            raise Malformed("a node of its schema has no class")
        return self.globals.find(module, name)

    def _object(self, node: dict[str, Any], depth: int) -> Any:
        """An instance with its state: the content, or the attributes beside it for the loaders of single classes."""
        made = Instance(self._global(node, depth), ())
        content = node.get("content", node.get("attrs"))
        if isinstance(content, dict):
            nested = content if "__loader__" in content else content.get("attrs", content.get("state"))
            made.state = self.value(nested, depth) if isinstance(nested, dict) and "__loader__" in nested else None
        for key in ("__reduce__", "constructor", "func", "obj"):
            if isinstance(node.get(key), dict) and "__loader__" in node[key]:
                self.value(node[key], depth)
        return made

    def _json(self, node: dict[str, Any], _: int) -> Any:
        content = node.get("content")
        found = json.loads(content) if isinstance(content, str) else None
        return found if found is None or isinstance(found, bool | int | float | str) else None

    def _dict(self, node: dict[str, Any], depth: int) -> Any:
        made, content = Pairs(), node.get("content")
        for key, value in content.items() if isinstance(content, dict) else ():
            made.items += [key, self.value(value, depth)]
        if (node.get("__module__"), node.get("__class__")) == ("builtins", "dict"):
            return made
        instance = Instance(self._global(node, depth), ())
        instance.items = made.items
        return instance

    def _list(self, node: dict[str, Any], depth: int) -> list[Any]:
        content = node.get("content")
        return [self.value(item, depth) for item in content] if isinstance(content, list) else []

    def _tuple(self, node: dict[str, Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._list(node, depth))

    def _set(self, node: dict[str, Any], depth: int) -> Bag:
        return Bag(self._list(node, depth))

    def _cached(self, node: dict[str, Any], _: int) -> Any:
        return self._made.get(node.get("__id__", 0))

    def _array(self, node: dict[str, Any], depth: int) -> Any:
        """A numeric array in a member of its own, or an array of objects in the schema; scalars are arrays too."""
        if node.get("type") == "json":
            content = node.get("content")
            items = [self.value(item, depth) for item in content] if isinstance(content, list) else []
            shape = self.value(node["shape"], depth) if "shape" in node else (len(items),)
            plain = isinstance(shape, tuple) and all(isinstance(n, int) for n in shape)
            return Array(None, shape if plain else (len(items),), items)
        name = node.get("file")
        if not isinstance(name, str):
            raise Malformed("an array of its schema has no file")
        array = parse_npy(read_member(self._archive, name, _MAX_ARRAY, whole=False))
        return array if node.get("__class__") == "ndarray" else next(elements(array), None)
