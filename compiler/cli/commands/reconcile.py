"""`manifact reconcile`: bring a target to what is checked in, turn by turn."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from compiler.reconcile.turn.orders import Orders

SUMMARY = "make a target match the repository: repair drift, resume, prune; for CI and cron"
EXAMPLE = "manifact reconcile --target production --once --wait --yes"
DOCUMENT = "reconcile:ReconcileDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_root(parser)
    add_target(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="one turn on the checkout around this folder")
    how.add_argument("--repo", metavar="URL", help="follow this repository (https or ssh) until stopped")
    how.add_argument("--plan", action="store_true", help="show the state of every name and why; sends no change")
    parser.add_argument("--wait", action="store_true", help="repeat turns until nothing is in progress")
    add_timeout(parser, 3600.0, "all turns")
    add_consent(parser)
    add_deep(parser)
    parser.add_argument("--prune", action="store_true", help="delete orphaned resources that are due")
    _add_loop(parser)
    _add_approvals(parser)
    parser.add_argument("--report", type=Path, metavar="FILE", help="write a report in Markdown")
    parser.add_argument("--exit-code", action="store_true", help="exit with 2 when differences are only reported")
    add_json(parser)


def _add_loop(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ref", default="main", metavar="NAME", help="with --repo: branch or tag (default: main)")
    parser.add_argument(
        "--interval", type=_interval, default=60.0, metavar="DURATION", help="with --repo: between turns (default: 60s)"
    )
    parser.add_argument("--listen", default="", metavar="HOST:PORT", help="with --repo: /metrics, /healthz, /readyz")
    parser.add_argument(
        "--checkout",
        type=Path,
        default=Path(".manifact/source"),
        metavar="DIR",
        help="with --repo: where its files are kept (default: .manifact/source)",
    )


def _interval(text: str) -> float:
    import re

    from compiler.reconcile.turn.durations import seconds_of

    if not re.fullmatch(r"[0-9]+[smhd]", text):
        raise argparse.ArgumentTypeError("must be a duration: 30s, 5m, 1h")
    return seconds_of(text)


def _add_approvals(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--approve", action="append", default=[], metavar="DIGEST", help="let this difference pass a limit"
    )
    parser.add_argument(
        "--now", action="append", default=[], metavar="NAME", help="forget the backoff of this name; can be repeated"
    )
    parser.add_argument("--allow-older", action="store_true", help="apply a revision older than the last one")
    parser.add_argument("--accept", default="", metavar="REVISION", help="accept this commit of a rewritten history")
    words = "take limits and signers from this manifact.yaml of the operator, not from the revision applied last"
    parser.add_argument("--config", type=Path, metavar="FILE", help=words)
    parser.add_argument("--break-lease", default="", metavar="HOLDER", help="take the lease of this holder")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Turn once, or show what a turn would do."""
    from compiler.reconcile.once import ReconcileRequest, reconcile
    from compiler.reconcile.turn.orders import Orders

    if not (arguments.once or arguments.plan or arguments.repo):
        raise failure("MF913", "reconcile needs to know how often", hint="pass --once, --plan or --repo URL")
    orders = Orders(
        prune=arguments.prune,
        consent=arguments.yes,
        approve=frozenset(arguments.approve),
        now=frozenset(arguments.now),
        plan_only=arguments.plan,
    )
    if arguments.repo:
        return _loop(arguments, console, orders)
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
        config=arguments.config,
    )
    with Reporter(console) as reporter:
        result = reconcile(checkout(arguments), request, reporter)
    return console.show(result)


def _loop(arguments: argparse.Namespace, console: Console, orders: Orders) -> ExitCode:
    from compiler.reconcile.loop import reconcile_loop
    from compiler.reconcile.loop_request import LoopRequest

    if console.json or arguments.wait or arguments.report:
        raise failure("MF913", "--repo prints events as lines of JSON; --json, --wait and --report go with --once")
    request = LoopRequest(
        arguments.repo,
        arguments.ref,
        target(arguments),
        orders,
        arguments.interval,
        arguments.listen,
        arguments.checkout,
        arguments.timeout,
        arguments.accept,
        arguments.allow_older,
        arguments.break_lease,
        config=arguments.config,
    )
    with Reporter(console, quiet=True) as reporter:
        return console.show(reconcile_loop(checkout(arguments), request, reporter))
