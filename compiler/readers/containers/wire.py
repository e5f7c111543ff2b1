"""The protobuf wire format: field by field over a file, so that big tensors are stepped over and never read."""

from __future__ import annotations

from pathlib import Path
from typing import IO

# ModelProto's fields and wire types (onnx.proto: ir_version 1 … functions 25).
_ONNX_FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
_GRAPH = 7


def _varint(file: IO[bytes]) -> int:
    """One varint at the file's position; -1 at its end or when it is longer than ten bytes."""
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            return -1
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    return -1


def is_onnx(path: Path) -> bool:
    """Whether the top-level fields up to the graph are those of ONNX's ModelProto and fit into the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for _ in range(64):
            tag = _varint(file)
            field, wire = tag >> 3, tag & 7
            if tag < 0 or _ONNX_FIELDS.get(field) != wire:
                return False
            value = _varint(file)
            if value < 0 or (wire == 2 and file.tell() + value > size):
                return False
            if field == _GRAPH:
                return True
            if wire == 2:
                file.seek(value, 1)
    return False
