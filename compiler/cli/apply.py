"""`manifact apply`: carry the plan out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_consent, add_json, add_manifest, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.build.result import Build
    from compiler.cli.session import Session
    from compiler.cloud.archives import Archive
    from compiler.planning.changes import Plan

SUMMARY = "save the model to the catalog, deploy it, wait and test it; a second apply changes nothing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_json(parser)
    parser.add_argument("--plan", type=Path, metavar="FILE", help="carry out what `plan -o FILE` saved, or refuse")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds for each change (default: 3600)")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for deployments, and do not test them")
    parser.add_argument("--retry", action="store_true", help="try again what failed its smoke test")
    parser.add_argument(
        "--verify", choices=("auto", "always", "never"), default="auto", help="run the model here before saving it"
    )


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Plan anew, or take a saved plan; verify what is new, ask, and carry out."""
    return _saved(arguments, console) if arguments.plan else _fresh(arguments, console)


def _fresh(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.build.compile import compile_manifest
    from compiler.cli.session import open_session
    from compiler.cloud.archives import archive_of
    from compiler.cloud.observe import observe
    from compiler.planning.plan import Options, plan
    from compiler.workspace.root import manifest_path

    path = manifest_path(arguments.manifest)
    build = compile_manifest(path, root=arguments.root)
    options = Options(retry=arguments.retry)
    with open_session(arguments, path.parent, console) as session:
        desired = [session.wanted(build)]
        observed = observe(session.connection, desired, options)
        found = plan(desired, observed, session.connection.place, options)
        archives = {f"sha256:{build.record.digest}": archive_of(build.artifact, build.record)}
        return _carry_out(found, session, archives, arguments, console, build)


def _saved(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.cli.session import open_session
    from compiler.cloud.observe import observe
    from compiler.diagnostics import failure
    from compiler.planning.plan import plan
    from compiler.planning.planfile import confirm, load_plan, with_secrets

    try:
        saved = load_plan(arguments.plan.read_text(encoding="utf-8"))
    except OSError as error:
        raise failure("MF001", f"cannot read {arguments.plan}: {error.strerror}") from None
    arguments.target = arguments.target or saved.place.target
    with open_session(arguments, Path.cwd(), console) as session:
        desired = with_secrets(saved, session.substituted)
        observed = observe(session.connection, desired, saved.options)
        place = session.connection.place
        found = confirm(saved, place, plan(desired, observed, place, saved.options))
        return _carry_out(found, session, _built(found, session.root), arguments, console, None)


def _built(plan: Plan, root: Path) -> dict[str, Archive]:
    """The zips of those artifacts of the plan that lie built under the root."""
    from compiler.cloud.archives import archive_of
    from compiler.emit.record import RECORD_NAME, ArtifactRecord

    archives = {}
    for name in plan.artifacts:
        folder = root / "build" / name
        if (folder / RECORD_NAME).is_file():
            record = ArtifactRecord.from_json((folder / RECORD_NAME).read_bytes())
            archives[f"sha256:{record.digest}"] = archive_of(folder / "artifact", record)
    return archives


def _carry_out(
    plan: Plan,
    session: Session,
    archives: dict[str, Archive],
    arguments: argparse.Namespace,
    console: Console,
    build: Build | None,
) -> ExitCode:
    from compiler.apply import Conduct
    from compiler.cli.carry_out import carry_out
    from compiler.cli.consent import ask_consent
    from compiler.cli.plan_view import show_plan

    show_plan(plan, console)
    if plan.empty and not plan.problems:
        console.document({"formatVersion": 1, "complete": True, "results": [], "diagnostics": []})
        return ExitCode.OK
    if build is not None:
        _verify(build, plan, arguments, console)
    ask_consent(plan, console, yes=arguments.yes, everything=session.target.confirm == "all")
    files = _attached(build) if build else {}
    conduct = Conduct(arguments.timeout, files=files, wait=not arguments.no_wait)
    return carry_out(plan, session.connection, archives, console, conduct)


def _attached(build: Build) -> dict[str, Path]:
    """The files that `catalog.custom` attaches, by their sha256."""
    model = build.desired.model
    return {item.sha256: build.manifest.parent / item.path for item in model.attachments} if model else {}


def _verify(build: Build, plan: Plan, arguments: argparse.Namespace, console: Console) -> None:
    """Run the model before it is saved: `always`, or with `auto` when its bytes are new to the target."""
    from compiler.cli.verification import verified
    from compiler.diagnostics import CompilerError
    from compiler.workspace.targets import LOCAL

    sending = ("create_model_artifact", "upload_object")
    uploads = any(step.operation in sending for change in plan.pending for step in change.steps)
    if arguments.verify == "never" or (arguments.verify == "auto" and not uploads):
        return
    try:
        verified(build, console, timeout=arguments.timeout)
    except CompilerError as problem:
        missing = any(d.code == "MF608" for d in problem.diagnostics)
        if arguments.verify == "always" or plan.place.target == LOCAL or not missing:
            raise
        console.note(f"  warning: not verified here, the smoke test decides: {problem.diagnostics[0].message}")
