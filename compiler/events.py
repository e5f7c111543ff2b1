"""Progress events: what a long operation reports while it runs. No console, and no type of a layer above."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


class Phase(enum.StrEnum):
    """What an event reports."""

    TARGET = "target"
    """A target was opened; `subject` is its name."""
    WAITING = "waiting"
    """Something else has to finish first; `text` says what."""
    PROGRESS = "progress"
    """`done` of `total` bytes or percent; a total of 0 is unknown."""
    COMPILED = "compiled"
    """`value` is a `CompileResult`."""
    VALIDATED = "validated"
    """`value` is a `CompileResult` without a build."""
    PLANNED = "planned"
    """`value` is a `Plan`, before consent is asked for."""
    VERIFIED = "verified"
    """`text` says how a model was verified, or why it was not, and how its process is isolated."""
    WARNING = "warning"
    """`text` is something to know that stops nothing."""
    DIAGNOSTIC = "diagnostic"
    """`value` is a `Diagnostic` that stops nothing."""
    WRITTEN = "written"
    """`text` says what was written."""
    OUTPUT = "output"
    """`text` is output of another process, as it is."""
    TRANSITION = "transition"
    """A condition changed; `text` is the event as one line of JSON, `value` its document."""
    READY = "ready"
    """A server answers; `value` is its document for programs, `text` the line for people."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to report."""

    phase: Phase
    subject: str = ""
    """Name of the model, target or file it is about."""
    text: str = ""
    done: int = 0
    total: int = 0
    value: object = None
    """What the phase says it is."""


Listener: TypeAlias = Callable[[Event], None]
"""Called from several threads, one call at a time."""


def ignore(_event: Event) -> None:
    """The listener of those who want no events."""
