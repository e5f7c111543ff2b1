"""Wait until the service is done, and say in its own words why it failed."""

from __future__ import annotations

import time

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.responses import Response
from compiler.cloud.connect.watch import NotWaiting, WaitOptions, pauses
from compiler.cloud.datascience.deployments import get_deployment, get_work_request, work_request_messages
from compiler.diagnostics import CompilerError, Diagnostic
from compiler.planning.live.in_progress import IN_PROGRESS

ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})


class WorkRequestError(CompilerError):
    """The service accepted a change and could not carry it out."""


def await_deployment(connection: Connection, deployment: str, work_request: str | None, watch: WaitOptions) -> Response:
    """Wait until a deployment rests; returns its record.

    Raises `WorkRequestError` (MF720) with the work request's own messages, `CompilerError` MF721 when time is up,
    `NotWaiting` when nobody wants to wait.
    """
    if not watch.wait:
        raise NotWaiting
    deadline = time.monotonic() + watch.timeout
    if work_request:
        await_work(connection, work_request, watch, deadline)
    for pause in pauses(connection, watch, deadline, deployment):
        reply = get_deployment(connection, deployment)
        if reply.data["lifecycleState"] not in IN_PROGRESS:
            return reply
        watch.sleep(pause)
    raise AssertionError("pauses end by an error")


def await_work(connection: Connection, work_request: str, watch: WaitOptions, deadline: float | None = None) -> None:
    """Wait for a work request; raises as `await_deployment` does."""
    end = deadline or time.monotonic() + watch.timeout
    for pause in pauses(connection, watch, end, work_request):
        work = get_work_request(connection, work_request)
        watch.report(str(work["status"]), int(work.get("percentComplete") or 0), 100)
        if work["status"] in ENDED:
            _check(connection, work_request, str(work["status"]))
            return
        watch.sleep(pause)


def _check(connection: Connection, work_request: str, status: str) -> None:
    if status == "SUCCEEDED":
        return
    said = work_request_messages(connection, work_request) or ["the service gives no reason"]
    message = f"the work request {status.lower()}:" + "".join(
        f"\n    {line}" for text in said for line in text.splitlines()
    )
    raise WorkRequestError(Diagnostic("MF720", message, hint=f"work request {work_request}"))
