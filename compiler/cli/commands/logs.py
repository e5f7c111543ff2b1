"""`manifact logs`: what a deployment's model server wrote."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_name, add_root, add_target, checkout, count, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "show the log of a deployment's model server (target local)"
EXAMPLE = "manifact logs wine --follow"
DOCUMENT = "targets:LogsDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_name(parser)
    add_root(parser)
    add_target(parser)
    parser.add_argument(
        "--lines",
        type=count,
        default=50,
        metavar="N",
        help="how many of the last lines to begin with (default: 50)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--follow", "-f", action="store_true", help="go on until Ctrl-C")
    add_json(form)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Print the log of the deployment that this name has now."""
    from compiler.engine.target.logs import LogsRequest, follow_log, read_log

    request = LogsRequest(arguments.model, target(arguments), arguments.lines)
    if not arguments.follow:
        return console.show(read_log(checkout(arguments), request, Reporter(console)))
    for line in follow_log(checkout(arguments), request, Reporter(console)):
        console.line(line)
    return ExitCode.OK
