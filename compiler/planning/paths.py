"""Values in bodies by their path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.planning.canonical import Body, Path


def below(path: Path, prefixes: Iterable[Path]) -> bool:
    """Whether a path is one of these, or lies below one."""
    return any(path[: len(prefix)] == prefix for prefix in prefixes)


def value_at(body: Mapping[str, Any], path: Path) -> Any:
    """The value there; None where there is none."""
    node: Any = body
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def put(body: Body, path: Path, value: Any) -> None:
    """Set the value there; objects on the way are made."""
    for key in path[:-1]:
        body = body.setdefault(key, {})
    body[path[-1]] = value
