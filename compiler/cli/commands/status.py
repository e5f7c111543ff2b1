"""`manifact status`: what is live in the target; of one model, how far it is and what comes next."""

from __future__ import annotations

import argparse
from pathlib import Path

from compiler.cli.arguments import add_format, add_root, add_target, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode
from compiler.diagnostics import failure

SUMMARY = "show the live resources of the target, or the state of one model and its next step"
EXAMPLE = "manifact status wine"
DOCUMENT = "targets:StatusDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", nargs="?", help="the steps of this model (name, manifest file or folder)")
    parser.add_argument("--no-ask", action="store_true", help="do not send the golden rows to the endpoint")
    parser.add_argument("--reconciled", action="store_true", help="every name as the last turn of `reconcile` left it")
    parser.add_argument("--watch", action="store_true", help="likewise, again whenever it changes, until stopped")
    parser.add_argument("--html", type=Path, metavar="FILE", help="likewise, as a page without scripts")
    add_root(parser)
    add_target(parser)
    add_format(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """One model's steps, or versions and deployments of all that are ours."""
    from compiler.engine.target.model_status import ModelStatusRequest, model_status
    from compiler.engine.target.status import StatusRequest, status

    if arguments.reconciled or arguments.watch or arguments.html:
        return _fleet(arguments, console)
    here, reporter = checkout(arguments), Reporter(console)
    if not arguments.model:
        return console.show(status(here, StatusRequest(target(arguments)), reporter))
    request = ModelStatusRequest(arguments.model, target(arguments), ask=not arguments.no_ask)
    return console.show(model_status(here, request, reporter))


def _fleet(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.reconcile.status import FleetStatusRequest, fleet_status, watch_status

    if arguments.model:
        raise failure("MF913", "--reconciled, --watch and --html show all names", hint="leave the model out")
    request = FleetStatusRequest(target(arguments), arguments.html)
    if not arguments.watch:
        return console.show(fleet_status(checkout(arguments), request, Reporter(console)))
    for found in watch_status(checkout(arguments), request, Reporter(console)):
        console.lines(found.lines(console.width))
        console.flush()
    return ExitCode.OK
