"""Models of the catalog."""

from __future__ import annotations

from dataclasses import replace

from compiler.localcloud.datascience.models.removal import check_unused, remove_model
from compiler.localcloud.datascience.models.version_sets import joined
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.paging import list_records
from compiler.localcloud.http.resources import answer, generated_name, moved_to_compartment, new_resource
from compiler.localcloud.http.validation import (
    changed,
    check_common,
    check_compartment,
    check_metadata,
    check_project,
    require,
    require_type,
)
from compiler.localcloud.store.records import JsonObject, Record, insert, new_ocid, save

DETAILS = (
    "description",
    "customMetadataList",
    "definedMetadataList",
    "inputSchema",
    "outputSchema",
    "retentionSetting",
    "backupSetting",
)
"""Fields that the service leaves out of lists."""
UPDATABLE = (
    "displayName",
    "description",
    "freeformTags",
    "definedTags",
    "customMetadataList",
    "definedMetadataList",
    "versionLabel",
    "retentionSetting",
    "backupSetting",
)
FILTERS = (
    "id",
    "projectId",
    "displayName",
    "lifecycleState",
    "createdBy",
    "modelVersionSetName",
    "versionLabel",
    "category",
)


def create_model(call: Call) -> Response:
    """A new model is ACTIVE at once; its artifact comes later."""
    body = call.json()
    require(body, "compartmentId", "projectId")
    _check(body)
    check_compartment(body)
    check_project(call, body)
    added = {"category": "USER", "isModelByReference": False}
    record = new_resource(call, "model", new_ocid("datasciencemodel"), {**added, **body})
    record = joined(call, generated_name(record, "datasciencemodel"), body)
    details: JsonObject = {"customMetadataList": [], "definedMetadataList": []}
    details |= {name: record.body[name] for name in DETAILS if name in record.body}
    shown = {name: value for name, value in record.body.items() if name not in DETAILS}
    return answer(insert(call.tx, replace(record, body=shown, details=details)))


def get_model(call: Call) -> Response:
    """One model with its metadata and schemas."""
    return answer(call.find("model", call.path["modelId"]))


def list_models(call: Call) -> Response:
    """Summaries: without metadata lists, schemas and facts of the artifact."""
    return list_records(call, "model", filters=FILTERS, sort_by=("timeCreated", "displayName", "lifecycleState"))


def update_model(call: Call) -> Response:
    """Change what may change: not the project, not the schemas."""
    record = call.find_to_change("model", call.path["modelId"])
    body = call.json()
    _check(body)
    for name in ("projectId", "compartmentId", "inputSchema", "outputSchema"):
        if name in body:
            raise errors.invalid_parameter(f"{name} of a model cannot be updated")
    fields = changed(body, UPDATABLE)
    record = joined(call, record.with_body(**{n: v for n, v in fields.items() if n not in DETAILS}), body)
    details = {**record.details, **{n: v for n, v in fields.items() if n in DETAILS}}
    return answer(save(call.tx, replace(record, details=details)))


def delete_model(call: Call) -> Response:
    """Delete a model that no deployment uses, and its artifact with it."""
    record = call.find_to_change("model", call.path["modelId"])
    check_unused(call, record.id)
    remove_model(call, record)
    return empty_response()


def activate_model(call: Call) -> Response:
    """INACTIVE -> ACTIVE."""
    return _switch(call, "INACTIVE", "ACTIVE")


def deactivate_model(call: Call) -> Response:
    """ACTIVE -> INACTIVE."""
    return _switch(call, "ACTIVE", "INACTIVE")


def change_compartment(call: Call) -> Response:
    """Move the model to another compartment."""
    record = call.find_to_change("model", call.path["modelId"])
    return answer(save(call.tx, moved_to_compartment(call, record)), body=False)


def _switch(call: Call, before: str, after: str) -> Response:
    record: Record = call.find_to_change("model", call.path["modelId"])
    if record.state != before:
        raise errors.conflict(f"The model {record.id} is {record.state}, not {before}")
    return answer(save(call.tx, record.with_body(lifecycleState=after)))


def _check(body: JsonObject) -> None:
    check_common(body)
    check_metadata(body)
    require_type(body, str, "inputSchema", "outputSchema", "modelVersionSetId", "versionLabel")
    require_type(body, dict, "retentionSetting", "backupSetting")


ROUTES = (
    Route("POST", "/20190101/models", create_model, Access.WRITE, retry_token=True),
    Route("GET", "/20190101/models", list_models),
    Route("GET", "/20190101/models/{modelId}", get_model),
    Route("PUT", "/20190101/models/{modelId}", update_model, Access.WRITE),
    Route("DELETE", "/20190101/models/{modelId}", delete_model, Access.WRITE),
    Route("POST", "/20190101/models/{modelId}/actions/activate", activate_model, Access.WRITE),
    Route("POST", "/20190101/models/{modelId}/actions/deactivate", deactivate_model, Access.WRITE),
    Route(
        "POST",
        "/20190101/models/{modelId}/actions/changeCompartment",
        change_compartment,
        Access.WRITE,
        retry_token=True,
    ),
)
