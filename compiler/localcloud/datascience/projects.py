"""Projects."""

from __future__ import annotations

from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.errors import conflict
from compiler.localcloud.http.messages import Response, empty_response
from compiler.localcloud.http.paging import list_records
from compiler.localcloud.http.resources import answer, generated_name, mark_deleted, moved_to_compartment, new_resource
from compiler.localcloud.http.validation import changed, check_common, check_compartment, require
from compiler.localcloud.store.records import insert, new_ocid, save

FIELDS = ("displayName", "description", "freeformTags", "definedTags")


def create_project(call: Call) -> Response:
    """A new project is ACTIVE at once."""
    body = call.json()
    require(body, "compartmentId")
    check_common(body)
    check_compartment(body)
    record = new_resource(call, "project", new_ocid("datascienceproject"), body)
    return answer(insert(call.tx, generated_name(record, "datascienceproject")))


def get_project(call: Call) -> Response:
    """One project."""
    return answer(call.find("project", call.path["projectId"]))


def list_projects(call: Call) -> Response:
    """The projects of a compartment."""
    return list_records(call, "project", filters=("id", "displayName", "lifecycleState", "createdBy"))


def update_project(call: Call) -> Response:
    """Change name, description and tags."""
    record = call.find_to_change("project", call.path["projectId"])
    body = call.json()
    check_common(body)
    return answer(save(call.tx, record.with_body(**changed(body, FIELDS))))


def delete_project(call: Call) -> Response:
    """A project is deleted when nothing lives in it any more."""
    record = call.find_to_change("project", call.path["projectId"])
    used = call.tx.execute(
        "SELECT 1 FROM resources WHERE kind IN ('model', 'deployment', 'versionset') AND state <> 'DELETED' "
        "AND json_extract(body, '$.projectId') = ?",
        record.id,
    ).fetchone()
    if used is not None:
        raise conflict(f"The project {record.id} still holds models, model deployments or version sets")
    mark_deleted(call.tx, record)
    return empty_response()


def change_compartment(call: Call) -> Response:
    """Move the project to another compartment."""
    record = call.find_to_change("project", call.path["projectId"])
    return answer(save(call.tx, moved_to_compartment(call, record)), body=False)


ROUTES = (
    Route("POST", "/20190101/projects", create_project, Access.WRITE, retry_token=True),
    Route("GET", "/20190101/projects", list_projects),
    Route("GET", "/20190101/projects/{projectId}", get_project),
    Route("PUT", "/20190101/projects/{projectId}", update_project, Access.WRITE),
    Route("DELETE", "/20190101/projects/{projectId}", delete_project, Access.WRITE),
    Route(
        "POST",
        "/20190101/projects/{projectId}/actions/changeCompartment",
        change_compartment,
        Access.WRITE,
        retry_token=True,
    ),
)
