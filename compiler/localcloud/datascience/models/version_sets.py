"""Model version sets: a name, and a number for each model that joins."""

from __future__ import annotations

import time
from dataclasses import replace

from compiler.localcloud.datascience.models.removal import check_unused, remove_model
from compiler.localcloud.datascience.work_requests import WorkRequest, accept, finish
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.paging import list_records
from compiler.localcloud.http.resources import answer, mark_deleted, moved_to_compartment, new_resource
from compiler.localcloud.http.validation import changed, check_common, check_compartment, check_project, require
from compiler.localcloud.store.records import JsonObject, Record, insert, new_ocid, save, timestamp

FIELDS = ("description", "freeformTags", "definedTags")
FILTERS = ("id", "projectId", "name", "lifecycleState", "createdBy", "category")


def joined(call: Call, model: Record, body: JsonObject) -> Record:
    """The model in the version set that `body` names: it takes the next number of the set; it cannot leave again."""
    wanted = body.get("modelVersionSetId")
    if wanted is None:
        return model
    if model.body.get("versionId") is not None:
        if wanted == model.body.get("modelVersionSetId"):
            return model
        raise errors.invalid_parameter(f"The model {model.id} already belongs to a version set")
    group = call.find_live("versionset", wanted)
    number = int(group.hidden.get("versions", 0)) + 1
    save(call.tx, replace(group, hidden={**group.hidden, "versions": number}))
    return model.with_body(modelVersionSetId=wanted, modelVersionSetName=group.body["name"], versionId=number)


def create_version_set(call: Call) -> Response:
    """Names are unique in a compartment."""
    body = call.json()
    require(body, "compartmentId", "projectId", "name")
    check_common(body)
    compartment = check_compartment(body)
    check_project(call, body)
    taken = call.tx.execute(
        "SELECT id FROM resources WHERE kind = 'versionset' AND compartment = ? AND state <> 'DELETED' "
        "AND json_extract(body, '$.name') = ?",
        compartment,
        body["name"],
    ).fetchone()
    if taken is not None:
        raise errors.conflict(f"A model version set named {body['name']} exists already: {taken[0]}")
    record = new_resource(call, "versionset", new_ocid("datasciencemodelversionset"), {"category": "USER", **body})
    return answer(insert(call.tx, record.with_body(timeUpdated=record.body["timeCreated"])))


def get_version_set(call: Call) -> Response:
    """One version set."""
    return answer(call.find("versionset", call.path["id"]))


def list_version_sets(call: Call) -> Response:
    """The version sets of a compartment."""
    sort_by = ("timeCreated", "name", "lifecycleState")
    return list_records(call, "versionset", filters=FILTERS, sort_by=sort_by, summary=_summary)


def _summary(record: Record) -> JsonObject:
    return {name: value for name, value in record.body.items() if name != "description"}


def update_version_set(call: Call) -> Response:
    """Change description and tags; the name stays."""
    record = call.find_to_change("versionset", call.path["id"])
    body = call.json()
    check_common(body)
    if "name" in body:
        raise errors.invalid_parameter("name of a model version set cannot be updated")
    return answer(save(call.tx, record.with_body(**changed(body, FIELDS), timeUpdated=timestamp(time.time()))))


def delete_version_set(call: Call) -> Response:
    """Delete the set, and its models with it when `isDeleteRelatedModels`; a work request tells how it goes."""
    record = call.find_to_change("versionset", call.path["id"])
    members = call.tx.execute(
        "SELECT id FROM resources WHERE kind = 'model' AND state <> 'DELETED' "
        "AND json_extract(body, '$.modelVersionSetId') = ?",
        record.id,
    ).fetchall()
    if members and call.query.get("isDeleteRelatedModels", "").lower() != "true":
        raise errors.conflict(f"The model version set {record.id} still has models, such as {members[0][0]}")
    for (identifier,) in members:
        check_unused(call, identifier)
    for (identifier,) in members:
        remove_model(call, call.find("model", identifier))
    work = accept(call.tx, record, WorkRequest("MODELVERSIONSET_DELETE", "model-version-set", "DELETED"))
    mark_deleted(call.tx, record)
    finish(call.tx, work.id)
    return empty_response(202, headers={"opc-work-request-id": work.id})


def change_compartment(call: Call) -> Response:
    """Move the set to another compartment."""
    record = call.find_to_change("versionset", call.path["id"])
    return answer(save(call.tx, moved_to_compartment(call, record)), body=False)


ROUTES = (
    Route("POST", "/20190101/modelVersionSets", create_version_set, Access.WRITE, retry_token=True),
    Route("GET", "/20190101/modelVersionSets", list_version_sets),
    Route("GET", "/20190101/modelVersionSets/{id}", get_version_set),
    Route("PUT", "/20190101/modelVersionSets/{id}", update_version_set, Access.WRITE),
    Route("DELETE", "/20190101/modelVersionSets/{id}", delete_version_set, Access.WRITE),
    Route(
        "POST",
        "/20190101/modelVersionSets/{id}/actions/changeCompartment",
        change_compartment,
        Access.WRITE,
        retry_token=True,
    ),
)
