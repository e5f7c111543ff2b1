"""Times, states and quantities as people say them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

IN_PROGRESS = ("CREATING", "UPDATING", "DELETING", "ACCEPTED", "IN_PROGRESS")
_TONES = {
    "ACTIVE": "good",
    "SUCCEEDED": "good",
    "Passed": "good",
    "FAILED": "bad",
    "NEEDS_ATTENTION": "bad",
    "Failed": "bad",
}
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))
_SIZES = ("B", "KB", "MB", "GB", "TB")


def tone(state: str) -> str:
    """The class of the style sheet for a state."""
    return "busy" if state in IN_PROGRESS else _TONES.get(state, "note")


def ago(seconds: float) -> str:
    """`just now`, `3 minutes ago`, `2 days ago`."""
    for length, noun in _UNITS:
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {noun}{'' if number == 1 else 's'} ago"
    return "just now"


def moment(timestamp: str | None) -> Markup:
    """A `time` element: how long ago, with the exact time as its title."""
    from markupsafe import Markup

    if not timestamp:
        return Markup("")
    then = datetime.fromisoformat(timestamp)
    words = ago(time.time() - then.timestamp())
    exact = then.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(timestamp, exact, words)


def size(count: float) -> str:
    """Bytes for people: 214 KB."""
    for unit in _SIZES[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} {_SIZES[-1]}"
