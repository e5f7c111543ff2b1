"""Durations and percentages as `manifact.yaml` writes them."""

from __future__ import annotations

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
HOUR = 3600.0
DAY = 86400.0


def seconds_of(text: str) -> float:
    """Seconds of `30s`, `45m`, `24h` or `7d`."""
    return float(int(text[:-1]) * _UNITS[text[-1]])


def percent_of(text: str) -> int:
    """The number in `5%`."""
    return int(text.removesuffix("%"))


def in_words(seconds: float) -> str:
    """A duration in its largest unit: `3 h`, `12 min`, `40 s`."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
