"""`manifact lock`: look conda packs up once and write them to manifact.lock."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, add_target, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "look up service conda packs by slug and write them to manifact.lock"
EXAMPLE = "manifact lock generalml_p311_cpu_x86_64_v1"
DOCUMENT = "tools:LockDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "slugs", nargs="*", metavar="SLUG", help="packs to add (default: refresh those that are locked)"
    )
    parser.add_argument("--list", action="store_true", help="list the packs of the index; write nothing")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """List the index, or lock packs of it."""
    from compiler.engine.target.lock import LockRequest, list_packs, lock_packs

    if arguments.list:
        return console.show(list_packs(checkout(arguments), target(arguments), Reporter(console)))
    request = LockRequest(tuple(arguments.slugs), target(arguments))
    return console.show(lock_packs(checkout(arguments), request, Reporter(console)))
