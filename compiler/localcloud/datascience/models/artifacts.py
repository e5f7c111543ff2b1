"""The artifact of a model: uploaded once, read as often as wanted, never changed."""

from __future__ import annotations

import base64
import email.utils
import re
import time
from collections.abc import Sequence

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.ranges import content_response
from compiler.localcloud.http.retry_tokens import once
from compiler.localcloud.store.blobs import Blob, use_blob
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import Record, find, insert

MAX_UPLOAD_BYTES = 2 << 30  # ADS 2.16.1: _MAX_ARTIFACT_SIZE_IN_BYTES; larger ones go through a bucket
_FILE_NAME = re.compile(r'filename=(?:"((?:[^"\\]|\\.)+)"|([^";\s]+))')


def create_artifact(call: Call) -> Response:
    """Take the bytes as they come; the model has them once all are on disk."""
    model = call.path["modelId"]
    with call.backend.store.read() as tx:
        _check_can_take(tx, call, model)
    _check_length(call)
    blob = call.backend.blobs.put(call.request.body)
    try:
        return _attach_upload(call, model, blob)
    except errors.ServiceError:
        call.backend.blobs.discard(blob.name)
        raise


def attach_segments(
    tx: Transaction, model: Record, segments: Sequence[tuple[str, int]], md5: str, file_name: str
) -> Record:
    """Make these blobs, laid end to end, the model's artifact; `md5` is what the service says of them."""
    if find(tx, "artifact", artifact_id(model.id)) is not None:
        raise errors.conflict(f"The model {model.id} has its artifact already; artifacts cannot be replaced")
    body = {"segments": list(segments), "md5": md5, "fileName": file_name, "lastModified": time.time()}
    for name, _ in segments:
        use_blob(tx, name, model.id)
    return insert(tx, Record(artifact_id(model.id), "artifact", model.compartment, body))


def artifact_id(model: str) -> str:
    """The key of a model's artifact among the records."""
    return f"{model}/artifact"


def get_artifact(call: Call) -> Response:
    """HEAD and GET of the artifact, 404 when there is none."""
    call.find_live("model", call.path["modelId"])
    record = call.find("artifact", artifact_id(call.path["modelId"]))
    headers = {
        "content-type": "application/octet-stream",
        "content-disposition": f"attachment; filename={record.body['fileName']}",
        "content-md5": record.body["md5"],
        "last-modified": email.utils.formatdate(record.body["lastModified"], usegmt=True),
        "etag": record.etag,
    }
    return content_response(call.request, call.backend.blobs, record.body["segments"], headers)


def _attach_upload(call: Call, identifier: str, blob: Blob) -> Response:
    if blob.size != int(call.request.headers["content-length"]):
        raise errors.invalid_parameter("The body ended before content-length bytes were sent")
    expected = call.request.headers.get("content-md5")
    if expected is not None and expected != blob.md5:
        raise errors.invalid_parameter("content-md5 does not match the bytes received")
    declared = call.request.headers.get("x-content-sha256")
    if declared is not None and declared != blob.sha256:
        raise errors.not_authenticated("The body does not match x-content-sha256")
    with call.backend.store.write() as tx:

        def act() -> Response:
            model, segments = _check_can_take(tx, call, identifier), [(blob.name, blob.size)]
            record = attach_segments(tx, model, segments, blob.md5, file_name(call, f"{identifier}.zip"))
            return empty_response(headers={"etag": record.etag})

        response = once(tx, call.request, base64.b64decode(blob.sha256), act)
        if tx.execute("SELECT 1 FROM blob_uses WHERE blob = ?", blob.name).fetchone() is None:
            tx.after_commit(lambda: call.backend.blobs.discard(blob.name))  # the answer was a replay
        return response


def _check_can_take(tx: Transaction, call: Call, identifier: str) -> Record:
    model = find(tx, "model", identifier)
    if model is None or model.state == "DELETED":
        raise errors.not_found(identifier)
    wanted = call.request.headers.get("if-match")
    if wanted not in (None, "*", model.etag):
        raise errors.no_etag_match()
    if model.body.get("isModelByReference"):
        raise errors.conflict(f"The files of model {model.id} lie in a bucket; artifacts cannot be replaced")
    return model


def _check_length(call: Call) -> None:
    length = call.request.headers.get("content-length", "")
    if not length.isdecimal():
        raise errors.ServiceError(411, "LengthRequired", "content-length is required")
    if int(length) > MAX_UPLOAD_BYTES:
        raise errors.payload_too_large(
            f"An artifact of more than {MAX_UPLOAD_BYTES} bytes must go through a bucket: use exportArtifact"
        )


def file_name(call: Call, default: str) -> str:
    """The file name that content-disposition gives, or the default."""
    match = _FILE_NAME.search(call.request.headers.get("content-disposition", ""))
    return (re.sub(r"\\(.)", r"\1", match[1]) if match[1] else match[2]) if match else default


_CONTENT = "/20190101/models/{modelId}/artifact/content"
ROUTES = (
    Route("POST", "/20190101/models/{modelId}/artifact", create_artifact, Access.STREAM, retry_token=True),
    Route("HEAD", _CONTENT, get_artifact),
    Route("GET", _CONTENT, get_artifact),
)
