"""JSON for people: one entry a line, and lists of plain values on one line."""

from __future__ import annotations

import json
from typing import Any

_SHORT = 100


def pretty(value: Any, indent: str = "") -> str:
    """JSON text of a value; it never grows a line for each number of an array."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, list | dict) or not value or _is_plain(value) or len(indent) > _SHORT:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {pretty(item, inner)}" for key, item in value.items()]
        opening, closing = "{", "}"
    else:
        parts, (opening, closing) = [pretty(item, inner) for item in value], "[]"
    lines = f",\n{inner}".join(parts)
    return f"{opening}\n{inner}{lines}\n{indent}{closing}"


def _is_plain(value: list[Any] | dict[str, Any]) -> bool:
    return isinstance(value, list) and not any(isinstance(item, list | dict) for item in value)
