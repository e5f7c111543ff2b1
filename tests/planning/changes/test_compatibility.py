"""What callers will feel of a new version: one row a difference of the schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compiler.planning.changes.compatibility import schema_compatibility
from compiler.planning.changes.types import Impact

X = {"name": "x", "dtype": "float64", "required": True}
Y = {"name": "y", "dtype": "int64", "required": False}
CITY = {
    "name": "city",
    "dtype": "category",
    "required": False,
    "feature_type": "Category",
    "domain": {"constraints": ["Bergen", "Cork"]},
}
ELSEWHERE = {**CITY, "domain": {"constraints": ["Bergen", "Delft"]}}
SAFE: dict[str, tuple[list[Any] | None, list[Any] | None]] = {
    "nothing": ([X], [X]),
    "a new optional input": ([X], [X, Y]),
    "an input that need not be sent any more": ([X], [{**X, "required": False}]),
    "another order": ([X, Y], [Y, X]),
    "a schema where there was none": (None, [X]),
    "none where there was one": ([X], None),
    "other values of an input": ([CITY], [ELSEWHERE]),
}
FELT = {
    "an input is gone": ([X, Y], [X], "input 'y' is gone"),
    "an input is retyped": ([X, Y], [X, {**Y, "dtype": "float64"}], "input 'y' was int64, is float64"),
    "a new input is required": ([Y], [X, Y], "input 'x' is now required"),
    "an optional input is required": ([X, Y], [X, {**Y, "required": True}], "input 'y' is now required"),
}
ANSWERS = {
    "a column more": ([X], [X, Y], "the answer's columns were x, are x, y"),
    "another order": ([X, Y], [Y, X], "the answer's columns were x, y, are y, x"),
    "a column is retyped": ([X, Y], [X, {**Y, "dtype": "float64"}], "output 'y' was int64, is float64"),
    "other classes": ([CITY], [ELSEWHERE], "output 'city' takes other classes"),
}


def body(key: str, fields: list[Any] | None) -> dict[str, Any]:
    return {key: None if fields is None else json.dumps({"schema": fields})}


@pytest.mark.parametrize("name", SAFE)
def test_what_no_caller_feels(name: str) -> None:
    before, after = (body("inputSchema", fields) for fields in SAFE[name])
    assert schema_compatibility(before, after) == (Impact.SAFE, ())


@pytest.mark.parametrize("name", FELT)
def test_what_callers_feel(name: str) -> None:
    before, after, said = FELT[name]
    found = schema_compatibility(body("inputSchema", before), body("inputSchema", after))
    assert found == (Impact.BREAKING, (said,))


@pytest.mark.parametrize("name", ANSWERS)
def test_what_callers_feel_of_answers(name: str) -> None:
    before, after, said = ANSWERS[name]
    found = schema_compatibility(body("outputSchema", before), body("outputSchema", after))
    assert found == (Impact.BREAKING, (said,))


@pytest.mark.parametrize("fields", [[X], [CITY, Y], None])
def test_the_same_answers(fields: list[Any] | None) -> None:
    assert schema_compatibility(body("outputSchema", fields), body("outputSchema", fields)) == (Impact.SAFE, ())


@pytest.mark.parametrize("text", ["", "not JSON", "[]", "{}", '{"schema": 5}', '{"schema": [{}]}'])
def test_schemas_that_somebody_else_wrote(text: str) -> None:
    assert schema_compatibility({"inputSchema": text}, body("inputSchema", [X])) == (Impact.SAFE, ())


def test_a_live_model_that_was_not_read() -> None:
    assert schema_compatibility(None, body("inputSchema", [X])) == (Impact.SAFE, ())
