"""What the pages of the console show, read from the store."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from compiler.localcloud.datascience.deployments.configuration import CONFIGURATION, model_of
from compiler.localcloud.datascience.deployments.processes import folder_of
from compiler.localcloud.datascience.models.artifacts import artifact_id
from compiler.localcloud.http.calls import Backend
from compiler.localcloud.http.errors import not_found
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject, Record, find
from compiler.serving.extraction import JoinedFile
from compiler.serving.protocol import METRICS, WORKER_LOG, read_json

ROWS = 200
LOG_BYTES = 16_384
BUSY = ("CREATING", "UPDATING", "DELETING")
_BAR_REM = 12.0
_QUARTILES = ("sample minimum", "lower quartile", "upper quartile", "sample maximum")

Rows = list[tuple[str, Any]]


def overview_page(tx: Transaction) -> Mapping[str, Any]:
    """Deployments, models and projects that are not deleted."""
    deployments = _newest(tx, "deployment")
    return {
        "title": "Models and deployments",
        "deployments": deployments,
        "models": _newest(tx, "model"),
        "projects": _newest(tx, "project"),
        "refresh": any(body["lifecycleState"] in BUSY for body in deployments),
    }


def model_page(backend: Backend, tx: Transaction, identifier: str) -> Mapping[str, Any]:
    """One model: schema, metadata, introspection, provenance, files."""
    model = _found(tx, "model", identifier)
    provenance = find(tx, "provenance", f"{model.id}/provenance")
    artifact = find(tx, "artifact", artifact_id(model.id))
    defined = _items(model.details.get("definedMetadataList"))
    using = [body for body in _newest(tx, "deployment") if model_of(body[CONFIGURATION]) == model.id]
    return {
        "title": model.body["displayName"],
        "model": model.shown(),
        "record": [*_record(model), ("Digest", model.body["freeformTags"].get("manifact-artifact", "not recorded"))],
        "deployments": using,
        "inputs": _fields(model.details.get("inputSchema")),
        "outputs": _fields(model.details.get("outputSchema")),
        "defined": [row for row in defined if row[0] != "ArtifactTestResults"],
        "custom": _items(model.details.get("customMetadataList")),
        "tests": _tests(dict(defined).get("ArtifactTestResults")),
        "provenance": list(provenance.body.items()) if provenance else [],
        "artifact": _artifact(artifact) if artifact else [],
        "files": _files(backend, artifact) if artifact else [],
    }


def deployment_page(backend: Backend, tx: Transaction, identifier: str) -> Mapping[str, Any]:
    """One deployment: state, metrics, work, log, and a request to try."""
    deployment = _found(tx, "deployment", identifier)
    model = _found(tx, "model", model_of(deployment.body[CONFIGURATION]))
    folder = folder_of(backend, deployment.id)
    return {
        "title": deployment.body["displayName"],
        "deployment": deployment.body,
        "record": [*_record(deployment), ("URL", deployment.body.get("modelDeploymentUrl", "none yet"))],
        "model": model.body,
        "body": json.dumps({"data": [_example(model)]}, indent=1, ensure_ascii=False),
        "metrics": _metrics((read_json(folder / METRICS) or {}).get("workers", [])),
        "work": _work(tx, deployment.id),
        "log": _tail(folder / WORKER_LOG),
        "refresh": deployment.state in BUSY,
    }


def _newest(tx: Transaction, kind: str) -> list[JsonObject]:
    statement = "SELECT body FROM resources WHERE kind = ? AND state <> 'DELETED' ORDER BY created DESC LIMIT ?"
    return [json.loads(body) for (body,) in tx.execute(statement, kind, ROWS)]


def _found(tx: Transaction, kind: str, identifier: str) -> Record:
    record = find(tx, kind, identifier)
    if record is None:
        raise not_found(identifier)
    return record


def _record(record: Record) -> Rows:
    names = {"id": "OCID", "lifecycleState": "State", "timeCreated": "Made", "versionLabel": "Version label"}
    rows: Rows = [(title, record.body[name]) for name, title in names.items() if record.body.get(name)]
    return [*rows, ("Tags", _pairs(record.body["freeformTags"]))]


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items()) or "none"


def _items(items: Iterable[JsonObject] | None) -> Rows:
    return [(item["key"], item.get("value") or "") for item in items or []]


def _schema(text: str | None) -> list[JsonObject]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return []
    fields = found.get("schema") if isinstance(found, dict) else None
    return [field for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []


def _fields(text: str | None) -> list[JsonObject]:
    return [{**field, "distribution": _distribution(field)} for field in _schema(text)]


def _distribution(field: JsonObject) -> JsonObject:
    """Each statistic by name, and where the middle half lies between least and most, for a bar."""
    stats = _object(_object(field.get("domain")).get("stats"))
    least, low, high, most = (stats.get(name) for name in _QUARTILES)
    box = None
    if _is_number(least) and _is_number(low) and _is_number(high) and _is_number(most) and least <= low <= high <= most:
        scale = _BAR_REM / (most - least or 1)
        box = {"start": round(scale * (low - least), 2), "width": round(scale * (high - low), 2)}
    return {"stats": list(stats.items()), "box": box}


def _example(model: Record) -> JsonObject:
    return {str(field.get("name")): _example_value(field) for field in _schema(model.details.get("inputSchema"))}


def _example_value(field: JsonObject) -> Any:
    domain = _object(field.get("domain"))
    mean = _object(domain.get("stats")).get("mean")
    if _is_number(mean):
        return round(mean) if str(field.get("dtype")).startswith(("int", "uint")) else mean
    values = domain.get("values")
    return values[0] if isinstance(values, list) and values else ""


def _object(value: Any) -> JsonObject:
    """Schemas are free text to the service: what is no object counts as an empty one."""
    return value if isinstance(value, dict) else {}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float)


def _tests(text: Any) -> Rows:
    try:
        results = json.loads(text or "{}")
    except ValueError:
        return []
    return [(name, result.get("value", "")) for name, result in _leaves(results)]


def _leaves(results: Any) -> Iterable[tuple[str, JsonObject]]:
    for name, value in results.items() if isinstance(results, dict) else ():
        if isinstance(value, dict) and "value" in value:
            yield name, value
        else:
            yield from _leaves(value)


def _artifact(artifact: Record) -> Rows:
    size = sum(length for _, length in artifact.body["segments"])
    return [("File name", artifact.body["fileName"]), ("Bytes", size), ("MD5", artifact.body["md5"])]


def _files(backend: Backend, artifact: Record) -> Rows:
    paths = [backend.blobs.path(name) for name, _ in artifact.body["segments"]]
    try:
        with io.BufferedReader(JoinedFile(paths)) as whole, zipfile.ZipFile(whole) as archive:
            return [(entry.filename, entry.file_size) for entry in archive.infolist()[:ROWS]]
    except zipfile.BadZipFile:
        return [("not a zip archive", "")]


def _metrics(workers: list[dict[str, float]]) -> Rows:
    if not workers:
        return []
    requests, errors = (int(sum(worker[name] for worker in workers)) for name in ("requests", "errors"))
    seconds = sum(worker["seconds"] for worker in workers)
    return [
        ("Workers", len(workers)),
        ("Requests", requests),
        ("Errors", errors),
        ("Mean latency", f"{1000 * seconds / requests:.1f} ms" if requests else "none yet"),
        ("Longest", f"{1000 * max(worker['slowest'] for worker in workers):.1f} ms"),
    ]


def _work(tx: Transaction, deployment: str) -> Rows:
    statement = (
        "SELECT body FROM resources WHERE kind = 'workrequest' AND json_extract(body, '$.resourceId') = ? "
        "ORDER BY created DESC LIMIT 20"
    )
    bodies = [json.loads(body) for (body,) in tx.execute(statement, deployment)]
    return [(body["operationType"], f"{body['status']}, {body['timeAccepted']}") for body in bodies]


def _tail(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LOG_BYTES))
        return file.read().decode("utf-8", "replace")
