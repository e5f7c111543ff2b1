"""`manifact apply`: carry the plan out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_consent, add_json, add_manifest, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.build.result import Build
    from compiler.planning.changes import Plan

SUMMARY = "save the model to the catalog, deploy it, wait and test it; a second apply changes nothing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_json(parser)
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds for each change (default: 3600)")
    parser.add_argument("--retry", action="store_true", help="try again what failed its smoke test")
    parser.add_argument(
        "--verify", choices=("auto", "always", "never"), default="auto", help="run the model here before saving it"
    )


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile, plan, verify what is new, ask, and carry out."""
    from compiler.build.compile import compile_manifest
    from compiler.cli.carry_out import carry_out
    from compiler.cli.consent import ask_consent
    from compiler.cli.plan_view import show_plan
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
        show_plan(found, console)
        if found.empty and not found.problems:
            console.document({"formatVersion": 1, "complete": True, "results": [], "diagnostics": []})
            return ExitCode.OK
        _verify(build, found, arguments, console)
        ask_consent(found, console, yes=arguments.yes, everything=session.target.confirm == "all")
        archives = {f"sha256:{build.record.digest}": archive_of(build.artifact, build.record)}
        return carry_out(found, session.connection, archives, console, timeout=arguments.timeout)


def _verify(build: Build, plan: Plan, arguments: argparse.Namespace, console: Console) -> None:
    """Run the model before it is saved: `always`, or with `auto` when its bytes are new to the target."""
    from compiler.cli.verification import verified
    from compiler.diagnostics import CompilerError
    from compiler.workspace.targets import LOCAL

    uploads = any(step.operation == "create_model_artifact" for change in plan.pending for step in change.steps)
    if arguments.verify == "never" or (arguments.verify == "auto" and not uploads):
        return
    try:
        verified(build, console, timeout=arguments.timeout)
    except CompilerError as problem:
        missing = any(d.code == "MF608" for d in problem.diagnostics)
        if arguments.verify == "always" or plan.place.target == LOCAL or not missing:
            raise
        console.note(f"  warning: not verified here, the smoke test decides: {problem.diagnostics[0].message}")
