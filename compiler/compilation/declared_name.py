"""The name that a manifest gives itself, before anything else of it is looked at."""

from __future__ import annotations

import re
from pathlib import Path

from compiler.diagnostics import CompilerError

_METADATA = re.compile(r"^metadata:[ \t]*(?:#.*)?\n((?:[ \t]+.*\n|[ \t]*(?:#.*)?\n)*)", re.MULTILINE)
_NOT_PLAIN = re.compile(r"['\"|>{\[&*!]")
_CHILD = re.compile(r"^( +)[^\s#]", re.MULTILINE)
_MOST = 1 << 20
"""Bytes: what `source.MAX_BYTES` allows."""


def declared_name(path: Path) -> str | None:
    """`metadata.name` as it is written; None where it cannot be read (compiling tells why).

    The usual form is found without parsing the file: to find two manifests of one name in a fleet, every one is asked.
    """
    try:
        text = path.read_bytes()[:_MOST].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return _usual_name(text) or _parsed_name(path)


def _usual_name(text: str) -> str | None:
    """The name in a block mapping `metadata:` at the left margin, where it is written plainly, once.

    Nothing else can stand at the left margin of a block mapping but keys: text that goes on is indented. Where
    something in the mapping is quoted, folded or in brackets, a line may look like a key and be none.
    """
    blocks = _METADATA.findall(f"{text}\n")
    child = _CHILD.search(blocks[0]) if len(blocks) == 1 else None
    if child is None or _NOT_PLAIN.search(blocks[0]):
        return None
    names = re.findall(rf"^{child[1]}name:[ \t]+([a-z0-9-]+)[ \t]*(?:#.*)?$", blocks[0], re.MULTILINE)
    return names[0] if len(names) == 1 and not names[0].isdigit() else None


def _parsed_name(path: Path) -> str | None:
    from compiler.source import read_document

    try:
        data = read_document(path).data
    except CompilerError:
        return None
    metadata = data.get("metadata") if isinstance(data, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None
