"""Observe, plan and ask the service beforehand: one function for plan, drift, apply, import and status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Pointer, Severity
from compiler.engine.session import Session
from compiler.events import Event, Listener, Phase

if TYPE_CHECKING:
    from compiler.cloud.connect.watch import WaitOptions
    from compiler.compilation.build import Build
    from compiler.planning.desired.types import Desired
    from compiler.planning.live.observed import Observed
    from compiler.planning.plan.plan import Plan
    from compiler.planning.plan.planner import Draft, Options

_PLACES: Mapping[str, Pointer] = {
    "MF776": ("spec", "deployment", "shape"),
    "MF777": ("spec", "environment", "inference", "path"),
}
"""Where a manifest says what the service objects to."""


@dataclass(frozen=True, slots=True)
class Observing:
    """How a target is observed for a plan."""

    options: Options
    timeout: float | None = None
    """To apply: seconds to wait until no deployment in question is in progress. None: only to show the plan."""
    wait: bool = True
    """False: plan with what is live now, to apply as well (`--no-wait`)."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it was made from."""

    plan: Plan
    desired: tuple[Desired, ...]
    observed: Observed


def plan_desired(
    session: Session, desired: Sequence[Desired], builds: Sequence[Build], observing: Observing, listener: Listener
) -> Planned:
    """Observe the target, plan, and add what only the service can tell and the warnings of the builds.

    A plan that is to be carried out waits for deployments in progress, and lacks no sensitive variable (an error
    there). Raises `RequestError` when the target cannot be read.
    """
    draft = _compared(session, desired, observing, listener)
    return with_preflight(session, Planned(draft.plan(), tuple(desired), draft.observed), builds, observing)


def with_preflight(session: Session, planned: Planned, builds: Sequence[Build], observing: Observing) -> Planned:
    """The plan with the warnings of what it changes, and with what the service objects to, at the manifest's line."""
    from compiler.cloud.preflight import preflight
    from compiler.planning.plan.missing_variables import missing_variables

    plan = planned.plan
    by_name = {build.name: build for build in builds}
    objections = preflight(session.connection, plan)
    changing = {change.name for change in plan.pending}
    # The service was asked about shapes that are not known here.
    warnings = {build.name: tuple(w for w in build.warnings if w.code != "MF775") for build in builds}
    plan = plan.with_diagnostics({name: said for name, said in warnings.items() if said and name in changing})
    plan = plan.with_diagnostics(
        {name: tuple(_located(problem, by_name.get(name)) for problem in said) for name, said in objections.items()}
    )
    applying = observing.timeout is not None
    plan = plan.with_diagnostics(missing_variables(plan, Severity.ERROR if applying else Severity.WARNING))
    if not applying:
        plan = plan.with_diagnostics(_in_progress(session, planned, observing.options))
    return replace(planned, plan=plan)


def observe_for(session: Session, desired: Sequence[Desired], observing: Observing, listener: Listener) -> Observed:
    """What is live; to apply, once no deployment under these names (all, to prune) is in progress."""
    return _compared(session, desired, observing, listener).observed


def _compared(session: Session, desired: Sequence[Desired], observing: Observing, listener: Listener) -> Draft:
    from compiler.cloud.observe import observe_and_compare
    from compiler.cloud.stable import observe_when_stable
    from compiler.planning.desired.types import names_of
    from compiler.planning.plan.planner import Draft

    options, connection = observing.options, session.connection
    if observing.timeout is None or not observing.wait:
        return observe_and_compare(connection, desired, options)
    names = None if options.prune else names_of(desired)
    observed = observe_when_stable(connection, desired, names, waiting(observing.timeout, listener), options)
    return Draft(desired, observed, connection.place, options)


def waiting(timeout: float, listener: Listener) -> WaitOptions:
    """Wait no longer than `timeout` seconds; the listener hears for what."""
    from compiler.cloud.connect.watch import WaitOptions

    return WaitOptions(timeout, lambda what, _done, _total: listener(Event(Phase.WAITING, text=what)))


def transferring(subject: str, listener: Listener, timeout: float = 3600.0) -> WaitOptions:
    """Wait likewise; the listener hears how many bytes of `subject` are done."""
    from compiler.cloud.connect.watch import WaitOptions

    return WaitOptions(timeout, lambda what, done, total: listener(Event(Phase.PROGRESS, subject, what, done, total)))


def _in_progress(session: Session, planned: Planned, options: Options) -> dict[str, tuple[Diagnostic, ...]]:
    """What is to be known of deployments that are in progress: the plan may be another one when they are done."""
    from compiler.cloud.stable import update_started
    from compiler.planning.desired.types import names_of
    from compiler.planning.live.in_progress import deployments_in_progress, in_progress_warnings

    names = None if options.prune else names_of(planned.desired)
    lives = deployments_in_progress(planned.observed, session.connection.place, names)
    return in_progress_warnings(lives, update_started(session.connection, lives))


def _located(problem: Diagnostic, build: Build | None) -> Diagnostic:
    from compiler.workspace.project import open_workspace, read_manifest

    pointer = _PLACES.get(problem.code)
    if build is None or pointer is None:
        return problem
    document = read_manifest(build.manifest, open_workspace(build.root, build.root))
    return replace(problem, where=document.locate(pointer))
