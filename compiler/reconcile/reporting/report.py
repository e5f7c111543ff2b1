"""The result of reconciling: one line a name, a document, a report in Markdown, and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler.codes import CODES, PRECEDENCE, ExitCode
from compiler.diagnostics import Diagnostic, Severity
from compiler.engine.result import Result
from compiler.reconcile.reporting.conditions import NameStatus
from compiler.reconcile.turn.states import NameState, State
from compiler.render.lines import Line, Style
from compiler.render.words import count

if TYPE_CHECKING:
    from compiler.render.documents.reconcile import NameDocument, ReconcileDocument

_CODES: Mapping[State, ExitCode] = {
    State.BROKEN: ExitCode.MANIFEST,
    State.FAILED: ExitCode.VERIFICATION,
    State.BACKING_OFF: ExitCode.INCOMPLETE,
    State.IN_PROGRESS: ExitCode.INCOMPLETE,
    State.UNFINISHED: ExitCode.INCOMPLETE,
    State.ACTING: ExitCode.INCOMPLETE,
    State.QUEUED: ExitCode.INCOMPLETE,
    State.BLOCKED: ExitCode.REFUSED,
    State.UNKNOWN: ExitCode.ENVIRONMENT,
}
_REPORTED = frozenset({State.DRIFTED, State.CONTESTED, State.GONE})
_PLANNED = frozenset({State.ACTING, State.UNFINISHED, State.QUEUED})
_STYLES: Mapping[State, Style] = {
    State.BROKEN: "error",
    State.FAILED: "error",
    State.BLOCKED: "error",
    State.ACTING: "update",
    State.UNFINISHED: "update",
    State.IN_PROGRESS: "update",
    State.DRIFTED: "warning",
    State.CONTESTED: "warning",
    State.GONE: "warning",
    State.IN_SYNC: "create",
}


@dataclass(frozen=True, slots=True)
class ReconcileResult(Result):
    """The states of all names after the last turn."""

    target: str
    revision: str
    states: Mapping[str, NameState]
    statuses: Mapping[str, NameStatus] = field(repr=False)
    unreadable: tuple[Diagnostic, ...] = ()
    turns: int = 1
    planned: bool = False
    """Whether it only shows what a turn would do."""
    signal_changes: bool = False
    stopped: KeyboardInterrupt | None = None

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Problems of manifests and changes."""
        return (*self.unreadable, *(item for state in self.states.values() for item in state.diagnostics))

    @property
    def interrupt(self) -> KeyboardInterrupt | None:
        """What stopped it."""
        return self.stopped

    @property
    def exit_code(self) -> ExitCode:
        """0 when every name is as its manifest says or suspended; otherwise the gravest of what is not."""
        kinds = {self._code_of(state) for state in self.states.values()}
        kinds |= {ExitCode.MANIFEST} if self.unreadable else set()
        return next((kind for kind in PRECEDENCE if kind in kinds), ExitCode.OK)

    def _code_of(self, state: NameState) -> ExitCode:
        if state.state in _REPORTED or (self.planned and state.state in _PLANNED):
            differs = state.reason != "Pruned" or self.planned
            return ExitCode.CHANGES if self.signal_changes and differs else ExitCode.OK
        refused = [CODES[item.code].exit_code for item in state.diagnostics if item.severity is Severity.ERROR]
        if state.state is State.BACKING_OFF and ExitCode.ENVIRONMENT in refused:
            return ExitCode.ENVIRONMENT
        return _CODES.get(state.state, ExitCode.OK)

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a reason is not cut
        """One line a name, and how many are in which state."""
        lines = [Line(_line(state), _STYLES.get(state.state, "")) for state in self.states.values()]
        return [*lines, Line(f"  {self.summary}")]

    @property
    def summary(self) -> str:
        """`12 models: 10 InSync, 1 Acting, 1 Broken`."""
        counted = Counter(state.state.value for state in self.states.values())
        parts = ", ".join(f"{number} {state}" for state, number in counted.most_common())
        return f"{count(len(self.states), 'model')}: {parts}" if parts else "no models"

    def to_json(self) -> ReconcileDocument:
        """What `reconcile --json` prints."""
        from compiler.render.diagnostics import as_json

        return {
            "formatVersion": 1,
            "target": self.target,
            "revision": self.revision,
            "turns": self.turns,
            "names": self.documents,
            "diagnostics": [as_json(item) for item in self.diagnostics],
        }

    @property
    def documents(self) -> list[NameDocument]:
        """The documents of all names."""
        return [status.document for _, status in sorted(self.statuses.items()) if status.document is not None]

    def to_markdown(self) -> str:
        """The report of `--report`."""
        from compiler.reconcile.reporting.markdown import report_markdown

        return report_markdown(self.target, self.revision, self.summary, self.documents)


def _line(state: NameState) -> str:
    cause = f" ({state.cause})" if state.cause and state.state is not State.IN_SYNC else ""
    why = state.message or ("" if state.reason == state.state.value else state.reason)
    return f"  {state.name:<24}  {state.state.value + cause:<22}  {why}".rstrip()
