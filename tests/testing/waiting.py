"""Waiting for conditions, and never for a number of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
LONG = 300.0
"""Seconds after which a test gives up: far beyond what anything takes on the busiest machine."""


def eventually(condition: Callable[[], Value], seconds: float = LONG) -> Value:
    """What `condition` returns, once that is true; asked again and again until then."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return value
