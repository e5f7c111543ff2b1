"""`manifact plan`: what apply would do, and why; nothing is changed."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_manifest, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "show what apply would change in the target, and why"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_target(parser)
    add_json(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when there are changes")
    parser.add_argument(
        "--deep", action="store_true", help="read every record, to find what was changed behind our back"
    )


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile, observe, compare."""
    from compiler.build.compile import compile_manifest
    from compiler.cli.plan_view import show_plan
    from compiler.cli.session import open_session
    from compiler.cloud.observe import observe
    from compiler.planning.plan import plan
    from compiler.workspace.root import manifest_path

    path = manifest_path(arguments.manifest)
    build = compile_manifest(path, root=arguments.root)
    with open_session(arguments, path.parent, console) as session:
        desired = [session.wanted(build)]
        observed = observe(session.connection, desired, deep=arguments.deep)
        found = plan(desired, observed, session.connection.place)
    show_plan(found, console)
    console.document(
        {"formatVersion": 1, "target": found.place.target, "changes": [change.to_json() for change in found.changes]}
    )
    if not console.json:
        console.diagnostics(found.problems)
    return ExitCode.CHANGES if arguments.exit_code and not found.empty else ExitCode.OK
