"""What an endpoint says of itself: an OpenAPI document that holds for its own example, and a page to try it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from compiler.serving.example import MAX_EXAMPLE_BYTES, Example
from compiler.serving.history import SLICE_SECONDS, SLICES, History
from compiler.serving.openapi.document import openapi
from compiler.serving.openapi.fields import example_row, fields_of, row_schema
from compiler.serving.openapi.pages import Description
from compiler.serving.openapi.pretty import pretty

HOSTILE = "<script>alert(1)</script>"


def field(name: str | int, dtype: str, **more: Any) -> dict[str, Any]:
    domain = {"values": "", "stats": more.pop("stats", {}), "constraints": more.pop("constraints", [])}
    return {"name": name, "dtype": dtype, "feature_type": "", "required": True, "domain": domain, **more}


def among(*values: Any) -> list[Any]:
    return [{"expression": f"$x in {list(values)}", "language": "python"}]


CASES = {
    "a float is its mean": (field("x", "float64", stats={"mean": 1.5}), 1.5),
    "a whole number stays whole": (field("x", "int64", stats={"mean": 1.5}), 2),
    "a bool is false, never empty": (field("x", "bool", constraints=among(True, False)), False),
    "a nullable bool as well": (field("x", "boolean", required=False), False),
    "a category is the first one": (field("x", "category", constraints=among("red", "white")), "red"),
    "a date is the least one": (field("x", "datetime64[ns]", stats={"sample minimum": "2020-02-02"}), "2020-02-02"),
    "text is empty": (field("x", "object", feature_type="String"), ""),
    "an array has its shape": (field("x", "float32", stats={"mean": 0.5, "shape": [2, 2]}), [[0.5, 0.5], [0.5, 0.5]]),
    "what is hostile does not run": (field("x", "category", constraints=[{"expression": "$x in exit()"}]), ""),
    "what is endless is not made": (field("x", "float64", stats={"shape": [10**9, 10**9]}), 0),
}


@pytest.mark.parametrize(("entry", "expected"), CASES.values(), ids=CASES)
def test_the_example_of_a_field_fits_its_schema(entry: dict[str, Any], expected: Any) -> None:
    fields = fields_of(json.dumps({"schema": [entry]}))
    assert example_row(fields) == {"x": expected}
    jsonschema.validate(example_row(fields), row_schema(fields))


def test_columns_without_names_make_lists() -> None:
    one, two = (fields_of(json.dumps({"schema": [field(i, "int64", order=i) for i in range(n)]})) for n in (1, 2))
    assert (example_row(one), example_row(two)) == (0, [0, 0])


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", '{"schema": 3}', '{"schema": [3]}', '{"schema": [{"domain": 3}]}']
)
def test_a_schema_of_any_form_gives_a_document(text: str) -> None:
    document = openapi("m", text.encode(), text.encode(), None)
    assert document["paths"]["/predict"]["post"]["operationId"] == "predict"
    json.dumps(document)


def test_the_page_shows_the_request_and_no_text_becomes_markup(tmp_path: Any) -> None:
    schema = json.dumps({"schema": [field(HOSTILE, HOSTILE, description=HOSTILE)]})
    (tmp_path / "input_schema.json").write_text(schema)
    description = Description(tmp_path, HOSTILE)
    page = description.page(json.dumps([HOSTILE]))
    assert HOSTILE not in page.body.decode()
    assert "&lt;script&gt;" in page.body.decode()
    policy = dict(page.headers)[b"content-security-policy"].decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert json.loads(description.document(None).body)["info"]["title"] == HOSTILE


def test_the_example_is_the_smallest_request_that_was_answered() -> None:
    example = Example()
    for body, status in ((b"[1, 2]", 200), (b"[1]", 400), (b"[11]", 200), (b"[1, 2, 3]", 200), (b"\xff", 200)):
        example.consider(body, status)
    assert example.request == "[11]"
    example.consider(b" " * (MAX_EXAMPLE_BYTES + 1), 200)
    for _ in range(100):
        example.consider(b"[12345]", 200)
    example.consider(b"1", 200)
    assert example.request == "[11]", "what comes later is the business of the callers"


def test_history_adds_up_what_is_new_in_each_slice() -> None:
    history, counts = History(), {"requests": 5, "errors": 1, "seconds": 0.5}
    history.note(1000.0, [(1, counts)])
    history.note(
        1001.0, [(1, {**counts, "requests": 7}), (2, {"requests": 1, "errors": "many", "seconds": float("nan")})]
    )
    history.note(1000.0 + SLICE_SECONDS, [(2, {"requests": 4})])
    assert [each["requests"] for each in history.slices()] == [8, 3]
    assert [each["errors"] for each in history.slices()] == [1, 0]
    for number in range(2 * SLICES):
        history.note(2000.0 + number * SLICE_SECONDS, [])
    assert len(history.slices()) == SLICES


def test_pretty_json_keeps_arrays_of_numbers_on_a_line() -> None:
    assert pretty({"data": [[1, 2], [3]], "x": {}}) == '{\n  "data": [\n    [1, 2],\n    [3]\n  ],\n  "x": {}\n}'
