"""What the loop is asked for, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from compiler.codes import ExitCode
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest
from compiler.reconcile.turn.orders import Orders
from compiler.render.lines import Line


@dataclass(frozen=True, slots=True)
class LoopRequest:
    """What to follow, and what may be done."""

    repo: str
    ref: str = "main"
    target: TargetRequest = field(default_factory=TargetRequest)
    orders: Orders = field(default_factory=Orders)
    interval: float = 60.0
    listen: str = ""
    """HOST:PORT of the pages; empty: none."""
    folder: Path = Path(".manifact/source")
    timeout: float = 3600.0
    accept: str = ""
    allow_older: bool = False
    break_lease: str = ""
    protocols: tuple[str, ...] = ()
    """Protocols of git beside https and ssh."""
    most_turns: int = 0
    """End after as many turns; 0: when stopped."""
    config: Path | None = None
    """Project file of the operator: limits and signers come from it."""


@dataclass(frozen=True, slots=True)
class LoopResult(Result):
    """How the loop ended."""

    turns: int
    stopped: KeyboardInterrupt | None = None

    @property
    def interrupt(self) -> KeyboardInterrupt | None:
        """What stopped it."""
        return self.stopped

    @property
    def exit_code(self) -> ExitCode:
        """0: it was asked for so many turns."""
        return ExitCode.OK

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - nothing is left to show
        """Nothing: its events were shown."""
        return []

    def to_json(self) -> None:
        """None: its events are its output."""
        return
