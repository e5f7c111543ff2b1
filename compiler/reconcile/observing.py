"""Gather the facts of a turn: compile each manifest by itself, observe the target once, plan all names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, Diagnostic, Severity
from compiler.engine.checkout import Checkout
from compiler.engine.selection import SelectRequest, select
from compiler.engine.session import Session
from compiler.engine.target.planning import Observing, Planned, plan_desired
from compiler.events import Listener
from compiler.planning import tags
from compiler.planning.canonical import digest
from compiler.planning.changes.types import Change
from compiler.planning.desired.types import Desired
from compiler.planning.live.in_progress import deployments_in_progress
from compiler.planning.live.observed import LiveResource
from compiler.planning.plan.planner import Options
from compiler.reconcile.in_view import patterns_digest, why_incomplete
from compiler.reconcile.turn.facts import Fleet, NameFacts
from compiler.workspace.git import git_facts, repository_of

if TYPE_CHECKING:
    from compiler.compilation.build import Build

FAILED_BEFORE = "MF731"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and what carrying changes out needs."""

    fleet: Fleet
    planned: Planned
    builds: Mapping[str, Build]


@dataclass(frozen=True, slots=True)
class _Declared:
    """One manifest, as far as it could be read."""

    name: str
    path: str
    build: Build | None = None
    desired: Desired | None = None
    former: str = ""
    problems: tuple[Diagnostic, ...] = ()


def gather(session: Session, checkout: Checkout, options: Options, listener: Listener) -> Gathered:
    """The facts of one turn; the options say which records are read, and how orphaned names go.

    Raises `CompilerError` when the target cannot be read to its end, or no manifest is there: then nothing is known.
    """
    declared, unreadable = _declared(session, checkout)
    desired = [_planned_as(item) for item in declared]
    builds = [item.build for item in declared if item.build is not None]
    observing = Observing(options, timeout=0.0, wait=False)
    planned = plan_desired(session, desired, builds, observing, listener)
    fleet = _fleet(session, declared, unreadable, planned)
    return Gathered(fleet, planned, {build.name: build for build in builds})


def _declared(session: Session, checkout: Checkout) -> tuple[list[_Declared], tuple[Diagnostic, ...]]:
    from compiler.compilation.batch import compile_each

    paths = select(checkout, SelectRequest(everything=session.workspace.project is not None)).paths
    found: list[_Declared] = []
    unreadable: list[Diagnostic] = []
    for item in compile_each(paths, lambda _folder: session.root, again=False):
        shown = str(item.path.relative_to(session.root)) if item.path.is_relative_to(session.root) else str(item.path)
        if item.build is not None:
            found.append(_resolved(session, item.build, shown))
            continue
        name, former = _names_in(item.path, session)
        errors = tuple(problem for problem in item.problems if problem.severity is Severity.ERROR)
        if name:
            found.append(_Declared(name, shown, former=former, problems=errors))
        else:
            unreadable += errors
    return found, tuple(unreadable)


def _resolved(session: Session, build: Build, shown: str) -> _Declared:
    former = build.desired.renamed_from or ""
    try:
        return _Declared(build.name, shown, build, session.desired(build), former)
    except CompilerError as error:
        return _Declared(build.name, shown, None, None, former, error.diagnostics)


def _names_in(path: Path, session: Session) -> tuple[str, str]:
    """The name that a broken manifest gives itself, and its former one; empty where they cannot be read."""
    from compiler.workspace.project import read_manifest

    try:
        data = read_manifest(path, session.workspace).data
    except CompilerError:
        return "", ""
    metadata = data.get("metadata") if isinstance(data, dict) else None
    known = metadata if isinstance(metadata, dict) else {}
    name, former = known.get("name"), known.get("renamedFrom")
    return name if isinstance(name, str) else "", former if isinstance(former, str) else ""


def _planned_as(item: _Declared) -> Desired:
    """What the planner is handed: a suspended manifest for its drift, a broken one for its name alone."""
    if item.desired is not None:
        return replace(item.desired, suspend=False)
    return Desired(item.name, None, None, renamed_from=item.former or None, suspend=True)


def _fleet(
    session: Session, declared: Sequence[_Declared], unreadable: tuple[Diagnostic, ...], planned: Planned
) -> Fleet:
    live = _live_by_name(session, planned)
    since = _since(session, planned)
    changes = _changes_by_name(planned)
    names = {item.name: _facts(item, planned, changes, live.get(item.name, []), since) for item in declared}
    carried = {item.former for item in declared if item.former}
    orphans = set(live) - set(names) - carried
    orphaned = {
        name: replace(_of_live(name, live[name], since), changes=changes.get(name, ())) for name in sorted(orphans)
    }
    return Fleet(
        names,
        orphaned,
        unreadable,
        git_facts(repository_of(session.root)).get("gitCommit", ""),
        session.workspace.name,
        patterns_digest(session),
        why_incomplete(session),
    )


def _facts(
    item: _Declared,
    planned: Planned,
    changes: Mapping[str, tuple[Change, ...]],
    live: Sequence[LiveResource],
    since: Mapping[str, float],
) -> NameFacts:
    said = planned.plan.diagnostics_by_name.get(item.name, ())
    suspended = item.build is not None and item.build.desired.suspend
    facts = _of_live(item.name, live, since)
    return replace(
        facts,
        manifest=item.path,
        wanted=_wanted(item.desired) if item.desired else "",
        artifact=item.desired.serves if item.desired else "",
        problems=item.problems,
        suspended=suspended,
        changes=changes.get(item.name, ()),
        refusals=tuple(problem for problem in said if problem.severity is Severity.ERROR),
        failed_test=any(problem.code == FAILED_BEFORE for problem in said),
    )


def _changes_by_name(planned: Planned) -> dict[str, tuple[Change, ...]]:
    found: dict[str, list[Change]] = {}
    for change in planned.plan.pending:
        found.setdefault(change.name, []).append(change)
    return {name: tuple(changes) for name, changes in found.items()}


def _of_live(name: str, live: Sequence[LiveResource], since: Mapping[str, float]) -> NameFacts:
    at_work = next((item for item in live if item.id in since), None)
    deployment = next((item for item in reversed(live) if item.model_id), None)
    versions = [item for item in live if tags.ARTIFACT in item.tags]
    return NameFacts(
        name,
        in_progress=at_work.state if at_work else "",
        in_progress_since=(since[at_work.id] or None) if at_work else None,
        resource_states={item.id: item.state for item in live if item.state != "DELETED"},
        live_artifacts=frozenset(item.tags[tags.ARTIFACT] for item in versions),
        version=str(versions[-1].summary.get("versionId") or "") if versions else "",
        endpoint=str(deployment.body.get("modelDeploymentUrl") or "") if deployment else "",
    )


def _live_by_name(session: Session, planned: Planned) -> dict[str, list[LiveResource]]:
    observed, place = planned.observed, session.connection.place
    found: dict[str, list[LiveResource]] = {}
    for item in (*observed.models, *observed.version_sets, *observed.deployments):
        working = item.state == "DELETING" and bool(item.model_id)  # a deployment
        if place.owns(item.tags) and (working or not item.deleted):
            found.setdefault(item.tags.get(tags.NAME, ""), []).append(item)
    return {name: sorted(items, key=lambda item: item.age) for name, items in found.items() if name}


def _since(session: Session, planned: Planned) -> dict[str, float]:
    """OCID of a deployment in progress -> since when in epoch seconds, 0 where the service does not tell."""
    from compiler.cloud.stable import update_started

    moving = deployments_in_progress(planned.observed, session.connection.place, None)
    started = update_started(session.connection, moving)
    return {live.id: _epoch(started.get(live.id, "")) for live in moving}


def _epoch(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0


def _wanted(desired: Desired) -> str:
    """Digest of what decides requests: no git facts, no secrets."""
    model, deployment = desired.model, desired.deployment
    smoke = deployment.smoke if deployment else None
    parts = [
        desired.serves,
        desired.renamed_from,
        model.settings if model else None,
        [deployment.state, deployment.body, deployment.protect] if deployment else None,
        [smoke.request, smoke.expected, smoke.tolerance] if smoke else None,
    ]
    return digest(parts)
