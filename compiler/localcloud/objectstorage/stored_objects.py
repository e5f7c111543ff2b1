"""Objects as rows: a name in a bucket, its headers, and the blobs that hold its bytes, laid end to end."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.messages import Request
from compiler.localcloud.store.blobs import Blobs, release_blobs, use_blob
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import new_etag

META_LIMIT_BYTES = 4096
KEPT = ("content-type", "content-language", "content-encoding", "content-disposition", "cache-control", "storage-tier")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object. `headers` are those that a HEAD answers: content type, MD5, `opc-meta-*`."""

    bucket: str
    name: str
    etag: str
    size: int
    created: float
    headers: Mapping[str, str]
    segments: Sequence[tuple[str, int]]

    @property
    def owner(self) -> str:
        """Under which name its blobs are in use."""
        return f"object/{self.bucket}/{self.name}"


def find_object(tx: Transaction, bucket: str, name: str) -> StoredObject | None:
    """The object of that name."""
    row = tx.execute(
        "SELECT etag, size, created, headers, segments FROM objects WHERE bucket = ? AND name = ?", bucket, name
    ).fetchone()
    if row is None:
        return None
    segments = [(blob, size) for blob, size in json.loads(row[4])]
    return StoredObject(bucket, name, row[0], row[1], row[2], json.loads(row[3]), segments)


def put_object(
    tx: Transaction,
    blobs: Blobs,
    bucket: str,
    name: str,
    headers: Mapping[str, str],
    segments: Sequence[tuple[str, int]],
) -> StoredObject:
    """Store the object, in place of one of the same name."""
    size = sum(length for _, length in segments)
    stored = StoredObject(bucket, name, new_etag(), size, time.time(), headers, segments)
    release_blobs(tx, blobs, stored.owner)
    row = (bucket, name, stored.etag, size, stored.created, json.dumps(dict(headers)), json.dumps(list(segments)))
    tx.execute("REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
    for blob, _ in segments:
        use_blob(tx, blob, stored.owner)
    return stored


def change_headers(tx: Transaction, stored: StoredObject, headers: Mapping[str, str]) -> None:
    """Give the object other headers; its bytes, and what says which they are, stay."""
    tx.execute(
        "UPDATE objects SET headers = ? WHERE bucket = ? AND name = ?",
        json.dumps(dict(headers)),
        stored.bucket,
        stored.name,
    )


def remove_object(tx: Transaction, blobs: Blobs, stored: StoredObject) -> None:
    """Forget the object and its bytes."""
    release_blobs(tx, blobs, stored.owner)
    tx.execute("DELETE FROM objects WHERE bucket = ? AND name = ?", stored.bucket, stored.name)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What of a PUT's headers the object keeps."""
    meta = {name: value for name, value in headers.items() if name.startswith("opc-meta-")}
    if sum(len(name) + len(value) for name, value in meta.items()) > META_LIMIT_BYTES:
        raise ServiceError(
            400, "MetadataTooLarge", f"The metadata of an object must be at most {META_LIMIT_BYTES} bytes"
        )
    kept = {name: headers[name] for name in KEPT if headers.get(name)}
    return {"content-type": "application/octet-stream", "storage-tier": "Standard", **kept, **meta}


def check_conditions(request: Request, stored: StoredObject | None) -> None:
    """412 unless if-match and if-none-match of the request hold."""
    wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
    if wanted is not None and (stored is None or wanted not in ("*", stored.etag)):
        raise ServiceError(412, "IfMatchFailed", "The If-Match header is specified and the current ETag does not match")
    if unwanted is not None and stored is not None and unwanted in ("*", stored.etag):
        raise ServiceError(
            412, "IfNoneMatchFailed", "The If-None-Match header is specified and the object already exists"
        )
