"""Begin the changes of a turn: verify what is saved, then hand them to the engine, which does not wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from compiler.diagnostics import CompilerError, Diagnostic
from compiler.engine.artifact.verify import verify_before_saving
from compiler.engine.change.apply import sent_files
from compiler.engine.change.runner import RunningApply, start
from compiler.engine.session import Session
from compiler.events import Listener
from compiler.planning.plan.outcome import ApplyOptions, Result, Status
from compiler.planning.plan.plan import Plan
from compiler.reconcile.observing import Gathered
from compiler.reconcile.turn.states import NameState


@dataclass(frozen=True, slots=True)
class Begun:
    """The changes of a turn under way, and those that could not begin."""

    running: RunningApply | None
    failed: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """Name -> why it could not begin: its model does not verify."""
    states: Mapping[str, NameState] = field(default_factory=dict)


def begin(
    session: Session,
    gathered: Gathered,
    states: Mapping[str, NameState],
    timeout: float,
    listener: Listener,
    stopped: Callable[[], bool] = lambda: False,
) -> Begun:
    """Start what the states let begin; returns at once, but for the verification of models that are new."""
    acting = {name: state for name, state in states.items() if state.begins}
    failed = _unverified(gathered, acting, timeout, listener)
    ready = {name: state for name, state in acting.items() if name not in failed}
    if not ready or stopped():
        return Begun(None, failed, acting)
    plan = _plan_of(gathered.planned.plan, ready)
    builds = [gathered.builds[name] for name in ready if name in gathered.builds]
    archives, files = sent_files(builds)
    try:
        options = ApplyOptions(timeout, listener, files=files, stopped=stopped, wait=False)
        running = start(plan, session.connection, archives, options)
    except CompilerError as error:
        return Begun(None, {**failed, **dict.fromkeys(ready, error.diagnostics)}, acting)
    return Begun(running, failed, acting)


def outcomes(begun: Begun) -> tuple[dict[str, tuple[Result, ...]], KeyboardInterrupt | None]:
    """Wait for the requests under way; the results by name, and what interrupted them."""
    found = {name: _as_results(begun.states[name], problems) for name, problems in begun.failed.items()}
    if begun.running is None:
        return found, None
    with begun.running as running:
        outcome = running.result()
    for result in outcome.results:
        found[result.change.name] = (*found.get(result.change.name, ()), result)
    return found, outcome.interrupt


def _as_results(state: NameState, problems: tuple[Diagnostic, ...]) -> tuple[Result, ...]:
    first, *rest = state.act
    return (Result(first, Status.FAILED, diagnostics=problems), *(Result(change, Status.SKIPPED) for change in rest))


def _unverified(
    gathered: Gathered, acting: Mapping[str, NameState], timeout: float, listener: Listener
) -> dict[str, tuple[Diagnostic, ...]]:
    """The names whose model does not verify here, with the reasons; the others do not depend on them."""
    failed: dict[str, tuple[Diagnostic, ...]] = {}
    for name, state in acting.items():
        build = gathered.builds.get(name)
        if build is None:
            continue
        try:
            verify_before_saving([build], _plan_of(gathered.planned.plan, {name: state}), "auto", timeout, listener)
        except CompilerError as error:
            failed[name] = error.diagnostics
    return failed


def _plan_of(plan: Plan, states: Mapping[str, NameState]) -> Plan:
    """The part of the plan that these names may begin."""
    changes = [change for state in states.values() for change in state.act]
    kept = {name: said for name, said in plan.diagnostics_by_name.items() if name in states}
    return replace(plan, changes=tuple(changes), diagnostics_by_name=kept)
