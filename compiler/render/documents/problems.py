"""What `--json` prints of problems."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class PlaceOfProblem(TypedDict):
    """A place in a file."""

    path: str
    """The file."""
    line: int
    """From 1; 0 stands for the whole file."""
    column: int
    """From 1; 0 stands for the whole line."""


class Problem(TypedDict):
    """One diagnostic."""

    code: str
    """`MF102`, say: `manifact explain CODE` tells more."""
    severity: Literal["error", "warning", "note"]
    """Only errors stop the work."""
    message: str
    """What is wrong and why, in one line."""
    where: PlaceOfProblem | None
    """The place; null where there is none."""
    hint: str | None
    """What to do, or what was probably meant."""


class ProblemsDocument(TypedDict):
    """What every command prints with `--json` when it cannot do its work; the exit code says of which kind it is."""

    formatVersion: Literal[1]
    """Version of this form."""
    diagnostics: list[Problem]
    """All problems that were found."""
