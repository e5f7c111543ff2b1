"""Model deployments and the work requests that carry out what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.responses import PAGE, Response, at_page, if_match, pages, record, send
from compiler.planning.canonical import Body
from compiler.planning.live.observed import LiveResource


def list_deployments(connection: Connection) -> Iterator[Body]:
    """All deployments of the compartment; a summary carries the whole configuration."""
    client, compartment = connection.data_science, connection.place.compartment_id
    return pages(
        "list deployments", lambda page: client.list_model_deployments(compartment, limit=PAGE, **at_page(page)), "id"
    )


def read_deployment(connection: Connection, deployment: str) -> LiveResource:
    """Record and etag of one deployment."""
    reply = get_deployment(connection, deployment)
    return LiveResource(reply.data, reply.data, reply.etag)


def get_deployment(connection: Connection, deployment: str) -> Response:
    """One deployment's record."""
    client, doing = connection.data_science, f"read deployment {deployment}"
    return record(doing, lambda: client.get_model_deployment(deployment), "id", "lifecycleState")


def create_deployment(connection: Connection, body: Body, token: str) -> Response:
    """Make a deployment; a work request goes on with it."""
    client = connection.data_science
    doing = f"create deployment {body.get('displayName')}"
    return record(doing, lambda: client.create_model_deployment(body, opc_retry_token=token), "id")


def update_deployment(connection: Connection, deployment: str, body: Body, etag: str | None) -> Response:
    """Change a deployment: one option group while it is ACTIVE."""
    client = connection.data_science
    doing = f"update deployment {deployment}"
    return send(doing, lambda: client.update_model_deployment(deployment, body, **if_match(etag)))


def activate_deployment(connection: Connection, deployment: str, etag: str | None) -> Response:
    """INACTIVE -> ACTIVE."""
    client = connection.data_science
    return send(f"activate {deployment}", lambda: client.activate_model_deployment(deployment, **if_match(etag)))


def deactivate_deployment(connection: Connection, deployment: str, etag: str | None) -> Response:
    """ACTIVE -> INACTIVE."""
    client = connection.data_science
    return send(f"deactivate {deployment}", lambda: client.deactivate_model_deployment(deployment, **if_match(etag)))


def delete_deployment(connection: Connection, deployment: str, etag: str | None) -> Response:
    """Delete a deployment; with an etag only when nobody changed it since."""
    client = connection.data_science
    return send(f"delete deployment {deployment}", lambda: client.delete_model_deployment(deployment, **if_match(etag)))


def get_work_request(connection: Connection, work_request: str) -> Body:
    """How far a work request is."""
    client = connection.data_science
    doing = f"read work request {work_request}"
    found: Body = record(doing, lambda: client.get_work_request(work_request), "status").data
    return found


def latest_work_request(connection: Connection, resource: str) -> Body | None:
    """The work request that was accepted last for a resource; None when the service knows none."""
    client, compartment = connection.data_science, connection.place.compartment_id
    doing = f"look for the work requests of {resource}"
    newest = {"resource_id": resource, "sort_by": "timeAccepted", "sort_order": "DESC", "limit": 1}
    newest_first = pages(doing, lambda page: client.list_work_requests(compartment, **newest, **at_page(page)), "id")
    return next(newest_first, None)


def work_request_messages(connection: Connection, work_request: str) -> list[str]:
    """Its own errors, then its last log lines."""
    client = connection.data_science
    doing = f"read the errors of work request {work_request}"
    errors = [
        *pages(doing, lambda page: client.list_work_request_errors(work_request, limit=PAGE, **at_page(page))),
    ]
    logs = [*pages(doing, lambda page: client.list_work_request_logs(work_request, limit=PAGE, **at_page(page)))]
    said = [str(item.get("message", "")).strip() for item in (*errors, *logs[-3:])]
    return list(dict.fromkeys(text for text in said if text))
