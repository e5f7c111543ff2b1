"""Status: what of this project is live in a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.events import Listener, ignore
from compiler.planning import tags
from compiler.planning.live.observed import LiveResource, Observed

if TYPE_CHECKING:
    from compiler.cloud.connect.connection import Connection
    from compiler.render.documents.targets import StatusDocument
    from compiler.render.lines import Line

Resource: TypeAlias = tuple[Literal["model", "deployment"], LiveResource]
"""What it is, and the fullest that is known of it."""


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """Whose status."""

    target: TargetRequest = field(default_factory=TargetRequest)


@dataclass(frozen=True, slots=True)
class StatusResult(Result):
    """What is live, models first, by name, oldest first."""

    target: str
    resources: tuple[Resource, ...]

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - not cut
        """One line a resource."""
        from compiler.render.status import live_lines

        return live_lines(self.resources)

    def to_json(self) -> StatusDocument:
        """What `status --json` prints."""
        from compiler.render.status import live_document

        resources = [live_document(kind, live) for kind, live in self.resources]
        return {"formatVersion": 1, "target": self.target, "resources": resources}


def status(checkout: Checkout, request: StatusRequest, listener: Listener = ignore) -> StatusResult:
    """Everything of this project that is live. Raises `CompilerError` when the target cannot be read."""
    from compiler.cloud.observe import observe

    with open_session(checkout, request.target, listener) as session:
        observed = observe(session.connection, [])
        return StatusResult(session.name, tuple(live_resources(session.connection, observed)))


def live_resources(connection: Connection, observed: Observed, name: str | None = None) -> Sequence[Resource]:
    """Everything of this project and target that is live, or of one manifest: models, then deployments.

    By name, oldest first. Reads the deployments that are not active: a summary does not say why.
    """
    from compiler.cloud.observe import read

    models, deployments = (
        [live for live in sorted(lives, key=_order) if _is_managed(connection, live, name)]
        for lives in (observed.models, observed.deployments)
    )
    inactive = [live.id for live in deployments if live.state != "ACTIVE"]
    records = {live.id: live for live in read(connection, inactive, observed)}
    known = [records.get(live.id, live) for live in deployments]
    return [*(("model", live) for live in models), *(("deployment", live) for live in known)]


def _order(live: LiveResource) -> tuple[str, tuple[str, int, str]]:
    return live.tags.get(tags.NAME, ""), live.age


def _is_managed(connection: Connection, live: LiveResource, name: str | None) -> bool:
    managed = connection.place.owns(live.tags) and not live.deleted
    return managed and (name is None or live.tags.get(tags.NAME) == name)
