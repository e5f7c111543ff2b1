"""Work requests: what the service does after it has answered, with log lines and errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.paging import decode_page, encode_page, limit_of, list_records
from compiler.localcloud.http.resources import answer
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import Record, find, insert, new_ocid, save, timestamp

FINISHED = ("SUCCEEDED", "FAILED", "CANCELED")


@dataclass(frozen=True, slots=True)
class WorkRequest:
    """What a work request is about. Terraform's provider looks for `entity_type` and the final `action`."""

    operation: str
    """`MODEL_DEPLOYMENT_CREATE`, …"""
    entity_type: str
    """`model-deployment` or `model-artifact`"""
    action: str
    """CREATED, UPDATED or DELETED: what it will be when done."""


def accept(tx: Transaction, resource: Record, work: WorkRequest) -> Record:
    """A new work request on the resource, in progress."""
    now = time.time()
    identifier = new_ocid("datascienceworkrequest")
    body = {
        "id": identifier,
        "operationType": work.operation,
        "status": "IN_PROGRESS",
        "compartmentId": resource.compartment,
        "percentComplete": 0.0,
        "resources": [_resource(resource.id, work, "IN_PROGRESS")],
        "timeAccepted": timestamp(now),
        "timeStarted": timestamp(now),
        "resourceId": resource.id,
    }
    hidden = {"action": work.action, "entityType": work.entity_type}
    record = insert(tx, Record(identifier, "workrequest", resource.compartment, body, hidden=hidden, created=now))
    log(tx, identifier, f"{work.operation} accepted.")
    return record


def log(tx: Transaction, identifier: str, message: str) -> None:
    """Add a line to the request's log."""
    _add_entry(tx, identifier, "log", {"message": message, "timestamp": timestamp(time.time())})


def progress(tx: Transaction, identifier: str, percent: float, message: str) -> None:
    """Say how far it is; the same message is logged once."""
    record = find(tx, "workrequest", identifier)
    if record is None or record.hidden.get("said") == message:
        return
    log(tx, identifier, message)
    save(tx, replace(record.with_body(percentComplete=percent), hidden={**record.hidden, "said": message}))


def finish(tx: Transaction, identifier: str, *, problems: Iterable[str] = (), code: str = "InternalError") -> None:
    """End the request: SUCCEEDED, or FAILED when there are problems, which become its errors."""
    record = find(tx, "workrequest", identifier)
    if record is None or record.state in FINISHED:
        return
    now = timestamp(time.time())
    found = list(problems)
    for message in found:
        _add_entry(tx, identifier, "error", {"code": code, "message": message, "timestamp": now})
    log(tx, identifier, f"{record.body['operationType']} {'failed' if found else 'succeeded'}.")
    work = WorkRequest(record.body["operationType"], record.hidden["entityType"], record.hidden["action"])
    done = _resource(record.body["resourceId"], work, "IN_PROGRESS" if found else work.action)
    status = "FAILED" if found else "SUCCEEDED"
    save(tx, record.with_body(status=status, percentComplete=100.0, timeFinished=now, resources=[done]))


def get_work_request(call: Call) -> Response:
    """One work request."""
    record = call.find("workrequest", call.path["id"])
    return answer(replace(record, body=_shown(record)))


def list_work_requests(call: Call) -> Response:
    """The work requests of a compartment."""
    filters = ("id", "resourceId", "operationType", "status")
    sort_by = ("timeAccepted", "operationType", "status")
    return list_records(call, "workrequest", filters=filters, sort_by=sort_by, summary=_shown)


def list_logs(call: Call) -> Response:
    """Its log, oldest line first."""
    return _entries(call, "log")


def list_errors(call: Call) -> Response:
    """Its errors; an empty list as long as there are none."""
    return _entries(call, "error")


def cancel(call: Call) -> Response:
    """Work of the embedded OCI cannot be canceled: it is quick, or it is a model that loads."""
    record = call.find("workrequest", call.path["id"])
    if record.state in FINISHED:
        raise errors.conflict(f"The work request {record.id} is {record.state}")
    return empty_response(202)


def _entries(call: Call, kind: str) -> Response:
    record = call.find("workrequest", call.path["id"])
    limit, after = limit_of(call), decode_page(call) or 0
    if not isinstance(after, int):
        raise errors.invalid_parameter("page is not a token of this list")
    rows = call.tx.execute(
        "SELECT number, body FROM entries WHERE work_request = ? AND kind = ? AND number > ? ORDER BY number LIMIT ?",
        record.id,
        kind,
        after,
        limit + 1,
    ).fetchall()
    headers = {"opc-next-page": encode_page(rows[limit - 1][0])} if len(rows) > limit else {}
    return json_response([json.loads(body) for _, body in rows[:limit]], headers=headers)


def _shown(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.body.items() if name != "resourceId"}


def _resource(identifier: str, work: WorkRequest, action: str) -> Mapping[str, str]:
    collection = "modelDeployments" if work.entity_type == "model-deployment" else "models"
    uri = f"/20190101/{collection}/{identifier}"
    return {"actionType": action, "entityType": work.entity_type, "identifier": identifier, "entityUri": uri}


def _add_entry(tx: Transaction, identifier: str, kind: str, body: Mapping[str, str]) -> None:
    tx.execute("INSERT INTO entries (work_request, kind, body) VALUES (?, ?, ?)", identifier, kind, json.dumps(body))


_ONE = "/20190101/workRequests/{id}"
ROUTES = (
    Route("GET", "/20190101/workRequests", list_work_requests),
    Route("GET", _ONE, get_work_request),
    Route("GET", f"{_ONE}/logs", list_logs),
    Route("GET", f"{_ONE}/errors", list_errors),
    Route("DELETE", _ONE, cancel, Access.WRITE),
)
