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

from compiler.codes import CODES, ExitCode
from compiler.diagnostics import Diagnostic, Severity
from compiler.render.diagnostics import as_json, render
from compiler.render.lines import Line
from compiler.version import __version__

if TYPE_CHECKING:
    from compiler.engine.result import Result
    from compiler.render.documents.problems import ProblemsDocument

_AGAIN = "run the same command again to complete what was begun"
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
    """Writes for people, or JSON documents for programs when `json` is set.

    With a `reporter` (`--format`), standard output holds the problems in its form, and nothing else. `quiet` shows no
    progress, `verbose` explains problems, `color` is one of `auto`, `always` and `never`.
    """

    def __init__(
        self,
        *,
        json: bool = False,
        reporter: str | None = None,
        quiet: bool = False,
        verbose: bool = False,
        color: str = "auto",
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self.json = json
        self.quiet = quiet
        self._verbose, self._color = verbose, color
        self._reporter = reporter
        self._problems: list[Diagnostic] = []
        self._out, self._err = _writable(out or sys.stdout), _writable(err or sys.stderr)
        self._documented = False

    def line(self, text: str = "") -> None:
        """A line of the result; silent when a document is wanted."""
        if not self.json and self._reporter is None:
            print(text, file=self._out)

    def lines(self, lines: Iterable[Line]) -> None:
        """Lines of the result, each in the colour of its style."""
        for line in lines:
            self.line(self.styled(line.text, line.style) if line.style else line.text)

    def show(self, result: Result, *, markdown: bool = False, wide: bool = False) -> ExitCode:
        """What is left to show of a result once its events were shown, or its document; returns its exit code.

        `markdown` shows it for a pull-request comment, `wide` cuts nothing off to fit the terminal. Raises the
        KeyboardInterrupt that the result ends with.
        """
        if markdown:
            self.line(result.to_markdown().rstrip("\n"))
        else:
            self.lines(result.closing(None if wide else self.width))
        document = result.to_json()
        if document is not None:
            self.document(document)
        if not self.json:
            for note in result.notes:
                self.note(note)
            self.diagnostics(result.remarks)
        if result.interrupt:
            raise result.interrupt
        return result.exit_code

    def document(self, value: Any) -> None:
        """The result as JSON, one document a run; silent when people read."""
        if self.json:
            self._documented = True
            ascii_only = (self._out.encoding or "").lower().replace("-", "") != "utf8"
            print(json.dumps(value, indent=2, ensure_ascii=ascii_only), file=self._out)

    def note(self, text: str) -> None:
        """Something by the way, on standard error."""
        print(text, file=self._err)

    def report(self) -> None:
        """The problems of the whole run in the form of `--format`; nothing without it."""
        if self._reporter is not None:
            from compiler.render.reporters import REPORTERS

            self._out.write(REPORTERS[self._reporter](self._problems))
            self._out.flush()

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
        """`text` in the colour of `style`; by default on a terminal without NO_COLOR (no-color.org)."""
        terminal = self._out.isatty() and not os.environ.get("NO_COLOR")
        if self._color == "never" or (self._color == "auto" and not terminal):
            return text
        return f"\033[{_COLOURS[style]}m{text}\033[0m"

    def diagnostics(self, found: Iterable[Diagnostic]) -> None:
        """Show problems: with place, snippet and hint for people, as the document for programs where none is yet."""
        problems = list(found)
        self._problems += problems
        if self.json and not self._documented:
            document: ProblemsDocument = {"formatVersion": 1, "diagnostics": [as_json(item) for item in problems]}
            self.document(document)
            return
        for problem in problems:
            self.note(render(problem))
            if self._verbose:
                self.note(f"  {CODES[problem.code].explanation}")
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
