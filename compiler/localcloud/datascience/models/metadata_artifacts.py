"""Artifacts of single metadata items of a model: `{custom,defined}Metadata/{key}/artifact`."""

from __future__ import annotations

import email.utils
import time
from dataclasses import replace

from compiler.localcloud.datascience.models.artifacts import file_name
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.ranges import content_response
from compiler.localcloud.objectstorage.objects import check_received, discarding
from compiler.localcloud.store.blobs import Blob, release_blobs, use_blob
from compiler.localcloud.store.records import Record, find, insert, remove, save

LISTS = {"customMetadata": "customMetadataList", "definedMetadata": "definedMetadataList"}
KIND = "metadataartifact"
_FILES = frozenset({"Readme", "License", "FineTuneConfiguration", "DeploymentConfiguration"})
"""Defined keys that are files and nothing else: attaching one lists it. Inferred from ADS 2.16.1, whose AQUA attaches
them to models that were made without them."""


def create(call: Call) -> Response:
    """Give a metadata item its artifact; it must not have one."""
    return _store(call, replacing=False)


def update(call: Call) -> Response:
    """Put another artifact in place of the one there is."""
    return _store(call, replacing=True)


def delete(call: Call) -> Response:
    """Take the artifact away from the item."""
    model = call.find_to_change("model", call.path["modelId"])
    record = call.find(KIND, _identifier(call))
    remove(call.tx, record.id)
    release_blobs(call.tx, call.backend.blobs, record.id)
    save(call.tx, _marked(call, model, has_artifact=False))
    return empty_response()


def get(call: Call) -> Response:
    """HEAD and GET, 404 when there is none."""
    call.find_live("model", call.path["modelId"])
    record = call.find(KIND, _identifier(call))
    headers = {
        "content-type": "application/octet-stream",
        "content-disposition": f"attachment; filename={record.body['fileName']}",
        "content-md5": record.body["md5"],
        "last-modified": email.utils.formatdate(record.created, usegmt=True),
        "etag": record.etag,
    }
    return content_response(call.request, call.backend.blobs, record.body["segments"], headers)


def _store(call: Call, *, replacing: bool) -> Response:
    with call.backend.store.read() as tx:
        _check(replace(call, transaction=tx), replacing=replacing)
    blob = call.backend.blobs.put(call.request.body)
    with discarding(call.backend.blobs, blob):
        check_received(call, blob)
        with call.backend.store.write() as tx:
            record = _attach(replace(call, transaction=tx), blob, replacing=replacing)
    return empty_response(headers={"etag": record.etag})


def _attach(call: Call, blob: Blob, *, replacing: bool) -> Record:
    model, identifier = _check(call, replacing=replacing), _identifier(call)
    if replacing:
        remove(call.tx, identifier)
        release_blobs(call.tx, call.backend.blobs, identifier)
    use_blob(call.tx, blob.name, identifier)
    save(call.tx, _marked(call, model, has_artifact=True))
    name = file_name(call, call.path["key"])
    body = {"segments": [(blob.name, blob.size)], "md5": blob.md5, "fileName": name}
    return insert(call.tx, Record(identifier, KIND, model.compartment, body, created=time.time()))


def _check(call: Call, *, replacing: bool) -> Record:
    model = call.find_to_change("model", call.path["modelId"])
    items = model.details.get(LISTS[_holder(call)]) or []
    listed = call.path["key"] in [item["key"] for item in items]
    if not listed and (replacing or _holder(call) != "definedMetadata" or call.path["key"] not in _FILES):
        raise errors.not_found(f"{_holder(call)} {call.path['key']} of {model.id}")
    exists = find(call.tx, KIND, _identifier(call)) is not None
    if exists and not replacing:
        raise errors.conflict(f"{call.path['key']} has its artifact already; update it")
    if replacing and not exists:
        raise errors.not_found(_identifier(call))
    return model


def _marked(call: Call, model: Record, *, has_artifact: bool) -> Record:
    name, key = LISTS[_holder(call)], call.path["key"]
    listed = model.details.get(name) or []
    items = [{**item, "hasArtifact": has_artifact} if item["key"] == key else item for item in listed]
    if key not in [item["key"] for item in listed]:
        items.append({"key": key, "value": None, "hasArtifact": has_artifact})
    return replace(model, details={**model.details, name: items})


def _holder(call: Call) -> str:
    return "customMetadata" if "/customMetadata/" in call.request.target else "definedMetadata"


def _identifier(call: Call) -> str:
    return f"{call.path['modelId']}/{_holder(call)}/{call.path['key']}"


def _routes(holder: str) -> tuple[Route, ...]:
    path = f"/20190101/models/{{modelId}}/{holder}/{{key}}/artifact"
    return (
        Route("POST", path, create, Access.STREAM),
        Route("PUT", path, update, Access.STREAM),
        Route("DELETE", path, delete, Access.WRITE),
        Route("HEAD", f"{path}/content", get),
        Route("GET", f"{path}/content", get),
    )


ROUTES = tuple(route for holder in LISTS for route in _routes(holder))
