"""A manifest as text: what `import` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][\w/-]*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
"""What YAML 1.1 or 1.2 reads as something else than text."""


def mapping(value: Mapping[str, Any], notes: Mapping[str, Sequence[str]] | None = None, indent: int = 0) -> str:
    """Lines of a mapping, two columns a level; `notes` are comments below the key of that name at this level."""
    return "".join(_entry(key, item, (notes or {}).get(key, ()), indent) for key, item in value.items())


def scalar(value: Any) -> str:
    """A value on one line; text is quoted where it could mean something else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(scalar, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _entry(key: str, value: Any, notes: Sequence[str], indent: int) -> str:
    space = " " * indent
    comments = "".join(f"{space}  # not in here: {note}\n" for note in notes)
    head = f"{space}{scalar(key)}:"
    if isinstance(value, Mapping) and value:
        return f"{head}\n{comments}{mapping(value, None, indent + 2)}"
    if isinstance(value, list | tuple) and value:
        return f"{head}\n{comments}" + "".join(_item(item, indent + 2) for item in value)
    return f"{head} {scalar(value)}\n{comments}"


def _item(value: Any, indent: int) -> str:
    if isinstance(value, Mapping) and value:
        lines = mapping(value, None, indent + 2)
        return f"{' ' * indent}- {lines[indent + 2 :]}"
    return f"{' ' * indent}- {scalar(value)}\n"


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
