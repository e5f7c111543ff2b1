"""How far long work is: a bar on a terminal, a line every few seconds elsewhere, always on standard error."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from compiler.cli.console import Console

LINES_EVERY = 5.0
BAR_EVERY = 0.1
"""Seconds between two tellings."""
_BAR = 30
_COLUMNS = 80
"""Of a terminal that does not say how wide it is."""


class Progress:
    """Tells of one piece of work; leave it with `with`, so that the bar is gone in the end."""

    def __init__(self, console: Console, what: str) -> None:
        self._console, self._what = console, what
        self._bar = sys.stderr.isatty()
        self._last = time.monotonic()
        self._drawn = False

    def tell(self, text: str, done: int, total: int) -> None:
        """`done` of `total` bytes or percent; a total of 0 is unknown."""
        now = time.monotonic()
        if now - self._last < (BAR_EVERY if self._bar else LINES_EVERY):
            return
        self._last = now
        share = f" {100 * done // total} %" if total else ""
        if not self._bar:
            self._console.note(f"    {self._what}: {text.lower()}{share}")
            return
        full = min(_BAR, _BAR * done // total) if total else 0
        self._draw(f"    [{'█' * full}{'·' * (_BAR - full)}]{share} {text.lower()}")
        self._drawn = True

    def _draw(self, line: str) -> None:
        # A line that the terminal wraps is not rewritten by the next one.
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
        sys.stderr.write(f"\r{line[: columns - 1]}\033[K")
        sys.stderr.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._drawn:
            self._draw("")
