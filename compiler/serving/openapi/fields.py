"""The fields of input_schema.json or output_schema.json as JSON Schema, and an example of each.

The files come with an artifact that anybody may have made: what is not of the expected form is read as "anything".
"""

from __future__ import annotations

import ast
import json
import math
from typing import Any, TypeAlias, TypeGuard

JsonObject: TypeAlias = dict[str, Any]

_ONE_OF = "$x in "
_DATE = "2024-01-01T00:00:00"


def fields_of(text: str | bytes | None) -> list[JsonObject]:
    """The entries of a schema in their order; none when the text is of another form."""
    try:
        document = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return []
    entries = document.get("schema") if isinstance(document, dict) else None
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return sorted(found, key=lambda entry: entry["order"]) if all(_is_number(e.get("order")) for e in found) else found


def row_schema(fields: list[JsonObject]) -> JsonObject:
    """JSON Schema of one row: an object by column name, or a list when columns have no names."""
    if not fields:
        return {}
    if not _are_named(fields):
        items = [_field_schema(field) for field in fields]
        return items[0] if len(items) == 1 else {"type": "array", "prefixItems": items}
    required = [str(field["name"]) for field in fields if field.get("required", True)]
    return {
        "type": "object",
        "properties": {str(field["name"]): _field_schema(field) for field in fields},
        "required": required,
    }


def example_row(fields: list[JsonObject]) -> Any:
    """A row that has the right types: means, least dates, first categories."""
    if not _are_named(fields):
        values = [_example(field) for field in fields]
        return values[0] if len(values) == 1 else values
    return {str(field["name"]): _example(field) for field in fields}


def statistics(field: JsonObject) -> JsonObject:
    """What a field records of its values, by name."""
    return _object(_object(field.get("domain")).get("stats"))


def _are_named(fields: list[JsonObject]) -> bool:
    return all(isinstance(field.get("name"), str) for field in fields)


def _field_schema(field: JsonObject) -> JsonObject:
    schema = _scalar_schema(field)
    for axis in reversed(_shape(field)):
        schema = {"type": "array", "items": schema, "minItems": axis, "maxItems": axis}
    about = field.get("description")
    return (
        {**schema, "description": about} if isinstance(about, str) and about not in ("", field.get("name")) else schema
    )


def _scalar_schema(field: JsonObject) -> JsonObject:
    if choices := _choices(field):
        return {"enum": choices}
    kind = _json_type(field)
    if kind is None:
        return {}
    schema: JsonObject = {"type": kind if field.get("required", True) else [kind, "null"]}
    return {**schema, "format": "date-time"} if _is_date(field) else schema


def _json_type(field: JsonObject) -> str | None:
    dtype = str(field.get("dtype")).lower()
    if dtype.startswith("bool"):
        return "boolean"
    if dtype.startswith(("int", "uint")):
        return "integer"
    if dtype.startswith("float"):
        return "number"
    texts = dtype.startswith(("str", "datetime")) or field.get("feature_type") in ("String", "Text", "DateTime")
    return "string" if texts else None


def _choices(field: JsonObject) -> list[Any]:
    """The values that a constraint `$x in [...]` allows."""
    items = _object(field.get("domain")).get("constraints")
    for item in items if isinstance(items, list) else ():
        expression = _object(item).get("expression")
        if isinstance(expression, str) and expression.startswith(_ONE_OF):
            return _literal_list(expression.removeprefix(_ONE_OF))
    values = _object(field.get("domain")).get("values")
    return values if isinstance(values, list) else []


def _literal_list(text: str) -> list[Any]:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    scalars = isinstance(value, list) and all(isinstance(each, str | int | float | None) for each in value)
    return value if scalars else []


def _example(field: JsonObject) -> Any:
    value = _scalar_example(field)
    for axis in reversed(_shape(field)):
        value = [value] * axis
    return value


def _scalar_example(field: JsonObject) -> Any:
    kind, stats = _json_type(field), statistics(field)
    if kind == "boolean":
        return False
    if choices := _choices(field):
        return choices[0]
    typical = next((stats[name] for name in ("mean", "median", "sample minimum") if _is_number(stats.get(name))), 0)
    if kind == "integer":
        return round(typical)
    if kind == "number" or (kind is None and typical):
        return typical
    if _is_date(field):
        least = stats.get("sample minimum")
        return least if isinstance(least, str) else _DATE
    return ""


def _is_date(field: JsonObject) -> bool:
    return str(field.get("dtype")).startswith("datetime") or field.get("feature_type") == "DateTime"


def _shape(field: JsonObject) -> list[int]:
    shape = statistics(field).get("shape")
    axes = shape if isinstance(shape, list) else []
    usable = all(isinstance(axis, int) and axis > 0 for axis in axes) and math.prod(axes) <= 100_000
    return axes if usable else []


def _object(value: Any) -> JsonObject:
    """Schemas are free text to the service: what is not an object counts as an empty one."""
    return value if isinstance(value, dict) else {}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
