"""What the user reads: results on standard output, problems and progress on standard error."""

from __future__ import annotations

import contextlib
import io
import json
import os
import platform
import sys
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

from compiler.codes import ExitCode
from compiler.diagnostics import Diagnostic, Severity
from compiler.version import __version__

if TYPE_CHECKING:
    from compiler.render.documents.problems import PlaceOfProblem, Problem, ProblemsDocument

_AGAIN = "run the same command again to complete what was begun"
_SNIPPET = 100
_COLOURS = {
    "error": "31;1",
    "warning": "33;1",
    "note": "36",
    "create": "32",
    "update": "33",
    "delete": "31",
    "bold": "1",
}


class Console:
    """Writes for people, or JSON documents for programs when `json` is set."""

    def __init__(self, *, json: bool = False, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.json = json
        self._out, self._err = _writable(out or sys.stdout), _writable(err or sys.stderr)
        self._documented = False

    def line(self, text: str = "") -> None:
        """A line of the result; silent when JSON is wanted."""
        if not self.json:
            print(text, file=self._out)

    def document(self, value: Any) -> None:
        """The result as JSON, one document a run; silent when people read."""
        if self.json:
            self._documented = True
            ascii_only = (self._out.encoding or "").lower().replace("-", "") != "utf8"
            print(json.dumps(value, indent=2, ensure_ascii=ascii_only), file=self._out)

    def note(self, text: str) -> None:
        """Something by the way, on standard error."""
        print(text, file=self._err)

    def flush(self) -> None:
        """Make sure that a broken pipe is found out here and not at interpreter exit."""
        self._out.flush()

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None when the output is no terminal, and nothing is to be cut."""
        import shutil

        return shutil.get_terminal_size().columns if self._out.isatty() else None

    def interrupted(self) -> None:
        """Somebody stopped us."""
        if self.json:
            self.diagnostics([Diagnostic("MF917", "interrupted", hint=_AGAIN)])
        else:
            self.note(f"interrupted; {_AGAIN}")

    def abandon(self) -> None:
        """Nobody reads us any more: nothing is to be written, not even by the interpreter as it ends."""
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())

    def styled(self, text: str, style: str) -> str:
        """`text` in the colour of `style` on a terminal; NO_COLOR (no-color.org) is honoured."""
        if not self._out.isatty() or os.environ.get("NO_COLOR"):
            return text
        return f"\033[{_COLOURS[style]}m{text}\033[0m"

    def diagnostics(self, found: Iterable[Diagnostic]) -> None:
        """Show problems: with place, snippet and hint for people, as the document for programs where none is yet."""
        problems = list(found)
        if self.json and not self._documented:
            document: ProblemsDocument = {"formatVersion": 1, "diagnostics": [as_json(item) for item in problems]}
            self.document(document)
            return
        for problem in problems:
            self.note(render(problem))
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        if errors > 1:
            self.note(f"{errors} errors")

    def bug(self, error: Exception) -> ExitCode:
        """Our own mistake: a report that is ready to paste into an issue."""
        if self.json and not self._documented:
            self.diagnostics([Diagnostic("MF918", f"{type(error).__name__}: {error}")])
        trace = "".join(traceback.format_exception(error))
        self.note("This is a bug in manifact, not in your files. Please report it with the text below.\n")
        self.note(f"manifact {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n{trace}")
        return ExitCode.BUG


def _writable(stream: TextIO) -> TextIO:
    """The stream, with what its encoding does not have as `?`: a tick is no reason to end."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream


def render(problem: Diagnostic) -> str:
    """A diagnostic as text.

    manifests/wine/model.yaml:14:12: error[MF102]: unknown use case 'multinomial_clasification'
       14 |   useCase: multinomial_clasification
          |            ^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean 'multinomial_classification'?
    """
    where = problem.where
    place = f"{where}: " if where else ""
    head = f"{place}{problem.severity}[{problem.code}]: {problem.message}"
    if where is None or not where.snippet:
        return f"{head}\n  = {problem.hint}" if problem.hint else head
    number = f"{where.line:>5}"
    line, first = _window(where.snippet, where.column - 1)
    length = max(1, min(where.end_column - where.column, len(line) - first))
    hint = f" {problem.hint}" if problem.hint else ""
    return f"{head}\n{number} | {line}\n{' ' * len(number)} | {' ' * first}{'^' * length}{hint}"


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a long line around `column`, and where `column` is in it."""
    line = line.replace("\t", " ")
    start = 0 if len(line) <= _SNIPPET else max(0, min(column - _SNIPPET // 2, len(line) - _SNIPPET))
    shown = line[start : start + _SNIPPET]
    before, after = "…" if start else "", "…" if start + _SNIPPET < len(line) else ""
    return f"{before}{shown}{after}", column - start + len(before)


def as_json(problem: Diagnostic) -> Problem:
    """A diagnostic for programs."""
    where = problem.where
    place: PlaceOfProblem | None = {"path": where.path, "line": where.line, "column": where.column} if where else None
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "where": place,
        "hint": problem.hint,
    }
