"""Object Storage: copies of objects, with the work request that the service answers with."""

from __future__ import annotations

import time

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.validation import require, require_type
from compiler.localcloud.objectstorage.buckets import bucket_id, find_bucket
from compiler.localcloud.objectstorage.stored_objects import StoredObject, find_object, put_object
from compiler.localcloud.store.owner import NAMESPACE
from compiler.localcloud.store.records import JsonObject, Record, find, insert, new_ocid, timestamp

_KIND = "copyrequest"
_NAMED = ("sourceObjectName", "destinationRegion", "destinationNamespace", "destinationBucket", "destinationObjectName")


def copy_object(call: Call) -> Response:
    """Copy an object within the namespace; the bytes are shared, and the copy is there at once."""
    bucket = find_bucket(call)
    body = call.json()
    require(body, *_NAMED)
    require_type(body, str, *_NAMED)
    source = find_object(call.tx, call.path["bucket"], body["sourceObjectName"])
    if source is None:
        name = body["sourceObjectName"]
        message = f"The object '{name}' was not found in the bucket '{call.path['bucket']}'"
        raise errors.ServiceError(404, "ObjectNotFound", message)
    _check(call, body, source)
    headers = {**source.headers, **_metadata(body)}
    target, name = body["destinationBucket"], body["destinationObjectName"]
    put_object(call.tx, call.backend.blobs, target, name, headers, source.segments)
    return empty_response(202, headers={"opc-work-request-id": _request(call, bucket, body).id})


def _check(call: Call, body: JsonObject, source: StoredObject) -> None:
    if body["destinationNamespace"] != NAMESPACE:
        raise errors.invalid_parameter(f"The namespace {body['destinationNamespace']} does not exist")
    if find(call.tx, "bucket", bucket_id(body["destinationBucket"])) is None:
        raise errors.ServiceError(404, "BucketNotFound", f"The bucket '{body['destinationBucket']}' does not exist")
    wanted = body.get("sourceObjectIfMatchETag")
    there = find_object(call.tx, body["destinationBucket"], body["destinationObjectName"])
    if (wanted not in (None, "*", source.etag)) or (body.get("destinationObjectIfNoneMatchETag") == "*" and there):
        raise errors.ServiceError(412, "IfMatchFailed", "The ETag conditions of the copy do not hold")
    if body.get("destinationObjectIfMatchETag") not in (None, "*", there.etag if there else ""):
        raise errors.ServiceError(412, "IfMatchFailed", "The ETag conditions of the copy do not hold")


def _metadata(body: JsonObject) -> dict[str, str]:
    """What the copy gets in place of the source's own metadata and tier."""
    given: JsonObject = body.get("destinationObjectMetadata") or {}
    tier = body.get("destinationObjectStorageTier")
    named = {f"opc-meta-{name.removeprefix('opc-meta-')}": str(value) for name, value in given.items()}
    return {**named, **({"storage-tier": str(tier)} if tier else {})}


def _request(call: Call, bucket: Record, body: JsonObject) -> Record:
    now = time.time()
    identifier, done = new_ocid("objectstorageworkrequest"), timestamp(now)
    path = f"/n/{NAMESPACE}/b/{body['destinationBucket']}/o/{body['destinationObjectName']}"
    shown = {
        "id": identifier,
        "operationType": "COPY_OBJECT",
        "status": "COMPLETED",
        "compartmentId": bucket.compartment,
        "resources": [{"actionType": "WRITTEN", "entityType": "object", "identifier": path, "entityUri": path}],
        "percentComplete": 100.0,
        "timeAccepted": done,
        "timeStarted": done,
        "timeFinished": done,
    }
    return insert(call.tx, Record(identifier, _KIND, bucket.compartment, shown, created=now))


def get_work_request(call: Call) -> Response:
    """What became of a copy."""
    return json_response(call.find(_KIND, call.path["workRequestId"]).body)


def list_nothing(call: Call) -> Response:
    """Log lines and errors of a copy: it has none."""
    call.find(_KIND, call.path["workRequestId"])
    return json_response([])


_REQUEST = "/workRequests/{workRequestId}"
ROUTES = (
    Route("POST", "/n/{namespace}/b/{bucket}/actions/copyObject", copy_object, Access.WRITE),
    Route("GET", _REQUEST, get_work_request),
    Route("GET", f"{_REQUEST}/logs", list_nothing),
    Route("GET", f"{_REQUEST}/errors", list_nothing),
)
