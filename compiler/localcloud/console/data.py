"""What every page reads from the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from compiler.localcloud.datascience.deployments.processes import folder_of
from compiler.localcloud.http.calls import Backend
from compiler.localcloud.http.errors import not_found
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject, Record, find
from compiler.serving.protocol import METRICS, read_json

ROWS = 200

Rows = list[tuple[str, Any]]


def newest(tx: Transaction, kind: str, search: str = "") -> list[JsonObject]:
    """Resources that are not deleted and hold the text `search` in their record, newest first."""
    statement = (
        "SELECT body FROM resources WHERE kind = ? AND state <> 'DELETED' AND instr(lower(body), lower(?)) > 0 "
        "ORDER BY created DESC LIMIT ?"
    )
    return [json.loads(body) for (body,) in tx.execute(statement, kind, search, ROWS)]


def found(tx: Transaction, kind: str, identifier: str) -> Record:
    """The record; raises `ServiceError` 404."""
    record = find(tx, kind, identifier)
    if record is None:
        raise not_found(identifier)
    return record


def items(entries: Iterable[JsonObject] | None) -> Rows:
    """Metadata items as key and value."""
    return [(entry["key"], entry.get("value") or "") for entry in entries or []]


def json_object(value: Any) -> JsonObject:
    """JSON text, or a value, as an object; what is none counts as an empty one."""
    try:
        value = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def metrics_of(backend: Backend, deployment: str) -> Mapping[str, Any]:
    """What the workers of a deployment have reported."""
    return json_object(read_json(folder_of(backend, deployment) / METRICS))


def tail(path: Path, start: int | None, most: int) -> tuple[str, int]:
    """The file from byte `start` on, its last `most` bytes at most, and where it ends; empty when there is none."""
    if not path.exists():
        return "", 0
    end = path.stat().st_size
    begin = max(0, end - most) if start is None or start > end else max(start, end - most)
    with path.open("rb") as file:
        file.seek(begin)
        content = file.read(end - begin)
    return content.decode("utf-8", "replace"), end
