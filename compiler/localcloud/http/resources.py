"""What resources of every kind go through: their beginning, their move between compartments, their end."""

from __future__ import annotations

import time
from dataclasses import replace

from compiler.localcloud.http.calls import Call
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.validation import check_compartment, require
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject, Record, save, timestamp


def new_resource(call: Call, kind: str, identifier: str, body: JsonObject, *, state: str = "ACTIVE") -> Record:
    """A new resource from the body of its creation: every field verbatim, and those that the service adds."""
    now = time.time()
    shown = {
        "freeformTags": {},
        "definedTags": {},
        **{name: value for name, value in body.items() if value is not None},
        "id": identifier,
        "timeCreated": timestamp(now),
        "createdBy": call.backend.owner.user,
        "lifecycleState": state,
    }
    return Record(identifier, kind, str(body["compartmentId"]), shown, created=now)


def generated_name(record: Record, prefix: str) -> Record:
    """The record with the display name that the service gives when there is none: `<prefix><time>`."""
    if record.body.get("displayName"):
        return record
    return record.with_body(displayName=time.strftime(f"{prefix}%Y%m%d%H%M%S", time.gmtime(record.created)))


def moved_to_compartment(call: Call, record: Record) -> Record:
    """The record in the compartment that a changeCompartment request names."""
    body = call.json()
    require(body, "compartmentId")
    compartment = check_compartment(body)
    return replace(record.with_body(compartmentId=compartment), compartment=compartment)


def mark_deleted(tx: Transaction, record: Record) -> Record:
    """Leave the resource readable as DELETED for a while."""
    gone = record.with_body(lifecycleState="DELETED")
    return save(tx, replace(gone, hidden={**gone.hidden, "deleted": time.time()}))


def answer(record: Record, *, status: int = 200, body: bool = True) -> Response:
    """The resource with its etag; or only the etag, for actions that answer nothing."""
    headers = {"etag": record.etag}
    return (
        json_response(record.shown(), status=status, headers=headers) if body else empty_response(200, headers=headers)
    )
