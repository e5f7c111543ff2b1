"""Doctor: what this machine, the project and its targets lack, and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.events import Listener, ignore
from compiler.render.lines import Line, Style

if TYPE_CHECKING:
    from compiler.render.documents.tools import DoctorDocument

State = Literal["good", "missing", "wrong"]
_MARKS: dict[str, tuple[str, Style]] = {"good": ("✓", "create"), "missing": ("○", ""), "wrong": ("✗", "delete")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    """What: `python`, `library numpy`, `target prod` and so on."""
    state: State
    """`missing` is what only some models or commands need; `wrong` is what does not work as it is."""
    detail: str
    mend: str | None = None
    """What to do about it; None where all is well."""


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
    found = [_python(), *_libraries(), _java(checkout), _isolation(), *_project(checkout, request, listener)]
    return DoctorResult(tuple(found))


def _lines(finding: Finding, longest: int) -> Iterator[Line]:
    mark, style = _MARKS[finding.state]
    yield Line(f"  {mark} {finding.check:<{longest}}  {finding.detail}", style)
    if finding.mend:
        yield Line(f"    {'':<{longest}}  {finding.mend}")


def _python() -> Finding:
    return Finding("python", "good", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _libraries() -> Iterator[Finding]:
    """The distributions that models of the known frameworks need to be run here."""
    from compiler.frameworks import libraries
    from compiler.verify.libraries import installed, missing_libraries

    for name in sorted(libraries()):
        if missing_libraries([name]):
            yield Finding(f"library {name}", "missing", "models that need it cannot run here", f"pip install {name}")
        else:
            yield Finding(f"library {name}", "good", ", ".join(installed([name])) or "installed")


def _java(checkout: Checkout) -> Finding:
    home = checkout.environ.get("JAVA_HOME")
    path = shutil.which("java", path=str(Path(home) / "bin") if home else checkout.environ.get("PATH"))
    if path:
        return Finding("java", "good", path)
    where = f"JAVA_HOME ({home}) holds none" if home else "none on PATH"
    return Finding("java", "missing", f"{where}; models on the JVM cannot run here", "install a JDK, or set JAVA_HOME")


def _isolation() -> Finding:
    from compiler.verify.run import require_isolation

    try:
        require_isolation()
    except CompilerError as error:
        problem = error.diagnostics[0]
        return Finding("isolation", "missing", problem.message, "allow user namespaces, or verify in a container")
    return Finding("isolation", "good", "models run without network, other files and other processes")


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
            yield _target(checkout, TargetRequest(name, request.target.auth), listener)


def _store(state: Path) -> Finding:
    """Whether the project's private folder can be written, or made."""
    place = state if state.exists() else state.parent
    if os.access(place, os.W_OK):
        return Finding("store", "good", f"{state.name} can be written")
    return Finding("store", "wrong", f"{place} cannot be written", "make it writable for this user")


def _target(checkout: Checkout, request: TargetRequest, listener: Listener) -> Finding:
    """Credentials, region and permission to list: what a plan asks first."""
    from compiler.cloud.observe import observe

    check = f"target {request.target}"
    return _attempt(check, lambda: _observed(checkout, request, listener, observe))


def _observed(checkout: Checkout, request: TargetRequest, listener: Listener, observe: Callable[..., object]) -> str:
    with open_session(checkout, request, listener) as session:
        observe(session.connection, [])
        return "answers; it lists models and deployments"


def _attempt(check: str, action: Callable[[], str]) -> Finding:
    try:
        return Finding(check, "good", action())
    except CompilerError as error:
        return _wrong(check, error)


def _wrong(check: str, error: CompilerError) -> Finding:
    problem = error.diagnostics[0]
    place = f"{problem.where}: " if problem.where else ""
    mend = problem.hint or f"`manifact explain {problem.code}` says what it means"
    return Finding(check, "wrong", f"{place}{problem.message} [{problem.code}]", mend)
