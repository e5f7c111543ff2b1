"""Object Storage: pre-authenticated requests, addresses that carry their permission and need no signature."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.validation import require, require_type
from compiler.localcloud.objectstorage import objects
from compiler.localcloud.objectstorage.buckets import find_bucket
from compiler.localcloud.store.records import JsonObject, Record, find, insert, remove, timestamp

_KIND = "preauthenticated"
_READING = frozenset({"ObjectRead", "ObjectReadWrite", "AnyObjectRead", "AnyObjectReadWrite"})
_WRITING = frozenset({"ObjectWrite", "ObjectReadWrite", "AnyObjectWrite", "AnyObjectReadWrite"})
_SUMMARY = ("id", "name", "objectName", "accessType", "bucketListingAction", "timeCreated", "timeExpires")


def create(call: Call) -> Response:
    """Make one for an object, or for all objects (of a prefix); its address is shown this once."""
    bucket = find_bucket(call)
    body = call.json()
    require(body, "name", "accessType", "timeExpires")
    require_type(body, str, "name", "accessType", "timeExpires", "objectName", "bucketListingAction")
    access, now = body["accessType"], time.time()
    if access not in _READING | _WRITING:
        raise errors.invalid_parameter(f"accessType must be one of {', '.join(sorted(_READING | _WRITING))}")
    if access.startswith("Object") and not body.get("objectName"):
        raise errors.missing_parameter("objectName")
    if _moment(body["timeExpires"]) <= now:
        raise errors.invalid_parameter("timeExpires must lie in the future")
    token, name = secrets.token_urlsafe(32), call.path["bucket"]
    given = {key: body[key] for key in _SUMMARY if key in body}
    shown = {"bucketListingAction": "Deny", **given, "id": secrets.token_urlsafe(16), "timeCreated": timestamp(now)}
    hidden = {"bucket": name, "public": shown["id"]}
    insert(call.tx, Record(f"par/{token}", _KIND, bucket.compartment, shown, hidden=hidden, created=now))
    path = f"/p/{token}/n/{call.path['namespace']}/b/{name}/o/"
    only = body.get("objectName") or "" if access.startswith("Object") else ""
    return json_response({**shown, "accessUri": path + only})


def list_all(call: Call) -> Response:
    """Those of a bucket, without their addresses."""
    find_bucket(call)
    prefix = call.query.get("objectNamePrefix", "")
    named = [record.body for record in _of_bucket(call)]
    return json_response([body for body in named if str(body.get("objectName") or "").startswith(prefix)])


def get(call: Call) -> Response:
    """One of them, without its address."""
    return json_response(_named(call).body)


def delete(call: Call) -> Response:
    """End it: its address answers 404 from now on."""
    remove(call.tx, _named(call).id)
    return empty_response()


def read(call: Call) -> Response:
    """GET and HEAD of an object through an address."""
    _permitted(call, _READING)
    return objects.get(call)


def write(call: Call) -> Response:
    """PUT of an object through an address."""
    with call.backend.store.read() as tx:
        _permitted(Call(call.backend, call.request, call.path, call.query, transaction=tx), _WRITING)
    return objects.put(call)


def list_objects(call: Call) -> Response:
    """The list of objects, where the address allows it."""
    record = _permitted(call, _READING | _WRITING, listing=True)
    within = str(record.body.get("objectName") or "")
    if not call.query.get("prefix", "").startswith(within):
        raise _unknown()
    return objects.list_objects(call)


def _permitted(call: Call, accesses: frozenset[str], *, listing: bool = False) -> Record:
    """The request that the path names; 404 where it does not allow this, as the service answers."""
    record = find(call.tx, _KIND, f"par/{call.path['token']}")
    if record is None or record.hidden["bucket"] != call.path["bucket"]:
        raise _unknown()
    body = record.body
    if body["accessType"] not in accesses or _moment(body["timeExpires"]) <= time.time():
        raise _unknown()
    if listing and body["bucketListingAction"] != "ListObjects":
        raise _unknown()
    if not listing and not _covers(body, call.path["object"]):
        raise _unknown()
    return record


def _covers(body: JsonObject, name: str) -> bool:
    allowed = str(body.get("objectName") or "")
    return name.startswith(allowed) if body["accessType"].startswith("Any") else name == allowed


def _unknown() -> errors.ServiceError:
    message = "The pre-authenticated request does not exist, has expired, or does not allow this"
    return errors.ServiceError(404, "NotAuthorizedOrNotFound", message)


def _of_bucket(call: Call) -> list[Record]:
    rows = call.tx.execute("SELECT id FROM resources WHERE kind = ? ORDER BY id", _KIND).fetchall()
    records = [record for (key,) in rows if (record := find(call.tx, _KIND, key))]
    return [record for record in records if record.hidden["bucket"] == call.path["bucket"]]


def _named(call: Call) -> Record:
    find_bucket(call)
    found = [record for record in _of_bucket(call) if record.hidden["public"] == call.path["parId"]]
    if not found:
        raise errors.not_found(call.path["parId"])
    return found[0]


def _moment(text: str) -> float:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise errors.invalid_parameter("timeExpires must be a time as RFC 3339 writes it") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _open(method: str, path: str, handler: Callable[[Call], Response], access: Access = Access.READ) -> Route:
    return Route(method, path, handler, access, carries_permission=True)


_BUCKET = "/n/{namespace}/b/{bucket}"
_THROUGH = f"/p/{{token}}{_BUCKET}/o"
ROUTES = (
    Route("POST", f"{_BUCKET}/p", create, Access.WRITE),
    Route("GET", f"{_BUCKET}/p", list_all),
    Route("GET", f"{_BUCKET}/p/{{parId}}", get),
    Route("DELETE", f"{_BUCKET}/p/{{parId}}", delete, Access.WRITE),
    _open("GET", _THROUGH, list_objects),
    _open("GET", f"{_THROUGH}/{{object*}}", read),
    _open("HEAD", f"{_THROUGH}/{{object*}}", read),
    _open("PUT", f"{_THROUGH}/{{object*}}", write, Access.STREAM),
)
