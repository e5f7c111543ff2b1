"""The forms of a request: the same rows, as a reader of each form finds them."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.passes.samples.request_forms import forms_of, in_form


def _read(form: str, payload: Any) -> Any:  # noqa: PLR0911 - one return a form
    """Values row by row, read as a score.py of ADS does."""
    if form == "columns":
        return [list(row) for row in zip(*payload.values(), strict=True)]
    if form == "rows":
        return [list(row.values()) for row in payload]
    if form == "lists":
        return payload
    data = payload["data"]
    if form.startswith("tensor"):
        return np.asarray(data["data"], data["dtype"].removeprefix("torch.")).reshape(data["shape"]).tolist()
    if form.startswith("array"):
        return np.load(io.BytesIO(base64.b64decode(data)), allow_pickle=False).tolist()
    if form == "json":
        return [list(json.loads(row).values()) for row in data]
    return [list(row) for row in zip(*(cells.values() for cells in json.loads(data).values()), strict=True)]


NUMBERS = st.floats(-1e6, 1e6, width=32) | st.integers(-1000, 1000)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_every_form_holds_the_same_rows(values: list[tuple[float, ...]]) -> None:
    rows: Any = [dict(zip("abc", row, strict=True)) for row in values]
    for form in forms_of(rows, None):
        assert _read(form, in_form(rows, form)) == [list(row) for row in values], form


@pytest.mark.parametrize("form", forms_of([[[1.5, 2.0], [3.0, 4.0]]], "float64"))
def test_rows_that_are_arrays_keep_their_shape(form: str) -> None:
    rows: Any = [[[1.5, 2.0], [3.0, 4.0]], [[0.0, 1.0], [5.0, 6.0]]]
    found = in_form(rows, form)
    assert (found if form == "rows" else _read(form, found)) == rows


@pytest.mark.parametrize(
    ("rows", "dtype", "typed"),
    [
        ([{"a": 1.5}], "float64", ["float64", "float32"]),
        ([{"a": 1}], None, ["float32", "int64"]),
        ([{"a": 1.5}], "int64", ["float32", "float64"]),
        ([{"a": "x"}], None, []),
        ([{"a": None}], "float32", []),
        ([{"a": True}], None, []),
        ([[1.0], [1.0, 2.0]], None, []),
        ([[[1.0], [1.0, 2.0]]], None, []),
    ],
)
def test_only_numbers_of_one_shape_are_tensors(rows: Any, dtype: str | None, typed: list[str]) -> None:
    found = [form.split()[1] for form in forms_of(rows, dtype) if form.startswith("tensor")]
    assert found == typed
