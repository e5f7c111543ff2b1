"""Two applies that each saw no deployment and each made one: the older stays, whoever made the younger gives way."""

from __future__ import annotations

from dataclasses import replace

from compiler.cloud.datascience.deployments import delete_deployment, list_deployments
from compiler.cloud.datascience.waiters import await_deployment
from compiler.cloud.steps.context import ChangeContext
from compiler.diagnostics import failure
from compiler.planning.canonical import Body
from compiler.planning.changes.types import Action
from compiler.planning.live.observed import DELETED_STATES


def yield_to_older(context: ChangeContext, made: str) -> None:
    """Delete the deployment that was just made when an older one of this manifest turned up meanwhile.

    A retry token makes one deployment of two equal requests; this is for requests that differ. Raises MF716 then.
    """
    if context.change.action is not Action.CREATE:
        return
    ours = context.connection.place.owner(context.change.name).items()
    alive = [
        body
        for body in list_deployments(context.connection)
        if body["lifecycleState"] not in DELETED_STATES and ours <= (body.get("freeformTags") or {}).items()
    ]
    oldest = min(alive, key=_age, default=None)
    if oldest is None or oldest["id"] == made or all(body["id"] != made for body in alive):
        return
    watch = replace(context.watch, wait=True)  # the service deletes nothing that it is still making
    rested = await_deployment(context.connection, made, None, watch)
    reply = delete_deployment(context.connection, made, rested.etag)
    await_deployment(context.connection, made, reply.work_request, watch)
    message = (
        f"another apply made deployment {oldest['id']} of '{context.change.name}' meanwhile; the one made here is gone"
    )
    raise failure("MF716", message, hint="plan again: the next apply goes on from what is live then")


def _age(body: Body) -> tuple[str, str]:
    return str(body.get("timeCreated", "")), str(body["id"])
