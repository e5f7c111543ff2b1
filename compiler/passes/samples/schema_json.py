"""A schema as ADS 2.16.1 writes it (version 1.1): key order, one line, and always valid JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from compiler.ir import DataSchema, Field, Json

CATALOG_BYTES = 32_000
"""What ADS 2.16.1 lets into `inputSchema` and `outputSchema` of a model in the catalog."""

CUTS: Mapping[str, Callable[[Field], Field]] = {
    "constraints": lambda field: replace(field, constraints=()),
    "statistics": lambda field: replace(field, stats={}),
    "descriptions": lambda field: replace(field, description=""),
}


def schema_to_json(schema: DataSchema) -> bytes:
    """The content of input_schema.json or output_schema.json: ASCII, the same for the same schema."""
    entries = [_entry(field) for field in sorted(schema.fields, key=lambda field: field.order)]
    return json.dumps({"schema": entries, "version": "1.1"}, allow_nan=False).encode("ascii")


def schema_from_json(text: bytes) -> DataSchema:
    """A schema that ADS, or we, wrote. Statistics that are no finite numbers (ADS writes NaN) are left out.

    Raises ValueError, KeyError or TypeError when the text is of another form.
    """
    entries = json.loads(text)["schema"]
    return DataSchema(tuple(_field(entry, order) for order, entry in enumerate(entries)))


def fit_catalog(schema: DataSchema, limit: int = CATALOG_BYTES) -> tuple[DataSchema, str | None]:
    """The schema cut down to `limit` bytes for the catalog, and what was left out in words (None: nothing).

    Categories go first, then statistics, then descriptions, each everywhere; then everything, as in ADS.
    """
    left_out: list[str] = []
    for words, cut in CUTS.items():
        if len(schema_to_json(schema)) <= limit:
            break
        schema = DataSchema(tuple(map(cut, schema.fields)))
        left_out.append(words)
    if len(schema_to_json(schema)) > limit:
        return DataSchema(()), f"all {len(schema.fields)} columns"
    return schema, " and ".join(left_out) or None


def _field(entry: Mapping[str, Any], order: int) -> Field:
    domain = entry.get("domain") or {}
    stats, constraints = domain.get("stats") or {}, domain.get("constraints") or []
    return Field(
        name=entry["name"],
        dtype=str(entry.get("dtype", "")),
        feature_type=str(entry.get("feature_type", "")),
        required=bool(entry.get("required", True)),
        description=str(entry.get("description") or ""),
        order=int(entry.get("order", order)),
        stats={key: value for key, value in stats.items() if isinstance(value, str) or _finite(value)},
        constraints=tuple(str(item["expression"]) for item in constraints),
        shape=tuple(int(axis) for axis in stats.get("shape") or ()),
    )


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _entry(field: Field) -> dict[str, Json]:
    # ADS's validator takes no keys of ours, but any statistics: the shape of arrays goes there.
    stats: dict[str, Json] = dict(field.stats) | ({"shape": list(field.shape)} if field.shape else {})
    constraints: list[Json] = [{"expression": text, "language": "python"} for text in field.constraints]
    return {
        "dtype": field.dtype,
        "feature_type": field.feature_type,
        "name": field.name,
        "domain": {"values": field.feature_type, "stats": stats, "constraints": constraints},
        "required": field.required,
        "description": field.description,
        "order": field.order,
    }
