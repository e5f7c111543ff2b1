"""The header of a safetensors file: names, dtypes and shapes of its tensors.

Source: the format as the safetensors project describes it: 8 bytes of length, that many bytes of JSON, then the data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError

MAX_HEADER = 16 << 20
"""The format allows 100 MB; this is room for 100,000 tensors."""
MAX_RANK = 64
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32", "I32": "int32",
    "U64": "uint64", "I64": "int64", "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
}  # fmt: skip

# The digits in a name are bits; BOOL takes a byte.
WIDTHS = {name: int("".join(filter(str.isdigit, name)) or 8) // 8 for name in DTYPES}


@dataclass(frozen=True, slots=True)
class Safetensors:
    """What the header says."""

    tensors: dict[str, tuple[str, tuple[int, ...]]]
    """Name -> numpy dtype and shape."""
    metadata: dict[str, str]
    """`format` (pt, tf, np) and whatever the writer added."""


def read_safetensors(data: memoryview) -> Safetensors:
    """Names, dtypes and shapes; raises `BadContentError` when the file is cut short or no safetensors."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8 or length > MAX_HEADER:
        raise BadContentError(f"its header claims {length:,} bytes")
    header = parse_mapping(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {name: _tensor(name, entry, len(data) - 8 - length) for name, entry in header.items()}
    known = metadata if isinstance(metadata, dict) else {}
    return Safetensors(tensors, {str(key): str(value) for key, value in known.items()})


def _tensor(name: str, entry: object, size: int) -> tuple[str, tuple[int, ...]]:
    fields = entry if isinstance(entry, dict) else {}
    shape, offsets, dtype = _numbers(fields.get("shape")), _numbers(fields.get("data_offsets")), fields.get("dtype")
    if shape is None or len(shape) > MAX_RANK or offsets is None or len(offsets) != 2 or not isinstance(dtype, str):
        raise BadContentError(f"the entry of tensor '{name:.80}' is incomplete")
    if not offsets[0] <= offsets[1] <= size:
        raise BadContentError(f"tensor '{name:.80}' ends at byte {offsets[1]:,} of {size:,}")
    if dtype in WIDTHS and math.prod(shape) * WIDTHS[dtype] != offsets[1] - offsets[0]:
        raise BadContentError(f"the shape of tensor '{name:.80}' does not fit its {offsets[1] - offsets[0]:,} bytes")
    return DTYPES.get(dtype, dtype), shape


def _numbers(value: object) -> tuple[int, ...] | None:
    valid = isinstance(value, list) and all(type(item) is int and 0 <= item < 1 << 63 for item in value)
    return tuple(value) if valid and isinstance(value, list) else None
