"""`manifact status`: what is live in the target; of one model, how far it is and what comes next."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, add_target, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "show what is live in the target, or the steps of one model and what comes next"
EXAMPLE = "manifact status wine"
DOCUMENT = "targets:StatusDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("model", nargs="?", help="the steps of this model (name, manifest file or folder)")
    parser.add_argument("--no-ask", action="store_true", help="do not send the golden rows to the endpoint")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """One model's steps, or versions and deployments of all that are ours."""
    from compiler.engine.target.model_status import ModelStatusRequest, model_status
    from compiler.engine.target.status import StatusRequest, status

    here, reporter = checkout(arguments), Reporter(console)
    if not arguments.model:
        return console.show(status(here, StatusRequest(target(arguments)), reporter))
    request = ModelStatusRequest(arguments.model, target(arguments), ask=not arguments.no_ask)
    return console.show(model_status(here, request, reporter))
