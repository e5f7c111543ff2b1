"""The second witness: 404 also means "no permission", so a list of the compartment must agree that it is gone."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.cloud.connect.connection import Connection
from compiler.cloud.datascience.deployments import list_deployments
from compiler.cloud.datascience.models import list_models
from compiler.cloud.datascience.version_sets import list_version_sets
from compiler.planning.canonical import Body
from compiler.planning.live.observed import DELETED_STATES


def is_model_deleted(connection: Connection, identifier: str) -> bool:
    """Whether the compartment's models no longer hold it, or as deleted."""
    return _is_deleted(list_models(connection), identifier)


def is_version_set_deleted(connection: Connection, identifier: str) -> bool:
    """Whether the compartment's version sets no longer hold it."""
    return _is_deleted(list_version_sets(connection), identifier)


def is_deployment_deleted(connection: Connection, identifier: str) -> bool:
    """Whether the compartment's deployments no longer hold it."""
    return _is_deleted(list_deployments(connection), identifier)


def _is_deleted(items: Iterator[Body], identifier: str) -> bool:
    return all(item["lifecycleState"] in DELETED_STATES for item in items if item["id"] == identifier)
