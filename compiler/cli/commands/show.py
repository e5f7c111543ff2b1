"""`manifact show`: one model, deployment or version set in full, whoever made it."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_json, add_root, add_target, checkout, target
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.codes import ExitCode

SUMMARY = "show one model, deployment or version set in full, managed or not"
EXAMPLE = "manifact show wine"
DOCUMENT = "resources:ShowDocument"
KINDS = ("model", "deployment", "version-set")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("resource", help="OCID or its end, name of a manifest (also its file or folder), display name")
    parser.add_argument("--kind", choices=KINDS, help="what the name is of (default: a model, else a deployment, …)")
    parser.add_argument("--version", type=int, metavar="N", help="this version of the model (default: the newest)")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Read it, and everything around it that tells what it is for."""
    from compiler.engine.target.show import ShowRequest, show_resource
    from compiler.planning.live.observed import Kind

    kind = Kind(arguments.kind.replace("-", " ")) if arguments.kind else None
    request = ShowRequest(arguments.resource, target(arguments), kind, arguments.version)
    return console.show(show_resource(checkout(arguments), request, Reporter(console)))
