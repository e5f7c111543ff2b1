"""`manifact reconcile`: bring a target to what is checked in, turn by turn."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import (
    add_consent,
    add_deep,
    add_json,
    add_root,
    add_target,
    add_timeout,
    checkout,
    target,
)
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode
from compiler.diagnostics import failure

SUMMARY = "bring a target to what is checked in: repair drift, finish, prune; for CI and cron"
EXAMPLE = "manifact reconcile --target production --once --wait --yes"
DOCUMENT = "reconcile:ReconcileDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_root(parser)
    add_target(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="one turn on the checkout around this folder")
    how.add_argument("--plan", action="store_true", help="show the state of every name and why; sends no change")
    parser.add_argument("--wait", action="store_true", help="repeat turns until nothing is in progress")
    add_timeout(parser, 3600.0, "all turns")
    add_consent(parser)
    add_deep(parser)
    parser.add_argument("--prune", action="store_true", help="delete orphaned resources that are due")
    _add_approvals(parser)
    parser.add_argument("--report", type=Path, metavar="FILE", help="write a report in Markdown")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when differences are only reported")
    add_json(parser)


def _add_approvals(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--approve", action="append", default=[], metavar="DIGEST", help="let this difference pass a limit"
    )
    parser.add_argument(
        "--now", action="append", default=[], metavar="NAME", help="forget the backoff of this name; can be repeated"
    )
    parser.add_argument("--allow-older", action="store_true", help="apply a revision older than the last one")
    parser.add_argument("--accept", default="", metavar="REVISION", help="accept this commit of a rewritten history")
    parser.add_argument("--break-lease", default="", metavar="HOLDER", help="take the lease of this holder")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Turn once, or show what a turn would do."""
    from compiler.reconcile.once import ReconcileRequest, reconcile
    from compiler.reconcile.orders import Orders

    if not (arguments.once or arguments.plan):
        raise failure("MF913", "reconcile needs to know how often", hint="pass --once, or --plan")
    orders = Orders(
        prune=arguments.prune,
        consent=arguments.yes,
        approve=frozenset(arguments.approve),
        now=frozenset(arguments.now),
        plan_only=arguments.plan,
    )
    request = ReconcileRequest(
        target(arguments),
        orders,
        wait=arguments.wait,
        timeout=arguments.timeout,
        deep=arguments.deep,
        report=arguments.report,
        signal_changes=arguments.exit_code,
        allow_older=arguments.allow_older,
        accept=arguments.accept,
        break_lease=arguments.break_lease,
    )
    with Reporter(console) as reporter:
        result = reconcile(checkout(arguments), request, reporter)
    return console.show(result)
