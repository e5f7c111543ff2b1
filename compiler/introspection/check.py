"""One check and its result."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Status(enum.StrEnum):
    """The result of one check, in ADS's words."""

    PASSED = "Passed"
    FAILED = "Failed"
    SKIPPED = "Skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check and its result."""

    key: str
    category: str
    description: str
    error: str
    """What is said when it fails (ADS's `error_msg`, which it gives for passed checks too)."""
    status: Status = Status.SKIPPED
    value: str | None = None
    """What was found, for the checks that look at one value."""
    note: str = ""
    """Why it was skipped."""
    ours: bool = False
    """Whether it is one that ADS does not know."""
