"""Two applies that each saw no deployment and each made one: the older stays, whoever made the younger gives way."""

from __future__ import annotations

from dataclasses import replace

from compiler.cloud.datascience.deployments import delete_deployment, list_deployments
from compiler.cloud.datascience.waiters import await_deployment
from compiler.cloud.steps.context import Work
from compiler.diagnostics import failure
from compiler.planning.canonical import Body
from compiler.planning.changes.types import Action
from compiler.planning.live.observed import GONE


def give_way(work: Work, made: str) -> None:
    """Delete the deployment that was just made when an older one of this manifest turned up meanwhile.

    A retry token makes one deployment of two equal requests; this is for requests that differ. Raises MF716 then.
    """
    if work.change.action is not Action.CREATE:
        return
    ours = work.connection.place.owner(work.change.name).items()
    alive = [
        body
        for body in list_deployments(work.connection)
        if body["lifecycleState"] not in GONE and ours <= (body.get("freeformTags") or {}).items()
    ]
    oldest = min(alive, key=_age, default=None)
    if oldest is None or oldest["id"] == made or all(body["id"] != made for body in alive):
        return
    watch = replace(work.watch, wait=True)  # the service deletes nothing that it is still making
    rested = await_deployment(work.connection, made, None, watch)
    reply = delete_deployment(work.connection, made, rested.etag)
    await_deployment(work.connection, made, reply.work_request, watch)
    message = (
        f"another apply made deployment {oldest['id']} of '{work.change.name}' meanwhile; the one made here is gone"
    )
    raise failure("MF716", message, hint="plan again: the next apply goes on from what is live then")


def _age(body: Body) -> tuple[str, str]:
    return str(body.get("timeCreated", "")), str(body["id"])
