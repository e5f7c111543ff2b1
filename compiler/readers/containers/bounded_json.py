"""JSON from strangers: the memory its values will take is estimated before they are made."""

from __future__ import annotations

import json

from compiler.ir import Json
from compiler.readers.containers.mapped import BadContentError

MAX_MEMORY = 512 << 20
# What CPython 3.11 takes for an empty list, a small dict, and one more item with its value.
LIST, MAPPING, ITEM = 64, 240, 40


def parse_json(data: bytes | memoryview) -> Json:
    """The value of UTF-8 text; NaN and infinity become None. Raises `BadContentError`."""
    raw = bytes(data)
    if LIST * raw.count(b"[") + MAPPING * raw.count(b"{") + ITEM * raw.count(b",") > MAX_MEMORY:
        raise BadContentError("its JSON has too many values")
    try:
        found: Json = json.loads(raw, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise BadContentError(f"it is no JSON ({error})") from error
    return found


def parse_mapping(data: bytes | memoryview) -> dict[str, Json]:
    """Likewise, where the value must be a mapping."""
    found = parse_json(data)
    if not isinstance(found, dict):
        raise BadContentError("it is no mapping")
    return found
