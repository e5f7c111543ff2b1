"""What of this project is live in a target, for `status` of everything and of one model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.cloud.connect.connection import Connection
from compiler.cloud.observe import read
from compiler.planning import tags
from compiler.planning.live.observed import LiveResource, Observed

if TYPE_CHECKING:
    from compiler.render.documents.targets import ResourceDocument

Resource: TypeAlias = tuple[Literal["model", "deployment"], LiveResource]
"""What it is, and the fullest that is known of it."""


def live_resources(connection: Connection, observed: Observed, name: str | None = None) -> list[Resource]:
    """Everything of this project and target that is live, or of one manifest: models, then deployments.

    By name, oldest first. Reads the deployments that are not active: a summary does not say why.
    """
    models, deployments = (
        [live for live in sorted(lives, key=_order) if _is_ours(connection, live, name)]
        for lives in (observed.models, observed.deployments)
    )
    resting = [live.id for live in deployments if live.state != "ACTIVE"]
    records = {live.id: live for live in read(connection, resting, observed)}
    known = [records.get(live.id, live) for live in deployments]
    return [*(("model", live) for live in models), *(("deployment", live) for live in known)]


def _order(live: LiveResource) -> tuple[str, tuple[str, int, str]]:
    return live.tags.get("manifact-name", ""), live.age


def documents(resources: list[Resource]) -> list[ResourceDocument]:
    """The same for programs."""
    return [_document(kind, live) for kind, live in resources]


def _is_ours(connection: Connection, live: LiveResource, name: str | None) -> bool:
    ours = connection.place.owns(live.tags) and not live.deleted
    return ours and (name is None or live.tags.get(tags.NAME) == name)


def _document(kind: Literal["model", "deployment"], live: LiveResource) -> ResourceDocument:
    return {
        "kind": kind,
        "name": live.tags.get(tags.NAME, ""),
        "id": live.id,
        "state": live.state,
        "version": live.summary.get("versionId"),
        "artifact": live.tags.get(tags.ARTIFACT),
        "url": live.summary.get("modelDeploymentUrl"),
    }
