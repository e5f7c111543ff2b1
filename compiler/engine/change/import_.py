"""Import: a manifest and the files for what was made elsewhere, and then our tags on it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.codes import ExitCode
from compiler.diagnostics import Diagnostic, failure
from compiler.engine.change.adopt import (
    ARTIFACT,
    AdoptionSource,
    GeneratedManifest,
    check_files,
    check_source,
    directory_for,
    manifest_for,
    read_source,
)
from compiler.engine.checkout import Checkout
from compiler.engine.consent import Consent, Question
from compiler.engine.exclusive import exclusively
from compiler.engine.reference import manifest_of
from compiler.engine.result import Result
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.engine.target.planning import Observing, plan_desired, transferring, waiting
from compiler.events import Event, Listener, Phase, ignore
from compiler.planning.plan.outcome import ApplyOptions, Outcome
from compiler.planning.plan.planner import Options
from compiler.render.lines import Line
from compiler.workspace.names import slug
from compiler.workspace.root import MANIFEST_FILE, OWN_FOLDERS, shown

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.planning.plan.plan import Plan
    from compiler.render.documents.resources import ImportDocument


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import, and where to."""

    resource: str
    """OCID of a model or deployment, its end, or its display name."""
    directory: Path | None = None
    """For `model.yaml` and `artifact/`; None: where the project looks for manifests."""
    target: TargetRequest = field(default_factory=TargetRequest)
    name: str | None = None
    """Of the manifest; None: made from the folder's, or the display name."""
    by_id: bool = False
    """For a deployment: leave its model alone, and name it by its OCID."""
    timeout: float = 3600.0
    """Seconds for each change of the service."""
    break_glass: str = ""
    """Reason to go ahead although somebody reconciles the target (`--break-glass --reason TEXT`)."""


@dataclass(frozen=True, slots=True)
class ImportResult(Result):
    """The files that were written, the plan that tags the resources, and what became of it."""

    request: ImportRequest
    name: str
    directory: Path
    build: Build
    source: AdoptionSource
    manifest: GeneratedManifest
    plan: Plan
    outcome: Outcome | None
    """None when nobody agreed: the files are there, and nothing in the target was changed."""

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Problems of the changes."""
        return self.outcome.diagnostics if self.outcome else ()

    @property
    def exit_code(self) -> ExitCode:
        """That of the changes; 0 when there were none."""
        from compiler.diagnostics import exit_code

        return exit_code(self.diagnostics)

    def lines(self, width: int | None = None) -> list[Line]:
        """The plan and what became of it."""
        from compiler.render.plan import plan_lines

        return [*plan_lines(self.plan), *self.closing(width)]

    def closing(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """One line a change, and what comes next."""
        from compiler.render.outcome import adopted_lines

        return [*(adopted_lines(self.outcome) if self.outcome else ()), Line(f"  {self.next}")]

    @property
    def next(self) -> str:
        """What comes next."""
        if self.outcome is None:
            again = f"manifact import {self.request.resource} {shown(self.directory)} --yes"
            return f"nothing in the target was changed; `{again}` takes it over"
        if self.exit_code == ExitCode.OK:
            return f"it is yours: `manifact plan {shown(self.directory)}` tells of every change from now on"
        return "run the same command again before you plan or apply: it completes what was begun"

    def to_json(self) -> ImportDocument:
        """What `import --json` prints."""
        return {
            "formatVersion": 1,
            "name": self.name,
            "manifest": str(self.build.manifest),
            "model": self.source.model.id,
            "deployment": self.source.deployment.id if self.source.deployment else None,
            "variables": list(self.manifest.variables),
            "notes": list(self.manifest.notes),
            "plan": self.plan.to_json(),
            "adopted": self.outcome is not None,
        }


def import_resource(
    checkout: Checkout, request: ImportRequest, consent: Consent, listener: Listener = ignore
) -> ImportResult:
    """Read, write the files, compile them, show what adopting changes, ask, and carry it out.

    Raises `CompilerError` MF760 for what somebody else owns and for a name that is taken, MF764 for what a manifest
    cannot describe, MF751 for a folder that is not empty; nothing half-written is left.
    """
    from compiler.cloud.datascience.lookup import find, listed
    from compiler.planning.live.observed import Kind

    kinds = (Kind.MODEL, Kind.DEPLOYMENT)
    given = checkout.path(request.directory) if request.directory else None
    with (
        open_session(checkout, request.target, listener, given) as session,
        exclusively(session, request.timeout, listener, request.break_glass),
    ):
        observed = listed(session.connection, kinds)
        found = find(session.connection, request.resource, observed, kinds)
        watch = waiting(request.timeout, listener)
        source = read_source(session, found.kind, found.id, watch, by_id=request.by_id)
        name = request.name or slug(given.resolve().name if given else source.name)
        check_source(source, name, observed, session)
        directory = directory_for(given, name, session)
        _check_directory(directory, name, session)
        manifest, build = _written(source, name, directory, session, listener)
        _report(manifest, directory, listener)
        plan = _plan(source, build, session, request.timeout, listener)
        outcome = _adopted(plan, session, request, consent, listener)
    return ImportResult(request, name, directory, build, source, manifest, plan, outcome)


def _check_directory(directory: Path, name: str, session: Session) -> None:
    """The manifest must be of the project whose target this is, and the only one of its name."""
    checkout = session.checkout
    if not directory.is_relative_to(session.root) or checkout.root_of(directory) != session.root:
        hint = "write a manifact.yaml first: it makes a folder with several manifests one project"
        raise failure("MF764", f"{shown(directory)} would be another project than {shown(session.root)}", hint=hint)
    other = manifest_of(checkout, name, session.root)
    if other is not None and other.parent != directory:
        raise failure("MF760", f"'{name}' is the name of {shown(other)}", hint="choose another one with --name")
    if directory.is_dir() and _holds_something(directory) and not (directory / MANIFEST_FILE).is_file():
        raise failure("MF751", f"{shown(directory)} is there already and not empty", hint="name a new folder")


def _holds_something(directory: Path) -> bool:
    """Whether there is more than what other commands keep for themselves."""
    return any(path.name not in OWN_FOLDERS for path in directory.iterdir())


def _written(
    source: AdoptionSource, name: str, directory: Path, session: Session, listener: Listener
) -> tuple[GeneratedManifest, Build]:
    """The files, written where they are not there yet, and compiled; they must be what the catalog holds."""
    from compiler.compilation.compile import compile_manifest

    path = directory / MANIFEST_FILE
    with _downloaded(source, name, directory, session, listener) as (work, files, digest):
        manifest = manifest_for(source, name, files, new=not path.exists())
        if manifest.new:
            check_files(manifest.text, work, session.root)
            directory.mkdir(exist_ok=True)
            if digest:
                (work / ARTIFACT).rename(directory / ARTIFACT)
            path.write_text(manifest.text, encoding="utf-8")
    build = compile_manifest(path, root=session.root)
    if build.name != name or build.desired.serves != (digest or source.model.id):
        message = f"{shown(path)} is not what is live: '{build.name}' with {build.desired.serves}"
        raise failure("MF764", message, hint="remove the folder to have it written anew, or choose another one")
    return manifest, build


@contextmanager
def _downloaded(
    source: AdoptionSource, name: str, directory: Path, session: Session, listener: Listener
) -> Iterator[tuple[Path, list[str], str | None]]:
    """A folder beside `directory` that holds the artifact meanwhile; the names of its files, and its digest."""
    from compiler.cloud.pull import pull

    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".import-") as work:
        if source.by_id:
            yield Path(work), [], None
            return
        watch = transferring(name, listener)
        pulled = pull(session.connection, source.model.id, Path(work) / ARTIFACT, watch)
        yield Path(work), [path.name for path in pulled.folder.iterdir()], pulled.digest


def _report(manifest: GeneratedManifest, directory: Path, listener: Listener) -> None:
    lines = [f"{'wrote' if manifest.new else 'found'} {shown(directory)}"]
    lines += [f"  not in the manifest: {note}" for note in manifest.notes]
    lines += [
        f"  environment variable {name} looks like a secret: set MANIFACT_VAR_{name} where you apply"
        for name in manifest.variables
    ]
    for line in lines:
        listener(Event(Phase.WRITTEN, text=line))


def _plan(source: AdoptionSource, build: Build, session: Session, timeout: float, listener: Listener) -> Plan:
    from compiler.planning.importing.adoption import adopt

    desired = session.desired(build)
    place = session.connection.place
    adopting = adopt(desired, source.model, source.deployment, place)
    if adopting.pending and all(place.owns(live.tags) for _, live in source.lives):
        # Adopted before: from then on it is planned like everything else.
        return plan_desired(session, [desired], [build], Observing(Options(), timeout), listener).plan
    return adopting


def _adopted(
    plan: Plan, session: Session, request: ImportRequest, consent: Consent, listener: Listener
) -> Outcome | None:
    """Carry the plan out once the user agrees; None when nobody did."""
    from compiler.engine.change.runner import apply

    listener(Event(Phase.PLANNED, session.name, value=plan))
    if plan.empty:
        return Outcome(())
    if not consent(Question("Take it over?", "the resource would be adopted", plan)):
        return None
    return apply(plan, session.connection, {}, ApplyOptions(request.timeout))
