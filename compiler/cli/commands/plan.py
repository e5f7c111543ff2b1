"""`manifact plan`: what apply would do, and why; nothing is changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import (
    add_deep,
    add_format,
    add_manifests,
    add_prune,
    add_root,
    add_target,
    checkout,
    selection,
    target,
)
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode
from compiler.diagnostics import failure

SUMMARY = "show what apply would change in the target, and why"
EXAMPLE = "manifact plan models/wine --target production -o wine.plan.json"
DOCUMENT = "targets:PlanDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_format(parser)
    parser.add_argument("--markdown", action="store_true", help="print Markdown for a pull-request comment")
    parser.add_argument("--policies", action="store_true", help="print the IAM policies it needs; nothing is asked")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="save the plan, for `apply --plan FILE`")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when there are changes")
    add_deep(parser)
    add_prune(parser)
    parser.add_argument("--retry", action="store_true", help="try again what failed its smoke test")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Compile all manifests, observe, compare."""
    from compiler.engine.target.plan import PlanRequest, plan_manifests
    from compiler.planning.plan.planner import Options

    if arguments.policies:
        return _policies(arguments, console)
    options = Options(prune=arguments.prune, retry=arguments.retry, deep=arguments.deep)
    request = PlanRequest(
        selection(arguments), target(arguments), options, arguments.out, signal_changes=arguments.exit_code
    )
    result = plan_manifests(checkout(arguments), request, Reporter(console, quiet=arguments.markdown))
    return console.show(result, markdown=arguments.markdown)


def _policies(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.engine.target.plan import PoliciesRequest, iam_policies

    if console.json:
        raise failure("MF913", "--policies prints the text of a policy: there is no JSON of it")
    return console.show(iam_policies(checkout(arguments), PoliciesRequest(selection(arguments), target(arguments))))
