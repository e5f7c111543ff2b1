"""What callers of an endpoint will feel of a new model version, read from the schemas of both versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from compiler.planning.changes.types import Impact

Fields: TypeAlias = Mapping[str, Mapping[str, Any]]


def schema_compatibility(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[Impact, tuple[str, ...]]:
    """Classify the move from one model body to another; `before` is None when the live model was not read.

    Breaking: an input that callers send is gone or retyped, a new input is required, the answer has another form.
    """
    if before is None:
        return Impact.SAFE, ()
    felt = [
        *_inputs(_fields(before, "inputSchema"), _fields(after, "inputSchema")),
        *_outputs(_fields(before, "outputSchema"), _fields(after, "outputSchema")),
    ]
    return (Impact.BREAKING, tuple(felt)) if felt else (Impact.SAFE, ())


def _inputs(before: Fields | None, after: Fields | None) -> list[str]:
    if before is None or after is None:
        return []  # without a schema on one side nothing can be told, and requests are not checked against it either
    deleted = [f"input '{name}' is gone" for name in before if name not in after]
    retyped = [
        f"input '{name}' was {before[name].get('dtype')}, is {field.get('dtype')}"
        for name, field in after.items()
        if name in before and before[name].get("dtype") != field.get("dtype")
    ]
    required = [f"input '{name}' is now required" for name, field in after.items() if _newly(before.get(name), field)]
    return [*deleted, *retyped, *required]


def _newly(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    return bool(after.get("required")) and not (before and before.get("required"))


def _outputs(before: Fields | None, after: Fields | None) -> list[str]:
    if before is None or after is None:
        return []
    if list(before) != list(after):
        return [f"the answer's columns were {', '.join(before)}, are {', '.join(after)}"]
    retyped = [
        f"output '{name}' was {before[name].get('dtype')}, is {field.get('dtype')}"
        for name, field in after.items()
        if before[name].get("dtype") != field.get("dtype")
    ]
    classes = [
        f"output '{name}' takes other classes"
        for name, field in after.items()
        if _classes(before[name]) != _classes(field)
    ]
    return [*retyped, *classes]


def _classes(field: Mapping[str, Any]) -> Any:
    domain = field.get("domain") or {}
    return (domain.get("constraints") or []) if field.get("feature_type") in ("Category", "Boolean") else None


def _fields(body: Mapping[str, Any], key: str) -> Fields | None:
    try:
        items = json.loads(body.get(key) or "null")["schema"]
        return {str(item["name"]): item for item in items}
    except (ValueError, KeyError, TypeError):
        return None  # no schema, or one somebody else wrote in another form
