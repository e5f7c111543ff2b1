"""`manifact import OCID`: take over what was made by hand or by another tool."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_consent, add_json, add_root, add_target, add_timeout
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.render.documents.resources import ImportDocument
    from compiler.engine.change.adopt import Taken, Written
    from compiler.engine.session import Session
    from compiler.cloud.connect.watch import WaitOptions
    from compiler.planning.plan.plan import Plan

SUMMARY = "take over a model or deployment that was made elsewhere: manifest, artifact, and then its tags"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("resource", help="OCID of a model or deployment, its end, or its display name")
    parser.add_argument("directory", type=Path, nargs="?", help="folder for model.yaml and artifact/")
    parser.add_argument("--name", help="name of the manifest (default: made from the folder's, or the display name)")
    parser.add_argument(
        "--by-id", action="store_true", help="of a deployment: leave its model alone, and name it by its OCID"
    )
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_json(parser)
    add_timeout(parser, 3600.0, "each change")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Read, write the files, compile them, show what adopting changes, ask, and carry it out."""
    from compiler.engine.change.adopt import check, place_for, take
    from compiler.cli.commands.init import name_of
    from compiler.engine.checkout_lock import alone, noting
    from compiler.engine.session import open_session
    from compiler.cloud.datascience.lookup import find, listed
    from compiler.planning.live.observed import Kind

    start = arguments.directory or Path.cwd()
    with open_session(arguments, start, console) as session, alone(session, arguments, console):
        observed = listed(session.connection, (Kind.MODEL, Kind.DEPLOYMENT))
        found = find(session.connection, arguments.resource, observed, (Kind.MODEL, Kind.DEPLOYMENT))
        taken = take(session, found.kind, found.id, noting(arguments, console), by_id=arguments.by_id)
        name = arguments.name or name_of(arguments.directory.resolve().name if arguments.directory else taken.name)
        check(taken, name, observed, session)
        folder = place_for(arguments.directory, name, session.root)
        _check_folder(folder, name, session, arguments)
        written, build = _written(taken, name, folder, session, console)
        _tell(written, folder, console)
        plan = _plan(taken, build, session, noting(arguments, console))
        adopted = _adopted(plan, session, arguments, console)
    _end(adopted, arguments, folder, console)
    document: ImportDocument = {
        "formatVersion": 1,
        "name": name,
        "manifest": str(build.manifest),
        "model": taken.model.id,
        "deployment": taken.deployment.id if taken.deployment else None,
        "variables": list(written.variables),
        "notes": list(written.notes),
        "plan": plan.to_json(),
        "adopted": adopted is not None,
    }
    console.document(document)
    return adopted or ExitCode.OK


def _check_folder(folder: Path, name: str, session: Session, arguments: argparse.Namespace) -> None:
    """The manifest must be of the project whose target this is, and the only one of its name."""
    from compiler.engine.reference import manifest_of
    from compiler.workspace.root import MANIFEST_FILE, find_root, shown

    if not folder.is_relative_to(session.root) or (arguments.root is None and find_root(folder) != session.root):
        hint = "write a manifact.yaml first: it makes a folder with several manifests one project"
        raise failure("MF764", f"{shown(folder)} would be another project than {shown(session.root)}", hint=hint)
    other = manifest_of(name, session.root, arguments.root)
    if other is not None and other.parent != folder:
        raise failure("MF760", f"'{name}' is the name of {shown(other)}", hint="choose another one with --name")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST_FILE).is_file():
        raise failure("MF751", f"{shown(folder)} is there already and not empty", hint="name a new folder")


def _written(taken: Taken, name: str, folder: Path, session: Session, console: Console) -> tuple[Written, Build]:
    """The files, written where they are not there yet, and compiled; they must be what the catalog holds."""
    import tempfile

    from compiler.compilation.compile import compile_manifest
    from compiler.engine.change.adopt import ARTIFACT, check_files, manifest_for
    from compiler.cli.progress import Progress
    from compiler.cloud.pull import pull
    from compiler.cloud.connect.watch import WaitOptions
    from compiler.workspace.root import MANIFEST_FILE, shown

    folder.parent.mkdir(parents=True, exist_ok=True)
    manifest, digest = folder / MANIFEST_FILE, None
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".import-") as work:
        files: list[str] = []
        if not taken.by_id:
            with Progress(console, name) as progress:
                pulled = pull(session.connection, taken.model.id, Path(work) / ARTIFACT, WaitOptions(report=progress.tell))
            files, digest = [path.name for path in pulled.folder.iterdir()], pulled.digest
        written = manifest_for(taken, name, files, new=not manifest.exists())
        if written.new:
            check_files(written.text, Path(work), session.root)
            folder.mkdir(exist_ok=True)
            if digest:
                (Path(work) / ARTIFACT).rename(folder / ARTIFACT)
            manifest.write_text(written.text, encoding="utf-8")
    build = compile_manifest(manifest, root=session.root)
    if build.name != name or build.desired.serves != (digest or taken.model.id):
        told = f"{shown(manifest)} is not what is live: '{build.name}' with {build.desired.serves}"
        raise failure("MF764", told, hint="remove the folder to have it written anew, or choose another one")
    return written, build


def _tell(written: Written, folder: Path, console: Console) -> None:
    from compiler.workspace.root import shown

    console.line(f"  {'wrote' if written.new else 'found'} {shown(folder)}")
    for note in written.notes:
        console.line(f"    not in the manifest: {note}")
    for name in written.variables:
        console.line(f"    environment variable {name} looks like a secret: set MANIFACT_VAR_{name} where you apply")


def _plan(taken: Taken, build: Build, session: Session, watch: WaitOptions) -> Plan:
    from compiler.cloud.stable import observe_when_stable
    from compiler.planning.importing.adoption import adopt
    from compiler.planning.desired.types import names_of
    from compiler.planning.plan.planner import plan

    desired = session.wanted(build)
    place = session.connection.place
    adopting = adopt(desired, taken.model, taken.deployment, place)
    if adopting.pending and all(place.owns(live.tags) for _, live in taken.lives):
        # Taken over before: from then on it is planned like everything else.
        return plan([desired], observe_when_stable(session.connection, [desired], names_of([desired]), watch), place)
    return adopting


def _adopted(plan: Plan, session: Session, arguments: argparse.Namespace, console: Console) -> ExitCode | None:
    """Carry the plan out once the user agrees; None when nobody did."""
    from compiler.engine.change.apply import apply
    from compiler.render.plan import show_plan
    from compiler.diagnostics import exit_code
    from compiler.planning.plan.outcome import ApplyOptions, Status

    show_plan(plan, console)
    if plan.empty:
        return ExitCode.OK
    if not (arguments.yes or _agreed(console)):
        return None
    outcome = apply(plan, session.connection, {}, ApplyOptions(arguments.timeout))
    for result in outcome.results:
        mark = "✓" if result.status is Status.DONE else "✗"
        console.line(f"  {mark} {result.change.kind!s:<11}  {result.id or result.change.id}  {result.status}")
    if not console.json:
        console.diagnostics(outcome.diagnostics)
    return exit_code(outcome.diagnostics)


def _agreed(console: Console) -> bool:
    if console.json or not sys.stdin.isatty():
        return False
    console.note("\nTake it over? Only 'yes' is taken for an answer:")
    return sys.stdin.readline().strip() == "yes"


def _end(adopted: ExitCode | None, arguments: argparse.Namespace, folder: Path, console: Console) -> None:
    from compiler.workspace.root import shown

    if adopted is None:
        again = f"manifact import {arguments.resource} {shown(folder)} --yes"
        console.line(f"  nothing in the target was changed; `{again}` takes it over")
    elif adopted == ExitCode.OK:
        console.line(f"  it is yours: `manifact plan {shown(folder)}` tells of every change from now on")
    else:
        console.line("  run the same command again before you plan or apply: it completes what was begun")
