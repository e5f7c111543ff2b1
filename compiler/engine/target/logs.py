"""Logs: what the model server of a deployment wrote."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.local_cloud import deployment_log
from compiler.engine.reference import model_reference
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.engine.target.deployed import deployment_of
from compiler.events import Event, Listener, Phase, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.render.documents.targets import LogsDocument

_PAUSE = 0.2
"""Seconds between two looks at a log that is followed."""
_EMPTY = "nothing was written yet"


@dataclass(frozen=True, slots=True)
class LogsRequest:
    """Whose log, and how much of it."""

    model: str
    """Name of the model, its manifest file, or the folder with its `model.yaml`."""
    target: TargetRequest = field(default_factory=TargetRequest)
    last: int = 50
    """How many of the last lines to begin with."""


@dataclass(frozen=True, slots=True)
class LogsResult(Result):
    """The last lines of a log."""

    deployment: str
    """OCID."""
    written: tuple[str, ...]
    empty: bool
    """Whether nothing was ever written."""

    @property
    def notes(self) -> Sequence[str]:
        """That the log is empty."""
        return [f"  {_EMPTY}"] if self.empty else []

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a log is shown as it is
        """The lines as they were written."""
        return [Line(text) for text in self.written]

    def to_json(self) -> LogsDocument:
        """What `logs --json` prints."""
        return {"formatVersion": 1, "deployment": self.deployment, "lines": list(self.written)}


def read_log(checkout: Checkout, request: LogsRequest, listener: Listener = ignore) -> LogsResult:
    """The last lines of the log of the deployment that the model has now.

    Raises `CompilerError` MF745 for a target that keeps its logs itself, MF743 where there is no deployment.
    """
    deployment, path = _find_log(checkout, request, listener)
    if _is_empty(path):
        return LogsResult(deployment, (), empty=True)
    with path.open(encoding="utf-8", errors="replace") as file:
        return LogsResult(deployment, tuple(_last(file, request.last)), empty=False)


def follow_log(checkout: Checkout, request: LogsRequest, listener: Listener = ignore) -> Iterator[str]:
    """The last lines, then each line as it is written, until the log is gone; raises as `read_log` does."""
    _, path = _find_log(checkout, request, listener)
    if _is_empty(path):
        listener(Event(Phase.WARNING, request.model, _EMPTY))
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from _last(file, request.last)
        while path.exists():
            line = file.readline()
            if line:
                yield line.rstrip("\n")
                continue
            if path.exists() and path.stat().st_size < file.tell():
                file.seek(0)  # the server began its log anew: it keeps 32 MiB at most
            time.sleep(_PAUSE)


def _find_log(checkout: Checkout, request: LogsRequest, listener: Listener) -> tuple[str, Path]:
    """OCID of the deployment, and the file that its model server writes."""
    model = model_reference(checkout, request.model)
    with open_session(checkout, request.target, listener, model.start) as session:
        if not session.connection.local:
            hint = "in a tenancy, logs are where `deployment.logs` sends them: OCI Logging"
            raise failure("MF745", f"target '{session.name}' keeps its logs itself", hint=hint)
        deployment = deployment_of(session, model)
    return deployment, deployment_log(session.root, deployment)


def _is_empty(path: Path) -> bool:
    return not path.exists() or not path.stat().st_size


def _last(lines: Iterable[str], number: int) -> list[str]:
    return [line.rstrip("\n") for line in deque(lines, maxlen=number)]
