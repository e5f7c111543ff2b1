"""Outcome of an apply: its results, and its options."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compiler.diagnostics import Diagnostic, Severity
from compiler.events import Listener, ignore
from compiler.planning.changes.types import Change


class Status(enum.StrEnum):
    """What became of a change."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """A change before it, of the same manifest, failed; or the plan has a problem that forbids it."""
    INTERRUPTED = "interrupted"
    STARTED = "started"
    """The service is at work; the next apply finishes it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one change."""

    change: Change
    status: Status
    id: str = ""
    """OCID of the resource, where there is one."""
    detail: str = ""
    """What was put back after a failure."""
    state: str = ""
    """Of a deployment: its lifecycle state as the change left it."""
    url: str = ""
    """Of a deployment: where it answers; `/predict` follows."""
    uploaded: int = 0
    """Bytes of the artifact's zip that was uploaded."""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan."""

    results: tuple[Result, ...]
    interrupt: KeyboardInterrupt | None = None
    """What stopped it, to be raised again once everything is told."""
    planned: tuple[Diagnostic, ...] = ()
    """What the plan had to say: why some manifests were not carried out, and what to know."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All problems and warnings; `diagnostics.exit_code` of them is the command's."""
        return (*self.planned, *(problem for result in self.results for problem in result.diagnostics))

    @property
    def complete(self) -> bool:
        """Whether everything was done."""
        refused = any(problem.severity is Severity.ERROR for problem in self.planned)
        return not refused and all(result.status is Status.DONE for result in self.results)


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How a plan is carried out."""

    timeout: float = 3600.0
    """Seconds that one change of the service may take."""
    listener: Listener = ignore
    files: Mapping[str, Path] = field(default_factory=dict)
    """Files that `catalog.custom` attaches, by their sha256."""
    stopped: Callable[[], bool] = lambda: False
    """Whether no further request may be sent, beside what `RunningApply.stop` says."""
    wait: bool = True
    """False: do not wait for deployments (`--no-wait`)."""
