"""Wait until the service is done, and say in its own words why it failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.responses import Reply
from compiler.cloud.datascience.deployments import get_deployment, get_work_request, work_request_messages
from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.planning.live.in_progress import MOVING

ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})
LOCAL_PAUSES = (0.02, 0.5)
CLOUD_PAUSES = (2.0, 15.0)
"""Seconds between two looks: the first, and the longest."""


class WorkRequestError(CompilerError):
    """The service accepted a change and could not carry it out."""


class Interrupted(Exception):  # noqa: N818 - not an error: the user said stop
    """The user asked to stop, between two requests."""


class Unawaited(Exception):  # noqa: N818 - not an error: the user does not want to wait
    """The service is at work, and the user does not want to wait for it."""


def _nothing(_text: str, _done: int, _total: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Watch:
    """How long to wait, whom to tell, and whether to stop."""

    timeout: float = 3600.0
    """Seconds for one change of the service."""
    tell: Callable[[str, int, int], None] = _nothing
    """What goes on, with bytes (or percent) done and in total; a total of 0 is unknown."""
    stopped: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    wait: bool = True
    """False: leave the service to its work; the next apply goes on from there."""

    def check(self) -> None:
        """Raise `Interrupted` when the user asked to stop."""
        if self.stopped():
            raise Interrupted


def await_deployment(connection: Connection, deployment: str, work_request: str | None, watch: Watch) -> Reply:
    """Wait until a deployment rests; returns its record.

    Raises `WorkRequestError` (MF720) with the work request's own messages, `CompilerError` MF721 when time is up,
    `Unawaited` when nobody wants to wait.
    """
    if not watch.wait:
        raise Unawaited
    deadline = time.monotonic() + watch.timeout
    if work_request:
        await_work(connection, work_request, watch, deadline)
    for pause in _pauses(connection, watch, deadline, deployment):
        reply = get_deployment(connection, deployment)
        if reply.data["lifecycleState"] not in MOVING:
            return reply
        watch.sleep(pause)
    raise AssertionError("pauses end by an error")


def await_work(connection: Connection, work_request: str, watch: Watch, deadline: float | None = None) -> None:
    """Wait for a work request; raises as `await_deployment` does."""
    end = deadline or time.monotonic() + watch.timeout
    for pause in _pauses(connection, watch, end, work_request):
        found = get_work_request(connection, work_request)
        watch.tell(str(found["status"]), int(found.get("percentComplete") or 0), 100)
        if found["status"] in ENDED:
            _check(connection, work_request, str(found["status"]))
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


def _pauses(connection: Connection, watch: Watch, deadline: float, what: str) -> _Pauses:
    first, longest = LOCAL_PAUSES if connection.local else CLOUD_PAUSES
    return _Pauses(first, longest, watch, deadline, what)


@dataclass(slots=True)
class _Pauses:
    """Ever longer pauses, until the deadline."""

    pause: float
    longest: float
    watch: Watch
    deadline: float
    what: str

    def __iter__(self) -> _Pauses:
        return self

    def __next__(self) -> float:
        self.watch.check()
        if time.monotonic() > self.deadline:
            raise failure("MF721", f"{self.what} was not done after {self.watch.timeout:.0f} s")
        now, self.pause = self.pause, min(self.longest, self.pause * 1.5)
        return now
