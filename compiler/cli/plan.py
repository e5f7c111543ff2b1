"""`manifact plan`: what apply would do, and why; nothing is changed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_manifest, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.planning.changes import Plan

SUMMARY = "show what apply would change in the target, and why"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifest(parser)
    add_root(parser)
    add_target(parser)
    add_json(parser)
    parser.add_argument("--markdown", action="store_true", help="print Markdown for a pull-request comment")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="save the plan, for `apply --plan FILE`")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when there are changes")
    parser.add_argument(
        "--deep", action="store_true", help="read every record, to find what was changed behind our back"
    )
    parser.add_argument("--retry", action="store_true", help="try again what failed its smoke test")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile, observe, compare."""
    from compiler.build.compile import compile_manifest
    from compiler.cli.session import open_session
    from compiler.cloud.observe import observe
    from compiler.planning.plan import Options, plan
    from compiler.planning.planfile import save_plan
    from compiler.workspace.root import manifest_path

    path = manifest_path(arguments.manifest)
    build = compile_manifest(path, root=arguments.root)
    options = Options(retry=arguments.retry)
    quiet = Console(json=True) if arguments.markdown else console
    with open_session(arguments, path.parent, quiet) as session:
        desired = [session.wanted(build)]
        observed = observe(session.connection, desired, options, deep=arguments.deep)
        found = plan(desired, observed, session.connection.place, options)
    if arguments.out is not None:
        arguments.out.write_text(save_plan(found, desired, options), encoding="utf-8")
    _show(found, arguments, console)
    return ExitCode.CHANGES if arguments.exit_code and not found.empty else ExitCode.OK


def _show(plan: Plan, arguments: argparse.Namespace, console: Console) -> None:
    from compiler.cli.plan_markdown import plan_markdown
    from compiler.cli.plan_view import show_plan

    if arguments.markdown:
        console.line(plan_markdown(plan).rstrip("\n"))
    else:
        show_plan(plan, console)
    console.document({"formatVersion": 1, **plan.to_json()})
    if not console.json:
        console.diagnostics(plan.problems)
