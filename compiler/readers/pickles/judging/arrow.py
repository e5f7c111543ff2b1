"""Arrow arrays in pickles: pyarrow (26.0) restores them without a look at their buffers, so they are looked at here."""

from __future__ import annotations

import struct
from typing import Any

from compiler.readers.pickles.faults import Denied
from compiler.readers.pickles.values import Blob, Instance

_ARROW_OFFSETS = {"string": 4, "binary": 4, "large_string": 8, "large_binary": 8, "utf8": 4, "large_utf8": 8}
_ARROW_WIDTHS = {
    "int8": 1, "int16": 2, "int32": 4, "int64": 8, "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "halffloat": 2,
    "float": 4, "double": 8, "date32[day]": 4, "date64[ms]": 8, "float32": 4, "float64": 8, "float16": 2, "date32": 4,
    "date64": 8,
}  # fmt: skip


def check_arrow(made: Instance) -> None:
    """pyarrow.lib._restore_array does not look at what it restores: buffers are long enough, offsets rise."""
    _arrow_array(made.arguments[0], 0)


def _arrow_array(parts: tuple[Any, ...], depth: int) -> None:
    kind, length, _, offset, buffers, children, dictionary = parts
    if length < 0 or offset < 0 or length + offset > 1 << 40:
        raise Denied("an Arrow array has an impossible length")
    name = _arrow_name(kind)
    held = [_buffer(buffer) for buffer in buffers]
    end = length + offset
    if held and held[0] is not None and len(held[0]) * 8 < end:
        raise Denied("an Arrow array's buffer is shorter than its length")
    if name in _ARROW_OFFSETS and len(held) == 3:
        _text_offsets(held[1], held[2], _ARROW_OFFSETS[name], end)
    elif name in _ARROW_WIDTHS or name == "bool":
        bits = 1 if name == "bool" else 8 * _ARROW_WIDTHS[name]
        if end and (len(held) != 2 or held[1] is None or len(held[1]) * 8 < end * bits):
            raise Denied("an Arrow array's buffer is shorter than its length")
    else:
        _nested_arrow(kind, held, end, children, dictionary, depth)


def _nested_arrow(
    kind: Instance, held: list[memoryview | None], end: int, children: Any, dictionary: Any, depth: int
) -> None:
    """Lists, structs, dictionaries and times; other types are not looked into, so they are refused."""
    name = kind.cls.name
    if name in {"timestamp", "duration", "time64", "time32"}:
        width = 32 if name == "time32" else 64
        if end and (len(held) != 2 or held[1] is None or len(held[1]) * 8 < end * width):
            raise Denied("an Arrow array's buffer is shorter than its length")
    elif name in {"list_", "large_list"} and len(children) == 1:
        inner = children[0][1] if type(children[0][1]) is int else 0
        _offsets(held[1], 4 if name == "list_" else 8, end, inner)
    elif name == "struct":
        if any(child[1] + child[3] < end for child in children):
            raise Denied("an Arrow array's parts are shorter than it is")
    elif name == "dictionary" and dictionary is not None:
        _dictionary(kind, held, end, dictionary[1])
    elif name not in {"null", "decimal128"} and _arrow_name(kind) != "null":
        raise Denied("an Arrow array has a type that is not looked into")
    for child in [*children, *([dictionary] if dictionary is not None else [])]:
        _arrow_array(child, depth + 1)


def _dictionary(kind: Instance, held: list[memoryview | None], end: int, size: int) -> None:
    width = _ARROW_WIDTHS.get(_arrow_name(kind.arguments[0]), 0)
    codes: dict[int, Any] = {1: "b", 2: "h", 4: "i", 8: "q"}
    if not width or len(held) != 2 or held[1] is None or len(held[1]) < end * width:
        raise Denied("an Arrow array's buffer is shorter than its length")
    found = held[1][: end * width].cast("B").cast(codes[width]).tolist()
    if found and (min(found) < -1 or max(found) >= size):
        raise Denied("an Arrow array refers to an entry that its dictionary does not have")


def _arrow_name(kind: Any) -> str:
    named = isinstance(kind, Instance) and kind.cls.name == "type_for_alias"
    return kind.arguments[0] if named and isinstance(kind.arguments[0], str) else ""


def _buffer(buffer: Any) -> memoryview | None:
    if buffer is None:
        return None
    data = buffer.arguments[0]
    if isinstance(data, Instance):  # protocol 2: text that is encoded in Latin-1 again
        data = data.arguments[0]
    if isinstance(data, Blob) and data.data is not None:
        return memoryview(bytes(data.data).decode("utf-8").encode("latin-1", "replace")) if data.text else data.data
    if isinstance(data, bytes):
        return memoryview(data)
    raise Denied("an Arrow array's buffer is not at hand")


def _text_offsets(offsets: memoryview | None, data: memoryview | None, width: int, end: int) -> None:
    _offsets(offsets, width, end, len(data) if data is not None else 0)


def _offsets(offsets: memoryview | None, width: int, end: int, size: int) -> None:
    """`end` + 1 offsets that rise from at least 0 to at most `size`."""
    if end == 0:
        return
    if offsets is None or len(offsets) < (end + 1) * width:
        raise Denied("an Arrow array's buffer is shorter than its length")
    found = struct.unpack(f"<{end + 1}{'i' if width == 4 else 'q'}", offsets[: (end + 1) * width])
    if found[0] < 0 or found[-1] > size or any(map(int.__gt__, found, found[1:])):
        raise Denied("an Arrow array's offsets lie outside of its data")
