"""The forms in which a score.py that nobody here wrote may take rows, beside the plain ones.

Oracle ADS's score.py takes a typed envelope, `{"data": …, "data_type": "<class …>"}` (oracle-ads 2.16.1, the templates
`score_*.jinja2`): those of PyTorch and TensorFlow take nothing else that says what a tensor is, that of Spark takes
each row as JSON text.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from compiler.ir import Json

Form: TypeAlias = str
"""`columns`, `rows`, `lists`, `tensor DTYPE`, `array DTYPE`, `json` or `frame`; empty: as the request is."""
_CODES: Mapping[str, tuple[str, str]] = {
    "float32": ("<f4", "f"),
    "float64": ("<f8", "d"),
    "int64": ("<i8", "q"),
    "int32": ("<i4", "i"),
}
"""dtype -> its name in NumPy's file format, and in `struct`."""
_ALIGNED = 64
"""NumPy pads the header of its files to a multiple of this many bytes (NEP 1)."""


def forms_of(rows: Sequence[Json], dtype: str | None) -> tuple[Form, ...]:
    """The forms that these rows can be sent in, likeliest first; `dtype` is what the artifact says of its input."""
    numbers = _numbers([_values(row) for row in rows])
    whole = bool(numbers) and all(isinstance(number, int) for number in numbers)
    dtypes = [dtype or "float32", "float32", "int64" if whole else "float64"] if numbers else []
    known = [name for name in dict.fromkeys(dtypes) if name in _CODES and (whole or not name.startswith("int"))]
    typed = [f"{kind} {name}" for name in known for kind in ("tensor", "array")]
    if all(isinstance(row, dict) for row in rows):
        return ("columns", "rows", "lists", *typed, "json", "frame")
    return ("rows", *typed)


def in_form(request: Json, form: Form) -> Json:
    """A request, a list of rows or {column: values}, in another form."""
    kind, _, dtype = form.partition(" ")
    if not kind:
        return request
    rows = _rows(request)
    if kind in ("rows", "columns", "lists"):
        return _plain(rows, kind)
    if kind == "json":
        return _envelope([json.dumps(row, allow_nan=False) for row in rows], "list")
    if kind == "frame":
        columns = {name: {str(at): cell for at, cell in enumerate(cells)} for name, cells in _columns(rows).items()}
        return _envelope(json.dumps(columns, allow_nan=False), "pandas.core.frame.DataFrame")
    values: Json = [_values(row) for row in rows]
    return _tensor(values, dtype) if kind == "tensor" else _array(values, dtype)


def _plain(rows: Sequence[Json], kind: str) -> Json:
    if kind == "columns":
        return cast("Json", _columns(rows))
    return [_values(row) for row in rows] if kind == "lists" else list(rows)


def _tensor(values: Json, dtype: str) -> Json:
    shape: Json = list(_shape(values))
    data = _converted(values, dtype)
    tensor: Json = {
        "__ads_torch_tensor__": 1,
        "data": data,
        "dtype": f"torch.{dtype}",
        "shape": shape,
        "device": "cpu",
    }
    return _envelope(tensor, "torch.Tensor")


def _array(values: Json, dtype: str) -> Json:
    """As NumPy's own file, in Base64."""
    descr, code = _CODES[dtype]
    numbers = _flat(_converted(values, dtype))
    header = repr({"descr": descr, "fortran_order": False, "shape": _shape(values)}).encode()
    header += b" " * (-(10 + len(header) + 1) % _ALIGNED) + b"\n"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
    content += struct.pack(f"<{len(numbers)}{code}", *numbers)
    return _envelope(base64.b64encode(content).decode(), "numpy.ndarray")


def _envelope(data: Json, cls: str) -> Json:
    return {"data": data, "data_type": f"<class '{cls}'>"}


def _rows(request: Json) -> list[Json]:
    if isinstance(request, list):
        return request
    if not isinstance(request, dict):
        return []
    columns = cast("dict[str, list[Json]]", request)
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _columns(rows: Sequence[Json]) -> dict[str, list[Json]]:
    records = [row for row in rows if isinstance(row, dict)]
    return {name: [record[name] for record in records] for name in records[0]} if records else {}


def _values(row: Json) -> Json:
    return list(row.values()) if isinstance(row, dict) else row


def _converted(values: Json, dtype: str) -> Json:
    if isinstance(values, list):
        return [_converted(value, dtype) for value in values]
    assert isinstance(values, int | float)
    return int(values) if dtype.startswith("int") else float(values)


def _shape(values: Json) -> tuple[int, ...]:
    return (len(values), *(_shape(values[0]) if values else ())) if isinstance(values, list) else ()


def _flat(values: Json) -> list[int | float]:
    if isinstance(values, list):
        return [number for value in values for number in _flat(value)]
    assert isinstance(values, int | float)
    return [values]


def _numbers(values: Json) -> list[int | float]:
    """All numbers in nested lists of one shape; none where there is anything else, or rows of different lengths."""
    if not isinstance(values, list) or not values:
        return []
    flat: list[int | float] = []
    waiting = [values]
    while waiting:
        for value in waiting.pop():
            if isinstance(value, list):
                waiting.append(value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                flat.append(value)
            else:
                return []
    size = 1
    for length in _shape(values):
        size *= length
    return flat if len(flat) == size and _regular(values) else []


def _regular(values: Json) -> bool:
    if not isinstance(values, list):
        return True
    return len({_shape(value) for value in values}) == 1 and all(map(_regular, values))
