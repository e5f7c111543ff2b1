"""What every result of the engine offers: problems, an exit code, lines for people and a document for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from compiler.codes import ExitCode
from compiler.diagnostics import Diagnostic, exit_code
from compiler.render.lines import Line


class Result:
    """Base of all results: a frozen dataclass that shows itself as the command line does."""

    __slots__ = ()

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Problems and warnings that did not stop the operation."""
        return ()

    @property
    def interrupt(self) -> KeyboardInterrupt | None:
        """What stopped the operation, to be raised once the result was shown."""
        return None

    @property
    def notes(self) -> Sequence[str]:
        """What else there is to know, beside the result."""
        return ()

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of a command that ends with this result."""
        return exit_code(self.diagnostics)

    def lines(self, width: int | None = None) -> list[Line]:
        """The result for people; `width` is that of a terminal in columns, None cuts nothing."""
        raise NotImplementedError

    def closing(self, width: int | None = None) -> list[Line]:
        """The lines that are left once the events of the operation were shown."""
        return self.lines(width)

    @property
    def remarks(self) -> Sequence[Diagnostic]:
        """The problems that are left once the events of the operation were shown."""
        return self.diagnostics

    def to_json(self) -> Mapping[str, Any] | None:
        """The document of `--json`; None where the command prints none."""
        raise NotImplementedError

    def to_markdown(self) -> str:
        """The result for a pull-request comment."""
        return f"```\n{self}\n```\n"

    def __str__(self) -> str:
        from compiler.render.diagnostics import render

        return "\n".join([*(line.text for line in self.lines()), *map(render, self.diagnostics)])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"
