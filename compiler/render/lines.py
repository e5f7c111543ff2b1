"""A line for people: text, and the style that a terminal may give it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["", "error", "warning", "note", "create", "update", "delete", "bold"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `style` names what it means, and a terminal chooses the colour."""

    text: str = ""
    style: Style = ""
