"""What a diagnostic code is, and the exit codes that codes lead to."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ExitCode(enum.IntEnum):
    """Exit codes of the command, as `docs/reference/exit-codes.md` lists them."""

    OK = 0
    MANIFEST = 1
    CHANGES = 2
    ENVIRONMENT = 3
    VERIFICATION = 4
    INCOMPLETE = 5
    REFUSED = 6
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


# When several kinds of problem meet in one run, the first of these that occurs decides the exit code.
PRECEDENCE = (
    ExitCode.BUG,
    ExitCode.INCOMPLETE,
    ExitCode.VERIFICATION,
    ExitCode.ENVIRONMENT,
    ExitCode.REFUSED,
    ExitCode.USAGE,
    ExitCode.MANIFEST,
    ExitCode.CHANGES,
)


@dataclass(frozen=True, slots=True)
class Code:
    """What one diagnostic code stands for."""

    title: str
    explanation: str
    exit_code: ExitCode = ExitCode.MANIFEST
    advice: str = ""
    """The next step, where the place that reports the problem knows no better one."""
