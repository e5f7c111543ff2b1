"""A document's TypedDict -> its JSON Schema."""

from __future__ import annotations

import json
from types import GenericAlias
from typing import Any

from compiler.schema.generate import DIALECT


def document_schema(document: type) -> str:
    """The text of the schema: classes and fields are described by their docstrings.

    Unknown fields are allowed: within a format version fields are added, and readers are to pass over them.
    """
    from pydantic import ConfigDict, TypeAdapter

    # That fields are described by docstrings is a setting of what is around a TypedDict: here a tuple of one.
    config = ConfigDict(use_attribute_docstrings=True)
    alias: Any = GenericAlias(tuple, (document,))
    around = TypeAdapter(alias, config=config).json_schema()
    parts: dict[str, Any] = {name: _untitled(part) for name, part in around["$defs"].items()}
    root = parts.pop(document.__name__)
    body = {"$schema": DIALECT, "title": document.__name__, **root, **({"$defs": parts} if parts else {})}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _untitled(node: Any) -> Any:
    """Without pydantic's titles, which repeat the name of the field."""
    if isinstance(node, list):
        return [_untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    return {
        key: {name: _untitled(inner) for name, inner in value.items()} if key == "properties" else _untitled(value)
        for key, value in kept.items()
    }
