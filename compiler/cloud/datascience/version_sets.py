"""Version sets of the model catalog."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.responses import PAGE, Response, at_page, pages, record, send
from compiler.planning.canonical import Body


def list_version_sets(connection: Connection) -> Iterator[Body]:
    """All model version sets of the compartment."""
    client, compartment = connection.data_science, connection.place.compartment_id
    return pages(
        "list version sets", lambda page: client.list_model_version_sets(compartment, limit=PAGE, **at_page(page)), "id"
    )


def create_version_set(connection: Connection, body: Body, token: str) -> Response:
    """Make a model version set."""
    client = connection.data_science
    doing = f"create version set {body['name']}"
    return record(doing, lambda: client.create_model_version_set(body, opc_retry_token=token), "id")


def get_version_set(connection: Connection, version_set: str) -> Response:
    """One version set's record."""
    client = connection.data_science
    return record(
        f"read version set {version_set}", lambda: client.get_model_version_set(version_set), "id", "lifecycleState"
    )


def update_version_set(connection: Connection, version_set: str, body: Body) -> Response:
    """Change a model version set."""
    client = connection.data_science
    return send(f"change version set {version_set}", lambda: client.update_model_version_set(version_set, body))


def delete_version_set(connection: Connection, version_set: str) -> Response:
    """Delete an empty model version set."""
    client = connection.data_science
    return send(f"delete version set {version_set}", lambda: client.delete_model_version_set(version_set))
