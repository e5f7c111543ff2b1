"""Problems as values: what, where, why and what to do.

Nothing here prints. A function that may find several problems is handed a `Report` and goes on; a function that cannot
go on raises `CompilerError`. Only `cli` turns either into text and an exit code.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from compiler.codes import CODES, PRECEDENCE, ExitCode

Pointer: TypeAlias = tuple[str | int, ...]


class Severity(enum.StrEnum):
    """How bad a problem is: only errors stop the work."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class SourceRange:
    """A stretch of one line of a text file; line and columns are 1-based, `end_column` is exclusive.

    `line` 0 stands for the whole file (a model file has no lines); `snippet` is the text of the line.
    """

    path: str
    line: int = 0
    column: int = 0
    end_column: int = 0
    snippet: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. `message` says what and why in one line; `hint` says what to do, or what was probably meant.

    Without a hint of its own it has the general advice of its code, where there is one.
    """

    code: str
    message: str
    where: SourceRange | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"diagnostic code {self.code} is not listed in compiler.codes")
        if self.hint is None and (advice := CODES[self.code].advice):
            object.__setattr__(self, "hint", advice)

    def to_json(self) -> dict[str, Any]:
        """All fields, for a file or another process of ours; `--json` has a form of its own."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Diagnostic:
        """The same again."""
        where = document["where"]
        place = SourceRange(**where) if where else None
        return cls(**{**document, "where": place, "severity": Severity(document["severity"])})

    def named(self, name: str) -> Diagnostic:
        """The same, saying which of several models it is about, where its message does not say so itself."""
        said = f"'{name}'" in self.message
        return self if said else replace(self, message=f"'{name}': {self.message}")


class CompilerError(Exception):
    """The work cannot go on; carries every problem found so far."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(f"[{d.code}] {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics

    @property
    def exit_code(self) -> ExitCode:
        """The exit code these problems lead to together."""
        return exit_code(self.diagnostics)


def failure(code: str, message: str, *, where: SourceRange | None = None, hint: str | None = None) -> CompilerError:
    """A `CompilerError` of a single problem, to be raised."""
    return CompilerError(Diagnostic(code, message, where, hint))


def exit_code(diagnostics: Iterable[Diagnostic]) -> ExitCode:
    """The exit code for a whole run: the gravest kind among its errors, 0 when there are none."""
    kinds = {CODES[d.code].exit_code for d in diagnostics if d.severity is Severity.ERROR}
    return next((kind for kind in PRECEDENCE if kind in kinds), ExitCode.OK)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint naming the known word nearest to `word`, or None when nothing is near."""
    import difflib  # only a misspelt word is worth its import

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else None


def _nowhere(_pointer: Pointer) -> SourceRange | None:
    return None


class Report:
    """Collects the problems of one manifest; `locate` turns a JSON pointer into a place in the user's file."""

    def __init__(self, locate: Callable[[Pointer], SourceRange | None] = _nowhere) -> None:
        self._locate = locate
        self._found: list[Diagnostic] = []

    def error(self, code: str, message: str, at: Sequence[str | int] = (), *, hint: str | None = None) -> None:
        """Add an error at the manifest field `at` (a JSON pointer as a tuple)."""
        self.add(Diagnostic(code, message, self._locate(tuple(at)), hint))

    def warning(self, code: str, message: str, at: Sequence[str | int] = (), *, hint: str | None = None) -> None:
        """Add a warning at the manifest field `at`."""
        self.add(Diagnostic(code, message, self._locate(tuple(at)), hint, Severity.WARNING))

    def add(self, *diagnostics: Diagnostic) -> None:
        """Add problems that already know their place."""
        self._found.extend(diagnostics)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All problems so far, in the order they were found."""
        return tuple(self._found)

    @property
    def failed(self) -> bool:
        """Whether there is any error among them."""
        return any(d.severity is Severity.ERROR for d in self._found)

    def raise_if_failed(self) -> None:
        """Raise `CompilerError` with everything found when there is an error among it."""
        if self.failed:
            raise CompilerError(*self._found)
