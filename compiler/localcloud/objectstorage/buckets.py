"""Object Storage: the namespace and its buckets."""

from __future__ import annotations

import re

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.paging import decode_page, encode_page, limit_of, required_query
from compiler.localcloud.http.resources import new_resource
from compiler.localcloud.http.validation import changed, check_common, check_compartment, require
from compiler.localcloud.store.owner import NAMESPACE
from compiler.localcloud.store.records import JsonObject, Record, find, insert, new_ocid, remove, save

MAX_LIMIT = 1000  # OCI docs: limit of the Object Storage lists
FIELDS = (
    "metadata",
    "publicAccessType",
    "objectEventsEnabled",
    "freeformTags",
    "definedTags",
    "kmsKeyId",
    "versioning",
)
SUMMARY = ("namespace", "name", "compartmentId", "createdBy", "timeCreated", "etag", "freeformTags", "definedTags")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}\Z")


def get_namespace(call: Call) -> Response:  # noqa: ARG001 - every handler is given its call
    """The namespace of the tenancy, as a JSON string."""
    return json_response(NAMESPACE)


def get_namespace_metadata(call: Call) -> Response:
    """Where the S3 and Swift interfaces would make their buckets."""
    check_namespace(call)
    compartment = call.backend.owner.compartment
    names = ("defaultS3CompartmentId", "defaultSwiftCompartmentId")
    return json_response({"namespace": NAMESPACE, **dict.fromkeys(names, compartment)})


def find_bucket(call: Call) -> Record:
    """The bucket that the path names, or the 404 that clients look for."""
    check_namespace(call)
    name = call.path["bucket"]
    record = find(call.tx, "bucket", bucket_id(name))
    if record is None:
        message = (
            f"The bucket '{name}' does not exist in the namespace '{NAMESPACE}' or you are not authorized to see it"
        )
        raise errors.ServiceError(404, "BucketNotFound", message)
    return record


def bucket_id(name: str) -> str:
    """The key of a bucket among the records."""
    return f"bucket/{name}"


def check_namespace(call: Call) -> None:
    """Only one namespace exists here."""
    if call.path["namespace"] != NAMESPACE:
        raise errors.ServiceError(404, "NamespaceNotFound", f"The namespace '{call.path['namespace']}' does not exist")


def create_bucket(call: Call) -> Response:
    """Names are unique in the namespace."""
    check_namespace(call)
    body = call.json()
    require(body, "name", "compartmentId")
    check_common(body)
    check_compartment(body)
    name = body["name"]
    if not isinstance(name, str) or not _NAME.match(name) or name in (".", ".."):
        raise errors.ServiceError(400, "InvalidBucketName", f"'{name}' is no valid bucket name")
    if find(call.tx, "bucket", bucket_id(name)) is not None:
        raise errors.ServiceError(409, "BucketAlreadyExists", f"The bucket '{name}' already exists")
    defaults = {
        "namespace": NAMESPACE,
        "metadata": {},
        "publicAccessType": "NoPublicAccess",
        "storageTier": "Standard",
        "objectEventsEnabled": False,
        "versioning": "Disabled",
        "isReadOnly": False,
        "replicationEnabled": False,
    }
    record = new_resource(call, "bucket", bucket_id(name), {**defaults, **body})
    record.body.pop("lifecycleState")
    return _answer(insert(call.tx, record.with_body(id=new_ocid("bucket"))))


def get_bucket(call: Call) -> Response:
    """GET and HEAD of a bucket."""
    response = _answer(find_bucket(call))
    return response if call.request.method == "GET" else empty_response(200, headers={"etag": response.headers["etag"]})


def list_buckets(call: Call) -> Response:
    """The buckets of a compartment by name; pages go on after a name."""
    check_namespace(call)
    compartment, limit = required_query(call, "compartmentId"), limit_of(call, default=MAX_LIMIT, maximum=MAX_LIMIT)
    rows = call.tx.execute(
        "SELECT id FROM resources WHERE kind = 'bucket' AND compartment = ? AND id > ? ORDER BY id LIMIT ?",
        compartment,
        str(decode_page(call) or ""),
        limit + 1,
    ).fetchall()
    page = [record for (key,) in rows[:limit] if (record := find(call.tx, "bucket", key))]
    headers = {"opc-next-page": encode_page(page[-1].id)} if len(rows) > limit else {}
    return json_response([_summary(record) for record in page], headers=headers)


def update_bucket(call: Call) -> Response:
    """Change tags, metadata and flags."""
    record = find_bucket(call)
    call.check_match(record.etag)
    body = call.json()
    check_common(body)
    return _answer(save(call.tx, record.with_body(**changed(body, FIELDS))))


def delete_bucket(call: Call) -> Response:
    """Only an empty bucket can be deleted."""
    record = find_bucket(call)
    call.check_match(record.etag)
    name = call.path["bucket"]
    if call.tx.execute("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1", name).fetchone():
        raise errors.ServiceError(
            409, "BucketNotEmpty", f"The bucket named '{name}' is not empty. Delete all objects first"
        )
    if call.tx.execute("SELECT 1 FROM uploads WHERE bucket = ? LIMIT 1", name).fetchone():
        raise errors.ServiceError(409, "BucketNotEmpty", f"The bucket named '{name}' has uncommitted multipart uploads")
    remove(call.tx, record.id)
    return empty_response()


def list_none(call: Call) -> Response:
    """An empty list of what no bucket here can have; clients ask before they delete one (`oci … delete --empty`)."""
    find_bucket(call)
    return json_response([])


def _answer(record: Record) -> Response:
    return json_response({**record.body, "etag": record.etag}, headers={"etag": record.etag})


def _summary(record: Record) -> JsonObject:
    whole = {**record.body, "etag": record.etag}
    return {name: whole[name] for name in SUMMARY if name in whole}


_BUCKETS = "/n/{namespace}/b"
_ONE = f"{_BUCKETS}/{{bucket}}"
ROUTES = (
    Route("GET", "/n", get_namespace),
    Route("GET", "/n/{namespace}", get_namespace_metadata),
    Route("GET", _BUCKETS, list_buckets),
    Route("POST", _BUCKETS, create_bucket, Access.WRITE),
    Route("GET", _ONE, get_bucket),
    Route("HEAD", _ONE, get_bucket),
    Route("POST", _ONE, update_bucket, Access.WRITE),
    Route("DELETE", _ONE, delete_bucket, Access.WRITE),
    *(Route("GET", f"{_ONE}/{kind}", list_none) for kind in ("replicationPolicies", "replicationSources")),
)
