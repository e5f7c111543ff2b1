"""The listener of commands: events as lines, or as a bar on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, cast

from compiler.cli.console import Console
from compiler.events import Event, Phase

if TYPE_CHECKING:
    from compiler.compilation.batch import CompiledManifest
    from compiler.diagnostics import Diagnostic
    from compiler.planning.plan.plan import Plan
    from compiler.render.lines import Line

LINES_EVERY = 5.0
BAR_EVERY = 0.1
"""Seconds between two reports."""
_BAR = 30
_COLUMNS = 80
"""Columns of a terminal that does not report its width."""


class Reporter:
    """Shows events; leave it with `with`, so that a bar is gone in the end.

    `quiet` shows only what goes to standard error.
    """

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console, self._quiet = console, quiet
        self._terminal = sys.stderr.isatty()
        self._last = time.monotonic()
        self._subject = ""
        self._drawn = False
        self._show: dict[Phase, Callable[[Event], None]] = {
            Phase.TARGET: self._on_step,
            Phase.PROGRESS: self._on_progress,
            Phase.WAITING: self._on_note,
            Phase.COMPILED: self._on_compiled,
            Phase.VALIDATED: self._on_validated,
            Phase.PLANNED: self._on_planned,
            Phase.VERIFIED: self._on_line,
            Phase.WRITTEN: self._on_step,
            Phase.WARNING: self._on_warning,
            Phase.DIAGNOSTIC: self._on_diagnostic,
            Phase.OUTPUT: self._on_output,
            Phase.TRANSITION: self._on_transition,
            Phase.READY: self._on_ready,
        }

    def __call__(self, event: Event) -> None:
        """Show one event; a bar makes room for what is not its own."""
        if event.phase is not Phase.PROGRESS:
            self._clear()
        self._show[event.phase](event)

    def _line(self, text: str) -> None:
        if not self._quiet:
            self._console.line(text)

    def _on_line(self, event: Event) -> None:
        self._line(f"  {event.text}")

    def _on_step(self, event: Event) -> None:
        if not self._console.quiet:
            self._on_line(event)

    def _on_note(self, event: Event) -> None:
        if not self._console.quiet:
            self._console.note(f"    {event.text}")

    def _on_warning(self, event: Event) -> None:
        self._console.note(f"  {event.text}")

    def _on_diagnostic(self, event: Event) -> None:
        from compiler.render.diagnostics import render

        self._console.note(render(cast("Diagnostic", event.value)))

    def _on_compiled(self, event: Event) -> None:
        from compiler.render.builds import compiled_lines

        self._on_item(cast("CompiledManifest", event.value), compiled_lines)

    def _on_validated(self, event: Event) -> None:
        from compiler.render.builds import validated_lines

        self._on_item(cast("CompiledManifest", event.value), validated_lines)

    def _on_item(self, item: CompiledManifest, lines: Callable[[CompiledManifest], list[Line]]) -> None:
        self._console.lines(lines(item))
        if not self._console.json:
            self._console.diagnostics(item.problems)

    def _on_planned(self, event: Event) -> None:
        from compiler.render.plan import plan_lines

        if not self._quiet:
            self._console.lines(plan_lines(cast("Plan", event.value)))

    def _on_output(self, event: Event) -> None:
        sys.stderr.write(event.text)
        sys.stderr.flush()

    def _on_transition(self, event: Event) -> None:
        self._console.line(event.text)
        self._console.flush()

    def _on_ready(self, event: Event) -> None:
        for line in event.text.splitlines():
            self._line(line)
        self._console.document(event.value)
        self._console.flush()

    def _on_progress(self, event: Event) -> None:
        if self._console.quiet:
            return
        if event.subject != self._subject:
            self._subject, self._last = event.subject, time.monotonic()
        now = time.monotonic()
        if now - self._last < (BAR_EVERY if self._terminal else LINES_EVERY):
            return
        self._last = now
        share = f" {100 * event.done // event.total} %" if event.total else ""
        if not self._terminal:
            self._console.note(f"    {event.subject}: {event.text.lower()}{share}")
            return
        full = min(_BAR, _BAR * event.done // event.total) if event.total else 0
        self._draw(f"    [{'█' * full}{'·' * (_BAR - full)}]{share} {event.text.lower()}")
        self._drawn = True

    def _draw(self, line: str) -> None:
        # A line that the terminal wraps is not rewritten by the next one.
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
        sys.stderr.write(f"\r{line[: columns - 1]}\033[K")
        sys.stderr.flush()

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._clear()

    def _clear(self) -> None:
        if self._drawn:
            self._draw("")
        self._drawn = False
