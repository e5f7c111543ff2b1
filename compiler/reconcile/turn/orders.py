"""What whoever starts a turn asks of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Orders:
    """Options of the turn that decide what may begin."""

    prune: bool = False
    """Delete orphaned resources."""
    consent: bool = False
    """Destructive changes within the limits are agreed to."""
    confirm_all: bool = False
    """The target asks before every change (`confirm: all`)."""
    approve: frozenset[str] = frozenset()
    """Digests of differences that may pass a limit."""
    now: frozenset[str] = frozenset()
    """Names whose backoff and contest are forgotten."""
    plan_only: bool = False
    running: frozenset[str] = frozenset()
    """Names that an earlier turn of this process is still at work on."""
    source_problem: str = ""
    """Why nothing new may begin: the revision is refused."""
