"""`manifact status NAME`: how far one model is, and what comes next."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.compilation.cache import recall
from compiler.compilation.build import Build
from compiler.engine.target import steps as life
from compiler.cli.console import Console
from compiler.engine.target.live_resources import documents, live_resources
from compiler.engine.reference import manifest_of
from compiler.engine.session import Session, named_model, open_session
from compiler.engine.target.steps import Step
from compiler.cloud.observe import observe
from compiler.cloud.datascience.smoke_test import SmokeTestError, smoke_test
from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError, Diagnostic, exit_code, failure
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.planner import plan
from compiler.planning.plan.plan import Plan
from compiler.workspace.root import MANIFEST_FILE, shown

if TYPE_CHECKING:
    from compiler.render.documents.targets import StatusDocument
    from compiler.planning.desired.types import Desired

_MARKS = {"done": "✓", "available": "○", "needs action": "!", "not available": " ", "not applicable": "-"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the manifest says now."""

    name: str
    manifest: Path | None
    build: Build | None
    problems: tuple[Diagnostic, ...] = ()


def status_of_one(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Show the steps of one model; exits with 1 when its manifest is wrong."""
    named = named_model(arguments)
    wanted = _wanted(arguments, named.name, named.start)
    with open_session(arguments, named.start, console) as session:
        desired = session.wanted(wanted.build) if wanted.build else None
        observed = observe(session.connection, [desired] if desired else [])
        found = plan([desired], observed, session.connection.place) if desired else None
        steps = _steps(wanted, desired, found, observed, session, ask=not arguments.no_ask)
        shown_resources = documents(live_resources(session.connection, observed, named.name))
        if wanted.manifest is None and not shown_resources:
            where = f"target '{session.connection.place.target}'"
            raise failure("MF761", f"no manifest here is called '{named.name}', and nothing of that name is in {where}")
    following = life.following(steps, named.name, _said(wanted))
    _show(steps, following, console)
    document: StatusDocument = {
        "formatVersion": 1,
        "target": session.connection.place.target,
        "resources": shown_resources,
        "steps": [{"name": step.name, "state": step.state, "detail": step.detail} for step in steps],
        "next": following,
    }
    console.document(document)
    if not console.json:
        console.diagnostics(wanted.problems)
    return exit_code(wanted.problems)


def _wanted(arguments: argparse.Namespace, name: str, start: Path) -> _Wanted:
    """The build that the manifest gives, without anything written."""
    from compiler.compilation.full_build import assembled

    given = Path(arguments.model)
    named = given / MANIFEST_FILE if given.is_dir() else given
    path = named.resolve() if named.is_file() else manifest_of(name, start, arguments.root)
    if path is None:
        return _Wanted(name, None, None)
    try:
        if known := recall(path, arguments.root):
            return _Wanted(name, path, known)
        with assembled(path, arguments.root) as (build, _, _):
            return _Wanted(name, path, build)
    except CompilerError as problem:
        return _Wanted(name, path, None, problem.diagnostics)


def _steps(
    wanted: _Wanted, desired: Desired | None, found: Plan | None, observed: Observed, session: Session, *, ask: bool
) -> list[Step]:
    place = session.connection.place
    models = observed.named(observed.models, place, wanted.name)
    deployments = observed.named(observed.deployments, place, wanted.name)
    live = next((item for item in reversed(deployments) if not item.deleted), None)
    smoke = desired.deployment.smoke if desired and desired.deployment else None
    compiled = life.compiled(wanted.build, wanted.problems)
    deployed = life.deployed(wanted.build, found, deployments)
    # An endpoint that serves something else than the manifest says is not asked what the manifest expects.
    answer = _answer(session, live, smoke) if ask and live and smoke and deployed.state == "done" else None
    return [
        compiled,
        life.introspected(wanted.build, compiled),
        life.verified(wanted.build),
        life.saved(wanted.build, found, models),
        deployed,
        life.asked(live, smoke, answer),
    ]


def _answer(session: Session, live: LiveResource, smoke: object) -> list[Diagnostic] | None:
    from compiler.planning.desired.types import SmokeTest

    url = live.body.get("modelDeploymentUrl")
    if live.state != "ACTIVE" or not url or not isinstance(smoke, SmokeTest):
        return None
    try:
        warning = smoke_test(session.connection, str(url), smoke)
    except SmokeTestError as problem:
        return list(problem.diagnostics)
    return [warning] if warning else []


def _said(wanted: _Wanted) -> str | None:
    """The manifest as a command line would name it."""
    if wanted.manifest is None:
        return None
    return shown(wanted.manifest.parent if wanted.manifest.name == MANIFEST_FILE else wanted.manifest)


def _show(steps: list[Step], following: str, console: Console) -> None:
    for step in steps:
        style = {"done": "create", "needs action": "update"}.get(step.state, "")
        line = f"  {_MARKS[step.state]} {step.name:<12}  {step.state:<14}  {step.detail}".rstrip()
        console.line(console.styled(line, style) if style else line)
    console.line(f"  next: {following}")
