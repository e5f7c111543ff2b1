"""What callers send and what the model answers, as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure
from compiler.notebook.loaded import is_a, loaded
from compiler.passes.samples.dtypes import is_known, published
from compiler.readers.samples import read_table

ROWS = 1000
"""Rows of the data that become the sample."""


def first_rows(data: Any) -> Any:
    """The first rows of a table or an array; those of a distributed table are brought here."""
    if hasattr(data, "toPandas"):
        return data.limit(ROWS).toPandas()
    return data.head(ROWS) if hasattr(data, "head") else data[:ROWS]


def write_input(data: Any, folder: Path) -> Path:
    """A data frame as CSV, an array or tensor as NPY, anything else as JSON. Raises `CompilerError` MF303."""
    if is_frame(data):
        path = folder / "input.csv"
        data.to_csv(path, index=False)
        return path
    array = _array(data)
    if array is not None and array.dtype.kind in "biuf":
        path = folder / "input.npy"
        loaded("numpy").save(path, array)
        return path
    return _write_json(folder / "input.json", plain(data))


def write_answers(answers: Any, folder: Path) -> Path:
    """The model's answers as JSON, row by row."""
    return _write_json(folder / "output.json", {"prediction": plain(answers)})


def declared_dtypes(data: Any, sample: Path) -> dict[str, str]:
    """The dtypes of a data frame's columns that its CSV file does not tell."""
    if not is_frame(data):
        return {}
    told = {column.name: column.dtype for column in read_table(sample).columns}
    held = {str(name): str(dtype) for name, dtype in data.dtypes.items()}
    differing = {name: dtype for name, dtype in held.items() if published(dtype) != published(told.get(name, ""))}
    return {name: dtype for name, dtype in differing.items() if is_known(dtype)}


def plain(data: Any) -> Any:
    """What JSON can hold: records of a table, nested lists of an array, anything else as it is."""
    if hasattr(data, "toPandas"):  # a distributed table
        data = data.toPandas()
    if is_frame(data):
        return json.loads(data.to_json(orient="records", date_format="iso", double_precision=15))
    array = _array(data)
    return data if array is None else array.tolist()


def is_frame(data: Any) -> bool:
    """Whether this is a data frame."""
    return is_a(data, "pandas", "DataFrame")


def _array(data: Any) -> Any:
    """An array or a tensor, or what turns into one, as a numpy array; None for anything else."""
    if hasattr(data, "detach"):
        data = data.detach().cpu()
    if isinstance(data, list | tuple | dict | str) or not hasattr(data, "__array__"):
        return None
    return loaded("numpy").asarray(data)


def _write_json(path: Path, value: Any) -> Path:
    try:
        path.write_text(json.dumps(value, allow_nan=False), encoding="utf-8")
    except (TypeError, ValueError) as error:
        hint = "pass a data frame, an array, or lists of numbers and text without NaN"
        raise failure("MF303", f"this cannot be a sample: {error}", hint=hint) from None
    return path
