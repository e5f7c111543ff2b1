"""How long to wait for the service, whom to report to, and when to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from compiler.cloud.connect.connection import Connection
from compiler.diagnostics import failure

LOCAL_PAUSES = (0.02, 0.5)
CLOUD_PAUSES = (2.0, 15.0)
"""Seconds between two looks: the first, and the longest."""


class Interrupted(Exception):  # noqa: N818 - not an error: the user said stop
    """The user asked to stop, between two requests."""


class NotWaiting(Exception):  # noqa: N818 - not an error: the user does not want to wait
    """The service is at work, and the user does not want to wait for it."""


def _nothing(_text: str, _done: int, _total: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class WaitOptions:
    """How long to wait, whom to tell, and whether to stop."""

    timeout: float = 3600.0
    """Seconds for one change of the service."""
    report: Callable[[str, int, int], None] = _nothing
    """What goes on, with bytes (or percent) done and in total; a total of 0 is unknown."""
    stopped: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    wait: bool = True
    """False: leave the service to its work; the next apply goes on from there."""

    def check(self) -> None:
        """Raise `Interrupted` when the user asked to stop."""
        if self.stopped():
            raise Interrupted


def pauses(connection: Connection, watch: WaitOptions, deadline: float, what: str) -> _Pauses:
    """Ever longer pauses. Raises MF721 for `what` at the deadline, `Interrupted` when the user asked to stop."""
    first, longest = LOCAL_PAUSES if connection.local else CLOUD_PAUSES
    return _Pauses(first, longest, watch, deadline, what)


@dataclass(slots=True)
class _Pauses:
    """Ever longer pauses, until the deadline."""

    pause: float
    longest: float
    watch: WaitOptions
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
