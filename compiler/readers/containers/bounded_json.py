"""JSON from strangers: the memory its values will take is estimated before they are made."""

from __future__ import annotations

import json

from compiler.ir import Json
from compiler.readers.containers.mapped import BadContentError

MAX_MEMORY = 200 << 20
"""Of the values, estimated: a file of some megabytes takes no more, whatever is in it."""
# What CPython 3.11 takes for an empty list, a small dict, and one more item with its value.
LIST, MAPPING, ITEM = 64, 240, 40


def parse_json(data: bytes | memoryview, *, unique: bool = False, memory: int = MAX_MEMORY) -> Json:
    """The value of UTF-8 text; NaN and infinity become None. Raises `BadContentError`.

    With `unique` a key that stands twice in a mapping is an error: libraries disagree on which of them counts.
    """
    raw = bytes(data)
    if LIST * raw.count(b"[") + MAPPING * raw.count(b"{") + ITEM * raw.count(b",") > memory:
        raise BadContentError("its JSON has too many values")
    try:
        pairs = _unique if unique else None
        found: Json = json.loads(raw, parse_constant=lambda _: None, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise BadContentError(f"it is no JSON ({error})") from error
    return found


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in a mapping")
    return found


def parse_mapping(data: bytes | memoryview, *, unique: bool = False, memory: int = MAX_MEMORY) -> dict[str, Json]:
    """Likewise, where the value must be a mapping."""
    found = parse_json(data, unique=unique, memory=memory)
    if not isinstance(found, dict):
        raise BadContentError("it is no mapping")
    return found
