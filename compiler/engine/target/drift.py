"""Drift: what of the target is no longer as the manifests say, down to every record."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from compiler.engine.checkout import Checkout
from compiler.engine.selection import SelectRequest, compile_selection
from compiler.engine.session import TargetRequest, open_session
from compiler.engine.target.plan import PlanResult
from compiler.engine.target.planning import Observing, plan_desired
from compiler.events import Listener, ignore
from compiler.planning.plan.planner import Options
from compiler.render.lines import Line


@dataclass(frozen=True, slots=True)
class DriftRequest:
    """What to compare."""

    selection: SelectRequest = field(default_factory=SelectRequest)
    target: TargetRequest = field(default_factory=TargetRequest)
    signal_changes: bool = False
    """End with exit code 2 when something differs (`--exit-code`)."""


@dataclass(frozen=True, slots=True, repr=False)
class DriftResult(PlanResult):
    """The plan that brings the target back, and the command that carries it out."""

    command: str = ""

    def lines(self, width: int | None = None) -> list[Line]:
        """The differences as changes; or that there are none."""
        from compiler.render.words import count

        if self.plan.empty:
            return [Line("  No drift: records, metadata and artifacts are as the manifests say.")]
        sentence = f"Drift: {count(len(self.plan.pending), 'resource')} not as the manifests say."
        return [*PlanResult.lines(self, width), Line(f"  {sentence} `{self.command}` brings them back.")]


def find_drift(checkout: Checkout, request: DriftRequest, listener: Listener = ignore) -> DriftResult:
    """Read every record that is ours, and compare it with the manifests. Raises as `plan_manifests` does."""
    options = Options(deep=True)
    builds = compile_selection(checkout, request.selection)
    with open_session(checkout, request.target, listener, builds[0].root) as session:
        planned = plan_desired(session, session.desired_all(builds), builds, Observing(options), listener)
    command = _restoring(checkout, request)
    signal = request.signal_changes
    return DriftResult(planned.plan, planned.desired, tuple(builds), options, signal_changes=signal, command=command)


def _restoring(checkout: Checkout, request: DriftRequest) -> str:
    """The command that restores what was found: an apply of the same manifests that looks as closely."""
    selection, target = request.selection, request.target
    words = ["manifact", "apply", "--deep", *map(str, selection.paths)]
    words += ["--all"] if selection.everything else []
    words += [word for label in selection.labels for word in ("--select", label)]
    named = {"--root": checkout.root, "--target": target.target, "--auth": target.auth}
    return shlex.join([*words, *(str(word) for pair in named.items() if pair[1] for word in pair)])
