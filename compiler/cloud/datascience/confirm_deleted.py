"""The second witness: 404 also means "no permission", so a list of the compartment must agree that it is gone."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.cloud.connect.connection import Connection
from compiler.cloud.datascience.deployments import list_deployments
from compiler.cloud.datascience.models import list_models, list_version_sets
from compiler.planning.canonical import Body
from compiler.planning.live.observed import GONE


def model(connection: Connection, identifier: str) -> bool:
    """Whether the compartment's models no longer hold it, or as deleted."""
    return _gone(list_models(connection), identifier)


def version_set(connection: Connection, identifier: str) -> bool:
    """Whether the compartment's version sets no longer hold it."""
    return _gone(list_version_sets(connection), identifier)


def deployment(connection: Connection, identifier: str) -> bool:
    """Whether the compartment's deployments no longer hold it."""
    return _gone(list_deployments(connection), identifier)


def _gone(items: Iterator[Body], identifier: str) -> bool:
    return all(item["lifecycleState"] in GONE for item in items if item["id"] == identifier)
