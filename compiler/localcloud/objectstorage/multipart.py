"""Object Storage: objects uploaded in parts, in any order and in parallel, and put together without copying."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import replace

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.paging import decode_page, encode_page, limit_of, required_query
from compiler.localcloud.objectstorage.buckets import MAX_LIMIT, find_bucket
from compiler.localcloud.objectstorage.objects import check_received, discarding, written
from compiler.localcloud.objectstorage.stored_objects import check_conditions, find_object, kept_headers, put_object
from compiler.localcloud.store.blobs import release_blobs, use_blob
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.owner import NAMESPACE
from compiler.localcloud.store.records import JsonObject, new_etag, timestamp

MAX_PARTS = 10_000  # OCI docs: Object Storage, multipart uploads


def create_upload(call: Call) -> Response:
    """Begin an upload; its headers become those of the object."""
    find_bucket(call)
    body = call.json()
    name, bucket = body.get("object"), call.path["bucket"]
    if not name:
        raise errors.missing_parameter("object")
    check_conditions(call.request, find_object(call.tx, bucket, name))
    given = {f"opc-meta-{key.removeprefix('opc-meta-')}": value for key, value in (body.get("metadata") or {}).items()}
    for header in (
        "contentType",
        "contentLanguage",
        "contentEncoding",
        "contentDisposition",
        "cacheControl",
        "storageTier",
    ):
        if body.get(header):
            given["".join(f"-{c.lower()}" if c.isupper() else c for c in header)] = body[header]
    upload, now = secrets.token_hex(16), time.time()
    call.tx.execute(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?)", upload, bucket, name, now, json.dumps(kept_headers(given))
    )
    return json_response(_upload(bucket, name, upload, now))


def upload_part(call: Call) -> Response:
    """Take one part; one of the same number replaces it."""
    number = required_query(call, "uploadPartNum")
    if not number.isdecimal() or not 1 <= int(number) <= MAX_PARTS:
        raise errors.invalid_parameter(f"uploadPartNum must be between 1 and {MAX_PARTS}")
    with call.backend.store.read() as tx:
        upload = _find_upload(replace(call, transaction=tx))
    blob = call.backend.blobs.put(call.request.body)
    with discarding(call.backend.blobs, blob):
        check_received(call, blob)
        with call.backend.store.write() as tx:
            upload = _find_upload(replace(call, transaction=tx))
            owner, etag = _part_owner(upload, int(number)), new_etag()
            release_blobs(tx, call.backend.blobs, owner)
            use_blob(tx, blob.name, owner)
            row = (upload, int(number), etag, blob.md5, blob.size, blob.name)
            tx.execute("REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?)", *row)
    return empty_response(200, headers={"etag": etag, "opc-content-md5": blob.md5})


def commit_upload(call: Call) -> Response:
    """Put the parts together in the order of their numbers; parts that are not named are dropped."""
    upload, bucket, name = _find_upload(call), call.path["bucket"], call.path["object"]
    check_conditions(call.request, find_object(call.tx, bucket, name))
    stored = {row[0]: row[1:] for row in _parts(call.tx, upload)}
    wanted = sorted(call.json().get("partsToCommit") or [], key=lambda part: int(part["partNum"]))
    if not wanted:
        raise errors.ServiceError(400, "InvalidUploadPart", "There are no parts to commit")
    for part in wanted:
        if part["partNum"] not in stored or stored[part["partNum"]][0] != part["etag"]:
            raise errors.ServiceError(
                400, "InvalidUploadPart", f"Part {part['partNum']} was not uploaded with this etag"
            )
    chosen = [stored[part["partNum"]] for part in wanted]
    digest = hashlib.md5(b"".join(base64.b64decode(md5) for _, md5, _, _ in chosen), usedforsecurity=False).digest()
    combined = f"{base64.b64encode(digest).decode()}-{len(chosen)}"
    (headers,) = call.tx.execute("SELECT headers FROM uploads WHERE id = ?", upload).fetchone()
    kept = json.loads(headers) | {"opc-multipart-md5": combined}
    segments = [(blob, size) for _, _, size, blob in chosen]
    result = put_object(call.tx, call.backend.blobs, bucket, name, kept, segments)
    _forget(call, upload)
    return empty_response(200, headers=written(result) | {"opc-multipart-md5": combined})


def abort_upload(call: Call) -> Response:
    """Drop the upload and its parts."""
    _forget(call, _find_upload(call))
    return empty_response()


def list_parts(call: Call) -> Response:
    """The parts there are, by number."""
    upload, limit, after = (
        _find_upload(call),
        limit_of(call, default=MAX_LIMIT, maximum=MAX_LIMIT),
        decode_page(call) or 0,
    )
    rows = [row for row in _parts(call.tx, upload) if row[0] > after]
    headers = {"opc-next-page": encode_page(rows[limit - 1][0])} if len(rows) > limit else {}
    page = [{"partNumber": n, "etag": etag, "md5": md5, "size": size} for n, etag, md5, size, _ in rows[:limit]]
    return json_response(page, headers=headers)


def list_uploads(call: Call) -> Response:
    """The uploads that were begun and neither committed nor aborted."""
    find_bucket(call)
    limit = limit_of(call, default=MAX_LIMIT, maximum=MAX_LIMIT)
    rows = call.tx.execute(
        "SELECT id, name, created FROM uploads WHERE bucket = ? AND id > ? ORDER BY id LIMIT ?",
        call.path["bucket"],
        str(decode_page(call) or ""),
        limit + 1,
    ).fetchall()
    headers = {"opc-next-page": encode_page(rows[limit - 1][0])} if len(rows) > limit else {}
    page = [_upload(call.path["bucket"], name, upload, created) for upload, name, created in rows[:limit]]
    return json_response(page, headers=headers)


def _find_upload(call: Call) -> str:
    find_bucket(call)
    upload = required_query(call, "uploadId")
    statement = "SELECT 1 FROM uploads WHERE id = ? AND bucket = ? AND name = ?"
    if call.tx.execute(statement, upload, call.path["bucket"], call.path["object"]).fetchone() is None:
        raise errors.ServiceError(404, "NoSuchUpload", f"There is no upload {upload} of '{call.path['object']}'")
    return upload


def _parts(tx: Transaction, upload: str) -> list[tuple[int, str, str, int, str]]:
    statement = "SELECT number, etag, md5, size, blob FROM parts WHERE upload = ? ORDER BY number"
    return tx.execute(statement, upload).fetchall()


def _part_owner(upload: str, number: int) -> str:
    return f"upload/{upload}/{number}"


def _forget(call: Call, upload: str) -> None:
    for number, *_ in _parts(call.tx, upload):
        release_blobs(call.tx, call.backend.blobs, _part_owner(upload, number))
    call.tx.execute("DELETE FROM parts WHERE upload = ?", upload)
    call.tx.execute("DELETE FROM uploads WHERE id = ?", upload)


def _upload(bucket: str, name: str, upload: str, created: float) -> JsonObject:
    known = {"namespace": NAMESPACE, "bucket": bucket, "object": name, "uploadId": upload}
    return {**known, "timeCreated": timestamp(created), "storageTier": "Standard"}


_UPLOADS = "/n/{namespace}/b/{bucket}/u"
_ONE = f"{_UPLOADS}/{{object*}}"
ROUTES = (
    Route("POST", _UPLOADS, create_upload, Access.WRITE),
    Route("GET", _UPLOADS, list_uploads),
    Route("PUT", _ONE, upload_part, Access.STREAM),
    Route("POST", _ONE, commit_upload, Access.WRITE),
    Route("DELETE", _ONE, abort_upload, Access.WRITE),
    Route("GET", _ONE, list_parts),
)
