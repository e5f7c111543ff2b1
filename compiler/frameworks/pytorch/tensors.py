"""Tensors as PyTorch's pickles describe them: element types, shapes, names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from compiler.ir import Json
from compiler.readers.pickles.values import Global, Instance, Pairs, Persistent

_MAX_NODES = 200_000
_DTYPES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool", "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """One tensor of a file."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


def tensor_of(value: Any) -> Stored | None:
    """The tensor that a value describes, None when it is none."""
    if not isinstance(value, Instance) or value.cls.module != "torch._utils" or not isinstance(value.arguments, tuple):
        return None
    if value.cls.name in {"_rebuild_parameter", "_rebuild_parameter_with_state"} and value.arguments:
        return tensor_of(value.arguments[0])
    storage, *rest = value.arguments or (None,)
    shape = rest[1] if len(rest) > 1 else None
    shape = shape.arguments[0] if isinstance(shape, Instance) and shape.arguments else shape
    if not isinstance(shape, tuple) or not all(type(n) is int and 0 <= n < 1 << 48 for n in shape):
        return None
    return Stored(_dtype(storage), shape)


def _dtype(storage: Any) -> str:
    identity = storage.identity if isinstance(storage, Persistent) else None
    kind = identity[1] if isinstance(identity, tuple) and len(identity) > 1 else None
    return _DTYPES.get(kind.name, "unknown") if isinstance(kind, Global) else "unknown"


def entries(value: Any) -> list[tuple[Any, Any]]:
    """Keys and values of a dict or OrderedDict, empty for anything else."""
    if isinstance(value, Instance) and value.cls.dotted == "collections.OrderedDict":
        items: list[Any] = value.items or _pairs(value.arguments)
    else:
        items = value.items if isinstance(value, Pairs) else []
    return list(zip(items[::2], items[1::2], strict=False))


def _pairs(arguments: Any) -> list[Any]:
    """Keys and values in turn of `OrderedDict([[key, value], …])`, as Python 2 wrote it."""
    first = arguments[0] if isinstance(arguments, tuple) and arguments else None
    pairs = first if isinstance(first, list) else []
    return [item for pair in pairs if isinstance(pair, list | tuple) and len(pair) == 2 for item in pair]


def tensors_in(value: Any) -> Iterator[Stored]:
    """All tensors below a module of TorchScript, each once; a bounded walk."""
    seen: set[int] = set()
    waiting = [value]
    while waiting and len(seen) < _MAX_NODES:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if (tensor := tensor_of(found)) is not None:
            yield tensor
        elif isinstance(found, list | tuple):
            waiting.extend(found)
        elif isinstance(found, Instance):
            waiting.append(found.state)
            waiting.extend(found.items or [])
        elif isinstance(found, Pairs):
            waiting.extend(found.items)


def summary(found: list[Stored]) -> dict[str, Json]:
    """Counts of what a file stores; tensors that share a storage count each."""
    dtypes: list[Json] = [*sorted({tensor.dtype for tensor in found})]
    return {"tensors": len(found), "elements": sum(tensor.count for tensor in found), "dtypes": dtypes}
