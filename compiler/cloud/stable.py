"""Wait until nothing moves that a plan is about, and only then look."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience.deployments import latest_work_request, read_deployment
from compiler.cloud.datascience.waiters import await_deployment
from compiler.cloud.observe import observe
from compiler.planning import tags
from compiler.planning.desired.types import Desired
from compiler.planning.live.in_progress import IN_PROGRESS, deployments_in_progress
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.planner import Options


def observe_when_stable(
    connection: Connection,
    desired: Sequence[Desired],
    names: Collection[str] | None,
    watch: WaitOptions,
    options: Options | None = None,
) -> Observed:
    """`observe`, once no deployment under these names moves any more (None: under any of ours).

    What an earlier apply began, or somebody else, is done then. Raises `CompilerError` MF721 after `watch.timeout`
    seconds altogether.
    """
    deadline = time.monotonic() + watch.timeout
    while True:
        observed = observe(connection, desired, options)
        resources = deployments_in_progress(observed, connection.place, names)
        if not resources:
            return observed
        for live in resources:
            left = max(0.0, deadline - time.monotonic())
            _await(connection, live, replace(watch, timeout=left))


def read_when_stable(connection: Connection, deployment: str, watch: WaitOptions) -> LiveResource:
    """A deployment's record, once the service is no longer at work on it. Raises `CompilerError` MF721."""
    live = read_deployment(connection, deployment)
    if live.state not in IN_PROGRESS or live.deleted:
        return live
    watch.report(f"deployment {deployment} is {live.state}: waiting", 0, 0)
    reply = await_deployment(connection, deployment, None, watch)
    return LiveResource(reply.data, reply.data, reply.etag)


def update_started(connection: Connection, resources: Sequence[LiveResource]) -> dict[str, str]:
    """When the service began what it is at, by OCID; without those of which it does not say."""
    started: dict[str, str] = {}
    for live in resources:
        work = latest_work_request(connection, live.id)
        when = (work or {}).get("timeStarted") or (work or {}).get("timeAccepted")
        if when:
            started[live.id] = str(when)
    return started


def _await(connection: Connection, live: LiveResource, watch: WaitOptions) -> None:
    watch.report(f"deployment of '{live.tags.get(tags.NAME, '')}' is {live.state}: waiting", 0, 0)
    try:
        await_deployment(connection, live.id, None, watch)
    except RequestError as error:
        if error.status != 404:
            raise
        # A deleted one may no longer be readable; the next list is the second witness.
