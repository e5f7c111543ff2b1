"""`spec` -> the JSON Schemas that are checked in under `schemas/`."""

from __future__ import annotations

import json
from typing import Any

from compiler.schema import MODEL, PROJECT

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def generate() -> dict[str, str]:
    """The text of every schema file by its name."""
    from compiler.spec.project import Project
    from compiler.spec.v1 import Manifest

    return {MODEL: _render(Manifest, "Manifact model"), PROJECT: _render(Project, "Manifact project")}


def _render(model: Any, title: str) -> str:
    body = _tidy(model.model_json_schema(by_alias=True))
    return json.dumps({"$schema": DIALECT, "title": title, **body}, indent=2, ensure_ascii=False) + "\n"


def _tidy(node: Any) -> Any:
    """Drop pydantic's titles, and `null` as a way to say "not set": an empty value is almost always a slip."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = _with_named_keys(
        _without_null({key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))})
    )
    return {
        key: {name: _tidy(inner) for name, inner in value.items()} if key in ("properties", "$defs") else _tidy(value)
        for key, value in node.items()
    }


def _with_named_keys(node: dict[str, Any]) -> dict[str, Any]:
    """Keys that follow a pattern: pydantic lets other keys pass in the schema, so say it as `propertyNames`."""
    if "patternProperties" not in node:
        return node
    ((pattern, values),) = node["patternProperties"].items()
    rest = {key: value for key, value in node.items() if key not in ("patternProperties", "x-keys")}
    keys = {"pattern": pattern, "x-expects": node["x-keys"]}
    return {**rest, "additionalProperties": values, "propertyNames": keys}


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    branches = [branch for branch in node.get("anyOf", ()) if branch != {"type": "null"}]
    if len(branches) == len(node.get("anyOf", ())):
        return node
    rest = {key: value for key, value in node.items() if key not in ("anyOf", "default")}
    return {**branches[0], **rest} if len(branches) == 1 else {"anyOf": branches, **rest}
