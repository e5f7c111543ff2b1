"""The page of one model."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compiler.localcloud.console.data import ROWS, Rows, found, items, json_object, newest
from compiler.localcloud.console.plots import distribution
from compiler.localcloud.console.words import size, tone
from compiler.localcloud.datascience.deployments.configuration import CONFIGURATION, model_of
from compiler.localcloud.datascience.models.artifacts import artifact_id
from compiler.localcloud.http.calls import Backend
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject, Record, find
from compiler.serving.extraction import JoinedFile
from compiler.serving.openapi.fields import fields_of, statistics

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One column of a schema."""

    field: JsonObject
    plot: Markup | None
    statistics: Rows


def model_page(backend: Backend, tx: Transaction, identifier: str) -> Mapping[str, Any]:
    """One model: schema, metadata, introspection, provenance, files, and its other versions."""
    model = found(tx, "model", identifier)
    provenance = find(tx, "provenance", f"{model.id}/provenance")
    artifact = find(tx, "artifact", artifact_id(model.id))
    defined = items(model.details.get("definedMetadataList"))
    return {
        "title": model.body["displayName"],
        "model": model.shown(),
        "digest": model.body["freeformTags"].get("manifact-artifact", "not recorded"),
        "tags": list(model.body["freeformTags"].items()),
        "deployments": [body for body in newest(tx, "deployment") if model_of(body[CONFIGURATION]) == model.id],
        "others": _other_versions(tx, model),
        "inputs": _rows(model.details.get("inputSchema")),
        "outputs": _rows(model.details.get("outputSchema")),
        "defined": [row for row in defined if row[0] != "ArtifactTestResults"],
        "custom": items(model.details.get("customMetadataList")),
        "tests": [(name, value, tone(value)) for name, value in _tests(dict(defined).get("ArtifactTestResults"))],
        "provenance": list(provenance.body.items()) if provenance else [],
        "artifact": _artifact(artifact) if artifact else [],
        "files": [(e.filename, size(e.file_size)) for e in archive_entries(backend, artifact)] if artifact else [],
        "refresh": False,
    }


def archive_entries(backend: Backend, artifact: Record) -> list[zipfile.ZipInfo]:
    """The files of an artifact; none when what was uploaded is not a zip archive."""
    paths = [backend.blobs.path(name) for name, _ in artifact.body["segments"]]
    try:
        with io.BufferedReader(JoinedFile(paths)) as whole, zipfile.ZipFile(whole) as archive:
            return archive.infolist()[:ROWS]
    except zipfile.BadZipFile:
        return []


def _other_versions(tx: Transaction, model: Record) -> list[JsonObject]:
    """The models of the same version set."""
    group = model.body.get("modelVersionSetId")
    same = [body for body in newest(tx, "model") if group and body.get("modelVersionSetId") == group]
    return [body for body in same if body["id"] != model.id]


def _rows(text: Any) -> list[FieldRow]:
    fields = fields_of(text if isinstance(text, str) else None)
    return [FieldRow(field, distribution(field), list(statistics(field).items())) for field in fields]


def _tests(text: Any) -> Rows:
    return [(name, str(result.get("value", ""))) for name, result in _leaves(json_object(text))]


def _leaves(results: JsonObject) -> Iterable[tuple[str, JsonObject]]:
    for name, value in results.items():
        if isinstance(value, dict) and "value" in value:
            yield name, value
        elif isinstance(value, dict):
            yield from _leaves(value)


def _artifact(artifact: Record) -> Rows:
    length = sum(length for _, length in artifact.body["segments"])
    return [("File name", artifact.body["fileName"]), ("Size", size(length)), ("MD5", artifact.body["md5"])]
