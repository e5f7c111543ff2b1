"""Fields of manifests: which there are, and in which of them two settings differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from compiler.spec.base import Node


def leaves(spec: type[Node], prefix: str = "") -> set[str]:
    """Every field that is no mapping of further fields: `shape`, `custom[].key`, `environmentVariables.*.variable`."""
    found = set()
    for name, info in spec.model_fields.items():
        path = f"{prefix}{info.alias or name}"
        inner = dict(_nodes(info.annotation))
        if any(node is None for node in inner.values()):
            found.add(path)
        for suffix, node in inner.items():
            if node is not None:
                found |= leaves(node, f"{path}{suffix.partition(' ')[0]}.")
    return found


def _nodes(annotation: Any, suffix: str = "") -> Iterator[tuple[str, type[Node] | None]]:
    """What a field may hold: mappings of fields by how they are reached, and None for plain values."""
    origin, inner = get_origin(annotation), [arg for arg in get_args(annotation) if arg not in (Ellipsis, type(None))]
    if isinstance(annotation, type) and issubclass(annotation, Node):
        yield f"{suffix} {annotation.__name__}", annotation
    elif origin is Annotated:
        yield from _nodes(inner[0], suffix)
    elif origin in (tuple, dict) or (inner and origin is not Literal):
        more = {tuple: "[]", dict: ".*"}.get(origin, "")
        for arg in inner[-1:] if origin is dict else inner:
            yield from _nodes(arg, suffix + more)
    else:
        yield f"{suffix} plain", None


def set_in(settings: Any, known: set[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of `known` that are set in `settings`, with their values."""
    if path in known:
        yield path, settings
    if isinstance(settings, dict):
        for key, value in settings.items():
            here = f"{path}.{key}" if path else key
            anyone = f"{path}.*"
            yield from set_in(value, known, here if _within(here, known) else anyone)
    elif isinstance(settings, list):
        for item in settings:
            yield from set_in(item, known, f"{path}[]")


def _within(path: str, known: set[str]) -> bool:
    return any(leaf == path or leaf.startswith((f"{path}.", f"{path}[")) for leaf in known)


def differing(first: Any, second: Any, known: set[str]) -> set[str]:
    """The fields of `known` that do not have the same value in both settings."""
    found = [list(set_in(settings, known)) for settings in (first, second)]
    paths = {path for pairs in found for path, _ in pairs}
    return {path for path in paths if len({str([v for p, v in pairs if p == path]) for pairs in found}) > 1}
