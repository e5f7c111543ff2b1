"""Model deployments: what is asked of them. What becomes of it is in `deployment_jobs`."""

from __future__ import annotations

from dataclasses import replace

from compiler.localcloud.datascience.deployments.configuration import (
    CONFIGURATION,
    changed_groups,
    check_configuration,
    instance_count,
    merged,
    model_of,
)
from compiler.localcloud.datascience.jobs import Job, schedule
from compiler.localcloud.datascience.models.artifacts import artifact_id
from compiler.localcloud.datascience.models.references import is_by_reference
from compiler.localcloud.datascience.work_requests import WorkRequest, accept, finish
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.paging import list_records
from compiler.localcloud.http.resources import answer, generated_name, moved_to_compartment, new_resource
from compiler.localcloud.http.validation import check_common, check_compartment, check_project, require, require_type
from compiler.localcloud.store.records import JsonObject, Record, find, insert, new_ocid, save

UPDATABLE = ("displayName", "description", "freeformTags", "definedTags", CONFIGURATION, "categoryLogDetails")
BUSY = ("CREATING", "UPDATING", "DELETING")
RUNNING = ("ACTIVE", "NEEDS_ATTENTION")
ENTITY = "model-deployment"


def create_deployment(call: Call) -> Response:
    """A new deployment is CREATING; a work request tells how it goes on."""
    body = call.json()
    require(body, "compartmentId", "projectId", CONFIGURATION)
    check_compartment(body)
    check_project(call, body)
    _check(call, body)
    record = new_resource(call, "deployment", new_ocid("datasciencemodeldeployment"), body, state="CREATING")
    count = instance_count(body[CONFIGURATION])
    system = {"systemInfraType": "INSTANCE_POOL", "currentInstanceCount": count}
    named = generated_name(record, "modeldeployment").with_body(modelDeploymentSystemData=system)
    stored = insert(call.tx, replace(named, hidden={"generation": 0}))
    stored, work = _begin_work(call, stored, "CREATE", "deployment.start", pending=stored.body)
    answered = answer(stored, status=201)
    location = f"/20190101/modelDeployments/{stored.id}"
    answered.headers.update({"opc-work-request-id": work, "location": location})
    return answered


def get_deployment(call: Call) -> Response:
    """One deployment."""
    return answer(call.find("deployment", call.path["id"]))


def list_deployments(call: Call) -> Response:
    """Summaries hold everything a GET shows but lifecycleDetails (SDK 2.189: ModelDeploymentSummary)."""
    filters = ("id", "projectId", "displayName", "lifecycleState", "createdBy")
    return list_records(call, "deployment", filters=filters, summary=_summary)


def _summary(record: Record) -> JsonObject:
    return {name: value for name, value in record.body.items() if name != "lifecycleDetails"}


def update_deployment(call: Call) -> Response:
    """One option group at a time while the deployment runs; everything at once while it is INACTIVE."""
    record = _find_idle(call, *RUNNING, "INACTIVE")
    change = {name: value for name, value in call.json().items() if value is not None}
    unknown = sorted(set(change) - set(UPDATABLE))
    if unknown:
        raise errors.invalid_parameter(f"{', '.join(unknown)} of a model deployment cannot be updated")
    require_type(change, dict, CONFIGURATION, "categoryLogDetails")
    after = merged(record.body, change)
    _check(call, after)
    groups = changed_groups(record.body, after)
    if record.state in RUNNING and len(groups) > 1:
        raise errors.invalid_parameter(
            f"Only one group of options can be updated while the deployment is {record.state}, not "
            f"{' and '.join(groups)}; send one request for each, or deactivate the deployment first"
        )
    restarts = record.state in RUNNING and bool({"model", "environment variables"}.intersection(groups))
    action = "deployment.start" if restarts else "deployment.settings"
    _, work = _begin_work(call, record, "UPDATE", action, pending=after)
    return _accepted(work)


def delete_deployment(call: Call) -> Response:
    """From any state; what was going on ends with it."""
    record = call.find_to_change("deployment", call.path["id"])
    if record.state == "DELETING":
        raise errors.incorrect_state(f"The model deployment {record.id} is being deleted")
    for (work,) in call.tx.execute(
        "SELECT json_extract(arguments, '$.work') FROM jobs WHERE resource = ?", record.id
    ).fetchall():
        finish(call.tx, work, problems=["The model deployment was deleted."], code="Canceled")
    call.tx.execute("DELETE FROM jobs WHERE resource = ?", record.id)
    _, work = _begin_work(call, record, "DELETE", "deployment.stop", pending=None)
    return _accepted(work, status=202)


def activate_deployment(call: Call) -> Response:
    """INACTIVE -> UPDATING -> ACTIVE."""
    record = _find_idle(call, "INACTIVE")
    _check(call, record.body)
    _, work = _begin_work(call, record, "ACTIVATE", "deployment.start", pending=record.body)
    return _accepted(work)


def deactivate_deployment(call: Call) -> Response:
    """ACTIVE -> UPDATING -> INACTIVE."""
    record = _find_idle(call, *RUNNING)
    _, work = _begin_work(call, record, "DEACTIVATE", "deployment.stop", pending=None)
    return _accepted(work)


def change_compartment(call: Call) -> Response:
    """Move the deployment to another compartment."""
    record = _find_idle(call, *RUNNING, "INACTIVE", "FAILED")
    return answer(save(call.tx, moved_to_compartment(call, record)), status=202, body=False)


def _find_idle(call: Call, *states: str) -> Record:
    record = call.find_to_change("deployment", call.path["id"])
    if record.state in BUSY:
        raise errors.incorrect_state(f"The model deployment {record.id} is {record.state}; wait until that is done")
    if record.state not in states:
        raise errors.conflict(f"The model deployment {record.id} is {record.state}, not {' or '.join(states)}")
    return record


def _begin_work(
    call: Call, record: Record, verb: str, action: str, *, pending: JsonObject | None
) -> tuple[Record, str]:
    done = {"CREATE": "CREATED", "DELETE": "DELETED"}.get(verb, "UPDATED")
    operation = f"MODEL_DEPLOYMENT_{verb}"
    work = accept(call.tx, record, WorkRequest(operation, ENTITY, done))
    state = {"CREATE": "CREATING", "DELETE": "DELETING"}.get(verb, "UPDATING")
    generation = int(record.hidden["generation"]) + 1
    hidden = {**record.hidden, "generation": generation, "pending": pending, "before": record.state}
    busy = save(call.tx, replace(record.with_body(lifecycleState=state), hidden=hidden))
    arguments = {"work": work.id, "verb": verb, "generation": generation}
    schedule(call.tx, call.backend.settings, operation, Job(action, record.id, arguments))
    return busy, work.id


def _check(call: Call, body: JsonObject) -> None:
    check_common(body)
    require_type(body, dict, CONFIGURATION, "categoryLogDetails")
    check_configuration(body[CONFIGURATION])
    model = call.find_live("model", model_of(body[CONFIGURATION]))
    if model.state != "ACTIVE":
        raise errors.invalid_parameter(f"The model {model.id} is {model.state}; only an ACTIVE model can be deployed")
    if find(call.tx, "artifact", artifact_id(model.id)) is None and not is_by_reference(model):
        raise errors.invalid_parameter(f"The model {model.id} has no artifact; upload it before deploying the model")


def _accepted(work: str, *, status: int = 202) -> Response:
    return empty_response(status, headers={"opc-work-request-id": work})


_ONE = "/20190101/modelDeployments/{id}"
ROUTES = (
    Route("POST", "/20190101/modelDeployments", create_deployment, Access.WRITE, retry_token=True),
    Route("GET", "/20190101/modelDeployments", list_deployments),
    Route("GET", _ONE, get_deployment),
    Route("PUT", _ONE, update_deployment, Access.WRITE),
    Route("DELETE", _ONE, delete_deployment, Access.WRITE),
    Route("POST", f"{_ONE}/actions/activate", activate_deployment, Access.WRITE),
    Route("POST", f"{_ONE}/actions/deactivate", deactivate_deployment, Access.WRITE),
    Route("POST", f"{_ONE}/actions/changeCompartment", change_compartment, Access.WRITE, retry_token=True),
)
