"""Two models side by side: schema, parameters, metadata, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.localcloud.console.data import found, items, json_object
from compiler.localcloud.console.model import archive_entries
from compiler.localcloud.datascience.models.artifacts import artifact_id
from compiler.localcloud.http.calls import Backend
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import Record, find
from compiler.serving.openapi.fields import fields_of

_PARAMETERS = "Hyperparameters"
_LEFT_OUT = ("ArtifactTestResults", "ManifactApplied", _PARAMETERS)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One property of both; an empty side does not have it."""

    name: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether both sides differ."""
        return self.left != self.right


def comparison_page(backend: Backend, tx: Transaction, left: str, right: str) -> Mapping[str, Any]:
    """The page; raises `ServiceError` 404 for a model that does not exist."""
    models = (found(tx, "model", left), found(tx, "model", right))
    sides = [_sections(backend, tx, model) for model in models]
    sections = [(title, _compared(sides[0][title], sides[1][title])) for title in sides[0]]
    return {
        "title": f"Compare {models[0].body['displayName']}",
        "left": models[0].body,
        "right": models[1].body,
        "sections": [(title, sorted(rows, key=lambda row: not row.differs)) for title, rows in sections if rows],
        "changes": sum(row.differs for _, rows in sections for row in rows),
        "refresh": False,
    }


def _sections(backend: Backend, tx: Transaction, model: Record) -> dict[str, dict[str, str]]:
    metadata: dict[str, Any] = {}
    for name in ("definedMetadataList", "customMetadataList"):
        metadata.update(items(model.details.get(name)))
    artifact = find(tx, "artifact", artifact_id(model.id))
    entries = archive_entries(backend, artifact) if artifact else []
    parameters = json_object(metadata.get(_PARAMETERS))
    return {
        "Input": _schema(model.details.get("inputSchema")),
        "Output": _schema(model.details.get("outputSchema")),
        "Parameters": {name: json.dumps(value, ensure_ascii=False) for name, value in parameters.items()},
        "Metrics and metadata": {k: str(v) for k, v in metadata.items() if k not in _LEFT_OUT},
        "Files": {entry.filename: f"{entry.file_size:,} bytes, CRC {entry.CRC:08x}" for entry in entries},
    }


def _schema(text: Any) -> dict[str, str]:
    fields = fields_of(text if isinstance(text, str) else None)
    return {
        str(field.get("name")): f"{field.get('dtype')}, {'required' if field.get('required', True) else 'optional'}"
        for field in fields
    }


def _compared(left: Mapping[str, str], right: Mapping[str, str]) -> list[ComparedRow]:
    return [ComparedRow(name, left.get(name, ""), right.get(name, "")) for name in dict.fromkeys([*left, *right])]
