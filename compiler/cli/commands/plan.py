"""`manifact plan`: what apply would do, and why; nothing is changed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_deep, add_json, add_manifests, add_prune, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.render.documents.targets import PlanDocument
    from compiler.cloud.connect.connection import Connection
    from compiler.diagnostics import Diagnostic
    from compiler.planning.desired.types import Desired
    from compiler.planning.live.observed import Observed
    from compiler.planning.plan.planner import Options
    from compiler.planning.plan.plan import Plan

SUMMARY = "show what apply would change in the target, and why"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_json(parser)
    parser.add_argument("--markdown", action="store_true", help="print Markdown for a pull-request comment")
    parser.add_argument("--policies", action="store_true", help="print the IAM policies it needs; nothing is asked")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="save the plan, for `apply --plan FILE`")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when there are changes")
    add_deep(parser)
    add_prune(parser)
    parser.add_argument("--retry", action="store_true", help="try again what failed its smoke test")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile all manifests, observe, compare."""
    from compiler.engine.selection import compile_selected, wanted_of_all, with_answers
    from compiler.engine.session import open_session
    from compiler.cloud.observe import observe
    from compiler.diagnostics import exit_code
    from compiler.planning.plan.planner import Options, plan
    from compiler.planning.plan.saved_plan import save_plan

    builds = compile_selected(arguments)
    if arguments.policies:
        return _show_policies(builds, arguments, console)
    options = Options(prune=arguments.prune, retry=arguments.retry, deep=arguments.deep)
    quiet = Console(json=True) if arguments.markdown else console
    with open_session(arguments, builds[0].root, quiet) as session:
        desired = wanted_of_all(builds, session)
        observed = observe(session.connection, desired, options)
        found = plan(desired, observed, session.connection.place, options)
        found = with_answers(found, builds, session.connection)
        found = found.with_diagnostics(_moving(session.connection, desired, observed, options))
    if arguments.out is not None:
        manifests = {build.name: str(build.manifest.relative_to(build.root)) for build in builds}
        arguments.out.write_text(save_plan(found, desired, options, manifests), encoding="utf-8")
    _show(found, arguments, console)
    if arguments.out is not None and not console.json:
        console.note(f"saved {arguments.out}; next: manifact apply --plan {arguments.out}")
    changes = ExitCode.CHANGES if arguments.exit_code and not found.empty else ExitCode.OK
    return exit_code(found.problems) or changes


def _show_policies(builds: Sequence[Build], arguments: argparse.Namespace, console: Console) -> ExitCode:
    """What an administrator is to allow before the first apply: neither credentials nor network are needed."""
    import os

    from compiler.engine.session import wanted_of
    from compiler.diagnostics import failure
    from compiler.planning.plan.iam_policies import needs_of, policies
    from compiler.planning.tags import Scope
    from compiler.workspace.project import open_workspace
    from compiler.workspace.targets import LOCAL, choose_target

    if console.json:
        raise failure("MF913", "--policies prints the text of a policy: there is no JSON of it")
    workspace = open_workspace(builds[0].root, arguments.root)
    name, target = choose_target(workspace, arguments.target or os.environ.get("MANIFACT_TARGET"))
    if name == LOCAL:
        console.line("# the target local needs none")
        return ExitCode.OK
    compartment = target.compartment_id or "<compartment>"
    place = Scope(workspace.name, name, compartment, target.project_id or "", target.region or "")
    for line in policies(place, needs_of(wanted_of(build, workspace, name, target) for build in builds)):
        console.line(line)
    return ExitCode.OK


def _moving(
    connection: Connection, desired: Sequence[Desired], observed: Observed, options: Options
) -> dict[str, tuple[Diagnostic, ...]]:
    """What is to be known of deployments that still move."""
    from compiler.cloud.stable import update_started
    from compiler.planning.desired.types import names_of
    from compiler.planning.live.in_progress import deployments_in_progress, in_progress_warnings

    lives = deployments_in_progress(observed, connection.place, None if options.prune else names_of(desired))
    return in_progress_warnings(lives, update_started(connection, lives))


def _show(plan: Plan, arguments: argparse.Namespace, console: Console) -> None:
    from compiler.cli.console import as_json
    from compiler.render.markdown import plan_markdown
    from compiler.render.plan import show_plan

    if arguments.markdown:
        console.line(plan_markdown(plan).rstrip("\n"))
    else:
        show_plan(plan, console)
    document: PlanDocument = {"formatVersion": 1, **plan.to_json(), "diagnostics": [*map(as_json, plan.problems)]}
    console.document(document)
    if not console.json:
        console.diagnostics(plan.problems)
