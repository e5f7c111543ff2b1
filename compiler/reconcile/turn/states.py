"""The state of a name after a turn, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from compiler.diagnostics import Diagnostic
from compiler.planning.changes.types import Change


class State(enum.StrEnum):
    """How a name stands; each has one meaning for what is done."""

    BROKEN = "Broken"
    """The manifest cannot be compiled or resolved; what is live stays."""
    SUSPENDED = "Suspended"
    IN_PROGRESS = "InProgress"
    """The service is at work on its deployment; no request is sent."""
    UNFINISHED = "Unfinished"
    """An earlier apply did not finish; it is completed."""
    ACTING = "Acting"
    """Changes are carried out."""
    QUEUED = "Queued"
    """It differs; other names begin first (`limits.perTurn`)."""
    BACKING_OFF = "BackingOff"
    FAILED = "Failed"
    """These very settings failed their smoke test; nothing is tried until they change."""
    BLOCKED = "Blocked"
    """A gate is shut: protection, consent, a limit, or the plan itself."""
    DRIFTED = "Drifted"
    """It differs, and the drift policy reports only."""
    CONTESTED = "Contested"
    """Another writer changes the same fields again and again."""
    IN_SYNC = "InSync"
    GONE = "Gone"
    """Live, and in no manifest."""
    UNKNOWN = "Unknown"
    """The target or the source could not be read."""


MOVING = frozenset({State.IN_PROGRESS, State.UNFINISHED, State.ACTING, State.QUEUED})
"""States that another turn, soon, brings further."""


@dataclass(frozen=True, slots=True)
class NameState:
    """What was decided for one name."""

    name: str
    state: State
    reason: str
    """One word in CamelCase."""
    message: str = ""
    cause: str = ""
    """Of the first open difference."""
    paths: tuple[str, ...] = ()
    """Which fields differ; never their values."""
    act: tuple[Change, ...] = ()
    """The changes to begin in this turn."""
    approve: str = ""
    """Digest that `--approve` takes to pass the limit that blocks it."""
    next_try: float | None = None
    """Epoch seconds."""
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)

    @property
    def begins(self) -> bool:
        """Whether something is sent for it in this turn."""
        return bool(self.act)
