"""Doctor: what this machine, the project and its targets lack, and how to mend it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.engine.target.doctor_machine import Finding, machine_findings
from compiler.events import Listener, ignore
from compiler.render.lines import Line, Style

if TYPE_CHECKING:
    from compiler.render.documents.tools import DoctorDocument

_MARKS: dict[str, tuple[str, Style]] = {"good": ("✓", "create"), "missing": ("○", ""), "wrong": ("✗", "delete")}


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """Which target to look at; every target of the project where none is named."""

    target: TargetRequest = field(default_factory=TargetRequest)


@dataclass(frozen=True, slots=True)
class DoctorResult(Result):
    """Everything that was looked at."""

    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> ExitCode:
        """3 where something does not work as it is."""
        wrong = any(finding.state == "wrong" for finding in self.findings)
        return ExitCode.ENVIRONMENT if wrong else ExitCode.OK

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - not cut
        """A line for each finding, and one below it that says how to mend it."""
        longest = max(len(finding.check) for finding in self.findings)
        return [line for finding in self.findings for line in _lines(finding, longest)]

    def to_json(self) -> DoctorDocument:
        """What `doctor --json` prints."""
        findings = [(found.check, found.state, found.detail, found.mend) for found in self.findings]
        return {
            "formatVersion": 1,
            "findings": [{"check": a, "state": b, "detail": c, "mend": d} for a, b, c, d in findings],
        }


def examine(checkout: Checkout, request: DoctorRequest, listener: Listener = ignore) -> DoctorResult:
    """Look at everything; what is wrong is in the result. Asks the services of cloud targets."""
    return DoctorResult((*machine_findings(checkout), *_project(checkout, request, listener)))


def _lines(finding: Finding, longest: int) -> Iterator[Line]:
    mark, style = _MARKS[finding.state]
    yield Line(f"  {mark} {finding.check:<{longest}}  {finding.detail}", style)
    if finding.mend:
        yield Line(f"    {'':<{longest}}  {finding.mend}")


def _project(checkout: Checkout, request: DoctorRequest, listener: Listener) -> Iterator[Finding]:
    from compiler.workspace.root import shown
    from compiler.workspace.targets import LOCAL

    try:
        workspace = checkout.workspace()
    except CompilerError as error:
        yield _wrong("project", error)
        return
    yield Finding("project", "good", f"'{workspace.name}' in {shown(workspace.root)}")
    yield _store(workspace.state)
    named = request.target.target or checkout.environ.get("MANIFACT_TARGET")
    known = {LOCAL: None, **(workspace.project.targets if workspace.project else {})}
    for name in [named] if named else known:
        if name == LOCAL and not workspace.state.exists():
            yield Finding(f"target {LOCAL}", "good", "nothing was applied to it yet")
        else:
            yield from _target(checkout, TargetRequest(name, request.target.auth), listener)


def _store(state: Path) -> Finding:
    """Whether the project's private folder can be written, or made."""
    place = state if state.exists() else state.parent
    if os.access(place, os.W_OK):
        return Finding("store", "good", f"{state.name} can be written")
    return Finding("store", "wrong", f"{place} cannot be written", "make it writable for this user")


def _target(checkout: Checkout, request: TargetRequest, listener: Listener) -> Iterator[Finding]:
    """Clock, credentials, permission to list, and conda environments: what a plan asks first."""
    from compiler.cloud.observe import observe

    check = f"target {request.target}"
    try:
        with open_session(checkout, request, listener) as session:
            if not session.connection.local:
                yield _clock(session)
            observe(session.connection, [])
            yield Finding(check, "good", "answers; it lists models and deployments")
            if not session.connection.local:
                yield from _packs(session)
    except CompilerError as error:
        yield _wrong(check, error)


def _clock(session: Session) -> Finding:
    from compiler.cloud.connect.clock import LIMIT, clock_skew

    check = f"clock {session.name}"
    try:
        skew = clock_skew(session.connection)
    except CompilerError as error:
        return _wrong(check, error)
    if skew is None:
        return Finding(check, "missing", "the service did not tell its time", "compare the clock with another one")
    if abs(skew) < LIMIT:
        return Finding(check, "good", f"{abs(skew):.0f} s from the service's")
    side = "ahead of" if skew > 0 else "behind"
    detail = f"{abs(skew):.0f} s {side} the service's, which refuses requests from {LIMIT:.0f} s on"
    return Finding(check, "wrong", detail, "set this machine's clock (`timedatectl set-ntp true` keeps it right)")


def _packs(session: Session) -> Iterator[Finding]:
    """Whether the conda environments that the project's manifests name are where they are said to be."""
    from compiler.cloud.objectstorage.conda_environment import environment_exists

    for uri in sorted(_environments(session)):
        check = f"conda {uri}"
        exists = environment_exists(session.connection, uri)
        if exists:
            yield Finding(check, "good", "is there")
        elif exists is None:
            yield Finding(check, "missing", "cannot be looked at", "allow `read objects` in its bucket's compartment")
        else:
            yield Finding(check, "wrong", "is not there", "`manifact lock --list` shows those of the service")


def _environments(session: Session) -> set[str]:
    """`oci://…` of every inference environment of the project; a manifest that is wrong is for validate."""
    from compiler.engine.selection import SelectRequest, select
    from compiler.lock import read_lock
    from compiler.workspace.project import load_manifest

    found: set[str] = set()
    packs = read_lock(session.root).packs
    with suppress(CompilerError):
        for path in select(session.checkout, SelectRequest(everything=bool(session.workspace.project))).paths:
            environment = load_manifest(path, session.workspace, target=session.name).manifest.spec.environment
            pack = environment.inference if environment else None
            if isinstance(pack, str):
                found |= {packs[pack].path} if pack in packs else set()
            elif pack is not None:
                found.add(pack.path)
    return found


def _wrong(check: str, error: CompilerError) -> Finding:
    problem = error.diagnostics[0]
    place = f"{problem.where}: " if problem.where else ""
    mend = problem.hint or f"`manifact explain {problem.code}` says what it means"
    return Finding(check, "wrong", f"{place}{problem.message} [{problem.code}]", mend)
