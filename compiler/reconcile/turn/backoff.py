"""When a name that failed is tried again, and when a busy service is asked again."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace

from compiler.codes import CODES, ExitCode
from compiler.diagnostics import Diagnostic, Severity
from compiler.reconcile.turn.durations import DAY
from compiler.reconcile.turn.memory import Memory, NameMemory
from compiler.reconcile.turn.settings import Settings

JITTER = 0.2
VERIFICATION = "VerificationFailed"
_FINAL = (ExitCode.MANIFEST, ExitCode.VERIFICATION)
BUSY = "MF715"
"""The service answered 429 or 5xx."""
_NEEDS_A_CHANGE = frozenset({"MF713", "MF717", "MF718", "MF712"})
"""Refusals that only a change of the manifest, a policy or a limit can mend."""


def after_failure(
    memory: NameMemory, name: str, wanted: str, found: Iterable[Diagnostic], now: float, settings: Settings
) -> NameMemory:
    """The memory of a name whose changes failed: doubled pauses, or a day where trying again cannot help."""
    failures = memory.failures + 1 if memory.failed_wanted == wanted else 1
    pause = min(settings.backoff_most, settings.backoff_first * 2 ** (failures - 1))
    pause = DAY if needs_a_change(found) else pause * (1 + _jitter(f"{name}{failures}"))
    reason = VERIFICATION if is_about_answers(found) else ""
    return replace(memory, failures=failures, failed_wanted=wanted, failed_reason=reason, retry_at=now + pause)


def forgotten(memory: NameMemory) -> NameMemory:
    """The memory of a name without its failures."""
    return replace(memory, failures=0, failed_wanted="", failed_reason="", retry_at=0.0)


def waits_until(memory: NameMemory, wanted: str, now: float) -> float | None:
    """When a name that failed with this wanted state is tried again; None: now."""
    waiting = memory.failures and memory.failed_wanted == wanted and now < memory.retry_at
    return memory.retry_at if waiting else None


def needs_a_change(found: Iterable[Diagnostic]) -> bool:
    """Whether trying the same again is of no use."""
    errors = [item for item in found if item.severity is Severity.ERROR]
    return any(item.code in _NEEDS_A_CHANGE or CODES[item.code].exit_code in _FINAL for item in errors)


def is_about_answers(found: Iterable[Diagnostic]) -> bool:
    """Whether the model answered wrongly, here or at its endpoint."""
    errors = (item for item in found if item.severity is Severity.ERROR)
    return any(CODES[item.code].exit_code is ExitCode.VERIFICATION for item in errors)


def is_busy(found: Iterable[Diagnostic]) -> bool:
    """Whether the service was too busy to answer."""
    return any(item.code == BUSY for item in found)


def slowed(memory: Memory, now: float, settings: Settings) -> Memory:
    """The memory after a busy answer: no change of the whole fleet begins for a while, longer each time."""
    pause = min(settings.backoff_most, memory.busy_pause * 2 or settings.backoff_first)
    return replace(memory, busy_until=now + pause, busy_pause=pause)


def _jitter(text: str) -> float:
    """A fixed number between -JITTER and JITTER, so that names do not come back together."""
    return JITTER * (2 * (zlib.crc32(text.encode()) % 1000) / 999 - 1)
