"""The little of Identity, Logging and the Data Science catalog of containers that clients ask for."""

from __future__ import annotations

import json

from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.errors import conflict, not_found
from compiler.localcloud.http.messages import Response, empty_response, json_response
from compiler.localcloud.http.paging import list_records
from compiler.localcloud.http.resources import answer, mark_deleted, new_resource
from compiler.localcloud.http.validation import check_common, check_compartment, require
from compiler.localcloud.store.owner import NAMESPACE, REGION
from compiler.localcloud.store.records import JsonObject, Record, insert, new_ocid, timestamp


def get_tenancy(call: Call) -> Response:
    """The owner's tenancy."""
    owner = call.backend.owner
    if call.path["id"] != owner.tenancy:
        raise not_found(call.path["id"])
    body = {"id": owner.tenancy, "name": NAMESPACE, "description": "The embedded OCI", "homeRegionKey": "LOC"}
    return json_response({**body, "freeformTags": {}, "definedTags": {}})


def get_user(call: Call) -> Response:
    """The owner."""
    owner = call.backend.owner
    if call.path["id"] != owner.user:
        raise not_found(call.path["id"])
    return json_response(_resource(owner.user, "local", owner.tenancy))


def get_compartment(call: Call) -> Response:
    """The default compartment, and the tenancy as the root one."""
    for body in _compartments(call):
        if body["id"] == call.path["id"]:
            return json_response(body)
    raise not_found(call.path["id"])


def list_compartments(call: Call) -> Response:
    """The compartments below the tenancy: the default one."""
    return json_response([body for body in _compartments(call) if body["id"] == call.backend.owner.compartment])


def list_regions(call: Call) -> Response:  # noqa: ARG001 - every handler is given its call
    """The one region there is."""
    return json_response([{"key": "LOC", "name": REGION}])


def list_region_subscriptions(call: Call) -> Response:  # noqa: ARG001
    """The one region there is, subscribed to."""
    return json_response([{"regionKey": "LOC", "regionName": REGION, "status": "READY", "isHomeRegion": True}])


def list_availability_domains(call: Call) -> Response:
    """One availability domain."""
    compartment = call.backend.owner.tenancy
    return json_response(
        [{"name": "LOC-AD-1", "id": "ocid1.availabilitydomain.oc1.local.1", "compartmentId": compartment}]
    )


def list_containers(call: Call) -> Response:  # noqa: ARG001
    """The service managed containers: none can run here."""
    return json_response([])


def create_log_group(call: Call) -> Response:
    """A log group; the service makes it with a work request that is done at once."""
    body = call.json()
    require(body, "compartmentId", "displayName")
    check_common(body)
    check_compartment(body)
    record = insert(call.tx, new_resource(call, "loggroup", new_ocid("loggroup"), body))
    return empty_response(202, headers={"opc-work-request-id": new_ocid("logworkrequest"), "etag": record.etag})


def list_log_groups(call: Call) -> Response:
    """The log groups of a compartment."""
    return list_records(call, "loggroup", filters=("displayName",))


def create_log(call: Call) -> Response:
    """A log in a group."""
    group = call.find_live("loggroup", call.path["groupId"])
    body = {**call.json(), "compartmentId": group.compartment, "logGroupId": group.id}
    require(body, "displayName", "logType")
    insert(call.tx, new_resource(call, "log", new_ocid("log"), body))
    return empty_response(202, headers={"opc-work-request-id": new_ocid("logworkrequest")})


def list_logs(call: Call) -> Response:
    """The logs of a group."""
    group = call.find_live("loggroup", call.path["groupId"])
    rows = call.tx.execute(
        "SELECT body FROM resources WHERE kind = 'log' AND state <> 'DELETED' "
        "AND json_extract(body, '$.logGroupId') = ?",
        group.id,
    ).fetchall()
    return json_response([json.loads(body) for (body,) in rows])


def get_log_group(call: Call) -> Response:
    """One log group."""
    return answer(call.find("loggroup", call.path["groupId"]))


def get_log(call: Call) -> Response:
    """One log."""
    return answer(call.find("log", call.path["logId"]))


def delete_log_group(call: Call) -> Response:
    """Delete an empty group."""
    record: Record = call.find_to_change("loggroup", call.path["groupId"])
    if json.loads(b"".join(list_logs(call).body)):
        raise conflict(f"The log group {record.id} still has logs")
    mark_deleted(call.tx, record)
    return empty_response(202)


def delete_log(call: Call) -> Response:
    """Delete a log."""
    mark_deleted(call.tx, call.find_to_change("log", call.path["logId"]))
    return empty_response(202)


def _compartments(call: Call) -> list[JsonObject]:
    owner = call.backend.owner
    root = _resource(owner.tenancy, NAMESPACE, owner.tenancy)
    return [root, _resource(owner.compartment, "default", owner.tenancy)]


def _resource(identifier: str, name: str, compartment: str) -> JsonObject:
    return {
        "id": identifier,
        "name": name,
        "compartmentId": compartment,
        "description": "The embedded OCI",
        "timeCreated": timestamp(0),
        "lifecycleState": "ACTIVE",
        "freeformTags": {},
        "definedTags": {},
    }


_IDENTITY = "/20160918"
_GROUPS = "/20200531/logGroups"
ROUTES = (
    Route("GET", f"{_IDENTITY}/tenancies/{{id}}", get_tenancy),
    Route("GET", f"{_IDENTITY}/tenancies/{{id}}/regionSubscriptions", list_region_subscriptions),
    Route("GET", f"{_IDENTITY}/users/{{id}}", get_user),
    Route("GET", f"{_IDENTITY}/compartments", list_compartments),
    Route("GET", f"{_IDENTITY}/compartments/{{id}}", get_compartment),
    Route("GET", f"{_IDENTITY}/regions", list_regions),
    Route("GET", f"{_IDENTITY}/availabilityDomains", list_availability_domains),
    Route("GET", "/20190101/containers", list_containers),
    Route("POST", _GROUPS, create_log_group, Access.WRITE),
    Route("GET", _GROUPS, list_log_groups),
    Route("GET", f"{_GROUPS}/{{groupId}}", get_log_group),
    Route("DELETE", f"{_GROUPS}/{{groupId}}", delete_log_group, Access.WRITE),
    Route("POST", f"{_GROUPS}/{{groupId}}/logs", create_log, Access.WRITE),
    Route("GET", f"{_GROUPS}/{{groupId}}/logs", list_logs),
    Route("GET", f"{_GROUPS}/{{groupId}}/logs/{{logId}}", get_log),
    Route("DELETE", f"{_GROUPS}/{{groupId}}/logs/{{logId}}", delete_log, Access.WRITE),
)
