"""Object Storage: the objects of a bucket."""

from __future__ import annotations

import contextlib
import email.utils
from collections.abc import Iterator
from dataclasses import replace

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.paging import decode_page, encode_page, limit_of
from compiler.localcloud.http.ranges import content_response
from compiler.localcloud.objectstorage.buckets import MAX_LIMIT, find_bucket
from compiler.localcloud.objectstorage.stored_objects import (
    StoredObject,
    change_headers,
    check_conditions,
    find_object,
    kept_headers,
    put_object,
    remove_object,
)
from compiler.localcloud.store.blobs import Blob, Blobs
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject, timestamp


def put(call: Call) -> Response:
    """Take the bytes as they come; the object is there once all are on disk."""
    with call.backend.store.read() as tx:
        _check_target(call, tx)
    headers = kept_headers(call.request.headers)
    blob = call.backend.blobs.put(call.request.body)
    with discarding(call.backend.blobs, blob):
        check_received(call, blob)
        with call.backend.store.write() as tx:
            _check_target(call, tx)
            headers["content-md5"] = blob.md5
            segments = [(blob.name, blob.size)]
            stored = put_object(tx, call.backend.blobs, call.path["bucket"], call.path["object"], headers, segments)
    return empty_response(200, headers=written(stored) | {"opc-content-md5": blob.md5})


@contextlib.contextmanager
def discarding(blobs: Blobs, blob: Blob) -> Iterator[None]:
    """Remove the blob again when the block refuses the request."""
    try:
        yield
    except errors.ServiceError:
        blobs.discard(blob.name)
        raise


def check_received(call: Call, blob: Blob) -> None:
    """400 when fewer bytes came than announced, or other ones."""
    length, md5 = call.request.headers.get("content-length"), call.request.headers.get("content-md5")
    if length is not None and length.isdecimal() and int(length) != blob.size:
        raise errors.ServiceError(400, "IncompleteBody", "The body ended before content-length bytes were sent")
    if md5 is not None and md5 != blob.md5:
        raise errors.ServiceError(
            400, "UnmatchedContentMD5", "The computed MD5 of the request body does not match content-md5"
        )


def get(call: Call) -> Response:
    """GET and HEAD of an object, with the headers that ocifs 1.3.4 insists on (version-id, storage-tier, …)."""
    stored = _find(call)
    if call.request.headers.get("if-none-match") in ("*", stored.etag):
        return Response(304, {"etag": stored.etag})
    check_conditions(call.request, stored)
    headers = {**stored.headers, **written(stored), "version-id": stored.etag}
    return content_response(call.request, call.backend.blobs, stored.segments, headers)


def delete(call: Call) -> Response:
    """Remove an object."""
    stored = _find(call)
    check_conditions(call.request, stored)
    remove_object(call.tx, call.backend.blobs, stored)
    return empty_response(headers={"last-modified": written(stored)["last-modified"]})


def list_objects(call: Call) -> Response:
    """Names in order, from `start` or after `startAfter`, before `end`; `delimiter` folds what lies deeper."""
    objects, prefixes, following = _listing(call, frozenset(call.query.get("fields", "name").split(",")))
    found = {"objects": objects, "prefixes": prefixes}
    return json_response(found | {"nextStartWith": following} if following is not None else found)


def list_versions(call: Call) -> Response:
    """The one version that each object has: no bucket here keeps former ones. What follows is a page, not a name."""
    objects, prefixes, following = _listing(call, _VERSION_FIELDS)
    items = [{**found, "versionId": found["etag"], "isDeleteMarker": False} for found in objects]
    headers = {} if following is None else {"opc-next-page": encode_page(following)}
    return json_response({"items": items, "prefixes": prefixes}, headers=headers)


def _listing(call: Call, fields: frozenset[str]) -> tuple[list[JsonObject], list[str], str | None]:
    """Objects with these fields, folded names, and the name that comes next where the limit was reached."""
    find_bucket(call)
    query, limit = call.query, limit_of(call, default=MAX_LIMIT, maximum=MAX_LIMIT)
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    if delimiter not in ("", "/"):
        raise errors.invalid_parameter("The only delimiter supported is /")
    rows = call.tx.execute(
        "SELECT name, size, etag, created, coalesce(headers ->> '$.content-md5', headers ->> '$.opc-multipart-md5'), "
        "headers ->> '$.storage-tier' FROM objects "
        "WHERE bucket = ? AND name >= ? AND name > ? AND (? = '' OR name < ?) ORDER BY name",
        call.path["bucket"],
        max(prefix, query.get("start", ""), str(decode_page(call) or "")),
        query.get("startAfter", ""),
        query.get("end", ""),
        query.get("end", ""),
    )
    objects: list[JsonObject] = []
    prefixes: list[str] = []
    for name, size, etag, created, md5, tier in rows:
        if not name.startswith(prefix):
            break
        folded = _folded(name, prefix, delimiter)
        if folded in prefixes:
            continue
        if len(objects) + len(prefixes) == limit:
            return objects, prefixes, name
        if folded is not None:
            prefixes.append(folded)
            continue
        time = timestamp(created)
        known = {"size": size, "etag": etag, "timeCreated": time, "timeModified": time, "md5": md5, "storageTier": tier}
        objects.append({"name": name, **{key: value for key, value in known.items() if key in fields}})
    return objects, prefixes, None


def update_tier(call: Call) -> Response:
    """Move an object to another storage tier; it can be read from each, without being restored first."""
    find_bucket(call)
    body, bucket = call.json(), call.path["bucket"]
    name, tier = str(body.get("objectName")), body.get("storageTier")
    if tier not in _TIERS:
        raise errors.invalid_parameter(f"storageTier must be one of {', '.join(_TIERS)}")
    stored = find_object(call.tx, bucket, name)
    if stored is None:
        raise _missing(name, bucket)
    change_headers(call.tx, stored, {**stored.headers, "storage-tier": str(tier)})
    return empty_response(200)


def rename(call: Call) -> Response:
    """Give an object another name."""
    find_bucket(call)
    body, bucket = call.json(), call.path["bucket"]
    stored = find_object(call.tx, bucket, str(body.get("sourceName")))
    if stored is None:
        raise _missing(str(body.get("sourceName")), bucket)
    if not body.get("newName"):
        raise errors.missing_parameter("newName")
    blobs = call.backend.blobs
    renamed = put_object(call.tx, blobs, bucket, str(body["newName"]), stored.headers, stored.segments)
    remove_object(call.tx, blobs, stored)
    return empty_response(200, headers=written(renamed))


def _folded(name: str, prefix: str, delimiter: str) -> str | None:
    if not delimiter:
        return None
    head, found, _ = name[len(prefix) :].partition(delimiter)
    return prefix + head + delimiter if found else None


def _find(call: Call) -> StoredObject:
    find_bucket(call)
    stored = find_object(call.tx, call.path["bucket"], call.path["object"])
    if stored is None:
        raise _missing(call.path["object"], call.path["bucket"])
    return stored


def _missing(name: str, bucket: str) -> errors.ServiceError:
    return errors.ServiceError(404, "ObjectNotFound", f"The object '{name}' was not found in the bucket '{bucket}'")


def _check_target(call: Call, tx: Transaction) -> None:
    find_bucket(replace(call, transaction=tx))
    check_conditions(call.request, find_object(tx, call.path["bucket"], call.path["object"]))


def written(stored: StoredObject) -> dict[str, str]:
    """The headers that say which state of the object this is."""
    return {
        "etag": stored.etag,
        "last-modified": email.utils.formatdate(stored.created, usegmt=True),
        "version-id": stored.etag,
    }


_TIERS = ("Standard", "InfrequentAccess", "Archive")
_VERSION_FIELDS = frozenset(("size", "etag", "timeCreated", "timeModified", "md5", "storageTier"))
_BUCKET = "/n/{namespace}/b/{bucket}"
_OBJECT = f"{_BUCKET}/o/{{object*}}"
ROUTES = (
    Route("GET", f"{_BUCKET}/o", list_objects),
    Route("GET", f"{_BUCKET}/objectversions", list_versions),
    Route("PUT", _OBJECT, put, Access.STREAM),
    Route("GET", _OBJECT, get),
    Route("HEAD", _OBJECT, get),
    Route("DELETE", _OBJECT, delete, Access.WRITE),
    Route("POST", f"{_BUCKET}/actions/renameObject", rename, Access.WRITE),
    Route("POST", f"{_BUCKET}/actions/updateObjectStorageTier", update_tier, Access.WRITE),
)
