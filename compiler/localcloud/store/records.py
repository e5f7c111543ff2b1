"""Resources as rows: what every kind of resource has in common, and the lists over them."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from compiler.localcloud.store.database import Transaction

JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One resource. Field names in the three objects are those of the REST API."""

    id: str
    kind: str
    compartment: str
    body: JsonObject
    """What lists show."""
    details: JsonObject = field(default_factory=dict)
    """What only a GET of the one resource adds (schemas, metadata lists)."""
    hidden: JsonObject = field(default_factory=dict)
    """What is never shown."""
    etag: str = ""
    created: float = 0.0
    """Seconds since the epoch."""

    @property
    def state(self) -> str:
        """Its lifecycle state, or the status of a work request."""
        return str(self.body.get("lifecycleState") or self.body.get("status") or "")

    def shown(self) -> JsonObject:
        """The whole resource as a GET answers it."""
        return {**self.body, **self.details}

    def with_body(self, **changes: Any) -> Record:
        """The same resource with some fields of its body set anew."""
        return replace(self, body={**self.body, **changes})


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list to be read."""

    filters: Mapping[str, str]
    """Field of the body -> the value it must have."""
    sort_by: str
    descending: bool
    limit: int
    after: tuple[Any, str] | None = None
    """Sort value and id of the last row of the page before."""


def new_ocid(kind: str) -> str:
    """A fresh identifier in OCI's form: `ocid1.<type>.oc1.local.<unique>`."""
    return f"ocid1.{kind}.oc1.local.{_base32(52)}"


def new_etag() -> str:
    """A fresh entity tag."""
    return secrets.token_hex(16)


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds, as the service writes times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def insert(tx: Transaction, record: Record) -> Record:
    """Store a new resource; answers it with its etag and time of creation."""
    stored = replace(record, etag=new_etag(), created=record.created or time.time())
    tx.execute("INSERT INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *_row(stored))
    return stored


def save(tx: Transaction, record: Record) -> Record:
    """Store a changed resource under a fresh etag."""
    stored = replace(record, etag=new_etag())
    tx.execute("REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *_row(stored))
    return stored


def remove(tx: Transaction, identifier: str) -> None:
    """Forget a resource altogether."""
    tx.execute("DELETE FROM resources WHERE id = ?", identifier)


def find(tx: Transaction, kind: str, identifier: str) -> Record | None:
    """The resource of that kind and id, deleted ones included."""
    statement = "SELECT compartment, body, details, hidden, etag, created FROM resources WHERE id = ? AND kind = ?"
    row = tx.execute(statement, identifier, kind).fetchone()
    if row is None:
        return None
    return Record(identifier, kind, row[0], json.loads(row[1]), json.loads(row[2]), json.loads(row[3]), row[4], row[5])


def search(tx: Transaction, kind: str, compartment: str, listing: Listing) -> list[Record]:
    """The rows of one page, and one more when there is a next page; `details` are left out."""
    key = "created" if listing.sort_by == "timeCreated" else "json_extract(body, ?)"
    keys = [] if listing.sort_by == "timeCreated" else [f"$.{listing.sort_by}"]
    where, parameters = _conditions(kind, compartment, listing.filters)
    if listing.after is not None:
        where += f" AND ({key}, id) {'<' if listing.descending else '>'} (?, ?)"
        parameters += [*keys, *listing.after]
    direction = "DESC" if listing.descending else "ASC"
    rows = tx.execute(
        f"SELECT id, compartment, body, hidden, etag, created FROM resources WHERE {where} "  # noqa: S608 - only our own words
        f"ORDER BY {key} {direction}, id {direction} LIMIT ?",
        *parameters,
        *keys,
        listing.limit + 1,
    )
    return [Record(i, kind, c, json.loads(b), {}, json.loads(h), e, t) for i, c, b, h, e, t in rows]


def _conditions(kind: str, compartment: str, filters: Mapping[str, str]) -> tuple[str, list[Any]]:
    where, parameters = "kind = ? AND compartment = ?", [kind, compartment]
    for name, value in filters.items():
        where += " AND id = ?" if name == "id" else " AND json_extract(body, ?) = ?"
        parameters += [value] if name == "id" else [f"$.{name}", value]
    return where, parameters


def _row(record: Record) -> Sequence[Any]:
    texts = (json.dumps(part, ensure_ascii=False) for part in (record.body, record.details, record.hidden))
    return (record.id, record.kind, record.compartment, record.state, record.created, record.etag, *texts)


def _base32(length: int) -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(length))
